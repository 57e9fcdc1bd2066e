//! Many seeds on all cores; the first that breaks a promise is played again with its trace, and named.

use crate::world::{self, Outcome};
use candor_store::flaw::{self, Flaw};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};

/// Plays seeds from `first` until one is found that breaks a promise, or `count` are through.
pub fn first_wrong(first: u64, count: u64, planted: Option<Flaw>) -> Option<u64> {
    let (next, found) = (AtomicU64::new(first), AtomicU64::new(u64::MAX));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                flaw::plant(planted);
                loop {
                    let seed = next.fetch_add(1, Ordering::SeqCst);
                    if seed >= first + count || found.load(Ordering::SeqCst) < seed {
                        return;
                    }
                    if !play(seed, false).wrong.is_empty() {
                        found.fetch_min(seed, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    let found = found.into_inner();
    (found != u64::MAX).then_some(found)
}

/// Panics that the seed has ordered are caught by the store and need not be told.
fn hush_ordered_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            if panic.payload().downcast_ref::<&str>() != Some(&ORDERED_PANIC) {
                tell(panic);
            }
        }));
    });
}

/// What a command says that panics because the seed says so.
pub const ORDERED_PANIC: &str = "panics, as the seed says";

/// Plays one seed; a panic is a broken promise too.
pub fn play(seed: u64, traced: bool) -> Outcome {
    hush_ordered_panics();
    catch_unwind(AssertUnwindSafe(|| world::play(seed, traced))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned().or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Outcome { trace: String::new(), wrong: vec![format!("nothing panics: {}", text.unwrap_or_default())] }
    })
}

/// A seed's trace and what was wrong in it, with the command that plays it again.
pub fn told(seed: u64) -> String {
    let Outcome { trace, wrong } = play(seed, true);
    let again = format!("CANDOR_SEED={seed} cargo test -p candor-app --test simulation -- one_seed --nocapture");
    format!("{trace}\nseed {seed} breaks what was promised:\n  {}\nplay it again: {again}", wrong.join("\n  "))
}

/// A number from the environment.
pub fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number, not {text}")))
}
