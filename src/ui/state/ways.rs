//! Ways from one view to a place in another: what is shown, and what gets the focus there.
//!
//! Trap: a place may be drawn long after it was asked for, and somebody may go elsewhere meanwhile. So the wish is part of the
//! state; the page fulfils it when the place is there, and another way takes it back.

use std::rc::Rc;

use super::State;
use crate::ui::table_state::TableChange;
use crate::ui::view::View;
use crate::worker::protocol::FILES;

/// Identifier of the list of files in the page.
const FILES_GRID: &str = "grid-files";

/// Identifier of a problem in the page.
pub fn problem_id(number: u32) -> String {
    format!("problem-{number}")
}

/// Identifier of a rule in the reference.
pub fn rule_id(id: &str) -> String {
    format!("rule-{id}")
}

impl State {
    /// Shows a view; the focus goes to an element of it, or stays.
    pub(super) fn show(&mut self, view: View, goal: Option<String>) {
        (self.view, self.goal) = (view, goal);
    }

    /// Shows the list of files, for one of them.
    pub(super) fn show_file(&mut self, path: String) {
        self.show(View::Files, Some(FILES_GRID.to_owned()));
        self.shown_file = Some(path);
        // Whatever the filter was. At once: what is typed from now on counts.
        Rc::make_mut(&mut self.tables).change(FILES, TableChange::Clear);
    }
}
