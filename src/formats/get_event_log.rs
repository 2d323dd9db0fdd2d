//! `Get-EventLog` (Windows PowerShell 1 to 5.1), in every shape that PowerShell prints. The class is
//! <https://learn.microsoft.com/dotnet/api/system.diagnostics.eventlogentry>.
//!
//! Traps:
//! - `InstanceId` is the 32-bit id with severity and facility, sometimes printed as a negative number;
//!   a table shows it and not `EventID`.
//! - A table prints times without their year (`Mar 12 14:10`), which is no time.
//! - CSV shows `System.String[]` and `System.Byte[]` in place of strings and data bytes; lists print
//!   strings in braces, where a comma inside a string cannot be told from one between two.
//! - Without the provider's library the message is a placeholder with the strings in quotes.
//! - The class carries log, source and id behind `#`.

use super::cmdlet::{self, Cmdlet, Row, Undecided};
use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::ledger::NoteKind;
use crate::base::powershell::{self, Shape};
use crate::base::timestamp::Moment;
use crate::model::Record;
use crate::model::event::labels::category;
use crate::model::event::message::{insertion_strings, without_help};
use crate::model::event::{Event, Level};

/// `Get-EventLog`.
pub static FORMAT: Format = Format {
    id: "get-event-log",
    title: "Get-EventLog",
    how_to_collect: "Get-EventLog -LogName Application -Source MSExchange* -Newest 5000 | Export-Clixml events.xml",
    extensions: &["xml", "txt", "csv", "json"],
    probe,
    parse: Parse::Document(parse),
};

static CMDLET: Cmdlet = Cmdlet {
    title: "Get-EventLog",
    name: "Get-EventLog -LogName Application",
    classes: &["EventLogEntry"],
    own: &[
        "EventID",
        "Source",
        "EntryType",
        "TimeGenerated",
        "TimeWritten",
        "Message",
        "MachineName",
        "InstanceId",
        "Index",
        "ReplacementStrings",
        "Category",
        "CategoryNumber",
        "Data",
        "UserName",
    ],
    sets: &[
        &["Source", "InstanceId"],
        &["Source", "EventID", "EntryType"],
        &["Source", "EventID", "TimeGenerated"],
        &["Source", "EventID", "TimeWritten"],
        &["Source", "EventID", "Message"],
    ],
    never: &["ProviderName", "LevelDisplayName", "NextHopDomain", "TimeCreated"],
    marks: &["EntryType", "InstanceId", "ReplacementStrings", "TimeGenerated", "EventID"],
    near: "Looks like Get-EventLog, but has no sources and ids of events together. Export with Get-EventLog -LogName \
           Application | Export-Clixml events.xml",
    dates: &["TimeGenerated", "TimeWritten"],
};

fn probe(head: &Head<'_>) -> Probe {
    cmdlet::probe(head, &CMDLET)
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let shape = powershell::sniff(document.text);
    let exact = matches!(shape, Some(Shape::Clixml | Shape::Json));
    let without_year = std::cell::Cell::new(0_u64);
    cmdlet::parse_with(document, out, &CMDLET, Undecided::LeftOut, |row| {
        let Some(event) = event(row, exact) else { return Vec::new() };
        without_year.set(without_year.get() + u64::from(event.time.is_none() && row.get("Time").is_some()));
        vec![Record::Event(event)]
    });
    if without_year.get() > 0 {
        out.note(
            NoteKind::Truncated,
            None,
            format!(
                "The table prints times without their year; {} events have no time here. {} | Export-Clixml keeps it.",
                without_year.get(),
                CMDLET.name
            ),
        );
    }
}

fn event(row: &mut Row<'_>, exact: bool) -> Option<Event> {
    let source = row.plain("Source")?;
    let id = row.parsed("EventID", id).or_else(|| row.parsed("InstanceId", id))?;
    let mut event = Event::new(row.span(), source, id.value);
    event.time = ["TimeGenerated", "TimeWritten"].iter().find_map(|name| moment(row, name));
    event.level = row.parsed("EntryType", level).map(|level| level.value);
    event.computer = row.any_text(&["MachineName", "PSComputerName"]).map(|name| name.value).filter(|name| name != ".");
    event.category = row.any_text(&["Category", "CategoryNumber"]).and_then(|text| category(&text.value));
    event.record = row.number("Index").map(|number| number.value);
    let message = row.raw("Message");
    // Without the message the strings are all there is; the row notes that they are hidden.
    if !exact && message.is_none() {
        row.whole_list("ReplacementStrings");
    }
    if exact {
        event.strings = row.whole_list("ReplacementStrings").unwrap_or_default();
        let bytes = row.whole_list("Data").unwrap_or_default();
        event.data = bytes.iter().map(|byte| byte.parse().ok()).collect::<Option<Vec<u8>>>().unwrap_or_default();
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

fn moment(row: &mut Row<'_>, name: &'static str) -> Option<Moment> {
    row.moment(name).map(|time| time.value)
}

/// The lower half of an id, which may be printed as a signed number.
fn id(text: &str) -> Option<u16> {
    let number: i64 = text.parse().ok()?;
    u16::try_from(number & 0xFFFF).ok()
}

/// The kinds of entries, by name or by number. Windows 2008 and later print 0 for information.
fn level(text: &str) -> Option<Level> {
    Some(match text {
        "0" | "4" | "8" | "16" | "SuccessAudit" | "FailureAudit" => Level::Information,
        "1" => Level::Error,
        "2" => Level::Warning,
        name => Level::from_name(name)?,
    })
}
