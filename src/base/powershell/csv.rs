//! `Export-Csv` and `ConvertTo-Csv` (Microsoft.PowerShell.Utility): a header row with the names of the
//! properties, then one row for each object. Windows PowerShell writes `#TYPE class` before it unless
//! told not to; PowerShell 7 does not.
//!
//! Traps it covers:
//! - `-UseCulture` and spreadsheets: the delimiter is `;` or a tab. Smart hosts and error texts hold
//!   commas, so it is chosen outside quotes, and by whether the rows agree with the header.
//! - Cells with line ends and doubled quotes (`LastError`).
//! - Spreadsheets pad rows (`#TYPE class,,,`), quote the type line, and put `sep=;` before it.
//! - Several exports in one file (`type *.csv > all.csv`): a second type line starts a new header, a
//!   repeated header row is no object. A header of another export without a type line looks like a row; whoever knows
//!   the names says what it is.
//! - A cell in braces is a printed list only when nothing in it has braces: Exchange 2013 writes
//!   `{LRT=...};{LED=...}` as error text.
//! - A row with more cells than the header was not quoted; its values stand under wrong names, so it
//!   is left out. A row with fewer cells keeps what it has.
//! - A file that ends inside quotes was cut: the row stays, its last value is [`Value::Cut`].
//!
//! Formulas (`=cmd|...`) are text here like everything else.

use csv::{Reader, ReaderBuilder, StringRecord};

use super::{IsHeader, Note, NoteKind, Object, Property, Text, Value, class_name, note, value_of};
use crate::base::gather::Gather as _;

const DELIMITERS: [char; 3] = [',', ';', '\t'];

/// Rows that are compared with the header to choose the delimiter.
const SAMPLE: usize = 20;

/// Names of properties are short; sentences are not.
const MAX_NAME: usize = 64;

/// Columns that a header behind others can have.
const MOST_NAMES: usize = 300;

/// What stands before the header row.
struct Preamble {
    /// The text of the `#TYPE` line.
    class: Option<String>,
    /// The delimiter that a `sep=` line states.
    stated: Option<char>,
    /// Byte offset of the header row.
    header: usize,
}

/// The delimiter of the header behind a `#TYPE` line, when there is such a line.
pub(super) fn sniff_type_line(text: &Text) -> Option<char> {
    let preamble = preamble(text.as_str());
    preamble.class.as_ref()?;
    Some(delimiter(text.as_str(), &preamble))
}

/// The delimiter of a header row without a `#TYPE` line. A header has several cells, all of them
/// names, and the row behind it has as many.
pub(super) fn sniff_header(text: &Text) -> Option<char> {
    let content = text.as_str();
    let preamble = preamble(content);
    let delimiter = delimiter(content, &preamble);
    let rest = content.get(preamble.header..)?;
    let mut rows = rows(rest, delimiter);
    let mut row = StringRecord::new();
    let header = next_row(&mut rows, &mut row)?.len();
    // A blank behind the delimiter is prose: no cmdlet writes one.
    let names = row.iter().filter(|cell| !cell.starts_with(' ') && is_name(header_name(cell))).count();
    // Unnamed calculated columns (`$_.Site.Name`) and padding are no names, but few.
    if names < 2 || names * 4 < header * 3 {
        return None;
    }
    // One damaged row, even the first, does not take the others with it.
    let is_sure = names == header && header > 2;
    for _ in 0..if is_sure { SAMPLE } else { 1 } {
        let cells = next_row(&mut rows, &mut row)?.len();
        // The beginning of a large file can end inside its first row.
        let cut = rows.position().byte() as usize >= rest.len() && !rest.ends_with(['\r', '\n']);
        if cells == header || (cut && cells < header && rest.len() > 32 * 1024) {
            return Some(delimiter);
        }
    }
    None
}

/// Reads the objects. `is_header` is asked about rows that consist of names only.
pub(super) fn read(text: &Text, delimiter: char, is_header: IsHeader<'_>, notes: &mut Vec<Note>) -> Vec<Object> {
    let content = text.as_str();
    let Preamble { class, header: start, .. } = preamble(content);
    let rest = content.get(start..).unwrap_or("");
    let mut class = class.filter(|c| !c.is_empty()).map(|c| class_name(&c));
    let mut header: Vec<String> = Vec::new();
    let mut objects = Vec::new();
    let mut rows = rows(rest, delimiter);
    let mut row = StringRecord::new();
    while next_row(&mut rows, &mut row).is_some() {
        let (from, to) = span(rest, &rows, &row);
        let lines = (text.line_of(start + from), text.line_of(start + to.saturating_sub(1).max(from)));
        if let Some(name) = row.get(0).and_then(type_of) {
            class = (!name.is_empty()).then(|| class_name(&name));
            header.clear();
            continue;
        }
        if header.is_empty() {
            header = row.iter().map(|cell| header_name(cell).to_owned()).collect();
            continue;
        }
        if row.len() == header.len() && row.iter().zip(&header).all(|(cell, name)| header_name(cell) == name) {
            continue;
        }
        if row.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if let Some(names) = names(&row).filter(|names| is_header(names)) {
            header = names.into_iter().map(str::to_owned).collect();
            class = None;
            continue;
        }
        let cut = to >= rest.len() && is_unclosed(rest.get(from..to).unwrap_or(""), delimiter);
        if cut {
            let text = "The file ends inside a quoted cell; what follows is missing. Export or copy it again.";
            note(notes, NoteKind::Damaged, Some(lines), text);
        } else if row.len() != header.len() {
            let surplus = row.iter().skip(header.len()).any(|cell| !cell.trim().is_empty());
            let left_out = surplus || (row.len() == 1 && header.len() > 2);
            let (cells, names) = (row.len(), header.len());
            if cells < names || surplus {
                let text = format!("A row has {cells} cells, its header {names}.");
                let done = if left_out { " The row was left out." } else { " The cells that are missing stay empty." };
                note(notes, NoteKind::Damaged, Some(lines), text + done);
            }
            if left_out {
                continue;
            }
        }
        let last = row.len().saturating_sub(1);
        let properties = header.iter().zip(row.iter()).enumerate().filter(|(_, (name, _))| !name.is_empty());
        let properties = properties.map(|(i, (name, cell))| {
            let value = if cut && i == last { Value::Cut(cell.trim().to_owned()) } else { cell_value(cell) };
            Property { name: name.clone(), value, lines }
        });
        objects.push(Object { class: class.clone(), properties: properties.collect(), lines });
    }
    objects
}

/// The cells of a row, when they could be a header behind others: several names, each once.
fn names(row: &StringRecord) -> Option<Vec<&str>> {
    let word = |cell: &str| cell.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut names: Vec<&str> = row.iter().map(header_name).collect();
    while names.last() == Some(&"") {
        names.pop();
    }
    let plausible = (2..=MOST_NAMES).contains(&names.len()) && names.iter().all(|cell| is_name(cell) && word(cell));
    let once = || names.iter().copied().gather::<std::collections::BTreeSet<&str>>().len() == names.len();
    (plausible && once()).then_some(names)
}

fn rows(rest: &str, delimiter: char) -> Reader<&[u8]> {
    let delimiter = u8::try_from(delimiter).unwrap_or(b',');
    ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(rest.as_bytes())
}

/// Reads the next row that is not blank.
fn next_row<'a>(rows: &mut Reader<&[u8]>, row: &'a mut StringRecord) -> Option<&'a StringRecord> {
    loop {
        match rows.read_record(row) {
            Ok(true) if row.len() == 1 && row.get(0).is_some_and(|cell| cell.trim().is_empty()) => {}
            Ok(true) => return Some(row),
            // The bytes are a string in memory: neither input nor encoding can fail.
            _ => return None,
        }
    }
}

/// The bytes of the row read last, without the line end behind it.
fn span(rest: &str, rows: &Reader<&[u8]>, row: &StringRecord) -> (usize, usize) {
    let from = row.position().map_or(0, |p| p.byte()) as usize;
    let to = (rows.position().byte() as usize).min(rest.len());
    let raw = rest.get(from..to).unwrap_or("");
    // The second half of the line end before it, and blank lines, count to the row.
    let from = from + (raw.len() - raw.trim_start_matches(['\r', '\n']).len());
    (from, to.max(from))
}

fn preamble(content: &str) -> Preamble {
    let mut found = Preamble { class: None, stated: None, header: 0 };
    for line in content.split_inclusive(['\r', '\n']) {
        let bare = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
        if let (Some(class), None) = (type_of(bare), &found.class) {
            found.class = Some(class);
        } else if let (Some(stated), None) = (separator_of(line), found.stated) {
            found.stated = Some(stated);
        } else if !bare.is_empty() {
            break;
        }
        found.header += line.len();
    }
    found
}

/// The class of a type line.
fn type_of(line: &str) -> Option<String> {
    let line = line.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '"' | ',' | ';'));
    let (mark, class) = line.split_at_checked(5)?;
    if !mark.eq_ignore_ascii_case("#TYPE") || !class.starts_with(char::is_whitespace) && !class.is_empty() {
        return None;
    }
    Some(class.trim().to_owned())
}

/// The delimiter of a `sep=;` line.
fn separator_of(line: &str) -> Option<char> {
    let line = line.trim_end_matches(['\r', '\n', '"']).trim_start_matches(['\u{FEFF}', '"']);
    let (mark, stated) = line.split_at_checked(4)?;
    let stated = stated.chars().next().filter(|c| DELIMITERS.contains(c))?;
    mark.eq_ignore_ascii_case("sep=").then_some(stated)
}

fn delimiter(content: &str, preamble: &Preamble) -> char {
    if let Some(stated) = preamble.stated {
        return stated;
    }
    let rest = content.get(preamble.header..).unwrap_or("");
    let mut best = (',', (false, 1));
    for delimiter in DELIMITERS {
        let mut rows = rows(rest, delimiter);
        let mut row = StringRecord::new();
        let Some(cells) = next_row(&mut rows, &mut row).map(StringRecord::len) else { continue };
        if cells < 2 {
            continue;
        }
        let (mut all, mut same) = (0, 0);
        while all < SAMPLE && next_row(&mut rows, &mut row).is_some() {
            all += 1;
            same += usize::from(row.len() == cells);
        }
        // Most rows agree with the right header; the last may be cut.
        let score = (same * 2 >= all, cells);
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    best.0
}

/// A mark of byte order before the first quote hides the quotes from the reader.
fn header_name(cell: &str) -> &str {
    cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{FEFF}' | '"'))
}

fn is_name(cell: &str) -> bool {
    cell.len() <= MAX_NAME
        && cell.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && cell.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' '))
        && cell.split(' ').count() <= 4
}

fn cell_value(cell: &str) -> Value {
    let cell = cell.trim();
    // A blank before a quote hides the quotes from the reader: rows that were indented.
    let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).filter(|inner| !inner.contains('"'));
    let cell = quoted.map_or(cell, str::trim);
    let inner = cell.strip_prefix('{').and_then(|c| c.strip_suffix('}'));
    if inner.is_some_and(|inner| inner.contains(['{', '}', '\n'])) {
        return Value::Text(cell.to_owned());
    }
    value_of(cell)
}

/// Whether a row ends inside quotes. A quote inside an unquoted cell (`5" disk`) opens nothing.
fn is_unclosed(row: &str, delimiter: char) -> bool {
    let (mut quoted, mut previous) = (false, delimiter);
    for c in row.chars() {
        if c == '"' && (quoted || previous == delimiter || previous == '"') {
            quoted = !quoted;
        }
        previous = c;
    }
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> Text {
        Text::from_string(content.to_owned())
    }

    fn parsed(content: &str) -> (Vec<Object>, Vec<Note>) {
        let text = text(content);
        let delimiter = sniff_type_line(&text).or_else(|| sniff_header(&text)).expect("CSV");
        let mut notes = Vec::new();
        let mut known = |names: &[&str]| names == ["Id", "Site"];
        (read(&text, delimiter, &mut known, &mut notes), notes)
    }

    fn value(object: &Object, name: &str) -> Value {
        object.get(name).map(|p| p.value.clone()).expect(name)
    }

    const QUEUES: &str = "#TYPE Selected.Microsoft.Exchange.Data.QueueViewer.QueueInfo\r\n\
        \"Identity\",\"Status\",\"MessageCount\",\"LastError\",\"Servers\"\r\n\
        \"EX1\\3\",\"Retry\",\"44\",\"451 4.4.0 said: \"\"451 5.7.3, no\r\nauthentication\"\".\",\"System.String[]\"\r\n\
        \"EX1\\Submission\",\"Ready\",\"0\",\"\",\"{EX1, EX2...}\"\r\n";

    #[test]
    fn indented_rows_and_a_damaged_first_one_are_read() {
        let (objects, notes) = parsed(
            "\"Identity\",\"Status\",\"MessageCount\"\r\n  \"EX1\\1\",\"Retry\",\"44\"\r\n\"EX1\\2\",\"Retry\",\"1\"\r\n",
        );
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(value(&objects[0], "Identity"), Value::Text("EX1\\1".to_owned()));
        let (objects, notes) = parsed(
            "\"Identity\",\"Status\",\"MessageCount\"\r\n\"EX1\\1\",\"Ret\r\n\"EX1\\2\",\"Retry\",\"1\"\r\n\"EX1\\3\",\"Retry\",\"2\"\r\n",
        );
        assert!(
            objects
                .iter()
                .any(|object| object.get("Identity").is_some_and(|p| p.value == Value::Text("EX1\\3".to_owned())))
        );
        assert_eq!(notes.len(), 1, "{notes:?}");
    }

    #[test]
    fn an_export_gives_its_objects_with_class_and_lines() {
        let (objects, notes) = parsed(QUEUES);
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(objects.len(), 2);
        assert!(objects[0].is_class("QueueInfo"));
        assert_eq!(objects[0].class.as_deref(), Some("Microsoft.Exchange.Data.QueueViewer.QueueInfo"));
        assert_eq!((objects[0].lines, objects[1].lines), ((3, 4), (5, 5)));
        assert_eq!(objects[0].properties[3].lines, (3, 4));
        let error = "451 4.4.0 said: \"451 5.7.3, no\r\nauthentication\".";
        assert_eq!(value(&objects[0], "LastError"), Value::Text(error.to_owned()));
        assert_eq!(value(&objects[0], "Servers"), Value::TypeName("System.String[]".to_owned()));
        assert_eq!(value(&objects[1], "LastError"), Value::Empty);
        let items = vec!["EX1".to_owned(), "EX2".to_owned()];
        assert_eq!(value(&objects[1], "Servers"), Value::List { items, complete: false });
    }

    #[test]
    fn the_delimiter_is_found_outside_quotes() {
        for (content, expected) in [
            ("\"Name\";\"Site\";\"Role\";\"A, B\"\n\"EX1\";\"a,b\";\"c,d,e\";\"\"\n", ';'),
            ("Name\tNextHopDomain\nEX1\t[192.0.2.1],[192.0.2.2]\n", '\t'),
            ("\"Name\",\"IPAddress\"\r\n\"EX1\",\"192.0.2.11\"\r\n", ','),
            ("sep=;\nName;Error\nEX1;a,b\n", ';'),
        ] {
            assert_eq!(sniff_header(&text(content)), Some(expected), "{content}");
        }
        assert_eq!(sniff_type_line(&text("#TYPE System.Object\n\"Name\"\n\"x;y\"\n")), Some(','));
        assert_eq!(sniff_type_line(&text("\"#TYPE System.Object\";;\nName;Fqdn;Site\n")), Some(';'));
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for content in [
            "",
            "one line",
            "Dear all, the queue is stuck again.\nSince Monday, we think.\n",
            "Name,Fqdn\n",
            "Hello Peter, mail is stuck\nsince Monday, we think\n",
            "#Software: Microsoft Exchange Server\n#Version: 15.0.0.0\n",
            "2019-03-12,EX1,Retry\n2019-03-13,EX1,Retry\n",
            "Name,Fqdn\nEX1,a,b,c\n",
            "\u{FFFD}PNG\r\n\u{1a}\n\0\0,\0\n",
        ] {
            let text = text(content);
            assert_eq!((sniff_type_line(&text), sniff_header(&text)), (None, None), "{content}");
        }
    }

    #[test]
    fn a_row_of_another_width_is_noted_and_costs_only_itself() {
        let (objects, notes) =
            parsed("Name,Site,Role\nEX1,A,Hub\nEX2,A\nEX3,A,Hub,Edge\nEX4,B,Hub,\n,,\n\nEX5,B,Hub\n");
        let names: Vec<_> = objects.iter().filter_map(|o| o.get("Name")?.text()).collect();
        assert_eq!(names, ["EX1", "EX2", "EX4", "EX5"]);
        assert_eq!(notes.iter().filter_map(|n| n.lines).collect::<Vec<_>>(), [(3, 3), (4, 4)]);
        assert!(notes.iter().all(|n| n.kind == NoteKind::Damaged));
        assert_eq!(objects[3].lines, (8, 8));
    }

    #[test]
    fn a_file_cut_inside_quotes_says_so() {
        let (objects, notes) = parsed("\"Name\",\"Error\"\n\"EX1\",\"none\"\n\"EX2\",\"451 4.4.0 Pri");
        assert_eq!(objects.len(), 2);
        assert_eq!(value(&objects[1], "Error"), Value::Cut("451 4.4.0 Pri".to_owned()));
        assert_eq!((notes.len(), notes[0].lines), (1, Some((3, 3))));
        let (_, notes) = parsed("Name,Disk\nEX1,5\" disk");
        assert!(notes.is_empty());
    }

    #[test]
    fn several_exports_in_one_file_keep_their_classes() {
        let (objects, notes) = parsed(
            "#TYPE A.Queue\n\"Id\",\"N\"\n\"1\",\"2\"\n\"Id\",\"N\"\n\"3\",\"4\"\n\u{FEFF}#TYPE B.Server\n\"Name\"\n\"x\"\n",
        );
        let seen: Vec<_> = objects.iter().map(|o| (o.class.as_deref(), o.properties.len(), o.lines.0)).collect();
        assert_eq!(seen, [(Some("A.Queue"), 2, 3), (Some("A.Queue"), 2, 5), (Some("B.Server"), 1, 8)]);
        assert!(notes.is_empty());
    }

    #[test]
    fn a_header_that_is_known_begins_another_export() {
        let (objects, notes) = parsed("Name,Role,Fqdn\nEX1,Hub,a\nEX2,Id,Site\nId,Site,\n7,Berlin,\nId,Site\n8,Kiel\n");
        let seen: Vec<_> = objects.iter().map(|o| (value(o, &o.properties[0].name), o.properties.len())).collect();
        let text = |text: &str| Value::Text(text.to_owned());
        assert_eq!(seen, [(text("EX1"), 3), (text("EX2"), 3), (text("7"), 2), (text("8"), 2)]);
        assert!(notes.is_empty(), "{notes:?}");
    }

    #[test]
    fn braces_of_an_error_text_are_no_list() {
        let error = "{LRT=3/12/2019 9:52:18 AM};{LED=451 5.7.3 no};{FQDN=}";
        assert_eq!(cell_value(error), Value::Text(error.to_owned()));
        assert_eq!(cell_value("=cmd|'/c calc'!A0"), Value::Text("=cmd|'/c calc'!A0".to_owned()));
    }

    #[test]
    fn large_files_take_linear_time() {
        let rows = "Name,Site\n".to_owned() + &"EX1,\"a\n\"\"b\"\n".repeat(100_000);
        let (objects, notes) = parsed(&rows);
        assert_eq!((objects.len(), notes.len()), (100_000, 0));
        let wide = format!("Name,Error\nEX1,\"{}\"\n", "x,".repeat(500_000));
        assert_eq!(parsed(&wide).0.len(), 1);
    }
}
