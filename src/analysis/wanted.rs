//! What a report still lacks, as a request for [`crate::tools::collect`].

use crate::base::order::Order as _;
use crate::report::{Confidence, ConsideredVerdict, Missing, Report};
use crate::rules::{self, Input};
use crate::tools::collect::{Generation, Request, asked_by, entry};

/// What would settle what is open in a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The generation that the files speak of.
    pub generation: Generation,
    /// Entries that the generation can gather, in the order in which the report asks for them.
    pub entries: Vec<&'static str>,
    /// What has to be done by hand.
    pub by_hand: Vec<Missing>,
    /// Servers that hold what the report is about.
    pub servers: Vec<String>,
}

impl Wanted {
    /// The request for it. Where nothing is missing, the basics: a second capture shows whether it got better.
    pub fn request(&self) -> Request {
        let mut request = Request::basics(self.generation);
        if !self.entries.is_empty() || !self.by_hand.is_empty() {
            request.entries = self.entries.iter().map(|id| (*id).to_owned()).collect();
        }
        request.by_hand = self.by_hand.iter().map(in_a_line).collect();
        request
    }
}

/// A missing input as one line for people.
pub fn in_a_line(missing: &Missing) -> String {
    if missing.command.is_empty() { missing.what.clone() } else { format!("{}: {}", missing.what, missing.command) }
}

/// What a report still lacks on a generation; without one, on that which its files speak of.
///
/// That is what its findings and checks name, unless they are sure without it; and for checks that could not be decided,
/// each kind of input that they need and no file brought.
pub fn wanted(report: &Report, generation: Option<Generation>) -> Wanted {
    let formats: Vec<&str> = report.inputs.iter().filter_map(|input| input.kind.as_deref()).collect();
    let generation = generation.unwrap_or_else(|| Generation::of_formats(formats.iter().copied()));
    let mut wanted = Wanted { generation, entries: Vec::new(), by_hand: Vec::new(), servers: servers(report) };
    let unsure = report.findings.iter().filter(|finding| finding.confidence != Confidence::Confirmed);
    let undecided = || report.considered.iter().filter(|check| check.verdict == ConsideredVerdict::Undecided);
    let named = unsure.flat_map(|finding| &finding.missing).chain(undecided().flat_map(|check| &check.missing));
    for missing in named {
        let asked = asked_by(&missing.what, &missing.command);
        let known = asked.entries.iter().filter(|id| wanted.add(id)).count();
        if (asked.by_hand || known < asked.entries.len()) && !wanted.by_hand.contains(missing) {
            wanted.by_hand.push(missing.clone());
        }
    }
    for check in undecided() {
        let rule = rules::all().chain(rules::rows()).find(|rule| rule.id == check.rule);
        for input in rule.map_or(&[][..], |rule| rule.needs) {
            let brought =
                |id: &&str| entry(id).is_some_and(|entry| formats.iter().any(|format| entry.is_brought_by(format)));
            let ids = entries_of(*input);
            if !ids.iter().any(brought) {
                for id in ids {
                    wanted.add(id);
                }
            }
        }
    }
    wanted
}

impl Wanted {
    /// Adds an entry once; false where the generation does not have it.
    fn add(&mut self, id: &'static str) -> bool {
        let there = entry(id).is_some_and(|entry| entry.way(self.generation).is_some());
        if there && !self.entries.contains(&id) {
            self.entries.push(id);
        }
        there
    }
}

/// The entries that bring a kind of input of rules.
fn entries_of(input: Input) -> &'static [&'static str] {
    match input {
        Input::Queues | Input::LegacyQueues => &["queues"],
        Input::Messages => &["messages"],
        Input::ReceiveConnectors => &["receive-connectors"],
        Input::Servers => &["servers"],
        Input::ServerAddresses => &["addresses"],
        Input::RoutingTables => &["routing-tables", "link-state"],
        Input::Databases => &["databases"],
        Input::Mailboxes | Input::StoreMailboxes => &["mailboxes"],
        Input::Events => &["events"],
        Input::Directory => &["directory"],
        Input::Permissions => &["permissions-servers", "permissions-databases"],
        Input::Tracking => &["tracking-logs"],
        Input::ProtocolLogs => &["protocol-logs"],
        Input::Reports => &["reports"],
        Input::Traces => &["trace"],
        Input::SendConnectors => &["send-connectors"],
        Input::TransportServices => &["transport-services"],
        Input::AcceptedDomains => &["accepted-domains"],
        Input::Certificates => &["certificates"],
        Input::Health => &["component-states", "services", "service-health"],
        Input::BackPressure => &["back-pressure"],
        Input::Agents => &["agents"],
        Input::ConnectivityLogs => &["connectivity-logs"],
        Input::AgentLogs => &["agent-logs"],
        Input::Headers => &["headers"],
    }
}

/// Servers whose queues findings are about, and those that commands for missing inputs name: by their host names, sorted.
fn servers(report: &Report) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |name: &str| {
        let host = name.split('.').next().unwrap_or(name);
        let is_host = host.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && host.chars().any(|c| c.is_ascii_alphabetic())
            && host.len() <= 15;
        if is_host && !names.iter().any(|known| known.eq_ignore_ascii_case(host)) {
            names.push(host.to_owned());
        }
    };
    for finding in &report.findings {
        finding.affected.iter().filter_map(|label| label.split_once('\\')).for_each(|(server, _)| add(server));
    }
    let missing = report.findings.iter().flat_map(|finding| &finding.missing);
    for missing in missing.chain(report.considered.iter().flat_map(|check| &check.missing)) {
        for option in ["-Server \"", "-ComputerName \""] {
            for (at, _) in missing.command.match_indices(option) {
                let rest = missing.command.get(at + option.len()..).unwrap_or_default();
                rest.split('"').next().into_iter().for_each(&mut add);
            }
        }
    }
    names.order();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Considered, Input as File, InputState, Summary};

    fn report(kinds: &[&str], checks: Vec<Considered>) -> Report {
        let file = |kind: &&str| File {
            path: format!("{kind}.txt"),
            kind: Some((*kind).to_owned()),
            near: None,
            taken_for: String::new(),
            reason: String::new(),
            state: InputState::Read,
            size: 1,
            encoding: None,
            time_span: None,
            records: 1,
            skipped: 0,
            damaged: 0,
            notes: Vec::new(),
        };
        Report {
            summary: Summary::default(),
            inputs: kinds.iter().map(file).collect(),
            problems: Vec::new(),
            findings: Vec::new(),
            considered: checks,
            redacted: false,
            set_aside: Vec::new(),
            scope: crate::report::Scope::default(),
            compared: None,
        }
    }

    fn undecided(rule: &str, missing: &[(&str, &str)]) -> Considered {
        let missing = missing.iter().map(|(what, command)| Missing {
            what: (*what).to_owned(),
            settles: String::new(),
            command: (*command).to_owned(),
        });
        Considered {
            rule: rule.to_owned(),
            title: String::new(),
            verdict: ConsideredVerdict::Undecided,
            why: String::new(),
            missing: missing.collect(),
        }
    }

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let check = undecided(
            "no such rule",
            &[
                ("A second list of queues", "Get-Queue \"EX1\\3\" | Export-Clixml queues-later.xml"),
                ("The send protocol log", "Get-SendConnector | Set-SendConnector -ProtocolLoggingLevel Verbose"),
                ("The state of the services", "Get-Service *Exchange* -ComputerName \"EX2.contoso.com\""),
            ],
        );
        let wanted = wanted(&report(&["get-queue"], vec![check]), None);
        assert_eq!(wanted.generation, Generation::Any);
        assert_eq!(wanted.entries, ["queues", "protocol-logs", "services"]);
        assert_eq!(wanted.by_hand.len(), 1, "a command that changes something stays with people");
        assert_eq!(wanted.servers, ["EX2"]);
        let script = wanted.request().text();
        assert!(!script.contains("\n    Export-Answer ('Get-Message of"), "nothing else is gathered");
        assert!(script.contains("#   - The send protocol log: Get-SendConnector | Set-SendConnector"));
    }

    #[test]
    fn what_an_undecided_check_needs_is_asked_for_unless_it_was_brought() {
        let needs_events = rules::all().find(|rule| rule.needs.contains(&Input::Events)).unwrap();
        let with = |kinds: &[&str]| wanted(&report(kinds, vec![undecided(needs_events.id, &[])]), None).entries;
        assert!(with(&["get-queue"]).contains(&"events"));
        assert!(!with(&["get-queue", "evtx"]).contains(&"events"));
        assert!(!with(&["get-queue", "event-list"]).contains(&"events"));
    }

    #[test]
    fn an_old_site_gets_steps_and_what_it_cannot_give_is_left_to_people() {
        let check =
            undecided("no such rule", &[("The agents", "Get-TransportAgent"), ("A", "WinRoute, File, New Query")]);
        let wanted = wanted(&report(&["queue-list-2003"], vec![check]), None);
        assert_eq!(wanted.generation, Generation::Exchange2003);
        assert_eq!(wanted.entries, ["link-state"]);
        assert_eq!(wanted.by_hand.len(), 1);
        assert!(wanted.request().text().starts_with("What to gather"));
    }

    #[test]
    fn a_case_without_questions_gets_the_basics() {
        let wanted = wanted(&report(&["get-queue"], Vec::new()), None);
        assert_eq!(wanted.request(), Request::basics(Generation::Any));
    }

    #[test]
    fn every_kind_of_input_can_be_gathered() {
        for rule in rules::all().chain(rules::rows()) {
            for input in rule.needs.iter().chain(rule.helps) {
                let ids = entries_of(*input);
                assert!(!ids.is_empty() && ids.iter().all(|id| entry(id).is_some()), "{input:?}");
            }
        }
    }
}
