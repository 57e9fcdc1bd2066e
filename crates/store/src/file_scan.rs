//! What a scanner for malware said of files, and which of them it is to look at.

use crate::Error;
use crate::job::{self, NewJob};
use crate::query::Query;
use crate::tx::Tx;
use candor_domain::file::Scan;
use candor_domain::id::FileId;
use uuid::Uuid;

/// The queue in which files wait for a scanner.
pub const QUEUE: &str = "scan";
const FILE: &str = "file";

/// What became of a look at a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    Clean,
    /// With the scanner's name for it.
    Infected(String),
    /// With why it could not look.
    Failed(String),
}

/// Lets a scanner look at a file, by a job of this id; nothing changes where one waits already.
pub fn order(tx: &mut Tx<'_>, id: FileId, job: Uuid) -> Result<(), Error> {
    const WAIT: &str = "UPDATE file SET scan = 'waiting' WHERE id = $1 AND scan = 'unscanned'";
    let (body, now) = (id.to_string(), tx.now());
    let key = format!("scan:{body}");
    // Tried until a scanner has looked, or the file is gone.
    let new =
        NewJob { id: job, queue: QUEUE, kind: FILE, unique_key: Some(&key), stream: None, body: &body, due_at: now, max_tries: i64::MAX };
    job::insert(tx, &new)?;
    tx.execute(WAIT, &[&id.0])?;
    Ok(())
}

/// Notes what a look found. Who could not look takes back nothing that was found before.
pub fn note(tx: &mut Tx<'_>, id: FileId, outcome: &Outcome) -> Result<(), Error> {
    const NOTE: &str = "UPDATE file SET scan = $2, scan_note = $3, scanned_at = $4 WHERE id = $1";
    const FAILED: &str = "UPDATE file SET scan = CASE WHEN scan = 'infected' THEN scan ELSE 'failed' END, \
         scan_note = CASE WHEN scan = 'infected' THEN scan_note ELSE $2 END, scanned_at = $3 WHERE id = $1";
    let now = tx.now();
    match outcome {
        Outcome::Clean => tx.execute(NOTE, &[&id.0, &Scan::Clean.as_str(), &None::<String>, &now])?,
        Outcome::Infected(name) => tx.execute(NOTE, &[&id.0, &Scan::Infected.as_str(), name, &now])?,
        Outcome::Failed(why) => tx.execute(FAILED, &[&id.0, why, &now])?,
    };
    Ok(())
}

/// Orders looks at files that were never looked at, the newest first, and at those whose last look before `before` left a doubt:
/// scanners learn, and unlearn what they took for harmful. `jobs` are the ids of their jobs; says how many were ordered.
pub fn order_due(tx: &mut Tx<'_>, before: i64, jobs: &[Uuid]) -> Result<usize, Error> {
    const NEVER: &str = "SELECT id FROM file WHERE scan = 'unscanned' ORDER BY id DESC LIMIT $1";
    const AGAIN: &str = "SELECT id FROM file WHERE scan IN ('failed', 'infected') AND scanned_at < $1 ORDER BY scanned_at LIMIT $2";
    const LATER: &str = "UPDATE file SET scanned_at = $2 WHERE id = $1 AND scan IN ('failed', 'infected')";
    let (most, now) = (i64::try_from(jobs.len()).unwrap_or(i64::MAX), tx.now());
    let mut due = tx.list(NEVER, &[&most], |row| row.get::<Uuid>(0).map(FileId))?;
    let left = most - i64::try_from(due.len()).unwrap_or(most);
    due.extend(tx.list(AGAIN, &[&before, &left], |row| row.get::<Uuid>(0).map(FileId))?);
    for (id, job) in due.iter().zip(jobs) {
        order(tx, *id, *job)?;
        tx.execute(LATER, &[&id.0, &now])?;
    }
    Ok(due.len())
}
