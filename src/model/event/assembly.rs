//! An event put together from the elements of its XML form, which EVTX records, saved XML and the
//! `Event Xml:` tail of copied text share. Schema: `http://schemas.microsoft.com/win/2004/08/events/event`.
//!
//! Fields are taken by element name, not by path, because copies from the web lose `<System>` or
//! `<EventData>`; only inside `<EventData>`, `<UserData>` and `<RenderingInfo>` do names mean
//! something else. Classic events, which is what Exchange writes, have repeated `<Data>` without
//! names and then `<Binary>`.

use super::{Event, Level};
use crate::base::markup::{Token, attribute, unescape};
use crate::base::source::Span;
use crate::base::timestamp::{Clock, DateOrder, Moment, parse_moment};

/// Collects one event.
#[derive(Clone, Debug, Default)]
pub struct Assembly {
    source: String,
    id: Option<u16>,
    qualifiers: Option<u16>,
    level: Option<Level>,
    rendered_level: Option<Level>,
    time: Option<Moment>,
    task: String,
    rendered_task: String,
    record: Option<u64>,
    channel: String,
    computer: String,
    strings: Vec<String>,
    data: Vec<u8>,
    message: Option<String>,
    part: Part,
    text: String,
    /// Whether the innermost open element has had no child so far.
    leaf: bool,
    depth: usize,
    /// Depth at which the current part was opened.
    part_depth: usize,
    /// Open elements of the payload that are named `<Event>` themselves.
    nested: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    System,
    EventData,
    UserData,
    Rendering,
    /// `<ProcessingErrorData>` and other parts that hold nothing of use.
    Ignored,
}

impl Assembly {
    /// Whether the reader is inside the payload, where any element name can occur.
    pub fn in_payload(&self) -> bool {
        matches!(self.part, Part::EventData | Part::UserData | Part::Rendering)
    }

    /// Whether an `<Event>` element of the payload is open, whose end tag is not that of the event.
    pub fn is_nested(&self) -> bool {
        self.nested > 0
    }

    /// Takes the next token inside `<Event>`.
    pub fn token(&mut self, token: &Token<'_>) {
        match token {
            Token::Open { name, attributes, empty } => {
                self.open(name, attributes);
                if *empty {
                    self.close(name);
                }
            }
            Token::Close { name } => self.close(name),
            Token::Text(text) => self.text.push_str(&unescape(text)),
            Token::Literal(text) => self.text.push_str(text),
            Token::Doctype => {}
        }
    }

    fn open(&mut self, name: &str, attributes: &str) {
        self.text.clear();
        self.nested += usize::from(name == "Event");
        self.depth += 1;
        self.leaf = true;
        let attribute = |key: &str| attribute(attributes, key);
        match (self.part, name) {
            // A part ends where the next one starts, should its end tag be lost.
            (_, "System") if self.part != Part::UserData => self.enter(Part::System),
            (Part::System, "EventData") => self.enter(Part::EventData),
            (Part::System, "UserData") => self.enter(Part::UserData),
            (Part::System | Part::EventData, "RenderingInfo") => self.enter(Part::Rendering),
            (Part::System, "ProcessingErrorData" | "DebugData" | "BinaryEventData") => self.enter(Part::Ignored),
            (Part::System, "Provider") => {
                if let Some(source) = attribute("Name").or_else(|| attribute("EventSourceName")) {
                    self.source = source.trim().to_owned();
                }
            }
            (Part::System, "EventID") => {
                self.qualifiers = attribute("Qualifiers").and_then(|q| q.trim().parse().ok()).or(self.qualifiers);
            }
            (Part::System, "TimeCreated") => {
                let written = attribute("SystemTime").and_then(|t| parse_moment(t.trim(), DateOrder::Unknown));
                // Always UTC by definition, even where a tool dropped the `Z`.
                self.time = written.map(|m| Moment { clock: Clock::Utc, ..m }).or(self.time);
            }
            _ => {}
        }
    }

    fn enter(&mut self, part: Part) {
        self.part = part;
        self.part_depth = self.depth;
    }

    fn close(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text);
        let value = text.trim();
        match (self.part, name) {
            (_, "System" | "EventData" | "UserData" | "RenderingInfo" | "ProcessingErrorData" | "DebugData")
                if self.depth <= self.part_depth || self.part != Part::UserData =>
            {
                self.part = Part::System;
            }
            // `<Data>` outside `<EventData>`: the container was lost in a copy.
            (Part::System | Part::EventData, "Data") => self.strings.push(text),
            (Part::System | Part::EventData, "Binary") => self.data = hex_bytes(value),
            (Part::UserData, _) if self.leaf => self.strings.push(text),
            (Part::Rendering, "Message") => self.message = Some(value.to_owned()).filter(|m| !m.is_empty()),
            (Part::Rendering, "Level") => self.rendered_level = Level::from_name(value),
            (Part::Rendering, "Task") => value.clone_into(&mut self.rendered_task),
            (Part::System, "EventID") => self.id = value.parse::<u32>().ok().map(low_half).or(self.id),
            (Part::System, "Level") => {
                self.level = match value.parse() {
                    // Zero is "always", which classic logs show as information.
                    Ok(number) => Level::from_number(number),
                    Err(_) => Level::from_name(value),
                };
            }
            (Part::System, "Task") => value.clone_into(&mut self.task),
            (Part::System, "EventRecordID") => self.record = value.parse().ok(),
            (Part::System, "Channel") => value.clone_into(&mut self.channel),
            (Part::System, "Computer") => value.clone_into(&mut self.computer),
            _ => {}
        }
        self.leaf = false;
        self.nested = self.nested.saturating_sub(usize::from(name == "Event"));
        self.depth = self.depth.saturating_sub(1);
    }

    /// The event, if it has a source and an id. Records carved out of damaged chunks that have none
    /// are garbage.
    pub fn finish(self, span: Span) -> Option<Event> {
        let some = |text: String| Some(text).filter(|t| !t.is_empty());
        if self.source.is_empty() {
            return None;
        }
        let named = self.rendered_level.or(self.qualifiers.and_then(Level::from_qualifiers));
        Some(Event {
            span,
            time: self.time,
            source: self.source,
            id: self.id?,
            level: self.level.or(named),
            computer: some(self.computer),
            channel: some(self.channel),
            category: some(self.rendered_task).or(some(self.task).filter(|t| t != "0")),
            record: self.record,
            strings: self.strings,
            data: self.data,
            message: self.message,
            recovered: false,
        })
    }
}

/// Event ids are 16 bits; tools that print all 32 put severity and facility above them.
fn low_half(id: u32) -> u16 {
    u16::try_from(id & 0xFFFF).unwrap_or(0)
}

/// Bytes written as hexadecimal digits, up to the first character that is none.
pub fn hex_bytes(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.chars().map_while(|c| c.to_digit(16)).filter_map(|d| u8::try_from(d).ok()).collect();
    digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::markup::Scanner;
    use crate::base::source::SourceId;

    fn event(xml: &str) -> Option<Event> {
        let mut assembly = Assembly::default();
        for (_, token) in Scanner::new(xml) {
            assembly.token(&token);
        }
        assembly.finish(Span::file(SourceId(0)))
    }

    #[test]
    fn reads_a_classic_event() {
        let e = event(
            "<System><Provider Name='MSExchangeTransport'/><EventID Qualifiers='49156'>2147483999</EventID>\
             <Level>2</Level><Task>0</Task><TimeCreated SystemTime='2007-02-08T10:32:23.000000000Z'/>\
             <EventRecordID>7</EventRecordID><Channel>Application</Channel><Computer>ex1.fabrikam.example</Computer></System>\
             <EventData><Data>a &amp; b</Data><Data></Data><Data/><Binary>0C030980</Binary></EventData>",
        )
        .unwrap();
        assert_eq!(
            (e.source.as_str(), e.id, e.level, e.record),
            ("MSExchangeTransport", 351, Some(Level::Error), Some(7))
        );
        assert_eq!(e.time.unwrap().to_string(), "2007-02-08 10:32:23 UTC");
        assert_eq!(e.strings, ["a & b", "", ""]);
        assert_eq!(e.data, [0x0c, 0x03, 0x09, 0x80]);
        assert_eq!(e.category, None);
    }

    #[test]
    fn reads_user_data_and_rendering() {
        let e = event(
            "<System><Provider Name='P'/><EventID>5</EventID></System><UserData><X><Level>high</Level><System>s</System></X>\
             </UserData><RenderingInfo Culture='de-DE'><Message>Text</Message><Level>Warnung</Level><Task>Allgemein</Task>\
             </RenderingInfo>",
        )
        .unwrap();
        assert_eq!(e.strings, ["high", "s"]);
        assert_eq!(
            (e.message.as_deref(), e.level, e.category.as_deref()),
            (Some("Text"), Some(Level::Warning), Some("Allgemein"))
        );
    }

    #[test]
    fn a_record_without_a_source_is_garbage() {
        assert!(event("<System><EventID>0</EventID></System>").is_none());
    }
}
