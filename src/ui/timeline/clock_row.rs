//! What the reader knows of clocks: how far local time is ahead of UTC, for all files or for one, and what is shown.
//!
//! Nothing is assumed. While nobody says it, times of both clocks stand as printed, and this row says so.

use std::rc::Rc;

use wasm_bindgen::JsCast;
use web_sys::HtmlSelectElement;
use yew::prelude::*;

use crate::ui::case::Case;
use crate::ui::language::{use_words, words};
use crate::ui::shared::draft_field::DraftField;
use crate::ui::shared::menu::Menu;
use crate::ui::shared::verdict::warning_shape;
use crate::ui::state::Action;
use crate::ui::table_state::ClockChange;
use crate::worker::protocol::{Clocks, Picture, print_offset, read_offset};

/// Files that get a field of their own; a site with more has one zone, or brings them apart.
const FILES: usize = 60;

#[derive(Properties, PartialEq)]
pub struct Props {
    pub picture: Rc<Picture>,
    /// What the reader said.
    pub clocks: Clocks,
    pub case: Case,
    pub act: Callback<Action>,
}

/// The row.
#[function_component]
pub fn ClockRow(props: &Props) -> Html {
    let words = use_words().timeline;
    let Props { picture, clocks, case, act } = props;
    let wrong = use_state_eq(|| false);
    // Sets an offset from a field, for all files or for one; an empty field takes it back.
    let typed = |file: Option<u32>| {
        let (act, wrong) = (act.clone(), wrong.clone());
        Callback::from(move |text: String| {
            let offset = read_offset(&text);
            let is_wrong = offset.is_none() && !text.trim().is_empty();
            wrong.set(is_wrong);
            if !is_wrong {
                let change = file.map_or(ClockChange::Local(offset), |file| ClockChange::File(file, offset));
                act.emit(Action::Clock(change));
            }
            !is_wrong
        })
    };
    let shown = act.reform(|event: Event| {
        let list = event.target().and_then(|target| target.dyn_into::<HtmlSelectElement>().ok());
        Action::Clock(ClockChange::InLocal(list.is_some_and(|list| list.value() == "local")))
    });
    let text = |offset: Option<i32>| offset.map(print_offset).unwrap_or_default();
    let file_field = |file: &u32| {
        let path = case.report.inputs.get(*file as usize).map_or("", |input| input.path.as_str());
        let own = clocks.files.iter().find(|(known, _)| known == file).map(|(_, offset)| *offset);
        let id = format!("tl-offset-{file}");
        html! {
            <li>
                <label for={id.clone()} title={path.to_owned()}>{ path }</label>
                <span class="tl-utc">{ "UTC" }</span>
                <DraftField {id} value={text(own)} placeholder={text(clocks.local)} commit={typed(Some(*file))} />
            </li>
        }
    };
    html! {
        <div class="tl-clocks">
            if let Some(warning) = warning(picture) {
                <p class="tl-warning">{ warning_shape() }<span>{ warning }</span></p>
            }
            <div class="tl-zone">
                <label for="tl-offset">{ words.local_is }</label>
                <DraftField id="tl-offset" value={text(clocks.local)} placeholder="+00:00" commit={typed(None)} />
                <label for="tl-shown">{ words.times_in }</label>
                <select id="tl-shown" class="field" onchange={shown} disabled={clocks.local.is_none()}>
                    <option value="utc" selected={!clocks.in_local}>{ "UTC" }</option>
                    <option value="local" selected={clocks.in_local}>{ words.local_time }</option>
                </select>
                if !picture.local_files.is_empty() {
                    <Menu class="tl-files" label={html! { { (words.by_file)(picture.local_files.len() as u64) } }}>
                        <ul class="menu">{ for picture.local_files.iter().take(FILES).map(file_field) }</ul>
                    </Menu>
                }
                <span class="tl-wrong" role="status">{ if *wrong { words.write_offset } else { "" } }</span>
            </div>
        </div>
    }
}

/// What has to be known about the clocks of what is drawn.
fn warning(picture: &Picture) -> Option<&'static str> {
    if picture.is_mixed {
        Some(words().timeline.two_clocks)
    } else if picture.has_unplaced {
        Some(words().timeline.no_zone)
    } else {
        None
    }
}
