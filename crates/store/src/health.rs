//! How the store is doing, for `/readyz`, metrics and the desk's own brakes.

use crate::shared::Shared;
use std::sync::atomic::Ordering;

/// A reactor this far behind is late: bulk work pauses, and new anonymous visitors are put off.
pub const REACTOR_LATE_MS: i64 = 15_000;
/// Looks, four a second, that must agree on it: where the clock jumped, every mark looks old for a moment.
const LATE_LOOKS: u32 = 4;

#[derive(Clone, Debug)]
pub struct Health {
    /// Commands that wait: people, reactor, other machines.
    pub waiting: [usize; 3],
    /// How long the oldest stream has waited for the reactor.
    pub reactor_behind_ms: i64,
    /// It has been late for a second.
    pub reactor_late: bool,
    /// Search may miss older messages.
    pub search_rebuilding: bool,
    /// The index must be made anew: `search::start_again`.
    pub search_broken: bool,
    pub writer_alive: bool,
    /// Commands that held a writer longer than they should, since the start.
    pub slow_commands: u64,
    /// How far the database's clock is ahead of this machine's; a node that is off by more than 2 s is not ready.
    pub clock_ahead_ms: i64,
}

impl Health {
    pub(crate) fn of(shared: &Shared) -> Health {
        let oldest = shared.oldest_dirty.load(Ordering::Relaxed);
        Health {
            waiting: shared.queues.depth(),
            reactor_behind_ms: if oldest == 0 { 0 } else { (shared.clock.now_ms() - oldest).max(0) },
            reactor_late: shared.late_looks.load(Ordering::Relaxed) >= LATE_LOOKS,
            search_rebuilding: shared.search_broken.load(Ordering::Relaxed) || shared.search_behind.load(Ordering::Relaxed),
            search_broken: shared.search_broken.load(Ordering::Relaxed),
            writer_alive: shared.writers_alive.load(Ordering::Relaxed) > 0,
            slow_commands: shared.slow_commands.load(Ordering::Relaxed),
            clock_ahead_ms: shared.clock_ahead_ms.load(Ordering::Relaxed),
        }
    }
}
