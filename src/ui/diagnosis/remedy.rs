//! What to do: numbered steps, each with its warning above its command; how to check comes last.

use yew::prelude::*;

use crate::report::{Finding, Step};
use crate::ui::language::words;
use crate::ui::shared::command_box::CommandBox;
use crate::ui::shared::sentence::Footing;
use crate::ui::shared::verdict::warning_shape;

/// The steps of a finding.
pub fn steps(footing: &Footing, index: usize, finding: &Finding, say: &Callback<String>) -> Html {
    html! {
        <ol class="steps">
            { for finding.remedy.iter().map(|step| one(footing, index, step, say)) }
            { for finding.verify.iter().map(|check| html! {
                <li><p lang="en">{ lead(check) }{ footing.sentence(index, check) }</p></li>
            }) }
        </ol>
    }
}

fn one(footing: &Footing, index: usize, step: &Step, say: &Callback<String>) -> Html {
    html! {
        <li>
            <p lang="en">{ footing.sentence(index, &step.text) }</p>
            if let Some(warning) = &step.warning {
                <p class="warning">{ warning_shape() }<span><span class="visually-hidden">{ words().diagnosis.warning }</span><span lang="en">{ footing.sentence(index, warning) }</span></span></p>
            }
            if let Some(command) = &step.command {
                <CommandBox command={command.clone()} say={say.clone()} />
            }
        </li>
    }
}

fn lead(check: &str) -> &'static str {
    if check.starts_with("Check") { "" } else { "Check: " }
}
