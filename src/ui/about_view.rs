//! About: what keeps the files on this computer, how to check it, and the theme.
//!
//! The policy is read from the page itself, so it cannot differ from the one that is enforced.

use wasm_bindgen::JsCast;
use web_sys::PerformanceEntry;
use yew::prelude::*;

use super::browser;
use super::text::count;

const CHECKS: [(&str, &str); 4] = [
    (
        "Pull the cable.",
        "Disconnect the network before you open this page from a file, and leave it so. Everything works.",
    ),
    ("Watch it.", "Open the developer tools (F12), view Network, and drop your files. The list stays empty."),
    (
        "Read the policy.",
        "View the source of this page: the Content-Security-Policy stands at the top, before any script.",
    ),
    (
        "Compare the file.",
        "The SHA-256 of the single file is published with each version: Get-FileHash queuescope.html",
    ),
];

const ENFORCED: [(&str, &str); 4] = [
    (
        "connect-src 'none'",
        "The browser refuses every request that a script could make, to any address, from the page and from its worker.",
    ),
    ("script-src by hash", "Only the scripts this page was built with run. Text out of your files cannot become code."),
    ("form-action, frame-src, img-src", "Nor can forms, frames or pictures carry anything out."),
    ("No storage", "Files are read where they are. No content is kept; only the theme below is remembered."),
];

/// The view.
#[function_component]
pub fn About() -> Html {
    let theme = use_state_eq(browser::theme);
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
    html! {
        <div class="about-view">
            <section class="row">
                <h1 class="margin margin-label">{ "Privacy" }</h1>
                <div class="content">
                    <p class="summary-text">{ "Nothing leaves this computer. The browser enforces it, and you can check it." }</p>
                    <dl class="facts">
                        { for ENFORCED.iter().map(|(what, how)| html! { <div><dt>{ *what }</dt><dd>{ *how }</dd></div> }) }
                    </dl>
                    <p class="meta">{ "What no policy covers: a link that you follow yourself. This page links to no other site." }</p>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Policy" }</h2>
                <div class="content">
                    if let Some(policy) = policy {
                        <p>{ "In force on this page:" }</p>
                        <ul class="policy">{ for policy.split(';').map(|directive| html! { <li>{ directive.trim() }</li> }) }</ul>
                    } else {
                        <p>{ "This copy has no policy: it is a development build. Use it for samples only." }</p>
                    }
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Requests" }</h2>
                <div class="content">
                    <p>{ format!("The browser recorded {} since this page was opened.", count(requests.len() as u64, "request", "requests")) }</p>
                    if !requests.is_empty() {
                        <ul class="policy">{ for requests.iter().map(|request| html! { <li>{ request }</li> }) }</ul>
                    }
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Check it" }</h2>
                <div class="content">
                    <ol class="steps">
                        { for CHECKS.iter().map(|(what, how)| html! { <li><p><b>{ *what }</b>{ " " }{ *how }</p></li> }) }
                    </ol>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Theme" }</h2>
                <div class="content">
                    <div class="buttons" role="group" aria-label="Theme">
                        { choose(None, "As the system") }
                        { choose(Some("light"), "Light") }
                        { choose(Some("dark"), "Dark") }
                    </div>
                </div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Without a network" }</h2>
                <div class="content">{ without_network() }</div>
            </section>
            <section class="row part">
                <h2 class="margin margin-label">{ "Version" }</h2>
                <div class="content">
                    <p>{ "Queuescope " }{ env!("CARGO_PKG_VERSION") }{ ", licensed " }{ env!("CARGO_PKG_LICENSE") }</p>
                </div>
            </section>
        </div>
    }
}

/// A hosted copy can be kept; that is done on a page of its own, which has the permissions for it and never sees a file.
fn without_network() -> Html {
    if browser::is_file() {
        return html! { <p>{ "This copy was opened from a file: it is on this computer already and needs no network." }</p> };
    }
    html! {
        <p>
            { "The browser can keep this page, so that its address opens without a network: " }
            <a href="install.html">{ "keep Queuescope on this computer" }</a>
            { ". A newer version is offered there, and never put in by itself. Files that are open here have to be dropped again afterwards." }
        </p>
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
