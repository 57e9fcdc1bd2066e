//! Keys that make a repeated request harmless: per agent or token, for 24 hours.
//!
//! The key is kept before the request runs and completed after it. Between the two its outcome is unknown: a repeat is
//! told so and changes nothing, whatever became of the first. Messages have their own `client_id`, which knows better.

use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_store::Queue;
use candor_store::flaw::{Flaw, planted};
use candor_store::idempotency::{self, Answered};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// The status of a request that has not been answered yet.
const OPEN: i64 = 0;

/// What a key says about a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It comes for the first time, and must be ended with [`end`].
    First,
    /// It was answered so.
    Answered { status: i64, item: Option<Uuid> },
    /// It runs, or was cut off.
    Unknown,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    Done {
        status: i64,
        item: Option<Uuid>,
    },
    /// It was refused and changed nothing, so the key is free again.
    Refused,
    /// Nobody knows; the key stays as it is.
    Unknown,
}

/// Agents and tokens have keys; nobody else.
pub fn owner(actor: &Actor) -> Option<Uuid> {
    match actor {
        Actor::Agent { id, .. } => Some(id.0),
        Actor::Token { id, .. } => Some(id.0),
        Actor::Visitor { .. } | Actor::Machine { .. } => None,
    }
}

/// Keeps the key, or says what is known of it. The same key for another request is refused.
pub async fn begin(app: &App, owner: Uuid, key: String, request: &[u8]) -> Result<Standing> {
    let body_mac = app.db.blind("idempotency", &HEXLOWER.encode(&Sha256::digest(request)));
    app.db
        .write(Queue::People, move |tx| {
            let first = Answered { body_mac: body_mac.clone(), status: OPEN, item: None };
            if idempotency::keep(tx, owner, &key, &first)? {
                return Ok(Standing::First);
            }
            let found = idempotency::find(tx, owner, &key)?.ok_or_else(|| Error::Broken("a kept key is gone".to_owned()))?;
            if found.body_mac != body_mac {
                return Err(Error::BodyMismatch);
            }
            if planted(Flaw::FreesRunningKey) && found.status == OPEN {
                return Ok(Standing::First);
            }
            Ok(if found.status == OPEN { Standing::Unknown } else { Standing::Answered { status: found.status, item: found.item } })
        })
        .await
}

/// Completes or frees the key of a first request.
pub async fn end(app: &App, owner: Uuid, key: String, ending: Ending) -> Result<()> {
    if ending == Ending::Unknown {
        return Ok(());
    }
    app.db
        .write(Queue::People, move |tx| {
            match ending {
                Ending::Done { status, item } => idempotency::finish(tx, owner, &key, status, item)?,
                Ending::Refused => idempotency::free(tx, owner, &key)?,
                Ending::Unknown => {}
            }
            Ok(())
        })
        .await
}

/// How many keys one round forgets.
const AT_ONCE: i64 = 200;

/// Forgets keys after their day, a round at a time.
pub async fn delete_ended(app: &App) -> Result<u64> {
    let mut forgotten = 0;
    loop {
        let round = app.db.write(Queue::Machines, |tx| Ok::<_, Error>(idempotency::forget_old(tx, AT_ONCE)?)).await?;
        forgotten += round;
        if round < AT_ONCE.unsigned_abs() {
            return Ok(forgotten);
        }
    }
}
