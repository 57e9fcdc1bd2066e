//! Messages and notes: sealed text with its place in the stream.

use crate::Error;
use crate::keys::Cell;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::{Row, Value};
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::event::MessageKind;
use candor_domain::id::{AgentId, ConversationId, FileId, MessageId};
use uuid::Uuid;

/// A message as it is kept. `body` is sealed; it is gone after a redaction.
#[derive(Clone, Debug)]
pub struct Stored {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub seq: i64,
    pub public_seq: Option<i64>,
    /// Its number in the search index, rising with time.
    pub doc: i64,
    pub kind: MessageKind,
    pub author: ActorRef,
    pub body: Option<Vec<u8>>,
    pub language: Option<String>,
    pub files: Vec<FileId>,
    pub mentions: Vec<AgentId>,
    pub client_id: Option<Uuid>,
    /// HMAC over the request as it arrived: tells a repeat from another body although the text is sealed.
    pub request_hmac: Option<Vec<u8>>,
    pub at: i64,
    /// Answered before the customer's last message was seen.
    pub late: bool,
    pub redacted_at: Option<i64>,
}

macro_rules! columns {
    () => {
        "id, conversation_id, seq, public_seq, doc, kind, author_kind, author_id, body_sealed, language, files, mentions, client_id, \
         request_hmac, at, late, redacted_at"
    };
}

fn read(row: &Row<'_>) -> Result<Stored, Error> {
    let (kind, author) = (row.get::<String>(5)?, row.get::<String>(6)?);
    Ok(Stored {
        id: MessageId(row.get(0)?),
        conversation: ConversationId(row.get(1)?),
        seq: row.get(2)?,
        public_seq: row.get(3)?,
        doc: row.get(4)?,
        kind: MessageKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("message.kind holds {kind}")))?,
        author: ActorRef {
            kind: ActorKind::parse(&author).ok_or_else(|| Error::Corrupt(format!("message.author_kind holds {author}")))?,
            id: row.get(7)?,
        },
        body: row.get(8)?,
        language: row.get(9)?,
        files: split(&row.get::<String>(10)?),
        mentions: split(&row.get::<String>(11)?),
        client_id: row.get(12)?,
        request_hmac: row.get(13)?,
        at: row.get(14)?,
        late: row.get(15)?,
        redacted_at: row.get(16)?,
    })
}

const INSERT: &str =
    concat!("INSERT INTO message (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)");

pub fn insert(tx: &mut Tx<'_>, new: &Stored) -> Result<(), Error> {
    tx.put(
        INSERT,
        &[
            &new.id.0,
            &new.conversation.0,
            &new.seq,
            &new.public_seq,
            &new.doc,
            &new.kind.as_str(),
            &new.author.kind.as_str(),
            &new.author.id,
            &new.body,
            &new.language,
            &join(&new.files),
            &join(&new.mentions),
            &new.client_id,
            &new.request_hmac,
            &new.at,
            &new.late,
            &new.redacted_at,
        ],
    )
}

const BY_CLIENT: &str = concat!("SELECT ", columns!(), " FROM message WHERE conversation_id = $1 AND client_id = $2 AND author_kind = $3");

/// The message a client sent with this id before, if it did.
pub fn by_client(q: &mut impl Query, conversation: ConversationId, client_id: Uuid, author: ActorKind) -> Result<Option<Stored>, Error> {
    q.optional(BY_CLIENT, &[&conversation.0, &client_id, &author.as_str()], read)
}

const GET: &str = concat!("SELECT ", columns!(), " FROM message WHERE id = $1");

pub fn get(q: &mut impl Query, id: MessageId) -> Result<Stored, Error> {
    q.one(GET, &[&id.0], read)
}

const BY_DOC: &str = concat!("SELECT ", columns!(), " FROM message WHERE doc = $1");

pub fn by_doc(q: &mut impl Query, doc: i64) -> Result<Option<Stored>, Error> {
    q.optional(BY_DOC, &[&doc], read)
}

/// How many documents one statement asks for: few shapes, so that few statements are prepared.
const DOC_SHAPES: [usize; 4] = [1, 10, 50, 200];

/// The messages of these documents, newest first; what is gone is left out.
pub fn by_docs(q: &mut impl Query, docs: &[i64]) -> Result<Vec<Stored>, Error> {
    let mut found = Vec::with_capacity(docs.len());
    for part in docs.chunks(DOC_SHAPES[DOC_SHAPES.len() - 1]) {
        let width = DOC_SHAPES.into_iter().find(|width| *width >= part.len()).unwrap_or(part.len());
        let places: Vec<String> = (1..=width).map(|place| format!("${place}")).collect();
        let sql = format!(concat!("SELECT ", columns!(), " FROM message WHERE doc IN ({}) ORDER BY doc DESC"), places.join(", "));
        let values: Vec<i64> = (0..width).filter_map(|place| part.get(place).or(part.last())).copied().collect();
        let bound: Vec<&dyn Value> = values.iter().map(|doc| doc as &dyn Value).collect();
        found.extend(q.list_shaped(&sql, &bound, read)?);
    }
    Ok(found)
}

const BETWEEN: &str = concat!("SELECT ", columns!(), " FROM message WHERE conversation_id = $1 AND seq >= $2 AND seq <= $3 ORDER BY seq");

/// The messages with `first <= seq <= last`, in order.
pub fn between(q: &mut impl Query, conversation: ConversationId, first: i64, last: i64) -> Result<Vec<Stored>, Error> {
    q.list(BETWEEN, &[&conversation.0, &first, &last], read)
}

const NEWEST_PUBLIC: &str =
    concat!("SELECT ", columns!(), " FROM message WHERE conversation_id = $1 AND public_seq IS NOT NULL ORDER BY seq DESC LIMIT 1");
const UNREAD: &str = "SELECT COUNT(*) FROM message WHERE conversation_id = $1 AND public_seq > $2 AND author_kind <> 'contact'";
const UNREAD_REPLIES: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM message WHERE conversation_id = $1 AND public_seq > $2 AND kind = 'reply' AND redacted_at IS NULL ORDER BY seq DESC LIMIT $3"
);
const UNANSWERED: &str = "SELECT MIN(at) FROM message WHERE conversation_id = $1 AND kind = 'customer' \
     AND seq > COALESCE((SELECT MAX(seq) FROM message WHERE conversation_id = $1 AND kind = 'reply'), 0)";
const CARRIES: &str = "SELECT 1 FROM message WHERE conversation_id = $1 AND public_seq IS NOT NULL AND files LIKE '%' || $2 || '%' LIMIT 1";

/// The newest message the customer may see.
pub fn newest_public(q: &mut impl Query, conversation: ConversationId) -> Result<Option<Stored>, Error> {
    q.optional(NEWEST_PUBLIC, &[&conversation.0], read)
}

/// How many messages of ours came after this public number.
pub fn unread_by_customer(q: &mut impl Query, conversation: ConversationId, public_seq: i64) -> Result<i64, Error> {
    q.one(UNREAD, &[&conversation.0, &public_seq], |row| row.get(0))
}

/// The last answers that came after this public number, newest first; what was redacted is none.
pub fn unread_replies(q: &mut impl Query, conversation: ConversationId, public_seq: i64, limit: i64) -> Result<Vec<Stored>, Error> {
    q.list(UNREAD_REPLIES, &[&conversation.0, &public_seq, &limit], read)
}

/// When the customer asked the first of what nobody has answered yet.
pub fn unanswered_since(q: &mut impl Query, conversation: ConversationId) -> Result<Option<i64>, Error> {
    q.one(UNANSWERED, &[&conversation.0], |row| row.get(0))
}

/// Whether a message that the customer may see carries this file.
pub fn carries_publicly(q: &mut impl Query, conversation: ConversationId, file: FileId) -> Result<bool, Error> {
    Ok(q.optional(CARRIES, &[&conversation.0, &file.to_string()], |_| Ok(()))?.is_some())
}

const AFTER: &str = concat!("SELECT ", columns!(), " FROM message WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3");

/// The first `limit` messages after a number, in order: for jobs that go through a conversation in pieces.
pub fn after(q: &mut impl Query, conversation: ConversationId, seq: i64, limit: i64) -> Result<Vec<Stored>, Error> {
    q.list(AFTER, &[&conversation.0, &seq, &limit], read)
}

const NEWEST: &str = concat!("SELECT ", columns!(), " FROM message WHERE conversation_id = $1 ORDER BY seq DESC LIMIT $2");

/// The last `limit` messages of a conversation, newest first.
pub fn newest(q: &mut impl Query, conversation: ConversationId, limit: i64) -> Result<Vec<Stored>, Error> {
    q.list(NEWEST, &[&conversation.0, &limit], read)
}

const TAKE_OVER: &str =
    "UPDATE message SET conversation_id = $2, seq = $3, public_seq = $4, author_id = $5, body_sealed = $6 WHERE id = $1";

/// Gives a message another place, in another stream: of all that `new` says, its conversation, numbers, author and sealed text.
pub fn take_over(tx: &mut Tx<'_>, new: &Stored) -> Result<(), Error> {
    tx.execute(TAKE_OVER, &[&new.id.0, &new.conversation.0, &new.seq, &new.public_seq, &new.author.id, &new.body])?;
    Ok(())
}

/// Whether a conversation has a message of this kind, with its words, besides this one.
pub fn has_other(q: &mut impl Query, conversation: ConversationId, kind: MessageKind, but: MessageId) -> Result<bool, Error> {
    const HAS: &str = "SELECT 1 FROM message WHERE conversation_id = $1 AND kind = $2 AND id <> $3 AND body_sealed IS NOT NULL LIMIT 1";
    Ok(q.optional(HAS, &[&conversation.0, &kind.as_str(), &but.0], |_| Ok(()))?.is_some())
}

const REDACT: &str = "UPDATE message SET body_sealed = NULL, files = '', redacted_at = $2 WHERE id = $1 AND redacted_at IS NULL";

/// Removes the text for good; false when it was gone already.
pub fn redact(tx: &mut Tx<'_>, id: MessageId, at: i64) -> Result<bool, Error> {
    Ok(tx.execute(REDACT, &[&id.0, &at])? > 0)
}

/// The cell that holds a message's text.
pub fn body_cell(id: MessageId) -> Cell<'static> {
    Cell { table: "message", column: "body", row: id.0 }
}

pub(crate) fn join<T: std::fmt::Display>(ids: &[T]) -> String {
    let mut text = String::new();
    for id in ids {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&id.to_string());
    }
    text
}

pub(crate) fn split<T: std::str::FromStr>(text: &str) -> Vec<T> {
    text.split_whitespace().filter_map(|id| id.parse().ok()).collect()
}
