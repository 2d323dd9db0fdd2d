//! Event logs, and the logs of transport.

use super::{Entry, Group, How, LOCAL_ADMIN, LOCAL_ADMIN_AND_SHARES, MODERN, OLD, OLD_AND_OLDEST, OLDEST, Way};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "events",
        title: "Event logs",
        group: Group::Events,
        settles: "What Exchange and Windows reported in these days: Application and System.",
        basic: true,
        also: &["event-xml", "event-text", "event-list"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[
                    ("application-SERVER.evtx", "evtx"),
                    ("application-SERVER.xml", "get-win-event"),
                    ("application-SERVER.xml", "get-event-log"),
                ],
                size: "5 to 50 MB per server and day",
                time: "seconds here, up to some minutes per other server",
                rights: LOCAL_ADMIN,
                how: How::Script(
                    "wevtutil epl Application application-SERVER.evtx (other servers: Get-WinEvent; Windows 2003: Get-EventLog)",
                    r"
foreach ($server in $names) {
    Export-Events $server 'Application'
    Export-Events $server 'System'
}",
                ),
            },
            Way {
                generations: OLD_AND_OLDEST,
                files: &[("application-SERVER.evt", "evt")],
                size: "the size of the log, 0.5 to 16 MB",
                time: "2 minutes per server",
                rights: LOCAL_ADMIN,
                how: How::Steps(&[
                    "On the server: Start, Run, eventvwr.",
                    "Select Application, Action, Save Log File As (NT 4.0: Log, Save As). File name application-SERVER.evt, type \
                     Event Log (*.evt). No other type: text and CSV lose the data of events.",
                    "The same with System, as system-SERVER.evt.",
                    "From Windows 2000 on a command does the same: wmic nteventlog where \"LogFileName='Application'\" call \
                     BackupEventlog C:\\Temp\\application-SERVER.evt",
                ]),
            },
        ],
    },
    Entry {
        id: "tracking-logs",
        title: "Message tracking logs",
        group: Group::Logs,
        settles: "The way of each message: taken, deferred, delivered, failed. Holds addresses and subjects.",
        basic: false,
        also: &["get-message-tracking-log"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("MSGTRK*.LOG", "message-tracking-log")],
                size: "20 to 500 MB per server and day; shown before anything is copied",
                time: "minutes",
                rights: LOCAL_ADMIN_AND_SHARES,
                how: How::Script(
                    "Copy-Item of MSGTRK*.LOG of these days in MessageTrackingLogPath",
                    r"
foreach ($one in $chosen) {
    $plan += @(Get-RecentLog ([string]$one.Name) 'tracking' ([string]$one.MessageTrackingLogPath) 'MSGTRK*.LOG')
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("SERVER-20030923.log", "message-tracking-log-2003")],
                size: "1 to 100 MB per server and day",
                time: "a minute per server",
                rights: "",
                how: How::Steps(&[
                    "Tracking must be on: Exchange System Manager, the server, Properties, General, Enable message tracking. Do not \
                     switch it on for this; it shows nothing of the time before.",
                    "The logs lie in the share \\\\SERVER\\SERVER.log, one file per day, named after the day.",
                    "Copy those of the days in question, and put the name of the server in front: SERVER-20030923.log.",
                ]),
            },
            Way {
                generations: OLDEST,
                files: &[("SERVER-19990923.log", "message-tracking-log-55")],
                size: "0.5 to 20 MB per server and day",
                time: "a minute per server",
                rights: "",
                how: How::Steps(&[
                    "The logs lie in the share \\\\SERVER\\tracking.log (C:\\Exchsrvr\\Tracking.log), one file per day, named after \
                     the day.",
                    "Copy those of the days in question, and put the name of the server in front: SERVER-19990923.log.",
                ]),
            },
        ],
    },
    Entry {
        id: "protocol-logs",
        title: "SMTP protocol logs",
        group: Group::Logs,
        settles: "Every command and reply of SMTP. Only connectors whose protocol logging is on write them.",
        basic: false,
        also: &[],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("RECV*.LOG", "smtp-protocol-log"), ("SEND*.LOG", "smtp-protocol-log")],
                size: "10 to 500 MB per server and day; shown before anything is copied",
                time: "minutes",
                rights: LOCAL_ADMIN_AND_SHARES,
                how: How::Script(
                    "Copy-Item of RECV*.LOG and SEND*.LOG of these days in ReceiveProtocolLogPath and SendProtocolLogPath",
                    r"
foreach ($one in $chosen) {
    $plan += @(Get-RecentLog ([string]$one.Name) 'receive' ([string]$one.ReceiveProtocolLogPath) 'RECV*.LOG')
    $plan += @(Get-RecentLog ([string]$one.Name) 'send' ([string]$one.SendProtocolLogPath) 'SEND*.LOG')
}
# The same of the service that takes mail from outside; from 2013 on.
if (Get-Command Get-FrontendTransportService -ErrorAction SilentlyContinue) {
    foreach ($one in @(Get-FrontendTransportService | Where-Object { $names -contains [string]$_.Name })) {
        $plan += @(Get-RecentLog ([string]$one.Name) 'frontend-receive' ([string]$one.ReceiveProtocolLogPath) 'RECV*.LOG')
        $plan += @(Get-RecentLog ([string]$one.Name) 'frontend-send' ([string]$one.SendProtocolLogPath) 'SEND*.LOG')
    }
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("SERVER-ex030923.log", "smtp-w3c-log")],
                size: "1 to 100 MB per server and day",
                time: "a minute per server",
                rights: LOCAL_ADMIN,
                how: How::Steps(&[
                    "The logs lie in %SystemRoot%\\System32\\LogFiles\\SMTPSVC1 of the server (SMTPSVC2 and so on for further virtual \
                     servers), if logging is on in the properties of the virtual server.",
                    "Copy ex*.log of the days in question, and put the name of the server in front: SERVER-ex030923.log.",
                ]),
            },
        ],
    },
    Entry {
        id: "connectivity-logs",
        title: "Connectivity logs",
        group: Group::Logs,
        settles: "Whether connections were refused or timed out, per next hop.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("CONNECTLOG*.LOG", "connectivity-log")],
            size: "5 to 100 MB per server and day; shown before anything is copied",
            time: "a minute per server",
            rights: LOCAL_ADMIN_AND_SHARES,
            how: How::Script(
                "Copy-Item of CONNECTLOG*.LOG of these days in ConnectivityLogPath",
                r"
foreach ($one in $chosen) {
    $plan += @(Get-RecentLog ([string]$one.Name) 'connectivity' ([string]$one.ConnectivityLogPath) 'CONNECTLOG*.LOG')
}
# The same of the service that delivers into mailboxes; from 2013 on.
if (Get-Command Get-MailboxTransportService -ErrorAction SilentlyContinue) {
    foreach ($one in @(Get-MailboxTransportService | Where-Object { $names -contains [string]$_.Name })) {
        $plan += @(Get-RecentLog ([string]$one.Name) 'mailbox-connectivity' ([string]$one.ConnectivityLogPath) 'CONNECTLOG*.LOG')
    }
}",
            ),
        }],
    },
    Entry {
        id: "agent-logs",
        title: "Agent logs",
        group: Group::Logs,
        settles: "Which anti-spam agent refused what.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("AGENTLOG*.LOG", "agent-log")],
            size: "1 to 100 MB per server and day; shown before anything is copied",
            time: "a minute per server",
            rights: LOCAL_ADMIN_AND_SHARES,
            how: How::Script(
                "Copy-Item of AGENTLOG*.LOG of these days beside the connectivity logs",
                r"
foreach ($one in $chosen) {
    # The setting of its folder came with 2013; before, it lay beside the connectivity logs.
    $path = [string]$one.AgentLogPath
    if (-not $path) { $path = ([string]$one.ConnectivityLogPath -replace '\\Connectivity\\?$', '\AgentLog') }
    $plan += @(Get-RecentLog ([string]$one.Name) 'agent' $path 'AGENTLOG*.LOG')
}",
            ),
        }],
    },
];
