//! SMTP sessions as protocol logs count them: with whom, over which connector, and what was offered.

use std::net::IpAddr;

use crate::base::order::Order as _;
use crate::base::source::Span;
use crate::facts::Facts;
use crate::facts::transport::Question;

/// Sessions of one connector with one address.
pub(super) struct Session {
    /// Whether the log is of the sending side.
    pub sends: bool,
    /// The connector, as the log names it.
    pub connector: String,
    /// The other side.
    pub address: IpAddr,
    /// The other side by name, where its address is known; else the address.
    pub name: String,
    /// Whether the other side is an Exchange server of the organization.
    pub is_internal: bool,
    /// What was seen, see [`crate::facts::transport::Capabilities`].
    pub marks: u64,
    /// The first place.
    pub span: Option<Span>,
}

/// The first line of a session that shows a sign: `rewritten`, `unrecognized` or `x-exps`.
pub(super) fn sign(facts: &Facts, session: &Session, sign: &str) -> Option<Span> {
    let kind = if session.sends { "send" } else { "receive" };
    let mut counts = facts.transport.counts(Question::SmtpSigns);
    let found = counts.find(|(key, _)| {
        let [own, connector, remote, name] = key.as_slice() else { return false };
        own == kind && *connector == session.connector && name == sign && address_of(remote) == Some(session.address)
    });
    found.and_then(|(_, tally)| Some(tally.examples.first()?.1))
}

fn address_of(remote: &str) -> Option<IpAddr> {
    let address: IpAddr = remote.trim_matches(['[', ']']).split('%').next()?.parse().ok()?;
    Some(address.to_canonical())
}

/// All sessions, by connector and address.
pub(super) fn sessions(facts: &Facts) -> Vec<Session> {
    let known: Vec<(IpAddr, String)> =
        facts.servers.exchange_addresses().map(|known| (known.address, known.server.clone())).collect();
    let counts = facts.transport.counts(Question::SmtpEndpoints);
    let mut sessions: Vec<Session> = counts
        .filter_map(|(key, tally)| {
            let [kind, connector, remote] = key.as_slice() else { return None };
            let address = address_of(remote)?;
            let server = known.iter().find(|(own, _)| *own == address).map(|(_, name)| name.clone());
            // The connector that exists only between servers of the organization.
            let intra = connector.to_lowercase().starts_with("intra-organization smtp send connector");
            Some(Session {
                sends: kind == "send",
                connector: connector.clone(),
                address,
                is_internal: server.is_some() || intra,
                name: server.unwrap_or_else(|| address.to_string()),
                marks: tally.marks,
                span: tally.examples.first().map(|(_, span)| *span),
            })
        })
        .collect();
    sessions
        .order_by(|a, b| (a.sends, &a.name, &a.connector, a.address).cmp(&(b.sends, &b.name, &b.connector, b.address)));
    sessions
}
