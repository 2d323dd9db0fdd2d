//! A recipient was not found: an old X.500 address, a domain that another system shares, or nobody.

use std::collections::BTreeMap;

use super::imceaex::{decoded, last_name};
use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::directory::DirectoryObject;
use crate::model::domain::{AcceptedDomain, AcceptedDomainKind};
use crate::model::outbound_connector::OutboundConnector;
use crate::model::smtp_reply::squeeze;
use crate::model::version::ExchangeVersion;
use crate::report::{Confidence, Missing, Role, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Non-delivery reports with `550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found` or `5.1.10 Recipient not found by SMTP address lookup`.
    /// Often only some senders are concerned, and a new message to the same person arrives.
    ///
    /// # Cause
    /// Outlook remembers internal recipients by an X.500 address. When a mailbox was moved to another organization or created anew, it has
    /// another one, and the old one, in the report as IMCEAEX-..., leads to nobody. Or the domain is set to Authoritative although a part of
    /// its mailboxes is in another system. Or the address does not exist.
    ///
    /// # Resolution
    /// 1. Add the old address to the mailbox: write IMCEAEX-... as X500:..., with `/` for `_`, a blank for `+20`, and parentheses for `+28` and `+29`.
    /// 2. For a shared domain, set the accepted domain to InternalRelay.
    ///
    /// # More information
    /// Deleting the entry from the autocomplete list helps only the one sender.
    id: "resolver-notfound-511",
    title: "A recipient was not found",
    area: Recipients,
    severity: Low,
    role: Cause,
    versions: V2007..=Se,
    needs: [Reports],
    helps: [Tracking, Directory, AcceptedDomains, SendConnectors],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/troubleshoot/email-delivery/imceaex-ndr",
        "https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/59fd64a5-029c-4ec9-bee2-ecd61993bb13",
        "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeHybrid/email-delivery/on-premises-users-not-getting-emails-from-microsoft-365.md",
    ],
    check: check,
}

/// An address that was not found.
struct Lost {
    /// The address as printed.
    address: String,
    /// Where the address stands.
    span: Span,
    /// Where the reply stands.
    reply: Span,
    /// How often.
    count: u64,
    /// Whether only a log tells of it.
    is_history: bool,
}

fn is_not_found(text: &str) -> bool {
    let text = squeeze(text);
    let phrases = [
        "resolver.adr.exrecipnotfound",
        "resolver.adr.recipnotfound",
        "resolver.adr.recipientnotfound",
        "notfoundbysmtpaddresslookup",
        "notfoundbyexchangelegacyencapsulatedemailaddresslookup",
    ];
    phrases.iter().any(|phrase| text.contains(phrase))
}

/// Addresses that were not found, by address in small letters.
fn lost(facts: &Facts) -> Vec<Lost> {
    let mut all: BTreeMap<String, Lost> = BTreeMap::new();
    let mut add = |address: &str, span: Span, reply: Span, is_history: bool| {
        let known = all.entry(address.trim().to_lowercase());
        let lost =
            known.or_insert_with(|| Lost { address: address.trim().to_owned(), span, reply, count: 0, is_history });
        lost.count += 1;
        lost.is_history &= is_history;
    };
    for recipient in facts.reports.iter().flat_map(|report| &report.recipients) {
        let delayed = recipient.action.as_ref().is_some_and(|action| action.value.eq_ignore_ascii_case("delayed"));
        let Some(code) = recipient.diagnostic_code.as_ref().filter(|code| !delayed && is_not_found(&code.value)) else {
            continue;
        };
        let own = [&recipient.address, &recipient.original_address].into_iter().flatten();
        let encapsulated = own.clone().find(|address| decoded(&address.value).is_some());
        if let Some(address) = encapsulated.or_else(|| own.clone().next()) {
            add(&address.value, address.span, code.span, false);
        }
    }
    for event in facts.tracked.iter().filter(|event| event.event.value == "FAIL") {
        let (Some(recipients), Some(status)) = (&event.recipients, &event.recipient_status) else { continue };
        // With one status for each recipient it is known which one is meant.
        let paired = recipients.value.items.len() == status.value.items.len();
        for (address, text) in recipients.value.items.iter().zip(&status.value.items).filter(|_| paired) {
            if is_not_found(text) {
                add(address, recipients.span, status.span, true);
            }
        }
    }
    all.into_values().collect()
}

fn check(facts: &Facts) -> Verdict {
    let all = lost(facts);
    if all.is_empty() {
        let logged =
            facts.replies.all.iter().any(|reply| is_not_found(&reply.text) && squeeze(&reply.text).contains("exrecip"));
        return if logged {
            Verdict::Undecided(
                "Recipients were not found by an old X.500 address, and the log does not keep which.".to_owned(),
                vec![Missing {
                    what: "The failed messages with their recipients, or one of the non-delivery reports".to_owned(),
                    settles: "Which X.500 address is missing on which mailbox.".to_owned(),
                    command: "Get-MessageTrackingLog -EventId FAIL -ResultSize Unlimited | Where-Object { $_.Recipients -like 'IMCEAEX*' } | Export-Clixml tracking-fail.xml".to_owned(),
                }],
            )
        } else {
            Verdict::NotApplicable
        };
    }
    let mut findings = Vec::new();
    let old: Vec<(&Lost, String)> = all.iter().filter_map(|lost| Some((lost, decoded(&lost.address)?))).collect();
    if !old.is_empty() {
        findings.push(of_old(facts, &old));
    }
    let mut shared: BTreeMap<String, (Vec<&Lost>, &AcceptedDomain, &OutboundConnector)> = BTreeMap::new();
    let mut plain = Vec::new();
    for lost in all.iter().filter(|lost| decoded(&lost.address).is_none()) {
        let domain = lost.address.rsplit_once('@').map_or("", |(_, domain)| domain).to_lowercase();
        match shared_domain(facts, &domain) {
            Some((accepted, connector)) => {
                shared.entry(domain).or_insert_with(|| (Vec::new(), accepted, connector)).0.push(lost);
            }
            None => plain.push(lost),
        }
    }
    findings.extend(shared.values().map(|(lost, domain, connector)| of_shared(lost, domain, connector)));
    if findings.is_empty() || !plain.is_empty() {
        findings.extend(of_nobody(&plain));
    }
    Verdict::Found(findings)
}

/// The accepted domain that refuses unknown recipients, and the connector that leads to other mailboxes of the same domain.
fn shared_domain<'a>(facts: &'a Facts, domain: &str) -> Option<(&'a AcceptedDomain, &'a OutboundConnector)> {
    if domain.is_empty() {
        return None;
    }
    let settings = &facts.settings;
    let accepted = settings.accepted_domains.iter().find(|own| own.domain.value.eq_ignore_ascii_case(domain))?;
    accepted.kind.as_ref().filter(|kind| kind.value == AcceptedDomainKind::Authoritative)?;
    let connector = settings.outbound_connectors.iter().find(|connector| {
        connector.enabled.as_ref().is_none_or(|enabled| enabled.value)
            && connector
                .address_spaces
                .iter()
                .flat_map(|all| &all.value.items)
                .any(|space| space.kind.eq_ignore_ascii_case("smtp") && space.address.eq_ignore_ascii_case(domain))
    })?;
    Some((accepted, connector))
}

/// The objects that an old X.500 address may have belonged to, by alias.
fn owners<'a>(facts: &'a Facts, x500: &str) -> Vec<&'a DirectoryObject> {
    let name = last_name(x500);
    let is = |object: &&DirectoryObject| {
        !crate::facts::directory::is_deleted(object)
            && object.text("mailNickname").is_some_and(|alias| alias.value.eq_ignore_ascii_case(name))
    };
    facts.directory.objects().iter().filter(is).take(2).collect()
}

/// Objects that have the X.500 address, and so are found by it.
fn holder<'a>(facts: &'a Facts, x500: &str) -> Option<&'a DirectoryObject> {
    let proxy = format!("x500:{}", x500.to_lowercase());
    facts.directory.objects().iter().find(|object| {
        object.text("legacyExchangeDN").is_some_and(|own| own.value.eq_ignore_ascii_case(x500))
            || object.texts("proxyAddresses").any(|own| own.value.to_lowercase() == proxy)
    })
}

/// How to call a recipient in a command.
fn call(object: &DirectoryObject) -> Option<String> {
    let text = object.text("mail").or_else(|| object.text("mailNickname"))?;
    Some(quoted(text.value))
}

fn of_old(facts: &Facts, old: &[(&Lost, String)]) -> Discovery {
    let held: Vec<bool> = old.iter().take(20).map(|(_, x500)| holder(facts, x500).is_some()).collect();
    let certain = old.iter().any(|(lost, _)| !lost.is_history) && !held.contains(&true);
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    for (lost, _) in old.iter().take(4) {
        let proof = Proof::new(lost.span, "An address that stands for an X.500 address");
        places += &found.cite(
            proof.mark([lost.address.as_str(), "IMCEAEX"]).why("Outlook remembered it; no mailbox has it any more."),
        );
    }
    if let Some((lost, _)) = old.first() {
        places += &found.cite(Proof::new(lost.reply, "The reply").mark(["ExRecipNotFound", "not found"]));
    }
    let names: Vec<String> = old.iter().map(|(_, x500)| last_name(x500).to_owned()).collect();
    let reports: u64 = old.iter().map(|(lost, _)| lost.count).sum();
    found.statement = format!(
        "Mail is returned because senders use an old internal address that no mailbox has any more {places}: {}.",
        listed(&names, 4)
    );
    found.effect("Reports and failed deliveries to such addresses in the evidence", count(reports, "time"));
    found.affects(names.iter().cloned());
    let is_2007 = facts.servers.servers.iter().filter_map(|server| Some(server.version.as_ref()?.value)).max()
        == Some(ExchangeVersion::V2007);
    for (lost, x500) in old.iter().take(10) {
        if let Some(holder) = holder(facts, x500) {
            let name = call(holder).unwrap_or_else(|| "an object without an address".to_owned());
            found.unknown(format!(
                "The directory export shows the address at {name}: it was added since, or the system that made the report does not know it."
            ));
        }
        let owners = owners(facts, x500);
        let mailbox = match owners.as_slice() {
            [one] => call(one),
            _ => None,
        };
        let person = last_name(x500);
        let text = match &mailbox {
            Some(_) => format!("Add the old address of {person} to the mailbox that has this alias now."),
            None => format!(
                "Find out who {person} is today (Get-Recipient -Anr helps), and add the old address to that mailbox."
            ),
        };
        let mailbox = mailbox.unwrap_or_else(|| "<mailbox>".to_owned());
        let address = quoted(&format!("X500:{x500}"));
        let command = if is_2007 {
            format!(
                "$m = Get-Mailbox {mailbox}; $m.EmailAddresses += {address}; Set-Mailbox {mailbox} -EmailAddresses $m.EmailAddresses"
            )
        } else {
            format!("Set-Mailbox {mailbox} -EmailAddresses @{{Add={address}}}")
        };
        found.command(text, command);
        if lost.is_history {
            found.unknown(format!("Whether it still happens for {person}: only a log tells of it."));
        }
    }
    found.verify.push("A reply to an old message of this person arrives.".to_owned());
    found
}

fn of_shared(lost: &[&Lost], domain: &AcceptedDomain, connector: &OutboundConnector) -> Discovery {
    let mut found = Discovery::new(Confidence::Likely);
    found.severity = Some(Severity::Medium);
    let mut places = String::new();
    if let Some(first) = lost.first() {
        places += &found.cite(Proof::new(first.reply, format!("The reply for {}", first.address)).mark(["not found"]));
    }
    let span = domain.kind.as_ref().map_or(domain.span, |kind| kind.span);
    places +=
        &found.cite(Proof::new(span, format!("The accepted domain {}", domain.domain.value)).mark(["Authoritative"]));
    let span = connector.address_spaces.as_ref().map_or(connector.span, |spaces| spaces.span);
    let proof = Proof::new(span, format!("{} leads to other mailboxes of the domain", connector.name.value));
    places += &found.cite(proof.mark([domain.domain.value.as_str()]));
    let names: Vec<String> = lost.iter().map(|lost| lost.address.clone()).collect();
    found.statement = format!(
        "Mail to recipients that are not here is returned and not handed on, because the domain is Authoritative although a connector \
         leads to the other system that shares it {places}: {}.",
        domain.domain.value
    );
    found.affects(names.iter().cloned());
    found.unknown("Whether the recipients exist in the other system.");
    found.effect("Addresses that were not found", listed(&names, 5));
    found.command(
        "Look the addresses up in the other system first; if they exist there, hand unknown recipients of the domain on.",
        format!(
            "Set-AcceptedDomain {} -DomainType InternalRelay",
            quoted(domain.name.as_deref().unwrap_or(&domain.domain.value))
        ),
    );
    found.warn(
        "When the other system hands unknown recipients back, messages to addresses that exist nowhere go in a circle.",
    );
    found.verify.push("A message to one of the addresses leaves through the connector.".to_owned());
    found
}

/// Addresses that nobody has, as far as is known.
fn of_nobody(plain: &[&Lost]) -> Option<Discovery> {
    let first = plain.first()?;
    let mut found = Discovery::new(Confidence::Possible);
    found.severity = Some(Severity::Info);
    found.role = Some(Role::Context);
    let place = found.cite(Proof::new(first.reply, format!("The reply for {}", first.address)).mark(["not found"]));
    let names: Vec<String> = plain.iter().map(|lost| lost.address.clone()).collect();
    found.statement = format!("Mail was returned because an address was not found {place}: {}.", listed(&names, 4));
    found.affects(names.into_iter().take(20));
    found.command(
        "Look for the address.",
        format!("Get-Recipient -Filter \"EmailAddresses -like '*{}*'\"", within_filter(&first.address)),
    );
    Some(found)
}
/// A text inside single quotes within double quotes: apostrophes are doubled, and what PowerShell would expand is made literal.
fn within_filter(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control()).collect();
    plain
        .chars()
        .flat_map(|c| match c {
            '\'' | '\u{2018}' | '\u{2019}' => vec!['\'', '\''],
            '"' | '`' | '$' | '\u{201C}' | '\u{201D}' | '\u{201E}' => vec!['`', c],
            c => vec![c],
        })
        .collect()
}
