//! `ConvertTo-Json` (Microsoft.PowerShell.Utility): one object, or an array of them. Several outputs can
//! follow each other in one file, and `-Compress` in a loop gives one object a line.
//!
//! Traps it covers:
//! - The file can be cut. A small scanner finds the objects and their properties, and `serde_json` reads
//!   each value on its own: what stands before the damage is read, the lines are known, and properties
//!   keep their order. The object that is not whole is left out, because absence is no value.
//! - Enumerations are bare numbers, which stay text, or `{"value":3,"Value":"Retry"}` after remoting.
//! - Windows PowerShell 5.1 prints some arrays as `{"value":[...],"Count":2}`, and dates as
//!   `\/Date(1572845463000)\/` or as an object with that in `value`.
//! - Below `-Depth` (2 by default) objects turn into `@{...}` or the name of their type. Neither is a
//!   value, and a list with such an element is not complete.
//! - Addresses, ranges, sizes and versions are objects with many members; one text is made of each.
//! - JSON copied from a console window has line breaks inside its texts.
//!
//! Classes are never stated. Depth is limited by `serde_json`; the scanner only counts brackets.

use serde_json::{Map, Value as Json};

use super::{Note, NoteKind, Object, Property, Text, Value, is_type_name, item_text, note, object_text, text_value};

/// Whether the text begins with an object, alone or in an array. Only its first property is looked at,
/// because what follows can be cut.
pub(super) fn sniff(text: &Text) -> bool {
    let mut cursor = Cursor { bytes: text.as_str().as_bytes(), at: 0 };
    cursor.blank();
    while cursor.take(b'[') {
        cursor.blank();
    }
    if !cursor.take(b'{') {
        return false;
    }
    cursor.blank();
    if cursor.string().is_err() {
        return false;
    }
    cursor.blank();
    let named = cursor.take(b':');
    cursor.blank();
    named && matches!(cursor.peek(), Some(b'"' | b'{' | b'[' | b't' | b'f' | b'n' | b'-' | b'0'..=b'9'))
}

/// Reads the objects.
pub(super) fn read(text: &Text, notes: &mut Vec<Note>) -> Vec<Object> {
    let content = text.as_str();
    let mut cursor = Cursor { bytes: content.as_bytes(), at: 0 };
    let mut objects = Vec::new();
    let mut arrays = 0_usize;
    let mut wrapped = false;
    let mut plain: Option<usize> = None;
    loop {
        cursor.blank();
        let start = cursor.at;
        match cursor.peek() {
            None => break,
            Some(b'{') if cursor.is_wrapper() => wrapped = true,
            Some(b'{') => match cursor.object() {
                Ok(members) => {
                    let lines = lines_of(text, start, cursor.at);
                    let properties = members.iter().filter_map(|m| property(text, m, notes)).collect::<Vec<_>>();
                    if !properties.is_empty() {
                        objects.push(Object { class: None, properties, lines });
                    }
                }
                Err(fault) => {
                    cursor.at = start;
                    let ends = fault == Fault::Broken && cursor.nested().is_ok();
                    let lines = Some(lines_of(text, start, if ends { cursor.at } else { content.len() }));
                    if ends {
                        note(notes, NoteKind::Damaged, lines, "An object is not valid JSON; it was left out.");
                        continue;
                    }
                    let text = "The file ends in the middle of an object, which was left out. Export or copy it again.";
                    note(notes, NoteKind::Damaged, lines, text);
                    arrays = 0;
                    break;
                }
            },
            Some(b'[') => {
                arrays += 1;
                cursor.at += 1;
            }
            Some(b']') => {
                arrays = arrays.saturating_sub(1);
                cursor.at += 1;
            }
            Some(b'}') if wrapped => {
                wrapped = false;
                cursor.at += 1;
            }
            Some(b',' | b':') => cursor.at += 1,
            Some(_) => {
                // The count behind a wrapped array is no value of its own.
                if !wrapped {
                    plain.get_or_insert(start);
                }
                if cursor.value().is_err() {
                    cursor.at = cursor.at.max(start + 1);
                }
            }
        }
    }
    if arrays > 0 {
        let line = Some((text.line_count(), text.line_count()));
        note(notes, NoteKind::Damaged, line, "The file ends before its list does; objects can be missing.");
    }
    if let Some(at) = plain {
        let lines = Some(lines_of(text, at, at + 1));
        note(notes, NoteKind::Skipped, lines, "Text outside of objects was left out, from here on.");
    }
    objects
}

fn lines_of(text: &Text, from: usize, to: usize) -> (u32, u32) {
    (text.line_of(from), text.line_of(to.saturating_sub(1).max(from)))
}

fn property(text: &Text, member: &Member, notes: &mut Vec<Note>) -> Option<Property> {
    let (from, at, to) = (member.name.0, member.value.0, member.value.1);
    let lines = lines_of(text, from, to);
    let raw = text.as_str().get(at..to).unwrap_or("");
    let name = text.as_str().get(from..member.name.1).and_then(|name| serde_json::from_str(name).ok());
    let value = match serde_json::from_str(raw) {
        // As printed: 0.0 stays 0.0, and long numbers keep their digits.
        Ok(Json::Number(_)) => Some(text_value(raw)),
        Ok(json) => Some(value_of(&json)),
        Err(_) => {
            let joined: String = raw.chars().filter(|c| !c.is_control()).collect();
            let value = serde_json::from_str(&joined).ok().filter(|_| joined.len() < raw.len()).map(|j| value_of(&j));
            if value.is_some() {
                let text = "A text has line breaks that JSON cannot have, as copied from a console; they were removed.";
                note(notes, NoteKind::Ambiguous, Some(lines), text);
            }
            value
        }
    };
    if let (Some(name), Some(value)) = (name, value) {
        return Some(Property { name, value, lines });
    }
    note(notes, NoteKind::Damaged, Some(lines), "A property is not valid JSON; it was left out.");
    None
}

fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::Empty,
        Json::Bool(truth) => Value::Text(truth.to_string()),
        Json::Number(number) => Value::Text(number.to_string()),
        Json::String(text) if is_type_name(text.trim()) => Value::TypeName(text.trim().to_owned()),
        Json::String(text) => text_value(text),
        Json::Array(elements) => list_of(elements),
        Json::Object(members) => object_value(members),
    }
}

fn list_of(elements: &[Json]) -> Value {
    let (mut items, mut complete) = (Vec::with_capacity(elements.len()), true);
    for element in elements {
        match item_text(value_of(element)) {
            // Elements count by their position, so that empty ones stay.
            Some(text) if !text.starts_with("@{") => items.push(text),
            _ => complete = false,
        }
    }
    Value::List { items, complete }
}

fn object_value(members: &Map<String, Json>) -> Value {
    // The two names of an enumeration differ in case only.
    let number = members.get("value").or_else(|| members.get("Value")).and_then(Json::as_i64);
    let name = members.get("Value").and_then(Json::as_str);
    if let (Some(number), true) = (number, name.is_some() || members.len() == 1) {
        return Value::Enum { name: name.unwrap_or_default().to_owned(), number };
    }
    if let (Some(Json::Array(elements)), true) = (members.get("value"), members.contains_key("Count")) {
        return list_of(elements);
    }
    // A wrapper around a text or bytes.
    if let (1, Some(wrapped)) = (members.len(), members.get("Value")) {
        return match wrapped {
            Json::Array(elements) => Value::Text(item_text(list_of(elements)).unwrap_or_default()),
            other => value_of(other),
        };
    }
    let find = |name: &str| members.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let get = |name: &str| match value_of(find(name)?) {
        Value::List { .. } => None,
        value => item_text(value).filter(|text| !text.is_empty() && !text.starts_with("@{")),
    };
    // `Unlimited<T>` of Exchange holds no value then.
    if find("IsUnlimited") == Some(&Json::Bool(true)) {
        return Value::Text("Unlimited".to_owned());
    }
    if let (Some(major), Some(minor), Some(build), Some(revision)) =
        (get("Major"), get("Minor"), get("Build"), get("Revision"))
    {
        // Servers print their version in their own way; `System.Version` has no patch level.
        let of_server = find("FilePatchLevelDescription").is_some();
        return Value::Text(match of_server {
            true => format!("Version {major}.{minor} (Build {build}.{revision})"),
            false => format!("{major}.{minor}.{build}.{revision}"),
        });
    }
    object_text(get).map_or_else(|| Value::TypeName("System.Object".to_owned()), Value::Text)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// The text ends.
    Cut,
    /// Something stands where it cannot.
    Broken,
}

/// Byte ranges of one property.
struct Member {
    name: (usize, usize),
    value: (usize, usize),
}

/// Finds where things begin and end; what they are is up to `serde_json`. All marks are ASCII, so that
/// every range begins and ends between characters.
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, byte: u8) -> bool {
        let found = self.peek() == Some(byte);
        self.at += usize::from(found);
        found
    }

    /// Passes over white space, and over marks of byte order between files put together with `type`.
    fn blank(&mut self) {
        loop {
            if self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
                self.at += 1;
            } else if self.bytes.get(self.at..self.at + 3) == Some("\u{FEFF}".as_bytes()) {
                self.at += 3;
            } else {
                return;
            }
        }
    }

    fn string(&mut self) -> Result<(), Fault> {
        if !self.take(b'"') {
            return Err(if self.peek().is_none() { Fault::Cut } else { Fault::Broken });
        }
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'"' => return Ok(()),
                b'\\' => self.at += 1,
                _ => {}
            }
        }
        Err(Fault::Cut)
    }

    /// An object or array with everything in it.
    fn nested(&mut self) -> Result<(), Fault> {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string()?;
                    continue;
                }
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                return Ok(());
            }
        }
        Err(Fault::Cut)
    }

    fn value(&mut self) -> Result<(), Fault> {
        match self.peek() {
            None => Err(Fault::Cut),
            Some(b'"') => self.string(),
            Some(b'{' | b'[') => self.nested(),
            Some(_) => {
                let start = self.at;
                let ends =
                    |b: u8| b.is_ascii_whitespace() || matches!(b, b',' | b'}' | b']' | b':' | b'"' | b'{' | b'[');
                while self.peek().is_some_and(|b| !ends(b)) {
                    self.at += 1;
                }
                if self.at > start { Ok(()) } else { Err(Fault::Broken) }
            }
        }
    }

    /// The direct properties of the object that begins here.
    fn object(&mut self) -> Result<Vec<Member>, Fault> {
        self.at += 1;
        let mut members = Vec::new();
        loop {
            self.blank();
            if self.take(b'}') {
                return Ok(members);
            }
            if self.take(b',') {
                continue;
            }
            let from = self.at;
            self.string()?;
            let name = (from, self.at);
            self.blank();
            if !self.take(b':') {
                return Err(if self.peek().is_none() { Fault::Cut } else { Fault::Broken });
            }
            self.blank();
            let from = self.at;
            self.value()?;
            members.push(Member { name, value: (from, self.at) });
        }
    }

    /// `{"value":[{` of a wrapped array. Moves to its bracket, so that a cut one is read as far as it goes.
    fn is_wrapper(&mut self) -> bool {
        let mut ahead = Cursor { bytes: self.bytes, at: self.at + 1 };
        ahead.blank();
        if ahead.bytes.get(ahead.at..ahead.at + 7).is_none_or(|name| !name.eq_ignore_ascii_case(b"\"value\"")) {
            return false;
        }
        ahead.at += 7;
        ahead.blank();
        let named = ahead.take(b':');
        ahead.blank();
        let bracket = ahead.at;
        let list = ahead.take(b'[');
        ahead.blank();
        if !(named && list && ahead.peek() == Some(b'{')) {
            return false;
        }
        self.at = bracket;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(content: &str) -> (Vec<Object>, Vec<Note>) {
        let text = Text::from_string(content.to_owned());
        assert!(sniff(&text), "{content}");
        let mut notes = Vec::new();
        (read(&text, &mut notes), notes)
    }

    fn value(object: &Object, name: &str) -> Value {
        object.get(name).map(|p| p.value.clone()).expect(name)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    fn list(items: &[&str], complete: bool) -> Value {
        Value::List { items: items.iter().map(|i| (*i).to_owned()).collect(), complete }
    }

    const QUEUES: &str = r#"[
    {
        "Identity":  "EX1\\3",
        "Status":  {"value":3,"Value":"Retry"},
        "DeliveryType":  15,
        "Velocity":  0.0,
        "IsValid":  true,
        "LastError":  "-\u003e 451 5.7.3 } ] \" no",
        "LastRetryTime":  "\/Date(1572845463000)\/",
        "NextRetryTime":  null,
        "Counts":  [
                       0,
                       4
                   ]
    },
    {
        "Identity":  "EX1\\Submission"
    }
]
"#;

    #[test]
    fn an_array_gives_its_objects_with_lines() {
        let (objects, notes) = parsed(QUEUES);
        assert!(notes.is_empty(), "{notes:?}");
        let names: Vec<_> = objects[0].properties.iter().map(|p| p.name.as_str()).take(3).collect();
        assert_eq!(names, ["Identity", "Status", "DeliveryType"]);
        assert_eq!((objects[0].lines, objects[1].lines), ((2, 15), (16, 18)));
        assert_eq!(objects[0].get("Counts").map(|p| p.lines), Some((11, 14)));
        assert_eq!(value(&objects[0], "Identity"), text("EX1\\3"));
        assert_eq!(value(&objects[0], "Status"), Value::Enum { name: "Retry".to_owned(), number: 3 });
        assert_eq!((value(&objects[0], "DeliveryType"), value(&objects[0], "Velocity")), (text("15"), text("0.0")));
        assert_eq!((value(&objects[0], "IsValid"), value(&objects[0], "NextRetryTime")), (text("true"), Value::Empty));
        assert_eq!(value(&objects[0], "LastError"), text("-> 451 5.7.3 } ] \" no"));
        assert_eq!(value(&objects[0], "LastRetryTime"), text("/Date(1572845463000)/"));
        assert_eq!(value(&objects[0], "Counts"), list(&["0", "4"], true));
    }

    #[test]
    fn objects_become_the_text_that_they_stand_for() {
        for (json, expected) in [
            (r#"{"Address":169090600,"IPAddressToString":"192.0.2.1"}"#, text("192.0.2.1")),
            (r#"{"AddressFamily":2,"Address":{"IPAddressToString":"::"},"Port":25}"#, text("[::]:25")),
            (r#"[{"LowerBound":"192.0.2.1","UpperBound":"192.0.2.9"}]"#, list(&["192.0.2.1-192.0.2.9"], true)),
            (r#"{"DistinguishedName":"CN=EX1,DC=x","Name":"EX1"}"#, text("CN=EX1,DC=x")),
            (r#"{"value":["a","b"],"Count":2}"#, list(&["a", "b"], true)),
            (r#"{"value":"\/Date(1)\/","DateTime":"today"}"#, text("/Date(1)/")),
            (r#"{"Value":3}"#, Value::Enum { name: String::new(), number: 3 }),
            (r#"{"IsUnlimited":true,"Value":null}"#, text("Unlimited")),
            (
                r#"{"Major":15,"Minor":1,"Build":1713,"Revision":5,"FilePatchLevelDescription":""}"#,
                text("Version 15.1 (Build 1713.5)"),
            ),
            (r#"["a","@{Name=b}","System.Object"]"#, list(&["a"], false)),
            (r#""System.Collections.ArrayList""#, Value::TypeName("System.Collections.ArrayList".to_owned())),
            (r#"{"Ticks":1}"#, Value::TypeName("System.Object".to_owned())),
        ] {
            assert_eq!(value(&parsed(&format!("{{\"x\":{json}}}")).0[0], "x"), expected, "{json}");
        }
    }

    #[test]
    fn objects_follow_each_other_in_any_way() {
        for content in [
            "{\"a\":1}\n{\"a\":2}\n",
            "[{\"a\":1}]\n\u{FEFF}[{\"a\":2}]",
            "{\"value\":[{\"a\":1},{\"a\":2}],\"Count\":2}",
            "\u{FEFF}\r\n[[{\"a\":1},{},{\"a\":2}]]",
        ] {
            let (objects, notes) = parsed(content);
            assert_eq!((objects.len(), notes.len()), (2, 0), "{content}");
        }
        assert_eq!(parsed("{\"a\":1}\r\nPS C:\\> ").1[0].kind, NoteKind::Skipped);
    }

    #[test]
    fn what_stands_before_the_damage_is_read() {
        for cut in 20..QUEUES.len() {
            let Some(head) = QUEUES.get(..cut) else { continue };
            let text = Text::from_string(head.to_owned());
            let mut notes = Vec::new();
            let objects = read(&text, &mut notes);
            let whole = usize::from(cut > 400) + usize::from(cut >= QUEUES.len() - 3);
            assert!(objects.len() <= 2 && objects.len() + 1 >= whole, "{cut}");
            assert_eq!(notes.is_empty(), cut >= QUEUES.len() - 1, "{cut} {notes:?}");
        }
        let (objects, notes) = parsed("[{\"a\":1},\n{\"a\" 2},\n{\"a\":tru,\"b\":1},\n{\"a\":\"x\ny\"},{\"a\":\"");
        assert_eq!(objects.len(), 3);
        assert_eq!(value(&objects[2], "a"), text("xy"));
        let seen: Vec<_> = notes.iter().map(|n| (n.kind, n.lines.map_or(0, |l| l.0))).collect();
        let damaged = |line| (NoteKind::Damaged, line);
        assert_eq!(seen, [damaged(2), damaged(3), (NoteKind::Ambiguous, 4), damaged(5)]);
    }

    #[test]
    fn other_texts_are_refused() {
        for content in
            ["", "[]", "[1,2]", "{}", "{a, b...}", "[ERROR] \"x\"", "{\"a\"}", "[{LRT=1};{LED=x}]", "{\"a\": b}"]
        {
            assert!(!sniff(&Text::from_string(content.to_owned())), "{content}");
        }
    }

    #[test]
    fn large_and_deep_files_take_linear_time() {
        let (objects, notes) = parsed(&format!("[{}]", ["{\"a\":[1],\"b\":\"x\"}"; 100_000].join(",")));
        assert_eq!((objects.len(), notes.len()), (100_000, 0));
        assert_eq!(parsed(&format!("{{\"a\":\"{}\"}}", "x\\\"".repeat(400_000))).0.len(), 1);
        let (objects, notes) = parsed(&format!("{{\"b\":1,\"a\":{}{}}}", "[".repeat(500_000), "]".repeat(500_000)));
        assert_eq!((objects.len(), notes.len()), (1, 1));
        assert!(parsed(&"{\"value\":[".repeat(100_000)).0.is_empty());
    }
}
