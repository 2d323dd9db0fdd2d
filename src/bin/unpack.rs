//! The module that unpacks the page's module.
//!
//! The page carries its module inside, and browsers bring no decompressor for it that is better than gzip. This one is small
//! enough to travel as gzip itself and takes lzip, a quarter less than gzip for WebAssembly. What it gives back is compiled
//! and started by `www/boot.js`; nothing of this one is kept.
//!
//! It gives back piece by piece, so that a browser compiles what it has while the rest is unpacked.
//!
//! Format: lzip, <https://www.nongnu.org/lzip/manual/lzip_manual.html#File-format>: LZMA with a length and a CRC-32 at the
//! end, so a copy that lost or changed a byte is refused and does not start half. Trap: that is known with the last piece only.

use std::io::{Cursor, Read as _};

use lzma_rust2::LzipReader;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// Something packed, on its way back.
#[wasm_bindgen]
pub struct Unpacking {
    reader: LzipReader<Cursor<Vec<u8>>>,
    left: usize,
}

#[wasm_bindgen]
impl Unpacking {
    /// For what is `length` bytes when it is unpacked.
    #[wasm_bindgen(constructor)]
    pub fn new(packed: Vec<u8>, length: usize) -> Self {
        Self { reader: LzipReader::new(Cursor::new(packed)), left: length }
    }

    /// The next `most` bytes, fewer at the end and none after it; nothing when the packed bytes are damaged or give another
    /// length.
    pub fn next(&mut self, most: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; most];
        let mut filled = 0;
        while let Some(rest) = bytes.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.reader.read(rest).ok()? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        self.left = self.left.checked_sub(filled)?;
        (filled == most || self.left == 0).then_some(bytes)
    }
}
