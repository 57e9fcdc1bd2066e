//! `Date` (RFC 5322, 3.3) as it is really written: without seconds or zone, in American order, with words behind.
//!
//! `mail_parser` counts the days; its own reader takes a time without seconds and with a named zone for UTC, hours away.

use mail_parser::DateTime;

/// Characters of a date that are looked at; the rest is a comment.
const MAX_DATE: usize = 200;
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// Zones by name in minutes east of Greenwich: RFC 5322, 4.3, and those of our customers whose names are not shared by others.
const ZONES: [(&str, i64); 20] = [
    ("gmt", 0),
    ("utc", 0),
    ("ut", 0),
    ("z", 0),
    ("est", -300),
    ("edt", -240),
    ("cst", -360),
    ("cdt", -300),
    ("mst", -420),
    ("mdt", -360),
    ("pst", -480),
    ("pdt", -420),
    ("wet", 0),
    ("cet", 60),
    ("cest", 120),
    ("eet", 120),
    ("msk", 180),
    ("hkt", 480),
    ("sgt", 480),
    ("jst", 540),
];

#[derive(Default)]
struct Found {
    day: Option<u16>,
    month: Option<u16>,
    year: Option<u16>,
    time: Option<(u16, u16, u16)>,
    zone: Option<i64>,
}

/// Milliseconds of UTC. Without a zone the time is taken for UTC; without a time there is no answer.
pub(in super::super) fn read(text: &str) -> Option<i64> {
    let text = without_comments(text);
    let mut found = Found::default();
    for word in text.split([' ', '\t', ',']).filter(|word| !word.is_empty()) {
        found.word(word);
        if found.zone.is_some() {
            break;
        }
    }
    let (hour, minute, second) = found.time?;
    let date = DateTime {
        year: found.year?,
        month: u8::try_from(found.month?).ok()?,
        day: u8::try_from(found.day?).ok()?,
        hour: u8::try_from(hour).ok()?,
        minute: u8::try_from(minute).ok()?,
        second: u8::try_from(second).ok()?,
        tz_before_gmt: false,
        tz_hour: 0,
        tz_minute: 0,
    };
    let sound = (1970..3000).contains(&date.year) && (1..=12).contains(&date.month) && (1..=31).contains(&date.day);
    let sound = sound && date.hour < 24 && date.minute < 60 && date.second < 61;
    sound.then(|| (date.to_timestamp() - found.zone.unwrap_or(0) * 60) * 1000)
}

/// One line with single marks: comments out, no spaces about colons, `T` of ISO 8601 as a space.
fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0u32;
    for c in text.chars().take(MAX_DATE) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            ':' => {
                out.truncate(out.trim_end().len());
                out.push(':');
            }
            c if c.is_whitespace() && out.ends_with(':') => {}
            'T' if out.ends_with(|c: char| c.is_ascii_digit()) => out.push(' '),
            'Z' if out.ends_with(|c: char| c.is_ascii_digit()) => out.push_str(" Z"),
            c => out.push(c),
        }
    }
    out
}

impl Found {
    fn word(&mut self, word: &str) {
        if self.time.is_some() && word.starts_with(['+', '-']) {
            self.zone = zone(word);
        } else if word.starts_with(|c: char| c.is_ascii_digit()) && word.contains(':') {
            self.clock(word);
        } else if word.starts_with(|c: char| c.is_ascii_alphabetic()) {
            self.name(&word.to_ascii_lowercase());
        } else if word.contains(['-', '/', '.']) {
            let parts: Vec<&str> = word.split(['-', '/', '.']).collect();
            parts.into_iter().for_each(|part| {
                if part.starts_with(|c: char| c.is_ascii_alphabetic()) { self.name(&part.to_ascii_lowercase()) } else { self.number(part) }
            });
        } else {
            self.number(word);
        }
    }

    /// `16:54:30`, and a zone that follows without a space.
    fn clock(&mut self, word: &str) {
        let end = word.find(['+', '-']).unwrap_or(word.len());
        let (clock, rest) = word.split_at(end);
        let mut numbers = clock.split(':').map(|number| number.split('.').next().unwrap_or_default().parse::<u16>().ok());
        if let (Some(Some(hour)), Some(Some(minute))) = (numbers.next(), numbers.next()) {
            self.time = Some((hour, minute, numbers.next().flatten().unwrap_or(0)));
        }
        self.zone = zone(rest);
    }

    fn name(&mut self, word: &str) {
        let month = MONTHS.iter().position(|month| word.starts_with(month));
        match (month, self.time) {
            (Some(month), _) if self.month.is_none() => self.month = u16::try_from(month + 1).ok(),
            (_, Some((hour, minute, second))) if word == "pm" && hour < 12 => self.time = Some((hour + 12, minute, second)),
            (_, Some((12, minute, second))) if word == "am" => self.time = Some((0, minute, second)),
            (_, Some(_)) => self.zone = ZONES.iter().find(|(name, _)| *name == word).map(|(_, minutes)| *minutes),
            _ => {}
        }
    }

    /// Day, month and year in the order they come; four digits are the year.
    fn number(&mut self, word: &str) {
        let Ok(number) = word.parse::<u16>() else { return };
        if word.len() == 4 || number > 31 || (self.day.is_some() && self.month.is_some()) {
            // RFC 5322, 4.3: years of two and three digits.
            let year = if word.len() >= 4 || number >= 1000 { number } else { number + if number < 50 { 2000 } else { 1900 } };
            self.year = self.year.or(Some(year));
        } else if self.year.is_some() && self.month.is_none() {
            self.month = Some(number);
        } else if self.day.is_none() {
            self.day = Some(number);
        } else {
            self.month = Some(number);
        }
    }
}

/// `+0800`, `-03:30` or `+8` in minutes.
fn zone(word: &str) -> Option<i64> {
    let sign = if word.starts_with('-') { -1 } else { 1 };
    let digits: String = word.get(1..)?.chars().filter(|c| *c != ':').take_while(char::is_ascii_digit).take(4).collect();
    let number: i64 = digits.parse().ok()?;
    let minutes = if digits.len() > 2 { number / 100 * 60 + number % 100 } else { number * 60 };
    (minutes < 24 * 60).then_some(sign * minutes)
}
