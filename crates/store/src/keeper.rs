//! The thread that looks after the store: how far the reactor is behind, what search lacks, and the audit roots.

use crate::options::Options;
use crate::seat::Seat;
use crate::text::Sql;
use crate::{Error, dirty};
use crossbeam_channel::{Receiver, RecvTimeoutError};
use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Duration;

const LOOK: Duration = Duration::from_millis(250);

const TODO: &str = "SELECT 1 FROM index_todo LIMIT 1";

/// Opens the seat anew when its connection broke.
pub(crate) type Reopen = Box<dyn Fn(&mut Seat) -> Result<(), Error> + Send>;

pub(crate) fn keep(mut seat: Seat, options: &Options, stopped: &Receiver<()>, reopen: &Reopen) {
    let _ = options;
    while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(LOOK) {
        if let Err(error) = look(&mut seat) {
            tracing::warn!(%error, "cannot look after the store");
            if let Err(error) = reopen(&mut seat) {
                tracing::warn!(%error, "cannot connect to the database");
            }
        }
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
