//! Failures on order, for tests and simulation: the n-th statement from now, or the next commit.
//! Costs one relaxed load a statement when nothing is ordered.

use std::sync::atomic::{AtomicI64, AtomicU8, Ordering};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The statement fails and the transaction lives on.
    Statement,
    /// The statement fails and the database drops the whole transaction, as SQLite does when the disk is full.
    Transaction,
    /// The next commit fails after all statements went well.
    Commit,
}

#[derive(Default)]
pub(crate) struct Faults {
    /// Statements until the fault; 0 when none is ordered.
    left: AtomicI64,
    kind: AtomicU8,
    commit: AtomicU8,
}

impl Faults {
    pub(crate) fn order(&self, nth: u32, fault: Fault) {
        if fault == Fault::Commit {
            self.commit.store(1, Ordering::SeqCst);
            return;
        }
        self.kind.store(fault as u8, Ordering::SeqCst);
        self.left.store(i64::from(nth), Ordering::SeqCst);
    }

    pub(crate) fn on_statement(&self) -> Option<Fault> {
        if self.left.load(Ordering::Relaxed) <= 0 || self.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return None;
        }
        let lost = self.kind.load(Ordering::SeqCst) == Fault::Transaction as u8;
        Some(if lost { Fault::Transaction } else { Fault::Statement })
    }

    pub(crate) fn on_commit(&self) -> bool {
        self.commit.load(Ordering::Relaxed) != 0 && self.commit.swap(0, Ordering::SeqCst) != 0
    }
}
