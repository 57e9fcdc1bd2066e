//! The OpenAPI document: what the handlers say of themselves, completed by what holds for all of them.
//! `web/openapi.json` is its published form; the types of the front end are made from that file.

mod breaking;
mod finish;

pub use breaking::breaks;
pub use finish::finish;

use crate::live::Frames;
use crate::router;
use serde_json::Value;
use utoipa::OpenApi as _;
use utoipa::openapi::{Info, OpenApi, OpenApiBuilder};

const ABOUT: &str = "Two surfaces: /api/v1 for agents and integrations, /visitor/v1 for the chat widget and mobile apps. \
     Times are milliseconds since 1970 UTC, ids are UUIDs, refusals are problem documents with a stable code. \
     Conventions and the live sockets: docs/api-design.md.";

/// The empty document that routers add to.
pub(crate) fn base() -> OpenApi {
    let mut info = Info::new("Candor", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    Frames::openapi().merge_from(OpenApiBuilder::new().info(info).build())
}

/// The whole document.
pub fn document() -> Value {
    finish(router::surfaces().into_openapi())
}

/// The document as it is published: sorted, indented, with a line end.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&document()).expect("the document is plain JSON");
    text.push('\n');
    text
}
