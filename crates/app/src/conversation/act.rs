//! What agents do to a case besides writing: assign, move, status, priority, tags, sleep. One enum for the screen,
//! the bulk bar and the API.

use super::{lock_permitted, record};
use crate::timers::Kind;
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::conversation::{Category, Change, Priority, decide};
use candor_domain::event::{Cause, Event};
use candor_domain::id::{AgentId, ConversationId, InboxId, StatusId, TagId, TeamId};
use candor_domain::permission::{Door, Permission};
use candor_domain::text;
use candor_store::conversation::Stored;
use candor_store::{Query, Queue, Tx, conversation, inbox, message, scope_moved, status, tag, team};
use serde::{Deserialize, Serialize};

/// The longest subject, in characters.
pub(super) const MAX_SUBJECT: usize = 200;

/// Something done to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    Assign(Option<AgentId>),
    Team(Option<TeamId>),
    Move(InboxId),
    Status(StatusId),
    Priority(Priority),
    Tag(TagId),
    Untag(TagId),
    /// Until a time, or until the customer writes.
    Snooze(Option<i64>),
    Wake,
    /// Spam, or none after all.
    Spam(bool),
    Subject(String),
}

impl Action {
    /// The right it needs.
    pub fn permission(&self) -> Permission {
        match self {
            Self::Assign(_) => Permission::ConversationAssign,
            Self::Team(_) | Self::Move(_) => Permission::ConversationMove,
            Self::Status(_) | Self::Snooze(_) | Self::Wake | Self::Spam(_) => Permission::ConversationStatus,
            Self::Priority(_) => Permission::ConversationPriority,
            Self::Tag(_) | Self::Untag(_) | Self::Subject(_) => Permission::ConversationTag,
        }
    }
}

/// Does one thing to one case.
pub async fn act(app: &App, actor: &Actor, id: ConversationId, action: Action) -> Result<()> {
    let actor = actor.clone();
    app.db.write(Queue::People, move |tx| act_in(tx, &actor, id, &action).map(|_| ())).await
}

/// The same inside a command of somebody else's; returns the state before, for an undo.
pub fn act_in(tx: &mut Tx<'_>, actor: &Actor, id: ConversationId, action: &Action) -> Result<Stored> {
    act_because(tx, actor, id, action, &Cause::ACT)
}

/// The same where it follows from an event.
pub fn act_because(tx: &mut Tx<'_>, actor: &Actor, id: ConversationId, action: &Action, cause: &Cause) -> Result<Stored> {
    let mut stored = lock_permitted(tx, actor, action.permission(), id)?;
    let before = stored.clone();
    let change = change(tx, &stored, action)?;
    let events = decide(&stored.case, &change)?;
    if let Action::Subject(subject) = action {
        let line = text::clean_line(subject, MAX_SUBJECT);
        let sealed = if line.is_empty() { None } else { Some(tx.seal(stored.key, conversation::subject_cell(id), line.as_bytes())?) };
        conversation::set_subject(tx, id, sealed)?;
    }
    let moved = events.iter().any(|event| matches!(event, Event::TeamChanged { .. } | Event::InboxChanged { .. }));
    let recorded = record(tx, &mut stored, actor.as_ref(), cause, events, None)?;
    if moved {
        scope_moved::mark(tx, id)?;
    }
    if let (Action::Snooze(Some(until)), false) = (action, recorded.is_empty()) {
        crate::timers::arm(tx, id, Kind::Wake, *until)?;
    }
    Ok(before)
}

/// Turns an action into a change the domain can decide, after looking up what it names.
fn change(tx: &mut Tx<'_>, stored: &Stored, action: &Action) -> Result<Change> {
    Ok(match action {
        Action::Assign(to) => {
            if let Some(agent) = to {
                assignable(tx, *agent, stored)?;
            }
            Change::Assign(*to)
        }
        Action::Team(to) => {
            if let Some(id) = to {
                team::get(tx, *id).map_err(|_| Error::invalid("team", "there is no such team"))?;
            }
            Change::Team(*to)
        }
        Action::Move(to) => {
            inbox::get(tx, *to).map_err(|_| Error::invalid("inbox", "there is no such inbox"))?;
            Change::Move(*to)
        }
        Action::Status(to) => {
            let category = status::category(tx, *to)?.ok_or_else(|| Error::invalid("status", "there is no such status"))?;
            let opens = !stored.case.category.is_open() && category == Category::Open;
            let unanswered = if opens { message::unanswered_since(tx, stored.case.id)? } else { None };
            Change::Status { status: *to, category, ask_rating: super::rate::asked_in(tx, stored.case.inbox)?, unanswered }
        }
        Action::Priority(to) => Change::Priority(*to),
        Action::Tag(id) => {
            tag::get(tx, *id).map_err(|_| Error::invalid("tag", "there is no such tag"))?;
            Change::Tag { tag: *id, present: stored.tags.contains(id) }
        }
        Action::Untag(id) => Change::Untag { tag: *id, present: stored.tags.contains(id) },
        Action::Snooze(until) => Change::Snooze { until: *until, now: tx.now() },
        Action::Wake => Change::Wake,
        Action::Spam(spam) => Change::Spam(*spam),
        Action::Subject(subject) if subject.chars().count() > MAX_SUBJECT => {
            return Err(Error::invalid("text", format!("at most {MAX_SUBJECT} characters")));
        }
        Action::Subject(_) => Change::Subject,
    })
}

/// A case goes only to somebody who is active and may answer it.
fn assignable(tx: &mut Tx<'_>, agent: AgentId, stored: &Stored) -> Result<()> {
    let assignee = crate::rights::actor_of(tx, agent)?.ok_or_else(|| Error::invalid("agent", "there is no such active agent"))?;
    if super::permitted(tx, &assignee, Permission::ConversationReply, Door::Text, stored)? {
        Ok(())
    } else {
        Err(Error::invalid("agent", "this colleague may not answer in this inbox or team"))
    }
}

/// What takes an action back, given the state before it; `None` where nothing changed or nothing can.
pub fn inverse(before: &Stored, action: &Action) -> Option<Action> {
    let case = &before.case;
    match action {
        Action::Assign(to) => (*to != case.assignee).then_some(Action::Assign(case.assignee)),
        Action::Team(to) => (*to != case.team).then_some(Action::Team(case.team)),
        Action::Move(to) => (*to != case.inbox).then_some(Action::Move(case.inbox)),
        Action::Status(to) => (*to != case.status).then_some(Action::Status(case.status)),
        Action::Priority(to) => (*to != case.priority).then_some(Action::Priority(case.priority)),
        Action::Tag(tag) => (!before.tags.contains(tag)).then_some(Action::Untag(*tag)),
        Action::Untag(tag) => before.tags.contains(tag).then_some(Action::Tag(*tag)),
        Action::Snooze(_) => (!case.snoozed).then_some(Action::Wake),
        Action::Wake => case.snoozed.then_some(Action::Snooze(case.snoozed_until)),
        Action::Spam(spam) => (*spam != case.spam).then_some(Action::Spam(case.spam)),
        Action::Subject(_) => None,
    }
}
