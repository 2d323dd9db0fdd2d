//! An Edge Transport server of Exchange 2016 CU1 refuses recipients that exist.

use crate::base::source::Span;
use crate::facts::Facts;
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed};

declare_rule! {
    /// # Symptoms
    /// Mail from the internet to recipients that exist is returned with `5.1.10 Recipient not found by SMTP address lookup`.
    ///
    /// # Cause
    /// Recipient validation of the Edge Transport server of Exchange 2016 CU1 (15.1.396) does not find recipients that are there. Microsoft
    /// confirms this as a problem of the product.
    ///
    /// # Resolution
    /// 1. Install a later cumulative update.
    /// 2. Until then switch recipient validation off on the Edge server.
    ///
    /// # More information
    /// Without validation the Edge server takes mail for recipients that do not exist; the servers inside return it.
    id: "edge-2016cu1-recipient-validation",
    title: "The Edge server refuses recipients that exist",
    area: Recipients,
    severity: Medium,
    role: Cause,
    versions: V2016..=V2016,
    needs: [Reports],
    helps: [Headers, Servers, Directory, Mailboxes],
    explains: ["resolver-notfound-511"],
    sources: ["https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/edge-transport-servers-reject-messages.md"],
    check: check,
}

/// The build of CU1.
const BUILD: &str = "15.1.396.";

/// A server of the build, as headers show it.
struct Edge {
    name: String,
    span: Span,
}

fn edges(facts: &Facts) -> Vec<Edge> {
    let hops = facts.headers.iter().flat_map(|header| &header.hops).filter_map(|hop| {
        let is_build = hop.id.as_deref().is_some_and(|id| id.trim().starts_with(BUILD));
        is_build.then(|| Some((hop.by.clone()?, hop.span)))?
    });
    let received = facts.reports.iter().flat_map(|report| &report.original.received).filter_map(|field| {
        let (_, by) = field.value.split_once(" by ").filter(|_| field.value.contains(&format!("id {BUILD}")))?;
        Some((by.split_whitespace().next()?.to_owned(), field.span))
    });
    let mut edges: Vec<Edge> = Vec::new();
    for (name, span) in hops.chain(received) {
        let name = name.split_whitespace().next().unwrap_or("").to_owned();
        if !name.is_empty() && !edges.iter().any(|edge| server_key(&edge.name) == server_key(&name)) {
            edges.push(Edge { name, span });
        }
    }
    edges
}

/// A recipient that was refused by a server of the build.
struct Refused<'a> {
    address: &'a str,
    span: Span,
    edge: &'a Edge,
    exists: Option<Span>,
}

fn check(facts: &Facts) -> Verdict {
    let edges = edges(facts);
    if edges.is_empty() {
        return Verdict::NotApplicable;
    }
    let role = |edge: &Edge| facts.servers.server(&edge.name).and_then(|server| server.roles.clone());
    let mut refused = Vec::new();
    for recipient in facts.reports.iter().flat_map(|report| &report.recipients) {
        let (Some(address), Some(code)) = (&recipient.address, &recipient.diagnostic_code) else { continue };
        let text = squeeze(&code.value);
        if !text.contains("notfoundbysmtpaddresslookup") {
            continue;
        }
        let named = |edge: &&Edge| {
            let is = |name: &str| server_key(name.trim()) == server_key(&edge.name);
            recipient.remote_mta.as_ref().is_some_and(|mta| is(&mta.value)) || text.contains(&edge.name.to_lowercase())
        };
        let Some(edge) = edges.iter().find(named) else { continue };
        if role(edge).is_some_and(|roles| !roles.to_lowercase().contains("edge")) {
            continue;
        }
        // Each is looked up among all recipients; that many show what is the matter.
        if refused.len() >= 100 {
            break;
        }
        refused.push(Refused { address: &address.value, span: code.span, edge, exists: place(facts, &address.value) });
    }
    let Some(first) = refused.first() else { return Verdict::NotApplicable };
    let known = !facts.directory.is_empty() || !facts.databases.mailboxes.is_empty();
    let real: Vec<&Refused<'_>> = refused.iter().filter(|one| one.exists.is_some()).collect();
    match real.first() {
        Some(one) => {
            let is_edge = role(one.edge).is_some();
            Verdict::Found(vec![finding(&real, one, is_edge)])
        }
        None if known => Verdict::RuledOut(format!("The refused recipients are not among those that were exported: {}.", first.address)),
        None => Verdict::Undecided(
            "An Edge server of Exchange 2016 CU1 refused recipients; whether they exist is not in the evidence.".to_owned(),
            vec![Missing {
                what: "The recipients of the organization".to_owned(),
                settles: format!("Whether {} exists.", first.address),
                command: "Get-Mailbox -ResultSize Unlimited | Select-Object Name,PrimarySmtpAddress,EmailAddresses,Database | Export-Clixml mailboxes.xml".to_owned(),
            }],
        ),
    }
}

/// Where the evidence shows an address.
fn place(facts: &Facts, address: &str) -> Option<Span> {
    if let Some(mailbox) = facts.databases.mailbox(address) {
        return Some(mailbox.span);
    }
    let proxy = format!("smtp:{}", address.trim().to_lowercase());
    let object = facts.directory.objects().iter().find(|object| {
        object.text("mail").is_some_and(|mail| mail.value.eq_ignore_ascii_case(address.trim()))
            || object.texts("proxyAddresses").any(|own| own.value.to_lowercase() == proxy)
    })?;
    let shown = object.texts("proxyAddresses").find(|own| own.value.to_lowercase() == proxy).map(|own| own.span);
    shown.or(object.text("mail").map(|mail| mail.span))
}

fn finding(real: &[&Refused<'_>], first: &Refused<'_>, is_edge: bool) -> Discovery {
    let mut found = Discovery::new(if is_edge { Confidence::Confirmed } else { Confidence::Likely });
    let refusal =
        found.cite(Proof::new(first.span, format!("The refusal of {}", first.address)).mark(["5.1.10", "not found"]));
    let exists = first.exists.map_or_else(String::new, |span| {
        found.cite(Proof::new(span, format!("{} exists", first.address)).mark([first.address]))
    });
    let build = found.cite(
        Proof::new(first.edge.span, format!("The version of {}", first.edge.name))
            .mark([BUILD.trim_end_matches('.')])
            .why("15.1.396 is Exchange 2016 CU1."),
    );
    let addresses: Vec<String> = real.iter().map(|one| one.address.to_owned()).collect();
    found.statement = format!(
        "The Edge server {} refuses recipients {refusal} that exist {exists}, because of a mistake in its version, Exchange 2016 CU1 {build}: {}.",
        first.edge.name,
        listed(&addresses, 4)
    );
    found.affects([first.edge.name.clone()]);
    found.affects(addresses.into_iter().take(20));
    if !is_edge {
        found.unknown("Whether the server has the Edge role, and whether recipient validation is on.");
    }
    found.step("Install a later cumulative update on the Edge server.");
    found.command(
        "Look whether recipients are validated.",
        "Get-RecipientFilterConfig | Format-List Enabled,RecipientValidationEnabled",
    );
    found.command(
        "Until the update is there, switch the validation off.",
        "Set-RecipientFilterConfig -RecipientValidationEnabled $false",
    );
    found.warn("The Edge server then takes mail for recipients that do not exist, and the servers inside return it to forged senders.");
    found.verify.push("A message from outside to one of the recipients arrives.".to_owned());
    found
}
