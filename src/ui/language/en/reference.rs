//! The reference: what stands around the rules, whose texts are English. English.

use crate::rules::Area;

/// The reference: what stands around the rules, whose texts are English.
pub struct ReferenceWords {
    pub title: &'static str,
    pub rules: fn(u64) -> String,
    pub find: &'static str,
    pub hint: &'static str,
    pub none: &'static str,
    pub area: fn(Area) -> String,
    pub needs: &'static str,
    pub helped_by: &'static str,
    pub explains: &'static str,
    pub sources: &'static str,
}

pub static WORDS: ReferenceWords = ReferenceWords {
    title: "Reference",
    rules: |rules| format!("{rules} rules"),
    find: "Words in the rules",
    hint: "Words, codes, events",
    none: "No rule has all of these words.",
    area: Area::title,
    needs: "Needs",
    helped_by: "Helped by",
    explains: "Explains",
    sources: "Sources",
};
