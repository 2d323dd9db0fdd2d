//! What `dsacls` prints: the owner, then entries such as
//! `Allow CONTOSO\Exchange Servers    SPECIAL ACCESS for user   <Inherited from parent>` with their rights below.
//!
//! Described at <https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2012-r2-and-2012/cc771151(v=ws.11)>.
//! Traps: a long name pushes the access to the next line; an extended right stands by its display name where
//! `SPECIAL ACCESS` stands otherwise; older builds print `READ PERMISSONS`; the name of the object is printed
//! nowhere but in the command above; what the object only hands down is listed a second time, under
//! `Permissions inherited to subobjects are:`.

use std::ops::ControlFlow;

use super::{Document, Format, Head, Output, Parse, Probe};
use crate::base::distinguished_name::DistinguishedName;
use crate::base::ledger::NoteKind;
use crate::base::source::Span;
use crate::model::access::{AccessControlList, AccessEntry, Effect, EntryOrder, ObjectType, Rights, Trustee};
use crate::model::{Located, Record};

/// dsacls.
pub static FORMAT: Format = Format {
    id: "dsacls",
    title: "dsacls",
    how_to_collect: "dsacls \"CN=EX1,CN=Servers,CN=First Administrative Group,...\" > dsacls-EX1.txt",
    extensions: &["txt"],
    probe,
    parse: Parse::Document(parse),
};

const PROTECTED: &str = "protected from inheriting permissions from the parent";
const INHERITED: &str = "<Inherited from parent>";

fn probe(head: &Head<'_>) -> Probe {
    if !head.is_text() {
        return Probe::No;
    }
    let (mut list, mut foreign) = (false, false);
    for (_, line) in head.text.lines() {
        let text = line.trim();
        if text == "Access list:" {
            list = true;
        }
        if list && effect(line).is_some() {
            return Probe::Yes(89, "the access list of dsacls".to_owned());
        }
        foreign |= text == "Zugriffsliste:" || text == "Liste d'accès :";
    }
    if foreign {
        return Probe::Near(
            "Looks like dsacls in another language than English. Export the object with ldifde -f object.ldf -d and the \
             distinguished name -l nTSecurityDescriptor, which has no language."
                .to_owned(),
        );
    }
    Probe::No
}

/// Whether a line begins an entry, and what follows.
fn effect(line: &str) -> Option<(Effect, &str)> {
    let of = |word: &str, effect| Some((effect, line.strip_prefix(word)?.strip_prefix(' ')?.trim()));
    of("Allow", Effect::Allow).or_else(|| of("Deny", Effect::Deny)).filter(|(_, rest)| !rest.is_empty())
}

/// The distinguished name in the command that was copied along.
fn command(line: &str) -> Option<&str> {
    let at = line.to_ascii_lowercase().find("dsacls")?;
    let rest = line.get(at + 6..)?.trim_start_matches(".exe").trim_start();
    let name = match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next()?,
        None => rest.split(" /").next()?.split('>').next()?,
    };
    // `\\server\CN=...` asks a certain domain controller.
    let name = name.trim_start_matches('\\');
    let name = name.find("CN=").or_else(|| name.find("DC=")).and_then(|at| name.get(at..)).unwrap_or(name).trim();
    DistinguishedName::parse(name).map(|_| name)
}

/// An entry that is being read.
struct Entry {
    lines: (u32, u32),
    effect: Effect,
    trustee: String,
    access: Option<String>,
    rights: Vec<String>,
    handed_down: Option<String>,
}

struct Reader<'a, 'b> {
    document: &'a Document<'a>,
    out: &'a mut Output<'b>,
    list: Option<AccessControlList>,
    entry: Option<Entry>,
    object: Option<Located<String>>,
    handed_down: Option<String>,
    below: bool,
    finished: bool,
    first: u32,
}

fn parse(document: &Document<'_>, out: &mut Output<'_>) {
    let mut reader = Reader {
        document,
        out,
        list: None,
        entry: None,
        object: None,
        handed_down: None,
        below: false,
        finished: true,
        first: 1,
    };
    let mut done = 0;
    for (number, line) in document.text.lines() {
        reader.line(number, line);
        done += line.len() as u64 + 1;
        if number % 4096 == 0 && reader.out.progress(done) == ControlFlow::Break(()) {
            return;
        }
    }
    if !reader.finished {
        let text = "The end of the list is missing, so there may be more entries. Run dsacls again.";
        let last = document.text.line_count();
        reader.out.note(NoteKind::Truncated, Some((last, last)), text);
        if let Some(list) = &mut reader.list {
            list.complete = false;
        }
    }
    reader.end_list(document.text.line_count());
}

impl Reader<'_, '_> {
    fn open(&mut self, number: u32) -> &mut AccessControlList {
        let id = self.document.id;
        let object = &mut self.object;
        let first = &mut self.first;
        self.list.get_or_insert_with(|| {
            *first = number;
            let mut list = AccessControlList::new(Span::lines(id, number, number), EntryOrder::Stored);
            list.object = object.take();
            list
        })
    }

    fn line(&mut self, number: u32, line: &str) {
        let text = line.trim();
        let span = self.document.span(number, number);
        if let Some(name) = command(line) {
            self.end_list(number.saturating_sub(1));
            self.object = Some(Located::new(name.to_owned(), span));
        } else if let Some(owner) = text.strip_prefix("Owner:") {
            self.end_list(number.saturating_sub(1));
            self.open(number).owner = Some(Located::new(Trustee::from_text(owner), span));
            self.finished = false;
        } else if text == "Access list:" {
            self.end_entry();
            self.open(number).protected = Some(Located::new(false, span));
            self.finished = false;
        } else if text.contains(PROTECTED) {
            self.open(number).protected = Some(Located::new(true, span));
        } else if text.starts_with("Effective Permissions on this object") {
            self.end_entry();
            (self.below, self.handed_down) = (false, None);
        } else if text.starts_with("Permissions inherited to subobjects") {
            self.end_entry();
            self.below = true;
        } else if let Some(class) = text.strip_prefix("Inherited to ").filter(|_| !line.starts_with("     ")) {
            self.end_entry();
            self.below = true;
            self.handed_down = Some(class.trim().to_owned()).filter(|class| class != "all subobjects");
        } else if text.starts_with("The command completed") {
            self.end_list(number);
        } else if let Some((effect, rest)) = effect(line) {
            self.end_entry();
            self.open(number);
            let (trustee, access) = divided(rest);
            self.entry = Some(Entry {
                lines: (number, number),
                effect,
                trustee: trustee.to_owned(),
                access: access.map(str::to_owned),
                rights: Vec::new(),
                handed_down: self.handed_down.clone(),
            });
        } else if let Some(entry) = &mut self.entry
            && line.starts_with([' ', '\t'])
            && !text.is_empty()
        {
            entry.lines.1 = number;
            match &entry.access {
                None => entry.access = Some(text.to_owned()),
                Some(_) => entry.rights.push(text.to_owned()),
            }
        } else if !text.is_empty() && !text.starts_with("Group:") && self.list.is_some() && !self.finished {
            self.end_entry();
            self.out.ledger.skipped += 1;
            let text = "Lines that are no entry are left out; if the list was edited, run dsacls again.";
            self.out.note(NoteKind::Skipped, Some((number, number)), text);
        }
    }

    fn end_entry(&mut self) {
        let Some(entry) = self.entry.take() else { return };
        let Some(list) = &mut self.list else { return };
        let inherited = entry.access.as_deref().is_some_and(|access| access.contains(INHERITED));
        let access = entry.access.as_deref().unwrap_or("").replace(INHERITED, "");
        let access = access.trim();
        let (access, target) = match access.split_once(" for ") {
            Some((access, target)) if is_general(access) => (access.trim(), Some(target.trim())),
            _ => (access, None),
        };
        let mut object_type = target.and_then(ObjectType::from_text);
        let mut rights = Rights::default();
        if access == "SPECIAL ACCESS" {
            for right in &entry.rights {
                match Rights::named(right) {
                    Some(named) => rights = rights.with(named),
                    None => {
                        list.complete = false;
                        let text = format!("A right that is not known is left out: {right}");
                        self.out.note(NoteKind::Skipped, Some(entry.lines), text);
                    }
                }
            }
        } else if let Some(named) = Rights::named(access) {
            rights = named;
        } else if !access.is_empty() {
            rights = Rights::CONTROL_ACCESS;
            object_type = ObjectType::from_text(access);
        }
        if rights == Rights::default() {
            list.complete = false;
            self.out.ledger.damaged += 1;
            let text = format!("An entry shows no rights and is left out. Run dsacls again. {}", entry.trustee);
            self.out.note(NoteKind::Damaged, Some(entry.lines), text);
            return;
        }
        list.entries.push(AccessEntry {
            span: self.document.span(entry.lines.0, entry.lines.1),
            effect: entry.effect,
            trustee: Trustee::from_text(&entry.trustee),
            rights,
            object_type,
            inherited: Some(inherited),
            applies_to: entry.handed_down.as_deref().and_then(ObjectType::from_text),
            inherit_only: self.below,
            conditional: false,
        });
    }

    fn end_list(&mut self, last: u32) {
        self.end_entry();
        if let Some(mut list) = self.list.take() {
            if list.object.is_none() {
                let text = "dsacls does not print which object the list belongs to. Put the command above its output.";
                self.out.note(NoteKind::Info, Some((self.first, self.first)), text);
            }
            // Without the heading nothing is known about inheritance.
            list.span = self.document.span(self.first, last);
            self.out.record(Record::AccessControlList(Box::new(list)));
        }
        (self.handed_down, self.below, self.finished) = (None, false, true);
    }
}

fn is_general(access: &str) -> bool {
    let access = access.trim();
    access == "SPECIAL ACCESS" || access == "FULL CONTROL"
}

/// Principal and access; the access may stand on the next line.
fn divided(rest: &str) -> (&str, Option<&str>) {
    // The name is padded, but a name that fills its column leaves one blank.
    for word in [" SPECIAL ACCESS", " FULL CONTROL"] {
        if let Some(at) = rest.find(word) {
            return (rest.get(..at).unwrap_or("").trim(), rest.get(at..).map(str::trim));
        }
    }
    match rest.split_once("  ") {
        Some((trustee, access)) if !access.trim().is_empty() => (trustee.trim(), Some(access.trim())),
        _ => (rest, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_ends_before_its_access() {
        assert_eq!(
            divided("NT AUTHORITY\\SYSTEM             FULL CONTROL"),
            ("NT AUTHORITY\\SYSTEM", Some("FULL CONTROL"))
        );
        assert_eq!(divided("CONTOSO\\Exchange Trusted Subsystem"), ("CONTOSO\\Exchange Trusted Subsystem", None));
        assert_eq!(
            divided("CONTOSO\\Exchange Servers         Store Transport Access"),
            ("CONTOSO\\Exchange Servers", Some("Store Transport Access"))
        );
    }

    #[test]
    fn the_command_names_the_object() {
        assert_eq!(command("C:\\>dsacls \"CN=EX1,CN=Servers,DC=x\" > a.txt"), Some("CN=EX1,CN=Servers,DC=x"));
        assert_eq!(command("dsacls.exe \\\\dc1\\CN=EX1,DC=x /A"), Some("CN=EX1,DC=x"));
        assert_eq!(command("dsacls /?"), None);
    }
}
