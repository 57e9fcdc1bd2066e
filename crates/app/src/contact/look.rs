//! Looks: the first in ten minutes is on record before the answer leaves, later ones cost a glance at the log.

use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_store::audit::AuditEntry;
use candor_store::{Pool, Query, Queue, look};
use serde_json::json;
use uuid::Uuid;

const WINDOW_MS: i64 = 10 * 60 * 1000;

/// Notes that `actor` looked at data of this kind (`action`) about `subject`, through a case.
pub(crate) async fn look(
    app: &App,
    actor: &Actor,
    action: &'static str,
    subject: (&'static str, Uuid),
    case: ConversationId,
) -> Result<()> {
    let who = actor.as_ref();
    let Some(id) = who.id else { return Ok(()) };
    let noted = app.db.read(Pool::Quick, move |rx| {
        let since = rx.now() - WINDOW_MS;
        look::noted_since(rx, id, action, subject.1, since).map_err(Error::from)
    });
    if noted.await? {
        return Ok(());
    }
    app.db
        .write(Queue::People, move |tx| {
            // Somebody may look twice at once; one of them is enough.
            let since = tx.now() - WINDOW_MS;
            if !look::noted_since(tx, id, action, subject.1, since)? {
                let data = json!({ "case": case }).to_string();
                tx.audit(AuditEntry::new(who.kind.as_str(), Some(id), action).subject(subject.0, subject.1).data(&data))?;
            }
            Ok(())
        })
        .await
}
