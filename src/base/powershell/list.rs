use super::{Note, Object, Text};

pub(super) fn sniff(_text: &Text) -> bool {
    false
}
pub(super) fn read(_text: &Text, _notes: &mut Vec<Note>) -> Vec<Object> {
    Vec::new()
}
