//! Gzip files (RFC 1952, <https://www.rfc-editor.org/rfc/rfc1952>): logs that a collector packed one by one.
//!
//! Traps: the size at the end is that of the last member only and counts modulo 4 GB, so members are unpacked once to
//! learn where they end; several members may follow each other, and so may bytes that are none. Members that follow each
//! other are one file, as every program that unpacks gzip has it: rotated logs are put together with `cat`.

use super::{Joined, Listed, Listing, MAX_MEMBERS, MAX_UNPACKED, Member, inflate, refusal};
use crate::base::source::{ReadAt, ReadError};

/// The first bytes of a gzip file that is packed with deflate.
pub const MAGIC: &[u8] = b"\x1F\x8B\x08";

/// Largest header that is read: name and comment have no limit of their own.
const MAX_HEADER: usize = 64 << 10;

/// Lists the file that the members make. `name` is that of the gzip file, when the members do not agree on one. `go_on` is
/// told how far listing is.
///
/// # Errors
/// When the file cannot be read.
pub fn list(bytes: &dyn ReadAt, name: &str, go_on: &mut dyn FnMut(u64) -> bool) -> Result<Listing, ReadError> {
    let mut listing = Listing::default();
    let (mut at, mut total) = (0, 0);
    let (mut members, mut refused) = (Vec::new(), None);
    let mut names: Vec<Option<String>> = Vec::new();
    while at < bytes.size() {
        let head = bytes.read_range(at, MAX_HEADER)?;
        let Some((length, own)) = header(&head) else {
            // Tapes and disks pad with zeros.
            if head.iter().any(|b| *b != 0) {
                listing.remarks.push(format!(
                    "From byte {at} on, the file is no longer gzip; the rest was not read. Pack it again."
                ));
            }
            break;
        };
        let start = at + length;
        let (packed, size, ended) = inflate::measure(bytes, start, MAX_UNPACKED - total, go_on)?;
        total += size;
        if !ended && total < MAX_UNPACKED {
            let text = format!("The archive is damaged or cut: {total} bytes could be unpacked. Copy it again.");
            listing.remarks.push(text);
        }
        if !names.contains(&own) {
            names.push(own);
        }
        refused = refused.or_else(|| refusal(packed, size));
        let end = bytes.read_range(start + packed, 4)?;
        let checksum = <[u8; 4]>::try_from(end).ok().filter(|_| ended).map(u32::from_le_bytes);
        members.push(Member { start, packed, size, deflated: true, checksum, more: Vec::new() });
        // After the stream come a checksum and a size.
        at = start + packed + 8;
        let full = total >= MAX_UNPACKED || members.len() >= MAX_MEMBERS;
        if full && at < bytes.size() {
            listing.remarks.push("The file holds more than is opened at once. Unpack it.".to_owned());
        }
        if !ended || full {
            break;
        }
    }
    let packed = members.iter().map(|member| member.packed).sum();
    let refused = refused.or_else(|| refusal(packed, total));
    if let Some(member) = Joined::member(members) {
        let own = if let [Some(own)] = names.as_slice() { Some(own.clone()) } else { None };
        let path = own.unwrap_or_else(|| without_ending(name));
        listing.members.push(Listed { path, member: refused.map_or(Ok(member), Err) });
    }
    Ok(listing)
}

/// The length of a header, and the name in it.
fn header(head: &[u8]) -> Option<(u64, Option<String>)> {
    if !head.starts_with(MAGIC) {
        return None;
    }
    let flags = *head.get(3)?;
    let mut at = 10;
    if flags & 4 != 0 {
        let extra = u16::from_le_bytes([*head.get(at)?, *head.get(at + 1)?]);
        at += 2 + usize::from(extra);
    }
    let mut name = None;
    if flags & 8 != 0 {
        let rest = head.get(at..)?;
        let end = rest.iter().position(|b| *b == 0)?;
        // The name is Latin-1 by the specification; programs write their own encoding.
        let text = String::from_utf8_lossy(rest.get(..end)?).into_owned();
        name = Some(super::zip::tidy_path(&text)).filter(|name| !name.is_empty());
        at += end + 1;
    }
    if flags & 16 != 0 {
        at += head.get(at..)?.iter().position(|b| *b == 0)? + 1;
    }
    if flags & 2 != 0 {
        at += 2;
    }
    Some((at as u64, name))
}

fn without_ending(name: &str) -> String {
    let lower = name.to_ascii_lowercase();
    let plain = match lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".gzip")) {
        Some(plain) => name.get(..plain.len()).unwrap_or(name),
        None => name,
    };
    if plain.is_empty() { name.to_owned() } else { plain.to_owned() }
}
