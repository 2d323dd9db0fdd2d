//! A record as lines, for the reader who wants to see what a finding rests on.

use super::Event;
use crate::base::shown_records::ShownRecord;

/// A record of a log as it is shown.
pub fn shown(event: &Event, record: u64) -> ShownRecord {
    ShownRecord { number: record.to_string(), brief: brief(event), lines: lines(event, record), xml: None }
}

/// When, how severe, and which event.
fn brief(event: &Event) -> String {
    let time = event.time.map(|time| time.to_string());
    let level = event.level.map(|level| level.to_string());
    let parts = [time, level, Some(format!("{} {}", event.source, event.id))];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

/// The fields of an event, one per line; texts of several lines stay several lines.
pub fn lines(event: &Event, record: u64) -> Vec<String> {
    let mut out = vec![format!("Record: {record}")];
    let mut field = |label: &str, value: &str| {
        let mut parts = value.lines();
        out.push(format!("{label}: {}", parts.next().unwrap_or("")));
        out.extend(parts.map(|part| format!("  {part}")));
    };
    if let Some(number) = event.record.filter(|number| *number != record) {
        field("Record number in Event Viewer", &number.to_string());
    }
    if event.recovered {
        field("State", "older record, no longer part of the log");
    }
    field("Source", &event.source);
    field("Event ID", &event.id.to_string());
    if let Some(level) = event.level {
        field("Level", &level.to_string());
    }
    if let Some(time) = event.time {
        field("Time (UTC)", time.to_string().trim_end_matches(" UTC"));
    }
    let optional = [("Computer", &event.computer), ("Log", &event.channel), ("Category", &event.category)];
    for (label, value) in optional {
        if let Some(value) = value {
            field(label, value);
        }
    }
    for (i, text) in event.strings.iter().enumerate() {
        field(&format!("String {}", i + 1), text);
    }
    if !event.data.is_empty() {
        let bytes: Vec<String> = event.data.iter().map(|b| format!("{b:02x}")).collect();
        field("Data", &bytes.join(" "));
    }
    if let Some(message) = &event.message {
        field("Message", message);
    }
    out
}
