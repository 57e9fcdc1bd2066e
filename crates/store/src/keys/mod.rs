//! Sealing: the master key wraps a key per customer, a customer's key seals cells, a cell names its key.
//! Keys are opened here and nowhere else; wrapped keys live in `customer_key` and nowhere else.

mod cell;
mod erased;
mod master;
mod ring;
mod secrets;
mod vault;

pub(crate) use cell::RawKey;
pub use cell::{Cell, KeyId, SealError};
pub use erased::Erased;
pub use master::MasterKey;
pub(crate) use ring::KeyRing;
pub(crate) use secrets::{apply_erased, open_vault};
pub(crate) use vault::Vault;
