//! Causes in objects and attributes of the directory.

mod public_folders;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod dsn_516_home_attributes_2003;
mod folder_hierarchies_container_missing;
mod pf_store_owning_tree_missing;
mod pf_tree_missing_or_not_mapi;
mod routing_5009_5010_pf_tree_no_route;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &dsn_516_home_attributes_2003::RULE,
    &folder_hierarchies_container_missing::RULE,
    &pf_store_owning_tree_missing::RULE,
    &pf_tree_missing_or_not_mapi::RULE,
    &routing_5009_5010_pf_tree_no_route::RULE,
];
// registry:end
