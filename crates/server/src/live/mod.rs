//! The live lines: one WebSocket (or streamed answer) a screen, for agents and for visitors.
//!
//! A line is woken by the hub and reads from the database what its actor may see, by number. Rights are looked at
//! again every few seconds and at every revocation. Nothing is buffered for who does not read: the line ends, the
//! client comes back with the last number it has.

pub mod agent;
mod agent_frames;
mod agent_screen;
mod burst;
mod counts;
mod socket;
mod stream;
pub mod visitor;
mod visitor_frames;
mod wire;

use utoipa::OpenApi;

/// The frames of both lines, for the published contract: no operation names them, clients of the sockets need them.
#[derive(OpenApi)]
#[openapi(components(schemas(
    agent_frames::Said,
    agent_frames::Says<'_>,
    agent::StreamInput,
    visitor_frames::Said,
    visitor_frames::Says<'_>,
    visitor::StreamInput,
    wire::LastFrame,
)))]
pub(crate) struct Frames;

pub use counts::{Places, ViewCount, count};

/// Whether a text is a frame that agents' clients say.
pub fn agents_say(text: &str) -> bool {
    agent_frames::Said::read(text).is_some()
}

/// Whether a text is a frame that visitors' clients say.
pub fn visitors_say(text: &str) -> bool {
    visitor_frames::Said::read(text).is_some()
}
