//! Lists that a management console writes with "Export List", and the same lists pasted from a window.
//!
//! The console separates cells by tabs or commas and **never quotes**
//! (<https://learn.microsoft.com/windows/win32/api/mmcobj/ne-mmcobj-_exportlistoptions>), so a comma in a text moves all
//! cells behind it. A row is therefore read in every way that its columns allow: cells of a known form (a state, a
//! number, a time) hold their place, texts take what lies between. What all readings have in common is the value;
//! what they do not agree on stays unknown. Pasted lists are separated by two or more spaces and lose blank cells.
//!
//! The readings are counted, not listed, so the work is linear in the length of the row.

pub mod rows;

use super::timestamp::{DateOrder, parse_decided};

/// A column that a list can have.
pub struct Column {
    /// Headings, the usual one first. Compared without regard to case and spaces.
    pub headings: &'static [&'static str],
    /// Whether a cell can begin with this text; for columns that hold no delimiter, whether it can be this text.
    pub check: fn(&str) -> bool,
    /// Whether a text that begins so can go on behind a delimiter.
    pub goes_on: fn(&str) -> bool,
    /// Whether numbers of this column can be grouped by the delimiter: `1,234`.
    pub grouped: bool,
}

/// A text that may hold delimiters, but does not begin with one.
pub fn any_text(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Never goes on.
pub fn never(_: &str) -> bool {
    false
}

/// Anything.
pub fn always(_: &str) -> bool {
    true
}

/// A number of the console. None begins with the mark that groups digits: that is the cell before.
pub fn is_number(text: &str) -> bool {
    let text = text.trim();
    text.starts_with(|c: char| c.is_ascii_digit() || c == '-')
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '.' | '\u{A0}' | '\u{202F}' | '\'' | '-'))
        && text.bytes().any(|b| b.is_ascii_digit())
}

/// A number of the console, or nothing.
pub fn is_number_or_blank(text: &str) -> bool {
    text.trim().is_empty() || is_number(text)
}

/// A time of the console, blank included.
pub fn is_time(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() || text == "-" || text.eq_ignore_ascii_case("n/a") {
        return true;
    }
    let (time, undecided) = parse_decided(text, DateOrder::Unknown);
    time.is_some() || undecided
}

/// The whole number in a cell, without the marks that group its digits.
pub fn whole_number(text: &str) -> Option<u64> {
    let text = text.trim();
    let mut groups = text.split([',', '.', '\u{A0}', '\u{202F}', '\'']);
    let first = groups.next()?;
    let digits = |group: &str| !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit());
    let mut all = first.to_owned();
    for group in groups {
        if group.len() != 3 || first.len() > 3 {
            return None;
        }
        all.push_str(group);
    }
    digits(&all).then(|| all.parse().ok())?
}

/// What separates the cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delimiter {
    /// A tab.
    Tab,
    /// A comma, without quotes.
    Comma,
    /// A semicolon, without quotes.
    Semicolon,
    /// Two spaces or more, as pasted from a window.
    Spaces,
}

/// The columns of one list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// What separates them.
    pub delimiter: Delimiter,
    /// Position in the table of columns; `None` for a heading that is not in it.
    pub columns: Vec<Option<usize>>,
    /// The headings that are not in the table.
    pub unknown: Vec<String>,
}

/// The cells of a row in the order of the layout; `None` where its readings do not agree.
pub type Cells = Vec<Option<String>>;

/// Longest row in cells; no list has as many.
const MOST_CELLS: usize = 2000;

fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != '\u{FEFF}').collect::<String>().to_lowercase()
}

fn spaced(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

impl Layout {
    /// The layout that a line of headings states: at least two of them known, and no more unknown than known.
    pub fn of_headings(line: &str, table: &[Column]) -> Option<Layout> {
        // A line of headings is short; a longer line is text.
        if line.len() > 1000 {
            return None;
        }
        let ways: [(Delimiter, Vec<&str>); 4] = [
            (Delimiter::Tab, line.split('\t').collect()),
            (Delimiter::Comma, line.split(',').collect()),
            (Delimiter::Semicolon, line.split(';').collect()),
            (Delimiter::Spaces, spaced(line)),
        ];
        ways.into_iter().find_map(|(delimiter, mut cells)| {
            while cells.last().is_some_and(|cell| cell.trim().is_empty()) {
                cells.pop();
            }
            let mut layout = Layout { delimiter, columns: Vec::new(), unknown: Vec::new() };
            for cell in &cells {
                let key = plain(cell.trim().trim_matches('"'));
                let found = table.iter().position(|column| column.headings.iter().any(|h| plain(h) == key));
                if found.is_none() {
                    layout.unknown.push(cell.trim().to_owned());
                } else if layout.columns.contains(&found) {
                    return None;
                }
                layout.columns.push(found);
            }
            let known = layout.columns.len() - layout.unknown.len();
            (known >= 2 && known >= layout.unknown.len()).then_some(layout)
        })
    }

    /// Whether a column is there.
    pub fn has(&self, column: usize) -> bool {
        self.columns.contains(&Some(column))
    }

    /// Reads a row; `None` when it cannot be one of this list.
    pub fn read(&self, row: &str, table: &[Column]) -> Option<Cells> {
        let mut cells = self.split(row);
        let spaces = self.delimiter == Delimiter::Spaces;
        if !spaces {
            // Blank cells at the end are sometimes left out.
            while cells.len() < self.columns.len() {
                cells.push(String::new());
            }
        }
        if cells.len() > MOST_CELLS {
            return None;
        }
        let columns: Vec<Option<&Column>> = self.columns.iter().map(|c| c.and_then(|c| table.get(c))).collect();
        let grid = Grid { cells: &cells, columns: &columns, joint: self.joint(), spaces };
        let ways = grid.ways();
        if ways.first().and_then(|row| row.first()).is_none_or(|n| *n == 0) {
            return None;
        }
        let starts = grid.starts(&ways);
        let values = starts.windows(2).map(|pair| match pair {
            [Some(from), Some(to)] => Some(cells.get(*from..*to)?.join(self.joint()).trim().to_owned()),
            _ => None,
        });
        Some(values.collect())
    }

    fn joint(&self) -> &'static str {
        match self.delimiter {
            Delimiter::Tab => "\t",
            Delimiter::Comma => ",",
            Delimiter::Semicolon => ";",
            Delimiter::Spaces => "  ",
        }
    }

    /// The cells of a row. Exchange puts some errors into `[{` and `}]`; what stands between belongs together.
    fn split(&self, row: &str) -> Vec<String> {
        if self.delimiter == Delimiter::Spaces {
            return spaced(row).into_iter().map(str::to_owned).collect();
        }
        let mut cells: Vec<String> = Vec::new();
        let mut open = false;
        for part in row.split(self.joint()) {
            match cells.last_mut() {
                Some(last) if open => {
                    last.push_str(self.joint());
                    last.push_str(part);
                }
                _ => {
                    open = part.trim_start().starts_with("[{") && row.contains("}]");
                    cells.push(part.to_owned());
                }
            }
            if part.trim_end().ends_with("}]") {
                open = false;
            }
        }
        cells
    }
}

/// All readings of a row.
struct Grid<'a> {
    cells: &'a [String],
    columns: &'a [Option<&'a Column>],
    joint: &'static str,
    spaces: bool,
}

impl Grid<'_> {
    /// Which numbers of cells from `at` a column can take when it holds no delimiter.
    fn fixed(&self, column: Option<&Column>, at: usize) -> impl Iterator<Item = usize> {
        let blank = self.spaces && column.is_none_or(|column| (column.check)("") || (column.goes_on)("x"));
        let most = if column.is_some_and(|column| column.grouped) { 3 } else { 1 };
        let fits = move |count: usize| {
            let Some(parts) = self.cells.get(at..at + count) else { return false };
            let Some(column) = column else { return true };
            let groups = parts.iter().skip(1).all(|p| p.len() == 3 && p.bytes().all(|b| b.is_ascii_digit()));
            groups && (column.check)(&parts.join(self.joint))
        };
        let sizes: Vec<usize> = (0..=most).filter(|n| if *n == 0 { blank } else { fits(*n) }).collect();
        sizes.into_iter()
    }

    /// Whether the column can begin at a cell and go on without end.
    fn goes_on(&self, column: Option<&Column>, at: usize) -> bool {
        let Some(cell) = self.cells.get(at).filter(|_| !self.spaces) else { return false };
        if cell.trim_start().starts_with("[{") && cell.trim_end().ends_with("}]") {
            return false;
        }
        column.is_some_and(|column| (column.check)(cell) && any_text(cell) && (column.goes_on)(cell))
    }

    /// For every column and cell: in how many ways the rest can be read from there (2 stands for more).
    fn ways(&self) -> Vec<Vec<u8>> {
        let cells = self.cells.len();
        let mut ways = vec![vec![0; cells + 1]];
        if let Some(end) = ways.first_mut().and_then(|row| row.last_mut()) {
            *end = 1;
        }
        for column in self.columns.iter().rev() {
            let after = ways.last().cloned().unwrap_or_default();
            let get = |at: usize| after.get(at).copied().unwrap_or(0);
            let mut row = vec![0_u8; cells + 1];
            // Ways in which a text can end behind this cell.
            let mut behind = 0_u8;
            for at in (0..=cells).rev() {
                let count = if self.goes_on(*column, at) {
                    behind
                } else {
                    self.fixed(*column, at).fold(0_u8, |n, size| n.saturating_add(get(at + size)).min(2))
                };
                if let Some(slot) = row.get_mut(at) {
                    *slot = count;
                }
                behind = behind.saturating_add(get(at)).min(2);
            }
            ways.push(row);
        }
        ways.reverse();
        ways
    }

    /// Where each column begins, and where the last one ends; `None` when the readings do not agree.
    fn starts(&self, ways: &[Vec<u8>]) -> Vec<Option<usize>> {
        let cells = self.cells.len();
        let mut reached = vec![false; cells + 1];
        if let Some(first) = reached.first_mut() {
            *first = true;
        }
        let mut starts = Vec::new();
        for (index, row) in ways.iter().enumerate() {
            let used: Vec<usize> = (0..=cells)
                .filter(|at| reached.get(*at) == Some(&true) && row.get(*at).is_some_and(|n| *n > 0))
                .collect();
            starts.push(if let [only] = used.as_slice() { Some(*only) } else { None });
            let Some(column) = self.columns.get(index) else { break };
            let mut next = vec![false; cells + 1];
            let mut open = None;
            for at in used {
                if self.goes_on(*column, at) {
                    open.get_or_insert(at + 1);
                } else {
                    for size in self.fixed(*column, at) {
                        if let Some(slot) = next.get_mut(at + size) {
                            *slot = true;
                        }
                    }
                }
            }
            if let Some(open) = open {
                next.iter_mut().skip(open).for_each(|slot| *slot = true);
            }
            reached = next;
        }
        starts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STATES: &[&str] = &["Ready", "Retry"];

    fn state(text: &str) -> bool {
        STATES.contains(&text)
    }

    static TABLE: &[Column] = &[
        Column { headings: &["Name"], check: any_text, goes_on: any_text, grouped: false },
        Column { headings: &["State"], check: state, goes_on: never, grouped: false },
        Column { headings: &["Count"], check: is_number, goes_on: never, grouped: true },
        Column { headings: &["Error"], check: always, goes_on: any_text, grouped: false },
        Column { headings: &["Subject"], check: always, goes_on: any_text, grouped: false },
    ];

    fn read(headings: &str, row: &str) -> Option<Vec<String>> {
        let layout = Layout::of_headings(headings, TABLE).unwrap();
        let cells = layout.read(row, TABLE)?;
        Some(cells.into_iter().map(|cell| cell.unwrap_or_else(|| "?".to_owned())).collect())
    }

    #[test]
    fn commas_are_resolved_between_cells_of_a_known_form() {
        let headings = "Name,State,Count,Error";
        assert_eq!(
            read(headings, "[192.0.2.1],[192.0.2.2],Retry,1,234,451 4.4.0 no, never").unwrap(),
            ["[192.0.2.1],[192.0.2.2]", "Retry", "?", "?"]
        );
        assert_eq!(
            read(headings, "a,b,Retry,12,451 4.4.0 no, never").unwrap(),
            ["a,b", "Retry", "12", "451 4.4.0 no, never"]
        );
        assert_eq!(read(headings, "a,Ready,5,").unwrap(), ["a", "Ready", "5", ""]);
        assert_eq!(read(headings, "a,Ready,5").unwrap(), ["a", "Ready", "5", ""]);
        assert_eq!(read(headings, "a,Elsewhere,5,"), None);
        assert_eq!(read("Name,Error,Count", "a,,312").unwrap(), ["a", "", "312"]);
    }

    #[test]
    fn what_readings_do_not_agree_on_stays_unknown() {
        let headings = "Name,State,Count,Error,Subject";
        assert_eq!(read(headings, "a,Ready,5,451 no, Offer, new").unwrap(), ["a", "Ready", "5", "?", "?"]);
        assert_eq!(read(headings, "a,Ready,5,,Offer, new").unwrap(), ["a", "Ready", "5", "", "Offer, new"]);
        assert_eq!(
            read(headings, "a,Ready,5,[{LED=451 a, b};{IP=}],Offer, new").unwrap(),
            ["a", "Ready", "5", "[{LED=451 a, b};{IP=}]", "Offer, new"]
        );
    }

    #[test]
    fn pasted_lists_lose_blank_cells() {
        let headings = "Name   State   Count   Error";
        assert_eq!(read(headings, "Local delivery   Retry   40").unwrap(), ["Local delivery", "Retry", "40", ""]);
    }

    #[test]
    fn a_long_row_takes_linear_time() {
        let row = format!("a,Ready,5{}", ",b".repeat(1900));
        assert_eq!(read("Name,State,Count,Error,Subject", &row).unwrap().last().unwrap(), "?");
        assert_eq!(read("Name,State,Count,Error", &",".repeat(5000)), None);
    }

    #[test]
    fn reads_numbers_with_grouped_digits() {
        for (text, number) in
            [("12", Some(12)), ("1,234", Some(1234)), ("1.234.567", Some(1_234_567)), ("1,2", None), ("", None)]
        {
            assert_eq!(whole_number(text), number, "{text}");
        }
    }
}
