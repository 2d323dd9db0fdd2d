//! Logons to the SMTP service are refused, and none succeeds.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::net::IpAddr;

use super::sessions::{Session, sessions};
use crate::base::ip_range::is_private;
use crate::facts::Facts;
use crate::facts::transport::{Capabilities, Question};
use crate::report::{Confidence, Missing, Severity};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, Proof, count, listed};

declare_rule! {
    /// # Symptoms
    /// Logging on to the SMTP service with BASIC (AUTH LOGIN) or SPA (AUTH NTLM, AUTH GSSAPI) fails for everybody although the passwords are
    /// right: 535 5.7.3 or 454 4.7.0. It is high when many clients or an own Exchange server are refused.
    ///
    /// # Cause
    /// The transport service cannot check the caller: Exchange Servers lacks rights on the server object, the service principal name SMTPSVC is
    /// missing, the clocks differ, or the authentication is switched off on the virtual server or connector.
    ///
    /// # Resolution
    /// 1. Check the rights of Exchange Servers on the object of the server.
    /// 2. Check the authentication of the virtual server or connector.
    /// 3. Check the service principal names.
    ///
    /// # More information
    /// Some failures among many successes are wrong passwords, and not this. A single client that is refused again and again, such as a
    /// printer, has most often a password that was changed, and addresses of the internet alone are mostly strangers who guess.
    id: "smtp-auth-basic-spa-fails",
    title: "Logons to the SMTP service are refused",
    area: Authentication,
    severity: High,
    role: Symptom,
    versions: V2000..=V2010,
    needs: [ProtocolLogs],
    helps: [Permissions, Events],
    explains: [],
    sources: ["https://learn.microsoft.com/previous-versions/office/exchange-server-2007/cc411329(v=exchg.80)"],
    check: check,
}

/// Failures below this number may be one person with a wrong password.
const MANY: u64 = 5;

/// Clients from which on it is more than some wrong passwords.
const CLIENTS: usize = 5;

/// Refused logons of one place.
struct Refusals {
    place: String,
    number: u64,
    span: Option<crate::base::source::Span>,
    /// Who was refused.
    clients: BTreeSet<IpAddr>,
    /// Those of them in the own networks.
    inside: BTreeSet<IpAddr>,
    /// An own Exchange server among them.
    server: Option<String>,
}

impl Refusals {
    /// Strangers guess passwords every day, so clients of the internet count for nothing.
    fn severity(&self) -> Severity {
        match self.inside.len() {
            _ if self.server.is_some() => Severity::High,
            0 | 1 => Severity::Low,
            number if number < CLIENTS => Severity::Medium,
            _ => Severity::High,
        }
    }
}

/// On receive connectors of 2007 and later without a single logon that succeeded.
fn on_connectors(facts: &Facts) -> Vec<Refusals> {
    let all = sessions(facts);
    let counts = facts.transport.counts(Question::SmtpReplies);
    let mut refusals: Vec<Refusals> = Vec::new();
    for (key, tally) in counts {
        let [kind, connector, reply] = key.as_slice() else { continue };
        let refused = reply.starts_with("535 5.7.3") || reply.starts_with("454 4.7.0");
        let succeeded = |s: &Session| !s.sends && s.connector == *connector && s.marks & Capabilities::LOGGED_ON != 0;
        if kind != "receive" || !refused || all.iter().any(succeeded) {
            continue;
        }
        match refusals.iter_mut().find(|known| known.place == *connector) {
            Some(known) => known.number += tally.count,
            None => {
                let marked =
                    |mark: u64| move |s: &&Session| !s.sends && s.connector == *connector && s.marks & mark != 0;
                let of = |mark: u64| all.iter().filter(marked(mark)).map(|s| s.address).collect();
                refusals.push(Refusals {
                    place: connector.clone(),
                    number: tally.count,
                    span: tally.examples.first().map(|(_, span)| *span),
                    clients: of(Capabilities::REFUSED_LOGON),
                    inside: of(Capabilities::REFUSED_INSIDE),
                    server: all
                        .iter()
                        .filter(marked(Capabilities::REFUSED_LOGON))
                        .find(|s| s.is_internal)
                        .map(|s| s.name.clone()),
                });
            }
        }
    }
    refusals
}

/// In logs of 2000 and 2003, where the status of AUTH tells.
fn in_w3c(facts: &Facts) -> Option<Refusals> {
    let (mut number, mut span, mut succeeded) = (0, None, false);
    let mut clients = BTreeSet::new();
    for (key, tally) in facts.transport.counts(Question::W3cCommands) {
        let [direction, client, command, status] = key.as_slice() else { continue };
        if direction != "inbound" || !command.eq_ignore_ascii_case("AUTH") {
            continue;
        }
        match status.as_str() {
            "235" | "0" | "334" => succeeded = true,
            "535" | "454" => {
                number += tally.count;
                clients.extend(client.parse::<IpAddr>().ok());
                span = span.or(tally.examples.first().map(|(_, span)| *span));
            }
            _ => {}
        }
    }
    let own = |known: &&crate::model::server::ServerAddress| clients.contains(&known.address);
    let server = facts.servers.exchange_addresses().find(own).map(|known| known.server.clone());
    let place = "the SMTP virtual server".to_owned();
    let inside = clients.iter().copied().filter(|client| is_private(*client)).collect();
    (number > 0 && !succeeded).then_some(Refusals { place, number, span, clients, inside, server })
}

fn check(facts: &Facts) -> Verdict {
    let all: Vec<Refusals> =
        on_connectors(facts).into_iter().chain(in_w3c(facts)).filter(|r| r.number >= MANY).collect();
    let weight = |r: &&Refusals| (Reverse(r.severity()), r.number, Reverse(r.place.clone()));
    let Some(worst) = all.iter().max_by_key(weight) else {
        return Verdict::NotApplicable;
    };
    let mut found = Discovery::new(Confidence::Likely);
    let place = worst.span.map_or_else(String::new, |span| {
        let why = "The SMTP service could not check the caller.";
        found.cite(
            Proof::new(span, format!("A refused logon on {}", worst.place))
                .mark(["535 5.7.3", "454 4.7.0", "AUTH"])
                .why(why),
        )
    });
    let clients: Vec<String> = worst.clients.iter().map(ToString::to_string).collect();
    let from = match (&worst.server, clients.as_slice()) {
        (Some(server), _) => format!(", among them those of the Exchange server {server},"),
        (None, []) => String::new(),
        (None, [one]) => format!(" of one client, {one},"),
        (None, _) => format!(" of {}", count(clients.len() as u64, "client")),
    };
    found.statement = format!(
        "All {}{from} on {} were refused {place}, and none succeeded.",
        count(worst.number, "logon"),
        worst.place
    );
    found.affects(worst.place.split('\\').next().map(str::to_owned));
    found.severity = Some(worst.severity());
    let inside: Vec<String> = worst.inside.iter().map(ToString::to_string).collect();
    if worst.server.is_none() && inside.is_empty() && !clients.is_empty() {
        found.unknown(format!(
            "Whether they are own people: all addresses are of the internet ({}), and strangers guess passwords there every day.",
            listed(&clients, 3)
        ));
    } else if let (None, [one]) = (&worst.server, inside.as_slice()) {
        found.step(format!(
            "Find out what {one} is, such as a printer or an application, and enter its password anew: it is the only one of the own network that is refused."
        ));
        found.unknown("Whether anybody else could log on: no other client of the own network tries in these logs.");
    } else {
        found.unknown(
            "Whether the passwords were right: somebody may be guessing them. Look at the addresses in the log.",
        );
    }
    found.command(
        "Look at the authentication of the connectors; for older servers in Exchange System Manager, properties of the virtual server, Access, \
         Authentication.",
        "Get-ReceiveConnector | Format-List Identity,AuthMechanism,PermissionGroups",
    );
    found.command("Look whether the server has its service principal names SMTPSVC.", "setspn -L $env:COMPUTERNAME");
    found.step("Check the rights of Exchange Servers on the object of the server (the eleven rights and the four store rights).");
    found.verify.push("AUTH is answered with 235.".to_owned());
    if facts.permissions.lists.is_empty() {
        found.missing.push(Missing {
            what: "The permissions of the object of the server".to_owned(),
            settles: "Whether Exchange Servers lacks the rights it needs to check callers.".to_owned(),
            command: "Get-ExchangeServer $env:COMPUTERNAME | Get-ADPermission | Export-Clixml server-rights.xml"
                .to_owned(),
        });
    }
    Verdict::Found(vec![found])
}
