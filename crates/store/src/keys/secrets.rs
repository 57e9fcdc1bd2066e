//! Opens the vault: reads the desk's own wrapped keys, or makes them in an empty database.

use super::cell::{KeyId, RawKey};
use super::master::MasterKey;
use super::vault::{SECRET_ID, SECRETS, Vault, open_secret};
use crate::Error;
use crate::seat::Seat;
use crate::text::Sql;
use rand::Rng;
use std::ops::ControlFlow;
use zeroize::Zeroizing;

const SELECT: &str = "SELECT wrapped FROM secret WHERE name = $1";
const INSERT: &str = "INSERT INTO secret (name, wrapped, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
const WORKSPACE: &str = "SELECT id FROM customer_key WHERE purpose = 'workspace' ORDER BY id LIMIT 1";
const DESTROY: &str = "DELETE FROM customer_key WHERE id = $1";

/// Opens the vault of a database that is already migrated. `make`: the caller may write and is alone.
pub(crate) fn open_vault(seat: &mut Seat, master: &MasterKey, make: bool) -> Result<(), Error> {
    let mut opened = Vec::with_capacity(SECRETS.len());
    for name in SECRETS {
        if make {
            make_secret(seat, master, name)?;
        }
        let wrapped: Vec<u8> = first(seat, SELECT, &[&name])?.ok_or(Error::NotFound)?;
        opened.push(open_secret(master, name, &wrapped)?);
    }
    let [blind, mark, signing]: [RawKey; 3] = opened.try_into().map_err(|_| Error::NotFound)?;
    seat.shared.set_vault(Vault::new(master.clone(), &blind, &mark, signing));
    let workspace = match first(seat, WORKSPACE, &[])? {
        Some(id) => KeyId(id),
        None if make => seat.new_key(None, "workspace")?,
        None => return Err(Error::NotFound),
    };
    seat.shared.vault().set_workspace(workspace);
    Ok(())
}

/// Destroys again what was destroyed before the copy was made that this database came from.
pub(crate) fn apply_erased(seat: &mut Seat, keys: &[KeyId]) -> Result<u64, Error> {
    let mut gone = 0;
    for key in keys {
        gone += seat.execute(DESTROY, &[&key.0])?;
    }
    Ok(gone)
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

fn first<T: crate::Column>(seat: &mut Seat, sql: &'static str, values: &[&dyn crate::Value]) -> Result<Option<T>, Error> {
    let mut found = None;
    seat.each(Sql::Fixed(sql), values, &mut |row| {
        found = Some(row.get(0)?);
        Ok(ControlFlow::Break(()))
    })?;
    Ok(found)
}
