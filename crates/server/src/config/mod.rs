//! What the operator decides, from defaults, `candor.toml`, `CANDOR_*` variables and flags, in rising order.

mod network;

pub use network::Network;
