//! What somebody or something changed, and when: commands of administrators, services and machines that started or stopped,
//! updates. Rules look here for what happened just before trouble began.
//!
//! Commands are events 1 of MSExchange CmdletLogs (2010 and later); services and restarts come from the System log. Only commands
//! that change something of transport are kept, and only the newest of all changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::source::Span;
use crate::base::text::cut;
use crate::base::timestamp::Moment;
use crate::model::event::{Event, is_source};

/// Changes that are kept.
const MOST: usize = 4096;

/// Characters of a command that are kept.
const WHAT: usize = 200;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Change {
    /// When.
    pub at: Moment,
    /// The event that says so.
    pub span: Span,
    /// What kind.
    pub kind: ChangeKind,
    /// The computer it happened on.
    pub computer: Option<String>,
    /// What was done, as the event prints it: a command with its parameters, a service and its state.
    pub what: String,
}

/// What kind of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ChangeKind {
    /// Somebody ran a command that changes the configuration.
    Command,
    /// A service of Exchange or SMTP started or stopped.
    Service,
    /// Windows started or was shut down.
    Restart,
    /// An update was installed.
    Update,
}

/// Nouns of commands that change something of transport.
const NOUNS: [&str; 27] = [
    "ReceiveConnector",
    "SendConnector",
    "ForeignConnector",
    "DeliveryAgentConnector",
    "RoutingGroupConnector",
    "TransportService",
    "TransportServer",
    "FrontendTransportService",
    "MailboxTransportService",
    "TransportConfig",
    "TransportAgent",
    "TransportRule",
    "JournalRule",
    "AcceptedDomain",
    "RemoteDomain",
    "ExchangeCertificate",
    "ServerComponentState",
    "ADPermission",
    "ADSite",
    "ADSiteLink",
    "EdgeSubscription",
    "MailboxDatabase",
    "Database",
    "HybridConfiguration",
    "MalwareFilteringServer",
    "PublicFolderDatabase",
    "Queue",
];

/// Verbs of commands that only read, test or move mail on.
const READING: [&str; 8] = ["Get", "Test", "Export", "Search", "Retry", "Resume", "Start", "Write"];

/// Folds changes.
#[derive(Default, Serialize, Deserialize)]
pub struct ChangeFold {
    newest: BTreeSet<Change>,
}

impl ChangeFold {
    /// Takes an event, whatever it is.
    pub fn add(&mut self, event: &Event) {
        if let (Some((kind, what)), Some(at), false) = (change(event), event.time, event.recovered) {
            self.newest.insert(Change { at, span: event.span, kind, computer: event.computer.clone(), what });
            self.shrink();
        }
    }

    /// Joins another fold.
    pub fn merge(&mut self, other: ChangeFold) {
        self.newest.extend(other.newest);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.newest.len() > MOST {
            self.newest.pop_first();
        }
    }

    /// The changes, oldest first.
    pub fn finish(self) -> Vec<Change> {
        self.newest.into_iter().collect()
    }
}

fn change(event: &Event) -> Option<(ChangeKind, String)> {
    // Most events are no change, and there are millions: the number decides first.
    match event.id {
        1 if is_source("MSExchange CmdletLogs", &event.source) => {
            command(event).map(|what| (ChangeKind::Command, what))
        }
        7036 if is_source("Service Control Manager", &event.source) => {
            service(event).map(|what| (ChangeKind::Service, what))
        }
        6005 if is_source("EventLog", &event.source) => Some((ChangeKind::Restart, "Windows started".to_owned())),
        6006 if is_source("EventLog", &event.source) => Some((ChangeKind::Restart, "Windows was shut down".to_owned())),
        6008 if is_source("EventLog", &event.source) => {
            Some((ChangeKind::Restart, "Windows started after it went down unexpectedly".to_owned()))
        }
        19 if is_source("Microsoft-Windows-WindowsUpdateClient", &event.source) => {
            let title = event.strings.first().cloned().unwrap_or_else(|| event.text());
            Some((ChangeKind::Update, cut(&title)))
        }
        _ => None,
    }
}

/// The command of an event of CmdletLogs, when it changes something of transport.
fn command(event: &Event) -> Option<String> {
    let text = event.text();
    let is_command = |word: &str| {
        let Some((verb, noun)) = word.split_once('-') else { return false };
        !READING.iter().any(|own| own.eq_ignore_ascii_case(verb))
            && NOUNS.iter().any(|own| own.eq_ignore_ascii_case(noun))
    };
    let words = || text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '.' | ';' | '|' | '"' | '\''));
    let command = words().find(|word| is_command(word))?;
    let parameters = match event.strings.as_slice() {
        [_, parameters, ..] => parameters.split_whitespace().collect::<Vec<_>>().join(" "),
        _ => text
            .split_once("parameters")
            .map_or("", |(_, rest)| rest.split('}').next().unwrap_or(""))
            .trim_start_matches([' ', '{'])
            .to_owned(),
    };
    Some(cut(format!("{command} {parameters}").trim()))
}

/// A service and its state; the words are localized, the names of the services are not.
fn service(event: &Event) -> Option<String> {
    let text = event.text();
    let meant = ["Exchange", "SMTP", "Simple Mail Transfer", "IIS Admin"].iter().any(|name| text.contains(name));
    let what = match event.strings.as_slice() {
        [service, state, ..] => format!("{service}: {state}"),
        _ => text.trim_end_matches('.').to_owned(),
    };
    meant.then(|| cut(&what))
}

fn cut(text: &str) -> String {
    cut::beginning(text, WHAT).map_or_else(|| text.to_owned(), |shown| format!("{shown} ..."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceId};

    fn event(n: u64, source: &str, id: u16, strings: &[&str]) -> Event {
        let mut event = Event::new(Span { source: SourceId(0), place: Place::Record(n) }, source, id);
        event.time = Moment::from_unix_millis(n as i64 * 1000);
        event.strings = strings.iter().map(|text| (*text).to_owned()).collect();
        event
    }

    #[test]
    fn only_changes_of_transport_are_kept() {
        let what = |source, id, strings: &[&str]| change(&event(1, source, id, strings)).map(|(_, what)| what);
        let cmdlets = "MSExchange CmdletLogs";
        assert_eq!(
            what(
                cmdlets,
                1,
                &[
                    "Set-ReceiveConnector",
                    "-Identity \"EX1\\Relay\" -RemoteIPRanges (\"192.0.2.0/24\")",
                    "contoso.com/Maria"
                ]
            )
            .as_deref(),
            Some("Set-ReceiveConnector -Identity \"EX1\\Relay\" -RemoteIPRanges (\"192.0.2.0/24\")")
        );
        assert_eq!(what(cmdlets, 1, &["Get-ReceiveConnector", ""]), None);
        assert_eq!(what(cmdlets, 1, &["Set-Mailbox", "-Identity x"]), None);
        assert_eq!(what(cmdlets, 6, &["Set-ReceiveConnector", ""]), None);
        assert_eq!(
            what("Service Control Manager", 7036, &["Microsoft Exchange Transport", "stopped"]).as_deref(),
            Some("Microsoft Exchange Transport: stopped")
        );
        assert_eq!(what("Service Control Manager", 7036, &["Windows Update", "running"]), None);
        let mut text = event(1, cmdlets, 1, &[]);
        text.message = Some(
            "Cmdlet succeeded. Cmdlet Set-SendConnector, parameters {Identity=Internet, SmartHosts={}}.".to_owned(),
        );
        assert_eq!(
            change(&text).map(|(_, what)| what).as_deref(),
            Some("Set-SendConnector Identity=Internet, SmartHosts={")
        );
    }

    #[test]
    fn any_cut_keeps_the_same_changes() {
        let all: Vec<Event> = (0..6000).map(|n| event(n, "EventLog", 6005, &[])).collect();
        let fold = |events: &[Event]| {
            let mut fold = ChangeFold::default();
            events.iter().for_each(|event| fold.add(event));
            fold
        };
        let whole = fold(&all).finish();
        assert_eq!(whole.len(), MOST);
        for cut in [1, 3000, 5999] {
            let (mut a, b) = (fold(&all[cut..]), fold(&all[..cut]));
            a.merge(b);
            assert_eq!(a.finish(), whole);
        }
    }
}
