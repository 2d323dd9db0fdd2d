//! The start page. English.

use crate::ui::language::count;
use crate::ui::text::size;

/// The start page.
pub struct StartWords {
    pub title: &'static str,
    pub lead: &'static str,
    pub choose_files: &'static str,
    pub choose_folder: &'static str,
    pub or_drop: &'static str,
    pub takes_title: &'static str,
    pub takes: [(&'static str, &'static str); 6],
    pub any_shape: &'static str,
    pub gather: &'static str,
    pub happens_title: &'static str,
    pub promises: [&'static str; 3],
    pub enforced: &'static str,
    pub samples_title: &'static str,
    pub version: fn(&str) -> String,
    pub show_keys: &'static str,
    pub comparing: fn(&str) -> String,
    pub comparing_about: &'static str,
    pub back: &'static str,
    pub sample_size: fn(u64, u64) -> String,
    pub open_sample: &'static str,
    pub open_sample_of: fn(&str) -> String,
    pub sample: fn(&str) -> Option<(&'static str, &'static str)>,
}

pub static WORDS: StartWords = StartWords {
    title: "Drop what the Exchange servers exported.",
    lead: "Queuescope reads it, says which mail is stuck and why, shows the lines that prove it, and lists the commands that fix it.",
    choose_files: "Choose files",
    choose_folder: "Choose a folder",
    or_drop: "or drop files and folders anywhere on this page. Names do not matter, order does not matter.",
    takes_title: "What it takes",
    takes: [
        ("Queues, messages", "Get-Queue, Get-Message"),
        ("Connectors, servers", "Get-ReceiveConnector, Get-ExchangeServer"),
        ("Databases, mailboxes", "Get-MailboxDatabase, Get-Mailbox"),
        ("Routing tables", "RoutingConfig*.xml"),
        ("Transport logs", "Message tracking, SMTP protocol, connectivity, any size"),
        ("Event logs", ".evtx, .evt, saved as CSV, XML or text"),
    ],
    any_shape: "PowerShell output in any shape: list, table, CSV, CLIXML, JSON.",
    gather: "A script that gathers it",
    happens_title: "What happens to your files",
    promises: [
        "They are read on this computer, by this page, and go nowhere.",
        "The page forbids itself every connection. You can pull the network cable; it works the same.",
        "Nothing of them is stored. Close the tab and the case is gone. Only the theme, the language and the choice of keys are remembered.",
    ],
    enforced: "What enforces this, and how to check it",
    samples_title: "Try it first",
    version: |version| format!("Queuescope {version} · Keyboard:"),
    show_keys: "Show the keyboard sheet",
    comparing: |before| format!("Comparing with {before}."),
    comparing_about: "Drop the later files of the same site: the diagnosis then says what is fixed, what is new, and what grew.",
    back: "Back to the earlier files",
    sample_size: |files, bytes| format!("{}, {}", count(files, "file", "files"), size(bytes)),
    open_sample: "Open sample",
    open_sample_of: |title| format!("Open sample: {title}"),
    sample: |name| match name {
        "relay-connector-captures-2010-list" => Some(("Exchange 2010 to 2016", "Queues in Retry, 451 5.7.3.")),
        "store-missing-from-routing-table" => Some(("Exchange 2007 to 2003", "No route to the mailbox database.")),
        _ => None,
    },
};
