//! What a log tells of a failure: whether it stands, and how to name the entry.
//!
//! Traps: attempts that fail work a minute later, so a failure in a log is history unless it comes again and again until the end
//! of the logs; and what an own server answers to strangers is never its failure.

use super::discovery::count;
use super::searching::span_of;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::replies::{Reply, ReplyPlace};

/// How often a failure in a log comes at least before it is taken for one that stands.
const OFTEN: u64 = 10;

/// How close to the end of the logs the last of them is then, in minutes, and how long they have gone on at least.
const CLOSE: i64 = 30;

/// Whether a failure still comes, again and again, at the end of the logs.
pub(in crate::rules) fn goes_on(facts: &Facts, reply: &Reply) -> bool {
    // Message tracking puts off what it sends half a minute later, and a send log speaks of any host on the internet.
    let passes = match &reply.at {
        ReplyPlace::Receive { inside, .. } => !inside,
        ReplyPlace::Agent(_) | ReplyPlace::Tracking(_) | ReplyPlace::Send(_) => true,
        _ => false,
    };
    let (Some((first, last)), Some(end)) = (reply.times, facts.transport.until()) else { return false };
    let minutes = |a: Moment, b: Moment| a.at.duration_until(b.at).as_mins();
    !passes && reply.count >= OFTEN && minutes(first, last) >= CLOSE && minutes(last, end) <= CLOSE
}

/// Where a reply stands, in words.
pub(in crate::rules) fn place(reply: &Reply) -> String {
    match &reply.at {
        ReplyPlace::Queue(_) => "In a queue".to_owned(),
        ReplyPlace::Report(..) => "In a report".to_owned(),
        ReplyPlace::Tracking(event) => format!("Message tracking, {event}"),
        ReplyPlace::Receive { connector, .. } => format!("Answer of receive connector {connector}"),
        ReplyPlace::Send(connector) => format!("Answer to send connector {connector}"),
        ReplyPlace::Connection { destination, .. } => format!("Connection to {destination}"),
        ReplyPlace::Agent(agent) => format!("Answer of agent {agent}"),
    }
}

/// Where an entry of a log stands and how often, in words.
pub(in crate::rules) fn logged(reply: &Reply) -> String {
    let span = span_of(reply.times.map(|times| times.0), reply.times.map(|times| times.1));
    format!("{}, {}{span}", place(reply), count(reply.count, "time"))
}
