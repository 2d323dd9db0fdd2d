//! The architecture as tests: registries, layers, texts of rules, names, sizes.
//!
//! `UPDATE=1 cargo test --test tidy` rewrites the registry blocks; everything else is for people to
//! mend. Each check has a small test of its own that shows it can fail.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::string_slice,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod coverage;
mod inputs;
mod language;
mod layers;
mod reference;
mod registry;
mod rules;
mod style;
mod tree;
