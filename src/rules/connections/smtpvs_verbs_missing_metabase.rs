//! An Exchange 2000 or 2003 server offers no command of Exchange.

use std::collections::BTreeMap;
use std::net::IpAddr;

use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::transport::{Capabilities, Question};
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// Newer servers cannot send to an Exchange 2000 or 2003 server, or only without authentication. Its reply to EHLO has the lines of every SMTP
    /// server, and no X-EXPS, X-LINK2STATE or XEXCH50.
    ///
    /// # Cause
    /// The parts of Exchange are not loaded into the SMTP service: its entries in the metabase were lost, mostly when IIS was installed again. A
    /// firewall that removes what it does not know, or a virus scanner with an SMTP service of its own in front, looks the same from outside.
    ///
    /// # Resolution
    /// 1. Look at the reply to EHLO on the server itself, where no firewall is in between.
    /// 2. If the commands are missing there too, reinstall Exchange, which writes the entries again.
    ///
    /// # More information
    /// A firewall that overwrites the commands leaves lines of XXXX or asterisks; then it is not this.
    id: "smtpvs-verbs-missing-metabase",
    title: "An older server offers no command of Exchange",
    area: Connections,
    severity: High,
    role: Cause,
    versions: V2000..=V2003,
    needs: [ProtocolLogs, Servers],
    helps: [ServerAddresses],
    explains: [],
    sources: ["https://technet.microsoft.com/en-us/library/bb124688(EXCHG.65).aspx"],
    check: check,
}

/// What sessions with a server showed.
#[derive(Default)]
struct Seen {
    marks: u64,
    place: Option<Span>,
    addresses: Vec<String>,
}

fn check(facts: &Facts) -> Verdict {
    let is_old = |name: &str| facts.servers.version(name).is_some_and(|version| version <= ExchangeVersion::V2003);
    let old: Vec<(IpAddr, &str)> = facts
        .servers
        .exchange_addresses()
        .filter(|known| is_old(&known.server))
        .map(|known| (known.address, known.server.as_str()))
        .collect();
    if old.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut seen: BTreeMap<&str, Seen> = BTreeMap::new();
    for (key, tally) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, _, remote] = key.as_slice() else { continue };
        let address = remote.trim_matches(['[', ']']).split('%').next().and_then(|text| text.parse::<IpAddr>().ok());
        let Some(address) = address.map(|address| address.to_canonical()).filter(|_| kind == "send") else { continue };
        let Some((_, server)) = old.iter().find(|(own, _)| *own == address) else { continue };
        let entry = seen.entry(server).or_default();
        entry.marks |= tally.marks;
        entry.place = entry.place.or(tally.examples.first().map(|(_, span)| *span));
        entry.addresses.push(address.to_string());
    }
    let of_exchange = Capabilities::X_EXPS | Capabilities::X_OTHER;
    let offered: Vec<(&&str, &Seen)> =
        seen.iter().filter(|(_, seen)| seen.marks & Capabilities::OFFERED != 0).collect();
    let bare = offered.iter().filter(|(_, seen)| seen.marks & (of_exchange | Capabilities::REWRITTEN) == 0);
    let findings: Vec<Discovery> = bare.filter_map(|(server, seen)| finding(facts, server, seen)).collect();
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    let whole: Vec<String> = offered
        .iter()
        .filter(|(_, seen)| seen.marks & of_exchange != 0)
        .map(|(server, _)| (**server).to_owned())
        .collect();
    match whole.as_slice() {
        [] => Verdict::NotApplicable,
        names => Verdict::RuledOut(format!(
            "The send log shows commands of Exchange in the replies of {}.",
            listed(names, 3)
        )),
    }
}

fn finding(facts: &Facts, server: &str, seen: &Seen) -> Option<Discovery> {
    let mut found = Discovery::new(Confidence::Likely);
    let searched = "Searched: the replies to EHLO in all sessions of the send logs with this server. None has X-EXPS, X-LINK2STATE or XEXCH50.";
    let proof = Proof::new(seen.place?, format!("A session with {server} ({})", listed(&seen.addresses, 2)));
    let place = found.cite(proof.absent(searched).why("An Exchange server of this version offers them to everybody."));
    found.statement = format!(
        "{server} offers no command of Exchange in its SMTP sessions {place}, so newer servers cannot authenticate to it."
    );
    found.affects([server.to_owned()]);
    found.affects(seen.addresses.iter().cloned());
    found.excluded("No line of XXXX or asterisks: nothing rewrites the commands on the way.");
    found.unknown("Whether something between the servers removes the lines, or a virus scanner answers in front of Exchange: look at the reply on the server itself.");
    let key = crate::model::server::server_key(server);
    for queue in facts.queues.waiting_queues().filter(|queue| queue.may_hold_mail() && !queue.is_moving()) {
        let is_own = queue.errors().any(|error| {
            let host = error.error.host.as_deref().map(crate::model::server::server_key);
            let address = error.error.address.map(|address| address.to_string());
            host.as_ref() == Some(&key) || address.is_some_and(|address| seen.addresses.contains(&address))
        });
        if is_own {
            found.accounts_for(queue, queue.count(), format!("Queue {}: mail for {server}", queue.label()));
        }
    }
    if found.shares.is_empty() {
        found.severity = Some(Severity::Medium);
        found.unknown("Whether mail waits because of it: no queue of the evidence holds mail for it with an error.");
    }
    found.command(
        format!("On {server} itself, look at the reply to EHLO: connect to its own port 25 and type EHLO test."),
        "telnet 127.0.0.1 25",
    );
    found.step("If X-EXPS is there, a firewall or gateway between the servers removes it: exclude the traffic between the servers from SMTP inspection.");
    found.step(format!("If it is missing there too, run the setup of Exchange on {server} with the action Reinstall, then install its service pack again."));
    found
        .warn("Make a backup of the metabase and of the server first. Mail through the server stops while setup runs.");
    found.command("Restart the service and look again.", "net stop smtpsvc && net start smtpsvc");
    found.verify.push("The reply to EHLO shows X-EXPS GSSAPI NTLM LOGIN, X-LINK2STATE and XEXCH50.".to_owned());
    Some(found)
}
