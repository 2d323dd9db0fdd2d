//! Layer 7: the process boundary. The page never reads file contents; a worker does, through the
//! same [`crate::analysis`] that the command line uses.
//!
//! [`protocol`] is what crosses the boundary, [`client`] the page side, [`server`] the analysis worker, [`reader`] the
//! workers that read large cases for it and [`pool`] its way to them, [`samples`] the built-in cases.

mod browser_file;
pub mod client;
mod pool;
pub mod protocol;
mod reader;
mod samples;
mod server;
mod tables;

pub use server::start_worker;
