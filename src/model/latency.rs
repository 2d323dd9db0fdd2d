//! Latency strings: how long a message stayed in each component of each server (2010 SP1 to SE).
//!
//! They stand in `message-info` of tracking rows, in the header `X-MS-Exchange-Organization-MessageLatency` and in the
//! property `MessageLatency` of queued messages:
//! `2019-03-12T08:00:00.100Z;SRV=EX1.contoso.com:TOTAL-HUB=1.900|SMR=0.100(SMRC=0.050)|CAT=0.200;...`.
//! Documented at <https://learn.microsoft.com/exchange/mail-flow/transport-logs/message-tracking>; the grammar is as
//! observed.
//!
//! Traps: 2010 writes whole seconds; names of agents hold blanks and hyphens; what is still going on is marked `-PEN`,
//! what was lost `-INC`; totals contain their parts, so numbers must not be added up across levels.

use serde::{Deserialize, Serialize};

use crate::base::timestamp::{DateOrder, Moment, parse_moment};

/// Levels of parentheses that are followed.
const DEPTH: usize = 12;

/// A latency string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Latency {
    /// When the message entered the organization.
    pub arrived: Option<Moment>,
    /// Servers in the order of the path.
    pub servers: Vec<ServerLatency>,
    /// Pieces that are not understood, as printed.
    pub unread: Vec<String>,
}

/// What a message spent on one server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerLatency {
    /// Full name of the server.
    pub server: String,
    /// Whether the string is about this server alone (`LSRV`).
    pub alone: bool,
    /// Its components.
    pub components: Vec<Component>,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Component {
    /// Its code: `TOTAL-HUB`, `QDE`, `CATSM` ...
    pub code: String,
    /// The agent, when the component is one.
    pub agent: Option<String>,
    /// How far it was.
    pub state: ComponentState,
    /// Time in milliseconds.
    pub milliseconds: u64,
    /// What it consists of.
    pub parts: Vec<Component>,
}

/// How far a component was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ComponentState {
    /// It was done.
    Done,
    /// It was still going on.
    Pending,
    /// Its end was not seen.
    Incomplete,
}

/// What a string tells, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told<'a> {
    /// When the message entered the organization; text of a time.
    Arrived(&'a str),
    /// A server, and whether the string is about it alone; its components follow.
    Server(&'a str, bool),
    /// A component of that server; its parts follow, one level deeper.
    Component(ComponentText<'a>),
    /// A piece that is not understood.
    Unread(&'a str),
}

/// A component in its string.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ComponentText<'a> {
    /// How many others it is a part of.
    pub depth: usize,
    /// As in [`Component`].
    pub code: &'a str,
    /// As in [`Component`].
    pub agent: Option<&'a str>,
    /// As in [`Component`].
    pub state: ComponentState,
    /// As in [`Component`].
    pub milliseconds: u64,
}

/// Goes through a string without keeping it: a log has one in every third row.
pub fn walk<'a>(text: &'a str, tell: &mut dyn FnMut(Told<'a>)) {
    for (n, piece) in text.split(';').map(str::trim).enumerate().filter(|(_, piece)| !piece.is_empty()) {
        let server = piece.strip_prefix("LSRV=").map(|rest| (true, rest));
        match server.or_else(|| piece.strip_prefix("SRV=").map(|rest| (false, rest))) {
            Some((alone, rest)) => {
                let (server, list) = rest.split_once(':').unwrap_or((rest, ""));
                tell(Told::Server(server, alone));
                let rest = self::list(list, tell);
                if !rest.is_empty() {
                    tell(Told::Unread(rest));
                }
            }
            None if n == 0 => tell(Told::Arrived(piece)),
            None => tell(Told::Unread(piece)),
        }
    }
}

impl Latency {
    /// Reads a string; `None` when it names no server.
    pub fn parse(text: &str) -> Option<Latency> {
        let mut latency = Latency { arrived: None, servers: Vec::new(), unread: Vec::new() };
        walk(text, &mut |told| match told {
            Told::Arrived(time) => match parse_moment(time, DateOrder::Unknown) {
                Some(moment) => latency.arrived = Some(moment),
                None => latency.unread.push(time.to_owned()),
            },
            Told::Server(server, alone) => {
                latency.servers.push(ServerLatency { server: server.to_owned(), alone, components: Vec::new() });
            }
            Told::Component(text) => {
                let mut into = latency.servers.last_mut().map(|server| &mut server.components);
                for _ in 0..text.depth {
                    into = into.and_then(|list| list.last_mut()).map(|component| &mut component.parts);
                }
                if let Some(into) = into {
                    into.push(Component {
                        code: text.code.to_owned(),
                        agent: text.agent.map(str::to_owned),
                        state: text.state,
                        milliseconds: text.milliseconds,
                        parts: Vec::new(),
                    });
                }
            }
            Told::Unread(piece) => latency.unread.push(piece.to_owned()),
        });
        (!latency.servers.is_empty()).then_some(latency)
    }

    /// The component that took longest and has no parts: server, component.
    pub fn longest(&self) -> Option<(&str, &Component)> {
        fn leaves<'a>(components: &'a [Component], all: &mut Vec<&'a Component>) {
            for component in components {
                if !component.parts.is_empty() {
                    leaves(&component.parts, all);
                } else if !component.code.starts_with("TOTAL") {
                    all.push(component);
                }
            }
        }
        let mut longest: Option<(&str, &Component)> = None;
        for server in &self.servers {
            let mut all = Vec::new();
            leaves(&server.components, &mut all);
            for component in all {
                if longest.is_none_or(|(_, other)| component.milliseconds > other.milliseconds) {
                    longest = Some((&server.server, component));
                }
            }
        }
        longest
    }
}

/// Components divided by `|`, with their parts in parentheses; what is left when something else comes. By bytes, because it
/// runs over every third row of a log.
fn list<'a>(text: &'a str, tell: &mut dyn FnMut(Told<'a>)) -> &'a str {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0);
    loop {
        let start = at;
        let name = bytes.iter().skip(at).position(|b| matches!(b, b'=' | b'|' | b'(' | b')')).unwrap_or(0);
        let number = at + name + 1;
        let read =
            text.get(start..start + name).filter(|name| !name.is_empty() && bytes.get(number - 1) == Some(&b'='));
        let (Some(name), Some((milliseconds, length))) = (read, seconds(bytes.get(number..).unwrap_or(&[]))) else {
            return text.get(start..).unwrap_or("");
        };
        at = number + length;
        let (name, state) = match (name.strip_suffix("-PEN"), name.strip_suffix("-INC")) {
            (Some(name), _) => (name, ComponentState::Pending),
            (_, Some(name)) => (name, ComponentState::Incomplete),
            _ => (name, ComponentState::Done),
        };
        // `TOTAL-HUB` is one code; behind others stands an agent.
        let (code, agent) = match name.split_once('-') {
            Some((code, agent)) if code != "TOTAL" && code != "X" => (code, Some(agent)),
            _ => (name, None),
        };
        tell(Told::Component(ComponentText { depth, code, agent, state, milliseconds }));
        if bytes.get(at) == Some(&b'(') && depth < DEPTH {
            (at, depth) = (at + 1, depth + 1);
            continue;
        }
        while bytes.get(at) == Some(&b')') && depth > 0 {
            (at, depth) = (at + 1, depth - 1);
        }
        match bytes.get(at) {
            Some(b'|') => at += 1,
            // The string may be cut; what was read counts.
            _ => return text.get(at..).unwrap_or(""),
        }
    }
}

/// `1`, `0.25` or `12.345` seconds in milliseconds, and how many bytes they take.
fn seconds(bytes: &[u8]) -> Option<(u64, usize)> {
    let (mut milliseconds, mut unit, mut length) = (0_u64, None, 0);
    for byte in bytes {
        match (byte, unit) {
            (b'0'..=b'9', None) => {
                milliseconds = milliseconds.checked_mul(10)?.checked_add(u64::from(byte - b'0') * 1_000)?;
            }
            (b'0'..=b'9', Some(left)) => {
                milliseconds = milliseconds.checked_add(u64::from(byte - b'0') * left)?;
                unit = Some(left / 10);
            }
            (b'.', None) if length > 0 => unit = Some(100),
            (b'.', _) => return None,
            _ => break,
        }
        length += 1;
    }
    (length > 0).then_some((milliseconds, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(latency: &Latency) -> String {
        fn component(c: &Component) -> String {
            let agent = c.agent.as_ref().map_or(String::new(), |agent| format!("[{agent}]"));
            let parts: Vec<String> = c.parts.iter().map(component).collect();
            let mark = match c.state {
                ComponentState::Done => "",
                ComponentState::Pending => "~",
                ComponentState::Incomplete => "?",
            };
            format!(
                "{}{agent}{mark} {}{}",
                c.code,
                c.milliseconds,
                if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) }
            )
        }
        let servers: Vec<String> = latency
            .servers
            .iter()
            .map(|s| format!("{}: {}", s.server, s.components.iter().map(component).collect::<Vec<_>>().join(", ")))
            .collect();
        servers.join("; ")
    }

    #[test]
    fn strings_of_2010_and_of_later_versions_are_read() {
        let old = Latency::parse("2012-05-01T10:00:00.123Z;SRV=EX10.contoso.com:TOTAL=9|QDE=8|SMS=1").unwrap();
        assert!(old.arrived.is_some() && old.unread.is_empty());
        assert_eq!(shown(&old), "EX10.contoso.com: TOTAL 9000, QDE 8000, SMS 1000");
        assert_eq!(old.longest().unwrap().1.code, "QDE");
        let new = Latency::parse(
            "2019-03-12T08:00:00.100Z;SRV=EX1.contoso.com:TOTAL-FE=0.140|SMR=0.139(SMRPI=0.055(SMRPI-FrontendProxyAgent=0.055))|\
             SMS=0.001;LSRV=EX2.contoso.com:TOTAL-HUB=1.900-x",
        )
        .unwrap();
        assert_eq!(
            shown(&new),
            "EX1.contoso.com: TOTAL-FE 140, SMR 139 (SMRPI 55 (SMRPI[FrontendProxyAgent] 55)), SMS 1; EX2.contoso.com: TOTAL-HUB 1900"
        );
        assert_eq!(new.unread, ["-x"]);
        assert!(new.servers[1].alone);
        assert_eq!(new.longest().unwrap(), ("EX1.contoso.com", &new.servers[0].components[1].parts[0].parts[0]));
        let pending = Latency::parse("SRV=EX1:TOTAL-HUB=5.5|CATRS-Content Filter Agent-PEN=5|QDM-INC=0.25").unwrap();
        assert_eq!(shown(&pending), "EX1: TOTAL-HUB 5500, CATRS[Content Filter Agent]~ 5000, QDM? 250");
    }

    #[test]
    fn what_is_none_or_cut_does_no_harm() {
        for text in ["", ";;", "2019-03-12T08:00:00Z", "SRV", "TOTAL=9"] {
            assert_eq!(Latency::parse(text), None, "{text}");
        }
        let whole =
            "2019-03-12T08:00:00.100Z;SRV=EX1:TOTAL-HUB=1.9|SMR=0.1(SMRC=0.05|A=1.2.3)|CAT=99999999999999999999";
        for end in 0..whole.len() {
            let _ = Latency::parse(&whole[..end]);
        }
        let deep = format!("SRV=EX1:{}", "A=1(".repeat(100_000));
        assert!(Latency::parse(&deep).is_some());
    }
}
