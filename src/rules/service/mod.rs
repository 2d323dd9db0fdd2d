//! Causes in services, their components and the queue database.

mod stopped;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod component_inactive_432;
mod mailbox_transport_delivery_stopped;
mod port25_conflict_hub_vs_frontend;
mod queue_db_corrupt_17003_17007;
mod transport_service_not_running;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &component_inactive_432::RULE,
    &mailbox_transport_delivery_stopped::RULE,
    &port25_conflict_hub_vs_frontend::RULE,
    &queue_db_corrupt_17003_17007::RULE,
    &transport_service_not_running::RULE,
];
// registry:end
