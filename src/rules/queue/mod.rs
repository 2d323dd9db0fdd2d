//! What queues and their replies show.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod basic_auth_uneven_distribution;
mod directory_lookup_queue_2003;
mod failover_exhausted_wrapper;
mod mailbox_in_transit_delivery_held;
mod message_expired_447;
mod poison_queue_nonempty;
mod queue_concentration;
mod queue_suspended_or_frozen;
mod submission_queue_growing;
mod target_host_responded_4_4_395_wrapper;
mod tracking_gap_evidence;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &basic_auth_uneven_distribution::RULE,
    &directory_lookup_queue_2003::RULE,
    &failover_exhausted_wrapper::RULE,
    &mailbox_in_transit_delivery_held::RULE,
    &message_expired_447::RULE,
    &poison_queue_nonempty::RULE,
    &queue_concentration::RULE,
    &queue_suspended_or_frozen::RULE,
    &submission_queue_growing::RULE,
    &target_host_responded_4_4_395_wrapper::RULE,
    &tracking_gap_evidence::RULE,
];
// registry:end
