//! Queuescope reads what an Exchange site can export and says which mail is stuck, why, on what
//! evidence, and what to do.
//!
//! The crate is five steps, and the modules stand in their order. Each step may use those above it,
//! never those below (`tests/tidy.rs` enforces it):
//!
//! 1. [`base`] and [`model`]: text, times, address ranges; records in Exchange's own terms.
//!    [`knowledge`] beside them: facts that age, as tables.
//! 2. [`formats`]: bytes become records, one file per input format.
//! 3. [`facts`]: the records of one case, merged and joined; no opinions.
//! 4. [`rules`]: facts become verdicts, one file per rule; [`report`] is their vocabulary.
//! 5. [`analysis`]: the API, [`analysis::analyze`]. The command line, the tests and the browser
//!    worker call only this.
//!
//! `worker` and `ui` exist only with the feature `page`.

#![cfg_attr(test, allow(clippy::string_slice, reason = "tests may fail loudly"))]

pub mod analysis;
pub mod base;
pub mod facts;
pub mod formats;
pub mod knowledge;
pub mod model;
pub mod report;
pub mod rules;
pub mod tools;
#[cfg(feature = "page")]
pub mod ui;
#[cfg(feature = "page")]
pub mod worker;
