//! A command on its way to a writer: what to run, and who waits for the answer.
//! The answer leaves when the writer says so, never while a transaction is open.

use crate::{Error, Tx};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

pub(crate) trait Command: Send {
    /// Runs the closure and keeps its result. May be called again after a rollback. False: the command refused or failed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Sends the kept result.
    fn answer(self: Box<Self>);
    /// Sends this error, whatever was kept.
    fn refuse(self: Box<Self>, error: Error);
    /// The time the command was given, the same in every run.
    fn at(&self) -> i64;
}

pub(crate) struct Work<F, T, E> {
    pub(crate) run: F,
    pub(crate) at: i64,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Command for Work<F, T, E>
where
    F: Fn(&mut Tx<'_>) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        let run = &self.run;
        let result = match catch_unwind(AssertUnwindSafe(|| run(tx))) {
            Ok(Ok(_)) if tx.is_spoiled() => Err(Error::Spoiled.into()),
            Ok(result) => result,
            Err(panic) => Err(Error::Panicked(said(&*panic)).into()),
        };
        let kept = result.is_ok();
        self.result = Some(result);
        kept
    }

    fn answer(self: Box<Self>) {
        // The caller may have gone away; what was committed stays.
        let result = self.result.unwrap_or_else(|| Err(Error::Closed.into()));
        let _ = self.reply.send(result);
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Err(error.into()));
    }

    fn at(&self) -> i64 {
        self.at
    }
}

/// The message of a panic.
pub(crate) fn said(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
