//! Causes in the message transfer agent of Exchange 5.5 to 2003 and in mixed sites.

mod moved;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod mta_9318_rpc_bind_failure;
mod mta_disabled_during_moves_2003;
mod mta_rpc_queue_netbios_after_move;
mod ndr_after_cross_site_move_adc;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &mta_9318_rpc_bind_failure::RULE,
    &mta_disabled_during_moves_2003::RULE,
    &mta_rpc_queue_netbios_after_move::RULE,
    &ndr_after_cross_site_move_adc::RULE,
];
// registry:end
