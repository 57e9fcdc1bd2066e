//! A query on its way to a reader.

use crate::command::said;
use crate::{Error, Rx};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

type Run = Box<dyn FnOnce(Result<&mut Rx<'_>, Error>) + Send>;

pub(crate) struct Job {
    pub(crate) at: i64,
    pub(crate) run: Run,
}

impl Job {
    pub(crate) fn new<T, E>(
        at: i64,
        query: impl FnOnce(&mut Rx<'_>) -> Result<T, E> + Send + 'static,
    ) -> (Job, oneshot::Receiver<Result<T, E>>)
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let run: Run = Box::new(move |rx| {
            let result = match rx {
                Ok(rx) => catch_unwind(AssertUnwindSafe(|| query(rx))).unwrap_or_else(|panic| Err(Error::Panicked(said(&*panic)).into())),
                Err(error) => Err(error.into()),
            };
            // The caller may have gone away.
            let _ = reply.send(result);
        });
        (Job { at, run }, answer)
    }
}
