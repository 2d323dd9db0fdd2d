//! What the header of a message, or a report about one, says: the path with the time of each hop, who gave the message
//! up and why, and what Exchange and others wrote about the sender.
//!
//! Works on what the formats read ([`MessageHeader`], [`NonDeliveryReport`]). Traps: the clocks of servers differ, so a hop can
//! seem to take less than no time; a time in an unknown zone is shown and not compared; the server that writes a report is
//! often not the one that refused.

mod path;
mod print;

use super::code_lookup::{codes_in, look_up};
use crate::knowledge::mail_headers;
use crate::model::Located;
use crate::model::message_header::MessageHeader;
use crate::model::ndr::{NdrRecipient, NonDeliveryReport};

pub use path::{Delay, HopRow, Path, duration};

/// Most reports of one text that are shown.
const REPORTS: usize = 20;
/// Most recipients of one report that are shown.
const RECIPIENTS: usize = 50;

/// What a text says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// What the text was taken for; empty when it is nothing of the kind.
    pub taken_for: String,
    /// The message: name and value.
    pub message: Vec<(&'static str, String)>,
    /// Its way, when the text shows it.
    pub path: Option<Path>,
    /// The reports.
    pub reports: Vec<Report>,
    /// What servers found out about the sender.
    pub sender: Vec<Explained>,
    /// What Exchange wrote about the message, as far as it matters.
    pub exchange: Vec<Explained>,
    /// Headers of Exchange that are not listed.
    pub other_headers: usize,
    /// What limits the answer.
    pub remarks: Vec<String>,
}

/// A report about a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The server that wrote it.
    pub written_by: Option<String>,
    /// When, as printed.
    pub date: Option<String>,
    /// For whom the message was, and what became of it.
    pub recipients: Vec<Recipient>,
    /// Recipients that are not listed.
    pub more: usize,
}

/// A recipient of a report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recipient {
    /// Address, or name.
    pub address: Option<String>,
    /// The address before it was rewritten, when it was.
    pub before: Option<String>,
    /// What became of the message, in words.
    pub outcome: Option<&'static str>,
    /// The server that the report names with the reply: the one that refused, or that gave up.
    pub server: Option<String>,
    /// The reply, or the status when there is none.
    pub reply: Option<String>,
    /// The codes in it: code, what it means, what to do.
    pub codes: Vec<(String, String, Option<String>)>,
}

/// A header or a result with its explanation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Name: `SPF`, `X-MS-Exchange-Organization-AuthAs`.
    pub name: String,
    /// Value, as printed.
    pub value: String,
    /// What it says.
    pub text: String,
}

/// Puts together what was read of one text.
pub fn answer(
    taken_for: &str,
    header: Option<&MessageHeader>,
    reports: &[NonDeliveryReport],
    remarks: Vec<String>,
) -> Answer {
    let mut answer = Answer { taken_for: taken_for.to_owned(), remarks, ..Answer::default() };
    let text = |value: &Option<Located<String>>| value.as_ref().map(|value| value.value.clone());
    let original = reports.first().map(|report| &report.original);
    let either = |own: Option<String>, other: Option<String>| own.or(other);
    let rows = [
        ("Subject", either(header.and_then(|h| text(&h.subject)), original.and_then(|o| text(&o.subject)))),
        ("From", either(header.and_then(|h| text(&h.from)), original.and_then(|o| text(&o.from)))),
        ("Written", header.and_then(|h| text(&h.date))),
        ("Message-ID", either(header.and_then(|h| text(&h.message_id)), original.and_then(|o| text(&o.message_id)))),
    ];
    answer.message = rows.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
    if let Some(header) = header {
        answer.path = Some(path::path(&header.hops)).filter(Path::is_told);
        answer.sender = header.authentication.iter().flat_map(|(name, value)| results(name, &value.value)).collect();
        for (name, value) in &header.exchange {
            match mail_headers::meaning(name, &value.value) {
                Some(text) => answer.exchange.push(Explained {
                    name: printed(name),
                    value: value.value.clone(),
                    text: text.to_owned(),
                }),
                None => answer.other_headers += 1,
            }
        }
        if let Some((server, longest)) = header.latency.as_ref().and_then(|latency| latency.value.longest()) {
            let agent = longest.agent.as_ref().map_or(String::new(), |agent| format!(" ({agent})"));
            answer.exchange.push(Explained {
                name: "Longest step".to_owned(),
                value: format!("{}{agent} on {server}", longest.code),
                text: format!("{}, as Exchange measured it.", duration_of_milliseconds(longest.milliseconds)),
            });
        }
    }
    answer.reports = reports.iter().take(REPORTS).map(report).collect();
    if reports.len() > REPORTS {
        answer.remarks.push(format!("Only the first {REPORTS} of {} reports are shown.", reports.len()));
    }
    answer
}

fn duration_of_milliseconds(milliseconds: u64) -> String {
    if milliseconds < 1000 {
        return format!("{milliseconds} ms");
    }
    duration(i64::try_from(milliseconds / 1000).unwrap_or(i64::MAX))
}

/// The name of a header as Exchange prints it. Names are kept in lower case.
fn printed(name: &str) -> String {
    let words = name.split('-').map(|word| match word {
        "ms" | "scl" | "pcl" | "prd" | "id" => word.to_uppercase(),
        "authas" => "AuthAs".to_owned(),
        "authsource" => "AuthSource".to_owned(),
        "authmechanism" => "AuthMechanism".to_owned(),
        "messagelatency" => "MessageLatency".to_owned(),
        "messagedirectionality" => "MessageDirectionality".to_owned(),
        "originalarrivaltime" => "OriginalArrivalTime".to_owned(),
        "originalsize" => "OriginalSize".to_owned(),
        "senderidresult" => "SenderIdResult".to_owned(),
        "crosstenant" => "CrossTenant".to_owned(),
        "fromentityheader" => "FromEntityHeader".to_owned(),
        other => {
            let mut letters = other.chars();
            letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
        }
    });
    words.collect::<Vec<String>>().join("-")
}

/// The results in a field: `spf=pass (...) smtp.mailfrom=...; dkim=fail ...`.
fn results(name: &str, value: &str) -> Vec<Explained> {
    if name == "received-spf" {
        let result = value.split([' ', '(', ';']).next().unwrap_or_default();
        return result_of("spf", result, value).into_iter().collect();
    }
    let pieces = value.split(';').map(str::trim);
    pieces
        .filter_map(|piece| {
            let (method, rest) = piece.split_once('=')?;
            result_of(method.trim(), rest.split([' ', '(']).next()?, piece)
        })
        .collect()
}

fn result_of(method: &str, result: &str, value: &str) -> Option<Explained> {
    let what = match method.to_ascii_lowercase().as_str() {
        "spf" => "SPF",
        "dkim" => "DKIM",
        "dmarc" => "DMARC",
        "arc" => "ARC",
        "compauth" => "Composite authentication",
        _ => return None,
    };
    let result = result.to_ascii_lowercase();
    let text = match (what, result.as_str()) {
        ("SPF", "pass") => "The domain allows this address to send for it.",
        ("SPF", "fail") => "The domain says that this address may not send for it.",
        ("SPF", "softfail") => "The domain says that this address probably may not send for it.",
        ("SPF", "neutral") => "The domain says nothing about this address.",
        ("SPF", "none") => "The domain publishes nothing about who may send for it.",
        ("SPF", "permerror") => "What the domain publishes cannot be read.",
        ("DKIM", "pass") => "A signature of the domain fits the message.",
        ("DKIM", "fail") => "A signature does not fit: the message was changed on the way, or the key is another one.",
        ("DKIM", "none") => "The message is not signed.",
        ("DMARC", "pass") => "SPF or DKIM passed for the domain in From.",
        ("DMARC", "fail") => "Neither SPF nor DKIM passed for the domain in From.",
        ("DMARC", "none" | "bestguesspass") => "The domain in From publishes no policy.",
        ("ARC", "pass") => "The results that servers on the way sealed are intact.",
        ("ARC", "fail") => "The results that servers on the way sealed are not intact.",
        ("Composite authentication", "pass") => "Exchange Online takes the sender in From for proven.",
        ("Composite authentication", "fail") => "Exchange Online does not take the sender in From for proven.",
        (_, "temperror") => "A question to the name server failed for now.",
        _ => "",
    };
    Some(Explained { name: format!("{what}: {result}"), value: value.to_owned(), text: text.to_owned() })
}

fn report(report: &NonDeliveryReport) -> Report {
    let text = |value: &Option<Located<String>>| value.as_ref().map(|value| value.value.clone());
    Report {
        written_by: text(&report.generating_server).or_else(|| text(&report.reporting_mta)),
        date: text(&report.date),
        recipients: report.recipients.iter().take(RECIPIENTS).map(recipient).collect(),
        more: report.recipients.len().saturating_sub(RECIPIENTS),
    }
}

fn recipient(recipient: &NdrRecipient) -> Recipient {
    let text = |value: &Option<Located<String>>| value.as_ref().map(|value| value.value.clone());
    let (address, before) = (text(&recipient.address), text(&recipient.original_address));
    let (address, before) = match (address, before) {
        (None, before) => (before, None),
        (address, before) => {
            let before = before.filter(|before| address.as_ref().is_none_or(|a| !a.eq_ignore_ascii_case(before)));
            (address, before)
        }
    };
    let outcome = recipient.action.as_ref().and_then(|action| {
        Some(match action.value.to_ascii_lowercase().as_str() {
            "failed" => "Not delivered, given up",
            "delayed" => "Not delivered yet, tried again",
            "delivered" => "Delivered",
            "relayed" => "Handed to a system that does not report delivery",
            "expanded" => "Delivered to a list, and sent on to its members",
            _ => return None,
        })
    });
    let reply = text(&recipient.diagnostic_code).or_else(|| text(&recipient.status));
    let codes = reply.as_deref().map(codes).unwrap_or_default();
    Recipient { address, before, outcome, server: text(&recipient.remote_mta), reply, codes }
}

/// The codes of a reply with what they mean and what to do. Only what the reply shows to be a code is taken for one.
fn codes(reply: &str) -> Vec<(String, String, Option<String>)> {
    const MOST: usize = 6;
    // The words in front say whose code it is.
    let marked = format!("responded with: {reply}");
    let mut found: Vec<String> = Vec::new();
    for note in codes_in(&marked) {
        let code = marked.get(note.range).unwrap_or_default().to_owned();
        if !found.contains(&code) {
            found.push(code);
        }
    }
    // A status that stands alone, or a reply that begins in its own way.
    let first: String = reply.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    for begin in [first.as_str(), reply.split_whitespace().next().unwrap_or_default()] {
        let known = look_up(begin).readings.first().is_some_and(|reading| !reading.candidates.is_empty());
        if found.is_empty() && known && begin.starts_with(|c: char| c.is_ascii_digit()) {
            found.push(begin.to_owned());
        }
    }
    let explained = found.into_iter().take(MOST).filter_map(|code| {
        let reading = look_up(&code).readings.into_iter().next()?;
        let candidate = reading.candidates.into_iter().next()?;
        // `5.1.1 No such recipient` says the code once more.
        let own = code.rsplit(' ').next().unwrap_or(&code);
        let symbol = candidate.symbol.strip_prefix(own).map_or(candidate.symbol.as_str(), str::trim);
        let meaning = match candidate.meaning {
            Some(text) if symbol.is_empty() => text,
            Some(text) => format!("{symbol}: {text}"),
            None => symbol.to_owned(),
        };
        Some((code, meaning, candidate.action))
    });
    explained.collect()
}

impl Answer {
    /// Whether the text was read as mail.
    pub fn is_known(&self) -> bool {
        self.path.is_some() || !self.reports.is_empty() || !self.exchange.is_empty() || !self.message.is_empty()
    }
}

#[cfg(test)]
mod tests;
