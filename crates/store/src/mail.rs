//! What is known of a message that was a mail, beside its words: who wrote to whom, and which of its words are new.

use crate::Error;
use crate::keys::{Cell, KeyId};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::channel::MailState;
use candor_domain::id::{ConversationId, InboundId, MessageId};
use uuid::Uuid;

/// A mail with its head opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    pub message: MessageId,
    pub conversation: ConversationId,
    /// What it was read from; `None` for one of ours.
    pub inbound: Option<InboundId>,
    /// Who wrote to whom and the subject, as JSON; `None` where its customer was erased.
    pub head: Option<String>,
    pub state: MailState,
    /// What the other server said when it did not take it.
    pub problem: Option<String>,
    /// Lengths in bytes of what is new, quoted and signature, in the order of the text, as `n120 q4000 s30`.
    pub pieces: String,
    pub at: i64,
}

macro_rules! columns {
    () => {
        "m.message_id, m.conversation_id, m.inbound_id, m.state, m.pieces, m.at, m.head_sealed, m.problem_sealed"
    };
}

const INSERT: &str =
    "INSERT INTO mail (message_id, conversation_id, inbound_id, head_sealed, pieces, state, at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
const GET: &str = concat!("SELECT ", columns!(), " FROM mail m WHERE m.message_id = $1");
const BETWEEN: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM mail m JOIN message s ON s.id = m.message_id WHERE s.conversation_id = $1 AND s.seq >= $2 AND s.seq <= $3"
);
const NEWEST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM mail m JOIN message s ON s.id = m.message_id WHERE s.conversation_id = $1 AND m.state = 'received' AND m.joined_from IS NULL \
     ORDER BY s.seq DESC LIMIT 1"
);
const SENT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM mail m JOIN message s ON s.id = m.message_id WHERE s.conversation_id = $1 AND m.state = 'handed' ORDER BY s.seq DESC LIMIT 1"
);
const JOIN: &str = "UPDATE mail SET conversation_id = $2, joined_from = $3, head_sealed = $4 WHERE message_id = $1";
const MOVE: &str = "UPDATE mail SET state = $2, problem_sealed = $3 WHERE message_id = $1";

/// Adds what is known of a message that is written by now. `key` is the case's.
pub fn insert(tx: &mut Tx<'_>, key: KeyId, mail: &Mail) -> Result<(), Error> {
    let cell = head_cell(mail.message);
    let head = mail.head.as_ref().map(|head| tx.seal(key, cell, head.as_bytes())).transpose()?;
    let inbound = mail.inbound.map(|id| id.0);
    let values: [&dyn crate::Value; 7] =
        [&mail.message.0, &mail.conversation.0, &inbound, &head, &mail.pieces, &mail.state.as_str(), &mail.at];
    tx.execute(INSERT, &values)?;
    Ok(())
}

/// It has come further; `problem` is what the other server said. `key` is the case's.
pub fn moved(tx: &mut Tx<'_>, key: KeyId, id: MessageId, state: MailState, problem: Option<&str>) -> Result<(), Error> {
    let sealed = problem.map(|problem| tx.seal(key, problem_cell(id), problem.as_bytes())).transpose()?;
    tx.execute(MOVE, &[&id.0, &state.as_str(), &sealed])?;
    Ok(())
}

/// Says anew who writes to whom.
pub fn readdress(tx: &mut Tx<'_>, key: KeyId, id: MessageId, head: &str) -> Result<(), Error> {
    let sealed = tx.seal(key, head_cell(id), head.as_bytes())?;
    tx.execute("UPDATE mail SET head_sealed = $2 WHERE message_id = $1", &[&id.0, &sealed])?;
    Ok(())
}

pub fn get(q: &mut impl Query, id: MessageId) -> Result<Option<Mail>, Error> {
    let Some(line) = q.optional(GET, &[&id.0], read)? else { return Ok(None) };
    open(q, line).map(Some)
}

/// An agent took it over from `from` into another case, whose key this is: what is known of it falls under that customer.
pub fn join(tx: &mut Tx<'_>, key: KeyId, mail: &Mail, from: ConversationId, into: ConversationId) -> Result<(), Error> {
    let head = mail.head.as_ref().map(|head| tx.seal(key, head_cell(mail.message), head.as_bytes())).transpose()?;
    tx.execute(JOIN, &[&mail.message.0, &into.0, &from.0, &head])?;
    Ok(())
}

/// The case that an agent took it over from.
pub fn joined_from(q: &mut impl Query, id: MessageId) -> Result<Option<ConversationId>, Error> {
    const FROM: &str = "SELECT joined_from FROM mail WHERE message_id = $1";
    Ok(q.optional(FROM, &[&id.0], |row| row.get::<Option<Uuid>>(0))?.flatten().map(ConversationId))
}

/// The last mail that came into a conversation by itself: whom an answer goes to.
pub fn newest_received(q: &mut impl Query, conversation: ConversationId) -> Result<Option<Mail>, Error> {
    let Some(line) = q.optional(NEWEST, &[&conversation.0], read)? else { return Ok(None) };
    open(q, line).map(Some)
}

/// The last mail of ours that another server has taken.
pub fn newest_handed(q: &mut impl Query, conversation: ConversationId) -> Result<Option<Mail>, Error> {
    let Some(line) = q.optional(SENT, &[&conversation.0], read)? else { return Ok(None) };
    open(q, line).map(Some)
}

/// How far the last mail of ours has come.
pub fn sent_state(q: &mut impl Query, conversation: ConversationId) -> Result<Option<MailState>, Error> {
    const STATE: &str = "SELECT m.state FROM mail m JOIN message s ON s.id = m.message_id \
         WHERE s.conversation_id = $1 AND m.inbound_id IS NULL AND m.state <> 'received' ORDER BY s.seq DESC LIMIT 1";
    let state = q.optional(STATE, &[&conversation.0], |row| row.get::<String>(0))?;
    Ok(state.and_then(|state| MailState::parse(&state)))
}

/// What is known of the mails among the messages with `first <= seq <= last`.
pub fn between(q: &mut impl Query, conversation: ConversationId, first: i64, last: i64) -> Result<Vec<Mail>, Error> {
    let lines = q.list(BETWEEN, &[&conversation.0, &first, &last], read)?;
    lines.into_iter().map(|line| open(q, line)).collect()
}

/// A row before its cells are opened.
type Line = (Mail, Option<Vec<u8>>, Option<Vec<u8>>);

fn read(row: &Row<'_>) -> Result<Line, Error> {
    let state: String = row.get(3)?;
    let mail = Mail {
        message: MessageId(row.get(0)?),
        conversation: ConversationId(row.get(1)?),
        inbound: row.get::<Option<Uuid>>(2)?.map(InboundId),
        head: None,
        state: MailState::parse(&state).ok_or_else(|| Error::Corrupt(format!("mail.state holds {state}")))?,
        problem: None,
        pieces: row.get(4)?,
        at: row.get(5)?,
    };
    Ok((mail, row.get(6)?, row.get(7)?))
}

fn open(q: &mut impl Query, (mail, head, problem): Line) -> Result<Mail, Error> {
    let id = mail.message;
    let head = head.map(|sealed| q.open_kept(head_cell(id), &sealed)).transpose()?.flatten();
    let problem = problem.map(|sealed| q.open_kept(problem_cell(id), &sealed)).transpose()?.flatten();
    Ok(Mail { head, problem, ..mail })
}

/// Takes away what is known of an erased customer's mail.
pub(crate) fn forget(tx: &mut Tx<'_>, message: MessageId) -> Result<(), Error> {
    const MAIL: &str = "UPDATE mail SET head_sealed = NULL, problem_sealed = NULL, pieces = '', inbound_id = NULL WHERE message_id = $1";
    tx.execute(MAIL, &[&message.0])?;
    Ok(())
}

fn head_cell(id: MessageId) -> Cell<'static> {
    Cell { table: "mail", column: "head", row: id.0 }
}

fn problem_cell(id: MessageId) -> Cell<'static> {
    Cell { table: "mail", column: "problem", row: id.0 }
}
