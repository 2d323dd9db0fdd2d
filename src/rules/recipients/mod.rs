//! Recipients and restrictions on them.

mod imceaex;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod ddg_recipientcontainer;
mod edge_2016cu1_recipient_validation;
mod journal_recipient_invalid_2003;
mod recipient_homemdb_stale;
mod resolver_notfound_511;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[
    &ddg_recipientcontainer::RULE,
    &edge_2016cu1_recipient_validation::RULE,
    &journal_recipient_invalid_2003::RULE,
    &recipient_homemdb_stale::RULE,
    &resolver_notfound_511::RULE,
];
// registry:end
