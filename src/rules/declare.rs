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
    /// The area of a folder name.
    pub fn of_word(word: &str) -> Option<Area> {
        Area::ALL.iter().copied().find(|area| area.word() == word)
    }
}

/// A kind of input that a rule works on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Input {
    /// `Get-Queue`
    Queues,
    /// `Get-Message`
    Messages,
    /// `Get-ReceiveConnector`
    ReceiveConnectors,
    /// `Get-ExchangeServer`
    Servers,
    /// Addresses of the servers.
    ServerAddresses,
    /// RoutingConfig files.
    RoutingTables,
    /// `Get-MailboxDatabase`
    Databases,
    /// `Get-Mailbox`
    Mailboxes,
    /// Lists of mailboxes from System Manager.
    StoreMailboxes,
    /// Event logs.
    Events,
    /// Dumps of directory objects.
    Directory,
    /// Permissions of objects.
    Permissions,
    /// Lists of queues of Exchange 5.5, 2000 and 2003.
    LegacyQueues,
    /// Message tracking logs and histories.
    Tracking,
    /// SMTP protocol logs.
    ProtocolLogs,
    /// Non-delivery reports.
    Reports,
    /// Traces.
    Traces,
    /// `Get-SendConnector` and the cmdlets of other connectors that mail leaves through.
    SendConnectors,
    /// `Get-TransportService` (`Get-TransportServer` in 2007 and 2010).
    TransportServices,
    /// `Get-AcceptedDomain`
    AcceptedDomains,
    /// `Get-ExchangeCertificate`
    Certificates,
    /// `Get-ServerComponentState`, `Get-Service`, `Test-ServiceHealth`
    Health,
    /// `Get-ExchangeDiagnosticInfo -Process EdgeTransport -Component ResourceThrottling`
    BackPressure,
    /// `Get-TransportAgent`
    Agents,
    /// Connectivity logs.
    ConnectivityLogs,
    /// Agent logs.
    AgentLogs,
    /// Headers of messages.
    Headers,
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
