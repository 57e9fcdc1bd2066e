//! What an unsigned visitor's browser has to compute before a session begins: nothing, something when many come at once,
//! or something always. Signed customers never compute anything.

use crate::word::words;
use serde::{Deserialize, Serialize};

words! {
    /// When a proof of work is asked for.
    ProofMode {
        Off = "off",
        /// While anonymous visitors come faster than usual; harder the faster they come.
        Auto = "auto",
        Always = "always",
    }
}

/// An inbox's setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofOfWork {
    pub mode: ProofMode,
    /// Leading zero bits of the hash that is looked for: each doubles the work.
    pub bits: u8,
}

/// What may be set: below it is no work, above it a cheap phone is busy for minutes.
pub const BITS: std::ops::RangeInclusive<u8> = 8..=20;
/// The hardest that a flood makes it.
const HARDEST: u8 = 22;
/// Anonymous starts a minute in one inbox that are nothing unusual.
const USUAL: u32 = 60;

impl Default for ProofOfWork {
    /// About 65,000 hashes: a tenth of a second in a browser, half a second on a phone.
    fn default() -> Self {
        Self { mode: ProofMode::Auto, bits: 16 }
    }
}

impl ProofOfWork {
    /// What has to be computed when so many anonymous visitors came in the last minute; `factor` widens what is usual.
    pub fn bits_at(self, starts: u32, factor: u32) -> Option<u8> {
        let usual = USUAL.saturating_mul(factor);
        match self.mode {
            ProofMode::Off => None,
            ProofMode::Auto if starts <= usual => None,
            // Each doubling of the rate doubles the work.
            ProofMode::Auto | ProofMode::Always => {
                let doublings = u8::try_from((starts / usual).max(1).ilog2()).unwrap_or(u8::MAX);
                Some(self.bits.saturating_add(doublings).min(HARDEST.max(self.bits)))
            }
        }
    }
}

/// Whether a hash begins with so many zero bits.
pub fn has_zero_bits(hash: &[u8], bits: u8) -> bool {
    let zeros: u32 = hash.iter().take_while(|byte| **byte == 0).count() as u32 * 8;
    let next = hash.iter().find(|byte| **byte != 0).map_or(0, |byte| byte.leading_zeros());
    zeros + next >= u32::from(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_asked_for_when_the_mode_says_so() {
        let at = |mode, starts| ProofOfWork { mode, bits: 16 }.bits_at(starts, 1);
        assert_eq!(at(ProofMode::Off, u32::MAX), None);
        assert_eq!(at(ProofMode::Auto, USUAL), None);
        assert_eq!(at(ProofMode::Auto, USUAL + 1), Some(16));
        assert_eq!(at(ProofMode::Always, 0), Some(16));
    }

    #[test]
    fn it_grows_with_the_flood_and_never_beyond_bearing() {
        let at = |starts| ProofOfWork { mode: ProofMode::Auto, bits: 16 }.bits_at(starts, 1).unwrap_or(0);
        assert_eq!((at(2 * USUAL), at(4 * USUAL), at(16 * USUAL)), (17, 18, 20));
        assert_eq!(at(u32::MAX), HARDEST);
        assert_eq!(ProofOfWork { mode: ProofMode::Auto, bits: 16 }.bits_at(10 * USUAL, 1000), None, "a wider desk is used to more");
    }

    #[test]
    fn zero_bits_are_counted_from_the_front() {
        assert!(has_zero_bits(&[0, 0b0001_0000, 255], 11) && !has_zero_bits(&[0, 0b0001_0000, 255], 12));
        assert!(has_zero_bits(&[255], 0) && has_zero_bits(&[0, 0], 16) && !has_zero_bits(&[0, 0], 17));
    }
}
