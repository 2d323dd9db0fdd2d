//! A file handle of the browser, read by position.
//!
//! `FileReaderSync` exists only in workers, so the readers are the same synchronous code as on the command line. Each
//! read costs about a millisecond beside its bytes, so readers take slices of some 8 MiB (`base::read_ahead`); larger ones
//! are no faster.

use wasm_bindgen::prelude::*;
use web_sys::{File, FileReaderSync};

use crate::base::source::{ReadAt, ReadError};

/// Largest piece read at once, in bytes.
const SLICE: u64 = 16 << 20;

/// A file that was dropped.
pub(super) struct BrowserFile(pub File);

impl ReadAt for BrowserFile {
    fn size(&self) -> u64 {
        // Sizes are whole numbers below 2^53.
        self.0.size() as u64
    }

    fn read_at(&self, offset: u64, buf: &mut [u8]) -> Result<usize, ReadError> {
        let failed = |value: JsValue| {
            let name = js_sys::Reflect::get(&value, &"message".into()).ok().and_then(|m| m.as_string());
            ReadError { reason: name.unwrap_or_else(|| "the browser gave no reason".to_owned()) }
        };
        let reader = FileReaderSync::new().map_err(failed)?;
        let end = self.size().min(offset.saturating_add(buf.len() as u64));
        let (mut at, mut done) = (offset, 0_usize);
        while at < end {
            let to = end.min(at + SLICE);
            let slice = self.0.slice_with_f64_and_f64(at as f64, to as f64).map_err(failed)?;
            let bytes = js_sys::Uint8Array::new(&reader.read_as_array_buffer(&slice).map_err(failed)?.into());
            let length = bytes.length() as usize;
            if length == 0 {
                break;
            }
            if let Some(target) = buf.get_mut(done..done + length) {
                bytes.copy_to(target);
            }
            done += length;
            at += length as u64;
        }
        Ok(done)
    }
}
