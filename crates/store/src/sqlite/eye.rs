//! One connection for glances: queries of a few rows that are answered where they are asked, on the thread of whoever asks.
//! A reading thread would have to be woken for each, and somebody woken by its answer. See
//! `docs/decisions/019-a-lone-command-runs-where-it-is-asked-for.md`.

use super::reader::serve;
use crate::read::Job;
use crate::seat::Seat;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Whoever asks waits for the disk on a thread that others share: a glance that took longer is the last for a while.
const QUICK: Duration = Duration::from_millis(2);
const PAUSE: Duration = Duration::from_secs(1);

/// One glance at a time: whoever finds it taken asks a reading thread.
pub(crate) struct Eye {
    /// `None` once the store has closed.
    open: Mutex<Option<Open>>,
    /// A glance that takes as long is given up.
    deadline: Duration,
}

struct Open {
    seat: Seat,
    shut_until: Option<Instant>,
}

impl Eye {
    pub(crate) fn new(seat: Seat, deadline: Duration) -> Eye {
        Eye { open: Mutex::new(Some(Open { seat, shut_until: None })), deadline }
    }

    /// Answers a query here and now, or gives it back for a reading thread.
    pub(crate) fn glance(&self, job: Job) -> Result<(), Job> {
        let Ok(mut held) = self.open.try_lock() else { return Err(job) };
        let began = Instant::now();
        match held.as_mut() {
            Some(open) if open.shut_until.is_none_or(|until| began >= until) => {
                serve(&mut open.seat, job, self.deadline);
                open.shut_until = (began.elapsed() > QUICK).then(|| Instant::now() + PAUSE);
                Ok(())
            }
            _ => Err(job),
        }
    }

    /// Ends the connection; a glance that is under way is finished first.
    pub(crate) fn close(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
