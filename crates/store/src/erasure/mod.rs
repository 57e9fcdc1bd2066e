//! Erasing a customer, from the order to the report: one row a contact, ids and numbers only.
//!
//! An order takes the contact's key away from its row, so that nothing new can be sealed or found for it; its cases are
//! shut one by one; then all its keys are destroyed and what is left is wiped in pieces. What stays is a shell with
//! events and figures. Nothing here touches files or the folder of the database: see `scrub`.

mod again;
mod case;
mod order;
mod watch;

pub(crate) use again::destroy_listed;
pub use again::{ERASE, QUEUE, add_job};
pub use case::{Shut, Wiped, shut, unsent, wipe};
pub use order::{begin, destroy, drop_sessions, files, forget_file, keys_of};
pub(crate) use watch::Watch;

use crate::Error;
use crate::query::Query;
use crate::tx::Tx;
use crate::value::Row;
use candor_domain::actor::{ActorKind, ActorRef};
use candor_domain::id::ContactId;
use uuid::Uuid;

/// How far an erasure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The record is empty and nobody writes for it any more; its cases are being shut.
    Asked,
    /// The keys are gone: what is left cannot be read by anybody. Rows and files are being wiped.
    Destroyed,
    /// Rows and files are gone; the database is being cleared of what it keeps of deleted rows.
    Wiped,
    Done,
}

impl State {
    pub const ALL: [State; 4] = [State::Asked, State::Destroyed, State::Wiped, State::Done];

    pub fn as_str(self) -> &'static str {
        match self {
            State::Asked => "asked",
            State::Destroyed => "destroyed",
            State::Wiped => "wiped",
            State::Done => "done",
        }
    }
}

/// An erasure and what it did so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    pub id: Uuid,
    pub contact: ContactId,
    pub actor: ActorRef,
    pub state: State,
    pub asked_at: i64,
    pub cases: i64,
    pub messages: i64,
    pub files: i64,
    pub identities: i64,
    pub keys: i64,
    pub destroyed_at: Option<i64>,
    pub wiped_at: Option<i64>,
    pub done_at: Option<i64>,
    /// Copies of the database that are older, as JSON.
    pub copies: String,
}

macro_rules! columns {
    () => {
        "id, contact_id, actor_kind, actor_id, state, asked_at, cases, messages, files, identities, keys, destroyed_at, wiped_at, \
         done_at, copies"
    };
}

fn read(row: &Row<'_>) -> Result<Erasure, Error> {
    let (kind, state) = (row.get::<String>(2)?, row.get::<String>(4)?);
    Ok(Erasure {
        id: row.get(0)?,
        contact: ContactId(row.get(1)?),
        actor: ActorRef {
            kind: ActorKind::parse(&kind).ok_or_else(|| Error::Corrupt(format!("erasure.actor_kind holds {kind}")))?,
            id: row.get(3)?,
        },
        state: State::ALL
            .into_iter()
            .find(|one| one.as_str() == state)
            .ok_or_else(|| Error::Corrupt(format!("erasure.state holds {state}")))?,
        asked_at: row.get(5)?,
        cases: row.get(6)?,
        messages: row.get(7)?,
        files: row.get(8)?,
        identities: row.get(9)?,
        keys: row.get(10)?,
        destroyed_at: row.get(11)?,
        wiped_at: row.get(12)?,
        done_at: row.get(13)?,
        copies: row.get(14)?,
    })
}

const GET: &str = concat!("SELECT ", columns!(), " FROM erasure WHERE id = $1");
const OF_CONTACT: &str = concat!("SELECT ", columns!(), " FROM erasure WHERE contact_id = $1");
const PAGE: &str = concat!("SELECT ", columns!(), " FROM erasure WHERE (asked_at, id) < ($1, $2) ORDER BY asked_at DESC, id DESC LIMIT $3");
const WIPED: &str = concat!("SELECT ", columns!(), " FROM erasure WHERE state = 'wiped' ORDER BY id LIMIT $1");

pub fn get(q: &mut impl Query, id: Uuid) -> Result<Erasure, Error> {
    q.one(GET, &[&id], read)
}

/// The erasure of a contact, if one was asked for.
pub fn of_contact(q: &mut impl Query, contact: ContactId) -> Result<Option<Erasure>, Error> {
    q.optional(OF_CONTACT, &[&contact.0], read)
}

/// Erasures, newest first, before this time and id.
pub fn page(q: &mut impl Query, before: Option<(i64, Uuid)>, limit: i64) -> Result<Vec<Erasure>, Error> {
    let (at, id) = before.unwrap_or((i64::MAX, Uuid::max()));
    q.list(PAGE, &[&at, &id, &limit], read)
}

/// Erasures whose rows are gone and whose traces in the database's files are not yet.
pub fn wiped(q: &mut impl Query, limit: i64) -> Result<Vec<Erasure>, Error> {
    q.list(WIPED, &[&limit], read)
}

const SET_WIPED: &str = "UPDATE erasure SET state = 'wiped', wiped_at = $2 WHERE id = $1 AND state = 'destroyed'";
const SET_DONE: &str = "UPDATE erasure SET state = 'done', done_at = $2 WHERE id = $1 AND state = 'wiped'";

/// All rows and files of the contact are gone.
pub fn set_wiped(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Error> {
    let now = tx.now();
    Ok(tx.execute(SET_WIPED, &[&id, &now])? > 0)
}

/// Nothing of the contact is left that the database could give back.
pub fn set_done(tx: &mut Tx<'_>, id: Uuid) -> Result<bool, Error> {
    let now = tx.now();
    Ok(tx.execute(SET_DONE, &[&id, &now])? > 0)
}
