//! Checks the whole log: every lane from its first entry, causes, and the roots outside the database. Names the first bad entry.

use super::entry::{AuditEntry, AuditRef, hash_of};
use super::root::{self, NONE, Root, hash_of_line};
use crate::value::Row;
use crate::{Db, Error, Pool, Query, Rx};
use data_encoding::HEXLOWER as HEX;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// Entries read at a time, so that no reader is held for long.
const PAGE: i64 = 2000;

const ENTRIES: &str = "SELECT number, at, actor_kind, actor_id, action, subject_kind, subject_id, data, detail, cause_lane,
    cause_number, cause_hash, hash FROM audit_entry WHERE lane = $1 AND number > $2 ORDER BY number LIMIT $3";
const NEXT_LANE: &str = "SELECT MIN(lane) FROM audit_entry WHERE lane > $1";
const HASH: &str = "SELECT hash FROM audit_entry WHERE lane = $1 AND number = $2";

/// What was checked, when all is well.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub entries: u64,
    pub lanes: u64,
    pub roots: u64,
    /// Entries that no root covers yet: a change of these could not be told from outside.
    pub uncovered: u64,
}

#[derive(Debug, thiserror::Error)]
pub enum FirstBad {
    #[error("lane {lane}: entry {number} is missing")]
    Missing { lane: i64, number: i64 },
    #[error("lane {lane}: entry {number} was changed")]
    Changed { lane: i64, number: i64 },
    #[error("lane {lane}: entry {number} rests on an entry that is not there or says something else")]
    Cause { lane: i64, number: i64 },
    #[error("lane {lane}: an entry after {after} and up to {number} was rewritten: root {line} says otherwise")]
    Rewritten { lane: i64, after: i64, number: i64, line: usize },
    #[error("root {line} is not one of ours, or was changed")]
    Root { line: usize },
    #[error("root {line} does not follow the one before it: roots are missing")]
    RootOrder { line: usize },
    #[error("the log cannot be read: {0}")]
    Unreadable(#[from] Error),
}

/// Checks everything. Blocks: for the command line, or a thread that may wait.
pub fn verify(db: &Db, roots: &Path) -> Result<Report, FirstBad> {
    let mut report = Report::default();
    let mut ends = BTreeMap::new();
    let mut lane = -1;
    while let Some(next) = db.read_blocking::<_, Error>(Pool::Slow, move |rx| rx.one(NEXT_LANE, &[&lane], |row| row.get(0)))? {
        lane = next;
        let end = verify_lane(db, lane)?;
        report.entries += end.unsigned_abs();
        report.lanes += 1;
        ends.insert(lane, end);
    }
    let covered = verify_roots(db, roots, &mut report)?;
    for (lane, end) in ends {
        report.uncovered += (end - covered.get(&lane).copied().unwrap_or(0)).max(0).unsigned_abs();
    }
    Ok(report)
}

/// Walks one lane; answers its last number.
fn verify_lane(db: &Db, lane: i64) -> Result<i64, FirstBad> {
    let mut head = AuditRef { lane, number: 0, hash: [0; 32] };
    loop {
        let page = db.read_blocking(Pool::Slow, move |rx| verify_page(rx, head))?;
        let (next, more) = page?;
        head = next;
        if !more {
            return Ok(head.number);
        }
    }
}

type Page = Result<(AuditRef, bool), FirstBad>;

fn verify_page(rx: &mut Rx<'_>, mut head: AuditRef) -> Result<Page, Error> {
    let (lane, after) = (head.lane, head.number);
    let mut bad = None;
    let mut causes = Vec::new();
    let read = rx.list(ENTRIES, &[&lane, &after, &PAGE], |row| {
        if bad.is_none() {
            match next(&head, row)? {
                Ok((entry, cause)) => {
                    head = entry;
                    causes.extend(cause.map(|cause| (entry.number, cause)));
                }
                Err(first) => bad = Some(first),
            }
        }
        Ok(())
    })?;
    for (number, cause) in causes {
        let known: Option<Vec<u8>> = rx.optional(HASH, &[&cause.lane, &cause.number], |row| row.get(0))?;
        let before = bad.as_ref().is_none_or(|bad| bad.number() > number);
        if before && known.as_deref() != Some(&cause.hash) {
            bad = Some(FirstBad::Cause { lane, number });
        }
    }
    Ok(bad.map_or(Ok((head, read.len() as i64 == PAGE)), Err))
}

/// The entry of this row, if it follows the one before.
fn next(head: &AuditRef, row: &Row<'_>) -> Result<Result<(AuditRef, Option<AuditRef>), FirstBad>, Error> {
    let lane = head.lane;
    let number: i64 = row.get(0)?;
    if number != head.number + 1 {
        return Ok(Err(FirstBad::Missing { lane, number: head.number + 1 }));
    }
    let (actor_kind, action, subject_kind, data): (String, String, String, String) = (row.get(2)?, row.get(4)?, row.get(5)?, row.get(7)?);
    let detail: Option<Vec<u8>> = row.get(8)?;
    let changed = Ok(Err(FirstBad::Changed { lane, number }));
    let cause = match (row.get::<Option<i64>>(9)?, row.get::<Option<i64>>(10)?, row.get::<Option<Vec<u8>>>(11)?) {
        (None, None, None) => None,
        (Some(lane), Some(number), Some(hash)) => match hash.try_into() {
            Ok(hash) => Some(AuditRef { lane, number, hash }),
            Err(_) => return changed,
        },
        _ => return changed,
    };
    let entry = AuditEntry {
        actor_kind: &actor_kind,
        actor_id: row.get(3)?,
        action: &action,
        subject_kind: &subject_kind,
        subject_id: row.get(6)?,
        data: &data,
        detail: detail.as_deref(),
        cause,
    };
    let hash = hash_of(lane, number, row.get(1)?, &head.hash, &entry);
    if row.get::<Vec<u8>>(12)? != hash {
        return changed;
    }
    Ok(Ok((AuditRef { lane, number, hash }, cause)))
}

/// Checks the roots against the log; answers how far each lane is covered.
fn verify_roots(db: &Db, path: &Path, report: &mut Report) -> Result<BTreeMap<i64, i64>, FirstBad> {
    let failed = |error| Error::io(format!("cannot read {}", path.display()), error);
    let mut covered: BTreeMap<i64, i64> = BTreeMap::new();
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(covered),
        Err(error) => return Err(failed(error).into()),
    };
    let key = root::public(&root::key_pair(db.house.shared.vault().signing())?);
    let mut previous = NONE.to_owned();
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let (number, line) = (at + 1, line.map_err(failed)?);
        let root: Root = serde_json::from_str(&line).map_err(|_| FirstBad::Root { line: number })?;
        if !root.is_signed_by(&key) {
            return Err(FirstBad::Root { line: number });
        }
        if root.previous != previous {
            return Err(FirstBad::RootOrder { line: number });
        }
        verify_heads(db, root, number, &mut covered)?;
        previous = hash_of_line(&line);
        report.roots += 1;
    }
    Ok(covered)
}

fn verify_heads(db: &Db, root: Root, line: usize, covered: &mut BTreeMap<i64, i64>) -> Result<(), FirstBad> {
    for head in root.heads {
        let (lane, number) = (head.lane, head.number);
        let after = covered.get(&lane).copied().unwrap_or(0);
        if after == number {
            continue;
        }
        let found: Option<Vec<u8>> =
            db.read_blocking::<_, Error>(Pool::Slow, move |rx| rx.optional(HASH, &[&lane, &number], |row| row.get(0)))?;
        match found {
            None => return Err(FirstBad::Missing { lane, number }),
            Some(hash) if HEX.encode(&hash) != head.hash => {
                return Err(FirstBad::Rewritten { lane, after, number, line });
            }
            Some(_) => covered.insert(lane, number),
        };
    }
    Ok(())
}

impl FirstBad {
    /// The entry's number in its lane, for comparing two finds on one lane.
    fn number(&self) -> i64 {
        match self {
            FirstBad::Missing { number, .. }
            | FirstBad::Changed { number, .. }
            | FirstBad::Cause { number, .. }
            | FirstBad::Rewritten { number, .. } => *number,
            FirstBad::Root { .. } | FirstBad::RootOrder { .. } | FirstBad::Unreadable(_) => i64::MAX,
        }
    }
}
