//! Mail that waits: queues and messages.

use super::{Entry, Group, How, MODERN, OLD, OLDEST, SINCE_2013, Way};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "queues",
        title: "Queues",
        group: Group::Mail,
        settles: "Where mail waits, how much of it, and the last error of each queue.",
        basic: true,
        also: &["queue-viewer-list"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("queues-SERVER.xml", "get-queue")],
                size: "about 5 KB per queue",
                time: "seconds per server",
                rights: "",
                how: How::Script(
                    "Get-Queue -Server SERVER -ResultSize Unlimited",
                    r"
foreach ($server in $transport) {
    Export-Answer ('Get-Queue of ' + $server) ('queues-' + $server + '.xml') { Get-Queue -Server $server -ResultSize Unlimited }
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("queues-SERVER.txt", "queue-list-2003")],
                size: "a few KB per server",
                time: "2 minutes per server",
                rights: "",
                how: How::Steps(&[
                    "Open Exchange System Manager: Start, Programs, Microsoft Exchange, System Manager.",
                    "Open the organization, Administrative Groups, the group, Servers, the server, Queues. In Exchange 2000 the \
                     queues stand below Protocols, SMTP, the virtual server, Queues, and Protocols, X.400, Queues.",
                    "View, Add/Remove Columns: show all columns. Press F5.",
                    "Action, Export List. File name queues-SERVER.txt with the name of the server, type Unicode Text (Tab \
                     Delimited).",
                    "Ten minutes later the same once more, as queues-SERVER-later.txt: two lists show which queue grows.",
                ]),
            },
            Way {
                generations: OLDEST,
                files: &[("mta-queues-SERVER.txt", "mta-queue-list")],
                size: "1 KB per server",
                time: "5 minutes per server",
                rights: "",
                how: How::Steps(&[
                    "Open Exchange Administrator and connect to the server: File, Connect to Server.",
                    "Open the site, Configuration, Servers, the server, and double-click Message Transfer Agent, page Queues.",
                    "In Notepad type as the first line: MTA queues on SERVER, with the name of the server.",
                    "Below it one line per queue: its name as the list at the top shows it, a blank, and the number of messages.",
                    "Save as mta-queues-SERVER.txt.",
                ]),
            },
        ],
    },
    Entry {
        id: "messages",
        title: "Waiting messages",
        group: Group::Mail,
        settles: "Which messages wait, for whom, since when, and with which error. Holds addresses and subjects.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("messages-SERVER.xml", "get-message")],
            size: "about 5 KB per message, at most 20,000 messages per server",
            time: "a minute per 5,000 messages",
            rights: "",
            how: How::Script(
                "Get-Message -Server SERVER -IncludeRecipientInfo -ResultSize 20000",
                r"
$detail = @{}
if (Test-Parameter 'Get-Message' 'IncludeRecipientInfo') { $detail['IncludeRecipientInfo'] = $true }
foreach ($server in $transport) {
    Export-Answer ('Get-Message of ' + $server) ('messages-' + $server + '.xml') { Get-Message -Server $server -ResultSize 20000 @detail } 20000
}",
            ),
        }],
    },
    Entry {
        id: "queue-digest",
        title: "Queues of the whole forest",
        group: Group::Mail,
        settles: "The sums of the queues of all servers, where a server cannot be asked itself.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: SINCE_2013,
            files: &[("queue-digest.xml", "get-queue-digest")],
            size: "about 100 KB",
            time: "up to a minute",
            rights: "",
            how: How::Script(
                "Get-QueueDigest -Forest -DetailsLevel Verbose",
                "Export-Answer 'Get-QueueDigest' 'queue-digest.xml' { Get-QueueDigest -Forest -DetailsLevel Verbose }",
            ),
        }],
    },
    Entry {
        id: "tracking-center",
        title: "The way of one message",
        group: Group::Mail,
        settles: "Where one message is, or where it was last seen.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: OLD,
            files: &[("tracking-MESSAGE.xml", "message-tracking-center")],
            size: "a few KB per message",
            time: "2 minutes per message",
            rights: "",
            how: How::Steps(&[
                "In Exchange System Manager open Tools, Message Tracking Center.",
                "Search by sender, recipient, server and day, and double-click the message.",
                "Save in the window with its history: tracking-MESSAGE.xml. Or copy the history as text into a file.",
            ]),
        }],
    },
];
