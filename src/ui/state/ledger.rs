//! The files of the case while they are read.

use std::rc::Rc;

use crate::report::Input;

/// A row of the ledger while files are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub path: String,
    pub size: u64,
    pub bytes: u64,
    pub records: u64,
    pub state: RowState,
}

#[derive(Clone, Debug, PartialEq)]
pub enum RowState {
    Waiting,
    Reading,
    Done(Rc<Input>),
}

impl Row {
    pub fn new((path, size): (String, u64)) -> Row {
        Row { path, size, bytes: 0, records: 0, state: RowState::Waiting }
    }
}

/// Progress on one file: index, bytes, records.
pub type Step = (u32, u64, u64);

/// All files of the case while they are read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    pub rows: Vec<Row>,
    /// Milliseconds since reading began.
    pub elapsed: f64,
}

impl Ledger {
    pub fn bytes(&self) -> u64 {
        self.rows.iter().map(|row| row.bytes.min(row.size)).sum()
    }

    pub fn size(&self) -> u64 {
        self.rows.iter().map(|row| row.size).sum()
    }

    pub fn records(&self) -> u64 {
        self.rows.iter().map(|row| row.records).sum()
    }

    /// Path of the file in work.
    pub fn in_work(&self) -> Option<&str> {
        self.rows.iter().find(|row| row.state == RowState::Reading).map(|row| row.path.as_str())
    }

    pub(super) fn step(&mut self, (source, bytes, records): Step) {
        if let Some(row) = self.rows.get_mut(source as usize)
            && !matches!(row.state, RowState::Done(_))
        {
            row.state = RowState::Reading;
            row.bytes = bytes;
            row.records = records;
        }
    }

    pub(super) fn finish(&mut self, source: u32, input: Input) {
        if let Some(row) = self.rows.get_mut(source as usize) {
            row.bytes = row.size;
            row.records = input.records;
            row.state = RowState::Done(Rc::new(input));
        }
    }
}
