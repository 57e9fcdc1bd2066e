//! Replies in their undo window as they are shown: the words, the files, and in a conversation by mail whom they go to.

use super::held;
use crate::Result;
use crate::mail::Person;
use crate::mail::out::customer;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::inbox::Channel as Medium;
use candor_domain::mask::{PersonalKind, mask};
use candor_store::conversation::{self, Stored};
use candor_store::held_reply::{self, Held};
use candor_store::{Query, file};
use std::collections::BTreeSet;

/// A held reply with its text opened.
#[derive(Clone, Debug)]
pub struct HeldView {
    pub held: Held,
    pub text: String,
    pub files: Vec<file::File>,
    /// Absent where it goes to no mailbox.
    pub letter: Option<HeldLetter>,
}

/// Whom a held reply goes to by mail.
#[derive(Clone, Debug)]
pub struct HeldLetter {
    pub to: Option<Person>,
    pub cc: Vec<Person>,
    pub bcc: Vec<Person>,
    /// Addresses its author typed, as they are written to.
    typed: BTreeSet<String>,
}

impl HeldView {
    /// As this agent sees it: addresses are masked, but who typed one reads what they typed, because a slip is found here or not at all.
    #[must_use]
    pub fn seen_by(mut self, agent: Option<AgentId>) -> Self {
        let own = agent == Some(self.held.author);
        if let Some(letter) = &mut self.letter {
            for person in letter.to.iter_mut().chain(&mut letter.cc).chain(&mut letter.bcc) {
                if !own || !letter.typed.contains(&person.mail) {
                    person.mail = mask(PersonalKind::Mail, &person.mail);
                }
            }
        }
        self
    }
}

/// The replies that wait in a case, opened: whoever reads the case sees that they are on their way.
pub fn held_in(q: &mut impl Query, id: ConversationId) -> Result<Vec<HeldView>> {
    let waiting = held_reply::of_case(q, id)?;
    if waiting.is_empty() {
        return Ok(vec![]);
    }
    let stored = conversation::get(q, id)?;
    waiting.into_iter().map(|held| view(q, &stored, held)).collect()
}

fn view(q: &mut impl Query, stored: &Stored, held: Held) -> Result<HeldView> {
    let text = q.open_kept(held_reply::text_cell(held.id), &held.text)?.unwrap_or_default();
    let files = held.files.iter().map(|id| file::get(q, *id)).collect::<std::result::Result<Vec<_>, _>>()?;
    let letter = if stored.channel == Medium::Email.as_str() { Some(letter(q, stored, &held)?) } else { None };
    Ok(HeldView { held, text, files, letter })
}

fn letter(q: &mut impl Query, stored: &Stored, held: &Held) -> Result<HeldLetter> {
    let (to, copied) = (customer(q, stored)?, held::copied(q, held)?);
    let mut typed: BTreeSet<String> = copied.typed().map(|one| one.mail.clone()).collect();
    let begun = if stored.case.outbound { conversation::by_start(q, held.author.0, held.client_id)? } else { None };
    if begun.is_some_and(|(begun, _)| begun == stored.case.id) {
        // The mail that begins a conversation goes to whom its author named.
        typed.extend(to.iter().map(|one| one.mail.clone()));
    }
    Ok(HeldLetter { to, cc: copied.cc, bcc: copied.bcc, typed })
}
