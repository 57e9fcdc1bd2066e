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
    /// The process dies before the next commit (simulation).
    CrashBeforeCommit,
    /// The process dies after the next commit, before anybody is answered (simulation).
    CrashAfterCommit,
}

#[derive(Default)]
pub(crate) struct Faults {
    /// Statements until the fault; 0 when none is ordered.
    left: AtomicI64,
    kind: AtomicU8,
    /// The fault of the next commit; 0, which is no fault of a commit, when none is ordered.
    commit: AtomicU8,
}

impl Faults {
    pub(crate) fn order(&self, nth: u32, fault: Fault) {
        if matches!(fault, Fault::Statement | Fault::Transaction) {
            self.kind.store(fault as u8, Ordering::SeqCst);
            self.left.store(i64::from(nth), Ordering::SeqCst);
        } else {
            self.commit.store(fault as u8, Ordering::SeqCst);
        }
    }

    pub(crate) fn on_statement(&self) -> Option<Fault> {
        if self.left.load(Ordering::Relaxed) <= 0 || self.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return None;
        }
        let lost = self.kind.load(Ordering::SeqCst) == Fault::Transaction as u8;
        Some(if lost { Fault::Transaction } else { Fault::Statement })
    }

    /// The fault of this commit; orders are used up by it.
    pub(crate) fn on_commit(&self) -> Option<Fault> {
        if self.commit.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let ordered = self.commit.swap(0, Ordering::SeqCst);
        [Fault::Commit, Fault::CrashBeforeCommit, Fault::CrashAfterCommit].into_iter().find(|fault| *fault as u8 == ordered)
    }
}
