//! Full text over the conversations an agent may see, by words that are blind at rest.
//!
//! The index gives candidates newest first; each is checked against its conversation's row, so a stale word never shows
//! anything. The walk stops at 200 permitted hits, 20,000 visited or 30 ms; what was found is ranked, highlighted on the
//! opened text, and a cursor goes further back.

mod keep;
mod walk;

pub(crate) use keep::rewrite_case;
pub use keep::{catch_up, rewrite_moved};
pub use walk::{Asked, Found, Hit, search};

use candor_domain::conversation::Conversation;
use candor_domain::permission::Scope;

/// The words that make rights part of the index query: where a conversation stands, and the month it was begun in.
///
/// They begin with a character no text word begins with, so that nobody can type one.
pub fn scope_words(case: &Conversation) -> Vec<String> {
    let month = case.created_at.div_euclid(MONTH_MS);
    let mut words = vec![format!("\u{1}inbox:{}", case.inbox), format!("\u{1}month:{month}")];
    words.extend(case.team.map(|team| format!("\u{1}team:{team}")));
    words
}

/// Thirty days: a month as the index counts it.
pub const MONTH_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The scope words of an actor: one of them stands on every document that may be seen. A pair of inbox and team asks for
/// the team, the narrower of the two; the row decides.
fn words_of(scope: &Scope) -> Vec<String> {
    let Scope::Within(pairs) = scope else { return Vec::new() };
    let word = |(inbox, team): &(Option<_>, Option<_>)| match (inbox, team) {
        (_, Some(team)) => Some(format!("\u{1}team:{team}")),
        (Some(inbox), None) => Some(format!("\u{1}inbox:{inbox}")),
        (None, None) => None,
    };
    pairs.iter().filter_map(word).collect()
}
