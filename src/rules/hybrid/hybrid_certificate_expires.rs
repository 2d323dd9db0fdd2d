//! The certificate of the connector to Exchange Online is about to expire.

use super::connectors::{ToOnline, is_named, newest, to_online};
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::certificate::Certificate;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// None yet. The certificate that the send connector to Exchange Online names (TlsCertificateName) ends within 60 days.
    ///
    /// # Cause
    /// A certificate of a public authority is valid for about a year, and somebody has to replace it in time. When it ends, Exchange Online no
    /// longer recognizes the own servers, and mail to it waits or is taken for mail from outside.
    ///
    /// # Resolution
    /// 1. Request the new certificate in time and import it on every source server of the connector.
    /// 2. Enable it for SMTP and name it in the send connector, and in the receive connector that takes mail from Exchange Online.
    ///
    /// # More information
    /// The connector names issuer and subject. A new certificate with the same issuer and subject is found without a change of the connector;
    /// one of another authority is not.
    id: "hybrid-certificate-expires",
    title: "The certificate for mail to Exchange Online ends soon",
    area: Hybrid,
    severity: Medium,
    role: Cause,
    versions: V2010..=Se,
    needs: [SendConnectors, Certificates],
    helps: [Queues],
    explains: [],
    sources: ["https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/ExoConnectorCheck/"],
    check: check,
}

/// Days before the end from which on it is told.
const SOON: i64 = 60;

fn check(facts: &Facts) -> Verdict {
    let all = to_online(facts);
    let (mut findings, mut fine, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for one in all.iter().filter(|one| one.is_hybrid) {
        let Some(name) = &one.connector.smtp.tls_certificate else { continue };
        let Some(first) = ends_first(facts, &name.value) else { continue };
        let Some(end) = first.not_after.as_ref().map(|end| end.value) else { continue };
        match newest(facts) {
            // One that has ended is a fault of the connector.
            Some(now) if end.at < now.at => {}
            Some(now) if days(now, end) <= SOON => findings.push(finding(one, first, now, end)),
            Some(_) => fine.push(format!("{} until {end}", one.connector.name.value)),
            None => open.push(format!("{} is valid until {end}", one.connector.name.value)),
        }
    }
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(first) = open.first() {
        return Verdict::Undecided(
            format!("The certificate of {first}; no file shows how long that still is."),
            vec![Missing {
                what: "A list of queues of today".to_owned(),
                settles: "Whether the certificate ends soon.".to_owned(),
                command: "Get-Queue | Export-Clixml queues.xml".to_owned(),
            }],
        );
    }
    match fine.as_slice() {
        [] => Verdict::NotApplicable,
        fine => {
            Verdict::RuledOut(format!("The certificate of the connector is valid for longer: {}.", listed(fine, 3)))
        }
    }
}

fn days(now: Moment, end: Moment) -> i64 {
    now.at.duration_until(end.at).as_hours() / 24
}

/// Of the certificates that the name stands for the newest one of each server, and of these the one that ends first.
fn ends_first<'a>(facts: &'a Facts, name: &str) -> Option<&'a Certificate> {
    let end = |own: &&Certificate| own.not_after.as_ref().map(|end| end.value.at);
    let server = |own: &Certificate| own.server.as_ref().map_or_else(String::new, |server| server.value.to_lowercase());
    let all = facts.settings.certificates.iter();
    let named: Vec<&Certificate> = all.filter(|own| is_named(own, name) && own.not_after.is_some()).collect();
    let servers = distinct(named.iter().map(|own| server(own)));
    let newest = |of: &String| named.iter().copied().filter(|own| server(own) == *of).max_by_key(end);
    servers.iter().filter_map(newest).min_by_key(end)
}

fn finding(one: &ToOnline<'_>, certificate: &Certificate, now: Moment, end: Moment) -> Discovery {
    let connector = &one.connector.name.value;
    let thumbprint = &certificate.thumbprint.value;
    let left = days(now, end);
    let mut found = Discovery::new(Confidence::Confirmed);
    found.severity = Some(if left <= SOON / 2 { Severity::Medium } else { Severity::Low });
    let (place, name) = (certificate.not_after.as_ref(), one.connector.smtp.tls_certificate.as_ref());
    let note = format!("TlsCertificateName of {connector}");
    let named =
        found.cite(Proof::new(name.map_or(one.connector.span, |name| name.span), note).mark(["TlsCertificateName"]));
    let note = format!("The certificate {thumbprint} is valid until {end}");
    let ends = found.cite(Proof::new(place.map_or(certificate.span, |end| end.span), note).mark(["NotAfter"]));
    found.statement = format!(
        "The certificate that the send connector {connector} names {named} ends on {end} {ends}, {} after the newest time in the files, {now}.",
        count(u64::try_from(left).unwrap_or(0), "day")
    );
    found.affects([connector.clone()]);
    found.affects(one.connector.source_servers.iter().flat_map(|servers| servers.value.items.clone()));
    found.effect("From then on mail to Exchange Online waits or is taken for mail from outside", "");
    found.held(format!("The connector carries mail to Exchange Online: {}.", one.by));
    found.unknown("Whether another certificate is there already, with another issuer or subject, to take its place.");
    let at =
        certificate.server.as_ref().map_or_else(String::new, |server| format!(" -Server {}", quoted(&server.value)));
    found.command(
        "Look at the certificate.",
        format!(
            "Get-ExchangeCertificate{at} -Thumbprint {} | Format-List Thumbprint,Subject,Issuer,NotAfter,Services",
            quoted(thumbprint)
        ),
    );
    found.command(
        "Request a new one with the same names, and import it on each source server.",
        "Import-ExchangeCertificate -Server <server> -FileData ([System.IO.File]::ReadAllBytes('<file>.pfx')) -Password (Read-Host -AsSecureString)",
    );
    found.command(
        "Enable it for SMTP on each source server.",
        "Enable-ExchangeCertificate -Server <server> -Thumbprint <thumbprint> -Services SMTP",
    );
    found.warn("Answer No when it asks whether to overwrite the default SMTP certificate.");
    found.command(
        "Name it in the send connector.",
        format!(
            "$c = Get-ExchangeCertificate <thumbprint>; Set-SendConnector {} -TlsCertificateName \"<I>$($c.Issuer)<S>$($c.Subject)\"",
            quoted(connector)
        ),
    );
    found.command(
        "See which receive connectors name the old one, and name the new one there in the same way.",
        "Get-ReceiveConnector | Where-Object { $_.TlsCertificateName } | Format-List Identity,TlsCertificateName",
    );
    found.verify.push(format!(
        "Get-SendConnector {} shows issuer and subject of the new certificate, and mail to Exchange Online goes out.",
        quoted(connector)
    ));
    found
}
