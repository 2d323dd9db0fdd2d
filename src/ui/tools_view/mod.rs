//! Tools that need no case: what a code or an event means, GUIDs, ranges of addresses, headers and reports.
//!
//! Each tool is a file: a field, and the answer below it as it is typed. What the case shows of it is one of the rows of the
//! answer. One tool is shown at a time; what is in the others stays.

mod code_answer;
mod code_tool;
mod guid_tool;
pub mod inputs;
mod mail_tool;
mod parts;
mod ranges_tool;

use web_sys::KeyboardEvent;
use yew::prelude::*;

use self::inputs::{Inputs, Tool, Typed};
use self::mail_tool::MailTool;
use super::browser;
use super::language::use_words;
use super::shared::sentence::Footing;
use super::state::Action;

/// All tools, in their order: the tool, and the id of its tab. Their names are in the same order in `language`.
const TOOLS: [(Tool, &str); 4] =
    [(Tool::Code, "tool-code"), (Tool::Guid, "tool-guid"), (Tool::Ranges, "tool-ranges"), (Tool::Mail, "tool-mail")];

#[derive(Properties, PartialEq)]
pub struct Props {
    /// What is in the fields.
    pub inputs: Inputs,
    pub act: Callback<Action>,
    /// The open case, to say where something was seen.
    pub footing: Option<Footing>,
}

/// The view.
#[function_component]
pub fn Tools(props: &Props) -> Html {
    let words = use_words().tools;
    let Props { inputs, act, footing } = props;
    let case = footing.as_ref();
    let shown = TOOLS.iter().find(|(tool, _)| *tool == inputs.tool).map(|(_, id)| *id);
    html! {
        <div class="tools-view">
            <header class="view-head">
                <h1>{ words.title }</h1>
                <div class="tabs" role="tablist" aria-label={words.title} onkeydown={arrows(inputs.tool, act)}>
                    { for TOOLS.iter().zip(words.tabs).map(|((tool, id), name)| tab(*tool, id, name, inputs.tool, act)) }
                </div>
            </header>
            <div id="tool" role="tabpanel" aria-labelledby={shown}>
                { match inputs.tool {
                    Tool::Code => code_tool::tool(&inputs.code, act, case),
                    Tool::Guid => guid_tool::tool(&inputs.guid, act, case),
                    Tool::Ranges => ranges_tool::tool(&inputs.ranges, &inputs.address, act, case),
                    Tool::Mail => html! { <MailTool text={inputs.mail.clone()} act={act.clone()} footing={footing.clone()} /> },
                } }
            </div>
        </div>
    }
}

fn tab(tool: Tool, id: &'static str, name: &'static str, shown: Tool, act: &Callback<Action>) -> Html {
    let onclick = act.reform(move |_: MouseEvent| Action::Tool(Typed::Show(tool)));
    let selected = tool == shown;
    // One stop for the Tab key; the arrows go from tool to tool.
    html! {
        <button type="button" {id} class="button" role="tab" aria-selected={selected.to_string()} aria-controls="tool"
            tabindex={if selected { "0" } else { "-1" }} {onclick}>{ name }</button>
    }
}

fn arrows(shown: Tool, act: &Callback<Action>) -> Callback<KeyboardEvent> {
    let act = act.clone();
    Callback::from(move |event: KeyboardEvent| {
        let at = TOOLS.iter().position(|(tool, _)| *tool == shown).unwrap_or(0);
        let to = match event.key().as_str() {
            "ArrowRight" => (at + 1) % TOOLS.len(),
            "ArrowLeft" => (at + TOOLS.len() - 1) % TOOLS.len(),
            "Home" => 0,
            "End" => TOOLS.len() - 1,
            _ => return,
        };
        if let Some((tool, id)) = TOOLS.get(to) {
            event.prevent_default();
            act.emit(Action::Tool(Typed::Show(*tool)));
            if let Some(tab) = browser::by_id(id) {
                let _ = tab.focus();
            }
        }
    })
}
