//! An agent answers the customer or leaves a note for colleagues.

use super::said::Said;
use super::write::{self, Content, New, Written};
use super::{draft, held, lock_permitted};
use crate::mail::out::{self, Copied, Copies};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::conversation::{Category, Change, Refusal, decide};
use candor_domain::event::{Event, MessageKind};
use candor_domain::id::{AgentId, ConversationId, HeldReplyId, StatusId, TagId};
use candor_domain::permission::{Permission, Subject, can};
use candor_store::conversation::Stored;
use candor_store::{Query, Queue, Tx, block, mention, status};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What is done together with a reply, at the moment it goes out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FollowUp {
    pub status: Option<StatusId>,
    #[serde(default)]
    pub tags: Vec<TagId>,
}

/// A reply as an agent sends it.
#[derive(Clone, Debug)]
pub struct ReplyInput {
    pub client_id: Uuid,
    pub content: Content,
    /// The newest number on the agent's screen.
    pub seen_seq: i64,
    /// How long it can be undone; 0 sends at once.
    pub hold_ms: i64,
    pub follow_up: FollowUp,
    /// Whom it also goes to, where it is a mail.
    pub copies: Copies,
    /// Send although a newer message came in.
    pub force: bool,
}

/// What became of a reply.
#[derive(Clone, Debug)]
pub enum Replied {
    /// It waits out its undo window.
    Held(HeldReplyId),
    Sent(Written),
}

/// Takes a reply: durable at once, a message when its undo window ends.
pub async fn reply(app: &App, actor: &Actor, id: ConversationId, input: ReplyInput) -> Result<Replied> {
    input.content.check(app)?;
    let author = actor.agent().ok_or(Error::Forbidden("only an agent replies"))?;
    let hold_ms = input.hold_ms.clamp(0, app.config.max_hold_ms);
    let (actor, held_id, doc) = (actor.clone(), app.ids.make::<HeldReplyId>(), app.db.new_doc());
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationReply, id)?;
            let extra = asked(&input);
            let request_hmac = input.content.hmac(tx, &extra);
            if let Some(before) = write::repeated(tx, &stored, actor.as_ref(), input.client_id, &request_hmac)? {
                return Ok(Replied::Sent(before));
            }
            if let Some(before) = held::repeated(tx, id, author, input.client_id, &request_hmac)? {
                return Ok(Replied::Held(before));
            }
            if stored.case.category == Category::Closed {
                return Err(Refusal::Closed.into());
            }
            if stored.case.spam {
                return Err(Refusal::Spam.into());
            }
            if block::of_contact(tx, stored.case.contact)?.is_some() {
                return Err(Refusal::Blocked.into());
            }
            if stored.case.last_customer_seq > input.seen_seq && !input.force {
                return Err(Error::NewerMessage { after: input.seen_seq });
            }
            check_follow_up(tx, &actor, &stored, &input.follow_up)?;
            check_copies(tx, &actor, &stored, &input.copies)?;
            let copied = out::find_copies(tx, &stored, &input.copies)?;
            draft::spend(tx, id, author, "reply", &input.content)?;
            if hold_ms > 0 {
                let held = held::New { id: held_id, author, request_hmac, hold_ms };
                held::hold(tx, &stored, held, &input, &copied)?;
                return Ok(Replied::Held(held_id));
            }
            let new = New {
                id: held_id.0.into(),
                doc,
                kind: MessageKind::Reply,
                author: actor.as_ref(),
                client_id: input.client_id,
                request_hmac,
                late: false,
            };
            send(tx, &mut stored, &actor, &new, &input.content, &input.follow_up, &copied).map(Replied::Sent)
        })
        .await
}

/// What makes a reply another one besides its words.
fn asked(input: &ReplyInput) -> String {
    let follow_up = serde_json::to_string(&input.follow_up).expect("ids always serialise");
    if input.copies.is_empty() {
        return follow_up;
    }
    follow_up + &serde_json::to_string(&input.copies).expect("texts always serialise")
}

/// Addresses that the customer has not brought in themselves need a right of their own: a reply holds what the customer wrote.
pub(super) fn check_copies(tx: &mut Tx<'_>, actor: &Actor, stored: &Stored, copies: &Copies) -> Result<()> {
    let permission = Permission::ConversationCopy;
    if copies.names_others() && !super::permitted(tx, actor, permission, candor_domain::permission::Door::Text, stored)? {
        return Err(Error::Forbidden(permission.as_str()));
    }
    Ok(())
}

/// Whether what goes with a reply may be done, asked before anything is kept.
fn check_follow_up(tx: &mut Tx<'_>, actor: &Actor, stored: &Stored, follow_up: &FollowUp) -> Result<()> {
    let mut need = Vec::new();
    if let Some(to) = follow_up.status {
        status::category(tx, to)?.ok_or_else(|| Error::invalid("then", "there is no such status"))?;
        need.push(Permission::ConversationStatus);
    }
    if !follow_up.tags.is_empty() {
        need.push(Permission::ConversationTag);
    }
    for permission in need {
        if !super::permitted(tx, actor, permission, candor_domain::permission::Door::Text, stored)? {
            return Err(Error::Forbidden(permission.as_str()));
        }
    }
    Ok(())
}

/// Puts a reply into the stream with what goes with it. Whoever answers a case that nobody has takes it.
pub(super) fn send(
    tx: &mut Tx<'_>,
    stored: &mut Stored,
    actor: &Actor,
    new: &New,
    content: &Content,
    follow_up: &FollowUp,
    copied: &Copied,
) -> Result<Written> {
    let mut first = Vec::new();
    if stored.case.assignee.is_none() {
        first.push(Event::Assigned { from: None, to: actor.agent() });
    }
    let then = follow_up_events(tx, stored, follow_up)?;
    let written = write::write(tx, stored, new, content, &Said::of(&content.text), first, then)?;
    out::queue(tx, stored, new.id, copied)?;
    out::note_copies(tx, actor, stored, new.id, copied)?;
    Ok(written)
}

fn follow_up_events(tx: &mut Tx<'_>, stored: &Stored, follow_up: &FollowUp) -> Result<Vec<Event>> {
    let mut events = Vec::new();
    for tag in &follow_up.tags {
        events.extend(decide(&stored.case, &Change::Tag { tag: *tag, present: stored.tags.contains(tag) })?);
    }
    if let Some(to) = follow_up.status
        && let Some(category) = status::category(tx, to)?
    {
        // The reply itself counts as the first one, whatever the state says before it is written.
        let mut after = stored.case.clone();
        if !after.outbound {
            after.first_reply_at.get_or_insert(tx.now());
        }
        let ask_rating = super::rate::asked_in(tx, stored.case.inbox)?;
        events.extend(decide(&after, &Change::Status { status: to, category, ask_rating, unanswered: None })?);
    }
    Ok(events)
}

/// Leaves an internal note; whoever is mentioned finds the case among the mentions.
pub async fn note(app: &App, actor: &Actor, id: ConversationId, client_id: Uuid, content: Content) -> Result<Written> {
    content.check(app)?;
    let (actor, message, doc, said) = (actor.clone(), app.ids.make(), app.db.new_doc(), Said::of(&content.text));
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationNote, id)?;
            let (author, request_hmac) = (actor.as_ref(), content.hmac(tx, "note"));
            if let Some(before) = write::repeated(tx, &stored, author, client_id, &request_hmac)? {
                return Ok(before);
            }
            for agent in &content.mentions {
                mentionable(tx, *agent, &stored)?;
            }
            let new = New { id: message, doc, kind: MessageKind::Note, author, client_id, request_hmac, late: false };
            let written = write::write(tx, &mut stored, &new, &content, &said, vec![], vec![])?;
            for agent in &content.mentions {
                mention::insert(tx, *agent, id, written.seq, tx.now())?;
            }
            if let Some(agent) = actor.agent() {
                draft::spend(tx, id, agent, "note", &content)?;
            }
            Ok(written)
        })
        .await
}

/// A colleague is mentioned only where they may read.
fn mentionable(tx: &mut Tx<'_>, agent: AgentId, stored: &Stored) -> Result<()> {
    let reader = crate::rights::actor_of(tx, agent)?.ok_or_else(|| Error::invalid("mentions", "there is no such agent"))?;
    let case = &stored.case;
    let scope = candor_domain::permission::CaseScope {
        inbox: case.inbox,
        team: case.team,
        contact: case.contact,
        assignee: case.assignee,
        open: true,
        shared_with: &[],
        aside: case.is_side(),
        door: candor_domain::permission::Door::Text,
    };
    if can(&reader, Permission::ConversationRead, Subject::Case(scope)) {
        Ok(())
    } else {
        Err(Error::invalid("mentions", "this colleague may not read the conversation"))
    }
}
