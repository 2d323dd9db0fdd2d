//! Containers among the files are opened, and their members take part like other files. A container in a container is
//! opened, too; one deeper is not.

use std::ops::ControlFlow;
use std::rc::Rc;

use crate::base::container::{self, Listing, gzip, zip};
use crate::base::source::{ReadError, Source};

/// Containers within containers that are opened.
const DEPTH: usize = 2;

/// A file of the case, or a container whose files stand beside it.
pub(super) struct Entry {
    /// The file.
    pub source: Source,
    /// What kind of container it is, and what it holds, when it is one.
    pub container: Option<(&'static str, Listing)>,
    /// Whether it is not to be read.
    pub is_left_out: bool,
}

/// Opens containers, except those whose path is among `left_out`. `go_on` is called while it takes long.
pub(super) fn expand(
    sources: Vec<Source>,
    left_out: &[String],
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Vec<Entry> {
    let mut all = Vec::new();
    for source in sources {
        add(source, 0, left_out, &mut all, go_on);
    }
    all
}

fn add(
    source: Source,
    depth: usize,
    left_out: &[String],
    all: &mut Vec<Entry>,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) {
    if left_out.contains(&source.path) {
        all.push(Entry { source, container: None, is_left_out: true });
        return;
    }
    // What cannot be read now is said when it is read.
    let opened = if depth < DEPTH { list(&source, go_on).unwrap_or(None) } else { None };
    source.bytes.release();
    let Some((kind, listing)) = opened else {
        all.push(Entry { source, container: None, is_left_out: false });
        return;
    };
    for listed in &listing.members {
        let Ok(member) = &listed.member else { continue };
        let mut members = source.members.clone();
        members.push(member.clone());
        let inner = Source {
            path: format!("{}/{}", source.path, listed.path),
            bytes: container::open(&source.bytes, std::slice::from_ref(member)),
            members,
            handle: source.handle,
        };
        add(inner, depth + 1, left_out, all, go_on);
    }
    all.push(Entry { source, container: Some((kind, listing)), is_left_out: false });
}

fn list(
    source: &Source,
    go_on: &mut dyn FnMut() -> ControlFlow<()>,
) -> Result<Option<(&'static str, Listing)>, ReadError> {
    let magic = source.bytes.read_range(0, 4)?;
    let mut go_on = |_| go_on().is_continue();
    if magic == zip::MAGIC {
        let listing = zip::list(&Rc::clone(&source.bytes), &mut go_on)?;
        // Documents of Office are zip archives, too. They are named as what they are, not taken apart.
        let has = |part: &str| listing.members.iter().any(|member| member.path.starts_with(part));
        let office = has("[Content_Types].xml") && ["word/", "xl/", "ppt/", "visio/"].into_iter().any(has);
        let office = office || (has("[Content_Types].xml") && listing.members.len() == 1);
        return Ok((!office && !listing.members.is_empty()).then_some(("Zip archive", listing)));
    }
    if magic.starts_with(gzip::MAGIC) {
        let listing = gzip::list(&*source.bytes, source.name(), &mut go_on)?;
        return Ok((!listing.members.is_empty()).then_some(("Gzip file", listing)));
    }
    Ok(None)
}
