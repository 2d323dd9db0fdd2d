use super::{Note, Object, Text};

pub(super) fn sniff_type_line(_text: &Text) -> Option<char> {
    None
}
pub(super) fn sniff_header(_text: &Text) -> Option<char> {
    None
}
pub(super) fn read(_text: &Text, _delimiter: char, _notes: &mut Vec<Note>) -> Vec<Object> {
    Vec::new()
}
