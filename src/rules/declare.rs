//! What a rule declares about itself.

use super::Verdict;
use crate::facts::Facts;
use crate::model::version::ExchangeVersion;
use crate::report::{Role, Severity};

/// A rule: what it is, and the check.
pub struct Rule {
    /// Stable identifier; never renamed, never given again.
    pub id: &'static str,
    /// One line, without a final dot.
    pub title: &'static str,
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
    pub explains: &'static [&'static str],
    /// Where the behavior is documented.
    pub sources: &'static [&'static str],
    /// The texts, in Markdown, with the headings Symptoms, Cause, Resolution, More information.
    pub text: &'static str,
    /// The check.
    pub check: fn(&Facts) -> Verdict,
}

/// Where the cause of a rule lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// Authentication between servers.
    Authentication,
    /// Objects and attributes of the directory.
    Directory,
    /// The message transfer agent of Exchange 5.5 to 2003.
    Mta,
    /// Permissions.
    Permissions,
    /// Queues and replies.
    Queue,
    /// Routing.
    Routing,
    /// The Exchange store and its databases.
    Store,
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
        pub static RULE: $crate::rules::Rule = $crate::rules::Rule {
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
            explains: &[$($explains),*],
            sources: &[$($source),+],
            text: concat!($($doc, "\n"),+),
            check: $check,
        };
    };
}
