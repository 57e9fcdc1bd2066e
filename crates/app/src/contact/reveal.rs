//! One value in full, for a minute, always on record as its own row.

use super::enter;
use crate::{App, Error, Limit, Result};
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::Permission;
use candor_store::audit::{AuditEntry, AuditRef};
use candor_store::{Query, Queue, Tx, case_access, contact, look};
use serde_json::json;
use uuid::Uuid;

/// How long a screen may show what was revealed.
const SHOWN_MS: i64 = 60_000;

/// Which value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    Identity(Uuid),
    /// The noted field of this name.
    Field(String),
}

/// A value in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    pub value: String,
    pub until: i64,
}

/// Reveals one value to whoever has a part in the case. The answer leaves after its audit row is on disk.
pub async fn reveal(app: &App, actor: &Actor, id: ConversationId, what: What) -> Result<Revealed> {
    let agent = actor.agent().ok_or(Error::Forbidden("only an agent reveals a value"))?;
    app.limits.check(Limit::Reveal, agent)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let stored = enter(tx, &actor, Permission::ContactRead, id)?;
            let contact = contact::get(tx, stored.case.contact)?;
            let (value, kind) = match &what {
                What::Identity(id) => contact::identities(tx, contact.id)?
                    .into_iter()
                    .find(|known| known.id == *id)
                    .map(|known| (known.identity.value, known.identity.kind.as_str())),
                What::Field(name) => contact.fields()?.remove(name).map(|value| (value, "field")),
            }
            .ok_or(Error::NotFound)?;
            let data = json!({ "case": id, "kind": kind }).to_string();
            let rests_on = broken_glass(tx, agent, id)?;
            let mut entry = AuditEntry::new("agent", Some(agent.0), "contact.revealed").subject("contact", contact.id.0).data(&data);
            entry.cause = rests_on;
            tx.audit(entry)?;
            Ok(Revealed { value, until: tx.now() + SHOWN_MS })
        })
        .await
}

/// The entry of the break-glass that a reveal rests on, if it rests on one.
fn broken_glass(tx: &mut Tx<'_>, agent: AgentId, id: ConversationId) -> Result<Option<AuditRef>> {
    let now = tx.now();
    let by_glass = case_access::list(tx, id, now)?.iter().any(|access| access.agent == agent && access.kind == "break_glass");
    if by_glass { Ok(look::newest(tx, agent.0, "case.broke_glass", id.0)?) } else { Ok(None) }
}
