//! Enhanced status codes of SMTP: `5.7.3`, `4.4.316`.
//!
//! Described in RFC 3463, RFC 5248 and the registry of IANA; Exchange and Exchange Online add their own. Trap: most codes
//! mean the same in each class, some of Exchange's only in one, so a row with the class comes before one without.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What an enhanced status code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// First digit: 2, 4 or 5.
    pub class: u8,
    /// Its name; nothing when only its subject is known.
    pub name: Option<&'static str>,
    /// What it means, in general when only its subject is known.
    pub meaning: &'static str,
    /// What to do.
    pub action: Option<&'static str>,
}

impl Enhanced {
    /// What the class says.
    pub fn outcome(&self) -> &'static str {
        match self.class {
            2 => "done",
            4 => "tried again",
            _ => "given up",
        }
    }
}

type Rows = BTreeMap<&'static str, (&'static str, &'static str, &'static str)>;

static ROWS: LazyLock<Rows> = LazyLock::new(|| {
    let read = |row: Vec<&'static str>| match row.as_slice() {
        [code, name, meaning, action] => Some((*code, (*name, *meaning, *action))),
        _ => None,
    };
    super::super::rows(include_str!("enhanced.tsv")).filter_map(read).collect()
});

const SUBJECTS: &[&str] = &[
    "Something not closer defined.",
    "A matter of an address.",
    "A matter of the mailbox.",
    "A matter of the mail system that answered.",
    "A matter of routing or of the network.",
    "A matter of the SMTP session.",
    "A matter of the content of the message.",
    "A matter of security or policy.",
];

/// What an enhanced status code says; nothing for what is none.
pub fn enhanced(code: &str) -> Option<Enhanced> {
    let mut parts = code.split('.');
    let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if parts.next().is_some() || !matches!(class, "2" | "4" | "5") || !digits(subject, 3) || !digits(detail, 3) {
        return None;
    }
    let in_general = SUBJECTS.get(subject.parse::<usize>().ok()?)?;
    let detail: u16 = detail.parse().ok()?;
    let rest = format!("{subject}.{detail}");
    let mut wanted = vec![format!("{class}.{rest}"), format!("x.{rest}")];
    // The codes that administrators give to their own transport rules.
    if subject == "7" && (900..=999).contains(&detail) {
        wanted.push("x.7.900".to_owned());
    }
    let row = wanted.iter().find_map(|code| ROWS.get(code.as_str()));
    let class = class.parse().ok()?;
    Some(match row {
        Some((name, meaning, action)) => {
            Enhanced { class, name: Some(name), meaning, action: Some(*action).filter(|action| !action.is_empty()) }
        }
        None => Enhanced { class, name: None, meaning: in_general, action: None },
    })
}
