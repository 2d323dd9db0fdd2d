//! What a reader says about clocks: how far local time is ahead of UTC, and in which zone times are shown.
//!
//! Files hold times in UTC and local times without a zone ([`Clock`]). The two share an axis only when somebody who knows the
//! site says how far apart they are; until then each is taken as printed, and whoever shows them says so.
//!
//! Trap: the axis is UTC for all times whose offset is known. A local time without one keeps its digits.

use jiff::civil;
use serde::{Deserialize, Serialize};

use super::source::SourceId;
use super::timestamp::{Clock, Moment, unix_date, unix_time_of_day};
use crate::base::order::Order as _;

/// What is known of clocks. Offsets are minutes ahead of UTC.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clocks {
    /// Offset of local times, for all files without an own one.
    pub local: Option<i32>,
    /// Offsets of single files, by their number.
    pub files: Vec<(u32, i32)>,
    /// Whether times are shown in local time; counts when `local` is known.
    pub in_local: bool,
}

impl Clocks {
    /// The offset of local times in a file.
    pub fn offset(&self, source: Option<SourceId>) -> Option<i32> {
        let own = source.and_then(|source| self.files.iter().find(|(file, _)| *file == source.0));
        own.map(|(_, offset)| *offset).or(self.local)
    }

    /// Gives a file an own offset, or takes it back.
    pub fn set_file(&mut self, file: u32, offset: Option<i32>) {
        self.files.retain(|(known, _)| *known != file);
        self.files.extend(offset.map(|offset| (file, offset)));
        self.files.order();
    }

    /// Whether a time has a known place in UTC.
    pub fn is_placed(&self, moment: Moment, source: Option<SourceId>) -> bool {
        moment.clock == Clock::Utc || self.offset(source).is_some()
    }

    /// Where a time lies on the axis, in milliseconds since 1970.
    pub fn axis(&self, moment: Moment, source: Option<SourceId>) -> i64 {
        let digits = millis(moment.at);
        match moment.clock {
            Clock::Utc => digits,
            Clock::Local => match self.offset(source) {
                Some(offset) => digits.saturating_sub(i64::from(offset) * 60_000),
                // Its digits are what is shown, whatever the zone.
                None => digits.saturating_sub(self.zone() * 60_000),
            },
        }
    }

    /// Minutes by which times are shown ahead of the axis.
    pub fn zone(&self) -> i64 {
        self.local.filter(|_| self.in_local).map_or(0, i64::from)
    }

    /// The zone in which times of the axis are shown.
    pub fn zone_name(&self) -> String {
        match self.local.filter(|_| self.in_local) {
            Some(offset) => format!("UTC{}", print_offset(offset)),
            None => "UTC".to_owned(),
        }
    }

    /// A place on the axis as digits of the zone that is shown.
    pub fn digits(&self, axis: i64) -> String {
        let shown = Moment::from_unix_millis(axis.saturating_add(self.zone() * 60_000));
        shown.map_or_else(String::new, |moment| Moment::local(moment.at).to_string())
    }

    /// A time as it is shown: in the zone asked for when its place is known, else as printed.
    pub fn show(&self, moment: Moment, source: Option<SourceId>) -> String {
        if !self.is_placed(moment, source) {
            return moment.to_string();
        }
        let zone = self.local.filter(|_| self.in_local).map_or_else(|| "UTC".to_owned(), print_offset);
        format!("{} {zone}", self.digits(self.axis(moment, source)))
    }

    /// A typed time as a place on the axis: `2019-03-12 07:30`, or `07:30` on the day of another place.
    pub fn read(&self, text: &str, like: i64) -> Option<i64> {
        let zone = self.zone() * 60_000;
        let text = text.trim().trim_end_matches("UTC").trim_end();
        let (day, time) = match text.split_once([' ', 'T']) {
            Some((day, time)) => (unix_date(day.as_bytes())?, time.trim()),
            None if text.contains(':') => {
                (like.saturating_add(zone).div_euclid(86_400_000).saturating_mul(86_400_000), text)
            }
            None => (unix_date(text.as_bytes())?, "0:00"),
        };
        let time = if time.matches(':').count() == 1 { format!("{time}:00") } else { time.to_owned() };
        Some(day.saturating_add(unix_time_of_day(time.as_bytes())?).saturating_sub(zone))
    }
}

/// Milliseconds since 1970 by the digits of a time, whatever its clock.
pub fn millis(at: civil::DateTime) -> i64 {
    let since = at.duration_since(civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0));
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// `+01:00`
pub fn print_offset(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// Minutes of `+01:00`, `1`, `-5`, `UTC+5:30`, `0530`; none for what no zone of the world has.
pub fn read_offset(text: &str) -> Option<i32> {
    let text = text.trim();
    let text =
        text.get(..3).filter(|start| start.eq_ignore_ascii_case("utc")).map_or(text, |_| text.get(3..).unwrap_or(""));
    let text = text.trim();
    let (sign, digits) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let (hours, minutes) = match digits.split_once([':', '.']) {
        Some(parts) => parts,
        None if digits.len() > 2 => digits.split_at_checked(digits.len() - 2)?,
        None => (digits, "0"),
    };
    let number = |text: &str| {
        let sound = !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
        sound.then(|| text.parse::<i32>().ok()).flatten()
    };
    let offset = sign * (number(hours)? * 60 + number(minutes).filter(|minutes| *minutes < 60)?);
    (-12 * 60..=14 * 60).contains(&offset).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::timestamp::{DateOrder, parse_moment};

    fn moment(text: &str) -> Moment {
        parse_moment(text, DateOrder::Unknown).unwrap()
    }

    #[test]
    fn clocks_meet_only_when_the_reader_says_how() {
        let (utc, local) = (moment("2019-03-12T07:52:07Z"), moment("2019-03-12T08:52:07"));
        let mut clocks = Clocks::default();
        assert_eq!(clocks.axis(local, None) - clocks.axis(utc, None), 3_600_000);
        assert_eq!(clocks.show(local, None), "2019-03-12 08:52:07");
        clocks.local = Some(60);
        assert_eq!(clocks.axis(local, None), clocks.axis(utc, None));
        assert_eq!(clocks.show(local, None), "2019-03-12 07:52:07 UTC");
        clocks.in_local = true;
        assert_eq!(clocks.show(utc, None), "2019-03-12 08:52:07 +01:00");
        clocks.set_file(3, Some(-300));
        assert_eq!(clocks.show(local, Some(SourceId(3))), "2019-03-12 14:52:07 +01:00");
        clocks.set_file(3, None);
        assert!(clocks.files.is_empty());
    }

    #[test]
    fn a_local_time_keeps_its_digits_in_every_zone() {
        let local = moment("2019-03-12T08:52:07");
        let clocks = Clocks { local: None, files: vec![(1, 120)], in_local: true };
        assert!(!clocks.is_placed(local, None) && clocks.is_placed(local, Some(SourceId(1))));
        assert_eq!(clocks.digits(clocks.axis(local, None)), "2019-03-12 08:52:07");
    }

    #[test]
    fn offsets_are_those_of_the_world() {
        for (text, minutes) in
            [("+01:00", 60), ("1", 60), ("UTC+5:30", 330), ("-0330", -210), ("utc -5", -300), ("0", 0)]
        {
            assert_eq!(read_offset(text), Some(minutes), "{text}");
        }
        for text in ["", "utc", "+", "15", "-13", "1:60", "x", "1:2:3", "é", "+ü"] {
            assert_eq!(read_offset(text), None, "{text}");
        }
        assert_eq!([print_offset(330), print_offset(-210)], ["+05:30", "-03:30"]);
    }

    #[test]
    fn typed_times_are_read_in_the_zone_that_is_shown() {
        let clocks = Clocks { local: Some(60), files: Vec::new(), in_local: true };
        let at = clocks.read("2019-03-12 07:30", 0).unwrap();
        assert_eq!(clocks.digits(at), "2019-03-12 07:30:00");
        assert_eq!(clocks.digits(clocks.read("23:59:58", at).unwrap()), "2019-03-12 23:59:58");
        assert_eq!(clocks.digits(clocks.read("2019-03-13", at).unwrap()), "2019-03-13 00:00:00");
        for text in ["", "soon", "25:00", "2019-03-12 7", "2019-13-01 07:30"] {
            assert_eq!(clocks.read(text, at), None, "{text}");
        }
    }
}
