//! What can be said of an object that is longer than the text at hand: its class and the names of its
//! properties, without values. Enough to recognize it.

use super::{Object, Property, Shape, Value};

/// The class and the names of the first object of a text that holds no whole object.
pub(super) fn read(text: &str, shape: Shape) -> Object {
    let property = |name: &str| Property { name: name.to_owned(), value: Value::Empty, lines: (1, 1) };
    let between = |start: &str, end: &str| -> Option<String> {
        let rest = text.split_once(start)?.1;
        Some(rest.split_once(end)?.0.to_owned())
    };
    let (class, names): (_, Vec<&str>) = match shape {
        Shape::Clixml => {
            let names = text.split(" N=\"").skip(1).filter_map(|part| Some(part.split_once('"')?.0));
            (between("<T>", "</T>"), names.collect())
        }
        Shape::Json => {
            // Every second part stands between quotes; names are followed by a colon.
            let parts: Vec<&str> = text.split('"').collect();
            let quoted = parts.windows(2).skip(1).step_by(2);
            let names = quoted.filter_map(|pair| match pair {
                [name, after] if after.trim_start().starts_with(':') => Some(*name),
                _ => None,
            });
            (None, names.collect())
        }
        _ => (None, Vec::new()),
    };
    let class = class.map(|name| super::class_name(&name));
    Object { class, properties: names.into_iter().map(property).collect(), lines: (1, 1) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_longer_than_the_head_still_shows_its_class_and_names() {
        let xml = "<Objs><Obj RefId=\"0\"><TN RefId=\"0\"><T>Selected.Microsoft.Exchange.X</T></TN><MS><S N=\"Name\">a";
        let object = read(xml, Shape::Clixml);
        assert_eq!(object.class.as_deref(), Some("Microsoft.Exchange.X"));
        assert_eq!(object.properties[0].name, "Name");
        let object = read("[{\"Identity\": \"a\", \"Bindings\" : [\"0.0.0.0:25\"", Shape::Json);
        let names: Vec<_> = object.properties.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(names, ["Identity", "Bindings"]);
    }
}
