//! An entry of the audit log and its hash, which covers every column and the entry before it in its lane.

use super::lane::Lane;
use crate::keys::Cell;
use crate::{Error, Query, Tx};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Who did what to whom. `data` is JSON of ids, enums and numbers; what identifies a person goes into `detail`, sealed by the
/// caller: the hash covers the sealed cell, so destroying its key leaves the chain whole.
pub struct AuditEntry<'a> {
    pub actor_kind: &'a str,
    pub actor_id: Option<Uuid>,
    pub action: &'a str,
    pub subject_kind: &'a str,
    pub subject_id: Option<Uuid>,
    pub data: &'a str,
    pub detail: Option<&'a [u8]>,
    /// The entry this one rests on: an approval, a break-glass.
    pub cause: Option<AuditRef>,
}

/// Names an entry and what it said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AuditRef {
    pub lane: i64,
    pub number: i64,
    pub hash: [u8; 32],
}

impl<'a> AuditEntry<'a> {
    /// Who did what; about nothing in particular until [`Self::subject`] says so.
    pub fn new(actor_kind: &'a str, actor_id: Option<Uuid>, action: &'a str) -> Self {
        Self { actor_kind, actor_id, action, subject_kind: "", subject_id: None, data: "{}", detail: None, cause: None }
    }

    pub fn subject(mut self, kind: &'a str, id: Uuid) -> Self {
        (self.subject_kind, self.subject_id) = (kind, Some(id));
        self
    }

    /// JSON of ids, enums and numbers.
    pub fn data(mut self, data: &'a str) -> Self {
        self.data = data;
        self
    }

    /// Words about a person, sealed under [`detail_cell`].
    pub fn detail(mut self, sealed: &'a [u8]) -> Self {
        self.detail = Some(sealed);
        self
    }
}

/// The cell that holds the detail of an entry about `subject`.
pub fn detail_cell(subject: Uuid) -> Cell<'static> {
    Cell { table: "audit_entry", column: "detail", row: subject }
}

const INSERT: &str = "INSERT INTO audit_entry (lane, number, at, actor_kind, actor_id, action, subject_kind, subject_id, data, detail,
    cause_lane, cause_number, cause_hash, hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)";

impl Tx<'_> {
    /// Adds an entry to this connection's lane, in this command's transaction.
    pub fn audit(&mut self, entry: AuditEntry<'_>) -> Result<AuditRef, Error> {
        let at = self.now();
        let Some(head) = self.seat().lane else {
            return Err(Error::Unavailable("no audit lane could be taken".to_owned()));
        };
        let number = head.number + 1;
        let hash = hash_of(head.lane, number, at, &head.hash, &entry);
        let cause = entry.cause.as_ref();
        self.execute(
            INSERT,
            &[
                &head.lane,
                &number,
                &at,
                &entry.actor_kind,
                &entry.actor_id,
                &entry.action,
                &entry.subject_kind,
                &entry.subject_id,
                &entry.data,
                &entry.detail,
                &cause.map(|cause| cause.lane),
                &cause.map(|cause| cause.number),
                &cause.map(|cause| cause.hash.as_slice()),
                &hash.as_slice(),
            ],
        )?;
        self.seat().lane = Some(Lane { number, hash, ..head });
        Ok(AuditRef { lane: head.lane, number, hash })
    }
}

/// Every field with its length, so that no two entries have the same text before hashing.
pub(super) fn hash_of(lane: i64, number: i64, at: i64, previous: &[u8; 32], entry: &AuditEntry<'_>) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"candor audit 1");
    for number in [lane, number, at] {
        hash.update(number.to_be_bytes());
    }
    hash.update(previous);
    let mut field = |bytes: Option<&[u8]>| {
        let length = bytes.map_or(u64::MAX, |bytes| bytes.len() as u64);
        hash.update(length.to_be_bytes());
        hash.update(bytes.unwrap_or_default());
    };
    field(Some(entry.actor_kind.as_bytes()));
    field(entry.actor_id.as_ref().map(|id| id.as_bytes().as_slice()));
    field(Some(entry.action.as_bytes()));
    field(Some(entry.subject_kind.as_bytes()));
    field(entry.subject_id.as_ref().map(|id| id.as_bytes().as_slice()));
    field(Some(entry.data.as_bytes()));
    field(entry.detail);
    let cause = entry.cause.map(|cause| [&cause.lane.to_be_bytes()[..], &cause.number.to_be_bytes(), &cause.hash].concat());
    field(cause.as_deref());
    hash.finalize().into()
}
