//! The start page: where to drop, what it takes, what happens to the files, and samples to try.

use yew::prelude::*;

use super::browser;
use super::language::{tag, words};
use super::session::Session;
use super::shared::icon::{Icon, icon};
use super::state::{Action, State};
use super::view::View;
use crate::worker::protocol::SampleInfo;

/// The view.
pub fn start_view(state: &State, session: &Session, act: &Callback<Action>) -> Html {
    let files = Callback::from(|_: MouseEvent| browser::click("choose-files"));
    let folder = Callback::from(|_: MouseEvent| browser::click("choose-folder"));
    let about = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::About)
    });
    let collect = act.reform(|event: MouseEvent| {
        event.prevent_default();
        Action::Show(View::Collect)
    });
    let keyboard = act.reform(|_: MouseEvent| Action::Keyboard(true));
    let words = words().start;
    html! {
        <div class="start">
            { comparing(state, session) }
            <h1>{ words.title }</h1>
            <p class="lead">{ words.lead }</p>
            <div class="drop-frame">
                <div class="buttons">
                    <button type="button" class="button primary" onclick={files}>{ icon(Icon::File) }<span>{ words.choose_files }</span></button>
                    <button type="button" class="button" onclick={folder}>{ icon(Icon::Folder) }<span>{ words.choose_folder }</span></button>
                </div>
                <p>{ words.or_drop }</p>
            </div>
            <div class="start-columns">
                <section aria-labelledby="takes-title">
                    <h2 id="takes-title">{ words.takes_title }</h2>
                    <dl class="takes">
                        { for words.takes.iter().map(|(what, how)| html! { <div><dt>{ *what }</dt><dd>{ *how }</dd></div> }) }
                    </dl>
                    <p class="meta">{ words.any_shape }</p>
                    <p class="meta"><a href={View::Collect.hash()} onclick={collect}>{ words.gather }</a></p>
                </section>
                <div>
                    <section aria-labelledby="happens-title">
                        <h2 id="happens-title">{ words.happens_title }</h2>
                        <ul class="promises">
                            { for words.promises.iter().map(|promise| html! { <li><span class="ok">{ icon(Icon::Lock) }</span><span>{ *promise }</span></li> }) }
                        </ul>
                        <p class="meta"><a href={View::About.hash()} onclick={about}>{ words.enforced }</a></p>
                    </section>
                    if !state.samples.is_empty() {
                        <section aria-labelledby="samples-title">
                            <h2 id="samples-title">{ words.samples_title }</h2>
                            <ul class="samples">
                                { for state.samples.iter().map(|sample| one_sample(sample, session)) }
                            </ul>
                        </section>
                    }
                </div>
            </div>
            <footer>
                <p class="meta">
                    { (words.version)(env!("CARGO_PKG_VERSION")) }{ " " }
                    <button type="button" class="key" onclick={keyboard} aria-label={words.show_keys}>{ "?" }</button>
                </p>
            </footer>
        </div>
    }
}

/// While later files are waited for.
fn comparing(state: &State, session: &Session) -> Html {
    let Some(before) = &state.before else { return Html::default() };
    let words = words().start;
    let back = {
        let session = session.clone();
        Callback::from(move |_: MouseEvent| session.go_back())
    };
    html! {
        <div class="comparing" role="status">
            <p><b>{ (words.comparing)(&before.name()) }</b>{ " " }{ words.comparing_about }</p>
            <button type="button" class="button" onclick={back}>{ words.back }</button>
        </div>
    }
}

fn one_sample(sample: &SampleInfo, session: &Session) -> Html {
    let words = words().start;
    let known = (words.sample)(&sample.name);
    let (title, about) = known.unwrap_or((sample.title.as_str(), sample.about.as_str()));
    let (lang, about) = (known.map_or("en", |_| tag()), about.to_owned());
    let onclick = {
        let (name, title, session) = (sample.name.clone(), title.to_owned(), session.clone());
        Callback::from(move |_: MouseEvent| session.sample(&name, &title))
    };
    html! {
        <li>
            <div>
                <p {lang}>{ title.to_owned() }</p>
                <p class="about"><span {lang}>{ about }</span>{ " " }{ (words.sample_size)(sample.files.into(), sample.size) }</p>
            </div>
            <button type="button" class="button" data-sample={sample.name.clone()} {onclick} aria-label={(words.open_sample_of)(title)}>
                { words.open_sample }
            </button>
        </li>
    }
}
