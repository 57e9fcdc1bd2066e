//! What an event carries, described in the OpenAPI document. The types here only describe: events are written as the
//! domain's own, without their tag.

use super::words;
use utoipa::ToSchema;
use uuid::Uuid;

/// The types of events, as `candor_domain::event::Event` names them.
pub const TYPES: [&str; 29] = [
    "started",
    "message",
    "assigned",
    "team_changed",
    "inbox_changed",
    "status_changed",
    "priority_changed",
    "tagged",
    "untagged",
    "snoozed",
    "woken",
    "spam_changed",
    "blocked",
    "unblocked",
    "subject_changed",
    "redacted",
    "erased",
    "identified",
    "access_granted",
    "access_revoked",
    "broke_glass",
    "rating_asked",
    "rated",
    "mail_moved",
    "mail_joined",
    "acknowledged",
    "side_thread",
    "transcript_mailed",
    "reactions_stopped",
];

/// The members of an event: each type has only its own.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes candor_domain::event::Event")]
pub struct EventData {
    /// An id, or a priority.
    from: Option<String>,
    /// An id, or a priority.
    to: Option<String>,
    #[schema(nullable = false)]
    inbox: Option<Uuid>,
    #[schema(value_type = Option<words::Category>, nullable = false)]
    category: Option<words::Category>,
    /// Of a finished case that is opened again: since when the customer has waited.
    #[schema(nullable = false)]
    waiting_since: Option<i64>,
    #[schema(nullable = false)]
    tag: Option<Uuid>,
    until: Option<i64>,
    #[schema(nullable = false)]
    message: Option<Uuid>,
    /// How far a mail has come.
    #[schema(value_type = Option<words::MailState>, nullable = false)]
    state: Option<words::MailState>,
    #[schema(nullable = false)]
    proof: Option<words::Proof>,
    #[schema(nullable = false)]
    agent: Option<Uuid>,
    #[schema(nullable = false)]
    score: Option<i64>,
    solved: Option<bool>,
    #[schema(nullable = false)]
    spam: Option<bool>,
    #[schema(nullable = false)]
    block: Option<Uuid>,
    #[schema(value_type = Option<words::BlockKind>, nullable = false)]
    what: Option<words::BlockKind>,
    /// Of a message that was a mail in the conversation of this number until an agent, the actor, took it over. Nobody has proven that
    /// the customer wrote it.
    #[schema(nullable = false)]
    joined_from: Option<i64>,
    /// The number of the conversation that a mail was taken over into.
    #[schema(nullable = false)]
    into: Option<i64>,
    /// Nothing of the customer's is left, so the conversation has ended.
    #[schema(nullable = false)]
    emptied: Option<bool>,
    /// The language in which the customer was told that their mail has arrived.
    #[schema(value_type = Option<words::Locale>, nullable = false)]
    locale: Option<words::Locale>,
    /// A conversation with a third party about this one, and what is new in it.
    #[schema(nullable = false)]
    side: Option<Uuid>,
    #[schema(value_type = Option<words::SideStep>, nullable = false)]
    step: Option<words::SideStep>,
    /// The event that nothing automatic follows from.
    #[schema(nullable = false)]
    seq: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::TYPES;
    use candor_domain::event::Event;

    #[test]
    fn the_list_of_types_is_the_one_of_the_domain() {
        let refused = serde_json::from_str::<Event>(r#"{"type":"nothing"}"#).expect_err("there is no such event").to_string();
        let known: Vec<&str> = refused.split('`').skip(3).step_by(2).collect();
        assert_eq!(known, TYPES);
    }
}
