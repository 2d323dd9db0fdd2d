//! What queues and their replies show.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod basic_auth_uneven_distribution;
mod directory_lookup_queue_2003;
mod failover_exhausted_wrapper;
mod mailbox_in_transit_delivery_held;
mod target_host_responded_4_4_395_wrapper;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &basic_auth_uneven_distribution::RULE,
    &directory_lookup_queue_2003::RULE,
    &failover_exhausted_wrapper::RULE,
    &mailbox_in_transit_delivery_held::RULE,
    &target_host_responded_4_4_395_wrapper::RULE,
];
// registry:end
