//! Causes in what a server has left: disk, memory, room in its queue database.

mod pressure;
mod relief;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod back_pressure_2007_2010;
mod back_pressure_2013plus;
mod smtp_452_431_from_peer;
mod unifiedcontent_fills_disk;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &back_pressure_2007_2010::RULE,
    &back_pressure_2013plus::RULE,
    &smtp_452_431_from_peer::RULE,
    &unifiedcontent_fills_disk::RULE,
];
// registry:end
