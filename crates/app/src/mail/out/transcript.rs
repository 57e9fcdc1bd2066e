//! A conversation as its customer knows it, mailed to them when they or an agent want it: public messages and public names, never a
//! note, and nothing of what was redacted. It goes to an address that is proven to be theirs and to no other.

use super::letter::lines;
use super::queue::sender_of;
use super::route::{Route, Tried};
use super::transcript_words::{Line, Transcript, note, somebody};
use super::{Sent, locale_of, place, work};
use crate::conversation::view::{Eyes, Item, Names, timeline_in};
use crate::conversation::{get_permitted, lock_permitted, record};
use crate::mail::head::read;
use crate::mail::{phishing, pieces};
use crate::{App, Error, Limit, Result, audit};
use candor_connect::channel::email::outgoing::{Outgoing, Party};
use candor_domain::actor::{Actor, ActorKind, ActorRef};
use candor_domain::channel::MailState;
use candor_domain::contact::IdentityKind;
use candor_domain::device::Device;
use candor_domain::event::{Cause, Event, Proof};
use candor_domain::hours::Clock;
use candor_domain::id::{AgentId, ConversationId};
use candor_domain::inbox::Channel as Medium;
use candor_domain::permission::Permission;
use candor_store::conversation::Stored;
use candor_store::event::Part;
use candor_store::job::{self, Job};
use candor_store::keys::KeyId;
use candor_store::{Pool, Query, Queue, Tx, contact, conversation, inbox, mail, mail_address};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Events that are read at a time.
const PAGE: usize = 200;
/// The longest text of a transcript, in bytes; what is older is left out, and said to be.
const MOST: usize = 512 << 10;

/// What a job knows: every try sends the same.
#[derive(Serialize, Deserialize)]
struct Order {
    case: ConversationId,
    /// The newest that belongs to it, in the customer's numbers.
    upto: i64,
}

/// Mails the customer their conversation. They may want it themselves; an agent who may answer them may want it for them.
pub async fn send_transcript(app: &App, actor: &Actor, id: ConversationId) -> Result<()> {
    let permission = match actor {
        Actor::Visitor { .. } => Permission::ConversationRead,
        _ => {
            actor.agent().ok_or(Error::Forbidden("only an agent or the customer has a conversation mailed"))?;
            Permission::ConversationReply
        }
    };
    let (actor, asker, job) = (actor.clone(), actor.clone(), app.ids.make());
    app.db.read(Pool::Quick, move |rx| get_permitted(rx, &asker, permission, id).map(drop)).await?;
    app.limits.check(Limit::Transcript, id)?;
    app.db
        .write(Queue::People, move |tx| {
            let mut stored = lock_permitted(tx, &actor, permission, id)?;
            check(tx, &stored)?;
            let order = Order { case: id, upto: stored.case.public_seq };
            let body = serde_json::to_string(&order).map_err(|error| Error::Broken(error.to_string()))?;
            let now = tx.now();
            job::insert(tx, &work::transcribing(job, &body, now))?;
            let event = Event::TranscriptMailed { state: MailState::Queued };
            record(tx, &mut stored, actor.as_ref(), &Cause::ACT, vec![event], None)?;
            if actor.agent().is_some() {
                audit::record(tx, &actor, "case.transcript_mailed", ("conversation", id.0), json!({}))?;
            }
            Ok(())
        })
        .await
}

/// Whether it can be sent at all.
fn check(q: &mut impl Query, stored: &Stored) -> Result<()> {
    if stored.key == KeyId::NONE {
        return Err(Error::Erased);
    }
    if stored.case.spam {
        return Err(Error::Conflict("it is marked as spam"));
    }
    if sender_of(q, stored)?.is_none() {
        return Err(Error::Conflict("nothing sends mail yet"));
    }
    let Some(address) = proven_address(q, stored)? else {
        return Err(Error::Conflict("no address is proven to be the customer's"));
    };
    if mail_address::has_bounced(q, &address)? {
        return Err(Error::Conflict("mail to the customer came back"));
    }
    Ok(())
}

/// The address that is proven to be the customer's, in its normal form: of their last mail, else signed or confirmed.
pub(crate) fn proven_address(q: &mut impl Query, stored: &Stored) -> Result<Option<String>> {
    if stored.channel == Medium::Email.as_str()
        && let Some(last) = mail::newest_received(q, stored.case.id)?
        && let Some(head) = read(last.head.as_deref())?
        && head.verdict.aligned
    {
        return Ok(head.from.and_then(|from| IdentityKind::Email.normal(&from.mail)));
    }
    let known = contact::identities(q, stored.case.contact)?;
    let mut mails = known.into_iter().filter(|known| known.identity.kind == IdentityKind::Email);
    Ok(mails.find(|known| known.identity.proof >= Proof::Confirmed).map(|known| known.identity.value))
}

/// Tries to hand over the transcript that the job describes.
pub(super) async fn send(app: &App, job: &Job) -> Result<Tried> {
    let (order, host, id, now) = (order_of(job)?, app.host().to_owned(), job.id, app.now());
    let made = app
        .db
        .read(Pool::Slow, move |rx| {
            let stored = conversation::get(rx, order.case)?;
            if stored.key == KeyId::NONE {
                return Ok(None);
            }
            let Some(address) = proven_address(rx, &stored)? else { return Ok(None) };
            let Some(token) = place::token(rx, &stored, &address) else { return Ok(None) };
            let route = Route::of(rx, &stored)?;
            let Some(own) = route.sender.settings.addresses.first().cloned() else { return Ok(None) };
            let code = phishing::code_of(rx, &address)?.map(|code| phishing::line(&code, locale_of(&stored)));
            let text = transcript(rx, &stored, order.upto, &route.sender.settings.name)?;
            let mail = Outgoing {
                from: Party { name: route.sender.settings.name.clone(), mail: own.clone() },
                to: Party { name: String::new(), mail: address },
                cc: vec![],
                reply_to: token.address(&own),
                subject: text.subject(),
                message_id: token.message_id(&Sent::Transcript(id).unique(), &host),
                in_reply_to: None,
                date: now,
                text: code.iter().map(|code| format!("{code}\n\n")).chain([text.plain()]).collect(),
                html: code.iter().map(|code| format!("<p>{}</p>\n", lines(code))).chain([text.html()]).collect(),
                files: vec![],
                fields: vec![("Auto-Submitted", "auto-generated")],
            };
            Ok::<_, Error>(Some((route, mail)))
        })
        .await?;
    let Some((route, mail)) = made else { return Ok(None) };
    let back = mail.reply_to.clone().unwrap_or_else(|| mail.from.mail.clone());
    route.hand_over_to_one(app, &mail, Some(&back)).await
}

fn order_of(job: &Job) -> Result<Order> {
    serde_json::from_str(&job.body).map_err(|error| Error::Broken(format!("a job of a transcript: {error}")))
}

/// How such a job ends: the case shows it.
pub(super) fn moved(tx: &mut Tx<'_>, job: &Job, state: MailState) -> Result<()> {
    let mut stored = conversation::lock(tx, order_of(job)?.case)?;
    if stored.key == KeyId::NONE { Ok(()) } else { note_state(tx, &mut stored, state) }
}

/// A transcript came back.
pub(crate) fn came_back(tx: &mut Tx<'_>, stored: &mut Stored) -> Result<()> {
    note_state(tx, stored, MailState::Bounced)
}

fn note_state(tx: &mut Tx<'_>, stored: &mut Stored, state: MailState) -> Result<()> {
    record(tx, stored, ActorRef::SYSTEM, &Cause::ACT, vec![Event::TranscriptMailed { state }], None)?;
    Ok(())
}

/// Everything that was said up to a number, the newest whole.
fn transcript(q: &mut impl Query, stored: &Stored, upto: i64, desk: &str) -> Result<Transcript> {
    let (customer, locale) = (stored.case.contact, locale_of(stored));
    let eyes = Actor::Visitor { contact: customer };
    let (mut lines, mut size, mut before, mut cut) = (Vec::new(), 0, upto + 1, false);
    loop {
        let page = timeline_in(q, &eyes, stored.case.id, Part::Before(before), PAGE, Eyes::Customer)?;
        before = page.items.first().and_then(|item| item.recorded.public_seq).unwrap_or_default();
        for item in page.items.iter().rev() {
            let Some(line) = said(item, &page.names, stored, desk) else { continue };
            size += line.text.len();
            cut |= size > MOST;
            if !cut {
                lines.push(line);
            }
        }
        if cut || !page.more {
            break;
        }
    }
    lines.reverse();
    let (zone, clock) = clock_of(q, stored)?;
    Ok(Transcript { number: stored.case.number, desk: desk.to_owned(), zone, clock, locale, cut, lines })
}

/// A message as the customer saw it; `None` for what is none.
fn said(item: &Item, names: &Names, stored: &Stored, desk: &str) -> Option<Line> {
    let locale = locale_of(stored);
    let opened = item.message.as_ref()?;
    let author = opened.stored.author;
    let agent = author.id.filter(|_| author.kind == ActorKind::Agent).and_then(|id| names.agents.get(&AgentId(id)));
    let who = match (author.kind, agent) {
        (ActorKind::Contact, _) => somebody(locale).to_owned(),
        (_, Some(name)) => name.public_name.clone(),
        (_, None) => desk.to_owned(),
    };
    let text = match (&opened.mail, opened.stored.redacted_at) {
        (_, Some(_)) => note::removed(locale).to_owned(),
        (Some(letter), None) => pieces::fresh_of(&opened.text, &letter.pieces),
        (None, None) => opened.text.clone(),
    };
    let files = opened.files.iter().filter(|_| opened.stored.redacted_at.is_none()).map(|file| file.name.clone()).collect();
    Some(Line { at: opened.stored.at, who, text, files })
}

/// The clock of where the customer was last, else the inbox's own.
fn clock_of(q: &mut impl Query, stored: &Stored) -> Result<(String, Clock)> {
    let device = contact::get(q, stored.case.contact)?.device;
    let own = device.and_then(|device| serde_json::from_str::<Device>(&device).ok()).and_then(|device| device.time_zone);
    let desks = inbox::get(q, stored.case.inbox)?.hours.zone;
    let zones = own.into_iter().chain([desks, "UTC".to_owned()]);
    let found = zones.filter_map(|zone| Clock::of(&zone).map(|clock| (zone, clock))).next();
    found.ok_or_else(|| Error::Broken("no clock at all".into()))
}
