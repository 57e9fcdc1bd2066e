//! Sealing: the master key wraps a key per customer, a customer's key seals cells, a cell names its key.
//! Keys are opened here and nowhere else; wrapped keys live in `customer_key` and nowhere else.

mod cell;
mod erased;
mod master;
mod renew;
mod ring;
mod rotate;
mod secrets;
mod vault;

pub(crate) use cell::RawKey;
pub use cell::{Cell, KeyId, SealError};
pub use erased::Erased;
pub use master::{MasterKey, MasterName};
pub use renew::{Renewal, renew_case, renew_contact, renew_files, renew_messages, retire_keys};
pub(crate) use ring::KeyRing;
pub use rotate::{Master, Rewrapped, begin_rotation, end_rotation, masters, rewrap};
pub(crate) use secrets::{are_sealed, open_vault};
pub(crate) use vault::Vault;
