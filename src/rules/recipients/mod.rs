//! Recipients and restrictions on them.

mod imceaex;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
mod recipient_homemdb_stale;
mod resolver_notfound_511;

/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[&recipient_homemdb_stale::RULE, &resolver_notfound_511::RULE];
// registry:end
