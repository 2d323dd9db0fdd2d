//! The module that unpacks the page's module.
//!
//! The page carries its module inside, and browsers bring no decompressor for it that is better than gzip. This one is small
//! enough to travel as gzip itself and takes lzip, a quarter less than gzip for WebAssembly. What it gives back is compiled
//! and started by `www/boot.js`; nothing of this one is kept.
//!
//! Format: lzip, <https://www.nongnu.org/lzip/manual/lzip_manual.html#File-format>: LZMA with a length and a CRC-32 at the
//! end, so a copy that lost or changed a byte is refused and does not start half.

use std::io::Read as _;

use lzma_rust2::LzipReader;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// What was packed, `length` bytes of it; nothing when the packed bytes are damaged or give another length.
#[wasm_bindgen]
pub fn unpack(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length);
    // One byte more than there should be, so that a longer one is seen and cannot grow.
    let most = u64::try_from(length).ok()?.checked_add(1)?;
    LzipReader::new(packed).take(most).read_to_end(&mut bytes).ok()?;
    (bytes.len() == length).then_some(bytes)
}
