//! Blocks as agents see them: addresses masked, networks and reasons as they are.

use crate::rights::require_everywhere;
use crate::{App, Error, Result};
use candor_domain::actor::{Actor, ActorKind};
use candor_domain::contact::IdentityKind;
use candor_domain::id::{AgentId, ContactId};
use candor_domain::mask::mask;
use candor_domain::permission::Permission;
use candor_store::block::{self, Block, Target};
use candor_store::{Pool, Query, agent, contact};
use uuid::Uuid;

/// A block with the names beside it.
#[derive(Clone, Debug)]
pub struct Held {
    pub block: Block,
    /// The network as it is, the address masked, nothing for a customer.
    pub shown: Option<String>,
    pub identity: Option<IdentityKind>,
    pub contact_name: Option<String>,
    pub by_name: Option<String>,
    pub lifted_by_name: Option<String>,
}

/// What stops the customer of a case.
pub type OnCase = Block;

/// A page of blocks, newest first: those that hold, or those that ended. One more than `limit` if there are more.
pub async fn list(app: &App, actor: &Actor, active: bool, before: Option<(i64, Uuid)>, limit: usize) -> Result<Vec<Held>> {
    require_everywhere(actor, Permission::ContactBlock)?;
    let ask = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    app.db
        .read(Pool::Quick, move |rx| {
            let found = block::page(rx, active, before, ask)?;
            with_names(rx, found)
        })
        .await
}

/// One block as it is shown to whoever made it.
pub async fn shown_to_maker(app: &App, made: Block) -> Result<Held> {
    let mut held = app.db.read(Pool::Quick, move |rx| with_names(rx, vec![made])).await?;
    held.pop().ok_or(Error::NotFound)
}

fn with_names(q: &mut impl Query, found: Vec<Block>) -> Result<Vec<Held>> {
    let mut agents: Vec<AgentId> = found.iter().flat_map(|block| [author(block), block.lifted_by]).flatten().collect();
    agents.sort_unstable();
    agents.dedup();
    let names = agent::names(q, &agents)?;
    let name = |id: Option<AgentId>| id.and_then(|id| names.get(&id)).map(|agent| agent.name.clone());
    let mut all = Vec::with_capacity(found.len());
    for block in found {
        let contact_name = match block.contact {
            Some(id) => name_of(q, id)?,
            None => None,
        };
        let (shown, identity) = shown(&block);
        all.push(Held { shown, identity, contact_name, by_name: name(author(&block)), lifted_by_name: name(block.lifted_by), block });
    }
    Ok(all)
}

/// What stops the customer of a case, for the screen of the case. Asked of the node's memory first: nearly nobody is blocked.
pub async fn on_case(app: &App, contact: ContactId) -> Result<Option<OnCase>> {
    if app.blocks.current(&app.db).await.of_contact(contact, app.now()).is_none() {
        return Ok(None);
    }
    app.db.read(Pool::Quick, move |rx| Ok(block::of_contact(rx, contact)?)).await
}

fn author(block: &Block) -> Option<AgentId> {
    block.by.id.filter(|_| block.by.kind == ActorKind::Agent).map(AgentId)
}

fn name_of(q: &mut impl Query, id: ContactId) -> Result<Option<String>> {
    match contact::name(q, id) {
        Err(candor_store::Error::NotFound | candor_store::Error::Sealed(_)) => Ok(None),
        found => Ok(found?),
    }
}

fn shown(block: &Block) -> (Option<String>, Option<IdentityKind>) {
    match &block.target {
        Some(Target::Network(network)) => (Some(network.clone()), None),
        Some(Target::Address(kind, value)) => (Some(mask(kind.personal(), value)), Some(*kind)),
        Some(Target::Contact(_)) | None => (None, None),
    }
}
