//! What the headers of Exchange in a message say (`mail_headers.tsv`).
//!
//! The first row whose name and value fit counts, so rows for one value stand before the one for any. Trap: a header that
//! begins with `X-MS-Exchange-Organization-` from outside is removed by the header firewall, so what is there was
//! written inside, or came over a connection that is trusted.

use std::sync::LazyLock;

/// A row: name, value or `*`, text.
type Row = (&'static str, &'static str, &'static str);

static HEADERS: LazyLock<Vec<Row>> = LazyLock::new(|| {
    let read = |row: Vec<&'static str>| match row.as_slice() {
        [name, value, text, _] => Some((*name, *value, *text)),
        _ => None,
    };
    super::rows(include_str!("mail_headers.tsv")).filter_map(read).collect()
});

/// What a header with this value says; nothing for headers that rarely matter.
pub fn meaning(name: &str, value: &str) -> Option<&'static str> {
    let value = value.trim();
    HEADERS
        .iter()
        .find(|(own, wanted, _)| {
            own.eq_ignore_ascii_case(name) && (*wanted == "*" || wanted.eq_ignore_ascii_case(value))
        })
        .map(|(_, _, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_read_and_reached() {
        assert_eq!(HEADERS.len(), super::super::rows(include_str!("mail_headers.tsv")).count());
        for (name, value, text) in HEADERS.iter() {
            assert_eq!(meaning(name, if *value == "*" { "7" } else { value }), Some(*text), "{name} {value}");
        }
        assert!(meaning("X-MS-Exchange-Organization-AuthAs", " Anonymous ").is_some());
        assert!(meaning("X-MS-Exchange-Organization-AuthAs", "else").is_none() && meaning("x-other", "1").is_none());
    }
}
