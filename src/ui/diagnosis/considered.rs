//! Checks that found nothing: folded lists of what could not be decided and what was ruled out.

use yew::prelude::*;

use crate::report::{Considered, ConsideredVerdict};
use crate::ui::language::{use_words, words};
use crate::ui::shared::command_box::CommandBox;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::shared::sentence::Footing;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub verdict: ConsideredVerdict,
    pub footing: Footing,
    pub say: Callback<String>,
}

/// The list of one verdict; nothing when it is empty.
#[function_component]
pub fn ConsideredList(props: &Props) -> Html {
    let words = use_words().diagnosis;
    let open = use_state_eq(|| false);
    let checks: Vec<&Considered> =
        props.footing.case.report.considered.iter().filter(|check| check.verdict == props.verdict).collect();
    if checks.is_empty() {
        return Html::default();
    }
    let (title, about, id) = match props.verdict {
        ConsideredVerdict::Undecided => (words.undecided, words.undecided_about, "undecided"),
        ConsideredVerdict::RuledOut => (words.ruled_out, words.ruled_out_about, "ruled-out"),
    };
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <section class="considered" data-open={open.to_string()}>
            <h2>
                <button type="button" class="fold" onclick={toggle} aria-expanded={open.to_string()} aria-controls={id}>
                    { icon(if *open { Icon::Down } else { Icon::Right }) }
                    <span class="fold-title">{ title }</span>
                    <span class="meta">{ about(checks.len() as u64) }</span>
                </button>
            </h2>
            <ul {id} class="checks">
                { for checks.into_iter().map(|check| one(check, &props.say)) }
            </ul>
        </section>
    }
}

fn one(check: &Considered, say: &Callback<String>) -> Html {
    let drawing = match check.verdict {
        ConsideredVerdict::Undecided => Icon::Undecided,
        ConsideredVerdict::RuledOut => Icon::RuledOut,
    };
    html! {
        <li data-check={check.rule.clone()}>
            <span class="gray">{ icon(drawing) }</span>
            <div>
                <p lang="en"><b>{ &check.title }</b></p>
                <p lang="en">{ &check.why }</p>
                { for check.missing.iter().map(|missing| html! {
                    <div class="settle">
                        <p>{ words().diagnosis.bring }{ " " }<span lang="en">{ &missing.what }{ if missing.settles.is_empty() { String::new() } else { format!(". {}", missing.settles) } }</span></p>
                        if !missing.command.is_empty() {
                            <CommandBox command={missing.command.clone()} say={say.clone()} />
                        }
                    </div>
                }) }
            </div>
        </li>
    }
}
