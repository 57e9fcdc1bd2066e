//! Notes to and from other nodes, each way on its own connection and never inside a commit, where NOTIFY takes a global lock.
//! Notes may be lost while a connection is away; receivers are told of the gap.

use super::conn::{Connector, PgConn, Work};
use super::node::Node;
use super::wire;
use crate::Error;
use crate::notes::Note;
use crate::shared::Shared;
use crate::text::Sql;
use crossbeam_channel::Receiver;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const NOTIFY: &str = "SELECT TRUE FROM pg_notify('candor', $1)";
const LISTEN: &str = "LISTEN candor";
/// How soon a closing store is noticed, and how often a lost connection is tried again.
const LOOK: Duration = Duration::from_millis(250);
const SEEN: Duration = Duration::from_secs(5);

/// Sends notes until the store closes.
pub(crate) fn tell(shared: &Arc<Shared>, connector: &Connector, notes: &Receiver<Note>, stopped: &Receiver<()>) {
    let mut conn: Option<PgConn> = None;
    let mut held = None;
    while let Some(first) = held.take().or_else(|| next(notes, stopped)) {
        let Some(text) = batch(shared, first, notes, &mut held) else { continue };
        if conn.as_ref().is_none_or(PgConn::is_closed) {
            conn = connector.connect(Work::House).ok();
        }
        let Some(open) = &mut conn else { continue };
        if let Err(error) = send(open, &text) {
            tracing::debug!(%error, "notes to other nodes were lost");
            conn = None;
        }
    }
}

/// The next note; `None` when the store is closing and none waits.
fn next(notes: &Receiver<Note>, stopped: &Receiver<()>) -> Option<Note> {
    crossbeam_channel::select_biased! {
        recv(notes) -> note => note.ok(),
        recv(stopped) -> _ => None,
    }
}

fn send(conn: &mut PgConn, text: &str) -> Result<(), Error> {
    conn.each(Sql::Fixed(NOTIFY), &[&text], &mut |_| Ok(ControlFlow::Break(())))
}

/// The first note with those that wait behind it; the one that does not fit any more is held for the next batch.
fn batch(shared: &Shared, first: Note, notes: &Receiver<Note>, held: &mut Option<Note>) -> Option<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut room = wire::BYTES;
    let mut next = Some(first);
    while let Some(note) = next {
        if let Some(line) = wire::line(&note).filter(|line| lines.last() != Some(line)) {
            let Some(left) = room.checked_sub(line.len() + 1) else {
                *held = Some(note);
                break;
            };
            room = left;
            lines.push(line);
        }
        next = if lines.len() < wire::NOTES { notes.try_recv().ok() } else { None };
    }
    (!lines.is_empty()).then(|| wire::join(Node::id(shared), &lines))
}

/// Passes on other nodes' notes until the store closes, and keeps this node's number.
pub(crate) fn listen(shared: &Arc<Shared>, connector: &Connector, mut node: Node) {
    while !shared.closing.load(Ordering::Relaxed) {
        if let Err(error) = hear(shared, &mut node) {
            tracing::warn!(%error, "the connection that hears other nodes is lost");
        }
        while !shared.closing.load(Ordering::Relaxed) {
            std::thread::sleep(LOOK);
            match Node::join(connector, shared, &node.name) {
                Ok(again) => {
                    node = again;
                    shared.send_here([Note::Gap]);
                    break;
                }
                Err(error @ Error::SameNode { .. }) => tracing::error!(%error, "this node hears no others until the name is free"),
                Err(error) => tracing::debug!(%error, "the connection that hears other nodes is tried again"),
            }
        }
    }
}

fn hear(shared: &Shared, node: &mut Node) -> Result<(), Error> {
    node.conn.batch(LISTEN)?;
    let mut seen = Instant::now();
    while !shared.closing.load(Ordering::Relaxed) {
        for notification in node.conn.heard(LOOK)? {
            shared.send_here(wire::split(Node::id(shared), notification.payload()));
        }
        if node.conn.is_closed() {
            return Err(Error::Unavailable("the server closed the connection".to_owned()));
        }
        if seen.elapsed() >= SEEN {
            seen = Instant::now();
            node.seen(shared)?;
        }
    }
    Ok(())
}
