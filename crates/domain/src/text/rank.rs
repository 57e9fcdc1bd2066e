//! The order of permitted hits: how much of the query a text shows, and how recent it is.
//!
//! Works on what [`super::Query::evidence`] saw in opened texts. Knows nothing of the index.

use super::highlight::Evidence;

const DAY_MS: f64 = 86_400_000.0;
/// After this many days recency counts half.
const HALF_LIFE_DAYS: f64 = 14.0;

/// Higher is better, between 0 and 3: the share of words found (1), found as a phrase (1), recency (1, halved every
/// 14 days). A phrase a month old so beats scattered words of today, and today beats last year among equals.
pub fn score(evidence: Evidence, age_ms: i64) -> f64 {
    let share = if evidence.wanted == 0 { 0.0 } else { evidence.found as f64 / evidence.wanted as f64 };
    let phrase = if evidence.phrase { 1.0 } else { 0.0 };
    let days = age_ms.max(0) as f64 / DAY_MS;
    share + phrase + 0.5_f64.powf(days / HALF_LIFE_DAYS)
}

/// Best first; equals newest first. `at_ms` is the time of each hit.
pub fn rank<T>(hits: &mut [T], now_ms: i64, of: impl Fn(&T) -> (Evidence, i64)) {
    hits.sort_by(|a, b| {
        let ((first, first_at), (second, second_at)) = (of(a), of(b));
        let key = |evidence, at: i64| score(evidence, now_ms.saturating_sub(at));
        key(second, second_at).total_cmp(&key(first, first_at)).then(second_at.cmp(&first_at))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_come_before_scattered_words_and_new_before_old() {
        let day = 86_400_000;
        let all = |phrase| Evidence { found: 2, wanted: 2, phrase };
        let half = Evidence { found: 1, wanted: 2, phrase: false };
        let mut hits =
            [("half today", half, 100), ("old words", all(false), 10), ("phrase", all(true), 70), ("new words", all(false), 100)];
        rank(&mut hits, 100 * day, |hit| (hit.1, hit.2 * day));
        assert_eq!(hits.map(|hit| hit.0), ["phrase", "new words", "half today", "old words"]);
    }

    #[test]
    fn times_in_the_future_and_empty_queries_are_harmless() {
        assert!(score(Evidence::default(), i64::MIN) <= 1.0);
        assert!(score(Evidence::default(), i64::MAX) >= 0.0);
    }
}
