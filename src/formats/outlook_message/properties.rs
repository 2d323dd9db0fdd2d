//! The properties of a message, its recipients and its attachments. Knows nothing of reports.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};
use std::ops::ControlFlow;
use std::path::PathBuf;

use encoding_rs::Encoding;

use crate::base::ledger::Bytes;
use crate::base::order::Order as _;
use crate::base::source::ReadAt;
use crate::base::timestamp::Moment;

/// Largest file that is read.
const MAX_FILE: u64 = 64 << 20;
/// Longest property that is read.
const MAX_STREAM: u64 = 4 << 20;
/// Most recipients and most attachments that are read; MS-OXMSG allows 2,048 of each.
const MAX_OBJECTS: usize = 2048;

/// Properties that are read, by number, with the names MAPI gives them.
pub(super) mod id {
    pub const MESSAGE_CLASS: u16 = 0x001A;
    pub const REPORT_TIME: u16 = 0x0032;
    pub const SUBJECT: u16 = 0x0037;
    pub const CLIENT_SUBMIT_TIME: u16 = 0x0039;
    pub const ORIGINAL_SUBJECT: u16 = 0x0049;
    pub const ORIGINAL_SENDER_NAME: u16 = 0x005A;
    pub const ORIGINAL_SENDER_EMAIL_ADDRESS: u16 = 0x0067;
    pub const NDR_REASON_CODE: u16 = 0x0C04;
    pub const NDR_DIAG_CODE: u16 = 0x0C05;
    pub const SUPPLEMENTARY_INFO: u16 = 0x0C1B;
    pub const NDR_STATUS_CODE: u16 = 0x0C20;
    pub const REMOTE_MTA: u16 = 0x0C21;
    pub const MESSAGE_DELIVERY_TIME: u16 = 0x0E06;
    pub const BODY: u16 = 0x1000;
    pub const REPORT_TEXT: u16 = 0x1001;
    pub const RTF_COMPRESSED: u16 = 0x1009;
    pub const HTML: u16 = 0x1013;
    pub const DISPLAY_NAME: u16 = 0x3001;
    pub const ADDRTYPE: u16 = 0x3002;
    pub const EMAIL_ADDRESS: u16 = 0x3003;
    pub const ATTACH_DATA: u16 = 0x3701;
    pub const ATTACH_FILENAME: u16 = 0x3704;
    pub const ATTACH_LONG_FILENAME: u16 = 0x3707;
    pub const SMTP_ADDRESS: u16 = 0x39FE;
    pub const MESSAGE_CODEPAGE: u16 = 0x3FFD;
    pub const REPORTING_MTA: u16 = 0x6820;
}

/// Their names, in the order of their numbers.
const NAMES: &[(u16, &str)] = &[
    (id::MESSAGE_CLASS, "PR_MESSAGE_CLASS"),
    (id::REPORT_TIME, "PR_REPORT_TIME"),
    (id::SUBJECT, "PR_SUBJECT"),
    (id::CLIENT_SUBMIT_TIME, "PR_CLIENT_SUBMIT_TIME"),
    (0x0042, "PR_SENT_REPRESENTING_NAME"),
    (id::ORIGINAL_SUBJECT, "PR_ORIGINAL_SUBJECT"),
    (0x004E, "PR_ORIGINAL_SUBMIT_TIME"),
    (id::ORIGINAL_SENDER_NAME, "PR_ORIGINAL_SENDER_NAME"),
    (id::ORIGINAL_SENDER_EMAIL_ADDRESS, "PR_ORIGINAL_SENDER_EMAIL_ADDRESS"),
    (0x007D, "PR_TRANSPORT_MESSAGE_HEADERS"),
    (id::NDR_REASON_CODE, "PR_NDR_REASON_CODE"),
    (id::NDR_DIAG_CODE, "PR_NDR_DIAG_CODE"),
    (0x0C15, "PR_RECIPIENT_TYPE"),
    (0x0C1A, "PR_SENDER_NAME"),
    (id::SUPPLEMENTARY_INFO, "PR_SUPPLEMENTARY_INFO"),
    (0x0C1E, "PR_SENDER_ADDRTYPE"),
    (0x0C1F, "PR_SENDER_EMAIL_ADDRESS"),
    (id::NDR_STATUS_CODE, "PR_NDR_STATUS_CODE"),
    (id::REMOTE_MTA, "PR_DSN_REMOTE_MTA"),
    (id::MESSAGE_DELIVERY_TIME, "PR_MESSAGE_DELIVERY_TIME"),
    (id::BODY, "PR_BODY"),
    (id::REPORT_TEXT, "PR_REPORT_TEXT"),
    (id::RTF_COMPRESSED, "PR_RTF_COMPRESSED"),
    (id::HTML, "PR_HTML"),
    (0x1035, "PR_INTERNET_MESSAGE_ID"),
    (id::DISPLAY_NAME, "PR_DISPLAY_NAME"),
    (id::ADDRTYPE, "PR_ADDRTYPE"),
    (id::EMAIL_ADDRESS, "PR_EMAIL_ADDRESS"),
    (id::ATTACH_DATA, "PR_ATTACH_DATA"),
    (id::ATTACH_FILENAME, "PR_ATTACH_FILENAME"),
    (id::ATTACH_LONG_FILENAME, "PR_ATTACH_LONG_FILENAME"),
    (id::SMTP_ADDRESS, "PR_SMTP_ADDRESS"),
    (id::MESSAGE_CODEPAGE, "PR_MESSAGE_CODEPAGE"),
    (0x5D01, "PR_SENDER_SMTP_ADDRESS"),
    (id::REPORTING_MTA, "PR_DSN_REPORTING_MTA"),
];

/// A property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Number(i64),
    Time(Moment),
    /// Bytes or an object, which are not read: their length when it is known.
    Other(Option<u64>),
}

/// The message, a recipient or an attachment.
#[derive(Debug, Default)]
pub(super) struct Object {
    values: BTreeMap<u16, Value>,
}

impl Object {
    /// A text, without the blanks and zeros around it; nothing when it is empty.
    pub(super) fn text(&self, id: u16) -> Option<&str> {
        match self.values.get(&id)? {
            Value::Text(text) => Some(trim(text)).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    pub(super) fn number(&self, id: u16) -> Option<i64> {
        match self.values.get(&id)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    pub(super) fn time(&self, id: u16) -> Option<Moment> {
        match self.values.get(&id)? {
            Value::Time(time) => Some(*time),
            _ => None,
        }
    }

    pub(super) fn has(&self, id: u16) -> bool {
        self.values.contains_key(&id)
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (id, value) in &self.values {
            let name = format!("{} (0x{id:04X}):", name(*id));
            match value {
                Value::Text(text) if trim(text).contains('\n') => {
                    lines.push(name);
                    lines.extend(trim(text).lines().map(|line| format!("  {}", line.trim_end())));
                }
                Value::Text(text) => lines.push(format!("{name} {}", trim(text))),
                Value::Number(number) => lines.push(format!("{name} {number}")),
                Value::Time(time) => lines.push(format!("{name} {time}")),
                Value::Other(Some(len)) => lines.push(format!("{name} {len} bytes, not read")),
                Value::Other(None) => lines.push(format!("{name} an object, not read")),
            }
        }
        lines
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
}

fn name(id: u16) -> &'static str {
    NAMES.iter().find(|(known, _)| *known == id).map_or("property", |(_, name)| name)
}

/// Why nothing could be read.
#[derive(Debug)]
pub(super) enum Failure {
    TooLarge,
    Unreadable(String),
    Broken(String),
}

/// A message with its recipients and attachments. Records are numbered from 1: the message, its recipients by their
/// numbers, its attachments.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub own: Object,
    pub recipients: Vec<Object>,
    attached: Vec<Object>,
    /// What could not be read.
    pub damaged: Vec<String>,
    /// What was left out.
    pub skipped: Vec<String>,
    /// Whether texts beyond ASCII are in a code page that the message does not name.
    pub guessed_code_page: bool,
    /// Whether the file has properties at all.
    has_properties: bool,
    /// Bytes of properties that were read, and that could not be read.
    read: u64,
    lost: u64,
}

impl Message {
    /// Reads a file. `tell` takes how far it is; `None` when it asks to stop.
    pub(super) fn read(
        bytes: &dyn ReadAt,
        tell: &mut dyn FnMut(u64) -> ControlFlow<()>,
    ) -> Result<Option<Message>, Failure> {
        let size = bytes.size();
        if size > MAX_FILE {
            return Err(Failure::TooLarge);
        }
        let all = bytes.read_range(0, usize::try_from(size).unwrap_or(usize::MAX));
        let all = all.map_err(|e| Failure::Unreadable(e.reason))?;
        let file = cfb::CompoundFile::open(Cursor::new(all)).map_err(|e| Failure::Broken(e.to_string()))?;
        let mut reader = Reader { file, message: Message::default(), code_page: None };
        let done = reader.run(size, tell).map_err(|e| Failure::Broken(e.to_string()))?;
        Ok(done.then_some(reader.message))
    }

    pub(super) fn is_message(&self) -> bool {
        self.has_properties
    }

    pub(super) fn message_class(&self) -> Option<&str> {
        self.own.text(id::MESSAGE_CLASS)
    }

    pub(super) fn subject(&self) -> Option<&str> {
        self.own.text(id::SUBJECT)
    }

    /// Where the bytes of the file went. Streams of a damaged file can share bytes.
    pub(super) fn bytes(&self, size: u64) -> Bytes {
        let records = self.read.min(size);
        let damaged = self.lost.min(size - records);
        Bytes { records, damaged, other: size - records - damaged }
    }

    /// The names of the attachments.
    pub(super) fn attachments(&self) -> String {
        let name = |object: &Object| {
            let names = [id::ATTACH_LONG_FILENAME, id::ATTACH_FILENAME, id::DISPLAY_NAME];
            let name = names.into_iter().find_map(|id| object.text(id));
            name.unwrap_or("one without a name").to_owned()
        };
        self.attached.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// What a record is.
    pub(super) fn kind(&self, record: u64) -> &'static str {
        match record {
            0 | 1 => "Message",
            other if other <= 1 + self.recipients.len() as u64 => "Recipient",
            _ => "Attachment",
        }
    }

    /// The properties of a record, one per line.
    pub(super) fn lines(&self, record: u64) -> Option<Vec<String>> {
        let at = usize::try_from(record.checked_sub(1)?).ok()?;
        let mut objects = [&self.own].into_iter().chain(&self.recipients).chain(&self.attached);
        Some(objects.nth(at)?.lines())
    }
}

/// One storage or stream.
struct Item {
    name: String,
    path: PathBuf,
    len: u64,
    stream: bool,
}

struct Reader {
    file: cfb::CompoundFile<Cursor<Vec<u8>>>,
    message: Message,
    code_page: Option<u32>,
}

impl Reader {
    fn run(&mut self, size: u64, tell: &mut dyn FnMut(u64) -> ControlFlow<()>) -> std::io::Result<bool> {
        let items = self.items(&PathBuf::from("/"))?;
        self.message.has_properties = items.iter().any(|item| item.name == PROPERTIES || tag(&item.name).is_some());
        if !self.message.has_properties {
            return Ok(true);
        }
        // Its first 32 bytes hold the numbers of recipients and attachments.
        let fixed = self.fixed(&items, 32);
        let counts = fixed.as_deref().and_then(|bytes| Some((u32_at(bytes, 16)?, u32_at(bytes, 20)?)));
        self.message.own = self.object(&items, fixed.as_deref(), 32, "the message");
        let folders = |start: &str| -> Vec<&Item> {
            let mut found: Vec<&Item> = items.iter().filter(|i| !i.stream && i.name.starts_with(start)).collect();
            found.order_by(|a, b| a.name.cmp(&b.name));
            found
        };
        let (recipients, attachments) = (folders("__recip_version1.0_#"), folders("__attach_version1.0_#"));
        for (what, found, counted) in [
            ("recipients", recipients.len(), counts.map(|c| c.0)),
            ("attachments", attachments.len(), counts.map(|c| c.1)),
        ] {
            if counted.is_some_and(|counted| found < counted as usize) {
                let counted = counted.unwrap_or(0);
                self.message.damaged.push(format!(
                    "The message should have {counted} {what}; {found} were found. Save it again from Outlook."
                ));
            }
            if found > MAX_OBJECTS {
                self.message.skipped.push(format!("Only the first {MAX_OBJECTS} of {found} {what} were read."));
            }
        }
        let total = (recipients.len() + attachments.len()).max(1) as u64;
        for (index, item) in recipients.iter().take(MAX_OBJECTS).enumerate() {
            let object = self.storage(item, &format!("recipient {}", index + 1));
            self.message.recipients.push(object);
            if tell(size * index as u64 / total) == ControlFlow::Break(()) {
                return Ok(false);
            }
        }
        for (index, item) in attachments.iter().take(MAX_OBJECTS).enumerate() {
            let object = self.storage(item, &format!("attachment {}", index + 1));
            self.message.attached.push(object);
            if tell(size * (recipients.len() + index) as u64 / total) == ControlFlow::Break(()) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn items(&self, path: &PathBuf) -> std::io::Result<Vec<Item>> {
        let item = |entry: cfb::Entry| Item {
            name: entry.name().to_owned(),
            path: entry.path().to_owned(),
            len: entry.len(),
            stream: entry.is_stream(),
        };
        Ok(self.file.read_storage(path)?.map(item).collect())
    }

    fn storage(&mut self, item: &Item, what: &str) -> Object {
        let Ok(items) = self.items(&item.path) else {
            self.message.damaged.push(format!("Damaged: {what}. Save the message again from Outlook."));
            return Object::default();
        };
        let fixed = self.fixed(&items, 8);
        self.object(&items, fixed.as_deref(), 8, what)
    }

    /// The stream with the properties of fixed length.
    fn fixed(&mut self, items: &[Item], header: u64) -> Option<Vec<u8>> {
        let item = items.iter().find(|item| item.stream && item.name == PROPERTIES)?;
        self.stream(item).filter(|bytes| bytes.len() as u64 >= header)
    }

    fn object(&mut self, items: &[Item], fixed: Option<&[u8]>, header: usize, what: &str) -> Object {
        let mut object = Object::default();
        let mut expected = Vec::new();
        if fixed.is_none() {
            let text =
                format!("The list of properties of {what} is missing or damaged. Save the message again from Outlook.");
            self.message.damaged.push(text);
        }
        for entry in fixed.and_then(|bytes| bytes.get(header..)).unwrap_or(&[]).chunks_exact(16) {
            let (Some(kind), Some(id)) = (u16_at(entry, 0), u16_at(entry, 2)) else { continue };
            if NAMES.iter().any(|(known, _)| *known == id) {
                match inline(kind, entry) {
                    Some(value) => _ = object.values.insert(id, value),
                    None if matches!(kind, TEXT_8 | TEXT_16) => expected.push((id, kind)),
                    None => {}
                }
            }
        }
        let code_page = object.number(id::MESSAGE_CODEPAGE).and_then(|number| u32::try_from(number).ok());
        self.code_page = code_page.or(self.code_page);
        for item in items {
            let Some((id, kind)) = tag(&item.name).filter(|(id, _)| NAMES.iter().any(|(known, _)| known == id)) else {
                continue;
            };
            let value = match kind {
                TEXT_8 | TEXT_16 if item.stream => self.text(item, id, kind == TEXT_16, what).map(Value::Text),
                _ => Some(Value::Other(Some(item.len).filter(|_| item.stream))),
            };
            expected.retain(|(missing, _)| *missing != id);
            if let Some(value) = value {
                object.values.insert(id, value);
            }
        }
        if !expected.is_empty() {
            expected.order();
            let names: Vec<&str> = expected.iter().map(|(id, _)| name(*id)).collect();
            let text =
                format!("Listed in {what}, but missing: {}. Save the message again from Outlook.", names.join(", "));
            self.message.damaged.push(text);
        }
        object
    }

    fn text(&mut self, item: &Item, id: u16, wide: bool, what: &str) -> Option<String> {
        let Some(bytes) = self.stream(item) else {
            let text = format!("Damaged: {} of {what}. Save the message again from Outlook.", name(id));
            self.message.damaged.push(text);
            return None;
        };
        if item.len > MAX_STREAM {
            let text = format!("{} of {what} is longer than 4 MB; the rest of it was left out.", name(id));
            self.message.skipped.push(text);
        }
        if wide {
            return Some(encoding_rs::UTF_16LE.decode_without_bom_handling(&bytes).0.into_owned());
        }
        let (encoding, sure) = match self.code_page.and_then(code_page) {
            Some(encoding) => (encoding, true),
            None if std::str::from_utf8(&bytes).is_ok() => (encoding_rs::UTF_8, false),
            None => (encoding_rs::WINDOWS_1252, false),
        };
        self.message.guessed_code_page |= !sure && !bytes.is_ascii();
        Some(encoding.decode_without_bom_handling(&bytes).0.into_owned())
    }

    /// The bytes of a stream; nothing when it is damaged.
    fn stream(&mut self, item: &Item) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        let wanted = item.len.min(MAX_STREAM);
        let whole = match self.file.open_stream(&item.path) {
            Ok(stream) => stream.take(wanted).read_to_end(&mut bytes).is_ok_and(|n| n as u64 == wanted),
            Err(_) => false,
        };
        if whole {
            self.message.read += wanted;
        } else {
            self.message.lost += wanted;
        }
        whole.then_some(bytes)
    }
}

/// The stream with the properties of fixed length.
const PROPERTIES: &str = "__properties_version1.0";
/// Text in a code page.
const TEXT_8: u16 = 0x001E;
/// Text in UTF-16.
const TEXT_16: u16 = 0x001F;

/// Number and type of the property in a stream or storage.
fn tag(name: &str) -> Option<(u16, u16)> {
    let digits = name.strip_prefix("__substg1.0_")?;
    let tag = u32::from_str_radix(digits, 16).ok().filter(|_| digits.len() == 8)?;
    Some((u16::try_from(tag >> 16).ok()?, u16::try_from(tag & 0xFFFF).ok()?))
}

/// A property of fixed length.
fn inline(kind: u16, entry: &[u8]) -> Option<Value> {
    match kind {
        0x0002 => u16_at(entry, 8).map(|value| Value::Number(i64::from(value.cast_signed()))),
        0x0003 => u32_at(entry, 8).map(|value| Value::Number(i64::from(value.cast_signed()))),
        0x000B => u16_at(entry, 8).map(|value| Value::Number(i64::from(value != 0))),
        0x0040 => {
            let ticks = u64::from(u32_at(entry, 8)?) | u64::from(u32_at(entry, 12)?) << 32;
            // Hundreds of nanoseconds since 1601.
            let millis = i64::try_from(ticks / 10_000).ok()?.checked_sub(11_644_473_600_000)?;
            Moment::from_unix_millis(millis).map(Value::Time)
        }
        _ => None,
    }
}

/// The encoding of a Windows code page.
fn code_page(number: u32) -> Option<&'static Encoding> {
    let label = match number {
        65001 => "utf-8".to_owned(),
        874 | 1250..=1258 => format!("windows-{number}"),
        932 => "shift_jis".to_owned(),
        936 => "gbk".to_owned(),
        949 => "euc-kr".to_owned(),
        950 => "big5".to_owned(),
        866 => "ibm866".to_owned(),
        20127 => "us-ascii".to_owned(),
        20866 => "koi8-r".to_owned(),
        21866 => "koi8-u".to_owned(),
        28591..=28599 => format!("iso-8859-{}", number - 28590),
        28605 => "iso-8859-15".to_owned(),
        51949 => "euc-kr".to_owned(),
        54936 => "gb18030".to_owned(),
        _ => return None,
    };
    Encoding::for_label(label.as_bytes())
}

fn u32_at(bytes: &[u8], offset: usize) -> Option<u32> {
    bytes.get(offset..offset.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

fn u16_at(bytes: &[u8], offset: usize) -> Option<u16> {
    bytes.get(offset..offset.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}
