//! The rule reference: what Queuescope looks for, with the texts of the rules themselves.
//!
//! A rule is drawn in full only while it is open: there are hundreds.

mod rule_text;

use std::collections::BTreeSet;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::language::use_words;
use super::shared::verdict::severity;
use super::state::{Action, rule_id};
use crate::rules::{Area, Check, Rule, all, rows};

#[derive(Properties, PartialEq)]
pub struct Props {
    /// Rule to bring into view.
    pub shown: Option<String>,
    pub act: Callback<Action>,
}

/// Rules of an area that match the words of the field, those in Rust first.
fn rules_of(area: Area, words: &[String]) -> Vec<&'static Rule<'static>> {
    let is_note = |rule: &Rule<'_>| matches!(rule.check, Check::Row(row, _) if row.severity == "note");
    let fits = |rule: &Rule<'_>| {
        let text = || format!("{} {} {}", rule.id, rule.title, rule.text).to_lowercase();
        words.is_empty() || words.iter().all(|word| text().contains(word))
    };
    let mut rules: Vec<_> =
        all().chain(rows()).filter(|rule| rule.area == area && !is_note(rule) && fits(rule)).collect();
    rules.sort_by_key(|rule| (rule.severity, rule.id));
    rules
}

/// The view.
#[function_component]
pub fn Reference(props: &Props) -> Html {
    let words = use_words().reference;
    let wanted = use_state_eq(String::new);
    let open = use_state_eq(|| props.shown.iter().cloned().collect::<BTreeSet<String>>());
    use_effect_with(props.shown.clone(), {
        let (open, act) = (open.clone(), props.act.clone());
        move |shown| {
            if let Some(id) = shown {
                open.set(open.iter().cloned().chain([id.clone()]).collect());
                act.emit(Action::RuleIsShown);
            }
        }
    });
    let typed = {
        let wanted = wanted.clone();
        Callback::from(move |event: InputEvent| {
            let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
            wanted.set(field.map(|field| field.value()).unwrap_or_default());
        })
    };
    let asked: Vec<String> = wanted.split_whitespace().map(str::to_lowercase).collect();
    let groups: Vec<_> =
        Area::ALL.iter().map(|area| (*area, rules_of(*area, &asked))).filter(|(_, rules)| !rules.is_empty()).collect();
    let number: usize = groups.iter().map(|(_, rules)| rules.len()).sum();
    html! {
        <div class="reference">
            <header class="view-head">
                <h1>{ words.title }{ " " }<span class="light" role="status">{ (words.rules)(number as u64) }</span></h1>
                <label class="visually-hidden" for="find-rule">{ words.find }</label>
                <input id="find-rule" class="field" type="search" placeholder={words.hint} value={(*wanted).clone()} oninput={typed}
                    spellcheck="false" autocomplete="off" />
            </header>
            // In an element of its own: the field above would be drawn anew, and lose the focus, when the number of areas changes.
            <div class="areas">
                if groups.is_empty() {
                    <p>{ words.none }</p>
                }
                { for groups.into_iter().map(|(area, rules)| html! {
                    <section class="row part" key={area.word()}>
                        <h2 class="margin margin-label">{ (words.area)(area) }</h2>
                        <ul class="content rules">{ for rules.into_iter().map(|rule| item(rule, &open)) }</ul>
                    </section>
                }) }
            </div>
        </div>
    }
}

fn item(rule: &'static Rule<'static>, open: &UseStateHandle<BTreeSet<String>>) -> Html {
    let is_open = open.contains(rule.id);
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| {
            let mut now = (*open).clone();
            if !now.remove(rule.id) {
                now.insert(rule.id.to_owned());
            }
            open.set(now);
        })
    };
    let body = format!("text-{}", rule.id);
    html! {
        <li key={rule.id} id={rule_id(rule.id)} data-rule={rule.id} tabindex="-1">
            <button type="button" class="rule-head" {onclick} aria-expanded={is_open.to_string()} aria-controls={body.clone()}>
                <span class="rule-title" lang="en">{ rule.title }</span>{ severity(rule.severity) }
            </button>
            <div id={body}>
                if is_open {
                    { rule_text::whole(rule) }
                }
            </div>
        </li>
    }
}
