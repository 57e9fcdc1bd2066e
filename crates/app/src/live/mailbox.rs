//! What waits for one visitor's line. Thousands of lines have nothing waiting, so an empty one is a few words of memory.

use super::news::VisitorNews;
use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// How much a line may be behind before it is given up.
const BEHIND: usize = 64;

#[derive(Debug)]
pub(super) struct Mailbox {
    /// `None` once the line was given up.
    waiting: Mutex<Option<VecDeque<VisitorNews>>>,
    told: Notify,
}

impl Mailbox {
    pub(super) fn new() -> Self {
        Self { waiting: Mutex::new(Some(VecDeque::new())), told: Notify::new() }
    }

    /// Puts news in; false when the line is too far behind, and from then on.
    pub(super) fn put(&self, news: VisitorNews) -> bool {
        let mut waiting = self.lock();
        match waiting.as_mut().filter(|waiting| waiting.len() < BEHIND) {
            Some(room) => room.push_back(news),
            None => *waiting = None,
        }
        let kept = waiting.is_some();
        drop(waiting);
        self.told.notify_one();
        kept
    }

    /// The next news for the one line that reads it; `None` when it was given up. Safe to drop and call again.
    pub(super) async fn next(&self) -> Option<VisitorNews> {
        loop {
            {
                let mut waiting = self.lock();
                let next = waiting.as_mut()?.pop_front();
                // What waited is no measure for what will.
                waiting.as_mut().filter(|rest| rest.is_empty()).map(std::mem::take);
                if next.is_some() {
                    return next;
                }
            }
            self.told.notified().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<VecDeque<VisitorNews>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn news_come_in_order_and_wake_who_waits() {
        let mailbox = Mailbox::new();
        let put = async {
            tokio::task::yield_now().await;
            assert!(mailbox.put(VisitorNews::Gap) && mailbox.put(VisitorNews::Revoked));
        };
        let (first, ()) = tokio::join!(mailbox.next(), put);
        assert!(matches!((first, mailbox.next().await), (Some(VisitorNews::Gap), Some(VisitorNews::Revoked))));
    }

    #[tokio::test]
    async fn a_line_that_does_not_keep_up_is_given_up_for_good() {
        let mailbox = Mailbox::new();
        assert!((0..BEHIND).all(|_| mailbox.put(VisitorNews::Gap)));
        assert!(!mailbox.put(VisitorNews::Gap) && !mailbox.put(VisitorNews::Gap));
        assert!(mailbox.next().await.is_none());
    }
}
