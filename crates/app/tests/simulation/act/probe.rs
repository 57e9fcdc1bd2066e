//! Two followers that write down what they are given, and fail on some events: once, thrice, or until somebody mends it.

use candor_app::reactor::{Follow, Followers, Left, standard};
use candor_app::{Error, Result};
use candor_domain::event::Recorded;
use candor_store::Tx;
use candor_store::conversation::Stored;
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

const NOTE: &str = "INSERT INTO sim_effect (follower, stream, seq) VALUES ($1, $2, $3)";

/// What the probes of a world share through all its lives.
#[derive(Default)]
pub struct Plan {
    pub seed: u64,
    /// How often each has been asked for an event, rolled back or not.
    pub asked: Mutex<BTreeMap<(&'static str, Uuid, i64), u32>>,
    /// The followers' faults are mended.
    pub mended: AtomicBool,
}

struct Probe {
    name: &'static str,
    plan: Arc<Plan>,
}

/// The desk's own followers with the two probes behind them.
pub fn followers(plan: &Arc<Plan>) -> Followers {
    let probe = |name| Box::new(Probe { name, plan: Arc::clone(plan) }) as Box<dyn Follow>;
    standard().into_iter().chain(["ordered", "loose"].map(probe)).collect()
}

impl Follow for Probe {
    fn name(&self) -> &'static str {
        self.name
    }

    fn needs_order(&self) -> bool {
        self.name == "ordered"
    }

    fn follow(&self, tx: &mut Tx<'_>, stored: &Stored, recorded: &Recorded, _left: &mut Left) -> Result<()> {
        let (stream, seq) = (stored.case.id.0, recorded.seq);
        let asked = {
            let mut all = self.plan.asked.lock().unwrap();
            let asked = all.entry((self.name, stream, seq)).or_default();
            *asked += 1;
            *asked
        };
        tx.execute(NOTE, &[&self.name, &stream, &seq])?;
        // It fails after it has acted, so that something is there to be undone.
        if asked <= self.failures(stream, seq) && !self.plan.mended.load(Ordering::SeqCst) {
            return Err(Error::Conflict("fails, as the seed says"));
        }
        Ok(())
    }
}

impl Probe {
    /// How often this event fails.
    fn failures(&self, stream: Uuid, seq: i64) -> u32 {
        let mut hash = DefaultHasher::new();
        (self.plan.seed, self.name, stream, seq).hash(&mut hash);
        match hash.finish() % 100 {
            0..3 => u32::MAX,
            3..6 => 1,
            6..8 => 3,
            _ => 0,
        }
    }
}
