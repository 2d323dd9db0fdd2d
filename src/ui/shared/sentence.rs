//! A sentence with its footnotes: citations become buttons, names become objects.
//!
//! A finding counts its own evidence from 1; what is shown is the number in the list of its problem
//! (see `case`). Whoever shows one says that it is English. A number without evidence is shown as text: it must not look like something to open.

use yew::prelude::*;

use crate::ui::browser;
use crate::ui::case::Case;
use crate::ui::language::{tag, words};
use crate::ui::state::{Action, Cite};
use crate::ui::text::{self, Piece};

/// What a sentence needs to know to show its citations.
#[derive(Clone, PartialEq)]
pub struct Footing {
    pub case: Case,
    /// The citation that is open.
    pub open: Option<Cite>,
    pub act: Callback<Action>,
}

impl Footing {
    /// Opens a citation, and remembers where that was asked for.
    pub fn opener(&self, cite: Cite) -> Callback<MouseEvent> {
        let act = self.act.clone();
        Callback::from(move |_| {
            browser::remember_opener();
            act.emit(Action::Cite(Some(cite)));
        })
    }

    /// A button with the number of a citation.
    pub fn button(&self, cite: Cite) -> Html {
        let place = self.case.evidence(cite.problem, cite.number).map(text::location).unwrap_or_default();
        let open = self.open == Some(cite);
        html! {
            <button type="button" class={classes!("cite", open.then_some("open"))} onclick={self.opener(cite)}
                title={place.clone()} lang={tag()} aria-label={(words().shared.evidence)(cite.number, &place)} aria-pressed={open.to_string()}>
                { cite.number }
            </button>
        }
    }

    /// A sentence of a finding.
    pub fn sentence(&self, finding: usize, sentence: &str) -> Html {
        let Some(of) = self.case.report.findings.get(finding) else { return html! { { sentence } } };
        let show = |piece: Piece| match piece {
            Piece::Words(words) => html! { { words } },
            Piece::Name(name) => html! { <span class="name">{ name }</span> },
            Piece::Cite(own) => match self.case.number(of.problem, finding, own) {
                Some(number) => self.button(Cite { problem: of.problem, number }),
                None => html! { { format!(" [{own}]") } },
            },
        };
        text::runs(text::pieces(sentence, &of.affected))
            .into_iter()
            .map(|run| {
                let cites = run.iter().any(|piece| matches!(piece, Piece::Cite(_)));
                let shown: Html = run.into_iter().map(show).collect();
                if cites {
                    html! { <span class="together">{ shown }</span> }
                } else {
                    shown
                }
            })
            .collect()
    }
}

/// A sentence of the page with names from files in it. Each name stands apart: marks in it that turn the direction of text do
/// not turn the words around it.
pub fn with_names(sentence: &str, names: &[String]) -> Html {
    let show = |piece: Piece| match piece {
        Piece::Name(name) => html! { <bdi>{ name }</bdi> },
        Piece::Words(words) => html! { { words } },
        Piece::Cite(number) => html! { { number } },
    };
    text::names_in(sentence, names).into_iter().map(show).collect()
}
