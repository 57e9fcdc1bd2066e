//! Blocks: whom the desk does not hear, until when, and why. Targets and reasons are sealed; equal targets are found by
//! their HMAC, an address by the same one as the identities that it stops.
//!
//! `counter('block')` is raised with every change, so that a node finds out with one look at one row.

use crate::conversation::read_text as text;
use crate::keys::{Cell, KeyId};
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use crate::{Error, contact, counter};
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::block::{BlockKind, Blocks};
use candor_domain::contact::IdentityKind;
use candor_domain::id::{AgentId, BlockId, ContactId, ConversationId};
use uuid::Uuid;

/// What a block stops, opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    Contact(ContactId),
    /// As `198.51.100.0/24`.
    Network(String),
    Address(IdentityKind, String),
}

impl Target {
    pub fn kind(&self) -> BlockKind {
        match self {
            Self::Contact(_) => BlockKind::Contact,
            Self::Network(_) => BlockKind::Network,
            Self::Address(..) => BlockKind::Address,
        }
    }

    fn blind(&self, q: &impl Query) -> Vec<u8> {
        match self {
            Self::Contact(id) => q.blind("block.contact", &id.to_string()),
            Self::Network(network) => q.blind("block.network", network),
            Self::Address(kind, value) => contact::identity_blind(q, *kind, value),
        }
    }
}

/// A block as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub id: BlockId,
    /// `None` where the network or the address can no longer be opened: its customer was erased.
    pub target: Option<Target>,
    pub kind: BlockKind,
    /// Whom it stops, or whose case it was made from.
    pub contact: Option<ContactId>,
    /// The case it was made from.
    pub conversation: Option<ConversationId>,
    pub reason: String,
    pub by: ActorRef,
    pub created_at: i64,
    pub until: Option<i64>,
    pub lifted_at: Option<i64>,
    pub lifted_by: Option<AgentId>,
}

impl Block {
    /// Whether it stops anybody at this time.
    pub fn is_active(&self, now: i64) -> bool {
        self.lifted_at.is_none() && self.until.is_none_or(|until| until > now)
    }
}

/// The counter that says whether anything changed.
const VERSION: &str = "block";

macro_rules! columns {
    () => {
        "id, kind, contact_id, conversation_id, identity_kind, value_sealed, reason_sealed, by_kind, by_id, created_at, until, lifted_at, lifted_by"
    };
}

const INSERT: &str = "INSERT INTO block (id, kind, contact_id, conversation_id, identity_kind, value_sealed, target_blind, reason_sealed, \
     by_kind, by_id, created_at, until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
const END_OLD: &str = "UPDATE block SET lifted_at = until WHERE kind = $1 AND target_blind = $2 AND lifted_at IS NULL AND until <= $3";

/// Keeps a block, sealed with `key`. `Error::Unique` on `block (target_blind)` while another one of the same target holds.
pub fn insert(tx: &mut Tx<'_>, new: &Block, target: &Target, key: KeyId) -> Result<(), Error> {
    let (blind, now, kind) = (target.blind(tx), tx.now(), target.kind().as_str());
    tx.execute(END_OLD, &[&kind, &blind, &now])?;
    let value = match target {
        Target::Contact(_) => None,
        Target::Network(value) | Target::Address(_, value) => Some(tx.seal(key, value_cell(new.id), value.as_bytes())?),
    };
    let identity_kind = match target {
        Target::Address(kind, _) => Some(kind.as_str()),
        _ => None,
    };
    let reason = tx.seal(key, reason_cell(new.id), new.reason.as_bytes())?;
    tx.execute(
        INSERT,
        &[
            &new.id.0,
            &kind,
            &new.contact.map(|id| id.0),
            &new.conversation.map(|id| id.0),
            &identity_kind,
            &value,
            &blind,
            &reason,
            &new.by.kind.as_str(),
            &new.by.id,
            &new.created_at,
            &new.until,
        ],
    )?;
    changed(tx)
}

const GET: &str = concat!("SELECT ", columns!(), " FROM block WHERE id = $1");
const LIFT: &str = "UPDATE block SET lifted_at = $2, lifted_by = $3 WHERE id = $1 AND lifted_at IS NULL";

pub fn get(q: &mut impl Query, id: BlockId) -> Result<Block, Error> {
    let line = q.one(GET, &[&id.0], read)?;
    open(q, line)
}

/// Ends a block; false when it had been lifted.
pub fn lift(tx: &mut Tx<'_>, id: BlockId, by: Option<AgentId>) -> Result<bool, Error> {
    let now = tx.now();
    let lifted = tx.execute(LIFT, &[&id.0, &now, &by.map(|id| id.0)])? > 0;
    if lifted {
        changed(tx)?;
    }
    Ok(lifted)
}

const ACTIVE: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM block WHERE lifted_at IS NULL AND (until IS NULL OR until > $1) AND (created_at, id) < ($2, $3) \
     ORDER BY created_at DESC, id DESC LIMIT $4"
);
const PAST: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM block WHERE (lifted_at IS NOT NULL OR until <= $1) AND (created_at, id) < ($2, $3) ORDER BY created_at DESC, id DESC LIMIT $4"
);

/// A page of the blocks that hold, or of those that do not any more, newest first.
pub fn page(q: &mut impl Query, active: bool, before: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<Block>, Error> {
    let ((at, id), now) = (before.unwrap_or((i64::MAX, Uuid::max())), q.now());
    let lines = q.list(if active { ACTIVE } else { PAST }, &[&now, &at, &id, &limit], read)?;
    lines.into_iter().map(|line| open(q, line)).collect()
}

const OF_CONTACT: &str = concat!(
    "SELECT ",
    columns!(),
    " FROM block WHERE lifted_at IS NULL AND (until IS NULL OR until > $2) AND (kind = 'contact' AND contact_id = $1 \
     OR kind = 'address' AND (identity_kind, target_blind) IN (SELECT kind, value_blind FROM contact_identity WHERE contact_id = $1)) \
     ORDER BY created_at DESC LIMIT 1"
);

/// What stops a customer now, wherever they write from: a block of theirs, or of an address they have.
pub fn of_contact(q: &mut impl Query, contact: ContactId) -> Result<Option<Block>, Error> {
    let now = q.now();
    let line = q.optional(OF_CONTACT, &[&contact.0, &now], read)?;
    line.map(|line| open(q, line)).transpose()
}

const OF_ADDRESS: &str = "SELECT until FROM block WHERE kind = 'address' AND identity_kind = $1 AND target_blind = $2 AND lifted_at IS NULL \
     AND (until IS NULL OR until > $3) LIMIT 1";

/// Until when an address is blocked: `Some(None)` is without end.
pub fn of_address(q: &mut impl Query, kind: IdentityKind, value: &str) -> Result<Option<Option<i64>>, Error> {
    let (blind, now) = (contact::identity_blind(q, kind, value), q.now());
    q.optional(OF_ADDRESS, &[&kind.as_str(), &blind, &now], |row| row.get(0))
}

const OF_WRITER: &str = "SELECT 1 FROM block b JOIN contact_identity i ON i.contact_id = b.contact_id WHERE b.kind = 'contact' \
     AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until > $2) AND i.kind = 'email' AND i.value_blind = $1 \
     AND (i.proof >= 2 OR EXISTS (SELECT 1 FROM conversation c WHERE c.contact_id = i.contact_id AND c.channel = 'email')) LIMIT 1";

/// Whether a customer is blocked who writes mail from this address, or has proven it. An address that was only typed in a chat stops
/// nobody: anybody can type it.
pub fn is_of_blocked(q: &mut impl Query, address: &str) -> Result<bool, Error> {
    let (blind, now) = (contact::identity_blind(q, IdentityKind::Email, address), q.now());
    Ok(q.optional(OF_WRITER, &[&blind, &now], |_| Ok(()))?.is_some())
}

const MOVE: &str = "UPDATE block SET contact_id = $2 WHERE contact_id = $1";

/// What stopped one contact stops the person it turned out to be.
pub fn move_all(tx: &mut Tx<'_>, from: ContactId, to: ContactId) -> Result<(), Error> {
    if tx.execute(MOVE, &[&from.0, &to.0])? > 0 {
        changed(tx)?;
    }
    Ok(())
}

const FORGET: &str = "DELETE FROM block WHERE contact_id = $1";

/// Removes every trace of an erased customer.
pub fn forget(tx: &mut Tx<'_>, contact: ContactId) -> Result<(), Error> {
    if tx.execute(FORGET, &[&contact.0])? > 0 {
        changed(tx)?;
    }
    Ok(())
}

/// Rises with every change of any block.
pub fn version(q: &mut impl Query) -> Result<i64, Error> {
    counter::last(q, VERSION)
}

fn changed(tx: &mut Tx<'_>) -> Result<(), Error> {
    counter::next(tx, VERSION).map(drop)
}

const STOPS: &str = "SELECT id, kind, contact_id, value_sealed, until FROM block WHERE lifted_at IS NULL AND kind <> 'address' \
     AND (until IS NULL OR until > $1)";
const ADDRESSES: &str = "SELECT i.contact_id, b.until FROM block b JOIN contact_identity i ON i.kind = b.identity_kind \
     AND i.value_blind = b.target_blind WHERE b.kind = 'address' AND b.lifted_at IS NULL AND (b.until IS NULL OR b.until > $1)";

/// Everything that stops somebody, for a node's memory.
pub fn all(q: &mut impl Query) -> Result<Blocks, Error> {
    let (now, mut blocks) = (q.now(), Blocks::default());
    let lines = q.list(STOPS, &[&now], |row| {
        Ok((BlockId(row.get(0)?), row.get::<Option<Uuid>>(2)?, row.get::<Option<Vec<u8>>>(3)?, row.get::<Option<i64>>(4)?))
    })?;
    for (id, contact, value, until) in lines {
        match (contact, value) {
            (_, Some(sealed)) => {
                // A network whose customer was erased cannot be read, and stops nobody any more.
                if let Some(network) = opened(q, value_cell(id), &sealed)?.and_then(|text| text.parse().ok()) {
                    blocks.add_network(network, until);
                }
            }
            (Some(contact), None) => blocks.add_contact(ContactId(contact), BlockKind::Contact, until),
            (None, None) => {}
        }
    }
    for (contact, until) in q.list(ADDRESSES, &[&now], |row| Ok((ContactId(row.get(0)?), row.get(1)?)))? {
        blocks.add_contact(contact, BlockKind::Address, until);
    }
    Ok(blocks)
}

/// A row before its cells are opened.
struct Line {
    block: Block,
    identity_kind: Option<String>,
    value: Option<Vec<u8>>,
    reason: Vec<u8>,
}

fn read(row: &Row<'_>) -> Result<Line, Error> {
    let (kind, by) = (row.get::<String>(1)?, row.get::<String>(7)?);
    let block = Block {
        id: BlockId(row.get(0)?),
        target: None,
        kind: BlockKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("block.kind holds {kind}")))?,
        contact: row.get::<Option<Uuid>>(2)?.map(ContactId),
        conversation: row.get::<Option<Uuid>>(3)?.map(ConversationId),
        reason: String::new(),
        by: ActorRef { kind: ActorKind::parse(&by).ok_or_else(|| Error::Corrupt(format!("block.by_kind holds {by}")))?, id: row.get(8)? },
        created_at: row.get(9)?,
        until: row.get(10)?,
        lifted_at: row.get(11)?,
        lifted_by: row.get::<Option<Uuid>>(12)?.map(AgentId),
    };
    Ok(Line { block, identity_kind: row.get(4)?, value: row.get(5)?, reason: row.get(6)? })
}

fn open(q: &mut impl Query, line: Line) -> Result<Block, Error> {
    let Line { mut block, identity_kind, value, reason } = line;
    let value = match value {
        Some(sealed) => opened(q, value_cell(block.id), &sealed)?,
        None => None,
    };
    block.target = match (block.kind, value, identity_kind.as_deref().and_then(IdentityKind::parse)) {
        (BlockKind::Contact, ..) => block.contact.map(Target::Contact),
        (BlockKind::Network, Some(network), _) => Some(Target::Network(network)),
        (BlockKind::Address, Some(value), Some(kind)) => Some(Target::Address(kind, value)),
        _ => None,
    };
    block.reason = opened(q, reason_cell(block.id), &reason)?.unwrap_or_default();
    Ok(block)
}

/// `None` when the cell's key was destroyed with its customer.
fn opened(q: &mut impl Query, cell: Cell<'static>, sealed: &[u8]) -> Result<Option<String>, Error> {
    match q.open(cell, sealed) {
        Ok(bytes) => text(bytes).map(Some),
        Err(Error::Sealed(crate::SealError::Destroyed)) => Ok(None),
        Err(other) => Err(other),
    }
}

fn value_cell(id: BlockId) -> Cell<'static> {
    Cell { table: "block", column: "value", row: id.0 }
}

fn reason_cell(id: BlockId) -> Cell<'static> {
    Cell { table: "block", column: "reason", row: id.0 }
}
