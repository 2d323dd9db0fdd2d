//! The search in the lines of all files: a field, and the lines that the worker finds, by file. A line opens in the drawer.
//!
//! Nothing of it stands in the address. A file is drawn anew only when something of it changed, so that a search with many
//! lines leaves the page free.

pub mod state;

use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use self::state::{FEW, FIELD, FileHits, Line, Question, SearchChange, SearchState, Stage};
use super::browser;
use super::case::Case;
use super::language::{use_words, words};
use super::session::Session;
use super::shared::excerpt::with_marks;
use super::state::Action;
use super::view::View;
use crate::report::Evidence;
use crate::worker::protocol::{Refusal, Request, RowAnswer};

/// Milliseconds without a key after which the search begins.
const PAUSE: u32 = 250;
/// Files that are named among those that were not searched.
const NAMED: usize = 12;
/// Stands for a table in what the drawer is given: a line has no row.
const LINE: &str = "search-line";

/// The identifier of the message that a row is about, without its brackets: not every log has them.
pub fn message_of(row: &RowAnswer) -> Option<String> {
    let (_, id) = row.fields.iter().find(|(title, _)| title == "Message ID")?;
    let id = id.trim().trim_matches(['<', '>']);
    (!id.is_empty()).then(|| id.to_owned())
}

/// The button that searches for a message.
pub fn for_message(id: String, act: &Callback<Action>) -> Html {
    let onclick = act.reform(move |_: MouseEvent| Action::SearchFor(id.clone()));
    html! { <button type="button" class="button" id="search-message" {onclick}>{ words().search.for_message }</button> }
}

#[derive(Properties, PartialEq)]
pub struct Props {
    pub search: Rc<SearchState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The view.
#[function_component]
pub fn Search(props: &Props) -> Html {
    let all_words = use_words();
    let words = all_words.search;
    let Props { search, case, act, session } = props;
    let timer = use_mut_ref(|| None::<Timeout>);
    let ask = {
        let (act, session) = (act.clone(), session.clone());
        Callback::from(move |question: Question| {
            let token = if question.text.is_empty() {
                session.ask(&Request::StopSearch);
                None
            } else {
                Some(session.search(question.clone()))
            };
            act.emit(Action::Search(SearchChange::Asked(token, question)));
        })
    };
    use_effect_with(search.wanted(), {
        let (timer, ask) = (timer.clone(), ask.clone());
        move |wanted| {
            let wait = wanted.clone().map(|question| Timeout::new(PAUSE, move || ask.emit(question)));
            timer.replace(wait);
            // What was typed last is asked for when the view is shown again.
            move || drop(timer.take())
        }
    });
    let change = |change: fn(bool) -> SearchChange| {
        act.reform(move |event: Event| Action::Search(change(field(&event).is_some_and(|field| field.checked()))))
    };
    let oninput = act.reform(|event: InputEvent| {
        Action::Search(SearchChange::Type(field(&event).map(|field| field.value()).unwrap_or_default()))
    });
    let onkeydown = {
        let (timer, ask, question) = (timer.clone(), ask.clone(), search.question.clone());
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Enter" {
                timer.take();
                ask.emit(question.clone());
            }
        })
    };
    let stop = {
        let (act, session) = (act.clone(), session.clone());
        Callback::from(move |_: MouseEvent| {
            session.ask(&Request::StopSearch);
            act.emit(Action::Search(SearchChange::Stop));
            browser::go_to(FIELD);
        })
    };
    let is_wrong = matches!(search.stage, Stage::Refused(_));
    let question = &search.question;
    html! {
        <div class="search-view">
            <header class="view-head">
                <h1>{ (all_words.views.name)(View::Search) }{ " " }<span class="light">{ words.scope }</span></h1>
            </header>
            <div class="search-form" role="search">
                <label for={FIELD}>{ words.field }</label>
                <input id={FIELD} class="field" type="text" value={question.text.clone()} {oninput} {onkeydown} autocomplete="off"
                    autocapitalize="off" spellcheck="false" dir="auto" aria-describedby="search-said" aria-invalid={is_wrong.then_some("true")} />
                <div class="search-switches">
                    <label class="check"><input id="search-case" type="checkbox" checked={question.case_sensitive} onchange={change(SearchChange::Case)} />{ words.case_sensitive }</label>
                    <label class="check"><input id="search-regex" type="checkbox" checked={question.is_regex} onchange={change(SearchChange::Regex)} />{ words.is_regex }</label>
                    if search.is_running() {
                        <button type="button" class="button" id="search-stop" onclick={stop}>{ words.stop }</button>
                    }
                </div>
                <p id="search-said" class={classes!("search-said", is_wrong.then_some("refused"))}>{ said(search) }</p>
            </div>
            // In an element of its own: in one list with the form, another number of files would draw the field anew.
            <div class="search-files">
            { for search.files.iter().filter_map(|(source, hits)| {
                let input = case.report.inputs.get(*source as usize)?;
                Some(html! {
                    <OfFile key={*source} source={*source} path={input.path.clone()} hits={hits.clone()} act={act.clone()} />
                })
            }) }
            </div>
            { remarks(search, case) }
        </div>
    }
}

fn field<E: AsRef<Event>>(event: &E) -> Option<HtmlInputElement> {
    event.as_ref().target().and_then(|target| target.dyn_into().ok())
}

fn said(search: &SearchState) -> Html {
    let words = words().search;
    match &search.stage {
        Stage::Idle => html! { { words.hint } },
        // What is wrong with it comes from below the page.
        Stage::Refused(Refusal::Pattern(why)) => {
            html! { <>{ words.wrong_pattern }{ ": " }<span lang="en">{ why }</span></> }
        }
        Stage::Running if search.totals().0 > 0 => {
            let (lines, files) = search.totals();
            html! { { format!("{} · {}", (words.found)(lines, files), search.said(words)) } }
        }
        Stage::Done if search.totals().0 == 0 && search.question.case_sensitive => {
            html! { <>{ search.said(words) }{ " " }{ words.case_counted }</> }
        }
        Stage::Done if search.totals().0 > 0 => {
            let (done, all) = search.progress();
            html! { { format!("{} · {}", search.said(words), (words.progress)(done, all)) } }
        }
        _ => html! { { search.said(words) } },
    }
}

/// What is not shown, and what was not searched.
fn remarks(search: &SearchState, case: &Case) -> Html {
    let words = words().search;
    if !matches!(search.stage, Stage::Done | Stage::Refused(Refusal::NoLines)) {
        return Html::default();
    }
    let (files, lines) = search.beyond();
    let broken: Vec<u32> = search.broken().collect();
    let all = 0..u32::try_from(case.report.inputs.len()).unwrap_or(u32::MAX);
    let without: Vec<u32> = all.filter(|source| !search.has_lines(*source)).collect();
    html! {
        <div class="search-remarks">
            if files > 0 { <p id="search-beyond">{ (words.beyond)(files, lines) }</p> }
            if !broken.is_empty() {
                <p>{ (words.broken)(broken.len() as u64) }</p>
                { named(&broken, case) }
            }
            if !without.is_empty() {
                <section id="search-without" aria-labelledby="search-without-title">
                    <h2 id="search-without-title">{ (words.not_searched)(without.len() as u64) }</h2>
                    <p class="meta">{ words.not_searched_about }</p>
                    { named(&without, case) }
                </section>
            }
        </div>
    }
}

fn named(sources: &[u32], case: &Case) -> Html {
    let inputs = sources.iter().filter_map(|source| case.report.inputs.get(*source as usize)).take(NAMED);
    html! {
        <ul class="search-named">
            { for inputs.map(|input| html! {
                <li><span class="path">{ &input.path }</span>{ " " }<span class="meta" lang="en">{ &input.taken_for }</span></li>
            }) }
            if sources.len() > NAMED { <li>{ (words().search.others)((sources.len() - NAMED) as u64) }</li> }
        </ul>
    }
}

#[derive(Properties, PartialEq)]
struct OfFileProps {
    source: u32,
    path: String,
    hits: FileHits,
    act: Callback<Action>,
}

/// The lines of one file.
#[function_component]
fn OfFile(props: &OfFileProps) -> Html {
    let words = use_words().search;
    let OfFileProps { source, path, hits, act } = props;
    let title = format!("search-file-{source}");
    let shown = if hits.is_open { hits.lines.len() } else { FEW.min(hits.lines.len()) };
    let more = hits.lines.len() - shown;
    let source = *source;
    let open = act.reform(move |_: MouseEvent| Action::Search(SearchChange::Open(source)));
    html! {
        <section class="search-file" aria-labelledby={title.clone()}>
            <h2 id={title}><span class="path">{ path }</span>{ " " }<span class="light">{ (words.lines)(hits.total) }</span></h2>
            <ol class="search-lines">
                { for hits.lines.iter().take(shown).map(|line| one(line, source, path, act)) }
            </ol>
            if more > 0 {
                <button type="button" class="link search-more" onclick={open}>{ (words.more)(more as u64) }</button>
            } else if (shown as u64) < hits.total {
                <p class="meta search-more">{ (words.first_only)(shown as u64, hits.total) }</p>
            }
        </section>
    }
}

fn one(line: &Line, source: u32, path: &str, act: &Callback<Action>) -> Html {
    let onclick = {
        let (line, path, act) = (line.clone(), path.to_owned(), act.clone());
        Callback::from(move |_: MouseEvent| {
            browser::remember_opener();
            act.emit(Action::Row(Box::new(row(&line, source, &path))));
        })
    };
    let cut = |is_cut: bool| if is_cut { "…" } else { "" };
    html! {
        <li key={line.number}>
            <button type="button" class="search-hit" data-line={line.number.to_string()} {onclick} title={(words().search.open_line)(line.number)}>
                <span class="search-number">{ line.number }</span>{ " " }
                // Marks in a line that turn the direction of text stay in it.
                <span class="search-text">{ cut(line.cut.0) }<bdi>{ with_marks(&line.text, &[line.mark]) }</bdi>{ cut(line.cut.1) }</span>
            </button>
        </li>
    }
}

/// A line as the drawer takes it: a row that is nothing but its place.
fn row(line: &Line, source: u32, path: &str) -> RowAnswer {
    let evidence = Evidence {
        input: path.to_owned(),
        source,
        locator: format!("line {}", line.number),
        lines: Some((line.number, line.number)),
        record: None,
        note: String::new(),
        why: String::new(),
        excerpt: line.text.clone(),
        marks: vec![line.mark],
        marked_texts: Some(line.matched()).filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect(),
        absent: false,
        codes: Vec::new(),
    };
    let (fields, notes) = (Vec::new(), Vec::new());
    RowAnswer {
        table: LINE.to_owned(),
        number: line.number,
        fields,
        notes,
        evidence: Some(evidence),
        path: None,
        problems: Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_a_message_names_it_without_brackets() {
        let row = |id: &str| RowAnswer {
            table: "messages".to_owned(),
            number: 0,
            fields: vec![("Subject".to_owned(), "x".to_owned()), ("Message ID".to_owned(), id.to_owned())],
            notes: Vec::new(),
            problems: Vec::new(),
            evidence: None,
            path: None,
        };
        assert_eq!(message_of(&row("<17@contoso.com>")).as_deref(), Some("17@contoso.com"));
        assert_eq!(message_of(&row(" ")), None);
    }
}
