//! About: what keeps the files on this computer, how to check it, the language, the theme and the keys.
//!
//! The policy is read from the page itself, so it cannot differ from the one that is enforced.

use wasm_bindgen::JsCast;
use web_sys::PerformanceEntry;
use yew::prelude::*;

use super::browser;
use super::language::{ALL, current, use_words, words};
use super::state::Action;
use super::top_bar::choose as choose_language;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub act: Callback<Action>,
}

/// The view.
#[function_component]
pub fn About(props: &Props) -> Html {
    let words = use_words().about;
    let theme = use_state_eq(browser::theme);
    let keys = use_state_eq(browser::single_keys);
    let policy = policy();
    let requests = requests();
    let choose = |choice: Option<&'static str>, label: &'static str| {
        let theme = theme.clone();
        let pressed = theme.as_deref() == choice;
        let onclick = Callback::from(move |_: MouseEvent| {
            browser::apply_theme(choice);
            browser::remember_theme(choice);
            theme.set(choice.map(str::to_owned));
        });
        html! { <button type="button" class="button" aria-pressed={pressed.to_string()} {onclick}>{ label }</button> }
    };
    let switch = |on: bool, label: &'static str| {
        let keys = keys.clone();
        let pressed = *keys == on;
        let onclick = Callback::from(move |_: MouseEvent| {
            browser::set_single_keys(on);
            keys.set(on);
        });
        html! { <button type="button" class="button" aria-pressed={pressed.to_string()} {onclick}>{ label }</button> }
    };
    html! {
        <div class="about-view">
            <section class="row">
                <h1 class="margin margin-label">{ words.privacy }</h1>
                <div class="content">
                    <p class="summary-text">{ words.claim }</p>
                    <dl class="facts">
                        { for words.enforced.iter().map(|(what, how)| html! { <div><dt>{ *what }</dt><dd>{ *how }</dd></div> }) }
                    </dl>
                    <p class="meta">{ words.not_covered }</p>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.policy }</h2>
                <div class="content">
                    if let Some(policy) = policy {
                        <p>{ words.in_force }</p>
                        <ul class="policy">{ for policy.split(';').map(|directive| html! { <li>{ directive.trim() }</li> }) }</ul>
                    } else {
                        <p>{ words.no_policy }</p>
                    }
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.requests }</h2>
                <div class="content">
                    <p>{ (words.recorded)(requests.len() as u64) }</p>
                    if !requests.is_empty() {
                        <ul class="policy">{ for requests.iter().map(|request| html! { <li>{ request }</li> }) }</ul>
                    }
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.check }</h2>
                <div class="content">
                    <ol class="steps">
                        { for words.checks.iter().map(|(what, how)| html! { <li><p><b>{ *what }</b>{ " " }{ *how }</p></li> }) }
                    </ol>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.language }</h2>
                <div class="content">
                    <div class="buttons" role="group" aria-label={words.language}>
                        { for ALL.map(|language| {
                            let onclick = choose_language(language, &props.act);
                            let pressed = (language == current()).to_string();
                            html! { <button type="button" class="button" lang={language.tag()} aria-pressed={pressed} {onclick}>{ language.name() }</button> }
                        }) }
                    </div>
                    <p class="meta">{ words.language_about }</p>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.theme }</h2>
                <div class="content">
                    <div class="buttons" role="group" aria-label={words.theme}>
                        { choose(None, words.as_system) }
                        { choose(Some("light"), words.light) }
                        { choose(Some("dark"), words.dark) }
                    </div>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.keys }</h2>
                <div class="content">
                    <div class="buttons" role="group" aria-label={words.keys} data-keys="">
                        { switch(true, words.keys_on) }
                        { switch(false, words.keys_off) }
                    </div>
                    <p class="meta">{ words.keys_about }</p>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.without_network }</h2>
                <div class="content">{ without_network() }</div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ words.version }</h2>
                <div class="content">
                    <p>{ (words.licensed)(env!("CARGO_PKG_VERSION"), env!("CARGO_PKG_LICENSE")) }</p>
                </div>
            </section>
        </div>
    }
}

/// A hosted copy can be kept; that is done on a page of its own, which has the permissions for it and never sees a file.
fn without_network() -> Html {
    let words = words().about;
    if browser::is_file() {
        return html! { <p>{ words.from_file }</p> };
    }
    html! {
        <>
            <p>{ words.can_keep }</p>
            <p><a href="install.html" hreflang="en">{ words.keep }</a></p>
        </>
    }
}

fn policy() -> Option<String> {
    let meta = browser::document()?.query_selector("meta[http-equiv='Content-Security-Policy' i]").ok()??;
    meta.get_attribute("content")
}

/// Requests over a network; the worker comes from the page itself and is none.
fn requests() -> Vec<String> {
    let entries = browser::window()
        .and_then(|window| window.performance())
        .map(|performance| performance.get_entries_by_type("resource"));
    let names = entries
        .iter()
        .flat_map(|entries| entries.iter())
        .filter_map(|entry| entry.dyn_into::<PerformanceEntry>().ok())
        .map(|entry| entry.name());
    names.filter(|name| !name.starts_with("blob:") && !name.starts_with("data:")).collect()
}
