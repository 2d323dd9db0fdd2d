//! Sources: the files of a case, and places in them.
//!
//! A source is read by position ([`ReadAt`]), never as a whole by the layers below the formats, so
//! the same code serves a file on disk, bytes in a test and a `File` handle in a browser worker.
//! A [`Span`] says where a record came from; every piece of evidence ends in one.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::io::{Read, Seek, SeekFrom};
use std::rc::Rc;

use super::container::Member;

/// Number of a source within one case, in the order of the sorted paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceId(pub u32);

/// A file of the case: the path as the user dropped it, and a way to read it.
pub struct Source {
    /// Path with `/` between folders, relative to what was dropped.
    pub path: String,
    /// The bytes.
    pub bytes: Rc<dyn ReadAt>,
    /// For what lies in a container: the way to it, from the outermost container inwards.
    pub members: Vec<Member>,
    /// A number by which whoever handed the file over finds it again; members have that of their container.
    pub handle: u32,
}

impl Source {
    /// A file.
    pub fn new(path: impl Into<String>, bytes: Rc<dyn ReadAt>) -> Source {
        Source { path: path.into(), bytes, members: Vec::new(), handle: 0 }
    }

    /// A source that is already in memory.
    pub fn from_bytes(path: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Source {
        Source::new(path, Rc::new(bytes.into()))
    }

    /// The last segment of the path.
    pub fn name(&self) -> &str {
        file_name(&self.path)
    }
}

/// The last segment of a path written with `/` or `\`.
pub fn file_name(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// Reading by position.
pub trait ReadAt {
    /// Size in bytes.
    fn size(&self) -> u64;

    /// Reads up to `buf.len()` bytes at `offset`; fewer only at the end of the source.
    ///
    /// # Errors
    /// When the source can no longer be read, for example because the file was moved or changed.
    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError>;

    /// What is known to be wrong with the bytes, after they were read from front to back.
    fn defect(&self) -> Option<String> {
        None
    }

    /// Drops what is kept only to go on reading where it was.
    fn release(&self) {}

    /// Reads `len` bytes at `offset`, or what is left of them.
    ///
    /// # Errors
    /// As [`ReadAt::read_at`].
    fn read_range(&self, offset: u64, len: usize) -> Result<Vec<u8>, ReadError> {
        let left = usize::try_from(self.size().saturating_sub(offset)).unwrap_or(usize::MAX);
        let mut buf = vec![0; len.min(left)];
        let n = self.read_at(offset, &mut buf)?;
        buf.truncate(n);
        Ok(buf)
    }
}

/// A source that can no longer be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// What the platform said.
    pub reason: String,
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to read: {}", self.reason)
    }
}

impl std::error::Error for ReadError {}

impl ReadAt for Vec<u8> {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let rest = usize::try_from(offset).ok().and_then(|start| self.get(start..)).unwrap_or(&[]);
        let n = rest.len().min(buf.len());
        if let (Some(to), Some(from)) = (buf.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        Ok(n)
    }
}

/// A file on disk. It is opened for each read, so that thousands of files do not need thousands of handles; reads are
/// large.
pub struct FileBytes {
    path: std::path::PathBuf,
    size: u64,
}

impl FileBytes {
    /// A file of known size.
    pub fn new(path: &std::path::Path, size: u64) -> FileBytes {
        FileBytes { path: path.to_owned(), size }
    }
}

impl ReadAt for FileBytes {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let failed = |e: std::io::Error| ReadError { reason: e.to_string() };
        let mut file = std::fs::File::open(&self.path).map_err(failed)?;
        file.seek(SeekFrom::Start(offset)).map_err(failed)?;
        let mut done = 0;
        while let Some(rest) = buf.get_mut(done..).filter(|rest| !rest.is_empty()) {
            match file.read(rest) {
                Ok(0) => break,
                Ok(n) => done += n,
                Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                Err(e) => return Err(failed(e)),
            }
        }
        Ok(done)
    }
}

/// A place in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Span {
    /// Which source.
    pub source: SourceId,
    /// Where in it.
    pub place: Place,
}

/// Where in a source: by line for text, by record number for binary logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Place {
    /// The whole file, for what a file does *not* contain.
    File,
    /// Lines `first` to `last`, counted from 1.
    Lines {
        /// First line.
        first: u32,
        /// Last line, at least `first`.
        last: u32,
    },
    /// A record of a binary log, by the number the log itself gives.
    Record(u64),
    /// A row of a text log, by the offset of its first byte. A part of a log can be read without
    /// counting the lines before it; the line number is found when somebody asks for it.
    Row(u64),
}

impl Span {
    /// Lines `first` to `last` of a source.
    pub fn lines(source: SourceId, first: u32, last: u32) -> Span {
        Span { source, place: Place::Lines { first, last: last.max(first) } }
    }

    /// A whole source.
    pub fn file(source: SourceId) -> Span {
        Span { source, place: Place::File }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File => f.write_str("whole file"),
            Place::Lines { first, last } if first == last => write!(f, "line {first}"),
            Place::Lines { first, last } => write!(f, "lines {first}-{last}"),
            Place::Record(id) => write!(f, "record {id}"),
            Place::Row(offset) => write!(f, "byte {offset}"),
        }
    }
}
