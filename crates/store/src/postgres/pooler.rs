//! Recognises a pooler that hands a server's connection to another client after each transaction (PgBouncer's
//! `pool_mode = transaction` and its like). It speaks plain texts only: prepared statements are among what breaks there.

use super::conn::Connector;
use crate::Error;
use postgres::{Client, SimpleQueryMessage};
use uuid::Uuid;

/// A pooler that spreads its clients over connections by turns gives itself away after a few.
const ROUNDS: usize = 4;

/// Two clients side by side: on real connections each keeps its own session and its own process.
pub(crate) fn is_pooled(connector: &Connector) -> Result<bool, Error> {
    let (mut first, mut second) = (connector.bare()?, connector.bare()?);
    let own = pid(&mut first)?;
    for _ in 0..ROUNDS {
        let secret = Uuid::from_u128(rand::random()).simple().to_string();
        ask(&mut first, &format!("SELECT set_config('candor.session', '{secret}', false)"))?;
        second.batch_execute("BEGIN")?;
        let leaked = ask(&mut second, "SELECT current_setting('candor.session', true)")? == secret;
        // The other one's transaction holds whatever connection it was given: a shared one cannot be had now.
        let moved = pid(&mut first)? != own;
        let lost = ask(&mut first, "SELECT current_setting('candor.session', true)")? != secret;
        second.batch_execute("ROLLBACK")?;
        if leaked || moved || lost {
            return Ok(true);
        }
    }
    Ok(false)
}

fn pid(client: &mut Client) -> Result<String, Error> {
    ask(client, "SELECT pg_backend_pid()")
}

/// The first value of the first row; nothing reads as an empty text.
fn ask(client: &mut Client, sql: &str) -> Result<String, Error> {
    let value = client.simple_query(sql)?.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    Ok(value.unwrap_or_default())
}
