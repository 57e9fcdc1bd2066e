//! The worker that hands mail over. An answer that is not taken is tried again for a day; one that never will be, or was not in that
//! time, stays with the server's words and waits for a person. A receipt is tried for an hour: later it is of no use.

use super::route::Tried;
use super::{confirm, locale_of, receipt, reply, transcript};
use crate::conversation::record;
use crate::mail::Missed;
use crate::mail::head::{read, written};
use crate::{App, Error, Result, claim};
use candor_connect::channel::email::outgoing::{Refused, Taken};
use candor_domain::actor::ActorRef;
use candor_domain::channel::MailState;
use candor_domain::conversation::{status, undelivered_events};
use candor_domain::event::{Cause, Event};
use candor_domain::id::{ConversationId, MessageId};
use candor_store::conversation::Stored;
use candor_store::job::{self, Job, NewJob};
use candor_store::keys::KeyId;
use candor_store::{Pool, Queue, Tx, conversation, mail};
use uuid::Uuid;

/// The queue these jobs stand in.
pub const QUEUE: &str = "mail_out";
const SEND: &str = "send";
const TELL: &str = "tell";
const CONFIRM: &str = "confirm";
const TRANSCRIPT: &str = "transcript";
/// How long a mail waits whose worker was killed, in milliseconds; who works on it renews it.
const LEASE: i64 = 30_000;
/// When a mail is tried again, in milliseconds after each try; together a day.
const RESTS: [i64; 9] = [30_000, 120_000, 600_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 28_800_000];
/// How many of these rests a receipt is worth, and a link that somebody waits for.
const TELLS: usize = 4;

/// The job that hands a mail over; its id is the message's, so that there is one at a time.
pub(super) fn sending(message: MessageId, body: &str, now: i64) -> NewJob<'_> {
    new(message.0, SEND, body, now)
}

/// The job that hands over the receipt of the case in `body`.
pub(crate) fn telling(id: Uuid, body: &str, now: i64) -> NewJob<'_> {
    new(id, TELL, body, now)
}

/// The job that mails the link of the address in `body`.
pub(crate) fn confirming(id: Uuid, body: &str, now: i64) -> NewJob<'_> {
    new(id, CONFIRM, body, now)
}

/// The job that hands over a transcript as `body` describes it.
pub(super) fn transcribing(id: Uuid, body: &str, now: i64) -> NewJob<'_> {
    new(id, TRANSCRIPT, body, now)
}

fn new<'a>(id: Uuid, kind: &'a str, body: &'a str, now: i64) -> NewJob<'a> {
    NewJob { id, queue: QUEUE, kind, unique_key: None, stream: None, body, due_at: now, max_tries: i64::MAX }
}

/// Hands over what is due; says how many.
pub async fn work(app: &App) -> Result<usize> {
    let mut taken = 0;
    while let Some(job) = claim::next(app, QUEUE, LEASE).await? {
        taken += 1;
        // A hand-over is large, and most loops wait for nothing.
        let tried = Box::pin(async {
            match job.kind.as_str() {
                TELL => receipt::send(app, &job).await,
                CONFIRM => confirm::send(app, &job).await,
                TRANSCRIPT => transcript::send(app, &job).await,
                _ => reply::send(app, &job).await,
            }
        });
        // Who has it now tries it under the same id.
        let Ok(tried) = claim::keeping(app, &job, LEASE, tried).await else { continue };
        settle(app, job, tried).await?;
    }
    Ok(taken)
}

/// Notes what became of a try, for everybody who has the case open.
async fn settle(app: &App, job: Job, tried: Result<Tried>) -> Result<()> {
    let most = if matches!(job.kind.as_str(), TELL | CONFIRM) { TELLS } else { RESTS.len() };
    let rest = usize::try_from(job.tries - 1).ok().and_then(|before| RESTS[..most].get(before)).copied();
    let retry_at = rest.map(|rest| app.now() + rest);
    let noted = app.db.write(Queue::Machines, move |tx| match &tried {
        Ok(None) => Ok::<_, Error>(job::finish(tx, &job)?),
        Ok(Some(Ok(taken))) => moved(tx, &job, MailState::Handed, &taken.words, &who_missed(taken)),
        Ok(Some(Err(refused))) if refused.permanent => moved(tx, &job, MailState::Failed, &refused.words, &[]),
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
        None => moved(tx, job, MailState::Failed, words, &[]),
    }
}

/// How a job ends: its mail has come as far as this.
fn moved(tx: &mut Tx<'_>, job: &Job, state: MailState, words: &str, missed: &[Missed]) -> Result<()> {
    match job.kind.as_str() {
        TELL => told(tx, receipt::case_of(job)?, state)?,
        // Whoever waits for the link sees that nothing has come, and may ask again.
        CONFIRM => {}
        TRANSCRIPT => transcript::moved(tx, job, state)?,
        _ => {
            if let Ok(id) = job.body.parse::<MessageId>()
                && let Some(known) = mail::get(tx, id)?
            {
                let mut stored = conversation::lock(tx, known.conversation)?;
                if stored.key != KeyId::NONE {
                    step(tx, &mut stored, id, state, Some(words), missed)?;
                }
            }
        }
    }
    Ok(job::finish(tx, job)?)
}

/// The case shows that its customer was told; a receipt that nobody took is missed by nobody.
fn told(tx: &mut Tx<'_>, id: ConversationId, state: MailState) -> Result<()> {
    let mut stored = conversation::lock(tx, id)?;
    if state == MailState::Handed && stored.key != KeyId::NONE {
        let event = Event::Acknowledged { locale: locale_of(&stored) };
        record(tx, &mut stored, ActorRef::SYSTEM, &Cause::ACT, vec![event], None)?;
    }
    Ok(())
}

/// Moves a mail on and says so in its case.
pub(super) fn tell(tx: &mut Tx<'_>, id: ConversationId, message: MessageId, state: MailState, words: Option<&str>) -> Result<()> {
    let mut stored = conversation::lock(tx, id)?;
    if stored.key == KeyId::NONE {
        return Ok(());
    }
    step(tx, &mut stored, message, state, words, &[])
}

fn who_missed(taken: &Taken) -> Vec<Missed> {
    taken.not.iter().map(|one| Missed { mail: one.mail.clone(), words: one.words.clone() }).collect()
}

/// Copies of an answer came back; its customer's own did not.
pub(crate) fn missed(tx: &mut Tx<'_>, stored: &mut Stored, message: MessageId, missed: &[Missed]) -> Result<()> {
    let Some(known) = mail::get(tx, message)? else { return Ok(()) };
    step(tx, stored, message, known.state, known.problem.as_deref(), missed)
}

/// An answer came back. A second report of the same mail changes nothing.
pub(crate) fn came_back(tx: &mut Tx<'_>, stored: &mut Stored, message: MessageId, words: &str) -> Result<()> {
    if mail::get(tx, message)?.is_some_and(|known| known.state == MailState::Bounced) {
        return Ok(());
    }
    step(tx, stored, message, MailState::Bounced, Some(words), &[])
}

fn step(tx: &mut Tx<'_>, stored: &mut Stored, message: MessageId, state: MailState, words: Option<&str>, missed: &[Missed]) -> Result<()> {
    name_missed(tx, stored, message, missed)?;
    mail::moved(tx, stored.key, message, state, words)?;
    let events = match state {
        MailState::Bounced | MailState::Failed => undelivered_events(&stored.case, message, state, status::OPEN),
        _ => vec![Event::MailMoved { message, state }],
    };
    record(tx, stored, ActorRef::SYSTEM, &Cause::ACT, events, None)?;
    Ok(())
}

/// Names in the head of a mail who did not get their copy, each once.
fn name_missed(tx: &mut Tx<'_>, stored: &Stored, message: MessageId, missed: &[Missed]) -> Result<()> {
    if missed.is_empty() {
        return Ok(());
    }
    let known = mail::get(tx, message)?.and_then(|known| known.head);
    let Some(mut head) = read(known.as_deref())? else { return Ok(()) };
    head.missed.retain(|before| missed.iter().all(|one| one.mail != before.mail));
    head.missed.extend_from_slice(missed);
    Ok(mail::readdress(tx, stored.key, message, &written(&head)?)?)
}

/// When there is something to do next.
pub async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(job::next_due(rx, QUEUE)?)).await.ok().flatten()
}

/// The id of nobody's job, for what is queued by hand.
pub(super) fn fresh_job(app: &App) -> Uuid {
    app.ids.make()
}
