//! What visitors do in their conversations, within their limits, with the answer their screens show.

use super::cases::{Case, case_in};
use super::session::Visitor;
use crate::conversation::view::{Eyes, Item, Names, Opened, Timeline, timeline_in};
use crate::conversation::{self, Content, StartInput, Written, get_permitted};
use crate::live::Presence;
use crate::{App, Error, Limit, Result};
use candor_domain::actor::ActorKind;
use candor_domain::conversation::Refusal;
use candor_domain::event::{Event, MessageKind, Proof, Recorded};
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::event::Part;
use candor_store::{Pool, message};
use std::net::IpAddr;
use uuid::Uuid;

/// What the customer said, as their screen shows it.
#[derive(Debug)]
pub struct Said {
    pub item: Item,
    pub names: Names,
    /// Whether an earlier request had said it.
    pub repeated: bool,
}

/// Opens a conversation with its first message.
pub async fn open(app: &App, visitor: &Visitor, peer: IpAddr, mut input: StartInput) -> Result<(Case, Said)> {
    app.limits.check(Limit::ConversationStart, visitor.contact.id)?;
    let anonymous = visitor.session.proof == Proof::Anonymous;
    if anonymous {
        app.limits.check_peer(Limit::ConversationAddress, peer)?;
    }
    let turn = if anonymous { Some(app.gate.turn().await?) } else { None };
    input.session = visitor.session.id;
    input.inbox = visitor.session.inbox;
    let client_id = input.client_id;
    let started = conversation::start(app, &visitor.actor(), input).await?;
    drop(turn);
    let (id, actor) = (started.conversation, visitor.actor());
    app.db
        .read(Pool::Quick, move |rx| {
            let first = message::by_client(rx, id, client_id, ActorKind::Contact)?.and_then(|message| message.public_seq);
            let timeline = timeline_in(rx, &actor, id, Part::After(first.ok_or(Error::NotFound)? - 1), 1, Eyes::Customer)?;
            Ok((case_in(rx, &actor, id)?, said(timeline, started.repeated)?))
        })
        .await
}

/// Writes into a conversation.
pub async fn say(app: &App, visitor: &Visitor, id: ConversationId, client_id: Uuid, content: Content) -> Result<Said> {
    app.limits.check(Limit::VisitorMessage, visitor.contact.id)?;
    app.limits.check(Limit::ConversationMessage, id)?;
    let (actor, text, plain) = (visitor.actor(), content.text.clone(), content.files.is_empty());
    let written = conversation::receive(app, &actor, id, client_id, content).await?;
    if plain && !written.repeated {
        return as_written(visitor, id, client_id, text, &written);
    }
    let before = written.public_seq.ok_or_else(numberless)? - 1;
    app.db.read(Pool::Quick, move |rx| said(timeline_in(rx, &actor, id, Part::After(before), 1, Eyes::Customer)?, written.repeated)).await
}

fn said(mut timeline: Timeline, repeated: bool) -> Result<Said> {
    let item = timeline.items.pop().ok_or_else(|| Error::Broken("a kept message that cannot be read".into()))?;
    Ok(Said { item, names: timeline.names, repeated })
}

/// The answer made from what was just written, as reading it back would make it: the usual message costs no query.
fn as_written(visitor: &Visitor, id: ConversationId, client_id: Uuid, text: String, written: &Written) -> Result<Said> {
    let (author, public_seq) = (visitor.actor().as_ref(), written.public_seq);
    let stored = message::Stored {
        id: written.message,
        conversation: id,
        seq: written.seq,
        public_seq: Some(public_seq.ok_or_else(numberless)?),
        doc: 0,
        kind: MessageKind::Customer,
        author,
        body: None,
        language: None,
        files: vec![],
        mentions: vec![],
        client_id: Some(client_id),
        request_hmac: None,
        at: written.at,
        late: false,
        redacted_at: None,
    };
    let event = Event::Message { message: written.message, kind: MessageKind::Customer, automatic: false, joined_from: None };
    let recorded = Recorded { seq: written.seq, public_seq, at: written.at, actor: author, depth: 0, cause: None, event };
    let names = Names { contact: visitor.contact.name.clone(), ..Names::default() };
    Ok(Said { item: Item { recorded, message: Some(Opened { stored, text, files: vec![], mail: None }) }, names, repeated: false })
}

fn numberless() -> Error {
    Error::Broken("a customer's message without a public number".into())
}

/// The customer has read up to a public number.
pub async fn read(app: &App, visitor: &Visitor, id: ConversationId, public_seq: i64) -> Result<()> {
    app.limits.check(Limit::VisitorTyping, visitor.session.id)?;
    conversation::visitor_read(app, &visitor.actor(), id, public_seq).await
}

/// The customer rates a finished conversation, once.
pub async fn rate(app: &App, visitor: &Visitor, id: ConversationId, input: conversation::RatingInput) -> Result<()> {
    app.limits.check(Limit::VisitorTyping, visitor.session.id)?;
    match conversation::rate(app, &visitor.actor(), id, input).await {
        Err(Error::Refused(Refusal::AlreadyRated)) => Err(Error::Duplicate("a rating")),
        done => done,
    }
}

/// A part of a conversation as the customer sees it.
pub async fn timeline(app: &App, visitor: &Visitor, id: ConversationId, part: Part, limit: usize) -> Result<Timeline> {
    app.limits.check(Limit::VisitorRead, visitor.session.id)?;
    conversation::view::timeline(app, &visitor.actor(), id, part, limit, Eyes::Customer).await
}

/// The customer is typing: a note to whoever looks at the case, never kept.
pub async fn typing(app: &App, visitor: &Visitor, id: ConversationId) -> Result<()> {
    app.limits.check(Limit::VisitorTyping, visitor.session.id)?;
    let actor = visitor.actor();
    app.db.read(Pool::Quick, move |rx| get_permitted(rx, &actor, Permission::ConversationRead, id)).await?;
    app.db.publish(Presence::of_visitor(id));
    Ok(())
}
