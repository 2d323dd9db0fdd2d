//! Collect: a script, or numbered steps, that gather what is missing for the open case, or what a first look needs.
//!
//! It works without a case. What is gathered is a table of the program; the view ticks rows of it and shows the text
//! that comes out, to be looked through before anybody runs it.

mod choice;

use web_sys::{Event, MouseEvent};
use yew::prelude::*;

pub use self::choice::{Choice, CollectChange};
use self::choice::{Preset, is_asked};
use super::browser;
use super::case::Case;
use super::language::{use_words, words};
use super::shared::copy_button::CopyButton;
use super::shared::draft_field::DraftField;
use super::shared::icon::{Icon, icon};
use super::state::Action;
use crate::analysis::wanted::{Wanted, wanted};
use crate::report::Missing;
use crate::tools::collect::{Entry, Generation, Group, How, Request, Way, changes_something, gathered};

/// So many chosen kinds are named above the table, most of which is out of sight.
const FEW: usize = 8;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub case: Option<Case>,
    /// What was chosen; `None` before anybody chose.
    pub choice: Option<Choice>,
    pub act: Callback<Action>,
}

/// What the parts of the view share.
struct Parts<'a> {
    choice: &'a Choice,
    act: &'a Callback<Action>,
}

impl Parts<'_> {
    /// A callback that makes another choice.
    fn choose<E: 'static>(&self, change: CollectChange) -> Callback<E> {
        self.act.reform(move |_| Action::Collect(change.clone()))
    }
}

/// The view.
#[function_component]
pub fn Collect(props: &Props) -> Html {
    let words = use_words().collect;
    let Props { case, choice, act } = props;
    let report = case.as_ref().map(|case| &*case.report);
    let choice = choice.clone().unwrap_or_else(|| Choice::first(report));
    let lacks = report.map(|report| wanted(report, Some(choice.generation)));
    let request = choice.request(lacks.as_ref());
    let text = request.file();
    let parts = Parts { choice: &choice, act };
    let scripted = choice.generation.has_script();
    let chosen = request.gathered().count() as u64;
    let about = (words.chosen)((words.generation)(choice.generation), chosen);
    html! {
        <div class="collect-view">
            <header class="view-head">
                <h1>{ words.title }{ " " }<span class="light">{ about }</span></h1>
                <div class="buttons">
                    <CopyButton text={text.clone()} label={if scripted { words.copy_script } else { words.copy_steps }} say={act.reform(Action::Say)} />
                    { save(&request, &text, act) }
                </div>
            </header>
            <p class="collect-lead">{ if scripted { words.lead_script } else { words.lead_steps } }</p>
            { form(&parts, lacks.as_ref()) }
            { table(&parts) }
            { lacks.as_ref().map(|lacks| by_hand(&lacks.by_hand, act)).unwrap_or_default() }
            <section class="collect-script" aria-labelledby="script-title">
                <h2 id="script-title">{ request.file_name() }</h2>
                if scripted {
                    <p class="meta">{ if choice.generation == Generation::Online { words.run_online } else { words.run } }</p>
                }
                <pre tabindex="0" lang="en" aria-label={if scripted { words.script } else { words.steps }}>{ lines(&text, scripted) }</pre>
            </section>
        </div>
    }
}

fn save(request: &Request, text: &str, act: &Callback<Action>) -> Html {
    let (name, text) = (request.file_name(), text.to_owned());
    let onclick = act.reform(move |_: MouseEvent| {
        let saved = browser::save(name, &text, "text/plain;charset=utf-8");
        let words = words();
        Action::Say(if saved { (words.collect.saved)(name) } else { words.frame.not_saved.to_owned() })
    });
    let words = words().collect;
    html! {
        <button type="button" class="button primary" id="save-script" {onclick}>
            { icon(Icon::Export) }<span>{ if request.generation.has_script() { words.save_script } else { words.save_steps } }</span>
        </button>
    }
}

fn form(parts: &Parts<'_>, lacks: Option<&Wanted>) -> Html {
    let words = words().collect;
    let choice = parts.choice;
    let generation = |generation: Generation| {
        let onchange = parts.choose::<Event>(CollectChange::Generation(generation));
        html! {
            <label class="pick">
                <input type="radio" name="generation" value={generation.word()} checked={choice.generation == generation} {onchange} />
                <span>{ (words.generation)(generation) }</span>
            </label>
        }
    };
    let act = parts.act.clone();
    let days = Callback::from(move |typed: String| {
        let days = typed.trim().parse().ok();
        days.into_iter().for_each(|days| act.emit(Action::Collect(CollectChange::Days(days))));
        true
    });
    let act = parts.act.clone();
    let servers = Callback::from(move |typed| {
        act.emit(Action::Collect(CollectChange::Servers(typed)));
        true
    });
    let preset = |preset: Preset, label: &'static str| {
        let onclick = parts.choose::<MouseEvent>(CollectChange::Preset(preset));
        let pressed = (choice.preset == preset).to_string();
        html! { <button type="button" class="button" aria-pressed={pressed} {onclick}>{ label }</button> }
    };
    let chosen: Vec<&str> = gathered(choice.generation)
        .filter(|(entry, _)| choice.entries.contains(entry.id))
        .map(|(entry, _)| entry.title)
        .collect();
    html! {
        <div class="collect-form">
            <fieldset>
                <legend>{ words.servers_run }</legend>
                { for Generation::ALL.into_iter().map(generation) }
            </fieldset>
            if choice.generation.has_script() && choice.generation != Generation::Online {
                <div class="collect-fields">
                    <label for="collect-days">{ words.days }</label>
                    <DraftField id="collect-days" most={Request::MOST_DAYS} value={choice.days.to_string()} commit={days} />
                    <label for="collect-servers">{ words.servers }</label>
                    <DraftField id="collect-servers" value={choice.servers.clone()} commit={servers} placeholder={words.all_servers} />
                    { lacks.map(|lacks| named_servers(parts, &lacks.servers)).unwrap_or_default() }
                </div>
            }
            <div class="buttons" role="group" aria-label={words.what}>
                if lacks.is_some_and(is_asked) {
                    { preset(Preset::Missing, words.missing) }
                }
                { preset(Preset::Basics, words.basics) }
                { preset(Preset::Everything, words.everything) }
                { preset(Preset::Nothing, words.nothing) }
                if (1..=FEW).contains(&chosen.len()) {
                    <p class="meta">{ words.ticked }{ " " }<span lang="en">{ chosen.join(", ") }</span></p>
                }
                if lacks.is_some_and(|lacks| !is_asked(lacks)) {
                    <p class="meta">{ words.none_missing }</p>
                }
            </div>
        </div>
    }
}

/// Names of servers that the case is about, to be put into the field.
fn named_servers(parts: &Parts<'_>, servers: &[String]) -> Html {
    const MOST: usize = 8;
    if servers.is_empty() || servers.len() > MOST {
        return Html::default();
    }
    let names = servers.join(", ");
    let label = (words().collect.servers_of_case)(&names);
    let onclick = parts.choose::<MouseEvent>(CollectChange::Servers(names));
    html! { <button type="button" class="link" {onclick}>{ label }</button> }
}

fn table(parts: &Parts<'_>) -> Html {
    let words = words().collect;
    let rows: Vec<(&'static Entry, &'static Way)> = gathered(parts.choice.generation).collect();
    let groups = Group::ALL.into_iter().filter(|group| rows.iter().any(|(entry, _)| entry.group == *group));
    html! {
        <div class="table-scroll">
            <table class="ledger collect-table">
                <thead><tr>
                    <th scope="col">{ words.gather }</th><th scope="col">{ words.settles }</th>
                    <th scope="col">{ words.size }</th><th scope="col">{ words.time }</th><th scope="col">{ words.files }</th>
                </tr></thead>
                { for groups.map(|group| html! {
                    <tbody>
                        <tr class="group"><th scope="rowgroup" colspan="5">{ (words.group)(group) }</th></tr>
                        { for rows.iter().filter(|(entry, _)| entry.group == group).map(|(entry, way)| row(parts, entry, way)) }
                    </tbody>
                }) }
            </table>
        </div>
    }
}

fn row(parts: &Parts<'_>, entry: &'static Entry, way: &'static Way) -> Html {
    let words = words().collect;
    let id = entry.id;
    let onchange = parts.choose::<Event>(CollectChange::Toggle(id));
    let how = match way.how {
        How::Script(command, _) => html! { <p class="code">{ command }</p> },
        How::Steps(steps) if parts.choice.generation.has_script() => {
            html! { <ol class="hand" lang="en">{ for steps.iter().map(|step| html! { <li>{ *step }</li> }) }</ol> }
        }
        How::Steps(steps) => html! { <p class="meta">{ (words.some_steps)(steps.len() as u64) }</p> },
    };
    let mut files: Vec<&str> = way.files.iter().map(|(name, _)| *name).collect();
    files.dedup();
    html! {
        <tr data-entry={id}>
            <th scope="row">
                <label class="pick"><input type="checkbox" checked={parts.choice.entries.contains(id)} {onchange} /><span lang="en">{ entry.title }</span></label>
            </th>
            <td>
                <p lang="en">{ entry.settles }</p>
                { how }
                if !way.rights.is_empty() {
                    <p class="meta">{ words.needs }{ " " }<span lang="en">{ way.rights }</span></p>
                }
            </td>
            <td lang="en">{ way.size }</td>
            <td lang="en">{ way.time }</td>
            <td class="code">{ for files.iter().map(|file| html! { <p>{ *file }</p> }) }</td>
        </tr>
    }
}

/// What the case lacks and nothing here gathers.
fn by_hand(missing: &[Missing], act: &Callback<Action>) -> Html {
    if missing.is_empty() {
        return Html::default();
    }
    let row = |missing: &Missing| {
        let settles = if missing.settles.is_empty() { String::new() } else { format!(": {}", missing.settles) };
        html! {
            <li>
                <p lang="en"><span class="strong">{ &missing.what }</span>{ settles }</p>
                if changes_something(&missing.command) {
                    <p class="meta">{ words().collect.changes }</p>
                }
                if !missing.command.is_empty() {
                    <super::shared::command_box::CommandBox command={missing.command.clone()} say={act.reform(Action::Say)} />
                }
            </li>
        }
    };
    html! {
        <section class="collect-hand" aria-labelledby="hand-title">
            <h2 id="hand-title">{ words().collect.by_hand }</h2>
            <ul>{ for missing.iter().map(row) }</ul>
        </section>
    }
}

/// The text with its comments set apart.
fn lines(text: &str, scripted: bool) -> Html {
    let line = |line: &str| {
        let comment = scripted && line.trim_start().starts_with('#');
        html! { <code class={comment.then_some("comment")}>{ format!("{line}\n") }</code> }
    };
    text.trim_start_matches('\u{FEFF}').lines().map(line).collect()
}
