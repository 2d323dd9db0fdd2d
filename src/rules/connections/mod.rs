//! Names, addresses and connections between hosts.

mod failures;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod connect_refused_10061;
mod connect_reset_10054_dropped_442;
mod connect_timeout_10060;
mod dns_query_failed_remote_domains;
mod greylist_retry_too_early;
mod host_av_blocks_port25;
mod internal_hop_public_address;
mod mx_a_record_internal_lookup_wrong;
mod own_ip_blocklisted;
mod smtpvs_verbs_missing_metabase;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &connect_refused_10061::RULE,
    &connect_reset_10054_dropped_442::RULE,
    &connect_timeout_10060::RULE,
    &dns_query_failed_remote_domains::RULE,
    &greylist_retry_too_early::RULE,
    &host_av_blocks_port25::RULE,
    &internal_hop_public_address::RULE,
    &mx_a_record_internal_lookup_wrong::RULE,
    &own_ip_blocklisted::RULE,
    &smtpvs_verbs_missing_metabase::RULE,
];
// registry:end
