//! This process among those that serve the same database: its number, its row, its clock's distance.

use super::conn::{Connector, PgConn, Work};
use super::locks;
use crate::Error;
use crate::clock::machine_ms;
use crate::doc_ids::NODES;
use crate::shared::Shared;
use crate::text::Sql;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use uuid::Uuid;

const NOTE: &str = "INSERT INTO node (number, id, name, version, started_at, seen_at) VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT (number) DO UPDATE SET id = EXCLUDED.id, name = EXCLUDED.name, version = EXCLUDED.version,
    started_at = EXCLUDED.started_at, seen_at = EXCLUDED.seen_at";
const SEEN: &str = "UPDATE node SET seen_at = $2 WHERE number = $1";
const TIME: &str = "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)";

const MEASURED_WITHIN_MS: i64 = 20;
/// A process that was just killed may still have its connection for a moment.
const NAME_TRIES: u32 = 30;
const NAME_PAUSE: Duration = Duration::from_millis(100);

/// A connection that holds this node's number.
pub(crate) struct Node {
    pub(crate) conn: PgConn,
    number: i64,
    pub(super) name: String,
    /// What the clock was told last.
    corrected_by: i64,
}

impl Node {
    /// Takes the name, which nobody else may have, and the lowest free number, and notes both.
    pub(crate) fn join(connector: &Connector, shared: &Arc<Shared>, name: &str) -> Result<Node, Error> {
        let mut conn = connector.connect(Work::House)?;
        take_name(&mut conn, name)?;
        let number = locks::lowest_free(&mut conn, locks::NODES, NODES)?;
        shared.doc_ids().set_node(number);
        let version = env!("CARGO_PKG_VERSION");
        let now = shared.clock.now_ms();
        conn.execute(NOTE, &[&number, &shared.node, &name, &version, &now])?;
        let mut node = Node { conn, number, name: name.to_owned(), corrected_by: 0 };
        node.measure(shared)?;
        Ok(node)
    }

    /// Says "still here", and measures how far the database's clock is ahead of this machine's.
    pub(crate) fn seen(&mut self, shared: &Shared) -> Result<(), Error> {
        let now = shared.clock.now_ms();
        self.conn.execute(SEEN, &[&self.number, &now])?;
        self.measure(shared)
    }

    fn measure(&mut self, shared: &Shared) -> Result<(), Error> {
        let asked = machine_ms();
        let mut database = asked;
        self.conn.each(Sql::Fixed(TIME), &[], &mut |row| {
            database = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        // Half of the way there and back belongs to the question.
        let ahead = database - (asked + machine_ms()) / 2;
        shared.clock_ahead_ms.store(ahead, Ordering::Relaxed);
        // A few milliseconds are the measurement's own error; following them would only make the clock restless.
        if (ahead - self.corrected_by).abs() > MEASURED_WITHIN_MS {
            self.corrected_by = ahead;
            shared.clock.correct(ahead);
        }
        Ok(())
    }

    pub(crate) fn id(shared: &Shared) -> Uuid {
        shared.node
    }
}

fn take_name(conn: &mut PgConn, name: &str) -> Result<(), Error> {
    for _ in 0..NAME_TRIES {
        if locks::take_name(conn, name)? {
            return Ok(());
        }
        std::thread::sleep(NAME_PAUSE);
    }
    Err(Error::SameNode { name: name.to_owned() })
}
