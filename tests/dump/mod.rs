//! Prints a record for people: the text of `{:?}` as a short tree. What says nothing is left out
//! (`None`, empty lists, false), and a value with a place is `value @line`.

/// A parsed piece of `{:?}`.
enum Node {
    Atom(String),
    /// `Name { field: value }` or `{ key: value }`
    Fields(String, Vec<(String, Node)>),
    /// `Name(..)`, `(..)` or `[..]`
    Items(String, Vec<Node>),
}

/// The short tree of one value.
pub fn dump(debug: &str) -> String {
    let mut reader = Reader { rest: debug };
    let node = reader.node();
    let mut text = String::new();
    print(&node, "", 0, &mut text);
    text
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn skip(&mut self, c: char) -> bool {
        self.rest = self.rest.trim_start();
        let found = self.rest.strip_prefix(c);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn quoted(&mut self) -> String {
        let mut escaped = false;
        let end = self.rest.char_indices().skip(1).find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let end = end.map_or(self.rest.len(), |(at, _)| at + 1);
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.to_owned()
    }

    fn word(&mut self) -> String {
        let end = self.rest.find([',', '(', ')', '[', ']', '{', '}', ' ', '"']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        text.to_owned()
    }

    fn node(&mut self) -> Node {
        self.rest = self.rest.trim_start();
        let name = if self.rest.starts_with('"') { return Node::Atom(self.quoted()) } else { self.word() };
        if self.rest.starts_with('(') || self.rest.starts_with('[') {
            let close = if self.skip('(') { ')' } else { ']' };
            if close == ']' {
                self.skip('[');
            }
            let mut items = Vec::new();
            while !self.skip(close) && !self.rest.is_empty() {
                items.push(self.node());
                self.skip(',');
            }
            return Node::Items(name, items);
        }
        if self.rest.trim_start().starts_with('{') {
            self.skip('{');
            let mut fields = Vec::new();
            while !self.skip('}') && !self.rest.is_empty() {
                self.rest = self.rest.trim_start();
                let key = if self.rest.starts_with('"') { self.quoted() } else { self.word() };
                // A bare key carries its colon; a value may begin with colons of its own (`::`).
                if !key.ends_with(':') {
                    self.skip(':');
                }
                fields.push((key.trim_end_matches(':').to_owned(), self.node()));
                self.skip(',');
            }
            return Node::Fields(name, fields);
        }
        // An atom may hold blanks only inside quotes; make sure to move on.
        if name.is_empty() && !self.rest.is_empty() {
            let next = self.rest.chars().next().map_or(0, char::len_utf8);
            self.rest = self.rest.split_at(next).1;
        }
        Node::Atom(name)
    }
}

/// What a node is on one line, when it is short by nature.
fn short(node: &Node) -> Option<String> {
    match node {
        Node::Atom(text) => Some(text.clone()),
        Node::Fields(_, fields) => match fields.as_slice() {
            [(value, inner), (span, place)] if value == "value" && span == "span" => {
                Some(format!("{} {}", short(inner)?, short(place)?))
            }
            [(_, _), (place, Node::Fields(_, lines))] if place == "place" => {
                let line: Vec<String> = lines.iter().filter_map(|(_, n)| short(n)).collect();
                match line.as_slice() {
                    [first, last] if first == last => Some(format!("@{first}")),
                    [first, last] => Some(format!("@{first}-{last}")),
                    _ => None,
                }
            }
            [(_, _), (place, other)] if place == "place" => Some(format!("@{}", short(other)?)),
            [(at, time), (clock, which)] if at == "at" && clock == "clock" => {
                Some(format!("{} {}", short(time)?, short(which)?))
            }
            [(low, from), (high, to)] if low == "low" && high == "high" => {
                Some(format!("{}-{}", short(from)?, short(to)?))
            }
            [(address, host), (port, number)] if address == "address" && port == "port" => {
                Some(format!("{} port {}", short(host)?, short(number)?))
            }
            [(server, host), (name, rest)] if server == "server" && name == "name" => {
                Some(format!("{} \\ {}", short(host)?, short(rest)?))
            }
            [(items, list), (complete, whole), (unread, left)]
                if items == "items" && complete == "complete" && unread == "unread" =>
            {
                let whole = if short(whole)? == "true" { "" } else { " incomplete" };
                let left =
                    Some(short(left)?).filter(|left| left != "[]").map_or_else(String::new, |l| format!(" unread {l}"));
                Some(format!("{}{whole}{left}", short(list)?))
            }
            _ => None,
        },
        Node::Items(name, items) => {
            let parts: Option<Vec<String>> = items.iter().map(short).collect();
            let parts = parts?.join(", ");
            Some(match name.as_str() {
                "Some" => parts,
                "" => format!("[{parts}]"),
                _ => format!("{name}({parts})"),
            })
        }
    }
}

fn says_nothing(text: &str) -> bool {
    matches!(text, "None" | "[]" | "false")
}

fn print(node: &Node, label: &str, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    let lead = if label.is_empty() { String::new() } else { format!("{label}: ") };
    if let Some(text) = short(node) {
        if label.is_empty() || !says_nothing(&text) {
            out.push_str(&format!("{indent}{lead}{text}\n"));
        }
        return;
    }
    match node {
        Node::Atom(_) => {}
        // `Some(..)` and the wrapper of a record add nothing.
        Node::Items(name, items) if items.len() == 1 && !name.is_empty() => {
            for item in items {
                print(item, label, depth, out);
            }
        }
        Node::Items(name, items) => {
            out.push_str(format!("{indent}{lead}{name}").trim_end());
            out.push('\n');
            for item in items {
                print(item, "-", depth + 1, out);
            }
        }
        Node::Fields(name, fields) => {
            let place = fields.iter().find(|(key, _)| key == "span").and_then(|(_, span)| short(span));
            out.push_str(format!("{indent}{lead}{name} {}", place.as_deref().unwrap_or("")).trim_end());
            out.push('\n');
            for (key, value) in fields.iter().filter(|(key, _)| key != "span") {
                print(value, key, depth + 1, out);
            }
        }
    }
}
