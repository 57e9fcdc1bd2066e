//! What an inbox is: its channel, its widget's settings and which pages may use it.

mod origin;
mod proof_of_work;
mod widget;

pub use origin::{Origin, OriginError};
pub use proof_of_work::{BITS, ProofMode, ProofOfWork, has_zero_bits};
pub use widget::{Position, WidgetPatch, WidgetSettings};

use crate::word::words;

words! {
    /// How a conversation arrives.
    Channel {
        Web = "web",
        App = "app",
        Email = "email",
    }
    /// How the exchange signs who its customer is.
    IdentityAlgorithm {
        Hs256 = "HS256",
        EdDsa = "EdDSA",
    }
}
