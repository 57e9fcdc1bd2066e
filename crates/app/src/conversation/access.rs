//! The second door: who else may open the customer's record through this case.

use super::{lock_permitted, permitted, record};
use crate::{App, Error, Result};
use candor_domain::actor::Actor;
use candor_domain::event::{Cause, Event};
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{Door, Permission};
use candor_store::audit::{AuditEntry, detail_cell};
use candor_store::case_access::{self, Access};
use candor_store::{Query, Queue};

/// How long a break-glass lasts, in milliseconds.
const BREAK_GLASS_MS: i64 = 60 * 60 * 1000;

/// The shortest reason that says anything, in characters.
const MIN_REASON: usize = 10;

/// The assignee or a supervisor adds a colleague to the customer's record.
pub async fn share_access(app: &App, actor: &Actor, id: ConversationId, agent: AgentId) -> Result<()> {
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let may_share = actor.agent() == stored.case.assignee || permitted(tx, &actor, Permission::CaseShare, Door::Text, &stored)?;
            if !may_share {
                return Err(Error::Forbidden(Permission::CaseShare.as_str()));
            }
            let reader = crate::rights::actor_of(tx, agent)?.ok_or_else(|| Error::invalid("agent", "there is no such active agent"))?;
            if !permitted(tx, &reader, Permission::ConversationRead, Door::Text, &stored)? {
                return Err(Error::invalid("agent", "this colleague may not read the conversation"));
            }
            let (by, at) = (actor.as_ref().id, tx.now());
            case_access::grant(tx, id, &Access { agent, kind: "shared".into(), by, at, until: None })?;
            let data = serde_json::json!({ "agent": agent }).to_string();
            tx.audit(AuditEntry::new(actor.as_ref().kind.as_str(), by, "case.shared").subject("conversation", id.0).data(&data))?;
            record(tx, &mut stored, actor.as_ref(), &Cause::ACT, vec![Event::AccessGranted { agent }], None)?;
            Ok(())
        })
        .await
}

/// Takes a colleague's way in back.
pub async fn revoke_access(app: &App, actor: &Actor, id: ConversationId, agent: AgentId) -> Result<()> {
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ConversationRead, id)?;
            let own = actor.agent() == Some(agent) || actor.agent() == stored.case.assignee;
            if !own && !permitted(tx, &actor, Permission::CaseShare, Door::Text, &stored)? {
                return Err(Error::Forbidden(Permission::CaseShare.as_str()));
            }
            if !case_access::revoke(tx, id, agent)? {
                return Err(Error::NotFound);
            }
            let data = serde_json::json!({ "agent": agent }).to_string();
            tx.audit(
                AuditEntry::new(actor.as_ref().kind.as_str(), actor.as_ref().id, "case.unshared").subject("conversation", id.0).data(&data),
            )?;
            record(tx, &mut stored, actor.as_ref(), &Cause::ACT, vec![Event::AccessRevoked { agent }], None)?;
            Ok(())
        })
        .await
}

/// Opens the record for an hour against a written reason. The case and the audit log say so.
pub async fn break_glass(app: &App, actor: &Actor, id: ConversationId, reason: String) -> Result<()> {
    let agent = actor.agent().ok_or(Error::Forbidden("only an agent breaks the glass"))?;
    if reason.trim().chars().count() < MIN_REASON {
        return Err(Error::invalid("reason", format!("at least {MIN_REASON} characters")));
    }
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, Permission::ContactBreakGlass, id)?;
            let at = tx.now();
            let until = at + BREAK_GLASS_MS;
            case_access::grant(tx, id, &Access { agent, kind: "break_glass".into(), by: Some(agent.0), at, until: Some(until) })?;
            let data = serde_json::json!({ "until": until }).to_string();
            let detail = tx.seal(stored.key, detail_cell(id.0), reason.trim().as_bytes())?;
            tx.audit(
                AuditEntry::new("agent", Some(agent.0), "case.broke_glass").subject("conversation", id.0).data(&data).detail(&detail),
            )?;
            record(tx, &mut stored, actor.as_ref(), &Cause::ACT, vec![Event::BrokeGlass { agent, until }], None)?;
            Ok(())
        })
        .await
}
