//! The conversation: its state, what each command makes of it, and how an event changes it.
//!
//! Decisions ([`decide`]) look at the state and return events or a refusal; [`Conversation::apply`] is the only
//! place that changes the state. Nothing here knows of databases, permissions or time of day.

mod blank;
mod decide;
mod state;
pub mod status;
#[cfg(test)]
mod tests;

pub use decide::{Change, Refusal, automatic_events, decide, join_events, message_events, side_events, undelivered_events};
pub use state::{Category, Conversation, Priority, Turn};
