//! Dates as mail has them: those of a header (RFC 5322, section 3.3), and as Outlook prints them in a message that was saved as
//! text.
//!
//! Traps: a remark behind the date names the zone again; `CST` of China is not that of Chicago, so zones that the standard does
//! not define are not guessed, and such a time is local.

use jiff::civil::DateTime;
use jiff::fmt::rfc2822::DateTimeParser;
use jiff::tz::TimeZone;

use super::timestamp::{DateOrder, Moment, parse_decided};

/// Names of zones that RFC 5322 defines. Of others the library would take `CET` for UTC.
const ZONES: &[&str] = &["UT", "UTC", "GMT", "Z", "EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"];

/// How Outlook prints the date of a message.
const OUTLOOK: [&str; 2] = ["%A, %B %d, %Y %I:%M %p", "%A, %d %B %Y %H:%M"];

/// A date of a header.
pub fn of_header(text: &str) -> Option<Moment> {
    let text = text.split('(').next()?.trim();
    let (date, zone) = text.rsplit_once(char::is_whitespace).unwrap_or((text, ""));
    let parse = |text: &str| {
        let zoned = DateTimeParser::new().relaxed_weekday(true).parse_zoned(text).ok()?;
        Some(zoned.with_time_zone(TimeZone::UTC).datetime())
    };
    if zone.starts_with(['+', '-']) || ZONES.iter().any(|known| known.eq_ignore_ascii_case(zone)) {
        return parse(text).map(Moment::utc);
    }
    let date = if zone.contains(':') { text } else { date };
    parse(&format!("{date} +0000")).map(Moment::local)
}

/// A date of a header, or as Outlook prints it. One that may be of two days is none.
pub fn of_message(text: &str) -> Option<Moment> {
    let in_words = |shape: &str| DateTime::strptime(shape, text.trim()).ok().map(Moment::local);
    of_header(text)
        .or_else(|| OUTLOOK.iter().find_map(|shape| in_words(shape)))
        .or_else(|| parse_decided(text, DateOrder::Unknown).0)
}

#[cfg(test)]
mod tests {
    use super::of_message;

    #[test]
    fn dates_of_mails_and_of_outlook_are_read() {
        let shown = |text: &str| of_message(text).map(|at| at.to_string());
        assert_eq!(shown("Tue, 26 Apr 2016 10:02:11 +0200").as_deref(), Some("2016-04-26 08:02:11 UTC"));
        assert_eq!(shown(" Mon, 4 Nov 2013 09:12:11 +0100 (CET)").as_deref(), Some("2013-11-04 08:12:11 UTC"));
        assert_eq!(shown("Mon, 4 Nov 2013 09:12:11 CET").as_deref(), Some("2013-11-04 09:12:11"));
        assert_eq!(shown("Tuesday, September 24, 2002 10:20 AM").as_deref(), Some("2002-09-24 10:20:00"));
        assert_eq!((shown("yesterday"), shown("03/04/2019 10:20")), (None, None));
    }
}
