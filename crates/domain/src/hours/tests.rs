//! Opening hours against a plain reading of the wall clock, in zones that make it hard.

use super::*;
use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;
use serde_json::json;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

fn hours(zone: &str, week: &[(u8, &str, &str)]) -> Hours {
    let time = |text: &str| text.parse::<TimeOfDay>().expect("a time");
    let week = week.iter().map(|(day, from, to)| Opening { day: *day, from: time(from), to: time(to) }).collect();
    Hours { zone: zone.to_owned(), always: false, week, holidays: Vec::new() }
}

fn nine_to_six(zone: &str) -> Hours {
    hours(zone, &[(1, "09:00", "18:00"), (2, "09:00", "18:00"), (3, "09:00", "18:00"), (4, "09:00", "18:00"), (5, "09:00", "18:00")])
}

fn holiday(date: jiff::civil::Date, open: Option<(&str, &str)>) -> Holiday {
    let time = |text: &str| text.parse::<TimeOfDay>().expect("a time");
    Holiday { date, name: "a day".into(), closed: open.is_none(), from: open.map(|(from, _)| time(from)), to: open.map(|(_, to)| time(to)) }
}

fn calendar(hours: &Hours) -> Calendar {
    Calendar::new(hours).expect("good hours")
}

fn ms(text: &str) -> i64 {
    text.parse::<Timestamp>().expect("a time").as_millisecond()
}

#[test]
fn an_office_is_open_in_its_own_zone() {
    let office = calendar(&nine_to_six("Asia/Singapore"));
    // Friday 2025-11-21; Singapore is 8 hours ahead.
    assert!(!office.open_at(ms("2025-11-21T00:59:59Z")));
    assert!(office.open_at(ms("2025-11-21T01:00:00Z")));
    assert!(!office.open_at(ms("2025-11-21T10:00:00Z")));
    assert_eq!(office.next_change(ms("2025-11-21T02:00:00Z")), Some(ms("2025-11-21T10:00:00Z")));
    assert_eq!(office.next_change(ms("2025-11-21T10:00:00Z")), Some(ms("2025-11-24T01:00:00Z")));
    // One hour on Friday, one on Monday.
    assert_eq!(office.add_working_ms(ms("2025-11-21T09:00:00Z"), 2 * HOUR), Some(ms("2025-11-24T02:00:00Z")));
    assert_eq!(office.add_working_ms(ms("2025-11-21T09:00:00Z"), HOUR), Some(ms("2025-11-21T10:00:00Z")));
    assert_eq!(office.working_ms_between(ms("2025-11-17T00:00:00Z"), ms("2025-11-24T00:00:00Z")), 45 * HOUR);
}

#[test]
fn holidays_close_a_day_or_change_its_hours() {
    let mut setting = nine_to_six("Asia/Shanghai");
    setting.holidays = vec![
        holiday(date(2025, 10, 1), None),
        holiday(date(2025, 10, 11), Some(("10:00", "12:00"))),
        holiday(date(2025, 10, 11), Some(("13:00", "15:00"))),
    ];
    let office = calendar(&setting);
    assert!(!office.open_at(ms("2025-10-01T04:00:00Z")));
    // A Saturday that is worked, as is usual round Chinese holidays.
    assert_eq!(office.working_ms_between(ms("2025-10-10T16:00:00Z"), ms("2025-10-11T16:00:00Z")), 4 * HOUR);
    assert_eq!(office.next_change(ms("2025-10-11T04:30:00Z")), Some(ms("2025-10-11T05:00:00Z")));
}

#[test]
fn round_the_clock_has_no_change_but_holidays() {
    let mut setting = hours("Asia/Singapore", &[]);
    setting.always = true;
    let always = calendar(&setting);
    let now = ms("2025-11-21T00:00:00Z");
    assert!(always.open_at(now));
    assert_eq!(always.next_change(now), None);
    assert_eq!(always.add_working_ms(now, 5 * DAY), Some(now + 5 * DAY));
    setting.holidays = vec![holiday(date(2025, 12, 25), None)];
    let always = calendar(&setting);
    assert_eq!(always.next_change(now), Some(ms("2025-12-24T16:00:00Z")));
    assert_eq!(always.next_change(ms("2025-12-24T16:00:00Z")), Some(ms("2025-12-25T16:00:00Z")));
}

#[test]
fn a_shift_over_midnight_is_one_span() {
    let night = calendar(&hours("UTC", &[(1, "22:00", "24:00"), (2, "00:00", "06:00")]));
    assert_eq!(night.next_change(ms("2025-11-17T23:00:00Z")), Some(ms("2025-11-18T06:00:00Z")));
}

#[test]
fn clocks_that_jump_forward_lose_the_hour() {
    // New York, Sunday 2025-03-09: 02:00 EST becomes 03:00 EDT at 07:00Z.
    let sunday = |from, to| calendar(&hours("America/New_York", &[(7, from, to)]));
    let (start, end) = (ms("2025-03-09T05:00:00Z"), ms("2025-03-10T04:00:00Z"));
    assert_eq!(sunday("00:00", "24:00").working_ms_between(start, end), 23 * HOUR);
    assert_eq!(sunday("01:00", "02:30").working_ms_between(start, end), HOUR);
    assert_eq!(sunday("02:30", "04:00").working_ms_between(start, end), HOUR);
    assert_eq!(sunday("02:10", "02:50").working_ms_between(start, end), 0);
    assert_eq!(sunday("02:10", "02:50").next_change(start), Some(ms("2025-03-16T06:10:00Z")));
}

#[test]
fn clocks_that_are_set_back_repeat_the_hour() {
    // New York, Sunday 2025-11-02: 02:00 EDT becomes 01:00 EST at 06:00Z.
    let sunday = |week: &[(u8, &str, &str)]| calendar(&hours("America/New_York", week));
    let (start, end) = (ms("2025-11-02T04:00:00Z"), ms("2025-11-03T05:00:00Z"));
    assert_eq!(sunday(&[(7, "00:00", "24:00")]).working_ms_between(start, end), 25 * HOUR);
    assert_eq!(sunday(&[(7, "01:00", "02:00")]).working_ms_between(start, end), 2 * HOUR);
    let two = sunday(&[(7, "01:00", "01:30"), (7, "01:30", "02:00")]);
    assert_eq!(two.working_ms_between(start, end), 2 * HOUR);
    assert_eq!(two.next_change(ms("2025-11-02T05:10:00Z")), Some(ms("2025-11-02T07:00:00Z")));
}

#[test]
fn bad_settings_are_named() {
    let refused = |hours: &Hours| Calendar::new(hours).err();
    assert_eq!(refused(&nine_to_six("Asia/Atlantis")), Some(HoursError::Zone("Asia/Atlantis".into())));
    assert_eq!(refused(&hours("UTC", &[(8, "09:00", "18:00")])), Some(HoursError::Day(8)));
    assert_eq!(refused(&hours("UTC", &[(1, "18:00", "09:00")])), Some(HoursError::Backwards { day: 1 }));
    assert_eq!(refused(&hours("UTC", &[(1, "09:00", "18:00"), (1, "17:00", "19:00")])), Some(HoursError::Overlap { day: 1 }));
    assert_eq!(refused(&hours("UTC", &[])), Some(HoursError::Never));
    let with = |holidays: Vec<Holiday>| Hours { holidays, ..nine_to_six("UTC") };
    let day = date(2025, 1, 1);
    assert_eq!(refused(&with(vec![holiday(day, None), holiday(day, None)])), Some(HoursError::HolidayBoth(day)));
    assert_eq!(refused(&with(vec![holiday(day, Some(("12:00", "11:00")))])), Some(HoursError::HolidayTimes(day)));
    assert_eq!(refused(&with(vec![Holiday { closed: false, ..holiday(day, None) }])), Some(HoursError::HolidayTimes(day)));
    assert_eq!(refused(&with(vec![holiday(day, None); 401])), Some(HoursError::TooMany));
}

#[test]
fn the_setting_reads_and_writes_the_published_shape() {
    let text = json!({"zone": "Asia/Singapore", "always": false, "week": [{"day": 1, "from": "09:00", "to": "24:00"}],
        "holidays": [{"date": "2026-02-17", "name": "春节", "closed": true}, {"date": "2026-02-18", "name": "", "closed": false, "from": "10:00", "to": "12:00"}]});
    let setting: Hours = serde_json::from_value(text.clone()).expect("hours");
    assert_eq!(serde_json::to_value(&setting).expect("json"), text);
    for time in ["9:00", "24:01", "12:60", "noon", "1２:00"] {
        assert!(time.parse::<TimeOfDay>().is_err(), "{time}");
    }
}

#[test]
fn extreme_times_are_answered() {
    let office = calendar(&nine_to_six("Pacific/Apia"));
    for at in [i64::MIN, -1, 0, i64::MAX] {
        office.open_at(at);
        office.next_change(at);
        office.add_working_ms(at, i64::MAX);
    }
    assert!(office.working_ms_between(i64::MIN, i64::MAX) > 0);
    assert_eq!(office.working_ms_between(DAY, 0), 0);
    assert_eq!(office.add_working_ms(DAY, i64::MAX), None);
}

/// Open by the wall clock alone; differs from the calendar only inside repeated hours.
fn plainly_open(setting: &Hours, at: i64) -> bool {
    let zone = TimeZone::get(&setting.zone).expect("a zone");
    let local = Timestamp::from_millisecond(at).expect("in range").to_zoned(zone);
    let minute = i32::from(local.hour()) * 60 + i32::from(local.minute());
    setting.week.iter().any(|opening| {
        i32::from(opening.day) == i32::from(local.weekday().to_monday_one_offset())
            && (i32::from(opening.from.minutes())..i32::from(opening.to.minutes())).contains(&minute)
    })
}

fn any_hours() -> impl Strategy<Value = Hours> {
    const ZONES: [&str; 7] =
        ["UTC", "Asia/Singapore", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca"];
    (proptest::sample::select(&ZONES[..]), proptest::collection::btree_set((1u8..=7, 0u16..24), 1..12)).prop_map(|(zone, starts)| {
        let week =
            starts.into_iter().map(|(day, hour)| Opening { day, from: TimeOfDay(hour * 60), to: TimeOfDay(hour * 60 + 60) }).collect();
        Hours { zone: zone.to_owned(), always: false, week, holidays: Vec::new() }
    })
}

proptest! {
    #[test]
    fn the_calendar_agrees_with_the_wall_clock(setting in any_hours(), minute in 28_000_000i64..30_500_000) {
        let at = minute * 60_000;
        let zone = TimeZone::get(&setting.zone).expect("a zone");
        let stamp = Timestamp::from_millisecond(at).expect("in range");
        let quiet = |stamp: Timestamp| zone.following(stamp - jiff::Span::new().hours(3)).next().is_none_or(|change| change.timestamp() > stamp + jiff::Span::new().hours(3));
        prop_assume!(quiet(stamp));
        prop_assert_eq!(calendar(&setting).open_at(at), plainly_open(&setting, at));
    }

    #[test]
    fn nothing_changes_before_the_next_change(setting in any_hours(), minute in 28_000_000i64..30_500_000, part in 0.0f64..1.0) {
        let (desk, at) = (calendar(&setting), minute * 60_000);
        let next = desk.next_change(at).expect("a week has changes, unless it is all open");
        prop_assert!(next > at);
        let between = at + ((next - at) as f64 * part) as i64;
        prop_assert_eq!(desk.open_at(at), desk.open_at(between.min(next - 1)));
        prop_assert_ne!(desk.open_at(at), desk.open_at(next));
    }

    #[test]
    fn adding_and_measuring_are_inverse(setting in any_hours(), minute in 28_000_000i64..30_500_000, work in 1i64..200_000_000) {
        let (desk, from) = (calendar(&setting), minute * 60_000);
        let to = desk.add_working_ms(from, work).expect("enough open time");
        prop_assert_eq!(desk.working_ms_between(from, to), work);
        prop_assert!(desk.open_at(to - 1));
        let middle = from + (to - from) / 2;
        prop_assert_eq!(desk.working_ms_between(from, middle) + desk.working_ms_between(middle, to), work);
    }
}
