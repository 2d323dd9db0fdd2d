//! Causes and symptoms in routing.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod interop_rgc_missing;
mod interop_rgc_vs_not_running;
mod no_connector_for_address_space;
mod one_way_failure_2007_to_legacy;
mod recipient_has_no_mailbox_database;
mod routing_5006_mdb_owner_missing;
mod routing_evidence_stale;
mod routing_mdb_missing;
mod routing_table_lint;
mod smtpvs_smarthost_bypasses_connectors;
mod unreachable_no_route_to_mdb;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &interop_rgc_missing::RULE,
    &interop_rgc_vs_not_running::RULE,
    &no_connector_for_address_space::RULE,
    &one_way_failure_2007_to_legacy::RULE,
    &recipient_has_no_mailbox_database::RULE,
    &routing_5006_mdb_owner_missing::RULE,
    &routing_evidence_stale::RULE,
    &routing_mdb_missing::RULE,
    &routing_table_lint::RULE,
    &smtpvs_smarthost_bypasses_connectors::RULE,
    &unreachable_no_route_to_mdb::RULE,
];
// registry:end

mod lookup;
mod queues_beside_table;
mod unreachable;
