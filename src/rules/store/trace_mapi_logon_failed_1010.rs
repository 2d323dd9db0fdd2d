//! A trace shows that the store refuses the logon of the store driver.

use crate::facts::Facts;
use crate::model::diagnostic_context::{Cause, DiagnosticContext};
use crate::model::trace::TraceEntry;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// A trace of the Troubleshooting Assistant with the tags Store Driver and Transport shows MapiExceptionLogonFailed
    /// (hr=0x80040111, ec=1010) while a message is submitted.
    ///
    /// # Cause
    /// 0x80040111 is MAPI_E_LOGON_FAILED, and ec=1010 (0x3F2) is the answer of the store that the caller lacks a right. A status 1722 of
    /// RPC in the same context belongs to an earlier attempt; the last answer decides.
    ///
    /// # Resolution
    /// 1. Give Exchange Servers the four store rights on the object of the server that the trace names.
    ///
    /// # More information
    /// If the context ends without an answer of the store and only 1722 is there, the server could not be reached: network, firewall, or
    /// the information store service.
    id: "trace-mapi-logon-failed-1010",
    title: "The store refuses the logon of the store driver",
    area: Store,
    severity: High,
    role: Symptom,
    versions: V2007..=V2010,
    needs: [Traces],
    helps: [Permissions],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

/// Lines above an exception among which the server is looked for.
const NEAR: usize = 200;

fn context(entry: &TraceEntry) -> Option<&DiagnosticContext> {
    entry.exception.as_ref().map(|exception| &exception.value)
}

fn check(facts: &Facts) -> Verdict {
    let is = |entry: &&TraceEntry, cause: Cause| context(entry).and_then(DiagnosticContext::cause) == Some(cause);
    let refused: Vec<&TraceEntry> = facts.traces.iter().filter(|entry| is(entry, Cause::LogonRefused)).collect();
    let unreachable: Vec<&TraceEntry> =
        facts.traces.iter().filter(|entry| is(entry, Cause::ServerUnreachable)).collect();
    if refused.is_empty() {
        return match unreachable.first() {
            Some(entry) => Verdict::RuledOut(format!(
                "The trace shows that {} could not be reached (RPC status 1722) and no answer of the store. Check the network, the \
                 firewall (port 135 and the dynamic ports) and the Microsoft Exchange Information Store service there.",
                server(facts, entry).unwrap_or_else(|| "the server".to_owned())
            )),
            None => Verdict::NotApplicable,
        };
    }
    let mut found = Discovery::new(Confidence::Confirmed);
    let mut places = String::new();
    for entry in refused.iter().take(2) {
        let Some(exception) = &entry.exception else { continue };
        let why =
            "0x80040111 is MAPI_E_LOGON_FAILED; ec=1010 (0x3F2) is the answer of the store: the caller lacks a right.";
        let proof = Proof::new(exception.span, "The exception in the trace");
        places += &found.cite(proof.mark(["hr=0x80040111", "ec=1010", "ec=0x3F2", "StoreEc: 0x3F2"]).why(why));
        if exception.value.rpc_status().is_some() {
            found.excluded(
                "The network: status 1722 in the context is of an earlier attempt to connect. The store answered afterwards, and its last \
                 answer is 0x3F2.",
            );
        }
    }
    let servers = distinct(refused.iter().filter_map(|entry| server(facts, entry)));
    let databases =
        distinct(facts.traces.iter().filter_map(|entry| entry.database.as_ref().map(|d| d.value.to_lowercase())));
    let name = if servers.is_empty() { "the mailbox server".to_owned() } else { listed(&servers, 3) };
    found.statement = format!(
        "The store on {name} refuses the logon of the store driver for want of a right, {} in the trace {places}.",
        count(refused.len() as u64, "time")
    );
    found.affects(servers.iter().cloned());
    found.affects(databases.iter().cloned());
    for entry in facts.traces.iter().filter(|entry| entry.database.is_some()).take(1) {
        let Some(database) = &entry.database else { continue };
        let place = found.cite(Proof::new(database.span, "The database in the trace").mark([database.value.clone()]));
        found.held(format!("The trace names the database {} {place}.", database.value));
    }
    for server in servers.iter().take(3) {
        found.command(
            format!("On the object of {server}, look at the four store rights of Exchange Servers. Each must be allowed and none denied."),
            format!(
                "Get-ExchangeServer {} | Get-ADPermission | Where-Object {{ $_.User -like '*Exchange Servers' -and \"$($_.ExtendedRights)\" \
                 -like '*ms-Exch-Store-*' }} | Format-Table User,Deny,IsInherited,ExtendedRights -AutoSize -Wrap",
                quoted(server)
            ),
        );
    }
    found.verify.push("A new trace shows no exception, and messages are submitted.".to_owned());
    if facts.permissions.lists.is_empty() {
        found.missing.push(crate::report::Missing {
            what: format!("The permissions of the object of {name}"),
            settles: "Which of the four store rights is missing or denied.".to_owned(),
            command: match servers.first() {
                Some(server) => format!(
                    "Get-ExchangeServer {} | Get-ADPermission | Export-Clixml server-rights.xml",
                    quoted(server)
                ),
                None => "Get-MailboxServer | Get-ADPermission | Export-Clixml server-rights.xml".to_owned(),
            },
        });
    }
    Verdict::Found(vec![found])
}

/// The server that was called: named by the exception, or by the last line of the same thread that names one.
fn server(facts: &Facts, entry: &TraceEntry) -> Option<String> {
    let own = entry.server.as_ref().map(|server| server.value.clone());
    let called = || Some(context(entry)?.rpc_parameters().first()?.to_string());
    // The nearest line above that names a server; lines are in the order of their places.
    let before = || {
        let at = facts.traces.partition_point(|other| other.span < entry.span);
        let near = facts.traces.get(at.saturating_sub(NEAR)..at)?;
        let same = near.iter().rev().filter(|other| other.span.source == entry.span.source);
        same.filter_map(|other| other.server.as_ref()).next().map(|server| server.value.clone())
    };
    own.or_else(called).or_else(before)
}
