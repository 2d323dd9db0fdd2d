//! The names of RoutingConfig files: the only place where 2013 and later write the time of a table.
//!
//! `HRoutingConfig#1@11_21_2014 02_31_07.xml`: process, number since the start of the service, time in
//! UTC. Since 2013 the time is `month_day_year hour_minute_second` everywhere; in 2007 and 2010 it is
//! in the regional format of the server, with whatever the file system refuses replaced.
//!
//! Traps: `#`, `@` and blanks are percent-encoded or replaced by some transfers; browsers add ` (1)`,
//! Explorer adds ` - Copy`; people put a server name in front and a remark behind.

use crate::base::timestamp::{DateOrder, Moment, parse_moment};

/// What the name of a file says about its table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileName {
    /// `Hub`, `FrontEnd`, `MailboxSubmission` or `MailboxDelivery`, from the prefix. Edge servers and
    /// 2007 and 2010 write none.
    pub process: Option<&'static str>,
    /// Number since the start of the service.
    pub sequence: Option<u32>,
    /// The time.
    pub written: Written,
}

/// The time in the name of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Written {
    /// The name holds no time.
    #[default]
    Absent,
    /// One reading.
    At(Moment),
    /// Day and month can be told apart by nothing: the month-first and the day-first reading.
    Either(Moment, Moment),
}

/// Whether a name is of the family, which decides nothing about the content.
pub fn is_named_like(name: &str) -> bool {
    marker(name).is_some()
}

/// Reads a name. `exact` for 2013 and later, whose time has one form.
pub fn read(name: &str, exact: bool) -> FileName {
    let name = percent_decoded(name);
    let Some(at) = marker(&name) else { return FileName::default() };
    let (prefix, rest) = (name.get(..at).unwrap_or(""), name.get(at + MARKER.len()..).unwrap_or(""));
    let (sequence, time) = match rest.split_once('@') {
        Some((number, time)) => (number.trim_start_matches(['#', '_', '-', ' ']).parse().ok(), time),
        // Transfers replace `#` and `@` alike; then the number is what stands before the last six
        // numbers, and a lone number in front cannot be told from part of the time.
        None => match rest.strip_prefix(['#', '_', '-']).and_then(|rest| rest.split_once(['_', '-', '#'])) {
            Some((number, time)) if numbers(rest).len() > 6 => (number.parse().ok(), time),
            _ => (None, rest),
        },
    };
    FileName { process: process(prefix), sequence, written: written(time, exact) }
}

const MARKER: &str = "routingconfig";

fn marker(name: &str) -> Option<usize> {
    // Lower-casing ASCII keeps the positions of bytes.
    name.to_ascii_lowercase().find(MARKER)
}

fn process(prefix: &str) -> Option<&'static str> {
    let letters = prefix.rsplit(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or("");
    match letters.to_ascii_uppercase().as_str() {
        "H" => Some("Hub"),
        "F" => Some("FrontEnd"),
        "MS" => Some("MailboxSubmission"),
        "MD" => Some("MailboxDelivery"),
        _ => None,
    }
}

/// Runs of digits with the character before each.
fn numbers(text: &str) -> Vec<(char, &str)> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = text;
    while let Some(from) = rest.find(|c: char| c.is_ascii_digit()) {
        if let Some(c) = rest.get(..from).and_then(|skipped| skipped.chars().next_back()) {
            before = c;
        }
        let tail = rest.get(from..).unwrap_or("");
        let to = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        found.extend(tail.get(..to).map(|digits| (before, digits)));
        rest = tail.get(to..).unwrap_or("");
    }
    found
}

fn written(time: &str, exact: bool) -> Written {
    let found = numbers(time);
    let &[(_, a), (separator, b), (_, c), (_, hour), (_, minute), ..] = found.as_slice() else {
        return Written::Absent;
    };
    // Without seconds the sixth number belongs to what was added to the name: ` (1)`.
    let second = match found.get(5) {
        Some((before, digits)) if digits.len() == 2 && *before != '(' => digits,
        _ => "00",
    };
    let upper = time.to_ascii_uppercase();
    let word = |mark: &str| upper.split(|c: char| !c.is_ascii_alphabetic()).any(|word| word == mark);
    let half = if word("AM") {
        " AM"
    } else if word("PM") {
        " PM"
    } else {
        ""
    };
    // The file system takes no `/` and no `:`, so underscores and hyphens stand for both.
    let separator = if separator == '.' { '.' } else { '/' };
    let text = format!("{a}{separator}{b}{separator}{c} {hour}:{minute}:{second}{half}");
    let at = |order| parse_moment(&text, order).map(|moment| Moment::utc(moment.at));
    if exact {
        let plain = a.len() == 2 && b.len() == 2 && c.len() == 4;
        return at(DateOrder::MonthFirst).filter(|_| plain).map_or(Written::Absent, Written::At);
    }
    let order = if a.len() == 4 { DateOrder::MonthFirst } else { DateOrder::infer([text.as_str()]) };
    match (order, at(DateOrder::MonthFirst), at(DateOrder::DayFirst)) {
        (DateOrder::MonthFirst, Some(moment), _) | (DateOrder::DayFirst, _, Some(moment)) => Written::At(moment),
        (DateOrder::Unknown, Some(a), Some(b)) if a == b => Written::At(a),
        (DateOrder::Unknown, Some(a), Some(b)) => Written::Either(a, b),
        _ => Written::Absent,
    }
}

fn percent_decoded(name: &str) -> String {
    [("%23", "#"), ("%40", "@"), ("%20", " "), ("+", " ")]
        .iter()
        .fold(name.to_owned(), |name, (code, plain)| name.replace(code, plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(name: &str, exact: bool) -> String {
        let name = read(name, exact);
        let written = match name.written {
            Written::Absent => "none".to_owned(),
            Written::At(at) => at.to_string(),
            Written::Either(a, b) => format!("{a} or {b}"),
        };
        format!("{} {} {written}", name.process.unwrap_or("-"), name.sequence.map_or(-1, i64::from))
    }

    #[test]
    fn names_of_2013_and_later_have_one_form() {
        for (name, expected) in [
            ("HRoutingConfig#1@11_21_2014 02_31_07.xml", "Hub 1 2014-11-21 02:31:07 UTC"),
            ("FRoutingConfig#255@01_02_2020 23_59_59.xml", "FrontEnd 255 2020-01-02 23:59:59 UTC"),
            ("MSRoutingConfig#0@01_02_2020 23_59_59 (1).xml", "MailboxSubmission 0 2020-01-02 23:59:59 UTC"),
            ("EX1_MDRoutingConfig#7@01_02_2020 23_59_59 - Copy (2).xml", "MailboxDelivery 7 2020-01-02 23:59:59 UTC"),
            ("RoutingConfig#1@11_21_2014 02_31_07_edge.xml", "- 1 2014-11-21 02:31:07 UTC"),
            ("HRoutingConfig%231%4011_21_2014%2002_31_07.xml", "Hub 1 2014-11-21 02:31:07 UTC"),
            ("HRoutingConfig_1_11_21_2014_02_31_07.xml", "Hub 1 2014-11-21 02:31:07 UTC"),
            ("HRoutingConfig 11_21_2014 02_31_07.xml", "Hub -1 2014-11-21 02:31:07 UTC"),
            ("HRoutingConfig#1@21_11_2014 02_31_07.xml", "Hub 1 none"),
            ("HRoutingConfig (1).xml", "Hub -1 none"),
            ("routing.xml", "- -1 none"),
        ] {
            assert_eq!(shown(name, true), expected, "{name}");
        }
    }

    #[test]
    fn names_of_2007_and_2010_carry_the_format_of_their_region() {
        for (name, expected) in [
            ("RoutingConfig#1@3_14_2009 8_14_55 PM.xml", "- 1 2009-03-14 20:14:55 UTC"),
            ("routingconfig@3-2-2009 8-14-55 AM.xml", "- -1 2009-03-02 08:14:55 UTC"),
            ("RoutingConfig#12@02.03.2009 08_14_55.xml", "- 12 2009-03-02 08:14:55 UTC"),
            ("RoutingConfig#12@2009-03-02 08_14_55.xml", "- 12 2009-03-02 08:14:55 UTC"),
            ("RoutingConfig#1@14_03_2009 20_14_55.xml", "- 1 2009-03-14 20:14:55 UTC"),
            ("RoutingConfig#1@03_03_2009 20_14.xml", "- 1 2009-03-03 20:14:00 UTC"),
            ("RoutingConfig#1@02_03_2009 08_14_55.xml", "- 1 2009-02-03 08:14:55 UTC or 2009-03-02 08:14:55 UTC"),
            ("RoutingConfig#1@yesterday.xml", "- 1 none"),
        ] {
            assert_eq!(shown(name, false), expected, "{name}");
        }
    }
}
