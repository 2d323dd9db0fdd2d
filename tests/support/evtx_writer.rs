//! Writes EVTX files for tests: well-formed, with one template per chunk, in the shape of the classic
//! events that Exchange logs (`<Data>` from a string array, then `<Binary>`).
//!
//! Layout after libevtx, "Windows XML Event Log (EVTX)" and "Windows XML Event Log binary XML". What
//! it writes is read back with the `evtx` crate in `tests/make_samples.rs`.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may fail loudly")]

/// An event to be written.
#[derive(Clone, Debug)]
pub struct Written {
    pub source: String,
    pub id: u16,
    pub qualifiers: u16,
    pub level: u8,
    pub task: u16,
    /// ISO 8601 in UTC: `2007-02-08T10:32:23Z`.
    pub time: String,
    pub computer: String,
    pub channel: String,
    pub strings: Vec<String>,
    pub data: Vec<u8>,
}

impl Written {
    /// A warning of the Application log.
    pub fn new(source: &str, id: u16, time: &str, computer: &str) -> Written {
        Written {
            source: source.to_owned(),
            id,
            qualifiers: 0x8004,
            level: 3,
            task: 1,
            time: time.to_owned(),
            computer: computer.to_owned(),
            channel: "Application".to_owned(),
            strings: Vec::new(),
            data: Vec::new(),
        }
    }

    pub fn level(self, level: u8, qualifiers: u16) -> Written {
        Written { level, qualifiers, ..self }
    }

    pub fn strings(self, strings: &[&str]) -> Written {
        Written { strings: strings.iter().map(|s| (*s).to_owned()).collect(), ..self }
    }

    pub fn data(self, data: &[u8]) -> Written {
        Written { data: data.to_vec(), ..self }
    }
}

pub const FILE_HEADER: usize = 4096;
pub const CHUNK: usize = 65536;

/// A log of these events, numbered from `first_id`, with at most `per_chunk` records in a chunk.
pub fn write(events: &[Written], first_id: u64, per_chunk: usize) -> Vec<u8> {
    let mut chunks: Vec<Vec<u8>> = Vec::new();
    let mut chunk = Chunk::new(first_id);
    for (id, event) in (first_id..).zip(events) {
        if chunk.count() >= per_chunk as u64 || !chunk.push(id, event) {
            chunks.push(std::mem::replace(&mut chunk, Chunk::new(id)).finish());
            assert!(chunk.push(id, event), "an event larger than a chunk");
        }
    }
    chunks.push(chunk.finish());

    let mut file = vec![0; FILE_HEADER];
    put(&mut file, 0, b"ElfFile\0");
    put(&mut file, 16, &(chunks.len() as u64 - 1).to_le_bytes());
    put(&mut file, 24, &(first_id + events.len() as u64).to_le_bytes());
    put(&mut file, 32, &128u32.to_le_bytes());
    put(&mut file, 36, &[1, 0, 3, 0]);
    put(&mut file, 40, &4096u16.to_le_bytes());
    put(&mut file, 42, &u16::try_from(chunks.len()).unwrap().to_le_bytes());
    let crc = crc32(&[&file[..120]]);
    put(&mut file, 124, &crc.to_le_bytes());
    file.extend(chunks.into_iter().flatten());
    file
}

/// The id of the one template, and where the chunk header lists it: by the id modulo 32.
const TEMPLATE_ID: u32 = 0x5153_0001;
const TEMPLATE_BUCKET: usize = 384 + 4 * (TEMPLATE_ID as usize % 32);

struct Chunk {
    bytes: Vec<u8>,
    first: u64,
    next: u64,
    last_offset: usize,
    /// Offset of the template, once the first record has written it.
    template: Option<usize>,
    names: Vec<(String, usize)>,
}

impl Chunk {
    fn new(first: u64) -> Chunk {
        let mut bytes = vec![0; 512];
        put(&mut bytes, 0, b"ElfChnk\0");
        Chunk { bytes, first, next: first, last_offset: 512, template: None, names: Vec::new() }
    }

    fn count(&self) -> u64 {
        self.next - self.first
    }

    /// Adds a record; false when there is no room.
    fn push(&mut self, id: u64, event: &Written) -> bool {
        let (start, names) = (self.bytes.len(), self.names.len());
        let (template, header) = (self.template, self.bytes[..512].to_vec());
        self.record(id, event);
        if self.bytes.len() > CHUNK {
            self.bytes.truncate(start);
            self.bytes[..512].copy_from_slice(&header);
            self.names.truncate(names);
            self.template = template;
            return false;
        }
        self.last_offset = start;
        self.next += 1;
        true
    }

    fn record(&mut self, id: u64, event: &Written) {
        let start = self.bytes.len();
        let filetime = filetime(&event.time);
        self.bytes.extend(b"\x2a\x2a\0\0\0\0\0\0");
        self.bytes.extend(id.to_le_bytes());
        self.bytes.extend(filetime.to_le_bytes());
        self.bytes.extend([0x0f, 1, 1, 0, 0x0c, 1]);
        self.bytes.extend(TEMPLATE_ID.to_le_bytes());
        match self.template {
            Some(offset) => self.u32(offset),
            None => {
                let offset = self.bytes.len() + 4;
                self.u32(offset);
                self.template = Some(offset);
                self.u32(0);
                self.bytes.extend(TEMPLATE_ID.to_le_bytes());
                self.bytes.extend([0; 12]);
                let size = self.reserve();
                self.body();
                self.fill(size);
                put(&mut self.bytes, TEMPLATE_BUCKET, &(offset as u32).to_le_bytes());
            }
        }
        let utf16 = |s: &str| s.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let strings: Vec<u8> = event.strings.iter().flat_map(|s| utf16(&format!("{s}\0"))).collect();
        let values: [(u8, Vec<u8>); 12] = [
            (0x01, utf16(&event.source)),
            (0x06, event.qualifiers.to_le_bytes().to_vec()),
            (0x06, event.id.to_le_bytes().to_vec()),
            (0x04, vec![event.level]),
            (0x06, event.task.to_le_bytes().to_vec()),
            (0x15, 0x0080_0000_0000_0000u64.to_le_bytes().to_vec()),
            (0x11, filetime.to_le_bytes().to_vec()),
            (0x0a, id.to_le_bytes().to_vec()),
            (0x01, utf16(&event.channel)),
            (0x01, utf16(&event.computer)),
            if strings.is_empty() { (0, Vec::new()) } else { (0x81, strings) },
            if event.data.is_empty() { (0, Vec::new()) } else { (0x0e, event.data.clone()) },
        ];
        self.u32(values.len());
        for (kind, value) in &values {
            self.bytes.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
            self.bytes.extend([*kind, 0]);
        }
        for (_, value) in &values {
            self.bytes.extend(value);
        }
        self.bytes.push(0);
        while !(self.bytes.len() - start + 4).is_multiple_of(8) {
            self.bytes.push(0);
        }
        let size = self.bytes.len() - start + 4;
        self.u32(size);
        put(&mut self.bytes, start + 4, &(size as u32).to_le_bytes());
    }

    /// The template: the XML of an event with its values left open.
    fn body(&mut self) {
        self.bytes.extend([0x0f, 1, 1, 0]);
        let event = self.open(
            "Event",
            None,
            &[("xmlns", Value::Text("http://schemas.microsoft.com/win/2004/08/events/event"))],
        );
        self.bytes.push(2);
        let system = self.open("System", None, &[]);
        self.bytes.push(2);
        self.element("Provider", &[("Name", Value::Slot(0, 0x01))], None);
        self.element("EventID", &[("Qualifiers", Value::Slot(1, 0x06))], Some((2, 0x06)));
        self.element("Level", &[], Some((3, 0x04)));
        self.element("Task", &[], Some((4, 0x06)));
        self.element("Keywords", &[], Some((5, 0x15)));
        self.element("TimeCreated", &[("SystemTime", Value::Slot(6, 0x11))], None);
        self.element("EventRecordID", &[], Some((7, 0x0a)));
        self.element("Channel", &[], Some((8, 0x01)));
        self.element("Computer", &[], Some((9, 0x01)));
        self.element("Security", &[], None);
        self.close(system);
        let data = self.open("EventData", None, &[]);
        self.bytes.push(2);
        self.element("Data", &[], Some((10, 0x81)));
        self.element("Binary", &[], Some((11, 0x0e)));
        self.close(data);
        self.close(event);
        self.bytes.push(0);
    }

    fn element(&mut self, name: &str, attributes: &[(&str, Value)], slot: Option<(u16, u8)>) {
        // The payload is left out when its value is null, as Windows does.
        let depends = slot.filter(|(id, _)| *id >= 10).map(|(id, _)| id);
        let size = self.open(name, depends, attributes);
        let Some((id, kind)) = slot else {
            self.bytes.push(3);
            self.fill(size);
            return;
        };
        self.bytes.extend([2, 0x0e]);
        self.bytes.extend(id.to_le_bytes());
        self.bytes.push(kind);
        self.close(size);
    }

    fn open(&mut self, name: &str, depends: Option<u16>, attributes: &[(&str, Value)]) -> usize {
        self.bytes.push(if attributes.is_empty() { 0x01 } else { 0x41 });
        self.bytes.extend(depends.unwrap_or(0xFFFF).to_le_bytes());
        let size = self.reserve();
        self.name(name);
        if !attributes.is_empty() {
            let list = self.reserve();
            for (i, (name, value)) in attributes.iter().enumerate() {
                self.bytes.push(if i + 1 < attributes.len() { 0x46 } else { 0x06 });
                self.name(name);
                match value {
                    Value::Text(text) => {
                        self.bytes.extend([0x05, 0x01]);
                        self.utf16(text);
                    }
                    Value::Slot(id, kind) => {
                        self.bytes.push(0x0e);
                        self.bytes.extend(id.to_le_bytes());
                        self.bytes.push(*kind);
                    }
                }
            }
            self.fill(list);
        }
        size
    }

    fn close(&mut self, size: usize) {
        self.bytes.push(4);
        self.fill(size);
    }

    /// A name: written where it is first used, referred to afterwards, and listed in the header.
    fn name(&mut self, name: &str) {
        if let Some((_, offset)) = self.names.iter().find(|(known, _)| known == name) {
            let offset = *offset;
            return self.u32(offset);
        }
        let offset = self.bytes.len() + 4;
        self.u32(offset);
        let hash = name.encode_utf16().fold(0u32, |h, c| h.wrapping_mul(65599).wrapping_add(u32::from(c)));
        let bucket = 128 + 4 * (hash as u16 % 64) as usize;
        let before: [u8; 4] = self.bytes[bucket..bucket + 4].try_into().unwrap();
        self.bytes.extend(before);
        put(&mut self.bytes, bucket, &(offset as u32).to_le_bytes());
        self.bytes.extend((hash as u16).to_le_bytes());
        self.utf16(name);
        self.bytes.extend([0, 0]);
        self.names.push((name.to_owned(), offset));
    }

    /// Length in characters, then the characters.
    fn utf16(&mut self, text: &str) {
        let units: Vec<u16> = text.encode_utf16().collect();
        self.bytes.extend(u16::try_from(units.len()).unwrap().to_le_bytes());
        self.bytes.extend(units.into_iter().flat_map(u16::to_le_bytes));
    }

    fn u32(&mut self, value: usize) {
        self.bytes.extend(u32::try_from(value).unwrap().to_le_bytes());
    }

    fn reserve(&mut self) -> usize {
        self.u32(0);
        self.bytes.len() - 4
    }

    /// Writes how many bytes follow the size field at `at`.
    fn fill(&mut self, at: usize) {
        let size = u32::try_from(self.bytes.len() - at - 4).unwrap();
        put(&mut self.bytes, at, &size.to_le_bytes());
    }

    fn finish(mut self) -> Vec<u8> {
        let end = self.bytes.len();
        self.bytes.resize(CHUNK, 0);
        let last = (self.next - 1).max(self.first);
        for (at, value) in [(8, self.first), (16, last), (24, self.first), (32, last)] {
            put(&mut self.bytes, at, &value.to_le_bytes());
        }
        put(&mut self.bytes, 40, &128u32.to_le_bytes());
        put(&mut self.bytes, 44, &(self.last_offset as u32).to_le_bytes());
        put(&mut self.bytes, 48, &(end as u32).to_le_bytes());
        let records = crc32(&[&self.bytes[512..end]]);
        put(&mut self.bytes, 52, &records.to_le_bytes());
        let header = crc32(&[&self.bytes[..120], &self.bytes[128..512]]);
        put(&mut self.bytes, 124, &header.to_le_bytes());
        self.bytes
    }
}

enum Value {
    Text(&'static str),
    Slot(u16, u8),
}

fn filetime(time: &str) -> u64 {
    let seconds = time.parse::<jiff::Timestamp>().unwrap().as_second() + 11_644_473_600;
    u64::try_from(seconds).unwrap() * 10_000_000
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}

fn crc32(parts: &[&[u8]]) -> u32 {
    let mut crc = u32::MAX;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
