//! Full text over the conversations an agent may see, by words that are blind at rest.

use candor_domain::conversation::Conversation;

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
