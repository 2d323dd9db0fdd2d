//! Scripts and style sheets without what only their writers read: remarks that have lines of their own, indentation, empty lines.
//! Lines stay lines, so that whoever looks into the page can still read them; nothing is renamed or put differently.
//!
//! Traps: within a template text of several lines blanks count, so a script with such a text stays as it is. Only remarks that
//! begin a line are told from texts for certain.

/// A script.
pub fn script(text: &str) -> String {
    if text.lines().any(|line| !line.matches('`').count().is_multiple_of(2)) {
        return text.to_owned();
    }
    without_remarks(text, &["//"])
}

/// A style sheet.
pub fn style(text: &str) -> String {
    without_remarks(text, &[])
}

fn without_remarks(text: &str, line_remarks: &[&str]) -> String {
    let mut lean = String::with_capacity(text.len());
    let mut within = false;
    for line in text.lines().map(str::trim) {
        let begins = line.starts_with("/*");
        if within || begins {
            // A remark that ends before its line does has something behind it.
            match line.split_once("*/") {
                None => within = true,
                Some((_, rest)) => {
                    within = false;
                    add(&mut lean, rest.trim());
                }
            }
        } else if !line_remarks.iter().any(|remark| line.starts_with(remark)) {
            add(&mut lean, line);
        }
    }
    lean
}

fn add(lean: &mut String, line: &str) {
    if !line.is_empty() {
        lean.push_str(line);
        lean.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remarks_and_indentation_go_and_lines_stay() {
        let text =
            "// One\nfunction f() {\n    /**\n     * Two\n     */\n    return 'a // b' + \"/* c */\"; // three\n\n}\n";
        assert_eq!(script(text), "function f() {\nreturn 'a // b' + \"/* c */\"; // three\n}\n");
        let sheet = "/* One\n * two */\n\np { color: red; /* three */ }\n/* four */ q { top: 0 }\n";
        assert_eq!(style(sheet), "p { color: red; /* three */ }\nq { top: 0 }\n");
    }

    #[test]
    fn a_text_of_several_lines_keeps_its_blanks() {
        let text = "// One\nconst text = `a\n   b`;\n";
        assert_eq!(script(text), text);
    }
}
