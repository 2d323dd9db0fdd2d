//! The calculator of address ranges: what each covers, where they overlap, and which one counts for an address.

use std::net::IpAddr;

use yew::prelude::*;

use super::inputs::Typed;
use super::parts::{area, clipped, command, examples, field, in_this_case, row, section};
use crate::base::ip_range::parse_address;
use crate::tools::ip_ranges::{ACCEPTED, Answer, Entry, addresses_in, look_up};
use crate::ui::language::{tag, words};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

const EXAMPLES: [&str; 4] = [
    "192.0.2.0/24\n192.0.2.16-192.0.2.40",
    "192.0.2.0(255.255.255.192), 198.51.100.7",
    "RemoteIPRanges : {::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 0.0.0.0-255.255.255.255, 10.20.0.0/16}",
    "2001:db8::/32, 2001:db8:1::25",
];

/// The tool.
pub fn tool(text: &AttrValue, address: &AttrValue, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    let answer = look_up(text);
    let wanted = address.trim();
    let parsed = parse_address(wanted).ok();
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ words.ranges }</h2>
                <div class="content">
                    { area("ranges", words.ranges_field, "3", text, Typed::Ranges, act) }
                    { examples(&EXAMPLES, &words.ranges_examples, Typed::Ranges, act) }
                    { field("range-address", words.in_ranges, address, Typed::Address, act) }
                    <p class="meta" role="status">{ status(&answer) }</p>
                    if !wanted.is_empty() && parsed.is_none() {
                        <p>{ (words.no_address)(&clipped(wanted, 60)) }</p>
                    }
                </div>
            </section>
            { results(&answer, parsed, act, footing) }
        </>
    }
}

fn status(answer: &Answer) -> String {
    let words = words().tools;
    let mut parts = Vec::new();
    if answer.is_known() {
        parts.push((words.some_ranges)(answer.ranges.len() as u64));
        parts.push((words.some_overlaps)((answer.overlaps.len() + answer.more_overlaps) as u64));
    }
    if !answer.wrong.is_empty() {
        parts.push((words.some_unread)(answer.wrong.len() as u64));
    }
    parts.join(", ")
}

fn results(answer: &Answer, address: Option<IpAddr>, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    html! {
        <>
            if !answer.wrong.is_empty() {
                { section(words.not_read, html! {
                    <>
                        <dl class="facts">{ for answer.wrong.iter().take(30).map(|wrong| {
                            row(html! { <span class="code">{ clipped(&wrong.text, 80) }</span> }, html! { { wrong.why } })
                        }) }</dl>
                        <p lang="en">{ ACCEPTED }</p>
                    </>
                }) }
            }
            if let Some(address) = address.filter(|_| answer.is_known()) {
                { section(words.address, html! { <p class="strong" lang="en">{ answer.placed_sentence(address) }</p> }) }
            }
            if answer.is_known() {
                { section(words.list_of_ranges, html! {
                    <>
                        <dl class="facts">
                            { for answer.ranges.iter().map(entry) }
                            { in_this_case(footing, &|evidence| {
                                addresses_in(&evidence.excerpt).into_iter().any(|seen| match address {
                                    Some(address) => seen == address,
                                    None => answer.ranges.iter().any(|e| !e.range.is_everything() && e.range.contains(seen)),
                                })
                            }) }
                        </dl>
                        { for answer.remarks().into_iter().map(|remark| html! { <p class="meta" lang="en">{ remark }</p> }) }
                    </>
                }) }
            }
            if !answer.overlaps.is_empty() {
                { section(words.overlaps, html! {
                    <>
                        <ul class="lines" lang="en">{ for answer.overlaps.iter().map(|overlap| html! { <li>{ answer.sentence(overlap) }</li> }) }</ul>
                        if answer.more_overlaps > 0 {
                            <p class="meta">{ (words.more_overlaps)(answer.more_overlaps as u64) }</p>
                        }
                        <p class="meta">{ words.smallest_wins }</p>
                    </>
                }) }
            }
            if answer.is_known() {
                { section(words.to_paste, html! {
                    <>
                        <p>{ words.parameter }</p>
                        { command(&answer.argument(), act) }
                        if let Some(joined) = answer.joined_argument() {
                            <p>{ words.joined }</p>
                            { command(&joined, act) }
                        }
                    </>
                }) }
            }
        </>
    }
}

fn entry(entry: &Entry) -> Html {
    let words = words().tools;
    let range = &entry.range;
    let (networks, more) = entry.networks();
    let more = if more > 0 { (words.and_more)(more as u64) } else { String::new() };
    let mask =
        range.mask().filter(|_| !range.is_single()).map_or(String::new(), |mask| (words.mask)(&mask.to_string()));
    let count = if range.is_single() {
        words.one_address.to_owned()
    } else {
        (words.spans)(&range.low().to_string(), &range.high().to_string(), &entry.count().to_string()) + &mask
    };
    row(
        html! { <span class="code">{ range.to_string() }</span> },
        html! {
            <>
                <p class="strong" lang={tag()}>{ count }</p>
                if networks != range.to_string() && !range.is_single() {
                    <p lang={tag()}>{ words.networks }{ " " }<span class="code">{ networks }</span>{ more }</p>
                }
                { for entry.remark().into_iter().map(|remark| html! { <p>{ remark }</p> }) }
            </>
        },
    )
}
