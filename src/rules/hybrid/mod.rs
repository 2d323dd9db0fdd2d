//! Exchange Online beside own servers.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod hybrid_throughput_queue;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&hybrid_throughput_queue::RULE];
// registry:end
