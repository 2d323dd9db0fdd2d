//! Writes event logs of Windows 2003 and earlier (EVT) for tests, as the event log service does: a ring
//! of records behind a header of 48 bytes, the newest followed by an end record.
//!
//! Layout after Microsoft, "Event Log File Format", and libevt, "Windows Event Log (EVT) format". Two
//! of the facts it rests on were checked against a real file: the fields of records and the header.

#![allow(dead_code, reason = "each test binary uses a part of it")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests may fail loudly")]

/// An event to be written.
#[derive(Clone, Debug)]
pub struct Written {
    pub source: String,
    /// All 32 bits.
    pub id: u32,
    /// 1 error, 2 warning, 4 information.
    pub kind: u16,
    pub category: u16,
    /// Seconds since 1970.
    pub time: u32,
    pub computer: String,
    pub strings: Vec<String>,
    pub data: Vec<u8>,
}

impl Written {
    /// A warning.
    pub fn new(source: &str, id: u16, time: u32, computer: &str) -> Written {
        Written {
            source: source.to_owned(),
            id: 0x8004_0000 | u32::from(id),
            kind: 2,
            category: 1,
            time,
            computer: computer.to_owned(),
            strings: Vec::new(),
            data: Vec::new(),
        }
    }

    pub fn kind(self, kind: u16) -> Written {
        Written { kind, ..self }
    }

    pub fn strings(self, strings: &[&str]) -> Written {
        Written { strings: strings.iter().map(|s| (*s).to_owned()).collect(), ..self }
    }

    pub fn data(self, data: &[u8]) -> Written {
        Written { data: data.to_vec(), ..self }
    }

    /// The record with its number.
    pub fn bytes(&self, number: u32) -> Vec<u8> {
        let mut body = vec![0; 56];
        body.extend(text(&self.source));
        body.extend(text(&self.computer));
        body.resize(body.len().next_multiple_of(4), 0);
        let strings_at = body.len();
        self.strings.iter().for_each(|string| body.extend(text(string)));
        let data_at = body.len();
        body.extend(&self.data);
        body.resize(body.len().next_multiple_of(4), 0);
        let len = u32::try_from(body.len() + 4).unwrap();
        put(&mut body, 0, &len.to_le_bytes());
        put(&mut body, 4, b"LfLe");
        for (at, value) in [(8, number), (12, self.time), (16, self.time), (20, self.id)] {
            put(&mut body, at, &value.to_le_bytes());
        }
        for (at, value) in [(24, self.kind), (26, self.strings.len() as u16), (28, self.category)] {
            put(&mut body, at, &value.to_le_bytes());
        }
        for (at, value) in [(36, strings_at), (44, strings_at), (48, self.data.len()), (52, data_at)] {
            put(&mut body, at, &u32::try_from(value).unwrap().to_le_bytes());
        }
        body.extend(len.to_le_bytes());
        body
    }
}

/// The ring of records of a log file.
pub struct Ring {
    bytes: Vec<u8>,
    /// Where each record starts, and whether it is still whole.
    records: Vec<(u32, usize, usize)>,
    at: usize,
    next: u32,
    wrapped: bool,
}

const HEADER: usize = 48;
const END: usize = 40;

impl Ring {
    /// An empty log of a size, whose first record gets this number.
    pub fn new(size: usize, first: u32) -> Ring {
        Ring { bytes: vec![0; size], records: Vec::new(), at: HEADER, next: first, wrapped: false }
    }

    /// Adds a record, over the oldest ones if there is no room left.
    pub fn push(&mut self, event: &Written) {
        if self.at + 56 > self.bytes.len() {
            while self.at + 4 <= self.bytes.len() {
                put(&mut self.bytes, self.at, &0x27u32.to_le_bytes());
                self.at += 4;
            }
            self.at = HEADER;
            self.wrapped = true;
        }
        let record = event.bytes(self.next);
        let start = self.at;
        self.put_around(&record);
        self.records.push((self.next, start, record.len()));
        self.next += 1;
    }

    fn put_around(&mut self, record: &[u8]) {
        let size = self.bytes.len();
        let (start, from_oldest) = (self.at, self.records.len());
        for &byte in record {
            if self.at == size {
                self.at = HEADER;
                self.wrapped = true;
            }
            self.bytes[self.at] = byte;
            self.at += 1;
        }
        let (end, len) = (self.at, record.len());
        // Drop what was overwritten.
        let hit = |at: usize, other: usize| {
            let inside = |p: usize| {
                if end > start { (start..end).contains(&p) } else { p >= start || (HEADER..end).contains(&p) }
            };
            (0..other).any(|i| inside(if at + i < size { at + i } else { at + i - size + HEADER }))
        };
        assert!(len < size);
        let mut index = 0;
        self.records.retain(|&(_, at, other)| {
            index += 1;
            index > from_oldest || !hit(at, other)
        });
    }

    /// The file, clean. `forgotten` of the oldest whole records are no longer part of the log.
    pub fn finish(mut self, forgotten: usize) -> Vec<u8> {
        let end = self.at;
        let mut mark = Vec::new();
        let (oldest, begin) = self.records.get(forgotten).map_or((self.next, end), |&(n, at, _)| (n, at));
        for value in [
            0x28,
            0x1111_1111,
            0x2222_2222,
            0x3333_3333,
            0x4444_4444,
            begin as u32,
            end as u32,
            self.next,
            oldest,
            0x28,
        ] {
            mark.extend(u32::to_le_bytes(value));
        }
        assert!(mark.len() == END);
        let records = self.records.len();
        self.put_around(&mark);
        assert!(forgotten > 0 || records == self.records.len(), "the end record overwrote a record; forget it");
        let size = self.bytes.len() as u32;
        let flags = if self.wrapped { 2 } else { 0 };
        let header = [0x30, 0, 1, 1, begin as u32, end as u32, self.next, oldest, size, flags, 0, 0x30];
        for (i, value) in header.iter().enumerate() {
            put(&mut self.bytes, i * 4, &u32::to_le_bytes(*value));
        }
        put(&mut self.bytes, 4, b"LfLe");
        self.bytes
    }
}

/// A log without spare room.
pub fn write(events: &[Written], first: u32) -> Vec<u8> {
    let size: usize = (first..).zip(events).map(|(number, event)| event.bytes(number).len()).sum();
    let mut ring = Ring::new(HEADER + size + END, first);
    events.iter().for_each(|event| ring.push(event));
    ring.finish(0)
}

/// Makes the header that of a log which was in use when it was copied: it knows nothing of the records.
pub fn make_dirty(file: &mut [u8], oldest: u32, next: u32) {
    for (at, value) in [(16, 48), (20, 48), (24, next), (28, oldest), (36, 1)] {
        put(file, at, &u32::to_le_bytes(value));
    }
}

fn text(text: &str) -> Vec<u8> {
    text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect()
}

fn put(bytes: &mut [u8], at: usize, value: &[u8]) {
    bytes[at..at + value.len()].copy_from_slice(value);
}
