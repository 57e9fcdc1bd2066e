//! The worker of bulk jobs: piece after piece, slower than people and not at all while the reactor is far behind.

use super::piece;
use crate::live::Presence;
use crate::{App, Error, Result};
use candor_domain::id::AgentId;
use candor_store::bulk::Bulk;
use candor_store::job::{self, Job};
use candor_store::{Queue, Tx};
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// The queue of these jobs.
pub(super) const QUEUE: &str = "bulk";
/// A worker that dies is followed by another after this time.
const LEASE_MS: i64 = 10_000;
/// Jobs one process works on side by side: nobody waits for the end of another's.
const AT_ONCE: i64 = 4;
/// How often progress is told at most.
const TELL: Duration = Duration::from_millis(500);
/// Where the reactor is this far behind, bulk work waits.
pub use candor_store::REACTOR_LATE_MS;
const PAUSE: Duration = Duration::from_secs(1);

/// Claims bulk jobs and works on them.
#[derive(Debug, Default)]
pub struct Worker;

impl Worker {
    /// Works on what is due; answers how many jobs there were. Returns when they have ended or paused.
    pub async fn turn(&self, app: &App) -> Result<usize> {
        let claimed = app.db.write(Queue::Machines, |tx| job::claim(tx, QUEUE, LEASE_MS, AT_ONCE).map_err(Error::from)).await?;
        let count = claimed.len();
        let mut jobs = tokio::task::JoinSet::new();
        for job in claimed {
            let app = app.clone();
            jobs.spawn(async move { run(&app, job).await });
        }
        while jobs.join_next().await.is_some() {}
        Ok(count)
    }
}

/// Works until no bulk job is due: for tests.
pub async fn work_all(app: &App) -> Result<()> {
    while Worker.turn(app).await? > 0 {}
    Ok(())
}

async fn run(app: &App, job: Job) {
    let Err(problem) = pieces(app, &job).await else { return };
    if matches!(problem, Error::Store(candor_store::Error::LeaseLost)) {
        return;
    }
    tracing::warn!(%problem, job = %job.id, "a bulk action stopped; it goes on soon");
    let (said, retry_at) = (problem.to_string(), app.now() + LEASE_MS);
    let fail = move |tx: &mut Tx<'_>| job::fail(tx, &job, &said, retry_at).map(|_| ()).map_err(Error::from);
    if let Err(problem) = app.db.write(Queue::Machines, fail).await {
        tracing::debug!(%problem, "the job comes back when its lease ends");
    }
}

async fn pieces(app: &App, job: &Job) -> Result<()> {
    let id: Uuid = job.body.parse().map_err(|_| Error::Broken("a bulk job without its id".to_owned()))?;
    let mut told = Instant::now();
    loop {
        let until = app.now() + LEASE_MS;
        if app.db.health().reactor_behind_ms > REACTOR_LATE_MS {
            let held = job.clone();
            app.db.write(Queue::Machines, move |tx| job::extend(tx, &held, until).map_err(Error::from)).await?;
            sleep(PAUSE).await;
            continue;
        }
        let step = piece::next(app, id, Queue::Machines, Some((job.clone(), until))).await?;
        let ended = !step.bulk.state.is_at_work();
        if ended || told.elapsed() >= TELL {
            told = Instant::now();
            tell(app, &step.bulk);
        }
        if ended {
            return Ok(());
        }
    }
}

/// Tells the screens of whoever asked; it may be lost, and is asked for again.
fn tell(app: &App, bulk: &Bulk) {
    if let Some(owner) = bulk.actor.id {
        app.db.publish(Presence::of_bulk(AgentId(owner), bulk.id));
    }
}
