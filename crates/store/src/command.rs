//! A command on its way to a writer: what to run, and who waits for the answer.
//! The answer leaves when the writer says so, never while a transaction is open.

use crate::notes::Note;
use crate::shared::Shared;
use crate::{Error, Tx};
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use tokio::sync::oneshot;

pub(crate) trait Command: Send {
    /// Runs the closure and keeps its result. May be called again after a rollback. False: the command refused or failed.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Sends the kept result, and with it what everybody is told as soon as the caller has it.
    fn answer(self: Box<Self>, tell: Option<Tell>);
    /// Sends this error, whatever was kept.
    fn refuse(self: Box<Self>, error: Error);
    /// The command's time: when it first ran, and the same in every run. When it was given says little about when it is seen: it may
    /// have waited long, and whoever looks for what changed since a time would not find it.
    fn at(&mut self, now: i64) -> i64;
}

/// What a caller gets.
pub(crate) struct Answer<T, E> {
    result: Result<T, E>,
    tell: Option<Tell>,
}

impl<T, E> Answer<T, E> {
    /// The caller goes on with the result, and everybody is told.
    pub(crate) fn take(self) -> Result<T, E> {
        drop(self.tell);
        self.result
    }
}

/// Notes that are sent when this is dropped. They travel with the last answer of a commit, so that whoever wrote goes on before
/// those who are told take the processors; a caller that is gone drops them at once.
pub(crate) struct Tell {
    shared: Arc<Shared>,
    notes: Vec<Note>,
}

impl Tell {
    pub(crate) fn new(shared: &Arc<Shared>, notes: &mut Vec<Note>) -> Option<Tell> {
        (!notes.is_empty()).then(|| Tell { shared: Arc::clone(shared), notes: std::mem::take(notes) })
    }
}

impl Drop for Tell {
    fn drop(&mut self) {
        self.shared.send(self.notes.drain(..));
    }
}

pub(crate) struct Work<F, T, E> {
    pub(crate) run: F,
    pub(crate) at: Option<i64>,
    pub(crate) result: Option<Result<T, E>>,
    pub(crate) reply: oneshot::Sender<Answer<T, E>>,
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

    fn answer(self: Box<Self>, tell: Option<Tell>) {
        // The caller may have gone away; what was committed stays.
        let result = self.result.unwrap_or_else(|| Err(Error::Closed.into()));
        let _ = self.reply.send(Answer { result, tell });
    }

    fn refuse(self: Box<Self>, error: Error) {
        let _ = self.reply.send(Answer { result: Err(error.into()), tell: None });
    }

    fn at(&mut self, now: i64) -> i64 {
        *self.at.get_or_insert(now)
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
