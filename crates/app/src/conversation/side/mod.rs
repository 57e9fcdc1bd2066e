//! Side threads: a third party outside is asked about a case by mail, in a conversation of its own.
//!
//! The customer of the case never sees any of it, and everything in it lies under the customer's key: whoever erases them erases it.
//! Who may read the thread learns nothing of the case it is about unless they may read that as well.

mod forward;
mod leaving;
mod news;
mod view;

pub use forward::{Forward, forward, preview};
pub use leaving::Leaving;
pub(crate) use news::{TellParent, tell_parent};
pub use view::{Side, sides};
