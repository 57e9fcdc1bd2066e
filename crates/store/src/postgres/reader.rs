//! A thread that reads from PostgreSQL: one snapshot a query, as on SQLite.

use super::conn::{Connector, PgConn, Work};
use crate::conn::Conn;
use crate::read::Job;
use crate::seat::Seat;
use crate::{Error, Rx};
use crossbeam_channel::Receiver;

/// Serves queries until the pool is closed and empty.
pub(crate) fn read(mut seat: Seat, jobs: &Receiver<Job>, connector: &Connector, work: Work) {
    for job in jobs {
        serve(&mut seat, job, connector, work);
    }
}

pub(crate) fn serve(seat: &mut Seat, job: Job, connector: &Connector, work: Work) {
    seat.start(job.at);
    match begin(seat, connector, work) {
        Ok(()) => (job.run)(Ok(&mut Rx::new(seat))),
        Err(error) => return (job.run)(Err(Error::Unavailable(error.to_string()))),
    }
    if !conn(seat).is_closed() {
        // Nothing was written; a connection that cannot even end its transaction is replaced at the next query.
        let _ = conn(seat).batch("ROLLBACK");
    }
}

/// A connection that broke while it was idle costs a second try, not an error.
fn begin(seat: &mut Seat, connector: &Connector, work: Work) -> Result<(), Error> {
    const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
    if !conn(seat).is_closed() && conn(seat).begin(BEGIN).is_ok() {
        return Ok(());
    }
    seat.conn = Conn::Postgres(Box::new(connector.connect(work)?));
    conn(seat).begin(BEGIN)
}

fn conn(seat: &mut Seat) -> &mut PgConn {
    match &mut seat.conn {
        Conn::Postgres(conn) => conn,
        Conn::Sqlite(_) => unreachable!("this thread was given a connection to PostgreSQL"),
    }
}
