//! A desk to look at: staff, teams, conversations in three languages, one of them alive. Everything is done by the same
//! commands that people use; only the clock is set, so that the past lies in the past.

mod alive;
mod fill;
mod furnish;
mod story;
mod words;

pub use alive::keep_alive;
pub use fill::{Amount, fill};
pub use furnish::{Demo, PASSWORD, furnish};
pub use story::sign_in_as;
