//! The default receive connector answers Exchange servers and was changed so that it cannot
//! authenticate them.

use super::exchange_auth::{self as auth, Answer, Refused};
use super::targets::{is_internal, targets};
use crate::base::order::Order as _;
use crate::facts::Facts;
use crate::model::Located;
use crate::model::receive_connector::{AuthMechanism, PermissionGroups, ReceiveConnector};
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, distinct, listed, quoted};

declare_rule! {
    /// # Symptoms
    /// Mail between Exchange servers waits in Retry with
    /// `451 5.7.3 Cannot achieve Exchange Server authentication`. No custom connector takes the connection.
    ///
    /// # Cause
    /// The default connector of the answering server was changed: Exchange Server authentication or the
    /// permission group for Exchange servers was taken away, or the connector was switched off.
    ///
    /// # Resolution
    /// 1. Give the default connector its authentication and permission groups back.
    /// 2. Retry the queues.
    /// 3. Check that the queues empty.
    ///
    /// # More information
    /// Hardening guides sometimes ask for anonymous access to be removed from the default connector. That is
    /// possible; removing Exchange Server authentication is not. With it, the connector must also keep the name
    /// of the server as its FQDN.
    id: "exch-auth-573-default-connector-misconfigured",
    title: "The default receive connector does not authenticate Exchange servers",
    area: Authentication,
    severity: Critical,
    role: Cause,
    versions: V2007..=Se,
    needs: [Queues, ReceiveConnectors],
    helps: [ServerAddresses, Servers],
    explains: ["failover-exhausted-wrapper"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/connectors/receive-connectors",
        "https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages/non-delivery-reports-and-bounce-messages",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let refused: Vec<Refused<'_>> = auth::refused(facts).into_iter().filter(|r| is_internal(facts, r.queue)).collect();
    if refused.is_empty() || facts.connectors.is_empty() {
        return Verdict::NotApplicable;
    }
    let mut faulty: Vec<&ReceiveConnector> = Vec::new();
    let (mut able, mut open, mut proven) = (Vec::new(), Vec::new(), true);
    for r in &refused {
        for target in targets(facts, r.queue).servers {
            let source = r.queue.server().unwrap_or("");
            let meetings = auth::meetings(facts, source, target);
            let answers: Vec<Option<&ReceiveConnector>> = if meetings.is_empty() {
                proven = false;
                vec![default_on_port(facts, source, target)]
            } else {
                meetings
                    .iter()
                    .filter_map(|m| match &m.answer {
                        Answer::Able(c) | Answer::Unable(c) => Some(Some(*c)),
                        Answer::Nobody => Some(default_on_port(facts, source, target).filter(|c| !c.is_enabled())),
                        Answer::Unknown(why) => {
                            open.push(why.clone());
                            None
                        }
                    })
                    .collect()
            };
            proven &= meetings.iter().all(|m| m.port_is_certain);
            for connector in answers.into_iter().flatten() {
                let is_faulty = !connector.is_enabled() || connector.offers_exchange_auth() == Some(false);
                if connector.has_default_name() && is_faulty {
                    if !faulty.iter().any(|c| c.span == connector.span) {
                        faulty.push(connector);
                    }
                } else if connector.offers_exchange_auth() == Some(true) && !able.contains(&connector.identity.value) {
                    able.push(connector.identity.value.clone());
                }
            }
        }
    }
    if !faulty.is_empty() {
        return Verdict::Found(vec![finding(facts, &refused, &faulty, proven)]);
    }
    if !open.is_empty() {
        return Verdict::NotApplicable;
    }
    // Without addresses the default connector may not be the one that answers, but it is intact.
    let intact: Vec<String> = intact_defaults(facts, &refused);
    if intact.is_empty() {
        return Verdict::NotApplicable;
    }
    Verdict::RuledOut(format!(
        "{} offer{} Exchange Server authentication and admit{} Exchange servers.",
        listed(&intact, 4),
        if intact.len() == 1 { "s" } else { "" },
        if intact.len() == 1 { "s" } else { "" },
    ))
}

/// The default connector on the port where `source` meets `target`.
fn default_on_port<'a>(facts: &'a Facts, source: &str, target: &str) -> Option<&'a ReceiveConnector> {
    let connectors = facts.connectors.of(target).iter();
    connectors
        .filter(|c| c.has_default_name() && c.bindings.is_some())
        .find(|c| auth::listens(facts, c, source, target))
}

fn intact_defaults(facts: &Facts, refused: &[Refused<'_>]) -> Vec<String> {
    let mut intact = Vec::new();
    for r in refused {
        for target in targets(facts, r.queue).servers {
            if let Some(c) = default_on_port(facts, r.queue.server().unwrap_or(""), target)
                && c.is_enabled()
                && c.offers_exchange_auth() == Some(true)
                && !intact.contains(&c.identity.value)
            {
                intact.push(c.identity.value.clone());
            }
        }
    }
    intact
}

fn finding(facts: &Facts, refused: &[Refused<'_>], faulty: &[&ReceiveConnector], proven: bool) -> Discovery {
    // A missing permission group alone shows later in the conversation; then something else may be wrong.
    // So does a sender that may use the weaker method.
    let certain = proven && faulty.iter().all(|c| !c.is_enabled() || auth::lacks_method(c));
    let mut found = Discovery::new(if certain { Confidence::Confirmed } else { Confidence::Likely });
    let mut settings = String::new();
    let mut lacks: Vec<&str> = Vec::new();
    for connector in faulty {
        if let Some(enabled) = connector.enabled.as_ref().filter(|e| !e.value) {
            let note = format!("{} is switched off", connector.identity.value);
            settings += &found.cite(Proof::new(enabled.span, note).mark(["False"]));
            lacks.push("an enabled connector");
            continue;
        }
        settings += &auth::cite_settings(&mut found, connector);
        lacks.extend(auth::lacks(connector));
    }
    lacks.order();
    lacks.dedup();
    let queues = auth::cite_queues(&mut found, refused);
    let names: Vec<String> = faulty.iter().map(|c| c.identity.value.clone()).collect();
    let sources: Vec<String> = distinct(refused.iter().filter_map(|r| r.queue.server()).map(str::to_owned));
    found.statement = format!(
        "{} should authenticate {} but lack{} {} {settings}, so mail to {} does not move {queues}.",
        listed(&names, 4),
        auth::call(facts, &sources),
        if names.len() == 1 { "s" } else { "" },
        lacks.join(" and "),
        if names.len() == 1 { "that server" } else { "those servers" },
    );
    found.affects(names.iter().cloned());
    found.affects(faulty.iter().filter_map(|c| c.server()));
    found.affects(sources);
    for connector in faulty {
        repair_step(&mut found, connector);
    }
    auth::retry_and_check(&mut found, refused);
    if proven {
        found.held("The default connector is the one that answers; no custom connector has a more specific range.");
    } else {
        found.unknown("Not all addresses and versions of the servers are in the evidence.");
        found.missing.push(auth::missing_addresses("Which connector answers each sending server."));
    }
    found
}

fn repair_step(found: &mut Discovery, connector: &ReceiveConnector) {
    let identity = quoted(&connector.identity.value);
    let mut command = format!("Set-ReceiveConnector {identity}");
    if !connector.is_enabled() {
        command += " -Enabled $true";
    }
    // What is there is kept, what setup gives and Exchange servers need is added.
    if let Some(auth) = &connector.auth_mechanism {
        // It excludes the method of Exchange servers: the cmdlet refuses the two together.
        let kept = auth.value.0 & !AuthMechanism::EXTERNAL_AUTHORITATIVE;
        let wanted =
            AuthMechanism(kept | AuthMechanism::EXCHANGE_SERVER | AuthMechanism::TLS | AuthMechanism::INTEGRATED);
        if wanted != auth.value {
            command += &format!(" -AuthMechanism {}", wanted.to_string().replace(", ", ","));
        }
    }
    if let Some(groups) = &connector.permission_groups {
        let wanted = groups.value.0 | PermissionGroups::EXCHANGE_SERVERS;
        // `Custom` only says that somebody edited the permissions; it cannot be set.
        let wanted = PermissionGroups(wanted & !PermissionGroups::CUSTOM);
        if wanted.0 != groups.value.0 & !PermissionGroups::CUSTOM {
            command += &format!(" -PermissionGroups {}", wanted.to_string().replace(", ", ","));
        }
    }
    if connector.hides_x_anonymous_tls() {
        command += " -SuppressXAnonymousTls $false";
    }
    // With Exchange Server authentication the cmdlet accepts only a name of the server itself.
    let server = connector.server().unwrap_or("");
    if let Some(fqdn) = connector.fqdn.as_ref().filter(|f| server_key(&f.value) != server_key(server)) {
        // The name of the server itself is always accepted.
        command += &format!(" -Fqdn {}", quoted(server));
        found.step(format!(
            "The connector greets as {}. With Exchange Server authentication it may only greet with a name of the server, so the \
             command below changes that; see first that nobody outside relies on the present name.",
            fqdn.value
        ));
    }
    let excluded = |a: &Located<AuthMechanism>| a.value.contains(AuthMechanism::EXTERNAL_AUTHORITATIVE);
    let kept = if connector.auth_mechanism.as_ref().is_some_and(excluded) {
        " ExternalAuthoritative is taken away, because the two exclude each other; hosts that relied on it need a connector of \
         their own."
    } else {
        " What it already has is kept."
    };
    found.command(
        format!(
            "Give {} back what Exchange servers need.{kept} Run it in the Exchange shell on {server}; \
             it takes effect at once, without a restart.",
            connector.identity.value
        ),
        command,
    );
    found.warn("Somebody may have taken it away on purpose, for example for a security review. Ask before you run it.");
}
