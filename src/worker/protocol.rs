//! What crosses between page and worker. Every message is one `postMessage` of
//! `{ body, files?, port? }`: `body` is a [`Request`] or [`Response`] through serde-wasm-bindgen; `files` is an
//! array of `File` handles and `port` a `MessagePort` beside it (neither can pass through serde).

use serde::{Deserialize, Serialize};

pub use crate::analysis::connector_matrix::{
    Asked, CellState, Choice, Matrix, MatrixCell, MatrixColumn, MatrixRow, Question, SourceKind, read_address,
};
pub use crate::analysis::domain_route::{DomainRoute, read_domain};
pub use crate::analysis::kept_filters::{KeptFilter, KeptFilters, LONGEST_FILE, NotFilters, Taken};
pub use crate::analysis::message_path::{
    Aspect, Hop as PathHop, LogsSearched, MessagePath, Origin, PathStep, StepClock, StepPlace,
};
pub use crate::analysis::routing_map::{
    Ask as RoutingAsk, Capture, Counts as MapCounts, Edge, EdgeKind, End, Hit, HitKind, Hop, LEVELS as MAP_LEVELS,
    LeftOut, Node, OtherWay, PlaceKind, PlaceTold, Question as RouteQuestion, RouteTold, RoutingMap, ServerTold,
    Target, Told as RoutingTold, changes::Compared as RoutingCompared, frame_of as map_frame,
};
pub use crate::analysis::row_problems::RowProblem;
pub use crate::analysis::search::Refusal;
pub use crate::analysis::tables::{Column, FILE_STATE, FILES, Kind, Page, PageRow, Query, Table, by_id as table};
pub use crate::analysis::timeline::Weight;
pub use crate::analysis::timeline::picture::{Bin, Flag, Frame, LanePicture, Length, Picture};
pub use crate::base::clocks::{Clocks, print_offset, read_offset};
pub use crate::base::shown_records::{ShownRecord, ShownRecords};
use crate::report::redaction::{Leak, Replacement};
use crate::report::{Added, Evidence, Input, Report};

/// What a table is given out as.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum TableForm {
    /// CSV with all columns.
    Csv,
    /// The same without the names of the site.
    Redacted,
    /// Text to paste with some columns: their numbers and titles.
    Text(Vec<(u32, String)>),
}

/// Page to worker.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Request {
    /// Read and diagnose the files that come with this message, together with those of earlier ones.
    Analyze {
        /// Paths of the files, in the order of the handles.
        paths: Vec<String>,
        /// Whether earlier files are forgotten first.
        fresh: bool,
        /// Paths of files, earlier ones and members of containers included, that are not to be read.
        left_out: Vec<String>,
    },
    /// Open a built-in sample case by its name instead.
    Sample {
        /// Name from [`crate::worker::protocol::SampleInfo`].
        name: String,
    },
    /// To a worker that has done nothing yet: read for the analysis worker behind the port.
    Read,
    /// To the analysis worker: a reader is behind the port.
    Reader {
        /// Its number.
        number: u32,
    },
    /// A reader ended.
    ReaderDied {
        /// Its number.
        number: u32,
        /// What the browser says about it.
        message: String,
    },
    /// Say which readers hang. Comes once a second.
    Watch {
        /// How long they may be silent, in milliseconds.
        most: f64,
    },
    /// Search the lines of files. A search under way is given up.
    Search {
        /// Returned with the answers.
        token: u32,
        /// Index of the file in the report; `None` for all.
        source: Option<u32>,
        /// The text or the pattern.
        text: String,
        /// Whether it is a regular expression.
        is_regex: bool,
        /// Whether upper and lower case are told apart.
        case_sensitive: bool,
        /// How many hits are wanted of each file; all are counted.
        most: u32,
    },
    /// Give up the search.
    StopSearch,
    /// Lines of a text file or log, for the evidence drawer.
    Lines {
        /// Returned with the answer.
        token: u32,
        /// Index of the file in the report.
        source: u32,
        /// First line, from 1.
        first: u32,
        /// How many.
        count: u32,
    },
    /// A record of a binary log and some beside it, for the evidence drawer.
    Records {
        /// Returned with the answer.
        token: u32,
        /// Index of the file in the report.
        source: u32,
        /// Record number as text.
        record: String,
        /// How many before it.
        before: u32,
        /// How many behind it.
        after: u32,
    },
    /// The report in a format for saving. A redacted one in which the check finds something is not given out;
    /// [`Response::Redaction`] is the answer then.
    Print {
        /// The format.
        format: PrintFormat,
        /// Whether names are replaced.
        redact: bool,
        /// What the page adds to it.
        added: Added,
    },
    /// What redaction would replace, and what the check finds in the printed report.
    Redaction {
        /// The format.
        format: PrintFormat,
        /// What the page adds to it.
        added: Added,
    },
    /// A window of a table.
    Page {
        /// Identifier of the table.
        table: String,
        /// Which rows, in which order.
        query: Query,
        /// Position of the first row.
        first: u32,
        /// How many.
        count: u32,
    },
    /// What is known about a row of a table.
    Row {
        /// Identifier of the table.
        table: String,
        /// Number of the row.
        number: u32,
        /// How times of the path of a message are ordered and shown.
        clocks: Clocks,
    },
    /// Search the logs for a message, or go on with it, or show what was found by other clocks.
    Path {
        /// Its identifier.
        message_id: String,
        /// How times are ordered and shown.
        clocks: Clocks,
    },
    /// Give that search up; what it found stays until another message is asked for.
    StopPath,
    /// The position of the next row that stands out.
    Find {
        /// Identifier of the table.
        table: String,
        /// Which rows, in which order.
        query: Query,
        /// Where to begin.
        from: u32,
        /// Whether downwards.
        forwards: bool,
    },
    /// The position of a row.
    Position {
        /// Identifier of the table.
        table: String,
        /// Which rows, in which order.
        query: Query,
        /// Number of the row.
        number: u32,
    },
    /// A table as text.
    Csv {
        /// Identifier of the table.
        table: String,
        /// Which rows, in which order.
        query: Query,
        /// In which form.
        form: TableForm,
    },
    /// Who answers whom.
    Matrix {
        /// What is to be shown.
        question: Question,
    },
    /// How a server chooses who answers an address.
    WhoAnswers {
        /// Address, server and port.
        asked: Asked,
    },
    /// Which connector takes mail to a domain.
    DomainRoute {
        /// The domain.
        domain: String,
    },
    /// The timeline.
    Timeline {
        /// What to draw.
        frame: Frame,
    },
    /// What the view of routing asks.
    Routing {
        /// The question.
        ask: RoutingAsk,
    },
}

/// Worker to page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Response {
    /// The worker is ready.
    Ready {
        /// Built-in sample cases.
        samples: Vec<SampleInfo>,
    },
    /// All files of the case, before a byte is read, in the order of the report.
    Files {
        /// Path and size in bytes.
        files: Vec<(String, u64)>,
    },
    /// How far reading is.
    Progress {
        /// Index of the file in work.
        source: u32,
        /// Bytes of it read.
        bytes: u64,
        /// Records of it read.
        records: u64,
    },
    /// A file is done.
    FileDone {
        /// Its index.
        source: u32,
        /// Its row.
        input: Input,
    },
    /// The diagnosis.
    Report {
        /// The report.
        report: Report,
    },
    /// A search begins, or does not.
    SearchBegun {
        /// From the request.
        token: u32,
        /// Indexes of the files that have lines, or why nothing is searched.
        begun: Result<Vec<u32>, Refusal>,
    },
    /// What a search found since it last said something.
    Hits {
        /// From the request.
        token: u32,
        /// Index of the file.
        source: u32,
        /// More matching lines: number from 1, text, and where the match lies in it, in bytes.
        first: Vec<(u32, String, (usize, usize))>,
        /// How many lines of the file match so far.
        total: u64,
        /// Bytes of the file searched so far.
        searched: u64,
        /// Whether the whole file was searched.
        complete: bool,
    },
    /// All files were searched.
    SearchDone {
        /// From the request.
        token: u32,
    },
    /// A reader gave no sign of life; the page ends it.
    ReaderHung {
        /// Its number.
        number: u32,
    },
    /// Lines of a file.
    Lines {
        /// From the request.
        token: u32,
        /// Index of the file.
        source: u32,
        /// Number of the first line of `lines`.
        first: u32,
        /// The lines.
        lines: Vec<String>,
        /// Number of lines of the file.
        total: u32,
    },
    /// Records of a binary log.
    Records {
        /// From the request.
        token: u32,
        /// Index of the file.
        source: u32,
        /// The records.
        records: ShownRecords,
    },
    /// The report as text.
    Printed {
        /// From the request.
        format: PrintFormat,
        /// The text.
        text: String,
    },
    /// A window of a table.
    Page {
        /// Identifier of the table.
        table: String,
        /// The window.
        page: Page,
    },
    /// What is known about a row.
    Row {
        /// The row.
        row: RowAnswer,
    },
    /// What is known of the way of a message so far.
    Path {
        /// The way.
        path: MessagePath,
    },
    /// Where the next row is that stands out, or the row that was asked for; to the latter nothing is answered when the query
    /// leaves it out.
    Found {
        /// Identifier of the table.
        table: String,
        /// The query: with another one the row stands elsewhere.
        query: Query,
        /// Its position; `None` when there is none.
        position: Option<u32>,
    },
    /// A table as CSV.
    Csv {
        /// Identifier of the table.
        table: String,
        /// The text.
        text: String,
        /// Whether the names of the site are replaced.
        is_redacted: bool,
    },
    /// A table that was to be redacted, and is not given out.
    NotRedacted {
        /// What the check found in it.
        leaks: Vec<Leak>,
    },
    /// A table to paste.
    TableText {
        /// Identifier of the table.
        table: String,
        /// The text.
        text: String,
        /// Rows in it.
        rows: u32,
        /// Rows that were asked for.
        all: u32,
    },
    /// What is replaced in a redacted report, and what the check found in it.
    Redaction {
        /// From the request.
        format: PrintFormat,
        /// Originals and what stands in for them.
        replacements: Vec<Replacement>,
        /// What should not be there.
        leaks: Vec<Leak>,
    },
    /// Who answers whom.
    Matrix {
        /// The matrix.
        matrix: Matrix,
    },
    /// How a server chooses.
    WhoAnswers {
        /// The choice; `None` when there is nothing to choose from.
        choice: Option<Choice>,
    },
    /// Which connector takes mail to a domain.
    DomainRoute {
        /// The answer; `None` when no domain was asked for.
        route: Option<DomainRoute>,
    },
    /// The timeline.
    Timeline {
        /// The picture.
        picture: Picture,
    },
    /// What the view of routing is told.
    Routing {
        /// The answer.
        told: RoutingTold,
    },
    /// Something could not be done; the page goes on.
    Failed {
        /// What, why, and what to do.
        message: String,
    },
}

/// A row of a table with all that is known about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowAnswer {
    /// Identifier of the table.
    pub table: String,
    /// Number of the row.
    pub number: u32,
    /// Titles and whole texts of its cells.
    pub fields: Vec<(String, String)>,
    /// What it means: title and text.
    pub notes: Vec<(String, String)>,
    /// Where it stands.
    pub evidence: Option<Evidence>,
    /// Of a row about a message: its way over the servers.
    pub path: Option<MessagePath>,
    /// The problems that it belongs to.
    pub problems: Vec<RowProblem>,
}

/// Format of an exported report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PrintFormat {
    /// One self-contained page.
    Html,
    /// Markdown.
    Markdown,
    /// The JSON contract.
    Json,
}

impl PrintFormat {
    /// Suggested file name.
    pub fn file_name(self) -> &'static str {
        match self {
            PrintFormat::Html => "queuescope-report.html",
            PrintFormat::Markdown => "queuescope-report.md",
            PrintFormat::Json => "queuescope-report.json",
        }
    }
}

/// A built-in sample case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleInfo {
    /// Name for [`Request::Sample`].
    pub name: String,
    /// Title.
    pub title: String,
    /// One line about it.
    pub about: String,
    /// Number of files.
    pub files: u32,
    /// Size of all files in bytes.
    pub size: u64,
}
