//! A command to paste: it wraps with a hanging indent on the page and is copied unwrapped.

use yew::prelude::*;

use super::copy_button::CopyButton;
use crate::ui::language::use_words;

#[derive(Properties, PartialEq)]
pub struct Props {
    /// One command per line.
    pub command: AttrValue,
    pub say: Callback<String>,
}

/// The command with its copy button.
#[function_component]
pub fn CommandBox(props: &Props) -> Html {
    let words = use_words().shared;
    html! {
        <div class="command">
            <pre tabindex="0" aria-label={words.command}>
                { for props.command.lines().map(|line| html! { <code>{ code(line) }</code> }) }
            </pre>
            <CopyButton text={props.command.clone()} say={props.say.clone()} />
        </div>
    }
}

/// A line with its comment set apart. A `#` inside a word or a quoted text begins none.
fn code(line: &str) -> Html {
    let comment = line.match_indices('#').map(|(at, _)| at).find(|at| {
        let before = line.get(..*at).unwrap_or_default();
        (before.is_empty() || before.ends_with([' ', '\t']))
            && before.matches('"').count().is_multiple_of(2)
            && before.matches('\'').count().is_multiple_of(2)
    });
    match comment.and_then(|at| line.split_at_checked(at)) {
        Some((command, comment)) => html! { <>{ command }<span class="comment">{ comment }</span></> },
        None if line.is_empty() => html! { { "\u{a0}" } },
        None => html! { { line } },
    }
}
