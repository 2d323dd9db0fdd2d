//! Events of rows that are no trouble for mail: what the row cannot tell by itself.
//!
//! A row has no conditions, so these stand here: a store that is only there for recovery takes no mail; a certificate that was
//! replaced is no fault any more; and a server of others that cannot log on as an own one need not.

use std::cell::LazyCell;
use std::net::IpAddr;
use std::sync::LazyLock;

use regex::Regex;

use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::facts::databases::is_certainly_before;
use crate::model::certificate::Certificate;
use crate::model::known_row::KnownRow;
use crate::model::server::server_key;
use crate::model::smtp_reply::squeeze;
use crate::report::{Confidence, Role, Severity};
use crate::rules::discovery::{Discovery, Proof, count, distinct, listed};
use crate::rules::own::Own;
use crate::rules::searching::{Hit, Pattern, computers, effects, events, span_of};

/// Why an event is no trouble.
pub(super) struct Settled {
    /// What it says, in place of the statement of the row.
    statement: String,
    /// Why it is none.
    why: String,
    /// What shows that.
    proof: Option<Proof>,
    /// What remains open.
    unknown: Option<String>,
}

/// Rows about databases and their files.
const STORES: [&str; 9] = [
    "event-store-9518",
    "event-store-9519",
    "event-store-1159",
    "event-ese-454",
    "event-ese-455",
    "event-ese-474",
    "event-ese-476",
    "event-ese-478",
    "event-ese-486",
];

/// Events of that row that are no trouble, with the reasons; and all others.
pub(super) fn split<'h, 'f>(
    facts: &Facts,
    row: &KnownRow,
    all: &[&'h Hit<'f>],
) -> (Vec<(&'h Hit<'f>, Settled)>, Vec<&'h Hit<'f>>) {
    let mut settled = Vec::new();
    let mut open = Vec::new();
    let own = LazyCell::new(|| Own::of(facts));
    for hit in all {
        let reason = match row.id.as_str() {
            id if STORES.contains(&id) => recovery(facts, hit),
            "direct-trust-1036-2018" => foreign(&own, hit),
            "cert-12014-starttls-not-found" => replaced(facts, hit, Wanted::Newer),
            "cert-expired-12015-12016" if hit.group.id == 12015 => replaced(facts, hit, Wanted::OfServer),
            "cert-expired-12015-12016" => replaced(facts, hit, Wanted::Named),
            _ => None,
        };
        match reason {
            Some(reason) => settled.push((*hit, reason)),
            None => open.push(*hit),
        }
    }
    (settled, open)
}

/// A finding of events that are all no trouble.
pub(super) fn finding(settled: Vec<(&Hit<'_>, Settled)>) -> Discovery {
    let mut found = Discovery::new(Confidence::Confirmed);
    found.severity = Some(Severity::Info);
    found.role = Some(Role::Context);
    let all: Vec<&Hit<'_>> = settled.iter().map(|(hit, _)| *hit).collect();
    let servers = computers(&all);
    let statements = distinct(settled.iter().map(|(_, reason)| reason.statement.clone()));
    let mut places = String::new();
    for hit in all.iter().take(4) {
        let place = hit.cite(&mut found, &[], "");
        if !places.contains(&place) {
            places += &place;
        }
    }
    let on = if servers.is_empty() { String::new() } else { format!(" on {}", listed(&servers, 3)) };
    let first = all.iter().filter_map(|hit| hit.variant.first).min();
    let last = all.iter().filter_map(|hit| hit.variant.last).max();
    let number = count(events(&all), "event");
    found.statement = format!("{}: {number}{on}{} {places}.", listed(&statements, 3), span_of(first, last));
    effects(&mut found, &all);
    tell(&mut found, settled);
    found
}

/// Adds the reasons why some of the events are no trouble.
pub(super) fn tell(found: &mut Discovery, settled: Vec<(&Hit<'_>, Settled)>) {
    let mut told: Vec<String> = Vec::new();
    for (_, reason) in settled.into_iter().take(16) {
        if told.contains(&reason.why) {
            continue;
        }
        let place = reason.proof.map_or_else(String::new, |proof| format!(" {}", found.cite(proof)));
        found.held(format!("{}{place}.", reason.why));
        told.push(reason.why);
        if let Some(unknown) = reason.unknown {
            found.unknown(unknown);
        }
    }
}

/// Names of groups that hold databases for recovery only, as System Manager offers them.
const RECOVERY: [&str; 5] = [
    "recoverystoragegroup",
    "wiederherstellungsspeichergruppe",
    "wiederherstellungs-speichergruppe",
    "groupedestockagederécupération",
    "grupodealmacenamientoderecuperación",
];

fn recovery(facts: &Facts, hit: &Hit<'_>) -> Option<Settled> {
    let text = squeeze(hit.text);
    let by_group = RECOVERY.iter().any(|name| text.contains(name));
    let words = |text: &str, name: &str| {
        text.match_indices(name).any(|(at, _)| {
            let edge = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '-' | '_'));
            edge(text.get(..at).and_then(|before| before.chars().next_back()))
                && edge(text.get(at + name.len()..).and_then(|after| after.chars().next()))
        })
    };
    let lower = hit.text.to_lowercase();
    let listed = facts.databases.databases.iter().find(|database| {
        database.recovery.as_ref().is_some_and(|recovery| recovery.value)
            && words(&lower, &database.name.value.to_lowercase())
    });
    if !by_group && listed.is_none() {
        return None;
    }
    let proof = listed.and_then(|database| {
        let note = format!("{} is a recovery database", database.name.value);
        Some(Proof::new(database.recovery.as_ref()?.span, note).mark(["True"]))
    });
    Some(Settled {
        statement: "A database that is only there for recovery has trouble, and mail does not depend on it".to_owned(),
        why: "Databases for recovery receive no mail: they are opened to take messages out of a backup. It is a problem only for that, \
              or when the same event names another database"
            .to_owned(),
        proof,
        unknown: None,
    })
}

static CERTIFICATE: Pattern = LazyLock::new(|| Regex::new(r"(?i)\bCN=([^,\s\]\|>]{1,255})").ok());
static ADDRESS: Pattern =
    LazyLock::new(|| Regex::new(r"\[?((?:\d{1,3}\.){3}\d{1,3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:.]+)\]?").ok());

fn foreign(own: &Own, hit: &Hit<'_>) -> Option<Settled> {
    let name = CERTIFICATE.as_ref()?.captures(hit.text).and_then(|c| Some(c.get(1)?.as_str().trim_end_matches('.')));
    let address: Option<IpAddr> =
        ADDRESS.as_ref()?.captures_iter(hit.text).find_map(|c| c.get(1)?.as_str().parse().ok());
    own.is_foreign(name, address).then(|| {
        let who = match (name, address) {
            (Some(name), Some(address)) => format!("{name} at {address}"),
            (Some(name), None) => name.to_owned(),
            (None, Some(address)) => address.to_string(),
            (None, None) => "the other side".to_owned(),
        };
        Settled {
            statement: format!("A server of others, {who}, could not log on as an own Exchange server does"),
            why: "Neither its name nor its address is one of the own servers that the evidence shows, so no mail between own servers \
                  depends on it. If it is an own Edge server after all, renew its subscription"
                .to_owned(),
            proof: None,
            unknown: None,
        }
    })
}

/// Which certificate settles it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    /// One for the name in the event: were it older than the event, there would have been none.
    Named,
    /// The same, made after the event: an older one can be there and not fit the connector.
    Newer,
    /// One for the name of the server.
    OfServer,
}

static THUMBPRINT: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b[0-9a-f]{40}\b").ok());
static HOST: Pattern = LazyLock::new(|| Regex::new(r"(?i)\b[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+\b").ok());

fn replaced(facts: &Facts, hit: &Hit<'_>, wanted: Wanted) -> Option<Settled> {
    // A connector that names its certificate by issuer and subject wants exactly that one.
    if hit.text.contains("<S>") || hit.text.contains("<I>") {
        return None;
    }
    let (last, computer) = (hit.variant.last?, hit.group.computer.as_deref()?);
    let hosts: Vec<String> = match wanted {
        Wanted::OfServer => vec![computer.to_ascii_lowercase()],
        _ => HOST.as_ref()?.find_iter(hit.text).map(|found| found.as_str().to_ascii_lowercase()).collect(),
    };
    let of_server: Vec<&Certificate> =
        facts.settings.certificates.iter().filter(|certificate| is_on(facts, certificate, computer)).collect();
    let fits = |certificate: &&&Certificate| {
        let names = names(certificate);
        let named = hosts.iter().any(|host| names.iter().any(|name| is_for(name, host)));
        let newer =
            certificate.not_before.as_ref().is_some_and(|from| is_certainly_before(last, from.value) == Some(true));
        named && is_valid(certificate, last) && (wanted != Wanted::Newer || newer)
    };
    let valid = of_server.iter().find(fits)?;
    let old = THUMBPRINT.as_ref().and_then(|p| p.find(hit.text)).map(|found| found.as_str().to_ascii_uppercase());
    let still = old.as_ref().filter(|old| of_server.iter().any(|other| other.thumbprint.value == **old));
    let end = valid.not_after.as_ref().map_or_else(String::new, |end| format!(" until {}", end.value));
    let place = valid.thumbprint.span;
    let name = if wanted == Wanted::OfServer { "its own name" } else { "the name in the event" };
    Some(Settled {
        statement: "The certificate that was missed or had expired was replaced".to_owned(),
        why: format!("The list of certificates of {computer} shows one for {name} that is valid{end} and serves SMTP"),
        proof: Some(
            Proof::new(place, format!("A valid certificate of {computer}")).mark([valid.thumbprint.value.as_str()]),
        ),
        unknown: still.filter(|_| wanted == Wanted::OfServer).map(|_| {
            "Whether it is the one for mail between Exchange servers: the old one is listed as well. Get-TransportService shows \
             InternalTransportCertificateThumbprint."
                .to_owned()
        }),
    })
}

/// All names of a certificate, in small letters.
fn names(certificate: &Certificate) -> Vec<String> {
    let domains = certificate.domains.iter().flat_map(|list| list.value.items.iter().map(String::as_str));
    let subject = certificate
        .subject
        .as_ref()
        .and_then(|subject| CERTIFICATE.as_ref()?.captures(&subject.value).and_then(|c| Some(c.get(1)?.as_str())));
    domains.chain(subject).map(|name| name.trim().to_ascii_lowercase()).collect()
}

/// Whether a name of a certificate, perhaps with a star, stands for a host.
fn is_for(name: &str, host: &str) -> bool {
    match name.strip_prefix("*.") {
        Some(domain) => host.split_once('.').is_some_and(|(_, own)| own == domain),
        // A server is named with and without its domain.
        None if name.contains('.') && host.contains('.') => name == host,
        None => !name.is_empty() && name.split('.').next() == host.split('.').next(),
    }
}

fn is_valid(certificate: &Certificate, at: Moment) -> bool {
    let serves = certificate.services.as_ref().is_some_and(|services| services.value.0.iter().any(|s| s == "SMTP"));
    let lasts = certificate.not_after.as_ref().is_some_and(|end| is_certainly_before(at, end.value) == Some(true));
    let good = certificate.status.as_ref().is_none_or(|status| {
        let word = status.value.trim().to_ascii_lowercase();
        word == "valid" || word == "revocationcheckfailure"
    });
    serves && lasts && good && certificate.has_private_key.as_ref().is_none_or(|key| key.value)
}

/// Whether a certificate is in the list of a server. Lists seldom name it; then one of the certificates does.
fn is_on(facts: &Facts, certificate: &Certificate, computer: &str) -> bool {
    let key = server_key(computer);
    if let Some(server) = &certificate.server {
        return server_key(&server.value) == key;
    }
    let list = facts.settings.certificates.iter().filter(|other| other.span.source == certificate.span.source);
    list.filter(|other| other.server.is_none()).flat_map(names).any(|name| server_key(&name) == key)
}

#[cfg(test)]
mod tests {
    use super::is_for;

    #[test]
    fn a_star_stands_for_one_part_of_a_name() {
        assert!(is_for("*.contoso.com", "mail.contoso.com"));
        assert!(!is_for("*.contoso.com", "mail.emea.contoso.com"));
        assert!(!is_for("*.contoso.com", "contoso.com"));
        assert!(is_for("ex1", "ex1.contoso.com") && is_for("ex1.contoso.com", "ex1.contoso.com"));
        assert!(!is_for("ex1.fabrikam.example", "ex1.contoso.com"));
    }
}
