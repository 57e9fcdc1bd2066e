//! Every parser over its seeds and over what becomes of them when they are damaged: as much as fits into a moment. `fuzz/` goes on.

#![expect(clippy::unwrap_used, reason = "a test stops at its first surprise")]

use candor_hostile::{ALL, seeds};
use std::path::Path;

/// The longest input: builds for tests are slow.
const LONGEST: usize = 6 << 10;

/// Inputs of each parser; `CANDOR_DAMAGED` says another number.
fn most() -> usize {
    std::env::var("CANDOR_DAMAGED").ok().and_then(|number| number.parse().ok()).unwrap_or(100)
}

/// Numbers that look random and are the same in every run (xorshift).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}

/// The seed with bytes changed, doubled and taken away, and its end replaced by another's.
fn damaged(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=numbers.below(6) {
        let (at, end) = (numbers.below(bytes.len()), numbers.below(bytes.len() + 1));
        let (at, end) = (at.min(end), at.max(end));
        match numbers.below(4) {
            0 if at < bytes.len() => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
            1 => drop(bytes.drain(at..end.min(at + 40))),
            2 => {
                let again = bytes[at..end.min(at + 40)].to_vec();
                bytes.splice(at..at, again);
            }
            _ => {
                bytes.truncate(end);
                bytes.extend_from_slice(&other[numbers.below(other.len())..]);
            }
        }
    }
    bytes.truncate(LONGEST);
    bytes
}

#[test]
fn every_parser_keeps_its_promises_over_its_seeds_and_what_is_made_of_them() {
    let half = most() / 2;
    for parser in ALL {
        let mut all = seeds(parser);
        all.retain(|seed| seed.len() <= LONGEST);
        assert!(!all.is_empty() || parser.own.is_empty(), "{} has no seeds", parser.name);
        let step = (all.len() / half).max(1);
        let mut numbers = Numbers(0x5eed);
        for seed in all.iter().step_by(step) {
            (parser.read)(seed);
            let other = &all[numbers.below(all.len())];
            (parser.read)(&damaged(seed, other, &mut numbers));
        }
        for _ in all.len().min(half)..half {
            let Some(seed) = all.get(numbers.below(all.len())) else { break };
            let other = &all[numbers.below(all.len())];
            (parser.read)(&damaged(seed, other, &mut numbers));
        }
        (parser.read)(b"");
    }
}

#[test]
fn every_parser_has_its_target() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz");
    let manifest = std::fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for parser in ALL {
        assert!(manifest.contains(&format!("path = \"targets/{}.rs\"", parser.name)), "{} is not driven", parser.name);
        let target = std::fs::read_to_string(fuzz.join(format!("targets/{}.rs", parser.name))).unwrap();
        assert!(target.contains("candor_hostile::"), "{}", parser.name);
    }
    assert_eq!(manifest.matches("path = \"targets/").count(), ALL.len(), "a target without a parser has no seeds");
}
