//! The sheet of keys. English.

/// The sheet of keys.
pub struct KeyboardWords {
    pub title: &'static str,
    pub off: &'static str,
    pub keys: [(&'static [&'static str], &'static str); 14],
    pub word_between: &'static str,
    pub go_to: fn(&str) -> String,
}

pub static WORDS: KeyboardWords = KeyboardWords {
    title: "Keyboard",
    off: "Letters, digits and ? are switched off in About.",
    keys: [
        (&["?"], "This sheet"),
        (&["j", "k"], "Next, previous problem"),
        (&["1", "to", "9"], "Open evidence 1 to 9 of the current problem"),
        (&["c"], "Copy the current problem as text"),
        (&["/"], "Search all lines"),
        (&["b"], "Evidence at the right or below"),
        (&["Esc"], "Close the evidence, cancel reading"),
        (&["Up", "Down", "Enter"], "In a table: move, open the row"),
        (&["Tab", "Left", "Right", "Enter"], "In a table: to the headings, along them, sort"),
        (&["e", "E"], "In a table: next, previous row that stands out"),
        (&["Ctrl+C"], "In a table: copy the row as text"),
        (&["+", "-"], "In the timeline: zoom in, out; arrows move the range"),
        (&["+", "-", "0"], "On the map of routing: zoom in, out, fit; arrows move it or go to the next place"),
        (&["Tab"], "Next control; the arrows resize the evidence at its edge"),
    ],
    word_between: "to",
    go_to: |view| format!("Go to {view}"),
};
