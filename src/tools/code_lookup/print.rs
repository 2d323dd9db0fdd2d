//! Answers as text, for the command line.

use std::fmt::{self, Write as _};

use super::{Answer, Candidate, Number, Reading};
use crate::tools::event_lookup::NamedEvent;

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: String = self.input.chars().map(|c| if c.is_control() { ' ' } else { c }).take(200).collect();
        writeln!(f, "{shown}")?;
        self.events.iter().try_for_each(|event| write_event(f, event))?;
        if self.readings.is_empty() && self.events.is_empty() {
            writeln!(f, "  nothing to look up")?;
        }
        self.readings.iter().try_for_each(|reading| write!(f, "{reading}"))
    }
}

/// An event, and what is known about it under each source.
fn write_event(f: &mut fmt::Formatter<'_>, event: &NamedEvent) -> fmt::Result {
    writeln!(f, "  Read as the id of an event: {}", event.id)?;
    for row in &event.rows {
        writeln!(f, "  - {} [{}; rule {}]", row.title, row.sources.join(", "), row.id)?;
        writeln!(f, "    {}", row.cause)?;
    }
    if event.rows.is_empty() {
        writeln!(f, "  {}", super::UNKNOWN_EVENT)?;
    }
    Ok(())
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("  Read as {}", self.how);
        if let Some(number) = self.number {
            let _ = write!(line, ": {number}");
        }
        writeln!(f, "{line}")?;
        if let Some(parts) = self.number.and_then(Number::hresult) {
            let name = parts.name.map_or(String::new(), |name| format!(" ({name})"));
            writeln!(
                f,
                "  As an HRESULT: failure, facility {}{name}, code {} (0x{:04X})",
                parts.facility, parts.low, parts.low
            )?;
        }
        self.candidates.iter().try_for_each(|candidate| write!(f, "{candidate}"))?;
        self.hint.map_or(Ok(()), |hint| writeln!(f, "  {hint}"))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, signed {}, {}", self.unsigned, self.signed(), self.hex())
    }
}

impl fmt::Display for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  - {} [{}; {}]", self.symbol, self.family, self.why)?;
        for text in [&self.meaning, &self.action].into_iter().flatten() {
            writeln!(f, "    {text}")?;
        }
        Ok(())
    }
}
