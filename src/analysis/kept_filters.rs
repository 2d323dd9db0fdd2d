//! Filters that the reader keeps: for a table, under what they say, and as a file to use at the next site. Pure.
//!
//! A filter may hold a name out of the evidence, so the browser stores none: they stay while the page is open, and the file is
//! written when the reader asks for it. Columns stand in it by their English titles, so that it outlives another order of
//! columns and another language; what a version does not know is counted and left out.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::tables::{Query, Table, by_id};

/// More than anybody keeps; a longer file is of something else.
const MOST: usize = 500;

/// Longest file that is read, in bytes.
pub const LONGEST_FILE: f64 = 1_048_576.0;

/// A filter of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptFilter {
    /// Identifier of the table.
    pub table: String,
    /// Words, as typed.
    pub filter: String,
    /// Titles of columns and the value picked of each.
    pub picked: Vec<(String, String)>,
    /// Titles of columns to sort by; whether downwards.
    pub sort: Vec<(String, bool)>,
    /// Whether the other rows stay.
    pub is_marking: bool,
}

/// All of them, in the order in which they were kept.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KeptFilters(Rc<Vec<KeptFilter>>);

/// What a file held: filters taken, and others of tables or columns that there are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Those that are kept now.
    pub taken: usize,
    /// Those that were left out because this version has no such table or column.
    pub unknown: usize,
    /// Those that were left out because there are more than are kept.
    pub beyond: usize,
}

/// A file that is none of filters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotFilters;

#[derive(Serialize, Deserialize)]
struct FileOfFilters {
    #[serde(rename = "queuescope-filters")]
    version: u32,
    filters: Vec<KeptFilter>,
}

impl KeptFilter {
    /// The filter of a query; `None` when it leaves no row out. The range of time and the clocks are of a case and not kept.
    pub fn of(table: &Table, query: &Query) -> Option<KeptFilter> {
        let title = |at: u32| table.columns.get(at as usize).map(|column| column.title.to_owned());
        let filter = query.filter.trim();
        if filter.is_empty() && query.picked.is_empty() {
            return None;
        }
        Some(KeptFilter {
            table: table.id.to_owned(),
            filter: filter.to_owned(),
            picked: query.picked.iter().filter_map(|(at, value)| Some((title(*at)?, value.clone()))).collect(),
            sort: query.sort.iter().filter_map(|(at, down)| Some((title(*at)?, *down))).collect(),
            is_marking: query.is_marking,
        })
    }

    /// The query that it stands for.
    pub fn query(&self, table: &Table) -> Query {
        let at = |title: &str| (0_u32..).zip(table.columns).find(|(_, column)| column.title == title).map(|(at, _)| at);
        Query {
            filter: self.filter.clone(),
            picked: self.picked.iter().filter_map(|(title, value)| Some((at(title)?, value.clone()))).collect(),
            sort: self.sort.iter().filter_map(|(title, down)| Some((at(title)?, *down))).collect(),
            is_marking: self.is_marking,
            ..Query::default()
        }
    }

    /// Whether this version has its table and the columns that it picks from.
    fn is_known(&self) -> bool {
        let has = |table: &Table, title: &String| table.columns.iter().any(|column| column.title == title);
        by_id(&self.table).is_some_and(|table| self.picked.iter().all(|(title, _)| has(table, title)))
            && !(self.filter.trim().is_empty() && self.picked.is_empty())
    }
}

impl KeptFilters {
    /// Those of a table.
    pub fn of<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a KeptFilter> {
        self.0.iter().filter(move |kept| kept.table == table)
    }

    /// Whether there are any.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keeps one more; one that is there already stays where it is.
    pub fn keep(&mut self, filter: KeptFilter) {
        if !self.0.contains(&filter) && self.0.len() < MOST {
            Rc::make_mut(&mut self.0).push(filter);
        }
    }

    /// Keeps one no longer.
    pub fn remove(&mut self, filter: &KeptFilter) {
        Rc::make_mut(&mut self.0).retain(|kept| kept != filter);
    }

    /// All of them as a file.
    pub fn to_file(&self) -> String {
        let file = FileOfFilters { version: 1, filters: self.0.to_vec() };
        serde_json::to_string_pretty(&file).map_or_else(|_| String::new(), |text| text + "\n")
    }

    /// Takes those of a file to the others.
    ///
    /// # Errors
    ///
    /// When it is no file of filters: nothing is taken.
    pub fn take_file(&mut self, text: &str) -> Result<Taken, NotFilters> {
        let file: FileOfFilters = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|_| NotFilters)?;
        let all = file.filters.len();
        let mut known: Vec<KeptFilter> = file.filters.into_iter().filter(KeptFilter::is_known).collect();
        let unknown = all - known.len();
        let beyond = known.len().saturating_sub(MOST);
        known.truncate(MOST);
        let taken = known.len();
        known.into_iter().for_each(|filter| self.keep(filter));
        Ok(Taken { taken, unknown, beyond })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events() -> &'static Table {
        by_id("events").unwrap()
    }

    fn query() -> Query {
        Query {
            filter: " 535 -relay ".into(),
            picked: vec![(1, "Error".into())],
            sort: vec![(0, true)],
            ..Query::default()
        }
    }

    #[test]
    fn a_filter_comes_back_as_it_was() {
        let kept = KeptFilter::of(events(), &query()).unwrap();
        assert_eq!(kept.query(events()), Query { filter: "535 -relay".into(), ..query() });
        assert_eq!(KeptFilter::of(events(), &Query { sort: vec![(0, true)], ..Query::default() }), None);
    }

    #[test]
    fn the_time_and_the_clocks_of_a_case_are_not_kept() {
        let kept = KeptFilter::of(events(), &Query { range: Some((1, 2)), ..query() }).unwrap();
        assert_eq!(kept.query(events()).range, None);
    }

    #[test]
    fn a_file_brings_them_to_the_next_site_and_none_twice() {
        let mut here = KeptFilters::default();
        here.keep(KeptFilter::of(events(), &query()).unwrap());
        here.keep(
            KeptFilter::of(by_id("queues").unwrap(), &Query { filter: "Retry".into(), ..Query::default() }).unwrap(),
        );
        let mut there = KeptFilters::default();
        for _ in 0..2 {
            assert_eq!(
                there.take_file(&format!("\u{feff}{}", here.to_file())),
                Ok(Taken { taken: 2, unknown: 0, beyond: 0 })
            );
            assert_eq!(there, here);
        }
        let first = there.of("events").next().unwrap().clone();
        there.remove(&first);
        assert_eq!((there.of("events").count(), there.of("queues").count()), (0, 1));
    }

    #[test]
    fn what_is_unknown_is_counted_and_left_out() {
        let mut kept = KeptFilters::default();
        let text = r#"{"queuescope-filters": 2, "filters": [
            {"table": "pigeons", "filter": "a"}, {"table": "events", "filter": " "}, {"table": "events", "picked": [["Wing", "x"]]},
            {"table": "events", "filter": "a", "more": 7}]}"#;
        assert_eq!(kept.take_file(text), Ok(Taken { taken: 1, unknown: 3, beyond: 0 }));
        assert_eq!(kept.of("events").count(), 1);
    }

    #[test]
    fn another_file_is_refused_whole() {
        for text in ["", "{}", "[]", "<xml/>", r#"{"filters": []}"#, r#"{"queuescope-filters": 1, "filters": [7]}"#] {
            let mut kept = KeptFilters::default();
            assert_eq!(kept.take_file(text), Err(NotFilters), "{text}");
            assert!(kept.is_empty());
        }
    }

    #[test]
    fn a_file_without_end_keeps_no_more_than_anybody_reads() {
        let filters =
            (0..2_000).map(|n| format!(r#"{{"table":"events","filter":"{n}"}}"#)).collect::<Vec<_>>().join(",");
        let mut kept = KeptFilters::default();
        let taken = kept.take_file(&format!(r#"{{"queuescope-filters":1,"filters":[{filters}]}}"#)).unwrap();
        assert_eq!((taken.taken, taken.unknown, taken.beyond), (MOST, 0, 2_000 - MOST));
        assert_eq!(kept.of("events").count(), MOST);
    }
}
