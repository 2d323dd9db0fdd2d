//! Causes in the permissions of directory objects.

pub(crate) mod required;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod exchange_computer_group_membership;
mod exchange_server_store_rights_denied;
mod exchange_server_store_rights_missing;
mod inheritance_929_2003;
mod legacy_server_acl_inheritance_blocked;
mod legacy_server_acl_missing_exchange_servers_rights;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &exchange_computer_group_membership::RULE,
    &exchange_server_store_rights_denied::RULE,
    &exchange_server_store_rights_missing::RULE,
    &inheritance_929_2003::RULE,
    &legacy_server_acl_inheritance_blocked::RULE,
    &legacy_server_acl_missing_exchange_servers_rights::RULE,
];
// registry:end
