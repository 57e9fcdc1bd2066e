//! The one worker of the queue "keys": erasures, clearing the database, master keys and customers' keys that change. One job
//! at a time on a node, each in pieces; a lease that ends lets another node go on.

use crate::{App, Error, Result, claim, erasure, keys};
use candor_store::job::{self, Job};
use candor_store::{Pool, Queue};
use std::time::{Duration, Instant};

/// The queue these jobs stand in.
pub const QUEUE: &str = candor_store::erasure::QUEUE;
/// How long a lease lasts: a killed worker's job is taken up again after it, in milliseconds.
const LEASE: i64 = 15_000;
/// How often a lease is renewed.
const RENEW: Duration = Duration::from_secs(4);
/// How long a failed job rests, in milliseconds.
const REST: i64 = 5_000;

/// A claimed job, kept while it is worked on.
pub(crate) struct Lease {
    pub(crate) job: Job,
    renewed: Instant,
}

impl Lease {
    /// Renews the lease when it is time; an error when another worker has it.
    pub(crate) async fn keep(&mut self, app: &App) -> Result<()> {
        if self.renewed.elapsed() < RENEW {
            return Ok(());
        }
        self.note(app, self.job.body.clone()).await
    }

    /// Notes how far the work is, and renews the lease.
    pub(crate) async fn note(&mut self, app: &App, body: String) -> Result<()> {
        let (job, until) = (self.job.clone(), app.now() + LEASE);
        self.job.body.clone_from(&body);
        self.renewed = Instant::now();
        app.db.write(Queue::Machines, move |tx| Ok(job::go_on(tx, &job, until, &body)?)).await
    }

    /// The job goes on at that time.
    pub(crate) async fn put_off(&mut self, app: &App, until: i64) -> Result<()> {
        let (job, body) = (self.job.clone(), self.job.body.clone());
        app.db.write(Queue::Machines, move |tx| Ok(job::go_on(tx, &job, until, &body)?)).await
    }

    /// Renews the lease while something long goes on elsewhere.
    pub(crate) async fn keeping<T>(&mut self, app: &App, work: impl Future<Output = T>) -> Result<T> {
        let done = claim::keeping(app, &self.job, LEASE, work).await;
        self.renewed = Instant::now();
        done
    }
}

/// Works on what is due; says how many jobs it took.
pub async fn work(app: &App) -> Result<usize> {
    let mut taken = 0;
    while let Some(job) = claim::next(app, QUEUE, LEASE).await? {
        taken += 1;
        let mut lease = Lease { job, renewed: Instant::now() };
        if let Err(problem) = one(app, &mut lease).await {
            tracing::warn!(kind = %lease.job.kind, %problem, "work on keys failed; it goes on where it was");
            put_back(app, lease.job, problem.to_string()).await?;
        }
    }
    Ok(taken)
}

async fn one(app: &App, lease: &mut Lease) -> Result<()> {
    match lease.job.kind.as_str() {
        candor_store::erasure::ERASE => erasure::carry_out(app, lease).await,
        erasure::CLEAN => erasure::clean(app, lease).await,
        keys::REWRAP => keys::rewrap(app, lease).await,
        keys::RENEW => keys::renew(app, lease).await,
        other => Err(Error::Broken(format!("a newer version left work of the kind {other}"))),
    }
}

async fn put_back(app: &App, job: Job, problem: String) -> Result<()> {
    let retry_at = app.now() + REST;
    let put = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(job::fail(tx, &job, &problem, retry_at)?));
    match put.await {
        // Another worker has it by now, or it is done.
        Err(Error::Store(candor_store::Error::LeaseLost)) => Ok(()),
        put => put.map(|_| ()),
    }
}

/// When there is something to do next.
pub async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(job::next_due(rx, QUEUE)?)).await.ok().flatten()
}
