//! The path of a message: each hop with its time, and what lies between two of them.

use crate::base::timestamp::{Clock, Moment};
use crate::model::message_header::Hop;
use crate::model::version::ExchangeVersion;

/// Most hops that are shown. RFC 5321 takes more than 100 for a loop.
const HOPS: usize = 100;

/// The way of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Path {
    /// The hops, the first one first.
    pub hops: Vec<HopRow>,
    /// Hops that are not listed.
    pub more: usize,
    /// Seconds from the first time to the last, of those whose zone is known.
    pub total: Option<i64>,
    /// Whether the first and the last hop show such a time, so that the total is that of the whole path.
    pub is_whole: bool,
    /// The hop before which most time went by, when that is more than nothing.
    pub slowest: Option<usize>,
    /// What is worth knowing about the times and the way.
    pub remarks: Vec<String>,
}

/// A hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HopRow {
    /// When, as it can be compared: in UTC, or with the remark that the zone is not known.
    pub at: String,
    /// What lies between it and the hop before.
    pub delay: Delay,
    /// Its part of the longest delay, 0 to 100.
    pub share: u8,
    /// Who handed the message over.
    pub from: Option<String>,
    /// Who took it.
    pub by: Option<String>,
    /// How: protocol, and the service of Exchange.
    pub with: Option<String>,
    /// The version of the server that took it, for Exchange.
    pub version: Option<String>,
}

/// What lies between two hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// It is the first one.
    First,
    /// Not known, because of one of the two times.
    Unknown,
    /// Seconds; below zero when clocks differ.
    Seconds(i64),
}

/// The path of hops, the first one first.
pub(super) fn path(hops: &[Hop]) -> Path {
    let mut rows: Vec<HopRow> = Vec::new();
    let mut before: Option<Option<Moment>> = None;
    for hop in hops.iter().take(HOPS) {
        let delay = match before {
            None => Delay::First,
            Some(before) => before.zip(hop.at).and_then(|(a, b)| seconds(a, b)).map_or(Delay::Unknown, Delay::Seconds),
        };
        before = Some(hop.at);
        rows.push(row(hop, delay));
    }
    let longest = rows.iter().filter_map(HopRow::seconds).max().unwrap_or(0);
    let slowest = rows.iter().position(|row| longest > 0 && row.seconds() == Some(longest));
    for row in &mut rows {
        let part = row.seconds().filter(|s| *s > 0).map_or(0, |s| i128::from(s) * 100 / i128::from(longest.max(1)));
        // What took time is never nothing.
        let least = u8::from(row.seconds().is_some_and(|s| s > 0));
        row.share = u8::try_from(part).unwrap_or(100).max(least);
    }
    let known: Vec<Moment> = hops.iter().filter_map(|hop| hop.at).filter(|at| at.clock == Clock::Utc).collect();
    let total = match (known.first(), known.last()) {
        (Some(first), Some(last)) if known.len() > 1 => seconds(*first, *last),
        _ => None,
    };
    let remarks = remarks(&rows, hops);
    let is_utc = |hop: Option<&Hop>| hop.and_then(|hop| hop.at).is_some_and(|at| at.clock == Clock::Utc);
    let is_whole = is_utc(hops.first()) && is_utc(hops.last());
    Path { is_whole, more: hops.len().saturating_sub(HOPS), hops: rows, total, slowest, remarks }
}

/// Seconds between two times; nothing when a zone is not known. Two local times are of two machines.
fn seconds(from: Moment, to: Moment) -> Option<i64> {
    let known = from.clock == Clock::Utc && to.clock == Clock::Utc;
    known.then(|| from.at.duration_until(to.at).as_secs())
}

fn row(hop: &Hop, delay: Delay) -> HopRow {
    let at = match hop.at {
        Some(at) if at.clock == Clock::Utc => at.to_string(),
        Some(at) => format!("{at}, zone not known"),
        None => "No time".to_owned(),
    };
    let with = match (&hop.with, &hop.via) {
        (Some(with), Some(via)) => Some(format!("{with}, {via}")),
        (with, via) => with.clone().or_else(|| via.clone()),
    };
    // Others write numbers of their own behind `id`.
    let is_exchange = hop
        .with
        .as_ref()
        .is_some_and(|with| with.contains("Microsoft SMTP Server") || with.eq_ignore_ascii_case("mapi"));
    let version =
        hop.id.as_ref().filter(|_| is_exchange).and_then(|id| Some(format!("{} ({id})", ExchangeVersion::parse(id)?)));
    HopRow { at, delay, share: 0, from: hop.from.clone(), by: hop.by.clone(), with, version }
}

fn remarks(rows: &[HopRow], hops: &[Hop]) -> Vec<String> {
    let mut all = Vec::new();
    let name =
        |value: &Option<String>| value.as_ref().and_then(|text| text.split_whitespace().next().map(str::to_owned));
    for (row, hop) in rows.iter().zip(hops) {
        if let Delay::Seconds(seconds) = row.delay
            && seconds < 0
        {
            let by = name(&hop.by).unwrap_or_else(|| "the server of this hop".to_owned());
            all.push(format!(
                "The time of {by} is {} before that of the hop before it. Clocks differ by at least that much, so the delays around it are wrong by as much.",
                duration(-seconds)
            ));
        }
    }
    let unknown = rows.iter().filter(|row| row.delay == Delay::Unknown).count();
    if unknown > 0 {
        let hops = if unknown == 1 { "one hop" } else { &format!("{unknown} hops") };
        all.push(format!("The delay of {hops} is not known, because a time is missing or its zone is not known."));
    }
    let mut pairs: Vec<((String, String), usize)> = Vec::new();
    for hop in hops.iter().take(HOPS) {
        let (Some(from), Some(by)) = (name(&hop.from), name(&hop.by)) else { continue };
        let pair = (from.to_lowercase(), by.to_lowercase());
        match pairs.iter_mut().find(|(known, _)| *known == pair) {
            Some((_, count)) => *count += 1,
            None => pairs.push((pair, 1)),
        }
    }
    for ((from, by), count) in pairs.into_iter().filter(|(_, count)| *count >= 3) {
        all.push(format!("The message went {count} times from {from} to {by}, as in a loop."));
    }
    all
}

impl Path {
    /// How long the message was on its way, in words; nothing when that is not known.
    pub fn total_text(&self) -> Option<String> {
        let total = self.total.filter(|total| *total >= 0)?;
        let part = if self.is_whole { "" } else { ", without the hops whose time is not known" };
        Some(format!("{} in all{part}", duration(total)))
    }

    /// Whether a hop says between whom it was.
    pub(super) fn is_told(&self) -> bool {
        self.hops.iter().any(|hop| hop.from.is_some() || hop.by.is_some())
    }
}

impl HopRow {
    /// Seconds since the hop before, when they are known.
    pub fn seconds(&self) -> Option<i64> {
        match self.delay {
            Delay::Seconds(seconds) => Some(seconds),
            Delay::First | Delay::Unknown => None,
        }
    }

    /// The delay in words.
    pub fn delay_text(&self) -> String {
        match self.delay {
            Delay::First => "Start".to_owned(),
            Delay::Unknown => "Not known".to_owned(),
            Delay::Seconds(seconds) if seconds < 0 => format!("{} too early", duration(-seconds)),
            Delay::Seconds(seconds) => duration(seconds),
        }
    }
}

/// Seconds in the two largest units.
pub fn duration(seconds: i64) -> String {
    let units = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let mut rest = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (size, unit) in units {
        let count = rest / size;
        rest %= size;
        if count > 0 {
            parts.push(format!("{count} {unit}"));
        } else if !parts.is_empty() {
            break;
        }
        if parts.len() == 2 {
            break;
        }
    }
    if parts.is_empty() { "0 s".to_owned() } else { parts.join(" ") }
}
