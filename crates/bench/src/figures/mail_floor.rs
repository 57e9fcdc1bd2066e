//! What taking mail costs this machine and nothing else: each mail a synced file, and one writer that commits the rows of all that wait.

use anyhow::{Context, Result};
use rusqlite::Connection;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

/// A row that waits to be durable, and who waits for it.
type Waiting = (usize, Sender<()>);

/// Mails a second that `servers` at the same time make durable, each before the next of the same server.
pub(super) fn mails_per_second(count: usize, servers: usize, size: usize) -> Result<f64> {
    let folder = tempfile::tempdir().context("no temporary directory")?;
    let connection = Connection::open(folder.path().join("mails.db"))?;
    connection
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE mail (id INTEGER PRIMARY KEY, head BLOB);")?;
    let (rows, waiting) = channel();
    let begun = Instant::now();
    thread::scope(|scope| {
        let writer = scope.spawn(move || commit(&connection, &waiting));
        let path = folder.path();
        let share = move |server: usize| (server..count).step_by(servers);
        let all: Vec<_> = (0..servers).map(|server| (server, rows.clone())).collect();
        drop(rows);
        let handing: Vec<_> = all.into_iter().map(|(server, rows)| scope.spawn(move || keep(path, share(server), size, &rows))).collect();
        for server in handing {
            server.join().map_err(|_| anyhow::anyhow!("a thread panicked"))??;
        }
        writer.join().map_err(|_| anyhow::anyhow!("the writer panicked"))?
    })?;
    Ok(count as f64 / begun.elapsed().as_secs_f64())
}

/// Commits all rows that wait together.
fn commit(connection: &Connection, waiting: &Receiver<Waiting>) -> Result<()> {
    while let Ok(first) = waiting.recv() {
        let group: Vec<Waiting> = std::iter::once(first).chain(waiting.try_iter()).collect();
        let transaction = connection.unchecked_transaction()?;
        for (number, _) in &group {
            transaction.prepare_cached("INSERT INTO mail (id, head) VALUES (?1, ?2)")?.execute((*number as i64, vec![7_u8; 400]))?;
        }
        transaction.commit()?;
        for (_, done) in group {
            // Whoever has ended waits no more.
            let _ = done.send(());
        }
    }
    Ok(())
}

/// Writes each mail to a file under another name first, syncs and renames it, syncs its folder, and waits for its row.
fn keep(folder: &Path, numbers: impl Iterator<Item = usize>, size: usize, rows: &Sender<Waiting>) -> Result<()> {
    let mail = vec![7; size];
    for number in numbers {
        let (arriving, kept) = (folder.join(format!("{number}.part")), folder.join(number.to_string()));
        let mut file = File::create_new(&arriving)?;
        file.write_all(&mail)?;
        file.sync_all()?;
        fs::rename(&arriving, &kept)?;
        File::open(folder)?.sync_all()?;
        let (done, committed) = channel();
        rows.send((number, done)).context("the writer has ended")?;
        committed.recv().context("the writer has ended")?;
    }
    Ok(())
}
