//! Transactions that meet on PostgreSQL: 2 to 4 commands on connections of their own, stopped before every statement; the seed
//! says who goes on. After each meeting the promises are looked at.
//!
//! `CANDOR_MEETINGS` says how many meetings there are, `CANDOR_MEETING` plays one and prints who did what.
#![allow(
    unreachable_pub,
    clippy::unwrap_used,
    clippy::allow_attributes,
    reason = "a program of tests: nobody else sees it, and it may stop at the first surprise"
)]

#[path = "../desk/mod.rs"]
mod desk;
mod pairs;
mod promises;
mod room;

use candor_store::flaw::{self, Flaw};
use room::Room;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many meetings there are when nobody says.
const MEETINGS: u64 = 200;

/// Plays meetings on two desks at a time until one breaks a promise; answers its seed and what was wrong.
fn first_wrong(seeds: impl Iterator<Item = u64>, planted: Option<Flaw>) -> Option<(u64, Vec<String>)> {
    let seeds: Vec<u64> = seeds.collect();
    let (next, found) = (AtomicU64::new(0), std::sync::Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut room = Room::open(planted);
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::SeqCst) as usize) {
                    let (_, wrong) = pairs::meet(&mut room, *seed);
                    if !wrong.is_empty() {
                        let mut found = found.lock().unwrap();
                        if found.as_ref().is_none_or(|(first, _)| seed < first) {
                            *found = Some((*seed, wrong));
                        }
                        next.store(seeds.len() as u64, Ordering::SeqCst);
                    }
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn from_environment(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a whole number, not {text}")))
}

#[test]
fn every_meeting_keeps_every_promise() {
    let count = from_environment("CANDOR_MEETINGS").unwrap_or(MEETINGS);
    let begun = std::time::Instant::now();
    if let Some((seed, wrong)) = first_wrong(1..=count, None) {
        let (story, again) = pairs::meet(&mut Room::open(None), seed);
        panic!(
            "{story}\nmeeting {seed} breaks what was promised: {wrong:#?}\nand played again: {again:#?}\n\
             play it again: CANDOR_MEETING={seed} cargo test -p candor-app --test meetings -- one_meeting --nocapture"
        );
    }
    println!("{count} meetings in {:.1} s", begun.elapsed().as_secs_f64());
}

#[test]
fn one_meeting() {
    let Some(seed) = from_environment("CANDOR_MEETING") else { return };
    let (story, wrong) = pairs::meet(&mut Room::open(None), seed);
    println!("{story}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let (mut one, mut other) = (Room::open(None), Room::open(None));
    for seed in 1..=12 {
        let (first, _) = pairs::meet(&mut one, seed);
        let (second, _) = pairs::meet(&mut other, seed);
        assert_eq!(first, second, "meeting {seed}");
    }
}

/// How many meetings may pass before a planted flaw is found.
const SOON: u64 = 120;

/// Plants a flaw where it can matter, and asks which promise it breaks.
fn finds(flaw: Flaw, pair: pairs::Pair, promises: &[&str]) {
    let seeds = (1..).filter(|seed| pairs::Pair::of(*seed) == pair).take(SOON as usize);
    let found = first_wrong(seeds, Some(flaw));
    flaw::plant(None);
    let (seed, wrong) = found.unwrap_or_else(|| panic!("{flaw:?} was not found in {SOON} meetings"));
    let named = wrong.iter().any(|one| promises.iter().any(|promise| one.starts_with(promise)));
    assert!(named, "{flaw:?} broke something else, in meeting {seed}: {wrong:#?}");
}

#[test]
fn writers_lock_their_stream() {
    finds(Flaw::WritesUnlocked, pairs::Pair::MessageAndReactor, &["nothing lost", "an answer says what happened", "seq has no gap"]);
}

#[test]
fn reactors_lock_the_stream() {
    finds(Flaw::ReactsUnlocked, pairs::Pair::TwoReactors, &["effects happen once"]);
}

#[test]
fn a_late_finisher_changes_nothing() {
    finds(Flaw::FinishesWithoutLease, pairs::Pair::ClaimAndLateFinisher, &["a job has one result"]);
}

#[test]
fn a_merge_locks_what_it_moves() {
    finds(Flaw::MergesUnlocked, pairs::Pair::MergeAndMessage, &["nothing lost", "an answer says what happened", "seq has no gap"]);
}

#[test]
fn a_lane_has_one_writer() {
    finds(Flaw::SharesLane, pairs::Pair::LaneTakenOver, &["an answer says what happened", "the audit chain is whole"]);
}
