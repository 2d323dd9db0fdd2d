//! Lists of the mailboxes in a store: "Export List" of the node Mailboxes in System Manager of Exchange 2000 and 2003.
//!
//! Confirmed: the console writes the columns that are shown, without quotes and separated by tabs or commas
//! (<https://learn.microsoft.com/windows/win32/api/mmcobj/ne-mmcobj-_exportlistoptions>); the columns Mailbox, Last Logged on
//! By, Size (KB), Total Items, Last Logon Time and Last Logoff Time are those that the node shows; the values of Storage
//! Limits are those of the class `Exchange_Mailbox` (aa144769). Not confirmed by any documentation: the headings of the
//! other columns that can be added, and how the list marks a deleted mailbox; what a list shows of these is taken as it
//! is, and no mailbox is taken for deleted without a column that says it.
//!
//! Traps:
//! - Names hold commas (`Lind, Dora`), and no cell is quoted; see `base::console_list`. Names of accounts hold none.
//! - The list names neither server nor store, unless someone wrote them above it.
//! - Times are local, in the order of whoever saved the list.

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::console_list::rows::{self, Found, Kind, Row};
use crate::base::console_list::{
    Column, Delimiter, any_text, is_number, is_number_or_blank, is_time, never, whole_number,
};
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::model::store_mailbox::StoreMailbox;
use crate::model::{Located, Record};

/// Lists of mailboxes of 2000 and 2003.
pub static FORMAT: Format = Format {
    id: "esm-mailbox-list",
    title: "Mailbox list (Exchange 2000, 2003)",
    how_to_collect: "System Manager, the server, the storage group, the mailbox store, Mailboxes, Action, Export List, type \
                     Unicode Text (Tab Delimited)",
    extensions: &["txt", "csv"],
    probe,
    parse: Parse::Document(parse),
};

const BETTER: &str = "Export the list again in System Manager, tab delimited.";

/// Lines that may stand above the list.
const PREAMBLE: usize = 12;

const NAME: usize = 0;
const BY: usize = 1;
const SIZE: usize = 2;
const ITEMS: usize = 3;
const LOGON: usize = 4;
const LOGOFF: usize = 5;
const LIMIT: usize = 6;
const DELETED: usize = 7;
const SERVER: usize = 8;
const STORE: usize = 9;

static KINDS: [Kind; 2] = [
    Kind { columns: &COLUMNS, needed: &[NAME, BY], times: &[LOGON, LOGOFF] },
    Kind { columns: &COLUMNS, needed: &[NAME, SIZE, ITEMS], times: &[LOGON, LOGOFF] },
];

const fn fixed(headings: &'static [&'static str], check: fn(&str) -> bool) -> Column {
    Column { headings, check, goes_on: never, grouped: false }
}

const fn number(headings: &'static [&'static str], check: fn(&str) -> bool) -> Column {
    Column { headings, check, goes_on: never, grouped: true }
}

static COLUMNS: [Column; 13] = [
    Column { headings: &["Mailbox"], check: any_text, goes_on: any_text, grouped: false },
    fixed(&["Last Logged on By", "Last Logged On User Account"], is_account),
    number(&["Size (KB)", "Size"], is_number),
    number(&["Total Items", "Total no. Items", "Items"], is_number),
    fixed(&["Last Logon Time"], is_time),
    fixed(&["Last Logoff Time"], is_time),
    fixed(&["Storage Limits", "Storage Limit"], is_limit),
    fixed(&["Deleted Date", "Date Deleted"], is_time),
    fixed(&["Server", "Server Name"], is_one_word),
    fixed(&["Mailbox Store", "Store"], any_text),
    number(&["Deleted Items (KB)"], is_number_or_blank),
    number(&["Total Associated Messages"], is_number_or_blank),
    Column { headings: &["Display Name"], check: |_| true, goes_on: any_text, grouped: false },
];

/// `CONTOSO\DLind`; blank when nobody has logged on.
fn is_account(text: &str) -> bool {
    !is_number(text) && text.len() < 200
}

fn is_limit(text: &str) -> bool {
    text.len() < 60 && !text.bytes().any(|b| b.is_ascii_digit())
}

fn is_one_word(text: &str) -> bool {
    !text.trim().contains(char::is_whitespace)
}

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() || head.xml_root.is_some() {
        return Probe::No;
    }
    let found = rows::find(&head.text, &KINDS);
    if found.before.len() > PREAMBLE {
        return Probe::No;
    }
    if !found.rows.is_empty() {
        return Probe::Yes(90, "headings and rows of the mailboxes in System Manager".to_owned());
    }
    if !found.lists.is_empty() {
        return Probe::Near(
            "Headings of a list of mailboxes of Exchange 2003 without any mailbox below them. Export the list again in \
             System Manager while it shows the mailboxes."
                .to_owned(),
        );
    }
    let is_logons = |line: &str| {
        let has = |name: &str| line.split(['\t', ',']).any(|cell| cell.trim().eq_ignore_ascii_case(name));
        has("User Name") && has("Logon Time") && has("Mailbox")
    };
    match head.text.lines().map(|(_, line)| line).find(|line| !line.trim().is_empty()) {
        Some(line) if is_logons(line) => Probe::Near(
            "Looks like the node Logons of System Manager: it lists sessions, not mailboxes. Export the node Mailboxes \
             beside it."
                .to_owned(),
        ),
        _ => Probe::No,
    }
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut found = rows::find(document.text, &KINDS);
    let rows = found.take_rows();
    out.taken_for = found.lists.first().map(|list| {
        let shape = match list.layout.delimiter {
            Delimiter::Tab => "tab delimited",
            Delimiter::Comma | Delimiter::Semicolon => "comma delimited",
            Delimiter::Spaces => "pasted",
        };
        format!("Mailbox list of System Manager, {shape}")
    });
    let (above, strays) = above(document, &found.before);
    for row in rows {
        let span = document.span(row.first, row.last);
        found.remember_unknown(&row, &KINDS);
        match mailbox(&mut found, &row, span, &above) {
            Some(mailbox) => out.record(Record::StoreMailbox(mailbox)),
            None => out.ledger.damaged += 1,
        }
    }
    found.write(out.ledger, BETTER);
    if let Some(&line) = strays.first() {
        let text = format!("Lines above the headings belong to no mailbox: {}.", strays.len());
        out.note(NoteKind::Info, Some((line, line)), text);
    }
}

/// Server and store, as someone wrote them above the list.
#[derive(Default)]
struct Above {
    server: Option<Located<String>>,
    store: Option<Located<String>>,
}

/// What the lines above the list say, and those that say nothing.
fn above(document: &Document<'_>, lines: &[u32]) -> (Above, Vec<u32>) {
    let (mut above, mut strays) = (Above::default(), Vec::new());
    for &line in lines {
        let span = document.span(line, line);
        let text = document.text.line(line).trim().trim_start_matches('\u{FEFF}');
        let value = |names: &[&str]| {
            let (name, value) = text.split_once(':')?;
            let named = names.iter().any(|n| n.eq_ignore_ascii_case(name.trim())) && !value.trim().is_empty();
            named.then(|| Located::new(value.trim().to_owned(), span))
        };
        if let Some(server) = value(&["Server"]) {
            above.server = Some(server);
        } else if let Some(store) = value(&["Mailbox store", "Store"]) {
            above.store = Some(store);
        } else {
            strays.push(line);
        }
    }
    (above, strays)
}

fn mailbox(found: &mut Found, row: &Row, span: Span, above: &Above) -> Option<StoreMailbox> {
    let text = |column| found.value(row, column).map(|value| Located::new(value, span));
    let number = |column| {
        let value = found.value(row, column).and_then(|text| whole_number(&text));
        value.map(|value| Located::new(value, span))
    };
    let name = text(NAME)?;
    let (size_kb, items) = (number(SIZE), number(ITEMS));
    let (server, store) = (text(SERVER), text(STORE));
    let (deleted, storage_limit, last_logged_on_by) = (text(DELETED), text(LIMIT), text(BY));
    Some(StoreMailbox {
        span,
        name,
        server: server.or_else(|| above.server.clone()),
        store: store.or_else(|| above.store.clone()),
        deleted,
        storage_limit,
        items,
        size_kb,
        last_logged_on_by,
        last_logon: found.time(row, LOGON).map(|value| Located::new(value, span)),
    })
}
