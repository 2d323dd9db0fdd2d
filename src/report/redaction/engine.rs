//! Goes through the texts of a report: finds names by their form and by the list of the case, and puts in their tokens.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use aho_corasick::AhoCorasick;

use super::patterns::{self, Form, Found};
use super::tokens::{Tokens, key};
use super::{Beside, Mode, Move, Name, NameKind, Redacted, Replacement, Report, is_of_site, rests, visit, words};
use crate::base::gather::Gather as _;
use crate::base::order::Order as _;

/// Names that are looked for at most.
const MOST: usize = 20_000;

/// Finds and replaces.
pub struct Engine {
    tokens: Tokens,
    names: Vec<Known>,
    matcher: Option<AhoCorasick>,
    /// Names of several words, folded.
    long: BTreeSet<String>,
    /// By kind and key: as first written, token, times.
    table: BTreeMap<(NameKind, String), Replacement>,
}

/// A name to look for.
struct Known {
    text: String,
    kind: NameKind,
    /// Short names of letters are also words: only as they are written.
    exact: bool,
}

impl Engine {
    /// Looks through a report for what must be known before anything is replaced.
    pub fn new(report: &mut Report, names: &[Name], beside: &[Beside]) -> Engine {
        let mut tokens = Tokens::default();
        let mut known = KnownNames::default();
        for finding in report.findings.iter().filter(|finding| !is_of_site(&finding.rule)) {
            tokens.public.extend(finding.sources.iter().filter_map(|url| host_of(url)));
        }
        for name in names {
            known.add(name.kind, &name.text);
            if matches!(name.kind, NameKind::Domain | NameKind::Server) && patterns::is_dotted(&name.text) {
                if name.kind == NameKind::Domain {
                    tokens.domains.insert(name.text.to_lowercase());
                }
                known.add_labels(&name.text, name.kind == NameKind::Server);
            }
        }
        for finding in &report.findings {
            finding.affected.iter().for_each(|text| known.add_affected(text));
            let steps = finding.remedy.iter().filter_map(|step| step.command.as_ref());
            steps.for_each(|command| known.add_quoted(command));
        }
        let mut paths = BTreeSet::new();
        let mut look = |text: &str, mode: Mode| {
            tokens.taken.extend(text.split(|c: char| !c.is_alphanumeric()).map(str::to_lowercase));
            if mode == Mode::Path {
                paths.insert(text.to_owned());
            }
            note(text, &mut tokens, &mut known);
            if mode == Mode::Quoted && text.contains('\n') {
                for found in patterns::find(&join(text).0) {
                    if let Form::Ip(address) = found.form {
                        tokens.addresses.add(address);
                    }
                }
            }
        };
        visit(report, &mut |text, mode, _| look(text, mode));
        beside.iter().for_each(|own| look(&own.text, own.mode()));
        tokens.addresses.settle();
        known.add_words_of(&paths);
        for path in &paths {
            known.names.insert(path.clone(), NameKind::File);
            known.names.entry(file_name(path).to_owned()).or_insert(NameKind::File);
        }
        let bases = std::mem::take(&mut known.bases);
        let names = known.finish(&tokens);
        for name in &names {
            let kind = tokens.kinds.entry(key(&name.text)).or_insert(name.kind);
            *kind = (*kind).min(name.kind);
        }
        // `CONTOSO` is a domain, whatever else is called so.
        for base in bases.iter().map(|base| key(base)) {
            tokens.kinds.entry(base).and_modify(|kind| *kind = NameKind::Domain);
        }
        let folded = names.iter().map(|name| fold(&name.text));
        let matcher = AhoCorasick::builder().build(folded).ok();
        let long = names.iter().filter(|name| name.text.contains(' ')).map(|name| fold(&name.text)).collect();
        let mut engine = Engine { tokens, names, matcher, long, table: BTreeMap::new() };
        for path in paths {
            let new = engine.replace(&path, Mode::Path).0;
            engine.tokens.preset(file_name(&path), file_name(&new).to_owned());
            engine.tokens.preset(&path, new);
        }
        engine.table.clear();
        engine
    }

    /// A text without names, and what was moved in it.
    pub fn redact(&mut self, text: &str, mode: Mode) -> (String, Vec<Move>) {
        self.replace(text, mode)
    }

    /// The token of a text that is one name as a whole.
    pub fn whole(&mut self, text: &str, kind: NameKind) -> String {
        let own = text.trim();
        let form = Form::Name(kind);
        if own.is_empty() {
            return text.to_owned();
        }
        let Some(token) = self.tokens.of(own, &form) else { return text.to_owned() };
        self.count(own, &form, token.clone());
        token
    }

    /// What was replaced.
    pub fn finish(self, report: Report) -> Redacted {
        let mut forbidden: BTreeSet<String> = BTreeSet::new();
        for name in &self.names {
            let stays = match name.kind {
                NameKind::File => self.tokens.stays(&name.text),
                _ => false,
            };
            if !stays {
                forbidden.insert(name.text.clone());
            }
        }
        let table = self
            .table
            .values()
            .filter(|row| !matches!(row.kind, NameKind::Word | NameKind::File))
            .map(|row| row.original.clone());
        forbidden.extend(table);
        let public = &self.tokens.public;
        forbidden.retain(|text| {
            let lower = text.to_lowercase();
            !patterns::is_microsoft(&lower) && !public.contains(&lower)
        });
        let (short, forbidden): (BTreeSet<String>, BTreeSet<String>) =
            forbidden.into_iter().partition(|text| is_short(text));
        let findings = report.findings.iter().filter(|finding| !is_of_site(&finding.rule));
        let sources = findings.flat_map(|finding| finding.sources.iter().cloned()).collect();
        Redacted {
            report,
            sources,
            short,
            tokens: self.table.values().map(|row| row.token.to_lowercase()).collect(),
            replacements: self.table.into_values().collect(),
            forbidden: forbidden.into_iter().collect(),
            addresses: self.tokens.addresses.replacements(),
            long: self.long,
            public: self.tokens.public,
        }
    }

    fn replace(&mut self, text: &str, mode: Mode) -> (String, Vec<Move>) {
        let (mut new, mut moves, mut at) = (String::with_capacity(text.len()), Vec::new(), 0);
        for place in self.places(text, mode) {
            let Place { range, original, form } = place;
            let Some(before) = text.get(at..range.start) else { continue };
            let Some(token) = self.tokens.of(&original, &form).filter(|token| *token != original) else { continue };
            new.push_str(before);
            let start = new.len();
            new.push_str(&token);
            // A name that was cut at a line end takes the line end with it, so that lines stay lines.
            if text.get(range.clone()).is_some_and(|own| own.contains('\n')) && !original.contains('\n') {
                new.push('\n');
            }
            moves.push(((range.start, range.end), (start, new.len())));
            at = range.end;
            self.count(&original, &form, token);
        }
        new.push_str(text.get(at..).unwrap_or(""));
        (new, moves)
    }

    fn count(&mut self, original: &str, form: &Form, token: String) {
        let kind = match form {
            Form::Mail | Form::MessageId => NameKind::Address,
            Form::Host if self.tokens.domains.contains(&original.to_lowercase()) => NameKind::Domain,
            Form::Host => NameKind::Server,
            Form::Domain => NameKind::Domain,
            Form::Ip(_) | Form::Reverse(_) | Form::Quad(_) => NameKind::Ip,
            Form::Rest => NameKind::Word,
            Form::Guid => NameKind::Guid,
            Form::Sid => NameKind::Sid,
            Form::Thumbprint => NameKind::Thumbprint,
            Form::Name(kind) => self.tokens.kinds.get(&key(original)).copied().unwrap_or(*kind),
        };
        let row = self.table.entry((kind, key(original))).or_insert_with(|| Replacement {
            kind,
            original: original.to_owned(),
            token,
            times: 0,
        });
        row.times = row.times.saturating_add(1);
    }

    /// The places to replace, in order and without overlaps: the first, and of those the longest.
    fn places(&self, text: &str, mode: Mode) -> Vec<Place> {
        let mut all: Vec<Place> = Vec::new();
        let place = |Found { range, form }: Found| {
            let original = text.get(range.clone())?.to_owned();
            (!original.is_empty()).then_some(Place { range, original, form })
        };
        if mode != Mode::Path {
            all.extend(patterns::find(text).into_iter().filter_map(place));
            let beginnings = rests::beginnings(text, &self.long).into_iter();
            all.extend(beginnings.map(|range| Found { range, form: Form::Rest }).filter_map(place));
        }
        all.extend(
            self.known(text)
                .into_iter()
                .filter(|found| mode != Mode::Path || found.form != Form::Name(NameKind::File))
                .filter_map(place),
        );
        let across = if mode == Mode::Quoted && text.contains('\n') { self.across_lines(text) } else { Vec::new() };
        // What stays must not hide a name within it, so it is taken out first.
        all.retain(|place| self.may_go(place));
        // What runs over a line end is known for sure; others end where it begins.
        for whole in across {
            for place in all.iter_mut().filter(|place| place.range.start < whole.range.start) {
                if place.range.end > whole.range.start {
                    let left = text.get(place.range.start..whole.range.start).unwrap_or("");
                    place.original = left.trim_end_matches(|c: char| !c.is_alphanumeric()).to_owned();
                    place.range.end = place.range.start + place.original.len();
                }
            }
            all.retain(|place| place.range.end <= whole.range.start || place.range.start >= whole.range.end);
            all.push(whole);
        }
        all.order_by_key(|place| (place.range.start, std::cmp::Reverse(place.range.end)));
        let mut at = 0;
        all.retain(|place| {
            let free = place.range.start >= at;
            at = if free { place.range.end } else { at };
            free
        });
        match mode {
            Mode::Own => {}
            Mode::Quoted | Mode::Path => {
                all.extend(unknown_words(text, mode, &all));
                all.order_by_key(|place| place.range.start);
            }
        }
        all
    }

    /// Values of names that consist of ordinary words and of names of the case are replaced in parts.
    fn may_go(&self, place: &Place) -> bool {
        let Form::Name(kind) = place.form else { return true };
        if matches!(kind, NameKind::Subject | NameKind::File) || self.tokens.kinds.contains_key(&key(&place.original)) {
            return true;
        }
        let mut rest = place.original.clone();
        let mut inner = self.known(&place.original);
        inner.extend(patterns::find(&place.original).into_iter().filter(|found| !matches!(found.form, Form::Name(_))));
        inner.order_by_key(|found| std::cmp::Reverse(found.range.start));
        let mut end = rest.len();
        for found in inner {
            if found.range.end <= end && found.range.len() < place.original.len() {
                end = found.range.start;
                rest.replace_range(found.range, " ");
            }
        }
        !words::is_common(&rest, true)
    }

    /// Names of the case in a text, as whole words.
    fn known(&self, text: &str) -> Vec<Found> {
        let Some(matcher) = &self.matcher else { return Vec::new() };
        let folded = fold(text);
        let mut found = Vec::new();
        for hit in matcher.find_overlapping_iter(&folded) {
            let (range, Some(name)) = (hit.range(), self.names.get(hit.pattern().as_usize())) else { continue };
            let same = !name.exact || text.get(range.clone()) == Some(name.text.as_str());
            if same && patterns::is_whole(text, &range) {
                found.push(Found { range, form: Form::Name(name.kind) });
            }
        }
        found
    }

    /// Names that a console cut at its width: they run on in the next line behind its indentation.
    fn across_lines(&self, text: &str) -> Vec<Place> {
        let (joined, from, joints) = join(text);
        let mut all = self.known(&joined);
        all.extend(patterns::find(&joined).into_iter().filter(|found| matches!(found.form, Form::Ip(_) | Form::Guid)));
        let crosses = |range: &Range<usize>| joints.iter().any(|joint| range.start < *joint && *joint < range.end);
        all.into_iter()
            .filter(|found| crosses(&found.range))
            .filter_map(|found| {
                let end = from.get(found.range.end.checked_sub(1)?)? + 1;
                let end = (end..=text.len()).find(|end| text.is_char_boundary(*end))?;
                let range = *from.get(found.range.start)?..end;
                Some(Place { range, original: joined.get(found.range)?.to_owned(), form: found.form })
            })
            .collect()
    }
}

/// A text without the line ends before indented lines and their indentations, where each byte stood, and where the line ends were.
fn join(text: &str) -> (String, Vec<usize>, Vec<usize>) {
    let (mut joined, mut from, mut joints) = (String::new(), Vec::new(), Vec::new());
    let mut indented = false;
    for (i, c) in text.char_indices() {
        // A line that is not indented is one of its own.
        if c == '\n' && text.get(i + 1..).is_some_and(|next| next.starts_with(' ')) {
            joints.push(joined.len());
            indented = true;
        } else if !(indented && c == ' ') {
            indented = false;
            from.extend(std::iter::repeat_n(i, c.len_utf8()));
            joined.push(c);
        }
    }
    (joined, from, joints)
}

struct Place {
    range: Range<usize>,
    original: String,
    form: Form,
}

/// What the first look at a text shows.
fn note(text: &str, tokens: &mut Tokens, known: &mut KnownNames) {
    for found in patterns::find(text) {
        let Some(own) = text.get(found.range.clone()) else { continue };
        match found.form {
            Form::Ip(address) => tokens.addresses.add_literal(address),
            Form::Reverse(address) | Form::Quad(address) => tokens.addresses.add_numbers(address),
            Form::Mail => {
                if let Some((local, domain)) = own.rsplit_once('@') {
                    if local.chars().count() > 3 && !words::is_common(local, true) {
                        known.add(NameKind::Person, local);
                    }
                    // `bounce+anna.berg=contoso.com`: who was written to.
                    if local.contains('=') {
                        let parts = local.split(['=', '+']).filter(|part| part.chars().count() > 3);
                        parts.for_each(|part| known.add(NameKind::Object, part));
                    }
                    if patterns::is_host(domain) {
                        tokens.domains.insert(domain.to_lowercase());
                        known.add_labels(domain, false);
                    }
                }
            }
            Form::Host => {
                // Words behind a full stop without a blank look alike; what is certain says more.
                let base = own.rsplit('.').nth(1).unwrap_or("");
                if patterns::is_certain_host(own) || !words::is_common(base, true) {
                    known.add_labels(own, !tokens.domains.contains(&own.to_lowercase()));
                }
            }
            Form::Domain => own.split([',', '/']).filter_map(|part| part.split_once('=')).for_each(|(_, value)| {
                if value.chars().count() > 3 && !patterns::is_plain_top(value) {
                    known.add(NameKind::Domain, value);
                }
            }),
            Form::Name(kind @ (NameKind::Site | NameKind::Object | NameKind::Person | NameKind::Domain)) => {
                known.add(kind, own)
            }
            _ => {}
        }
    }
    for (low, high) in patterns::ranges(text) {
        match high {
            Ok(high) => tokens.addresses.add_range(low, high),
            Err(length) => tokens.addresses.add_prefix(low, length),
        }
    }
}

/// Names to look for, each once.
#[derive(Default)]
struct KnownNames {
    names: BTreeMap<String, NameKind>,
    /// Labels before the last of host names.
    bases: BTreeSet<String>,
}

impl KnownNames {
    fn add(&mut self, kind: NameKind, text: &str) {
        let text = text.trim();
        // The account of a computer: `EX1$`.
        if let Some(computer) = text.strip_suffix('$') {
            return self.add(NameKind::Server, computer);
        }
        let weak = kind == NameKind::Object;
        let digits = !text.chars().any(char::is_alphabetic);
        if text.chars().count() < 2 || digits || self.names.len() >= MOST {
            return;
        }
        if kind == NameKind::Subject {
            if words::is_common(text, true) && !text.contains(' ') {
                return;
            }
            // A message saved as a file is named after its subject.
            let saved = text.replace([':', '?', '"', '*'], "");
            self.names.entry(saved).or_insert(kind);
        }
        // `com`, `example`.
        if patterns::is_plain_top(text) {
            return;
        }
        // A field that holds a domain holds one, even if it consists of ordinary words: `mail.store`.
        let is_domain = matches!(kind, NameKind::Domain | NameKind::Server) && patterns::is_dotted(text);
        if kind != NameKind::Subject && ((!is_domain && words::is_common(text, weak)) || text.contains("...")) {
            return;
        }
        // `Default Frontend EX1`: what is left without the server says nothing; the server is a name of its own.
        let known = self.names.entry(text.to_owned()).or_insert(kind);
        *known = (*known).min(kind);
    }

    fn add_labels(&mut self, host: &str, with_first: bool) {
        let lower = host.to_lowercase();
        if patterns::is_microsoft(&lower) || patterns::tenant_suffix(&lower).is_some() {
            return;
        }
        let labels: Vec<&str> = host.split('.').collect();
        if let Some(base) = labels.len().checked_sub(2).and_then(|at| labels.get(at)).filter(|base| base.len() > 3) {
            self.bases.insert((*base).to_owned());
            self.add(NameKind::Domain, base);
        }
        if let (true, [first, _, _, ..]) = (with_first && labels.len() > 2, labels.as_slice())
            && !words::is_common(first, true)
            && first.len() > 2
        {
            self.add(NameKind::Server, first);
        }
    }

    /// `EX1\Relay`, `database x`, `the store {...} of EX1`.
    fn add_affected(&mut self, text: &str) {
        if text.contains(['@', '=']) || text.matches(':').count() > 1 || patterns::is_host(text) {
            return;
        }
        for part in text.split(['\\', ';', ':', '{', '}']) {
            let part = part.trim().trim_start_matches("database ").trim_start_matches("of ");
            if !part.contains("...") {
                self.add(NameKind::Object, part);
            }
        }
    }

    /// What commands quote.
    fn add_quoted(&mut self, command: &str) {
        for quoted in command.split('"').skip(1).step_by(2) {
            if !quoted.contains(['$', '(', '*', '=', '<', '\n', '@', '/', ':']) && !patterns::is_host(quoted) {
                quoted.split('\\').for_each(|part| self.add(NameKind::Object, part));
            }
        }
    }

    /// Words of paths that are in no name. Those in small letters are words of a language as well.
    fn add_words_of(&mut self, paths: &BTreeSet<String>) {
        let names: Vec<String> = self.names.keys().map(|name| fold(name)).collect();
        for path in paths {
            let folded = fold(path);
            let inside: Vec<Range<usize>> = names
                .iter()
                .flat_map(|name| folded.match_indices(name.as_str()).map(|(at, own)| at..at + own.len()))
                .filter(|range| patterns::is_whole(path, range))
                .collect();
            for place in unknown_words(path, Mode::Path, &[]) {
                let covered =
                    inside.iter().any(|range| range.start <= place.range.start && place.range.end <= range.end);
                if !covered && place.original.chars().any(|c| c.is_uppercase() || c.is_ascii_digit()) {
                    self.add(NameKind::Object, &place.original);
                }
            }
        }
    }

    fn finish(self, tokens: &Tokens) -> Vec<Known> {
        let strong: BTreeSet<String> = self.names.keys().map(|name| fold(name)).gather();
        let left = |text: &str| {
            // Without the names in it: `Mailbox Store (EX1)`, `Default EX1`.
            let words: Vec<&str> =
                text.split([' ', '(', ')', ',', '/', '_']).filter(|word| !strong.contains(&fold(word))).collect();
            words.join(" ")
        };
        let mut names: Vec<Known> = self
            .names
            .iter()
            .filter(|(text, kind)| {
                **kind == NameKind::Subject
                    || **kind == NameKind::File
                    || text.split([' ', '(', ')', ',', '/', '_']).count() < 2
                    || !words::is_common(&left(text), **kind == NameKind::Object)
            })
            .map(|(text, kind)| Known { text: text.clone(), kind: *kind, exact: is_short(text) })
            .collect();
        names.retain(|name| !tokens.public.contains(&name.text.to_lowercase()));
        names
    }
}

/// Words of quoted lines and paths that neither Exchange nor Windows has. In lines only those with a capital or a digit:
/// the rest are words of some language.
fn unknown_words(text: &str, mode: Mode, taken: &[Place]) -> Vec<Place> {
    let mut found = Vec::new();
    let mut start = None;
    for (i, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let inside = c.is_alphanumeric();
        if let (Some(from), false) = (start, inside) {
            start = None;
            let free = !taken.iter().any(|place| place.range.start < i && from < place.range.end);
            let Some(word) = text.get(from..i).filter(|_| free) else { continue };
            if is_unknown(word, mode) && !is_label(text, from, i, mode) {
                let kind = if mode == Mode::Path { NameKind::File } else { NameKind::Word };
                found.push(Place { range: from..i, original: word.to_owned(), form: Form::Name(kind) });
            }
        } else if start.is_none() && inside {
            start = Some(i);
        }
    }
    found
}

fn is_unknown(word: &str, mode: Mode) -> bool {
    let plain = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let letters = plain.chars().any(char::is_alphabetic);
    let loud = mode == Mode::Path || word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit());
    let number = word.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, 'x' | 'T' | 'Z'))
        && word.chars().filter(char::is_ascii_digit).count() * 2 >= word.len();
    letters
        && loud
        && !number
        && word.chars().count() > 1
        && !words::of_lines(word)
        && !(mode == Mode::Path && words::of_lines(plain) && plain.len() > 2)
}

/// Names of properties, elements and columns: `RemoteIPRanges :`, `"Identity":`, `<Name>`, `N="`.
fn is_label(text: &str, start: usize, end: usize, mode: Mode) -> bool {
    if mode == Mode::Path {
        return false;
    }
    let before = text.get(..start).unwrap_or("");
    let behind = text.get(end..).unwrap_or("");
    let line = before.rsplit('\n').next().unwrap_or("");
    let first = line.trim_matches([' ', '"', '|', '{', '\t']).is_empty()
        || line.ends_with(", \"")
        || line.ends_with(",\"")
        || line.ends_with("{\"");
    let colon =
        behind.trim_start_matches(['"', ' ', '\t']).starts_with(':') && (behind.starts_with([':', '"', ' ', '\t']));
    // Flags and rights of an entry in SDDL: `(A;CI;CCDCLC;;;SY)`.
    let entry = behind.starts_with(';') && before.ends_with(['(', ';']);
    let sddl = entry && text.get(start..end).is_some_and(|word| word.bytes().all(|b| b.is_ascii_uppercase()));
    sddl || (first && colon)
        || before.ends_with('<')
        || before.ends_with("</")
        || (behind.starts_with('=') && behind.get(1..2).is_some_and(|c| c == "\"" || c == "'"))
}

/// Names of a few letters are words in another case: `IT`.
fn is_short(text: &str) -> bool {
    text.chars().count() <= 3 && text.chars().all(char::is_alphabetic)
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The domain of a link.
fn host_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', ':', '?', '#']).next()?.to_lowercase();
    Some(host.strip_prefix("www.").unwrap_or(&host).to_owned())
}

/// Small letters, with every offset as it was.
pub fn fold(text: &str) -> String {
    text.chars()
        .map(|c| {
            let mut lower = c.to_lowercase();
            match (lower.next(), lower.next()) {
                (Some(one), None) if one.len_utf8() == c.len_utf8() => one,
                _ => c,
            }
        })
        .collect()
}
