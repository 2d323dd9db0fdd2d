//! Exchange Online beside own servers.

mod connectors;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod hybrid_connector_misconfigured;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&hybrid_connector_misconfigured::RULE];
// registry:end
