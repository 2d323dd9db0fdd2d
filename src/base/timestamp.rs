//! Times as exports print them.
//!
//! Exchange writes two kinds of time: UTC in its own logs and in the names of routing tables, and
//! the local time of whoever ran a cmdlet or opened Event Viewer, without a zone. The two must not
//! be compared unless an offset is known, so a [`Moment`] keeps which one it is.
//!
//! Trap: `03/04/2019` is March in one site and April in the next. The order of day and month is
//! inferred over all dates of a file ([`DateOrder::infer`]); when nothing decides, the file's
//! ledger says so.

use serde::{Deserialize, Serialize};
use std::fmt;

use jiff::civil;

/// A point in time: in UTC, or in the unknown local time of the machine that wrote it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Moment {
    /// Date and time of day.
    pub at: civil::DateTime,
    /// Which clock.
    pub clock: Clock,
}

/// Which clock a time was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Clock {
    /// Coordinated universal time.
    Utc,
    /// Local time of the exporting machine; its offset is not in the file.
    Local,
}

impl Moment {
    /// A time in UTC.
    pub fn utc(at: civil::DateTime) -> Moment {
        Moment { at, clock: Clock::Utc }
    }

    /// A local time without a zone.
    pub fn local(at: civil::DateTime) -> Moment {
        Moment { at, clock: Clock::Local }
    }

    /// Milliseconds since 1970 in UTC, as `ConvertTo-Json` of Windows PowerShell prints them.
    pub fn from_unix_millis(ms: i64) -> Option<Moment> {
        let at = jiff::Timestamp::from_millisecond(ms).ok()?;
        Some(Moment::utc(at.to_zoned(jiff::tz::TimeZone::UTC).datetime()))
    }

    /// Compares two times of the same clock; `None` when an unknown offset lies between them.
    pub fn compare(self, other: Moment) -> Option<std::cmp::Ordering> {
        (self.clock == other.clock).then(|| self.at.cmp(&other.at))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}{}",
            at.year(),
            at.month(),
            at.day(),
            at.hour(),
            at.minute(),
            at.second(),
            if self.clock == Clock::Utc { " UTC" } else { "" }
        )
    }
}

/// Milliseconds since 1970 of a time as logs write it: `2016-04-05T00:00:02.052Z`, `2003-9-12 22:53:18`. A log has
/// millions of them, so this neither copies nor asks for the calendar of a library.
pub fn unix_millis(text: &[u8]) -> Option<i64> {
    let at = text.iter().position(|b| matches!(b, b'T' | b' '))?;
    Some(unix_date(text.get(..at)?)? + unix_time_of_day(text.get(at + 1..)?)?)
}

/// Milliseconds since 1970 at the beginning of a day written as `2016-04-05`, `2003-9-12`, `2003/9/12`, `2003.9.12`.
pub fn unix_date(text: &[u8]) -> Option<i64> {
    let mut parts = text.split(|b| matches!(b, b'-' | b'/' | b'.'));
    let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    let sound =
        parts.next().is_none() && (1970..=9999).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    if !sound {
        return None;
    }
    // Days of the civil calendar, counted in eras of 400 years that begin in March.
    let years = year - i64::from(month <= 2);
    let era = years.div_euclid(400);
    let year_of_era = years - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some((era * 146_097 + day_of_era - 719_468) * 86_400_000)
}

/// Milliseconds since midnight of a time written as `22:53:18`, `00:00:02.052Z`, `7:03:11 GMT`.
pub fn unix_time_of_day(text: &[u8]) -> Option<i64> {
    let text = text.strip_suffix(b"Z").or_else(|| text.strip_suffix(b" GMT")).unwrap_or(text);
    let mut parts = text.split(|b| *b == b':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let seconds = parts.next()?;
    let (second, fraction) = match seconds.iter().position(|b| *b == b'.') {
        Some(dot) => (seconds.get(..dot)?, seconds.get(dot + 1..)?),
        None => (seconds, &b""[..]),
    };
    let second = number(second)?;
    let mut millis = 0;
    for i in 0..3 {
        millis = millis * 10 + fraction.get(i).map_or(0, |b| i64::from(b.wrapping_sub(b'0')));
    }
    let sound = parts.next().is_none()
        && hour < 24
        && minute < 60
        && second < 61
        && fraction.len() <= 7
        && fraction.iter().all(u8::is_ascii_digit);
    sound.then_some(((hour * 60 + minute) * 60 + second) * 1000 + millis)
}

fn number(digits: &[u8]) -> Option<i64> {
    let sound = !digits.is_empty() && digits.len() <= 4 && digits.iter().all(u8::is_ascii_digit);
    sound.then(|| digits.iter().fold(0, |n, b| n * 10 + i64::from(b - b'0')))
}

/// Order of day and month in dates written with separators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum DateOrder {
    /// Nothing in the file decides.
    #[default]
    Unknown,
    /// `12/31/2019`
    MonthFirst,
    /// `31/12/2019`, `31.12.2019`
    DayFirst,
}

impl DateOrder {
    /// Infers the order from all dates of a file. A component above 12 decides; so does a dot as
    /// separator (day first) or a half-day mark behind slashes (the United States format).
    pub fn infer<'a>(dates: impl IntoIterator<Item = &'a str>) -> DateOrder {
        let mut weak = DateOrder::Unknown;
        for date in dates {
            let Some((a, b, separator)) = first_two(date) else { continue };
            if a > 12 && b <= 12 {
                return DateOrder::DayFirst;
            }
            if b > 12 && a <= 12 {
                return DateOrder::MonthFirst;
            }
            if separator == '.' {
                weak = DateOrder::DayFirst;
            } else if weak == DateOrder::Unknown && has_half_day(date) {
                weak = DateOrder::MonthFirst;
            }
        }
        weak
    }
}

fn first_two(date: &str) -> Option<(u32, u32, char)> {
    let mut parts = date.trim().splitn(3, ['/', '.', '-']);
    let (a, b) = (parts.next()?, parts.next()?);
    parts.next()?;
    if a.is_empty() || a.len() > 2 || b.is_empty() || b.len() > 2 {
        return None;
    }
    let separator = date.trim().chars().nth(a.len())?;
    Some((a.parse().ok()?, b.parse().ok()?, separator))
}

fn has_half_day(date: &str) -> bool {
    let upper = date.trim().to_ascii_uppercase();
    upper.ends_with("AM") || upper.ends_with("PM")
}

/// The first letter of `AM` and `PM`, which Spanish writes `a. m.` or `p.m.`
fn half_day<'a>(words: impl Iterator<Item = &'a str>) -> Option<char> {
    let letters: String = words.take(2).flat_map(str::chars).filter(|c| c.is_alphabetic()).collect();
    let letters = letters.to_ascii_uppercase();
    matches!(letters.as_str(), "AM" | "PM").then(|| letters.chars().next())?
}

/// Parses one date and time. Accepts ISO 8601 with or without zone, `/Date(ms)/`, and the numeric
/// culture formats with `/`, `.` or `-`, 12 or 24 hours, with or without seconds. With an unknown
/// order, month and day are taken month first; the caller states the ambiguity. What .NET and Windows print for "never"
/// (year 1, 1601, 9999) is no time; [`is_never`] tells it from what cannot be read.
pub fn parse_moment(text: &str, order: DateOrder) -> Option<Moment> {
    parse_any(text, order).filter(is_time)
}

/// Whether a text is a date that stands for "never".
pub fn is_never(text: &str) -> bool {
    parse_any(text, DateOrder::Unknown).is_some_and(|moment| !is_time(&moment))
}

/// Mail servers are younger than the first of these years, and no log is from after the last.
fn is_time(moment: &Moment) -> bool {
    (1970..9000).contains(&moment.at.year())
}

fn parse_any(text: &str, order: DateOrder) -> Option<Moment> {
    // Newer .NET prints narrow and no-break spaces before AM/PM; left-to-right marks come from copies.
    let text: String = text
        .chars()
        .map(|c| if matches!(c, '\u{A0}' | '\u{202F}') { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{200E}' | '\u{200F}'))
        .collect();
    let text = text.trim();
    if let Some(rest) = text.trim_start_matches('\\').strip_prefix("/Date(") {
        let digits: String = rest
            .chars()
            .enumerate()
            .take_while(|(i, c)| c.is_ascii_digit() || (*i == 0 && *c == '-'))
            .map(|(_, c)| c)
            .collect();
        return Moment::from_unix_millis(digits.parse().ok()?);
    }
    // Four digits first: `29-9-2026` has its second hyphen there.
    if text.get(4..5) == Some("-") && text.bytes().take(4).all(|b| b.is_ascii_digit()) {
        return parse_iso(text);
    }
    parse_culture(text, order)
}

/// As [`parse_moment`], but without a guess: nothing, and true, when the order is not known and would
/// make a difference.
pub fn parse_decided(text: &str, order: DateOrder) -> (Option<Moment>, bool) {
    let time = parse_moment(text, order);
    // A date that cannot be month first is read by itself.
    let other = parse_moment(text, DateOrder::DayFirst);
    match order {
        DateOrder::Unknown if time.is_some() && other.is_some() && time != other => (None, true),
        DateOrder::Unknown => (time.or(other), false),
        _ => (time, false),
    }
}

fn parse_iso(text: &str) -> Option<Moment> {
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(Moment::utc(instant.to_zoned(jiff::tz::TimeZone::UTC).datetime()));
    }
    text.parse::<civil::DateTime>().ok().map(Moment::local)
}

fn parse_culture(text: &str, order: DateOrder) -> Option<Moment> {
    let mut words = text.split_whitespace();
    let date: Vec<&str> = words.next()?.trim_end_matches([',', '.']).split(['/', '.', '-']).collect();
    let [a, b, c] = date.as_slice() else { return None };
    let (year, month, day) = if a.len() == 4 {
        (*a, *b, *c)
    } else if order == DateOrder::DayFirst {
        (*c, *b, *a)
    } else {
        (*c, *a, *b)
    };
    let digits = year.len();
    let mut year: i16 = year.parse().ok()?;
    // `1/1/0001` is no year of two digits.
    if digits <= 2 && year >= 0 {
        year += if year < 70 { 2000 } else { 1900 };
    }
    let (month, day): (i8, i8) = (month.parse().ok()?, day.parse().ok()?);
    let mut clock = words.next().unwrap_or("0:00").splitn(3, [':', '.']);
    let mut hour: i8 = clock.next()?.parse().ok()?;
    let minute: i8 = clock.next()?.parse().ok()?;
    let second: i8 = clock.next().and_then(|s| s.get(..s.len().min(2))).map_or(Some(0), |s| s.parse().ok())?;
    match half_day(words) {
        Some('A') if hour == 12 => hour = 0,
        Some('P') if hour < 12 => hour += 12,
        _ => {}
    }
    civil::DateTime::new(year, month, day, hour, minute, second, 0).ok().map(Moment::local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_logs_are_those_of_the_calendar() {
        for text in [
            "1970-01-01T00:00:00.000Z",
            "2016-02-29T23:59:59.999Z",
            "2000-03-01T12:00:00Z",
            "2038-01-19 03:14:07",
            "1999-12-31 1:2:3",
        ] {
            let padded = text.replace(" 1:2:3", " 01:02:03").replace(' ', "T");
            let padded = if padded.ends_with('Z') { padded } else { padded + "Z" };
            let wanted = padded.parse::<jiff::Timestamp>().unwrap().as_millisecond();
            assert_eq!(unix_millis(text.as_bytes()), Some(wanted), "{text}");
        }
        for text in [
            "",
            "T",
            "2016-13-01T00:00:00Z",
            "2016-01-01T24:00:00Z",
            "2016-01-01",
            "16-01-01T0:0:0",
            "2016-01-01T00:00:0x",
        ] {
            assert_eq!(unix_millis(text.as_bytes()), None, "{text}");
        }
        assert_eq!(unix_time_of_day(b"7:03:11 GMT"), Some(25_391_000));
    }

    fn shown(text: &str, order: DateOrder) -> String {
        parse_moment(text, order).map_or_else(|| "none".to_owned(), |m| m.to_string())
    }

    #[test]
    fn reads_the_shapes_that_cultures_print() {
        let us = DateOrder::MonthFirst;
        assert_eq!(shown("9/12/2003 10:53:18 PM", us), "2003-09-12 22:53:18");
        assert_eq!(shown("9/12/2003 12:05:00 AM", us), "2003-09-12 00:05:00");
        assert_eq!(shown("12.09.2003 22:53:18", DateOrder::DayFirst), "2003-09-12 22:53:18");
        assert_eq!(shown("2019/11/4 13:31:03", DateOrder::Unknown), "2019-11-04 13:31:03");
        assert_eq!(shown("2007-02-08T10:32:23.406Z", us), "2007-02-08 10:32:23 UTC");
        assert_eq!(shown("2007-02-08T10:32:23+01:00", us), "2007-02-08 09:32:23 UTC");
        assert_eq!(shown("2007-02-08T10:32:23", us), "2007-02-08 10:32:23");
        assert_eq!(shown(r"\/Date(1572845463000)\/", us), "2019-11-04 05:31:03 UTC");
        assert_eq!(shown("3/12/2019\u{202F}2:10\u{202F}PM", us), "2019-03-12 14:10:00");
        assert_eq!(shown("29-9-2026 10:01:02", DateOrder::DayFirst), "2026-09-29 10:01:02");
        assert_eq!(shown("12/03/2019 2:10:05 p.\u{a0}m.", DateOrder::DayFirst), "2019-03-12 14:10:05");
        // What .NET and Windows print for never.
        for never in ["1/1/0001 12:00:00 AM", "0001-01-01T00:00:00", "12/31/9999 11:59:59 PM", "1/1/1601 1:00:00 AM"] {
            assert_eq!((shown(never, us).as_str(), is_never(never)), ("none", true), "{never}");
        }
        assert!(!is_never("yesterday") && !is_never("9/12/2003 10:53:18 PM"));
        for wrong in ["", "yesterday", "13/13/2019 10:00", "1/1/1 25:00", "/Date(99999999999999999)/"] {
            assert_eq!(shown(wrong, us), "none", "{wrong}");
        }
    }

    #[test]
    fn infers_the_order_over_all_dates() {
        assert_eq!(DateOrder::infer(["03/04/2019 10:00", "13/04/2019 10:00"]), DateOrder::DayFirst);
        assert_eq!(DateOrder::infer(["03/04/2019 10:00", "03/14/2019 10:00"]), DateOrder::MonthFirst);
        assert_eq!(DateOrder::infer(["03/04/2019 1:00:00 PM"]), DateOrder::MonthFirst);
        assert_eq!(DateOrder::infer(["03.04.2019 10:00"]), DateOrder::DayFirst);
        assert_eq!(DateOrder::infer(["03/04/2019 10:00"]), DateOrder::Unknown);
    }

    #[test]
    fn a_date_that_can_be_read_in_two_ways_is_not_read() {
        let decided = |text, order| {
            let (time, ambiguous) = parse_decided(text, order);
            (time.map(|t| t.to_string()), ambiguous)
        };
        assert_eq!(decided("03/04/2019 10:00", DateOrder::Unknown), (None, true));
        assert_eq!(decided("03/04/2019 10:00", DateOrder::DayFirst).0.as_deref(), Some("2019-04-03 10:00:00"));
        for text in ["04/04/2019 10:00", "2019-04-04 10:00", "4.4.2019 10:00"] {
            assert_eq!(decided(text, DateOrder::Unknown), (Some("2019-04-04 10:00:00".to_owned()), false), "{text}");
        }
        assert_eq!(decided("soon", DateOrder::Unknown), (None, false));
    }

    #[test]
    fn an_unknown_offset_is_never_compared_away() {
        let utc = parse_moment("2019-03-12T10:00:00Z", DateOrder::Unknown).unwrap();
        let local = parse_moment("2019-03-12T11:00:00", DateOrder::Unknown).unwrap();
        assert_eq!(utc.compare(local), None);
    }
}
