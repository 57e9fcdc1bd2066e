//! Where a visitor's answers go by mail. An address that was typed gets one mail, with a link; only whoever reads there can say that it
//! is right, and until then nothing else is sent to it.

use super::details::typed_address;
use super::session::Visitor;
use crate::mail::{Own, out};
use crate::{App, Error, Limit, Result, audit};
use candor_domain::contact::IdentityKind;
use candor_domain::event::Proof;
use candor_domain::locale::Locale;
use candor_store::contact::{self, Contact, Known};
use candor_store::{Pool, Query, Queue, Tx, channel, confirmation, job, mail_address};
use serde_json::json;
use std::net::IpAddr;
use uuid::Uuid;

/// How long a link is good, in milliseconds.
const LIFE: i64 = 24 * 3_600_000;
/// Mails the desk writes by itself to one address within [`LIFE`], receipts included: whoever asks for more is told nothing else, and
/// nothing is sent.
const MOST: i64 = 2;
/// How many links that ran out one piece of the cleaning takes.
const PIECE: i64 = 90;

/// What a visitor is told of their address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Whether this desk sends mail at all.
    pub available: bool,
    /// Where answers go, and how sure that is.
    pub address: Option<(String, Proof)>,
    /// What waits for its link to be followed.
    pub pending: Option<String>,
}

/// What is known of a visitor's address.
pub async fn address(app: &App, visitor: &Visitor) -> Result<Notice> {
    app.limits.check(Limit::VisitorRead, visitor.session.id)?;
    let id = visitor.contact.id;
    app.db
        .read(Pool::Quick, move |rx| {
            let contact = contact::get(rx, id)?;
            notice(rx, &contact)
        })
        .await
}

/// Wants answers by mail at this address. The same address waits once, however often it is asked for.
pub async fn ask_address(app: &App, visitor: &Visitor, peer: IpAddr, email: &str) -> Result<Notice> {
    let email = IdentityKind::Email.normal(email).ok_or_else(|| Error::invalid("email", "write it as name@example.com"))?;
    app.limits.check(Limit::ConfirmSession, visitor.session.id)?;
    app.limits.check_peer(Limit::ConfirmNetwork, peer)?;
    let (id, actor, identity, asked) = (visitor.contact.id, visitor.actor(), app.ids.make(), app.ids.make());
    app.db
        .write(Queue::People, move |tx| {
            let contact = contact::lock(tx, id)?;
            if !channel::any_sends(tx)? {
                return Err(Error::Conflict("this desk sends no mail"));
            }
            let proven = proven(tx, &contact)?;
            if proven.iter().any(|known| known.identity.proof == Proof::Signed) {
                return Err(Error::Conflict("the exchange says where mail goes"));
            }
            if !proven.iter().any(|known| known.identity.value == email) {
                let (identity, new) = typed_address(tx, &contact, &email, identity)?;
                if new {
                    raise(tx, contact.clone(), Proof::Typed)?;
                    audit::record(tx, &actor, "contact.described", ("contact", id.0), json!({ "by": "visitor" }))?;
                }
                order(tx, &contact, identity, &email, asked)?;
            }
            notice(tx, &contact)
        })
        .await
}

/// Wants no mail any more: what was typed and what was confirmed is forgotten. What the exchange signed is not the visitor's to change.
pub async fn drop_address(app: &App, visitor: &Visitor) -> Result<Notice> {
    app.limits.check(Limit::VisitorTyping, visitor.session.id)?;
    let (id, actor) = (visitor.contact.id, visitor.actor());
    app.db
        .write(Queue::People, move |tx| {
            let mut contact = contact::lock(tx, id)?;
            let gone: Vec<Known> =
                contact::identities(tx, id)?.into_iter().filter(|known| is_mail(known) && known.identity.proof < Proof::Signed).collect();
            for known in &gone {
                contact::remove_identity(tx, known.id)?;
            }
            if contact.proof == Proof::Confirmed {
                contact.proof = Proof::Typed;
                contact::update(tx, &contact)?;
            }
            if !gone.is_empty() {
                audit::record(tx, &actor, "contact.described", ("contact", id.0), json!({ "by": "visitor" }))?;
            }
            notice(tx, &contact)
        })
        .await
}

/// Leaves the job that mails the link, once. What speaks against sending it is not told: others may have made it so.
fn order(tx: &mut Tx<'_>, contact: &Contact, identity: Uuid, email: &str, asked: Uuid) -> Result<()> {
    if confirmation::of_contact(tx, contact.id)?.is_some_and(|waiting| waiting.identity == identity) {
        return Ok(());
    }
    let locale = contact.locale.as_deref().and_then(Locale::nearest).unwrap_or(Locale::English);
    confirmation::insert(tx, asked, identity, locale, LIFE)?;
    if Own::of(tx)?.has(email) || mail_address::has_bounced(tx, email)? || mail_address::tell(tx, contact.id, email, LIFE)? > MOST {
        return Ok(());
    }
    let now = tx.now();
    job::insert(tx, &out::confirming(asked, &asked.to_string(), now))?;
    Ok(())
}

/// The contact is at least this sure.
pub(super) fn raise(tx: &mut Tx<'_>, mut contact: Contact, proof: Proof) -> Result<()> {
    contact.proof = contact.proof.max(proof);
    Ok(contact::update(tx, &contact)?)
}

pub(super) fn is_mail(known: &Known) -> bool {
    known.identity.kind == IdentityKind::Email
}

fn proven(q: &mut impl Query, contact: &Contact) -> Result<Vec<Known>> {
    let known = contact::identities(q, contact.id)?;
    Ok(known.into_iter().filter(|known| is_mail(known) && known.identity.proof >= Proof::Confirmed).collect())
}

fn notice(q: &mut impl Query, contact: &Contact) -> Result<Notice> {
    let known = contact::identities(q, contact.id)?;
    let mails = || known.iter().filter(|known| is_mail(known));
    let best = mails().find(|known| known.identity.proof >= Proof::Confirmed);
    let waiting = confirmation::of_contact(q, contact.id)?;
    let pending = mails().find(|known| waiting.is_some_and(|waiting| waiting.identity == known.id));
    Ok(Notice {
        available: channel::any_sends(q)?,
        address: best.map(|known| (known.identity.value.clone(), known.identity.proof)),
        pending: pending.map(|known| known.identity.value.clone()),
    })
}

/// Removes what nobody confirmed in time. Run now and then.
pub async fn delete_unconfirmed(app: &App) -> Result<u64> {
    let mut removed = 0;
    loop {
        let piece = app.db.write(Queue::Machines, |tx| Ok::<_, Error>(confirmation::delete_ended(tx, PIECE)?)).await?;
        removed += piece;
        if piece == 0 {
            return Ok(removed);
        }
    }
}
