//! Connectors that mail leaves through: the properties that their cmdlets share.
//!
//! Traps: an X.400 address space has semicolons and blanks of its own; `Local:` in front of an address
//! space means that the connector is scoped (2007 RTM); servers are names, paths or distinguished names.

use super::row::{Remark, Row};
use crate::model::outbound_connector::{ConnectorKind, OutboundConnector, SmtpSettings};
use crate::model::routing::AddressSpace;
use crate::model::{Located, Record};

/// The connector of one object; none when it has no name.
pub fn connector(row: &mut Row<'_>, kind: Option<ConnectorKind>) -> Vec<Record> {
    let Some(name) = row.text("Name").or_else(|| identity(row)) else { return Vec::new() };
    if kind.is_none() {
        let what = "Nothing in the export tells send, foreign and delivery agent connectors apart. Get-SendConnector | \
                    Export-Clixml keeps their kind";
        row.remark(Remark::Open, what, row.lines());
    }
    let smart_hosts = row.listed_by("SmartHosts", commas, |host| Some(host.to_owned()));
    let connector = OutboundConnector {
        span: row.span(),
        kind,
        name,
        guid: row.guid("Guid"),
        enabled: row.truth("Enabled"),
        address_spaces: row.listed_by("AddressSpaces", address_spaces, address_space),
        scoped: row.truth("IsScopedConnector"),
        source_servers: row.servers("SourceTransportServers"),
        home_server: row.last_part("HomeMtaServerId"),
        target_servers: row.servers("TargetTransportServers"),
        source_routing_group: row.last_part("SourceRoutingGroup"),
        target_routing_group: row.last_part("TargetRoutingGroup"),
        cost: row.number("Cost"),
        max_message_size: row.limit("MaxMessageSize"),
        smtp: SmtpSettings {
            dns_routing: row.truth("DNSRoutingEnabled"),
            external_dns_servers: row.truth("UseExternalDNSServersEnabled"),
            // The text beside the list is whole when the list is not.
            smart_hosts: match smart_hosts {
                Some(hosts) if hosts.value.complete && !hosts.value.items.is_empty() => Some(hosts),
                hosts => row
                    .listed_by("SmartHostsString", commas, |host| Some(host.to_owned()))
                    .filter(|all| !all.value.items.is_empty())
                    .or(hosts),
            },
            smart_host_auth: row.text("SmartHostAuthMechanism"),
            port: row.number("Port"),
            fqdn: row.text("Fqdn"),
            frontend_proxy: row.truth("FrontendProxyEnabled"),
            require_tls: row.truth("RequireTLS"),
            ignore_starttls: row.truth("IgnoreSTARTTLS"),
            tls_auth_level: row.text("TlsAuthLevel"),
            tls_domain: row.text("TlsDomain"),
            tls_certificate: row.text("TlsCertificateName"),
            force_helo: row.truth("ForceHELO"),
            cloud_services_mail: row.truth("CloudServicesMailEnabled"),
            domain_secure: row.truth("DomainSecureEnabled"),
            protocol_logging: row.text("ProtocolLoggingLevel"),
        },
        delivery_protocol: row.text("DeliveryProtocol"),
        drop_directory: row.text("DropDirectory"),
        when_changed: row.text("WhenChanged"),
    };
    vec![Record::OutboundConnector(Box::new(connector))]
}

/// The name behind the routing group: names may contain a slash, but no backslash.
fn identity(row: &mut Row<'_>) -> Option<Located<String>> {
    let identity = row.text("Identity")?;
    let name = identity.value.rsplit('\\').next().unwrap_or(&identity.value).to_owned();
    Some(Located::new(name, identity.span))
}

fn commas(item: &str) -> Vec<String> {
    item.split([',', ';', ' ', '{', '}']).map(str::to_owned).collect()
}

/// Several address spaces in one text. Each begins with its type, or, behind a comma, is a domain of SMTP.
fn address_spaces(item: &str) -> Vec<String> {
    let begins = |word: &str| {
        word.split_once(':').is_some_and(|(kind, _)| !kind.is_empty() && kind.chars().all(char::is_alphanumeric))
    };
    let (mut spaces, mut comma): (Vec<String>, bool) = (Vec::new(), true);
    for word in item.split_inclusive([',', ' ']) {
        let is_x400 = |last: &String| last.get(..5).is_some_and(|kind| kind.eq_ignore_ascii_case("x400:"));
        match spaces.last_mut().filter(|last| !begins(word) && (!comma || is_x400(last))) {
            Some(last) => last.push_str(word),
            None => spaces.push(word.to_owned()),
        }
        comma = word.ends_with(',') || (comma && word.trim().is_empty());
    }
    spaces.iter().map(|space| space.trim_matches([',', ' ']).to_owned()).collect()
}

/// A domain has no blanks: one comes from a line that the console wrapped, and hides what belongs together.
fn address_space(text: &str) -> Option<AddressSpace> {
    let space = AddressSpace::parse(text.strip_prefix("Local:").unwrap_or(text))?;
    (!space.kind.eq_ignore_ascii_case("smtp") || !space.address.contains(' ')).then_some(space)
}

#[cfg(test)]
mod tests {
    use super::{address_space, address_spaces};

    #[test]
    fn address_spaces_in_one_text_are_told_apart() {
        assert_eq!(address_spaces("SMTP:*;1"), ["SMTP:*;1"]);
        assert_eq!(address_spaces("SMTP:*;1 SMTP:b.example;2"), ["SMTP:*;1", "SMTP:b.example;2"]);
        assert_eq!(address_spaces("smtp:a.example;1,*.b.example;2"), ["smtp:a.example;1", "*.b.example;2"]);
        assert_eq!(address_spaces("X400:c=US;a= ;p=Contoso;1"), ["X400:c=US;a= ;p=Contoso;1"]);
        assert_eq!(address_spaces("smtp:a.exam ple;1"), ["smtp:a.exam ple;1"]);
        assert_eq!(address_space("smtp:a.exam ple;1"), None);
        assert_eq!(address_space("Local:SMTP:*;1"), address_space("SMTP:*;1"));
        assert_eq!(address_spaces("X400:c=US;a= ;1, FAX:*;5"), ["X400:c=US;a= ;1", "FAX:*;5"]);
    }
}
