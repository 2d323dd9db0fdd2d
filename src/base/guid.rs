//! GUIDs in every form that directory tools print: `{37C1C681-...}`, octets (`81 C6 C1 37 ...`), the
//! escaped octets of an LDAP filter, base64 of LDIF.
//!
//! Described in [MS-DTYP] 2.3.4. Trap: the first three fields are stored low byte first, so the octets that
//! ADSI Edit shows are not in the order of the text (KB322308). 32 digits without any mark can be either,
//! and then both readings are given.
//!
//! [MS-DTYP]: https://learn.microsoft.com/openspecs/windows_protocols/ms-dtyp/4926e530-816e-41c2-b251-ec5c7aca018a

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use uuid::Uuid;

/// How a text writes a GUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `{37C1C681-D0CF-4E2E-B464-41FC38A8B11B}`, with or without braces; also 32 digits.
    Text,
    /// Octets as they are stored: `81 C6 C1 37 ...`, `0x81 0xC6`, `\81\c6`, `X'81c6...'`; also 32 digits.
    Octets,
    /// Base64 of the octets.
    Base64,
}

/// The GUID whose octets are these; `None` unless there are 16.
pub fn from_octets(octets: &[u8]) -> Option<Uuid> {
    Some(Uuid::from_bytes_le(octets.try_into().ok()?))
}

/// The octets as a directory stores them.
pub fn octets(guid: Uuid) -> [u8; 16] {
    guid.to_bytes_le()
}

/// `{37C1C681-D0CF-4E2E-B464-41FC38A8B11B}`, as the names of directory objects carry it.
pub fn braced(guid: Uuid) -> String {
    format!("{{{}}}", guid.hyphenated().to_string().to_uppercase())
}

/// `81 C6 C1 37 CF D0 2E 4E ...`, as ADSI Edit shows it.
pub fn octet_text(guid: Uuid) -> String {
    octets(guid).iter().map(|b| format!("{b:02X}")).collect::<Vec<_>>().join(" ")
}

/// `(objectGUID=\81\c6\c1\37...)`.
pub fn ldap_filter(attribute: &str, guid: Uuid) -> String {
    let escaped: String = octets(guid).iter().map(|b| format!("\\{b:02x}")).collect();
    format!("({attribute}={escaped})")
}

/// The base64 that LDIF carries.
pub fn base64(guid: Uuid) -> String {
    STANDARD.encode(octets(guid))
}

/// The GUID that comes out when octets and text are confused: the other byte order.
pub fn swapped(guid: Uuid) -> Uuid {
    Uuid::from_bytes(guid.to_bytes_le())
}

/// All readings of a text; two when it does not show its byte order, none when it is no GUID.
pub fn readings(text: &str) -> Vec<(Uuid, Form)> {
    let text = text.trim();
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')'));
    let text = inner.and_then(|t| t.split_once('=')).map_or(text, |(_, value)| value.trim());
    // 64 octets written apart need less than this; anything longer is something else.
    if text.len() > 128 {
        return Vec::new();
    }
    if text.contains('-') {
        return Uuid::try_parse(text).ok().map(|guid| (guid, Form::Text)).into_iter().collect();
    }
    if text.len() == 24 && text.ends_with("==") {
        let bytes = STANDARD.decode(text).unwrap_or_default();
        return from_octets(&bytes).map(|guid| (guid, Form::Base64)).into_iter().collect();
    }
    let Some(bytes) = hexadecimal(text) else { return Vec::new() };
    let Some(guid) = from_octets(&bytes) else { return Vec::new() };
    let plain = text.trim_matches(['{', '}']);
    if plain.len() == 32 { vec![(swapped(guid), Form::Text), (guid, Form::Octets)] } else { vec![(guid, Form::Octets)] }
}

/// The bytes of `81 C6`, `0x81 0xC6`, `\81\c6`, `X'81c6'` or `81c6`.
pub fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let text = text.trim();
    let quoted = text.strip_prefix("X'").or_else(|| text.strip_prefix("x'")).and_then(|t| t.strip_suffix('\''));
    let text = quoted.unwrap_or(text).trim_matches(['{', '}']);
    let mut bytes = Vec::with_capacity(text.len() / 2);
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, '\\' | ',' | ':')).filter(|w| !w.is_empty()) {
        let word = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")).unwrap_or(word);
        let digits = word.as_bytes().chunks_exact(2);
        if !digits.remainder().is_empty() {
            return None;
        }
        for pair in digits {
            let digit = |at: usize| pair.get(at).and_then(|b| char::from(*b).to_digit(16));
            bytes.push(u8::try_from(digit(0)? * 16 + digit(1)?).ok()?);
        }
    }
    (!bytes.is_empty()).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "{CCCF3BE6-219C-4379-985D-851B766EDDC7}";

    #[test]
    fn one_guid_in_every_form() {
        let guid = Uuid::try_parse(TEXT).unwrap();
        assert_eq!(octet_text(guid), "E6 3B CF CC 9C 21 79 43 98 5D 85 1B 76 6E DD C7");
        assert_eq!(
            ldap_filter("objectGUID", guid),
            "(objectGUID=\\e6\\3b\\cf\\cc\\9c\\21\\79\\43\\98\\5d\\85\\1b\\76\\6e\\dd\\c7)"
        );
        assert_eq!(braced(guid), TEXT);
        for text in [
            TEXT.to_owned(),
            guid.to_string(),
            octet_text(guid),
            ldap_filter("objectGUID", guid),
            base64(guid),
            "X'e63bcfcc9c217943985d851b766eddc7'".to_owned(),
            "0xE6 0x3B 0xCF 0xCC 0x9C 0x21 0x79 0x43 0x98 0x5D 0x85 0x1B 0x76 0x6E 0xDD 0xC7".to_owned(),
        ] {
            let found = readings(&text);
            assert_eq!(found.iter().map(|(guid, _)| *guid).collect::<Vec<_>>(), [guid], "{text}");
        }
    }

    #[test]
    fn digits_without_marks_have_two_readings() {
        let guid = Uuid::try_parse(TEXT).unwrap();
        assert_eq!(readings("e63bcfcc9c217943985d851b766eddc7"), [(swapped(guid), Form::Text), (guid, Form::Octets)]);
        assert_eq!(swapped(swapped(guid)), guid);
    }

    #[test]
    fn other_text_is_no_guid() {
        for text in ["", "{}", "e6 3", "CCCF3BE6-219C", "xx", "AAAA====", "(objectGUID=*)", &"00".repeat(500)] {
            assert!(readings(text).is_empty(), "{text}");
        }
    }
}
