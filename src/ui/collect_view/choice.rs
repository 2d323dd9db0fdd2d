//! What is chosen in the view, and the request that it makes. Pure.

use std::collections::BTreeSet;

use crate::analysis::wanted::{Wanted, wanted};
use crate::report::Report;
use crate::tools::collect::{Generation, Request, basics, gathered};

/// Where a choice of entries comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// What the open case lacks.
    Missing,
    Basics,
    Everything,
    Nothing,
    /// Ticked by hand.
    Own,
}

/// What of it changes.
#[derive(Clone, Debug)]
pub enum CollectChange {
    Generation(Generation),
    Preset(Preset),
    /// An entry more, or one less.
    Toggle(&'static str),
    Days(u32),
    Servers(String),
}

/// What is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub generation: Generation,
    pub preset: Preset,
    pub entries: BTreeSet<&'static str>,
    pub days: u32,
    /// Names of servers as typed, separated by commas or blanks; empty for all.
    pub servers: String,
}

impl Choice {
    /// What is chosen before anybody chose: what the open case lacks, else the basics.
    pub fn first(report: Option<&Report>) -> Choice {
        let lacks = report.map(|report| wanted(report, None));
        let generation = lacks.as_ref().map_or(Generation::Any, |lacks| lacks.generation);
        let preset = match &lacks {
            Some(lacks) if is_asked(lacks) => Preset::Missing,
            _ => Preset::Basics,
        };
        let choice =
            Choice { generation, preset, entries: BTreeSet::new(), days: Request::DAYS, servers: String::new() };
        choice.with_preset(report, preset)
    }

    /// The choice after a change.
    pub fn changed(mut self, report: Option<&Report>, change: CollectChange) -> Choice {
        match change {
            CollectChange::Generation(generation) => return self.with_generation(report, generation),
            CollectChange::Preset(preset) => return self.with_preset(report, preset),
            CollectChange::Toggle(id) => return self.toggled(id),
            CollectChange::Days(days) => self.days = days.clamp(1, Request::MOST_DAYS),
            CollectChange::Servers(servers) => self.servers = servers,
        }
        self
    }

    /// The same for another generation. What was ticked by hand stays where that generation has it.
    pub fn with_generation(mut self, report: Option<&Report>, generation: Generation) -> Choice {
        self.generation = generation;
        if self.preset == Preset::Own {
            let there: BTreeSet<&str> = gathered(generation).map(|(entry, _)| entry.id).collect();
            self.entries.retain(|id| there.contains(id));
            return self;
        }
        let preset = self.preset;
        self.with_preset(report, preset)
    }

    /// The entries of a preset.
    pub fn with_preset(mut self, report: Option<&Report>, preset: Preset) -> Choice {
        self.entries = match preset {
            Preset::Missing => report
                .map(|report| wanted(report, Some(self.generation)).entries)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            Preset::Basics => basics(self.generation).into_iter().collect(),
            Preset::Everything => gathered(self.generation).map(|(entry, _)| entry.id).collect(),
            Preset::Nothing => BTreeSet::new(),
            Preset::Own => self.entries,
        };
        self.preset = preset;
        self
    }

    /// One entry more, or one less.
    pub fn toggled(mut self, id: &'static str) -> Choice {
        if !self.entries.remove(id) {
            self.entries.insert(id);
        }
        self.preset = Preset::Own;
        self
    }

    /// What to gather.
    pub fn request(&self, lacks: Option<&Wanted>) -> Request {
        let mut request = match lacks {
            Some(lacks) => lacks.request(),
            None => Request::basics(self.generation),
        };
        request.generation = self.generation;
        request.entries = self.entries.iter().map(|id| (*id).to_owned()).collect();
        request.days = self.days;
        request.servers = names(&self.servers);
        request
    }
}

/// Whether a case lacks anything.
pub fn is_asked(lacks: &Wanted) -> bool {
    !lacks.entries.is_empty() || !lacks.by_hand.is_empty()
}

/// Names that stand between commas, semicolons and blanks, each once.
fn names(typed: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in typed.split([',', ';', ' ', '\t', '\n']).filter(|name| !name.is_empty()) {
        if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_case_the_basics_are_chosen_and_follow_the_generation() {
        let choice = Choice::first(None);
        assert_eq!((choice.generation, choice.preset), (Generation::Any, Preset::Basics));
        let ids = |request: &Request| request.gathered().map(|(entry, _)| entry.id).collect::<Vec<_>>();
        assert_eq!(ids(&choice.request(None)), ids(&Request::basics(Generation::Any)));
        assert!(ids(&choice.request(None)).len() > 3);
        let old = choice.with_generation(None, Generation::Exchange2003);
        assert!(old.entries.contains("link-state") && !old.entries.contains("receive-connectors"));
        let own = old.toggled("link-state").with_generation(None, Generation::Exchange55);
        assert!(own.preset == Preset::Own && own.entries.contains("queues") && !own.entries.contains("link-state"));
        assert!(own.with_preset(None, Preset::Nothing).entries.is_empty());
    }

    #[test]
    fn servers_are_typed_as_people_do() {
        assert_eq!(names(" EX1, ex1;EX2  EX3,"), ["EX1", "EX2", "EX3"]);
    }
}
