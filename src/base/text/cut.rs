//! Where a text may be cut: never within what may be a name. A rest of a name, `mx.fabrik`, can be neither told nor replaced
//! by whoever comes later, so it is left out with the cut.

/// Whether a character may be part of a name, an address or a path.
fn is_of_token(c: char) -> bool {
    c.is_alphanumeric() || ".-_@:+=\\/$%&#~".contains(c) || ('\u{300}'..='\u{36F}').contains(&c)
}

fn is_within(text: &str, at: usize) -> bool {
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    let behind = text.get(at..).and_then(|behind| behind.chars().next());
    before.is_some_and(is_of_token) && behind.is_some_and(is_of_token)
}

/// `at`, or where that which it would cut begins.
pub fn back(text: &str, at: usize) -> usize {
    if !is_within(text, at) {
        return at;
    }
    text.get(..at).map_or(0, |before| before.trim_end_matches(is_of_token).len())
}

/// `at`, or where that which it would cut ends.
pub fn on(text: &str, at: usize) -> usize {
    if !is_within(text, at) {
        return at;
    }
    text.get(at..).map_or(text.len(), |behind| text.len() - behind.trim_start_matches(is_of_token).len())
}

/// The beginning of a text with at most so many characters; `None` when all of it is no longer.
pub fn beginning(text: &str, most: usize) -> Option<&str> {
    let (end, _) = text.char_indices().nth(most)?;
    text.get(..back(text, end)).map(str::trim_end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_not_cut() {
        assert_eq!(beginning("at mx.contoso.com now", 21), None);
        assert_eq!(beginning("at mx.contoso.com now", 17), Some("at mx.contoso.com"));
        for most in 3..17 {
            assert_eq!(beginning("at mx.contoso.com now", most), Some("at"), "{most}");
        }
        assert_eq!(beginning("Größe(192.0.2.1)", 8), Some("Größe("));
        assert_eq!(beginning("EX1\\Relay", 4), Some(""));
    }

    #[test]
    fn both_ends_of_a_name_are_found() {
        let text = "at mx.contoso.com, now";
        assert_eq!((back(text, 9), on(text, 9)), (3, 17));
        assert_eq!((back(text, 2), on(text, 2)), (2, 2));
        assert_eq!((back(text, 17), on(text, 17)), (17, 17));
        assert_eq!((back(text, 0), on(text, text.len())), (0, text.len()));
    }
}
