//! `Get-WinEvent` (Windows 2008 and later), in every shape that PowerShell prints. The class is
//! <https://learn.microsoft.com/dotnet/api/system.diagnostics.eventing.reader.eventlogrecord>.
//!
//! Traps:
//! - A table does not print the source with each event: it stands above the group, as
//!   `ProviderName: MSExchangeTransport`. Selections often leave it out altogether, and an id without
//!   its source means nothing.
//! - CSV shows the type of `Properties` instead of the insertion strings; lists print them in braces,
//!   where a comma inside a string cannot be told from one between two. Only CLIXML and JSON keep them.
//! - The message is missing where the machine did not have the provider, and in its language.
//! - A table cuts the message.

use super::cmdlet::{self, Cmdlet, Row, Undecided};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::powershell::{self, Shape};
use crate::base::source::Place;
use crate::model::Record;
use crate::model::event::message::{insertion_strings, without_help};
use crate::model::event::{Event, Level};

/// `Get-WinEvent`.
pub static FORMAT: Format = Format {
    id: "get-win-event",
    title: "Get-WinEvent",
    how_to_collect: "Get-WinEvent -FilterHashtable @{LogName='Application'; ProviderName='MSExchange*'} -MaxEvents 5000 | \
                     Export-Clixml events.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-WinEvent",
    name: "Get-WinEvent -LogName Application",
    classes: &["EventLogRecord"],
    own: &[
        "TimeCreated",
        "ProviderName",
        "Id",
        "LevelDisplayName",
        "Message",
        "MachineName",
        "LogName",
        "RecordId",
        "Level",
        "TaskDisplayName",
        "ContainerLog",
        "Properties",
        "ProviderId",
        "KeywordsDisplayNames",
        "OpcodeDisplayName",
        "MatchedQueryIds",
        "Qualifiers",
        "ProcessId",
        "ThreadId",
        "UserId",
    ],
    sets: &[
        &["ProviderName", "Id"],
        &["TimeCreated", "Id", "LevelDisplayName"],
        &["TimeCreated", "Id", "Message"],
        &["TimeCreated", "Id", "Level"],
    ],
    never: &["EntryType", "InstanceId", "ReplacementStrings", "NextHopDomain"],
    marks: &["TimeCreated", "ProviderName", "LevelDisplayName", "RecordId", "Message"],
    near: "Looks like Get-WinEvent, but has no ids of events. Export with Get-WinEvent -LogName Application | Export-Clixml \
           events.xml",
    dates: &["TimeCreated"],
};

fn probe(head: &Head<'_>) -> Probe {
    let found = cmdlet::probe(head, &CMDLET);
    let Some(parsed) = head.powershell() else { return found };
    let settings = |o: &powershell::Object| o.is_class("EventLogConfiguration");
    if parsed.objects.first().is_some_and(settings) {
        return Probe::Near(
            "The settings of event logs (Get-WinEvent -ListLog, class EventLogConfiguration), not their events. Save the log \
             itself: wevtutil epl Application Application.evtx"
                .to_owned(),
        );
    }
    let named = parsed.objects.iter().any(|o| o.get("ProviderName").is_some());
    let grouped = || head.text.lines().any(|(_, line)| provider(line).is_some());
    match found {
        Probe::Yes(..) if !named && !grouped() => Probe::Near(
            "Looks like Get-WinEvent, but without ProviderName, and an event id means nothing without its source. Export \
             with Get-WinEvent -LogName Application | Export-Clixml events.xml"
                .to_owned(),
        ),
        found => found,
    }
}

/// The source above a group of a table.
fn provider(line: &str) -> Option<&str> {
    let name = line.trim_start().strip_prefix("ProviderName:")?.trim();
    (line.starts_with("   ") && !name.is_empty()).then_some(name)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let shape = powershell::sniff(document.text);
    let groups: Vec<(u32, &str)> = match shape {
        Some(Shape::Table) => document.text.lines().filter_map(|(n, line)| Some((n, provider(line)?))).collect(),
        _ => Vec::new(),
    };
    let exact = matches!(shape, Some(Shape::Clixml | Shape::Json));
    cmdlet::parse_with(document, out, &CMDLET, Undecided::LeftOut, |row| {
        let group = || -> Option<String> {
            let Place::Lines { first, .. } = row.span().place else { return None };
            let before = groups.partition_point(|(line, _)| *line <= first);
            Some(groups.get(before.checked_sub(1)?)?.1.to_owned())
        };
        let group = group();
        event(row, group, exact).map(Record::Event).into_iter().collect()
    });
}

fn event(row: &mut Row<'_>, group: Option<String>, exact: bool) -> Option<Event> {
    let source = row.plain("ProviderName").or(group)?;
    let id = row.parsed("Id", |text| text.parse::<u32>().ok().and_then(|id| u16::try_from(id & 0xFFFF).ok()))?;
    let mut event = Event::new(row.span(), source, id.value);
    event.time = row.moment("TimeCreated").map(|time| time.value);
    let number = row.parsed("Level", |text| text.parse().ok().and_then(Level::from_number).or(Level::from_name(text)));
    event.level = number.or_else(|| row.parsed("LevelDisplayName", Level::from_name)).map(|level| level.value);
    event.computer = row.any_text(&["MachineName", "PSComputerName", "ComputerName"]).map(|name| name.value);
    event.channel = row.any_text(&["LogName", "ContainerLog"]).map(|name| name.value);
    event.category = row.any_text(&["TaskDisplayName", "Task"]).map(|task| task.value).filter(|task| task != "0");
    event.record = row.number("RecordId").map(|number| number.value);
    let message = row.raw("Message");
    // Without the message the strings are all there is; the row notes that they are hidden.
    if !exact && message.is_none() {
        row.whole_list("Properties");
    }
    if exact {
        event.strings = row.whole_list("Properties").unwrap_or_default();
    }
    if let Some(message) = message {
        let given = insertion_strings(&message);
        if given.is_none() {
            event.message = Some(without_help(&message).to_owned()).filter(|text| !text.is_empty());
        } else if event.strings.is_empty() {
            event.strings = given.unwrap_or_default();
        }
    }
    Some(event)
}
