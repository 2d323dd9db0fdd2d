//! Whether Windows services run: what lists show of them, and when the Service Control Manager saw them start and stop.
//!
//! Traps: the names and states in events are localized; an event without its text has them as two strings; two services
//! can have names that begin alike (`Microsoft Exchange Transport` and `Microsoft Exchange Transport Log Search`); a list
//! seldom says when it was made.

use std::collections::BTreeMap;

use super::Facts;
use super::databases::is_certainly_before;
use super::events::{EventGroup, Variant};
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::model::health::{ServiceState, StartMode};
use crate::model::server::server_key;

/// A service: its name, and the names that people see.
#[derive(Clone, Copy, Debug)]
pub struct ServiceName {
    /// `MSExchangeTransport`
    pub name: &'static str,
    /// `Microsoft Exchange Transport`; letters and digits are compared.
    pub shown: &'static str,
}

/// The transport service.
pub const TRANSPORT: ServiceName = ServiceName { name: "MSExchangeTransport", shown: "Microsoft Exchange Transport" };
/// The front end of it (2013 and later).
pub const FRONT_END: ServiceName =
    ServiceName { name: "MSExchangeFrontEndTransport", shown: "Microsoft Exchange Frontend Transport" };
/// Delivery to mailboxes (2013 and later).
pub const DELIVERY: ServiceName =
    ServiceName { name: "MSExchangeDelivery", shown: "Microsoft Exchange Mailbox Transport Delivery" };
/// The message transfer agent of 2000 and 2003.
pub const MTA: ServiceName = ServiceName { name: "MSExchangeMTA", shown: "Microsoft Exchange MTA Stacks" };

/// What is known of a service on one server.
#[derive(Debug, Default)]
pub struct ServiceStanding<'a> {
    /// The server, where it is known.
    pub server: Option<&'a str>,
    /// What lists show.
    pub lists: Vec<ListedState>,
    /// The last start.
    pub started: Option<Change<'a>>,
    /// The last stop.
    pub stopped: Option<Change<'a>>,
    /// The last change to a state in words that are not known.
    pub unclear: Option<Change<'a>>,
}

/// A state in a list.
#[derive(Clone, Copy, Debug)]
pub struct ListedState {
    /// Where.
    pub span: Span,
    /// Whether it runs; `None` while it starts or stops.
    pub runs: Option<bool>,
    /// How it starts.
    pub start: Option<StartMode>,
}

/// A start or a stop.
#[derive(Clone, Copy, Debug)]
pub struct Change<'a> {
    /// When the last of these events was.
    pub at: Option<Moment>,
    /// Whether the service ended by itself.
    pub unexpected: bool,
    /// The group of events.
    pub group: &'a EventGroup,
    /// The events.
    pub variant: &'a Variant,
}

impl ServiceStanding<'_> {
    /// Whether the events end with a stop. Within one second a stop and a start are a restart.
    pub fn ends_stopped(&self) -> bool {
        match (&self.stopped, &self.started) {
            (Some(stopped), Some(started)) => {
                matches!((stopped.at, started.at), (Some(stop), Some(start)) if stop.at > start.at)
            }
            (Some(_), None) => true,
            _ => false,
        }
    }

    /// Whether something happened after the last stop that may have been a start.
    pub fn may_have_started(&self) -> bool {
        let at = |change: &Option<Change<'_>>| change.and_then(|change| change.at);
        match (&self.unclear, at(&self.stopped), at(&self.unclear)) {
            (None, ..) => false,
            (Some(_), Some(stop), Some(unclear)) => unclear.at >= stop.at,
            _ => true,
        }
    }

    /// Whether a list shows that it runs.
    pub fn is_listed_running(&self) -> bool {
        self.lists.iter().any(|list| list.runs == Some(true))
    }

    /// Whether lists show that it does not run, and none that it does.
    pub fn is_listed_stopped(&self) -> bool {
        !self.is_listed_running() && self.lists.iter().any(|list| list.runs == Some(false))
    }

    /// How it starts, as the lists show it.
    pub fn start(&self) -> Option<StartMode> {
        self.lists.iter().find_map(|list| list.start)
    }
}

const MANAGER: &str = "Service Control Manager";

/// State changes; ends of a service that it did not ask for; failures to start.
const CHANGES: &[u16] = &[7036, 7031, 7034, 7023, 7024, 7000];

/// Words for a service that runs and for one that does not, in letters of ASCII: the others are lost in many exports.
const RUNNING: &[&str] = &["running", "ausgefhrt", "encoursdexcution", "enejecucin", "inesecuzione", "actief"];
const STOPPED: &[&str] = &["stopped", "beendet", "angehalten", "arrt", "detenido", "arrestato", "gestopt"];

impl Facts {
    /// What is known of a service, by server.
    pub fn service(&self, service: ServiceName) -> Vec<ServiceStanding<'_>> {
        let mut all: BTreeMap<String, ServiceStanding<'_>> = BTreeMap::new();
        let key = |server: Option<&str>| server.map(server_key).unwrap_or_default();
        let is_it = |name: &str| letters(name) == letters(service.name) || letters(name) == letters(service.shown);
        for listed in self.settings.windows_services.iter().filter(|listed| is_it(&listed.name.value)) {
            let server = listed.server.as_ref().map(|server| server.value.as_str());
            let entry = all.entry(key(server)).or_default();
            entry.server = entry.server.or(server);
            let runs = listed.state.as_ref().and_then(|state| match state.value {
                ServiceState::Running => Some(true),
                ServiceState::Stopped | ServiceState::Paused => Some(false),
                _ => None,
            });
            let start = listed.start.as_ref().map(|start| start.value);
            entry.lists.push(ListedState { span: listed.span, runs, start });
        }
        for health in &self.settings.service_health {
            let server = health.server.as_ref().map(|server| server.value.as_str());
            let runs = [(&health.running, true), (&health.not_running, false)].into_iter().find_map(|(list, runs)| {
                list.as_ref()
                    .filter(|list| list.value.items.iter().any(|name| is_it(name)))
                    .map(|list| (list.span, runs))
            });
            if let Some((span, runs)) = runs {
                let entry = all.entry(key(server)).or_default();
                entry.server = entry.server.or(server);
                entry.lists.push(ListedState { span, runs: Some(runs), start: None });
            }
        }
        for group in self.events_of(MANAGER, CHANGES) {
            for (text, variant) in &group.variants {
                let runs = match change(group.id, text, variant, service) {
                    Said::Nothing => continue,
                    Said::Runs => Some(true),
                    Said::Stopped => Some(false),
                    Said::Unclear => None,
                };
                let entry = all.entry(key(group.computer.as_deref())).or_default();
                entry.server = entry.server.or(group.computer.as_deref());
                let new = Change { at: variant.last, unexpected: matches!(group.id, 7031 | 7034), group, variant };
                let known = match runs {
                    Some(true) => &mut entry.started,
                    Some(false) => &mut entry.stopped,
                    None => &mut entry.unclear,
                };
                // Of a crash and the change of state that follows it the crash says more.
                let order = |change: &Change<'_>| (change.at, change.unexpected);
                if known.as_ref().is_none_or(|known| order(&new) > order(known)) {
                    *known = Some(new);
                }
            }
        }
        all.into_values().collect()
    }

    /// The last time in the log that a change was read from. Other logs of the server may go on for longer.
    pub fn log_end(&self, change: &Change<'_>) -> Option<Moment> {
        self.beside(change).filter_map(|group| group.last).max_by_key(|last| last.at)
    }

    /// Whether the log that a change was read from holds starts at all: an export of errors and warnings does not.
    pub fn shows_starts(&self, change: &Change<'_>) -> bool {
        self.beside(change).any(|group| group.id == 7036 && group.is_of(MANAGER))
    }

    fn beside<'a>(&'a self, change: &Change<'a>) -> impl Iterator<Item = &'a EventGroup> {
        let (file, key) = (change.variant.event.span.source, change.group.computer.as_deref().map(server_key));
        self.events.iter().filter(move |group| {
            !group.recovered
                && group.exemplars.first().is_some_and(|event| event.span.source == file)
                && group.computer.as_deref().map(server_key) == key
        })
    }

    /// Whether a service reported something after a stop, other than failures to start: then it ran again.
    pub fn ran_after(&self, service: ServiceName, change: &Change<'_>) -> bool {
        let key = change.group.computer.as_deref().map(server_key);
        let own = self.events.iter().filter(|group| {
            !group.recovered
                && group.is_of(service.name)
                && group.computer.as_deref().map(server_key) == key
                && !(7000..=7020).contains(&group.id)
                && !(16000..=17999).contains(&group.id)
                && !(1000..=1046).contains(&group.id)
        });
        let Some(stop) = change.at else { return false };
        own.filter_map(|group| group.last).any(|last| is_certainly_before(stop, last) == Some(true))
    }
}

/// What an event says about a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    /// It is about another one.
    Nothing,
    Runs,
    Stopped,
    /// Its state changed, in words that are not known.
    Unclear,
}

fn change(id: u16, text: &str, variant: &Variant, service: ServiceName) -> Said {
    let strings = &variant.event.strings;
    let shown = letters(service.shown);
    let has_message = variant.event.message.as_deref().is_some_and(|message| !message.trim().is_empty());
    let is_named =
        if has_message { names(text, &shown) } else { strings.first().is_some_and(|name| letters(name) == shown) };
    if !is_named {
        return Said::Nothing;
    }
    if id != 7036 {
        return Said::Stopped;
    }
    let mut state = letters(if has_message { text } else { strings.get(1).map_or("", String::as_str) });
    state.retain(|c| c.is_ascii());
    let says = |words: &[&str]| words.iter().any(|word| state.contains(word));
    match (says(RUNNING), says(STOPPED)) {
        (true, false) => Said::Runs,
        (false, true) => Said::Stopped,
        _ => Said::Unclear,
    }
}

/// Whether a message names a service: in quotes, or before or after the word for service.
fn names(text: &str, shown: &str) -> bool {
    let quoted = text.split(['"', '\u{201E}', '\u{201C}', '\u{201D}', '«', '»']).any(|part| letters(part) == shown);
    let text = letters(text);
    quoted || text.contains(&format!("the{shown}service")) || text.starts_with(&format!("{shown}service"))
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Place, SourceId};
    use crate::model::event::Event;

    fn said(message: Option<&str>, strings: &[&str], id: u16) -> Said {
        let span = Span { source: SourceId(0), place: Place::Record(1) };
        let mut event = Event::new(span, MANAGER, id);
        event.message = message.map(str::to_owned);
        event.strings = strings.iter().map(|text| (*text).to_owned()).collect();
        let text = event.text();
        change(id, &text, &Variant { count: 1, first: None, last: None, event }, TRANSPORT)
    }

    #[test]
    fn a_change_is_read_from_texts_and_strings() {
        let english = |state: &str| format!("The Microsoft Exchange Transport service entered the {state} state.");
        assert_eq!(said(Some(&english("stopped")), &[], 7036), Said::Stopped);
        assert_eq!(said(Some(&english("running")), &[], 7036), Said::Runs);
        let german = "Dienst \"Microsoft Exchange-Transport\" befindet sich jetzt im Status \"Beendet\".";
        assert_eq!(said(Some(german), &[], 7036), Said::Stopped);
        assert_eq!(said(None, &["Microsoft Exchange Transport", "running"], 7036), Said::Runs);
        assert_eq!(said(None, &["Microsoft Exchange-Transport", "Beendet"], 7036), Said::Stopped);
        // `Export-Csv` loses letters, and other tools write others.
        for state in ["Ausgeführt", "Ausgef?hrt", "AusgefÃ¼hrt"] {
            let text = format!("Dienst \"Microsoft Exchange-Transport\" befindet sich jetzt im Status \"{state}\".");
            assert_eq!(said(Some(&text), &[], 7036), Said::Runs, "{state}");
        }
        assert_eq!(said(None, &["Microsoft Exchange Transport", "в работе"], 7036), Said::Unclear);
        let crash = "The Microsoft Exchange Transport service terminated unexpectedly. It has done this 1 time(s).";
        assert_eq!(said(Some(crash), &[], 7034), Said::Stopped);
    }

    #[test]
    fn services_with_longer_names_are_other_ones() {
        let search = "The Microsoft Exchange Transport Log Search service entered the stopped state.";
        assert_eq!(said(Some(search), &[], 7036), Said::Nothing);
        assert_eq!(said(None, &["Microsoft Exchange Transport Log Search", "stopped"], 7036), Said::Nothing);
    }
}
