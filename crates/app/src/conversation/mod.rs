//! Conversations: start, receive, reply, note, act. One command each, one transaction each.
//!
//! [`write`] is the one way a message gets into a stream and [`record`] the one way an event does; every command
//! here ends in them. What a reader sees is made in [`view`].

mod access;
mod act;
mod begin;
pub mod bulk;
mod by_mail;
pub mod detail;
mod draft;
mod erased;
mod held;
pub mod held_view;
mod marks;
mod rate;
mod receive;
pub(crate) mod record;
mod redact;
mod reply;
mod said;
mod side;
mod start;
pub mod view;
pub(crate) mod write;
mod write_first;

pub use access::{break_glass, revoke_access, share_access};
pub use act::{Action, act, act_because, act_in, inverse};
pub(crate) use by_mail::{ByMail, join_by_mail, open_by_mail};
pub use draft::{Draft, drafts, put_draft, remove_draft};
pub(crate) use erased::shut_erased;
pub use held::{keep_held, mend_windows, release_due, release_held, withdraw_held};
pub use marks::{agent_read, mark_unread, visitor_read};
pub use rate::{RatingInput, rate};
pub use receive::receive;
pub use record::record;
pub use redact::redact;
pub use reply::{FollowUp, Replied, ReplyInput, note, reply};
pub(crate) use said::Said;
pub use side::{Forward, Leaving, Side, forward, preview as preview_forward, sides};
pub(crate) use side::{TellParent, tell_parent};
pub use start::{StartInput, Started, start};
pub use write::{Content, MAX_FILES, Written};
pub use write_first::{FirstInput, Recipient, write_first};

use crate::Result;
use candor_domain::actor::Actor;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::permission::{CaseScope, Door, Permission, Subject, can};
use candor_store::conversation::Stored;
use candor_store::{Query, Tx, case_access, conversation};

/// Whether `actor` passes the door of a case; the agents it was shared with are read only for the second door.
pub fn permitted(q: &mut impl Query, actor: &Actor, permission: Permission, door: Door, stored: &Stored) -> Result<bool> {
    let shared: Vec<AgentId> = match door {
        Door::Text => Vec::new(),
        Door::Record => {
            let now = q.now();
            case_access::list(q, stored.case.id, now)?.into_iter().map(|access| access.agent).collect()
        }
    };
    Ok(may(actor, permission, door, stored, &shared))
}

/// Whether `actor` may read the text of a case that was read already.
pub fn may_read(actor: &Actor, stored: &Stored) -> bool {
    may(actor, Permission::ConversationRead, Door::Text, stored, &[])
}

fn may(actor: &Actor, permission: Permission, door: Door, stored: &Stored, shared_with: &[AgentId]) -> bool {
    let case = &stored.case;
    let scope = CaseScope {
        inbox: case.inbox,
        team: case.team,
        contact: case.contact,
        assignee: case.assignee,
        open: case.category.is_open(),
        shared_with,
        aside: case.is_side(),
        door,
    };
    can(actor, permission, Subject::Case(scope))
}

/// Takes the case's lock and checks `permission`. Whoever may not even read the case is told that it is not there.
pub(crate) fn lock_permitted(tx: &mut Tx<'_>, actor: &Actor, permission: Permission, id: ConversationId) -> Result<Stored> {
    let stored = conversation::lock(tx, id)?;
    check(tx, actor, permission, &stored)?;
    Ok(stored)
}

/// Reads the case and checks `permission`, without a lock.
pub fn get_permitted(q: &mut impl Query, actor: &Actor, permission: Permission, id: ConversationId) -> Result<Stored> {
    let stored = conversation::get(q, id)?;
    check(q, actor, permission, &stored)?;
    Ok(stored)
}

/// Refuses whoever lacks `permission` in a case that was read. Whoever may not even read it is told that it is not there.
pub(crate) fn check(q: &mut impl Query, actor: &Actor, permission: Permission, stored: &Stored) -> Result<()> {
    if permitted(q, actor, permission, Door::Text, stored)? {
        return Ok(());
    }
    if permission != Permission::ConversationRead && permitted(q, actor, Permission::ConversationRead, Door::Text, stored)? {
        return Err(crate::Error::Forbidden(permission.as_str()));
    }
    Err(crate::Error::NotFound)
}
