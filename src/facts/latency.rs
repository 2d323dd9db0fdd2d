//! How long mail takes, from message tracking: spreads per server and component, the whole way, and the slowest messages.
//!
//! From 2010 SP1 on, the rows that hand a message on carry what each server measured ([`walk`]) and, since 2007, when the
//! message entered the organization. Older rows tell it only together: the row that took the message in and the one that
//! handed it on. Those are joined ([`ways`]) for a fair sample of messages ([`Sample`]); spreads are kept in buckets ([`Histogram`]).
//!
//! Traps: a string names the servers before the own one as well, so the same stay is told by several rows: what a server
//! wrote itself counts, and what others tell of it only when it wrote nothing. The arrival was stamped by the first server
//! and the row is written by the last one: two clocks, unless it is the same server, so both are kept apart.

mod ways;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::base::clocks::millis;
use crate::base::gather::Gather as _;
use crate::base::histogram::Histogram;
use crate::base::order::Order as _;
use crate::base::sample::Sample;
use crate::base::source::Span;
use crate::base::timestamp::{Clock, unix_millis};
use crate::facts::transport::{Lifecycle, marks_of};
use crate::model::latency::{ComponentState, Told, walk};
use crate::model::log_row::{LogRow, tracking, tracking_2003};
use crate::model::tracking_event::TrackingEvent;
use ways::Way;

/// Spreads that are kept.
const SPREADS: usize = 1 << 12;
/// Messages whose rows are joined.
const WAYS: usize = 1 << 14;
/// The slowest messages that are kept.
const SLOWEST: usize = 200;
/// Bytes of a latency string; longer ones are none.
const STRING: usize = 16 << 10;
/// Bytes of recipients and of a string that are kept with a slow message.
const SHOWN: usize = 2 << 10;

/// What a spread is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Of {
    /// From the arrival in the organization to a row that ends the way.
    Way(End, Clocks),
    /// On a server. Its name, the part of transport or of it as in latency strings (`TOTAL-HUB`), and a component of that part.
    Server(Box<str>, Box<str>, Option<Box<str>>),
    /// On a server, from the row that took the message in to the last one that handed it on.
    Stay(Box<str>),
}

/// What ends the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum End {
    /// Delivery to a mailbox.
    Delivered,
    /// Another server took it.
    Sent,
}

/// By which clocks a time was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Clocks {
    /// Both times are of one server.
    One,
    /// The arrival was stamped by another server.
    Two,
    /// The row does not tell which servers these were.
    Unknown,
}

/// A spread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// What it is about.
    pub of: Of,
    /// Milliseconds.
    pub times: Histogram,
    /// The row with the longest.
    pub longest: (u64, Span),
    /// Whether the server itself wrote it.
    is_own: bool,
}

/// A slow message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Slow {
    /// Milliseconds.
    pub took: u64,
    /// The row that ends its way.
    pub span: Span,
    /// When that was, in milliseconds since 1970.
    pub at: i64,
    /// By which clock the row was written.
    pub clock: Clock,
    /// How its way ended.
    pub end: End,
    /// Whose clocks measured it.
    pub clocks: Clocks,
    /// Its identifier.
    pub message: Box<str>,
    /// Who handed it on.
    pub server: Box<str>,
    /// From whom.
    pub sender: Box<str>,
    /// To whom.
    pub recipients: Box<str>,
    /// What each server measured, as printed.
    pub string: Box<str>,
    /// Whether several rows tell the time together.
    pub is_joined: bool,
}

/// Folds rows.
#[derive(Serialize, Deserialize)]
pub struct LatencyFold {
    /// Whole ways: six kinds at most.
    whole: BTreeMap<Of, Spread>,
    /// Parts and stays, as many as there is room for.
    spreads: Sample<Spread>,
    ways: Sample<Way>,
    slow: Vec<Slow>,
    /// What is faster is none of the slowest.
    least: u64,
    rows: u64,
    backwards: u64,
}

impl Default for LatencyFold {
    fn default() -> LatencyFold {
        LatencyFold {
            whole: BTreeMap::new(),
            spreads: Sample::new(SPREADS),
            ways: Sample::new(WAYS),
            slow: Vec::new(),
            least: 0,
            rows: 0,
            backwards: 0,
        }
    }
}

/// A row that takes a message in or hands it on.
struct Seen<'a> {
    clock: Clock,
    id: &'a [u8],
    span: Span,
    at: i64,
    marks: u64,
    /// Who took it in, or handed it on.
    server: &'a [u8],
    sender: &'a [u8],
    recipients: &'a [u8],
    /// For how many.
    count: u32,
    /// `message-info`.
    info: &'a str,
}

impl LatencyFold {
    /// A row of tracking of 2007 and later.
    pub fn tracking(&mut self, row: &LogRow<'_>, marks: u64) {
        self.rows += 1;
        let Some(at) = row.time.filter(|_| is_wanted(row.raw(tracking::EVENT_ID), marks)) else { return };
        let (client, server) = (row.raw(tracking::CLIENT_HOSTNAME), row.raw(tracking::SERVER_HOSTNAME));
        let info = row.cell(tracking::MESSAGE_INFO);
        let count = std::str::from_utf8(row.raw(tracking::RECIPIENT_COUNT)).ok().and_then(|n| n.parse().ok());
        self.see(&Seen {
            clock: Clock::Utc,
            id: row.raw(tracking::MESSAGE_ID),
            span: row.span,
            at,
            marks,
            server: own_server(marks, client, server),
            sender: row.raw(tracking::SENDER_ADDRESS),
            recipients: row.raw(tracking::RECIPIENT_ADDRESS),
            count: count.unwrap_or(1),
            info: std::str::from_utf8(&info).unwrap_or(""),
        });
    }

    /// A row of tracking of 2000 and 2003.
    pub fn tracking_2003(&mut self, row: &LogRow<'_>, marks: u64) {
        self.rows += 1;
        let wanted = marks & (Lifecycle::RECEIVED | Lifecycle::SENT | Lifecycle::DELIVERED) != 0;
        let Some(at) = row.time.filter(|_| wanted) else { return };
        self.see(&Seen {
            clock: Clock::Utc,
            id: row.raw(tracking_2003::MSGID),
            span: row.span,
            at,
            marks,
            server: row.raw(tracking_2003::SERVER_HOSTNAME),
            sender: row.raw(tracking_2003::SENDER_ADDRESS),
            recipients: row.raw(tracking_2003::RECIPIENT_ADDRESS),
            count: 1,
            info: "",
        });
    }

    /// Events that a cmdlet shows. When logs were read they are in them, with better times.
    pub fn events(&mut self, events: &[TrackingEvent]) {
        if self.rows > 0 {
            return;
        }
        let mut seen = BTreeSet::new();
        for event in events {
            let text = |value: &Option<crate::model::Located<String>>| {
                value.as_ref().map(|value| value.value.clone()).unwrap_or_default()
            };
            let marks = marks_of(event.event.value.as_bytes());
            let Some(at) = event.at.as_ref().map(|at| at.value) else { continue };
            let ms = millis(at.at);
            let recipients = event.recipients.as_ref().map(|list| list.value.items.join(";")).unwrap_or_default();
            let (id, info) = (text(&event.message_id), text(&event.message_info));
            let (client, server) = (text(&event.client), text(&event.server));
            // Two exports can show the same event.
            let is_new = seen.insert((ms, marks, id.clone(), server.clone(), recipients.clone()));
            if !is_new || !is_wanted(event.event.value.as_bytes(), marks) {
                continue;
            }
            let listed = event.recipients.as_ref().map_or(1, |list| list.value.items.len());
            self.see(&Seen {
                clock: at.clock,
                id: id.as_bytes(),
                span: event.span,
                at: ms,
                marks,
                server: own_server(marks, client.as_bytes(), server.as_bytes()),
                sender: text(&event.sender).as_bytes(),
                recipients: recipients.as_bytes(),
                count: u32::try_from(listed.max(1)).unwrap_or(1),
                info: &info,
            });
        }
    }

    fn see(&mut self, row: &Seen<'_>) {
        let end = match row.marks {
            Lifecycle::DELIVERED => Some(End::Delivered),
            Lifecycle::SENT => Some(End::Sent),
            _ => None,
        };
        let Some(end) = end else {
            self.join(row, None, false);
            return;
        };
        let info = if row.info.len() <= STRING { row.info } else { "" };
        let stamp = info.split(';').next().and_then(|first| unix_millis(first.trim().as_bytes()));
        // The stamp is in UTC. Of a string about one server alone, the way goes on.
        let stamp = stamp.filter(|_| row.clock == Clock::Utc);
        let (servers, goes_on) = if info.contains("SRV=") { self.string(info, row.span) } else { (0, false) };
        self.join(row, Some(end), stamp.is_some());
        let Some(stamp) = stamp.filter(|_| !(goes_on && end == End::Sent)) else { return };
        let clocks = match servers {
            0 => Clocks::Unknown,
            1 => Clocks::One,
            _ => Clocks::Two,
        };
        match u64::try_from(row.at - stamp) {
            Ok(took) => {
                self.count(Of::Way(end, clocks), took, row.count.max(1), row.span, true);
                self.slow(took, row, end, clocks);
            }
            Err(_) => self.backwards += 1,
        }
    }

    /// Counts what a string tells; how many servers it names (up to two), and whether it is about one alone.
    fn string(&mut self, info: &str, span: Span) -> (usize, bool) {
        let last = info.rfind("SRV=").unwrap_or(0);
        let (mut at, mut part, mut first, mut servers, mut goes_on) = ("", "", "", 0, false);
        let (mut is_own, mut of_server, mut seed) = (false, 0, 0);
        walk(info, &mut |told| match told {
            Told::Server(server, alone) => {
                (at, part, goes_on) = (server, "", alone);
                is_own = server.as_ptr() as usize >= info.as_ptr() as usize + last;
                of_server = xxh3_64_with_seed(server.as_bytes(), u64::from(is_own));
                seed = of_server;
                if servers == 0 {
                    (first, servers) = (server, 1);
                } else if !first.eq_ignore_ascii_case(server) {
                    servers = 2;
                }
            }
            Told::Component(component) if component.state == ComponentState::Done => {
                let is_total = component.depth == 0 && component.code.starts_with("TOTAL");
                if is_total {
                    part = component.code;
                    seed = xxh3_64_with_seed(part.as_bytes(), of_server);
                }
                let hash = match component.agent {
                    _ if is_total => seed,
                    None => xxh3_64_with_seed(component.code.as_bytes(), seed),
                    Some(agent) => {
                        xxh3_64_with_seed(agent.as_bytes(), xxh3_64_with_seed(component.code.as_bytes(), seed))
                    }
                };
                let took = component.milliseconds;
                self.spreads.put(hash, |known| match known {
                    Some(spread) => {
                        spread.add(took, 1, span);
                        None
                    }
                    None => {
                        let name = match component.agent {
                            _ if is_total => None,
                            Some(agent) => Some(Box::from(format!("{}-{agent}", component.code))),
                            None => Some(Box::from(component.code)),
                        };
                        Some(Spread::new(Of::Server(at.into(), part.into(), name), took, 1, span, is_own))
                    }
                });
            }
            _ => {}
        });
        (servers, goes_on)
    }

    fn count(&mut self, of: Of, took: u64, times: u32, span: Span, is_own: bool) {
        let key = match &of {
            Of::Way(..) => {
                let spread = Spread::new(of.clone(), took, times, span, is_own);
                match self.whole.get_mut(&of) {
                    Some(known) => known.merge(spread),
                    None => drop(self.whole.insert(of, spread)),
                }
                return;
            }
            Of::Stay(server) => xxh3_64(server.as_bytes()),
            Of::Server(..) => return,
        };
        self.spreads.put(key, |known| match known {
            Some(spread) => {
                spread.add(took, times, span);
                None
            }
            None => Some(Spread::new(of.clone(), took, times, span, is_own)),
        });
    }

    /// Keeps the slowest.
    fn slow(&mut self, took: u64, row: &Seen<'_>, end: End, clocks: Clocks) {
        if took < self.least {
            return;
        }
        let text = |bytes: &[u8]| Box::from(String::from_utf8_lossy(bytes.get(..SHOWN).unwrap_or(bytes)).as_ref());
        self.slow.push(Slow {
            took,
            span: row.span,
            at: row.at,
            clock: row.clock,
            end,
            clocks,
            message: text(row.id),
            server: text(row.server),
            sender: text(row.sender),
            recipients: text(row.recipients),
            string: text(row.info.as_bytes()),
            // What is joined is no row of its own and has no marks.
            is_joined: row.marks == 0,
        });
        if self.slow.len() > SLOWEST * 4 {
            self.prune();
        }
    }

    /// Leaves the slowest, each message once. One that is left out here comes back with a slower row, so the order of the rows
    /// does not matter.
    fn prune(&mut self) {
        self.slow.order_by(|a, b| (b.took, a.span).cmp(&(a.took, b.span)));
        let mut seen = BTreeSet::new();
        self.slow.retain(|slow| seen.insert(slow.message.clone()));
        self.slow.truncate(SLOWEST);
        if self.slow.len() == SLOWEST {
            self.least = self.slow.last().map_or(0, |last| last.took);
        }
    }

    /// Keeps a row with the others of its message.
    fn join(&mut self, row: &Seen<'_>, end: Option<End>, is_stamped: bool) {
        if row.id.is_empty() {
            return;
        }
        self.ways.put(xxh3_64_with_seed(row.id, u64::from(row.clock == Clock::Utc)), |known| match known {
            Some(way) => {
                way.row(row, end, is_stamped);
                None
            }
            None => Some(Way::new(row, end, is_stamped)),
        });
    }

    /// Joins another fold.
    pub fn merge(&mut self, other: LatencyFold) {
        for (of, spread) in other.whole {
            match self.whole.get_mut(&of) {
                Some(known) => known.merge(spread),
                None => drop(self.whole.insert(of, spread)),
            }
        }
        self.spreads.merge(other.spreads, Spread::merge);
        self.ways.merge(other.ways, Way::merge);
        self.slow.extend(other.slow);
        self.prune();
        self.rows += other.rows;
        self.backwards += other.backwards;
    }

    /// Joins the rows of messages, and puts everything into its order.
    pub fn finish(mut self) -> Latencies {
        let (mut ways, is_whole) = std::mem::replace(&mut self.ways, Sample::new(1)).finish();
        ways.order_by(|a, b| (a.clock, &a.id).cmp(&(b.clock, &b.id)));
        let mut joined = 0;
        for way in ways.iter().filter(|way| !way.is_stamped) {
            joined += u64::from(self.joined(way));
        }
        let (all, has_all_parts) = std::mem::replace(&mut self.spreads, Sample::new(1)).finish();
        let mut spreads: BTreeMap<Of, Spread> = std::mem::take(&mut self.whole);
        for spread in all {
            match spreads.get_mut(&spread.of) {
                Some(known) if known.is_own == spread.is_own => known.merge(spread),
                Some(known) if known.is_own => {}
                _ => {
                    spreads.insert(spread.of.clone(), spread);
                }
            }
        }
        // What others tell of a part of a server that tells of itself is the same once more.
        let own: BTreeSet<(Box<str>, Box<str>)> = spreads
            .values()
            .filter(|spread| spread.is_own)
            .filter_map(|spread| match &spread.of {
                Of::Server(server, part, _) => Some((server.clone(), part.clone())),
                _ => None,
            })
            .gather();
        let is_told = |spread: &Spread| match &spread.of {
            Of::Server(server, part, _) => spread.is_own || !own.contains(&(server.clone(), part.clone())),
            _ => true,
        };
        let spreads = spreads.into_values().filter(is_told).collect();
        self.prune();
        Latencies {
            spreads,
            slow: self.slow,
            joined,
            is_sample: !is_whole,
            lacks_parts: !has_all_parts,
            backwards: self.backwards,
        }
    }

    /// Counts the stays of a message, and its whole way when its rows show both ends.
    fn joined(&mut self, way: &Way) -> bool {
        let stops = way.servers();
        for (server, stop) in stops.iter().filter(|(server, _)| !server.is_empty()) {
            let (Some((came, _)), Some((left, span, _))) = (stop.came, stop.left) else { continue };
            match u64::try_from(left - came) {
                Ok(took) => self.count(Of::Stay(server.as_str().into()), took, 1, span, true),
                Err(_) => self.backwards += 1,
            }
        }
        // It is not at its end where it was taken in last and not handed on.
        let came = stops.values().filter_map(|stop| stop.came).min();
        let left = stops.values().filter_map(|stop| Some((stop.left?, &stop.server))).max_by_key(|(left, _)| *left);
        let is_over =
            stops.values().all(|stop| stop.came.is_none() || stop.left.map(|l| l.0) >= stop.came.map(|c| c.0));
        let (Some((came, _)), Some(((left, span, end), server)), true) = (came, left, is_over) else { return false };
        let Ok(took) = u64::try_from(left - came) else { return false };
        let clocks = if stops.len() == 1 { Clocks::One } else { Clocks::Two };
        self.count(Of::Way(end, clocks), took, 1, span, true);
        let (id, (sender, recipients)) = (&way.id, way.people());
        let row =
            Seen { clock: way.clock, id, span, at: left, marks: 0, server, sender, recipients, count: 1, info: "" };
        self.slow(took, &row, end, clocks);
        true
    }
}

impl Spread {
    fn new(of: Of, took: u64, times: u32, span: Span, is_own: bool) -> Spread {
        let mut spread = Spread { of, times: Histogram::default(), longest: (took, span), is_own };
        spread.add(took, times, span);
        spread
    }

    fn add(&mut self, took: u64, times: u32, span: Span) {
        self.times.add(took, times);
        self.longer((took, span));
    }

    fn longer(&mut self, other: (u64, Span)) {
        let order = |(took, span): (u64, Span)| (std::cmp::Reverse(took), span);
        if order(other) < order(self.longest) {
            self.longest = other;
        }
    }

    fn merge(&mut self, other: Spread) {
        self.times.merge(other.times);
        self.longer(other.longest);
    }
}

/// How long mail takes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Latencies {
    /// The spreads, in their order.
    pub spreads: Vec<Spread>,
    /// The slowest messages, the slowest first.
    pub slow: Vec<Slow>,
    /// Messages whose way was told by their rows together.
    pub joined: u64,
    /// Whether there were more messages than rows are joined for.
    pub is_sample: bool,
    /// Whether there were more servers and components than are counted apart.
    pub lacks_parts: bool,
    /// Ways and stays that would have ended before they began: the clocks of the servers differ.
    pub backwards: u64,
}

/// What takes a message in is RECEIVE alone: the SUBMIT of a mailbox server is written by another server than it names.
fn is_wanted(event: &[u8], marks: u64) -> bool {
    event == b"RECEIVE" || marks == Lifecycle::SENT || marks == Lifecycle::DELIVERED
}

/// Who wrote the row: the one that took the message in is named as the server, the one that hands it on as the client.
pub fn own_server<'a>(marks: u64, client: &'a [u8], server: &'a [u8]) -> &'a [u8] {
    match marks {
        Lifecycle::RECEIVED => server,
        Lifecycle::DELIVERED if client.is_empty() => server,
        _ => client,
    }
}
