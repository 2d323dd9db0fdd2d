//! What a rule declares about itself.

use std::borrow::Cow;

use super::Verdict;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::known_row::KnownRow;
use crate::model::version::ExchangeVersion;
use crate::report::{Role, Severity};

/// A rule: what it is, and the check. Rules in Rust live as long as the program; those that are rows of a table live as long
/// as the table (`'a`).
pub struct Rule<'a> {
    /// Stable identifier; never renamed, never given again.
    pub id: &'a str,
    /// One line, without a final dot.
    pub title: &'a str,
    /// Where the cause lies.
    pub area: Area,
    /// How bad it is.
    pub severity: Severity,
    /// What part its findings play.
    pub role: Role,
    /// Versions of the server that shows it.
    pub versions: (ExchangeVersion, ExchangeVersion),
    /// Without these it cannot be decided.
    pub needs: &'static [Input],
    /// These raise the confidence.
    pub helps: &'static [Input],
    /// Rules whose findings it can explain.
    pub explains: Words<'a>,
    /// Where the behavior is documented.
    pub sources: Words<'a>,
    /// The texts, in Markdown, with the headings Symptoms, Cause, Resolution, More information.
    pub text: Cow<'a, str>,
    /// The check.
    pub check: Check<'a>,
}

/// A list of words: written in the program, or read from a table.
#[derive(Clone, Copy, Debug)]
pub enum Words<'a> {
    /// In the program.
    Written(&'a [&'a str]),
    /// In a table.
    Read(&'a [String]),
}

impl<'a> Words<'a> {
    /// The words.
    pub fn iter(self) -> impl Iterator<Item = &'a str> {
        let (written, read): (&[&str], &[String]) = match self {
            Words::Written(written) => (written, &[]),
            Words::Read(read) => (&[], read),
        };
        written.iter().copied().chain(read.iter().map(String::as_str))
    }

    /// Whether a word is one of them.
    pub fn has(self, word: &str) -> bool {
        self.iter().any(|own| own == word)
    }
}

/// How a rule is checked.
#[derive(Clone, Copy)]
pub enum Check<'a> {
    /// By its own code.
    Code(fn(&Facts) -> Verdict),
    /// By a row of a table.
    Row(&'a KnownRow, RowOrigin),
}

/// Who wrote a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrigin {
    /// It is part of the program.
    BuiltIn,
    /// The site brought it with its evidence; where it stands.
    Site(Span),
}

impl Rule<'_> {
    /// Runs the check.
    pub fn verdict(&self, facts: &Facts) -> Verdict {
        match self.check {
            Check::Code(check) => check(facts),
            Check::Row(row, origin) => super::known::verdict(row, origin, facts),
        }
    }
}

macro_rules! areas {
    ($($(#[doc = $doc:literal])+ $area:ident = $word:literal,)+) => {
        /// Where the cause of a rule lies. Each is a folder of rules.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Area {
            $($(#[doc = $doc])+ $area,)+
        }

        impl Area {
            /// All areas, in the order in which readers see them.
            pub const ALL: &'static [Area] = &[$(Area::$area),+];

            /// The name of its folder.
            pub fn word(self) -> &'static str {
                match self {
                    $(Area::$area => $word,)+
                }
            }
        }
    };
}

areas! {
    /// Transport agents: filters, rules, other makers' programs.
    Agents = "agents",
    /// Authentication between servers.
    Authentication = "authentication",
    /// Certificates and TLS.
    Certificates = "certificates",
    /// Names, addresses and connections between hosts.
    Connections = "connections",
    /// Objects and attributes of the directory, and the access to it.
    Directory = "directory",
    /// Exchange Online beside own servers.
    Hybrid = "hybrid",
    /// The message transfer agent of Exchange 5.5 to 2003.
    Mta = "mta",
    /// Permissions.
    Permissions = "permissions",
    /// Queues and the time messages spend in them.
    Queue = "queue",
    /// Recipients and restrictions on them.
    Recipients = "recipients",
    /// Who may send through which connector.
    Relay = "relay",
    /// Disk, memory and other limits of a server.
    Resources = "resources",
    /// Routing.
    Routing = "routing",
    /// Services and the queue database.
    Service = "service",
    /// The Exchange store and its databases.
    Store = "store",
}

impl Area {
    /// The area as a heading.
    pub fn title(self) -> String {
        let mut letters = self.word().chars();
        let first = letters.next().map(|c| c.to_ascii_uppercase());
        if self == Area::Mta { "MTA".to_owned() } else { first.into_iter().chain(letters).collect() }
    }

    /// The area of a folder name.
    pub fn of_word(word: &str) -> Option<Area> {
        Area::ALL.iter().copied().find(|area| area.word() == word)
    }
}

macro_rules! inputs {
    ($($(#[doc = $doc:literal])+ $input:ident = $title:literal,)+) => {
        /// A kind of input that a rule works on.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Input {
            $($(#[doc = $doc])+ $input,)+
        }

        impl Input {
            /// What readers call it.
            pub fn title(self) -> &'static str {
                match self {
                    $(Input::$input => $title,)+
                }
            }
        }
    };
}

inputs! {
    /// `Get-Queue`
    Queues = "Get-Queue",
    /// `Get-Message`
    Messages = "Get-Message",
    /// `Get-ReceiveConnector`
    ReceiveConnectors = "Get-ReceiveConnector",
    /// `Get-ExchangeServer`
    Servers = "Get-ExchangeServer",
    /// Addresses of the servers.
    ServerAddresses = "addresses of the servers",
    /// RoutingConfig files.
    RoutingTables = "RoutingConfig files",
    /// `Get-MailboxDatabase`
    Databases = "Get-MailboxDatabase",
    /// `Get-Mailbox`
    Mailboxes = "Get-Mailbox",
    /// Lists of mailboxes from System Manager.
    StoreMailboxes = "lists of mailboxes from System Manager",
    /// Event logs.
    Events = "event logs",
    /// Dumps of directory objects.
    Directory = "dumps of directory objects",
    /// Permissions of objects.
    Permissions = "permissions of objects",
    /// Lists of queues of Exchange 5.5, 2000 and 2003.
    LegacyQueues = "lists of queues of Exchange 5.5 to 2003",
    /// Message tracking logs and histories.
    Tracking = "message tracking",
    /// SMTP protocol logs.
    ProtocolLogs = "SMTP protocol logs",
    /// Non-delivery reports.
    Reports = "non-delivery reports",
    /// Traces.
    Traces = "traces",
    /// `Get-SendConnector` and the cmdlets of other connectors that mail leaves through.
    SendConnectors = "Get-SendConnector",
    /// `Get-TransportService` (`Get-TransportServer` in 2007 and 2010).
    TransportServices = "Get-TransportService",
    /// `Get-AcceptedDomain`
    AcceptedDomains = "Get-AcceptedDomain",
    /// `Get-ExchangeCertificate`
    Certificates = "Get-ExchangeCertificate",
    /// `Get-ServerComponentState`, `Get-Service`, `Test-ServiceHealth`
    Health = "Get-ServerComponentState, Get-Service, Test-ServiceHealth",
    /// `Get-ExchangeDiagnosticInfo -Process EdgeTransport -Component ResourceThrottling`
    BackPressure = "Get-ExchangeDiagnosticInfo",
    /// `Get-TransportAgent`
    Agents = "Get-TransportAgent",
    /// Connectivity logs.
    ConnectivityLogs = "connectivity logs",
    /// Agent logs.
    AgentLogs = "agent logs",
    /// Headers of messages.
    Headers = "headers of messages",
}

/// Declares `RULE` from a documentation comment and its metadata, so that the text for readers and
/// the check stand in one place.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:literal])+
        id: $id:literal,
        title: $title:literal,
        area: $area:ident,
        severity: $severity:ident,
        role: $role:ident,
        versions: $from:ident..=$to:ident,
        needs: [$($need:ident),* $(,)?],
        helps: [$($help:ident),* $(,)?],
        explains: [$($explains:literal),* $(,)?],
        sources: [$($source:literal),+ $(,)?],
        check: $check:path $(,)?
    ) => {
        $(#[doc = $doc])+
        pub static RULE: $crate::rules::Rule<'static> = $crate::rules::Rule {
            id: $id,
            title: $title,
            area: $crate::rules::Area::$area,
            severity: $crate::report::Severity::$severity,
            role: $crate::report::Role::$role,
            versions: (
                $crate::model::version::ExchangeVersion::$from,
                $crate::model::version::ExchangeVersion::$to,
            ),
            needs: &[$($crate::rules::Input::$need),*],
            helps: &[$($crate::rules::Input::$help),*],
            explains: $crate::rules::Words::Written(&[$($explains),*]),
            sources: $crate::rules::Words::Written(&[$($source),+]),
            text: std::borrow::Cow::Borrowed(concat!($($doc, "\n"),+)),
            check: $crate::rules::Check::Code($check),
        };
    };
}
