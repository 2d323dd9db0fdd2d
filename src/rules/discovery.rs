//! What a check returns: a verdict, and for a finding the discovery with its proofs.

use std::collections::BTreeSet;

use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::queues::WaitingQueue;
use crate::model::legacy_queue::LegacyQueue;
use crate::report::{Confidence, Effect, Ground, GroundKind, Missing, Role, Severity, Step};

/// What a rule came to.
#[derive(Debug)]
pub enum Verdict {
    /// It found something.
    Found(Vec<Discovery>),
    /// The evidence excludes it; why.
    RuledOut(String),
    /// The evidence does not suffice; why, and what would.
    Undecided(String, Vec<Missing>),
    /// Nothing in the evidence raises the question.
    NotApplicable,
}

/// A finding, before the analysis gives it its place in the report.
#[derive(Debug)]
pub struct Discovery {
    /// How sure.
    pub confidence: Confidence,
    /// Severity, where it differs from the rule's.
    pub severity: Option<Severity>,
    /// Role, where it differs from the rule's.
    pub role: Option<Role>,
    /// One sentence with citations.
    pub statement: String,
    /// Names of what is affected.
    pub affected: Vec<String>,
    /// The same, to look them up.
    named: BTreeSet<String>,
    /// Evidence in the order of citation.
    pub proofs: Vec<Proof>,
    /// Effects.
    pub effects: Vec<Effect>,
    /// Checks for and against.
    pub grounds: Vec<Ground>,
    /// What to do.
    pub remedy: Vec<Step>,
    /// How to see that it is fixed.
    pub verify: Vec<String>,
    /// What would settle it.
    pub missing: Vec<Missing>,
    /// The waiting messages it accounts for.
    pub shares: Vec<Share>,
    /// When it began, as far as the evidence shows.
    pub onset: Option<Moment>,
}

/// A piece of evidence as a rule sees it: a place, and what to mark there.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Where.
    pub span: Span,
    /// What it says, in our words.
    pub note: String,
    /// Why it matters.
    pub why: String,
    /// Texts to mark.
    pub marks: Vec<String>,
    /// For what is *not* there: what was searched.
    pub searched: Option<String>,
}

/// Waiting messages of one queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    /// The queue, as the facts name it.
    pub queue: String,
    /// How many of its messages.
    pub messages: u64,
}

impl Discovery {
    /// A discovery without content yet.
    pub fn new(confidence: Confidence) -> Discovery {
        Discovery {
            confidence,
            severity: None,
            role: None,
            statement: String::new(),
            affected: Vec::new(),
            named: BTreeSet::new(),
            proofs: Vec::new(),
            effects: Vec::new(),
            grounds: Vec::new(),
            remedy: Vec::new(),
            verify: Vec::new(),
            missing: Vec::new(),
            shares: Vec::new(),
            onset: None,
        }
    }

    /// Adds evidence and returns its citation, `[1]`. The same place cited twice keeps its number.
    pub fn cite(&mut self, proof: Proof) -> String {
        let known = self.proofs.iter_mut().position(|p| p.span == proof.span && p.note == proof.note);
        let number = known.unwrap_or_else(|| {
            self.proofs.push(proof);
            self.proofs.len() - 1
        });
        format!("[{}]", number + 1)
    }

    /// Adds names of what is affected, each once.
    pub fn affects(&mut self, names: impl IntoIterator<Item = impl Into<String>>) {
        for name in names {
            let name = name.into();
            if !name.is_empty() && self.named.insert(name.clone()) {
                self.affected.push(name);
            }
        }
    }

    /// It had begun at this time. Of two times of the same clock the earlier one counts.
    pub fn began(&mut self, at: Option<Moment>) {
        let Some(at) = at else { return };
        if self.onset.is_none_or(|known| at.compare(known) == Some(std::cmp::Ordering::Less)) {
            self.onset = Some(at);
        }
    }

    /// Adds a check or a remark of any kind.
    pub fn note(&mut self, kind: GroundKind, text: impl Into<String>) {
        self.grounds.push(Ground { held: kind, text: text.into() });
    }

    /// Accounts for messages of a queue and states it as an effect.
    pub fn accounts_for(&mut self, queue: &WaitingQueue, messages: u64, text: String) {
        self.began(queue.messages.iter().filter_map(|m| Some(m.date_received.as_ref()?.value)).min_by_key(|m| m.at));
        self.affects([queue.label()]);
        self.shares.push(Share { queue: queue.label(), messages });
        let amount = if queue.is_counted() { count(messages, "message") } else { "number not shown".to_owned() };
        self.effects.push(Effect { text, amount });
    }

    /// The same for a queue of Exchange 5.5, 2000 or 2003.
    pub fn accounts_for_legacy(&mut self, queue: &LegacyQueue, messages: u64, text: String) {
        self.affects([queue.label()]);
        self.shares.push(Share { queue: queue.label(), messages });
        let amount = if queue.messages.is_some() { count(messages, "message") } else { "number not shown".to_owned() };
        self.effects.push(Effect { text, amount });
    }

    /// Adds an effect.
    pub fn effect(&mut self, text: impl Into<String>, amount: impl Into<String>) {
        self.effects.push(Effect { text: text.into(), amount: amount.into() });
    }

    /// Adds a check that held.
    pub fn held(&mut self, text: impl Into<String>) {
        self.grounds.push(Ground { held: GroundKind::Held, text: text.into() });
    }

    /// Adds a rival explanation that was excluded.
    pub fn excluded(&mut self, text: impl Into<String>) {
        self.grounds.push(Ground { held: GroundKind::RuledOut, text: text.into() });
    }

    /// Adds a check that could not be made.
    pub fn unknown(&mut self, text: impl Into<String>) {
        self.grounds.push(Ground { held: GroundKind::Unknown, text: text.into() });
    }

    /// Adds a step.
    pub fn step(&mut self, text: impl Into<String>) {
        self.remedy.push(Step { text: text.into(), ..Step::default() });
    }

    /// Adds a step with a command.
    pub fn command(&mut self, text: impl Into<String>, command: impl Into<String>) {
        self.remedy.push(Step { text: text.into(), command: Some(command.into()), warning: None });
    }

    /// Puts a warning above the command of the last step.
    pub fn warn(&mut self, warning: impl Into<String>) {
        if let Some(step) = self.remedy.last_mut() {
            step.warning = Some(warning.into());
        }
    }
}

impl Proof {
    /// Evidence at a place.
    pub fn new(span: Span, note: impl Into<String>) -> Proof {
        Proof { span, note: note.into(), why: String::new(), marks: Vec::new(), searched: None }
    }

    /// Texts to mark.
    pub fn mark(mut self, texts: impl IntoIterator<Item = impl Into<String>>) -> Proof {
        self.marks.extend(texts.into_iter().map(Into::into).filter(|m: &String| !m.is_empty()));
        self
    }

    /// Why it matters.
    pub fn why(mut self, text: impl Into<String>) -> Proof {
        self.why = text.into();
        self
    }

    /// Evidence that something is not there; `searched` says where it was looked for.
    pub fn absent(mut self, searched: impl Into<String>) -> Proof {
        self.searched = Some(searched.into());
        self
    }
}

/// `1 message`, `312 messages`.
pub fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", crate::report::grouped(number))
}

/// `a`, `a and b`, `a, b and c`; beyond `most`, `a, b and 7 more`.
pub fn listed(names: &[String], most: usize) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        _ if names.len() <= most => {
            let (last, first) = names.split_last().map_or(("", &[][..]), |(l, f)| (l.as_str(), f));
            format!("{} and {last}", first.join(", "))
        }
        _ => {
            let shown = names.get(..most.min(names.len())).unwrap_or(names);
            format!("{} and {} more", shown.join(", "), names.len() - shown.len())
        }
    }
}

/// Each item once, in the order of its first appearance.
pub fn distinct<T: PartialEq>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept: Vec<T> = Vec::new();
    for item in items {
        if !kept.contains(&item) {
            kept.push(item);
        }
    }
    kept
}

/// A name as a PowerShell string, in double quotes, with what PowerShell would expand made literal.
pub fn quoted(name: &str) -> String {
    let escaped: String = name
        .chars()
        .filter(|c| !c.is_control())
        .flat_map(|c| {
            if matches!(c, '`' | '"' | '$' | '\u{201C}' | '\u{201D}' | '\u{201E}') { vec!['`', c] } else { vec![c] }
        })
        .collect();
    format!("\"{escaped}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_break_out_of_its_quotes() {
        assert_eq!(quoted("EX1\\Relay"), "\"EX1\\Relay\"");
        assert_eq!(quoted("a\"; Remove-Item $x \u{201D}\n"), "\"a`\"; Remove-Item `$x `\u{201D}\"");
    }

    #[test]
    fn lists_and_counts_read_like_sentences() {
        let names = |n: usize| (1..=n).map(|i| format!("EX{i}")).collect::<Vec<_>>();
        assert_eq!(listed(&names(1), 3), "EX1");
        assert_eq!(listed(&names(3), 3), "EX1, EX2 and EX3");
        assert_eq!(listed(&names(9), 3), "EX1, EX2, EX3 and 6 more");
        assert_eq!(count(1, "message"), "1 message");
        assert_eq!(count(12481, "message"), "12,481 messages");
    }
}
