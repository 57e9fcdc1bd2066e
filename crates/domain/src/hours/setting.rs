//! Opening hours as they are written in an inbox's settings, and what may stand there.

use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// Openings in a week, and days that differ, at most.
pub(super) const MAX_WEEK: usize = 70;
pub(super) const MAX_HOLIDAYS: usize = 400;
const MAX_NAME: usize = 60;

/// The setting: `always` is every day from 00:00 to 24:00. Holidays count in either case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// An IANA time zone: `Asia/Singapore`.
    pub zone: String,
    pub always: bool,
    #[serde(default)]
    pub week: Vec<Opening>,
    #[serde(default)]
    pub holidays: Vec<Holiday>,
}

/// Open on a weekday, `from` included, `to` not. A shift over midnight is two openings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opening {
    /// 1 is Monday, 7 is Sunday.
    pub day: u8,
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// A date that differs from its weekday: closed, or open at other hours. A date may have several openings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    pub date: Date,
    pub name: String,
    pub closed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<TimeOfDay>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<TimeOfDay>,
}

/// Minutes after midnight by the wall clock, 00:00 to 24:00.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub(super) u16);

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoursError {
    #[error("unknown time zone {0:?}")]
    Zone(String),
    #[error("a weekday is 1 (Monday) to 7 (Sunday)")]
    Day(u8),
    #[error("an opening on day {day} ends before it begins")]
    Backwards { day: u8 },
    #[error("openings on day {day} overlap")]
    Overlap { day: u8 },
    #[error("the hours of {0} end before they begin, or overlap")]
    HolidayTimes(Date),
    #[error("{0} is closed and open at once")]
    HolidayBoth(Date),
    #[error("the name of {0} is longer than {MAX_NAME} characters")]
    HolidayName(Date),
    #[error("more than {MAX_WEEK} openings or {MAX_HOLIDAYS} holidays")]
    TooMany,
    #[error("never open: no opening in the week")]
    Never,
}

impl Holiday {
    pub(super) fn check_name(&self) -> Result<(), HoursError> {
        if self.name.chars().count() > MAX_NAME { Err(HoursError::HolidayName(self.date)) } else { Ok(()) }
    }
}

impl TimeOfDay {
    pub const MIDNIGHT: Self = Self(0);
    pub const END: Self = Self(24 * 60);

    pub fn minutes(self) -> u16 {
        self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = &'static str;

    /// `09:00`; `24:00` is the end of the day.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SAYS: &str = "a time of day such as 09:00, or 24:00";
        let two =
            |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse::<u16>().ok()).flatten();
        let (hour, minute) = text.split_once(':').ok_or(SAYS)?;
        match (two(hour), two(minute)) {
            (Some(hour @ 0..=23), Some(minute @ 0..=59)) => Ok(Self(hour * 60 + minute)),
            (Some(24), Some(0)) => Ok(Self::END),
            _ => Err(SAYS),
        }
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
