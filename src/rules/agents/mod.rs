//! Causes in transport agents: filters, rules, other makers' programs.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod agent_slow_1050;
mod antispam_agent_reject;
mod rules_agent_config_not_loaded;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] =
    &[&agent_slow_1050::RULE, &antispam_agent_reject::RULE, &rules_agent_config_not_loaded::RULE];
// registry:end
