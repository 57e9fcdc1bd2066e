//! Where an action on many conversations stands.

use crate::word::words;

words! {
    BulkState {
        /// Its conversations are being written down; nothing was done yet.
        Filling = "filling",
        Running = "running",
        Done = "done",
        /// Stopped by somebody; what was done by then stays, and can be taken back.
        Cancelled = "cancelled",
        Undoing = "undoing",
        Undone = "undone",
    }
}

impl BulkState {
    /// Whether somebody works on it, or should.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Running | Self::Undoing)
    }
}
