//! How fast one agent's line is told of rows: at once while few move, four times a second each row once while many do, and
//! in a flood that its lists are to be read again. A thousand strangers a second must not be a thousand frames a second.

use super::agent_frames::Op;
use candor_app::live::{Ask, Change, Entry};
use candor_domain::id::ConversationId;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

/// A window, how many rows it tells at once, and how many wait before lists are read again instead.
const WINDOW: Duration = Duration::from_millis(250);
const AT_ONCE: usize = 40;
const WAITING: usize = 40;
/// How often lists are read again at most.
const READ_AGAIN: Duration = Duration::from_secs(2);

/// A row that waits to be told: what the lists last heard of it, and what is true now.
pub(super) struct Waiting {
    pub(super) before: Option<Arc<Entry>>,
    pub(super) now: Arc<Change>,
}

/// What is due.
pub(super) enum Due {
    Rows(Vec<Waiting>),
    ReadAgain,
}

/// The rows of one line.
#[derive(Default)]
pub(super) struct Burst {
    /// When the window ends that something was told in.
    ends: Option<Instant>,
    told: usize,
    waiting: HashMap<ConversationId, Waiting>,
    flooded: bool,
    read_again_at: Option<Instant>,
}

impl Burst {
    /// Whether a change is told now; otherwise it is kept until the window ends.
    pub(super) fn tells_now(&mut self, change: &Arc<Change>, now: Instant) -> bool {
        self.ends.get_or_insert(now + WINDOW);
        if self.told < AT_ONCE && self.waiting.is_empty() && !self.flooded {
            self.told += 1;
            return true;
        }
        if self.flooded {
            return false;
        }
        self.waiting
            .entry(change.id)
            .and_modify(|one| one.now = Arc::clone(change))
            .or_insert_with(|| Waiting { before: change.before.clone(), now: Arc::clone(change) });
        if self.waiting.len() > WAITING {
            self.waiting.clear();
            self.flooded = true;
            let soonest = self.read_again_at.map_or(now, |last| last + READ_AGAIN);
            self.ends = Some(soonest.max(now + WINDOW));
        }
        false
    }

    /// Waits until something is due; for ever when nothing is.
    pub(super) async fn due(&self) {
        match self.ends {
            Some(ends) => sleep_until(ends).await,
            None => std::future::pending().await,
        }
    }

    /// What is due now; the next window begins.
    pub(super) fn take(&mut self, now: Instant) -> Due {
        let flooded = std::mem::take(&mut self.flooded);
        let rows: Vec<Waiting> = self.waiting.drain().map(|(_, one)| one).collect();
        // What is told now counts in the window that begins.
        self.told = rows.len().min(AT_ONCE);
        self.ends = (!rows.is_empty()).then(|| now + WINDOW);
        if flooded {
            self.read_again_at = Some(now);
            return Due::ReadAgain;
        }
        Due::Rows(rows)
    }
}

/// What a change means to the lists of a line, which last heard of the row as it was `before`.
pub(super) fn ops<'a>(lists: &'a HashMap<String, Ask>, before: Option<&Entry>, change: &Change) -> BTreeMap<Op, Vec<&'a str>> {
    let mut ops: BTreeMap<Op, Vec<&str>> = BTreeMap::new();
    for (name, ask) in lists {
        let (was, is) = (before.is_some_and(|entry| ask.holds(entry)), change.after.as_ref().is_some_and(|entry| ask.holds(entry)));
        match (was, is) {
            (false, true) => ops.entry(Op::Enter).or_default().push(name),
            (true, true) => ops.entry(Op::Change).or_default().push(name),
            (true, false) => ops.entry(Op::Leave).or_default().push(name),
            (false, false) => {}
        }
    }
    ops
}

#[cfg(test)]
mod tests {
    use super::*;
    use candor_app::live::Frames;
    use uuid::Uuid;

    fn change(number: u128) -> Arc<Change> {
        let id = ConversationId(Uuid::from_u128(number));
        Arc::new(Change { id, contact: None, seq: 1, before: None, after: None, row: None, sequel: None, frames: Frames::default() })
    }

    #[test]
    fn few_are_told_at_once_and_many_together_each_once() {
        let (mut burst, start) = (Burst::default(), Instant::now());
        assert!((0..AT_ONCE as u128).all(|one| burst.tells_now(&change(one), start)));
        assert!([1, 1, 2].iter().all(|one| !burst.tells_now(&change(*one), start)));
        assert_eq!(burst.ends, Some(start + WINDOW));
        let Due::Rows(rows) = burst.take(start + WINDOW) else { panic!("no flood yet") };
        assert_eq!((rows.len(), burst.ends), (2, Some(start + 2 * WINDOW)));
        assert!(matches!(burst.take(start + 2 * WINDOW), Due::Rows(rows) if rows.is_empty()));
        assert!(burst.tells_now(&change(3), start + 3 * WINDOW), "quiet again: at once");
    }

    #[test]
    fn a_flood_is_one_word_every_two_seconds() {
        let (mut burst, start) = (Burst::default(), Instant::now());
        let (mut told, mut read_again) = (0, 0);
        for one in 0..40_000_u32 {
            let now = start + one * Duration::from_micros(250);
            if burst.ends.is_some_and(|ends| ends <= now) {
                match burst.take(now) {
                    Due::Rows(rows) => told += rows.len(),
                    Due::ReadAgain => read_again += 1,
                }
            }
            told += usize::from(burst.tells_now(&change(u128::from(one)), now));
        }
        assert!(told <= 600, "{told} rows of 40,000 told one by one in ten seconds");
        assert!((4..=6).contains(&read_again), "read again {read_again} times in ten seconds");
    }
}
