//! The range as text: two fields and its length.

use std::rc::Rc;

use yew::prelude::*;

use super::scale;
use crate::ui::language::use_words;
use crate::ui::shared::draft_field::DraftField;
use crate::ui::state::Action;
use crate::worker::protocol::Picture;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub picture: Rc<Picture>,
    /// What is asked for.
    pub range: scale::Range,
    pub act: Callback<Action>,
}

/// The row.
#[function_component]
pub fn RangeRow(props: &Props) -> Html {
    let words = use_words().timeline;
    let Props { picture, range, act } = props;
    let range = *range;
    let wrong = use_state_eq(|| false);
    // Another range puts times into the fields that can be read.
    use_effect_with(range, {
        let wrong = wrong.clone();
        move |_| wrong.set(false)
    });
    let field = |is_end: bool| {
        let own = if is_end { range.1 } else { range.0 };
        let (picture, act, wrong) = (Rc::clone(picture), act.clone(), wrong.clone());
        let commit = Callback::from(move |typed: String| {
            let at = picture.frame.clocks.read(&typed, own);
            wrong.set(at.is_none());
            if let Some(at) = at {
                let range = if is_end { (range.0, at) } else { (at, range.1) };
                act.emit(Action::Range(scale::cut(range, picture.whole)));
            }
            at.is_some()
        });
        (props.picture.frame.clocks.digits(own), commit)
    };
    let ((from, on_from), (to, on_to)) = (field(false), field(true));
    let rows = (picture.marks.1.into(), picture.marks.0.into());
    let about = (words.about_range)(&scale::length(range), rows, picture.errors.into());
    html! {
        <div class="tl-range">
            <label for="tl-from">{ words.from }</label>
            <DraftField id="tl-from" value={from} commit={on_from} />
            <label for="tl-to">{ words.to }</label>
            <DraftField id="tl-to" value={to} commit={on_to} />
            <span class="meta">{ about }</span>
            <span class="tl-wrong" role="status">{ if *wrong { words.write_time } else { "" } }</span>
        </div>
    }
}
