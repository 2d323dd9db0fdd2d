//! The evidence drawer: the raw lines behind the citation that is open. It is not modal.
//!
//! The page has no contents of files; it asks the worker for windows of lines and joins them (`state`).
//! Its size is a custom property on the root, set through the object model.

use wasm_bindgen::JsCast;
use web_sys::{Element, KeyboardEvent, PointerEvent};
use yew::prelude::*;

use super::browser;
use super::case::Case;
use super::diagnosis::plain;
use super::language::{column, table_title, use_words, words};
use super::path_list::PathList;
use super::raw_lines::{RawLines, waiting};
use super::raw_records::{self, RawRecords};
use super::row_problems;
use super::search;
use super::session::Session;
use super::shared::codes::codes;
use super::shared::copy_button::CopyButton;
use super::shared::icon::{Icon, icon};
use super::shared::sentence::Footing;
use super::state::{Action, Cite, ROW, Raw};
use super::text;
use crate::report::{Evidence, Severity};
use crate::worker::protocol::{self, Clocks, RowAnswer};

/// Lines asked for on each side of a hit, and again by a link to more.
const AROUND: u32 = 60;
const MORE: u32 = 200;
/// The same for records of binary logs.
const RECORDS_AROUND: u32 = 12;
const MORE_RECORDS: u32 = 50;
const NARROWEST: i32 = 320;
const WIDEST: i32 = 960;
const WIDTH: i32 = 480;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
    pub cite: Cite,
    pub raw: Option<Raw>,
    pub token: u32,
    pub below: bool,
    pub session: Session,
    /// How times of the path of a message are ordered and shown.
    pub clocks: Clocks,
}

/// The drawer.
#[function_component]
pub fn Drawer(props: &Props) -> Html {
    let all_words = use_words();
    let words = all_words.drawer;
    let Props { footing, cite, raw, token, below, session, clocks } = props;
    let case = &footing.case;
    let as_xml = use_state_eq(|| false);
    // A line that a search found has no number of its own; its place tells it from others.
    let place = case.evidence(cite.problem, cite.number).map(|evidence| (evidence.source, evidence.lines));
    use_effect_with((*cite, case.row.as_ref().map(|row| (row.table.clone(), row.number)), place), {
        let (case, act, session, raw, token) =
            (case.clone(), footing.act.clone(), session.clone(), raw.clone(), *token);
        move |(cite, ..)| {
            if let Some(evidence) = case.evidence(cite.problem, cite.number).filter(|evidence| has_raw(*cite, evidence))
            {
                ask(evidence, raw.as_ref(), token, &act, &session);
            }
        }
    });
    let Some(evidence) = case.evidence(cite.problem, cite.number) else { return Html::default() };
    let close = footing.act.reform(|_: MouseEvent| Action::Cite(None));
    let dock = footing.act.reform(|_: MouseEvent| Action::Dock);
    let file = footing.act.reform({
        let path = evidence.input.clone();
        move |_: MouseEvent| Action::ShowFile(path.clone())
    });
    let say = footing.act.reform(Action::Say);
    // Another row brings its own line into view.
    let line = evidence.lines.filter(|_| cite.problem == ROW).map(|(line, _)| line);
    let key = line.map_or(0, |line| u64::from(evidence.source) << 32 | u64::from(line));
    let message = case.row.as_ref().filter(|_| cite.problem == ROW).and_then(|row| search::message_of(row));
    let finding = case.problem(cite.problem).and_then(|problem| case.main_finding(problem));
    let is_remark = finding.is_some_and(|finding| finding.severity == Severity::Info);
    let label = if cite.problem == ROW { words.row.to_owned() } else { (words.of_problem)(cite.problem) };
    let row = case.row.as_ref().filter(|row| cite.problem == ROW && !row.fields.is_empty());
    // While logs are searched for a message its place on the page has one height, whatever is found.
    let path = row.and_then(|row| row.path.as_ref());
    let is_still = path.is_some_and(|path| path.logs.files == 0);
    html! {
        <aside id="drawer" class={classes!("drawer", below.then_some("below"), path.map(|_| "with-path"))} aria-label={label}>
            <Grip below={*below} />
            <header class="drawer-head">
                if cite.problem == ROW {
                    { row_title(case, evidence) }
                } else {
                    <h2>{ (all_words.shared.problem)(is_remark, cite.problem) }</h2>
                    { citations(footing, *cite) }
                }
                <button type="button" class="button quiet only-icon dock" onclick={dock} title={words.dock_about}
                    aria-label={if *below { words.dock_right } else { words.dock_below }}>
                    { icon(if *below { Icon::DockRight } else { Icon::DockBelow }) }
                </button>
                <button type="button" class="button quiet only-icon" onclick={close} aria-label={words.close} title={words.close_about}>
                    { icon(Icon::Cross) }
                </button>
            </header>
            <div class="drawer-file">
                <p class="path" title={evidence.input.clone()}>{ &evidence.input }</p>
                <p class="meta">{ about(case, evidence, raw.as_ref()) }</p>
            </div>
            if let Some(row) = row {
                if path.is_some() {
                    <div class={classes!("of-message", is_still.then_some("still"))}>
                        <PathList case={case.clone()} cite={*cite} clocks={clocks.clone()} act={footing.act.clone()} session={session.clone()} />
                        { row_fields(row, has_raw(*cite, evidence)) }
                    </div>
                } else {
                    { row_fields(row, has_raw(*cite, evidence)) }
                }
            }
            if let Some(row) = case.row.as_ref().filter(|_| cite.problem == ROW) {
                { row_problems::links(case, row, &footing.act) }
            }
            if !evidence.why.is_empty() {
                <p class="why" lang="en">{ &evidence.why }</p>
            }
            if cite.problem != ROW {
                { codes(footing, evidence.codes.iter()) }
            }
            if has_raw(*cite, evidence) {
                { raw_text(props, evidence, key, &as_xml) }
            }
            <footer class="drawer-foot">
                <CopyButton label={words.copy} text={copied(evidence, raw.as_ref(), *as_xml)} {say} />
                if !case.row.as_ref().is_some_and(|row| cite.problem == ROW && row.table == protocol::FILES) {
                    <button type="button" class="button" onclick={file}>{ words.open_in_files }</button>
                }
                if let Some(id) = message {
                    { search::for_message(id, &footing.act) }
                }
            </footer>
        </aside>
    }
}

/// Whether there is anything of the file to show: of a file that is binary or was not read there is not.
fn has_raw(cite: Cite, evidence: &Evidence) -> bool {
    cite.problem != ROW || evidence.lines.is_some() || evidence.record.is_some()
}

/// What a row is a row of.
fn row_title(case: &Case, evidence: &Evidence) -> Html {
    match case.row.as_ref().and_then(|row| protocol::table(&row.table)) {
        Some(table) => html! { <h2>{ table_title(table) }</h2> },
        None if evidence.note.is_empty() => html! { <h2>{ words().search.found_line }</h2> },
        None => html! { <h2 lang="en">{ &evidence.note }</h2> },
    }
}

/// All that is known of a row: what it means first, then its cells in full.
fn row_fields(row: &RowAnswer, has_raw: bool) -> Html {
    // What is known of the row comes from below the page; its cells stand under the titles of their columns.
    let table = protocol::table(&row.table);
    let own = |title: &str| {
        let known = table.and_then(|table| Some((table, table.columns.iter().find(|column| column.title == title)?)));
        known.map(|(table, known)| column(table, known))
    };
    let list = |class: &'static str, pairs: &[(String, String)], titled: bool| {
        if pairs.is_empty() {
            return Html::default();
        }
        html! {
            <dl {class}>{ for pairs.iter().map(|(title, text)| {
                let dt = match own(title).filter(|_| titled) {
                    Some(own) => html! { <dt>{ own }</dt> },
                    None => html! { <dt lang="en">{ title }</dt> },
                };
                html! { <>{ dt }<dd lang="en">{ text }</dd></> }
            }) }</dl>
        }
    };
    html! {
        <div class={classes!("row-fields", (!has_raw).then_some("whole"))} tabindex="0" role="region" aria-label={words().drawer.all_of_row}>
            { list("notes", &row.notes, false) }
            { list("cells", &row.fields, true) }
        </div>
    }
}

/// The lines or records of the file around the evidence.
fn raw_text(props: &Props, evidence: &Evidence, key: u64, as_xml: &UseStateHandle<bool>) -> Html {
    let Props { footing, cite, raw, token, session, .. } = props;
    let (session, token, source) = (session.clone(), *token, evidence.source);
    match (raw, &evidence.record) {
        (Some(Raw::Records { records, .. }), Some(_)) => {
            let more = Callback::from(move |(record, before, after): (String, u32, u32)| {
                session.records(token, source, record, before, after);
            });
            let show_xml = {
                let as_xml = as_xml.clone();
                Callback::from(move |xml: bool| as_xml.set(xml))
            };
            let say = footing.act.reform(Action::Say);
            html! {
                <RawRecords evidence={evidence.clone()} cite={*cite} records={records.clone()} as_xml={**as_xml} {show_xml} {more}
                    step={MORE_RECORDS} {say} />
            }
        }
        (_, Some(_)) => waiting(evidence),
        (raw, None) => {
            let lines = match raw {
                Some(Raw::Lines(lines)) => Some(lines.clone()),
                _ => None,
            };
            let more = Callback::from(move |(first, count): (u32, u32)| session.lines(token, source, first, count));
            html! { <RawLines {key} case={footing.case.clone()} cite={*cite} raw={lines} {more} step={MORE} /> }
        }
    }
}

/// Asks for the lines of a piece of evidence unless they are there.
fn ask(evidence: &Evidence, raw: Option<&Raw>, token: u32, act: &Callback<Action>, session: &Session) {
    if raw.is_some_and(|raw| raw.holds(evidence)) {
        return;
    }
    act.emit(Action::Ask);
    if let Some(record) = &evidence.record {
        let token = token.wrapping_add(1);
        session.records(token, evidence.source, record.clone(), RECORDS_AROUND, RECORDS_AROUND);
        return;
    }
    let (hit, last) = evidence.lines.unwrap_or((1, 1));
    let first = hit.saturating_sub(AROUND).max(1);
    session.lines(
        token.wrapping_add(1),
        evidence.source,
        first,
        hit - first + 1 + AROUND + last.saturating_sub(hit).min(400),
    );
}

fn citations(footing: &Footing, cite: Cite) -> Html {
    let words = words().drawer;
    let total = footing.case.citations(cite.problem);
    let step = |number: u32, drawing: Icon, name: &'static str| {
        let to = Cite { number, ..cite };
        let onclick = footing.act.reform(move |_: MouseEvent| Action::Cite(Some(to)));
        let out = number == 0 || number > total;
        html! {
            <button type="button" class="button quiet only-icon" {onclick} disabled={out} aria-label={name} title={name}>{ icon(drawing) }</button>
        }
    };
    html! {
        <div class="citations" role="group" aria-label={words.evidence}>
            { step(cite.number - 1, Icon::Left, words.previous) }
            <span class="numbers">{ for (1..=total).map(|number| footing.button(Cite { number, ..cite })) }</span>
            { step(cite.number + 1, Icon::Right, words.next) }
        </div>
    }
}

fn about(case: &Case, evidence: &Evidence, raw: Option<&Raw>) -> String {
    let words = words().drawer;
    let mut parts = Vec::new();
    if let Some(input) = case.report.inputs.get(evidence.source as usize) {
        parts.push(input.taken_for.clone());
        parts.extend(input.encoding.clone());
    }
    match (evidence.lines, raw) {
        (Some((line, _)), Some(Raw::Lines(raw))) => {
            parts.push((words.line_of)(line, raw.total));
        }
        (Some((line, _)), _) => parts.push((words.line)(line)),
        (None, _) => parts.push(evidence.locator.clone()),
    }
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The lines of the evidence as they stand in the file; the excerpt while they are not there.
fn copied(evidence: &Evidence, raw: Option<&Raw>, as_xml: bool) -> String {
    let record = match (raw, &evidence.record) {
        (Some(Raw::Records { records, .. }), Some(number)) => {
            let at = records.position(number).and_then(|at| records.records.get(at));
            at.map(|record| raw_records::text(record, as_xml))
        }
        _ => None,
    };
    let lines: Vec<&str> = match (raw, evidence.lines) {
        (Some(Raw::Lines(raw)), Some((first, last))) if raw.first <= first => {
            let skip = (first - raw.first) as usize;
            raw.lines.iter().skip(skip).take((last - first) as usize + 1).map(String::as_str).collect()
        }
        _ => record.as_deref().unwrap_or(&evidence.excerpt).lines().collect(),
    };
    plain::with_location(evidence, &lines)
}

#[derive(Properties, PartialEq)]
pub struct GripProps {
    pub below: bool,
}

/// The edge that resizes the drawer, by dragging or with the arrow keys.
#[function_component]
pub fn Grip(props: &GripProps) -> Html {
    let words = use_words().drawer;
    let width = use_state_eq(|| WIDTH);
    let resize = {
        let width = width.clone();
        Callback::from(move |to: i32| {
            let to = to.clamp(NARROWEST, WIDEST);
            browser::set_property("--drawer", &format!("{to}px"));
            width.set(to);
        })
    };
    let down = Callback::from(|event: PointerEvent| {
        event.prevent_default();
        if let Some(grip) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) {
            let _ = grip.set_pointer_capture(event.pointer_id());
        }
    });
    let drag = {
        let resize = resize.clone();
        Callback::from(move |event: PointerEvent| {
            if event.buttons() & 1 == 0 {
                return;
            }
            let page = browser::window_width();
            if let Some(page) = page {
                resize.emit(page as i32 - event.client_x());
            }
        })
    };
    let key = {
        let (resize, width) = (resize, width.clone());
        Callback::from(move |event: KeyboardEvent| {
            let now = *width;
            let to = match event.key().as_str() {
                "ArrowLeft" => now + 16,
                "ArrowRight" => now - 16,
                "Home" => WIDEST,
                "End" => NARROWEST,
                _ => return,
            };
            event.prevent_default();
            resize.emit(to);
        })
    };
    if props.below {
        return Html::default();
    }
    html! {
        <div class="grip" role="separator" tabindex="0" aria-orientation="vertical" aria-label={words.width}
            aria-valuemin={NARROWEST.to_string()} aria-valuemax={WIDEST.to_string()} aria-valuenow={width.to_string()}
            onpointerdown={down} onpointermove={drag} onkeydown={key}></div>
    }
}

/// Where the hits of a problem in a file lie, for the strip beside the lines: line, and whether it is the open one.
pub fn hits(case: &Case, cite: Cite, source: u32) -> Vec<(u32, (u32, u32))> {
    case.numbers(cite.problem)
        .into_iter()
        .filter_map(|number| {
            let evidence = case.evidence(cite.problem, number)?;
            (evidence.source == source && !evidence.absent).then_some((number, evidence.lines?))
        })
        .collect()
}

/// Texts to mark on the lines of a piece of evidence.
pub fn marked_texts(evidence: &Evidence) -> Vec<String> {
    if !evidence.marked_texts.is_empty() {
        return evidence.marked_texts.clone();
    }
    let marks = text::marked(&evidence.excerpt, &evidence.marks);
    marks.into_iter().filter(|(marked, _)| *marked).flat_map(|(_, part)| part.lines().map(str::to_owned)).collect()
}
