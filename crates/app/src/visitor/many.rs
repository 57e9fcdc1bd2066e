//! A browser with a great many cases signs in. No command touches them all: they move to the person forty at a time, each
//! piece a command of its own, and the last command moves what is left with the session. Where it stops in between, what has
//! not moved is still the browser's under its old token, and the next sign-in goes on.

use super::identity::Refused;
use super::person::{Arrival, identified, noted, resumed};
use crate::{App, Error, Result};
use candor_domain::contact::IdentityKind;
use candor_domain::event::Proof;
use candor_domain::id::{ContactId, ConversationId};
use candor_store::contact::{self, Contact};
use candor_store::conversation;
use candor_store::visitor::{self as sessions, Session};
use candor_store::{Pool, Queue, Tx};
use serde_json::json;
use std::collections::BTreeSet;

/// Cases one command moves: four rows each, and a command touches 200.
pub(super) const PIECE: usize = 40;

/// Moves all but the last piece of the browser's cases, when there are more, to a person who is known already.
pub(super) async fn move_ahead(app: &App, arrival: &mut Arrival) -> Result<()> {
    let Some(hash) = arrival.resume_hash.clone() else { return Ok(()) };
    loop {
        let look = hash.clone();
        let waiting = app.db.read(Pool::Quick, move |rx| {
            let session = sessions::by_token(rx, &look)?.filter(|session| session.proof == Proof::Anonymous);
            session.map_or(Ok(0), |session| contact::cases(rx, session.contact).map(|cases| cases.len())).map_err(Error::from)
        });
        if waiting.await? <= PIECE {
            return Ok(());
        }
        let piece = arrival.clone();
        if !app.db.write(Queue::People, move |tx| move_piece(tx, &piece)).await? {
            return Ok(());
        }
        arrival.entered = true;
    }
}

/// False: there is nobody to move to, or nothing to move; then nothing was done.
fn move_piece(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<bool> {
    let Some((person, _)) = contact::proven(tx, IdentityKind::Exchange, &arrival.signed.sub)? else { return Ok(false) };
    let nobody = resumed(tx, arrival)?.filter(|session| session.proof == Proof::Anonymous && session.contact != person);
    let Some(nobody) = nobody else { return Ok(false) };
    if !arrival.enter(tx)? {
        return Err(Refused::Replayed.into());
    }
    let mut cases = Vec::new();
    for id in contact::cases(tx, nobody.contact)?.into_iter().take(PIECE) {
        cases.push(conversation::lock(tx, id)?);
    }
    let (from, to) = lock_both(tx, nobody, person)?;
    // What somebody else moved before it was locked is theirs.
    cases.retain(|stored| stored.case.contact == from.id);
    let moved: Vec<ConversationId> = cases.iter().map(|stored| stored.case.id).collect();
    let keys = contact::move_cases(tx, from.id, to.id, &moved)?;
    for mut stored in cases.into_iter().filter(|stored| stored.case.category.is_open()) {
        identified(tx, &mut stored, to.id)?;
    }
    let data = json!({ "inbox": arrival.inbox, "from": from.id, "cases": moved.len(), "keys": keys });
    noted(tx, to.id, to.id, "contact.merged", data)?;
    Ok(!moved.is_empty())
}

/// Contacts are locked after conversations, in the order of their ids.
fn lock_both(tx: &mut Tx<'_>, nobody: Session, person: ContactId) -> Result<(Contact, Contact)> {
    let mut found = Vec::new();
    for id in BTreeSet::from([nobody.contact, person]) {
        found.push(contact::lock(tx, id)?);
    }
    let from = found.iter().position(|contact| contact.id == nobody.contact).map(|at| found.swap_remove(at));
    match (from, found.pop()) {
        (Some(from), Some(to)) if from.proof != Proof::Signed => Ok((from, to)),
        // Somebody else has proven to be this contact meanwhile.
        _ => Err(Error::Unauthenticated),
    }
}

/// Tells the cases that the last command left out whose they are now. They are the person's already; a timeline that lacks
/// the line because the process died here is no harm.
pub(super) async fn tell_rest(app: &App, person: ContactId, rest: Vec<ConversationId>) -> Result<()> {
    for piece in rest.chunks(PIECE) {
        let piece = piece.to_vec();
        let tell = move |tx: &mut Tx<'_>| {
            for id in &piece {
                let mut stored = conversation::lock(tx, *id)?;
                if stored.case.contact == person && stored.case.category.is_open() {
                    identified(tx, &mut stored, person)?;
                }
            }
            Ok::<_, Error>(())
        };
        app.db.write(Queue::People, tell).await?;
    }
    Ok(())
}
