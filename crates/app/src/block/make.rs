//! A block is made: from a case, by whoever may block in it, or for the whole desk.

use crate::conversation::{lock_permitted, record};
use crate::rights::require_everywhere;
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::block::MAX_REASON;
use candor_domain::contact::IdentityKind;
use candor_domain::event::{Cause, Event};
use candor_domain::id::{BlockId, ConversationId};
use candor_domain::network::Network;
use candor_domain::permission::Permission;
use candor_domain::text;
use candor_store::block::{self, Block, Target};
use candor_store::conversation::Stored;
use candor_store::{KeyId, Query, Queue, Tx, contact, visitor};
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

/// What a block is aimed at. From a case nobody needs to know the address or the network: the desk does.
#[derive(Clone, Debug)]
pub enum Aim {
    Customer(ConversationId),
    /// Where the case's customer came from last.
    CustomerNetwork(ConversationId),
    /// One of the addresses the case's customer is known by.
    CustomerAddress(ConversationId, Uuid),
    Network(Network),
    Address(IdentityKind, String),
}

impl Aim {
    fn case(&self) -> Option<ConversationId> {
        match self {
            Self::Customer(id) | Self::CustomerNetwork(id) | Self::CustomerAddress(id, _) => Some(*id),
            Self::Network(_) | Self::Address(..) => None,
        }
    }
}

/// A new block.
#[derive(Clone, Debug)]
pub struct New {
    pub aim: Aim,
    /// `None`: until somebody lifts it.
    pub until: Option<i64>,
    pub reason: String,
}

/// Makes a block. It acts here when this returns, and on every other node within a second of the next request.
pub async fn make(app: &App, actor: &Actor, new: New) -> Result<Block> {
    let reason = new.reason.trim().to_owned();
    if reason.is_empty() || reason.chars().count() > MAX_REASON || reason.contains('\0') {
        return Err(Error::invalid("reason", format!("1 to {MAX_REASON} characters")));
    }
    let (actor, id, aim, until) = (actor.clone(), app.ids.make::<BlockId>(), checked(new.aim)?, new.until);
    let made = app
        .db
        .write(Queue::People, move |tx| {
            if until.is_some_and(|until| until <= tx.now()) {
                return Err(Error::invalid("until", "lies in the past"));
            }
            let mut case = match aim.case() {
                Some(id) => Some(lock_permitted(tx, &actor, Permission::ContactBlock, id)?),
                None => require_everywhere(&actor, Permission::ContactBlock).map(|()| None)?,
            };
            let (target, key) = aimed(tx, &aim, case.as_ref())?;
            let block = Block {
                id,
                kind: target.kind(),
                contact: case.as_ref().map(|stored| stored.case.contact),
                conversation: aim.case(),
                target: Some(target.clone()),
                reason: reason.clone(),
                by: actor.as_ref(),
                created_at: tx.now(),
                until,
                lifted_at: None,
                lifted_by: None,
            };
            if let Some(stored) = &mut case {
                record(tx, stored, actor.as_ref(), &Cause::ACT, vec![Event::Blocked { block: id, what: block.kind, until }], None)?;
            }
            block::insert(tx, &block, &target, key).map_err(|error| Error::or_duplicate(error, "block", "target_blind", "target"))?;
            let data = json!({ "kind": block.kind, "until": until, "case": block.conversation, "contact": block.contact });
            audit::record_words(tx, &actor, "block.made", ("block", id.0), data, &json!({ "reason": reason }))?;
            Ok(block)
        })
        .await?;
    app.blocks.refresh(&app.db).await?;
    Ok(made)
}

/// The aim in the one form that is compared, if it can be blocked at all.
fn checked(aim: Aim) -> Result<Aim> {
    match aim {
        Aim::Network(network) if network.is_too_wide() => {
            Err(Error::invalid("network", "wider than one provider's customer: at most /16, IPv6 /32"))
        }
        Aim::Network(network) => Ok(Aim::Network(network.whole())),
        Aim::Address(kind, value) => {
            let value = text::clean_line(&value, 300);
            kind.normal(&value).map(|value| Aim::Address(kind, value)).ok_or_else(|| Error::invalid("address", "this is no such address"))
        }
        aim => Ok(aim),
    }
}

/// What is blocked, and the key under which it is kept: the customer's, whose erasure takes it along, or the desk's own.
fn aimed(tx: &mut Tx<'_>, aim: &Aim, case: Option<&Stored>) -> Result<(Target, KeyId)> {
    let Some(stored) = case else {
        let target = match aim {
            Aim::Network(network) => Target::Network(network.to_string()),
            Aim::Address(kind, value) => Target::Address(*kind, value.clone()),
            _ => return Err(Error::Broken("a block of a case without the case".into())),
        };
        return Ok((target, tx.workspace_key()));
    };
    let customer = stored.case.contact;
    let target = match aim {
        Aim::CustomerNetwork(_) => {
            let address = visitor::last_address(tx, customer)?.and_then(|text| text.parse::<IpAddr>().ok());
            let address = address.ok_or(Error::Conflict("where this customer wrote from is not known any more"))?;
            Target::Network(Network::of_peer(address).to_string())
        }
        Aim::CustomerAddress(_, identity) => {
            let known = contact::identities(tx, customer)?.into_iter().find(|known| known.id == *identity);
            let known = known.ok_or_else(|| Error::invalid("identity", "the customer has no such address"))?;
            Target::Address(known.identity.kind, known.identity.value)
        }
        _ => Target::Contact(customer),
    };
    Ok((target, stored.key))
}
