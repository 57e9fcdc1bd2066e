//! The name under which a domain publishes a key for its mail.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The selector of a key made at `at_ms`, the `nth` of its day from 0 on. Its date tells administrators which record is the older.
pub fn selector(at_ms: i64, nth: u32) -> String {
    let day = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let date = format!("candor{:04}{:02}{:02}", day.year(), day.month(), day.day());
    if nth == 0 { date } else { format!("{date}-{}", nth + 1) }
}

#[cfg(test)]
mod tests {
    use super::selector;

    #[test]
    fn a_selector_names_its_day_and_the_second_of_a_day_its_number() {
        assert_eq!(
            (selector(1_770_000_000_000, 0), selector(1_770_000_000_000, 1)),
            ("candor20260202".to_owned(), "candor20260202-2".to_owned())
        );
    }
}
