//! Answers about opening hours. Walks day by day; each answer looks at most [`FAR_DAYS`] or the span asked for.

use super::setting::{MAX_HOLIDAYS, MAX_WEEK};
use super::{Hours, HoursError, TimeOfDay};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use std::collections::BTreeMap;
use std::ops::Range;

/// A desk that stays open, or closed, for longer has no next change.
const FAR_DAYS: usize = 400;
/// Work that does not fit into so many days ends nowhere.
const WORK_DAYS: usize = 4000;
/// Times outside 1970 to 2200 are taken for the nearest of these: no case is older or due later.
const EARLIEST: i64 = 0;
const LATEST: i64 = 7_258_118_400_000;

type Minutes = Range<u16>;

/// Checked opening hours.
#[derive(Clone, Debug)]
pub struct Calendar {
    zone: TimeZone,
    /// Openings of each weekday from Monday on, ascending, not overlapping.
    week: [Vec<Minutes>; 7],
    holidays: BTreeMap<Date, Vec<Minutes>>,
}

impl Calendar {
    pub fn new(hours: &Hours) -> Result<Self, HoursError> {
        if hours.week.len() > MAX_WEEK || hours.holidays.len() > MAX_HOLIDAYS {
            return Err(HoursError::TooMany);
        }
        let zone = TimeZone::get(&hours.zone).map_err(|_| HoursError::Zone(hours.zone.chars().take(60).collect()))?;
        let week = week(hours)?;
        if week.iter().all(Vec::is_empty) {
            return Err(HoursError::Never);
        }
        Ok(Self { zone, week, holidays: holidays(hours)? })
    }

    /// Whether the desk is open at this moment.
    pub fn open_at(&self, ms: i64) -> bool {
        let ms = clamp(ms);
        self.spans(ms).next().is_some_and(|span| span.start <= ms)
    }

    /// The first moment after `ms` at which the desk opens or closes; `None` when it does neither for more than a year.
    pub fn next_change(&self, ms: i64) -> Option<i64> {
        let ms = clamp(ms);
        let mut spans = self.spans(ms);
        let span = spans.next()?;
        if span.start > ms {
            return Some(span.start);
        }
        // A span of the length of the whole search has no end that was seen.
        let far = i64::try_from(FAR_DAYS - 2).unwrap_or(0) * 86_400_000;
        (span.end - ms < far).then_some(span.end)
    }

    /// A moment as the desk's own clock shows it: `2026-11-23 09:00`.
    pub fn wall_clock(&self, ms: i64) -> String {
        timestamp(ms).to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// Open time between two moments, in milliseconds; 0 when they stand the other way round.
    pub fn working_ms_between(&self, from: i64, to: i64) -> i64 {
        let (from, to) = (clamp(from), clamp(to));
        let mut sum = 0;
        for span in self.openings(from, usize::MAX).take_while(|span| span.start < to) {
            sum += span.end.min(to) - span.start.max(from);
        }
        sum
    }

    /// The moment at which so much open time has passed since `from`. With nothing to add it is `from` itself, open or
    /// not. `None` when about ten years do not hold so much.
    pub fn add_working_ms(&self, from: i64, working_ms: i64) -> Option<i64> {
        let from = clamp(from);
        if working_ms <= 0 {
            return Some(from);
        }
        let mut left = working_ms;
        for span in self.openings(from, WORK_DAYS) {
            let start = span.start.max(from);
            let length = span.end - start;
            if left <= length {
                return Some(start + left);
            }
            left -= length;
        }
        None
    }

    /// Open spans that end after `ms`, ascending; spans that touch are one.
    fn spans(&self, ms: i64) -> impl Iterator<Item = Range<i64>> {
        let mut openings = self.openings(ms, FAR_DAYS).peekable();
        std::iter::from_fn(move || {
            let mut span = openings.next()?;
            while let Some(next) = openings.next_if(|next| next.start <= span.end) {
                span.end = span.end.max(next.end);
            }
            Some(span)
        })
    }

    /// Openings that end after `ms`, day by day, ascending, not overlapping; they may touch.
    fn openings(&self, ms: i64, days: usize) -> impl Iterator<Item = Range<i64>> {
        let first = timestamp(ms).to_zoned(self.zone.clone()).date();
        // From the day before: a clock that is set back over midnight repeats the end of a day.
        let start = first.yesterday().unwrap_or(first);
        let mut told = ms;
        start
            .series(jiff::Span::new().days(1))
            .take(days.saturating_add(1))
            .take_while(|date| date.year() <= 2200)
            .flat_map(|date| self.minutes(date).iter().map(move |minutes| (date, minutes)))
            .map(|(date, minutes)| self.moment(date, minutes.start, false)..self.moment(date, minutes.end, true))
            .filter_map(move |span| {
                // An opening inside a gap is empty.
                if span.end <= told || span.end <= span.start {
                    return None;
                }
                // Where a repeated hour makes two openings overlap, the second begins where the first ended.
                let start = if told == ms { span.start } else { span.start.max(told) };
                told = span.end;
                Some(start..span.end)
            })
    }

    fn minutes(&self, date: Date) -> &[Minutes] {
        let weekday = usize::from(date.weekday().to_monday_zero_offset().unsigned_abs());
        self.holidays.get(&date).unwrap_or(&self.week[weekday])
    }

    /// The moment at which the wall clock shows this minute of the day, for the first or the last time.
    fn moment(&self, date: Date, minute: u16, last: bool) -> i64 {
        let at = wall(date, minute);
        let ambiguous = self.zone.to_ambiguous_timestamp(at);
        let moment = match ambiguous.offset() {
            AmbiguousOffset::Unambiguous { .. } => ambiguous.compatible(),
            AmbiguousOffset::Fold { .. } if last => ambiguous.later(),
            AmbiguousOffset::Fold { .. } => ambiguous.earlier(),
            // The reading with the offset after the jump lies before it: the jump is the next transition.
            AmbiguousOffset::Gap { .. } => {
                ambiguous.earlier().map(|early| self.zone.following(early).next().map_or(early, |jump| jump.timestamp()))
            }
        };
        moment.map_or(if last { LATEST } else { EARLIEST }, Timestamp::as_millisecond)
    }
}

fn wall(date: Date, minute: u16) -> DateTime {
    let (date, minute) = if minute >= TimeOfDay::END.0 { (date.tomorrow().unwrap_or(date), 0) } else { (date, minute) };
    let part = |value: u16| i8::try_from(value).unwrap_or(0);
    date.at(part(minute / 60), part(minute % 60), 0, 0)
}

fn clamp(ms: i64) -> i64 {
    ms.clamp(EARLIEST, LATEST)
}

pub(super) fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn week(hours: &Hours) -> Result<[Vec<Minutes>; 7], HoursError> {
    let mut week: [Vec<Minutes>; 7] = Default::default();
    if let Some(opening) = hours.week.iter().find(|opening| !(1..=7).contains(&opening.day)) {
        return Err(HoursError::Day(opening.day));
    }
    for opening in &hours.week {
        if opening.from >= opening.to {
            return Err(HoursError::Backwards { day: opening.day });
        }
        week[usize::from(opening.day) - 1].push(opening.from.0..opening.to.0);
    }
    for (day, openings) in (1..).zip(&mut week) {
        in_order(openings).map_err(|()| HoursError::Overlap { day })?;
    }
    if hours.always {
        // The week that was set stays in the setting, for the day `always` is taken back.
        let day = TimeOfDay::MIDNIGHT.0..TimeOfDay::END.0;
        week = std::array::from_fn(|_| Vec::from([day.clone()]));
    }
    Ok(week)
}

fn holidays(hours: &Hours) -> Result<BTreeMap<Date, Vec<Minutes>>, HoursError> {
    let mut days: BTreeMap<Date, Vec<Minutes>> = BTreeMap::new();
    let mut closed: BTreeMap<Date, bool> = BTreeMap::new();
    for holiday in &hours.holidays {
        holiday.check_name()?;
        let date = holiday.date;
        if closed.insert(date, holiday.closed).is_some_and(|before| before || holiday.closed) {
            return Err(HoursError::HolidayBoth(date));
        }
        let openings = days.entry(date).or_default();
        match (holiday.closed, holiday.from, holiday.to) {
            (true, None, None) => {}
            (true, ..) => return Err(HoursError::HolidayBoth(date)),
            (false, Some(from), Some(to)) if from < to => openings.push(from.0..to.0),
            (false, ..) => return Err(HoursError::HolidayTimes(date)),
        }
        in_order(openings).map_err(|()| HoursError::HolidayTimes(date))?;
    }
    Ok(days)
}

fn in_order(openings: &mut [Minutes]) -> Result<(), ()> {
    openings.sort_unstable_by_key(|minutes| minutes.start);
    if openings.windows(2).all(|pair| pair[0].end <= pair[1].start) { Ok(()) } else { Err(()) }
}
