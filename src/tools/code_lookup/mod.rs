//! What a code means: any code in any notation ([`look_up`]), and the codes in a line of evidence ([`codes_in`]).
//!
//! A number says little without its family, and the same number stands in several tables. So [`look_up`] gives every
//! candidate, the likely one first, with the reason why it is one; nothing is guessed. [`codes_in`] is the opposite: it
//! marks a number only where the words around it say whose code it is, and leaves versions, times, addresses and
//! identifiers alone.
//!
//! Notations: [MS-ERREF] 2.1 (HRESULT) and 2.3 (NTSTATUS). Traps: events show data bytes in the order of the processor, the
//! lowest first; the numbers of the store and of JET are printed as signed, unsigned and hexadecimal, and JET numbers
//! also without their sign.
//!
//! [MS-ERREF]: https://learn.microsoft.com/openspecs/windows_protocols/ms-erref/1bc92ddf-b79e-413c-bbaa-99a5281a6c90

mod candidates;
mod print;
mod reading;
mod scan;

use super::event_lookup::{self, NamedEvent};
use crate::knowledge::codes::{self, Family};

pub use scan::{CodeNote, codes_in};

/// Longest input that is looked at, in bytes.
const INPUT: usize = 4096;
/// What is said of an event that no table has.
pub const UNKNOWN_EVENT: &str = "No event with this id is known here. The id means something only together with its source; as an error code look the number up by itself.";
/// Most codes of one input that are answered.
const READINGS: usize = 16;

/// What is known about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The input, without blanks around it.
    pub input: String,
    /// The numbers that it calls ids of events; they are not read as codes.
    pub events: Vec<NamedEvent>,
    /// The codes in it, in order.
    pub readings: Vec<Reading>,
}

/// One code, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The part of the input.
    pub part: String,
    /// How it was read: `hexadecimal number`, `data bytes, lowest first`.
    pub how: &'static str,
    /// The number, when it is one.
    pub number: Option<Number>,
    /// What it can mean, the likely one first; empty when it is not known.
    pub candidates: Vec<Candidate>,
    /// When it is not known, what would settle it; when it has several meanings, what would tell them apart.
    pub hint: Option<&'static str>,
}

/// A number of 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number {
    /// Its bits.
    pub unsigned: u32,
}

/// The parts of an HRESULT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hresult {
    /// Number of the facility.
    pub facility: u32,
    /// Name of the facility, when it is known.
    pub name: Option<&'static str>,
    /// The code within the facility.
    pub low: u32,
}

/// Something that a code can mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whose code it is.
    pub family: Family,
    /// Symbol, word or name.
    pub symbol: String,
    /// What it means.
    pub meaning: Option<String>,
    /// What to do.
    pub action: Option<String>,
    /// Why it is a candidate.
    pub why: String,
}

impl Number {
    /// As a signed number.
    pub fn signed(self) -> i32 {
        self.unsigned.cast_signed()
    }

    /// As hexadecimal digits: `0x80040111`.
    pub fn hex(self) -> String {
        format!("0x{:08X}", self.unsigned)
    }

    /// The parts, if the number can be an HRESULT of a failure.
    pub fn hresult(self) -> Option<Hresult> {
        // The bits that stand for other kinds of codes are not set.
        if self.unsigned & 0xF800_0000 != 0x8000_0000 {
            return None;
        }
        let facility = self.unsigned >> 16 & 0x7FF;
        let name = match facility {
            0 => "general",
            1 => "RPC",
            2 => "dispatch",
            3 => "storage",
            4 => "interface: MAPI and others, each with its own codes",
            7 => "Windows error",
            9 => "security (SSPI)",
            10 => "control",
            11 => "certificate",
            _ => "",
        };
        Some(Hresult { facility, name: Some(name).filter(|name| !name.is_empty()), low: self.unsigned & 0xFFFF })
    }
}

impl Answer {
    /// Whether something is known about it.
    pub fn is_known(&self) -> bool {
        self.readings.iter().any(|reading| !reading.candidates.is_empty())
            || self.events.iter().any(|event| !event.rows.is_empty())
    }
}

/// What a code means: a number, a symbol or a word, or a text with codes. A number that the text calls the id of an event is that.
pub fn look_up(text: &str) -> Answer {
    let mut end = text.len().min(INPUT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let input = text.get(..end).unwrap_or("").trim();
    // Web pages print a minus of their own, and VBScript writes hexadecimal numbers with &H.
    let plain = input.replace('\u{2212}', "-").replace("&H", "0x").replace("&h", "0x");
    let events = event_lookup::named(&plain);
    let mut readings = if events.is_empty() { reading::read(&plain) } else { reading::beside(&plain, &events) };
    readings.truncate(READINGS);
    Answer { input: input.to_owned(), events, readings }
}

/// What an event of message tracking is called where logs have numbers: those of 2000 and 2003, or of 4.0 to 5.5.
pub fn tracking_event(number: u32, is_55: bool) -> Option<&'static str> {
    let family = if is_55 { Family::Tracking55 } else { Family::Tracking2000 };
    codes::of(family, number).next().map(|code| code.symbol)
}

#[cfg(test)]
mod tests;
