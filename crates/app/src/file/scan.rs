//! Files are looked at by a scanner for malware, after they are kept and as often as it takes. Nobody waits for it: what was not
//! looked at can be opened and says so, what was found harmful cannot.

use super::download::open_unasked;
use crate::{App, Error, Result, claim};
use candor_connect::scanner::{ScanError, Scanner, Verdict};
use candor_domain::file::Scan;
use candor_domain::id::FileId;
use candor_store::file::{self, File};
use candor_store::file_scan::{self, Outcome, QUEUE};
use candor_store::job::{self, Job};
use candor_store::{Pool, Queue};
use futures_util::{StreamExt, stream};
use uuid::Uuid;

/// How long a file waits whose worker was killed, in milliseconds; who works on it renews it.
const LEASE: i64 = 15_000;
/// Files that are looked at by one process at a time.
const AT_ONCE: usize = 4;
/// When a file that could not be looked at is tried again, in milliseconds; doubled each time, up to the other.
const REST: i64 = 2_000;
const LONGEST_REST: i64 = 300_000;
/// Files with a doubt are looked at again after this.
const AGAIN: i64 = 24 * 3_600_000;
/// Files that one command puts into the queue, and how many commands one chore is worth: what a desk has gathered without a scanner
/// is worked off little by little.
const PIECE: usize = 100;
const PIECES: usize = 10;

/// Whether the scanner answered last: while it does not, it is asked for its name and not for files.
#[derive(Debug, Default)]
pub struct Watch {
    down: bool,
}

/// What nobody may open, whoever asks.
pub(crate) fn check_harmless(file: &File) -> Result<()> {
    if file.scan == Scan::Infected { Err(Error::Infected) } else { Ok(()) }
}

/// The id of the job that looks at a new file; `None` where this process knows no scanner.
pub(crate) fn job_for(app: &App) -> Option<Uuid> {
    app.config.scanner.as_ref().map(|_| app.ids.make())
}

/// Has files looked at that were kept without a scanner, or of which it could not say enough; says how many were added.
pub(crate) async fn order_due(app: &App) -> Result<u64> {
    if app.config.scanner.is_none() {
        return Ok(0);
    }
    let (mut added, before) = (0, app.now() - AGAIN);
    for _ in 0..PIECES {
        let jobs: Vec<Uuid> = (0..PIECE).map(|_| app.ids.make()).collect();
        let now = app.db.write(Queue::Machines, move |tx| Ok::<_, Error>(file_scan::order_due(tx, before, &jobs)?)).await?;
        added += now as u64;
        if now < PIECE {
            break;
        }
    }
    Ok(added)
}

/// Has the files looked at that are due; says how many were.
pub async fn scan_due(app: &App, watch: &mut Watch) -> Result<usize> {
    let Some(scanner) = &app.config.scanner else { return Ok(0) };
    let mut looked = 0;
    loop {
        if watch.down {
            if scanner.version().await.is_err() {
                return Ok(looked);
            }
            tracing::info!(%scanner, "the scanner answers again");
            watch.down = false;
        }
        let jobs = claim::some(app, QUEUE, LEASE, AT_ONCE).await?;
        if jobs.is_empty() {
            return Ok(looked);
        }
        looked += jobs.len();
        let answers: Vec<bool> = stream::iter(jobs).map(|job| one(app, scanner, job)).buffer_unordered(AT_ONCE).collect().await;
        if answers.contains(&false) {
            watch.down = true;
        }
    }
}

/// One file. False when the scanner did not answer.
async fn one(app: &App, scanner: &Scanner, job: Job) -> bool {
    let Ok(found) = claim::keeping(app, &job, LEASE, Box::pin(look(app, scanner, &job))).await else { return true };
    let answered = !matches!(&found, Err(Problem::Scanner(ScanError::Line(_) | ScanError::Late)));
    if let Err(problem) = settle(app, job, found).await {
        tracing::warn!(%problem, "what a scanner said could not be noted; the file is looked at again");
    }
    answered
}

/// Why a file could not be looked at.
enum Problem {
    Scanner(ScanError),
    App(Error),
}

/// What the scanner says; `None` where there is nothing to look at any more.
async fn look(app: &App, scanner: &Scanner, job: &Job) -> Result<Option<Verdict>, Problem> {
    let id: FileId = job.body.parse().map_err(|_| Problem::App(Error::Broken("a job of the scanner without its file".into())))?;
    let kept = app.db.read(Pool::Quick, move |rx| Ok::<_, Error>(file::get(rx, id)?)).await;
    let opened = match kept {
        Ok(kept) => open_unasked(app, kept).await,
        Err(error) => Err(error),
    };
    let opened = match opened {
        Ok(opened) => opened,
        // Redacted, or its customer was erased.
        Err(Error::NotFound | Error::Erased) => return Ok(None),
        Err(other) => return Err(Problem::App(other)),
    };
    let size = opened.size();
    scanner.scan(opened.read(0..size)).await.map(Some).map_err(Problem::Scanner)
}

/// The code of a file that is larger than the scanner takes.
const TOO_LARGE: &str = "too_large";
/// The code of a scanner that could not look.
const NO_ANSWER: &str = "no_answer";

/// Notes what was found, and ends the job or puts it off, in one commit.
async fn settle(app: &App, job: Job, found: Result<Option<Verdict>, Problem>) -> Result<()> {
    let (retry_at, id) = (app.now() + rest(job.tries), job.body.parse::<FileId>().ok());
    let outcome = match &found {
        Ok(None) => None,
        Ok(Some(Verdict::Clean)) => Some(Outcome::Clean),
        Ok(Some(Verdict::Infected(name))) => {
            tracing::warn!(file = %job.body, name, "a file is harmful and cannot be opened");
            Some(Outcome::Infected(name.clone()))
        }
        Ok(Some(Verdict::TooLarge)) => Some(Outcome::Failed(TOO_LARGE.to_owned())),
        Err(_) => Some(Outcome::Failed(NO_ANSWER.to_owned())),
    };
    let problem = match found {
        Ok(_) => None,
        Err(Problem::Scanner(error)) => Some(error.to_string()),
        Err(Problem::App(error)) => Some(error.to_string()),
    };
    if let Some(problem) = &problem {
        tracing::warn!(file = %job.body, problem, "a file could not be looked at; it is tried again");
    }
    let noted = app.db.write(Queue::Machines, move |tx| {
        if let Some((id, outcome)) = id.zip(outcome.as_ref()) {
            file_scan::note(tx, id, outcome)?;
        }
        match &problem {
            None => Ok::<_, Error>(job::finish(tx, &job)?),
            Some(problem) => Ok(job::fail(tx, &job, problem, retry_at).map(|_| ())?),
        }
    });
    match noted.await {
        // Another worker has it by now, or it is done.
        Err(Error::Store(candor_store::Error::LeaseLost)) => Ok(()),
        noted => noted,
    }
}

fn rest(tries: i64) -> i64 {
    let doubled = u32::try_from(tries.clamp(1, 16) - 1).unwrap_or(0);
    (REST << doubled).min(LONGEST_REST)
}

/// When there is something to look at next.
pub(crate) async fn next_due(app: &App) -> Option<i64> {
    app.db.read(Pool::Quick, |rx| Ok::<_, Error>(job::next_due(rx, QUEUE)?)).await.ok().flatten()
}
