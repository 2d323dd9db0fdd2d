//! Before and after: what became of the problems of earlier files.

use yew::prelude::*;

use crate::report::compare::{Became, Change};
use crate::ui::language::{use_words, words};
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
}

/// The section below the summary; nothing without a comparison.
#[function_component]
pub fn Compared(props: &Props) -> Html {
    let words = use_words().diagnosis;
    let Some(comparison) = &props.footing.case.comparison else { return Html::default() };
    let stop = props.footing.act.reform(|_: MouseEvent| Action::StopComparing);
    html! {
        <section class="summary row compared" aria-labelledby="compared-title">
            <h2 id="compared-title" class="margin margin-label">{ words.before_after }</h2>
            <div class="content">
                if let Some(doubt) = comparison.doubt() {
                    <p class="compared-doubt" data-doubt="apart"><span class="high">{ icon(Icon::Info) }</span>{ " " }<span lang="en">{ doubt }</span></p>
                }
                <p lang="en">{ comparison.sentence() }</p>
                if !comparison.gone.is_empty() {
                    <ul>
                        { for comparison.gone.iter().map(|gone| html! {
                            <li data-gone={gone.rule.clone()}>
                                if gone.is_excluded {
                                    <span class="badge"><span class="ok">{ icon(Icon::Tick) }</span>{ words.fixed }</span>
                                } else {
                                    <span class="badge"><span class="gray">{ icon(Icon::Undecided) }</span>{ words.not_seen }</span>
                                }
                                { " " }<span lang="en">{ &gone.title }</span>
                                if gone.before > 0 { { ", " }{ (words.messages_before)(gone.before) } }
                            </li>
                        }) }
                    </ul>
                    if comparison.gone.iter().any(|gone| !gone.is_excluded) {
                        <p class="meta">{ words.fixed_about }</p>
                    }
                }
                <button type="button" class="link" onclick={stop}>{ words.stop_comparing }</button>
            </div>
        </section>
    }
}

/// The badge of a problem.
pub fn change(became: &Became) -> Html {
    let (class, drawing) = match became.change {
        Change::New => ("accent", Icon::Plus),
        Change::Unchanged => ("gray", Icon::Right),
        Change::Worse => ("high", Icon::Up),
        Change::Less => ("ok", Icon::Down),
    };
    let words = words().diagnosis;
    let numbers = match became.before {
        Some(before) if before != became.now => format!(", {}", (words.change_numbers)(before, became.now)),
        _ => String::new(),
    };
    html! {
        <p class="badge" data-change={became.change.word()}><span class={class}>{ icon(drawing) }</span>{ (words.change)(became.change) }{ numbers }</p>
    }
}
