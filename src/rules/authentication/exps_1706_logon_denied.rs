//! Exchange 2000 and 2003 servers do not authenticate each other: event 1706.

use std::sync::LazyLock;

use regex::Regex;

use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::{Confidence, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};
use crate::rules::own::Own;
use crate::rules::searching::{Hit, Pattern, effects, hits, settle_past};

declare_rule! {
    /// # Symptoms
    /// Event 1706 of MSExchangeTransport, SMTP Protocol: EXPS is temporarily unable to provide protocol security with another
    /// server. Mail to that server waits, or comes back with 5.0.0.
    ///
    /// # Cause
    /// The other server refused the logon of this one. The code says why: 0x8009030C logon denied, 0x80090322 wrong principal name,
    /// 0x80090311 no domain controller answers, 0x80090324 the clocks differ. With event 327 beside it, it is a side effect of a
    /// damaged store.
    ///
    /// # Resolution
    /// 1. If event 327 is there as well, repair the store first.
    /// 2. Check clocks, the SPN SMTPSVC of the server, its computer account and its membership in Exchange Domain Servers.
    /// 3. Check that the SMTP virtual server accepts Integrated Windows Authentication.
    ///
    /// # More information
    /// Where the export holds no message, the four bytes of data are the code, low byte first.
    id: "exps-1706-logon-denied",
    title: "Older servers do not authenticate each other",
    area: Authentication,
    severity: Medium,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [LegacyQueues, Reports],
    explains: ["ndr-5-0-0-no-reason-ex2000", "smtp-auth-basic-spa-fails"],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/328671"],
    check: check,
}

static CODE: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b0x(8009[0-9a-f]{4})\b").ok());
static PEER: Pattern = LazyLock::new(|| Regex::new(r#"(?i)protocol security with "([^"]{1,255})""#).ok());

/// The codes of the security interface, with what they mean here.
const CODES: [(u32, &str, &str); 5] = [
    (0x8009_030C, "SEC_E_LOGON_DENIED", "the logon was denied"),
    (0x8009_0322, "SEC_E_WRONG_PRINCIPAL", "the service principal name belongs to another account"),
    (0x8009_0311, "SEC_E_NO_AUTHENTICATING_AUTHORITY", "no domain controller answered"),
    (0x8009_0324, "SEC_E_TIME_SKEW", "the clocks differ too much"),
    (0x8009_030E, "SEC_E_NO_CREDENTIALS", "there were no credentials"),
];

fn code_of(hit: &Hit<'_>) -> Option<u32> {
    let said =
        CODE.as_ref().and_then(|p| p.captures(hit.text)).and_then(|c| u32::from_str_radix(c.get(1)?.as_str(), 16).ok());
    said.or_else(|| Some(u32::from_le_bytes(hit.variant.event.data.first_chunk::<4>().copied()?)))
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeTransport", &[1706]);
    let meant: Vec<(&Hit<'_>, u32)> =
        all.iter().filter_map(|hit| Some((hit, code_of(hit)?))).filter(|(_, code)| code >> 16 == 0x8009).collect();
    if meant.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut findings = Vec::new();
    for computer in distinct(meant.iter().map(|(hit, _)| hit.computer())) {
        let own: Vec<&(&Hit<'_>, u32)> = meant.iter().filter(|(hit, _)| hit.computer() == computer).collect();
        findings.push(finding(facts, &computer, &own));
    }
    Verdict::Found(findings)
}

fn finding(facts: &Facts, computer: &str, own: &[&(&Hit<'_>, u32)]) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for (hit, code) in own.iter().take(3) {
        let octets: Vec<String> = code.to_le_bytes().iter().map(|b| format!("{b:02x}")).collect();
        let hex = format!("0x{code:08x}");
        let why = match CODES.iter().find(|(known, ..)| known == code) {
            Some((_, name, words)) => format!("0x{code:08X} is {name}: {words}."),
            None => format!("0x{code:08X} is an error of the security interface."),
        };
        places += &hit.cite(&mut found, &[&hex, &octets.join(" ")], &why);
    }
    let peer = |hit: &Hit<'_>| {
        PEER.as_ref().and_then(|p| p.captures(hit.text)).and_then(|c| Some(c.get(1)?.as_str().to_owned()))
    };
    let peers = distinct(own.iter().filter_map(|(hit, _)| peer(hit)));
    let codes = distinct(own.iter().map(|(_, code)| *code));
    let meaning =
        codes.iter().find_map(|code| CODES.iter().find(|(known, ..)| known == code).map(|(.., words)| *words));
    let to = if peers.is_empty() { "another server".to_owned() } else { listed(&peers, 3) };
    let mut waiting = String::new();
    for queue in &facts.legacy_queues {
        let is_peer = peers.iter().any(|peer| server_key(peer) == server_key(&queue.name.value));
        if is_peer && queue.count() > 0 && !queue.is_moving() {
            let place = found.cite(Proof::new(queue.span, format!("Mail waits in {}", queue.label())));
            waiting = format!(", and {} for it wait {place}", count(queue.count(), "message"));
            found.accounts_for_legacy(queue, queue.count(), format!("Queue {}: refused logon", queue.label()));
        }
    }
    found.statement = format!(
        "{computer} and {to} do not authenticate each other{} {places}{waiting}.",
        meaning.map_or_else(String::new, |words| format!(": {words}"))
    );
    found.affects([computer.to_owned()]);
    found.affects(peers.clone());
    let hits: Vec<&Hit<'_>> = own.iter().map(|(hit, _)| *hit).collect();
    effects(&mut found, &hits);
    settle_past(facts, &mut found, &hits);
    let own = Own::of(facts);
    if !peers.is_empty() && found.shares.is_empty() && peers.iter().all(|peer| own.is_foreign_name(peer)) {
        found.severity = Some(Severity::Info);
        found.role = Some(Role::Context);
        found.held(format!(
            "{} is of another organization, so it need not know this server; mail goes there without this logon. If it is an own server \
             after all, check what follows.",
            listed(&peers, 3)
        ));
    }
    let damaged = facts
        .events_of("MSExchangeTransport", &[327])
        .any(|group| group.computer.as_deref().is_none_or(|other| server_key(other) == server_key(computer)));
    if damaged {
        found.confidence = Confidence::Possible;
        found.unknown("Whether it is a cause of its own: event 327 on the same server says that the store is damaged, which comes first.");
        found.step("Repair the store first (see event 327), and look whether event 1706 goes on.");
    } else {
        found.excluded("A damaged store: event 327 does not occur on the same server.");
    }
    found.command(
        "Compare the clocks of both servers with a domain controller; more than five minutes are too much.",
        "net time /domain",
    );
    found.command(
        "Look whether the other server has its service principal names: SMTPSVC with its short and its full name, and on no other account.",
        format!("setspn -L {}", peers.first().map_or_else(|| "<other server>".to_owned(), |peer| quoted(peer.split('.').next().unwrap_or(peer)))),
    );
    found.step(
        "Check that the computer account of each server is a member of Exchange Domain Servers, and that its secure channel works (no NETLOGON \
         3210 or 5719 in the system log). Then restart the SMTP service.",
    );
    found.step(
        "In Exchange System Manager, properties of the SMTP virtual server, Access, Authentication: Integrated Windows Authentication must be \
         ticked on both sides.",
    );
    found.verify.push("No new event 1706, and the queue to the other server empties.".to_owned());
    found
}
