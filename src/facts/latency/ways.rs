//! What the rows of one message tell together: when each server took it in and handed it on, and for whom at the end.
//!
//! Trap: rows come in any order and folds are merged in any order, so whatever is kept is the least or the greatest of its kind.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{End, Seen};
use crate::base::source::Span;
use crate::base::timestamp::Clock;
use crate::model::server::server_key;

/// Servers of one message.
const STOPS: usize = 12;
/// Bytes of the sender and of the recipients: there can be many ways, and few are among the slowest.
const PEOPLE: usize = 256;

/// What the rows of one message tell.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Way {
    pub id: Box<[u8]>,
    pub clock: Clock,
    /// Whether a row tells the arrival, so that nothing has to be joined.
    pub is_stamped: bool,
    stops: Vec<Stop>,
    /// The last row that hands it on.
    last: Option<Last>,
}

/// What the rows tell of one server.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Stop {
    pub server: Box<[u8]>,
    pub came: Option<(i64, Span)>,
    pub left: Option<(i64, Span, End)>,
}

/// From whom and to whom a row hands on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Last {
    at: i64,
    span: Span,
    sender: Box<[u8]>,
    recipients: Box<[u8]>,
}

impl Way {
    pub fn new(row: &Seen<'_>, end: Option<End>, is_stamped: bool) -> Way {
        let mut way = Way { id: row.id.into(), clock: row.clock, is_stamped, stops: Vec::new(), last: None };
        way.row(row, end, is_stamped);
        way
    }

    /// Adds a row; with `end` it hands the message on, without it takes it in.
    pub fn row(&mut self, row: &Seen<'_>, end: Option<End>, is_stamped: bool) {
        self.stop(Stop {
            server: row.server.into(),
            came: end.is_none().then_some((row.at, row.span)),
            left: end.map(|end| (row.at, row.span, end)),
        });
        self.is_stamped |= is_stamped;
        let is_last = self.last.as_ref().is_none_or(|last| (last.at, last.span) < (row.at, row.span));
        if self.is_stamped {
            self.last = None;
        } else if end.is_some() && is_last {
            let (sender, recipients) = (people(row.sender), people(row.recipients));
            self.last = Some(Last { at: row.at, span: row.span, sender, recipients });
        }
    }

    /// Adds what another part of the rows tells.
    pub fn merge(&mut self, other: Way) {
        self.is_stamped |= other.is_stamped;
        self.last = if self.is_stamped { None } else { self.last.take().max(other.last) };
        for stop in other.stops {
            self.stop(stop);
        }
    }

    /// Each server once, whether a row names it in full or not.
    pub fn servers(&self) -> BTreeMap<String, Stop> {
        let mut servers: BTreeMap<String, Stop> = BTreeMap::new();
        for stop in &self.stops {
            let name = server_key(&String::from_utf8_lossy(&stop.server));
            servers.entry(name).and_modify(|known| known.join(stop)).or_insert_with(|| stop.clone());
        }
        servers
    }

    /// From whom and to whom the last row hands on.
    pub fn people(&self) -> (&[u8], &[u8]) {
        self.last.as_ref().map_or((b"", b""), |last| (&last.sender, &last.recipients))
    }

    fn stop(&mut self, stop: Stop) {
        match self.stops.binary_search_by(|known| known.server.cmp(&stop.server)) {
            Ok(at) => {
                if let Some(known) = self.stops.get_mut(at) {
                    known.join(&stop);
                }
            }
            Err(at) if at < STOPS => {
                self.stops.insert(at, stop);
                self.stops.truncate(STOPS);
            }
            Err(_) => {}
        }
    }
}

impl Stop {
    /// The first that came, the last that left.
    fn join(&mut self, other: &Stop) {
        self.came = [self.came, other.came].into_iter().flatten().min();
        self.left = self.left.max(other.left);
    }
}

/// A list of addresses, as far as there is room: whole ones, and a sign that there were more.
fn people(list: &[u8]) -> Box<[u8]> {
    let Some(start) = list.get(..PEOPLE).filter(|_| list.len() > PEOPLE) else { return list.into() };
    let whole = start.iter().rposition(|byte| *byte == b';').map_or(0, |end| end + 1);
    [start.get(..whole).unwrap_or(b""), "…".as_bytes()].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_keeps_whole_addresses_and_says_that_there_were_more() {
        let list = |n: usize| (0..n).map(|n| format!("p{n:03}@contoso.com")).collect::<Vec<_>>().join(";");
        let kept = |n: usize| String::from_utf8(people(list(n).as_bytes()).to_vec()).unwrap();
        assert_eq!(kept(0), "");
        assert_eq!(kept(3), list(3));
        assert!(kept(99).ends_with("p014@contoso.com;…"), "{}", kept(99));
        assert_eq!(people(&[b'a'; 999]).as_ref(), "…".as_bytes());
    }
}
