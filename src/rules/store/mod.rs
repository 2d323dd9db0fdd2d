//! Causes in the Exchange store and in what reaches it.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod mailsubmission_1009_no_hub;
mod storedrv_mailbox_logon_failure;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&mailsubmission_1009_no_hub::RULE, &storedrv_mailbox_logon_failure::RULE];
// registry:end
