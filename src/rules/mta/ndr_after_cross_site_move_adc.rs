//! Mail to a mailbox that was moved to another site comes back until the Active Directory Connector has replicated.

use super::moved::{Moved, is_same, moved, recipients_55};
use crate::facts::Facts;
use crate::model::ndr::{NdrRecipient, NonDeliveryReport};
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof};
use crate::rules::searching::hits;

declare_rule! {
    /// # Symptoms
    /// After mailboxes were moved across sites of a mixed organization with Exchange 2003 SP1, mail to them comes back: the recipient name
    /// is not recognized, or 5.1.1.
    ///
    /// # Cause
    /// The object in the 5.5 directory of the old site has become a stub that takes no mail, Active Directory knows the new home, but the
    /// 5.5 directory of the new site has no object until the Active Directory Connector has replicated there.
    ///
    /// # Resolution
    /// 1. Replicate the connection agreement of the new site now, then the 5.5 directories of both sites; send the mail again.
    ///
    /// # More information
    /// It ends by itself when the connector has run, directory replication is complete and the stub is gone. Move mailboxes right before the
    /// connector runs (KB841659).
    id: "ndr-after-cross-site-move-adc",
    title: "A moved mailbox is not yet in the directory of its new site",
    area: Mta,
    severity: High,
    role: Cause,
    versions: V55..=V2003,
    needs: [Reports, Directory],
    helps: [Events],
    explains: [],
    sources: ["https://learn.microsoft.com/archive/blogs/evand/funky-mail-routing-after-cross-site-mailbox-moves"],
    check: check,
}

/// Whether a report says that the recipient is not known.
fn is_unknown(report: &NonDeliveryReport, recipient: &NdrRecipient) -> bool {
    let status = recipient
        .status
        .as_ref()
        .is_some_and(|status| matches!(status.value.trim(), "5.1.1" | "5.1.0" | "5.1.6" | "5.1.10"));
    let text = report.text.as_ref().map_or("", |text| &text.value).to_lowercase();
    let code = recipient.diagnostic_code.as_ref().map_or("", |code| &code.value).to_lowercase();
    let said = ["recipient name is not recognized", "unknown recipient", "recipient was not found", "000c05a6"];
    status || said.iter().any(|words| text.contains(words) || code.contains(words))
}

/// Whether a recipient of a report is a moved mailbox: by address or name.
fn is_meant(moved: &Moved<'_>, recipient: &NdrRecipient) -> bool {
    let addresses = recipient.address.iter().chain(&recipient.original_address);
    let key = |text: &str| text.trim().trim_matches('\'').to_lowercase();
    let own: Vec<String> = moved
        .object
        .texts("proxyAddresses")
        .map(|text| text.value)
        .chain(moved.object.texts("mail").map(|text| text.value))
        .chain(moved.object.texts("displayName").map(|text| text.value))
        .map(|text| key(text.trim_start_matches("SMTP:").trim_start_matches("smtp:")))
        .collect();
    let mut addresses = addresses.map(|address| key(&address.value));
    addresses.any(|address| own.contains(&address))
}

/// A name as a part of a command.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.')).collect()
}

fn check(facts: &Facts) -> Verdict {
    let moved = moved(facts);
    let mut findings = Vec::new();
    let mut reports = false;
    for report in &facts.reports {
        for recipient in report.recipients.iter().filter(|recipient| is_unknown(report, recipient)) {
            reports = true;
            let Some(one) = moved.iter().find(|one| is_meant(one, recipient)) else { continue };
            let known = recipients_55(facts, &one.to).find(|other| is_same(one, other));
            if known.is_some() {
                continue;
            }
            findings.push(finding(facts, report, recipient, one));
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if reports && !moved.is_empty() {
        return Verdict::RuledOut(
            "The recipients of the reports were not moved, or the directory of their new site knows them.".to_owned(),
        );
    }
    Verdict::NotApplicable
}

fn finding(facts: &Facts, report: &NonDeliveryReport, recipient: &NdrRecipient, one: &Moved<'_>) -> Discovery {
    let shown = recipients_55(facts, &one.to).next().map(|object| object.span);
    let mut found = Discovery::new(if shown.is_some() { Confidence::Confirmed } else { Confidence::Likely });
    let span = recipient.status.as_ref().map_or(recipient.span, |status| status.span);
    let said = recipient.diagnostic_code.as_ref().map(|code| code.value.clone());
    let why = "A server of Exchange 5.5 looks in its own directory only.";
    let place = found.cite(Proof::new(span, format!("The report about {}", one.name)).mark(said).why(why));
    let at = one.object.text("legacyExchangeDN").map_or(one.object.span, |text| text.span);
    let moved =
        found.cite(Proof::new(at, format!("Active Directory: {} is in {}", one.name, one.to)).mark([one.to.clone()]));
    let absent = shown.map_or_else(String::new, |span| {
        let number = recipients_55(facts, &one.to).count();
        let searched = format!(
            "Searched: {number} objects of the 5.5 directory of {}. None has the address of {}.",
            one.to, one.name
        );
        found.cite(Proof::new(span, format!("{} is not in the 5.5 directory of {}", one.name, one.to)).absent(searched))
    });
    let end = if absent.is_empty() {
        format!("and the directory of {} may not know it yet", one.to)
    } else {
        format!("and the 5.5 directory of {} does not know it yet {absent}", one.to)
    };
    found.statement = format!(
        "The mailbox of {} was moved from {} to {} {moved}, {end}, so mail to it comes back {place}.",
        one.name, one.from, one.to
    );
    found.affects([one.name.clone()]);
    found.affects(one.server.clone());
    found.affects(report.generating_server.as_ref().map(|server| server.value.clone()));
    found.held(format!("Its former name is kept as an X500 address: {}.", one.old));
    if let Some(stub) = recipients_55(facts, &one.from).find(|other| is_same(one, other)) {
        let place = found.cite(Proof::new(stub.span, format!("The object left in the 5.5 directory of {}", one.from)));
        let hidden = stub.text("Hide-From-Address-Book").is_some_and(|text| text.value.eq_ignore_ascii_case("true"));
        let words = if hidden { "the hidden stub of it" } else { "its old object" };
        found.held(format!("The 5.5 directory of {} still has {words} {place}.", one.from));
    }
    for hit in hits(facts, "MSADC", &[8024, 8020, 8270]).iter().take(2) {
        let place = hit.cite(&mut found, &[], "The Active Directory Connector did not get through.");
        found.held(format!("The Active Directory Connector reports event {} {place}.", hit.group.id));
    }
    if shown.is_none() {
        found.unknown(format!("Whether the 5.5 directory of {} knows the mailbox: it was not brought.", one.to));
        found.missing.push(Missing {
            what: format!("The Recipients container of the 5.5 directory of {}", one.to),
            settles: "Whether the mailbox is there.".to_owned(),
            command: format!(
                "ldifde -s <5.5 server of {site}> -t 389 -f {site}-recipients.ldf -d \"cn=Recipients,ou={site},o=<organization>\"",
                site = plain(&one.to)
            ),
        });
    }
    found.step(format!(
        "In the Active Directory Connector console, see that a two-way recipient connection agreement for the site {} exists; right click it, \
         Replicate Now.",
        one.to
    ));
    found.step(format!(
        "In Exchange Administrator, Directory Replication Connector of {} and of {}: Request Now. It is done when the mailbox is shown in {} and \
         the stub in {} is gone.",
        one.to, one.from, one.to, one.from
    ));
    found.step("Send the mail that came back again. Move further mailboxes right before the connector runs, not between two schedules.");
    found
        .verify
        .push(format!("Exchange Administrator of {} shows {}, and a message to it is delivered.", one.to, one.name));
    found
}
