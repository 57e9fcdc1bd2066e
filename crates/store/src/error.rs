//! Everything that can go wrong in the store, in the words callers act on.
//! Database messages are kept without the detail lines, which repeat values.

use std::path::PathBuf;
use std::time::Duration;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("not found")]
    NotFound,
    /// A unique rule refused the row; `columns` is a comma-separated list.
    #[error("a row with the same {table} ({columns}) exists")]
    Unique { table: String, columns: String },
    #[error("a row that this one names does not exist, or is still named by others: {0}")]
    Foreign(String),
    #[error("a rule of the table refused the row: {0}")]
    Check(String),
    /// The queue is full: answer 503 with `Retry-After`.
    #[error("too much work is waiting; try again in {} s", retry_after.as_secs())]
    Full { retry_after: Duration },
    /// The commit may or may not have happened: the client repeats with the same id.
    #[error("the outcome is unknown; repeat the request with the same id")]
    OutcomeUnknown,
    #[error("the statement took longer than its deadline")]
    Deadline,
    #[error("the database has schema {found}, newer than the {known} this program knows: use a newer candor")]
    Newer { found: i64, known: i64 },
    #[error("the database lacks {pending} migrations: stop all nodes and run `candor migrate --yes`")]
    NeedsMigration { pending: usize },
    #[error("migration {name} was changed after it ran on this database")]
    ChangedMigration { name: String },
    #[error("{} is in use by process {pid}: stop it, or let the command speak to it through control.sock", dir.display())]
    Locked { dir: PathBuf, pid: String },
    /// Another process serves this database under the same name.
    #[error(
        "a node named {name} serves this database already: give this one another name (`node` in its settings), or a data directory of its own if this one was copied"
    )]
    SameNode { name: String },
    #[error(
        "the database address leads through a pooler that hands connections on between transactions: locks, notes to other nodes and prepared statements break there; let database_url name PostgreSQL itself, or a pool with pool_mode = session"
    )]
    Pooled,
    #[error("{} is on a disk that can only be read: mount it for writing, or choose another place", path.display())]
    ReadOnlyDisk { path: PathBuf },
    #[error("this connection only reads")]
    ReadOnly,
    #[error(transparent)]
    Sealed(#[from] crate::SealError),
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// An earlier statement of the same command failed and was not undone by a savepoint.
    #[error("an earlier statement of this command failed")]
    Spoiled,
    /// The lease was taken over by another worker; this result must not count.
    #[error("the lease has passed to another worker")]
    LeaseLost,
    #[error("a command panicked: {0}")]
    Panicked(String),
    #[error("the store is closed")]
    Closed,
    /// The disk or the database server cannot serve now; reads may still work.
    #[error("storage is unavailable: {0}")]
    Unavailable(String),
    #[error("the statement takes {expected} values, {given} were given")]
    Values { expected: usize, given: usize },
    #[error("{what} would risk acknowledged messages: {remedy}")]
    Unsafe { what: String, remedy: String },
    #[error("sqlite: {0}")]
    Sqlite(String),
    #[error("postgresql {code}: {message}")]
    Postgres { code: String, message: String },
    #[error("{what}: {source}")]
    Io { what: String, source: std::io::Error },
    #[error("{0}")]
    Invalid(String),
}

impl Error {
    /// Whether a unique rule on this table that covers this column refused the row.
    pub fn is_unique(&self, wanted_table: &str, wanted_column: &str) -> bool {
        matches!(self, Error::Unique { table, columns }
            if table == wanted_table && columns.split(", ").any(|column| column == wanted_column))
    }

    pub(crate) fn io(what: impl Into<String>, source: std::io::Error) -> Error {
        Error::Io { what: what.into(), source }
    }

    /// A failure to write at this path; `what` says what was tried.
    pub(crate) fn writing(what: &str, path: &std::path::Path, source: std::io::Error) -> Error {
        match source.kind() {
            std::io::ErrorKind::ReadOnlyFilesystem => Error::ReadOnlyDisk { path: path.to_owned() },
            _ => Error::io(format!("{what} {}", path.display()), source),
        }
    }
}
