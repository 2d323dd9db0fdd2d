//! Collect: a script, or numbered steps, that gather what is missing for the open case, or what a first look needs.
//!
//! It works without a case. What is gathered is a table of the program; the view ticks rows of it and shows the text
//! that comes out, to be looked through before anybody runs it.

mod choice;

use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement, MouseEvent};
use yew::prelude::*;

pub use self::choice::Choice;
use self::choice::{Preset, is_asked};
use super::browser;
use super::case::Case;
use super::shared::copy_button::CopyButton;
use super::shared::icon::{Icon, icon};
use super::state::Action;
use super::text::count;
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
    case: Option<&'a Case>,
    act: &'a Callback<Action>,
}

impl Parts<'_> {
    /// A callback that makes another choice.
    fn choose<E: 'static>(&self, change: impl Fn(Choice, Option<&Case>, E) -> Choice + 'static) -> Callback<E> {
        let (choice, case) = (self.choice.clone(), self.case.cloned());
        self.act.reform(move |event: E| Action::Collect(Box::new(change(choice.clone(), case.as_ref(), event))))
    }
}

/// The view.
#[function_component]
pub fn Collect(props: &Props) -> Html {
    let Props { case, choice, act } = props;
    let report = case.as_ref().map(|case| &*case.report);
    let choice = choice.clone().unwrap_or_else(|| Choice::first(report));
    let lacks = report.map(|report| wanted(report, Some(choice.generation)));
    let request = choice.request(lacks.as_ref());
    let text = request.file();
    let parts = Parts { choice: &choice, case: case.as_ref(), act };
    let scripted = choice.generation.has_script();
    let chosen = request.gathered().count() as u64;
    let about = format!("{}, {} chosen", choice.generation.title(), count(chosen, "kind", "kinds"));
    html! {
        <div class="collect-view">
            <header class="view-head">
                <h1>{ "Collect " }<span class="light">{ about }</span></h1>
                <div class="buttons">
                    <CopyButton text={text.clone()} label={if scripted { "Copy script" } else { "Copy steps" }} say={act.reform(Action::Say)} />
                    { save(&request, &text, act) }
                </div>
            </header>
            <p class="collect-lead">{ lead(scripted) }</p>
            { form(&parts, lacks.as_ref()) }
            { table(&parts) }
            { lacks.as_ref().map(|lacks| by_hand(&lacks.by_hand, act)).unwrap_or_default() }
            <section class="collect-script" aria-labelledby="script-title">
                <h2 id="script-title">{ request.file_name() }</h2>
                if scripted {
                    <p class="meta">{ how_to_run(choice.generation) }</p>
                }
                <pre tabindex="0" aria-label={if scripted { "Script" } else { "Steps" }}>{ lines(&text, scripted) }</pre>
            </section>
        </div>
    }
}

fn lead(scripted: bool) -> &'static str {
    if scripted {
        "A script gathers what is ticked below into one folder and writes down what it could not get. It only reads; look \
         it through before you run it. What it gathers stays on the server until you carry it away."
    } else {
        "Numbered steps for what is ticked below. They only read. Put all files into one folder and drop it here."
    }
}

fn how_to_run(generation: Generation) -> &'static str {
    if generation == Generation::Online {
        "Save it, connect with Connect-ExchangeOnline in PowerShell, and run it there."
    } else {
        "Save it, copy it to an Exchange server, and run it in the Exchange Management Shell, opened as administrator. \
         Windows blocks scripts that came by browser: right click, Properties, Unblock."
    }
}

fn save(request: &Request, text: &str, act: &Callback<Action>) -> Html {
    let (name, text) = (request.file_name(), text.to_owned());
    let onclick = act.reform(move |_: MouseEvent| {
        let saved = browser::save(name, &text, "text/plain;charset=utf-8");
        Action::Say(if saved { format!("{name} saved") } else { "The browser refused to save".to_owned() })
    });
    html! {
        <button type="button" class="button primary" id="save-script" {onclick}>
            { icon(Icon::Export) }<span>{ if request.generation.has_script() { "Save script" } else { "Save steps" } }</span>
        </button>
    }
}

fn field_value(event: &Event) -> String {
    let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
    field.map(|field| field.value()).unwrap_or_default()
}

fn form(parts: &Parts<'_>, lacks: Option<&Wanted>) -> Html {
    let choice = parts.choice;
    let generation = |generation: Generation| {
        let onchange = parts
            .choose(move |choice, case, _: Event| choice.with_generation(case.map(|case| &*case.report), generation));
        html! {
            <label class="pick">
                <input type="radio" name="generation" value={generation.word()} checked={choice.generation == generation} {onchange} />
                <span>{ generation.title() }</span>
            </label>
        }
    };
    let days = parts.choose(|mut choice, _, event: Event| {
        if let Ok(days) = field_value(&event).trim().parse::<u32>() {
            choice.days = days.clamp(1, Request::MOST_DAYS);
        }
        choice
    });
    let servers = parts.choose(|mut choice, _, event: Event| {
        choice.servers = field_value(&event);
        choice
    });
    let preset = |preset: Preset, words: &'static str| {
        let onclick =
            parts.choose(move |choice, case, _: MouseEvent| choice.with_preset(case.map(|case| &*case.report), preset));
        let pressed = (choice.preset == preset).to_string();
        html! { <button type="button" class="button" aria-pressed={pressed} {onclick}>{ words }</button> }
    };
    let chosen: Vec<&str> = gathered(choice.generation)
        .filter(|(entry, _)| choice.entries.contains(entry.id))
        .map(|(entry, _)| entry.title)
        .collect();
    html! {
        <div class="collect-form">
            <fieldset>
                <legend>{ "Servers run" }</legend>
                { for Generation::ALL.into_iter().map(generation) }
            </fieldset>
            if choice.generation.has_script() && choice.generation != Generation::Online {
                <div class="collect-fields">
                    <label for="collect-days">{ "Days of logs and events" }</label>
                    <input id="collect-days" class="field" type="number" min="1" max={Request::MOST_DAYS.to_string()} value={choice.days.to_string()} onchange={days} />
                    <label for="collect-servers">{ "Only these servers" }</label>
                    <input id="collect-servers" class="field" type="text" value={choice.servers.clone()} onchange={servers} placeholder="all" spellcheck="false" autocomplete="off" />
                    { lacks.map(|lacks| named_servers(parts, &lacks.servers)).unwrap_or_default() }
                </div>
            }
            <div class="buttons" role="group" aria-label="What to gather">
                if lacks.is_some_and(is_asked) {
                    { preset(Preset::Missing, "What is missing") }
                }
                { preset(Preset::Basics, "The basics") }
                { preset(Preset::Everything, "Everything") }
                { preset(Preset::Nothing, "Nothing") }
                if (1..=FEW).contains(&chosen.len()) {
                    <p class="meta">{ format!("Ticked: {}", chosen.join(", ")) }</p>
                }
                if lacks.is_some_and(|lacks| !is_asked(lacks)) {
                    <p class="meta">{ "Nothing is missing for the open case. A second capture of the basics shows whether it got better." }</p>
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
    let words = format!("Those of the case: {names}");
    let onclick = parts.choose(move |mut choice, _, _: MouseEvent| {
        choice.servers.clone_from(&names);
        choice
    });
    html! { <button type="button" class="link" {onclick}>{ words }</button> }
}

fn table(parts: &Parts<'_>) -> Html {
    let rows: Vec<(&'static Entry, &'static Way)> = gathered(parts.choice.generation).collect();
    let groups = Group::ALL.into_iter().filter(|group| rows.iter().any(|(entry, _)| entry.group == *group));
    html! {
        <div class="table-scroll">
            <table class="ledger collect-table">
                <thead><tr>
                    <th scope="col">{ "Gather" }</th><th scope="col">{ "What it settles, and how it is gathered" }</th>
                    <th scope="col">{ "Size" }</th><th scope="col">{ "Time" }</th><th scope="col">{ "Files" }</th>
                </tr></thead>
                { for groups.map(|group| html! {
                    <tbody>
                        <tr class="group"><th scope="rowgroup" colspan="5">{ group.title() }</th></tr>
                        { for rows.iter().filter(|(entry, _)| entry.group == group).map(|(entry, way)| row(parts, entry, way)) }
                    </tbody>
                }) }
            </table>
        </div>
    }
}

fn row(parts: &Parts<'_>, entry: &'static Entry, way: &'static Way) -> Html {
    let id = entry.id;
    let onchange = parts.choose(move |choice, _, _: Event| choice.toggled(id));
    let how = match way.how {
        How::Script(command, _) => html! { <p class="code">{ command }</p> },
        How::Steps(steps) if parts.choice.generation.has_script() => {
            html! { <ol class="hand">{ for steps.iter().map(|step| html! { <li>{ *step }</li> }) }</ol> }
        }
        How::Steps(steps) => html! { <p class="meta">{ count(steps.len() as u64, "step", "steps") }</p> },
    };
    let mut files: Vec<&str> = way.files.iter().map(|(name, _)| *name).collect();
    files.dedup();
    html! {
        <tr data-entry={id}>
            <th scope="row">
                <label class="pick"><input type="checkbox" checked={parts.choice.entries.contains(id)} {onchange} /><span>{ entry.title }</span></label>
            </th>
            <td>
                <p>{ entry.settles }</p>
                { how }
                if !way.rights.is_empty() {
                    <p class="meta">{ format!("Needs: {}.", way.rights) }</p>
                }
            </td>
            <td>{ way.size }</td>
            <td>{ way.time }</td>
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
                <p><span class="strong">{ &missing.what }</span>{ settles }</p>
                if changes_something(&missing.command) {
                    <p class="meta">{ "It changes a setting, so no script here does it." }</p>
                }
                if !missing.command.is_empty() {
                    <super::shared::command_box::CommandBox command={missing.command.clone()} say={act.reform(Action::Say)} />
                }
            </li>
        }
    };
    html! {
        <section class="collect-hand" aria-labelledby="hand-title">
            <h2 id="hand-title">{ "Also missing for this case, by hand" }</h2>
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
