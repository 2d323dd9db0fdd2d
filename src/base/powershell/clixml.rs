//! `Export-Clixml`: the serialization of PowerShell remoting ([MS-PSRP] 2.2.5, "Serialization of Complex
//! Objects" and "of Primitive Types") in a root `Objs`. Each `Obj` below the root is one object: its
//! class (`TN`, or `TNRef` to an earlier one), the text that it prints (`ToString`), its properties
//! (`Props`), and the members that PowerShell added (`MS`). Objects of `Select-Object` have `MS` only.
//!
//! Traps it covers:
//! - `RefId` of classes and of objects are two separate tables, and both begin anew in each root.
//! - `Ref` stands for an earlier object. What is copied that way is limited, so that a small file with
//!   references to references cannot grow without bound.
//! - An enumeration is an `Obj` with `ToString` and a bare number; a list is an `Obj` with `LST`, `IE`,
//!   `STK` or `QUE`; a dictionary one with `DCT`.
//! - `Export-Clixml -InputObject (Get-Queue)` writes one list with the objects in it; these are handed on.
//! - `_x000D_` stands for a character in texts and names only, never in other values.
//! - Some objects print their own class: that is no value, their properties say more.
//! - Exported by a session without the Exchange types, address ranges have bounds and no text.
//!
//! A cut file gives the objects that are whole. The last one is left out: what is missing of it could
//! be the very property that a rule looks for, and absence must not be read as a value.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::super::xml::{Close, Item, Open, Xml};
use super::{
    Note, NoteKind, Object, Property, Text, Value, class_name, is_type_name, item_text, note, object_text, text_value,
};

/// Whether the root is `Objs`.
pub(super) fn sniff(text: &Text) -> bool {
    let content = text.as_str().trim_start_matches(|c: char| c.is_whitespace() || c == '\u{FEFF}');
    if !content.starts_with('<') {
        return false;
    }
    let mut xml = Xml::new(text);
    match xml.next() {
        Some(Item::Open(open)) => open.name == "Objs",
        // Refused by the reader, but it must be said of which kind the file was.
        _ => xml.faults().entities.is_some() && content.contains("<Objs"),
    }
}

/// Reads the objects.
pub(super) fn read(text: &Text, notes: &mut Vec<Note>) -> Vec<Object> {
    let mut xml = Xml::new(text);
    let mut builder = Builder { budget: text.as_str().len().saturating_mul(4), ..Builder::default() };
    for item in xml.by_ref() {
        match item {
            Item::Open(open) => builder.open(&open),
            Item::Close(close) => builder.close(close),
        }
    }
    let faults = xml.faults();
    let at = |line: Option<u32>| line.map(|line| (line, line));
    if faults.entities.is_some() {
        let text = "A document type definition with entities stands here. Export-Clixml writes none; nothing after it \
                    was read.";
        note(notes, NoteKind::Skipped, at(faults.entities), text);
    } else if faults.cut.is_some() {
        let text = "The file ends in the middle. The object that is not whole was left out; export or copy it again.";
        note(notes, NoteKind::Damaged, builder.left_out.or(at(faults.cut)), text);
    }
    if faults.mismatched > 0 {
        let text = format!("{} closing tags do not match; what they enclose was left out.", faults.mismatched);
        note(notes, NoteKind::Damaged, at(faults.mismatched_line), text);
    }
    let deep = usize::try_from(faults.too_deep).unwrap_or(usize::MAX);
    for (count, what) in [(deep, "elements that are nested too deep"), (builder.plain, "values that are no objects")] {
        if count > 0 {
            note(notes, NoteKind::Skipped, None, format!("{count} {what} were left out."));
        }
    }
    if let Some(line) = builder.unresolved {
        let text = "A reference leads to no earlier object, or too much was referred to; its value is unknown.";
        note(notes, NoteKind::Damaged, at(Some(line)), text);
    }
    builder.objects
}

#[derive(Default)]
struct Builder<'a> {
    stack: Vec<Frame<'a>>,
    classes: HashMap<Cow<'a, str>, String>,
    values: HashMap<Cow<'a, str>, Value>,
    objects: Vec<Object>,
    /// Objects in a list that is itself the object below the root.
    nested: Vec<Object>,
    /// Bytes that references may still copy.
    budget: usize,
    /// Values below the root that are no objects.
    plain: usize,
    left_out: Option<(u32, u32)>,
    unresolved: Option<u32>,
}

/// An open element.
enum Frame<'a> {
    Root,
    Object(Box<Building<'a>>),
    /// `TN`
    Types {
        id: Option<Cow<'a, str>>,
        first: Option<String>,
    },
    /// `Props`, `MS`
    Members,
    /// `LST`, `IE`, `STK`, `QUE`
    List,
    Dictionary,
    /// `En`
    Entry {
        key: String,
        value: String,
    },
    /// `Ref`, `TNRef`
    Reference {
        name: Option<String>,
        id: Option<Cow<'a, str>>,
    },
    /// Everything else: primitive values and parts of an object.
    Leaf {
        name: Option<String>,
    },
}

/// An `Obj` that is still open.
#[derive(Default)]
struct Building<'a> {
    name: Option<String>,
    id: Option<Cow<'a, str>>,
    class: Option<String>,
    text: Option<String>,
    properties: Vec<Property>,
    names: HashSet<String>,
    items: Option<Vec<String>>,
    /// An element of the list shows nothing of itself.
    hidden: bool,
    primitive: Option<String>,
    number: Option<i64>,
}

impl<'a> Builder<'a> {
    fn open(&mut self, open: &Open<'a>) {
        let (mut name, mut id) = (None, None);
        for (key, value) in open.attributes() {
            match key {
                "N" => name = Some(unescape(&value).into_owned()),
                "RefId" => id = Some(value),
                _ => {}
            }
        }
        let frame = match open.name {
            "Objs" if open.depth == 1 => {
                self.classes.clear();
                self.values.clear();
                Frame::Root
            }
            "Obj" => Frame::Object(Box::new(Building { name, id, ..Building::default() })),
            "TN" => Frame::Types { id, first: None },
            "Props" | "MS" => Frame::Members,
            "LST" | "IE" | "STK" | "QUE" | "DCT" => {
                if let Some(Frame::Object(object)) = self.stack.last_mut() {
                    object.items.get_or_insert_default();
                }
                if open.name == "DCT" { Frame::Dictionary } else { Frame::List }
            }
            "En" => Frame::Entry { key: String::new(), value: String::new() },
            "Ref" | "TNRef" => Frame::Reference { name, id },
            _ => Frame::Leaf { name },
        };
        self.stack.push(frame);
    }

    fn close(&mut self, close: Close<'a>) {
        let lines = (close.first, close.last);
        let Some(frame) = self.stack.pop() else { return };
        if close.cut {
            self.cut(&frame, lines);
            return;
        }
        match frame {
            Frame::Root | Frame::Members | Frame::List | Frame::Dictionary => {}
            Frame::Types { id, first } => {
                let class = first.as_deref().map(class_name).unwrap_or_default();
                if let Some(id) = id {
                    self.classes.insert(id, class.clone());
                }
                self.set_class(class);
            }
            Frame::Reference { id, .. } if close.name == "TNRef" => {
                let class = id.and_then(|id| self.classes.get(&id).cloned()).unwrap_or_default();
                self.set_class(class);
            }
            Frame::Reference { name, id } => {
                let value = id.and_then(|id| self.values.get(&id));
                let value = value.filter(|value| size(value) <= self.budget).cloned().unwrap_or_else(|| {
                    self.unresolved.get_or_insert(close.first);
                    Value::TypeName("System.Object".to_owned())
                });
                self.budget = self.budget.saturating_sub(size(&value));
                self.deliver(name, value, lines);
            }
            Frame::Entry { key, value } => {
                if let Some(object) = self.object_above(1) {
                    object.items.get_or_insert_default().push(format!("{key}={value}"));
                }
            }
            Frame::Object(object) => self.finish(*object, lines),
            Frame::Leaf { name } => self.leaf(name, &close, lines),
        }
    }

    fn leaf(&mut self, name: Option<String>, close: &Close<'_>, lines: (u32, u32)) {
        let text = match close.name {
            "S" | "ToString" => unescape(&close.text),
            "BA" if !matches!(self.stack.last(), Some(Frame::Types { .. } | Frame::Object(_))) => {
                let value = bytes_value(close.text.trim());
                return self.deliver(name, value, lines);
            }
            // Protected strings say nothing that can be shown.
            "BA" | "SBK" | "SS" | "Nil" => Cow::Borrowed(""),
            // PowerShell writes characters as numbers.
            "C" => match close.text.parse().ok().and_then(char::from_u32) {
                Some(c) => Cow::Owned(c.to_string()),
                None => Cow::Borrowed(close.text.as_ref()),
            },
            _ => Cow::Borrowed(close.text.as_ref()),
        };
        let text = text.trim();
        match (self.stack.last_mut(), close.name) {
            (Some(Frame::Types { first, .. }), "T") => {
                first.get_or_insert_with(|| text.to_owned());
            }
            (Some(Frame::Object(object)), "ToString") => object.text = Some(text.to_owned()),
            (Some(Frame::Object(object)), kind) => {
                let whole = matches!(kind, "By" | "SB" | "I16" | "U16" | "I32" | "U32" | "I64" | "U64");
                object.number = if whole { text.parse().ok() } else { None };
                object.primitive = Some(text.to_owned());
            }
            _ => self.deliver(name, text_value(text), lines),
        }
    }

    fn finish(&mut self, mut object: Building<'a>, lines: (u32, u32)) {
        let value = object.value();
        if let Some(id) = object.id.take() {
            self.values.insert(id, value.clone());
        }
        let class = object.class.take().filter(|c| !c.is_empty());
        let has_properties = !object.properties.is_empty();
        let whole = Object { class, properties: object.properties, lines };
        match self.stack.as_slice() {
            [Frame::Root] if has_properties => {
                self.nested.clear();
                self.objects.push(whole);
            }
            [Frame::Root] if !self.nested.is_empty() => self.objects.append(&mut self.nested),
            [Frame::Root] => self.plain += 1,
            [Frame::Root, Frame::Object(_), Frame::List] if has_properties => {
                self.nested.push(whole);
                self.deliver(object.name, value, lines);
            }
            _ => self.deliver(object.name, value, lines),
        }
    }

    /// Hands a value to the element that encloses it.
    fn deliver(&mut self, name: Option<String>, value: Value, lines: (u32, u32)) {
        match self.stack.last_mut() {
            Some(Frame::Members) => {
                let (Some(name), Some(object)) = (name, self.object_above(1)) else { return };
                if object.names.insert(name.to_ascii_lowercase()) {
                    object.properties.push(Property { name, value, lines });
                }
            }
            Some(Frame::List) => {
                let Some(object) = self.object_above(1) else { return };
                match item_text(value) {
                    // Elements count by their position, so that empty ones stay.
                    Some(text) => object.items.get_or_insert_default().push(text),
                    None => object.hidden = true,
                }
            }
            Some(Frame::Entry { key, value: slot }) => {
                let text = item_text(value).unwrap_or_default();
                if name.as_deref() == Some("Key") { *key = text } else { *slot = text }
            }
            Some(Frame::Root) => self.plain += 1,
            _ => {}
        }
    }

    /// An element without its end. Only what is whole in it counts.
    fn cut(&mut self, frame: &Frame<'_>, lines: (u32, u32)) {
        match self.stack.as_slice() {
            _ if !matches!(frame, Frame::Object(_)) => {}
            [Frame::Root] => {
                self.objects.append(&mut self.nested);
                self.left_out.get_or_insert(lines);
            }
            [Frame::Root, Frame::Object(_), Frame::List] => self.left_out = Some(lines),
            _ => {}
        }
    }

    fn set_class(&mut self, class: String) {
        if let Some(Frame::Object(object)) = self.stack.last_mut() {
            object.class.get_or_insert(class);
        }
    }

    /// The object that is `levels` above the innermost open element.
    fn object_above(&mut self, levels: usize) -> Option<&mut Building<'a>> {
        match self.stack.iter_mut().rev().nth(levels) {
            Some(Frame::Object(object)) => Some(object),
            _ => None,
        }
    }
}

/// Bytes as a list of numbers, as JSON prints them; nothing when there are many, which are a picture or a
/// certificate.
fn bytes_value(text: &str) -> Value {
    const MOST: usize = 4096;
    let bytes = Some(text).filter(|t| t.len() <= MOST).and_then(|t| BASE64_STANDARD.decode(t).ok());
    match bytes.filter(|bytes| !bytes.is_empty()) {
        Some(bytes) => Value::List { items: bytes.iter().map(u8::to_string).collect(), complete: true },
        None => Value::Empty,
    }
}

impl Building<'_> {
    fn value(&mut self) -> Value {
        if let Some(items) = self.items.take() {
            return Value::List { items, complete: !self.hidden };
        }
        match (self.text.take(), self.number) {
            (Some(name), Some(number)) => return Value::Enum { name, number },
            (Some(text), None) if !is_type_name(&text) => return text_value(&text),
            _ => {}
        }
        let properties = &self.properties;
        // A wrapper around nothing, or around bytes.
        match properties.as_slice() {
            [Property { name, value: Value::Empty, .. }] if name == "Value" => return Value::Empty,
            [Property { name, value: Value::List { items, complete: true }, .. }] if name == "Value" => {
                return text_value(&items.join(", "));
            }
            _ => {}
        }
        let get = |name: &str| properties.iter().find(|p| p.name.eq_ignore_ascii_case(name)).and_then(Property::text);
        if let Some(text) = object_text(get).or_else(|| self.primitive.take()) {
            return text_value(&text);
        }
        match &self.class {
            Some(class) if !class.is_empty() => Value::TypeName(class.clone()),
            _ => Value::Empty,
        }
    }
}

fn size(value: &Value) -> usize {
    match value {
        Value::Empty => 1,
        Value::Text(text) | Value::Cut(text) | Value::TypeName(text) => text.len() + 1,
        Value::Enum { name, .. } => name.len() + 8,
        Value::List { items, .. } => items.iter().map(|item| item.len() + 24).sum::<usize>() + 1,
    }
}

/// `_x000D_` and the like; two of them can be the halves of one character.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut units: Vec<u16> = Vec::new();
    let flush = |units: &mut Vec<u16>, out: &mut String| {
        out.extend(char::decode_utf16(units.drain(..)).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
    };
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("_x") {
        if !before.is_empty() {
            flush(&mut units, &mut out);
            out.push_str(before);
        }
        let code = after.split_at_checked(4).and_then(|(digits, tail)| {
            let all = digits.bytes().all(|b| b.is_ascii_hexdigit());
            Some((u16::from_str_radix(digits, 16).ok().filter(|_| all)?, tail.strip_prefix('_')?))
        });
        rest = match code {
            Some((unit, tail)) => {
                units.push(unit);
                tail
            }
            None => {
                flush(&mut units, &mut out);
                out.push_str("_x");
                after
            }
        };
    }
    flush(&mut units, &mut out);
    Cow::Owned(out + rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "<Objs Version=\"1.1.0.1\" xmlns=\"http://schemas.microsoft.com/powershell/2004/04\">";

    const CONNECTOR: &str = r#"
<Obj RefId="0">
 <TN RefId="0"><T>Deserialized.Microsoft.Exchange.Data.ReceiveConnector</T><T>System.Object</T></TN>
 <ToString>EX1\Relay</ToString>
 <Props>
  <Obj N="AuthMechanism" RefId="1"><TN RefId="1"><T>A</T><T>System.Enum</T></TN>
   <ToString>Tls, ExchangeServer</ToString><I32>17</I32></Obj>
  <S N="Banner"></S><B N="Enabled">true</B><Nil N="DefaultDomain" />
  <S N="Comment">one_x000D__x000A_two _x005F_x000D_ _xD83D__xDE00_ _xyz</S>
  <Obj N="RemoteIPRanges" RefId="2"><TN RefId="2"><T>L</T></TN><LST>
   <Obj RefId="3"><ToString>192.0.2.0/24</ToString></Obj>
   <Obj RefId="4"><Props><S N="LowerBound">192.0.2.1</S><S N="UpperBound">192.0.2.9</S></Props></Obj>
   <S>::1</S><Ref RefId="3" /></LST></Obj>
  <Obj N="Table" RefId="5"><DCT><En><S N="Key">a</S><I32 N="Value">1</I32></En></DCT></Obj>
  <Obj N="Opaque" RefId="6"><TN RefId="3"><T>X.Y</T></TN><ToString>Microsoft.Exchange.X</ToString></Obj>
  <Ref N="Again" RefId="2" />
 </Props>
 <MS><S N="PSComputerName">ex1</S><S N="Banner">second</S><BA N="SerializationData">AAEAAAD</BA></MS>
</Obj>"#;

    fn parsed(content: &str) -> (Vec<Object>, Vec<Note>) {
        let text = Text::from_string(content.to_owned());
        assert!(sniff(&text), "{content}");
        let mut notes = Vec::new();
        (read(&text, &mut notes), notes)
    }

    fn list(items: &[&str]) -> Value {
        Value::List { items: items.iter().map(|i| (*i).to_owned()).collect(), complete: true }
    }

    #[test]
    fn an_object_gives_its_properties() {
        let (objects, notes) = parsed(&format!(
            "{HEAD}{CONNECTOR}<Obj RefId=\"7\"><TNRef RefId=\"0\"/><MS><G N=\"Id\">1</G></MS></Obj></Objs>"
        ));
        assert!(notes.is_empty(), "{notes:?}");
        assert_eq!(objects.len(), 2);
        let value = |name: &str| objects[0].get(name).map(|p| p.value.clone()).expect(name);
        assert_eq!(objects[0].class.as_deref(), Some("Microsoft.Exchange.Data.ReceiveConnector"));
        assert!(objects[1].is_class("ReceiveConnector"));
        assert_eq!(objects[0].lines, (2, 19));
        assert_eq!(value("AuthMechanism"), Value::Enum { name: "Tls, ExchangeServer".to_owned(), number: 17 });
        assert_eq!(objects[0].get("AuthMechanism").map(|p| p.lines), Some((6, 7)));
        assert_eq!((value("Banner"), value("DefaultDomain")), (Value::Empty, Value::Empty));
        assert_eq!(value("Enabled"), Value::Text("true".to_owned()));
        assert_eq!(value("Comment"), Value::Text("one\r\ntwo _x000D_ 😀 _xyz".to_owned()));
        let ranges = list(&["192.0.2.0/24", "192.0.2.1-192.0.2.9", "::1", "192.0.2.0/24"]);
        assert_eq!((value("RemoteIPRanges"), value("Again")), (ranges.clone(), ranges));
        assert_eq!(value("Table"), list(&["a=1"]));
        assert_eq!(value("Opaque"), Value::TypeName("X.Y".to_owned()));
        assert_eq!(value("SerializationData"), Value::Empty);
    }

    #[test]
    fn a_cut_file_gives_the_whole_objects() {
        let (objects, notes) = parsed(&format!("{HEAD}{CONNECTOR}{}", CONNECTOR.replace("</MS>\n</Obj>", "")));
        assert_eq!((objects.len(), notes.len()), (1, 1));
        assert_eq!((notes[0].kind, notes[0].lines.map(|l| l.0)), (NoteKind::Damaged, Some(20)));
    }

    #[test]
    fn a_list_below_the_root_is_its_objects() {
        let listed = format!("{HEAD}<Obj RefId=\"99\"><TN RefId=\"98\"><T>System.Object[]</T></TN><LST>{CONNECTOR}");
        let (objects, notes) = parsed(&format!("{listed}</LST></Obj><S>text</S></Objs>"));
        assert_eq!((objects.len(), notes.len(), notes[0].kind), (1, 1, NoteKind::Skipped));
        let (objects, notes) = parsed(&format!("{listed}<Obj RefId=\"100\">"));
        assert_eq!((objects.len(), notes.len()), (1, 1));
    }

    #[test]
    fn entities_are_refused() {
        let (objects, notes) = parsed(&format!("<!DOCTYPE Objs [<!ENTITY a \"b\">]>{HEAD}{CONNECTOR}</Objs>"));
        assert!(objects.is_empty() && notes[0].kind == NoteKind::Skipped);
        assert!(!sniff(&Text::from_string("<RoutingConfig/>".to_owned())));
        assert!(!sniff(&Text::from_string("Objs".to_owned())));
    }

    #[test]
    fn references_to_references_do_not_grow() {
        let mut bomb = format!(
            "{HEAD}<Obj RefId=\"0\"><Props><S N=\"a\">xxxxxxxxxxxxxxxx</S><Obj RefId=\"1\" N=\"b\"><LST><S>0123456789</S></LST></Obj>"
        );
        for i in 2..60 {
            let refs = format!("<Ref RefId=\"{}\"/>", i - 1).repeat(10);
            bomb += &format!("<Obj RefId=\"{i}\" N=\"p{i}\"><LST>{refs}</LST></Obj>");
        }
        let (objects, notes) = parsed(&(bomb + "</Props></Obj></Objs>"));
        assert_eq!((objects.len(), notes.len()), (1, 1));
        let total: usize = objects[0].properties.iter().map(|p| size(&p.value)).sum();
        assert!(total < 1_000_000, "{total}");
    }

    #[test]
    fn large_files_take_linear_time() {
        let many = "<Obj RefId=\"1\"><MS><S N=\"Name\">EX1</S><I32 N=\"Count\">1</I32></MS></Obj>".repeat(100_000);
        let (objects, notes) = parsed(&format!("{HEAD}{many}</Objs>"));
        assert_eq!((objects.len(), notes.len()), (100_000, 0));
        let wide: String = (0..50_000).map(|i| format!("<S N=\"p{i}\">_x000A__x</S>")).collect();
        assert_eq!(parsed(&format!("{HEAD}<Obj RefId=\"0\"><MS>{wide}</MS></Obj></Objs>")).0.len(), 1);
    }
}
