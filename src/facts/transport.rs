//! What transport logs show, counted. A log of gigabytes becomes a few thousand counts, each with its first and last
//! time and a few places to look at.
//!
//! Each count answers one [`Question`]. Keys are cells of the rows; texts of replies are counted under their shape, with
//! numbers and quoted names taken out, because the same failure names another message each time. Counts are bounded
//! ([`Tallies`]), so that a log full of strangers costs no more memory than any other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::latency::{Latencies, LatencyFold};
use super::shape::{reply_shape, shape};
use crate::base::source::SourceId;
use crate::base::tally::{Tallies, Tally};
use crate::base::timestamp::Moment;
use crate::model::log_row::{
    LogKind, LogRow, agent, connectivity, protocol, tracking, tracking_55, tracking_2003, w3c,
};

/// What is counted, and under which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Question {
    /// Events of message tracking: era, source, event.
    TrackingEvents,
    /// What failed or was put off: era, event, shape of the reason.
    TrackingFailures,
    /// Who handed mail to whom: event, connector, client, server.
    TrackingHops,
    /// Messages: era, message id. Marks: [`Lifecycle`].
    Messages,
    /// Local delivery or delivery that was put off: era, message id, recipient.
    Retries,
    /// Endpoints of SMTP sessions: kind of log, connector, remote address. Marks: [`Capabilities`].
    SmtpEndpoints,
    /// Lines that tell more than their number: kind of log, connector, remote address, what it is.
    SmtpSigns,
    /// Names under which servers greet: name, address.
    SmtpGreetings,
    /// Replies of class 4 and 5: kind of log, connector, shape of the reply. Marks: [`Origin`].
    SmtpReplies,
    /// Remarks of the server in protocol logs: kind of log, connector, shape of the remark.
    SmtpRemarks,
    /// Connections: source, destination, shape of the outcome.
    Connections,
    /// What agents did: agent, action, shape of the response.
    AgentActions,
    /// Commands in SMTP logs of 2000 and 2003: direction, address, command, status.
    W3cCommands,
}

/// All questions, with the number of keys that are kept.
const QUESTIONS: [(Question, usize); 13] = [
    (Question::TrackingEvents, 1 << 10),
    (Question::TrackingFailures, 1 << 10),
    (Question::TrackingHops, 1 << 12),
    (Question::Messages, 1 << 16),
    (Question::Retries, 1 << 14),
    (Question::SmtpEndpoints, 1 << 13),
    (Question::SmtpSigns, 1 << 12),
    (Question::SmtpGreetings, 1 << 11),
    (Question::SmtpReplies, 1 << 11),
    (Question::SmtpRemarks, 1 << 10),
    (Question::Connections, 1 << 12),
    (Question::AgentActions, 1 << 10),
    (Question::W3cCommands, 1 << 12),
];

/// What a message went through, as marks.
#[allow(non_snake_case, non_upper_case_globals, missing_docs, reason = "named marks")]
pub mod Lifecycle {
    pub const RECEIVED: u64 = 1;
    pub const SENT: u64 = 2;
    pub const DELIVERED: u64 = 4;
    pub const FAILED: u64 = 8;
    pub const PUT_OFF: u64 = 16;
}

/// Where the other side of sessions stands, as marks.
#[allow(non_snake_case, missing_docs, reason = "named marks")]
pub mod Origin {
    /// An address of a private network.
    pub const INSIDE: u64 = 1;
    /// Any other address.
    pub const OUTSIDE: u64 = 1 << 1;
}

/// What an SMTP server offered or a session reached, as marks.
#[allow(non_snake_case, non_upper_case_globals, missing_docs, reason = "named marks")]
pub mod Capabilities {
    pub const CONNECTED: u64 = 1;
    pub const EHLO: u64 = 1 << 1;
    pub const STARTTLS: u64 = 1 << 2;
    pub const X_ANONYMOUSTLS: u64 = 1 << 3;
    pub const X_EXPS: u64 = 1 << 4;
    pub const AUTH: u64 = 1 << 5;
    pub const MAIL: u64 = 1 << 6;
    pub const DATA: u64 = 1 << 7;
    pub const QUIT: u64 = 1 << 8;
    /// A line of asterisks where a keyword should be: something between the servers rewrites SMTP.
    pub const REWRITTEN: u64 = 1 << 9;
    /// A list of what is offered: a line of the reply to EHLO other than its first.
    pub const OFFERED: u64 = 1 << 10;
    /// A logon that succeeded.
    pub const LOGGED_ON: u64 = 1 << 11;
    /// The line of a command of authentication between Exchange servers that was not recognized.
    pub const UNRECOGNIZED: u64 = 1 << 12;
    /// Commands that Exchange 2000 and 2003 offer beside X-EXPS: X-LINK2STATE, XEXCH50.
    pub const X_OTHER: u64 = 1 << 13;
    /// A logon that was refused.
    pub const REFUSED_LOGON: u64 = 1 << 14;
    /// The same, of a client in a private network or in the one of the own address.
    pub const REFUSED_INSIDE: u64 = 1 << 15;
}

/// The marks whose lines are worth showing, with their names as keys of [`Question::SmtpSigns`].
const SIGNS: [(u64, &[u8]); 3] = [
    (Capabilities::REWRITTEN, b"rewritten"),
    (Capabilities::UNRECOGNIZED, b"unrecognized"),
    (Capabilities::X_EXPS, b"x-exps"),
];

/// Folds rows.
#[derive(Default, Serialize, Deserialize)]
pub struct TransportFold {
    tallies: BTreeMap<Question, Tallies>,
    times: BTreeMap<SourceId, (i64, i64)>,
    /// How long mail takes.
    pub latency: LatencyFold,
    #[serde(skip)]
    key: Vec<u8>,
}

/// Between the parts of a key; stands in no cell.
const BETWEEN: u8 = 0x1F;

impl TransportFold {
    /// Counts a row.
    pub fn add(&mut self, row: &LogRow<'_>) {
        if let Some(time) = row.time {
            let (first, last) = self.times.entry(row.span.source).or_insert((time, time));
            (*first, *last) = ((*first).min(time), (*last).max(time));
        }
        match row.kind {
            LogKind::Tracking => self.tracking(row),
            LogKind::Tracking2003 => self.tracking_2003(row),
            LogKind::Tracking55 => self.tracking_55(row),
            LogKind::SmtpReceive | LogKind::SmtpSend => self.protocol(row),
            LogKind::Connectivity => self.connectivity(row),
            LogKind::Agent => {
                let response = reply_shape(&row.cell(agent::SMTP_RESPONSE));
                self.count(Question::AgentActions, row, &[row.raw(agent::AGENT), row.raw(agent::ACTION), &response], 0);
            }
            LogKind::W3c => {
                let user = row.raw(w3c::USERNAME);
                let direction: &[u8] = if user.starts_with(b"OutboundConnection") { user } else { b"inbound" };
                let cells = [direction, row.raw(w3c::CLIENT_IP), row.raw(w3c::METHOD), row.raw(w3c::STATUS)];
                self.count(Question::W3cCommands, row, &cells, 0);
            }
        }
    }

    fn tracking(&mut self, row: &LogRow<'_>) {
        let event = row.raw(tracking::EVENT_ID);
        self.count(Question::TrackingEvents, row, &[b"2007", row.raw(tracking::SOURCE), event], 0);
        let marks = marks_of(event);
        self.latency.tracking(row, marks);
        let message = row.raw(tracking::MESSAGE_ID);
        if !message.is_empty() {
            self.count(Question::Messages, row, &[b"2007", message], marks);
        }
        if marks == Lifecycle::FAILED || marks == Lifecycle::PUT_OFF {
            let status = row.cell(tracking::RECIPIENT_STATUS);
            let reason = if status.is_empty() { row.cell(tracking::SOURCE_CONTEXT) } else { status };
            self.count(Question::TrackingFailures, row, &[b"2007", event, &reply_shape(&reason)], 0);
        }
        if marks == Lifecycle::PUT_OFF {
            self.count(Question::Retries, row, &[b"2007", message, row.raw(tracking::RECIPIENT_ADDRESS)], 0);
        }
        if marks != 0 {
            let cells = [
                event,
                row.raw(tracking::CONNECTOR_ID),
                row.raw(tracking::CLIENT_HOSTNAME),
                row.raw(tracking::SERVER_HOSTNAME),
            ];
            self.count(Question::TrackingHops, row, &cells, 0);
        }
    }

    fn tracking_2003(&mut self, row: &LogRow<'_>) {
        let event = row.raw(tracking_2003::EVENT_ID);
        self.count(Question::TrackingEvents, row, &[b"2003", row.raw(tracking_2003::PARTNER_NAME), event], 0);
        let marks = match event {
            b"1019" | b"1025" | b"1027" | b"1012" | b"1013" => Lifecycle::RECEIVED,
            b"1031" | b"1011" | b"1029" => Lifecycle::SENT,
            // 1023 is written before the store has accepted the message.
            b"1028" => Lifecycle::DELIVERED,
            b"1021" | b"1022" | b"1026" | b"1030" => Lifecycle::FAILED,
            b"1032" | b"1035" | b"1037" => Lifecycle::PUT_OFF,
            _ => 0,
        };
        self.latency.tracking_2003(row, marks);
        let message = row.raw(tracking_2003::MSGID);
        self.count(Question::Messages, row, &[b"2003", message], marks);
        if marks == Lifecycle::FAILED || marks == Lifecycle::PUT_OFF {
            self.count(Question::TrackingFailures, row, &[b"2003", event, b""], 0);
        }
        // 1037 is the retry of local delivery; 1032 and 1035 are of the categorizer and of routing.
        if event == b"1037" {
            self.count(Question::Retries, row, &[b"2003", message, row.raw(tracking_2003::RECIPIENT_ADDRESS)], 0);
        }
    }

    fn tracking_55(&mut self, row: &LogRow<'_>) {
        let event = row.raw(tracking_55::EVENT);
        self.count(Question::TrackingEvents, row, &[b"5.5", row.raw(tracking_55::GATEWAY_NAME), event], 0);
        let marks = match event {
            b"0" | b"4" | b"1002" | b"1004" => Lifecycle::RECEIVED,
            b"7" | b"1001" | b"1003" | b"1011" => Lifecycle::SENT,
            b"9" | b"1000" => Lifecycle::DELIVERED,
            b"34" | b"43" | b"50" | b"1007" => Lifecycle::FAILED,
            _ => 0,
        };
        self.count(Question::Messages, row, &[b"5.5", row.raw(tracking_55::MESSAGE_ID)], marks);
    }

    fn protocol(&mut self, row: &LogRow<'_>) {
        let kind: &[u8] = if row.kind == LogKind::SmtpReceive { b"receive" } else { b"send" };
        let connector = row.raw(protocol::CONNECTOR_ID);
        let remote = address(row.raw(protocol::REMOTE_ENDPOINT));
        let (event, data) = (row.raw(protocol::EVENT), row.cell(protocol::DATA));
        // The server's words: what a receiving server sent, what a sending one received.
        let is_reply = matches!((kind, event), (b"receive", b">") | (b"send", b"<"));
        let is_command = matches!((kind, event), (b"receive", b"<") | (b"send", b">"));
        let mut marks = if event == b"+" { Capabilities::CONNECTED } else { 0 };
        if is_reply && data.starts_with(b"250") {
            marks |= offered(&data);
        } else if is_reply && data.starts_with(b"220") && data.windows(8).any(|w| w == b"********") {
            marks |= Capabilities::REWRITTEN;
        } else if is_reply && data.starts_with(b"235") {
            marks |= Capabilities::LOGGED_ON;
        } else if is_reply && (data.starts_with(b"535 5.7.3") || data.starts_with(b"454 4.7.0")) {
            marks |= Capabilities::REFUSED_LOGON;
            if is_own_network(remote) || is_near(remote, address(row.raw(protocol::LOCAL_ENDPOINT))) {
                marks |= Capabilities::REFUSED_INSIDE;
            }
        } else if is_reply && (data.starts_with(b"500 5.3.3") || data.starts_with(b"500 5.5.1")) {
            marks |= Capabilities::UNRECOGNIZED;
        } else if is_command {
            marks |= match data.get(..4) {
                Some(verb) if verb.eq_ignore_ascii_case(b"EHLO") => Capabilities::EHLO,
                Some(verb) if verb.eq_ignore_ascii_case(b"MAIL") => Capabilities::MAIL,
                Some(verb) if verb.eq_ignore_ascii_case(b"DATA") || verb.eq_ignore_ascii_case(b"BDAT") => {
                    Capabilities::DATA
                }
                Some(verb) if verb.eq_ignore_ascii_case(b"QUIT") => Capabilities::QUIT,
                _ => 0,
            };
        }
        self.count(Question::SmtpEndpoints, row, &[kind, connector, remote], marks);
        for (sign, name) in SIGNS {
            if marks & sign != 0 {
                self.count(Question::SmtpSigns, row, &[kind, connector, remote, name], 0);
            }
        }
        if is_command && marks & Capabilities::EHLO != 0 {
            // In a receive log the other side greets, in a send log this one.
            let own = if kind == b"receive" { remote } else { address(row.raw(protocol::LOCAL_ENDPOINT)) };
            let name = data.get(5..).unwrap_or_default().trim_ascii();
            if !name.is_empty() && !own.is_empty() {
                self.count(Question::SmtpGreetings, row, &[name, own], 0);
            }
        }
        if is_reply && matches!(data.first(), Some(b'4' | b'5')) {
            let marks = if is_own_network(remote) { Origin::INSIDE } else { Origin::OUTSIDE };
            self.count(Question::SmtpReplies, row, &[kind, connector, &reply_shape(&data)], marks);
        } else if event == b"*" {
            let context = row.cell(protocol::CONTEXT);
            let text = if context.is_empty() { data } else { context };
            self.count(Question::SmtpRemarks, row, &[kind, connector, &shape(&text)], 0);
        }
    }

    fn connectivity(&mut self, row: &LogRow<'_>) {
        let direction = row.raw(connectivity::DIRECTION);
        if direction == b"+" {
            return;
        }
        let description = row.cell(connectivity::DESCRIPTION);
        let cells = [row.raw(connectivity::SOURCE), row.raw(connectivity::DESTINATION), &reply_shape(&description)];
        self.count(Question::Connections, row, &cells, 0);
    }

    fn count(&mut self, question: Question, row: &LogRow<'_>, parts: &[&[u8]], marks: u64) {
        self.key.clear();
        for (i, part) in parts.iter().enumerate() {
            if i > 0 {
                self.key.push(BETWEEN);
            }
            self.key.extend_from_slice(part);
        }
        self.tallies
            .entry(question)
            .or_insert_with(|| Tallies::new(most(question)))
            .mark(&self.key, row.time, row.span, marks);
    }

    /// Joins another fold.
    pub fn merge(&mut self, other: TransportFold) {
        self.latency.merge(other.latency);
        for (question, tallies) in other.tallies {
            match self.tallies.get_mut(&question) {
                Some(into) => into.merge(tallies),
                None => {
                    self.tallies.insert(question, tallies);
                }
            }
        }
        for (source, (first, last)) in other.times {
            let (a, b) = self.times.entry(source).or_insert((first, last));
            (*a, *b) = ((*a).min(first), (*b).max(last));
        }
    }

    /// First and last time in a source.
    pub fn time_span(&self, source: SourceId) -> Option<(Moment, Moment)> {
        let (first, last) = self.times.get(&source)?;
        Some((Moment::from_unix_millis(*first)?, Moment::from_unix_millis(*last)?))
    }

    /// The counts, in order.
    pub fn finish(self) -> Transport {
        let answers = self.tallies.into_iter().map(|(question, tallies)| {
            let (total, left_out, tallies) = tallies.finish();
            (question, Answer { total, left_out, tallies })
        });
        let until = self.times.values().map(|(_, last)| *last).max().and_then(Moment::from_unix_millis);
        Transport { answers: answers.collect(), until, latency: self.latency.finish() }
    }
}

/// What an event of message tracking (2007 and later) means for its message.
pub fn marks_of(event: &[u8]) -> u64 {
    match event {
        b"RECEIVE" | b"SUBMIT" => Lifecycle::RECEIVED,
        b"SEND" | b"SENDEXTERNAL" => Lifecycle::SENT,
        b"DELIVER" | b"DUPLICATEDELIVER" => Lifecycle::DELIVERED,
        b"FAIL" | b"BADMAIL" | b"POISONMESSAGE" | b"SUBMITFAIL" | b"DELIVERFAIL" | b"RESUBMITFAIL" => Lifecycle::FAILED,
        b"DEFER" | b"SUBMITDEFER" | b"RESUBMITDEFER" => Lifecycle::PUT_OFF,
        _ => 0,
    }
}

fn most(question: Question) -> usize {
    QUESTIONS.iter().find(|(q, _)| *q == question).map_or(1 << 10, |(_, most)| *most)
}

/// The address of an endpoint: `192.0.2.1:25`, `[fe80::1%11]:25`.
fn address(endpoint: &[u8]) -> &[u8] {
    match endpoint.iter().rposition(|b| *b == b':') {
        Some(colon) => endpoint.get(..colon).unwrap_or(endpoint),
        None => endpoint,
    }
}

/// Whether an address is one of private networks (RFC 1918, RFC 4193), of the link or of the machine itself.
fn is_own_network(address: &[u8]) -> bool {
    let text = std::str::from_utf8(address).unwrap_or("");
    let text = text.trim_matches(['[', ']']).split('%').next().unwrap_or("");
    text.parse::<std::net::IpAddr>().is_ok_and(crate::base::ip_range::is_private)
}

/// Whether two addresses are neighbors, as far as the first three parts of their IPv4 addresses tell.
fn is_near(a: &[u8], b: &[u8]) -> bool {
    let network = |address: &[u8]| {
        let text = std::str::from_utf8(address).ok()?;
        let address = text.parse::<std::net::Ipv4Addr>().ok()?;
        address.octets().first_chunk::<3>().copied()
    };
    network(a).is_some_and(|own| network(b) == Some(own))
}

fn offered(data: &[u8]) -> u64 {
    let has = |word: &[u8]| data.windows(word.len()).any(|w| w.eq_ignore_ascii_case(word));
    let mut marks = 0;
    for (word, mark) in [
        (&b"X-ANONYMOUSTLS"[..], Capabilities::X_ANONYMOUSTLS),
        (b"STARTTLS", Capabilities::STARTTLS),
        (b"X-EXPS", Capabilities::X_EXPS),
        (b"X-LINK2STATE", Capabilities::X_OTHER),
        (b"XEXCH50", Capabilities::X_OTHER),
        (b"AUTH ", Capabilities::AUTH),
        (b"XXXXXXXX", Capabilities::REWRITTEN),
        (b"****", Capabilities::REWRITTEN),
        (b"SIZE", Capabilities::OFFERED),
        (b"8BITMIME", Capabilities::OFFERED),
        (b"PIPELINING", Capabilities::OFFERED),
    ] {
        if has(word) {
            marks |= mark;
        }
    }
    marks
}

/// What transport logs show.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Transport {
    answers: BTreeMap<Question, Answer>,
    until: Option<Moment>,
    /// How long mail takes.
    pub latency: Latencies,
}

/// What was counted for a question.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Rows that were counted.
    pub total: u64,
    /// Rows whose keys were too many to be kept.
    pub left_out: u64,
    /// The counts, by key.
    pub tallies: Vec<Tally>,
}

impl Transport {
    /// Until when the logs go.
    pub fn until(&self) -> Option<Moment> {
        self.until
    }

    /// What was counted for a question.
    pub fn answer(&self, question: Question) -> Option<&Answer> {
        self.answers.get(&question)
    }

    /// The counts for a question, each with the parts of its key.
    pub fn counts(&self, question: Question) -> impl Iterator<Item = (Vec<String>, &Tally)> {
        let tallies = self.answers.get(&question).into_iter().flat_map(|a| &a.tallies);
        tallies.map(|tally| {
            let parts = tally.key.split(|b| *b == BETWEEN).map(|part| String::from_utf8_lossy(part).into_owned());
            (parts.collect(), tally)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_gives_its_address() {
        assert_eq!(address(b"192.0.2.1:25"), b"192.0.2.1");
        assert_eq!(address(b"[2001:db8::1]:25"), b"[2001:db8::1]");
        assert_eq!(address(b""), b"");
    }
}
