//! A GUID in any notation in all others, what it names, and how to find the object that has it.
//!
//! Reads what [`crate::base::guid`] reads, and what stands around it: `objectGUID:: ...` of LDIF, `hex:81,c6,...` of a
//! registry export, `REG_BINARY`, `<GUID=...>` and `<WKGUID=...>`, `B:32:...`, byte arrays of PowerShell, the notation
//! of C. Trap: 32 digits without a mark can be text or octets, and both readings are given; bytes without letters can
//! be decimal or hexadecimal. Which of two readings carries the mark of a GUID (RFC 9562, version and variant) is
//! said, but decides nothing.

use std::fmt;

use uuid::Uuid;

use crate::base::guid::{self, Form};
use crate::base::order::Order as _;
use crate::knowledge::{extended_rights, well_known_guids};

/// Longest input that is looked at, in bytes.
const INPUT: usize = 16 * 1024;
/// Most GUIDs of one input that are answered.
const GUIDS: usize = 20;

/// What is accepted, for those who wrote something else.
pub const ACCEPTED: &str = "Accepted are a GUID with hyphens or braces, 32 digits, 16 octets with blanks, commas or \
                            backslashes between them, an LDAP filter, hex: of a registry export, base64 of LDIF, and bytes of PowerShell.";

/// What is known about an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The GUIDs in it, in order.
    pub found: Vec<Found>,
}

/// A GUID of the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The part of the input.
    pub part: String,
    /// Its readings: one, or two when it does not show its order; then what speaks for one puts it first.
    pub readings: Vec<Reading>,
}

/// One way to read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The GUID.
    pub guid: Uuid,
    /// How it was read.
    pub how: &'static str,
}

const TEXT: &str = "text, the first three fields highest byte first";
const OCTETS: &str = "octets in the order of the directory, the first three fields lowest byte first";
const BASE64: &str = "base64 of the octets in the order of the directory";
const DECIMAL: &str = "decimal bytes in the order of the directory";
const FIELDS: &str = "fields as in C";

/// Reads GUIDs in any notation.
pub fn look_up(text: &str) -> Answer {
    let mut end = text.len().min(INPUT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or("").trim();
    let mut found: Vec<Found> = Vec::new();
    let whole = read(text);
    if whole.is_empty() {
        let mut rest: Vec<Found> = text.lines().flat_map(line).collect();
        found.append(&mut rest);
    } else {
        found.push(Found { part: text.to_owned(), readings: whole });
    }
    for one in &mut found {
        one.readings.order_by_key(|reading| !reading.is_marked());
    }
    let mut seen: Vec<Vec<Reading>> = Vec::new();
    found.retain(|one| {
        let new = !seen.contains(&one.readings);
        seen.push(one.readings.clone());
        new
    });
    found.truncate(GUIDS);
    Answer { found }
}

/// The GUIDs of a line: its value as a whole, or words of it.
fn line(line: &str) -> Vec<Found> {
    let whole = read(line);
    if !whole.is_empty() {
        return vec![Found { part: line.trim().to_owned(), readings: whole }];
    }
    let words = line.split(|c: char| {
        c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '(' | ')' | '<' | '>' | '[' | ']' | '/')
    });
    words
        .flat_map(|word| word.split('='))
        .filter_map(|word| {
            // Prose ends with a mark, a name of an object may go on behind its GUID.
            let word = word.trim_matches(['.', ':', '{', '}', '*', '#', '|']);
            let word = word.rsplit(':').next().unwrap_or(word);
            let dashed = word.len() == 36 && word.matches('-').count() == 4;
            let digits = word.len() == 32 && word.bytes().all(|b| b.is_ascii_hexdigit());
            if !dashed && !digits {
                return None;
            }
            let readings = read(word);
            (!readings.is_empty()).then(|| Found { part: word.to_owned(), readings })
        })
        .collect()
}

/// All readings of a text that is one GUID and what stands around it.
fn read(text: &str) -> Vec<Reading> {
    let (value, is_stored) = value(text.trim());
    let value = value.replace("\\\r\n", "").replace("\\\n", "");
    let value = value.trim().trim_end_matches([',', ';']);
    let one = |guid, how| vec![Reading { guid, how }];
    if let Some(guid) = fields(value) {
        return one(guid, FIELDS);
    }
    let mut readings: Vec<Reading> = guid::readings(value)
        .into_iter()
        .map(|(guid, form)| {
            let how = match form {
                Form::Text => TEXT,
                Form::Octets => OCTETS,
                Form::Base64 => BASE64,
            };
            Reading { guid, how }
        })
        .collect();
    if is_stored {
        readings.retain(|reading| reading.how != TEXT || value.contains('-'));
    }
    let decimal = decimal(value);
    if let Some(guid) = decimal
        && !readings.iter().any(|reading| reading.how == TEXT)
    {
        // `18 52 ...` can be both; 30 and more digits in a byte, or three of them, cannot.
        readings.push(Reading { guid, how: DECIMAL });
    }
    if readings.is_empty()
        && let Some(guid) = partly_escaped(value)
    {
        return one(guid, OCTETS);
    }
    readings
}

/// The value behind the name of an attribute or of a registry value, and whether that says that octets are stored.
fn value(text: &str) -> (&str, bool) {
    let after = |mark: &str| text.split_once(mark).map(|(_, rest)| rest);
    if let Some(rest) = after("REG_BINARY") {
        return (rest, true);
    }
    for mark in ["hex:", "<GUID=", "<WKGUID="] {
        let lower = text.to_ascii_lowercase();
        let at = lower.find(&mark.to_ascii_lowercase());
        if let Some(rest) = at.and_then(|at| text.get(at + mark.len()..)) {
            return (rest.split(['>', ';']).next().unwrap_or(rest).split(",dc=").next().unwrap_or(rest), true);
        }
    }
    // A value of wellKnownObjects goes on with the name of the object.
    if let Some(rest) = after("B:32:").and_then(|rest| rest.get(..32)) {
        return (rest, true);
    }
    if let Some((name, rest)) = text.split_once("::")
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | ';' | ' '))
    {
        return (rest, true);
    }
    if let Some((name, rest)) = text.split_once(':')
        && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '-' | ' '))
        && name.trim().len() > 2
    {
        return (rest.trim_start_matches("uuid:"), false);
    }
    let array = text.strip_prefix("[byte[]]").unwrap_or(text).trim_start_matches('@');
    (array, false)
}

/// `{0xcccf3be6, 0x219c, 0x4379, {0x98, 0x5d, ...}}`.
fn fields(text: &str) -> Option<Uuid> {
    let words: Vec<&str> =
        text.split(|c: char| matches!(c, '{' | '}' | ',') || c.is_whitespace()).filter(|w| !w.is_empty()).collect();
    let number = |at: usize| {
        let word: &str = words.get(at)?;
        u32::from_str_radix(word.strip_prefix("0x").or_else(|| word.strip_prefix("0X"))?, 16).ok()
    };
    if words.len() != 11 {
        return None;
    }
    let mut last = [0_u8; 8];
    for (at, byte) in last.iter_mut().enumerate() {
        *byte = u8::try_from(number(at + 3)?).ok()?;
    }
    Some(Uuid::from_fields(number(0)?, u16::try_from(number(1)?).ok()?, u16::try_from(number(2)?).ok()?, &last))
}

/// `230 59 207 204 ...`, `{230, 59, ...}`.
fn decimal(text: &str) -> Option<Uuid> {
    let inner = text.trim_matches(['{', '}', '(', ')', ' ']);
    let words = inner.split(|c: char| c == ',' || c.is_whitespace()).filter(|w| !w.is_empty());
    let bytes: Option<Vec<u8>> = words.take(17).map(|word| word.parse().ok()).collect();
    guid::from_octets(&bytes?)
}

/// The value of an LDAP filter in which only some octets are escaped.
fn partly_escaped(text: &str) -> Option<Uuid> {
    if !text.contains('\\') || text.len() > 64 {
        return None;
    }
    let inner = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')).unwrap_or(text);
    let value = inner.split_once('=').map_or(inner, |(_, value)| value);
    let mut bytes = Vec::new();
    let mut rest = value.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        match code.filter(|_| *first == b'\\') {
            Some(code) => {
                bytes.push(u8::from_str_radix(code, 16).ok()?);
                rest = tail.get(2..)?;
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    guid::from_octets(&bytes)
}

impl Reading {
    /// The GUID in every notation: what it is called, and how it is written.
    pub fn notations(&self) -> Vec<(&'static str, String)> {
        let guid = self.guid;
        let octets = guid::octets(guid);
        let joined = |mark: &str| octets.iter().map(|b| format!("{b:02x}")).collect::<Vec<_>>().join(mark);
        let decimal: Vec<String> = octets.iter().map(u8::to_string).collect();
        vec![
            ("Text", guid.hyphenated().to_string()),
            ("With braces", guid::braced(guid)),
            ("32 digits, as text", guid.simple().to_string()),
            ("32 digits, as stored", joined("")),
            ("Octets as stored", guid::octet_text(guid)),
            ("Base64 (LDIF, ImmutableId)", guid::base64(guid)),
            ("Registry export", format!("hex:{}", joined(","))),
            ("PowerShell bytes", format!("[byte[]]({})", decimal.join(","))),
        ]
    }

    /// What it names, from the tables of well-known GUIDs.
    pub fn names(&self) -> Vec<String> {
        let right = extended_rights::by_guid(self.guid).map(|right| {
            let title = right.titles.first().map_or(String::new(), |title| format!(", {title}"));
            format!("Right {}{title} (rightsGuid)", right.name)
        });
        right.into_iter().chain(well_known_guids::by_guid(self.guid).map(|known| known.title())).collect()
    }

    /// How it was made, as its version says.
    pub fn version(&self) -> &'static str {
        if self.guid.get_variant() != uuid::Variant::RFC4122 {
            return "No version mark: made by a program of its own, or read in the wrong order";
        }
        match self.guid.get_version_num() {
            1 => "Version 1: made from time and network card, as those of the schema and of early Windows",
            4 => "Version 4: random, as directory objects have it",
            3 | 5 => "Made from a name (version 3 or 5)",
            _ => "No known version: made by a program of its own, or read in the wrong order",
        }
    }

    fn is_marked(&self) -> bool {
        self.guid.get_variant() == uuid::Variant::RFC4122 && matches!(self.guid.get_version_num(), 1 | 3 | 4 | 5)
    }

    /// The filter that finds the object.
    pub fn filter(&self) -> String {
        guid::ldap_filter("objectGUID", self.guid)
    }

    /// Commands that find the object, and what each is for. They only read.
    pub fn commands(&self) -> Vec<(&'static str, String)> {
        let guid = self.guid.hyphenated();
        vec![
            (
                "In any domain of the forest",
                format!("dsquery * forestroot -gc -filter \"{}\" -attr distinguishedName objectClass", self.filter()),
            ),
            (
                "In the own domain, deleted objects, too",
                format!("Get-ADObject -Filter \"objectGUID -eq '{guid}'\" -IncludeDeletedObjects"),
            ),
            (
                "In the configuration, where servers, databases and connectors are",
                format!(
                    "Get-ADObject -Filter \"objectGUID -eq '{guid}'\" -SearchBase (Get-ADRootDSE).configurationNamingContext"
                ),
            ),
            (
                "A right or a property set",
                format!(
                    "Get-ADObject -LDAPFilter \"(rightsGuid={guid})\" -SearchBase (Get-ADRootDSE).configurationNamingContext"
                ),
            ),
            (
                "A class or an attribute of the schema",
                format!(
                    "Get-ADObject -LDAPFilter \"{}\" -SearchBase (Get-ADRootDSE).schemaNamingContext",
                    guid::ldap_filter("schemaIDGUID", self.guid)
                ),
            ),
        ]
    }

    /// What comes out when text and octets are confused.
    pub fn swapped(&self) -> String {
        guid::swapped(self.guid).hyphenated().to_string()
    }
}

impl Found {
    /// Why there are two readings, and what speaks for one of them.
    pub fn hint(&self) -> Option<String> {
        let [one, other] = self.readings.as_slice() else { return None };
        let why = if one.how == DECIMAL || other.how == DECIMAL {
            "The bytes have no letters, so they can be hexadecimal or decimal."
        } else {
            "32 digits without a mark can be the text of the GUID or its octets as they are stored."
        };
        let mark = match (one.is_marked(), other.is_marked()) {
            (true, false) => " Only the first reading carries the version of a GUID, which speaks for it.",
            _ => " Both could be; where the digits come from decides.",
        };
        Some(format!("{why}{mark}"))
    }
}

impl Answer {
    /// Whether a GUID was read.
    pub fn is_known(&self) -> bool {
        !self.found.is_empty()
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_known() {
            return writeln!(f, "There is no GUID in this text. {ACCEPTED}");
        }
        for found in &self.found {
            let shown: String = found.part.chars().map(|c| if c.is_control() { ' ' } else { c }).take(100).collect();
            writeln!(f, "{shown}")?;
            if let Some(hint) = found.hint() {
                writeln!(f, "  {hint}")?;
            }
            for reading in &found.readings {
                writeln!(f, "  Read as {}", reading.how)?;
                for name in reading.names() {
                    writeln!(f, "  {name}")?;
                }
                for (title, text) in reading.notations() {
                    writeln!(f, "    {title}: {text}")?;
                }
                writeln!(f, "    LDAP filter: {}", reading.filter())?;
                writeln!(f, "    In the wrong order: {}", reading.swapped())?;
                writeln!(f, "    {}", reading.version())?;
                for (title, command) in reading.commands() {
                    writeln!(f, "    {title}: {command}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT_FORM: &str = "cccf3be6-219c-4379-985d-851b766eddc7";

    fn texts(input: &str) -> Vec<String> {
        let readings = look_up(input).found.into_iter().flat_map(|found| found.readings);
        readings.map(|reading| reading.guid.hyphenated().to_string()).collect()
    }

    #[test]
    fn every_notation_gives_the_same_guid() {
        for input in [
            TEXT_FORM,
            "{CCCF3BE6-219C-4379-985D-851B766EDDC7}",
            "(cccf3be6-219c-4379-985d-851b766eddc7)",
            "urn:uuid:cccf3be6-219c-4379-985d-851b766eddc7",
            "objectGUID: cccf3be6-219c-4379-985d-851b766eddc7",
            "Guid              : cccf3be6-219c-4379-985d-851b766eddc7",
            "LDAP://<GUID=cccf3be6-219c-4379-985d-851b766eddc7>",
            "LDAP://<GUID=e63bcfcc9c217943985d851b766eddc7>",
            "CN=CCCF3BE6-219C-4379-985D-851B766EDDC7,CN=Deleted Objects",
            "E6 3B CF CC 9C 21 79 43 98 5D 85 1B 76 6E DD C7",
            "e6,3b,cf,cc,9c,21,79,43,98,5d,85,1b,76,6e,dd,c7",
            "\"objectGUID\"=hex:e6,3b,cf,cc,9c,21,79,43,\\\r\n  98,5d,85,1b,76,6e,dd,c7",
            "    objectGUID    REG_BINARY    E63BCFCC9C217943985D851B766EDDC7",
            "(objectGUID=\\e6\\3b\\cf\\cc\\9c\\21\\79\\43\\98\\5d\\85\\1b\\76\\6e\\dd\\c7)",
            "(objectGUID=\\e6;\\cf\\cc\\9c!yC\\98]\\85\\1bvn\\dd\\c7)",
            "5jvPzJwheUOYXYUbdm7dxw==",
            "objectGUID:: 5jvPzJwheUOYXYUbdm7dxw==",
            "msExchMailboxGuid:: 5jvPzJwheUOYXYUbdm7dxw==",
            "[byte[]](230,59,207,204,156,33,121,67,152,93,133,27,118,110,221,199)",
            "{230, 59, 207, 204, 156, 33, 121, 67, 152, 93, 133, 27, 118, 110, 221, 199}",
            "{0xcccf3be6,0x219c,0x4379,{0x98,0x5d,0x85,0x1b,0x76,0x6e,0xdd,0xc7}}",
            "The database {cccf3be6-219c-4379-985d-851b766eddc7}, which is gone.",
        ] {
            assert_eq!(texts(input), [TEXT_FORM], "{input}");
        }
    }

    #[test]
    fn what_it_writes_it_reads() {
        let reading = look_up(TEXT_FORM).found[0].readings[0].clone();
        for (title, text) in reading.notations() {
            let readings = texts(&text);
            assert!(readings.contains(&TEXT_FORM.to_owned()), "{title}: {text}: {readings:?}");
        }
        assert_eq!(texts(&reading.filter()), [TEXT_FORM]);
    }

    #[test]
    fn both_orders_are_told_apart_and_shown() {
        let found = look_up("e63bcfcc9c217943985d851b766eddc7").found.remove(0);
        assert_eq!((found.readings[0].how, found.readings[1].how), (OCTETS, TEXT));
        assert_eq!(found.readings[0].guid.hyphenated().to_string(), TEXT_FORM);
        assert!(found.hint().unwrap().contains("Only the first reading"), "{:?}", found.hint());
        assert_eq!(found.readings[1].swapped(), TEXT_FORM);
        let both = look_up("cccf3be6219c4379985d851b766e4dc7").found.remove(0);
        assert_eq!((both.readings[0].how, both.readings.len()), (TEXT, 2));
        assert_eq!(look_up(TEXT_FORM).found[0].hint(), None);
        let bytes = look_up("10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25").found.remove(0);
        assert_eq!(bytes.readings.len(), 2);
        assert!(bytes.hint().unwrap().contains("hexadecimal or decimal"));
    }

    #[test]
    fn well_known_guids_are_named() {
        let names = |input: &str| {
            look_up(input).found[0].readings.iter().flat_map(Reading::names).collect::<Vec<_>>().join("; ")
        };
        assert!(names("9fbec2a2-f761-11d9-963d-00065bbd3175").contains("ms-Exch-Store-Transport-Access"));
        assert!(
            names("B:32:AA312825768811D1ADED00C04FD8D5CD:CN=Computers,DC=contoso,DC=com")
                .contains("container Computers")
        );
        assert!(names("A7D2016C83F003458132789EEB127B84").contains("group Exchange Servers"));
        assert!(names("bf967aba-0de6-11d0-a285-00aa003049e2").contains("Class user"));
        assert_eq!(names(TEXT_FORM), "");
    }

    #[test]
    fn several_are_answered_and_other_text_is_none() {
        let two =
            format!("{TEXT_FORM}\nobjectGUID:: 5jvPzJwheUOYXYUbdm7dxw==\n{{9fbec2a2-f761-11d9-963d-00065bbd3175}}");
        assert_eq!(look_up(&two).found.len(), 3);
        for text in [
            "",
            " ",
            "hello",
            "0x80040111",
            "1 2 3",
            "cccf3be6-219c",
            "objectGUID::",
            "hex:",
            "B:32:",
            "<GUID=>",
            "\\",
            "(a=\\zz)",
        ] {
            let answer = look_up(text);
            assert!(!answer.is_known() && answer.to_string().contains("Accepted are"), "{text}: {answer}");
        }
        assert_eq!(look_up(&format!("{TEXT_FORM} ").repeat(5000)).found.len(), 1);
        for text in
            ["\u{1F600}".repeat(10_000), "{".repeat(20_000), "=".repeat(20_000), "::".repeat(9_000), "0x".repeat(9_000)]
        {
            let _ = look_up(&text).to_string();
        }
    }
}
