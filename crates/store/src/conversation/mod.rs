//! Conversations: the plain state, one row each, and the sealed preview and subject beside it.
//!
//! The row is also the lock of the stream: whoever writes events holds it first.

mod open;
mod row;
mod side;

pub use open::{End, OPEN_ENDS, OpenPlace, changed_since, marks_of, open_marks, open_mentions, open_states};
pub use row::{Row, ids, matches, page, read_text, rows};
pub use side::{about, sealed_for, sides, tell, told};

use crate::Error;
use crate::flaw::{Flaw, planted};
use crate::keys::{Cell, KeyId};
use crate::message;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row as Cells;
use candor_domain::conversation::{Category, Conversation, Priority, Turn};
use candor_domain::id::{ContactId, ConversationId, InboxId, TagId};
use uuid::Uuid;

/// A conversation as it is kept: its state and what stands beside it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub case: Conversation,
    pub key: KeyId,
    pub channel: String,
    pub language: Option<String>,
    pub tags: Vec<TagId>,
    pub preview_from: String,
}

/// The columns of the state, in the order [`read`] takes them. `c` is the conversation.
macro_rules! state_columns {
    () => {
        "c.id, c.number, c.contact_id, c.inbox_id, c.team_id, c.assignee_id, c.status_id, c.category, c.turn, c.priority, \
         c.seq, c.public_seq, c.created_at, c.updated_at, c.last_message_at, c.last_customer_seq, c.waiting_since, c.first_reply_at, \
         c.resolved_at, c.snoozed, c.snoozed_until, c.visitor_read_seq, c.agent_read_seq, c.rating, c.rating_asked, c.key_id, c.channel, \
         c.language, c.tags, c.preview_from, c.spam, c.outbound, c.parent_id"
    };
}
pub(crate) use state_columns;

/// How many columns [`state_columns`] names.
pub(crate) const STATE_COLUMNS: usize = 33;

/// Reads the state from a row that begins with [`state_columns`].
pub(crate) fn read(row: &Cells<'_>) -> Result<Stored, Error> {
    let category = level(row.get(7)?, "category", Category::from_level)?;
    let turn = level(row.get(8)?, "turn", Turn::from_level)?;
    let priority = level(row.get(9)?, "priority", Priority::from_level)?;
    let case = Conversation {
        id: ConversationId(row.get(0)?),
        number: row.get(1)?,
        contact: ContactId(row.get(2)?),
        inbox: InboxId(row.get(3)?),
        team: row.get::<Option<Uuid>>(4)?.map(Into::into),
        assignee: row.get::<Option<Uuid>>(5)?.map(Into::into),
        status: row.get::<Uuid>(6)?.into(),
        category,
        turn,
        priority,
        seq: row.get(10)?,
        public_seq: row.get(11)?,
        created_at: row.get(12)?,
        updated_at: row.get(13)?,
        last_message_at: row.get(14)?,
        last_customer_seq: row.get(15)?,
        waiting_since: row.get(16)?,
        first_reply_at: row.get(17)?,
        resolved_at: row.get(18)?,
        snoozed: row.get(19)?,
        snoozed_until: row.get(20)?,
        visitor_read_seq: row.get(21)?,
        agent_read_seq: row.get(22)?,
        rating: row.get(23)?,
        rating_asked: row.get(24)?,
        spam: row.get(30)?,
        outbound: row.get(31)?,
        parent: row.get::<Option<Uuid>>(32)?.map(ConversationId),
    };
    let tags = row.get::<String>(28)?;
    Ok(Stored {
        case,
        key: KeyId(row.get(25)?),
        channel: row.get(26)?,
        language: row.get(27)?,
        tags: message::split(&tags),
        preview_from: row.get(29)?,
    })
}

fn level<T>(value: i64, column: &'static str, from: impl Fn(i64) -> Option<T>) -> Result<T, Error> {
    from(value).ok_or_else(|| Error::Corrupt(format!("conversation.{column} holds {value}")))
}

const GET: &str = concat!("SELECT ", state_columns!(), " FROM conversation c WHERE c.id = $1");
const LOCK: &str = concat!("SELECT ", state_columns!(), " FROM conversation c WHERE c.id = $1 /*lock*/");

pub fn get(q: &mut impl Query, id: ConversationId) -> Result<Stored, Error> {
    q.one(GET, &[&id.0], read)
}

/// Takes the stream's lock and reads the state. Everything that writes events begins here.
pub fn lock(tx: &mut Tx<'_>, id: ConversationId) -> Result<Stored, Error> {
    tx.one(if planted(Flaw::WritesUnlocked) { GET } else { LOCK }, &[&id.0], read)
}

/// What makes a start repeatable: the session, the client's id, and the HMAC of the request as it arrived.
#[derive(Clone, Debug)]
pub struct Start {
    pub session: Uuid,
    pub client_id: Uuid,
    pub request_hmac: Vec<u8>,
}

const BY_START: &str = "SELECT id, start_hmac FROM conversation WHERE start_session = $1 AND client_id = $2";

/// The conversation this session started with this client id, and the HMAC of that request.
pub fn by_start(q: &mut impl Query, session: Uuid, client_id: Uuid) -> Result<Option<(ConversationId, Vec<u8>)>, Error> {
    q.optional(BY_START, &[&session, &client_id], |row| Ok((ConversationId(row.get(0)?), row.get(1)?)))
}

const INSERT: &str = "INSERT INTO conversation (id, number, contact_id, key_id, inbox_id, team_id, assignee_id, status_id, category, turn, \
     priority, channel, language, preview_from, origin_sealed, tags, seq, public_seq, reacted_seq, last_customer_seq, visitor_read_seq, \
     agent_read_seq, created_at, updated_at, last_message_at, waiting_since, first_reply_at, resolved_at, snoozed, snoozed_until, rating, \
     rating_asked, client_id, start_session, start_hmac, outbound, parent_id) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19, 0, 0, $20, $21, $22, $23, $24, $25, \
     $26, $27, $28, $29, $30, $31, $32, $33, $34)";

/// Inserts a conversation in the state that its first events left. `origin` says, sealed, where it began: the page of a chat, the address
/// that we wrote to.
pub fn insert(tx: &mut Tx<'_>, new: &Stored, origin: Option<Vec<u8>>, start: Option<&Start>) -> Result<(), Error> {
    let case = &new.case;
    let (session, client_id, hmac) =
        (start.map(|start| start.session), start.map(|start| start.client_id), start.map(|start| start.request_hmac.clone()));
    tx.execute(
        INSERT,
        &[
            &case.id.0,
            &case.number,
            &case.contact.0,
            &new.key.0,
            &case.inbox.0,
            &case.team.map(|id| id.0),
            &case.assignee.map(|id| id.0),
            &case.status.0,
            &case.category.level(),
            &case.turn.level(),
            &case.priority.level(),
            &new.channel,
            &new.language,
            &new.preview_from,
            &origin,
            &message::join(&new.tags),
            &case.seq,
            &case.public_seq,
            &case.last_customer_seq,
            &case.created_at,
            &case.updated_at,
            &case.last_message_at,
            &case.waiting_since,
            &case.first_reply_at,
            &case.resolved_at,
            &case.snoozed,
            &case.snoozed_until,
            &case.rating,
            &case.rating_asked,
            &client_id,
            &session,
            &hmac,
            &case.outbound,
            &case.parent.map(|id| id.0),
        ],
    )?;
    Ok(())
}

const SAVE: &str = "UPDATE conversation SET inbox_id = $2, team_id = $3, assignee_id = $4, status_id = $5, category = $6, turn = $7, \
     priority = $8, language = $9, tags = $10, seq = $11, public_seq = $12, last_customer_seq = $13, updated_at = $14, last_message_at = $15, \
     waiting_since = $16, first_reply_at = $17, resolved_at = $18, snoozed = $19, snoozed_until = $20, rating = $21, rating_asked = $22, \
     preview_from = $23, preview_sealed = COALESCE($24, preview_sealed), spam = $25 WHERE id = $1";

/// Writes the state back; a new `preview` replaces the old one.
pub fn save(tx: &mut Tx<'_>, stored: &Stored, preview: Option<Vec<u8>>) -> Result<(), Error> {
    let case = &stored.case;
    tx.put(
        SAVE,
        &[
            &case.id.0,
            &case.inbox.0,
            &case.team.map(|id| id.0),
            &case.assignee.map(|id| id.0),
            &case.status.0,
            &case.category.level(),
            &case.turn.level(),
            &case.priority.level(),
            &stored.language,
            &message::join(&stored.tags),
            &case.seq,
            &case.public_seq,
            &case.last_customer_seq,
            &case.updated_at,
            &case.last_message_at,
            &case.waiting_since,
            &case.first_reply_at,
            &case.resolved_at,
            &case.snoozed,
            &case.snoozed_until,
            &case.rating,
            &case.rating_asked,
            &stored.preview_from,
            &preview,
            &case.spam,
        ],
    )
}

const SET_SUBJECT: &str = "UPDATE conversation SET subject_sealed = $2 WHERE id = $1";

pub fn set_subject(tx: &mut Tx<'_>, id: ConversationId, sealed: Option<Vec<u8>>) -> Result<(), Error> {
    tx.execute(SET_SUBJECT, &[&id.0, &sealed])?;
    Ok(())
}

const VISITOR_READ: &str = "UPDATE conversation SET visitor_read_seq = $2 WHERE id = $1 AND visitor_read_seq < $2 AND public_seq >= $2";
const AGENT_READ: &str = "UPDATE conversation SET agent_read_seq = $2 WHERE id = $1 AND agent_read_seq < $2 AND public_seq >= $2";

/// Moves the customer's read mark forward; false when it stood there already. Not an event: nobody acted.
pub fn visitor_read(tx: &mut Tx<'_>, id: ConversationId, public_seq: i64) -> Result<bool, Error> {
    Ok(tx.execute(VISITOR_READ, &[&id.0, &public_seq])? > 0)
}

/// Moves the mark of what one of us has read forward.
pub fn agent_read(tx: &mut Tx<'_>, id: ConversationId, public_seq: i64) -> Result<bool, Error> {
    Ok(tx.execute(AGENT_READ, &[&id.0, &public_seq])? > 0)
}

const BY_NUMBER: &str = "SELECT id FROM conversation WHERE number = $1";

pub fn by_number(q: &mut impl Query, number: i64) -> Result<Option<ConversationId>, Error> {
    q.optional(BY_NUMBER, &[&number], |row| Ok(ConversationId(row.get(0)?)))
}

/// The case that the last mail of this one was taken over into.
pub fn joined_to(q: &mut impl Query, id: ConversationId) -> Result<Option<ConversationId>, Error> {
    const JOINED: &str = "SELECT joined_to FROM conversation WHERE id = $1";
    Ok(q.optional(JOINED, &[&id.0], |row| row.get::<Option<Uuid>>(0))?.flatten().map(ConversationId))
}

/// Nothing of its customer's is left in it: what it was called goes, too.
pub fn set_joined(tx: &mut Tx<'_>, id: ConversationId, into: ConversationId) -> Result<(), Error> {
    const SET: &str = "UPDATE conversation SET joined_to = $2, subject_sealed = NULL WHERE id = $1";
    tx.execute(SET, &[&id.0, &into.0])?;
    Ok(())
}

/// The cell that holds the preview.
pub fn preview_cell(id: ConversationId) -> Cell<'static> {
    Cell { table: "conversation", column: "preview", row: id.0 }
}

/// The cell that holds the subject.
pub fn subject_cell(id: ConversationId) -> Cell<'static> {
    Cell { table: "conversation", column: "subject", row: id.0 }
}

/// The cell that says where the conversation began.
pub fn origin_cell(id: ConversationId) -> Cell<'static> {
    Cell { table: "conversation", column: "origin", row: id.0 }
}

const LOCK_TO_REACT: &str = concat!("SELECT ", state_columns!(), ", c.reacted_seq FROM conversation c WHERE c.id = $1 /*lock skip*/");
const LOOK_TO_REACT: &str = concat!("SELECT ", state_columns!(), ", c.reacted_seq FROM conversation c WHERE c.id = $1");
const REACTED: &str = "UPDATE conversation SET reacted_seq = $2 WHERE id = $1";

/// Takes the stream's lock for the reactor, with the number it has come to; `None` when somebody else holds it.
pub fn lock_to_react(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<(Stored, i64)>, Error> {
    let sql = if planted(Flaw::ReactsUnlocked) { LOOK_TO_REACT } else { LOCK_TO_REACT };
    tx.optional(sql, &[&id.0], |row| Ok((read(row)?, row.get(STATE_COLUMNS)?)))
}

/// Moves the reactor's cursor.
pub fn reacted(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<(), Error> {
    tx.put(REACTED, &[&id.0, &seq])
}

const ORIGIN: &str = "SELECT origin_sealed FROM conversation WHERE id = $1";

/// Where the conversation began: the page of a chat as it was given, or whom we wrote to.
pub fn origin(q: &mut impl Query, id: ConversationId) -> Result<Option<String>, Error> {
    let sealed = q.one(ORIGIN, &[&id.0], |row| row.get::<Option<Vec<u8>>>(0))?;
    Ok(sealed.map(|sealed| q.open_kept(origin_cell(id), &sealed)).transpose()?.flatten())
}

const SUBJECT: &str = "SELECT subject_sealed FROM conversation WHERE id = $1";

/// What the conversation is called, if it is called anything.
pub fn subject(q: &mut impl Query, id: ConversationId) -> Result<Option<String>, Error> {
    let sealed = q.one(SUBJECT, &[&id.0], |row| row.get::<Option<Vec<u8>>>(0))?;
    Ok(sealed.map(|sealed| q.open_kept(subject_cell(id), &sealed)).transpose()?.flatten())
}
