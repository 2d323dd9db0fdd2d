//! What the page knows of routing: what is typed, what is selected, and what came back. Pure.

use std::rc::Rc;

use crate::ui::language::words;
use crate::worker::protocol::{Hit, PlaceTold, RouteQuestion, RouteTold, RoutingCompared, RoutingMap, RoutingTold};

/// The tables that are about the table on the map.
pub const OF_MAP: &[&str] = &["routing-links", "routing-places", "routing-databases", "routing-changes"];

/// Those that mark the rows of the way that is shown.
pub const OF_ROUTE: &[&str] = &["routing-links", "routing-places", "routing-databases"];

/// The table that is about two tables.
pub const CHANGES: &str = "routing-changes";

/// What the view is about.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RoutingState {
    /// The map, when there is a routing table; the outer one when that is known.
    pub map: Option<Option<Rc<RoutingMap>>>,
    /// The table that was chosen.
    pub table: Option<u32>,
    /// Whether the map of another table is on its way: what comes before it is about the table before.
    pub is_changing: bool,
    /// Whether sites are drawn one by one.
    pub one_by_one: bool,
    /// What stands in the fields.
    pub from: String,
    pub to: String,
    /// Keys of the places that these two were taken from; typing forgets them.
    pub from_key: String,
    pub to_key: String,
    pub search: String,
    /// What was found, with the text that was looked for.
    pub hits: Option<Rc<(String, Vec<Hit>)>>,
    /// The key of the place that has to come into view, and how often one had to.
    pub go_to: (String, u32),
    /// What is open in the drawer.
    pub place: Option<Rc<PlaceTold>>,
    pub route: Option<Rc<RouteTold>>,
    /// The two tables that were chosen, and what they do differently.
    pub pair: Option<(u32, u32)>,
    pub compared: Option<Option<Rc<RoutingCompared>>>,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum RoutingChange {
    Table(u32),
    OneByOne(bool),
    From(String),
    To(String),
    /// The name of a place and its key.
    FromPlace(String, String),
    ToPlace(String, String),
    Search(String),
    GoTo(String),
    Pair(u32, u32),
    Close,
    Told(Box<RoutingTold>),
}

impl RoutingState {
    /// Forgets what is of a case.
    pub fn forget(&mut self) {
        *self = RoutingState { go_to: (String::new(), self.go_to.1), ..RoutingState::default() };
    }

    /// Whether an answer stands in the drawer.
    pub fn is_open(&self) -> bool {
        self.place.is_some() || self.route.is_some()
    }

    /// What the fields ask.
    pub fn question(&self) -> RouteQuestion {
        let (from, to) = (self.from.clone(), self.to.clone());
        RouteQuestion { from, to, from_key: self.from_key.clone(), to_key: self.to_key.clone() }
    }

    /// The map that is drawn.
    pub fn drawn(&self) -> Option<&Rc<RoutingMap>> {
        self.map.as_ref()?.as_ref()
    }

    /// Changes it. Which tables have other rows now, and what is to be said.
    pub fn change(&mut self, change: RoutingChange) -> (&'static [&'static str], Option<String>) {
        match change {
            RoutingChange::Table(table) => {
                self.is_changing = self.drawn().is_some_and(|map| map.table != table);
                self.table = Some(table);
                (self.place, self.route) = (None, None);
                self.from.clear();
                self.from_key.clear();
                self.to_key.clear();
            }
            RoutingChange::OneByOne(one_by_one) => self.one_by_one = one_by_one,
            RoutingChange::From(text) => (self.from, self.from_key) = (text, String::new()),
            RoutingChange::To(text) => (self.to, self.to_key) = (text, String::new()),
            RoutingChange::FromPlace(text, key) => (self.from, self.from_key) = (text, key),
            RoutingChange::ToPlace(text, key) => (self.to, self.to_key) = (text, key),
            RoutingChange::Search(text) => {
                if text.trim().is_empty() {
                    self.hits = None;
                }
                self.search = text;
            }
            RoutingChange::GoTo(key) => {
                self.go_to = (key, self.go_to.1.wrapping_add(1));
                self.search.clear();
                self.hits = None;
            }
            RoutingChange::Pair(before, after) => self.pair = Some((before, after)),
            RoutingChange::Close => (self.place, self.route) = (None, None),
            RoutingChange::Told(told) => return self.hear(*told),
        }
        (&[], None)
    }

    fn hear(&mut self, told: RoutingTold) -> (&'static [&'static str], Option<String>) {
        match told {
            RoutingTold::Map(map) => {
                self.is_changing = false;
                let before = self.drawn().map(|map| map.table);
                let other = before.is_some() && before != map.as_ref().map(|map| map.table);
                self.map = Some(map.map(Rc::new));
                if other {
                    self.compared = None;
                    return (OF_MAP, None);
                }
            }
            RoutingTold::Place(_) | RoutingTold::Route(_) if self.is_changing => {}
            RoutingTold::Place(place) => {
                (self.place, self.route) = (place.map(Rc::new), None);
                let said = self.place.as_ref().map(|place| (words().routing.about_place)(&place.name));
                return (&[], said);
            }
            RoutingTold::Found { text, hits } => {
                // An answer to an older question is not shown.
                if [&self.search, &self.to, &self.from].contains(&&text) {
                    self.hits = Some(Rc::new((text, hits)));
                }
            }
            RoutingTold::Route(route) => {
                self.place = None;
                let said = super::say::sentence(&route);
                self.route = Some(Rc::new(*route));
                return (OF_ROUTE, Some(said));
            }
            RoutingTold::Left => return (OF_ROUTE, None),
            RoutingTold::Compare(compared) => {
                let pair = |c: &RoutingCompared| (c.before.table, c.after.table);
                let before = self.compared.as_ref().and_then(|known| known.as_ref().map(|known| pair(known)));
                let now = compared.as_ref().map(pair);
                self.compared = Some(compared.map(Rc::new));
                // The first answer is about the tables whose rows are asked for already.
                if before.is_some() && before != now {
                    return (&[CHANGES], None);
                }
            }
        }
        (&[], None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(state: &mut RoutingState, told: RoutingTold) -> &'static [&'static str] {
        state.change(RoutingChange::Told(Box::new(told))).0
    }

    #[test]
    fn another_table_has_other_rows() {
        let mut state = RoutingState::default();
        let map = |table| RoutingTold::Map(Some(RoutingMap { table, ..RoutingMap::default() }));
        assert!(told(&mut state, map(3)).is_empty());
        assert!(told(&mut state, map(3)).is_empty());
        assert_eq!(told(&mut state, map(4)), OF_MAP);
    }

    #[test]
    fn answers_about_the_table_before_are_not_shown_over_the_next() {
        let mut state = RoutingState::default();
        let map = |table| RoutingTold::Map(Some(RoutingMap { table, ..RoutingMap::default() }));
        told(&mut state, map(3));
        state.change(RoutingChange::Table(4));
        told(&mut state, RoutingTold::Route(Box::default()));
        told(&mut state, RoutingTold::Place(Some(PlaceTold::default())));
        assert!(!state.is_open() && state.is_changing);
        told(&mut state, map(4));
        told(&mut state, RoutingTold::Route(Box::default()));
        assert!(state.is_open());
        // The same table again is no other one: no map may come.
        state.change(RoutingChange::Table(4));
        assert!(!state.is_changing);
    }

    #[test]
    fn one_answer_stands_in_the_drawer() {
        let mut state = RoutingState::default();
        told(&mut state, RoutingTold::Place(Some(PlaceTold::default())));
        assert!(state.is_open() && state.place.is_some());
        told(&mut state, RoutingTold::Route(Box::default()));
        assert!(state.place.is_none() && state.route.is_some());
        state.change(RoutingChange::Close);
        assert!(!state.is_open());
    }

    #[test]
    fn what_was_found_for_an_older_text_is_not_shown() {
        let mut state = RoutingState::default();
        state.change(RoutingChange::Search("ham".to_owned()));
        let found = |text: &str| RoutingTold::Found { text: text.to_owned(), hits: Vec::new() };
        told(&mut state, found("ha"));
        assert!(state.hits.is_none());
        told(&mut state, found("ham"));
        assert!(state.hits.is_some());
        state.change(RoutingChange::Search(" ".to_owned()));
        assert!(state.hits.is_none());
    }

    #[test]
    fn a_place_that_was_pointed_at_is_meant_until_somebody_types() {
        let mut state = RoutingState::default();
        state.change(RoutingChange::ToPlace("Berlin".to_owned(), "site:7".to_owned()));
        assert_eq!((state.question().to.as_str(), state.question().to_key.as_str()), ("Berlin", "site:7"));
        state.change(RoutingChange::To("Berlin".to_owned()));
        assert_eq!(state.question().to_key, "");
    }
}
