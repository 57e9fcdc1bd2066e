//! A thread that reads from SQLite: one snapshot and one deadline a query.

use super::conn::SqliteConn;
use crate::conn::Conn;
use crate::read::Job;
use crate::seat::Seat;
use crate::{Error, Rx};
use crossbeam_channel::Receiver;
use std::time::Duration;

/// Serves queries until the pool is closed and empty.
pub(crate) fn read(mut seat: Seat, jobs: &Receiver<Job>, deadline: Duration) {
    for job in jobs {
        serve(&mut seat, job, deadline);
    }
}

pub(crate) fn serve(seat: &mut Seat, job: Job, deadline: Duration) {
    seat.start(job.at);
    conn(seat).stop_after(deadline);
    match conn(seat).control("BEGIN") {
        Ok(()) => (job.run)(Ok(&mut Rx::new(seat))),
        Err(error) => (job.run)(Err(Error::Unavailable(error.to_string()))),
    }
    conn(seat).never_stop();
    // An interrupted query may have ended the transaction already.
    if conn(seat).in_transaction() {
        let _ = conn(seat).control("ROLLBACK");
    }
}

fn conn(seat: &mut Seat) -> &mut SqliteConn {
    match &mut seat.conn {
        Conn::Sqlite(conn) => conn,
        Conn::Postgres(_) => unreachable!("this thread was given a connection to SQLite"),
    }
}
