//! A link in a mail is followed: whoever reads at an address says that answers may go there. It joins nobody with anybody. The same
//! address may stand, confirmed or signed, with other customers; they keep what is theirs, and nothing of it is shown here.

use super::address::{is_mail, raise};
use crate::conversation::record;
use crate::mail::out::{AFTER, first_sender, may_follow};
use crate::timers::{self, Kind};
use crate::{App, Error, Limit, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::event::{Cause, Event, Proof};
use candor_domain::id::ContactId;
use candor_store::confirmation::{self, Confirmation};
use candor_store::contact::{self, Known};
use candor_store::conversation::{self, Stored};
use candor_store::keys::KeyId;
use candor_store::{Pool, Query, Queue, Tx, message};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use std::net::IpAddr;
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// The id of what waits, and an HMAC over it and the address.
const ID: usize = 16;
const MAC: usize = 16;
/// The newest conversations that are told.
const CASES: i64 = 20;

/// What stands in the link. Made anew whenever it is needed, and kept nowhere.
pub(crate) fn link_token(q: &impl Query, id: Uuid, address: &str) -> String {
    let mut token = id.as_bytes().to_vec();
    token.extend_from_slice(&mac(q, id, address));
    BASE64URL_NOPAD.encode(&token)
}

fn mac(q: &impl Query, id: Uuid, address: &str) -> Vec<u8> {
    let mut mac = q.blind("mail.confirm", &format!("{id} {address}"));
    mac.truncate(MAC);
    mac
}

fn split(token: &str) -> Option<(Uuid, Vec<u8>)> {
    let bytes = BASE64URL_NOPAD.decode(token.as_bytes()).ok().filter(|bytes| bytes.len() == ID + MAC)?;
    let (id, mac) = bytes.split_at(ID);
    Some((Uuid::from_slice(id).ok()?, mac.to_vec()))
}

/// Whether a link is good now. Asking changes nothing, however often programs that read mail ask.
pub async fn can_confirm(app: &App, peer: IpAddr, token: &str) -> Result<bool> {
    app.limits.check_peer(Limit::ConfirmLink, peer)?;
    let Some((id, mac)) = split(token) else { return Ok(false) };
    app.db.read(Pool::Quick, move |rx| Ok(waiting(rx, id, &mac)?.is_some())).await
}

/// What the desk goes by in the mails that hold such links; empty where nothing sends mail any more.
pub async fn desk_name(app: &App) -> Result<String> {
    app.db.read(Pool::Quick, |rx| Ok(first_sender(rx)?.map(|sender| sender.settings.name).unwrap_or_default())).await
}

/// Confirms the address of a link, once.
pub async fn confirm(app: &App, peer: IpAddr, token: &str) -> Result<()> {
    app.limits.check_peer(Limit::ConfirmLink, peer)?;
    let (id, mac) = split(token).ok_or(Error::LinkUsed)?;
    app.db
        .write(Queue::People, move |tx| {
            let (asked, _) = waiting(tx, id, &mac)?.ok_or(Error::LinkUsed)?;
            let mut cases = lock_cases(tx, asked.contact)?;
            let contact = contact::lock(tx, asked.contact)?;
            // Somebody may have been quicker, or the contact is part of another by now.
            let Some((_, known)) = waiting(tx, id, &mac)?.filter(|(again, _)| again.contact == asked.contact) else {
                return Err(Error::LinkUsed);
            };
            confirmation::take(tx, id)?;
            replace(tx, contact.id, &known)?;
            raise(tx, contact, Proof::Confirmed)?;
            let actor = Actor::Visitor { contact: asked.contact };
            audit::record(tx, &actor, "contact.confirmed", ("contact", asked.contact.0), json!({ "kind": "email" }))?;
            for stored in &mut cases {
                tell(tx, stored)?;
            }
            Ok(())
        })
        .await
}

/// The address that a link is about, while it waits and the link is ours.
fn waiting(q: &mut impl Query, id: Uuid, given: &[u8]) -> Result<Option<(Confirmation, Known)>> {
    let now = q.now();
    let Some(asked) = confirmation::get(q, id)?.filter(|asked| asked.expires_at > now) else { return Ok(None) };
    let known = contact::identities(q, asked.contact)?.into_iter().find(|known| known.id == asked.identity);
    let good = |known: &Known| known.identity.proof == Proof::Typed && bool::from(mac(q, id, &known.identity.value).ct_eq(given));
    Ok(known.filter(good).map(|known| (asked, known)))
}

/// The address takes the place of one that was confirmed before.
fn replace(tx: &mut Tx<'_>, contact: ContactId, new: &Known) -> Result<()> {
    for old in contact::identities(tx, contact)? {
        if is_mail(&old) && old.identity.proof == Proof::Confirmed {
            contact::remove_identity(tx, old.id)?;
        }
    }
    Ok(contact::confirm_identity(tx, new.id)?)
}

/// The open ones among the contact's newest conversations: locked before the contact, in the order of their ids.
fn lock_cases(tx: &mut Tx<'_>, of: ContactId) -> Result<Vec<Stored>> {
    let mut ids: Vec<_> = contact::history(tx, of, None, CASES)?.into_iter().map(|(id, _)| id).collect();
    ids.sort_unstable_by_key(|id| id.0);
    let mut cases = ids.into_iter().map(|id| conversation::lock(tx, id)).collect::<Result<Vec<_>, _>>()?;
    cases.retain(|stored| stored.case.contact == of && stored.case.category.is_open() && stored.key != KeyId::NONE);
    Ok(cases)
}

/// Says in a case how sure its customer is now, and lets answers go by mail that wait unseen.
fn tell(tx: &mut Tx<'_>, stored: &mut Stored) -> Result<()> {
    let by = Actor::Visitor { contact: stored.case.contact };
    record(tx, stored, by.as_ref(), &Cause::ACT, vec![Event::Identified { proof: Proof::Confirmed }], None)?;
    let (id, seen) = (stored.case.id, stored.case.visitor_read_seq);
    if may_follow(tx, stored)? && !message::unread_replies(tx, id, seen, 1)?.is_empty() {
        let at = tx.now() + AFTER;
        timers::arm(tx, id, Kind::FollowUp, at)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_token_of_ours_opens_nothing() {
        let id = Uuid::from_u128(7);
        let good = BASE64URL_NOPAD.encode(&[id.as_bytes().as_slice(), &[9; MAC]].concat());
        assert_eq!(split(&good), Some((id, vec![9; MAC])));
        for bad in ["", "a", "../..", &good[1..], &format!("{good}AA"), &good.replace('A', "=")] {
            assert_eq!(split(bad), None, "{bad}");
        }
    }
}
