//! What the formats of mail share: fields of headers, encodings, the text of reports. Not a format.
//!
//! Described in RFC 5322 (<https://www.rfc-editor.org/rfc/rfc5322>), RFC 2045 and RFC 2047. Traps: fields are folded;
//! text pasted from Outlook has lost its line ends or got new ones; quoted-printable breaks codes in the middle.

use base64::Engine as _;

use super::Document;
use crate::base::text::Text;
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

/// Whether a line divides the messages of an mbox file: `From kim@contoso.com Fri Mar  4 09:12:44 2005`.
///
/// Described in RFC 4155 (<https://www.rfc-editor.org/rfc/rfc4155>).
pub fn is_separator(line: &str) -> bool {
    let Some(rest) = line.strip_prefix("From ").filter(|rest| rest.len() < 300) else { return false };
    let digits = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    let words: Vec<&str> = rest.split_whitespace().collect();
    let time =
        words.iter().any(|word| word.contains(':') && word.split(':').all(|part| part.len() <= 2 && digits(part)));
    let year = words.iter().rev().take(3).any(|word| word.len() == 4 && digits(word));
    words.len() >= 5 && time && year
}

/// First and last line of each message of an mbox file; one message when it is none.
pub fn messages(text: &Text) -> Vec<(u32, u32)> {
    let mut starts: Vec<u32> = Vec::new();
    let mut blank = true;
    let mut separator = None;
    for (number, line) in text.lines() {
        // Text that quotes a separator has no header behind it.
        let name = line.split_once(':').map(|(name, _)| name);
        let is_field = name.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_graphic()));
        if let Some(before) = separator.take().filter(|_| is_field) {
            starts.push(before);
        }
        separator = (blank && is_separator(line.trim_start_matches('\u{FEFF}'))).then_some(number);
        blank = line.trim().is_empty();
    }
    if starts.first() != Some(&1) {
        starts.insert(0, 1);
    }
    let ends = starts.iter().skip(1).map(|next| next - 1).chain([text.line_count().max(1)]);
    starts.iter().copied().zip(ends).collect()
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
    use super::{is_separator, messages, parameter, quoted_printable, words};
    use crate::base::text::Text;

    #[test]
    fn messages_of_an_mbox_file_come_apart() {
        let text = "From - Fri Mar  4 09:12:44 2005\nFrom: a\n\nFrom now on, see\n\nFrom - Fri Mar  4 09:12:44 2005\nis how\n\nFrom a@contoso.com Fri Mar 4 09:15 2005 +0100\nX-A: b\n\nend\n";
        assert_eq!(messages(&Text::from_string(text.to_owned())), [(1, 8), (9, 12)]);
        assert_eq!(messages(&Text::from_string("From: a\n\nb".to_owned())), [(1, 3)]);
        assert_eq!(messages(&Text::from_string(String::new())).len(), 1);
        for line in ["From: a 09:12 on 4 March 2005", "From here on nothing moved", "From 10:00 on"] {
            assert!(!is_separator(line), "{line}");
        }
    }

    #[test]
    fn encoded_words_are_text() {
        assert_eq!(words("=?utf-8?B?VW56dXN0ZWxsYmFy?= =?iso-8859-1?Q?:_Gr=FC=DFe?= x"), "Unzustellbar: Grüße x");
        assert_eq!(words("a =?x b"), "a =?x b");
        assert_eq!(quoted_printable("a=3Db=G"), b"a=b=G");
        assert_eq!(parameter("multipart/mixed; boundary=\"a;b\"; x=y", "boundary").as_deref(), Some("a;b"));
    }
}
