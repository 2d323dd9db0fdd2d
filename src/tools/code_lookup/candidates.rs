//! What a number can mean, in the order of likelihood.
//!
//! The order: what the words around the number say; then its range, as 0x8007xxxx for a Windows error within an HRESULT,
//! 0x8004xxxx for MAPI, 0x8009xxxx for authentication, 0xFFFFFxxx for JET; then the order of [`Family`].

use super::{Candidate, Number};
use crate::base::order::Order as _;
use crate::knowledge::codes::{self, Code, Enhanced, Family};

/// What the words around a number say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Context {
    /// Nothing.
    None,
    /// `ec=`, `StoreEc:`.
    Store,
    /// `hr=`.
    Hresult,
    /// `Winsock error code:`.
    Winsock,
    /// `Win32 error code:`.
    Windows,
    /// `EEInfo: Status:`.
    Rpc,
    /// `Error code : -1017`.
    Error,
}

/// All that a number can mean.
pub(super) fn of_number(number: Number, context: Context) -> Vec<Candidate> {
    let value = number.unsigned;
    let mut found: Vec<(u32, Candidate)> =
        codes::by_value(value).map(|code| (rank(code, value, context), candidate(code, why(code, value)))).collect();
    found.extend(within_hresult(value));
    let signed = number.signed();
    if (100..=9999).contains(&signed) && matches!(context, Context::None | Context::Store | Context::Error) {
        let jet = codes::of(Family::Jet, (-signed).cast_unsigned());
        found.extend(jet.map(|code| {
            (family_rank(Family::Jet), candidate(code, "if the number has lost its minus sign".to_owned()))
        }));
    }
    if context == Context::Store && value <= 0xFFFF {
        let low = codes::of(Family::Mapi, 0x8004_0000 | value);
        found.extend(low.map(|code| (2, candidate(code, "if it is the low word of a MAPI code".to_owned()))));
    }
    // What the words around the number rule out; unless nothing else is left.
    if found.iter().any(|(_, candidate)| admits(context, candidate.family)) {
        found.retain(|(_, candidate)| admits(context, candidate.family));
    }
    found.order_by(|(a, x), (b, y)| (a, x.family, &x.symbol).cmp(&(b, y.family, &y.symbol)));
    let mut candidates: Vec<Candidate> = found.into_iter().map(|(_, candidate)| candidate).collect();
    candidates.dedup_by(|a, b| a.family == b.family && a.symbol == b.symbol);
    candidates
}

/// Whether a code of a family can stand in a context.
fn admits(context: Context, family: Family) -> bool {
    use Family::{Dns, Hresult, Jet, Mapi, Note, Ntstatus, Rpc, Socket, Sspi, Store, Win32, Winsock};
    match context {
        Context::None => true,
        Context::Store => matches!(family, Note | Store | Mapi | Jet | Hresult | Win32 | Rpc),
        Context::Hresult => {
            matches!(family, Note | Mapi | Sspi | Hresult | Win32 | Rpc | Winsock | Dns | Ntstatus | Jet)
        }
        Context::Winsock => matches!(family, Winsock | Socket),
        Context::Windows => matches!(family, Win32 | Winsock | Rpc | Dns | Hresult | Sspi | Mapi | Note),
        Context::Rpc => matches!(family, Rpc | Win32),
        Context::Error => !matches!(family, Socket) && family < Family::SmtpReply,
    }
}

/// The codes that an HRESULT carries in its low word.
fn within_hresult(value: u32) -> Vec<(u32, Candidate)> {
    let low = value & 0xFFFF;
    match value >> 16 {
        // With severity of NTSTATUS, as some components print it, too.
        0x8007 | 0xC007 => {
            // Other families have names of their own for some numbers of Windows; they would say the same twice.
            let own = |family| match family {
                Family::Rpc => (1700..2000).contains(&low),
                Family::Winsock => low >= 10000,
                Family::Dns => (9000..10000).contains(&low),
                _ => true,
            };
            let families = [Family::Win32, Family::Rpc, Family::Winsock, Family::Dns].into_iter().filter(|f| own(*f));
            let codes = families.flat_map(|family| codes::of(family, low));
            let why = format!("0x8007 stands for Windows, and the low word is {low}");
            codes.map(|code| (1, candidate(code, why.clone()))).collect()
        }
        0xC800 => codes::of(Family::Jet, low.wrapping_neg())
            .map(|code| (0, candidate(code, format!("its low word is the JET error -{low}; 0xC800 stands for ESE"))))
            .collect(),
        _ => Vec::new(),
    }
}

/// A code as an answer.
pub(super) fn candidate(code: &Code, why: String) -> Candidate {
    let own = |text: Option<&str>| text.map(str::to_owned);
    // A name alone would not say which code it is.
    let symbol = match code.value {
        Some(value) if !code.family.has_symbols() => format!("{value} {}", code.symbol),
        _ => code.symbol.to_owned(),
    };
    Candidate { family: code.family, symbol, meaning: own(code.meaning), action: own(code.action), why }
}

/// An enhanced status code as an answer.
pub(super) fn of_enhanced(text: &str, status: &Enhanced) -> Candidate {
    let name = status.name.map_or(String::new(), |name| format!(" {name}"));
    Candidate {
        family: Family::SmtpReply,
        symbol: format!("{text}{name}"),
        meaning: Some(status.meaning.to_owned()),
        action: status.action.map(str::to_owned),
        why: format!("enhanced status code; the first digit says: {}", status.outcome()),
    }
}

fn why(code: &Code, value: u32) -> String {
    match code.family {
        Family::Jet if value > 0x8000_0000 => "JET errors are negative numbers".to_owned(),
        Family::Mapi => "0x8004xxxx and some codes of Windows are MAPI's".to_owned(),
        Family::Sspi => "0x8009xxxx and 0x800Bxxxx are authentication and certificates".to_owned(),
        Family::Store => "where it stands behind ec= or StoreEc".to_owned(),
        Family::Rpc => "where a remote call failed; Windows uses the same numbers".to_owned(),
        Family::Winsock => "errors of network connections are 10000 to 11999".to_owned(),
        Family::Socket => "the same error as .NET and transport logs name it".to_owned(),
        Family::Note => "known from articles, without a public symbol".to_owned(),
        Family::SmtpReply => "where it begins a reply".to_owned(),
        Family::Tracking2000 | Family::Tracking55 => "where it stands in a tracking log".to_owned(),
        Family::Ldap => "where the directory was asked".to_owned(),
        Family::X400Reason | Family::X400Diagnostic => "where a report of the MTA names it".to_owned(),
        Family::DeliveryType | Family::QueueStatus => "where a queue was exported with numbers".to_owned(),
        Family::Unreachable => "where a recipient of an unreachable message names it".to_owned(),
        _ => "listed under this number".to_owned(),
    }
}

fn rank(code: &Code, value: u32, context: Context) -> u32 {
    let family = code.family;
    let named = match context {
        Context::Store => {
            family == Family::Store || value > 0x8000_0000 && matches!(family, Family::Mapi | Family::Jet)
        }
        Context::Hresult => matches!(family, Family::Mapi | Family::Sspi | Family::Hresult),
        Context::Winsock => family == Family::Winsock,
        Context::Windows => match family {
            Family::Rpc => (1700..2000).contains(&value),
            Family::Winsock => value >= 10000,
            _ => family == Family::Win32,
        },
        Context::Rpc => family == Family::Rpc,
        Context::Error | Context::None => false,
    };
    if named {
        return u32::from(family == Family::Hresult);
    }
    match family {
        Family::Hresult if value >= 0x8000_0000 => 0,
        Family::Mapi if value >> 16 == 0x8007 => 2,
        Family::Mapi if value >= 0x8000_0000 => 0,
        Family::SmtpReply if (200..600).contains(&value) => 3,
        // Between RPC's numbers are also some of the store, which is rarely meant.
        Family::Store if (1700..2000).contains(&value) => family_rank(Family::Win32) + 1,
        // Enumerations and waits that are no errors.
        Family::Winsock if value < 10000 => family_rank(Family::Ldap) + 1,
        Family::Ntstatus if value < 0x8000_0000 => family_rank(Family::X400Diagnostic) + 1,
        Family::Hresult | Family::Sspi if value < 0x8000_0000 => family_rank(Family::X400Diagnostic) + 1,
        Family::Rpc if !(1700..2000).contains(&value) => family_rank(Family::Win32) + 1,
        // The wording of .NET comes last, beside WinSock's.
        _ => family_rank(family),
    }
}

/// The place of a family among all, with room in front and between.
fn family_rank(family: Family) -> u32 {
    10 + 2 * family as u32
}
