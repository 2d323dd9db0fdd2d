//! Zip archives (APPNOTE, <https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>): support bundles, and what the
//! Windows shell, `Compress-Archive` and collectors make of a folder. The crate `zip` reads the list of members; their
//! bytes are read by position.
//!
//! Traps: names use `\` when .NET Framework wrote them. A copy that was cut has lost the list, which stands at the end;
//! the members that are whole are then found by their own headers. Explorer packs files over 2 GB with Deflate64, which
//! is not read. Encrypted members are listed and refused.

use std::io::{self, Read, Seek, SeekFrom};
use std::rc::Rc;

use super::{Listed, Listing, MAX_MEMBERS, MAX_UNPACKED, Member, inflate, refusal};
use crate::base::source::{ReadAt, ReadError};

/// The first bytes of an archive with members.
pub const MAGIC: &[u8] = b"PK\x03\x04";

/// Lists the members. `go_on` is told how far listing is when the archive has to be searched.
///
/// # Errors
/// When the file cannot be read.
pub fn list(bytes: &Rc<dyn ReadAt>, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Listing, ReadError> {
    // The crate reads the list in small pieces.
    let file = io::BufReader::with_capacity(64 << 10, Positioned { bytes: Rc::clone(bytes), at: 0 });
    let Ok(mut archive) = ::zip::ZipArchive::new(file) else {
        return search(&**bytes, go_on);
    };
    let mut listing = Listing::default();
    let mut total = 0_u64;
    if archive.has_duplicate_names() {
        let text = "The archive holds several files of one name; only the last of each can be read. Unpack it under other names.";
        listing.remarks.push(text.to_owned());
    }
    for index in 0..archive.len() {
        if listing.members.len() >= MAX_MEMBERS {
            let text = format!("Only the first {MAX_MEMBERS} of {} files were opened. Unpack it.", archive.len());
            listing.remarks.push(text);
            break;
        }
        let file = match archive.by_index_raw(index) {
            Ok(file) => file,
            Err(error) => {
                listing.remarks.push(format!("File {} of the archive cannot be found. ({error})", index + 1));
                continue;
            }
        };
        // A name that cannot be read still is a name.
        let name = file.name().map_or_else(|_| format!("file {}", index + 1), |name| name.into_owned());
        if file.is_dir() || name.ends_with(['/', '\\']) {
            continue;
        }
        let member = match file.data_start() {
            Some(start) => {
                let member = Member {
                    start,
                    packed: file.compressed_size(),
                    size: file.size(),
                    deflated: file.compression() == ::zip::CompressionMethod::Deflated,
                    checksum: Some(file.crc32()),
                    more: Vec::new(),
                };
                judge(member, bytes.size(), method(file.compression()), file.encrypted(), &mut total)
            }
            None => Err("Its place in the archive cannot be found. Copy the archive again.".to_owned()),
        };
        listing.members.push(Listed { path: tidy_path(&name), member });
    }
    Ok(listing)
}

fn method(method: ::zip::CompressionMethod) -> Option<String> {
    match method {
        ::zip::CompressionMethod::Stored | ::zip::CompressionMethod::Deflated => None,
        other => Some(other.to_string()),
    }
}

fn judge(member: Member, end: u64, method: Option<String>, encrypted: bool, total: &mut u64) -> Result<Member, String> {
    if encrypted {
        return Err("It is encrypted. Unpack the archive with its password and drop the folder.".to_owned());
    }
    if let Some(method) = method {
        return Err(format!("It is packed with {method}, which is not read here. Unpack the archive first."));
    }
    let stored_wrong = !member.deflated && member.packed != member.size;
    if stored_wrong || member.start.saturating_add(member.packed) > end {
        return Err("The archive is damaged: its list and its bytes do not agree. Copy it again.".to_owned());
    }
    if let Some(why) = refusal(member.packed, member.size) {
        return Err(why);
    }
    if total.saturating_add(member.size) > MAX_UNPACKED {
        return Err(format!(
            "The archive would be larger than {} GB when unpacked. Unpack it and drop what matters.",
            MAX_UNPACKED >> 30
        ));
    }
    *total += member.size;
    Ok(member)
}

/// Finds members by their own headers, one after the other.
fn search(bytes: &dyn ReadAt, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Listing, ReadError> {
    let mut listing = Listing::default();
    let (mut at, mut total) = (0_u64, 0_u64);
    let end = bytes.size();
    let text =
        "The archive has no list of its files: it was cut when it was copied. The files that are whole were read.";
    listing.remarks.push(text.to_owned());
    while at < end {
        if listing.members.len() >= MAX_MEMBERS {
            listing.remarks.push(format!("Only the first {MAX_MEMBERS} files were opened. Unpack it."));
            break;
        }
        let head = bytes.read_range(at, 128 << 10)?;
        let Some(local) = Local::parse(&head) else {
            // Behind the last file stands the list, or what is left of it.
            let rest = at + 1;
            match next_header(bytes, rest)? {
                Some(next) => {
                    if !head.starts_with(b"PK") {
                        let text = format!("Bytes {at} to {next} are damaged; what lay there was not read.");
                        listing.remarks.push(text);
                    }
                    at = next;
                    continue;
                }
                None => break,
            }
        };
        let start = at + local.length;
        let mut member = Member {
            start,
            packed: local.packed,
            size: local.size,
            deflated: local.method == 8,
            checksum: local.checksum,
            more: Vec::new(),
        };
        let mut whole = start.saturating_add(local.packed) <= end;
        if local.sizes_follow {
            // The sizes stand behind the bytes; only deflate says itself where it ends.
            if !member.deflated {
                listing.remarks.push(format!("From byte {at} on, the archive cannot be read. Copy it again."));
                break;
            }
            let most = MAX_UNPACKED.saturating_sub(total);
            (member.packed, member.size, whole) = inflate::measure(bytes, start, most, go_on)?;
        }
        at = start.saturating_add(member.packed);
        if local.sizes_follow {
            at += descriptor(&bytes.read_range(at, 24)?);
        }
        if local.name.ends_with(['/', '\\']) {
            continue;
        }
        let method = (local.method != 0 && local.method != 8).then(|| format!("method {}", local.method));
        let member = if whole {
            judge(member, end, method, local.encrypted, &mut total)
        } else {
            Err("The archive ends inside this file. Copy it again.".to_owned())
        };
        listing.members.push(Listed { path: tidy_path(&local.name), member });
    }
    Ok(listing)
}

/// Offset of the next header of a member.
fn next_header(bytes: &dyn ReadAt, from: u64) -> Result<Option<u64>, ReadError> {
    const WINDOW: usize = 1 << 20;
    let mut at = from;
    while at < bytes.size() {
        let window = bytes.read_range(at, WINDOW)?;
        if let Some(found) = memchr::memmem::find(&window, MAGIC) {
            return Ok(Some(at + found as u64));
        }
        if window.len() < WINDOW {
            break;
        }
        at += (WINDOW - MAGIC.len()) as u64;
    }
    Ok(None)
}

/// A header before the bytes of a member.
struct Local {
    name: String,
    length: u64,
    packed: u64,
    size: u64,
    method: u16,
    encrypted: bool,
    sizes_follow: bool,
    checksum: Option<u32>,
}

impl Local {
    fn parse(head: &[u8]) -> Option<Local> {
        if !head.starts_with(MAGIC) {
            return None;
        }
        let short = |at: usize| Some(u16::from_le_bytes(head.get(at..at + 2)?.try_into().ok()?));
        let long = |at: usize| Some(u32::from_le_bytes(head.get(at..at + 4)?.try_into().ok()?));
        let flags = short(6)?;
        let (name_length, extra_length) = (usize::from(short(26)?), usize::from(short(28)?));
        let name = head.get(30..30 + name_length)?;
        let extra = head.get(30 + name_length..30 + name_length + extra_length)?;
        let (mut packed, mut size) = (u64::from(long(18)?), u64::from(long(22)?));
        if packed == u64::from(u32::MAX) || size == u64::from(u32::MAX) {
            // Zip64: both sizes stand in an extra field.
            let (own_size, own_packed) = zip64(extra)?;
            (packed, size) = (own_packed, own_size);
        }
        Some(Local {
            name: String::from_utf8_lossy(name).into_owned(),
            length: (30 + name_length + extra_length) as u64,
            packed,
            size,
            method: short(8)?,
            encrypted: flags & 1 != 0,
            sizes_follow: flags & 8 != 0,
            checksum: long(14).filter(|_| flags & 8 == 0),
        })
    }
}

fn zip64(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let id = u16::from_le_bytes(extra.get(..2)?.try_into().ok()?);
        let length = usize::from(u16::from_le_bytes(extra.get(2..4)?.try_into().ok()?));
        let data = extra.get(4..4 + length)?;
        if id == 1 {
            let number = |at: usize| Some(u64::from_le_bytes(data.get(at..at + 8)?.try_into().ok()?));
            return Some((number(0)?, number(8)?));
        }
        extra = extra.get(4 + length..)?;
    }
}

/// The length of what stands behind the bytes of a member whose sizes follow: with or without a signature, and with
/// sizes of four or eight bytes.
fn descriptor(bytes: &[u8]) -> u64 {
    let signed = bytes.starts_with(b"PK\x07\x08");
    let base = if signed { 4 } else { 0 };
    for length in [base + 12, base + 20] {
        if bytes.get(length..length + 2).is_none_or(|next| next == b"PK") {
            return length as u64;
        }
    }
    (base + 12) as u64
}

/// A path of a stranger as one of ours: with `/`, relative, without `.` and `..`.
pub(super) fn tidy_path(path: &str) -> String {
    let parts = path.split(['/', '\\']).filter(|part| !part.is_empty() && *part != "." && *part != "..");
    // A name could write lines of its own into a report.
    parts.collect::<Vec<_>>().join("/").replace(char::is_control, "\u{FFFD}")
}

/// A source as the standard library wants it.
struct Positioned {
    bytes: Rc<dyn ReadAt>,
    at: u64,
}

impl Read for Positioned {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let n = self.bytes.read_at(self.at, buf).map_err(|error| io::Error::other(error.reason))?;
        self.at += n as u64;
        Ok(n)
    }
}

impl Seek for Positioned {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.bytes.size().checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}
