//! Causes in the authentication between servers.

pub(crate) mod exchange_auth;
mod log_proof;
pub(crate) mod release;
mod sessions;
mod targets;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod exch_auth_454_kerberos_1035_2017;
mod exch_auth_573_custom_connector_captures_exchange_ip;
mod exch_auth_573_default_connector_misconfigured;
mod exch_auth_573_verbs_stripped_by_firewall;
mod exps_1706_logon_denied;
mod rcv_custom_connector_covers_exchange_server;
mod smtp_auth_basic_spa_fails;
mod unrecognized_command_533;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &exch_auth_454_kerberos_1035_2017::RULE,
    &exch_auth_573_custom_connector_captures_exchange_ip::RULE,
    &exch_auth_573_default_connector_misconfigured::RULE,
    &exch_auth_573_verbs_stripped_by_firewall::RULE,
    &exps_1706_logon_denied::RULE,
    &rcv_custom_connector_covers_exchange_server::RULE,
    &smtp_auth_basic_spa_fails::RULE,
    &unrecognized_command_533::RULE,
];
// registry:end
