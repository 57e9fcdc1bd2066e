//! Live screens: woken by (stream, seq), reading from the database what their actor may see.
//!
//! The hub follows the store's notes and tells sockets that something moved; it never sends text itself. Notes may
//! be lost, so once a second a sweep compares what changed with what was told: a screen is two seconds behind at most.

mod elsewhere;
mod entry;
mod frames;
mod groups;
mod hub;
mod load;
mod look;
mod mailbox;
mod news;
mod open_set;
mod peek;
mod presence;
mod screens;
mod seats;
mod told;
mod view;

pub use entry::Entry;
pub use frames::Frames;
pub use hub::Hub;
pub use look::{Follower, Sequel};
pub use news::{Change, News, VisitorNews};
pub use open_set::{Ask, Count, OpenSet, Place};
pub use peek::seal as seal_peek;
pub use presence::{Doing, Presence, Viewer};
pub use screens::Screens;
pub use seats::VisitorSocket;
pub use view::{Sort, View};
