//! The next job of a queue, for loops that take one after the other.

use crate::{App, Error, Result};
use candor_store::Queue;
use candor_store::job::{self, Job};

/// Claims the job that is due first, for `lease` milliseconds; `None` when nothing is due.
pub(crate) async fn next(app: &App, queue: &'static str, lease: i64) -> Result<Option<Job>> {
    let claimed = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(job::claim(tx, queue, lease, 1)?)).await?;
    Ok(claimed.into_iter().next())
}
