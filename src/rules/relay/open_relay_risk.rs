//! Anybody may send mail to anybody through a receive connector.

use std::collections::BTreeSet;
use std::net::IpAddr;

use super::scope::{ANY_RECIPIENT, Told, admits_anonymous, anonymous_may_relay, answers_outside, is_for_everybody};
use crate::base::ip_range::is_private;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::transport::Question;
use crate::model::domain::{AcceptedDomain, AcceptedDomainKind};
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector};
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Strangers send spam through the server; queues to foreign domains grow, and other servers refuse the mail of the organization.
    ///
    /// # Cause
    /// A receive connector answers every address and lets clients that did not authenticate send to every recipient: it trusts its clients
    /// without authentication (ExternalAuthoritative), or anonymous clients have the right Ms-Exch-SMTP-Accept-Any-Recipient. Or `*` is an
    /// accepted domain that mail is relayed for.
    ///
    /// # Resolution
    /// 1. Give the connector only the addresses of the hosts that must relay, or take the right away.
    /// 2. Remove the accepted domain `*`.
    ///
    /// # More information
    /// AnonymousUsers with all addresses is what a server that receives mail from the internet needs: it accepts mail for the own domains
    /// only. The default connectors as setup creates them are no open relay.
    id: "open-relay-risk",
    title: "Anybody may relay mail through the server",
    area: Relay,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [ReceiveConnectors],
    helps: [Permissions, AcceptedDomains, ProtocolLogs],
    explains: [],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/connectors/allow-anonymous-relay",
        "https://microsoft.github.io/CSS-Exchange/Diagnostics/HealthChecker/OpenRelayDomain/",
    ],
    check: check,
}

/// Why everybody may relay.
enum Way {
    /// The connector trusts its clients; whether they have the rights for it for certain.
    Trusted(bool),
    /// Anonymous clients have the right; the place.
    Right(Span),
}

/// What was found out about a connector.
enum Judged {
    /// Nothing raises the question.
    Quiet,
    /// It relays, but not for everybody; why.
    Closed(String),
    /// It cannot be told; why, and whether the permissions would tell.
    Unknown(String, bool),
    /// It relays for everybody, on this port.
    Open(Way, u16),
}

fn check(facts: &Facts) -> Verdict {
    let (mut findings, mut unknown, mut closed) = (Vec::new(), Vec::new(), Vec::new());
    for server in facts.connectors.servers() {
        for connector in facts.connectors.of(server).iter().filter(|connector| connector.is_enabled()) {
            match judge(facts, connector) {
                Judged::Quiet => {}
                Judged::Closed(why) => closed.push(why),
                Judged::Unknown(why, by_rights) => unknown.push((connector, why, by_rights)),
                Judged::Open(way, port) => findings.push(finding(facts, connector, &way, port)),
            }
        }
    }
    findings.extend(facts.settings.accepted_domains.iter().filter_map(|domain| of_domain(facts, domain)));
    if !findings.is_empty() {
        return Verdict::Found(findings);
    }
    if let Some((connector, why, by_rights)) = unknown.first() {
        let name = &connector.identity.value;
        let missing = if *by_rights {
            Missing {
                what: format!("The permissions of anonymous clients on {name}"),
                settles: "Whether anybody may send to every recipient through it.".to_owned(),
                command: format!(
                    "Get-ReceiveConnector {} | Get-ADPermission -User 'NT AUTHORITY\\ANONYMOUS LOGON' | Export-Clixml connector-rights.xml",
                    quoted(name)
                ),
            }
        } else {
            Missing {
                what: "The receive connectors of the server, with all ranges".to_owned(),
                settles: format!("For which addresses {name} relays."),
                command: format!(
                    "Get-ReceiveConnector -Server {} | Export-Clixml receive-connectors.xml",
                    quoted(connector.server().unwrap_or(""))
                ),
            }
        };
        return Verdict::Undecided(
            format!("Whether {name} relays for everybody cannot be told: {why}."),
            vec![missing],
        );
    }
    match closed.as_slice() {
        [] => Verdict::NotApplicable,
        all => Verdict::RuledOut(format!("No connector relays for everybody: {}.", listed(all, 3))),
    }
}

fn judge(facts: &Facts, connector: &ReceiveConnector) -> Judged {
    let name = &connector.identity.value;
    let external = connector
        .auth_mechanism
        .as_ref()
        .is_some_and(|auth| auth.value.contains(AuthMechanism::EXTERNAL_AUTHORITATIVE));
    let groups = connector.permission_groups.as_ref().map(|groups| groups.value);
    // Trusted clients get the rights of the group of Exchange servers, so without it they have none.
    let has = |group: u32| groups.is_none_or(|groups| groups.contains(group));
    let trusted = external && (has(PermissionGroups::EXCHANGE_SERVERS) || has(PermissionGroups::CUSTOM));
    let certain = groups.is_some_and(|groups| groups.contains(PermissionGroups::EXCHANGE_SERVERS));
    let way = match anonymous_may_relay(facts, connector) {
        Told::Yes(place) => Way::Right(place),
        _ if trusted => Way::Trusted(certain),
        Told::No => return Judged::Quiet,
        Told::Unknown(why) => {
            // What setup creates accepts mail for the own domains only.
            let asks = admits_anonymous(connector) == Some(true)
                && !connector.has_default_name()
                && is_for_everybody(connector) == Told::Yes(())
                && matches!(answers_outside(facts, connector), Told::Yes(_));
            return if asks { Judged::Unknown(why, true) } else { Judged::Quiet };
        }
    };
    if facts.connectors.conflicts.iter().any(|other| other.eq_ignore_ascii_case(name)) {
        return Judged::Unknown(format!("two exports show {name} with different settings"), false);
    }
    match (is_for_everybody(connector), answers_outside(facts, connector)) {
        (Told::No, _) => Judged::Closed(format!("{name} relays only for chosen addresses")),
        (Told::Yes(()), Told::Yes(port)) => Judged::Open(way, port),
        (Told::Yes(()), Told::No) => Judged::Closed(format!("other connectors answer for {name}")),
        (Told::Unknown(why), _) | (_, Told::Unknown(why)) => Judged::Unknown(why, false),
    }
}

fn finding(facts: &Facts, connector: &ReceiveConnector, way: &Way, port: u16) -> Discovery {
    let name = &connector.identity.value;
    let certain = match way {
        Way::Trusted(certain) => *certain,
        Way::Right(_) => admits_anonymous(connector).is_none_or(|admits| admits),
    };
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let mut places = String::new();
    if let Some(ranges) = &connector.remote_ip_ranges {
        let widest = ranges.value.items.iter().max_by_key(|range| (range.is_ipv4(), range.size_less_one()));
        let marks: Vec<String> =
            widest.into_iter().flat_map(|range| [Some(range.to_string()), range.as_prefix()]).flatten().collect();
        places += &found.cite(Proof::new(ranges.span, format!("{name} answers every address")).mark(marks));
    }
    let how = match way {
        Way::Trusted(_) => {
            if let Some(auth) = &connector.auth_mechanism {
                let proof = Proof::new(auth.span, format!("{name} trusts its clients without authentication"));
                places += &found
                    .cite(proof.mark(["ExternalAuthoritative"]).why("Trusted clients may send to every recipient."));
            }
            "trusts all of them without authentication"
        }
        Way::Right(place) => {
            let proof = Proof::new(*place, format!("Anonymous clients of {name} may send to every recipient"));
            places += &found.cite(proof.mark([ANY_RECIPIENT, "Accept-Any-Recipient"]));
            "lets anonymous clients send to every recipient"
        }
    };
    found.statement = format!(
        "{name} answers every address on port {port} and {how} {places}: whoever reaches the server can send mail to anybody \
         through it."
    );
    found.affects([name.clone()]);
    found.affects(connector.server());
    found.held("No other connector of the server has smaller ranges for addresses outside.");
    if !certain {
        found.unknown("Whether clients may submit at all: the export does not show that PermissionGroups let them.");
    }
    found.unknown(
        "Whether the port can be reached from the internet: a firewall in front of the server does not show here.",
    );
    let users = users(facts, connector);
    if users.is_empty() {
        found.command(
            "Switch on the protocol log of the connector, to see which hosts use it.",
            format!("Set-ReceiveConnector {} -ProtocolLoggingLevel Verbose", quoted(name)),
        );
    }
    match way {
        Way::Right(_) if users.is_empty() => found.command(
            "Take the right away from anonymous clients. The own domains are still accepted.",
            format!(
                "Get-ReceiveConnector {} | Remove-ADPermission -User 'NT AUTHORITY\\ANONYMOUS LOGON' -ExtendedRights '{ANY_RECIPIENT}'",
                quoted(name)
            ),
        ),
        _ if users.is_empty() => found.command(
            "Let the connector answer only the hosts that must relay; until they are known, switch it off.",
            format!("Set-ReceiveConnector {} -Enabled $false", quoted(name)),
        ),
        _ => found.command(
            "Let the connector answer only the hosts of the own network that used it, as the receive log shows them.",
            format!("Set-ReceiveConnector {} -RemoteIPRanges {}", quoted(name), users.join(",")),
        ),
    }
    found.warn(
        "Applications and devices whose addresses are not among those left can no longer send through this connector.",
    );
    found.verify.push(
        "A client outside of the ranges gets 550 5.7.1 Unable to relay (5.7.54 from 2013 on) for a foreign recipient."
            .to_owned(),
    );
    found
}

/// Addresses of private networks that the receive log shows on the connector, at most 40.
fn users(facts: &Facts, connector: &ReceiveConnector) -> Vec<String> {
    let mut users: BTreeSet<IpAddr> = BTreeSet::new();
    for (key, _) in facts.transport.counts(Question::SmtpEndpoints) {
        let [kind, own, remote] = key.as_slice() else { continue };
        if kind == "receive"
            && own.eq_ignore_ascii_case(&connector.identity.value)
            && let Ok(address) = remote.trim_matches(['[', ']']).parse::<IpAddr>()
            && is_private(address)
        {
            users.insert(address);
        }
    }
    if users.len() > 40 { Vec::new() } else { users.iter().map(ToString::to_string).collect() }
}

fn of_domain(facts: &Facts, domain: &AcceptedDomain) -> Option<Discovery> {
    let relays = match domain.kind.as_ref().map(|kind| kind.value) {
        Some(AcceptedDomainKind::Authoritative) => return None,
        Some(_) => true,
        None => false,
    };
    if domain.domain.value.trim() != "*" {
        return None;
    }
    // Somebody must be able to submit without an account.
    let open = facts.connectors.servers().flat_map(|server| facts.connectors.of(server)).find(|connector| {
        connector.is_enabled()
            && admits_anonymous(connector) == Some(true)
            && is_for_everybody(connector) == Told::Yes(())
            && matches!(answers_outside(facts, connector), Told::Yes(_))
    });
    let may_be_open = || {
        let mut all = facts.connectors.servers().flat_map(|server| facts.connectors.of(server));
        all.any(|connector| {
            connector.is_enabled()
                && admits_anonymous(connector) != Some(false)
                && (matches!(is_for_everybody(connector), Told::Unknown(_))
                    || matches!(answers_outside(facts, connector), Told::Unknown(_)))
        })
    };
    if open.is_none() && !facts.connectors.is_empty() && !may_be_open() {
        return None;
    }
    let certain = relays && open.is_some();
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let kind = domain.kind.as_ref().map_or_else(|| "unknown type".to_owned(), |kind| kind.value.to_string());
    let mut places = found.cite(
        Proof::new(domain.span, "Every domain is an accepted domain")
            .mark([kind.as_str()])
            .why("Mail to accepted domains needs no right."),
    );
    if let Some(connector) = open {
        let place = connector.permission_groups.as_ref().map_or(connector.span, |groups| groups.span);
        let proof =
            Proof::new(place, format!("{} admits anonymous clients of every address", connector.identity.value));
        places += &found.cite(proof.mark(["AnonymousUsers"]));
        found.affects([connector.identity.value.clone()]);
    } else {
        found.unknown("Whether anonymous clients of every address may submit: the receive connectors are not in the evidence, or not with all of their settings.");
    }
    let name = domain.name.clone().unwrap_or_else(|| "*".to_owned());
    found.statement = format!(
        "Mail to every domain is accepted and relayed ({kind}), because the accepted domain \"{name}\" stands for all of them {places}."
    );
    found.affects([format!("accepted domain {name}")]);
    found
        .command("Look at the accepted domains, and note which foreign domains must be relayed.", "Get-AcceptedDomain");
    found.command("Remove the accepted domain for all.", format!("Remove-AcceptedDomain {}", quoted(&name)));
    found.warn(
        "Mail to domains that are relayed only because of it is refused afterwards: add those domains by name first.",
    );
    found.verify.push("A client outside gets 550 5.7.1 Unable to relay for a foreign recipient.".to_owned());
    Some(found)
}
