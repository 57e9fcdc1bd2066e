//! One process reads a mailbox at a time: whoever holds its lease, and renews it.

use crate::{App, Error, Result};
use candor_domain::id::ChannelId;
use candor_store::mailbox::{self, Lease};
use candor_store::{Backend, Pool, Queue};
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;

/// How long a lease lasts, in milliseconds: another node goes on so long after a reader was killed.
const LEASE: i64 = 60_000;
const RENEW: Duration = Duration::from_secs(20);

/// On SQLite this is the only process: what another one held before it was killed is free.
pub(super) async fn begin(app: &App) -> Result<()> {
    if app.db.backend() == Backend::Postgres {
        return Ok(());
    }
    app.db.write(Queue::Machines, |tx| Ok(mailbox::free_all(tx)?)).await
}

/// Takes the lease; `None` while another process has it.
pub(super) async fn take(app: &App, channel: ChannelId) -> Result<Option<Lease>> {
    if !app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(mailbox::is_free(rx, channel)?)).await? {
        return Ok(None);
    }
    app.db.write(Queue::Machines, move |tx| Ok(mailbox::take(tx, channel, LEASE)?)).await
}

/// Works as long as the lease is held.
pub(super) async fn keeping<T>(app: &App, lease: Lease, work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    loop {
        match timeout(RENEW, &mut work).await {
            Ok(done) => return done,
            Err(_) => app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(mailbox::hold(tx, lease, LEASE)?)).await?,
        }
    }
}

/// Gives it back, so that nobody waits for its end.
pub(super) async fn let_go(app: &App, lease: Lease) {
    if let Err(problem) = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(mailbox::let_go(tx, lease)?)).await {
        tracing::warn!(%problem, "a mailbox is not read by others until its lease ends");
    }
}
