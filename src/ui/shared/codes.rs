//! Codes of a piece of evidence, each with its meaning; the code itself leads to the look-up.

use yew::prelude::*;

use super::sentence::Footing;
use crate::report::ExplainedCode;
use crate::ui::language::words;
use crate::ui::state::Action;

/// A list of codes; nothing when there are none.
pub fn codes<'a>(footing: &Footing, codes: impl Iterator<Item = &'a ExplainedCode>) -> Html {
    let item = |code: &ExplainedCode| {
        let asked = code.code.clone();
        let onclick = footing.act.reform(move |_: MouseEvent| Action::LookUp(asked.clone()));
        html! {
            <div>
                <dt><button type="button" class="link code" {onclick} title={words().shared.look_up}>{ &code.code }</button></dt>
                <dd lang="en">{ &code.text }</dd>
            </div>
        }
    };
    let items: Vec<Html> = codes.map(item).collect();
    if items.is_empty() {
        return Html::default();
    }
    html! { <dl class="codes" aria-label={words().shared.codes}>{ for items }</dl> }
}
