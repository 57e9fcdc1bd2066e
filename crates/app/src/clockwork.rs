//! Ids and secrets: made before a command runs, from a clock and a source of randomness that a simulation can seed.

use candor_store::Clock;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::sync::{Arc, Mutex, PoisonError};
use uuid::Uuid;

/// Makes ids and random secrets.
pub struct Ids {
    clock: Arc<dyn Clock>,
    random: Mutex<StdRng>,
}

impl Ids {
    /// From the operating system's randomness.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, random: Mutex::new(rand::make_rng()) }
    }

    /// The same ids for the same seed and clock.
    pub fn seeded(clock: Arc<dyn Clock>, seed: u64) -> Self {
        Self { clock, random: Mutex::new(StdRng::seed_from_u64(seed)) }
    }

    /// A new id of any kind: `let id: MessageId = app.ids.make();`.
    pub fn make<T: From<Uuid>>(&self) -> T {
        let millis = u64::try_from(self.clock.now_ms()).unwrap_or(0);
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid())
    }

    /// Random bytes for tokens and secrets.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }
}
