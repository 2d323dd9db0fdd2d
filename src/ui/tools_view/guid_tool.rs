//! The GUID converter: any notation in, all others out, and how to find the object.

use yew::prelude::*;

use super::inputs::Typed;
use super::parts::{area, clipped, command, copied, examples, in_this_case, row, section};
use crate::base::guid;
use crate::tools::guid_converter::{ACCEPTED, Found, Reading, look_up};
use crate::ui::language::words;
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

const EXAMPLES: [&str; 5] = [
    "{CCCF3BE6-219C-4379-985D-851B766EDDC7}",
    "E6 3B CF CC 9C 21 79 43 98 5D 85 1B 76 6E DD C7",
    "e63bcfcc9c217943985d851b766eddc7",
    "objectGUID:: 5jvPzJwheUOYXYUbdm7dxw==",
    "9fbec2a2-f761-11d9-963d-00065bbd3175",
];

/// The tool.
pub fn tool(text: &AttrValue, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    let answer = look_up(text);
    let status = match answer.found.len() {
        0 if text.trim().is_empty() => String::new(),
        0 => words.no_guid.to_owned(),
        number => (words.guids)(number as u64),
    };
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ words.guid }</h2>
                <div class="content">
                    { area("guid", words.guid_field, "2", text, Typed::Guid, act) }
                    { examples(&EXAMPLES, &words.guid_examples, Typed::Guid, act) }
                    <p class="meta" role="status">{ status }</p>
                    if !answer.is_known() && !text.trim().is_empty() {
                        <p lang="en">{ ACCEPTED }</p>
                    }
                </div>
            </section>
            { for answer.found.iter().map(|one| found(one, act, footing)) }
        </>
    }
}

fn found(found: &Found, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let label = clipped(&found.part, 40);
    html! {
        <>
            if let Some(hint) = found.hint() {
                { section(&label, html! { <p lang="en">{ hint }</p> }) }
            }
            { for found.readings.iter().enumerate().map(|(at, one)| {
                let label = match (found.readings.len(), at) {
                    (1, _) => label.clone(),
                    (_, 0) => words().tools.first_reading.to_owned(),
                    _ => words().tools.second_reading.to_owned(),
                };
                section(&label, reading(one, act, footing))
            }) }
        </>
    }
}

fn reading(reading: &Reading, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    let names = reading.names();
    // Any notation in the evidence counts; the longest ones stand for all with braces or marks around them.
    let wanted = [
        reading.guid.hyphenated().to_string(),
        reading.guid.simple().to_string(),
        guid::octet_text(reading.guid).to_lowercase(),
    ];
    let base64 = guid::base64(reading.guid);
    html! {
        <>
            <p class="code-read">{ words.read_as }{ " " }<span lang="en">{ reading.how.to_string() }</span></p>
            <dl class="facts">
                if !names.is_empty() {
                    { row(html! { { words.names } }, html! { <>{ for names.iter().map(|name| html! { <p class="strong">{ name }</p> }) }</> }) }
                }
                { for reading.notations().into_iter().map(|(name, text)| copied(name, &text, act)) }
                { row(html! { { words.wrong_order } }, html! { <span class="code">{ reading.swapped() }</span> }) }
                { row(html! { { words.made } }, html! { { reading.version() } }) }
                { in_this_case(footing, &|evidence| {
                    let text = evidence.excerpt.to_lowercase();
                    wanted.iter().any(|wanted| text.contains(wanted)) || evidence.excerpt.contains(&base64)
                }) }
            </dl>
            <h4>{ words.find_object }</h4>
            <dl class="facts finds">
                { row(html! { { words.ldap_filter } }, command(&reading.filter(), act)) }
                { for reading.commands().into_iter().map(|(name, text)| row(html! { <span lang="en">{ name }</span> }, command(&text, act))) }
            </dl>
        </>
    }
}
