//! The calculator of address ranges: what each covers, where they overlap, and which one counts for an address.

use std::net::IpAddr;

use yew::prelude::*;

use super::inputs::Typed;
use super::parts::{area, clipped, command, examples, field, in_this_case, row, section};
use crate::base::ip_range::parse_address;
use crate::tools::ip_ranges::{ACCEPTED, Answer, Entry, addresses_in, look_up};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

const EXAMPLES: [(&str, &str); 4] = [
    ("Two that overlap", "192.0.2.0/24\n192.0.2.16-192.0.2.40"),
    ("With a mask", "192.0.2.0(255.255.255.192), 198.51.100.7"),
    (
        "As PowerShell prints it",
        "RemoteIPRanges : {::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, 0.0.0.0-255.255.255.255, 10.20.0.0/16}",
    ),
    ("IPv6", "2001:db8::/32, 2001:db8:1::25"),
];

/// The tool.
pub fn tool(text: &AttrValue, address: &AttrValue, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    let answer = look_up(text);
    let wanted = address.trim();
    let parsed = parse_address(wanted).ok();
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ "IP ranges" }</h2>
                <div class="content">
                    { area("ranges", "Remote IP ranges as Exchange takes or prints them, one or many", "3", text, Typed::Ranges, act) }
                    { examples(&EXAMPLES, Typed::Ranges, act) }
                    { field("range-address", "Is this address in them?", address, Typed::Address, act) }
                    <p class="meta" role="status">{ status(&answer) }</p>
                    if !wanted.is_empty() && parsed.is_none() {
                        <p>{ format!("{} is no address. Accepted is one address, IPv4 or IPv6, without a port.", clipped(wanted, 60)) }</p>
                    }
                </div>
            </section>
            { results(&answer, parsed, act, footing) }
        </>
    }
}

fn status(answer: &Answer) -> String {
    let number =
        |count: usize, one: &str, many: &str| if count == 1 { format!("1 {one}") } else { format!("{count} {many}") };
    let mut parts = Vec::new();
    if answer.is_known() {
        parts.push(number(answer.ranges.len(), "range", "ranges"));
        parts.push(number(answer.overlaps.len() + answer.more_overlaps, "overlap", "overlaps"));
    }
    if !answer.wrong.is_empty() {
        parts.push(format!("{} not read", answer.wrong.len()));
    }
    parts.join(", ")
}

fn results(answer: &Answer, address: Option<IpAddr>, act: &Callback<Action>, footing: Option<&Footing>) -> Html {
    html! {
        <>
            if !answer.wrong.is_empty() {
                { section("Not read", html! {
                    <>
                        <dl class="facts">{ for answer.wrong.iter().take(30).map(|wrong| {
                            row(html! { <span class="code">{ clipped(&wrong.text, 80) }</span> }, html! { { wrong.why } })
                        }) }</dl>
                        <p>{ ACCEPTED }</p>
                    </>
                }) }
            }
            if let Some(address) = address.filter(|_| answer.is_known()) {
                { section("Address", html! { <p class="strong">{ answer.placed_sentence(address) }</p> }) }
            }
            if answer.is_known() {
                { section("Ranges", html! {
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
                        { for answer.remarks().into_iter().map(|remark| html! { <p class="meta">{ remark }</p> }) }
                    </>
                }) }
            }
            if !answer.overlaps.is_empty() {
                { section("Overlaps", html! {
                    <>
                        <ul class="lines">{ for answer.overlaps.iter().map(|overlap| html! { <li>{ answer.sentence(overlap) }</li> }) }</ul>
                        if answer.more_overlaps > 0 {
                            <p class="meta">{ format!("{} more overlaps are not listed.", answer.more_overlaps) }</p>
                        }
                        <p class="meta">{ "Among receive connectors that listen on the same address and port, the smallest range that holds the remote address answers; nothing else about the connectors counts." }</p>
                    </>
                }) }
            }
            if answer.is_known() {
                { section("To paste", html! {
                    <>
                        <p>{ "The parameter for Set-ReceiveConnector. It replaces all ranges of the connector." }</p>
                        { command(&answer.argument(), act) }
                        if let Some(joined) = answer.joined_argument() {
                            <p>{ "The same addresses in fewer ranges, for one connector." }</p>
                            { command(&joined, act) }
                        }
                    </>
                }) }
            }
        </>
    }
}

fn entry(entry: &Entry) -> Html {
    let range = &entry.range;
    let (networks, more) = entry.networks();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let mask = range.mask().filter(|_| !range.is_single()).map_or(String::new(), |mask| format!(", mask {mask}"));
    let count = if range.is_single() {
        "One address".to_owned()
    } else {
        format!("{} to {}, {} addresses{mask}", range.low(), range.high(), entry.count())
    };
    row(
        html! { <span class="code">{ range.to_string() }</span> },
        html! {
            <>
                <p class="strong">{ count }</p>
                if networks != range.to_string() && !range.is_single() {
                    <p>{ "Networks: " }<span class="code">{ networks }</span>{ more }</p>
                }
                { for entry.remark().into_iter().map(|remark| html! { <p>{ remark }</p> }) }
            </>
        },
    )
}
