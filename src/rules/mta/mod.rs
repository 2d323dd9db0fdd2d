//! Causes in the message transfer agent of Exchange 5.5 to 2003 and in mixed sites.

mod moved;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
// registry:end
