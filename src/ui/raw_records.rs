//! The raw records of a binary log in the drawer: one line for each, as a text log has them, and what is cited unfolded; as
//! fields, or as the XML that the log holds.
//!
//! Trap: when records come in above, the list must not jump, so the height before is remembered (`raw_lines` does the same).

use web_sys::HtmlElement;
use yew::prelude::*;

use super::drawer::marked_texts;
use super::language::use_words;
use super::raw_lines::center;
use super::shared::copy_button::CopyButton;
use super::shared::excerpt::with_marks;
use super::state::Cite;
use super::text::occurrences;
use crate::report::Evidence;
use crate::worker::protocol::{ShownRecord, ShownRecords};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub evidence: Evidence,
    pub cite: Cite,
    pub records: std::rc::Rc<ShownRecords>,
    /// Whether XML is shown where there is some.
    pub as_xml: bool,
    pub show_xml: Callback<bool>,
    /// Asks for more: the record at the edge, how many before and behind it.
    pub more: Callback<(String, u32, u32)>,
    /// How many a link brings.
    pub step: u32,
    pub say: Callback<String>,
}

/// What the list looked like after the last change.
#[derive(Clone, Default, PartialEq)]
struct Seen {
    cite: Option<Cite>,
    record: Option<String>,
    first: String,
    height: i32,
}

/// The list.
#[function_component]
pub fn RawRecords(props: &Props) -> Html {
    let words = use_words().drawer;
    let Props { evidence, cite, records, as_xml, show_xml, more, step, say } = props;
    let node = use_node_ref();
    let seen = use_mut_ref(Seen::default);
    let first = records.records.first().map(|record| record.number.clone()).unwrap_or_default();
    let is_there = evidence.record.as_ref().is_some_and(|record| records.position(record).is_some());
    use_effect_with((*cite, evidence.record.clone(), first, records.records.len(), is_there), {
        let node = node.clone();
        move |(cite, record, first, ..)| {
            let Some(list) = node.cast::<HtmlElement>() else { return };
            let before = seen.borrow().clone();
            if before.cite != Some(*cite) || before.record != *record {
                center(&list);
            } else if *first != before.first {
                list.set_scroll_top(list.scroll_top() + list.scroll_height() - before.height);
            }
            seen.replace(Seen {
                cite: is_there.then_some(*cite),
                record: record.clone(),
                first: first.clone(),
                height: list.scroll_height(),
            });
        }
    });
    let edge = |record: Option<&ShownRecord>, before: u32, after: u32| {
        let (more, number) = (more.clone(), record.map(|record| record.number.clone()).unwrap_or_default());
        Callback::from(move |_: MouseEvent| more.emit((number.clone(), before, after)))
    };
    let texts = marked_texts(evidence);
    html! {
        <>
            if records.records.iter().any(|record| record.xml.is_some()) {
                { forms(*as_xml, show_xml) }
            }
            <div class="raw-frame">
                <div class="raw-scroll" ref={node} tabindex="0" role="region" aria-label={(words.records_of)(&evidence.input)}>
                    if records.has_earlier {
                        <button type="button" class="link plain raw-more" onclick={edge(records.records.first(), *step, 0)}>{ words.earlier }</button>
                    } else {
                        <p class="meta raw-end">{ words.no_earlier }</p>
                    }
                    <ol class="records">
                        { for records.records.iter().map(|record| {
                            let is_cited = evidence.record.as_ref() == Some(&record.number);
                            one(record, is_cited, *as_xml, if is_cited { &texts } else { &[] }, say)
                        }) }
                    </ol>
                    if records.has_later {
                        <button type="button" class="link plain raw-more" onclick={edge(records.records.last(), 0, *step)}>{ words.later }</button>
                    } else {
                        <p class="meta raw-end">{ words.no_later }</p>
                    }
                </div>
            </div>
        </>
    }
}

/// Fields or XML.
fn forms(as_xml: bool, show_xml: &Callback<bool>) -> Html {
    let words = super::language::words().drawer;
    html! {
        <div class="raw-forms buttons segments" role="group" aria-label={words.form}>
            { for [(false, words.as_fields), (true, "XML")].into_iter().map(|(xml, name)| {
                let onclick = show_xml.reform(move |_: MouseEvent| xml);
                html! { <button type="button" class="button" {onclick} aria-pressed={(xml == as_xml).to_string()}>{ name }</button> }
            }) }
        </div>
    }
}

fn one(record: &ShownRecord, is_cited: bool, as_xml: bool, texts: &[String], say: &Callback<String>) -> Html {
    let text = text(record, as_xml);
    let xml = record.xml.as_deref().filter(|_| as_xml);
    html! {
        <li key={record.number.clone()} data-record={record.number.clone()} class={is_cited.then_some("current")} aria-current={is_cited.then_some("true")}>
            <details open={is_cited}>
                <summary><span class="record-number">{ &record.number }</span><span lang="en">{ &record.brief }</span></summary>
                if let Some(xml) = xml {
                    <pre class="record-xml" lang="en">{ with_marks(xml, &occurrences(xml, texts)) }</pre>
                } else {
                    { fields(&record.lines, texts) }
                }
                <div class="record-copy"><CopyButton {text} say={say.clone()} quiet={true} /></div>
            </details>
        </li>
    }
}

/// What a record is copied as.
pub fn text(record: &ShownRecord, as_xml: bool) -> String {
    match record.xml.as_ref().filter(|_| as_xml) {
        Some(xml) => xml.clone(),
        None => record.lines.join("\n"),
    }
}

/// Names and values instead of lines.
fn fields(lines: &[String], texts: &[String]) -> Html {
    html! {
        <ol class="raw fields">
            { for lines.iter().map(|line| {
                let (name, value) = line.split_once(": ").or_else(|| line.split_once(":")).unwrap_or(("", line.as_str()));
                let marks = occurrences(value, texts);
                html! {
                    <li class={classes!("line", (!marks.is_empty()).then_some("current"))}>
                        <span class="field-name">{ name.trim() }</span>
                        <span class="line-text">{ with_marks(value, &marks) }</span>
                    </li>
                }
            }) }
        </ol>
    }
}
