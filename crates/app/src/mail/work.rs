//! The worker that makes messages of kept mails. A mail that cannot be one waits for a person, with the reason; it is never lost.

use super::enter::{Entry, enter};
use super::ours::Ours;
use super::reading::Reading;
use super::{Envelope, read};
use crate::file::read_whole;
use crate::{App, Error, Result, claim};
use candor_domain::actor::Actor;
use candor_store::inbound::{self, State};
use candor_store::job::{self, Job, NewJob};
use candor_store::{Pool, Queue, channel, file};
use futures_util::future::try_join_all;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

/// The queue these jobs stand in.
pub const QUEUE: &str = "mail";
const READ: &str = "read";
/// How long a mail waits whose worker was killed, in milliseconds; who works on it renews it.
const LEASE: i64 = 6_000;
/// How long a failed mail rests before it is tried again, in milliseconds.
const REST: i64 = 2_000;
/// How often a mail is read again, with no other at its side, before it waits for a person.
const AGAIN: i64 = 5;
/// Mails that are read at a time.
const AT_ONCE: usize = 8;
/// What they may weigh together, in KB; a heavier one is read alone.
const ROOM_KB: usize = 48 << 10;

/// The job that reads a mail; goes with the row that keeps it. Its readings are counted here and not by the queue, so that what
/// waits for a person in the end is the mail and not a job.
pub(super) fn reading(id: Uuid, inbound: &str, now: i64) -> NewJob<'_> {
    NewJob { id, queue: QUEUE, kind: READ, unique_key: None, stream: None, body: inbound, due_at: now, max_tries: i64::MAX }
}

/// Reads the mails that are due; says how many.
pub async fn work(app: &App) -> Result<usize> {
    let mut taken = 0;
    loop {
        let jobs = claim::some(app, QUEUE, LEASE, AT_ONCE).await?;
        if jobs.is_empty() {
            return Ok(taken);
        }
        taken += jobs.len();
        let (fresh, tried): (Vec<_>, Vec<_>) = jobs.into_iter().partition(|job| job.tries == 1);
        together(app, fresh).await?;
        for job in tried {
            alone(app, job).await?;
        }
    }
}

/// Several are read at a time, because name servers take their time; they become messages in the order in which they came. Whoever was
/// quicker than a mail before it keeps its lease while it waits: else it would be read a second time.
async fn together(app: &App, jobs: Vec<Job>) -> Result<()> {
    let (room, ended) = (Semaphore::new(ROOM_KB), watch::Sender::new(0));
    let all = jobs.into_iter().enumerate().map(async |(place, job)| {
        let its_turn = async || ended.subscribe().wait_for(|ended| *ended == place).await.is_ok();
        let reading = async {
            let entry = ready(app, &job, &room).await;
            its_turn().await;
            entry
        };
        let entry = claim::keeping(app, &job, LEASE, reading).await.flatten();
        // Who lost its lease meanwhile has yet to wait.
        its_turn().await;
        let done = end(app, job, entry).await;
        ended.send_replace(place + 1);
        done
    });
    try_join_all(all).await.map(|_| ())
}

/// A mail that was begun before may be what ended the process, or may only have stood beside it. So it is read by itself and
/// that is noted first: only what it does alone is counted against it. Each time its lease is twice as long, so that a mail that
/// does end the process leaves the desk time to work, and one that is only there when others end it is not always hit.
async fn alone(app: &App, mut job: Job) -> Result<()> {
    let reading = match Reading::of(&job).and_then(|reading| reading.again(AGAIN)) {
        Ok(reading) => reading,
        Err(problem) => return end(app, job, Err(problem)).await,
    };
    let lease = LEASE << reading.alone;
    if !note(app, &mut job, reading, app.now() + lease).await? {
        return Ok(());
    }
    let entry = claim::keeping(app, &job, lease, ready(app, &job, &Semaphore::new(ROOM_KB))).await.flatten();
    end(app, job, entry).await
}

/// Notes that a mail is read once more, and keeps it until then. False: another worker has it.
async fn note(app: &App, job: &mut Job, reading: Reading, until: i64) -> Result<bool> {
    let (kept, body) = (job.clone(), reading.to_string());
    job.body.clone_from(&body);
    match app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(job::go_on(tx, &kept, until, &body)?)).await {
        Err(Error::Store(candor_store::Error::LeaseLost)) => Ok(false),
        noted => noted.map(|()| true),
    }
}

/// Makes it a message, or puts it back with what was wrong.
async fn end(app: &App, job: Job, entry: Result<Option<Entry>>) -> Result<()> {
    let done = match entry {
        Ok(entry) => settle(app, &job, entry).await,
        Err(problem) => Err(problem),
    };
    let Err(problem) = done else { return Ok(()) };
    tracing::warn!(inbound = %job.body, %problem, "a mail could not be made a message");
    put_back(app, job, problem).await
}

/// Everything a mail is, read; `None` where it is a message already.
async fn ready(app: &App, job: &Job, room: &Semaphore) -> Result<Option<Entry>> {
    let id = Reading::of(job)?.inbound;
    let found = app
        .db
        .read(Pool::Quick, move |rx| {
            let kept = inbound::get(rx, id)?;
            if kept.state == State::Read {
                return Ok(None);
            }
            let envelope = kept.envelope(rx)?.ok_or(Error::Erased)?;
            let inbox = channel::get(rx, kept.channel)?.inbox;
            let raw = file::get(rx, kept.file)?;
            Ok::<_, Error>(Some((kept, envelope, inbox, raw, Ours::read(rx)?)))
        })
        .await?;
    let Some((kept, envelope, inbox, raw, ours)) = found else { return Ok(None) };
    let envelope: Envelope = serde_json::from_str(&envelope).map_err(|error| Error::Broken(error.to_string()))?;
    let from_blocked_network = match envelope.peer {
        Some(peer) => app.blocks.current(&app.db).await.of_peer(peer, app.now()).is_some(),
        None => false,
    };
    let size = u32::try_from(raw.size / 1024 + 1).unwrap_or(u32::MAX).min(ROOM_KB as u32);
    let _room = room.acquire_many(size).await.map_err(|error| Error::Broken(error.to_string()))?;
    let bytes = read_whole(app, &raw).await?;
    let letter = read::letter(app, &Actor::Visitor { contact: kept.contact }, bytes, envelope, &ours).await?;
    Ok(Some(Entry {
        inbound: id,
        inbox,
        conversation: app.ids.make(),
        message: app.ids.make(),
        doc: app.db.new_doc(),
        identity: app.ids.make(),
        receipt: app.ids.make(),
        from_blocked_network,
        letter,
    }))
}

/// Makes it a message and ends its job, in one commit.
async fn settle(app: &App, job: &Job, entry: Option<Entry>) -> Result<()> {
    let job = job.clone();
    app.db
        .write(Queue::People, move |tx| {
            if let Some(entry) = &entry {
                enter(tx, entry)?;
            }
            Ok(job::finish(tx, &job)?)
        })
        .await
}

/// The mail is read again later, or waits for a person after the last time.
async fn put_back(app: &App, job: Job, problem: Error) -> Result<()> {
    let now = app.now();
    let said = match problem {
        Error::Conflict(known) => known.to_owned(),
        other => other.to_string(),
    };
    let put = app.db.write(Queue::Machines, move |tx| match Reading::of(&job) {
        Ok(reading) if reading.alone >= AGAIN => {
            inbound::failed(tx, reading.inbound, &said)?;
            Ok::<_, Error>(job::finish(tx, &job)?)
        }
        reading => {
            let rest = REST * (1 + reading.map_or(0, |reading| reading.alone));
            Ok(job::fail(tx, &job, &said, now + rest).map(|_| ())?)
        }
    });
    match put.await {
        // Another worker has it by now, or it is done.
        Err(Error::Store(candor_store::Error::LeaseLost)) => Ok(()),
        put => put,
    }
}

/// When there is something to do next.
pub async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(job::next_due(rx, QUEUE)?)).await.ok().flatten()
}
