//! Three waiting lines before the writers, which share the writers' *time*: people, the reactor, other machines.
//! A line that is idle saves nothing up, a line that is full refuses: nobody ever waits to get in.

use crate::Error;
use crate::command::Command;
use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Which line a command stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Queue {
    People,
    Reactor,
    Machines,
}

const LIMITS: [usize; 3] = [4096, 1024, 1024];
const MACHINES_SHARE: u64 = 100;
const RETRY_AFTER: Duration = Duration::from_secs(1);

pub(crate) struct Queues {
    state: Mutex<State>,
    arrived: Condvar,
}

struct State {
    lines: [Line; 3],
    /// How far the line that was served last has come; a line that wakes up starts here.
    reached: u64,
    idle: usize,
    closed: bool,
    /// At most this many reactor commands run at once, so that their row locks never hold every writer.
    reactor_width: usize,
}

#[derive(Default)]
struct Line {
    waiting: VecDeque<Box<dyn Command>>,
    /// Time used, divided by the line's share: the smallest is served next.
    used: u64,
    share: u64,
    running: usize,
}

impl Queues {
    pub(crate) fn new(writers: usize) -> Queues {
        let mut state = State { lines: Default::default(), reached: 0, idle: 0, closed: false, reactor_width: writers.div_ceil(2) };
        state.give_reactor(Duration::ZERO);
        Queues { state: Mutex::new(state), arrived: Condvar::new() }
    }

    pub(crate) fn push(&self, queue: Queue, command: Box<dyn Command>) -> Result<(), (Error, Box<dyn Command>)> {
        let mut state = self.lock();
        if state.closed {
            return Err((Error::Closed, command));
        }
        if state.lines[queue as usize].waiting.len() >= LIMITS[queue as usize] {
            return Err((Error::Full { retry_after: RETRY_AFTER }, command));
        }
        state.wake(queue);
        state.lines[queue as usize].waiting.push_back(command);
        let wake = state.idle > 0;
        drop(state);
        if wake {
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Takes a turn without a place in line. False where anybody waits: nobody is overtaken.
    pub(crate) fn step_in(&self, queue: Queue) -> bool {
        let mut state = self.lock();
        if state.closed || state.lines.iter().any(|line| !line.waiting.is_empty()) {
            return false;
        }
        state.wake(queue);
        state.serve(queue);
        true
    }

    /// The next command, waiting for one; `None` after `close` when all lines are empty.
    pub(crate) fn pop(&self) -> Option<(Queue, Box<dyn Command>)> {
        self.until(State::take)
    }

    /// Waits for a command and leaves it where it is. False after `close` when all lines are empty.
    pub(crate) fn wait(&self) -> bool {
        self.until(|state| state.next()).is_some()
    }

    fn until<T>(&self, mut found: impl FnMut(&mut State) -> Option<T>) -> Option<T> {
        let mut state = self.lock();
        loop {
            if let Some(found) = found(&mut state) {
                return Some(found);
            }
            if state.closed && state.lines.iter().all(|line| line.waiting.is_empty()) {
                return None;
            }
            state.idle += 1;
            state = self.arrived.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.idle -= 1;
        }
    }

    /// The next command if one waits.
    pub(crate) fn try_pop(&self) -> Option<(Queue, Box<dyn Command>)> {
        self.lock().take()
    }

    /// Books the time a command took.
    pub(crate) fn spent(&self, queue: Queue, time: Duration) {
        let mut state = self.lock();
        let line = &mut state.lines[queue as usize];
        line.used += (time.as_nanos() as u64).saturating_mul(1000) / line.share;
        // A command that runs again in a new transaction is booked twice and was taken once.
        line.running = line.running.saturating_sub(1);
        let wake = state.idle > 0 && (state.closed || queue == Queue::Reactor);
        drop(state);
        if wake {
            self.arrived.notify_all();
        }
    }

    /// The reactor has 20 % of the time while it is less than a second behind, rising to 50 % at five seconds.
    pub(crate) fn reactor_is_behind(&self, lag: Duration) {
        self.lock().give_reactor(lag);
    }

    pub(crate) fn depth(&self) -> [usize; 3] {
        let state = self.lock();
        [0, 1, 2].map(|line: usize| state.lines[line].waiting.len())
    }

    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.arrived.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whose turn it is.
    fn next(&self) -> Option<Queue> {
        let reactor_full = self.lines[Queue::Reactor as usize].running >= self.reactor_width;
        let waits = |(queue, line): &(Queue, &Line)| !(line.waiting.is_empty() || reactor_full && *queue == Queue::Reactor);
        let lines = [Queue::People, Queue::Reactor, Queue::Machines].into_iter().zip(&self.lines);
        lines.filter(waits).min_by_key(|(_, line)| line.used).map(|(queue, _)| queue)
    }

    fn take(&mut self) -> Option<(Queue, Box<dyn Command>)> {
        let queue = self.next()?;
        self.serve(queue);
        self.lines[queue as usize].waiting.pop_front().map(|command| (queue, command))
    }

    /// A line that was idle starts where the others are.
    fn wake(&mut self, queue: Queue) {
        let line = &mut self.lines[queue as usize];
        if line.waiting.is_empty() && line.running == 0 {
            line.used = line.used.max(self.reached);
        }
    }

    fn serve(&mut self, queue: Queue) {
        let line = &mut self.lines[queue as usize];
        line.running += 1;
        self.reached = self.reached.max(line.used);
    }

    fn give_reactor(&mut self, lag: Duration) {
        let late = lag.as_millis().clamp(1000, 5000) as u64 - 1000;
        let reactor = 200 + late * 300 / 4000;
        self.lines[Queue::People as usize].share = 1000 - reactor - MACHINES_SHARE;
        self.lines[Queue::Reactor as usize].share = reactor;
        self.lines[Queue::Machines as usize].share = MACHINES_SHARE;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Tx;

    struct Nothing;

    impl Command for Nothing {
        fn run(&mut self, _: &mut Tx<'_>) -> bool {
            true
        }
        fn answer(self: Box<Self>, _tell: Option<crate::command::Tell>) {}
        fn refuse(self: Box<Self>, _: Error) {}
        fn at(&mut self, _: i64) -> i64 {
            0
        }
    }

    const LINES: [Queue; 3] = [Queue::People, Queue::Reactor, Queue::Machines];

    /// Serves lines that are never empty; a command of the n-th line takes `cost[n]`. Answers the time each line had, in percent.
    fn shares(queues: &Queues, lines: &[Queue], cost: [u64; 3]) -> [u64; 3] {
        for line in lines {
            for _ in 0..900 {
                assert!(queues.push(*line, Box::new(Nothing)).is_ok());
            }
        }
        let (mut time, mut all) = ([0; 3], 0);
        while all < 60_000 {
            let (queue, _) = queues.pop().expect("never empty");
            let took = cost[queue as usize];
            queues.spent(queue, Duration::from_micros(took));
            time[queue as usize] += took;
            all += took;
        }
        time.map(|time| (time * 100 + all / 2) / all)
    }

    #[test]
    fn lines_share_time_and_not_commands() {
        assert_eq!(shares(&Queues::new(1), &LINES, [100, 100, 100]), [70, 20, 10]);
        assert_eq!(shares(&Queues::new(1), &LINES, [100, 400, 100]), [70, 20, 10]);
    }

    #[test]
    fn a_late_reactor_gets_up_to_half() {
        let queues = Queues::new(1);
        queues.reactor_is_behind(Duration::from_secs(3));
        assert_eq!(shares(&queues, &LINES, [100; 3]), [55, 35, 10]);
        let queues = Queues::new(1);
        queues.reactor_is_behind(Duration::from_secs(60));
        assert_eq!(shares(&queues, &LINES, [100; 3]), [40, 50, 10]);
    }

    #[test]
    fn an_idle_line_saves_nothing_up() {
        let queues = Queues::new(1);
        assert_eq!(shares(&queues, &[Queue::People], [100; 3]), [100, 0, 0]);
        while queues.try_pop().is_some() {
            queues.spent(Queue::People, Duration::ZERO);
        }
        assert_eq!(shares(&queues, &LINES, [100; 3]), [70, 20, 10]);
    }

    #[test]
    fn reactor_commands_never_hold_all_writers() {
        let queues = Queues::new(4);
        for _ in 0..4 {
            assert!(queues.push(Queue::Reactor, Box::new(Nothing)).is_ok());
        }
        assert!(queues.try_pop().is_some() && queues.try_pop().is_some());
        assert!(queues.try_pop().is_none());
        assert!(queues.push(Queue::People, Box::new(Nothing)).is_ok());
        assert!(matches!(queues.try_pop(), Some((Queue::People, _))));
        queues.spent(Queue::Reactor, Duration::ZERO);
        assert!(matches!(queues.try_pop(), Some((Queue::Reactor, _))));
    }
}
