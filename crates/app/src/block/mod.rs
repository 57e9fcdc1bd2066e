//! Blocks: of a customer, of a network, of an address; with an end or without, with a reason, on record.
//!
//! [`Known`] is what a node holds in memory and asks at every request; the rows are the truth. What somebody who is
//! stopped sees is that they are, and until when; never the reason.

mod known;
mod lift;
mod make;
mod view;

pub use known::Known;
pub use lift::lift;
pub use make::{Aim, New, make};
pub use view::{Held, OnCase, list, on_case, shown_to_maker};
