//! The worker that hands mail over. A mail that is not taken is tried again for a day; one that never will be, or was not in that
//! time, stays with the server's words and waits for a person.

use super::letter::Parts;
use super::queue::{answered, sender_of};
use super::{code, place, unique};
use crate::conversation::record;
use crate::file::read_whole;
use crate::mail::{Head, pieces};
use crate::{App, Error, Result, claim};
use candor_connect::channel::email::outgoing::{self, File, Login, Outgoing, Party, Refused, Relay};
use candor_domain::actor::ActorRef;
use candor_domain::channel::{MailState, Server};
use candor_domain::event::{Cause, Event};
use candor_domain::id::{AgentId, ConversationId, MessageId};
use candor_domain::locale::Locale;
use candor_store::channel::Channel;
use candor_store::job::{self, Job, NewJob};
use candor_store::message::Stored as Message;
use candor_store::{Pool, Query, Queue, Tx, agent, channel, contact, conversation, file, mail, message};
use uuid::Uuid;

/// The queue these jobs stand in.
pub const QUEUE: &str = "mail_out";
const SEND: &str = "send";
/// How long a lease lasts, in milliseconds: longer than a slow server takes for the largest mail.
const LEASE: i64 = 300_000;
/// When a mail is tried again, in milliseconds after each try; together a day.
const RESTS: [i64; 9] = [30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 28_800_000];

/// The job that hands a mail over; its id is the message's, so that there is one at a time.
pub(super) fn sending(message: MessageId, body: &str, now: i64) -> NewJob<'_> {
    NewJob { id: message.0, queue: QUEUE, kind: SEND, unique_key: None, stream: None, body, due_at: now, max_tries: i64::MAX }
}

/// Hands over what is due; says how many.
pub async fn work(app: &App) -> Result<usize> {
    let mut taken = 0;
    while let Some(job) = claim::next(app, QUEUE, LEASE).await? {
        taken += 1;
        let sent = one(app, &job).await;
        settle(app, job, sent).await?;
    }
    Ok(taken)
}

/// Everything a mail is made of.
struct Ready {
    head: Head,
    /// The same in every try.
    message_id: String,
    sender: Channel,
    server: Server,
    login: Option<Login>,
    text: String,
    files: Vec<file::File>,
    agent: String,
    quoted: Option<(String, String)>,
    locale: Locale,
}

/// What became of a try; `None` where there is nothing to send any more.
type Sent = Option<std::result::Result<String, Refused>>;

async fn one(app: &App, job: &Job) -> Result<Sent> {
    let id: MessageId = job.body.parse().map_err(|_| Error::Broken("a job of mail without its message".into()))?;
    let host = app.host().to_owned();
    let Some(ready) = app.db.read(Pool::Quick, move |rx| ready(rx, id, &host)).await? else { return Ok(None) };
    let mut files = Vec::new();
    for one in &ready.files {
        files.push(File { name: one.name.clone(), mime: one.media_type.clone(), bytes: read_whole(app, one).await? });
    }
    let out = written(&ready, files);
    let (Some(to), raw) = (ready.head.to.first(), outgoing::compose(&out)) else { return Ok(None) };
    let raw = match raw {
        Ok(raw) => raw,
        Err(error) => return Ok(Some(Err(Refused { permanent: true, words: format!("{}: {error}", code::NOT_WRITTEN) }))),
    };
    let relay = relay(app, &ready)?;
    Ok(Some(relay.send(&out.from.mail, &to.mail, &raw).await))
}

fn ready(q: &mut impl Query, id: MessageId, host: &str) -> Result<Option<Ready>> {
    let Some(known) = mail::get(q, id)?.filter(|known| known.state == MailState::Queued) else { return Ok(None) };
    let Some(head) = known.head.as_deref().and_then(|head| serde_json::from_str::<Head>(head).ok()) else { return Ok(None) };
    let stored = conversation::get(q, known.conversation)?;
    let kept = message::get(q, id)?;
    let Some(sender) = sender_of(q, &stored)? else { return Err(Error::Conflict("nothing sends the mail of this inbox now")) };
    let server = sender.settings.server.clone().ok_or_else(|| Error::Broken("a sender without a server".into()))?;
    let password = channel::secret(q, sender.id)?;
    let login = server.user.clone().zip(password).map(|(user, password)| Login { user, password });
    let token = head.to.first().and_then(|to| place::token(q, &stored, &to.mail));
    let message_id = token.map(|token| token.message_id(&unique(id), host)).unwrap_or_default();
    let quoted = quoted(q, &stored)?;
    let names = agent::names(q, &kept.author.id.map(AgentId).into_iter().collect::<Vec<_>>())?;
    Ok(Some(Ready {
        head,
        message_id,
        server,
        login,
        text: text_of(q, &kept)?,
        files: kept.files.iter().map(|id| file::get(q, *id)).collect::<Result<_, _>>()?,
        agent: names.into_values().next().map(|name| name.public_name).unwrap_or_default(),
        quoted,
        locale: stored.language.as_deref().and_then(Locale::nearest).unwrap_or(Locale::English),
        sender,
    }))
}

fn text_of(q: &mut impl Query, kept: &Message) -> Result<String> {
    let Some(sealed) = &kept.body else { return Ok(String::new()) };
    Ok(q.open_kept(message::body_cell(kept.id), sealed)?.unwrap_or_default())
}

/// Who wrote last, and the new words of it.
fn quoted(q: &mut impl Query, stored: &conversation::Stored) -> Result<Option<(String, String)>> {
    let Some(last) = mail::newest_received(q, stored.case.id)? else { return Ok(None) };
    let kept = message::get(q, last.message)?;
    let text = text_of(q, &kept)?;
    let who = match contact::name(q, stored.case.contact)? {
        Some(name) => Some(name),
        None => answered(q, stored)?.and_then(|head| head.from).map(|from| from.mail),
    };
    Ok(Some((who.unwrap_or_default(), pieces::fresh(&text, &last.pieces))))
}

fn written(ready: &Ready, files: Vec<File>) -> Outgoing {
    let head = &ready.head;
    let parts = Parts {
        text: &ready.text,
        agent: &ready.agent,
        desk: &ready.sender.settings.name,
        quoted: ready.quoted.as_ref().map(|(who, words)| (who.as_str(), words.as_str())),
        locale: ready.locale,
    };
    let party = |person: Option<&crate::mail::Person>| {
        person.map_or_else(
            || Party { name: String::new(), mail: String::new() },
            |one| Party { name: one.name.clone(), mail: one.mail.clone() },
        )
    };
    Outgoing {
        from: party(head.from.as_ref()),
        to: party(head.to.first()),
        reply_to: head.reply_to.first().map(|one| one.mail.clone()),
        subject: head.subject.clone(),
        message_id: ready.message_id.clone(),
        in_reply_to: head.in_reply_to.clone(),
        date: head.date.unwrap_or_default(),
        text: parts.plain(),
        html: parts.html(),
        files,
        fields: vec![],
    }
}

/// The line to the server, kept while its settings stay the same.
fn relay(app: &App, ready: &Ready) -> Result<Relay> {
    let make = || Relay::new(&ready.server, ready.login.clone(), app.host()).map_err(|error| Error::Broken(error.to_string()));
    app.relays.get(ready.sender.id, ready.sender.version, make)
}

/// Notes what became of a try, for everybody who has the case open.
async fn settle(app: &App, job: Job, sent: Result<Sent>) -> Result<()> {
    let rest = usize::try_from(job.tries - 1).ok().and_then(|tried| RESTS.get(tried)).copied();
    let retry_at = rest.map(|rest| app.now() + rest);
    let noted = app.db.write(Queue::Machines, move |tx| match &sent {
        Ok(None) => Ok::<_, Error>(job::finish(tx, &job)?),
        Ok(Some(Ok(words))) => moved(tx, &job, MailState::Handed, Some(words)),
        Ok(Some(Err(refused))) if refused.permanent => moved(tx, &job, MailState::Failed, Some(&refused.words)),
        Ok(Some(Err(Refused { words, .. }))) => again(tx, &job, retry_at, words),
        Err(problem) => again(tx, &job, retry_at, &problem.to_string()),
    });
    match noted.await {
        // Another worker has it by now, or it is done.
        Err(Error::Store(candor_store::Error::LeaseLost)) => Ok(()),
        noted => noted,
    }
}

fn again(tx: &mut Tx<'_>, job: &Job, retry_at: Option<i64>, words: &str) -> Result<()> {
    match retry_at {
        Some(at) => Ok(job::fail(tx, job, words, at).map(|_| ())?),
        None => moved(tx, job, MailState::Failed, Some(words)),
    }
}

fn moved(tx: &mut Tx<'_>, job: &Job, state: MailState, words: Option<&str>) -> Result<()> {
    let Ok(id) = job.body.parse::<MessageId>() else { return Ok(job::finish(tx, job)?) };
    if let Some(known) = mail::get(tx, id)? {
        tell(tx, known.conversation, id, state, words)?;
    }
    Ok(job::finish(tx, job)?)
}

/// Moves a mail on and says so in its case.
pub(super) fn tell(tx: &mut Tx<'_>, id: ConversationId, message: MessageId, state: MailState, words: Option<&str>) -> Result<()> {
    let mut stored = conversation::lock(tx, id)?;
    if stored.key == candor_store::keys::KeyId::NONE {
        return Ok(());
    }
    mail::moved(tx, stored.key, message, state, words)?;
    record(tx, &mut stored, ActorRef::SYSTEM, &Cause::ACT, vec![Event::MailMoved { message, state }], None)?;
    Ok(())
}

/// When there is something to do next.
pub async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(job::next_due(rx, QUEUE)?)).await.ok().flatten()
}

/// The id of nobody's job, for what is queued by hand.
pub(super) fn fresh_job(app: &App) -> Uuid {
    app.ids.make()
}
