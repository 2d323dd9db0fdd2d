//! Layer 7: the process boundary. The page never reads file contents; a worker does, through the
//! same [`crate::analysis`] that the command line uses.
//!
//! [`protocol`] is what crosses the boundary, [`client`] the page side, [`server`] the worker side,
//! [`samples`] the built-in cases.

pub mod protocol;
mod samples;
mod server;

pub use server::start_worker;
