//! Writes Outlook messages, as MS-OXMSG describes them.

use std::io::{Cursor, Write as _};
use std::path::Path;
use std::time::SystemTime;

/// A property.
pub enum Value<'a> {
    /// Text in UTF-16.
    Wide(&'a str),
    /// Text in a code page.
    Bytes(&'a [u8]),
    /// A number.
    Number(i32),
    /// Seconds since 1970.
    Time(u64),
    /// Bytes of no text.
    Binary(&'a [u8]),
}

/// Properties by their numbers.
pub type Properties<'a> = Vec<(u16, Value<'a>)>;

/// A message.
#[derive(Default)]
pub struct Message<'a> {
    pub own: Properties<'a>,
    pub recipients: Vec<Properties<'a>>,
    pub attachments: Vec<Properties<'a>>,
    /// Zeros in a stream that no property names, written first.
    pub ballast: usize,
}

type File = cfb::CompoundFile<Cursor<Vec<u8>>>;

impl Message<'_> {
    /// The file.
    pub fn write(&self) -> Vec<u8> {
        let mut file = File::create_with_version(cfb::Version::V3, Cursor::new(Vec::new())).unwrap();
        let class = uuid::uuid!("00020d0b-0000-0000-c000-000000000046");
        file.set_storage_clsid("/", class).unwrap();
        if self.ballast > 0 {
            stream(&mut file, Path::new("/__ballast"), &vec![0; self.ballast]);
        }
        let mut head = vec![0; 8];
        let (recipients, attachments) = (self.recipients.len() as u32, self.attachments.len() as u32);
        for number in [recipients, attachments, recipients, attachments] {
            head.extend(number.to_le_bytes());
        }
        head.extend([0; 8]);
        object(&mut file, Path::new("/"), head, &self.own);
        for (start, all) in [("__recip_version1.0_#", &self.recipients), ("__attach_version1.0_#", &self.attachments)] {
            for (index, properties) in all.iter().enumerate() {
                let path = format!("/{start}{index:08X}");
                file.create_storage(&path).unwrap();
                object(&mut file, Path::new(&path), vec![0; 8], properties);
            }
        }
        // The clock of the machine must not show.
        let paths: Vec<_> = file.walk().map(|entry| entry.path().to_owned()).collect();
        for path in paths.iter().filter(|path| !file.is_stream(path)).cloned().collect::<Vec<_>>() {
            file.set_created_time(&path, SystemTime::UNIX_EPOCH).unwrap();
            file.set_modified_time(&path, SystemTime::UNIX_EPOCH).unwrap();
        }
        file.flush().unwrap();
        file.into_inner().into_inner()
    }
}

fn stream(file: &mut File, path: &Path, bytes: &[u8]) {
    file.create_stream(path).unwrap().write_all(bytes).unwrap();
}

fn object(file: &mut File, folder: &Path, mut list: Vec<u8>, properties: &Properties<'_>) {
    for (id, value) in properties {
        let (kind, bytes, fixed) = match value {
            Value::Wide(text) => (0x001F_u16, text.encode_utf16().flat_map(u16::to_le_bytes).collect(), None),
            Value::Bytes(bytes) => (0x001E, bytes.to_vec(), None),
            Value::Binary(bytes) => (0x0102, bytes.to_vec(), None),
            Value::Number(number) => (0x0003, Vec::new(), Some(u64::from(number.cast_unsigned()))),
            Value::Time(seconds) => (0x0040, Vec::new(), Some((seconds + 11_644_473_600) * 10_000_000)),
        };
        list.extend(kind.to_le_bytes());
        list.extend(id.to_le_bytes());
        list.extend(6_u32.to_le_bytes());
        list.extend(fixed.unwrap_or(bytes.len() as u64).to_le_bytes());
        if fixed.is_none() {
            stream(file, &folder.join(format!("__substg1.0_{id:04X}{kind:04X}")), &bytes);
        }
    }
    stream(file, &folder.join("__properties_version1.0"), &list);
}
