//! Whom an answer goes to besides its customer. Addresses come from the agent, or are people of the customer's own last mail: those are
//! named by keys, so that an agent writes to them without learning where they live.

use super::queue::{answered, customer};
use crate::mail::Person;
use crate::mail::own::Own;
use crate::{Error, Result, audit};
use candor_connect::channel::email::outgoing::is_address;
use candor_domain::actor::Actor;
use candor_domain::contact::{IdentityKind, MAX_VALUE};
use candor_domain::id::MessageId;
use candor_domain::inbox::Channel as Medium;
use candor_domain::text::clean_line;
use candor_store::conversation::Stored;
use candor_store::{Query, Tx};
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeSet;

/// How many people one answer is copied to.
const MOST: usize = 20;
/// The longest name that is taken over from the customer's mail, in characters.
const MAX_NAME: usize = 100;
/// Bytes of a key, and of the blind values in the audit log.
const BLIND: usize = 12;

/// Whom an answer is also for, as the agent asks for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Copies {
    #[serde(default)]
    pub cc: Vec<String>,
    #[serde(default)]
    pub bcc: Vec<String>,
    /// People of the customer's last mail, by their keys.
    #[serde(default)]
    pub reply_all: Vec<String>,
}

impl Copies {
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Whether it names addresses that are not the customer's doing.
    pub(crate) fn names_others(&self) -> bool {
        !self.cc.is_empty() || !self.bcc.is_empty()
    }

    fn count(&self) -> usize {
        self.cc.len() + self.bcc.len() + self.reply_all.len()
    }

    /// Refuses what is too much to be kept, for drafts, whose addresses may be half typed.
    pub(crate) fn check(&self) -> Result<()> {
        if self.count() > MOST {
            return Err(Error::invalid("mail", format!("at most {MOST} addresses")));
        }
        let odd = |each: &String| each.len() > MAX_VALUE || each.chars().any(char::is_control);
        if self.cc.iter().chain(&self.bcc).chain(&self.reply_all).any(odd) {
            return Err(Error::invalid("mail", "an address has one line"));
        }
        Ok(())
    }
}

/// Whom an answer is also for, found and checked.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Copied {
    pub asked: Copies,
    pub cc: Vec<Person>,
    pub bcc: Vec<Person>,
}

impl Copied {
    /// Whom the agent named by an address; the others are people of the customer's own mail.
    pub(crate) fn typed(&self) -> impl Iterator<Item = &Person> {
        let named = |one: &&Person| {
            self.asked.cc.iter().chain(&self.asked.bcc).any(|text| IdentityKind::Email.normal(text).as_ref() == Some(&one.mail))
        };
        self.cc.iter().chain(&self.bcc).filter(named)
    }
}

/// Somebody in the customer's last mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// Names them in this conversation.
    pub key: String,
    pub person: Person,
}

/// Who stands in the customer's last mail besides customer and desk. Nobody, where its sender is not proven: whoever forged it may have
/// put themselves there.
pub(super) fn offered(q: &mut impl Query, stored: &Stored) -> Result<Vec<Offered>> {
    let Some(head) = answered(q, stored)?.filter(|head| head.verdict.aligned) else { return Ok(vec![]) };
    let (own, mut found) = (Own::of(q)?, Vec::<Offered>::new());
    let from = head.from.and_then(|from| IdentityKind::Email.normal(&from.mail));
    for person in head.to.into_iter().chain(head.cc) {
        let Some(mail) = IdentityKind::Email.normal(&person.mail).filter(|mail| is_address(mail)) else { continue };
        let known = from.as_ref() == Some(&mail) || own.has(&mail) || found.iter().any(|one| one.person.mail == mail);
        if !known && found.len() < MOST {
            let key = blind(q, &format!("{} {mail}", stored.case.id));
            found.push(Offered { key, person: Person { name: clean_line(&person.name, MAX_NAME), mail } });
        }
    }
    Ok(found)
}

/// Finds and checks whom an answer is also for. Each gets it once.
pub(crate) fn find(tx: &mut Tx<'_>, stored: &Stored, asked: &Copies) -> Result<Copied> {
    let mut copied = Copied { asked: asked.clone(), ..Copied::default() };
    if asked.is_empty() {
        return Ok(copied);
    }
    if stored.channel != Medium::Email.as_str() {
        return Err(Error::invalid("mail", "only an answer by mail is copied"));
    }
    asked.check()?;
    let (own, others) = (Own::of(tx)?, offered(tx, stored)?);
    let customer = customer(tx, stored)?.and_then(|person| IdentityKind::Email.normal(&person.mail));
    let mut seen: BTreeSet<String> = customer.into_iter().collect();
    for key in &asked.reply_all {
        let found = others.iter().find(|one| one.key == *key);
        let found = found.ok_or_else(|| Error::invalid("mail.reply_all", "the customer's last mail names nobody by this key"))?;
        if seen.insert(found.person.mail.clone()) {
            copied.cc.push(found.person.clone());
        }
    }
    for (field, typed, list) in [("mail.cc", &asked.cc, &mut copied.cc), ("mail.bcc", &asked.bcc, &mut copied.bcc)] {
        for (place, text) in typed.iter().enumerate() {
            let mail = IdentityKind::Email.normal(text).filter(|mail| is_address(mail));
            let mail = mail.ok_or_else(|| Error::invalid(field, format!("number {} is no address", place + 1)))?;
            if own.has(&mail) {
                return Err(Error::invalid(field, format!("number {} is an address of this desk", place + 1)));
            }
            if seen.insert(mail.clone()) {
                list.push(Person { name: String::new(), mail });
            }
        }
    }
    Ok(copied)
}

/// Writes down that an answer went to others, as numbers and blind values: the same address has the same, and nobody reads it there.
pub(crate) fn note(tx: &mut Tx<'_>, actor: &Actor, stored: &Stored, message: MessageId, copied: &Copied) -> Result<()> {
    if copied.cc.is_empty() && copied.bcc.is_empty() {
        return Ok(());
    }
    let whom: Vec<String> = copied.cc.iter().chain(&copied.bcc).map(|one| blind(tx, &one.mail)).collect();
    let data = json!({
        "case": stored.case.id, "cc": copied.cc.len(), "bcc": copied.bcc.len(), "reply_all": copied.asked.reply_all.len(), "whom": whom,
    });
    audit::record(tx, actor, "mail.copied", ("message", message.0), data)
}

fn blind(q: &impl Query, value: &str) -> String {
    let mut whole = q.blind("mail.copy", value);
    whole.truncate(BLIND);
    HEXLOWER.encode(&whole)
}
