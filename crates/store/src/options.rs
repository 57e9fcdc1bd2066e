//! How a store is opened.

use crate::clock::Clock;
use crate::keys::MasterKey;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the data is. `dir` is the data directory in both cases: lock, control socket, files, audit roots, master key.
#[derive(Clone, Debug)]
pub enum Place {
    Sqlite { dir: PathBuf },
    Postgres { url: String, dir: PathBuf },
}

impl Place {
    pub fn dir(&self) -> &Path {
        match self {
            Place::Sqlite { dir } | Place::Postgres { dir, .. } => dir,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// Given each signed audit root, as one line.
pub type Sink = Box<dyn Fn(&str) + Send>;

pub struct Options {
    pub place: Place,
    pub master: MasterKey,
    pub clock: Arc<dyn Clock>,
    /// The list of destroyed keys, kept outside the database; applied before anything is served.
    pub erased: PathBuf,
    /// Where signed audit roots are appended.
    pub audit_roots: PathBuf,
    /// Where roots go besides that file: syslog, an address. Called with each line.
    pub audit_sink: Option<Sink>,
    /// Run pending migrations on a PostgreSQL database that is not empty.
    pub migrate: bool,
    /// Large commands are allowed (imports, demo filling): one owner, no users waiting.
    pub bulk: bool,
    /// What this process is called among those that serve the database.
    pub node: String,
    /// Connections that write (PostgreSQL; SQLite has one).
    pub writers: usize,
    pub quick_readers: usize,
    pub slow_readers: usize,
}

impl Options {
    pub fn new(place: Place, master: MasterKey, clock: Arc<dyn Clock>) -> Options {
        let erased = place.dir().join("erased");
        let audit_roots = place.dir().join("audit-roots.jsonl");
        Options {
            place,
            master,
            clock,
            erased,
            audit_roots,
            audit_sink: None,
            migrate: false,
            bulk: false,
            node: uuid::Builder::from_random_bytes(rand::random()).into_uuid().to_string(),
            writers: 8,
            quick_readers: 4,
            slow_readers: 2,
        }
    }
}
