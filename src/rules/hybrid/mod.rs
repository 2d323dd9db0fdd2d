//! Exchange Online beside own servers.

mod connectors;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod hybrid_certificate_expires;
mod hybrid_connector_misconfigured;
mod hybrid_eop_ip_range_old;
mod hybrid_throughput_queue;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &hybrid_certificate_expires::RULE,
    &hybrid_connector_misconfigured::RULE,
    &hybrid_eop_ip_range_old::RULE,
    &hybrid_throughput_queue::RULE,
];
// registry:end
