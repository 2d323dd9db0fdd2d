//! Layer 4: the vocabulary of results, and its printers.
//!
//! A [`Report`] is plain data in the reader's terms. It stands alone: excerpts are copied in, so it
//! can be exported, sent and read without the files. The page shows it, the printers write it; both
//! work from this one structure. [`json`] is the contract that other tools may rely on.
//!
//! Sentences carry citations as `[1]`: the number of a piece of [`Evidence`] of the same finding,
//! counted from 1.

pub mod compare;
pub mod excerpt;
pub mod html;
pub mod json;
pub mod markdown;
pub mod redaction;
pub mod text;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::base::order::Order as _;

/// Result of one analysis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// What the whole case comes to.
    pub summary: Summary,
    /// One row per file, sorted by path.
    pub inputs: Vec<Input>,
    /// Problems, best first.
    pub problems: Vec<Problem>,
    /// Findings, best first; each belongs to one problem.
    pub findings: Vec<Finding>,
    /// Rules that were ruled out or could not be decided, by id.
    pub considered: Vec<Considered>,
    /// Whether the names of the site were replaced.
    #[serde(default)]
    pub redacted: bool,
    /// Problems that a reader acknowledged, by number.
    #[serde(default)]
    pub set_aside: Vec<SetAside>,
    /// What the files are about, to compare them with others. Nothing prints it, and a redacted report has none.
    #[serde(default)]
    pub scope: Scope,
    /// What became of the problems of an earlier capture.
    #[serde(default)]
    pub compared: Option<Box<compare::Comparison>>,
}

/// The names by which a capture is known to be of a site.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Servers of the organization.
    pub servers: Vec<String>,
    /// Its domains.
    pub domains: Vec<String>,
}

impl Scope {
    /// Whether both name servers or domains, and nothing of it is in both.
    pub fn is_apart(&self, other: &Scope) -> bool {
        // A server is printed with and without its domain.
        let server = |name: &String| name.split('.').next().unwrap_or("").to_lowercase();
        let apart = |one: BTreeSet<String>, other: BTreeSet<String>| {
            (!one.is_empty() && !other.is_empty()).then(|| one.is_disjoint(&other))
        };
        let servers = apart(self.servers.iter().map(server).collect(), other.servers.iter().map(server).collect());
        let domain = |name: &String| name.to_lowercase();
        let domains = apart(self.domains.iter().map(domain).collect(), other.domains.iter().map(domain).collect());
        let known = [servers, domains];
        known.contains(&Some(true)) && !known.contains(&Some(false))
    }
}

/// What a reader and the page add to a report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Added {
    /// Problems that were set aside.
    pub set_aside: Vec<SetAside>,
    /// The comparison with an earlier capture.
    pub compared: Option<Box<compare::Comparison>>,
}

/// A problem that somebody knows about, with what they say. It is reported like the others, behind them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SetAside {
    /// Number of the problem.
    pub problem: u32,
    /// A note; may be empty.
    pub note: String,
}

/// What stands above the problems that were set aside.
pub const SET_ASIDE: &str =
    "Whoever made this report knows about these problems. Their mail is still in the account above.";

/// What a redacted report says of itself.
pub const REDACTED: &str =
    "Redacted: names, addresses and identifiers of the site are replaced; the same original has the same replacement.";

/// The summary paragraph and the account of all waiting messages.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// At most three sentences, readable by a manager.
    pub text: String,
    /// Newest time in the evidence, with its clock; empty when no file shows one.
    pub as_of: String,
    /// Why the waiting messages are not all known, when lists of queues are among the files; empty when they are.
    pub unknown: String,
    /// Waiting messages in all queues of the evidence; shadow copies are not waiting.
    pub waiting: u64,
    /// Whether a list of queues was read, so that the number of waiting messages says something.
    pub counted: bool,
    /// Waiting messages per problem, in the order of the problems; only those above zero.
    pub explained: Vec<Explained>,
    /// Waiting messages that no problem accounts for.
    pub unexplained: u64,
    /// Of these, messages in queues that report no error: mail on its way, as far as the files show.
    pub moving: u64,
    /// What limits the answer: files not read, assumed time zones, cut exports.
    pub caveats: Vec<String>,
}

/// Messages that a problem accounts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explained {
    /// Number of the problem.
    pub problem: u32,
    /// Number of messages.
    pub messages: u64,
}

/// What happened to one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Path as dropped.
    pub path: String,
    /// Identifier of the format; `None` when no format recognized the file.
    pub kind: Option<String>,
    /// Identifier of the format that it looks like, when none recognized it.
    pub near: Option<String>,
    /// What the file was taken for, in words.
    pub taken_for: String,
    /// Why, or why not and what to do.
    pub reason: String,
    /// Whether it was read.
    pub state: InputState,
    /// Size in bytes.
    pub size: u64,
    /// Text encoding; `None` for binary files.
    pub encoding: Option<String>,
    /// First and last time in the file, as printed; `None` when it shows none.
    pub time_span: Option<(String, String)>,
    /// Records used.
    pub records: u64,
    /// Records left out on purpose.
    pub skipped: u64,
    /// Records damaged or cut.
    pub damaged: u64,
    /// What the reader should know.
    pub notes: Vec<InputNote>,
}

/// Why a file was not read that the reader of the report left out.
pub const LEFT_OUT: &str = "Left out by you: reading went on without it. Drop it again to have it read.";

/// What became of a file, as its row says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// Read in full.
    Read,
    /// Read in part.
    Incomplete,
    /// No format recognized it.
    NotRecognized,
    /// Recognized, and nothing of it could be read.
    NotRead,
    /// Left out on purpose.
    LeftOut,
}

impl FileState {
    /// All, in the order in which they are told.
    pub const ALL: [FileState; 5] =
        [FileState::Read, FileState::Incomplete, FileState::NotRecognized, FileState::NotRead, FileState::LeftOut];

    /// The word for readers.
    pub fn word(self) -> &'static str {
        match self {
            FileState::Read => "Read",
            FileState::Incomplete => "Incomplete",
            FileState::NotRecognized => "Not recognized",
            FileState::NotRead => "Not read",
            FileState::LeftOut => "Left out",
        }
    }

    /// The state with a word.
    pub fn of_word(word: &str) -> Option<FileState> {
        FileState::ALL.into_iter().find(|state| state.word() == word)
    }

    /// Whether it was read.
    pub fn input_state(self) -> InputState {
        match self {
            FileState::Read => InputState::Read,
            FileState::Incomplete => InputState::Incomplete,
            FileState::NotRecognized | FileState::NotRead | FileState::LeftOut => InputState::NotRead,
        }
    }
}

impl Input {
    /// What became of it.
    pub fn file_state(&self) -> FileState {
        match self.state {
            InputState::Read => FileState::Read,
            InputState::Incomplete => FileState::Incomplete,
            InputState::NotRead if self.reason == LEFT_OUT => FileState::LeftOut,
            InputState::NotRead if self.kind.is_none() => FileState::NotRecognized,
            InputState::NotRead => FileState::NotRead,
        }
    }
}

/// Whether a file was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InputState {
    /// In full.
    Read,
    /// In part; the notes say what is missing.
    Incomplete,
    /// Not at all.
    NotRead,
}

/// A remark about a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputNote {
    /// First and last line, when the remark has a place.
    pub lines: Option<(u32, u32)>,
    /// Whether evidence is missing because of it.
    pub loss: bool,
    /// The remark.
    pub text: String,
}

/// A problem: a cause with the symptoms it explains, or a symptom whose cause is not in the files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// From 1, best first.
    pub number: u32,
    /// Index in [`Report::findings`] of the finding that stands for the problem.
    pub main: usize,
    /// Indexes of the findings it explains, best first.
    pub explains: Vec<usize>,
    /// Waiting messages it accounts for.
    pub messages: u64,
}

/// A rule that found something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Identifier of the rule.
    pub rule: String,
    /// How bad it is.
    pub severity: Severity,
    /// What part it plays.
    pub role: Role,
    /// How sure it is.
    pub confidence: Confidence,
    /// Number of the problem it belongs to.
    pub problem: u32,
    /// Title of the rule.
    pub title: String,
    /// One sentence that cites the evidence.
    pub statement: String,
    /// Names of what is affected: servers, queues, databases, connectors, addresses.
    pub affected: Vec<String>,
    /// What it rests on, in the order of citation.
    pub evidence: Vec<Evidence>,
    /// Identifiers of the rules whose findings this one explains.
    pub explains: Vec<String>,
    /// Observable effects, with amounts.
    pub effects: Vec<Effect>,
    /// What was checked, for and against.
    pub grounds: Vec<Ground>,
    /// What to do, in order; the last step says how to check.
    pub remedy: Vec<Step>,
    /// How to see that it is fixed.
    pub verify: Vec<String>,
    /// What would settle it, and how to collect that.
    pub missing: Vec<Missing>,
    /// Where the behavior is documented.
    pub sources: Vec<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Mail is stopped.
    Critical,
    /// Mail is delayed or partly stopped.
    High,
    /// It will delay mail under conditions that are likely to come.
    Medium,
    /// A weakness worth mending.
    Low,
    /// Worth knowing.
    Info,
}

/// What part a finding plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Explains symptoms.
    Cause,
    /// Is explained by a cause.
    Symptom,
    /// Neither; helps to read the rest.
    Context,
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Every condition was seen in the evidence.
    Confirmed,
    /// One condition is inferred.
    Likely,
    /// It fits, and so may something else.
    Possible,
}

/// A piece of evidence: a place in a file and what it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Path of the file.
    pub input: String,
    /// Index of the file in [`Report::inputs`].
    pub source: u32,
    /// `line 12`, `lines 12-14`, `record 345`, `whole file`.
    pub locator: String,
    /// First and last line, for text.
    pub lines: Option<(u32, u32)>,
    /// Record number as text, for binary logs (JavaScript numbers end at 2^53).
    pub record: Option<String>,
    /// What it says, in our words.
    pub note: String,
    /// Why it matters: one sentence for the reader of the raw lines.
    pub why: String,
    /// The raw text, cut around what matters.
    pub excerpt: String,
    /// Byte ranges in `excerpt` that carry the meaning.
    pub marks: Vec<(usize, usize)>,
    /// Texts to mark wherever the raw lines are shown.
    pub marked_texts: Vec<String>,
    /// The evidence is that something is *not* there; `excerpt` says what was searched.
    pub absent: bool,
    /// Codes in the excerpt, each once, in their order.
    pub codes: Vec<ExplainedCode>,
}

impl Report {
    /// The same report with what was added to it; problems set aside that are not its own are none.
    pub fn with(&self, added: Added) -> Report {
        let Added { mut set_aside, compared } = added;
        set_aside.retain(|own| self.problems.iter().any(|problem| problem.number == own.problem));
        set_aside.order();
        set_aside.dedup_by_key(|own| own.problem);
        Report { set_aside, compared, ..self.clone() }
    }

    /// The note on a problem that was set aside.
    pub fn note(&self, problem: u32) -> Option<&str> {
        self.set_aside.iter().find(|own| own.problem == problem).map(|own| own.note.as_str())
    }

    /// The problems as they are printed: those that were set aside last.
    pub fn printed(&self) -> (Vec<&Problem>, Vec<&Problem>) {
        self.problems.iter().partition(|problem| self.note(problem.number).is_none())
    }

    /// Problems without those that are only worth knowing.
    pub fn problems_to_solve(&self) -> usize {
        let main = |problem: &Problem| self.findings.get(problem.main);
        self.problems.iter().filter(|p| main(p).is_some_and(|finding| finding.severity != Severity::Info)).count()
    }
}

/// `41 KB`, `1.1 MB`, `716 MB`.
pub fn size(bytes: u64) -> String {
    let unit = unit_of(bytes);
    format!("{} {}", in_unit(bytes, unit), unit.0)
}

const UNITS: [(&str, u64); 3] = [("GB", 1 << 30), ("MB", 1 << 20), ("KB", 1 << 10)];

/// The unit in which a size is told, and how many bytes it has.
pub fn unit_of(bytes: u64) -> (&'static str, u64) {
    UNITS.into_iter().find(|(_, size)| bytes >= *size).unwrap_or(("bytes", 1))
}

/// A size in a unit.
pub fn in_unit(bytes: u64, (name, size): (&str, u64)) -> String {
    let tenths = (u128::from(bytes) * 10 + u128::from(size) / 2) / u128::from(size);
    let whole = u64::try_from(tenths / 10).unwrap_or(u64::MAX);
    // One decimal where it says something: 1.1 MB, 48.1 MB, but 41 KB and 716 MB.
    if name == "bytes" || name == "KB" || whole >= 100 {
        let rounded = (u128::from(bytes) + u128::from(size) / 2) / u128::from(size);
        grouped(u64::try_from(rounded).unwrap_or(u64::MAX))
    } else {
        format!("{whole}.{}", tenths % 10)
    }
}

/// A code in a piece of evidence, and what it means there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExplainedCode {
    /// As printed.
    pub code: String,
    /// Symbol and meaning, one sentence.
    pub text: String,
}

impl Finding {
    /// What readers call it when it stands for a problem: what is only worth knowing is none.
    pub fn noun(&self) -> &'static str {
        if self.severity == Severity::Info { "Remark" } else { "Problem" }
    }

    /// The codes of a piece of evidence that no earlier one has: what a reader has not been told yet.
    pub fn new_codes(&self, evidence: usize) -> impl Iterator<Item = &ExplainedCode> {
        let (before, own) = self.evidence.split_at(evidence.min(self.evidence.len()));
        let known = |code: &ExplainedCode| before.iter().any(|earlier| earlier.codes.contains(code));
        own.iter().take(1).flat_map(|evidence| &evidence.codes).filter(move |code| !known(code))
    }
}

/// Something that follows from a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// What follows.
    pub text: String,
    /// How much: `187 messages`, `2 of 2 hosts`; may be empty.
    pub amount: String,
}

/// A check that speaks for or against a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ground {
    /// Whether it held.
    pub held: GroundKind,
    /// What was checked and found; may cite evidence.
    pub text: String,
}

/// How a check went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GroundKind {
    /// It holds.
    Held,
    /// A rival explanation was excluded.
    RuledOut,
    /// It could not be checked.
    Unknown,
    /// It happened just before.
    Before,
}

/// One step of a remedy.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to do, its effect and its limit.
    pub text: String,
    /// Command to paste, one per line.
    pub command: Option<String>,
    /// What to mind before running it.
    pub warning: Option<String>,
}

/// An input that would settle a question.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Missing {
    /// What to bring.
    pub what: String,
    /// What it settles.
    pub settles: String,
    /// A command that only reads; may be empty.
    pub command: String,
}

/// A rule that found nothing, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Considered {
    /// Identifier of the rule.
    pub rule: String,
    /// Title of the rule.
    pub title: String,
    /// What it came to.
    pub verdict: ConsideredVerdict,
    /// Why.
    pub why: String,
    /// What would decide it.
    pub missing: Vec<Missing>,
}

/// Verdict of a rule without a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ConsideredVerdict {
    /// The evidence excludes it.
    RuledOut,
    /// The evidence does not suffice.
    Undecided,
}

macro_rules! words {
    ($type:ident: $($variant:ident => $word:literal),* $(,)?) => {
        impl $type {
            /// The word that readers see.
            pub fn word(self) -> &'static str {
                match self {
                    $($type::$variant => $word,)*
                }
            }
        }
    };
}

words!(Severity: Critical => "Critical", High => "High", Medium => "Medium", Low => "Low", Info => "Info");
words!(Role: Cause => "Cause", Symptom => "Symptom", Context => "Context");
words!(Confidence: Confirmed => "Confirmed", Likely => "Likely", Possible => "Possible");
words!(ConsideredVerdict: RuledOut => "Ruled out", Undecided => "Undecided");
words!(InputState: Read => "Read", Incomplete => "Incomplete", NotRead => "Not read");

impl Severity {
    /// What the word says about mail.
    pub fn meaning(self) -> &'static str {
        match self {
            Severity::Critical => "Mail is stopped",
            Severity::High => "Mail is delayed or partly stopped",
            Severity::Medium => "Mail will be delayed under conditions that are likely to come",
            Severity::Low => "A weakness worth mending",
            Severity::Info => "Worth knowing",
        }
    }
}

/// A number with commas between groups of three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
