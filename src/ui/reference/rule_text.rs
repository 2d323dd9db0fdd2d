//! The text of a rule: headings, paragraphs, lists and code, out of the little Markdown that rules are written in.

use yew::prelude::*;

use crate::rules::{Input, Rule};
use crate::ui::language::{tag, words};

/// A part of the text.
#[derive(Debug, PartialEq, Eq)]
enum Block {
    Heading(String),
    Paragraph(String),
    Steps(Vec<String>),
    Points(Vec<String>),
}

/// Everything about a rule.
pub fn whole(rule: &Rule<'_>) -> Html {
    let (from, to) = rule.versions;
    let versions = if from == to { from.short().to_owned() } else { format!("{} to {}", from.short(), to.short()) };
    let words = words().reference;
    let list = |inputs: &[Input]| inputs.iter().map(|input| input.title()).collect::<Vec<_>>().join(", ");
    html! {
        <div class="rule-text" lang="en">
            <p class="meta">{ format!("{} · {} · Exchange {versions}", rule.id, rule.role.word()) }</p>
            { for blocks(&rule.text).into_iter().map(shown) }
            <dl class="facts">
                <div><dt lang={tag()}>{ words.needs }</dt><dd>{ list(rule.needs) }</dd></div>
                if !rule.helps.is_empty() {
                    <div><dt lang={tag()}>{ words.helped_by }</dt><dd>{ list(rule.helps) }</dd></div>
                }
                if rule.explains.iter().next().is_some() {
                    <div><dt lang={tag()}>{ words.explains }</dt><dd>{ rule.explains.iter().collect::<Vec<_>>().join(", ") }</dd></div>
                }
                if rule.sources.iter().next().is_some() {
                    <div><dt lang={tag()}>{ words.sources }</dt><dd>{ for rule.sources.iter().map(|source| html! { <p class="code">{ source.to_owned() }</p> }) }</dd></div>
                }
            </dl>
        </div>
    }
}

fn shown(block: Block) -> Html {
    match block {
        Block::Heading(text) => html! { <h3>{ text }</h3> },
        Block::Paragraph(text) => html! { <p>{ inline(&text) }</p> },
        Block::Steps(items) => {
            html! { <ol class="steps">{ for items.iter().map(|item| html! { <li><p>{ inline(item) }</p></li> }) }</ol> }
        }
        Block::Points(items) => {
            html! { <ul class="points">{ for items.iter().map(|item| html! { <li>{ inline(item) }</li> }) }</ul> }
        }
    }
}

/// Text with code between backticks.
fn inline(text: &str) -> Html {
    let parts = text.split('`').enumerate();
    parts
        .map(|(i, part)| {
            if i % 2 == 1 {
                html! { <code>{ part.to_owned() }</code> }
            } else {
                html! { { part.to_owned() } }
            }
        })
        .collect()
}

fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut goes_on = false;
    for line in text.lines().map(str::trim) {
        let step = line
            .split_once(". ")
            .filter(|(number, _)| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
        if line.is_empty() {
            goes_on = false;
            continue;
        }
        if let Some(heading) = line.strip_prefix("# ") {
            blocks.push(Block::Heading(heading.to_owned()));
            goes_on = false;
            continue;
        }
        if let Some((_, step)) = step {
            match blocks.last_mut() {
                Some(Block::Steps(steps)) => steps.push(step.to_owned()),
                _ => blocks.push(Block::Steps(vec![step.to_owned()])),
            }
        } else if let Some(point) = line.strip_prefix("- ") {
            match blocks.last_mut() {
                Some(Block::Points(points)) => points.push(point.to_owned()),
                _ => blocks.push(Block::Points(vec![point.to_owned()])),
            }
        } else {
            let last = match blocks.last_mut() {
                Some(Block::Paragraph(text)) if goes_on => Some(text),
                Some(Block::Steps(items) | Block::Points(items)) if goes_on => items.last_mut(),
                _ => None,
            };
            match last {
                Some(text) => {
                    text.push(' ');
                    text.push_str(line);
                }
                None => blocks.push(Block::Paragraph(line.to_owned())),
            }
        }
        goes_on = true;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_rule_falls_into_its_parts() {
        let text = " # Cause\n A\n b.\n\n C.\n # Resolution\n 1. Do\n    this.\n 2. That.\n\n - x\n - y\n";
        let p = |text: &str| Block::Paragraph(text.to_owned());
        let list = |items: [&str; 2]| items.map(str::to_owned).to_vec();
        assert_eq!(
            blocks(text),
            [
                Block::Heading("Cause".to_owned()),
                p("A b."),
                p("C."),
                Block::Heading("Resolution".to_owned()),
                Block::Steps(list(["Do this.", "That."])),
                Block::Points(list(["x", "y"])),
            ]
        );
    }

    #[test]
    fn every_rule_has_its_four_headings() {
        for rule in crate::rules::all().chain(crate::rules::rows()) {
            let headings = blocks(&rule.text).iter().filter(|block| matches!(block, Block::Heading(_))).count();
            assert_eq!(headings, 4, "{}", rule.id);
        }
    }
}
