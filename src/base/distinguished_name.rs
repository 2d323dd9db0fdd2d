//! Distinguished names of directory objects: `CN=Store \(A\, B\),CN=InformationStore,...,DC=contoso,DC=com`.
//!
//! Described in RFC 4514. Traps: a comma in a name is escaped with a backslash, or as two hexadecimal
//! digits (`\2C`); deleted and conflicting objects carry a line feed (`\0ADEL:`, `\0ACNF:`); tools differ
//! in case and in blanks behind commas, so names compare by [`DistinguishedName::key`].

/// A distinguished name in its parts, the object itself first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistinguishedName {
    parts: Vec<(String, String)>,
}

impl DistinguishedName {
    /// Parses a name; `None` when a part is not `attribute=value`.
    pub fn parse(text: &str) -> Option<DistinguishedName> {
        let mut parts = Vec::new();
        for part in split_unescaped(text.trim()) {
            let (attribute, value) = part.split_once('=')?;
            let attribute = attribute.trim();
            let word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            if attribute.is_empty() || !attribute.chars().all(word) {
                return None;
            }
            parts.push((attribute.to_ascii_lowercase(), unescaped(value.trim())));
        }
        (!parts.is_empty()).then_some(DistinguishedName { parts })
    }

    /// The name of the object: the value of the first part.
    pub fn name(&self) -> &str {
        self.parts.first().map_or("", |(_, value)| value)
    }

    /// The value of the part `levels` above the object, 0 being the object itself.
    pub fn above(&self, levels: usize) -> Option<&str> {
        self.parts.get(levels).map(|(_, value)| value.as_str())
    }

    /// How many levels above the object a container with this name stands; compares without case.
    pub fn level_of(&self, container: &str) -> Option<usize> {
        self.parts.iter().skip(1).position(|(_, value)| value.eq_ignore_ascii_case(container)).map(|level| level + 1)
    }

    /// Whether it ends in domain components, as every object of a forest does.
    pub fn is_in_domain(&self) -> bool {
        self.parts.last().is_some_and(|(attribute, _)| attribute == "dc")
    }

    /// The form under which equal names are equal: lower case, no blanks around parts.
    pub fn key(&self) -> String {
        let mut key = String::new();
        for (attribute, value) in &self.parts {
            if !key.is_empty() {
                key.push(',');
            }
            key.push_str(attribute);
            key.push('=');
            for c in value.chars().flat_map(char::to_lowercase) {
                if matches!(c, ',' | '\\') {
                    key.push('\\');
                }
                key.push(c);
            }
        }
        key
    }
}

/// The parts of a distinguished name as written, the object itself first.
pub fn split_unescaped(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut from, mut escaped) = (0, false);
    for (at, c) in text.char_indices() {
        if escaped {
            escaped = false;
        } else if c == '\\' {
            escaped = true;
        } else if c == ',' {
            parts.extend(text.get(from..at));
            from = at + 1;
        }
    }
    parts.extend(text.get(from..));
    parts
}

fn unescaped(value: &str) -> String {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        if first != b'\\' {
            bytes.push(first);
            continue;
        }
        let hex = |b: Option<&u8>| b.and_then(|b| char::from(*b).to_digit(16)).and_then(|d| u8::try_from(d).ok());
        if let (Some(high), Some(low)) = (hex(tail.first()), hex(tail.get(1))) {
            bytes.push(high * 16 + low);
            rest = tail.get(2..).unwrap_or(&[]);
        } else if let Some((&next, tail)) = tail.split_first() {
            bytes.push(next);
            rest = tail;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_parts_and_containers() {
        let dn = DistinguishedName::parse(
            "CN=Store \\(A\\, B\\),CN=First Storage Group, CN=InformationStore,CN=EX1,CN=Servers,DC=contoso,DC=com",
        )
        .unwrap();
        assert_eq!(dn.name(), "Store (A, B)");
        assert_eq!(dn.level_of("informationstore"), Some(2));
        assert_eq!(dn.above(3), Some("EX1"));
        assert!(dn.is_in_domain());
        assert_eq!(DistinguishedName::parse("CN=a\\0ADEL:b,DC=x").unwrap().name(), "a\nDEL:b");
        assert_eq!(DistinguishedName::parse("CN=a\\2c b,DC=x").unwrap().name(), "a, b");
    }

    #[test]
    fn equal_names_have_equal_keys() {
        let key = |text| DistinguishedName::parse(text).unwrap().key();
        assert_eq!(key("CN=A\\,b, DC=X"), key("cn=a\\2CB,dc=x"));
        assert_ne!(key("CN=a\\,CN=b,DC=x"), key("CN=a,CN=b,DC=x"));
    }

    #[test]
    fn other_text_is_no_name() {
        for text in ["", "EX1", "EX1\\First Storage Group\\Store", "CN=a,b", "a b=c,d=e", "=x"] {
            assert_eq!(DistinguishedName::parse(text), None, "{text}");
        }
    }
}
