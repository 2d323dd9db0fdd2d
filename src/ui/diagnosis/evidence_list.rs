//! The evidence of a problem: what it says, where it is, the lines themselves.
//!
//! Four pieces, then the others on request. What is *not* there has a form of its own (dashed edge).

use yew::prelude::*;

use crate::report::{Evidence, ExplainedCode};
use crate::ui::language::use_words;
use crate::ui::shared::codes::codes;
use crate::ui::shared::excerpt::excerpt;
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Cite;
use crate::ui::text;

const SHOWN_AT_FIRST: u32 = 4;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub footing: Footing,
    pub problem: u32,
}

/// The list.
#[function_component]
pub fn EvidenceList(props: &Props) -> Html {
    let Props { footing, problem } = props;
    let words = use_words().diagnosis;
    let all = use_state_eq(|| false);
    let total = footing.case.citations(*problem);
    // One more is not worth a click; and a citation that is open is never hidden.
    let open_beyond = footing.open.is_some_and(|cite| cite.problem == *problem && cite.number > SHOWN_AT_FIRST);
    let few = !*all && !open_beyond && total > SHOWN_AT_FIRST + 1;
    let show = {
        let all = all.clone();
        Callback::from(move |_: MouseEvent| all.set(true))
    };
    html! {
        <>
            <ol class="evidence">
                { for (1..=total).filter_map(|number| {
                    let evidence = footing.case.evidence(*problem, number)?;
                    let folded = few && number > SHOWN_AT_FIRST;
                    Some(item(footing, Cite { problem: *problem, number }, evidence, folded))
                }) }
            </ol>
            if few {
                <p class="more">
                    <button type="button" class="link" onclick={show}>{ (words.more_evidence)(total - SHOWN_AT_FIRST) }</button>
                </p>
            }
        </>
    }
}

fn item(footing: &Footing, cite: Cite, evidence: &Evidence, folded: bool) -> Html {
    let open = footing.open == Some(cite);
    html! {
        <li key={cite.number} data-cite={cite.number.to_string()}
            class={classes!(open.then_some("open"), folded.then_some("folded"))}>
            { footing.button(cite) }
            <div class="evidence-body">
                <div class="evidence-head">
                    <p lang="en">{ &evidence.note }</p>
                    <button type="button" class="location" onclick={footing.opener(cite)} title={evidence.input.clone()}>
                        { text::clip_middle(&text::location(evidence), 40) }
                    </button>
                </div>
                if evidence.absent {
                    <p class="absent" lang="en">{ &evidence.excerpt }</p>
                } else if !evidence.excerpt.trim().is_empty() {
                    { excerpt(&evidence.excerpt, &evidence.marks) }
                }
                { codes(footing, new_codes(footing, cite, evidence).into_iter()) }
            </div>
        </li>
    }
}

/// Codes that no earlier piece of evidence of the problem has.
fn new_codes<'a>(footing: &Footing, cite: Cite, evidence: &'a Evidence) -> Vec<&'a ExplainedCode> {
    let before = |code: &ExplainedCode| {
        (1..cite.number)
            .filter_map(|n| footing.case.evidence(cite.problem, n))
            .any(|earlier| earlier.codes.contains(code))
    };
    evidence.codes.iter().filter(|code| !before(code)).collect()
}
