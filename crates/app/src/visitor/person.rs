//! A signed person arrives: found or made, and joined with what the same browser wrote before it was anybody.
//!
//! The anonymous contact becomes the person where the person is new; otherwise all that it has moves to the person and
//! its row goes. The session keeps its id, so that what was sent from it stays repeatable, and gets another token.

use super::identity::{Person, Refused};
use super::many::PIECE;
use super::session::{Visitor, tell_ended};
use super::start::new_session;
use crate::conversation::record;
use crate::{Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::block::{BlockKind, Stopped};
use candor_domain::contact::{Identity, IdentityKind};
use candor_domain::event::{Cause, Event, Proof};
use candor_domain::id::{ContactId, ConversationId, InboxId, VisitorSessionId};
use candor_domain::locale::Locale;
use candor_store::contact::{self, Contact};
use candor_store::conversation::{self, Stored};
use candor_store::flaw::{Flaw, planted};
use candor_store::visitor::{self as sessions, Session};
use candor_store::{Query, Tx, block};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

/// All that a signed start brings; ids are made before the command.
#[derive(Clone)]
pub(super) struct Arrival {
    pub signed: Person,
    pub inbox: InboxId,
    pub locale: Option<Locale>,
    pub device: Option<String>,
    pub token_hash: Vec<u8>,
    pub resume_hash: Option<Vec<u8>>,
    pub session: VisitorSessionId,
    pub contact: ContactId,
    /// Where they come from.
    pub from: String,
    pub identities: [Uuid; 2],
    /// The token's one use was spent by an earlier command of this arrival.
    pub entered: bool,
}

impl Arrival {
    /// Spends the token; false when somebody else did.
    pub(super) fn enter(&self, tx: &mut Tx<'_>) -> Result<bool> {
        Ok(self.entered || sessions::use_once(tx, self.inbox, &self.signed.jti, self.signed.remember_until)?)
    }
}

/// Who arrived, and the open cases that are to be told so by later commands.
pub(super) fn arrive(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<(Visitor, Vec<ConversationId>)> {
    if !arrival.enter(tx)? {
        return Err(Refused::Replayed.into());
    }
    let resumed = resumed(tx, arrival)?;
    let known = contact::proven(tx, IdentityKind::Exchange, &arrival.signed.sub)?.map(|(id, _)| id);
    let (mut person, mut joined) = join(tx, arrival, resumed, known)?;
    describe(tx, &mut person, arrival)?;
    let rest = joined.split_off(joined.len().min(PIECE)).iter().map(|stored| stored.case.id).collect();
    for mut stored in joined {
        identified(tx, &mut stored, person.id)?;
    }
    let session = seat(tx, arrival, resumed, &person)?;
    Ok((Visitor { session, contact: person }, rest))
}

/// The session that goes on, locked.
pub(super) fn resumed(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<Option<Session>> {
    let Some(hash) = &arrival.resume_hash else { return Ok(None) };
    Ok(sessions::lock_by_token(tx, hash)?.filter(|session| session.inbox == arrival.inbox))
}

/// Says in a case that its customer is known now.
pub(super) fn identified(tx: &mut Tx<'_>, stored: &mut Stored, person: ContactId) -> Result<()> {
    stored.case.contact = person;
    let by = Actor::Visitor { contact: person };
    record(tx, stored, by.as_ref(), &Cause::ACT, vec![Event::Identified { proof: Proof::Signed }], None)?;
    Ok(())
}

/// The person's contact, and the open cases that were somebody's nobody knew.
fn join(tx: &mut Tx<'_>, arrival: &Arrival, resumed: Option<Session>, known: Option<ContactId>) -> Result<(Contact, Vec<Stored>)> {
    let nobody = resumed.filter(|session| session.proof == Proof::Anonymous && Some(session.contact) != known);
    let Some(nobody) = nobody else {
        let person = match known {
            Some(id) => contact::lock(tx, id)?,
            None => create(tx, arrival)?,
        };
        return Ok((person, Vec::new()));
    };
    let mut cases = lock_cases(tx, nobody.contact, &BTreeSet::new())?;
    // Contacts are locked after conversations, in the order of their ids.
    let (mut from, mut person) = (None, None);
    for id in BTreeSet::from_iter([Some(nobody.contact), known].into_iter().flatten()) {
        let slot = if Some(id) == known { &mut person } else { &mut from };
        *slot = Some(contact::lock(tx, id)?);
    }
    let from = from.ok_or_else(|| Error::Broken("a session without its contact".into()))?;
    if from.proof == Proof::Signed {
        // Somebody else has proven to be this contact meanwhile.
        return Err(Error::Unauthenticated);
    }
    // What was started until the contact's lock was held.
    let seen = cases.iter().map(|stored| stored.case.id).collect();
    cases.extend(lock_cases(tx, nobody.contact, &seen)?);
    cases.retain(|stored| stored.case.category.is_open());
    let person = match person {
        Some(person) => absorb(tx, arrival, &from, person)?,
        None => prove(tx, arrival, from)?,
    };
    Ok((person, cases))
}

fn lock_cases(tx: &mut Tx<'_>, of: ContactId, but: &BTreeSet<ConversationId>) -> Result<Vec<Stored>> {
    let ids = contact::cases(tx, of)?;
    ids.into_iter()
        .filter(|id| !but.contains(id))
        .map(|id| Ok(if planted(Flaw::MergesUnlocked) { conversation::get(tx, id)? } else { conversation::lock(tx, id)? }))
        .collect()
}

fn create(tx: &mut Tx<'_>, arrival: &Arrival) -> Result<Contact> {
    let contact = contact::insert(tx, arrival.contact, arrival.locale.map(Locale::as_str))?;
    prove(tx, arrival, contact)
}

/// The contact is the person from now on.
fn prove(tx: &mut Tx<'_>, arrival: &Arrival, mut contact: Contact) -> Result<Contact> {
    unblocked(tx, IdentityKind::Exchange, &arrival.signed.sub)?;
    let identity = Identity { kind: IdentityKind::Exchange, value: arrival.signed.sub.clone(), proof: Proof::Signed };
    contact::add_identity(tx, arrival.identities[0], contact.id, contact.key, &identity)?;
    contact.proof = Proof::Signed;
    noted(tx, contact.id, contact.id, "contact.identified", json!({ "inbox": arrival.inbox, "proof": "signed" }))?;
    Ok(contact)
}

/// What a nobody had is the person's from now on.
fn absorb(tx: &mut Tx<'_>, arrival: &Arrival, from: &Contact, mut person: Contact) -> Result<Contact> {
    sessions::move_all(tx, from.id, person.id)?;
    let moved = contact::absorb(tx, from, &person)?;
    person.name = person.name.or_else(|| from.name.clone());
    person.first_seen_at = person.first_seen_at.min(from.first_seen_at);
    let data = json!({ "inbox": arrival.inbox, "from": from.id, "cases": moved.cases, "keys": moved.keys });
    noted(tx, person.id, person.id, "contact.merged", data)?;
    Ok(person)
}

/// Takes over what the exchange and the browser say.
fn describe(tx: &mut Tx<'_>, person: &mut Contact, arrival: &Arrival) -> Result<()> {
    let (signed, before) = (&arrival.signed, (person.name.clone(), person.fields.clone()));
    if signed.name.is_some() {
        person.name.clone_from(&signed.name);
    }
    if let Some(locale) = signed.locale.or(arrival.locale) {
        person.locale = Some(locale.as_str().to_owned());
    }
    if arrival.device.is_some() {
        person.device.clone_from(&arrival.device);
    }
    if !signed.attrs.is_empty() {
        let mut fields = person.fields()?;
        fields.extend(signed.attrs.clone());
        person.set_fields(&fields);
    }
    person.seen_at = tx.now();
    let new_email = match &signed.email {
        Some(email) => claim_email(tx, person, email, arrival.identities[1])?,
        None => false,
    };
    contact::update(tx, person)?;
    person.version += 1;
    if new_email || before != (person.name.clone(), person.fields.clone()) {
        noted(tx, person.id, person.id, "contact.described", json!({ "by": "exchange" }))?;
    }
    Ok(())
}

/// The exchange says which address is this person's: one that another contact held, or an older one, no longer counts.
fn claim_email(tx: &mut Tx<'_>, person: &Contact, email: &str, id: Uuid) -> Result<bool> {
    let holder = contact::proven(tx, IdentityKind::Email, email)?;
    if holder.is_some_and(|(contact, _)| contact == person.id) {
        return Ok(false);
    }
    if let Some((other, identity)) = holder {
        contact::remove_identity(tx, identity)?;
        noted(tx, person.id, other, "contact.identity_moved", json!({ "kind": "email", "to": person.id }))?;
    }
    for known in contact::identities(tx, person.id)? {
        if known.identity.kind == IdentityKind::Email && (known.identity.proof == Proof::Signed || known.identity.value == email) {
            contact::remove_identity(tx, known.id)?;
        }
    }
    unblocked(tx, IdentityKind::Email, email)?;
    let identity = Identity { kind: IdentityKind::Email, value: email.to_owned(), proof: Proof::Signed };
    contact::add_identity(tx, id, person.id, person.key, &identity)?;
    Ok(true)
}

/// The session of the person: the resumed one under its new token, or a new one.
fn seat(tx: &mut Tx<'_>, arrival: &Arrival, resumed: Option<Session>, person: &Contact) -> Result<Session> {
    let new = new_session(arrival.session, arrival.inbox, person.id, Proof::Signed, tx.now());
    let sealed = |tx: &mut Tx<'_>, id| tx.seal(person.key, sessions::address_cell(id), arrival.from.as_bytes());
    let Some(old) = resumed else {
        let from = sealed(tx, new.id)?;
        sessions::insert(tx, &new, &arrival.token_hash, &from)?;
        return Ok(new);
    };
    tell_ended(tx, old.id);
    if old.proof == Proof::Signed && old.contact != person.id {
        // Somebody else signed in on this device: the first one is out, and nothing of theirs is touched.
        sessions::delete(tx, old.id)?;
        let from = sealed(tx, new.id)?;
        sessions::insert(tx, &new, &arrival.token_hash, &from)?;
        return Ok(new);
    }
    let from = sealed(tx, old.id)?;
    sessions::came_from(tx, old.id, &from)?;
    let risen = Session { id: old.id, created_at: old.created_at, ..new };
    sessions::rise(tx, &risen, &arrival.token_hash)?;
    Ok(risen)
}

pub(super) fn noted(tx: &mut Tx<'_>, by: ContactId, subject: ContactId, action: &'static str, data: Value) -> Result<()> {
    audit::record(tx, &Actor::Visitor { contact: by }, action, ("contact", subject.0), data)
}

/// An address that is blocked brings nobody in.
pub(super) fn unblocked(q: &mut impl Query, kind: IdentityKind, value: &str) -> Result<()> {
    match block::of_address(q, kind, value)? {
        Some(until) => Err(Error::Blocked(Stopped { kind: BlockKind::Address, until })),
        None => Ok(()),
    }
}
