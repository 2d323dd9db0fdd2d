//! The filter of a table: words that a row has to hold, in any of its cells and in any case.

/// A filter, taken apart.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filter {
    wanted: Vec<String>,
    unwanted: Vec<String>,
}

impl Filter {
    /// Reads `word "several words" -word`. A quotation mark that is not closed ends with the text.
    pub fn read(text: &str) -> Filter {
        let mut filter = Filter::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (without, after) = match rest.strip_prefix('-') {
                Some(after) if after.starts_with(|c: char| !c.is_whitespace()) => (true, after),
                _ => (false, rest),
            };
            let (word, after) = match after.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => after.split_once(char::is_whitespace).unwrap_or((after, "")),
            };
            if !word.is_empty() {
                let list = if without { &mut filter.unwanted } else { &mut filter.wanted };
                list.push(word.to_lowercase());
            }
            rest = after.trim_start();
        }
        filter
    }

    /// Whether it asks for anything.
    pub fn is_empty(&self) -> bool {
        self.wanted.is_empty() && self.unwanted.is_empty()
    }

    /// Whether a row of this text, in lower case, is wanted.
    pub fn matches(&self, row: &str) -> bool {
        self.wanted.iter().all(|word| row.contains(word)) && !self.unwanted.iter().any(|word| row.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::Filter;

    fn hits(filter: &str, row: &str) -> bool {
        Filter::read(filter).matches(&row.to_lowercase())
    }

    #[test]
    fn all_words_count_in_any_case() {
        assert!(hits("", "anything"));
        assert!(hits("retry ex10", r"EX10-01\104 Retry"));
        assert!(!hits("retry ex16", r"EX10-01\104 Retry"));
        assert!(hits(r#""not achieve" 5.7.3"#, "451 5.7.3 Cannot achieve; could NOT ACHIEVE"));
        assert!(!hits(r#""not achieve""#, "achieve not"));
        assert!(hits("-shadow", r"EX1\3"));
        assert!(!hits("-shadow", r"EX1\Shadow\3"));
        assert!(!hits(r#"ex1 -"in retry""#, "EX1 in retry"));
    }

    #[test]
    fn half_of_a_filter_is_no_fault() {
        assert!(hits("- ", "a - b"));
        assert!(!hits("\"never clo", "closed"));
        assert!(hits("\"", "anything"));
        assert!(hits("-\"", "anything"));
    }
}
