//! Causes in certificates and TLS.

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
/// The rules of this area, by id.
pub static RULES: &[&super::Rule] = &[];
// registry:end
