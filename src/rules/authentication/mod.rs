//! Causes in the authentication between servers.

mod exchange_auth;
mod release;
mod targets;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod exch_auth_573_custom_connector_captures_exchange_ip;
mod exch_auth_573_default_connector_misconfigured;
mod exps_1706_logon_denied;
mod rcv_custom_connector_covers_exchange_server;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &exch_auth_573_custom_connector_captures_exchange_ip::RULE,
    &exch_auth_573_default_connector_misconfigured::RULE,
    &exps_1706_logon_denied::RULE,
    &rcv_custom_connector_covers_exchange_server::RULE,
];
// registry:end
