//! The code look-up: a field, and the answer below it as it is typed.

use yew::prelude::*;

use super::code_answer;
use super::inputs::Typed;
use super::parts::{examples, field};
use crate::ui::language::words;
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

/// Inputs that show what the field takes.
const EXAMPLES: [&str; 7] =
    ["0x80040111", "ec=1010", "-1017", "550 5.7.54", "0c 03 09 80", "UntrustedRoot", "event 12014"];

/// The tool.
pub fn tool(code: &AttrValue, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ words.code }</h2>
                <div class="content">
                    { field("look-up", words.code_field, code, Typed::Code, act) }
                    { examples(&EXAMPLES, &[], Typed::Code, act) }
                </div>
            </section>
            <div aria-live="polite">{ code_answer::answer(code, act, footing) }</div>
        </>
    }
}
