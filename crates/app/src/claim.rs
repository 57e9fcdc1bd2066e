//! Claimed jobs: the next one of a queue, for loops that take one after the other, and its lease while it is worked on.

use crate::{App, Error, Result};
use candor_store::Queue;
use candor_store::job::{self, Job};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// Claims the job that is due first, for `lease` milliseconds; `None` when nothing is due.
pub(crate) async fn next(app: &App, queue: &'static str, lease: i64) -> Result<Option<Job>> {
    Ok(some(app, queue, lease, 1).await?.pop())
}

/// Claims up to `most` jobs that are due, in the order in which they were made.
pub(crate) async fn some(app: &App, queue: &'static str, lease: i64, most: usize) -> Result<Vec<Job>> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut claimed = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(job::claim(tx, queue, lease, most)?)).await?;
    claimed.sort_by_key(|job| (job.created_at, job.id));
    Ok(claimed)
}

/// Works while the job's lease of `lease` milliseconds is renewed, so that a lease may be short: a job whose worker was killed waits
/// until it ends. An error when another worker has the job.
pub(crate) async fn keeping<T>(app: &App, job: &Job, lease: i64, work: impl Future<Output = T>) -> Result<T> {
    let (mut work, renew) = (pin!(work), Duration::from_millis(u64::try_from(lease / 3).unwrap_or(0)));
    loop {
        if let Ok(done) = timeout(renew, &mut work).await {
            return Ok(done);
        }
        let (kept, until) = (job.clone(), app.now() + lease);
        app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(job::extend(tx, &kept, until)?)).await?;
    }
}
