//! Replies that wait out their undo window.

use super::case::Then;
use super::file::FileInfo;
use super::mail::MailPerson;
use candor_app::conversation::FollowUp;
use candor_app::conversation::held_view::{HeldLetter, HeldView};
use candor_app::mail::Person;
use candor_domain::id::AgentId;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// `asking` is after the customer wrote meanwhile: the reply goes out as written at `release_at`.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HeldState {
    Held,
    Asking,
}

/// A reply that waits out its undo window.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldReply {
    pub id: Uuid,
    pub text: String,
    pub files: Vec<FileInfo>,
    pub author: Uuid,
    pub created_at: i64,
    pub release_at: i64,
    pub state: HeldState,
    /// The newest number its author had seen: what came after is what the question is about.
    pub seen_seq: i64,
    pub then: Then,
    /// Whom it goes to by mail; `null` in a chat.
    #[schema(required)]
    pub mail: Option<HeldMail>,
}

/// Whom a reply goes to by mail once its window ends. Addresses are masked, but for its author those they typed themselves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HeldMail {
    /// `null` where the customer has no address.
    #[schema(required)]
    pub to: Option<MailPerson>,
    pub cc: Vec<MailPerson>,
    pub bcc: Vec<MailPerson>,
}

impl HeldReply {
    /// As this agent sees it.
    pub(crate) fn seen_by(view: HeldView, agent: Option<AgentId>) -> Self {
        let HeldView { held, text, files, letter } = view.seen_by(agent);
        let follow_up: FollowUp = serde_json::from_str(&held.follow_up).unwrap_or_default();
        Self {
            id: held.id.0,
            text,
            files: files.into_iter().map(FileInfo::for_agents).collect(),
            author: held.author.0,
            created_at: held.created_at,
            release_at: held.release_at,
            state: if held.ask_until.is_some() { HeldState::Asking } else { HeldState::Held },
            seen_seq: held.seen_seq,
            then: Then { status: follow_up.status.map(|id| id.0), tags: follow_up.tags.into_iter().map(|id| id.0).collect() },
            mail: letter.map(HeldMail::from),
        }
    }
}

impl From<HeldLetter> for HeldMail {
    fn from(letter: HeldLetter) -> Self {
        let person = |one: Person| MailPerson { name: one.name, mail: one.mail };
        let all = |people: Vec<Person>| people.into_iter().map(person).collect();
        Self { to: letter.to.map(person), cc: all(letter.cc), bcc: all(letter.bcc) }
    }
}
