//! What runs beside requests: following notes, reacting, firing timers, chores. Every loop survives its failures and
//! ends when the server goes down; nothing here holds state that the database does not.

use crate::reactor::{self, Lane};
use crate::{App, chores, conversation, feed, file, keywork, limit, mail, search, timers};
use candor_domain::id::ConversationId;
use candor_store::Note;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::task::{JoinSet, yield_now};
use tokio::time::{Instant, interval, sleep, sleep_until, timeout, timeout_at};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Which loops a process runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// Sockets and lists.
    pub screens: bool,
    /// Reactions, timers, chores.
    pub work: bool,
}

/// How often a loop looks although nothing was told: notes may be lost.
const POLL: Duration = Duration::from_secs(1);
/// How long a loop rests after a failure.
const REST: Duration = Duration::from_millis(500);
/// How often nodes hear of each other's screens.
const SCREENS: Duration = Duration::from_secs(10);
const CHORES: Duration = Duration::from_secs(60);
/// How often the feed looks for what other nodes put there.
const LOOK: Duration = Duration::from_millis(250);
/// The reactor gathers what happens within this time: a reaction may be that late, and a message that follows another
/// closely does not wait for the reaction's own commit to disk.
const GATHER: Duration = Duration::from_millis(20);

/// Starts the loops; they end when `stop` is cancelled.
pub fn start(app: &App, roles: Roles, stop: &CancellationToken) -> JoinSet<()> {
    let mut loops = JoinSet::new();
    let mut spawn = |name: &'static str, run: std::pin::Pin<Box<dyn Future<Output = ()> + Send>>| {
        let stop = stop.clone();
        loops.spawn(async move {
            if stop.run_until_cancelled(run).await.is_some() {
                tracing::error!(name, "a background loop ended by itself");
            }
        });
    };
    if roles.screens {
        spawn("live", Box::pin(follow(app.clone())));
        spawn("sweep", Box::pin(sweep(app.clone())));
        spawn("share", Box::pin(share(app.clone())));
    }
    if roles.work {
        for lane in 0..reactor::reactors(app) {
            spawn("reactor", Box::pin(react(app.clone(), Lane(lane))));
        }
        spawn("feed", Box::pin(number(app.clone())));
        spawn("bulk", Box::pin(work(app.clone())));
        spawn("keys", Box::pin(work_on_keys(app.clone())));
        spawn("mail", Box::pin(read_mail(app.clone())));
        spawn("imap", Box::pin(mail::imap::run(app.clone())));
        spawn("mail_out", Box::pin(send_mail(app.clone())));
        if app.config.scanner.is_some() {
            spawn("scan", Box::pin(scan(app.clone())));
        }
        spawn("timers", Box::pin(fire(app.clone())));
        spawn("chores", Box::pin(tidy(app.clone())));
    }
    loops
}

/// Follows the store's notes. Wake-ups that wait together are told once each stream.
async fn follow(app: App) {
    // Signed on before the first read, so that nothing falls between them.
    let mut notes = app.db.notes();
    while let Err(problem) = app.live.load(&app.db).await {
        tracing::warn!(%problem, "open work cannot be read yet");
        sleep(REST).await;
    }
    loop {
        let first = match notes.recv().await {
            Ok(note) => note,
            Err(RecvError::Lagged(_)) => Note::Gap,
            Err(RecvError::Closed) => return std::future::pending().await,
        };
        // Whoever wrote is answered before anybody else is told.
        yield_now().await;
        let (mut moved, mut others): (HashMap<Uuid, i64>, Vec<Note>) = Default::default();
        let mut next = Some(first);
        while let Some(note) = next {
            match note {
                Note::Wake { stream, seq } => {
                    let known = moved.entry(stream).or_insert(seq);
                    *known = seq.max(*known);
                }
                other => others.push(other),
            }
            next = match notes.try_recv() {
                Ok(note) => Some(note),
                Err(TryRecvError::Lagged(_)) => Some(Note::Gap),
                Err(TryRecvError::Empty | TryRecvError::Closed) => None,
            };
        }
        for note in others {
            if let Err(problem) = app.live.hear(&app.db, note).await {
                tracing::warn!(%problem, "a note could not be followed; the sweep will find what moved");
            }
        }
        let moved: Vec<_> = moved.into_iter().map(|(stream, seq)| (ConversationId(stream), seq)).collect();
        if let Err(problem) = app.live.moved(&app.db, &moved).await {
            tracing::warn!(%problem, "what moved could not be read; the sweep will find it");
        }
    }
}

/// Tells other nodes what was taken of the limits here, and hears what was taken there; tells them whose screens are open.
async fn share(app: App) {
    let mut notes = app.db.rare_notes();
    let (mut tell, mut tell_screens) = (interval(POLL), interval(SCREENS));
    loop {
        tokio::select! {
            _ = tell.tick() => app.limits.tell().into_iter().for_each(|note| app.db.publish(note)),
            _ = tell_screens.tick() => app.live.screens().tell(None).into_iter().for_each(|note| app.db.publish(note)),
            note = notes.recv() => match note {
                Ok(Note::Ephemeral(one)) if one.topic == limit::TOPIC => app.limits.hear(&one.body),
                Err(RecvError::Closed) => return std::future::pending().await,
                _ => {}
            },
        }
    }
}

async fn sweep(app: App) {
    loop {
        sleep(POLL).await;
        if let Err(problem) = app.live.sweep(&app.db, app.now()).await {
            tracing::warn!(%problem, "the sweep failed; it is tried again");
        }
    }
}

async fn react(app: App, lane: Lane) {
    let mut notes = app.db.notes();
    loop {
        match reactor::turn(&app, lane).await {
            Ok(turn) if turn.waiting == 0 => {
                drop(timeout(POLL, notes.recv()).await);
                // One look answers all that was told so far.
                while !matches!(notes.try_recv(), Err(TryRecvError::Empty | TryRecvError::Closed)) {}
            }
            // Only what cannot be reacted to is left, or what other reactors hold.
            Ok(turn) if turn.done == 0 => sleep(GATHER).await,
            Ok(turn) if turn.done == turn.waiting => sleep(GATHER).await,
            Ok(_) => {}
            Err(problem) => {
                tracing::warn!(%problem, "the reactor failed; it goes on where it was");
                sleep(REST).await;
            }
        }
    }
}

/// Numbers the outside feed. What this process's reactors put there is told at once; of other nodes' a look finds out.
async fn number(app: App) {
    let mut worker = feed::Worker::default();
    loop {
        match worker.turn(&app).await {
            Ok(feed::Found::Work) => {}
            Ok(feed::Found::Nothing) => {
                if timeout(LOOK, app.fed.notified()).await.is_ok() {
                    sleep(GATHER).await;
                }
            }
            Ok(feed::Found::Elsewhere) => sleep(POLL).await,
            Err(problem) => {
                tracing::warn!(%problem, "the outside feed could not be numbered; it goes on where it was");
                sleep(REST).await;
            }
        }
    }
}

/// Works on bulk actions. What is told in memory only makes it look earlier.
async fn work(app: App) {
    let (worker, mut notes) = (conversation::bulk::Worker, app.db.rare_notes());
    loop {
        match worker.turn(&app).await {
            Ok(0) => {
                let look = Instant::now() + POLL;
                while !matches!(timeout_at(look, notes.recv()).await, Ok(Ok(Note::Job)) | Err(_)) {}
            }
            Ok(_) => {}
            Err(problem) => {
                tracing::warn!(%problem, "bulk actions could not be looked for");
                sleep(REST).await;
            }
        }
    }
}

/// Erasures and keys that change: seldom there, and then for long.
async fn work_on_keys(app: App) {
    let mut notes = app.db.rare_notes();
    loop {
        if let Err(problem) = keywork::work(&app).await {
            tracing::warn!(%problem, "work on keys cannot be claimed; it is tried again");
            sleep(REST).await;
        }
        let rest = wait(keywork::next_due(&app).await, app.now());
        rest_until_job(&mut notes, rest).await;
    }
}

/// Makes messages of the mails that were kept. What is told in memory only makes it look earlier.
async fn read_mail(app: App) {
    let mut notes = app.db.rare_notes();
    loop {
        if let Err(problem) = mail::work(&app).await {
            tracing::warn!(%problem, "kept mail cannot be claimed; it is tried again");
            sleep(REST).await;
        }
        let rest = wait(mail::next_due(&app).await, app.now());
        rest_until_job(&mut notes, rest).await;
    }
}

/// Hands over the mail that leaves.
async fn send_mail(app: App) {
    let mut notes = app.db.rare_notes();
    loop {
        if let Err(problem) = mail::out::work(&app).await {
            tracing::warn!(%problem, "mail that leaves cannot be claimed; it is tried again");
            sleep(REST).await;
        }
        let rest = wait(mail::out::next_due(&app).await, app.now());
        rest_until_job(&mut notes, rest).await;
    }
}

/// Has files looked at. What is told in memory only makes it look earlier.
async fn scan(app: App) {
    let (mut watch, mut notes) = (file::Watch::default(), app.db.rare_notes());
    loop {
        if let Err(problem) = file::scan_due(&app, &mut watch).await {
            tracing::warn!(%problem, "files for the scanner cannot be claimed; it is tried again");
            sleep(REST).await;
        }
        let rest = wait(file::next_due(&app).await, app.now()).max(REST);
        rest_until_job(&mut notes, rest).await;
    }
}

/// Fires timers, and at each look rewrites what moved. What is told in memory only makes it look earlier; the row is
/// the truth.
async fn fire(app: App) {
    let mut notes = app.db.rare_notes();
    let mut look = Instant::now();
    loop {
        tokio::select! {
            () = sleep_until(look) => {
                if let Err(problem) = timers::fire_due(&app).await {
                    tracing::warn!(%problem, "timers could not be read; they are tried again");
                }
                if let Err(problem) = search::rewrite_moved(&app).await {
                    tracing::warn!(%problem, "index rows of moved conversations are rewritten later");
                }
                look = Instant::now() + wait(timers::next_due(&app).await, app.now());
            }
            note = notes.recv() => {
                if let Ok(Note::Timer { due_at }) = note {
                    look = look.min(Instant::now() + wait(Some(due_at), app.now()));
                }
            }
        }
    }
}

/// Rests so long, or until somebody tells of a job.
async fn rest_until_job(notes: &mut Receiver<Note>, rest: Duration) {
    let told = async { while !matches!(notes.recv().await, Ok(Note::Job) | Err(_)) {} };
    drop(timeout(rest, told).await);
}

/// How long until a time, at most a poll.
fn wait(due_at: Option<i64>, now: i64) -> Duration {
    let left = due_at.map_or(POLL, |due_at| Duration::from_millis(u64::try_from(due_at - now).unwrap_or(0)));
    left.clamp(Duration::from_millis(2), POLL)
}

async fn tidy(app: App) {
    loop {
        chores::run(&app).await;
        sleep(CHORES).await;
    }
}
