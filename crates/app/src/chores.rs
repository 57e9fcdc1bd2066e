//! What is tidied once a minute: index words that could not be written, ended sessions;
//! once an hour files that nobody sent.

use crate::conversation::bulk;
use crate::{App, feed, file, idempotency, mail, search, session, visitor};
use std::time::SystemTime;

/// Looking through the folder of files takes longer the more there are, so it is done in one minute of the hour.
const FILES_AT: i64 = 7;

/// Runs every chore; one that fails is logged and comes again.
pub async fn run(app: &App) {
    report("index words", search::catch_up(app).await.map(|done| done as u64));
    report("ended visitor sessions", visitor::delete_ended(app).await);
    report("addresses nobody confirmed", visitor::delete_unconfirmed(app).await);
    report("senders whose mail became no message", mail::erase_left(app).await);
    report("ended sessions, links and secrets", session::tidy(app).await);
    report("ended idempotency keys", idempotency::delete_ended(app).await);
    report("bulk actions nobody takes back any more", bulk::forget_old(app).await);
    report("events programs outside had time to read", feed::forget_old(app).await);
    report("files for the scanner", file::order_due(app).await);
    report("copies of the database past their time", remove_copies(app).await);
    if app.now() / 60_000 % 60 == FILES_AT {
        report("files nobody sent", file::sweep(app, SystemTime::now()).await.map(|swept| swept.total()));
    }
}

async fn remove_copies(app: &App) -> crate::Result<u64> {
    let (dir, now) = (app.config.dir.clone(), app.now());
    let removed = tokio::task::spawn_blocking(move || candor_store::remove_past(&dir, now)).await;
    Ok(removed.map_err(|error| crate::Error::Broken(error.to_string()))?.map(|count| count as u64)?)
}

fn report(what: &'static str, outcome: crate::Result<u64>) {
    match outcome {
        Ok(0) => {}
        Ok(done) => tracing::info!(what, done, "tidied"),
        Err(problem) => tracing::warn!(what, %problem, "a chore failed; it comes again"),
    }
}
