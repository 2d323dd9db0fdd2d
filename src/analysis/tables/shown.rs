//! Cells of what exports show: what a file does not show stays unknown, what is empty is said to be so, and a list that was cut
//! says that it goes on.

use std::fmt::Display;

use super::Cell;
use crate::model::{Listed, Located};

/// What stands in a cell for the rest of a list that the file does not show.
pub(super) const MORE: &str = "more, not shown";

/// A text as printed.
pub(super) fn text(value: Option<&Located<String>>) -> Cell {
    value.map(|value| value.value.clone()).into()
}

/// A setting that is on or off.
pub(super) fn yes(value: Option<&Located<bool>>) -> Cell {
    value.map(|value| if value.value { "Yes" } else { "No" }).into()
}

/// A list: its elements, those that could not be read as printed, and whether it goes on.
pub(super) fn list<T: Display>(value: Option<&Located<Listed<T>>>) -> Cell {
    let Some(list) = value.map(|value| &value.value) else { return Cell::Unknown };
    let mut parts: Vec<String> = list.items.iter().map(ToString::to_string).collect();
    parts.extend(list.unread.iter().cloned());
    if !list.complete {
        parts.push(MORE.to_owned());
    }
    if parts.is_empty() { "none".into() } else { parts.join(", ").into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{SourceId, Span};

    #[test]
    fn what_is_not_shown_is_told_from_what_is_empty() {
        let of = |items: &[u8], complete| {
            let listed = Listed { items: items.to_vec(), complete, unread: Vec::new() };
            list(Some(&Located::new(listed, Span::file(SourceId(0))))).text()
        };
        assert_eq!(list::<u8>(None), Cell::Unknown);
        assert_eq!(of(&[], true), "none");
        assert_eq!(of(&[], false), "more, not shown");
        assert_eq!(of(&[1, 2], false), "1, 2, more, not shown");
    }
}
