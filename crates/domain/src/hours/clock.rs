//! Moments as a place's clock shows them, for what is written to customers.

use super::calendar::timestamp;
use crate::locale::Locale;
use jiff::tz::TimeZone;

/// The clock of a time zone.
#[derive(Clone, Debug)]
pub struct Clock(TimeZone);

impl Clock {
    /// `None` for a zone nobody knows.
    pub fn of(zone: &str) -> Option<Self> {
        TimeZone::get(zone).ok().map(Self)
    }

    /// The day: `23 November 2026`, `2026 年 11 月 23 日`.
    pub fn day(&self, ms: i64, locale: Locale) -> String {
        let form = match locale {
            Locale::English => "%-d %B %Y",
            Locale::SimplifiedChinese | Locale::TraditionalChinese => "%Y 年 %-m 月 %-d 日",
        };
        timestamp(ms).to_zoned(self.0.clone()).strftime(form).to_string()
    }

    /// The time of day: `09:05`.
    pub fn time(&self, ms: i64) -> String {
        timestamp(ms).to_zoned(self.0.clone()).strftime("%H:%M").to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_place_in_the_readers_language() {
        let (at, clock) = (1_795_391_940_000, Clock::of("Asia/Shanghai").unwrap());
        assert_eq!((clock.day(at, Locale::English), clock.time(at)), ("23 November 2026".to_owned(), "07:59".to_owned()));
        assert_eq!(clock.day(at, Locale::TraditionalChinese), "2026 年 11 月 23 日");
        assert_eq!(Clock::of("UTC").unwrap().day(at, Locale::English), "22 November 2026");
        assert!(Clock::of("Nowhere/Else").is_none());
    }
}
