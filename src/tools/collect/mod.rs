//! What a site can gather for a case: a script for Exchange 2007 to SE and for Exchange Online, instructions in numbered
//! steps for 5.5 to 2003.
//!
//! Each kind of input is one [`Entry`], with one [`Way`] per generation of Exchange. What is gathered only reads: the
//! script has no command that changes anything, and the tests hold it to a list of commands.
//!
//! Traps: identifiers of formats stand here as text, because tools do not see formats; `tests/collect.rs` ties the two.

mod asked;
mod entries;
mod guide;
mod script;

pub use self::asked::{Asked, asked_by, changes_something};
pub use self::guide::guide;
use self::script::with_mark;
pub use self::script::{quoted, script};

/// A generation of Exchange: servers that are asked in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Generation {
    /// 2007 to SE, when it is not known which: the script finds out.
    Any,
    /// 2013 to SE.
    Exchange2013,
    /// 2007 and 2010.
    Exchange2007,
    /// 2000 and 2003.
    Exchange2003,
    /// 5.5.
    Exchange55,
    /// Exchange Online.
    Online,
}

impl Generation {
    /// All of them, in the order in which readers see them.
    pub const ALL: [Generation; 6] = [
        Generation::Any,
        Generation::Exchange2013,
        Generation::Exchange2007,
        Generation::Exchange2003,
        Generation::Exchange55,
        Generation::Online,
    ];

    /// What readers call it.
    pub fn title(self) -> &'static str {
        match self {
            Generation::Any => "Exchange 2007 to SE",
            Generation::Exchange2013 => "Exchange 2013 to SE",
            Generation::Exchange2007 => "Exchange 2007, 2010",
            Generation::Exchange2003 => "Exchange 2000, 2003",
            Generation::Exchange55 => "Exchange 5.5",
            Generation::Online => "Exchange Online",
        }
    }

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Generation::Any => "any",
            Generation::Exchange2013 => "2013",
            Generation::Exchange2007 => "2007",
            Generation::Exchange2003 => "2003",
            Generation::Exchange55 => "5.5",
            Generation::Online => "online",
        }
    }

    /// The generation of a word: one of [`Generation::word`], or a version.
    pub fn of_word(word: &str) -> Option<Generation> {
        Some(match word.to_ascii_lowercase().as_str() {
            "any" => Generation::Any,
            "2013" | "2016" | "2019" | "se" => Generation::Exchange2013,
            "2007" | "2010" => Generation::Exchange2007,
            "2000" | "2003" => Generation::Exchange2003,
            "5.5" | "55" => Generation::Exchange55,
            "online" => Generation::Online,
            _ => return None,
        })
    }

    /// Whether a script gathers; otherwise people do, by numbered steps.
    pub fn has_script(self) -> bool {
        !matches!(self, Generation::Exchange2003 | Generation::Exchange55)
    }

    /// The newest generation whose own exports are among these formats; any when they do not tell.
    pub fn of_formats<'a>(formats: impl IntoIterator<Item = &'a str>) -> Generation {
        let mut old = None;
        for format in formats {
            match format {
                "get-acl" | "get-event-log" | "get-win-event" | "get-service" => {}
                "queue-list-2003"
                | "org-info"
                | "message-tracking-log-2003"
                | "message-tracking-center"
                | "smtp-w3c-log"
                | "esm-mailbox-list" => {
                    old = Some(Generation::Exchange2003);
                }
                "routing-config" => return Generation::Any,
                // Every other command that is read came with 2007.
                command if command.starts_with("get-") => return Generation::Any,
                "mta-queue-list" | "message-tracking-log-55" => {
                    old = old.or(Some(Generation::Exchange55));
                }
                _ => {}
            }
        }
        old.unwrap_or(Generation::Any)
    }
}

/// What an entry is about; how entries are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// Queues and messages.
    Mail,
    /// Servers and their state.
    Servers,
    /// Connectors, domains, routing.
    Routing,
    /// Databases and recipients.
    Recipients,
    /// Objects of the directory and the rights on them.
    Directory,
    /// Event logs.
    Events,
    /// Logs of transport.
    Logs,
    /// What only people can save.
    ByHand,
}

impl Group {
    /// All of them, in the order in which readers see them.
    pub const ALL: [Group; 8] = [
        Group::Mail,
        Group::Servers,
        Group::Routing,
        Group::Recipients,
        Group::Directory,
        Group::Events,
        Group::Logs,
        Group::ByHand,
    ];

    /// The group as a heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Mail => "Mail that waits",
            Group::Servers => "Servers and their state",
            Group::Routing => "Connectors and routing",
            Group::Recipients => "Databases and recipients",
            Group::Directory => "Directory and permissions",
            Group::Events => "Events",
            Group::Logs => "Logs of transport",
            Group::ByHand => "By hand",
        }
    }
}

/// Something that can be gathered.
#[derive(Debug)]
pub struct Entry {
    /// Stable identifier, kebab-case.
    pub id: &'static str,
    /// What a person calls it.
    pub title: &'static str,
    /// Where it stands.
    pub group: Group,
    /// What it settles.
    pub settles: &'static str,
    /// Whether it is gathered when nothing is known yet: small, quick and nearly always needed.
    pub basic: bool,
    /// Formats that answer the same, although no way writes them.
    pub also: &'static [&'static str],
    /// How it is gathered, by generation.
    pub ways: &'static [Way],
}

/// How an entry is gathered.
#[derive(Debug)]
pub struct Way {
    /// On these generations.
    pub generations: &'static [Generation],
    /// The files it gives, each with the format that reads it.
    pub files: &'static [(&'static str, &'static str)],
    /// How large they are.
    pub size: &'static str,
    /// How long it takes.
    pub time: &'static str,
    /// What it needs beyond reading the configuration of Exchange; may be empty.
    pub rights: &'static str,
    /// How.
    pub how: How,
}

/// By a script or by people.
#[derive(Debug)]
pub enum How {
    /// The command in one line, for readers, and the lines of the script.
    Script(&'static str, &'static str),
    /// Numbered steps.
    Steps(&'static [&'static str]),
}

impl Entry {
    /// How it is gathered on a generation.
    pub fn way(&self, generation: Generation) -> Option<&'static Way> {
        let fits = |way: &&Way| match generation {
            Generation::Any => {
                way.generations.iter().any(|g| matches!(g, Generation::Exchange2007 | Generation::Exchange2013))
            }
            one => way.generations.contains(&one),
        };
        self.ways.iter().find(fits)
    }

    /// Whether a file of this format brings it.
    pub fn is_brought_by(&self, format: &str) -> bool {
        self.also.contains(&format) || self.ways.iter().any(|way| way.files.iter().any(|(_, own)| *own == format))
    }
}

/// Everything that can be gathered, by group.
pub fn entries() -> impl Iterator<Item = &'static Entry> {
    entries::ALL.iter().copied().flatten()
}

/// The entry with an identifier.
pub fn entry(id: &str) -> Option<&'static Entry> {
    entries().find(|entry| entry.id == id)
}

/// What is gathered on a generation, each with its way.
pub fn gathered(generation: Generation) -> impl Iterator<Item = (&'static Entry, &'static Way)> {
    entries().filter_map(move |entry| Some((entry, entry.way(generation)?)))
}

/// Identifiers of what is gathered when nothing is known yet.
pub fn basics(generation: Generation) -> Vec<&'static str> {
    gathered(generation).filter(|(entry, _)| entry.basic).map(|(entry, _)| entry.id).collect()
}

/// What to gather, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// On which generation.
    pub generation: Generation,
    /// Identifiers of entries. Those that the generation does not know are left out.
    pub entries: Vec<String>,
    /// Only these servers; empty for all.
    pub servers: Vec<String>,
    /// Days of logs and events.
    pub days: u32,
    /// What else is missing and has to be gathered by hand, each in one line.
    pub by_hand: Vec<String>,
}

impl Request {
    /// Days of logs unless somebody says otherwise.
    pub const DAYS: u32 = 2;
    /// Most days that can be asked for.
    pub const MOST_DAYS: u32 = 90;

    /// The basics of a generation.
    pub fn basics(generation: Generation) -> Request {
        Request {
            generation,
            entries: basics(generation).into_iter().map(str::to_owned).collect(),
            servers: Vec::new(),
            days: Request::DAYS,
            by_hand: Vec::new(),
        }
    }

    /// What is asked for and can be gathered, in the order of the table.
    pub fn gathered(&self) -> impl Iterator<Item = (&'static Entry, &'static Way)> {
        gathered(self.generation).filter(|(entry, _)| self.entries.iter().any(|id| id == entry.id))
    }

    /// The script or the instructions.
    pub fn text(&self) -> String {
        if self.generation.has_script() { script(self) } else { guide(self) }
    }

    /// The same as the content of a file: with a byte order mark where PowerShell would take it for another code page.
    pub fn file(&self) -> String {
        with_mark(self.text())
    }

    /// A name for the file that holds them.
    pub fn file_name(&self) -> &'static str {
        if self.generation.has_script() { "queuescope-collect.ps1" } else { "queuescope-collect.txt" }
    }
}

#[cfg(test)]
mod tests;
