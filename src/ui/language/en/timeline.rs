//! The timeline: controls, lanes, clocks. English.

use crate::ui::language::{count, grouped};

/// The timeline: controls, lanes, clocks.
pub struct TimelineWords {
    pub being_drawn: &'static str,
    pub zoom_in: &'static str,
    pub zoom_in_about: &'static str,
    pub zoom_out: &'static str,
    pub zoom_out_about: &'static str,
    pub all_times: &'static str,
    pub previous: &'static str,
    pub previous_about: &'static str,
    pub next: &'static str,
    pub next_about: &'static str,
    pub from: &'static str,
    pub to: &'static str,
    pub about_range: fn(&str, (u64, u64), u64) -> String,
    pub write_time: &'static str,
    pub all_sources: &'static str,
    pub rows: fn(u64) -> String,
    pub strip: &'static str,
    pub brush: &'static str,
    pub begin: &'static str,
    pub end: &'static str,
    pub local_is: &'static str,
    pub times_in: &'static str,
    pub local_time: &'static str,
    pub by_file: fn(u64) -> String,
    pub write_offset: &'static str,
    pub two_clocks: &'static str,
    pub no_zone: &'static str,
    pub as_printed: &'static str,
    pub no_server: &'static str,
    pub in_range: fn(&str, u64) -> String,
    pub queue: fn(&str) -> String,
    pub elsewhere: fn(Option<String>, Option<String>) -> String,
    pub flags: &'static str,
    pub flag: fn(u32, &str, usize) -> String,
    pub counted: &'static str,
    pub undrawn: fn(u64) -> String,
    pub untimed: fn(u64) -> String,
    pub left_out: fn(u64) -> String,
    pub records: &'static str,
    pub warning: &'static str,
    pub error: &'static str,
    pub critical: &'static str,
    pub lane: fn(&str) -> Option<&'static str>,
}

pub static WORDS: TimelineWords = TimelineWords {
    being_drawn: "The timeline is being drawn.",
    zoom_in: "Zoom in",
    zoom_in_about: "Zoom in (+, or Ctrl and the wheel)",
    zoom_out: "Zoom out",
    zoom_out_about: "Zoom out (-)",
    all_times: "All times",
    previous: "Previous error",
    previous_about: "In the table: E",
    next: "Next error",
    next_about: "In the table: e",
    from: "From",
    to: "to",
    about_range: |length, (shown, all), errors| {
        let rows = if shown == all {
            count(all, "row", "rows")
        } else {
            format!("{} of {}", grouped(shown), count(all, "row", "rows"))
        };
        format!("{length} · {rows} · {}", count(errors, "error", "errors"))
    },
    write_time: "Write a time like 2019-03-12 07:30, or 07:30 alone.",
    all_sources: "All sources",
    rows: |rows| count(rows, "row", "rows"),
    strip: "Range of time that all views show",
    brush: "Range: arrows move it, with Shift they resize it",
    begin: "Begin of the range",
    end: "End of the range",
    local_is: "Local time is UTC",
    times_in: "Times in",
    local_time: "local time",
    by_file: |files| format!("By file ({})", count(files, "file in local time", "files in local time")),
    write_offset: "Write hours and minutes ahead of UTC, like +01:00 or -05:00.",
    two_clocks: "Two clocks: some files are in UTC, others in the local time of a server without its zone. Each lane says which. They are not lined up until you say how far local time is ahead.",
    no_zone: "All times are local times of servers; the files do not say their zone.",
    as_printed: "as printed",
    no_server: "No server named",
    in_range: |lane, rows| format!("{lane}: {} in range", count(rows, "row", "rows")),
    queue: |queue| format!("Queue {queue}"),
    elsewhere: |before, after| match (before, after) {
        (Some(before), Some(after)) => {
            format!("none in range; last before it {before}, next after it {after}")
        }
        (Some(before), None) => format!("none in range; last before it {before}"),
        (None, Some(after)) => format!("none in range; next after it {after}"),
        (None, None) => "none in range".to_owned(),
    },
    flags: "When problems had begun",
    flag: |problem, time, more| match more {
        0 => format!("Problem {problem} · {time}"),
        more => format!("Problem {problem} · {time}, and {more} more"),
    },
    counted: "Logs are counted: of equal records the first and the last time are known, and a line joins them.",
    undrawn: |lanes| format!("{} not drawn; the table has them.", count(lanes, "lane is", "lanes are")),
    untimed: |records| format!("{} no time and cannot be shown here.", count(records, "record has", "records have")),
    left_out: |rows| {
        let rows = count(rows, "row of logs was", "rows of logs were");
        format!("{rows} of too many different kinds to be kept apart.")
    },
    records: "records",
    warning: "warning, put off, reply 4xx",
    error: "error, failed, reply 5xx",
    critical: "critical event",
    lane: |_| None,
};
