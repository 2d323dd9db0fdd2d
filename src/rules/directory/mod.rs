//! Causes in objects and attributes of the directory.

mod public_folders;

// registry:begin (`UPDATE=1 cargo test --test tidy` rewrites this block from the files in this folder)
// registry:end
