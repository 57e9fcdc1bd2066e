//! What all threads of one store share.

use crate::clock::Clock;
use crate::doc_ids::DocIds;
use crate::faults::Faults;
use crate::keys::{Erased, Vault};
use crate::notes::Note;
use crate::queue::Queues;
use crossbeam_channel::Sender;
use rand::RngExt;
use rand::rngs::StdRng;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use tokio::sync::broadcast;
use uuid::Uuid;

/// Notes a slow receiver may fall behind before it misses some and is told so.
const NOTES: usize = 8192;

pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) queues: Queues,
    pub(crate) notes: broadcast::Sender<Note>,
    /// The same without the wakes.
    pub(crate) rare_notes: broadcast::Sender<Note>,
    pub(crate) faults: Faults,
    pub(crate) bulk: bool,
    /// No threads and no real time: `Db::inline`.
    pub(crate) simulated: bool,
    /// The simulated process has died.
    pub(crate) crashed: AtomicBool,
    /// Which notes get lost in simulation.
    loses: OnceLock<(u32, Mutex<StdRng>)>,
    /// This process among those that serve the database.
    pub(crate) node: Uuid,
    /// Where notes for other nodes go; empty where there are none.
    abroad: OnceLock<Sender<Note>>,
    pub(crate) closing: AtomicBool,
    /// An audit lane has begun: write a root soon.
    pub(crate) root_wanted: AtomicBool,
    /// How far the database's clock is ahead of this machine's.
    pub(crate) clock_ahead_ms: AtomicI64,
    vault: OnceLock<Vault>,
    /// The list of destroyed keys outside the database; one writer at a time.
    erased: OnceLock<Mutex<Erased>>,
    doc_ids: OnceLock<DocIds>,
    statements: AtomicU64,
    /// Time of the oldest dirty mark, 0 when there is none.
    pub(crate) oldest_dirty: AtomicI64,
    /// Looks one after the other that found the reactor far behind.
    pub(crate) late_looks: AtomicU32,
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
            rare_notes: broadcast::channel(NOTES).0,
            faults: Faults::default(),
            bulk,
            simulated: false,
            crashed: AtomicBool::new(false),
            loses: OnceLock::new(),
            node: uuid::Builder::from_random_bytes(rand::random()).into_uuid(),
            abroad: OnceLock::new(),
            closing: AtomicBool::new(false),
            root_wanted: AtomicBool::new(true),
            clock_ahead_ms: AtomicI64::new(0),
            vault: OnceLock::new(),
            erased: OnceLock::new(),
            doc_ids: OnceLock::new(),
            statements: AtomicU64::new(0),
            oldest_dirty: AtomicI64::new(0),
            late_looks: AtomicU32::new(0),
            search_broken: AtomicBool::new(false),
            search_behind: AtomicBool::new(false),
            slow_commands: AtomicU64::new(0),
            writers_alive: AtomicUsize::new(0),
        }
    }

    pub(crate) fn vault(&self) -> &Vault {
        self.vault.get().expect("the vault is opened before any thread starts")
    }

    pub(crate) fn erased(&self) -> MutexGuard<'_, Erased> {
        let erased = self.erased.get().expect("the list is known before any thread starts");
        erased.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn set_erased(&self, erased: Erased) {
        let _ = self.erased.set(Mutex::new(erased));
    }

    /// The vault's generation; 0 while the store is being opened.
    pub(crate) fn generation(&self) -> u64 {
        self.vault.get().map_or(0, Vault::generation)
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

    /// Notes for every node go here from now on.
    pub(crate) fn set_abroad(&self, abroad: Sender<Note>) {
        let _ = self.abroad.set(abroad);
    }

    /// What must be true before anybody is answered: destroyed keys open nothing any more.
    pub(crate) fn before_answers(&self, notes: &[Note]) {
        if notes.contains(&Note::KeysDestroyed) {
            self.vault().forget_opened_keys();
        }
    }

    /// Sends notes to everybody, here and on other nodes.
    pub(crate) fn send(&self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            if let Some(abroad) = self.abroad.get() {
                // Notes may be lost: whoever needs certainty reads the database.
                let _ = abroad.try_send(note.clone());
            }
            self.send_here([note]);
        }
    }

    /// From now on this many of a thousand notes get lost.
    pub(crate) fn lose_notes(&self, odds: u32, random: StdRng) {
        let _ = self.loses.set((odds, Mutex::new(random)));
    }

    fn is_lost(&self) -> bool {
        self.loses.get().is_some_and(|(odds, random)| random.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..1000) < *odds)
    }

    /// Sends notes to receivers of this process.
    pub(crate) fn send_here(&self, notes: impl IntoIterator<Item = Note>) {
        for note in notes {
            if note == Note::KeysDestroyed {
                self.vault().forget_opened_keys();
            }
            if !self.is_lost() {
                // Nobody listening is no error.
                if !matches!(note, Note::Wake { .. }) {
                    let _ = self.rare_notes.send(note.clone());
                }
                let _ = self.notes.send(note);
            }
        }
    }
}
