//! The report as a file: its format, whether names are replaced, what is replaced, and what the check found.
//!
//! A redacted report is saved when the check found nothing in the very format that is saved. If it found something, the
//! list of it stands where Save was.

use std::collections::BTreeMap;
use std::rc::Rc;

use yew::prelude::*;

use super::language::{ExportWords, use_words, words};
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::Action;
use crate::report::compare::Comparison;
use crate::report::redaction::{Leak, Replacement};
use crate::report::{Added, SetAside};
use crate::worker::protocol::PrintFormat;

/// What the worker says about a redacted report.
#[derive(Clone, Debug, PartialEq)]
pub struct Redaction {
    pub format: PrintFormat,
    pub replacements: Vec<Replacement>,
    pub leaks: Vec<Leak>,
}

/// Rows of the preview before all are asked for.
const FIRST: usize = 8;

/// Of each kind at first.
const OF_EACH: usize = 2;

impl Redaction {
    /// What the check came to, in words.
    pub fn result(&self, words: &ExportWords) -> String {
        match self.leaks.len() {
            0 => (words.checked)(self.replacements.len() as u64, title(self.format)),
            leaks => (words.leaks)(leaks as u64),
        }
    }

    /// A few of each kind.
    fn first(&self) -> Vec<&Replacement> {
        if self.replacements.len() <= FIRST {
            return self.replacements.iter().collect();
        }
        let mut first: Vec<&Replacement> = Vec::new();
        for row in &self.replacements {
            let same = first.iter().filter(|other| other.kind == row.kind).count();
            if same < OF_EACH && first.len() < FIRST {
                first.push(row);
            }
        }
        first
    }
}

const FORMATS: [(PrintFormat, &str); 3] =
    [(PrintFormat::Html, "html"), (PrintFormat::Markdown, "markdown"), (PrintFormat::Json, "json")];

fn title(format: PrintFormat) -> &'static str {
    match format {
        PrintFormat::Html => "HTML",
        PrintFormat::Markdown => "Markdown",
        PrintFormat::Json => "JSON",
    }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub session: Session,
    pub act: Callback<Action>,
    pub redaction: Option<Rc<Redaction>>,
    pub acknowledged: Rc<BTreeMap<u32, String>>,
    pub comparison: Option<Rc<Comparison>>,
}

/// The dialog.
#[function_component]
pub fn Export(props: &Props) -> Html {
    let all_words = use_words();
    let words = all_words.export;
    let node = use_node_ref();
    let format = use_state_eq(|| PrintFormat::Html);
    let redact = use_state_eq(|| false);
    use_effect_with((), {
        let node = node.clone();
        move |()| {
            if let Some(dialog) = node.cast::<web_sys::HtmlDialogElement>() {
                let _ = dialog.show_modal();
            }
        }
    });
    let set_aside: Vec<SetAside> =
        props.acknowledged.iter().map(|(problem, note)| SetAside { problem: *problem, note: note.clone() }).collect();
    let added = Added { set_aside, compared: props.comparison.as_deref().cloned().map(Box::new) };
    use_effect_with((*format, *redact), {
        let (session, added) = (props.session.clone(), added.clone());
        move |(format, redact)| {
            if *redact {
                session.redaction(*format, added);
            }
        }
    });
    let closed = props.act.reform(|_: Event| Action::Export(false));
    let close = props.act.reform(|_: MouseEvent| Action::Export(false));
    let toggle = {
        let redact = redact.clone();
        Callback::from(move |_: Event| redact.set(!*redact))
    };
    let shown = props.redaction.as_ref().filter(|shown| *redact && shown.format == *format);
    let ready = !*redact || shown.is_some_and(|shown| shown.leaks.is_empty());
    let save = {
        let (session, act, format, redact) = (props.session.clone(), props.act.clone(), *format, *redact);
        Callback::from(move |_: MouseEvent| {
            session.print(format, redact, added.clone());
            act.emit(Action::Export(false));
        })
    };
    let about = match *format {
        PrintFormat::Html => words.html,
        PrintFormat::Markdown => words.markdown,
        PrintFormat::Json => words.json,
    };
    html! {
        <dialog ref={node} class="sheet export" aria-labelledby="export-title" onclose={closed}>
            <h2 id="export-title">{ words.title }</h2>
            <div class="buttons" role="group" aria-label={words.format}>
                { for FORMATS.iter().map(|(known, name)| {
                    let (state, known) = (format.clone(), *known);
                    let pressed = (*format == known).to_string();
                    let onclick = Callback::from(move |_: MouseEvent| state.set(known));
                    html! { <button type="button" class="button" data-export={*name} aria-pressed={pressed} {onclick}>{ title(known) }</button> }
                }) }
                <span class="meta">{ about }</span>
            </div>
            <label class="export-check">
                <input type="checkbox" checked={*redact} onchange={toggle} />
                <span>{ words.redact }</span>
            </label>
            if *redact {
                { preview(shown) }
            } else {
                <p class="meta">{ words.as_is }</p>
            }
            if let Some(english) = words.in_english { <p class="meta">{ english }</p> }
            <div class="buttons export-end">
                if ready {
                    <button type="button" class="button primary" data-save="report" onclick={save}>{ words.save }</button>
                }
                <button type="button" class="button" onclick={close}>{ if ready { words.cancel } else { all_words.shared.close } }</button>
            </div>
        </dialog>
    }
}

fn preview(shown: Option<&Rc<Redaction>>) -> Html {
    let words = words().export;
    let Some(shown) = shown else {
        return html! { <p class="meta" data-redaction="pending">{ words.looking }</p> };
    };
    let held = shown.leaks.is_empty();
    let (state, drawing, class) = if held { ("held", Icon::Tick, "ok") } else { ("failed", Icon::Cross, "critical") };
    html! {
        <div class="export-preview" data-redaction={state}>
            <p class={classes!("export-result", class)}>{ icon(drawing) }<span>{ shown.result(words) }</span></p>
            if held {
                <p class="meta">{ words.limits }</p>
            } else {
                <ul class="leaks" tabindex="0" aria-label={words.found}>
                    { for shown.leaks.iter().map(|leak| html! {
                        <li><code>{ &leak.text }</code>{ " " }<span class="meta">{ (words.times)(leak.times.into()) }</span></li>
                    }) }
                </ul>
            }
            <Replaced redaction={shown.clone()} />
        </div>
    }
}

#[derive(Properties, PartialEq)]
struct ReplacedProps {
    redaction: Rc<Redaction>,
}

/// The table of what is replaced.
#[function_component]
fn Replaced(props: &ReplacedProps) -> Html {
    let words = use_words().export;
    let all = use_state_eq(|| false);
    let redaction = &props.redaction;
    let rows: Vec<&Replacement> = if *all { redaction.replacements.iter().collect() } else { redaction.first() };
    let more = redaction.replacements.len() > rows.len() || *all;
    let toggle = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(!*all))
    };
    if redaction.replacements.is_empty() {
        return html! { <p>{ words.nothing }</p> };
    }
    html! {
        <>
            <div class="replaced" tabindex="0" role="region" aria-label={words.replacements}>
                <table>
                    <thead><tr><th scope="col">{ words.in_files }</th><th scope="col">{ words.in_report }</th><th scope="col">{ words.what }</th><th scope="col" class="number">{ words.how_often }</th></tr></thead>
                    <tbody>
                        { for rows.iter().map(|row| html! {
                            <tr><td><code>{ &row.original }</code></td><td><code>{ &row.token }</code></td><td>{ (words.kind)(row.kind) }</td><td class="number">{ row.times }</td></tr>
                        }) }
                    </tbody>
                </table>
            </div>
            if more {
                <button type="button" class="link" data-replaced="all" onclick={toggle} aria-expanded={all.to_string()}>
                    { if *all { words.fewer.to_owned() } else { (words.all)(redaction.replacements.len() as u64) } }
                </button>
            }
        </>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::redaction::NameKind;
    use crate::ui::language::Language;

    fn row(kind: NameKind, number: u32) -> Replacement {
        Replacement { kind, original: format!("EX{number}"), token: format!("server{number}"), times: number }
    }

    #[test]
    fn a_few_of_each_kind_come_first() {
        let replacements: Vec<Replacement> =
            (1..9).map(|n| row(NameKind::Server, n)).chain((1..9).map(|n| row(NameKind::Ip, n))).collect();
        let shown = Redaction { format: PrintFormat::Html, replacements, leaks: Vec::new() };
        let kinds: Vec<NameKind> = shown.first().iter().map(|row| row.kind).collect();
        assert_eq!(kinds, [NameKind::Server, NameKind::Server, NameKind::Ip, NameKind::Ip]);
        let words = Language::English.words().export;
        assert!(shown.result(words).starts_with("Checked: none of the 16 originals"));
        let leaks = vec![Leak { text: "EX1".to_owned(), times: 1 }];
        assert!(Redaction { leaks, ..shown }.result(words).ends_with("It is not saved."));
    }
}
