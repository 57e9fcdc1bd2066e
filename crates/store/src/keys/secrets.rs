//! Opens the vault: reads the desk's own wrapped keys, or makes them in an empty database.

use super::cell::{KeyId, RawKey, SealError};
use super::master::MasterKey;
use super::vault::{SECRET_ID, SECRETS, Vault, open_secret};
use crate::Error;
use crate::conn::Conn;
use crate::seat::Seat;
use crate::text::Sql;
use rand::Rng;
use std::ops::ControlFlow;
use zeroize::Zeroizing;

const SELECT: &str = "SELECT wrapped FROM secret WHERE name = $1";
const INSERT: &str = "INSERT INTO secret (name, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
const MARKED: &str = "SELECT id FROM master_key WHERE state = 'current'";
const MARK: &str = "INSERT INTO master_key (id, state, since) VALUES ($1, 'current', $2) ON CONFLICT (id) DO NOTHING";
const WORKSPACE: &str = "SELECT id FROM customer_key WHERE purpose = 'workspace' ORDER BY id LIMIT 1";

/// Whether keys were ever wrapped here; asked before anybody makes a new master key.
pub(crate) fn are_sealed(conn: &mut Conn) -> Result<bool, Error> {
    let mut found = false;
    conn.each(Sql::Fixed("SELECT 1 FROM secret LIMIT 1"), &[], &mut |_| {
        found = true;
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}

/// Opens the vault of a database that is already migrated. `make`: the caller may write and is alone.
pub(crate) fn open_vault(seat: &mut Seat, master: &MasterKey, make: bool) -> Result<(), Error> {
    let master = &marked(seat, master)?;
    let mut opened = Vec::with_capacity(SECRETS.len());
    for name in SECRETS {
        if make {
            make_secret(seat, master, name)?;
        }
        let wrapped: Vec<u8> = first(seat, SELECT, &[&name])?.ok_or(Error::NotFound)?;
        opened.push(open_secret(master, name, &wrapped)?);
    }
    let [blind, mark, signing]: [RawKey; 3] = opened.try_into().map_err(|_| Error::NotFound)?;
    if make {
        let (name, at) = (master.name().to_string(), seat.at);
        seat.execute(MARK, &[&name, &at])?;
    }
    seat.shared.set_vault(Vault::new(master.clone(), &blind, &mark, signing));
    let workspace = match first(seat, WORKSPACE, &[])? {
        Some(id) => KeyId(id),
        None if make => seat.new_key(None, "workspace")?,
        None => return Err(Error::NotFound),
    };
    seat.shared.vault().set_workspace(workspace);
    Ok(())
}

/// The given keys, led by the one that the database names as its own. A database without a name yet takes the first that opens it.
fn marked(seat: &mut Seat, master: &MasterKey) -> Result<MasterKey, Error> {
    if let Some(name) = first::<String>(seat, MARKED, &[])? {
        return master.led_by(&name).ok_or_else(|| {
            let given: Vec<String> = master.names().iter().map(ToString::to_string).collect();
            tracing::error!(wanted = name, given = given.join(", "), "this database was sealed with another master key");
            SealError::WrongMaster.into()
        });
    }
    let Some(wrapped) = first::<Vec<u8>>(seat, SELECT, &[&SECRETS[0]])? else { return Ok(master.clone()) };
    let opens = |name: &String| master.led_by(name).filter(|led| led.without_older().unwrap(SECRETS[0], SECRET_ID, &wrapped).is_ok());
    master.names().iter().map(ToString::to_string).find_map(|name| opens(&name)).ok_or(SealError::WrongMaster.into())
}

fn make_secret(seat: &mut Seat, master: &MasterKey, name: &'static str) -> Result<(), Error> {
    let (mut raw, mut nonce) = (Zeroizing::new([0; 32]), [0; 12]);
    seat.random.fill_bytes(raw.as_mut_slice());
    seat.random.fill_bytes(&mut nonce);
    let wrapped = master.wrap(name, SECRET_ID, &raw, nonce);
    let at = seat.at;
    seat.execute(INSERT, &[&name, &wrapped, &at])?;
    Ok(())
}

pub(super) fn first<T: crate::Column>(seat: &mut Seat, sql: &'static str, values: &[&dyn crate::Value]) -> Result<Option<T>, Error> {
    let mut found = None;
    seat.each(Sql::Fixed(sql), values, &mut |row| {
        found = Some(row.get(0)?);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}
