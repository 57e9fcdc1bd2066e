//! What messages take on the disk, by table and index, beside the bytes of their text.

use super::FiguresArgs;
use crate::desk::Desk;
use crate::ingest::{self, sentence};
use crate::report::{Figure, Must, line, round};
use anyhow::{Context, Result};
use postgres::{Client, NoTls};
use rusqlite::Connection;
use serde_json::json;

const MEGABYTE: f64 = 1_048_576.0;
/// How many of the largest parts are named.
const NAMED: usize = 16;

/// Bytes by table or index, the largest first.
type Parts = Vec<(String, f64)>;

pub(super) async fn run(args: &FiguresArgs) -> Result<bool> {
    let mut desk = Desk::start(&args.desk).await?;
    ingest::flood(&desk, args.messages, 1).await?;
    let text: f64 = (0..args.messages).map(|number| sentence(number).len() as f64).sum();
    desk.kill()?;
    let (file, url) = (desk.database_file(), desk.database_url());
    let beside_it = match &url {
        Some(_) => 0.0,
        None => std::fs::metadata(file.with_extension("db-wal")).context("no log beside the database")?.len() as f64,
    };
    let read = move || match url {
        Some(url) => on_postgres(&url),
        None => on_sqlite(&file),
    };
    let parts = tokio::task::spawn_blocking(read).await.context("the thread panicked")??;
    let whole: f64 = parts.iter().map(|(_, bytes)| bytes).sum();
    let (database, count) = (args.desk.database(), args.messages as f64);
    for (name, bytes) in parts.iter().take(NAMED) {
        line(&json!({ "part": name, "database": database, "mb": round(bytes / MEGABYTE), "bytes_a_message": round(bytes / count) }));
    }
    let log = if beside_it > 0.0 { format!(", and {:.1} MB of log that is used again", beside_it / MEGABYTE) } else { String::new() };
    let figure = Figure {
        name: &format!("disk, {database}, {} messages of {:.0} bytes", args.messages, text / count),
        measured: format!("{:.1} MB: tables, indexes, search, events{log}", whole / MEGABYTE),
        beside: format!("their text: {:.1} MB", text / MEGABYTE),
        value: whole / text,
        must: Must::Stay(6.0, 4.0),
        rounds: json!(parts.len()),
    };
    Ok(figure.print())
}

/// After a checkpoint everything lies in the one file.
fn on_sqlite(file: &std::path::Path) -> Result<Parts> {
    let connection = Connection::open(file).context("the desk's database cannot be opened")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut statement = connection.prepare("SELECT name, SUM(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")?;
    let parts = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as f64)))?;
    Ok(parts.collect::<rusqlite::Result<_>>()?)
}

fn on_postgres(url: &str) -> Result<Parts> {
    const SIZES: &str = "SELECT CAST(relname AS TEXT), pg_table_size(oid) FROM pg_class WHERE relkind IN ('r', 'i') \
         AND relnamespace = CAST('public' AS REGNAMESPACE) ORDER BY 2 DESC";
    let mut client = Client::connect(url, NoTls).context("PostgreSQL does not answer")?;
    client.batch_execute("CHECKPOINT")?;
    Ok(client.query(SIZES, &[])?.into_iter().map(|row| (row.get(0), row.get::<_, i64>(1) as f64)).collect())
}
