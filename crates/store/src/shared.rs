//! What all threads of one store share.

use crate::clock::Clock;
use crate::doc_ids::DocIds;
use crate::faults::Faults;
use crate::keys::Vault;
use crate::notes::Note;
use crate::queue::Queues;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use tokio::sync::broadcast;

/// Notes a slow receiver may fall behind before it misses some and is told so.
const NOTES: usize = 8192;

pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queues: Queues,
    pub(crate) notes: broadcast::Sender<Note>,
    pub(crate) faults: Faults,
    pub(crate) bulk: bool,
    vault: OnceLock<Vault>,
    doc_ids: OnceLock<DocIds>,
    statements: AtomicU64,
    /// Time of the oldest dirty mark, 0 when there is none.
    pub(crate) oldest_dirty: AtomicI64,
    /// The text index cannot be written: words go on the list until it is made anew.
    pub(crate) search_broken: AtomicBool,
    /// Documents wait for their words.
    pub(crate) search_behind: AtomicBool,
    pub(crate) slow_commands: AtomicU64,
    pub(crate) writers_alive: AtomicUsize,
}

impl Shared {
    pub(crate) fn new(clock: Arc<dyn Clock>, writers: usize, bulk: bool) -> Shared {
        Shared {
            clock,
            queues: Queues::new(writers),
            notes: broadcast::channel(NOTES).0,
            faults: Faults::default(),
            bulk,
            vault: OnceLock::new(),
            doc_ids: OnceLock::new(),
            statements: AtomicU64::new(0),
            oldest_dirty: AtomicI64::new(0),
            search_broken: AtomicBool::new(false),
            search_behind: AtomicBool::new(false),
            slow_commands: AtomicU64::new(0),
            writers_alive: AtomicUsize::new(0),
        }
    }

    pub(crate) fn vault(&self) -> &Vault {
        self.vault.get().expect("the vault is opened before any thread starts")
    }

    pub(crate) fn set_vault(&self, vault: Vault) {
        // Opened once, by `Db::open`; a second one could not differ.
        let _ = self.vault.set(vault);
    }

    /// Goes on after the newest document; set once, when the store opens.
    pub(crate) fn doc_ids(&self) -> &DocIds {
        self.doc_ids.get_or_init(|| DocIds::after(0))
    }

    pub(crate) fn set_newest_doc(&self, newest: i64) {
        let _ = self.doc_ids.set(DocIds::after(newest));
    }

    pub(crate) fn search_is_broken(&self) {
        if !self.search_broken.swap(true, Ordering::Relaxed) {
            tracing::error!("the text index is damaged: search is being rebuilt, messages go on");
        }
    }

    pub(crate) fn counted(&self) {
        self.statements.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub(crate) fn send(&self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            // Nobody listening is no error: screens read the database.
            let _ = self.notes.send(note);
        }
    }
}
