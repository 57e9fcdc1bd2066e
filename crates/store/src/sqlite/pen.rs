//! The one connection that writes to SQLite, and who writes with it: the thread that empties the queues, or the caller of a
//! command that is alone. Handing such a command to the thread and its answer back would cost two waits for a processor. See
//! `docs/decisions/019-a-lone-command-runs-where-it-is-asked-for.md`.

use super::group::Group;
use crate::Queue;
use crate::command::Command;
use crate::seat::Seat;
use crate::shared::Shared;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A caller waits for the disk on a thread that others share: where the last group took longer, the store's own thread waits.
const QUICK: Duration = Duration::from_millis(2);

/// Whoever holds it writes.
pub(crate) struct Pen {
    shared: Arc<Shared>,
    /// `None` once the store has closed.
    writer: Mutex<Option<Writer>>,
}

struct Writer {
    seat: Seat,
    group: Group,
    /// When the last group ended, and how long it took.
    ended: Instant,
    took: Duration,
}

impl Pen {
    pub(crate) fn new(seat: Seat) -> Pen {
        let shared = Arc::clone(&seat.shared);
        let writer = Writer { seat, group: Group::default(), ended: Instant::now(), took: Duration::ZERO };
        Pen { shared, writer: Mutex::new(Some(writer)) }
    }

    /// Serves commands until the queues are closed and empty; the connection ends with it.
    pub(crate) fn serve(&self) {
        // What waits is left in its line until the pen is free: whose turn it is then is decided then.
        while self.shared.queues.wait() {
            // Poisoned: a caller panicked outside its command, and what it left is unknown. The store closes.
            let Ok(mut held) = self.writer.lock() else { break };
            let Some(writer) = held.as_mut() else { break };
            if let Some(first) = self.shared.queues.try_pop() {
                writer.run(|group, seat| group.run(seat, first));
            }
        }
        self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Runs a command here and now, its commit and answer included, or gives it back for its queue.
    pub(crate) fn alone(&self, queue: Queue, command: Box<dyn Command>) -> Result<(), Box<dyn Command>> {
        // People's commands are short and somebody waits for each; reactions and machines' have a thread to wait on.
        if queue != Queue::People {
            return Err(command);
        }
        let Ok(mut held) = self.writer.try_lock() else { return Err(command) };
        match held.as_mut() {
            Some(writer) if writer.is_rested() && self.shared.queues.step_in(queue) => {
                writer.run(|group, seat| group.run_alone(seat, (queue, command)));
                Ok(())
            }
            _ => Err(command),
        }
    }
}

impl Writer {
    fn run(&mut self, act: impl FnOnce(&mut Group, &mut Seat)) {
        let began = Instant::now();
        act(&mut self.group, &mut self.seat);
        self.ended = Instant::now();
        self.took = self.ended - began;
    }

    /// Whether it rests more than it works. Where it does not, commands that come close together share a commit, and more so the
    /// more there are.
    fn is_rested(&self) -> bool {
        self.took < QUICK && self.ended.elapsed() >= self.took
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Tell;
    use crate::testing::TestDb;
    use crate::{Error, Tx};
    use std::panic::{AssertUnwindSafe, catch_unwind};

    struct Wreck;

    impl Command for Wreck {
        fn run(&mut self, _: &mut Tx<'_>) -> bool {
            true
        }
        fn answer(self: Box<Self>, _tell: Option<Tell>) {
            panic!("outside the command, as the test wants");
        }
        fn refuse(self: Box<Self>, _: Error) {}
        fn at(&mut self, _: i64) -> i64 {
            0
        }
    }

    #[tokio::test]
    async fn after_a_panic_outside_its_command_the_store_writes_nothing_more() {
        let test = TestDb::sqlite();
        let pen = test.db.house.pen.clone().expect("a pen");
        assert!(catch_unwind(AssertUnwindSafe(|| pen.alone(Queue::People, Box::new(Wreck)).is_ok())).is_err());
        assert!(test.db.write::<_, Error>(Queue::People, |_| Ok(())).await.is_err());
        assert!(!test.db.health().writer_alive);
    }
}
