//! Looking for what customers left, byte by byte: their words in the clear, their blind words and values, their wrapped keys.

use super::desk::Desk;
use super::people::{PARTS, Person};
use candor_domain::text;
use candor_store::{Error, Pool, Query};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

/// How many of the marks were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hits {
    pub(crate) words: usize,
    pub(crate) values: usize,
    pub(crate) keys: usize,
}

/// What some customers left.
pub(crate) struct Traces {
    plain: Vec<String>,
    /// Blind words of the index.
    pub(crate) words: Vec<String>,
    /// HMACs: identities, requests.
    pub(crate) values: Vec<Vec<u8>>,
    /// Wrapped keys.
    pub(crate) keys: Vec<Vec<u8>>,
    sqlite: bool,
}

const KEYS: &str = "SELECT wrapped FROM customer_key WHERE contact_id = $1";
const VALUES: [&str; 4] = [
    "SELECT address_blind FROM mail_address WHERE contact_id = $1",
    "SELECT value_blind FROM contact_identity WHERE contact_id = $1",
    "SELECT m.request_hmac FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE c.contact_id = $1 AND m.request_hmac IS NOT NULL",
    "SELECT start_hmac FROM conversation WHERE contact_id = $1 AND start_hmac IS NOT NULL",
];

impl Traces {
    pub(crate) async fn of(desk: &Desk, people: &[Person]) -> Traces {
        let plain = people.iter().flat_map(|one| PARTS.iter().map(|part| one.word(part))).collect();
        let indexed = ["text", "second", "note", "reply"];
        let spoken = people.iter().flat_map(|one| indexed.map(|part| one.word(part)));
        let words: BTreeSet<String> = spoken
            .flat_map(|word| text::index_words(&word).iter().map(str::to_owned).collect::<Vec<_>>())
            .filter(|word| word.len() > 8)
            .collect();
        let words = words.iter().map(|word| desk.app.db.mark(word)).collect();
        let contacts: Vec<_> = people.iter().map(|one| one.contact).collect();
        let (values, keys) = desk
            .app
            .db
            .read(Pool::Slow, move |rx| {
                let (mut values, mut keys) = (Vec::new(), Vec::new());
                for contact in contacts {
                    keys.extend(rx.list(KEYS, &[&contact.0], |row| row.get::<Vec<u8>>(0))?);
                    for sql in VALUES {
                        values.extend(rx.list(sql, &[&contact.0], |row| row.get::<Vec<u8>>(0))?);
                    }
                }
                Ok::<_, Error>((values, keys))
            })
            .await
            .unwrap();
        Traces { plain, words, values, keys, sqlite: desk.app.db.backend() == candor_store::Backend::Sqlite }
    }

    pub(crate) fn plain_on_disk(&self, desk: &Desk) -> Vec<String> {
        self.plain_in(&on_disk(desk))
    }

    pub(crate) fn plain_in(&self, bytes: &[u8]) -> Vec<String> {
        let index = Windows::of(bytes, 8);
        self.plain.iter().filter(|word| index.find(word.as_bytes())).cloned().collect()
    }

    pub(crate) fn blind_on_disk(&self, desk: &Desk) -> Hits {
        self.blind_in(&on_disk(desk))
    }

    pub(crate) fn blind_in(&self, bytes: &[u8]) -> Hits {
        let index = Windows::of(bytes, 7);
        Hits {
            words: self.words.iter().filter(|word| self.forms(word).iter().any(|form| index.find(form))).count(),
            values: self.values.iter().filter(|value| index.find(value)).count(),
            keys: self.keys.iter().filter(|key| index.find(key)).count(),
        }
    }

    /// In which files something is found still.
    pub(crate) fn places(&self, desk: &Desk) -> Vec<(PathBuf, Hits)> {
        let hits = desk.db.kept_files().into_iter().map(|path| {
            let hits = self.blind_in(&std::fs::read(&path).unwrap_or_default());
            (path, hits)
        });
        hits.filter(|(_, hits)| *hits != Hits::default()).collect()
    }

    /// How a word may stand on disk: whole; in an index page of SQLite after the length it shares with the word before and
    /// its own length, behind a zero that all words begin with.
    fn forms(&self, word: &str) -> Vec<Vec<u8>> {
        let mut forms = vec![word.as_bytes().to_vec()];
        if self.sqlite {
            let term = [b"0", word.as_bytes()].concat();
            forms.extend((1..5u8).map(|shared| [&[shared, 9 - shared], &term[usize::from(shared)..]].concat()));
        }
        forms
    }
}

/// Where each run of a few bytes begins, so that a thousand marks are looked up in a moment.
struct Windows<'b> {
    bytes: &'b [u8],
    places: std::collections::HashMap<&'b [u8], Vec<u32>>,
    width: usize,
}

impl<'b> Windows<'b> {
    fn of(bytes: &'b [u8], width: usize) -> Self {
        let mut places: std::collections::HashMap<&[u8], Vec<u32>> = std::collections::HashMap::new();
        for (at, window) in bytes.windows(width).enumerate() {
            // Long runs of one byte are empty pages.
            if window[0] != window[width - 1] || window[0] != window[1] {
                places.entry(window).or_default().push(u32::try_from(at).unwrap());
            }
        }
        Self { bytes, places, width }
    }

    fn find(&self, wanted: &[u8]) -> bool {
        let places = self.places.get(&wanted[..self.width]);
        places.is_some_and(|places| places.iter().any(|at| self.bytes[*at as usize..].starts_with(wanted)))
    }
}

fn on_disk(desk: &Desk) -> Vec<u8> {
    desk.db.kept_files().iter().flat_map(|path| std::fs::read(path).unwrap_or_default()).collect()
}

/// All files below a folder, one after the other.
pub(crate) fn read_all(dir: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { read_all(&path) } else { std::fs::read(&path).unwrap() });
    }
    bytes
}

/// A copy of a SQLite database as a backup makes it.
pub(crate) async fn copy_of(desk: &Desk, to: &Path) {
    let (from, to) = (desk.db.dir().join("candor.db"), to.to_owned());
    let db = desk.app.db.clone();
    tokio::task::spawn_blocking(move || {
        db.clear_files().unwrap();
        std::fs::copy(from, to).unwrap();
    })
    .await
    .unwrap();
}

static LOG: OnceLock<Mutex<Vec<u8>>> = OnceLock::new();

/// Everything that is logged from now on, at every level.
pub(crate) fn watch_logs() {
    LOG.get_or_init(Mutex::default);
    // One for the whole process: whoever came first has set it.
    let _ = tracing::subscriber::set_global_default(Written);
}

pub(crate) fn logged() -> Vec<u8> {
    LOG.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Writes the values of all events and spans down.
struct Written;

impl tracing::Subscriber for Written {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut Line);
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut Line);
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut Line);
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

struct Line;

impl tracing::field::Visit for Line {
    fn record_debug(&mut self, _: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let mut log = LOG.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(format!("{value:?}\n").as_bytes());
    }
}
