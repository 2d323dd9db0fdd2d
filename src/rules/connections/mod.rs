//! Names, addresses and connections between hosts.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod smtpvs_verbs_missing_metabase;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&smtpvs_verbs_missing_metabase::RULE];
// registry:end
