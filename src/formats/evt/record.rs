//! One record: fixed fields, then source, computer, strings and data bytes at offsets it gives.

use super::frames::{u16_at, u32_at};
use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::model::event::{Event, Level};

/// Where the source stands, behind the fixed fields.
const SOURCE: usize = 56;

/// A record that was read.
pub(super) struct Decoded {
    /// The event.
    pub event: Event,
    /// Whether all of its strings and its data bytes were there.
    pub whole: bool,
}

/// Reads a record; nothing when it has no source, which is not a record of Windows.
pub(super) fn decode(bytes: &[u8], span: Span) -> Option<Decoded> {
    // The last four bytes are the copy of the length.
    let body = bytes.get(..bytes.len().checked_sub(4)?)?;
    let id = u32_at(body, 20)?;
    let (source, next) = text_at(body, SOURCE)?;
    if source.is_empty() || source.chars().any(|c| c.is_control() || c == char::REPLACEMENT_CHARACTER) {
        return None;
    }
    let computer = text_at(body, next).map(|(text, _)| text).filter(|text| !text.is_empty());
    let mut event = Event::new(span, source, u16::try_from(id & 0xFFFF).unwrap_or(0));
    let (generated, written) = (u32_at(body, 12)?, u32_at(body, 16)?);
    let seconds = if generated == 0 { written } else { generated };
    event.time = Moment::from_unix_millis(i64::from(seconds) * 1000).filter(|_| seconds > 0);
    event.level = level(u16_at(body, 24)?).or(Level::from_qualifiers(u16::try_from(id >> 16).unwrap_or(0)));
    event.category = Some(u16_at(body, 28)?).filter(|&number| number > 0).map(|number| number.to_string());
    event.record = u32_at(body, 8).map(u64::from);
    event.computer = computer;
    let data = data(body);
    let (strings, whole) = strings(body, data.map_or(body.len(), |(at, _)| at));
    let whole = whole && data.is_some();
    event.strings = strings;
    event.data = data.map(|(_, data)| data.to_vec()).unwrap_or_default();
    Some(Decoded { event, whole })
}

/// Levels of classic logs. Audit entries have none of their own and count as information.
fn level(kind: u16) -> Option<Level> {
    Some(match kind {
        0 | 4 | 8 | 16 => Level::Information,
        1 => Level::Error,
        2 => Level::Warning,
        _ => return None,
    })
}

/// The data bytes and where they start; the end of the record when there are none, whose offset can
/// be anything. Nothing when they lie outside of the record.
fn data(body: &[u8]) -> Option<(usize, &[u8])> {
    let (len, offset) = (u32_at(body, 48)? as usize, u32_at(body, 52)? as usize);
    if len == 0 {
        return Some((body.len(), &[]));
    }
    let data = body.get(offset..offset.checked_add(len)?)?;
    (offset >= SOURCE).then_some((offset, data))
}

/// The insertion strings, which end where the data bytes begin, and whether all are there. Without
/// strings their offset can be anything.
fn strings(body: &[u8], data: usize) -> (Vec<String>, bool) {
    let mut strings = Vec::new();
    let (Some(count), Some(offset)) = (u16_at(body, 26), u32_at(body, 36)) else { return (strings, false) };
    let mut at = offset as usize;
    let end = if data > at { data } else { body.len() };
    let area = body.get(..end).filter(|_| at >= SOURCE).unwrap_or(&[]);
    for _ in 0..count {
        let Some((text, next)) = text_at(area, at) else { return (strings, false) };
        strings.push(text);
        at = next;
    }
    (strings, true)
}

/// A text that ends with a zero, and where the next begins.
fn text_at(body: &[u8], at: usize) -> Option<(String, usize)> {
    let units = body.get(at..)?.chunks_exact(2).map(|pair| u16_at(pair, 0).unwrap_or(0));
    let text: Vec<u16> = units.take_while(|&unit| unit != 0).collect();
    let next = at + text.len() * 2 + 2;
    (next <= body.len()).then(|| (String::from_utf16_lossy(&text), next))
}
