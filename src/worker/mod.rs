//! Layer 7: the process boundary. The page never reads file contents; a worker does, through the
//! same [`crate::analysis`] that the command line uses.
//!
//! [`protocol`] is what crosses the boundary, [`client`] the page side, [`server`] the worker side.

pub mod client;
pub mod protocol;
