//! What is tidied once a minute: index words that could not be written, moved conversations' index rows, ended sessions.

use crate::{App, search, visitor};

/// Runs every chore; one that fails is logged and comes again.
pub async fn run(app: &App) {
    report("index words", search::catch_up(app).await.map(|done| done as u64));
    report("moved conversations", search::rewrite_moved(app).await.map(|done| done as u64));
    report("ended visitor sessions", visitor::delete_ended(app).await);
}

fn report(what: &'static str, outcome: crate::Result<u64>) {
    match outcome {
        Ok(0) => {}
        Ok(done) => tracing::info!(what, done, "tidied"),
        Err(problem) => tracing::warn!(what, %problem, "a chore failed; it comes again"),
    }
}
