//! The customer's record, for agents: opened through a case only, masked by kind, every look on record.
//!
//! Whoever may read the case but has no part in it is told to take it; whoever may not read it learns nothing.

mod change;
mod history;
mod look;
mod record;
mod reveal;

pub use change::{Patch, change};
pub use history::history;
pub(crate) use look::look;
pub use record::{Field, Line, Record, Shown, record};
pub use reveal::{Revealed, What, reveal};

use crate::conversation::{get_permitted, permitted};
use crate::{Error, Result};
use candor_domain::actor::Actor;
use candor_domain::id::ConversationId;
use candor_domain::permission::{Door, Permission};
use candor_store::Query;
use candor_store::conversation::Stored;

/// The second door of a case.
pub(crate) fn enter(q: &mut impl Query, actor: &Actor, permission: Permission, id: ConversationId) -> Result<Stored> {
    let stored = get_permitted(q, actor, Permission::ConversationRead, id)?;
    entered(q, actor, permission, &stored)?;
    Ok(stored)
}

/// The same for a case that its reader may read.
pub(crate) fn entered(q: &mut impl Query, actor: &Actor, permission: Permission, stored: &Stored) -> Result<()> {
    if permitted(q, actor, permission, Door::Record, stored)? {
        return Ok(());
    }
    // The permission is there and only the part in the case is missing: it can be taken.
    if actor.agent().is_some() && permitted(q, actor, permission, Door::Text, stored)? {
        return Err(Error::TakeCaseFirst);
    }
    Err(Error::Forbidden(permission.as_str()))
}
