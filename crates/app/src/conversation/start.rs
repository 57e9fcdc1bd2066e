//! The customer opens a conversation.

use super::act::MAX_SUBJECT;
use super::record;
use super::said::Said;
use super::write::{self, Content, New};
use crate::{App, Error, Result};
use candor_domain::actor::{Actor, ActorRef};
use candor_domain::conversation::{Conversation, message_events, status};
use candor_domain::event::{Cause, Event, MessageKind, Recorded};
use candor_domain::id::{ContactId, ConversationId, InboxId, MessageId, VisitorSessionId};
use candor_domain::text;
use candor_store::conversation::{Start, Stored};
use candor_store::{Query, Queue, Tx, contact, conversation, counter, inbox};
use uuid::Uuid;

/// What a start brings along.
#[derive(Clone, Debug)]
pub struct StartInput {
    pub session: VisitorSessionId,
    pub inbox: InboxId,
    pub client_id: Uuid,
    pub content: Content,
    pub subject: Option<String>,
    /// The page the chat was opened on, as JSON; sealed.
    pub origin: Option<String>,
}

/// A conversation that exists now.
#[derive(Clone, Copy, Debug)]
pub struct Started {
    pub conversation: ConversationId,
    /// Whether an earlier request had started it.
    pub repeated: bool,
}

/// Starts a conversation with its first message. The same `client_id` of the same session answers the same conversation.
pub async fn start(app: &App, actor: &Actor, input: StartInput) -> Result<Started> {
    input.content.check(app)?;
    let Actor::Visitor { contact } = actor else { return Err(Error::Forbidden("only the customer starts as the customer")) };
    let (actor, said) = (actor.as_ref(), Said::of(&input.content.text));
    let begun = Begun { contact: *contact, actor, id: app.ids.make(), message: app.ids.make(), doc: app.db.new_doc(), said, input };
    let again = begun.clone();
    match app.db.write(Queue::People, move |tx| begin(tx, &begun)).await {
        // The same request ran twice at the same time and the other was first: now there is something to answer with.
        Err(Error::Store(error)) if error.is_unique("conversation", "client_id") => {
            app.db.write(Queue::People, move |tx| begin(tx, &again)).await
        }
        started => started,
    }
}

/// A start with everything that is made before the command, so that every run of it writes the same.
#[derive(Clone)]
struct Begun {
    contact: ContactId,
    actor: ActorRef,
    id: ConversationId,
    message: MessageId,
    doc: i64,
    said: Said,
    input: StartInput,
}

fn begin(tx: &mut Tx<'_>, begun: &Begun) -> Result<Started> {
    let input = &begun.input;
    let extra = serde_json::to_string(&(&input.subject, &input.origin)).expect("strings always serialise");
    let request_hmac = input.content.hmac(tx, &extra);
    if let Some((found, hmac)) = conversation::by_start(tx, input.session.0, input.client_id)? {
        return if write::is_same_request(&hmac, &request_hmac) {
            Ok(Started { conversation: found, repeated: true })
        } else {
            Err(Error::BodyMismatch)
        };
    }
    let place = inbox::get(tx, input.inbox)?;
    if !place.enabled {
        return Err(Error::Conflict("the inbox is switched off"));
    }
    let case = Conversation::blank(begun.id, begun.contact, input.inbox, place.team, tx.now());
    let key = contact::key(tx, begun.contact)?;
    let mut stored =
        Stored { case, key, channel: place.channel.as_str().to_owned(), language: None, tags: vec![], preview_from: "customer".into() };
    let (client_id, hmac) = (input.client_id, request_hmac.clone());
    let new =
        New { id: begun.message, doc: begun.doc, kind: MessageKind::Customer, author: begun.actor, client_id, request_hmac, late: false };
    let first = First { content: &input.content, subject: input.subject.as_deref(), origin: input.origin.as_deref(), said: &begun.said };
    open(tx, &mut stored, &new, &first, Some(&Start { session: input.session.0, client_id, request_hmac: hmac }))?;
    Ok(Started { conversation: begun.id, repeated: false })
}

/// What the customer began with.
pub(super) struct First<'a> {
    pub content: &'a Content,
    pub subject: Option<&'a str>,
    pub origin: Option<&'a str>,
    pub said: &'a Said,
}

/// Writes the first events, the row and the first message.
pub(super) fn open(tx: &mut Tx<'_>, stored: &mut Stored, new: &New, first: &First<'_>, start: Option<&Start>) -> Result<()> {
    let mut events = vec![Event::Started { inbox: stored.case.inbox }];
    events.extend(message_events(&stored.case, new.id, new.kind, status::OPEN)?);
    stored.language = first.said.language.map(|language| language.as_str().to_owned());
    let recorded = enter(tx, stored, new.author, events, first.subject, first.origin, start)?;
    write::insert(tx, stored, new, first.content, first.said, &recorded)?;
    let preview = write::line(tx, stored, &first.said.line)?;
    conversation::save(tx, stored, preview)?;
    record::finish(tx, stored)
}

/// Writes the first events and the row with its subject. The number is taken last among the locks.
pub(super) fn enter(
    tx: &mut Tx<'_>,
    stored: &mut Stored,
    author: ActorRef,
    events: Vec<Event>,
    subject: Option<&str>,
    origin: Option<&str>,
    start: Option<&Start>,
) -> Result<Vec<Recorded>> {
    stored.case.number = counter::next(tx, "conversation")?;
    let id = stored.case.id;
    let recorded = record::number(tx, stored, author, &Cause::ACT, events)?;
    let origin = origin.map(|origin| tx.seal(stored.key, conversation::origin_cell(id), origin.as_bytes())).transpose()?;
    conversation::insert(tx, stored, origin, start)?;
    if let Some(subject) = subject.map(|subject| text::clean_line(subject, MAX_SUBJECT)).filter(|subject| !subject.is_empty()) {
        let sealed = tx.seal(stored.key, conversation::subject_cell(id), subject.as_bytes())?;
        conversation::set_subject(tx, id, Some(sealed))?;
    }
    Ok(recorded)
}
