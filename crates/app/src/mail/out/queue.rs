//! A reply in a conversation by mail is queued with its message: in one commit both are there, or neither.

use super::copies::Copied;
use super::{code, locale_of, place, work};
use crate::mail::head::{read, written};
use crate::mail::{Head, Person};
use crate::{Error, Result};
use candor_domain::channel::{ChannelKind, MailState};
use candor_domain::contact::IdentityKind;
use candor_domain::event::Proof;
use candor_domain::id::MessageId;
use candor_domain::inbox::Channel as Medium;
use candor_domain::locale::Locale;
use candor_store::channel::{self, Channel};
use candor_store::conversation::Stored;
use candor_store::mail::{self, Mail};
use candor_store::{Query, Tx, contact, conversation, job};

/// Queues the mail of a reply that is written by now. In a chat it does nothing.
pub(crate) fn queue(tx: &mut Tx<'_>, stored: &Stored, message: MessageId, copied: &Copied) -> Result<()> {
    if stored.channel != Medium::Email.as_str() {
        return Ok(());
    }
    let (head, problem) = address(tx, stored)?;
    let head = Head { cc: copied.cc.clone(), bcc: copied.bcc.clone(), ..head };
    put(tx, stored, message, &head, problem)
}

/// Keeps the mail of a message, and leaves the job that sends it where nothing stands against it.
pub(super) fn put(tx: &mut Tx<'_>, stored: &Stored, message: MessageId, head: &Head, problem: Option<&str>) -> Result<()> {
    let known = Mail {
        message,
        conversation: stored.case.id,
        inbound: None,
        head: Some(written(head)?),
        state: if problem.is_some() { MailState::Failed } else { MailState::Queued },
        problem: None,
        pieces: String::new(),
        at: tx.now(),
    };
    mail::insert(tx, stored.key, &known)?;
    if problem.is_some() {
        return Ok(mail::moved(tx, stored.key, message, known.state, problem)?);
    }
    let now = tx.now();
    job::insert(tx, &work::sending(message, &message.to_string(), now))?;
    Ok(())
}

/// Who writes to whom, and why that cannot be now.
pub(super) fn address(tx: &mut Tx<'_>, stored: &Stored) -> Result<(Head, Option<&'static str>)> {
    let sender = sender_of(tx, stored)?;
    let answered = answered(tx, stored)?;
    let to = whom(tx, stored, answered.as_ref())?;
    let problem = match (&sender, &to) {
        (None, _) => Some(code::NO_SENDER),
        (_, None) => Some(code::NO_ADDRESS),
        _ => None,
    };
    Ok((head(tx, stored, sender.as_ref(), to, answered.as_ref())?, problem))
}

/// The customer, as an answer is addressed to them.
pub(crate) fn customer(q: &mut impl Query, stored: &Stored) -> Result<Option<Person>> {
    let answered = answered(q, stored)?;
    whom(q, stored, answered.as_ref())
}

fn whom(q: &mut impl Query, stored: &Stored, answered: Option<&Head>) -> Result<Option<Person>> {
    match answered {
        Some(head) => Ok(head.from.clone()),
        None if stored.case.outbound => written_to(q, stored),
        None => known_address(q, stored),
    }
}

/// What sends the mail of a case's inbox. A chat has no mail of its own: there the first sender of the desk serves.
pub(crate) fn sender_of(q: &mut impl Query, stored: &Stored) -> Result<Option<Channel>> {
    let is_mail = stored.channel == Medium::Email.as_str();
    Ok(senders(q)?.find(|one| !is_mail || one.inbox == stored.case.inbox))
}

/// What sends the mail that belongs to no case.
pub(crate) fn first_sender(q: &mut impl Query) -> Result<Option<Channel>> {
    Ok(senders(q)?.next())
}

fn senders(q: &mut impl Query) -> Result<impl Iterator<Item = Channel>> {
    Ok(channel::list(q)?.into_iter().filter(|one| one.kind == ChannelKind::Sender && one.enabled))
}

/// The head of the customer's last mail: whom an answer goes to, and what it answers.
pub(super) fn answered(q: &mut impl Query, stored: &Stored) -> Result<Option<Head>> {
    let last = mail::newest_received(q, stored.case.id)?.and_then(|last| last.head);
    read(last.as_deref())
}

/// Whom we wrote to first.
fn written_to(q: &mut impl Query, stored: &Stored) -> Result<Option<Person>> {
    let origin = conversation::origin(q, stored.case.id)?;
    origin.map(|origin| serde_json::from_str(&origin).map_err(|error| Error::Broken(error.to_string()))).transpose()
}

/// The customer's best proven address, where they have not written by mail yet.
pub(crate) fn known_address(q: &mut impl Query, stored: &Stored) -> Result<Option<Person>> {
    let known = contact::identities(q, stored.case.contact)?;
    // Who chats may have typed anybody's address; who wrote from one is answered there.
    let least = if stored.channel == Medium::Email.as_str() { Proof::Typed } else { Proof::Confirmed };
    let best = known.into_iter().find(|one| one.identity.kind == IdentityKind::Email && one.identity.proof >= least);
    Ok(best.map(|one| Person { name: String::new(), mail: one.identity.value }))
}

fn head(tx: &mut Tx<'_>, stored: &Stored, sender: Option<&Channel>, to: Option<Person>, answered: Option<&Head>) -> Result<Head> {
    let own = sender.and_then(|sender| sender.settings.addresses.first().map(|mail| (sender, mail.clone())));
    let token = to.as_ref().and_then(|to| place::token(tx, stored, &to.mail));
    let reply_to = token.as_ref().zip(own.as_ref()).and_then(|(token, (_, mail))| token.address(mail));
    let subject = match answered {
        Some(head) if !head.subject.is_empty() => head.subject.clone(),
        _ => conversation::subject(tx, stored.case.id)?.unwrap_or_default(),
    };
    Ok(Head {
        from: own.map(|(sender, mail)| Person { name: sender.settings.name.clone(), mail }),
        reply_to: reply_to.into_iter().map(|mail| Person { name: String::new(), mail }).collect(),
        to: to.into_iter().collect(),
        subject: match (subject.is_empty(), answered) {
            (true, _) => named(stored),
            (_, None) if stored.case.outbound => subject,
            _ => answer_to(&subject),
        },
        date: Some(tx.now()),
        in_reply_to: answered.and_then(|head| head.message_id.clone()),
        ..Head::default()
    })
}

/// The subject of an answer in a case that has none, as chats do not.
fn named(stored: &Stored) -> String {
    let number = stored.case.number;
    match locale_of(stored) {
        Locale::English => format!("Our answer to your message (case #{number})"),
        Locale::SimplifiedChinese => format!("客服已回复您的咨询（编号 #{number}）"),
        Locale::TraditionalChinese => format!("客服已回覆您的諮詢（編號 #{number}）"),
    }
}

/// The subject of an answer: what stands there, with one `Re:` before it.
fn answer_to(subject: &str) -> String {
    let begins = subject.get(..3).is_some_and(|begins| begins.eq_ignore_ascii_case("re:"));
    if begins { subject.to_owned() } else { format!("Re: {subject}") }
}
