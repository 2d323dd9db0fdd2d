//! Which send connectors carry mail to Exchange Online, and where its servers stand.

use crate::base::source::Span;
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::Located;
use crate::model::certificate::Certificate;
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector};
use crate::model::receive_connector::ReceiveConnector;

/// Ends of the names of the hosts that take mail for Exchange Online, in all its clouds.
const HOSTS: [&str; 4] = [
    "mail.protection.outlook.com",
    "mail.protection.office365.us",
    "mail.protection.partner.outlook.cn",
    "mail.protection.outlook.de",
];

/// Ends of the domains that Exchange Online gives to tenants for hybrid mail.
const ROUTING_DOMAINS: [&str; 3] = ["mail.onmicrosoft.com", "mail.onmicrosoft.us", "mail.partner.onmschina.cn"];

/// Whether a name is one of the hosts, or of the certificate that they show.
pub(super) fn is_online_host(name: &str) -> bool {
    let name = name.trim().trim_end_matches('.').to_ascii_lowercase();
    HOSTS.iter().any(|end| name.ends_with(end))
}

/// How a connector is known to lead to Exchange Online.
pub(super) struct ToOnline<'a> {
    /// The connector.
    pub connector: &'a OutboundConnector,
    /// What shows it.
    pub by: String,
    /// Whether it carries mail between the two halves of one organization, not only mail to the internet.
    pub is_hybrid: bool,
}

/// Enabled send connectors that lead to Exchange Online.
pub(super) fn to_online(facts: &Facts) -> Vec<ToOnline<'_>> {
    let send = facts.settings.outbound_connectors.iter().filter(|connector| {
        connector.kind.is_none_or(|kind| kind == ConnectorKind::Send)
            && connector.enabled.as_ref().is_none_or(|enabled| enabled.value)
    });
    send.filter_map(|connector| {
        let spaces = || connector.address_spaces.iter().flat_map(|spaces| &spaces.value.items);
        let routing = spaces().find(|space| {
            let address = space.address.to_ascii_lowercase();
            ROUTING_DOMAINS.iter().any(|end| address.ends_with(end))
        });
        let hosts = || connector.smtp.smart_hosts.iter().flat_map(|hosts| &hosts.value.items);
        let host = hosts().find(|host| is_online_host(host));
        let cloud = connector.smtp.cloud_services_mail.as_ref().is_some_and(|cloud| cloud.value);
        let is_hybrid = routing.is_some() || cloud;
        let by = match (routing, host) {
            (Some(space), _) => space.address.clone(),
            (None, Some(host)) => host.clone(),
            (None, None) if cloud => "CloudServicesMailEnabled".to_owned(),
            (None, None) => return None,
        };
        Some(ToOnline { connector, by, is_hybrid })
    })
    .collect()
}

/// What the receive connectors accept of Exchange Online.
pub(super) struct FromOnline<'a> {
    /// Those that accept its mail as mail of the own organization.
    pub accepting: Vec<&'a ReceiveConnector>,
    /// Those that do not, with the place that shows it.
    pub others: Vec<(&'a ReceiveConnector, Span)>,
}

/// The enabled receive connectors whose TlsDomainCapabilities are shown; nothing when there is none.
pub(super) fn from_online(facts: &Facts) -> Option<FromOnline<'_>> {
    let mut shown = FromOnline { accepting: Vec::new(), others: Vec::new() };
    let all = facts.connectors.servers().flat_map(|server| facts.connectors.of(server));
    for connector in all.filter(|connector| connector.is_enabled()) {
        let Some(own) = &connector.tls_domain_capabilities else { continue };
        let accepts = |text: &String| {
            let (host, rights) = text.split_once(':').unwrap_or((text, ""));
            let rights = rights.to_ascii_lowercase();
            let is_online = is_online_host(host) || host.to_ascii_lowercase().ends_with("outlook.com");
            is_online && (rights.contains("acceptcloudservicesmail") || rights.contains("acceptoorg"))
        };
        if own.value.items.iter().any(accepts) {
            shown.accepting.push(connector);
        } else if own.value.complete && own.value.unread.is_empty() {
            shown.others.push((connector, own.span));
        }
    }
    (!shown.accepting.is_empty() || !shown.others.is_empty()).then_some(shown)
}

/// Whether a certificate is the one that `<I>issuer<S>subject` names.
pub(super) fn is_named(certificate: &Certificate, name: &str) -> bool {
    let Some((issuer, subject)) = name.strip_prefix("<I>").and_then(|rest| rest.split_once("<S>")) else {
        return false;
    };
    let same = |own: &Option<Located<String>>, text: &str| {
        own.as_ref().is_some_and(|own| squeezed(&own.value) == squeezed(text))
    };
    same(&certificate.issuer, issuer) && same(&certificate.subject, subject)
}

fn squeezed(name: &str) -> String {
    name.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// The newest time of the evidence.
pub(super) fn newest(facts: &Facts) -> Option<Moment> {
    let events = facts.events.iter().filter_map(|group| group.last);
    let queues = facts.queues.as_of().into_iter().chain(facts.transport.until());
    queues.chain(events).max_by_key(|moment| moment.at)
}
