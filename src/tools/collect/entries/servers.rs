//! Servers and their state.

use super::{Entry, Group, How, LOCAL_ADMIN, MODERN, OLD_AND_OLDEST, SINCE_2013, Way};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "servers",
        title: "Exchange servers",
        group: Group::Servers,
        settles: "Which servers there are, with their versions, roles and sites.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("exchange-servers.xml", "get-exchange-server")],
            size: "about 10 KB per server",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-ExchangeServer",
                "Export-Answer 'Get-ExchangeServer' 'exchange-servers.xml' { $exchange }",
            ),
        }],
    },
    Entry {
        id: "addresses",
        title: "Addresses of the servers",
        group: Group::Servers,
        settles: "Which server connects from which address, and so which receive connector answers it.",
        basic: true,
        also: &["get-network-connection-info"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("server-addresses.xml", "server-addresses")],
                size: "about 1 KB per server",
                time: "seconds",
                rights: "",
                how: How::Script(
                    "Get-ExchangeServer | Select-Object Name, the addresses of its name in DNS",
                    r"
Export-Answer 'Addresses' 'server-addresses.xml' {
    $exchange | Select-Object Name, @{ Name = 'IPAddress'; Expression = { @([Net.Dns]::GetHostAddresses([string]$_.Fqdn) | ForEach-Object { $_.ToString() }) } }
}",
                ),
            },
            Way {
                generations: OLD_AND_OLDEST,
                files: &[("server-addresses.csv", "server-addresses")],
                size: "1 KB",
                time: "5 minutes",
                rights: "",
                how: How::Steps(&[
                    "In Notepad type as the first line: Name,IPAddress",
                    "Below it one line per Exchange server: its name, a comma, its address. In a command prompt, ping SERVER or \
                     nslookup SERVER shows the address.",
                    "Save as server-addresses.csv.",
                ]),
            },
        ],
    },
    Entry {
        id: "network",
        title: "Network cards",
        group: Group::Servers,
        settles: "The addresses and DNS servers of each network card.",
        basic: false,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("network-SERVER.xml", "get-network-connection-info")],
            size: "about 5 KB per server",
            time: "seconds per server",
            rights: LOCAL_ADMIN,
            how: How::Script(
                "Get-NetworkConnectionInfo SERVER",
                r"
foreach ($server in $names) {
    Export-Answer ('Get-NetworkConnectionInfo of ' + $server) ('network-' + $server + '.xml') { Get-NetworkConnectionInfo -Identity $server }
}",
            ),
        }],
    },
    Entry {
        id: "transport-services",
        title: "Settings of the transport services",
        group: Group::Servers,
        settles: "Retries, limits, DNS and the folders of logs of each server.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[
                ("transport-services.xml", "get-transport-service"),
                ("frontend-transport-services.xml", "get-frontend-transport-service"),
                ("mailbox-transport-services.xml", "get-mailbox-transport-service"),
            ],
            size: "about 30 KB per server",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-TransportService (Get-TransportServer in 2007 and 2010), Get-FrontendTransportService, \
                     Get-MailboxTransportService",
                r"
Export-Answer 'Get-TransportService' 'transport-services.xml' { $services }
# The same of the services that take mail from outside and deliver it into mailboxes; from 2013 on.
Export-Answer 'Get-FrontendTransportService' 'frontend-transport-services.xml' { Get-FrontendTransportService }
Export-Answer 'Get-MailboxTransportService' 'mailbox-transport-services.xml' { Get-MailboxTransportService }",
            ),
        }],
    },
    Entry {
        id: "component-states",
        title: "States of the components",
        group: Group::Servers,
        settles: "Whether a component was switched off, and by whom.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: SINCE_2013,
            files: &[("components-SERVER.xml", "get-server-component-state")],
            size: "about 20 KB per server",
            time: "seconds per server",
            rights: "",
            how: How::Script(
                "Get-ServerComponentState SERVER",
                r"
foreach ($server in $names) {
    Export-Answer ('Get-ServerComponentState of ' + $server) ('components-' + $server + '.xml') { Get-ServerComponentState -Identity $server }
}",
            ),
        }],
    },
    Entry {
        id: "services",
        title: "Services of Windows",
        group: Group::Servers,
        settles: "Whether the services of Exchange run now.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("services-SERVER.xml", "get-service")],
            size: "about 20 KB per server",
            time: "seconds per server",
            rights: LOCAL_ADMIN,
            how: How::Script(
                "Get-Service *Exchange* -ComputerName SERVER | Select-Object MachineName, Name, Status, StartType",
                r"
foreach ($server in $names) {
    Export-Answer ('Get-Service of ' + $server) ('services-' + $server + '.xml') {
        Get-Service -Name *Exchange* -ComputerName $server | Select-Object MachineName, Name, Status, StartType
    }
}",
            ),
        }],
    },
    Entry {
        id: "service-health",
        title: "Health of the services",
        group: Group::Servers,
        settles: "Whether each role has the services that it needs.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("service-health-SERVER.xml", "test-service-health")],
            size: "about 5 KB per server",
            time: "seconds per server",
            rights: LOCAL_ADMIN,
            how: How::Script(
                "Test-ServiceHealth -Server SERVER",
                r"
foreach ($server in $names) {
    Export-Answer ('Test-ServiceHealth of ' + $server) ('service-health-' + $server + '.xml') {
        Test-ServiceHealth -Server $server | Select-Object @{ Name = 'Server'; Expression = { $server } }, Role, RequiredServicesRunning, ServicesRunning, ServicesNotRunning
    }
}",
            ),
        }],
    },
    Entry {
        id: "back-pressure",
        title: "Back pressure",
        group: Group::Servers,
        settles: "Which resource is over its limit, so that the server refuses or slows mail.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: SINCE_2013,
            files: &[("resources-SERVER.xml", "get-exchange-diagnostic-info")],
            size: "about 30 KB per server",
            time: "seconds per server",
            rights: "",
            how: How::Script(
                "Get-ExchangeDiagnosticInfo -Server SERVER -Process EdgeTransport -Component ResourceThrottling",
                r"
foreach ($server in $transport) {
    Export-Answer ('Get-ExchangeDiagnosticInfo of ' + $server) ('resources-' + $server + '.xml') {
        Get-ExchangeDiagnosticInfo -Server $server -Process EdgeTransport -Component ResourceThrottling
    }
}",
            ),
        }],
    },
    Entry {
        id: "certificates",
        title: "Certificates",
        group: Group::Servers,
        settles: "Which certificates serve SMTP, for which names, and until when. No private key is read.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("certificates-SERVER.xml", "get-exchange-certificate")],
            size: "about 10 KB per server",
            time: "seconds per server",
            rights: "",
            how: How::Script(
                "Get-ExchangeCertificate -Server SERVER | Select-Object Thumbprint, Services, Status, NotBefore, NotAfter, \
                 Subject, Issuer, CertificateDomains, HasPrivateKey, IsSelfSigned",
                r"
foreach ($server in $names) {
    $of = @{}
    if (Test-Parameter 'Get-ExchangeCertificate' 'Server') { $of['Server'] = $server } elseif ($server -ne $env:COMPUTERNAME) { continue }
    Export-Answer ('Get-ExchangeCertificate of ' + $server) ('certificates-' + $server + '.xml') {
        Get-ExchangeCertificate @of | Select-Object @{ Name = 'PSComputerName'; Expression = { $server } }, Thumbprint, Services, Status, NotBefore, NotAfter, Subject, Issuer, CertificateDomains, HasPrivateKey, IsSelfSigned
    }
}",
            ),
        }],
    },
    Entry {
        id: "agents",
        title: "Transport agents",
        group: Group::Servers,
        settles: "Which programs look at each message on its way, those of other makers included.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("transport-agents.xml", "get-transport-agent")],
            size: "about 10 KB",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-TransportAgent",
                "Export-Answer 'Get-TransportAgent' 'transport-agents.xml' { Get-TransportAgent }",
            ),
        }],
    },
];
