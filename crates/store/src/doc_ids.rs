//! Numbers of documents in the text index: rising with time, so that the newest are found first, and never given twice.
//! Milliseconds, 6 bits of the node, 14 bits of a counter.

use std::sync::atomic::{AtomicI64, Ordering};

const COUNTER_BITS: u32 = 14;
const NODE_BITS: u32 = 6;
/// Nodes that can serve one database at a time.
pub(crate) const NODES: i64 = 1 << NODE_BITS;

pub struct DocIds {
    node: AtomicI64,
    /// The last number without the node's bits.
    last: AtomicI64,
}

impl DocIds {
    /// Goes on after `newest`, the highest number in the index, whatever the clock says.
    pub(crate) fn after(newest: i64) -> DocIds {
        // The rest of that millisecond may belong to another node.
        let full = (1 << COUNTER_BITS) - 1;
        let last = (newest >> (COUNTER_BITS + NODE_BITS)) << COUNTER_BITS | full;
        DocIds { node: AtomicI64::new(0), last: AtomicI64::new(last) }
    }

    pub(crate) fn set_node(&self, node: i64) {
        self.node.store(node & (NODES - 1), Ordering::SeqCst);
    }

    /// The next number. Taken before the command, so that a command that runs twice keeps it.
    pub fn next(&self, now_ms: i64) -> i64 {
        let now = now_ms << COUNTER_BITS;
        let before = self.last.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| Some(now.max(last + 1)));
        let last = now.max(before.unwrap_or_else(|same| same) + 1);
        let (time, counter) = (last >> COUNTER_BITS, last & ((1 << COUNTER_BITS) - 1));
        (time << NODE_BITS | self.node.load(Ordering::SeqCst)) << COUNTER_BITS | counter
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_rise_even_when_the_clock_goes_back() {
        let ids = DocIds::after(0);
        ids.set_node(5);
        let mut last = 0;
        for now in [1000, 1000, 1001, 900, 900, 2000] {
            let next = ids.next(now);
            assert!(next > last);
            last = next;
        }
        assert_eq!(last >> 20, 2000);
        assert_eq!(last >> 14 & 63, 5);
        assert!(DocIds::after(last).next(1) > last);
    }

    #[test]
    fn a_full_millisecond_runs_into_the_next() {
        let ids = DocIds::after(0);
        let first = ids.next(1000);
        let last = (0..20_000).map(|_| ids.next(1000)).last();
        assert_eq!(last.map(|last| last >> 20), Some((first >> 20) + 1));
    }
}
