//! What the formats of mail share: fields of headers, encodings, the text of reports. Not a format.
//!
//! Described in RFC 5322 (<https://www.rfc-editor.org/rfc/rfc5322>), RFC 2045 and RFC 2047. Traps: fields are folded;
//! text pasted from Outlook has lost its line ends or got new ones; quoted-printable breaks codes in the middle.

use base64::Engine as _;

use super::Document;
use crate::model::Located;
use crate::model::ndr::OriginalMessage;

pub mod report_text;

/// A field of a header, unfolded.
pub struct Field {
    /// Name in lower case.
    pub name: String,
    /// Value.
    pub value: String,
    /// First line.
    pub first: u32,
    /// Last line.
    pub last: u32,
}

/// The fields of a header, in their order.
#[derive(Default)]
pub struct Fields(pub Vec<Field>);

impl Fields {
    /// Takes a line.
    pub fn line(&mut self, number: u32, line: &str) {
        if line.starts_with([' ', '\t']) {
            if let Some(field) = self.0.last_mut() {
                field.value.push(' ');
                field.value.push_str(line.trim());
                field.last = number;
            }
        } else if let Some((name, value)) = line.split_once(':') {
            let (name, value) = (name.trim().to_ascii_lowercase(), value.trim().to_owned());
            self.0.push(Field { name, value, first: number, last: number });
        }
    }

    /// The first field of a name that has a value.
    pub fn get(&self, name: &str) -> Option<&Field> {
        self.0.iter().find(|field| field.name == name && !field.value.is_empty())
    }

    /// The value of a field with its place.
    pub fn located(&self, document: &Document<'_>, name: &str, read: fn(&str) -> String) -> Option<Located<String>> {
        let field = self.get(name)?;
        Some(Located::new(read(&field.value), document.span(field.first, field.last)))
    }
}

/// What the header of a message says about it.
pub fn original_message(document: &Document<'_>, fields: &Fields) -> OriginalMessage {
    let place = |field: &Field| Located::new(field.value.clone(), document.span(field.first, field.last));
    OriginalMessage {
        message_id: fields.located(document, "message-id", str::to_owned),
        subject: fields.located(document, "subject", words),
        from: fields.located(document, "from", words),
        received: fields.0.iter().filter(|field| field.name == "received").map(place).collect(),
    }
}

/// A parameter of a content type.
pub fn parameter(value: &str, name: &str) -> Option<String> {
    // A quoted value may hold semicolons of its own.
    let mut quoted = false;
    let mut parts = value.split(|c: char| {
        quoted ^= c == '"';
        c == ';' && !quoted
    });
    parts.next()?;
    parts.find_map(|part| {
        let (key, value) = part.split_once('=')?;
        key.trim().eq_ignore_ascii_case(name).then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// Text of a part in its transfer encoding; `None` when it is damaged.
pub fn decode(lines: &[String], encoding: &str, charset: &str) -> Option<String> {
    let text = lines.join("\n");
    let bytes = match encoding {
        "quoted-printable" => quoted_printable(&text.replace("=\n", "")),
        "base64" => base64_bytes(&text)?,
        _ => return Some(text),
    };
    Some(charset_text(&bytes, charset))
}

fn base64_bytes(text: &str) -> Option<Vec<u8>> {
    let packed: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    base64::engine::general_purpose::STANDARD.decode(packed).ok()
}

/// Bytes as text of a character set; UTF-8 when it is not known.
pub fn charset_text(bytes: &[u8], charset: &str) -> String {
    let encoding = encoding_rs::Encoding::for_label(charset.as_bytes()).unwrap_or(encoding_rs::UTF_8);
    encoding.decode(bytes).0.into_owned()
}

/// Bytes of text in quoted-printable, without soft line ends.
pub fn quoted_printable(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        let code = tail.get(..2).and_then(|code| std::str::from_utf8(code).ok());
        let value = code.filter(|_| byte == b'=').and_then(|code| u8::from_str_radix(code, 16).ok());
        bytes.push(value.unwrap_or(byte));
        rest = if value.is_some() { tail.get(2..).unwrap_or(&[]) } else { tail };
    }
    bytes
}

/// Encoded words of RFC 2047 as text.
pub fn words(value: &str) -> String {
    let (mut text, mut rest) = (String::new(), value);
    let mut after_word = false;
    while let Some((before, tail)) = rest.split_once("=?") {
        let mut pieces = tail.splitn(4, '?');
        let (charset, kind, data, end) = (pieces.next(), pieces.next(), pieces.next(), pieces.next());
        let bytes = match (kind, data) {
            (Some("Q" | "q"), Some(data)) => Some(quoted_printable(&data.replace('_', " "))),
            (Some("B" | "b"), Some(data)) => base64_bytes(data),
            _ => None,
        };
        // Blanks between two encoded words belong to neither.
        if !(after_word && before.trim().is_empty()) {
            text.push_str(before);
        }
        match (bytes, end.and_then(|end| end.strip_prefix('='))) {
            (Some(bytes), Some(end)) => {
                text.push_str(&charset_text(&bytes, charset.unwrap_or_default()));
                rest = end;
                after_word = true;
            }
            _ => {
                text.push_str("=?");
                rest = tail;
                after_word = false;
            }
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::{parameter, quoted_printable, words};

    #[test]
    fn encoded_words_are_text() {
        assert_eq!(words("=?utf-8?B?VW56dXN0ZWxsYmFy?= =?iso-8859-1?Q?:_Gr=FC=DFe?= x"), "Unzustellbar: Grüße x");
        assert_eq!(words("a =?x b"), "a =?x b");
        assert_eq!(quoted_printable("a=3Db=G"), b"a=b=G");
        assert_eq!(parameter("multipart/mixed; boundary=\"a;b\"; x=y", "boundary").as_deref(), Some("a;b"));
    }
}
