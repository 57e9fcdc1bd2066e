//! What visitors do in their conversations, within their limits, with the answer their screens show.

use super::cases::{Case, case_in};
use super::session::Visitor;
use crate::conversation::view::{Eyes, Timeline, timeline_in};
use crate::conversation::{self, Content, StartInput, get_permitted};
use crate::live::Presence;
use crate::{App, Error, Limit, Result};
use candor_domain::conversation::Refusal;
use candor_domain::id::ConversationId;
use candor_domain::permission::Permission;
use candor_store::Pool;
use candor_store::event::Part;
use uuid::Uuid;

/// What the customer said, as their screen shows it: the conversation, and the part of its stream with the one message.
#[derive(Debug)]
pub struct Said {
    pub case: Case,
    pub timeline: Timeline,
    /// Whether an earlier request had said it.
    pub repeated: bool,
}

/// Opens a conversation with its first message.
pub async fn open(app: &App, visitor: &Visitor, mut input: StartInput) -> Result<Said> {
    app.limits.check(Limit::ConversationStart, visitor.contact.id)?;
    input.session = visitor.session.id;
    input.inbox = visitor.session.inbox;
    let client_id = input.client_id;
    let started = conversation::start(app, &visitor.actor(), input).await?;
    said(app, visitor, started.conversation, Number::Of(client_id), started.repeated).await
}

/// Writes into a conversation.
pub async fn say(app: &App, visitor: &Visitor, id: ConversationId, client_id: Uuid, content: Content) -> Result<Said> {
    app.limits.check(Limit::VisitorMessage, visitor.contact.id)?;
    app.limits.check(Limit::ConversationMessage, id)?;
    let written = conversation::receive(app, &visitor.actor(), id, client_id, content).await?;
    let number = written.public_seq.ok_or_else(|| Error::Broken("a customer's message without a public number".into()))?;
    said(app, visitor, id, Number::Is(number), written.repeated).await
}

/// How the message is found again.
enum Number {
    Is(i64),
    /// By the id the client gave it.
    Of(Uuid),
}

async fn said(app: &App, visitor: &Visitor, id: ConversationId, number: Number, repeated: bool) -> Result<Said> {
    let actor = visitor.actor();
    app.db
        .read(Pool::Quick, move |rx| {
            let number = match number {
                Number::Is(number) => number,
                Number::Of(client_id) => {
                    let found = candor_store::message::by_client(rx, id, client_id, candor_domain::actor::ActorKind::Contact)?;
                    found.and_then(|message| message.public_seq).ok_or(Error::NotFound)?
                }
            };
            let timeline = timeline_in(rx, &actor, id, Part::After(number - 1), 1, Eyes::Customer)?;
            Ok(Said { case: case_in(rx, &actor, id)?, timeline, repeated })
        })
        .await
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
        Err(Error::Refused(Refusal::AlreadyRated)) => Err(Error::Duplicate("rating")),
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
