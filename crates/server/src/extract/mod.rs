//! What handlers take as arguments: who asks, what they sent, under which condition. A handler cannot forget a
//! check that is in its signature; every refusal here is a problem document.

mod address;
pub(crate) mod bearer;
mod body;
mod caller;
mod condition;
pub mod cookie;
pub(crate) mod drain;
mod json;
pub(crate) mod origin;
pub mod page;
mod params;
mod path;
mod signed_in;
mod visitor_in;

pub use address::{ClientAddress, Peer};
pub use body::{Body, MAX_JSON};
pub use caller::{Caller, OwnPage};
pub use condition::{ETag, IfMatch, Tagged};
pub use origin::{NoForeignPage, OptionalOrigin};
pub use page::{Page, PageParams};
pub use params::Params;
pub use path::Path;
pub use signed_in::{AgentIn, SignedIn};
pub use visitor_in::{LeaverIn, VisitorIn, WriterIn};
