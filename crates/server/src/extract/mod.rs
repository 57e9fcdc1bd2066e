//! What handlers take as arguments: who asks, what they sent, under which condition. A handler cannot forget a
//! check that is in its signature; every refusal here is a problem document.

mod address;
mod body;
mod condition;
mod json;
mod origin;
pub mod page;
mod params;
mod path;

pub use address::{ClientAddress, Peer};
pub use body::{Body, MAX_JSON};
pub use condition::{ETag, IfMatch, Tagged};
pub use origin::OptionalOrigin;
pub use page::{Page, PageParams};
pub use params::Params;
pub use path::Path;
