//! Texts of documents that somebody looks at. They are not kept after reading, because the records are enough for the
//! diagnosis; the last few that were looked at are.

use std::cell::RefCell;
use std::rc::Rc;

use super::reading::Read;
use crate::base::source::SourceId;
use crate::base::text::Text;

/// Texts kept.
const MOST: usize = 4;

/// The texts that were looked at last, the latest at the end.
#[derive(Default)]
pub(super) struct Shelf {
    texts: RefCell<Vec<(SourceId, Rc<Text>)>>,
}

impl Shelf {
    /// The text of a document; `None` for other files and when it can no longer be read.
    pub fn text(&self, read: &Read) -> Option<Rc<Text>> {
        if !read.is_document {
            return None;
        }
        let mut texts = self.texts.borrow_mut();
        let known = texts.iter().position(|(id, _)| *id == read.id).map(|at| texts.remove(at));
        let entry = match known {
            Some(entry) => entry,
            None => {
                let bytes = &read.source.bytes;
                let all = bytes.read_range(0, usize::try_from(bytes.size()).unwrap_or(usize::MAX)).ok()?;
                (read.id, Rc::new(Text::decode(&all)))
            }
        };
        let text = Rc::clone(&entry.1);
        texts.push(entry);
        if texts.len() > MOST {
            texts.remove(0);
        }
        Some(text)
    }
}
