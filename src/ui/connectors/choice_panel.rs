//! One cell in full: how the server chooses, what the connector offers and lacks, and who answers after the remedy.

use std::rc::Rc;

use yew::prelude::*;

use super::matrix::{sign, word};
use super::state::ConnectorsChange;
use crate::ui::case::Case;
use crate::ui::language::{use_words, words};
use crate::ui::session::Session;
use crate::ui::shared::icon::{Icon, icon};
use crate::ui::state::Action;
use crate::worker::protocol::{CellState, Choice, Clocks};

#[derive(Properties, PartialEq)]
pub struct Props {
    pub choice: Rc<Choice>,
    pub case: Case,
    pub act: Callback<Action>,
    pub session: Session,
}

/// The panel.
#[function_component]
pub fn ChoicePanel(props: &Props) -> Html {
    let words = use_words().connectors;
    let Props { choice, case, act, session } = props;
    let close = act.reform(|_: MouseEvent| Action::Connectors(ConnectorsChange::Close));
    let title = (words.who_answers_it)(&choice.asked.address);
    html! {
        <section class="choice" role="region" tabindex="0" aria-label={title.clone()}>
            <header class="choice-head">
                <h2>{ title }</h2>
                <button type="button" class="button quiet only-icon" onclick={close} aria-label={words.close}>{ icon(Icon::Cross) }</button>
            </header>
            <div aria-live="polite">
                if let Some(word) = word(choice.state) {
                    <p class={classes!("choice-verdict", (choice.state == CellState::Wrong).then_some("critical"))}>
                        { sign(choice.state) }<b>{ word }</b>
                    </p>
                }
                <p class="choice-statement" lang="en">{ &choice.statement }</p>
            </div>
            <h3>{ words.how }</h3>
            <p class="meta">{ words.how_about }</p>
            { candidates(choice, session) }
            if !choice.settings.is_empty() {
                <h3>{ if choice.settings.iter().any(|s| !s.lacks.is_empty()) { words.offers_needed } else { words.offers } }</h3>
                <dl class="choice-settings">
                    { for choice.settings.iter().map(|setting| html! {
                        <>
                            <dt lang="en">{ &setting.name }</dt>
                            <dd>
                                <span lang="en">{ &setting.value }</span>
                                if !setting.lacks.is_empty() { { " " }<b class="critical">{ words.lacks }{ " " }<span lang="en">{ &setting.lacks }</span></b> }
                            </dd>
                        </>
                    }) }
                </dl>
            }
            if !choice.after.is_empty() {
                <h3>{ words.after }</h3>
                <ul class="choice-after">
                    { for choice.after.iter().map(|(is_well, after)| html! {
                        <li>
                            <span class={if *is_well { "ok" } else { "light" }}>{ icon(if *is_well { Icon::Tick } else { Icon::Undecided }) }</span>
                            <span lang="en">{ after }</span>
                        </li>
                    }) }
                </ul>
            }
            { problem(choice, case, act) }
        </section>
    }
}

fn candidates(choice: &Choice, session: &Session) -> Html {
    let words = words().connectors;
    html! {
        <table class="candidates">
            <thead>
                <tr><th scope="col">{ words.connector }</th><th scope="col">{ words.range }</th><th scope="col" class="number">{ words.addresses }</th></tr>
            </thead>
            <tbody>
                { for choice.candidates.iter().map(|candidate| {
                    let onclick = {
                        let (session, row) = (session.clone(), candidate.row);
                        Callback::from(move |_: MouseEvent| {
                            if let Some(number) = row {
                                session.open_row("receive-connectors", number, &Clocks::default());
                            }
                        })
                    };
                    let last = match (candidate.wins, candidate.out.as_str()) {
                        (true, _) => (words.wins)(&candidate.size),
                        (false, "") => candidate.size.clone(),
                        (false, out) => out.to_owned(),
                    };
                    html! {
                        <tr class={classes!(candidate.wins.then_some("wins"), (!candidate.out.is_empty()).then_some("out"))}>
                            <th scope="row">
                                if candidate.row.is_some() {
                                    <button type="button" class="link" {onclick} title={words.show_lines}>{ &candidate.name }</button>
                                } else {
                                    { &candidate.name }
                                }
                            </th>
                            <td class="printed">{ &candidate.range }</td>
                            <td class="number" lang={(!candidate.out.is_empty()).then_some("en")}>{ last }</td>
                        </tr>
                    }
                }) }
            </tbody>
        </table>
    }
}

/// The way to the problem that names the connector, where the commands are.
fn problem(choice: &Choice, case: &Case, act: &Callback<Action>) -> Html {
    let names = |finding: &&crate::report::Finding| finding.problem > 0 && finding.affected.contains(&choice.connector);
    let found = case.report.findings.iter().find(names).filter(|_| !choice.connector.is_empty());
    let Some(number) = found.map(|finding| finding.problem) else { return Html::default() };
    let onclick = act.reform(move |_: MouseEvent| Action::ShowProblem(number));
    html! {
        <p><button type="button" class="link" {onclick}>{ (words().connectors.problem_names)(number) }</button></p>
    }
}
