//! Why a use case was not done. One enum; the server gives each its status and stable code.

use candor_domain::conversation::Refusal;
use candor_store as store;
use thiserror::Error;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, Error)]
pub enum Error {
    /// Does not exist, or the actor may not know that it does.
    #[error("not found")]
    NotFound,
    /// The actor knows it but may not do this.
    #[error("not allowed: {0}")]
    Forbidden(&'static str),
    /// The customer's record opens only with a part in the case.
    #[error("take the case to see more")]
    TakeCaseFirst,
    /// Not signed in, or with something that no longer counts.
    #[error("not signed in")]
    Unauthenticated,
    /// The exchange's word on who its customer is was not believed.
    #[error("{0}")]
    IdentityRefused(#[from] crate::visitor::Refused),
    /// A field has a value that cannot be used.
    #[error("{field}: {why}")]
    Invalid { field: &'static str, why: String },
    /// The same `client_id` came with another body.
    #[error("the same id was used for another body")]
    BodyMismatch,
    /// The customer wrote after what the agent has seen; carries the first unseen `seq`.
    #[error("a newer message came in")]
    NewerMessage { after: i64 },
    /// The object moved since it was read.
    #[error("changed by somebody else")]
    Stale,
    /// Exists already (unique name, second rating, ...).
    #[error("exists already: {0}")]
    Duplicate(&'static str),
    /// The customer was erased: nothing can be kept for them.
    #[error("the customer was erased")]
    Erased,
    /// In use, so it cannot be deleted, or not possible in this state.
    #[error("not possible now: {0}")]
    Conflict(&'static str),
    /// A cursor of the outside feed that leads nowhere any more, with two that do.
    #[error("the feed no longer knows this cursor")]
    CursorGone { oldest: String, newest: String },
    /// A one-time link that was used, has run out, or never was.
    #[error("the link is no longer valid")]
    LinkUsed,
    /// The last administrator cannot be removed.
    #[error("the last administrator must stay")]
    LastAdmin,
    /// A file or text over its limit.
    #[error("too large: at most {limit}")]
    TooLarge { limit: u64 },
    /// A file that is not taken, and why.
    #[error(transparent)]
    FileRefused(#[from] candor_domain::file::Refused),
    /// A file in which a scanner found something harmful.
    #[error("the file is harmful")]
    Infected,
    /// A part of a file that it does not have.
    #[error("the file has {size} bytes")]
    OutOfRange { size: u64 },
    /// Too many requests; how long to wait.
    #[error("too many requests")]
    RateLimited { retry_after_ms: u64 },
    /// The customer, or where they write from, is not heard for a while.
    #[error("blocked")]
    Blocked(candor_domain::block::Stopped),
    /// A start that has to bring the solution of this riddle.
    #[error("a proof of work is needed")]
    ProofRequired(crate::visitor::Challenge),
    /// The Origin is not on the inbox's list.
    #[error("this page may not use the inbox")]
    OriginRefused,
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Store(store::Error),
    /// The disk or another outside part failed.
    #[error("{what}: {source}")]
    Io { what: &'static str, source: std::io::Error },
    /// Something that cannot happen did; the text is for the log.
    #[error("{0}")]
    Broken(String),
}

impl Error {
    pub fn invalid(field: &'static str, why: impl Into<String>) -> Self {
        Self::Invalid { field, why: why.into() }
    }

    /// `Duplicate` of `field` when a unique rule on this column refused a row, else the error itself.
    pub(crate) fn or_duplicate(error: store::Error, table: &str, column: &str, field: &'static str) -> Self {
        if error.is_unique(table, column) { Self::Duplicate(field) } else { error.into() }
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::NotFound => Self::NotFound,
            store::Error::Sealed(store::SealError::Destroyed) => Self::Erased,
            other => Self::Store(other),
        }
    }
}
