//! The one way a message gets into a stream: sealed, indexed, previewed, with its files.

use super::record;
use super::said::{self, Said};
use crate::{App, Error, Result};
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::conversation::{message_events, status};
use candor_domain::event::{Cause, Event, MessageKind, Recorded};
use candor_domain::id::{AgentId, FileId, MessageId};
use candor_domain::text;
use candor_store::conversation::Stored;
use candor_store::flaw::{Flaw, planted};
use candor_store::{Query, Tx, conversation, file, message};
use uuid::Uuid;

/// What a message says.
#[derive(Clone, Debug, Default)]
pub struct Content {
    pub text: String,
    pub files: Vec<FileId>,
    pub mentions: Vec<AgentId>,
}

impl Content {
    /// Refuses what is empty or too long, and texts with characters no database keeps.
    pub fn check(&self, app: &App) -> Result<()> {
        if self.text.trim().is_empty() && self.files.is_empty() {
            return Err(Error::invalid("text", "a message needs text or a file"));
        }
        if self.text.chars().count() > app.config.max_text {
            return Err(Error::TooLarge { limit: app.config.max_text as u64 });
        }
        if self.text.contains('\0') {
            return Err(Error::invalid("text", "the character U+0000 cannot be kept"));
        }
        if self.files.len() > MAX_FILES {
            return Err(Error::invalid("files", format!("at most {MAX_FILES} files go with a message")));
        }
        Ok(())
    }

    /// What "the same body" means: an HMAC over everything that was asked for, as much of it as chance needs.
    pub(super) fn hmac(&self, q: &impl Query, extra: &str) -> Vec<u8> {
        let parts = (&self.text, message_ids(&self.files), message_ids(&self.mentions), extra);
        let mut whole = q.blind("request", &serde_json::to_string(&parts).expect("strings always serialise"));
        whole.truncate(HMAC);
        whole
    }
}

/// Bytes of a request's HMAC that are kept; older rows hold twice as many.
const HMAC: usize = 16;

/// Whether a kept HMAC is that of this request.
pub(super) fn is_same_request(kept: &[u8], hmac: &[u8]) -> bool {
    !hmac.is_empty() && kept.starts_with(hmac)
}

/// How many files one message carries.
pub const MAX_FILES: usize = 10;

fn message_ids<T: std::fmt::Display>(ids: &[T]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

/// A message about to be written. Ids and numbers are made before the command, so that a second run keeps them.
#[derive(Clone, Debug)]
pub(super) struct New {
    pub id: MessageId,
    pub doc: i64,
    pub kind: MessageKind,
    pub author: ActorRef,
    pub client_id: Uuid,
    pub request_hmac: Vec<u8>,
    pub late: bool,
}

/// A message that is in the stream now.
#[derive(Clone, Debug)]
pub struct Written {
    pub seq: i64,
    pub public_seq: Option<i64>,
    pub message: MessageId,
    pub at: i64,
    /// Whether an earlier request had written it.
    pub repeated: bool,
}

/// Writes a message into a case whose lock is held: `first` happens before it, `then` after it, all in one command.
pub(super) fn write(
    tx: &mut Tx<'_>,
    stored: &mut Stored,
    new: &New,
    content: &Content,
    said: &Said,
    first: Vec<Event>,
    then: Vec<Event>,
) -> Result<Written> {
    let mut events = first;
    events.extend(message_events(&stored.case, new.id, new.kind, status::OPEN)?);
    events.extend(then);
    put(tx, stored, new, content, said, events)
}

/// The same with events that are decided.
pub(super) fn put(tx: &mut Tx<'_>, stored: &mut Stored, new: &New, content: &Content, said: &Said, events: Vec<Event>) -> Result<Written> {
    describe(stored, new, said);
    let recorded = record::number(tx, stored, new.author, &Cause::ACT, events)?;
    let own = insert(tx, stored, new, content, said, &recorded)?;
    let preview = line(tx, stored, &said.line)?;
    conversation::save(tx, stored, preview)?;
    record::finish(tx, stored)?;
    Ok(own)
}

/// Takes language and preview mark over into the state.
fn describe(stored: &mut Stored, new: &New, said: &Said) {
    if let (MessageKind::Customer, Some(language)) = (new.kind, said.language) {
        stored.language = Some(language.as_str().to_owned());
    }
    stored.preview_from = match new.kind {
        MessageKind::Customer => "customer",
        MessageKind::Reply => "agent",
        MessageKind::Note => "note",
    }
    .to_owned();
}

/// The row, the index words and the files of a message whose event has its number.
pub(super) fn insert(
    tx: &mut Tx<'_>,
    stored: &Stored,
    new: &New,
    content: &Content,
    said: &Said,
    recorded: &[Recorded],
) -> Result<Written> {
    let own = recorded.iter().find(|one| matches!(&one.event, Event::Message { message, .. } if *message == new.id));
    let own = own.ok_or_else(|| Error::Broken("a message was recorded without its event".into()))?;
    let body = tx.seal(stored.key, message::body_cell(new.id), content.text.as_bytes())?;
    message::insert(
        tx,
        &message::Stored {
            id: new.id,
            conversation: stored.case.id,
            seq: own.seq,
            public_seq: own.public_seq,
            doc: new.doc,
            kind: new.kind,
            author: new.author,
            body: Some(body),
            language: said.language.map(|language| language.as_str().to_owned()),
            files: content.files.clone(),
            mentions: content.mentions.clone(),
            client_id: Some(new.client_id).filter(|_| !planted(Flaw::ForgetsClientId)),
            request_hmac: Some(new.request_hmac.clone()),
            at: own.at,
            late: new.late,
            redacted_at: None,
        },
    )?;
    for id in &content.files {
        if !file::attach(tx, *id, stored.case.id, new.author)? {
            return Err(Error::invalid("files", format!("{id} is not a file of yours that waits to be sent")));
        }
    }
    index(tx, stored, new.doc, &said.words);
    Ok(Written { seq: own.seq, public_seq: own.public_seq, message: new.id, at: own.at, repeated: false })
}

/// A message of another stream becomes one of this case's: sealed for its customer, found by who may read it.
pub(crate) fn take_over(tx: &mut Tx<'_>, stored: &Stored, from: &message::Stored, text: &str, own: &Recorded) -> Result<()> {
    let body = tx.seal(stored.key, message::body_cell(from.id), text.as_bytes())?;
    let author = ActorRef { kind: from.author.kind, id: Some(stored.case.contact.0) };
    let (conversation, seq, public_seq) = (stored.case.id, own.seq, own.public_seq);
    message::take_over(tx, &message::Stored { conversation, seq, public_seq, author, body: Some(body), ..from.clone() })?;
    for id in &from.files {
        file::join(tx, *id, conversation, stored.case.contact, stored.key)?;
    }
    index(tx, stored, from.doc, &text::index_words(text));
    Ok(())
}

/// Sets the index words of a message: its own, and the scope words that make rights part of the query.
fn index(tx: &mut Tx<'_>, stored: &Stored, doc: i64, words: &text::Words) {
    let scope = crate::search::scope_words(&stored.case);
    let marks = words.iter().chain(scope.iter().map(String::as_str)).map(|word| tx.mark(word)).collect();
    tx.index(doc, marks);
}

pub(crate) fn preview(tx: &mut Tx<'_>, stored: &Stored, words: &str) -> Result<Option<Vec<u8>>> {
    line(tx, stored, &said::line(words))
}

pub(super) fn line(tx: &mut Tx<'_>, stored: &Stored, line: &str) -> Result<Option<Vec<u8>>> {
    Ok(Some(tx.seal(stored.key, conversation::preview_cell(stored.case.id), line.as_bytes())?))
}

/// The message an earlier request wrote with this client id: the same body answers the same, another is refused.
pub(super) fn repeated(tx: &mut Tx<'_>, stored: &Stored, author: ActorRef, client_id: Uuid, hmac: &[u8]) -> Result<Option<Written>> {
    let Some(found) = message::by_client(tx, stored.case.id, client_id, author.kind)? else { return Ok(None) };
    // A case has one customer, whose id changes when they turn out to be somebody we know.
    let same_author = author.kind == ActorKind::Contact || found.author.id == author.id;
    let same = planted(Flaw::TakesAnyBody) || same_author && found.request_hmac.as_deref().is_some_and(|kept| is_same_request(kept, hmac));
    if !same {
        return Err(Error::BodyMismatch);
    }
    Ok(Some(Written { seq: found.seq, public_seq: found.public_seq, message: found.id, at: found.at, repeated: true }))
}
