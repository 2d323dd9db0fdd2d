//! What happens to the drawer: a citation, a row or a step of a message opens in it, and the lines that were asked for come.
//!
//! Trap: lines that are there stay while what opens lies among them, so that nobody asks for them anew; what lies elsewhere comes as a
//! window of its own.

use std::rc::Rc;

use super::{Cite, Lines, ROW, Raw, State, Window};
use crate::ui::text;
use crate::worker::protocol::{MessagePath, RowAnswer, ShownRecords};

impl State {
    pub(super) fn cite_now(&mut self, cite: Cite) {
        let of = |state: &State| state.cited().map(|evidence| (evidence.source, evidence.record.is_some()));
        let before = of(self);
        (self.cite, self.row_wanted) = (Some(cite), None);
        if cite.problem != ROW {
            self.current = cite.problem;
        }
        // A line of a path can lie anywhere in the same file: it comes as a window of its own.
        let is_there = self.cited().is_some_and(|evidence| self.raw.as_ref().is_some_and(|raw| raw.holds(evidence)));
        if of(self) != before || cite.problem == ROW && !is_there {
            self.raw = None;
        }
        if let Some(evidence) = self.cited() {
            let place = text::location(evidence);
            let words = self.words();
            self.say(if cite.problem == ROW {
                (words.path.opened)(&place)
            } else {
                (words.frame.said_evidence)(cite.number, &place)
            });
        } else {
            self.close();
        }
    }

    /// Opens the row that was asked for, unless another one was asked for since, or somebody closed the drawer or opened
    /// something else in it.
    pub(super) fn hear_row(&mut self, row: RowAnswer) {
        if self.row_wanted.as_ref().is_some_and(|(table, number)| *table == row.table && *number == row.number) {
            self.open_row(row);
        }
    }

    pub(super) fn open_row(&mut self, row: RowAnswer) {
        let Some(case) = &mut self.case else { return };
        case.open_row(row);
        self.row_wanted = None;
        self.cite = Some(Cite { problem: ROW, number: 1 });
        // Lines that are there stay: nobody asks for them anew. Others come as a window of their own.
        let is_there = self.cited().is_some_and(|evidence| self.raw.as_ref().is_some_and(|raw| raw.holds(evidence)));
        if !is_there {
            self.raw = None;
        }
    }

    pub(super) fn take_path(&mut self, path: MessagePath) {
        let Some(case) = &mut self.case else { return };
        let done = path.logs.is_done.then_some((path.steps.len() as u64, path.hops.len() as u64));
        let was_done = case.row.as_ref().and_then(|row| row.path.as_ref()).is_some_and(|known| known.logs.is_done);
        case.take_path(path);
        if let Some((steps, servers)) = done.filter(|_| !was_done && self.cite.is_some()) {
            self.say((self.words().path.found)(steps, servers));
        }
    }

    pub(super) fn show_lines(&mut self, answer: Lines) {
        let Some(evidence) = self.cited() else { return };
        if answer.token != self.token || answer.source != evidence.source {
            return;
        }
        let (first, lines) = match &self.raw {
            Some(Raw::Lines(window)) => window.join(answer.first, answer.lines),
            _ => (answer.first, answer.lines),
        };
        let window = Window { source: answer.source, first, lines: Rc::new(lines), total: answer.total };
        self.raw = Some(Raw::Lines(window));
    }

    pub(super) fn show_records(&mut self, token: u32, source: u32, records: ShownRecords) {
        let is_asked = self.cited().is_some_and(|evidence| evidence.source == source && evidence.record.is_some());
        if token != self.token || !is_asked {
            return;
        }
        let records = match &self.raw {
            Some(Raw::Records { records: before, .. }) => before.join(records),
            _ => records,
        };
        self.raw = Some(Raw::Records { source, records: Rc::new(records) });
    }
}
