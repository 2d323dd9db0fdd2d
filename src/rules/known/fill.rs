//! Names in the texts of rows: `{connector}` becomes what the evidence says it is.

use crate::model::known_row::KnownRow;
use crate::model::message_shape::names_in;
use crate::rules::discovery::{distinct, quoted};

/// Values of names, each name with all values that the evidence shows.
#[derive(Debug, Default)]
pub(super) struct Names(Vec<(String, Vec<String>)>);

/// Commands that one step becomes at most, when a name has several values.
const COMMANDS: usize = 5;

/// Names that stand for objects; others are codes, counts, times and words.
const OBJECTS: [&str; 24] = [
    "account",
    "address",
    "agent",
    "client",
    "connector",
    "controller",
    "database",
    "disk",
    "domain",
    "edge",
    "entity",
    "forest",
    "gateway",
    "group",
    "hub",
    "mailbox",
    "object",
    "peer",
    "recipient",
    "sender",
    "server",
    "site",
    "store",
    "target",
];

impl Names {
    /// The names of a row, all left open.
    pub fn open(row: &KnownRow) -> Names {
        let texts =
            [&row.statement, &row.cause, &row.verify].into_iter().chain(row.steps.iter().map(|step| &step.text));
        let names = texts.flat_map(|text| names_in(text)).filter(|name| *name != "server");
        Names(distinct(names).into_iter().map(|name| (name.to_owned(), vec!["\u{2026}".to_owned()])).collect())
    }

    /// Adds a value.
    pub fn add(&mut self, name: &str, value: &str) {
        match self.0.iter_mut().find(|(known, _)| known == name) {
            Some((_, values)) if values.iter().any(|v| v.eq_ignore_ascii_case(value)) => {}
            Some((_, values)) => values.push(value.to_owned()),
            None => self.0.push((name.to_owned(), vec![value.to_owned()])),
        }
    }

    /// The values of the names that the texts of a row use: what the row is about.
    pub fn used(&self, row: &KnownRow) -> Vec<String> {
        let commands = row.steps.iter().filter_map(|step| step.command.as_ref());
        let texts = commands.chain([&row.statement]).chain(row.steps.iter().map(|step| &step.text));
        let used: Vec<&str> = texts.flat_map(|text| names_in(text)).filter(|name| OBJECTS.contains(name)).collect();
        distinct(
            self.0
                .iter()
                .filter(|(name, _)| used.contains(&name.as_str()))
                .flat_map(|(_, values)| values.iter().cloned()),
        )
    }

    fn of(&self, name: &str) -> &[String] {
        self.0.iter().find(|(known, _)| known == name).map_or(&[], |(_, values)| values)
    }

    /// A sentence with its names filled in. Sentences speak of one server or connector; what is said of several is said of the
    /// first, and the others are counted. A name without a value is left out together with the blank before it.
    pub fn sentence(&self, text: &str) -> String {
        let mut out = text.to_owned();
        for name in names_in(text) {
            let values = self.of(name);
            let mark = format!("{{{name}}}");
            if values.is_empty() && name == "server" {
                out = out.replace(&mark, "a server");
            } else if values.is_empty() {
                for form in [format!(" \"{mark}\""), format!(" '{mark}'"), format!(" {mark}"), mark] {
                    out = out.replace(&form, "");
                }
            } else {
                // The values come from evidence and may hold anything; citations are ours alone.
                let first =
                    values.first().map(|v| v.trim_end_matches(['.', ' ']).replace(['[', ']'], "|")).unwrap_or_default();
                let more = if name == "server" { 0 } else { values.len() - 1 };
                let text = if more > 0 { format!("{first} (and {more} more)") } else { first };
                out = out.replace(&mark, &text);
            }
        }
        match out.strip_prefix("a server") {
            Some(rest) => format!("A server{rest}"),
            None => out,
        }
    }

    /// A command with its names filled in, once per value when a name has several.
    pub fn command(&self, text: &str) -> String {
        let most = names_in(text).iter().map(|name| self.of(name).len()).max().unwrap_or(0).clamp(1, COMMANDS);
        distinct((0..most).map(|i| self.line(text, i))).join("\n")
    }

    /// The command with the value of each name at an index. Values may hold anything, so what stands around a name decides how its value is
    /// written: nothing of it may end the quotes it stands in, or be run.
    fn line(&self, text: &str, index: usize) -> String {
        let mut line = String::with_capacity(text.len());
        let mut quote: Option<char> = None;
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let name = rest.strip_prefix('{').and_then(|inner| inner.split_once('}')).map(|(name, _)| name);
            if let Some(name) = name.filter(|name| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase())) {
                let values = self.of(name);
                match (values.get(index).or_else(|| values.first()), quote) {
                    (None, _) => line.push_str(&format!("<{name}>")),
                    (Some(value), Some('\'')) => line.push_str(&single(value)),
                    (Some(value), Some(_)) => {
                        line.push_str(quoted(value).trim_start_matches('"').strip_suffix('"').unwrap_or(""))
                    }
                    (Some(value), None) => {
                        let is_plain = value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'));
                        line.push_str(&if is_plain { value.clone() } else { quoted(value) });
                    }
                }
                rest = rest.get(name.len() + 2..).unwrap_or("");
                continue;
            }
            match quote {
                Some(open) if open == c => quote = None,
                None if matches!(c, '"' | '\'') => quote = Some(c),
                _ => {}
            }
            line.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or("");
        }
        line
    }
}

/// A value between single quotes: those of its own are doubled, and PowerShell takes typographic ones for the same.
fn single(value: &str) -> String {
    let is_single = |c: char| matches!(c, '\'' | '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{201B}');
    value.chars().filter(|c| !c.is_control()).flat_map(|c| if is_single(c) { vec![c, c] } else { vec![c] }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        for (name, value) in
            [("server", "EX1"), ("connector", "EX1\\Relay $x"), ("connector", "EX1\\Fax"), ("connector", "ex1\\fax")]
        {
            names.add(name, value);
        }
        names
    }

    #[test]
    fn sentences_list_values_and_leave_out_what_is_unknown() {
        assert_eq!(
            names().sentence("Connector {connector} of {server} fails"),
            "Connector EX1\\Relay $x (and 1 more) of EX1 fails"
        );
        assert_eq!(names().sentence("The account '{account}' fails"), "The account fails");
        let mut odd = Names::default();
        odd.add("name", "a [9] b");
        assert_eq!(odd.sentence("{name}"), "a |9| b");
        assert_eq!(odd.sentence("{server} does not answer"), "A server does not answer");
    }

    #[test]
    fn commands_are_safe_and_one_per_value() {
        assert_eq!(
            names().command("Get-ReceiveConnector \"{connector}\" | Format-List"),
            "Get-ReceiveConnector \"EX1\\Relay `$x\" | Format-List\nGet-ReceiveConnector \"EX1\\Fax\" | Format-List"
        );
        assert_eq!(names().command("Get-Queue -Server {server}"), "Get-Queue -Server EX1");
        assert_eq!(names().command("Get-Mailbox {account}"), "Get-Mailbox <account>");
        let mut odd = Names::default();
        odd.add("server", "EX1; Remove-Item x");
        assert_eq!(odd.command("Get-Queue -Server {server}"), "Get-Queue -Server \"EX1; Remove-Item x\"");
        let mut odd = Names::default();
        odd.add("name", "x'; $(calc) {server} \"y");
        odd.add("server", "EX1");
        assert_eq!(
            odd.command("Get-X -Filter 'Name -eq {name}'"),
            "Get-X -Filter 'Name -eq x''; $(calc) {server} \"y'"
        );
        assert_eq!(odd.command("dir \"\\\\{server}\\{name}\""), "dir \"\\\\EX1\\x'; `$(calc) {server} `\"y\"");
    }
}
