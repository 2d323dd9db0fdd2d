//! Which send connectors carry mail to Exchange Online, and where its servers stand.

use crate::facts::Facts;
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector};

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
