//! The diagnostic context of a MAPI exception, as traces, events, `LastError` and reports print it.
//!
//! `MapiExceptionLogonFailed: Unable to make connection to the server. (hr=0x80040111, ec=1010)` and then the steps of
//! the call, each with the number of a place in the source of the store: `Lid: 8600 dwParam: 0x6BA Msg: EEInfo: ...`, or
//! `16.55847:C6000000`. What the places mean is not published, so only what a step says of itself is read.
//!
//! Traps: steps follow each other without a line break or a separator; a first binding that fails leaves the extended
//! error of RPC (`EEInfo`) in the context although a later one reached the store, whose last code is what counts; `ec` is
//! decimal and may be a negative HRESULT.

use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// The store refused the logon: the caller lacks a right (`ecLoginPerm`).
pub const LOGIN_PERM: u32 = 0x3F2;
/// `RPC_S_SERVER_UNAVAILABLE`.
pub const RPC_SERVER_UNAVAILABLE: u32 = 1722;
/// `RPC_S_SERVER_TOO_BUSY`.
pub const RPC_SERVER_TOO_BUSY: u32 = 1723;

/// An exception with its context.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosticContext {
    /// Name of the exception: `MapiExceptionLogonFailed`.
    pub exception: Option<String>,
    /// What it says.
    pub message: Option<String>,
    /// Its HRESULT.
    pub hr: Option<u32>,
    /// The code of the store.
    pub ec: Option<u32>,
    /// The steps, in order.
    pub steps: Vec<Step>,
    /// Whether steps are missing: the text ends within one, or there were more than are kept.
    pub cut: bool,
}

/// A step of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The place in the source of the store.
    pub lid: u32,
    /// In the short form, the number in front of the place.
    pub form: Option<u32>,
    /// `dwParam`.
    pub parameter: Option<u32>,
    /// `StoreEc`, the answer of the store.
    pub store_ec: Option<u32>,
    /// What RPC says about itself (`EEInfo`): a name and a value.
    pub rpc: Option<(String, String)>,
    /// Values in brackets: `[ec=0x3F2]`.
    pub values: Vec<(String, String)>,
    /// What else the step says; in the short form its bytes.
    pub text: String,
}

/// Why a call failed, as far as the codes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cause {
    /// The store was reached and refused the logon for lack of a right.
    LogonRefused,
    /// The server of the store could not be reached.
    ServerUnreachable,
    /// The server of the store takes no further calls.
    ServerTooBusy,
    /// The mailbox is being moved.
    MailboxInTransit,
    /// The database is not mounted.
    DatabaseOffline,
    /// The mailbox is full.
    QuotaExceeded,
    /// The mailbox is disabled.
    MailboxDisabled,
}

/// Codes of the store whose meaning is known, with the exception that says the same when no code stands beside it.
const CODES: &[(u32, &str, Cause)] = &[
    // A failed logon has other codes, too, so the name alone says nothing.
    (LOGIN_PERM, "", Cause::LogonRefused),
    (1142, "MapiExceptionMdbOffline", Cause::DatabaseOffline),
    (1245, "MapiExceptionShutoffQuotaExceeded", Cause::QuotaExceeded),
    (1292, "MapiExceptionMailboxInTransit", Cause::MailboxInTransit),
    (2412, "MapiExceptionMailboxDisabled", Cause::MailboxDisabled),
    (2419, "MapiExceptionRpcServerTooBusy", Cause::ServerTooBusy),
];

/// Longest text that is looked at, in bytes.
const TEXT: usize = 256 * 1024;
/// Most steps that are kept.
const STEPS: usize = 1000;

/// The text up to the codes must be near to the name: a name without codes must not take those of another.
static EXCEPTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?s)\b(MapiException\w*)\b(.{0,2000}?)\(hr=(0x[0-9A-Fa-f]+|-?\d+),\s*ec=(0x[0-9A-Fa-f]+|-?\d+)\)").ok()
});
static NAME: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bMapiException[A-Z]\w*").ok());
static LID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\bLid:\s*(\d{1,9})\b").ok());
static SHORT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:^|[\s;,])(\d{1,3})\.(\d{4,6}):([0-9A-Fa-f]*)").ok());
static BRACKETS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\[(\w+)[=:]\s*([^\]]*)\]").ok());
/// A stack, or the paragraph after the context.
static END: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\n\s*at \S|\s{2,}at \S+\(|\n\s*\n").ok());

impl DiagnosticContext {
    /// Reads the first exception in a text; nothing when there is neither an exception nor a context.
    pub fn read(text: &str) -> Option<DiagnosticContext> {
        let text = head(text, TEXT);
        let mut context = DiagnosticContext::default();
        let found = EXCEPTION.as_ref().and_then(|regex| regex.captures(text));
        if let Some(found) = &found {
            let part = |index| found.get(index).map_or("", |part| part.as_str());
            context.hr = code(part(3));
            context.ec = code(part(4));
            // The name is printed as the type and again in front of the message: the last one counts, which is that of
            // the message when an inner exception was wrapped.
            let mut name = part(1);
            let mut message = part(2);
            if let Some(inner) = names(part(2)).last() {
                name = inner.as_str();
                message = message.get(inner.end()..).unwrap_or("");
            }
            context.exception = Some(name.to_owned());
            let message = squeeze(message.trim_start_matches([':', ';', ' ', '\r', '\n']));
            context.message = Some(message).filter(|message| !message.is_empty());
        } else if let Some(name) = names(text).next() {
            context.exception = Some(name.as_str().to_owned());
        }
        // Steps before the exception belong to another one.
        let from = found.as_ref().and_then(|found| found.get(0)).map_or(0, |whole| whole.end());
        context.read_steps(text.get(from..).unwrap_or(""));
        let known = context.exception.is_some() || !context.steps.is_empty();
        known.then_some(context)
    }

    fn read_steps(&mut self, text: &str) {
        // Another exception brings its own steps.
        let end = EXCEPTION.as_ref().and_then(|regex| regex.find(text)).map_or(text.len(), |next| next.start());
        let text = text.get(..end).unwrap_or(text);
        let lids: Vec<regex::Captures<'_>> = LID.iter().flat_map(|regex| regex.captures_iter(text)).collect();
        for (index, found) in lids.iter().enumerate() {
            let (Some(whole), Some(lid)) = (found.get(0), found.get(1)) else { continue };
            let end = lids.get(index + 1).and_then(|next| next.get(0)).map_or(text.len(), |next| next.start());
            let rest = text.get(whole.end()..end).unwrap_or("");
            let stop = END.as_ref().and_then(|regex| regex.find(rest)).map_or(rest.len(), |stop| stop.start());
            let Ok(lid) = lid.as_str().parse() else { continue };
            if self.steps.len() >= STEPS {
                self.cut = true;
                return;
            }
            self.steps.push(Step::read(lid, rest.get(..stop).unwrap_or(rest)));
        }
        if let Some(last) = self.steps.last() {
            self.cut = last.text.ends_with(':');
            return;
        }
        let short: Vec<Step> = SHORT.iter().flat_map(|regex| regex.captures_iter(text)).filter_map(short).collect();
        // One alone may be anything with a dot and a colon.
        if short.len() > 1 || (self.exception.is_some() && !short.is_empty()) {
            self.cut = short.len() > STEPS;
            self.steps = short;
            self.steps.truncate(STEPS);
        }
    }

    /// The last answer of the store, from a step that names one.
    pub fn last_store_code(&self) -> Option<u32> {
        self.steps.iter().rev().find_map(|step| {
            let returned = step.values.iter().find(|(name, _)| name == "ec").and_then(|(_, value)| code(value));
            step.store_ec.or(returned).filter(|&ec| ec != 0)
        })
    }

    /// What RPC says failed: the status of its extended error.
    pub fn rpc_status(&self) -> Option<u32> {
        self.steps.iter().find_map(|step| {
            let (name, value) = step.rpc.as_ref()?;
            (name == "Status").then(|| code(value)).flatten()
        })
    }

    /// The texts that RPC gives with its extended error, in order; the first is the server that was called.
    pub fn rpc_parameters(&self) -> Vec<&str> {
        let texts = self.steps.iter().filter_map(|step| {
            let (name, value) = step.rpc.as_ref()?;
            name.starts_with("prm[").then(|| value.strip_prefix("Unicode string:").unwrap_or(value).trim())
        });
        texts.collect()
    }

    /// Why the call failed. A context of a failed binding and a later answer of the store is decided by the answer.
    pub fn cause(&self) -> Option<Cause> {
        let known = |ec: u32| CODES.iter().find(|(code, ..)| *code == ec).map(|(.., cause)| *cause);
        let named = |name: &str| CODES.iter().find(|(_, known, _)| *known == name).map(|(.., cause)| *cause);
        let own = match self.ec {
            Some(ec) => known(ec),
            None => self.exception.as_deref().and_then(named),
        };
        if own.is_some() {
            return own;
        }
        if let Some(ec) = self.last_store_code() {
            return known(ec);
        }
        match self.rpc_status() {
            Some(RPC_SERVER_UNAVAILABLE) => Some(Cause::ServerUnreachable),
            Some(RPC_SERVER_TOO_BUSY) => Some(Cause::ServerTooBusy),
            _ => None,
        }
    }
}

impl Step {
    fn read(lid: u32, text: &str) -> Step {
        let mut step = Step { lid, ..Step::default() };
        let text = squeeze(text);
        let mut rest = text.trim_matches([';', ',', ' ']).to_owned();
        step.parameter = take(&mut rest, "dwParam:");
        step.store_ec = take(&mut rest, "StoreEc:");
        if let Some(info) = rest.split_once("EEInfo:").map(|(_, info)| info.trim().to_owned()) {
            step.rpc = info.split_once(": ").map(|(name, value)| (name.to_owned(), value.trim().to_owned()));
            if step.rpc.is_some() {
                return step;
            }
        }
        for found in BRACKETS.iter().flat_map(|regex| regex.captures_iter(&rest)) {
            let part = |index| found.get(index).map_or("", |part| part.as_str()).trim().to_owned();
            step.values.push((part(1), part(2)));
        }
        let plain = BRACKETS.as_ref().map_or(rest.as_str().into(), |regex| regex.replace_all(&rest, ""));
        let plain = plain.trim();
        step.text = plain.strip_prefix("Msg:").unwrap_or(plain).trim().to_owned();
        step
    }
}

fn short(found: regex::Captures<'_>) -> Option<Step> {
    let part = |index| found.get(index).map(|part| part.as_str());
    Some(Step {
        lid: part(2)?.parse().ok()?,
        form: part(1)?.parse().ok(),
        text: part(3)?.to_owned(),
        ..Step::default()
    })
}

/// Whether a text names an exception of MAPI.
pub fn names_exception(text: &str) -> bool {
    text.contains("MapiException") && names(text).next().is_some()
}

/// The names of exceptions. `MapiExceptionHelper` stands in every stack and is none.
fn names(text: &str) -> impl Iterator<Item = regex::Match<'_>> {
    NAME.iter().flat_map(|regex| regex.find_iter(text)).filter(|name| name.as_str() != "MapiExceptionHelper")
}

/// Takes `name 0x3F2` out of a text.
fn take(text: &mut String, name: &str) -> Option<u32> {
    let (before, after) = text.split_once(name)?;
    let after = after.trim_start();
    let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(after.len());
    let (value, rest) = after.split_at_checked(end)?;
    let value = code(value)?;
    *text = format!("{} {}", before.trim(), rest.trim()).trim().to_owned();
    Some(value)
}

/// A code in hexadecimal or decimal, where negative ones are HRESULTs.
fn code(text: &str) -> Option<u32> {
    let text = text.trim();
    match text.strip_prefix("0x").or(text.strip_prefix("0X")) {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse::<u32>().ok().or_else(|| text.parse::<i32>().ok().map(i32::cast_unsigned)),
    }
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The shape of an exception in a trace of Exchange 2007.
    const TRACE: &str = "Exception occurred during message Submit : Microsoft.Mapi.MapiExceptionLogonFailed: \
        MapiExceptionLogonFailed: Unable to make connection to the server. (hr=0x80040111, ec=1010)Diagnostic context: \
        ...... Lid: 8600 dwParam: 0x6BA Msg: EEInfo: ProcessID: 4956 Lid: 12696 dwParam: 0x6BA Msg: EEInfo: Generation \
        Time: 2007-02-08 10:32:23:406 Lid: 14744 dwParam: 0x6BA Msg: EEInfo: Status: 1722 Lid: 8856 dwParam: 0x6BA Msg: \
        EEInfo: prm[0]: Unicode string: server.contoso.com Lid: 8856 dwParam: 0x6BA Msg: EEInfo: prm[1]: Unicode string: \
        MAIL2 Lid: 23065 EcDoConnectEx called [length=188] Lid: 17913 EcDoConnectEx returned \
        [ec=0x3F2][length=56][latency=0] Lid: 19778 Lid: 27970 StoreEc: 0x3F2 Lid: 17730 Lid: 25922 StoreEc: 0x3F2\r\n\
        \r\n   at Microsoft.Mapi.MapiExceptionHelper.ThrowIfError(String message, Int32 hresult)";

    #[test]
    fn the_last_answer_of_the_store_decides() {
        let context = DiagnosticContext::read(TRACE).unwrap();
        assert_eq!(context.exception.as_deref(), Some("MapiExceptionLogonFailed"));
        assert_eq!(context.message.as_deref(), Some("Unable to make connection to the server."));
        assert_eq!((context.hr, context.ec), (Some(0x8004_0111), Some(1010)));
        let lids: Vec<u32> = context.steps.iter().map(|step| step.lid).collect();
        assert_eq!(lids, [8600, 12696, 14744, 8856, 8856, 23065, 17913, 19778, 27970, 17730, 25922]);
        assert_eq!(context.steps[0].parameter, Some(0x6BA));
        let time = ("Generation Time".to_owned(), "2007-02-08 10:32:23:406".to_owned());
        assert_eq!(context.steps[1].rpc, Some(time));
        assert_eq!(context.rpc_status(), Some(RPC_SERVER_UNAVAILABLE));
        assert_eq!(context.rpc_parameters(), ["server.contoso.com", "MAIL2"]);
        assert_eq!(context.steps[5].text, "EcDoConnectEx called");
        assert_eq!(context.steps[6].values[0], ("ec".to_owned(), "0x3F2".to_owned()));
        assert_eq!(context.steps[7], Step { lid: 19778, ..Step::default() });
        assert_eq!(context.steps[10], Step { lid: 25922, store_ec: Some(LOGIN_PERM), ..Step::default() });
        assert_eq!(context.last_store_code(), Some(LOGIN_PERM));
        assert_eq!(context.cause(), Some(Cause::LogonRefused));
    }

    #[test]
    fn a_server_that_never_answered_is_not_a_refusal() {
        let text = "MapiExceptionNetworkError: Unable to make connection to the server. (hr=0x80040115, ec=-2147221227)\n\
            Diagnostic context:\n    Lid: 14744 dwParam: 0x6BA Msg: EEInfo: Status: 1722\n    Lid: 23065 EcDoConnectEx \
            called [length=188]\n    Lid: 17913 EcDoConnectEx returned [ec=0x80040115][length=56][latency=0]";
        let context = DiagnosticContext::read(text).unwrap();
        assert_eq!(context.ec, Some(0x8004_0115));
        // The last answer is known, but not what it means.
        assert_eq!((context.last_store_code(), context.cause()), (Some(0x8004_0115), None));
        let without = text.replace("[ec=0x80040115]", "");
        assert_eq!(DiagnosticContext::read(&without).unwrap().cause(), Some(Cause::ServerUnreachable));
        let busy = without.replace("1722", "1723");
        assert_eq!(DiagnosticContext::read(&busy).unwrap().cause(), Some(Cause::ServerTooBusy));
    }

    #[test]
    fn the_short_form_of_later_versions_is_read() {
        let text = "432 4.2.0 STOREDRV.Deliver.Exception:StorageTransientException.MapiExceptionLogonFailed; Failed to \
            process message due to a transient exception with message Cannot open mailbox. 16.55847:C6000000, \
            17.43559:0000000094000000, 255.23226:00000000, [Stage: CreateSession]";
        let context = DiagnosticContext::read(text).unwrap();
        assert_eq!(context.exception.as_deref(), Some("MapiExceptionLogonFailed"));
        let steps: Vec<_> = context.steps.iter().map(|step| (step.form, step.lid, step.text.as_str())).collect();
        assert_eq!(
            steps,
            [(Some(16), 55847, "C6000000"), (Some(17), 43559, "0000000094000000"), (Some(255), 23226, "00000000")]
        );
        assert_eq!(context.cause(), None);
    }

    #[test]
    fn known_codes_and_nothing_else_have_a_cause() {
        for (ec, cause) in [
            (1142, Some(Cause::DatabaseOffline)),
            (1245, Some(Cause::QuotaExceeded)),
            (1292, Some(Cause::MailboxInTransit)),
            (2412, Some(Cause::MailboxDisabled)),
            (2419, Some(Cause::ServerTooBusy)),
            (1143, None),
        ] {
            let text = format!("MapiExceptionX: y. (hr=0x80004005, ec={ec})");
            assert_eq!(DiagnosticContext::read(&text).unwrap().cause(), cause, "{ec}");
        }
        let named =
            "554 4.3.2 STOREDRV.Deliver.Exception:StoragePermanentException.MapiExceptionMailboxDisabled; Failed";
        assert_eq!(DiagnosticContext::read(named).unwrap().cause(), Some(Cause::MailboxDisabled));
        let codes_win = "MapiExceptionMdbOffline: y. (hr=0x80004005, ec=1143)";
        assert_eq!(DiagnosticContext::read(codes_win).unwrap().cause(), None);
    }

    #[test]
    fn of_two_exceptions_the_first_is_read_with_its_own_steps() {
        let text = "MapiExceptionMdbOffline: a (hr=0x80004005, ec=1142) Lid: 1000 StoreEc: 0x476 MapiExceptionLogonFailed: b \
            (hr=0x80040111, ec=1010) Lid: 2000 StoreEc: 0x3F2";
        let context = DiagnosticContext::read(text).unwrap();
        assert_eq!(context.exception.as_deref(), Some("MapiExceptionMdbOffline"));
        assert_eq!(context.steps.iter().map(|step| step.lid).collect::<Vec<_>>(), [1000]);
    }

    #[test]
    fn text_without_a_context_is_nothing() {
        for text in [
            "",
            "Lid: x",
            "at Microsoft.Mapi.MapiExceptionHelper.ThrowIfError(String message)",
            "at 10.1234:AB",
            "451 4.4.0 DNS query failed",
            "(hr=0x80040111, ec=1010)",
        ] {
            assert_eq!(DiagnosticContext::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_context_that_ends_within_a_step_says_so() {
        let cut = |text: &str| DiagnosticContext::read(text).unwrap().cut;
        assert!(cut("MapiExceptionX: y (hr=0x1, ec=1) Lid: 8600 dwParam: 0x6BA Lid: 8856 dwParam:"));
        assert!(!cut("MapiExceptionX: y (hr=0x1, ec=1) Lid: 8600 dwParam: 0x6BA Lid: 8856"));
    }

    #[test]
    fn hostile_text_takes_no_time() {
        let steps = DiagnosticContext::read(&"Lid: 1 ".repeat(100_000)).unwrap();
        assert_eq!((steps.steps.len(), steps.cut), (STEPS, true));
        let names = DiagnosticContext::read(&"MapiExceptionA: ".repeat(100_000)).unwrap();
        assert_eq!(names.exception.as_deref(), Some("MapiExceptionA"));
        DiagnosticContext::read(&("é".repeat(TEXT) + "(hr=0x1, ec=1)"));
    }
}
