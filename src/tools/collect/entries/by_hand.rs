//! What only people can save.

use super::{EVERY, Entry, Group, How, UP_TO_2010, Way};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "reports",
        title: "Non-delivery reports",
        group: Group::ByHand,
        settles: "What the sender was told, by which server, with the diagnostic text.",
        basic: false,
        also: &["ndr-text"],
        ways: &[Way {
            generations: EVERY,
            files: &[("report.msg", "outlook-message"), ("report.eml", "ndr-message")],
            size: "about 50 KB each",
            time: "a minute each",
            rights: "",
            how: How::Steps(&[
                "In Outlook drag the report out of the list into a folder, or File, Save As, type Outlook Message (.msg).",
                "Other programs: save it as .eml.",
            ]),
        }],
    },
    Entry {
        id: "headers",
        title: "Header of a message that came late",
        group: Group::ByHand,
        settles: "Which server kept it, and for how long.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: EVERY,
            files: &[("header.txt", "mail-header")],
            size: "a few KB each",
            time: "a minute each",
            rights: "",
            how: How::Steps(&[
                "In Outlook open the message, File, Properties (2007 and earlier: View, Options), Internet headers.",
                "Copy all of it into Notepad and save as header.txt.",
            ]),
        }],
    },
    Entry {
        id: "trace",
        title: "Trace of the store driver",
        group: Group::ByHand,
        settles: "Why the store driver does not deliver, with the exception. Only when a check asks for it.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: UP_TO_2010,
            files: &[("trace.txt", "extra-trace")],
            size: "up to 100 MB",
            time: "10 minutes",
            rights: "local administrator of the server",
            how: How::Steps(&[
                "In the toolbox of the Exchange Management Console open the Exchange Troubleshooting Assistant, Trace Control.",
                "Tags Store Driver and Transport; start, send a test message, stop.",
                "Save the trace as text: trace.txt.",
            ]),
        }],
    },
];
