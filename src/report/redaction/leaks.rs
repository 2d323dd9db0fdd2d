//! Looks through a printed report for what must not be in it: every original that was replaced, every name of the case,
//! and whatever has the form of an address and is none that was put in.
//!
//! Printers wrap lines and escape characters, so texts are compared word by word: letters and digits, without case.

use std::net::IpAddr;

use aho_corasick::AhoCorasick;
use serde::{Deserialize, Serialize};

use super::patterns::{self, Form, is_microsoft};
use super::tokens::is_stand_in;
use super::{Redacted, addresses, literals, rests, words};
use crate::base::guid;
use crate::knowledge::extended_rights;

/// Something that should not be there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Leak {
    /// What was found.
    pub text: String,
    /// How often.
    pub times: u32,
}

impl Redacted {
    /// What is left of the originals in a printed report; empty when nothing was found.
    pub fn leaks(&self, printed: &str) -> Vec<Leak> {
        let mut plain = plain(printed);
        for source in &self.sources {
            plain = plain.replace(source.as_str(), "");
        }
        let mut leaks: std::collections::BTreeMap<String, u32> = std::collections::BTreeMap::new();
        for word in plain.split(|c: char| !c.is_alphanumeric()).filter(|word| self.short.contains(*word)) {
            *leaks.entry(word.to_owned()).or_insert(0) += 1;
        }
        let keys: Vec<String> = self.forbidden.iter().map(|text| format!(" {} ", words_of(text))).collect();
        if let Ok(matcher) = AhoCorasick::new(&keys) {
            let words = format!(" {} ", words_of(&plain));
            for hit in matcher.find_overlapping_iter(&words) {
                if let Some(text) = self.forbidden.get(hit.pattern().as_usize()) {
                    *leaks.entry(text.clone()).or_insert(0) += 1;
                }
            }
        }
        for found in patterns::find(&plain) {
            let Some(text) = plain.get(found.range.clone()) else { continue };
            if !self.is_allowed(text, &found.form) {
                *leaks.entry(text.to_owned()).or_insert(0) += 1;
            }
        }
        for range in rests::beginnings(&plain, &self.long) {
            plain.get(range).into_iter().for_each(|text| *leaks.entry(text.to_owned()).or_insert(0) += 1);
        }
        leaks.into_iter().map(|(text, times)| Leak { text, times }).collect()
    }

    fn is_allowed(&self, text: &str, form: &Form) -> bool {
        let lower = text.to_lowercase();
        if self.tokens.contains(&lower) {
            return true;
        }
        match form {
            Form::Mail | Form::MessageId => lower.rsplit_once('@').is_some_and(|(local, domain)| {
                let token = self.tokens.iter().any(|token| token.split('@').next() == Some(local));
                (token || words::is_common(local, false) || local.starts_with("microsoftexchange"))
                    && self.is_host(domain)
            }),
            Form::Host => self.is_host(&lower),
            Form::Ip(address) => addresses::is_common(*address) || self.addresses.contains(&address.to_canonical()),
            Form::Reverse(address) | Form::Quad(address) => {
                [*address, addresses::turned(*address)].iter().any(|address| {
                    addresses::is_common(IpAddr::V4(*address)) || self.addresses.contains(&IpAddr::V4(*address))
                })
            }
            Form::Rest => match text.parse::<IpAddr>() {
                Ok(address) => addresses::is_common(address) || self.addresses.contains(&address.to_canonical()),
                Err(_) => {
                    let put_in = |word: &str| words::is_common(word, true) || self.tokens.contains(word);
                    let has_numbers = rests::has_numbers(text, true) || rests::has_numbers(text, false);
                    let is_whole =
                        || literals::quads(text).iter().any(|quad| self.is_allowed("", &Form::Quad(quad.address)));
                    lower.chars().any(char::is_alphabetic)
                        && (!has_numbers || is_whole())
                        && lower.split(|c: char| !c.is_alphanumeric()).all(put_in)
                }
            },
            Form::Guid => {
                guid::readings(text)
                    .iter()
                    .any(|(guid, _)| guid.is_nil() || extended_rights::by_guid(*guid).is_some() || is_stand_in(*guid))
                    || guid::readings(text).is_empty()
            }
            Form::Sid | Form::Thumbprint => false,
            // Names are told by the list; a form alone says nothing.
            Form::Domain | Form::Name(_) => true,
        }
    }

    /// A host that was put in, a part of one, or one that stays.
    fn is_host(&self, host: &str) -> bool {
        let own = |public: &String| {
            host.strip_suffix(public.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
        };
        let put_in = |token: &String| {
            token.ends_with(host)
                && token.strip_suffix(host).is_some_and(|rest| rest.is_empty() || rest.ends_with(['.', '@']))
        };
        is_microsoft(host)
            || self.public.iter().any(own)
            || self.tokens.iter().any(put_in)
            || (patterns::tenant_suffix(host).is_some() && self.tokens.contains(host))
    }
}

/// A printed text without what its format adds.
fn plain(printed: &str) -> String {
    let start = printed.trim_start();
    if start.starts_with("<!doctype") {
        return without_tags(printed);
    }
    let is_json = start.starts_with('{');
    let is_markdown = start.starts_with("# ");
    let mut out = String::with_capacity(printed.len());
    let mut chars = printed.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek()) {
            ('\\', Some('n' | 'r' | 't')) if is_json => {
                chars.next();
                out.push('\n');
            }
            ('\\', Some(next)) if is_json || (is_markdown && next.is_ascii_punctuation()) => {
                out.push(*next);
                chars.next();
            }
            _ => out.push(c),
        }
    }
    if is_markdown { entities(&out) } else { out }
}

fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((text, behind)) = rest.split_once('<') {
        out.push_str(text);
        let (tag, behind) = behind.split_once('>').unwrap_or((behind, ""));
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
        // Marks stand within words, other elements between texts.
        if !matches!(name, "mark" | "b" | "code" | "a") {
            out.push('\n');
        }
        // Attributes hold texts as well.
        let values = tag.split('"').skip(1).step_by(2);
        let skipped = matches!(name, "meta" | "rect" | "svg" | "html");
        values.filter(|_| !skipped && name != "mark").for_each(|value| {
            out.push('\n');
            out.push_str(value);
            out.push('\n');
        });
        rest = behind;
        if name == "style" && !tag.starts_with('/') {
            rest = rest.split_once("</style").map_or("", |(_, behind)| behind);
        }
    }
    out.push_str(rest);
    entities(&out)
}

fn entities(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&")
}

/// Letters and digits in small letters, with one blank between words.
fn words_of(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().flat_map(char::to_lowercase));
    }
    out
}
