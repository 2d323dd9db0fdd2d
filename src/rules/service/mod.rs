//! Causes in services, their components and the queue database.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod component_inactive_432;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&component_inactive_432::RULE];
// registry:end
