//! The thread that looks after the store: how far the reactor is behind, what search lacks, which keys are
//! gone, and the audit roots.

use crate::audit::Roots;
use crate::erasure::Watch;
use crate::seat::Seat;
use crate::text::Sql;
use crate::{Error, dirty};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const LOOK: Duration = Duration::from_millis(250);
/// Every so many looks it asks whether keys were destroyed.
const WATCH: u32 = 4;
const ROOT: Duration = Duration::from_secs(60);

const TODO: &str = "SELECT 1 FROM index_todo LIMIT 1";

/// Opens the seat's connection anew when it broke.
pub(crate) type Reopen = Box<dyn Fn(&mut Seat) -> Result<(), Error> + Send>;

/// Looks until the store closes; writes the last root when all writers have ended.
pub(crate) fn keep(mut seat: Seat, mut roots: Roots, stopped: &Receiver<()>, reopen: &Reopen) {
    let mut rooted = Instant::now();
    let (mut watch, mut looks) = (Watch::default(), 0u32);
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
        let due = rooted.elapsed() >= ROOT || seat.shared.root_wanted.load(Ordering::Relaxed);
        if due {
            rooted = Instant::now();
            seat.shared.root_wanted.store(false, Ordering::Relaxed);
        }
        looks = looks.wrapping_add(1);
        let watched = if looks.is_multiple_of(WATCH) { watch.look(&mut seat) } else { Ok(()) };
        let looked = watched.and_then(|()| look(&mut seat)).and_then(|()| if due { roots.write(&mut seat) } else { Ok(()) });
        if let Err(error) = looked {
            tracing::warn!(%error, "cannot look after the store");
            seat.shared.root_wanted.fetch_or(due, Ordering::Relaxed);
            if let Err(error) = reopen(&mut seat) {
                tracing::warn!(%error, "cannot connect to the database");
            }
        }
    }
    if let Err(error) = roots.write(&mut seat) {
        tracing::error!(%error, "the last audit root could not be written");
    }
}

fn look(seat: &mut Seat) -> Result<(), Error> {
    dirty::look(seat)?;
    let mut behind = false;
    seat.conn.each(Sql::Fixed(TODO), &[], &mut |_| {
        behind = true;
        Ok(ControlFlow::Break(()))
    })?;
    seat.shared.search_behind.store(behind, Ordering::Relaxed);
    Ok(())
}
