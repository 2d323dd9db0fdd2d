//! All that has a time, on one axis: lanes by server and then by kind, marks in the order of time.
//!
//! Facts are counts: of a thousand equal events the first and the last time are known, and nothing between. A mark is one such
//! count, so it can reach from a time to a later one; nothing is spread over the time between.
//!
//! Marks are the rows of the table `timeline`, in their order; the picture ([`picture`]) names them by their number.

mod lanes;
pub mod picture;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::report::{Report, Severity};

/// What a lane holds. In the order in which the lanes of a server are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum LaneKind {
    /// When problems had begun; no lane, but flags above all.
    Problem,
    /// Event logs.
    Events,
    /// Commands, services, restarts, updates.
    Changes,
    /// Message tracking.
    Tracking,
    /// SMTP protocol logs.
    Protocol,
    /// Connectivity logs.
    Connections,
    /// Agent logs.
    Agents,
    /// Non-delivery reports, by when they were sent.
    Reports,
    /// The way of a message by its header.
    Headers,
    /// Messages in queues, by when they came.
    Waiting,
    /// How many messages a queue held.
    Queue,
}

impl LaneKind {
    /// What readers call it.
    pub fn word(self) -> &'static str {
        match self {
            LaneKind::Problem => "Problem",
            LaneKind::Events => "Events",
            LaneKind::Changes => "Changes",
            LaneKind::Tracking => "Tracking",
            LaneKind::Protocol => "SMTP protocol",
            LaneKind::Connections => "Connectivity",
            LaneKind::Agents => "Agents",
            LaneKind::Reports => "Reports",
            LaneKind::Headers => "Message headers",
            LaneKind::Waiting => "Waiting mail",
            LaneKind::Queue => "Queue",
        }
    }
}

/// How much a mark matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Weight {
    /// Something happened.
    #[default]
    Record,
    /// A warning, a message that was put off, a reply of class 4.
    Warning,
    /// An error, a message that failed, a reply of class 5.
    Error,
    /// A critical event or problem.
    Critical,
}

impl Weight {
    /// The word that readers see.
    pub fn word(self) -> &'static str {
        match self {
            Weight::Record => "Record",
            Weight::Warning => "Warning",
            Weight::Error => "Error",
            Weight::Critical => "Critical",
        }
    }
}

/// A lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The server; empty when the records name none.
    pub server: String,
    /// What it holds.
    pub kind: LaneKind,
    /// Of a lane of one queue: the queue.
    pub name: String,
}

/// Something that happened, once or several times.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Position of its lane.
    pub lane: u32,
    /// When, or when first.
    pub at: Moment,
    /// When last, if that is another time.
    pub until: Option<Moment>,
    /// How much it matters.
    pub weight: Weight,
    /// What happened.
    pub text: String,
    /// How often.
    pub count: u64,
    /// Of a queue: its messages at that time.
    pub length: Option<u64>,
    /// The problem that had begun.
    pub problem: Option<u32>,
    /// Where the first one stands.
    pub span: Option<Span>,
}

/// All lanes with all marks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Timeline {
    /// Lanes, in the order in which they are shown.
    pub lanes: Vec<Lane>,
    /// Marks in the order of time; times of two clocks by their digits.
    pub marks: Vec<Mark>,
    /// Records without a time.
    pub untimed: u64,
    /// Rows of logs that were counted without a time of their own, because there were too many different ones.
    pub left_out: u64,
}

/// When a finding began and the first place that shows it.
pub type Onset = Option<(Moment, Option<Span>)>;

impl Timeline {
    /// What the files show.
    pub fn of_facts(facts: &Facts) -> Timeline {
        lanes::all(facts).finish()
    }

    /// The same, with the problems. `onsets` are those of the findings of the report, in their order.
    pub fn new(facts: &Facts, report: &Report, onsets: &[Onset]) -> Timeline {
        let mut maker = lanes::all(facts);
        for problem in &report.problems {
            // That of the main finding, else the first of those that it explains.
            let own = std::iter::once(&problem.main).chain(&problem.explains);
            let begun = own.filter_map(|finding| *onsets.get(*finding)?).next();
            let (Some((at, span)), Some(finding)) = (begun, report.findings.get(problem.main)) else { continue };
            if finding.severity == Severity::Info {
                // What is only worth knowing is no problem and did not begin.
                continue;
            }
            let mark = Mark {
                weight: match finding.severity {
                    Severity::Critical => Weight::Critical,
                    Severity::High => Weight::Error,
                    Severity::Medium => Weight::Warning,
                    Severity::Low | Severity::Info => Weight::Record,
                },
                problem: Some(problem.number),
                span,
                ..Mark::new(at, format!("Problem {} had begun: {}", problem.number, finding.title))
            };
            maker.add(("", "", LaneKind::Problem, ""), mark);
        }
        maker.finish()
    }
}

impl Mark {
    fn new(at: Moment, text: String) -> Mark {
        Mark {
            lane: 0,
            at,
            until: None,
            weight: Weight::Record,
            text,
            count: 1,
            length: None,
            problem: None,
            span: None,
        }
    }

    /// What happened from a time to a later one.
    fn between(first: Moment, last: Option<Moment>, count: u64, text: String) -> Mark {
        let until = last.filter(|last| *last > first);
        Mark { until, count, ..Mark::new(first, text) }
    }
}

/// Order of a lane: problems, then servers by name, then what no server is named for.
type LaneKey = (u8, String, LaneKind, String);

/// Collects marks by lane.
#[derive(Default)]
struct Maker {
    lanes: BTreeMap<LaneKey, (Lane, Vec<Mark>)>,
    untimed: u64,
    left_out: u64,
}

impl Maker {
    /// Adds a mark to the lane of a server (key and name), a kind, and a queue.
    fn add(&mut self, (key, server, kind, name): (&str, &str, LaneKind, &str), mark: Mark) {
        let rank = if kind == LaneKind::Problem { 0 } else { 1 + u8::from(key.is_empty()) };
        let lane = || Lane { server: server.to_owned(), kind, name: name.to_owned() };
        let entry = self.lanes.entry((rank, key.to_owned(), kind, name.to_owned()));
        let (lane, marks) = entry.or_insert_with(|| (lane(), Vec::new()));
        // Names of one server differ in case and length; the shortest is the one that people say.
        if (server.len(), server) < (lane.server.len(), lane.server.as_str()) {
            lane.server = server.to_owned();
        }
        marks.push(mark);
    }

    fn finish(self) -> Timeline {
        let mut timeline = Timeline { untimed: self.untimed, left_out: self.left_out, ..Timeline::default() };
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for ((_, key, ..), (lane, _)) in &self.lanes {
            let known = names.entry(key.clone()).or_insert_with(|| lane.server.clone());
            if (lane.server.len(), &lane.server) < (known.len(), known) {
                known.clone_from(&lane.server);
            }
        }
        for ((_, key, ..), (mut lane, marks)) in self.lanes {
            let own = u32::try_from(timeline.lanes.len()).unwrap_or(u32::MAX);
            lane.server = names.get(&key).cloned().unwrap_or_default();
            timeline.lanes.push(lane);
            timeline.marks.extend(marks.into_iter().map(|mark| Mark { lane: own, ..mark }));
        }
        timeline.marks.order_by(|a, b| {
            let key = |mark: &Mark| (mark.at.at, mark.at.clock, mark.lane, mark.until, mark.span);
            key(a).cmp(&key(b)).then_with(|| a.text.cmp(&b.text))
        });
        timeline
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::analysis::{Analysis, analyze};
    use crate::base::clocks::Clocks;
    use crate::base::source::Source;

    fn case(files: &[(&str, String)]) -> Analysis {
        let sources = files.iter().map(|(path, text)| Source::from_bytes(*path, text.clone())).collect();
        analyze(sources, &mut |_| ControlFlow::Continue(()))
    }

    fn messages() -> String {
        let mut text =
            "\"Identity\",\"FromAddress\",\"Status\",\"Queue\",\"Subject\",\"DateReceived\",\"LastError\"\r\n"
                .to_owned();
        for n in 0..9 {
            text += &format!(
                "\"EX1\\7\\{n}\",\"anna@contoso.com\",\"Retry\",\"EX1\\7\",\"Note {n}\",\"2019-03-12 08:3{}:00\",\"451 4.4.0 DNS query failed\"\r\n",
                n / 4
            );
        }
        text
    }

    #[test]
    fn messages_of_one_minute_are_one_mark() {
        let timeline = case(&[("messages.csv", messages())]).timeline();
        let waiting: Vec<(String, u64)> = timeline
            .marks
            .iter()
            .filter(|mark| mark.problem.is_none())
            .map(|mark| (mark.at.to_string(), mark.count))
            .collect();
        assert_eq!(
            waiting,
            [
                ("2019-03-12 08:30:00".to_owned(), 4),
                ("2019-03-12 08:31:00".to_owned(), 4),
                ("2019-03-12 08:32:00".to_owned(), 1),
            ]
        );
        assert!(timeline.lanes.iter().any(|lane| lane.server == "EX1" && lane.kind == LaneKind::Waiting));
    }

    #[test]
    fn problems_whose_beginning_is_known_are_rows_of_the_table() {
        let folder = "tests/cases/connector-changed-just-before";
        let names = ["EX19-02 application.xml", "EX19-02 management.xml", "system.csv"];
        let source = |name: &&str| Source::from_bytes(*name, std::fs::read(format!("{folder}/{name}")).unwrap());
        let analysis = analyze(names.iter().map(source).collect(), &mut |_| ControlFlow::Continue(()));
        let timeline = analysis.timeline();
        let begun: Vec<u32> = timeline.marks.iter().filter_map(|mark| mark.problem).collect();
        assert!(!begun.is_empty() && begun.len() <= analysis.report.problems.len());
        let table = analysis.table("timeline").unwrap();
        assert_eq!(table.rows.len(), timeline.marks.len());
        let row = table.rows.iter().position(|row| row.cells[2].text() == "Problem").unwrap();
        let details = analysis.row("timeline", u32::try_from(row).unwrap(), &Clocks::default()).unwrap();
        assert_eq!(details.evidence.unwrap().input, "EX19-02 application.xml");
        assert!(details.fields.contains(&("File".to_owned(), "EX19-02 application.xml".to_owned())));
        let kinds: Vec<LaneKind> = timeline.lanes.iter().map(|lane| lane.kind).collect();
        assert_eq!(
            kinds,
            [LaneKind::Problem, LaneKind::Events, LaneKind::Changes, LaneKind::Events, LaneKind::Changes,]
        );
    }

    #[test]
    fn mail_that_was_kept_has_its_lanes() {
        let report = "Date: Tue, 12 Mar 2019 09:00:00 +0100\r\nFrom: postmaster@contoso.com\r\nSubject: Undeliverable: Offer\r\n\
            MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\
            Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns;EX1.contoso.com\r\n\r\n\
            Final-Recipient: rfc822;b@fabrikam.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n";
        let header = "Received: from EX1.contoso.com (192.0.2.11) by EX2.contoso.com (192.0.2.12) with Microsoft SMTP Server id 15.1.2507.6;\r\n \
            Tue, 12 Mar 2019 08:00:04 +0000\r\nMessage-ID: <a1@contoso.com>\r\nFrom: a@contoso.com\r\nTo: b@contoso.com\r\nSubject: Offer\r\n\
            Date: Tue, 12 Mar 2019 08:00:00 +0000\r\n";
        let timeline = case(&[("report.eml", report.to_owned()), ("header.txt", header.to_owned())]).timeline();
        let shown = |mark: &Mark| {
            let lane = &timeline.lanes[mark.lane as usize];
            (mark.at.to_string(), lane.server.clone(), lane.kind, mark.weight, mark.text.clone())
        };
        let marks: Vec<_> = timeline.marks.iter().filter(|mark| mark.problem.is_none()).map(shown).collect();
        assert_eq!(
            marks,
            [
                (
                    "2019-03-12 08:00:00 UTC".to_owned(),
                    "EX1.contoso.com".to_owned(),
                    LaneKind::Reports,
                    Weight::Error,
                    "Report 5.1.1 for b@fabrikam.com".to_owned()
                ),
                (
                    "2019-03-12 08:00:04 UTC".to_owned(),
                    "EX2.contoso.com".to_owned(),
                    LaneKind::Headers,
                    Weight::Record,
                    "Received from EX1.contoso.com (192.0.2.11) <a1@contoso.com>".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn the_order_of_the_files_changes_nothing() {
        let other = messages().replace("EX1", "EX2").replace("08:3", "07:1");
        let one = case(&[("a.csv", messages()), ("b.csv", other.clone())]);
        let two = case(&[("b.csv", other), ("a.csv", messages())]);
        assert_eq!(one.timeline(), two.timeline());
    }
}
