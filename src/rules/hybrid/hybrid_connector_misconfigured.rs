//! The send connector to Exchange Online lacks what mail between the two halves of an organization needs.

use super::connectors::{ToOnline, from_online, is_named, is_online_host, newest, to_online};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::queues::WaitingQueue;
use crate::model::certificate::Certificate;
use crate::model::receive_connector::ReceiveConnector;
use crate::model::server::server_key;
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail from own servers arrives in Exchange Online as mail from outside: it is checked for spam, shown as external, and rules for internal
    /// senders do not apply. Or it waits, because TLS with Exchange Online cannot be set up.
    ///
    /// # Cause
    /// The send connector to Exchange Online does not have the settings that the hybrid configuration wizard gives it: CloudServicesMailEnabled,
    /// required TLS, a check of the other certificate, and an own certificate that is valid and there on each source server.
    ///
    /// # Resolution
    /// 1. Run the hybrid configuration wizard again, or set the properties by hand.
    /// 2. Give every source server the certificate that the connector names.
    /// 3. Let a receive connector accept the headers of Exchange Online: `mail.protection.outlook.com:AcceptCloudServicesMail`.
    ///
    /// # More information
    /// A connector that only hands internet mail to Exchange Online Protection needs no CloudServicesMailEnabled. In the opposite direction the
    /// receive connector has its own setting, TlsDomainCapabilities: without it mail from Exchange Online arrives as mail from outside.
    id: "hybrid-connector-misconfigured",
    title: "The connector to Exchange Online is not set up for hybrid mail",
    area: Hybrid,
    severity: High,
    role: Cause,
    versions: V2010..=Se,
    needs: [SendConnectors],
    helps: [ReceiveConnectors, Certificates, Queues],
    explains: [],
    sources: [
        "https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/ExoConnectorCheck/",
        "https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/CloudConnectorCheck/",
    ],
    check: check,
}

/// Something that is not as it must be.
struct Fault {
    /// What, as the end of "The connector ...".
    text: String,
    place: Span,
    mark: String,
    /// What the place shows.
    note: String,
    /// The setting that corrects it.
    setting: Option<&'static str>,
    /// Whether it is inferred from what the export leaves out.
    inferred: bool,
    /// Whether mail still flows as internal mail without it.
    mild: bool,
}

fn check(facts: &Facts) -> Verdict {
    let all = to_online(facts);
    let hybrid: Vec<&ToOnline<'_>> = all.iter().filter(|one| one.is_hybrid).collect();
    let (mut findings, mut fine, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for one in &hybrid {
        let faults = faults(facts, one);
        let name = &one.connector.name.value;
        if !faults.is_empty() {
            findings.push(finding(facts, one, &faults));
        } else if one.connector.smtp.tls_auth_level.is_none() || one.connector.smtp.tls_certificate.is_none() {
            open.push(name.clone());
        } else {
            fine.push(name.clone());
        }
    }
    findings.extend(receiving(facts, &hybrid));
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some(name) = open.first() {
        return Verdict::Undecided(
            format!("The export does not show the TLS settings of the connector {name}."),
            vec![Missing {
                what: "The send connectors with all properties".to_owned(),
                settles: "Whether the connector to Exchange Online has the settings of hybrid mail.".to_owned(),
                command: "Get-SendConnector | Export-Clixml send-connectors.xml".to_owned(),
            }],
        );
    }
    match fine.as_slice() {
        [] => Verdict::NotApplicable,
        names => {
            let accepting = from_online(facts).and_then(|shown| shown.accepting.first().copied());
            let back = accepting.map_or_else(String::new, |connector| {
                format!(
                    " {} accepts mail of Exchange Online as that of the own organization.",
                    connector.identity.value
                )
            });
            Verdict::RuledOut(format!("{} has the settings of hybrid mail.{back}", listed(names, 3)))
        }
    }
}

fn faults(facts: &Facts, one: &ToOnline<'_>) -> Vec<Fault> {
    let smtp = &one.connector.smtp;
    let mut faults = Vec::new();
    let mut fault = |text: &str, place: Span, mark: &str, setting: &'static str| {
        let property = setting.split(' ').next().unwrap_or("");
        faults.push(Fault {
            text: text.to_owned(),
            place,
            mark: mark.to_owned(),
            note: format!("{property} of {}", one.connector.name.value),
            setting: Some(setting),
            inferred: false,
            mild: matches!(property, "RequireTLS" | "TlsAuthLevel"),
        });
    };
    if let Some(cloud) = smtp.cloud_services_mail.as_ref().filter(|cloud| !cloud.value) {
        let text = "drops the headers that mark mail as internal";
        fault(text, cloud.span, "CloudServicesMailEnabled", "CloudServicesMailEnabled $true");
    }
    if let Some(tls) = smtp.require_tls.as_ref().filter(|tls| !tls.value) {
        fault("does not require TLS", tls.span, "RequireTLS", "RequireTLS $true");
    }
    if let Some(level) = &smtp.tls_auth_level {
        let text = level.value.as_str();
        let is = |word: &str| text.eq_ignore_ascii_case(word);
        if is("EncryptionOnly") || is("None") {
            fault(
                "does not check the certificate of Exchange Online",
                level.span,
                text,
                "TlsAuthLevel DomainValidation",
            );
        } else if is("DomainValidation")
            && let Some(domain) = smtp.tls_domain.as_ref().filter(|domain| !is_online_host(&domain.value))
        {
            let text = "expects a certificate that Exchange Online does not have";
            fault(text, domain.span, &domain.value, "TlsDomain mail.protection.outlook.com");
        }
    }
    if is_whole(one) {
        let absent = |text: &str, property: &str, setting: Option<&'static str>| Fault {
            text: text.to_owned(),
            place: one.connector.span,
            mark: property.to_owned(),
            note: format!("{} has no {property}", one.connector.name.value),
            setting,
            inferred: true,
            mild: setting.is_some(),
        };
        if smtp.tls_auth_level.is_none() {
            let setting = "TlsAuthLevel DomainValidation -TlsDomain mail.protection.outlook.com";
            faults.push(absent("does not check the certificate of Exchange Online", "TlsAuthLevel", Some(setting)));
        }
        if smtp.tls_certificate.is_none() {
            faults.push(absent("names no own certificate", "TlsCertificateName", None));
        }
    }
    if let Some(fault) = certificate_fault(facts, one) {
        faults.push(fault);
    }
    faults
}

/// Whether the export shows the connector with all its properties, so that what has no value is not set.
fn is_whole(one: &ToOnline<'_>) -> bool {
    let smtp = &one.connector.smtp;
    let flags = [
        &smtp.cloud_services_mail,
        &smtp.require_tls,
        &smtp.ignore_starttls,
        &smtp.force_helo,
        &smtp.domain_secure,
        &smtp.frontend_proxy,
    ];
    flags.iter().all(|flag| flag.is_some())
}

/// Whether the certificate that the connector names is missing on a source server or not valid.
fn certificate_fault(facts: &Facts, one: &ToOnline<'_>) -> Option<Fault> {
    let wanted = one.connector.smtp.tls_certificate.as_ref()?;
    let (_, subject) = wanted.value.strip_prefix("<I>")?.split_once("<S>")?;
    let is_meant = |own: &&Certificate| is_named(own, &wanted.value);
    let all = &facts.settings.certificates;
    let named: Vec<&Certificate> = all.iter().filter(is_meant).collect();
    let now = newest(facts);
    let is_over = |own: &&&Certificate| {
        let date = own.not_after.as_ref().map(|date| date.value);
        own.status.as_ref().is_some_and(|status| status.value.eq_ignore_ascii_case("DateInvalid"))
            || matches!((date, now), (Some(end), Some(now)) if end.at < now.at)
    };
    let fault = |text: String, place: Span, mark: &str, note: String| {
        Some(Fault { text, place, mark: mark.to_owned(), note, setting: None, inferred: false, mild: false })
    };
    if !named.is_empty() && named.iter().all(|own| is_over(&own)) {
        let own = named.first()?;
        let until = own.not_after.as_ref().map_or_else(String::new, |end| format!(" since {}", end.value));
        let place = own.not_after.as_ref().map_or(own.span, |end| end.span);
        let note = format!("The certificate {}", own.thumbprint.value);
        return fault(format!("names a certificate that has expired{until}"), place, "NotAfter", note);
    }
    // A server whose certificates are shown, with subjects and issuers, and this one is not among them.
    let sources = one.connector.source_servers.as_ref().filter(|sources| sources.value.complete)?;
    let lacking = sources.value.items.iter().find(|server| {
        let own =
            all.iter().filter(|own| own.server.as_ref().is_some_and(|s| server_key(&s.value) == server_key(server)));
        let own: Vec<&Certificate> = own.collect();
        !own.is_empty() && own.iter().all(|c| c.issuer.is_some() && c.subject.is_some()) && !own.iter().any(is_meant)
    })?;
    let note = format!("TlsCertificateName of {}", one.connector.name.value);
    fault(format!("names a certificate that {lacking} does not have"), wanted.span, subject, note)
}

/// Nothing accepts the headers of Exchange Online, though a send connector carries hybrid mail.
fn receiving(facts: &Facts, hybrid: &[&ToOnline<'_>]) -> Option<Discovery> {
    let one = hybrid.first()?;
    let shown = from_online(facts)?;
    if !shown.accepting.is_empty() {
        return None;
    }
    let mut found = Discovery::new(Confidence::Likely);
    found.severity = Some(Severity::Medium);
    let places: Vec<String> = shown
        .others
        .iter()
        .take(4)
        .map(|(connector, span)| {
            let note = format!("TlsDomainCapabilities of {}", connector.identity.value);
            found.cite(Proof::new(*span, note).mark(["TlsDomainCapabilities"]))
        })
        .collect();
    let name = &one.connector.name.value;
    let sending =
        found.cite(Proof::new(one.connector.span, format!("The send connector {name}")).mark([name.as_str()]));
    found.statement = format!(
        "No receive connector accepts mail of Exchange Online as mail of the own organization {}, though the send connector {name} carries mail there {sending}.",
        places.join("")
    );
    found.affects(shown.others.iter().take(12).map(|(connector, _)| connector.identity.value.clone()));
    found.effect(
        "Mail of mailboxes in Exchange Online is not attributed to its senders and taken for mail from outside",
        "",
    );
    found.held(format!("{name} carries mail to Exchange Online: {}.", one.by));
    found.unknown("Whether mail of Exchange Online comes in through servers whose connectors were not brought, such as an Edge Transport server.");
    found.command(
        "See what the receive connectors accept.",
        "Get-ReceiveConnector | Format-List Identity,Bindings,RemoteIPRanges,TlsDomainCapabilities,TlsCertificateName",
    );
    let is_front = |connector: &&ReceiveConnector| connector.name().to_lowercase().starts_with("default frontend");
    let all = || shown.others.iter().map(|(connector, _)| *connector);
    let target = all().find(is_front).or(all().next()).map_or("", |connector| connector.identity.value.as_str());
    found.command(
        "Run the hybrid configuration wizard again; or let the connector that Exchange Online reaches accept its headers.",
        format!(
            "Set-ReceiveConnector {} -TlsDomainCapabilities mail.protection.outlook.com:AcceptCloudServicesMail",
            quoted(target)
        ),
    );
    found.warn("The command replaces the whole list. Exchange 2010 has another word for it, AcceptOorgProtocol.");
    found.verify.push(
        "A message from a mailbox in Exchange Online has X-MS-Exchange-Organization-AuthAs: Internal in its header."
            .to_owned(),
    );
    Some(found)
}

/// Queues that wait for the connector, with an error of TLS.
fn waiting<'a>(facts: &'a Facts, one: &'a ToOnline<'_>) -> impl Iterator<Item = (&'a WaitingQueue, Span)> {
    let guid = one.connector.guid;
    facts.queues.waiting_queues().filter_map(move |queue| {
        let own = queue.queue.as_ref()?.next_hop_connector.as_ref()?.value;
        let is_tls = |text: &str| {
            let text = text.to_lowercase();
            text.contains("tls") || text.contains("certificate") || text.contains("5.7.5")
        };
        if Some(own) != guid || !queue.may_hold_mail() {
            return None;
        }
        let error = queue.errors().find(|error| is_tls(&error.text))?;
        Some((queue, error.span))
    })
}

fn finding(facts: &Facts, one: &ToOnline<'_>, faults: &[Fault]) -> Discovery {
    let name = &one.connector.name.value;
    let certain = faults.iter().any(|fault| !fault.inferred);
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    if faults.iter().all(|fault| fault.mild) {
        found.severity = Some(Severity::Medium);
    }
    if faults.iter().any(|fault| fault.inferred) {
        found.unknown(
            "Whether the properties without a value are empty: the export shows all others, so they should be.",
        );
    }
    let mut texts = Vec::new();
    for fault in faults.iter().take(5) {
        let place = found.cite(Proof::new(fault.place, fault.note.clone()).mark([fault.mark.clone()]));
        texts.push(format!("{} {place}", fault.text));
    }
    let mut total = 0;
    let mut stuck = String::new();
    for (queue, span) in waiting(facts, one) {
        let messages = queue.count();
        total += messages;
        if stuck.is_empty() {
            stuck = found.cite(Proof::new(span, format!("The error in queue {}", queue.label())));
        }
        found.accounts_for(queue, messages, format!("Queue {}: TLS with Exchange Online fails", queue.label()));
    }
    let mail = if total == 0 { String::new() } else { format!("; {} for it wait {stuck}", count(total, "message")) };
    found.statement = format!("The send connector to Exchange Online {}{mail}: {name}.", listed(&texts, 5));
    found.affects([name.clone()]);
    found.affects(one.connector.source_servers.iter().flat_map(|servers| servers.value.items.clone()));
    found.held(format!("It carries mail to Exchange Online: {}.", one.by));
    if from_online(facts).is_none() {
        found.unknown("The opposite direction: no export shows TlsDomainCapabilities of the receive connectors.");
    }
    found.command("Look at the connector.", format!("Get-SendConnector {} | Format-List", quoted(name)));
    let settings: Vec<String> =
        faults.iter().filter_map(|fault| fault.setting).map(|setting| format!("-{setting}")).collect();
    if faults.iter().any(|fault| fault.setting.is_none()) {
        found.command(
            "List the certificates of the source servers, and see which one is valid and from a public authority.",
            "Get-ExchangeServer | ForEach-Object { Get-ExchangeCertificate -Server $_.Name } | Format-Table Thumbprint,Subject,NotAfter,Services",
        );
        found.command(
            "Import the certificate on each source server where it is missing, then name it in the connector.",
            format!(
                "$c = Get-ExchangeCertificate <thumbprint>; Set-SendConnector {} -TlsCertificateName \"<I>$($c.Issuer)<S>$($c.Subject)\"",
                quoted(name)
            ),
        );
    }
    if !settings.is_empty() {
        let command = format!("Set-SendConnector {} {}", quoted(name), settings.join(" "));
        found.command("Run the hybrid configuration wizard again; or set what is wrong by hand.", command);
        found.warn("Mail waits when the other side does not show a certificate of that name. For another cloud than the worldwide one, TlsDomain differs.");
    }
    found.verify.push(
        "A message to a mailbox in Exchange Online has X-MS-Exchange-Organization-AuthAs: Internal in its header."
            .to_owned(),
    );
    found
}
