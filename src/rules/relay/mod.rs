//! Who may send through which connector.

mod scope;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod open_relay_risk;
mod rcv_duplicate_scope;
mod rcv_remote_ip_limit;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&open_relay_risk::RULE, &rcv_duplicate_scope::RULE, &rcv_remote_ip_limit::RULE];
// registry:end
