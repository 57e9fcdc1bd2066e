//! How soon an answer is to be expected, told as a range: "usually within 2 to 4 minutes".
//!
//! From observed first responses only; says nothing when there are too few. Which samples count (inbox, hours, weeks)
//! is chosen by the caller.

use serde::Serialize;

/// Fewer first responses than this tell nothing.
pub const MIN_SAMPLES: usize = 20;

/// The steps a promise may name, in seconds: finer ones would claim a precision that is not there.
const STEPS: [i64; 20] =
    [60, 120, 180, 240, 300, 600, 900, 1_200, 1_800, 2_700, 3_600, 7_200, 10_800, 14_400, 21_600, 28_800, 43_200, 86_400, 172_800, 259_200];

/// The answer usually comes within `low_s` to `high_s` seconds: half of the customers were answered within `low_s`, four
/// in five within `high_s`, both rounded up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ReplyTime {
    pub low_s: i64,
    pub high_s: i64,
}

/// The range from first-response times in milliseconds, in any order; negative ones (clocks that disagree) are left
/// out. `None` when there are fewer than [`MIN_SAMPLES`], or when it takes longer than three days: then silence is
/// more honest than a number.
pub fn reply_time(samples_ms: &[i64]) -> Option<ReplyTime> {
    let mut samples: Vec<i64> = samples_ms.iter().copied().filter(|sample| *sample >= 0).collect();
    if samples.len() < MIN_SAMPLES {
        return None;
    }
    samples.sort_unstable();
    let low_s = step(percentile(&samples, 50))?;
    let high_s = step(percentile(&samples, 80))?;
    Some(ReplyTime { low_s, high_s })
}

/// The smallest sample that at least `percent` of all do not exceed.
fn percentile(sorted: &[i64], percent: usize) -> i64 {
    let rank = (sorted.len() * percent).div_ceil(100).max(1);
    sorted[rank - 1]
}

fn step(ms: i64) -> Option<i64> {
    STEPS.into_iter().find(|step| ms <= step * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_range_is_what_half_and_four_in_five_saw() {
        let minutes: Vec<i64> = (1..=100).map(|n| n * 3_000).collect();
        assert_eq!(reply_time(&minutes), Some(ReplyTime { low_s: 180, high_s: 240 }));
        assert_eq!(reply_time(&[5_000; 20]), Some(ReplyTime { low_s: 60, high_s: 60 }));
    }

    #[test]
    fn too_little_or_too_slow_says_nothing() {
        assert_eq!(reply_time(&[60_000; MIN_SAMPLES - 1]), None);
        assert_eq!(reply_time(&[-1; 100]), None);
        assert_eq!(reply_time(&[5 * 86_400_000; 100]), None);
    }

    proptest! {
        #[test]
        fn most_customers_were_answered_within_the_range(samples in proptest::collection::vec(0i64..200_000_000, 20..300)) {
            let range = reply_time(&samples).expect("enough samples");
            let within = |seconds: i64| samples.iter().filter(|sample| **sample <= seconds * 1000).count() * 100;
            prop_assert!(range.low_s <= range.high_s);
            prop_assert!(within(range.low_s) >= samples.len() * 50 && within(range.high_s) >= samples.len() * 80);
        }
    }
}
