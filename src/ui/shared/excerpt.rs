//! Raw text with marks: a background and an underline, so that a gray print shows them too.

use yew::prelude::*;

use crate::ui::text;

/// A text with the given byte ranges marked.
pub fn with_marks(line: &str, marks: &[(usize, usize)]) -> Html {
    text::marked(line, marks)
        .into_iter()
        .map(|(marked, part)| {
            if marked {
                html! { <mark>{ part }</mark> }
            } else {
                html! { { part } }
            }
        })
        .collect()
}

/// An excerpt of at most three lines.
pub fn excerpt(raw: &str, marks: &[(usize, usize)]) -> Html {
    let (shown, marks) = text::three_lines(raw, marks);
    let (shown, marks) = text::without_padding(&shown, &marks);
    html! { <pre class="excerpt">{ with_marks(&shown, &marks) }</pre> }
}
