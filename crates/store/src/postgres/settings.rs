//! Settings of the server under which "acknowledged" would not mean "kept".

use super::conn::PgConn;
use crate::Error;
use crate::text::Sql;
use std::ops::ControlFlow;

const SHOW: [(&str, &str); 3] = [
    ("fsync", "SELECT current_setting('fsync')"),
    ("full_page_writes", "SELECT current_setting('full_page_writes')"),
    ("synchronous_commit", "SELECT current_setting('synchronous_commit')"),
];

/// Refuses a server that may forget what it has confirmed.
pub(crate) fn refuse_unsafe(conn: &mut PgConn) -> Result<(), Error> {
    for (name, sql) in SHOW {
        let mut value = String::new();
        conn.each(Sql::Fixed(sql), &[], &mut |row| {
            value = row.get(0)?;
            Ok(ControlFlow::Break(()))
        })?;
        if value == "off" {
            return Err(Error::Unsafe {
                what: format!("PostgreSQL's {name} = off"),
                remedy: format!("set {name} = on for this server, database and role"),
            });
        }
    }
    Ok(())
}
