//! The raw limits of SQLite: what this machine does with the rows one message leaves behind and nothing else.
//!
//! A message leaves a message row, an event row, its index row (words as 8-character marks) and the changed row of its
//! conversation. They are made in advance and written by bare statements, on a copy of the desk's own schema.

use crate::ingest::{CONVERSATIONS, sentence};
use crate::pgbench;
use crate::report::times;
use anyhow::{Context, Result};
use hdrhistogram::Histogram;
use rusqlite::{Connection, params};
use std::path::Path;
use std::time::Instant;
use uuid::Uuid;

/// Messages a transaction of the group-committed floor.
const GROUP: usize = 100;
/// A body of 130 bytes sealed: version, key, nonce and tag around it.
const SEALED_MORE: usize = 1 + 16 + 12 + 16;

/// One message's rows, ready to be bound.
struct Rows {
    id: Uuid,
    conversation: usize,
    seq: i64,
    doc: i64,
    body: Vec<u8>,
    preview: Vec<u8>,
    words: String,
    event: String,
    hmac: Vec<u8>,
}

fn rows(count: usize) -> Vec<Rows> {
    (0..count)
        .map(|number| {
            let text = sentence(number);
            let id = Uuid::new_v4();
            Rows {
                id,
                conversation: number % CONVERSATIONS,
                seq: (number / CONVERSATIONS) as i64 + 3,
                doc: number as i64 + 1,
                body: sentence_cell(number),
                preview: vec![7; text.len() + SEALED_MORE],
                words: marks(&text).join(" "),
                event: format!(r#"{{"type":"message","message":"{id}","kind":"customer"}}"#),
                hmac: vec![9; 32],
            }
        })
        .collect()
}

/// A message's text as it lies in the database.
pub(crate) fn sentence_cell(number: usize) -> Vec<u8> {
    vec![7; sentence(number).len() + SEALED_MORE]
}

/// The index words of a text, with those that say who may find it.
pub(crate) fn marks(text: &str) -> Vec<String> {
    let mut words: Vec<String> = text.split(' ').map(mark).collect();
    words.sort_unstable();
    words.dedup();
    words.extend(["inbox", "month", "team"].map(mark));
    words
}

/// Eight characters for a word, as the index keeps it: only the length and the repeats matter here.
fn mark(word: &str) -> String {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (0..8).map(|place| char::from(b"abcdefghijklmnopqrstuvwxyz234567"[(hash >> (place * 5) & 31) as usize])).collect()
}

const MESSAGE: &str = "INSERT INTO message (id, conversation_id, seq, public_seq, doc, kind, author_kind, author_id, body_sealed, language, files, \
     mentions, client_id, request_hmac, at, late, redacted_at) VALUES (?1, ?2, ?3, ?3, ?4, 'customer', 'contact', ?5, ?6, 'en', '', '', ?1, ?7, ?8, 0, NULL)";
const EVENT: &str = "INSERT INTO event (stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body) VALUES (?1, ?2, ?2, ?3, 'contact', ?4, 0, 'message', ?5)";
const CONVERSATION: &str = "UPDATE conversation SET seq = ?2, public_seq = ?2, reacted_seq = ?2, last_customer_seq = ?2, updated_at = ?3, last_message_at = ?3, \
     preview_sealed = ?4 WHERE id = ?1";
const WORDS: &str = "INSERT OR REPLACE INTO search_doc (rowid, words) VALUES (?1, ?2)";

/// Messages a second written by bare `rusqlite` in transactions of 100, on a copy of this desk's database.
pub(crate) fn grouped(database: &Path, count: usize) -> Result<f64> {
    let copy = tempfile::tempdir().context("no temporary directory")?;
    let path = copy.path().join("floor.db");
    let mut connection = open_copy(database, &path)?;
    let cases: Vec<Vec<u8>> = connection
        .prepare("SELECT id FROM conversation ORDER BY id LIMIT ?1")?
        .query_map([CONVERSATIONS as i64], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let rows = rows(count);
    let author = Uuid::new_v4();
    let begun = Instant::now();
    for group in rows.chunks(GROUP) {
        let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for row in group {
            let case = &cases[row.conversation % cases.len()];
            // Numbers that the desk has not given out, whatever it wrote before.
            let (seq, doc, at) = (row.seq + 1_000_000, row.doc + (1_i64 << 61), 1_700_000_000_000_i64);
            transaction.prepare_cached(MESSAGE)?.execute(params![
                row.id.as_bytes(),
                case,
                seq,
                doc,
                author.as_bytes(),
                row.body,
                row.hmac,
                at
            ])?;
            transaction.prepare_cached(EVENT)?.execute(params![case, seq, at, author.as_bytes(), row.event])?;
            transaction.prepare_cached(CONVERSATION)?.execute(params![case, seq, at, row.preview])?;
            transaction.prepare_cached(WORDS)?.execute(params![doc, row.words])?;
        }
        transaction.commit()?;
    }
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

fn open_copy(database: &Path, path: &Path) -> Result<Connection> {
    let source = Connection::open(database).context("the desk's database cannot be opened")?;
    source.execute("VACUUM INTO ?1", [path.to_str().context("a path that is not text")?])?;
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;")?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Single durable commits of one small row: in a file of its own, or on the server of this address.
pub(crate) fn single_commits(count: usize, url: Option<&str>) -> Result<Histogram<u64>> {
    if let Some(url) = url {
        let mut commits = pgbench::Commits::new(url)?;
        return timed(count, || commits.one());
    }
    let commits = Commits::new()?;
    timed(count, || commits.one())
}

fn timed(count: usize, mut act: impl FnMut() -> Result<()>) -> Result<Histogram<u64>> {
    let mut taken = times();
    for _ in 0..count {
        let begun = Instant::now();
        act()?;
        taken.record(begun.elapsed().as_micros() as u64)?;
    }
    Ok(taken)
}

/// A database of its own for [`single_commits`], and for a bare server that commits before it answers.
pub(crate) struct Commits {
    connection: Connection,
    _folder: tempfile::TempDir,
}

impl Commits {
    pub(crate) fn new() -> Result<Self> {
        let folder = tempfile::tempdir().context("no temporary directory")?;
        let connection = Connection::open(folder.path().join("commit.db"))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE line (id INTEGER PRIMARY KEY, body BLOB);",
        )?;
        Ok(Self { connection, _folder: folder })
    }

    pub(crate) fn one(&self) -> Result<()> {
        self.connection.prepare_cached("INSERT INTO line (body) VALUES (?1)")?.execute([vec![7_u8; 160]])?;
        Ok(())
    }
}
