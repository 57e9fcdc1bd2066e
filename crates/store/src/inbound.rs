//! What came in from outside, byte for byte, before anybody has read it. The row says that it is kept; the bytes are a sealed file.
//!
//! The sender is nobody yet: a provisional contact is made with the row, so that the bytes lie under a key which goes with whoever
//! it turns out to be.

use crate::Error;
use crate::keys::{Cell, KeyId};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::block::BlockKind;
use candor_domain::id::{ChannelId, ContactId, ConversationId, FileId, InboundId, MessageId};
use uuid::Uuid;

/// How far it has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Durable, not read yet.
    Kept,
    /// A message of a case.
    Read,
    /// Could not be made a message; a person looks at it.
    Failed,
    /// Its sender is not heard: no message is made of it.
    Blocked,
}

impl State {
    fn parse(word: &str) -> Option<Self> {
        [Self::Kept, Self::Read, Self::Failed, Self::Blocked].into_iter().find(|state| state.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Read => "read",
            Self::Failed => "failed",
            Self::Blocked => "blocked",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inbound {
    pub id: InboundId,
    pub channel: ChannelId,
    pub contact: ContactId,
    pub file: FileId,
    pub state: State,
    /// Why it failed, or what is blocked; names no person and no word of theirs.
    pub problem: Option<String>,
    pub conversation: Option<ConversationId>,
    pub message: Option<MessageId>,
    pub received_at: i64,
    envelope: Option<Vec<u8>>,
}

impl Inbound {
    /// Who handed it over, as JSON; `None` once it is read.
    pub fn envelope(&self, q: &mut impl Query) -> Result<Option<String>, Error> {
        let Some(sealed) = &self.envelope else { return Ok(None) };
        q.open_kept(envelope_cell(self.id), sealed)
    }
}

/// Something that has just come in. Its bytes are a file by now.
#[derive(Clone, Debug)]
pub struct New<'a> {
    pub id: InboundId,
    pub channel: ChannelId,
    pub contact: ContactId,
    pub key: KeyId,
    pub file: FileId,
    /// What makes it the same as an earlier one on this channel.
    pub external: &'a str,
    pub envelope: &'a str,
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, channel_id, contact_id, file_id, state, problem, conversation_id, message_id, received_at, envelope_sealed FROM inbound ",
            $rest
        )
    };
}

const GET: &str = select!("WHERE id = $1");
const LOCK: &str = select!("WHERE id = $1 /*lock*/");
const OPEN: &str = select!("WHERE state <> 'read' AND state = $1 ORDER BY received_at, id LIMIT $2");
const KNOWN: &str = "SELECT id FROM inbound WHERE channel_id = $1 AND external_blind = $2";
const INSERT: &str = "INSERT INTO inbound (id, channel_id, external_blind, contact_id, envelope_sealed, file_id, state, received_at) \
     VALUES ($1, $2, $3, $4, $5, $6, 'kept', $7)";
const READ: &str = "UPDATE inbound SET state = 'read', problem = NULL, envelope_sealed = NULL, contact_id = $2, conversation_id = $3, message_id = $4, read_at = $5 \
     WHERE id = $1 AND state <> 'read'";
const FAILED: &str = "UPDATE inbound SET state = 'failed', problem = $2 WHERE id = $1 AND state = 'kept'";
const BLOCKED: &str = "UPDATE inbound SET state = 'blocked', problem = $2 WHERE id = $1 AND state = 'kept'";
const AGAIN: &str = "UPDATE inbound SET state = 'kept', problem = NULL WHERE id = $1 AND state IN ('failed', 'blocked')";
const LEFT: &str = "SELECT contact_id FROM inbound WHERE state <> 'read' AND state <> 'kept' AND received_at < $1 \
     AND NOT EXISTS (SELECT 1 FROM conversation WHERE conversation.contact_id = inbound.contact_id) ORDER BY received_at, id LIMIT $2";

/// The one that came in before with the same bytes on the same channel.
pub fn known(q: &mut impl Query, channel: ChannelId, external: &str) -> Result<Option<InboundId>, Error> {
    let blind = blind(q, external);
    q.optional(KNOWN, &[&channel.0, &blind], |row| row.get(0).map(InboundId))
}

/// Keeps it. `Error::Unique` on `inbound (external_blind)` where the same came in at the same time.
pub fn insert(tx: &mut Tx<'_>, new: &New<'_>) -> Result<(), Error> {
    let (external, now) = (blind(tx, new.external), tx.now());
    let envelope = tx.seal(new.key, envelope_cell(new.id), new.envelope.as_bytes())?;
    tx.execute(INSERT, &[&new.id.0, &new.channel.0, &external, &new.contact.0, &envelope, &new.file.0, &now])?;
    Ok(())
}

pub fn get(q: &mut impl Query, id: InboundId) -> Result<Inbound, Error> {
    q.one(GET, &[&id.0], read)
}

/// Reads it and holds it until the command ends: two workers make one message of it.
pub fn lock(tx: &mut Tx<'_>, id: InboundId) -> Result<Inbound, Error> {
    tx.one(LOCK, &[&id.0], read)
}

/// The oldest in a state other than read.
pub fn open(q: &mut impl Query, state: State, limit: i64) -> Result<Vec<Inbound>, Error> {
    q.list(OPEN, &[&state.as_str(), &limit], read)
}

/// It is a message now, or tells of one of ours; who handed it over stands in the head of its mail.
pub fn is_read(
    tx: &mut Tx<'_>,
    id: InboundId,
    contact: ContactId,
    conversation: ConversationId,
    message: Option<MessageId>,
) -> Result<(), Error> {
    let now = tx.now();
    tx.execute(READ, &[&id.0, &contact.0, &conversation.0, &message.map(|id| id.0), &now])?;
    Ok(())
}

/// The message it became is another customer's now.
pub fn join(tx: &mut Tx<'_>, id: InboundId, contact: ContactId, conversation: ConversationId) -> Result<(), Error> {
    const JOIN: &str = "UPDATE inbound SET contact_id = $2, conversation_id = $3 WHERE id = $1";
    tx.execute(JOIN, &[&id.0, &contact.0, &conversation.0])?;
    Ok(())
}

/// It could not be made a message.
pub fn failed(tx: &mut Tx<'_>, id: InboundId, problem: &str) -> Result<(), Error> {
    tx.execute(FAILED, &[&id.0, &problem])?;
    Ok(())
}

/// Whoever sent it is not heard.
pub fn blocked(tx: &mut Tx<'_>, id: InboundId, what: BlockKind) -> Result<(), Error> {
    tx.execute(BLOCKED, &[&id.0, &what.as_str()])?;
    Ok(())
}

/// Senders of what came before `before` and became no message, who have nothing else here.
pub fn left(q: &mut impl Query, before: i64, limit: i64) -> Result<Vec<ContactId>, Error> {
    q.list(LEFT, &[&before, &limit], |row| row.get(0).map(ContactId))
}

/// It is read anew. False: nothing kept it from being read.
pub fn again(tx: &mut Tx<'_>, id: InboundId) -> Result<bool, Error> {
    Ok(tx.execute(AGAIN, &[&id.0])? > 0)
}

/// Takes away what tells nobody anything any more.
pub fn remove(tx: &mut Tx<'_>, id: InboundId) -> Result<(), Error> {
    tx.execute("DELETE FROM inbound WHERE id = $1", &[&id.0])?;
    Ok(())
}

/// Takes away what came in for a case that is shut: its mails, and reports about ours. The files are the erasure's.
pub(crate) fn forget_case(tx: &mut Tx<'_>, conversation: ConversationId) -> Result<(), Error> {
    tx.execute("DELETE FROM inbound WHERE conversation_id = $1", &[&conversation.0])?;
    Ok(())
}

/// Takes away what an erased sender sent and nobody has read; its files are the erasure's. What was read goes with its case.
pub(crate) fn forget(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    tx.execute("DELETE FROM inbound WHERE contact_id = $1 AND state <> 'read'", &[&contact.0])?;
    Ok(())
}

fn blind(q: &impl Query, external: &str) -> Vec<u8> {
    q.blind("inbound.external", external)
}

fn envelope_cell(id: InboundId) -> Cell<'static> {
    Cell { table: "inbound", column: "envelope", row: id.0 }
}

fn read(row: &Row<'_>) -> Result<Inbound, Error> {
    let state: String = row.get(4)?;
    Ok(Inbound {
        id: InboundId(row.get(0)?),
        channel: ChannelId(row.get(1)?),
        contact: ContactId(row.get(2)?),
        file: FileId(row.get(3)?),
        state: State::parse(&state).ok_or_else(|| Error::Corrupt(format!("inbound.state holds {state}")))?,
        problem: row.get(5)?,
        conversation: row.get::<Option<Uuid>>(6)?.map(ConversationId),
        message: row.get::<Option<Uuid>>(7)?.map(MessageId),
        received_at: row.get(8)?,
        envelope: row.get(9)?,
    })
}
