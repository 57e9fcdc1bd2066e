//! What a command makes of a conversation: events, or a refusal that says why.

use super::state::{Category, Conversation, Priority};
use crate::channel::MailState;
use crate::event::{Event, MessageKind, SideStep};
use crate::id::{AgentId, ConversationId, InboxId, MessageId, StatusId, TagId, TeamId};
use thiserror::Error;

/// A change somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Assign(Option<AgentId>),
    Team(Option<TeamId>),
    Move(InboxId),
    Status {
        status: StatusId,
        category: Category,
        ask_rating: bool,
        /// When the customer asked what nobody has answered yet; looked up where a finished case is opened again.
        unanswered: Option<i64>,
    },
    Priority(Priority),
    /// `present` says whether the conversation carries the tag already.
    Tag {
        tag: TagId,
        present: bool,
    },
    Untag {
        tag: TagId,
        present: bool,
    },
    Snooze {
        until: Option<i64>,
        now: i64,
    },
    Wake,
    Spam(bool),
    Subject,
    Rate {
        score: i64,
        solved: Option<bool>,
    },
}

/// Why a command cannot be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("the conversation is closed")]
    Closed,
    #[error("the conversation was rated already")]
    AlreadyRated,
    #[error("the conversation is not finished, so it cannot be rated")]
    NotFinished,
    #[error("a rating is a number from 1 to 5")]
    ScoreOutOfRange,
    #[error("the time to wake up lies in the past")]
    SnoozeInPast,
    #[error("only open work can sleep")]
    SnoozeFinished,
    #[error("the conversation is marked as spam: take the mark away to answer it")]
    Spam,
    #[error("the customer is blocked: lift the block to answer")]
    Blocked,
}

/// The events of a change, none where it changes nothing.
pub fn decide(case: &Conversation, change: &Change) -> Result<Vec<Event>, Refusal> {
    Ok(match *change {
        Change::Assign(to) if to == case.assignee => vec![],
        Change::Assign(to) => vec![Event::Assigned { from: case.assignee, to }],
        Change::Team(to) if to == case.team => vec![],
        Change::Team(to) => vec![Event::TeamChanged { from: case.team, to }],
        Change::Move(to) if to == case.inbox => vec![],
        Change::Move(to) => vec![Event::InboxChanged { from: case.inbox, to }],
        Change::Status { status, .. } if status == case.status => vec![],
        Change::Status { status, category, ask_rating, unanswered } => status_events(case, (status, category), ask_rating, unanswered),
        Change::Priority(to) if to == case.priority => vec![],
        Change::Priority(to) => vec![Event::PriorityChanged { from: case.priority, to }],
        Change::Tag { present: true, .. } | Change::Untag { present: false, .. } => vec![],
        Change::Tag { tag, .. } => vec![Event::Tagged { tag }],
        Change::Untag { tag, .. } => vec![Event::Untagged { tag }],
        Change::Snooze { until, now } => return snooze(case, until, now),
        Change::Wake if case.snoozed => vec![Event::Woken],
        Change::Wake => vec![],
        Change::Spam(spam) if spam == case.spam => vec![],
        Change::Spam(spam) => vec![Event::SpamChanged { spam }],
        Change::Subject => vec![Event::SubjectChanged],
        Change::Rate { score, solved } => return rate(case, score, solved),
    })
}

fn status_events(case: &Conversation, (to, category): (StatusId, Category), ask_rating: bool, unanswered: Option<i64>) -> Vec<Event> {
    let mut events = vec![Event::StatusChanged { from: case.status, to, category, waiting_since: unanswered }];
    let finishes = case.category.is_open() && !category.is_open();
    if finishes && ask_rating && case.rating.is_none() && !case.rating_asked && case.first_reply_at.is_some() {
        events.push(Event::RatingAsked);
    }
    events
}

fn snooze(case: &Conversation, until: Option<i64>, now: i64) -> Result<Vec<Event>, Refusal> {
    if !case.category.is_open() {
        return Err(Refusal::SnoozeFinished);
    }
    if until.is_some_and(|until| until <= now) {
        return Err(Refusal::SnoozeInPast);
    }
    Ok(vec![Event::Snoozed { until }])
}

fn rate(case: &Conversation, score: i64, solved: Option<bool>) -> Result<Vec<Event>, Refusal> {
    if case.rating.is_some() {
        return Err(Refusal::AlreadyRated);
    }
    if case.category.is_open() {
        return Err(Refusal::NotFinished);
    }
    if !(1..=5).contains(&score) {
        return Err(Refusal::ScoreOutOfRange);
    }
    Ok(vec![Event::Rated { score, solved }])
}

/// The events of what a machine answered for the customer: it is there to be read, and changes nothing.
pub fn automatic_events(case: &Conversation, message: MessageId) -> Result<Vec<Event>, Refusal> {
    if case.category == Category::Closed {
        return Err(Refusal::Closed);
    }
    Ok(vec![Event::Message { message, kind: MessageKind::Customer, automatic: true, joined_from: None }])
}

/// The events of an answer that does not reach its customer: it is shown, and a case that was done with is work again.
pub fn undelivered_events(case: &Conversation, message: MessageId, state: MailState, reopen: StatusId) -> Vec<Event> {
    let mut events = vec![Event::MailMoved { message, state }];
    if case.snoozed {
        events.push(Event::Woken);
    }
    if !matches!(case.category, Category::Open | Category::Closed) {
        events.push(Event::StatusChanged { from: case.status, to: reopen, category: Category::Open, waiting_since: None });
    }
    events
}

/// What the parent of a side thread is told of it. News wake a sleeping case; the status stays as it is, because its customer sees
/// every change of it and nothing of side threads.
pub fn side_events(case: &Conversation, side: ConversationId, step: SideStep) -> Vec<Event> {
    let mut events = vec![Event::SideThread { side, step }];
    if case.snoozed && step != SideStep::Opened {
        events.push(Event::Woken);
    }
    events
}

/// The events of a new message: the message, and what it does to sleep and status. `reopen` is the status an answered
/// case goes back to when the customer writes again.
pub fn message_events(case: &Conversation, message: MessageId, kind: MessageKind, reopen: StatusId) -> Result<Vec<Event>, Refusal> {
    if case.category == Category::Closed && kind != MessageKind::Note {
        return Err(Refusal::Closed);
    }
    if case.spam && kind == MessageKind::Reply {
        return Err(Refusal::Spam);
    }
    let mut events = vec![Event::Message { message, kind, automatic: false, joined_from: None }];
    if kind == MessageKind::Customer {
        events.extend(waking_events(case, reopen));
    }
    Ok(events)
}

/// A question of the customer's makes the case work again.
fn waking_events(case: &Conversation, reopen: StatusId) -> Vec<Event> {
    let mut events = Vec::new();
    if case.snoozed {
        events.push(Event::Woken);
    }
    if case.category != Category::Open {
        events.push(Event::StatusChanged { from: case.status, to: reopen, category: Category::Open, waiting_since: None });
    }
    events
}

/// The events of a mail that an agent takes over from another case: in the case where it belongs, and in the one it leaves.
/// `emptied` says that nothing of the customer's stays there; then that case is over.
pub fn join_events(
    (from, into): (&Conversation, &Conversation),
    message: MessageId,
    emptied: bool,
    (reopen, closed): (StatusId, StatusId),
) -> Result<(Vec<Event>, Vec<Event>), Refusal> {
    if into.category == Category::Closed {
        return Err(Refusal::Closed);
    }
    // Spam is in no figure: what is taken over from it, or brought to it, would be counted once too often or too rarely.
    if from.spam || into.spam {
        return Err(Refusal::Spam);
    }
    let kind = MessageKind::Customer;
    let mut there = vec![Event::Message { message, kind, automatic: false, joined_from: Some(from.number) }];
    there.extend(waking_events(into, reopen));
    let mut here = Vec::with_capacity(2);
    if emptied && from.category != Category::Closed {
        here.push(Event::StatusChanged { from: from.status, to: closed, category: Category::Closed, waiting_since: None });
    }
    // The last one: what counts takes back everything before it.
    here.push(Event::MailJoined { message, into: into.number, emptied });
    Ok((there, here))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::status;
    use crate::id::{ContactId, ConversationId};
    use uuid::Uuid;

    fn case(number: i64, category: Category) -> Conversation {
        let id = Uuid::from_u128(u128::try_from(number).unwrap());
        let blank = Conversation::blank(ConversationId(id), ContactId(id), InboxId(id), None, 0);
        Conversation { number, category, seq: 3, public_seq: 2, ..blank }
    }

    #[test]
    fn a_mail_that_is_taken_over_wakes_its_case_and_is_not_shown_as_the_customers() {
        let (from, into) = (case(7, Category::Open), case(2, Category::Waiting));
        let message = MessageId(Uuid::from_u128(9));
        let (there, here) = join_events((&from, &into), message, true, (status::OPEN, status::CLOSED)).unwrap();
        assert_eq!(there[0], Event::Message { message, kind: MessageKind::Customer, automatic: false, joined_from: Some(7) });
        assert!(!there[0].is_public());
        assert!(matches!(there[1], Event::StatusChanged { category: Category::Open, .. }));
        assert!(matches!(here[0], Event::StatusChanged { category: Category::Closed, .. }));
        assert_eq!(here[1], Event::MailJoined { message, into: 2, emptied: true });
        let (_, here) = join_events((&from, &into), message, false, (status::OPEN, status::CLOSED)).unwrap();
        assert_eq!(here, [Event::MailJoined { message, into: 2, emptied: false }], "what is left goes on");
    }

    #[test]
    fn no_mail_is_taken_over_into_a_closed_case_or_into_spam() {
        let (open, closed) = (case(1, Category::Open), case(2, Category::Closed));
        let spam = Conversation { spam: true, ..case(3, Category::Open) };
        let message = MessageId(Uuid::from_u128(9));
        let refused = |from, into| join_events((from, into), message, true, (status::OPEN, status::CLOSED)).unwrap_err();
        assert_eq!(refused(&open, &closed), Refusal::Closed);
        assert_eq!((refused(&open, &spam), refused(&spam, &open)), (Refusal::Spam, Refusal::Spam));
    }
}
