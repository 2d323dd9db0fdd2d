//! Causes in transport agents.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod antispam_agent_reject;
mod rules_agent_config_not_loaded;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&antispam_agent_reject::RULE, &rules_agent_config_not_loaded::RULE];
// registry:end
