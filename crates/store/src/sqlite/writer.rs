//! The one thread that writes to SQLite.

use super::group::Group;
use crate::seat::Seat;
use std::sync::Arc;

/// Serves commands until the queues are closed and empty.
pub(crate) fn write(mut seat: Seat) {
    let shared = Arc::clone(&seat.shared);
    let mut group = Group::default();
    while let Some(first) = shared.queues.pop() {
        group.run(&mut seat, first);
    }
}
