//! The one thread that writes to SQLite.

use super::group::Group;
use crate::dirty;
use crate::seat::Seat;
use std::time::{Duration, Instant};

/// How often the writer looks how far the reactor is behind.
const LOOK: Duration = Duration::from_millis(100);

/// Serves commands until the queues are closed and empty.
pub(crate) fn write(mut seat: Seat) -> Seat {
    let shared = std::sync::Arc::clone(&seat.shared);
    let mut group = Group::default();
    let mut looked = Instant::now();
    while let Some(first) = shared.queues.pop() {
        group.run(&mut seat, first);
        if looked.elapsed() >= LOOK {
            looked = Instant::now();
            dirty::look(&mut seat);
        }
    }
    seat
}
