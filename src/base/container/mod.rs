//! Containers: files that hold other files. Zip archives and gzip files are opened without unpacking them: a member is
//! read by position like any other file ([`inflate`]), so a log of gigabytes inside a zip needs no more memory than
//! one beside it.
//!
//! Everything in an archive is made by strangers: sizes are what they say only when the bytes bear it out, and the
//! limits below hold for what an archive claims as well as for what it does.

pub mod gzip;
mod inflate;
mod joined;
pub mod zip;

use std::cell::RefCell;
use std::rc::Rc;

use serde::{Deserialize, Serialize};

use super::source::{ReadAt, ReadError};
use inflate::Inflated;
use joined::Joined;

/// Members that are opened of one archive.
pub const MAX_MEMBERS: usize = 20_000;

/// Bytes that the members of one archive may hold together.
pub const MAX_UNPACKED: u64 = 64 << 30;

/// A member of more bytes than this may not have grown more than [`MAX_GROWTH`]-fold: nothing that Exchange writes does.
pub const MAX_GROWTH_FROM: u64 = 64 << 20;

/// See [`MAX_GROWTH_FROM`].
pub const MAX_GROWTH: u64 = 400;

/// Where the bytes of a member lie in its container.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Offset of its first byte.
    pub start: u64,
    /// Bytes in the container.
    pub packed: u64,
    /// Bytes when unpacked.
    pub size: u64,
    /// Whether it is packed with deflate; otherwise it is stored as it is.
    pub deflated: bool,
    /// Checksum (CRC-32) of the unpacked bytes, when the container tells it.
    pub checksum: Option<u32>,
    /// What follows it in the same file: gzip members put together.
    pub more: Vec<Member>,
}

/// A member as an archive lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Path inside the archive, with `/`.
    pub path: String,
    /// Where it lies, or why it cannot be read.
    pub member: Result<Member, String>,
}

/// What an archive holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Members in the order of the archive; folders are left out.
    pub members: Vec<Listed>,
    /// What the reader should know about the archive as a whole. Each is a loss.
    pub remarks: Vec<String>,
}

/// Opens what lies in a container, from the outermost container inwards.
pub fn open(outer: &Rc<dyn ReadAt>, members: &[Member]) -> Rc<dyn ReadAt> {
    members.iter().fold(Rc::clone(outer), |parent, member| {
        if member.more.is_empty() { one(parent, member) } else { Rc::new(Joined::new(&parent, member)) }
    })
}

fn one(parent: Rc<dyn ReadAt>, member: &Member) -> Rc<dyn ReadAt> {
    let bytes: Rc<dyn ReadAt> = if member.deflated {
        Rc::new(Inflated::new(parent, Member { more: Vec::new(), ..*member }))
    } else {
        Rc::new(Stored { parent, start: member.start, size: member.size })
    };
    match member.checksum {
        Some(wanted) => Rc::new(Checked { bytes, wanted, read: RefCell::default() }),
        None => bytes,
    }
}

/// A member whose checksum is worked out while it is read from front to back. It costs nothing else, and whoever jumps
/// about in it learns nothing of it.
struct Checked {
    bytes: Rc<dyn ReadAt>,
    wanted: u32,
    /// How far it was read in order, and the checksum so far.
    read: RefCell<(u64, crc32fast::Hasher)>,
}

impl ReadAt for Checked {
    fn size(&self) -> u64 {
        self.bytes.size()
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let n = self.bytes.read_at(offset, buf)?;
        let mut read = self.read.borrow_mut();
        // Reads overlap, as when the beginning is looked at first.
        if offset <= read.0 && offset + n as u64 > read.0 {
            let known = usize::try_from(read.0 - offset).unwrap_or(usize::MAX);
            read.1.update(buf.get(known..n).unwrap_or_default());
            read.0 = offset + n as u64;
        }
        Ok(n)
    }

    fn defect(&self) -> Option<String> {
        let read = self.read.borrow();
        let wrong = read.0 == self.size() && read.1.clone().finalize() != self.wanted;
        let text = "The archive is damaged: the checksum of this file does not fit its bytes, so some of them are wrong. \
                    Copy the archive again.";
        self.bytes.defect().or_else(|| wrong.then(|| text.to_owned()))
    }

    fn release(&self) {
        *self.read.borrow_mut() = Default::default();
        self.bytes.release();
    }
}

/// A member that is stored as it is.
struct Stored {
    parent: Rc<dyn ReadAt>,
    start: u64,
    size: u64,
}

impl ReadAt for Stored {
    fn size(&self) -> u64 {
        self.size
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let left = usize::try_from(self.size.saturating_sub(offset)).unwrap_or(usize::MAX);
        let length = buf.len().min(left);
        let target = buf.get_mut(..length).unwrap_or_default();
        self.parent.read_at(self.start.saturating_add(offset), target)
    }
}

/// Why a member of these sizes is not opened, when it is not.
fn refusal(packed: u64, size: u64) -> Option<String> {
    if size > MAX_GROWTH_FROM && size / packed.max(1) > MAX_GROWTH {
        return Some(format!(
            "It would grow {}-fold when unpacked, more than any export does. Unpack it yourself if you trust it.",
            size / packed.max(1)
        ));
    }
    None
}
