//! The raw limit of PostgreSQL: the statements of one message, run by its own `pgbench` in one transaction, on the database
//! that a desk has left behind.

use crate::floor::{marks, sentence_cell};
use crate::ingest::{CONVERSATIONS, sentence};
use anyhow::{Context, Result, ensure};
use postgres::{Client, NoTls, Statement};
use std::fmt::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

const CLIENTS: &str = "32";
const THREADS: &str = "2";
/// How many different messages there are words of.
const TEXTS: usize = 1_000;

/// Ids rise with time, as the desk's own do; clients choose theirs by chance.
const SCRIPT: &str = r"\set n random(:first, :last)
\set text random(1, 1000)
BEGIN;
SELECT id AS case_id, contact_id, seq + 1000001 AS seq, inbox_id FROM conversation WHERE number = :n FOR UPDATE \gset
SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT) AS at, CAST(lpad(to_hex(CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)), 12, '0') || substr(md5(CAST(random() AS TEXT)), 1, 20) AS UUID) AS id, CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT) * 64 + :client_id AS doc \gset
SELECT id FROM message WHERE conversation_id = :case_id AND client_id = :id AND author_kind = 'contact';
INSERT INTO event (stream, seq, public_seq, at, actor_kind, actor_id, depth, kind, body) VALUES (:case_id, :seq, :seq, :at, 'contact', :contact_id, 0, 'message', '{{EVENT}}');
INSERT INTO message (id, conversation_id, seq, public_seq, doc, kind, author_kind, author_id, body_sealed, language, files, mentions, client_id, request_hmac, at, late, redacted_at) VALUES (:id, :case_id, :seq, :seq, :doc, 'customer', 'contact', :contact_id, '{{BODY}}', 'en', '', '', gen_random_uuid(), '{{HMAC}}', :at, false, NULL);
UPDATE conversation SET seq = seq + 1, public_seq = public_seq + 1, last_customer_seq = :seq, updated_at = :at, last_message_at = :at, preview_sealed = '{{BODY}}' WHERE id = :case_id;
INSERT INTO dirty (stream_id, kind, since, mark) VALUES (:case_id, 'conversation', :at, 1) ON CONFLICT (stream_id) DO UPDATE SET mark = dirty.mark + 1;
INSERT INTO search_doc (doc, words) SELECT CAST(:doc AS BIGINT), CAST(words AS TSVECTOR) FROM floor_text WHERE n = :text;
COMMIT;
";

/// Durable commits of one small row each, in a table of their own: one trip to the server, a transaction by itself.
pub(crate) struct Commits {
    client: Client,
    insert: Statement,
}

impl Commits {
    pub(crate) fn new(url: &str) -> Result<Self> {
        let mut client = Client::connect(url, NoTls).context("PostgreSQL does not answer")?;
        client.batch_execute("CREATE TABLE IF NOT EXISTS floor_line (id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body BYTEA)")?;
        let insert = client.prepare("INSERT INTO floor_line (body) VALUES ($1)")?;
        Ok(Self { client, insert })
    }

    pub(crate) fn one(&mut self) -> Result<()> {
        self.client.execute(&self.insert, &[&vec![7_u8; 160]])?;
        Ok(())
    }
}

/// Messages a second that `pgbench` writes with 32 clients. The desk of this database must be down: its reactor would follow.
pub(crate) fn messages_per_second(url: &str, time: Duration) -> Result<f64> {
    let mut client = Client::connect(url, NoTls).context("PostgreSQL does not answer")?;
    client.batch_execute(&texts())?;
    let first: i64 = client.query_one("SELECT MIN(number) FROM conversation", &[])?.get(0);
    let folder = tempfile::tempdir().context("no temporary directory")?;
    let script = folder.path().join("message.sql");
    std::fs::write(&script, filled()).context("cannot write the script")?;
    let last = first + i64::try_from(CONVERSATIONS)? - 1;
    let said = Command::new(program()?)
        .args(["-n", "-M", "prepared", "-c", CLIENTS, "-j", THREADS, "-T", &time.as_secs().to_string()])
        .args(["-D", &format!("first={first}"), "-D", &format!("last={last}"), "-f"])
        .arg(&script)
        .arg(url)
        .output()
        .context("cannot run pgbench")?;
    let text = String::from_utf8_lossy(&said.stdout).into_owned();
    ensure!(said.status.success(), "pgbench failed:\n{text}\n{}", String::from_utf8_lossy(&said.stderr));
    let rate = text.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    rate.with_context(|| format!("pgbench told no rate:\n{text}"))
}

fn filled() -> String {
    let hex = |bytes: &[u8]| bytes.iter().fold("\\x".to_owned(), |text, byte| format!("{text}{byte:02x}"));
    let event = r#"{"type":"message","message":"01930000-0000-7000-8000-000000000000","kind":"customer"}"#;
    SCRIPT.replace("{{EVENT}}", event).replace("{{BODY}}", &hex(&sentence_cell(0))).replace("{{HMAC}}", &hex(&[9; 32]))
}

/// The words of some messages, so that making them costs `pgbench` nothing.
fn texts() -> String {
    let mut sql = "CREATE TABLE floor_text (n BIGINT PRIMARY KEY, words TEXT NOT NULL);\nINSERT INTO floor_text VALUES ".to_owned();
    for number in 1..=TEXTS {
        let end = if number == TEXTS { ";" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(sql, "({number}, '{}'){end}", marks(&sentence(number)).join(" "));
    }
    sql
}

/// The newest `pgbench` of this machine.
fn program() -> Result<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin/pgbench")))
        .filter(|path| path.exists())
        .collect();
    found.sort();
    found.pop().context("there is no pgbench: install PostgreSQL")
}
