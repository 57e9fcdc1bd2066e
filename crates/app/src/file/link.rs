//! Addresses of files for browsers: good for one session and a few minutes. A copied one opens nothing for anybody else, and nothing
//! later; with the session it ends at once. It is asked for beside the session and the rights, never instead of them.

use crate::{App, Error, Result};
use candor_domain::id::SessionId;
use data_encoding::BASE64URL_NOPAD;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// How long a link is good.
const LIFE: i64 = 10 * 60_000;

/// A link's own part of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub token: String,
    /// When it ends.
    pub until: i64,
}

/// A link to what has this id, for one session. Every node knows it.
pub fn link(app: &App, session: SessionId, id: Uuid) -> Link {
    let until = app.now() + LIFE;
    Link { token: format!("{until:x}.{}", BASE64URL_NOPAD.encode(&mark(app, session, id, until))), until }
}

/// Whether the link is this session's, to this, and still good.
pub fn check_link(app: &App, session: SessionId, id: Uuid, token: &str) -> Result<()> {
    let (until, given) = token.split_once('.').ok_or(Error::LinkUsed)?;
    let until = i64::from_str_radix(until, 16).map_err(|_| Error::LinkUsed)?;
    let given = BASE64URL_NOPAD.decode(given.as_bytes()).map_err(|_| Error::LinkUsed)?;
    let good = bool::from(mark(app, session, id, until).ct_eq(&given)) && app.now() < until;
    if good { Ok(()) } else { Err(Error::LinkUsed) }
}

/// What only this desk can write under a link.
fn mark(app: &App, session: SessionId, id: Uuid, until: i64) -> Vec<u8> {
    app.db.blind("file.link", &format!("{session} {id} {until}"))
}
