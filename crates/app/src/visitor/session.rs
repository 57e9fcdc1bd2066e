//! A visitor's session while it lives, and its end.

use super::{ANONYMOUS_LIFE, SEEN_EVERY};
use crate::lately::Lately;
use crate::{App, Error, Result, secret};
use candor_domain::actor::Actor;
use candor_domain::event::Proof;
use candor_domain::id::VisitorSessionId;
use candor_store::contact::{self, Contact};
use candor_store::visitor::{self, Session};
use candor_store::{Note, Pool, Query, Queue, Tx};
use tokio::sync::broadcast::Receiver;

/// Who asks on the visitors' surface.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub session: Session,
    pub contact: Contact,
}

impl Visitor {
    pub fn actor(&self) -> Actor {
        Actor::Visitor { contact: self.contact.id }
    }
}

/// The visitor behind a token. An hour after it was last seen, the session is noted as used again, and an anonymous one
/// gets its 30 days anew.
pub async fn by_token(app: &App, token: &str) -> Result<Visitor> {
    let hash = secret::hash(token);
    let visitor = app.db.read(Pool::Quick, move |rx| find(rx, &hash)).await?.ok_or(Error::Unauthenticated)?;
    if app.now() - visitor.session.seen_at >= SEEN_EVERY {
        note_seen(app, visitor.session);
    }
    Ok(visitor)
}

/// Visitors by the hash of their token, as they were read lately.
pub type Cache = Lately<Vec<u8>, Visitor>;

pub fn cache(notes: Receiver<Note>) -> Cache {
    Lately::new(notes, |note| matches!(note, Note::VisitorLeft { .. }))
}

/// The same for whoever writes again and again: believed for two seconds, so that a message waits for no look-up. What
/// the visitor changed of themselves since may be missing from it.
pub async fn by_token_lately(app: &App, token: &str) -> Result<Visitor> {
    let hash = secret::hash(token).to_vec();
    let (known, emptied) = app.visitors.get(&hash);
    if let Some(visitor) = known {
        return Ok(visitor);
    }
    let visitor = by_token(app, token).await?;
    app.visitors.put(hash, visitor.clone(), emptied);
    Ok(visitor)
}

/// Whether a session still lives, and whose it is: asked again and again by open sockets.
pub async fn by_id(app: &App, id: VisitorSessionId) -> Result<Visitor> {
    app.db
        .read(Pool::Quick, move |rx| visitor::by_id(rx, id).map_err(Error::from).and_then(|session| whose(rx, session)))
        .await?
        .ok_or(Error::Unauthenticated)
}

pub(super) fn find(q: &mut impl Query, token_hash: &[u8]) -> Result<Option<Visitor>> {
    let session = visitor::by_token(q, token_hash)?;
    whose(q, session)
}

fn whose(q: &mut impl Query, session: Option<Session>) -> Result<Option<Visitor>> {
    let Some(session) = session else { return Ok(None) };
    let contact = contact::get(q, session.contact)?;
    // A session that was opened by nobody never speaks for somebody who was signed since.
    let speaks = session.proof == Proof::Signed || contact.proof < Proof::Signed;
    Ok(speaks.then_some(Visitor { session, contact }))
}

/// Nobody waits for this note, and a lost one costs an hour of a month.
fn note_seen(app: &App, session: Session) {
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(error) = app.db.write(Queue::Machines, move |tx| seen(tx, &session)).await {
            tracing::debug!(%error, "could not note that a visitor's session is in use");
        }
    });
}

/// Notes that the session is in use; says until when it lives.
pub(super) fn seen(tx: &mut Tx<'_>, session: &Session) -> Result<i64> {
    let expires_at = if session.proof == Proof::Anonymous { tx.now() + ANONYMOUS_LIFE } else { session.expires_at };
    visitor::touch(tx, session.id, expires_at)?;
    contact::seen(tx, session.contact)?;
    Ok(expires_at)
}

/// Ends a session: its token is dead and its sockets close. Logging out twice is no error.
pub async fn log_out(app: &App, session: &Session) -> Result<()> {
    let id = session.id;
    app.db
        .write(Queue::People, move |tx| {
            if visitor::delete(tx, id)? {
                tell_ended(tx, id);
            }
            Ok::<_, Error>(())
        })
        .await?;
    app.visitors.forget();
    Ok(())
}

/// Open sockets of the session are looked at again.
pub(super) fn tell_ended(tx: &mut Tx<'_>, id: VisitorSessionId) {
    tx.note(Note::VisitorLeft { session: id.0 });
}

/// How many of each one piece of the cleaning takes.
const PIECE: i64 = 90;

/// Removes sessions and one-time marks that ran out; says how many. Run now and then.
pub async fn delete_ended(app: &App) -> Result<u64> {
    let mut removed = 0;
    loop {
        let piece = app.db.write(Queue::Machines, |tx| Ok::<_, Error>(visitor::delete_ended(tx, PIECE)?)).await?;
        removed += piece;
        if piece == 0 {
            return Ok(removed);
        }
    }
}
