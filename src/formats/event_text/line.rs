//! One line: the labels in it and the values behind them.

use crate::model::event::Level;
use crate::model::event::labels::{Field, label_at_end, label_at_start};

/// A label in a line and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Segment {
    /// What the label names.
    pub field: Field,
    /// Whether the label is said of events only.
    pub strong: bool,
    /// Offset of the label.
    pub start: usize,
    /// Offset behind the label and its colon.
    value: usize,
    /// Offset of the next label, or of the end.
    end: usize,
    /// Half a word that stood before the label without a space.
    pub glued: (usize, usize),
}

impl Segment {
    /// The value, without the comma that may join it to the next label.
    pub(super) fn value<'a>(&self, line: &'a str) -> &'a str {
        let value = line.get(self.value..self.end).unwrap_or("").trim();
        if self.end < line.len() { value.trim_end_matches([',', ';']).trim_end() } else { value }
    }

    /// The half word before the label.
    pub(super) fn glued<'a>(&self, line: &'a str) -> &'a str {
        line.get(self.glued.0..self.glued.1).unwrap_or("")
    }
}

/// Where a line is met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Among labels: any label counts.
    Header,
    /// Inside a message: only labels that start an event.
    Message,
}

/// The labels of a line, in their order. Behind a message label only strong ones count.
pub(super) fn segments(line: &str, context: Context) -> Vec<Segment> {
    let mut found: Vec<Segment> = Vec::new();
    let mut strong_only = context == Context::Message;
    let body = text_start(line);
    if let Some(segment) = bare_id(line, body).or_else(|| bare(line, body)).filter(|_| !strong_only) {
        found.push(segment);
    }
    let mut glued = false;
    for (colon, _) in line.match_indices(':') {
        let from = found.last().map_or(0, |segment| segment.value);
        // No label is longer than 40 characters; looking back further would be quadratic.
        let mut low = colon.saturating_sub(80).max(from);
        while !line.is_char_boundary(low) {
            low += 1;
        }
        let before = line.get(low..colon).unwrap_or("");
        let Some(mut segment) = labelled(before, low, colon, glued) else { continue };
        let at_start = segment.start == body || segment.glued.0 == body && segment.glued.1 > body;
        // In prose a weak label is a word before a colon, and messages quote event ids.
        let counts = match strong_only {
            true => segment.strong && matches!(segment.field, Field::Log | Field::Level | Field::Source | Field::Xml),
            false => segment.strong || at_start || !found.is_empty(),
        };
        if !counts {
            continue;
        }
        let left = line.get(..segment.start).unwrap_or("").chars().next_back();
        glued |= segment.strong && left.is_some_and(char::is_alphanumeric);
        strong_only = segment.field == Field::Message;
        segment.end = line.len();
        if let Some(last) = found.last_mut() {
            last.end = segment.start;
        }
        found.push(segment);
    }
    found
}

fn labelled(before: &str, low: usize, colon: usize, any_glued: bool) -> Option<Segment> {
    if let Some((label, start)) = label_at_end(before, any_glued) {
        let start = low + start;
        let (field, strong) = (label.field, label.strong);
        return Some(Segment { field, strong, start, value: colon + 1, end: 0, glued: (start, start) });
    }
    // `SubmissionSource :` where the line broke inside `MSExchangeMailSubmission` and the label.
    let trimmed = before.trim_end();
    let start = trimmed.strip_suffix("Source")?.len();
    let half = trimmed.get(..start)?;
    let word = half.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |i| i + half.get(i..).map_or(1, first_width));
    (word < start).then_some(Segment {
        field: Field::Source,
        strong: false,
        start: low + start,
        value: colon + 1,
        end: 0,
        glued: (low + word, low + start),
    })
}

fn first_width(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// `Event ID 178,Source:MSExchangeMTA`: an id without a colon, joined to labels by commas.
fn bare_id(line: &str, body: usize) -> Option<Segment> {
    let text = line.get(body..)?;
    let head = text.get(..8).filter(|head| head.eq_ignore_ascii_case("event id"))?;
    let rest = text.get(head.len()..)?;
    let digits = rest.trim_start();
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let joined = digits.get(end..)?.trim_start().starts_with([',', ';']);
    (end > 0 && joined).then_some(Segment {
        field: Field::Id,
        strong: true,
        start: body,
        value: body + head.len(),
        end: line.len(),
        glued: (body, body),
    })
}

/// `Event Source MSExchangeIS`: a label whose colon was lost, alone in its line. Sentences begin like
/// this, too, so that the value has to look like one of its field.
fn bare(line: &str, body: usize) -> Option<Segment> {
    const LONGEST: usize = 40;
    let text = line.get(body..)?;
    let (label, behind) = label_at_start(text)?;
    let value = text.get(behind..)?.trim();
    let is_name = !value.is_empty() && value.len() <= LONGEST && !value.contains([':', '.', ',', ';', '"', '(']);
    let fits = match label.field {
        Field::Id => !value.is_empty() && value.len() <= 10 && value.bytes().all(|b| b.is_ascii_digit()),
        Field::Level => Level::from_name(value).is_some(),
        Field::Source | Field::Category | Field::Log => is_name && value.split_whitespace().count() <= 4,
        _ => false,
    };
    let at = (body, body);
    // Never enough to say that an event is missing something.
    fits.then_some(Segment {
        field: label.field,
        strong: false,
        start: body,
        value: body + behind,
        end: line.len(),
        glued: at,
    })
}

/// Where the text of a line starts, behind spaces, bullets and quotation marks of mail.
pub(super) fn text_start(line: &str) -> usize {
    line.find(|c: char| {
        !(c.is_whitespace() || matches!(c, '\u{2022}' | '\u{B7}' | '*' | '>' | '|' | '\u{FEFF}' | '\u{200E}'))
    })
    .unwrap_or(line.len())
}

/// An event id as written: `1009`, `( 1005 )`, `9318 (0x...)`, or all 32 bits.
pub(super) fn id(value: &str) -> Option<u16> {
    let value = value.trim_start_matches(['(', ' ', '#']);
    let end = value.find(|c: char| !c.is_ascii_digit()).unwrap_or(value.len());
    let number: u32 = value.get(..end)?.parse().ok()?;
    u16::try_from(number & 0xFFFF).ok()
}

/// The bytes of one row of a hex dump: `0000: 0c 03 09 80   ...?` or `0000: 8009030c` in words.
pub(super) fn dump_row(line: &str) -> Option<Vec<u8>> {
    let line = line.trim();
    let (offset, row) = line.split_once(':')?;
    if offset.len() < 4 || offset.len() > 8 || !offset.chars().all(|c| c.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = Vec::new();
    // Event Viewer prints eight bytes or four words in a row, then the same as characters, which can
    // look like digits themselves.
    for group in row.split_whitespace().take(8) {
        if !group.bytes().all(|b| b.is_ascii_hexdigit()) {
            break;
        }
        let mut word = crate::model::event::assembly::hex_bytes(group);
        match group.len() {
            2 => bytes.append(&mut word),
            8 if bytes.len() % 4 == 0 && bytes.len() < 16 => {
                word.reverse();
                bytes.append(&mut word);
            }
            _ => break,
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, context: Context) -> Vec<(Field, &str)> {
        segments(line, context).into_iter().map(|s| (s.field, s.value(line))).collect()
    }

    #[test]
    fn finds_labels_in_all_layouts() {
        use Field::{Category, Id, Level, Log, Message, Source};
        let header = |line| shown(line, Context::Header);
        assert_eq!(header("Event Type:\tError"), [(Level, "Error")]);
        assert_eq!(header("  \u{2022} Source   : MSExchangeMTA"), [(Source, "MSExchangeMTA")]);
        assert_eq!(header("logged in the application log: Event Type: Error"), [(Level, "Error")]);
        assert_eq!(
            header("Event ID 178,Source:MSExchangeMTA,Category:X400 Service"),
            [(Id, "178"), (Source, "MSExchangeMTA"), (Category, "X400 Service")]
        );
        assert_eq!(
            header("Source: A Event ID: 5 Level: Error Description: it said: Source: B Event ID: 6"),
            [(Source, "A"), (Id, "5"), (Level, "Error"), (Message, "it said: Source: B Event ID: 6")]
        );
        assert_eq!(
            header("Source: A Event ID: 5 Description: one Log Name: Application Source: B"),
            [(Source, "A"), (Id, "5"), (Message, "one"), (Log, "Application"), (Source, "B")]
        );
        let glued = "Event Type:ErrorEvent Source:MSExchangeISEvent Category:GeneralEvent ID:1194Date:2/8/2007Time:10:32:23 \
                     AMUser:N/AComputer:EX01Description:It failed: Source: no";
        assert_eq!(
            header(glued),
            [
                (Level, "Error"),
                (Source, "MSExchangeIS"),
                (Category, "General"),
                (Id, "1194"),
                (Field::Date, "2/8/2007"),
                (Field::Time, "10:32:23 AM"),
                (Field::Other, "N/A"),
                (Field::Computer, "EX01"),
                (Message, "It failed: Source: no"),
            ]
        );
        assert_eq!(header("Event Source MSExchangeIS"), [(Source, "MSExchangeIS")]);
        assert_eq!(header("  Event ID\t1194"), [(Id, "1194")]);
        assert_eq!(header("Event Type Error"), [(Level, "Error")]);
        for prose in [
            "Event ID 1194 is logged when a store cannot be mounted",
            "Event Type of the error",
            "Event source and category are wrong, see below.",
            "Event Source",
        ] {
            assert_eq!(header(prose), [], "{prose}");
        }
        assert_eq!(header("The Source: of evil"), []);
        assert_eq!(shown("Source: x", Context::Message), []);
        assert_eq!(header("8/24/2016 1:21:43 PM"), []);
    }

    #[test]
    fn a_label_behind_half_a_word_is_found() {
        let line = "    SubmissionSource : MSExchangeMailSubmission";
        let found = segments(line, Context::Header);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].glued(line), found[0].value(line)), ("Submission", "MSExchangeMailSubmission"));
    }

    #[test]
    fn reads_rows_of_a_dump() {
        assert_eq!(dump_row("0000: 0c 03 09 80 ...?"), Some(vec![0x0c, 0x03, 0x09, 0x80]));
        assert_eq!(dump_row("0000: 8009030c   ...?"), Some(vec![0x0c, 0x03, 0x09, 0x80]));
        assert_eq!(dump_row("0008: 41 42 43 44 45 46 47 48   41 42").map(|b| b.len()), Some(8));
        assert_eq!(dump_row("Note: 12"), None);
    }

    #[test]
    fn ids_are_read_with_their_decoration() {
        for (text, expected) in
            [("12800", Some(12800)), ("( 1005 )", Some(1005)), ("3221488617", Some(1001)), ("none", None)]
        {
            assert_eq!(id(text), expected, "{text}");
        }
    }
}
