//! What the page knows of tables: which rows are asked for, in which order, and the window that came back. Pure.
//!
//! A table has up to a million rows, so the page holds a window of them. Rows are all of one height; browsers do not draw
//! elements higher than some 17 million pixels, so a table that is higher scrolls in larger steps.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::view::View;
use crate::worker::protocol::{self, Clocks, KeptFilter, KeptFilters, Page, Query};

/// Height of a row in pixels.
pub const ROW_HEIGHT: f64 = 28.0;

/// The highest element that all browsers draw.
const HIGHEST: f64 = 15_000_000.0;

/// Rows that are drawn beyond both edges, so that scrolling shows no gap.
const BEYOND: u32 = 12;

/// Rows that are asked for beyond what is drawn.
const AHEAD: u32 = 100;

/// All tables.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tables {
    tables: BTreeMap<&'static str, Rc<TableState>>,
    shown: BTreeMap<View, &'static str>,
    /// The range of time that all tables are narrowed to: from and to on the axis.
    range: Option<(i64, i64)>,
    /// What the reader says about clocks.
    clocks: Clocks,
    /// Filters that the reader keeps.
    pub kept: KeptFilters,
}

/// One table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TableState {
    pub query: Query,
    /// Columns that are shown though they are not at first, and the other way round.
    pub turned: BTreeSet<u32>,
    /// Position of the selected row.
    pub selected: Option<u32>,
    /// How far it is scrolled and how high the window is, in pixels.
    pub scroll: (f64, f64),
    /// The position that has to come into view, and how often one had to.
    pub go_to: (u32, u32),
    /// The last of these times that it came.
    pub went: u32,
    /// What came back last.
    pub page: Option<Rc<Page>>,
    /// How often the rows were asked for anew.
    pub version: u32,
    /// What became of copying its rows, until others are shown.
    pub copied: Option<Copied>,
}

/// What became of copying rows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Copied {
    /// So many of so many are on the clipboard.
    Rows(u32, u32),
    /// The browser did not permit it.
    Refused,
}

/// What happens to a table. What a reader does by one key or click says only what changes: what was drawn when they did it may be
/// older than what they did before.
#[derive(Clone, Debug)]
pub enum TableChange {
    Query(Query),
    /// What is looked for in all cells.
    Filter(String),
    /// Rows are marked instead of left out, or left out again.
    Mark,
    /// A value is picked from a column, or none.
    Pick(u32, Option<String>),
    /// A heading was pressed: up, down, as it was; beside other columns or alone.
    Sort(u32, bool),
    /// Nothing is narrowed any more.
    Clear,
    /// The selection moves by so many rows.
    Step(i64),
    /// A row of these rows was found; nothing when others are shown by now.
    Found(Query, u32),
    Turn(u32),
    Select(Option<u32>),
    Scroll(f64, f64),
    /// What had to come into view the so-manieth time has come.
    Went(u32),
    Page(Box<Page>),
    Copied(Option<Copied>),
}

/// What the reader says about clocks.
#[derive(Clone, Copy, Debug)]
pub enum ClockChange {
    /// Minutes that local time is ahead of UTC.
    Local(Option<i32>),
    /// The same for one file.
    File(u32, Option<i32>),
    /// Whether local time is shown.
    InLocal(bool),
}

/// What happens to the filters that are kept.
#[derive(Clone, Debug, PartialEq)]
pub enum KeptChange {
    Keep(KeptFilter),
    Remove(KeptFilter),
    /// The text of a file.
    Read(String),
    /// A file that is too long, or that the browser does not give out.
    NotRead,
}

impl Tables {
    /// The state of a table.
    pub fn get(&self, table: &str) -> Rc<TableState> {
        self.tables.get(table).cloned().unwrap_or_else(|| Rc::new(self.fresh()))
    }

    /// A table that nothing was asked of yet.
    fn fresh(&self) -> TableState {
        let query = Query { range: self.range, clocks: self.clocks.clone(), ..Query::default() };
        TableState { query, ..TableState::default() }
    }

    /// The range of time that all tables are narrowed to.
    pub fn range(&self) -> Option<(i64, i64)> {
        self.range
    }

    /// What the reader says about clocks.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// Narrows all tables to a range of time.
    pub fn set_range(&mut self, range: Option<(i64, i64)>) {
        self.range = range;
        self.renew();
    }

    /// Takes what the reader says about clocks. A range keeps its place on the axis.
    pub fn change_clocks(&mut self, change: ClockChange) {
        match change {
            ClockChange::Local(offset) => self.clocks.local = offset,
            ClockChange::File(file, offset) => self.clocks.set_file(file, offset),
            ClockChange::InLocal(in_local) => self.clocks.in_local = in_local,
        }
        self.renew();
    }

    /// Other rows are asked for: each table begins at its top.
    fn renew(&mut self) {
        for state in self.tables.values_mut() {
            let state = Rc::make_mut(state);
            (state.query.range, state.query.clocks) = (self.range, self.clocks.clone());
            state.begin_anew();
        }
    }

    /// The table that a view shows.
    pub fn shown(&self, view: View) -> Option<&'static str> {
        self.shown.get(&view).copied().or_else(|| view.row()?.tables.first().copied())
    }

    /// What was chosen in a view: a table, or what the view shows besides.
    pub fn chosen(&self, view: View) -> Option<&'static str> {
        self.shown.get(&view).copied()
    }

    /// Shows another table of a view.
    pub fn show(&mut self, view: View, table: &'static str) {
        self.shown.insert(view, table);
    }

    /// Forgets the rows: there is another case. What is asked for stays.
    pub fn forget(&mut self) {
        for state in self.tables.values_mut() {
            let state = Rc::make_mut(state);
            (state.page, state.selected, state.copied, state.scroll.0) = (None, None, None, 0.0);
        }
        // Another case has other times; what is known of clocks is of the site.
        self.set_range(None);
    }

    /// Asks for the rows of some tables anew: they are about something else now.
    pub fn renew_rows(&mut self, tables: &[&str]) {
        for (_, state) in self.tables.iter_mut().filter(|(id, _)| tables.contains(id)) {
            let state = Rc::make_mut(state);
            (state.page, state.selected, state.copied, state.scroll.0) = (None, None, None, 0.0);
        }
    }

    /// Asks for the rows of some tables anew: they are the same rows, and their marks are others.
    pub fn refresh_rows(&mut self, tables: &[&str]) {
        for (_, state) in self.tables.iter_mut().filter(|(id, _)| tables.contains(id)) {
            let state = Rc::make_mut(state);
            state.version = state.version.wrapping_add(1);
        }
    }

    /// Changes a table.
    pub fn change(&mut self, table: &'static str, change: TableChange) {
        let fresh = self.fresh();
        let state = Rc::make_mut(self.tables.entry(table).or_insert_with(|| Rc::new(fresh.clone())));
        match change {
            TableChange::Query(query) => {
                // These two are of the page, whatever a table asks for.
                state.query = Query { range: self.range, clocks: self.clocks.clone(), ..query };
                state.begin_anew();
            }
            TableChange::Filter(filter) => {
                state.query.filter = filter;
                state.begin_anew();
            }
            TableChange::Mark => {
                state.query.is_marking ^= true;
                state.begin_anew();
            }
            TableChange::Pick(column, value) => {
                state.query.picked.retain(|(own, _)| *own != column);
                state.query.picked.extend(value.map(|value| (column, value)));
                state.begin_anew();
            }
            TableChange::Sort(column, beside) => {
                sort(&mut state.query.sort, column, beside);
                state.begin_anew();
            }
            TableChange::Clear => {
                state.query = Query { sort: std::mem::take(&mut state.query.sort), ..fresh.query };
                state.begin_anew();
            }
            TableChange::Step(by) => {
                let last = state.rows().saturating_sub(1);
                let from = state.selected.map_or(if by > 0 { -1 } else { 0 }, i64::from);
                let to = from.saturating_add(by).clamp(0, last.into());
                state.select(u32::try_from(to).unwrap_or(last));
            }
            TableChange::Turn(column) => {
                if !state.turned.remove(&column) {
                    state.turned.insert(column);
                }
            }
            TableChange::Select(position) => state.selected = position,
            TableChange::Found(query, position) => {
                if state.query == query {
                    state.select(position);
                }
            }
            TableChange::Scroll(top, height) => state.scroll = (top, height),
            TableChange::Went(times) => state.went = times,
            TableChange::Page(page) => state.page = Some(Rc::new(*page)),
            TableChange::Copied(copied) => state.copied = copied,
        }
    }
}

/// What a press of a heading makes of the columns that rows are sorted by.
fn sort(sort: &mut Vec<(u32, bool)>, column: u32, beside: bool) {
    let own = sort.iter().find(|(own, _)| *own == column).map(|(_, downwards)| *downwards);
    let next = (column, own == Some(false));
    if beside {
        match sort.iter_mut().find(|(own, _)| *own == column) {
            Some(known) => *known = next,
            None => sort.push(next),
        }
        return;
    }
    sort.clear();
    // The third time gives back the order that the table has by itself.
    if own != Some(true) {
        sort.push(next);
    }
}

impl TableState {
    /// Other rows are asked for: from the top, and none is selected.
    fn begin_anew(&mut self) {
        (self.selected, self.copied) = (None, None);
        self.go_to = (0, self.go_to.1.wrapping_add(1));
    }

    /// Selects a row and brings it into view.
    fn select(&mut self, position: u32) {
        self.selected = Some(position);
        self.go_to = (position, self.go_to.1.wrapping_add(1));
    }

    /// Columns that are shown, by number.
    pub fn columns(&self, table: &str) -> Vec<u32> {
        let columns = protocol::table(table).map_or(&[][..], |table| table.columns);
        let marks = |at: u32| {
            let values = self.page.iter().flat_map(|page| &page.values);
            values.into_iter().any(|(own, values)| *own == at && !values.is_empty())
        };
        let shown = (0_u32..)
            .zip(columns)
            .filter(|(at, column)| column.is_extra == self.turned.contains(at) && (!column.is_mark || marks(*at)));
        shown.map(|(at, _)| at).collect()
    }

    /// Rows that there are with this query, as far as is known.
    pub fn rows(&self) -> u32 {
        self.page.as_ref().map_or(0, |page| page.shown)
    }

    /// The position of the first row that is drawn, and how many are.
    pub fn drawn(&self) -> (u32, u32) {
        let rows = self.rows();
        let first = first_row(self.scroll.0, self.scroll.1, rows);
        let visible = (self.scroll.1.max(ROW_HEIGHT) / ROW_HEIGHT).ceil() as u32 + 1;
        let from = first.saturating_sub(BEYOND);
        (from, (first.saturating_add(visible).saturating_add(BEYOND)).min(rows).saturating_sub(from))
    }

    /// The window to ask for when what is drawn is not there; first row and number.
    pub fn wanted(&self) -> (u32, u32) {
        let (first, count) = self.drawn();
        let from = first.saturating_sub(AHEAD);
        (from, count.max(40) + 2 * AHEAD)
    }

    /// Whether all that is drawn is there.
    pub fn is_there(&self) -> bool {
        let Some(page) = &self.page else { return false };
        let (first, count) = self.drawn();
        let end = page.first.saturating_add(u32::try_from(page.rows.len()).unwrap_or(u32::MAX));
        page.first <= first && first.saturating_add(count) <= end
    }
}

/// Height of all rows together, as the browser may see it.
pub fn height(rows: u32) -> f64 {
    (f64::from(rows) * ROW_HEIGHT).min(HIGHEST)
}

/// The first row at a place of the scroll bar.
fn first_row(top: f64, window: f64, rows: u32) -> u32 {
    let real = f64::from(rows) * ROW_HEIGHT;
    let way = (height(rows) - window).max(1.0);
    let at = if real <= HIGHEST { top } else { (top / way).clamp(0.0, 1.0) * (real - window) };
    ((at.max(0.0) / ROW_HEIGHT) as u32).min(rows)
}

/// Where rows that begin with this one are drawn: pixels from the top.
pub fn place(first: u32, top: f64, window: f64, rows: u32) -> f64 {
    let real = f64::from(rows) * ROW_HEIGHT;
    if real <= HIGHEST {
        return f64::from(first) * ROW_HEIGHT;
    }
    // The row at the top of the window stays at the top of the window.
    let at_top = first_row(top, window, rows);
    (top + (f64::from(first) - f64::from(at_top)) * ROW_HEIGHT).max(0.0)
}

/// How far to scroll so that a row is in view; `None` when it is.
pub fn scroll_to(position: u32, top: f64, window: f64, rows: u32) -> Option<f64> {
    let real = f64::from(rows) * ROW_HEIGHT;
    let (row, all) = (f64::from(position) * ROW_HEIGHT, height(rows));
    let at = if real <= HIGHEST { top } else { (top / (all - window).max(1.0)).clamp(0.0, 1.0) * (real - window) };
    let wanted = if row < at {
        row
    } else if row + ROW_HEIGHT > at + window {
        row + ROW_HEIGHT - window
    } else {
        return None;
    };
    let wanted = wanted.max(0.0);
    Some(if real <= HIGHEST { wanted } else { wanted / (real - window).max(1.0) * (all - window).max(1.0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(rows: u32, top: f64) -> TableState {
        let page = Page { all: rows, shown: rows, ..Page::default() };
        TableState { scroll: (top, 560.0), page: Some(Rc::new(page)), ..TableState::default() }
    }

    #[test]
    fn a_small_table_is_drawn_whole() {
        assert_eq!(state(5, 0.0).drawn(), (0, 5));
        assert_eq!(state(0, 0.0).drawn(), (0, 0));
    }

    #[test]
    fn of_a_large_table_a_window_is_drawn() {
        let (first, count) = state(10_000, 2_800.0).drawn();
        assert_eq!(first, 100 - BEYOND);
        assert!((20..60).contains(&count), "{count}");
        assert_eq!(place(first, 2_800.0, 560.0, 10_000), f64::from(first) * ROW_HEIGHT);
    }

    #[test]
    fn a_million_rows_and_more_reach_their_end() {
        for rows in [1_000_000_u32, 5_000_000] {
            let end = height(rows) - 560.0;
            let (first, count) = state(rows, end).drawn();
            assert_eq!(first + count, rows);
            // The last row ends where the element ends.
            let bottom = place(first, end, 560.0, rows) + f64::from(count) * ROW_HEIGHT;
            assert!((bottom - height(rows)).abs() < ROW_HEIGHT, "{bottom}");
            assert_eq!(state(rows, 0.0).drawn().0, 0);
        }
    }

    #[test]
    fn a_row_comes_into_view_and_no_further() {
        assert_eq!(scroll_to(3, 0.0, 560.0, 100), None);
        assert_eq!(scroll_to(20, 0.0, 560.0, 100), Some(28.0));
        assert_eq!(scroll_to(1, 280.0, 560.0, 100), Some(28.0));
        let rows = 2_000_000;
        for position in [0, 1_234_567, rows - 1] {
            let top = scroll_to(position, height(rows) / 3.0, 560.0, rows).unwrap();
            let (first, count) = state(rows, top).drawn();
            assert!((first..first + count).contains(&position), "{position}: {first}+{count}");
        }
    }

    #[test]
    fn a_range_of_time_narrows_all_tables_and_survives_a_cleared_filter() {
        let mut tables = Tables::default();
        tables.change("queues", TableChange::Turn(1));
        tables.set_range(Some((5, 9)));
        tables.change("queues", TableChange::Query(Query::default()));
        assert_eq!([tables.get("queues").query.range, tables.get("events").query.range], [Some((5, 9)); 2]);
        tables.forget();
        assert_eq!([tables.get("queues").query.range, tables.get("events").query.range], [None; 2]);
    }

    #[test]
    fn changes_of_a_table_do_not_take_each_other_back() {
        let mut tables = Tables::default();
        let page = Page { all: 9, shown: 9, ..Page::default() };
        let filter = |text: &str| TableChange::Filter(text.to_owned());
        for change in [
            filter("ex"),
            TableChange::Sort(2, false),
            TableChange::Pick(1, Some("Retry".to_owned())),
            filter("ex1"),
            TableChange::Mark,
            TableChange::Page(Box::new(page)),
            TableChange::Step(1),
            TableChange::Step(3),
        ] {
            tables.change("queues", change);
        }
        let state = tables.get("queues");
        assert_eq!((state.query.filter.as_str(), state.query.is_marking, state.selected), ("ex1", true, Some(3)));
        assert_eq!((state.query.sort.as_slice(), state.query.picked.len()), (&[(2, false)][..], 1));
        tables.change("queues", TableChange::Clear);
        let state = tables.get("queues");
        assert_eq!(state.query, Query { sort: vec![(2, false)], ..Query::default() });
        for (to, at) in [(-5, 0), (i64::MAX, 8), (-1, 7)] {
            tables.change("queues", TableChange::Step(to));
            assert_eq!(tables.get("queues").selected, Some(at));
        }
    }

    #[test]
    fn a_heading_sorts_up_then_down_then_not_at_all() {
        let mut by = Vec::new();
        for expected in [vec![(3, false)], vec![(3, true)], vec![]] {
            sort(&mut by, 3, false);
            assert_eq!(by, expected);
        }
        sort(&mut by, 3, false);
        sort(&mut by, 1, true);
        sort(&mut by, 3, true);
        assert_eq!(by, [(3, true), (1, false)]);
    }

    #[test]
    fn what_is_said_about_one_clock_leaves_the_others() {
        let mut tables = Tables::default();
        tables.change_clocks(ClockChange::File(1, Some(60)));
        tables.change_clocks(ClockChange::File(2, Some(-330)));
        tables.change_clocks(ClockChange::Local(Some(120)));
        tables.change_clocks(ClockChange::File(1, None));
        let clocks = tables.clocks();
        assert_eq!((clocks.local, clocks.files.as_slice()), (Some(120), &[(2, -330)][..]));
        assert_eq!(tables.get("events").query.clocks, *clocks);
    }

    #[test]
    fn a_column_turns_on_and_off() {
        let mut tables = Tables::default();
        let before = tables.get("queues").columns("queues");
        tables.change("queues", TableChange::Turn(1));
        assert!(!before.contains(&1) && tables.get("queues").columns("queues").contains(&1));
        tables.change("queues", TableChange::Turn(1));
        assert_eq!(tables.get("queues").columns("queues"), before);
    }
}
