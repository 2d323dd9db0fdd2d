//! Causes in certificates and TLS.

mod schannel;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod schannel_tls_version;
mod schannel_trusted_issuers_truncated;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&schannel_tls_version::RULE, &schannel_trusted_issuers_truncated::RULE];
// registry:end
