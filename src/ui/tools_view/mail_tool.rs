//! The reader of headers and non-delivery reports: the path with the time of each hop, who gave up and why.
//!
//! What is pasted is read in the page; it goes nowhere, and into no case.

use yew::prelude::*;

use super::inputs::Typed;
use super::parts::{area, clipped, examples, in_this_case, row, section};
use crate::analysis::pasted::{ACCEPTED, read_mail};
use crate::tools::mail_reader::{Answer, Explained, HopRow, Path, Recipient, Report};
use crate::ui::shared::sentence::Footing;
use crate::ui::state::Action;

const EXAMPLES: [(&str, &str); 2] =
    [("A header", include_str!("samples/header.txt")), ("A report", include_str!("samples/report.txt"))];

#[derive(Properties, PartialEq)]
pub struct Props {
    pub text: AttrValue,
    pub act: Callback<Action>,
    pub footing: Option<Footing>,
}

/// The tool. A component, so that a long text is read again only when it changes.
#[function_component]
pub fn MailTool(props: &Props) -> Html {
    let Props { text, act, footing } = props;
    let answer = use_memo(text.clone(), |text| read_mail(text.as_bytes()));
    let empty = text.trim().is_empty();
    let clear = act.reform(|_: MouseEvent| Action::Tool(Typed::Mail(String::new())));
    html! {
        <>
            <section class="row">
                <h2 class="margin margin-label">{ "Header or report" }</h2>
                <div class="content">
                    { area("mail", "The header of a message or a non-delivery report, pasted whole", "8", text, Typed::Mail, act) }
                    <div class="buttons">
                        { examples(&EXAMPLES, Typed::Mail, act) }
                        if !empty {
                            <button type="button" class="button quiet" onclick={clear}>{ "Clear" }</button>
                        }
                    </div>
                    <p class="meta" role="status">{ status(&answer, empty) }</p>
                    if !empty && !answer.is_known() {
                        { for answer.remarks.iter().map(|remark| html! { <p>{ remark }</p> }) }
                        <p>{ ACCEPTED }</p>
                    }
                </div>
            </section>
            if answer.is_known() {
                { results(&answer, footing.as_ref()) }
            }
        </>
    }
}

fn status(answer: &Answer, empty: bool) -> String {
    if empty {
        return "What you paste stays in this tab and in no case.".to_owned();
    }
    if !answer.is_known() {
        return "This is no header of a message and no report about one.".to_owned();
    }
    let mut parts = vec![answer.taken_for.clone()];
    if let Some(path) = &answer.path {
        let hops = path.hops.len() + path.more;
        parts.push(if hops == 1 { "1 hop".to_owned() } else { format!("{hops} hops") });
        parts.extend(path.total_text());
    }
    parts.join(", ")
}

fn results(answer: &Answer, footing: Option<&Footing>) -> Html {
    let id = answer.message.iter().find(|(name, _)| *name == "Message-ID").map(|(_, value)| value.as_str());
    html! {
        <>
            { for answer.reports.iter().map(report) }
            { section("Message", html! {
                <>
                    <dl class="facts">
                        { for answer.message.iter().map(|(name, value)| {
                            row(html! { { *name } }, html! { <span class={(*name == "Message-ID").then_some("code")}>{ value }</span> })
                        }) }
                        if let Some(id) = id.filter(|id| id.len() > 4) {
                            { in_this_case(footing, &|evidence| evidence.excerpt.contains(id)) }
                        }
                    </dl>
                    { for answer.remarks.iter().map(|remark| html! { <p class="meta">{ remark }</p> }) }
                </>
            }) }
            if let Some(path) = &answer.path {
                { section("Path", way(path)) }
            }
            if !answer.sender.is_empty() {
                { section("Sender", html! { <dl class="facts">{ for answer.sender.iter().map(explained) }</dl> }) }
            }
            if !answer.exchange.is_empty() {
                { section("Exchange", html! {
                    <>
                        <dl class="facts">{ for answer.exchange.iter().map(explained) }</dl>
                        if answer.other_headers > 0 {
                            <p class="meta">{ format!("Headers of Exchange that rarely matter, not listed: {}", answer.other_headers) }</p>
                        }
                    </>
                }) }
            }
        </>
    }
}

fn report(report: &Report) -> Html {
    let written = report.written_by.as_deref().unwrap_or("a server that the report does not name");
    section(
        "Report",
        html! {
            <>
                <p class="code-read">
                    { format!("Written by {written}") }
                    { for report.date.iter().map(|date| html! { <span class="meta">{ format!(", {date}") }</span> }) }
                </p>
                { for report.recipients.iter().map(recipient) }
                if report.more > 0 {
                    <p class="meta">{ format!("{} more recipients are not listed.", report.more) }</p>
                }
            </>
        },
    )
}

fn recipient(recipient: &Recipient) -> Html {
    let name = recipient.address.as_deref().unwrap_or("A recipient that the report does not name");
    html! {
        <dl class="facts">
            { row(html! { "For" }, html! {
                <>
                    <span class="strong">{ name }</span>
                    { for recipient.before.iter().map(|before| html! { { format!(", addressed as {before}") } }) }
                </>
            }) }
            { for recipient.outcome.iter().map(|outcome| row(html! { "Outcome" }, html! { { *outcome } })) }
            { for recipient.server.iter().map(|server| row(html! { "Reply at" }, html! { <span class="code">{ server }</span> })) }
            { for recipient.reply.iter().map(|reply| row(html! { "Reply" }, html! { <span class="code">{ clipped(reply, 2000) }</span> })) }
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
                <p class="code-read">{ total }</p>
            }
            <ol class="hops">{ for path.hops.iter().enumerate().map(|(at, hop)| one(hop, path.slowest == Some(at))) }</ol>
            if path.more > 0 {
                <p class="meta">{ format!("{} more hops are not listed.", path.more) }</p>
            }
            { for path.remarks.iter().map(|remark| html! { <p>{ remark }</p> }) }
        </>
    }
}

fn one(hop: &HopRow, slowest: bool) -> Html {
    let or = |value: &Option<String>| value.clone().unwrap_or_else(|| "not named".to_owned());
    let how: Vec<String> = [&hop.version, &hop.with].into_iter().flatten().cloned().collect();
    let delay = if slowest { format!("{}, the longest", hop.delay_text()) } else { hop.delay_text() };
    html! {
        <li>
            <p class="hop-time code">{ &hop.at }</p>
            <div class="hop-way">
                <p><span class="hop-end">{ "from" }</span>{ " " }{ or(&hop.from) }</p>
                <p><span class="hop-end">{ "by" }</span>{ " " }<span class="strong">{ or(&hop.by) }</span></p>
                if !how.is_empty() {
                    <p class="meta">{ how.join("; ") }</p>
                }
            </div>
            <div class={classes!("hop-delay", slowest.then_some("slowest"))}>
                <p>{ delay }</p>
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
        html! { { &one.name } },
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
