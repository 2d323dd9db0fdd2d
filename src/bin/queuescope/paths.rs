//! Files and folders that are named, as sources of a case.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use queuescope::analysis::Analysis;
use queuescope::base::order::Order as _;
use queuescope::base::source::{FileBytes, Source};

/// Reads and diagnoses files and whole folders.
pub fn analyze(paths: &[PathBuf]) -> Result<Analysis, String> {
    let mut sources = Vec::new();
    for path in paths {
        collect(path, &mut sources)?;
    }
    Ok(queuescope::analysis::analyze(sources, &mut |_| ControlFlow::Continue(())))
}

/// Adds a file, or all files of a folder. Paths are kept relative to what was named, so that a report
/// does not depend on where the folder lies.
fn collect(path: &Path, sources: &mut Vec<Source>) -> Result<(), String> {
    let about = |e: &std::io::Error| format!("failed to open: {e}: {}", path.display());
    let kind = std::fs::metadata(path).map_err(|e| about(&e))?;
    if kind.is_dir() {
        return walk(path, path, 0, sources);
    }
    let name = path.file_name().map_or_else(|| path.to_string_lossy(), |n| n.to_string_lossy());
    // A named file that cannot be opened is worth stopping for.
    std::fs::File::open(path).map_err(|e| about(&e))?;
    sources.push(Source::new(name.replace(char::is_control, "\u{FFFD}"), Rc::new(FileBytes::new(path, kind.len()))));
    Ok(())
}

fn walk(root: &Path, folder: &Path, depth: usize, sources: &mut Vec<Source>) -> Result<(), String> {
    // Links can make circles; no export nests this deep.
    if depth > 32 {
        eprintln!("left out, too deep: {}", folder.display());
        return Ok(());
    }
    let entries = std::fs::read_dir(folder).map_err(|e| format!("failed to list: {e}: {}", folder.display()))?;
    let mut entries: Vec<PathBuf> = entries.filter_map(|e| Some(e.ok()?.path())).collect();
    entries.order();
    for entry in entries {
        // Links can lead out of the folder or in circles, and a pipe never ends: only files and folders count.
        let Ok(kind) = std::fs::symlink_metadata(&entry) else { continue };
        if kind.is_dir() {
            walk(root, &entry, depth + 1, sources)?;
            continue;
        }
        if !kind.is_file() {
            eprintln!("left out, neither a file nor a folder: {}", entry.display());
            continue;
        }
        let relative = entry.strip_prefix(root).unwrap_or(&entry);
        let path: Vec<_> = relative.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        sources.push(Source::new(
            path.join("/").replace(char::is_control, "\u{FFFD}"),
            Rc::new(FileBytes::new(&entry, kind.len())),
        ));
    }
    Ok(())
}
