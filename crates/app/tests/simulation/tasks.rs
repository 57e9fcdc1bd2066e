//! Tasks without a runtime: the seed says which goes on, until each has ended or its process dies.

use std::pin::Pin;
use std::task::{Context, Waker};

type Future = Pin<Box<dyn std::future::Future<Output = ()>>>;

/// What runs at the same time in one process.
#[derive(Default)]
pub struct Tasks(Vec<(String, Future)>);

impl Tasks {
    pub fn add(&mut self, name: String, task: impl std::future::Future<Output = ()> + 'static) {
        self.0.push((name, Box::pin(task)));
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Lets the task at this place go on until it waits or ends. Nothing here waits for real time or for a socket, so a task
    /// that was asked again can always go on some day.
    pub fn poll(&mut self, place: usize) {
        let mut context = Context::from_waker(Waker::noop());
        if self.0[place].1.as_mut().poll(&mut context).is_ready() {
            drop(self.0.remove(place));
        }
    }

    /// The process has died: nobody finishes anything.
    pub fn die(&mut self) -> Vec<String> {
        self.0.drain(..).map(|(name, _)| name).collect()
    }
}

/// Runs one future to its end, for what happens while nothing else does.
pub fn finish<T>(future: impl std::future::Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100_000 {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
    panic!("a task waits for something that never comes");
}
