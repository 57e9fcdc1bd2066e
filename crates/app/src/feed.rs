//! The outside feed: what happens at the desk, for programs outside. Numbers, ids and enums, at least once, in order inside a stream.
//!
//! The reactor puts events into the outbox; one worker of all nodes numbers them. A reader's cursor names the epoch and the number
//! it has come to, and carries a mark of this desk, so that a cursor of another desk or a made-up one is refused.

use crate::rights::{require_everywhere, require_somewhere};
use crate::{App, Error, Result, audit};
use candor_domain::actor::Actor;
use candor_domain::permission::{Permission, Scope};
use candor_store::feed::{self, Fed, Feed, Lease};
use candor_store::{Note, Pool, Query, Queue};
use data_encoding::BASE64URL_NOPAD;
use serde_json::json;
use std::time::Duration;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, timeout_at};
use uuid::Uuid;

/// How long a worker may number without saying so again.
const LEASE_MS: i64 = 5_000;
/// Events one look goes through, and how many looks one query does: what is not for the reader costs as well.
const LOOK: i64 = 500;
const LOOKS: usize = 4;
/// A reader who waits looks by itself this often: notes may be lost.
const POLL: Duration = Duration::from_secs(1);
/// The longest a reader may wait for something new.
pub const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// How long the feed can be read back.
const KEPT_MS: i64 = 30 * 24 * 3_600_000;

/// Part of the feed, as one reader may see it.
#[derive(Clone, Debug)]
pub struct Page {
    pub events: Vec<Fed>,
    /// Where the next page begins.
    pub next: String,
    /// Where the reader may see events; what an event says of other places is left out.
    pub scope: Scope,
}

/// Whoever numbers the feed, or waits to.
#[derive(Debug, Default)]
pub struct Worker {
    lease: Option<Lease>,
    after: Uuid,
}

/// What a worker found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// It numbered something, or should look again at once.
    Work,
    Nothing,
    /// Somebody else numbers.
    Elsewhere,
}

impl Worker {
    /// Numbers a part of what waits.
    pub async fn turn(&mut self, app: &App) -> Result<Found> {
        if !app.db.read(Pool::Quick, |rx| feed::waits(rx).map_err(Error::from)).await? {
            return Ok(Found::Nothing);
        }
        if self.lease.is_none() {
            self.lease = app.db.write(Queue::Machines, |tx| feed::lease(tx, LEASE_MS).map_err(Error::from)).await?;
        }
        let Some(lease) = self.lease else { return Ok(Found::Elsewhere) };
        let after = self.after;
        match app.db.write(Queue::Machines, move |tx| feed::number(tx, lease, after, LEASE_MS).map_err(Error::from)).await {
            Ok(done) => {
                self.after = if done.end { Uuid::nil() } else { done.after };
                Ok(Found::Work)
            }
            Err(Error::Store(candor_store::Error::LeaseLost)) => {
                self.lease = None;
                Ok(Found::Work)
            }
            Err(problem) => Err(problem),
        }
    }
}

/// Numbers until nothing waits: for tests.
pub async fn number_all(app: &App) -> Result<()> {
    let mut worker = Worker::default();
    while worker.turn(app).await? == Found::Work {}
    if let Some(lease) = worker.lease {
        app.db.write(Queue::Machines, move |tx| feed::let_go(tx, lease).map_err(Error::from)).await?;
    }
    Ok(())
}

/// After an older copy of the database was put in place: every cursor that was given out before counts no more.
pub async fn begin_epoch(app: &App, actor: &Actor) -> Result<i64> {
    require_everywhere(actor, Permission::SettingsManage)?;
    let actor = actor.clone();
    app.db
        .write(Queue::People, move |tx| {
            let epoch = feed::begin_epoch(tx)?;
            audit::record(tx, &actor, "feed.epoch", ("workspace", Uuid::nil()), json!({ "epoch": epoch }))?;
            Ok(epoch)
        })
        .await
}

/// Drops what has been kept long enough.
pub async fn forget_old(app: &App) -> Result<u64> {
    let (before, mut gone) = (app.now() - KEPT_MS, 0);
    loop {
        match app.db.write(Queue::Machines, move |tx| feed::forget(tx, before).map_err(Error::from)).await? {
            0 => return Ok(gone),
            some => gone += some,
        }
    }
}

/// What happened after a cursor, as far as the actor may see it; waits for something new up to `wait`. Without a cursor the feed
/// begins with the oldest that is kept, with `now` behind the newest.
pub async fn read(app: &App, actor: &Actor, after: Option<&str>, limit: usize, wait: Duration) -> Result<Page> {
    require_somewhere(actor, Permission::EventRead)?;
    let scope = match actor {
        Actor::Agent { rights, .. } | Actor::Token { rights, .. } => rights.scope(Permission::EventRead),
        _ => Scope::Everywhere,
    };
    let until = Instant::now() + wait.min(LONGEST_WAIT);
    // Signed on before the first read, so that nothing falls between them.
    let mut notes = app.db.rare_notes();
    let mut from = match after {
        None => From::Oldest,
        Some("now") => From::Newest,
        Some(cursor) => From::Cursor(open(app, cursor)?),
    };
    loop {
        let (asked, seen) = (from, scope.clone());
        let found = app.db.read(Pool::Quick, move |rx| look(rx, asked, &seen, limit)).await?;
        let place = match found {
            Looked::Gone { feed, oldest } => {
                let seal = |number| seal(app, Feed { number, ..feed });
                return Err(Error::CursorGone { oldest: seal(oldest), newest: seal(feed.number) });
            }
            Looked::Found { events, place, end } => {
                if !events.is_empty() || (end && Instant::now() >= until) {
                    return Ok(Page { events, next: seal(app, place), scope });
                }
                from = From::Cursor(place);
                if !end {
                    continue;
                }
                place
            }
        };
        if !something_new(&mut notes, until).await {
            return Ok(Page { events: Vec::new(), next: seal(app, place), scope });
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum From {
    Oldest,
    Newest,
    Cursor(Feed),
}

enum Looked {
    Found { events: Vec<Fed>, place: Feed, end: bool },
    Gone { feed: Feed, oldest: i64 },
}

/// Reads on from a place, past what the reader may not see.
fn look(q: &mut impl Query, from: From, scope: &Scope, limit: usize) -> Result<Looked> {
    let now = feed::get(q)?;
    // A cursor names the last number that was read.
    let oldest = feed::oldest(q)?.map_or(now.number, |first| first - 1);
    let mut place = match from {
        From::Oldest => Feed { number: oldest, ..now },
        From::Newest => now,
        From::Cursor(place) => place,
    };
    // Ahead of the feed: an older copy of the database was put in its place and nobody said so.
    if place.epoch != now.epoch || place.number > now.number || place.number < oldest {
        return Ok(Looked::Gone { feed: now, oldest });
    }
    let mut events = Vec::new();
    for _ in 0..LOOKS {
        let found = feed::after(q, place.number, LOOK)?;
        let whole = i64::try_from(found.len()).unwrap_or(LOOK) < LOOK;
        let reached = if whole { (place.number + LOOK).min(now.number) } else { place.number };
        for one in found {
            place.number = one.number;
            if scope.contains(one.inbox, one.team) {
                events.push(one);
                if events.len() == limit {
                    return Ok(Looked::Found { events, place, end: false });
                }
            }
        }
        place.number = place.number.max(reached);
        if place.number >= now.number {
            return Ok(Looked::Found { events, place, end: true });
        }
    }
    Ok(Looked::Found { events, place, end: false })
}

/// Waits until the feed may have come further; false when the time is over.
async fn something_new(notes: &mut tokio::sync::broadcast::Receiver<Note>, until: Instant) -> bool {
    let look = Instant::now() + POLL;
    loop {
        match timeout_at(until.min(look), notes.recv()).await {
            Ok(Ok(Note::Feed | Note::Gap) | Err(RecvError::Lagged(_))) => return true,
            Ok(Ok(_)) => {}
            Ok(Err(RecvError::Closed)) => return false,
            Err(_) => return Instant::now() < until,
        }
    }
}

/// Bytes of a cursor's mark: enough that guessing is hopeless, short enough for an address.
const MARK: usize = 12;

fn mark(app: &App, place: Feed) -> Vec<u8> {
    let mut mark = app.db.blind("feed.cursor", &format!("{}:{}", place.epoch, place.number));
    mark.truncate(MARK);
    mark
}

fn seal(app: &App, place: Feed) -> String {
    let mut bytes = [place.epoch.to_be_bytes(), place.number.to_be_bytes()].concat();
    bytes.extend(mark(app, place));
    BASE64URL_NOPAD.encode(&bytes)
}

fn open(app: &App, cursor: &str) -> Result<Feed> {
    let bad = || Error::invalid("after", "not a cursor of this feed");
    let bytes = BASE64URL_NOPAD.decode(cursor.as_bytes()).map_err(|_| bad())?;
    let (Some(epoch), Some(number)) = (bytes.first_chunk(), bytes.get(8..).and_then(|rest| rest.first_chunk())) else { return Err(bad()) };
    let place = Feed { epoch: i64::from_be_bytes(*epoch), number: i64::from_be_bytes(*number) };
    // What is compared is no secret of anybody: a forger learns at most where the feed is.
    if bytes.get(16..) == Some(&mark(app, place)) { Ok(place) } else { Err(bad()) }
}
