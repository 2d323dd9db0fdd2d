//! The way of a message over the servers, in the drawer. English.

use crate::ui::language::{count, grouped};
use crate::worker::protocol::{Aspect, Origin};

/// The way of a message over the servers, in the drawer.
pub struct PathWords {
    pub title: &'static str,
    pub own_row: &'static str,
    pub own_row_about: &'static str,
    pub searching: fn(u64) -> String,
    pub found: fn(u64, u64) -> String,
    pub in_all: fn(&str) -> String,
    pub searched: fn(u64) -> String,
    pub no_logs: &'static str,
    pub opened: fn(&str) -> String,
    pub hops: &'static str,
    pub hops_about: &'static str,
    pub steps: &'static str,
    pub span: fn(i64) -> String,
    pub after: fn(&str) -> String,
    pub longest: &'static str,
    pub origin: fn(Origin) -> &'static str,
    pub aspect: fn(Aspect, &str) -> String,
    pub rows: fn(u64) -> String,
    pub other: &'static str,
    pub open: fn(&str) -> String,
    pub also: fn(&str) -> String,
    pub no_time: &'static str,
    pub apart: &'static str,
    pub to_timeline: &'static str,
    pub untimed: &'static str,
    pub beyond: fn(u64) -> String,
    pub damaged: fn(u64) -> String,
    pub broken: fn(u64) -> String,
    pub scope: &'static str,
    pub no_id: &'static str,
    pub bring: &'static str,
    pub settles: &'static str,
}

/// `250 ms`, `4 s`, `12 min 5 s`, `6 h 14 min`, `3 days 2 h`; the words for one day and for several.
pub fn span(milliseconds: i64, (day, days): (&str, &str)) -> String {
    let seconds = milliseconds / 1_000;
    let (minutes, hours) = (seconds / 60, seconds / 3_600);
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..120 => format!("{seconds} s"),
        120..7_200 => format!("{minutes} min {} s", seconds % 60),
        7_200..172_800 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} {} h", count((hours / 24).unsigned_abs(), day, days), hours % 24),
    }
}

pub static WORDS: PathWords = PathWords {
    title: "Path of the message",
    own_row: "Line of this row",
    own_row_about: "Show the line of the row itself again",
    searching: |percent| format!("Searching the logs: {percent} %"),
    found: |steps, servers| match (steps, servers) {
        (0, _) => "No step was found".to_owned(),
        (steps, 0) => count(steps, "step", "steps"),
        (steps, servers) => format!("{} on {}", count(steps, "step", "steps"), count(servers, "server", "servers")),
    },
    in_all: |span| format!("{span} from the first to the last"),
    searched: |logs| format!("{} searched", count(logs, "log", "logs")),
    no_logs: "no logs to search",
    opened: |place| format!("Shown: {place}"),
    hops: "Time by server",
    hops_about: "From the first step on a server to the first step on the next one; on the last server to its last step",
    steps: "Steps, the earliest first. Each shows its line.",
    span: |milliseconds| span(milliseconds, ("day", "days")),
    after: |span| format!("{span} after the step before"),
    longest: "longest wait",
    origin: |origin| match origin {
        Origin::Tracking => "tracking",
        Origin::History => "history",
        Origin::Queue => "queue",
        Origin::Receive => "SMTP receive log",
        Origin::Send => "SMTP send log",
        Origin::Agent => "agent log",
        Origin::Service => "SMTP log of IIS",
    },
    aspect: |aspect, text| match aspect {
        Aspect::Part => format!("by {text}"),
        Aspect::From => format!("from {text}"),
        Aspect::To => format!("to {text}"),
        Aspect::Connector => format!("connector {text}"),
        Aspect::Queue => format!("queue {text}"),
        Aspect::Recipients => format!("for {text}"),
        Aspect::Session => format!("session {text}"),
        Aspect::Remote => format!("remote end {text}"),
        Aspect::Local => format!("own end {text}"),
        Aspect::Says => text.to_owned(),
    },
    rows: |rows| count(rows, "row", "rows"),
    other: "another message that refers to this one",
    open: |place| format!("Show {place}"),
    also: |place| format!("also {place}"),
    no_time: "time unknown",
    apart: "These are times of two clocks: those in UTC come first, then local times as printed. No delay is told between them.",
    to_timeline: "Say on the timeline how far local time is ahead of UTC",
    untimed: "Steps whose time is not shown, or can be read in two ways, come last.",
    beyond: |steps| {
        format!("{} beyond these. The search in all lines shows them.", count(steps, "more step", "more steps"))
    },
    damaged: |lines| {
        if lines == 1 {
            "1 line names the message and is damaged or cut, so it is no step.".to_owned()
        } else {
            format!("{} lines name the message and are damaged or cut, so they are no steps.", grouped(lines))
        }
    },
    broken: |logs| format!("{} could not be read to the end.", count(logs, "log", "logs")),
    scope: "Searched: message tracking logs, SMTP protocol logs, agent logs and SMTP logs of IIS. Exports count with the rows that they have; other files are not searched.",
    no_id: "This row does not show the identifier of its message, so no other record can be tied to it.",
    bring: "To bring:",
    settles: "It settles:",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_in_units_that_fit() {
        let told = [3, 4_282, 119_999, 895_005, 22_440_000, 200_000_000].map(WORDS.span);
        assert_eq!(told, ["3 ms", "4 s", "119 s", "14 min 55 s", "6 h 14 min", "2 days 7 h"]);
    }
}
