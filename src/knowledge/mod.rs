//! Facts that age, as tables beside the code that looks them up. A table is tab-separated text: lines that
//! begin with `#` are comments, and the last column says where a row comes from; the tables of codes say it at their top.

pub mod codes;
pub mod extended_rights;
pub mod known;
pub mod latency;
pub mod mail_headers;
pub mod well_known_guids;
pub mod well_known_sids;

/// The rows of a table, each as its fields.
fn rows(table: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|line| line.split('\t').collect())
}
