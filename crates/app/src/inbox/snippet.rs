//! What an exchange pastes into its pages.

use super::get;
use crate::{App, Result};
use candor_domain::actor::Actor;
use candor_domain::id::InboxId;

/// The script tag of a web inbox, ready to paste.
pub async fn snippet(app: &App, actor: &Actor, id: InboxId) -> Result<String> {
    let inbox = get(app, actor, id).await?;
    let site = app.config.public_url.trim_end_matches('/');
    Ok(format!("<script src=\"{site}/w.js\" data-inbox=\"{}\" async></script>", inbox.id))
}
