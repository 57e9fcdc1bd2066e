//! What is used by conversations is not deleted.

use crate::{App, Error, Result};
use candor_store::usage::{Thing, by_conversation};
use candor_store::{Pool, Tx};

/// Conversations that changed this long before the look are looked at again: commands that were under way.
const OVERLAP_MS: i64 = 60_000;

/// Looks through all conversations with a slow reader, and says from when on the command must look again.
pub(crate) async fn refuse_used(app: &App, thing: Thing) -> Result<i64> {
    let since = app.now() - OVERLAP_MS;
    let used = app.db.read(Pool::Slow, move |rx| by_conversation(rx, thing, 0)).await.map_err(Error::from)?;
    if used { Err(Error::Conflict("conversations use it")) } else { Ok(since) }
}

/// The second look, in the deleting command.
pub(crate) fn still_unused(tx: &mut Tx<'_>, thing: Thing, since: i64) -> Result<()> {
    if by_conversation(tx, thing, since)? { Err(Error::Conflict("conversations use it")) } else { Ok(()) }
}
