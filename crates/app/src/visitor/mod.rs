//! Visitors: how a session starts, rises to a signed person, goes on and ends; what a widget shows before that.
//!
//! A visitor has no permissions: what they may see is what is theirs. An anonymous session lives 30 days from its last
//! use; a signed one 24 hours from the token that opened it, because the page or app can sign again at any time and a
//! forgotten device should not stay somebody. Logging out ends either at once.

mod address;
mod cases;
mod challenge;
mod config;
mod confirm;
mod details;
mod frame;
mod identity;
mod many;
mod page;
mod person;
mod say;
mod session;
mod start;

pub use address::{Notice, address, ask_address, delete_unconfirmed, drop_address};
pub use cases::{Case, case, case_in, case_of, cases};
pub use challenge::{Challenge, Gate, Solution};
pub use config::{Widget, widget};
pub(crate) use confirm::link_token;
pub use confirm::{can_confirm, confirm, desk_name};
pub use details::{Details, change};
pub use frame::frame_ancestors;
pub use identity::{Keys as IdentityKeys, Person, Refused, verify};
pub use page::Page;
pub use say::{Said, open, rate, read, say, timeline, typing};
pub use session::{Cache, Visitor, by_id, by_token, by_token_lately, cache, delete_ended, log_out};
pub use start::{Opened, StartInput, start};

use candor_domain::id::InboxId;
use candor_store::inbox::Inbox;
use candor_store::{Query, inbox};

const HOUR: i64 = 3_600_000;
const ANONYMOUS_LIFE: i64 = 30 * 24 * HOUR;
const SIGNED_LIFE: i64 = 24 * HOUR;
/// How stale "last seen" may be before a request writes it.
const SEEN_EVERY: i64 = HOUR;

/// The page a request comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    /// None was sent: an app, or a browser that reads from its own site.
    Absent,
    /// The desk's own: the widget is a frame of ours, and `/chat` is ours.
    Own,
    /// Somebody's page, as its `Origin` header names it.
    Page(&'a str),
}

impl Origin<'_> {
    /// Whether a page may use this inbox. Who sends no Origin is no page.
    fn may_use(self, inbox: &Inbox) -> crate::Result<()> {
        match self {
            Origin::Page(page) if !inbox.widget.allows(page) => Err(crate::Error::OriginRefused),
            _ => Ok(()),
        }
    }
}

/// An inbox visitors can reach; any other is not there.
fn reachable(q: &mut impl Query, id: InboxId) -> crate::Result<Inbox> {
    use candor_domain::inbox::Channel;
    let found = inbox::get(q, id)?;
    if found.enabled && found.channel != Channel::Email { Ok(found) } else { Err(crate::Error::NotFound) }
}
