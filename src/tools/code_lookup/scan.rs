//! The codes in a line of evidence.
//!
//! A number is a code only where the words around it say so: each pattern here is such a surrounding, and the first that
//! takes a place keeps it. A pattern finds text; whether it is a code decides the table of its family.
//!
//! Traps: versions (`15.1.2507.6`, `.NET 4.7.2`) look like enhanced status codes, years like reply codes, masks like
//! HRESULTs. `Status:` stands in front of RPC errors, enhanced codes and words. Looking behind a match is not something
//! that linear patterns do, so what follows is checked by hand.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::candidates::{self, Context};
use super::{Candidate, Reading, reading};
use crate::base::order::Order as _;
use crate::knowledge::codes::{self, Family};
use crate::model::queue::DeliveryType;

/// Longest text that is looked at, in bytes.
const TEXT: usize = 64 * 1024;
/// Most codes that are marked.
const NOTES: usize = 200;

/// A code in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeNote {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// Whose code it is.
    pub family: Family,
    /// Symbol, word or name.
    pub symbol: String,
    /// Symbol and what it means, in one sentence.
    pub text: String,
}

/// A code, where it stands and how it was read.
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) reading: Reading,
}

/// What a pattern finds.
#[derive(Clone, Copy)]
enum Kind {
    /// A number, read in a context.
    Number(Context),
    /// A number after words for errors: negative, hexadecimal, or of a range that only errors have.
    AfterError,
    /// A hexadecimal number that stands alone.
    Hex,
    /// Data bytes of an event.
    Bytes,
    /// A reply code, and an enhanced code where one follows.
    Reply,
    /// An enhanced code.
    Enhanced,
    /// The delivery type of a queue.
    DeliveryType,
    /// A number of a family.
    Of(Family),
    /// A symbol in the spelling of its table, an exception of the store.
    Symbol,
    /// A word of a log, where the line speaks of failures.
    Word,
    /// A word that means nothing else.
    RareWord,
}

/// Surroundings, the first that takes a place keeps it. The code is the group `c`.
const PATTERNS: &[(Kind, &str)] = &[
    (Kind::Number(Context::Store), r"(?i)\b(?:ec\s*=\s*|StoreEc:\s*)(?P<c>0x[0-9a-f]{1,8}|-?\d{1,10})"),
    (Kind::Number(Context::Hresult), r"(?i)\b(?:hr|hresult)\s*[=:]\s*(?P<c>0x[0-9a-f]{1,8}|-\d{1,10}|\d{10})"),
    (Kind::Number(Context::Winsock), r"(?i)\bwinsock error(?: code)?\s*[:=]?\s*(?P<c>\d{4,5})"),
    (
        Kind::Number(Context::Windows),
        r"(?i)\b(?:win32|windows(?: (?:2000|nt))?(?:/mta)?|system) error(?: code)?(?: is)?\s*[:=]?\s*(?P<c>\d{1,5}|0x[0-9a-f]{1,8})",
    ),
    (Kind::Number(Context::Rpc), r"(?i)\bEEInfo:\s*Status:\s*(?P<c>\d{1,5}|0x[0-9a-f]{1,8})"),
    (Kind::Of(Family::Rpc), r"(?i)\b(?:Status|dwParam):\s*(?P<c>1[7-9]\d\d|0x(?:6[a-f]|7[0-9a-c])[0-9a-f])"),
    (Kind::Of(Family::X400Reason), r"(?i)\breason[ -]code(?: is)?\s*[:=]?\s*(?P<c>\d)"),
    (Kind::Of(Family::X400Diagnostic), r"(?i)\bdiagnostic[ -]code(?: is)?\s*[:=]?\s*(?P<c>\d{1,2})"),
    (Kind::Of(Family::Socket), r"\b(?:[A-Z][A-Za-z]+):(?P<c>1[01]\d{3})\)"),
    (
        Kind::AfterError,
        r"(?i)(?:\b|_)(?:error|err|code|fehler|fehlercode|errorcode|erreur|jet|ese|returned|failed with)(?: ?code| ?number)?(?: is| was)?[\s:=(#]{0,4}(?P<c>-\d{3,10}|0x[0-9a-f]{1,8}|\d{4,5})",
    ),
    // An insertion string that is nothing but a negative number.
    (Kind::AfterError, r"(?m)^String \d{1,2}: (?P<c>-\d{3,10})$"),
    (Kind::Bytes, r"(?im)(?:\b0000:|^\s*Data:)\s*(?P<c>[0-9a-f]{2}(?: [0-9a-f]{2}){3})"),
    (Kind::Hex, r"(?i)\b(?P<c>0x[0-9a-f]{8})"),
    (Kind::Reply, r#"(?m)(?:^|[\s"'“”‘(\[{<>;:,=#|/])(?P<c>[45]\d\d[ -][45]\.\d{1,3}\.\d{1,3})"#),
    (
        Kind::Reply,
        r#"(?im)(?:^["'“]?|["'“‘;]|LED=|-> |smtp[;:] ?|responded with:? ?["“]?|returned ["'‘])#?(?P<c>[45]\d\d)[ -]#?[a-z]"#,
    ),
    (
        Kind::Enhanced,
        r"(?i)(?:#|\b(?:status|status code|dsn|ndr|dsn code|smtp|error|error code|code|returned|with)\b[\s:;=#(]{0,4})(?P<c>[45]\.\d{1,3}\.\d{1,3})",
    ),
    (Kind::DeliveryType, r#"(?i)\bDeliveryType["']?\s*[:=>]\s*["']?(?P<c>[a-z]{8,40})"#),
    (
        Kind::Symbol,
        r"\b(?P<c>(?:JET_(?:err|wrn)|MAPI_[EW]_|SEC_[EI]_|ERROR_|STATUS_|RPC_[SXE]_|EPT_S_|WSA[A-Z]|DNS_ERROR_|DNS_INFO_|LDAP_|CERT_E_|CRYPT_E_|TRUST_E_|E_[A-Z]|CO_E_|REGDB_E_|DSC_E_|ec[A-Z]|MapiException)\w{2,60})",
    ),
    (
        Kind::RareWord,
        r"\b(?P<c>Info(?:NoRecords|DomainNonexistent|MxLoopback|Truncated)|Error(?:Retry|Timeout|ExcessiveData|InvalidData|NoDns|SubQueryTimeout|Disconnected)|NoCredentials|UnknownCredentials|LogonDenied|IllegalMessage|AlgorithmMismatch|UntrustedRoot|UnexpectedExchangeAuthBlob|CertificateExpired|CertExpired|CertUnknown|WrongPrincipal|TargetUnknown|TimeSkew|NoAuthenticatingAuthority|SecurityQosFailed|RevocationOffline|SubjectMismatch|SocketError|ConnectionRefused|ConnectionReset|ConnectionAborted|HostNotFound|HostUnreachable|NetworkUnreachable|AddressAlreadyInUse)\b",
    ),
    (
        Kind::Word,
        r"(?i)\b(?:failed with(?: error)?|(?:failed|rejected) because(?: of)?|failure|socket error|error|reason|status|returned|reported)[\s:=(']{1,3}(?P<c>[a-z]{6,45})\b",
    ),
];

static COMPILED: LazyLock<Vec<(Kind, Regex)>> =
    LazyLock::new(|| PATTERNS.iter().filter_map(|(kind, pattern)| Some((*kind, Regex::new(pattern).ok()?))).collect());

/// The codes in a line of evidence, in order, with what they mean. Numbers that are no codes are left alone, and so
/// are codes that are not known.
pub fn codes_in(text: &str) -> Vec<CodeNote> {
    found(text).into_iter().filter_map(|found| note(&found)).collect()
}

fn note(found: &Found) -> Option<CodeNote> {
    let first = found.reading.candidates.first()?;
    let what = first.meaning.as_deref().map_or_else(|| first.family.title().to_owned(), sentence);
    Some(CodeNote {
        range: found.range.clone(),
        family: first.family,
        symbol: first.symbol.clone(),
        text: format!("{}: {what}", first.symbol),
    })
}

/// The first sentence of a text.
fn sentence(text: &str) -> String {
    text.split_once(". ").map_or_else(|| text.to_owned(), |(first, _)| format!("{first}."))
}

/// The known codes in a text, in order.
pub(super) fn found(text: &str) -> Vec<Found> {
    let mut end = text.len().min(TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or("");
    let mut all: Vec<(usize, Found)> = Vec::new();
    for (order, (kind, regex)) in COMPILED.iter().enumerate() {
        // More than is kept, so that a place that another pattern has taken does not cost a code.
        let hits = regex.captures_iter(text).filter_map(|hit| code(text, *kind, &hit)).take(2 * NOTES);
        all.extend(hits.map(|found| (order, found)));
    }
    all.order_by_key(|(order, found)| (found.range.start, *order, found.range.end));
    let mut kept: Vec<Found> = Vec::new();
    let mut last: Option<(usize, usize)> = None;
    for (order, found) in all {
        match last {
            Some((end, _)) if found.range.start < end => {}
            _ => {
                last = Some((found.range.end, order));
                kept.push(found);
            }
        }
    }
    kept.truncate(NOTES);
    kept
}

fn code(text: &str, kind: Kind, hit: &Captures<'_>) -> Option<Found> {
    let place = hit.name("c")?;
    let digits = place.as_str();
    let after = text.get(place.end()..).unwrap_or("");
    let before = text.get(..place.start()).unwrap_or("");
    if !ends(after, kind) || before.ends_with('.') && digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let reading = match kind {
        Kind::Number(context) => number(digits, context)?,
        Kind::AfterError => after_error(digits)?,
        Kind::Hex => number(digits, Context::None).filter(|_| is_failure(digits))?,
        Kind::Bytes => bytes(digits)?,
        Kind::Reply => reply(digits)?,
        Kind::Enhanced => enhanced(digits)?,
        Kind::DeliveryType => {
            let kind = DeliveryType::parse(digits)?;
            named(digits, codes::by_symbol(kind.name()).filter(|code| code.family == Family::DeliveryType))
        }
        Kind::Of(family) => named(digits, codes::of(family, value(digits)?)),
        Kind::Symbol => symbol(digits)?,
        Kind::Word | Kind::RareWord => {
            let failures = [Family::AuthWord, Family::Socket, Family::DnsWord];
            let exact = codes::by_symbol(digits).filter(|code| code.symbol == digits);
            named(digits, exact.filter(|code| failures.contains(&code.family) && !is_general(code.symbol)))
        }
    };
    (!reading.candidates.is_empty()).then(|| Found { range: place.range(), reading })
}

/// Whether a code may end here: a longer number, a version or a word is none.
fn ends(after: &str, kind: Kind) -> bool {
    let mut next = after.chars();
    match next.next() {
        None => true,
        Some('.') => !next.next().is_some_and(|c| c.is_ascii_digit()),
        // `0x80040111L`, as a compiler prints it.
        Some('L') if matches!(kind, Kind::Hex | Kind::AfterError) => !next.next().is_some_and(char::is_alphanumeric),
        Some(c) => matches!(kind, Kind::Symbol) || !(c.is_alphanumeric() || c == '_' || c == '%'),
    }
}

/// Words that stand for other things, too, or for no failure.
fn is_general(word: &str) -> bool {
    let general = ["Success", "Pending", "DirectTrust", "AccessDenied", "InternalError", "Shutdown", "IsConnected"];
    general.contains(&word) || ["NotConnected", "NoData", "NoRecovery", "TryAgain"].contains(&word)
}

fn value(digits: &str) -> Option<u32> {
    if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        return u32::from_str_radix(hex, 16).ok();
    }
    if digits.starts_with('-') {
        return digits.parse::<i32>().ok().map(i32::cast_unsigned);
    }
    digits.parse().ok()
}

fn number(digits: &str, context: Context) -> Option<Reading> {
    let value = value(digits).filter(|value| *value != 0)?;
    let how = if digits.starts_with("0x") || digits.starts_with("0X") {
        "hexadecimal number"
    } else if digits.starts_with('-') {
        "signed decimal number"
    } else {
        "decimal number"
    };
    Some(reading::of_value(digits, how, value, context))
}

/// Whether a number has the form of a failure: the highest bit, and not only that one.
fn is_failure(digits: &str) -> bool {
    value(digits).is_some_and(|value| value > 0x8000_0000)
}

fn after_error(digits: &str) -> Option<Reading> {
    let value = value(digits)?;
    let plain =
        digits.starts_with(|c: char| c.is_ascii_digit()) && !digits.starts_with("0x") && !digits.starts_with("0X");
    // A plain number behind "error" may be anything; these ranges belong to one family.
    if plain && !(10000..12000).contains(&value) && !(1700..1900).contains(&value) {
        return None;
    }
    let context = if plain { Context::Windows } else { Context::Error };
    number(digits, context)
}

fn bytes(digits: &str) -> Option<Reading> {
    let mut value = 0u32;
    for byte in digits.split(' ').rev() {
        value = value << 8 | u32::from_str_radix(byte, 16).ok()?;
    }
    (value > 0x8000_0000).then(|| reading::of_value(digits, "data bytes, lowest first", value, Context::None))
}

fn reply(digits: &str) -> Option<Reading> {
    let (code, status) = digits.split_once([' ', '-']).unwrap_or((digits, ""));
    let code = codes::of(Family::SmtpReply, code.parse().ok()?)
        .map(|found| candidates::candidate(found, "the reply code in front".to_owned()));
    let enhanced = codes::enhanced(status).map(|found| candidates::of_enhanced(status, &found));
    let candidates: Vec<Candidate> = enhanced.into_iter().chain(code).collect();
    Some(reading::reading(digits, "SMTP reply", None, candidates))
}

fn enhanced(digits: &str) -> Option<Reading> {
    let status = codes::enhanced(digits)?;
    Some(reading::reading(digits, "enhanced status code of SMTP", None, vec![candidates::of_enhanced(digits, &status)]))
}

fn named(digits: &str, codes: impl Iterator<Item = &'static codes::Code>) -> Reading {
    let candidates = codes.map(|code| candidates::candidate(code, "by the words around it".to_owned())).collect();
    reading::reading(
        digits,
        "code in its context",
        value(digits).map(|unsigned| super::Number { unsigned }),
        candidates,
    )
}

fn symbol(word: &str) -> Option<Reading> {
    let mut candidates = reading::of_word(word);
    if !word.starts_with("MapiException") {
        candidates.retain(|candidate| candidate.symbol == word);
    }
    (!candidates.is_empty()).then(|| reading::reading(word, "symbol or word", None, candidates))
}
