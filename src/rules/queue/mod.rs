//! What queues and their replies show.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod failover_exhausted_wrapper;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&failover_exhausted_wrapper::RULE];
// registry:end
