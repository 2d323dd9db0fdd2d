//! The reader of headers and non-delivery reports: the path with the time of each hop, who gave up and why.
//!
//! What is pasted is read in the page; it goes nowhere, and into no case.

use yew::prelude::*;

use super::inputs::Typed;
use super::parts::{area, clipped, examples, in_this_case, row, section};
use crate::analysis::pasted::{ACCEPTED, read_mail};
use crate::tools::mail_reader::{Answer, Explained, HopRow, Path, Recipient, Report};
use crate::ui::language::{tag, use_words, words};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

const EXAMPLES: [&str; 2] = [include_str!("samples/header.txt"), include_str!("samples/report.txt")];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub text: AttrValue,
    pub act: Callback<Action>,
    pub footing: Option<Footing>,
}

/// The tool. A component, so that a long text is read again only when it changes.
#[function_component]
pub fn MailTool(props: &Props) -> Html {
    let words = use_words().tools;
    let Props { text, act, footing } = props;
    let answer = use_memo(text.clone(), |text| read_mail(text.as_bytes()));
    let empty = text.trim().is_empty();
    let clear = act.reform(|_: MouseEvent| Action::Tool(Typed::Mail(String::new())));
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ words.mail }</h2>
                <div class="content">
                    { area("mail", words.mail_field, "8", text, Typed::Mail, act) }
                    <div class="buttons">
                        { examples(&EXAMPLES, &words.mail_examples, Typed::Mail, act) }
                        if !empty {
                            <button type="button" class="button quiet" onclick={clear}>{ words.clear }</button>
                        }
                    </div>
                    <p class="meta" role="status">{ status(&answer, empty) }</p>
                    if !empty && !answer.is_known() {
                        { for answer.remarks.iter().map(|remark| html! { <p lang="en">{ remark }</p> }) }
                        <p lang="en">{ ACCEPTED }</p>
                    }
                </div>
            </section>
            if answer.is_known() {
                { results(&answer, footing.as_ref()) }
            }
        </>
    }
}

fn status(answer: &Answer, empty: bool) -> Html {
    let words = words().tools;
    if empty {
        return html! { { words.stays_here } };
    }
    if !answer.is_known() {
        return html! { { words.no_mail } };
    }
    html! {
        <>
            <span lang="en">{ &answer.taken_for }</span>
            if let Some(path) = &answer.path {
                { ", " }{ (words.hops)((path.hops.len() + path.more) as u64) }
                if let Some(total) = path.total_text() { { ", " }<span lang="en">{ total }</span> }
            }
        </>
    }
}

fn results(answer: &Answer, footing: Option<&Footing>) -> Html {
    let words = words().tools;
    let id = answer.message.iter().find(|(name, _)| *name == "Message-ID").map(|(_, value)| value.as_str());
    html! {
        <>
            { for answer.reports.iter().map(report) }
            if !(answer.message.is_empty() && answer.remarks.is_empty()) {
            { section(words.message, html! {
                <>
                    <dl class="facts">
                        { for answer.message.iter().map(|(name, value)| {
                            row(html! { <span lang="en">{ *name }</span> }, html! { <span class={(*name == "Message-ID").then_some("code")}>{ value }</span> })
                        }) }
                        if let Some(id) = id.filter(|id| id.len() > 4) {
                            { in_this_case(footing, &|evidence| evidence.excerpt.contains(id)) }
                        }
                    </dl>
                    { for answer.remarks.iter().map(|remark| html! { <p class="meta" lang="en">{ remark }</p> }) }
                </>
            }) }
            }
            if let Some(path) = &answer.path {
                { section(words.path, way(path)) }
            }
            if !answer.sender.is_empty() {
                { section(words.sender, html! { <dl class="facts">{ for answer.sender.iter().map(explained) }</dl> }) }
            }
            if !answer.exchange.is_empty() {
                { section(words.exchange, html! {
                    <>
                        <dl class="facts">{ for answer.exchange.iter().map(explained) }</dl>
                        if answer.other_headers > 0 {
                            <p class="meta">{ (words.other_headers)(answer.other_headers as u64) }</p>
                        }
                    </>
                }) }
            }
        </>
    }
}

fn report(report: &Report) -> Html {
    let words = words().tools;
    let written = report.written_by.as_deref().map_or_else(|| words.written_by_unknown.to_owned(), words.written_by);
    section(
        words.report,
        html! {
            <>
                <p class="code-read">
                    { written }
                    { for report.date.iter().map(|date| html! { <span class="meta">{ format!(", {date}") }</span> }) }
                </p>
                { for report.recipients.iter().map(recipient) }
                if report.more > 0 {
                    <p class="meta">{ (words.more_recipients)(report.more as u64) }</p>
                }
            </>
        },
    )
}

fn recipient(recipient: &Recipient) -> Html {
    let words = words().tools;
    let name = recipient.address.as_deref().unwrap_or(words.unknown_recipient);
    html! {
        <dl class="facts">
            { row(html! { { words.recipient } }, html! {
                <>
                    <span class="strong" lang={tag()}>{ name.to_owned() }</span>
                    { for recipient.before.iter().map(|before| html! { <span lang={tag()}>{ (words.addressed_as)(before) }</span> }) }
                </>
            }) }
            { for recipient.outcome.iter().map(|outcome| row(html! { { words.outcome } }, html! { { *outcome } })) }
            { for recipient.server.iter().map(|server| row(html! { { words.reply_at } }, html! { <span class="code">{ server }</span> })) }
            { for recipient.reply.iter().map(|reply| row(html! { { words.reply } }, html! { <span class="code">{ clipped(reply, 2000) }</span> })) }
            { for recipient.codes.iter().map(|(code, meaning, action)| row(
                html! { <span class="code">{ code }</span> },
                html! { <><p class="strong">{ meaning }</p>{ for action.iter().map(|text| html! { <p>{ text }</p> }) }</> },
            )) }
        </dl>
    }
}

fn way(path: &Path) -> Html {
    html! {
        <>
            if let Some(total) = path.total_text() {
                <p class="code-read" lang="en">{ total }</p>
            }
            <ol class="hops">{ for path.hops.iter().enumerate().map(|(at, hop)| one(hop, path.slowest == Some(at))) }</ol>
            if path.more > 0 {
                <p class="meta">{ (words().tools.more_hops)(path.more as u64) }</p>
            }
            { for path.remarks.iter().map(|remark| html! { <p lang="en">{ remark }</p> }) }
        </>
    }
}

fn one(hop: &HopRow, slowest: bool) -> Html {
    let words = words().tools;
    let or = |value: &Option<String>| value.clone().unwrap_or_else(|| words.not_named.to_owned());
    let how: Vec<String> = [&hop.version, &hop.with].into_iter().flatten().cloned().collect();
    let longest = slowest.then(|| format!(", {}", words.longest));
    html! {
        <li>
            <p class="hop-time code">{ &hop.at }</p>
            <div class="hop-way">
                <p><span class="hop-end">{ words.hop_from }</span>{ " " }{ or(&hop.from) }</p>
                <p><span class="hop-end">{ words.hop_by }</span>{ " " }<span class="strong">{ or(&hop.by) }</span></p>
                if !how.is_empty() {
                    <p class="meta">{ how.join("; ") }</p>
                }
            </div>
            <div class={classes!("hop-delay", slowest.then_some("slowest"))}>
                <p><span lang="en">{ hop.delay_text() }</span>{ longest }</p>
                if hop.seconds().is_some_and(|seconds| seconds >= 0) {
                    <svg class="hop-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                        <rect class="hop-scale" width="100" height="6" />
                        <rect class="hop-part" width={hop.share.to_string()} height="6" />
                    </svg>
                }
            </div>
        </li>
    }
}

fn explained(one: &Explained) -> Html {
    row(
        html! { <span lang="en">{ &one.name }</span> },
        html! {
            <>
                <p class="code">{ clipped(&one.value, 600) }</p>
                if !one.text.is_empty() {
                    <p>{ &one.text }</p>
                }
            </>
        },
    )
}
