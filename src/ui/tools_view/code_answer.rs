//! The answer of the code look-up.

use yew::prelude::*;

use super::parts::{in_this_case, section};
use crate::model::known_row::KnownRow;
use crate::report::Evidence;
use crate::tools::code_lookup::{Candidate, Number, Reading, UNKNOWN_EVENT, look_up};
use crate::tools::event_lookup;
use crate::ui::language::{tag, words};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

/// Everything that is known about an input.
pub fn answer(code: &str, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    if code.trim().is_empty() {
        return Html::default();
    }
    let answer = look_up(code);
    let named: Vec<_> = answer.events.iter().flat_map(|event| event.rows.iter().copied()).collect();
    let unknown: Vec<u16> = answer.events.iter().filter(|event| event.rows.is_empty()).map(|event| event.id).collect();
    let events = if answer.events.is_empty() { event_lookup::events(code) } else { named };
    let mut readings = answer.readings;
    if !events.is_empty() {
        // A word such as "event" is no code.
        readings.retain(|reading| !reading.candidates.is_empty());
    }
    let words = words().tools;
    html! {
        <>
            if readings.is_empty() && events.is_empty() && unknown.is_empty() {
                { section(words.answer, html! { <p>{ words.no_code }</p> }) }
            }
            if !events.is_empty() {
                { section(words.events, html! { <dl class="facts">{ for events.iter().map(|row| event(row, act)) }</dl> }) }
            }
            { for unknown.iter().map(|id| section(&(words.event)(&id.to_string()), html! { <p lang="en">{ UNKNOWN_EVENT }</p> })) }
            { for readings.iter().map(|reading| read(reading, footing)) }
        </>
    }
}

fn event(row: &KnownRow, act: &Callback<Action>) -> Html {
    let ids: Vec<String> = row.events.iter().map(u16::to_string).collect();
    let id = row.id.clone();
    let onclick = act.reform(move |_: MouseEvent| Action::ShowRule(id.clone()));
    let is_rule = row.severity != "note";
    html! {
        <div>
            <dt>{ row.sources.join(", ") }<span class="meta">{ (words().tools.event)(&ids.join(", ")) }</span></dt>
            <dd>
                <p class="strong" lang="en">{ &row.title }</p>
                <p lang="en">{ &row.cause }</p>
                if is_rule {
                    <button type="button" class="link" {onclick}>{ words().tools.what_to_do }</button>
                }
            </dd>
        </div>
    }
}

fn read(reading: &Reading, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    let content = html! {
        <>
            <p class="code-read">{ words.read_as }{ " " }<span lang="en">{ reading.how.to_string() }</span></p>
            <dl class="facts">
                if let Some(number) = reading.number {
                    <div><dt>{ words.notations }</dt><dd class="code">{ notations(number) }</dd></div>
                }
                if let Some(parts) = reading.number.and_then(Number::hresult) {
                    <div><dt>{ "HRESULT" }</dt><dd>{ (words.hresult)(
                        &format!("{}{}", parts.facility, parts.name.map_or_else(String::new, |name| format!(" ({name})"))),
                        &format!("{} (0x{:04X})", parts.low, parts.low)
                    ) }</dd></div>
                }
                { for reading.candidates.iter().map(candidate) }
                { in_this_case(footing, &|evidence| is_in(reading, evidence)) }
            </dl>
            if let Some(hint) = reading.hint {
                <p class="meta" lang="en">{ hint }</p>
            }
        </>
    };
    section(&reading.part, content)
}

fn notations(number: Number) -> String {
    let signed = number.signed();
    let unsigned = if signed < 0 { format!(" = {}", number.unsigned) } else { String::new() };
    format!("{} = {signed}{unsigned}", number.hex())
}

fn candidate(candidate: &Candidate) -> Html {
    html! {
        <div>
            <dt><span class="code">{ &candidate.symbol }</span><span class="meta">{ candidate.family.title() }</span></dt>
            <dd lang="en">
                { for candidate.meaning.iter().map(|text| html! { <p class="strong">{ text }</p> }) }
                { for candidate.action.iter().map(|text| html! { <p>{ text }</p> }) }
                <p class="meta"><span lang={tag()}>{ words().tools.because }</span>{ " " }{ candidate.why.to_string() }</p>
            </dd>
        </div>
    }
}

/// Whether a piece of evidence has the code.
fn is_in(reading: &Reading, evidence: &Evidence) -> bool {
    let is_it = |code: &str, text: &str| {
        code.eq_ignore_ascii_case(&reading.part)
            || reading.candidates.first().is_some_and(|first| text.starts_with(first.symbol.as_str()))
    };
    evidence.codes.iter().any(|code| is_it(&code.code, &code.text))
}
