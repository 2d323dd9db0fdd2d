//! Which connector takes mail to a domain: what the lists of connectors say, and what the routing table of each server says.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlInputElement;
use yew::prelude::*;

use super::state::{ConnectorsChange, ConnectorsState};
use crate::ui::case::Case;
use crate::ui::language::{use_words, words};
use crate::ui::session::Session;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::state::Action;
use crate::worker::protocol::{Clocks, DomainRoute, Request};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub state: Rc<ConnectorsState>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The pane.
#[function_component]
pub fn DomainPane(props: &Props) -> Html {
    let words = use_words().connectors;
    let Props { state, case, act, session } = props;
    let report = Rc::as_ptr(&case.report) as usize;
    use_effect_with((state.wanted_domain(), report), {
        let session = session.clone();
        move |(domain, _)| {
            if let Some(domain) = domain.clone() {
                session.ask(&Request::DomainRoute { domain });
            }
        }
    });
    let typed = act.reform(|event: InputEvent| {
        let field = event.target().and_then(|target| target.dyn_into::<HtmlInputElement>().ok());
        Action::Connectors(ConnectorsChange::Domain(field.map(|field| field.value()).unwrap_or_default()))
    });
    html! {
        <>
            <p class="meta table-about">{ words.domain_about }</p>
            <div class="filter-row">
                <div class="ask">
                    <label for="domain">{ words.domain }</label>
                    <input id="domain" class="field" type="text" value={state.domain.clone()} oninput={typed} spellcheck="false"
                        autocomplete="off" autocapitalize="off" />
                </div>
            </div>
            <div class="domain-answer" tabindex="0" role="region" aria-label={words.answer}>
                if let Some(route) = &state.route { { answer(route, session) } }
            </div>
        </>
    }
}

fn answer(route: &DomainRoute, session: &Session) -> Html {
    let words = words().connectors;
    let (shape, drawing) = if route.is_taken { ("ok", Icon::Tick) } else { ("light", Icon::Undecided) };
    html! {
        <>
            <div aria-live="polite">
                <p class="choice-statement"><span class={shape}>{ icon(drawing) }</span>{ " " }<span lang="en">{ &route.statement }</span></p>
            </div>
            { for route.remarks.iter().map(|remark| html! { <p lang="en">{ remark }</p> }) }
            if !route.candidates.is_empty() { { candidates(route, session) } }
            <h2>{ words.routing_tables }</h2>
            if route.tables.is_empty() {
                <p>{ words.no_routing_table }</p>
            }
            { for route.tables.iter().map(|table| html! {
                <section class="domain-table">
                    <h3>
                        { (words.from)(&table.from) }
                        if !table.written.is_empty() { <span class="light">{ (words.written)(&table.written) }</span> }
                    </h3>
                    if !table.queue.is_empty() { <p>{ words.in_queue }{ " " }<span class="printed">{ &table.queue }</span></p> }
                    if !table.reply.is_empty() { <p class="printed">{ &table.reply }</p> }
                    <ul>{ for table.reasons.iter().map(|reason| html! { <li lang="en">{ reason }</li> }) }</ul>
                </section>
            }) }
        </>
    }
}

fn candidates(route: &DomainRoute, session: &Session) -> Html {
    let words = words().connectors;
    html! {
        <table class="candidates">
            <caption class="visually-hidden">{ words.domain_caption }</caption>
            <thead>
                <tr>
                    <th scope="col">{ words.connector }</th><th scope="col">{ words.space }</th>
                    <th scope="col" class="number">{ words.cost }</th><th scope="col">{ words.why }</th>
                </tr>
            </thead>
            <tbody>
                { for route.candidates.iter().map(|candidate| {
                    let onclick = {
                        let (session, row) = (session.clone(), candidate.row);
                        Callback::from(move |_: MouseEvent| {
                            if let Some(number) = row {
                                session.open_row("send-connectors", number, &Clocks::default());
                            }
                        })
                    };
                    html! {
                        <tr class={candidate.wins.then_some("wins")}>
                            <th scope="row"><button type="button" class="link" {onclick} title={words.show_lines}>{ &candidate.name }</button></th>
                            <td class="printed">{ &candidate.space }</td>
                            <td class="number">{ candidate.cost }</td>
                            <td lang="en">{ &candidate.why }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}
