//! A table with its rows: filtered, sorted, and shown in windows.
//!
//! Trap: a case can have a million messages. The rows are made once; an order is a list of positions, kept until another one
//! is asked for, and a window copies only what is on the screen.

use std::cell::{OnceCell, RefCell};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::filter::Filter;
use super::{Cell, Order, Query, Row, Table};
use crate::analysis::latency::duration;
use crate::base::clocks::Clocks;
use crate::base::order::Order as _;
use crate::base::source::SourceId;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::report::redaction::Beside;
use crate::report::{grouped, size};

/// Values of a column that can be picked, at most.
const VALUES: usize = 60;

/// Characters of a cell that a window hands over; the whole text is in the row.
const CELL: usize = 400;

/// Values of columns with the number of their rows.
type Values = Vec<(u32, Vec<(String, u32)>)>;

/// A table with its rows.
pub struct Built {
    /// Its kind.
    pub table: &'static Table,
    /// The rows.
    pub rows: Vec<Row>,
    /// What was asked for last.
    last: RefCell<Option<(Query, Rc<Ordered>)>>,
    /// Values to pick from; whatever is asked for, they are those of all rows.
    values: OnceCell<Values>,
}

/// What a query comes to. Scrolling asks for one window after the other, so all that looks at every row is done once.
struct Ordered {
    /// Positions of the rows that it wants.
    rows: Rc<Vec<u32>>,
    /// As in [`Page`].
    is_narrowed: bool,
    /// As in [`Page`].
    untimed: u32,
    /// As in [`Page`].
    totals: Vec<String>,
    /// As in [`Page`].
    widths: Vec<u32>,
}

/// A window of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    /// Rows of the table.
    pub all: u32,
    /// Rows that the query wants.
    pub shown: u32,
    /// Whether a range of time holds rows back.
    pub is_narrowed: bool,
    /// Rows that it leaves out because they have no time.
    pub untimed: u32,
    /// Position of the first row of the window among them.
    pub first: u32,
    /// The window.
    pub rows: Vec<PageRow>,
    /// Totals of the rows that the query wants, by column; empty for columns without.
    pub totals: Vec<String>,
    /// Values to pick from with the number of rows, by column; the most frequent first.
    pub values: Values,
    /// The longest text of each column over all rows, in characters.
    pub widths: Vec<u32>,
}

/// A row of a window.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageRow {
    /// Its number in the table, whatever the order.
    pub number: u32,
    /// Its cells, as read.
    pub cells: Vec<String>,
    /// Whether the filter hits it.
    pub is_hit: bool,
}

impl Built {
    /// Makes the rows of a table.
    pub fn new(table: &'static Table, facts: &Facts) -> Built {
        Built::of(table, (table.rows)(facts))
    }

    pub(in crate::analysis) fn of(table: &'static Table, rows: Vec<Row>) -> Built {
        Built { table, rows, last: RefCell::new(None), values: OnceCell::new() }
    }

    /// The position of a row among those that a query wants.
    pub fn position(&self, query: &Query, number: u32) -> Option<u32> {
        self.order(query).iter().position(|own| *own == number).and_then(|at| u32::try_from(at).ok())
    }

    /// Positions of the rows that a query wants, in its order.
    pub fn order(&self, query: &Query) -> Rc<Vec<u32>> {
        Rc::clone(&self.ordered(query).rows)
    }

    fn ordered(&self, query: &Query) -> Rc<Ordered> {
        if let Some((known, ordered)) = &*self.last.borrow()
            && known == query
        {
            return Rc::clone(ordered);
        }
        let filter = Filter::read(&query.filter);
        let all = 0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
        // Without any time there is nothing to narrow by, and no row is known to lie outside.
        let range = query.range.filter(|_| self.rows.iter().any(|row| self.time(row, query).is_some()));
        let mut untimed = 0;
        let mut is_in_range = |row: &Row| {
            let Some((from, to)) = range else { return true };
            let time = self.time(row, query);
            untimed += u32::from(time.is_none());
            time.is_some_and(|(first, last)| first <= to && last >= from)
        };
        let wanted = |at: &u32| {
            self.rows.get(*at as usize).is_some_and(|row| {
                is_picked(row, query)
                    && (query.is_marking || filter.is_empty() || filter.matches(&text_of(row)))
                    && is_in_range(row)
            })
        };
        let mut order: Vec<u32> = all.filter(wanted).collect();
        if query.sort.is_empty() && query.clocks != Clocks::default() {
            self.by_time(&mut order, &query.clocks);
        }
        if !query.sort.is_empty() {
            order.sort_by(|a, b| match (self.rows.get(*a as usize), self.rows.get(*b as usize)) {
                (Some(one), Some(other)) => compare(one, other, query).then(a.cmp(b)),
                _ => a.cmp(b),
            });
        }
        let (totals, widths) = (self.totals(&order), self.widths(&query.clocks));
        let ordered = Rc::new(Ordered { rows: Rc::new(order), is_narrowed: range.is_some(), untimed, totals, widths });
        *self.last.borrow_mut() = Some((query.clone(), Rc::clone(&ordered)));
        ordered
    }

    /// An own order that is that of time depends on what the reader says about clocks. What has no time stays last.
    fn by_time(&self, order: &mut [u32], clocks: &Clocks) {
        let Some((column, _)) = self.table.times() else { return };
        let axis = |at: &u32| {
            let row = self.rows.get(*at as usize)?;
            match row.cells.get(column) {
                Some(Cell::Time(moment)) => Some(clocks.axis(*moment, source_of(row))),
                _ => None,
            }
        };
        match self.table.order {
            Order::Rows => {}
            Order::OldestFirst => order.order_by_key(|at| axis(at).unwrap_or(i64::MAX)),
            Order::NewestFirst => order.order_by_key(|at| std::cmp::Reverse(axis(at).unwrap_or(i64::MIN))),
        }
    }

    /// Rows `first` to `first + count - 1` of those that a query wants.
    pub fn page(&self, query: &Query, first: u32, count: u32) -> Page {
        let ordered = self.ordered(query);
        let order = &ordered.rows;
        let filter = Filter::read(&query.filter);
        let marks = query.is_marking && !filter.is_empty();
        let window = order.iter().skip(first as usize).take(count as usize);
        let rows = window.filter_map(|at| {
            let row = self.rows.get(*at as usize)?;
            Some(PageRow {
                number: *at,
                cells: row.cells.iter().map(|cell| shown(cell, row, &query.clocks)).collect(),
                is_hit: marks && filter.matches(&text_of(row)),
            })
        });
        Page {
            all: u32::try_from(self.rows.len()).unwrap_or(u32::MAX),
            shown: u32::try_from(order.len()).unwrap_or(u32::MAX),
            is_narrowed: ordered.is_narrowed,
            untimed: ordered.untimed,
            first,
            rows: rows.collect(),
            totals: ordered.totals.clone(),
            values: self.values.get_or_init(|| self.values()).clone(),
            widths: ordered.widths.clone(),
        }
    }

    /// The position of the next row, after or before a position, that stands out; after `u32::MAX` comes the first one.
    pub fn find(&self, query: &Query, from: u32, forwards: bool) -> Option<u32> {
        let order = self.order(query);
        let hits = |at: &u32| self.rows.get(*at as usize).is_some_and(self.table.stands_out);
        let from = from as usize;
        let found = if forwards {
            order.iter().enumerate().skip(if from == u32::MAX as usize { 0 } else { from + 1 }).find(|(_, at)| hits(at))
        } else {
            order.iter().enumerate().take(from).rev().find(|(_, at)| hits(at))
        };
        found.and_then(|(at, _)| u32::try_from(at).ok())
    }

    /// The rows that a query wants as CSV, with all columns.
    pub fn csv(&self, query: &Query) -> String {
        super::csv::print(self, query)
    }

    /// The rows that a query wants as text to paste, with these columns under these titles; and how many of how many rows that
    /// are.
    pub fn text(&self, query: &Query, columns: &[(u32, String)]) -> (String, u32, u32) {
        super::csv::text(self, query, columns)
    }

    /// The cells of the rows that a query wants, row by row, to be redacted.
    pub fn cells(&self, query: &Query) -> Vec<Beside> {
        super::csv::cells(self, query)
    }

    /// As CSV, with these cells.
    pub fn csv_of(&self, cells: &[Beside]) -> String {
        super::csv::print_cells(self, cells)
    }

    /// The number of the first row that was read from a place.
    pub fn number(&self, span: crate::base::source::Span) -> Option<u32> {
        self.rows.iter().position(|row| row.span == Some(span)).and_then(|at| u32::try_from(at).ok())
    }

    /// Titles and whole texts of a row, what is unknown left out.
    pub fn fields(&self, number: u32) -> Vec<(String, String)> {
        let row = self.rows.get(number as usize);
        let cells = row.map_or(&[][..], |row| &row.cells);
        let known = self.table.columns.iter().zip(cells).filter(|(_, cell)| **cell != Cell::Unknown);
        known.map(|(column, cell)| (column.title.to_owned(), whole(cell))).collect()
    }

    /// The queue that a row is about, where the table names one.
    pub fn queue<'r>(&self, row: &'r Row) -> Option<&'r str> {
        let at = self.table.columns.iter().position(|column| column.title == "Queue")?;
        match row.cells.get(at)? {
            Cell::Text(queue) => Some(queue),
            _ => None,
        }
    }

    /// From when to when a row lies on the axis.
    fn time(&self, row: &Row, query: &Query) -> Option<(i64, i64)> {
        let (first, other) = self.table.times()?;
        let time = |column: usize| match row.cells.get(column) {
            Some(Cell::Time(moment)) => Some(query.clocks.axis(*moment, source_of(row))),
            _ => None,
        };
        let one = time(first)?;
        let other = other.and_then(time).unwrap_or(one);
        Some((one.min(other), one.max(other)))
    }

    fn totals(&self, order: &[u32]) -> Vec<String> {
        let sum = |column: usize| {
            let cells = order.iter().filter_map(|at| self.rows.get(*at as usize)?.cells.get(column));
            cells.fold(0_u64, |sum, cell| match cell {
                Cell::Number(number) => sum.saturating_add(*number),
                _ => sum,
            })
        };
        let columns = self.table.columns.iter().enumerate();
        columns.map(|(at, column)| if column.is_summed { grouped(sum(at)) } else { String::new() }).collect()
    }

    fn values(&self) -> Values {
        let mut all = Vec::new();
        for (at, _) in self.table.columns.iter().enumerate().filter(|(_, column)| column.is_facet) {
            let mut counts: BTreeMap<String, u32> = BTreeMap::new();
            for cell in self.rows.iter().filter_map(|row| row.cells.get(at)) {
                *counts.entry(cell.text()).or_default() += 1;
            }
            let mut counts: Vec<(String, u32)> = counts.into_iter().filter(|(value, _)| !value.is_empty()).collect();
            counts.order_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
            counts.truncate(VALUES);
            all.push((u32::try_from(at).unwrap_or(u32::MAX), counts));
        }
        all
    }

    fn widths(&self, clocks: &Clocks) -> Vec<u32> {
        let mut widths: Vec<u32> =
            self.table.columns.iter().map(|c| u32::try_from(c.title.chars().count()).unwrap_or(0)).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(&row.cells) {
                let own = match cell {
                    Cell::Unknown => 0,
                    Cell::Text(text) => u32::try_from(text.chars().take(CELL).count()).unwrap_or(0),
                    Cell::Number(_) | Cell::Name(_) | Cell::Duration(_) | Cell::Size(_) => {
                        u32::try_from(whole(cell).len()).unwrap_or(0)
                    }
                    Cell::Time(moment) if !clocks.is_placed(*moment, source_of(row)) => 19,
                    Cell::Time(_) if clocks.in_local && clocks.local.is_some() => 26,
                    Cell::Time(_) => 23,
                };
                *width = own.max(*width);
            }
        }
        widths
    }
}

/// The text of a row that the filter looks at, in lower case.
fn text_of(row: &Row) -> String {
    let mut text = String::new();
    for cell in &row.cells {
        // No word reaches over two cells.
        text.push('\n');
        text.push_str(&cell.text().to_lowercase());
    }
    text
}

fn is_picked(row: &Row, query: &Query) -> bool {
    query.picked.iter().all(|(column, value)| row.cells.get(*column as usize).is_some_and(|cell| cell.text() == *value))
}

fn source_of(row: &Row) -> Option<SourceId> {
    row.span.map(|span| span.source)
}

/// What is unknown comes last, upwards and downwards.
fn compare(one: &Row, other: &Row, query: &Query) -> Ordering {
    let axis = |row: &Row, moment: &Moment| query.clocks.axis(*moment, source_of(row));
    for (column, downwards) in &query.sort {
        let (Some(a), Some(b)) = (one.cells.get(*column as usize), other.cells.get(*column as usize)) else { continue };
        let order = match (a, b) {
            (Cell::Unknown, Cell::Unknown) => Ordering::Equal,
            (Cell::Unknown, _) => return Ordering::Greater,
            (_, Cell::Unknown) => return Ordering::Less,
            (Cell::Number(a), Cell::Number(b))
            | (Cell::Size(a), Cell::Size(b))
            | (Cell::Name(a), Cell::Name(b))
            | (Cell::Duration(a), Cell::Duration(b)) => a.cmp(b),
            (Cell::Time(a), Cell::Time(b)) => {
                axis(one, a).cmp(&axis(other, b)).then(a.clock.cmp(&b.clock)).then(a.cmp(b))
            }
            (a, b) => by_text(&a.text(), &b.text()),
        };
        let order = if *downwards { order.reverse() } else { order };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Names with numbers in them by their numbers: `EX1\9` before `EX1\104`; upper and lower case are the same.
fn by_text(one: &str, other: &str) -> Ordering {
    let (mut a, mut b) = (one.chars().peekable(), other.chars().peekable());
    loop {
        match (a.peek().copied(), b.peek().copied()) {
            (None, None) => return one.cmp(other),
            (None, _) => return Ordering::Less,
            (_, None) => return Ordering::Greater,
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (digits(&mut a), digits(&mut b));
                let order = x.len().cmp(&y.len()).then_with(|| x.cmp(&y));
                if order != Ordering::Equal {
                    return order;
                }
            }
            (Some(x), Some(y)) => {
                let order = x.to_lowercase().cmp(y.to_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
                a.next();
                b.next();
            }
        }
    }
}

fn digits(text: &mut std::iter::Peekable<std::str::Chars<'_>>) -> String {
    let mut digits = String::new();
    while let Some(digit) = text.next_if(char::is_ascii_digit) {
        if !(digits.is_empty() && digit == '0') {
            digits.push(digit);
        }
    }
    digits
}

fn whole(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) => grouped(*number),
        Cell::Duration(milliseconds) => duration(*milliseconds),
        Cell::Size(bytes) => size(*bytes),
        other => other.text(),
    }
}

fn shown(cell: &Cell, row: &Row, clocks: &Clocks) -> String {
    let text = match cell {
        Cell::Time(moment) => clocks.show(*moment, source_of(row)),
        other => whole(other),
    };
    if text.len() <= CELL { text } else { text.chars().take(CELL).chain(['…']).collect() }
}

#[cfg(test)]
mod tests {
    use super::super::{Column, is_one_of, no_notes};
    use super::*;

    static TABLE: Table = Table {
        id: "test",
        title: "Test",
        about: "A row of the test.",
        columns: &[Column::printed("Queue"), Column::words("Status").facet(), Column::number("Messages").summed()],
        rows: |_| Vec::new(),
        order: Order::Rows,
        notes: no_notes,
        stands_out: |row| is_one_of(row, 1, &["Retry"]),
        bring: "Nothing.",
    };

    fn built() -> Built {
        let row = |queue: &str, status: &str, count: Option<u64>| Row {
            cells: vec![queue.into(), status.into(), count.into()],
            span: None,
        };
        Built::of(
            &TABLE,
            vec![
                row(r"EX1\104", "Retry", Some(7)),
                row(r"EX1\9", "Ready", Some(0)),
                row(r"EX1\Submission", "Ready", None),
                row(r"ex2\9", "Retry", Some(1_000)),
            ],
        )
    }

    fn queues(page: &Page) -> Vec<&str> {
        page.rows.iter().map(|row| row.cells[0].as_str()).collect()
    }

    #[test]
    fn what_a_number_names_is_printed_as_people_search_for_it() {
        assert_eq!([whole(&Cell::Name(15_004)), whole(&Cell::Number(15_004))], ["15004", "15,004"]);
        assert_eq!(Cell::Name(15_004).text(), "15004");
    }

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let built = built();
        let query = Query { sort: vec![(0, false)], ..Query::default() };
        assert_eq!(queues(&built.page(&query, 0, 9)), [r"EX1\9", r"EX1\104", r"EX1\Submission", r"ex2\9"]);
    }

    #[test]
    fn what_is_unknown_comes_last_in_both_directions() {
        let built = built();
        for downwards in [false, true] {
            let query = Query { sort: vec![(2, downwards)], ..Query::default() };
            assert_eq!(queues(&built.page(&query, 0, 9))[3], r"EX1\Submission");
        }
    }

    #[test]
    fn totals_are_those_of_what_is_shown() {
        let built = built();
        let page = built.page(&Query { filter: "retry".to_owned(), ..Query::default() }, 0, 1);
        assert_eq!((page.all, page.shown, page.rows.len()), (4, 2, 1));
        assert_eq!(page.totals, ["", "", "1,007"]);
        let picked = Query { picked: vec![(1, "Ready".to_owned())], ..Query::default() };
        assert_eq!(built.page(&picked, 0, 9).totals[2], "0");
        assert_eq!(page.values, [(1, vec![("Ready".to_owned(), 2), ("Retry".to_owned(), 2)])]);
    }

    #[test]
    fn marking_hides_nothing() {
        let built = built();
        let query = Query { filter: "ex2".to_owned(), is_marking: true, ..Query::default() };
        let page = built.page(&query, 0, 9);
        assert_eq!(page.rows.iter().map(|row| row.is_hit).collect::<Vec<_>>(), [false, false, false, true]);
        assert_eq!(built.csv(&query).lines().count(), 2);
    }

    #[test]
    fn the_next_row_that_stands_out_is_found_in_both_directions() {
        let built = built();
        let query = Query::default();
        assert_eq!(built.find(&query, 0, true), Some(3));
        assert_eq!(built.find(&query, 3, false), Some(0));
        assert_eq!(built.find(&query, 3, true), None);
        assert_eq!(built.find(&query, 99, true), None);
    }

    #[test]
    fn a_window_beyond_the_end_is_empty() {
        assert!(built().page(&Query::default(), 9, 9).rows.is_empty());
    }

    #[test]
    fn a_range_of_time_asks_for_what_reaches_into_it() {
        static TIMED: Table = Table {
            columns: &[Column::printed("What"), Column::time("Last").axis(), Column::time("First").other_end()],
            ..TABLE
        };
        let time = |hour: i64| Moment::from_unix_millis(hour * 3_600_000);
        let row = |what: &str, last: Option<Moment>, first: Option<Moment>| Row {
            cells: vec![what.into(), last.into(), first.into()],
            span: None,
        };
        let local = time(9).map(|moment| Moment::local(moment.at));
        let rows = vec![
            row("early", time(2), time(1)),
            row("long", time(20), time(1)),
            row("point", time(8), None),
            row("never", None, None),
            row("local", local, None),
        ];
        let built = Built::of(&TIMED, rows);
        let in_range = |clocks: Clocks| {
            let query = Query { range: Some((7 * 3_600_000, 8 * 3_600_000)), clocks, ..Query::default() };
            queues(&built.page(&query, 0, 9)).into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(in_range(Clocks::default()), ["long", "point"]);
        let page = |built: &Built| {
            built.page(&Query { range: Some((7 * 3_600_000, 8 * 3_600_000)), ..Query::default() }, 0, 9)
        };
        // What has no time is counted, and where nothing has one, nothing is narrowed.
        assert_eq!((page(&built).is_narrowed, page(&built).untimed), (true, 1));
        let never = page(&Built::of(&TIMED, vec![row("never", None, None)]));
        assert_eq!((never.shown, never.is_narrowed, never.untimed), (1, false, 0));
        // One hour ahead of UTC, nine by the local clock is eight.
        assert_eq!(in_range(Clocks { local: Some(60), ..Clocks::default() }), ["long", "point", "local"]);
        let shown = Clocks { local: Some(60), files: Vec::new(), in_local: true };
        let page = built.page(&Query { clocks: shown.clone(), ..Query::default() }, 2, 1);
        assert_eq!(page.rows[0].cells[1], "1970-01-01 09:00:00 +01:00");
        assert_eq!(built.position(&Query { filter: "point".to_owned(), ..Query::default() }, 2), Some(0));
        // Once the clocks are known, an order of time is theirs; others stay as they are.
        static OLDEST: Table = Table { order: Order::OldestFirst, ..TIMED };
        static NEWEST: Table = Table { order: Order::NewestFirst, ..TIMED };
        let known = Query { clocks: shown, ..Query::default() };
        let all = |table: &'static Table, query: &Query| {
            queues(&Built::of(table, built.rows.clone()).page(query, 0, 9))
                .into_iter()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(all(&TIMED, &known), all(&OLDEST, &Query::default()));
        assert_eq!(all(&OLDEST, &known), ["early", "point", "local", "long", "never"]);
        assert_eq!(all(&NEWEST, &known), ["long", "point", "local", "early", "never"]);
    }

    #[test]
    fn a_formula_stays_text() {
        let evil = Row { cells: vec!["=1+1".into(), "a \"b\", c".into(), 3_u64.into()], span: None };
        let csv = Built::of(&TABLE, vec![evil]).csv(&Query::default());
        assert_eq!(csv, "\u{feff}Queue,Status,Messages\r\n'=1+1,\"a \"\"b\"\", c\",3\r\n");
    }
}
