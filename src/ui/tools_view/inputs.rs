//! What is in the fields of the tools. It stays while other views are shown, and is never part of an address.

use yew::AttrValue;

/// A tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tool {
    #[default]
    Code,
    Guid,
    Ranges,
    Mail,
}

/// What is typed, by tool. Cheap to clone: a pasted report can be large.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inputs {
    /// The tool that is shown.
    pub tool: Tool,
    pub code: AttrValue,
    pub guid: AttrValue,
    pub ranges: AttrValue,
    /// The address that is looked for in the ranges.
    pub address: AttrValue,
    pub mail: AttrValue,
}

/// A change.
#[derive(Clone, Debug)]
pub enum Typed {
    Show(Tool),
    Code(String),
    Guid(String),
    Ranges(String),
    Address(String),
    Mail(String),
}

impl Inputs {
    /// Takes a change, and shows the tool that it belongs to.
    pub fn take(&mut self, typed: Typed) {
        let (tool, field, text) = match typed {
            Typed::Show(tool) => {
                self.tool = tool;
                return;
            }
            Typed::Code(text) => (Tool::Code, &mut self.code, text),
            Typed::Guid(text) => (Tool::Guid, &mut self.guid, text),
            Typed::Ranges(text) => (Tool::Ranges, &mut self.ranges, text),
            Typed::Address(text) => (Tool::Ranges, &mut self.address, text),
            Typed::Mail(text) => (Tool::Mail, &mut self.mail, text),
        };
        *field = text.into();
        self.tool = tool;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_shows_its_tool_and_keeps_the_other_fields() {
        let mut inputs = Inputs::default();
        inputs.take(Typed::Ranges("192.0.2.0/24".to_owned()));
        inputs.take(Typed::Address("192.0.2.1".to_owned()));
        assert_eq!((inputs.tool, inputs.ranges.as_str()), (Tool::Ranges, "192.0.2.0/24"));
        inputs.take(Typed::Code("1722".to_owned()));
        inputs.take(Typed::Show(Tool::Mail));
        assert_eq!((inputs.tool, inputs.code.as_str(), inputs.address.as_str()), (Tool::Mail, "1722", "192.0.2.1"));
    }
}
