//! Names, addresses and connections between hosts.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
pub static RULES: &[&super::Rule] = &[];
// registry:end
