//! Which pages may show an inbox's widget in a frame; told to browsers before anything else of it is loaded.

use super::reachable;
use crate::{App, Result};
use candor_domain::id::InboxId;
use candor_domain::inbox::Origin;
use candor_store::Pool;

/// The pages on the inbox's list. An inbox visitors cannot reach is not there.
pub async fn frame_ancestors(app: &App, inbox: InboxId) -> Result<Vec<Origin>> {
    app.db.read(Pool::Quick, move |rx| Ok(reachable(rx, inbox)?.widget.origins)).await
}
