//! Connectors and routing, databases and recipients, the directory and the rights in it.

use super::{Entry, Group, How, LOCAL_ADMIN_AND_SHARES, MODERN, MODERN_AND_ONLINE, OLD, OLDEST, UP_TO_2010, Way};

pub(super) const ENTRIES: &[Entry] = &[
    Entry {
        id: "receive-connectors",
        title: "Receive connectors",
        group: Group::Routing,
        settles: "Which connector answers which address, and what it offers. With all address ranges.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("receive-connectors.xml", "get-receive-connector")],
            size: "about 15 KB per connector",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-ReceiveConnector",
                "Export-Answer 'Get-ReceiveConnector' 'receive-connectors.xml' { Get-ReceiveConnector }",
            ),
        }],
    },
    Entry {
        id: "send-connectors",
        title: "Send connectors",
        group: Group::Routing,
        settles: "Through which connector mail for an address space leaves.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[
                ("send-connectors.xml", "get-send-connector"),
                ("foreign-connectors.xml", "get-foreign-connector"),
                ("delivery-agent-connectors.xml", "get-delivery-agent-connector"),
                ("routing-group-connectors.xml", "get-routing-group-connector"),
            ],
            size: "about 10 KB per connector",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-SendConnector, Get-ForeignConnector, Get-DeliveryAgentConnector, Get-RoutingGroupConnector",
                r"
Export-Answer 'Get-SendConnector' 'send-connectors.xml' { Get-SendConnector }
# Connectors to other systems.
Export-Answer 'Get-ForeignConnector' 'foreign-connectors.xml' { Get-ForeignConnector }
Export-Answer 'Get-DeliveryAgentConnector' 'delivery-agent-connectors.xml' { Get-DeliveryAgentConnector }
# Connectors to servers with Exchange 2003; in 2007 and 2010.
Export-Answer 'Get-RoutingGroupConnector' 'routing-group-connectors.xml' { Get-RoutingGroupConnector }",
            ),
        }],
    },
    Entry {
        id: "accepted-domains",
        title: "Accepted domains",
        group: Group::Routing,
        settles: "For which domains the organization takes mail, and which it hands on.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN_AND_ONLINE,
            files: &[("accepted-domains.xml", "get-accepted-domain")],
            size: "about 3 KB per domain",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-AcceptedDomain",
                "Export-Answer 'Get-AcceptedDomain' 'accepted-domains.xml' { Get-AcceptedDomain }",
            ),
        }],
    },
    Entry {
        id: "remote-domains",
        title: "Remote domains",
        group: Group::Routing,
        settles: "Formats and reports that are allowed to other domains.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN_AND_ONLINE,
            files: &[("remote-domains.xml", "get-remote-domain")],
            size: "about 5 KB per domain",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-RemoteDomain",
                "Export-Answer 'Get-RemoteDomain' 'remote-domains.xml' { Get-RemoteDomain }",
            ),
        }],
    },
    Entry {
        id: "routing-tables",
        title: "Routing tables",
        group: Group::Routing,
        settles: "What routing knew: servers, databases, connectors and the costs between sites. The newest of each server.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("RoutingConfig*.xml", "routing-config")],
            size: "200 KB to 5 MB per server",
            time: "seconds per server",
            rights: LOCAL_ADMIN_AND_SHARES,
            how: How::Script(
                "Copy-Item of the newest RoutingConfig*.xml in RoutingTableLogPath",
                r"
foreach ($one in $chosen) {
    $newest = Get-LogFile ([string]$one.Name) 'routing' ([string]$one.RoutingTableLogPath) 'RoutingConfig*.xml' | Sort-Object LastWriteTime | Select-Object -Last 1
    if ($newest) { Copy-LogFile $newest }
}",
            ),
        }],
    },
    Entry {
        id: "link-state",
        title: "Link state table",
        group: Group::Routing,
        settles: "Routing groups, connectors and which links are down, as the server sees them.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: OLD,
            files: &[("link-state-SERVER.txt", "org-info")],
            size: "10 KB to 1 MB per server",
            time: "5 minutes per server",
            rights: "",
            how: How::Steps(&[
                "Start WinRoute (winroute.exe; on the CD of Exchange 2000 in Support\\Utils\\I386, for 2003 a download of \
                 Microsoft) on a computer of the domain.",
                "File, New Query: the name of a server on which mail waits, port 691.",
                "When both panes are filled: click into the lower pane, Ctrl+A, Ctrl+C, and paste into Notepad.",
                "Save as link-state-SERVER.txt, encoding Unicode. Do the same on a server of each other routing group: \
                 differences between the tables are what matters.",
            ]),
        }],
    },
    Entry {
        id: "databases",
        title: "Mailbox databases",
        group: Group::Recipients,
        settles: "Which databases there are, where they are mounted, and whether routing should know them.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: MODERN,
            files: &[("mailbox-databases.xml", "get-mailbox-database")],
            size: "about 30 KB per database",
            time: "seconds; minutes when a server does not answer",
            rights: "",
            how: How::Script(
                "Get-MailboxDatabase -Status",
                "Export-Answer 'Get-MailboxDatabase' 'mailbox-databases.xml' { Get-MailboxDatabase -Status }",
            ),
        }],
    },
    Entry {
        id: "public-folder-databases",
        title: "Public folder databases",
        group: Group::Recipients,
        settles: "Whether mail for public folders has a database to go to.",
        basic: true,
        also: &[],
        ways: &[Way {
            generations: UP_TO_2010,
            files: &[("public-folder-databases.xml", "get-public-folder-database")],
            size: "about 30 KB per database",
            time: "seconds",
            rights: "",
            how: How::Script(
                "Get-PublicFolderDatabase -Status",
                "Export-Answer 'Get-PublicFolderDatabase' 'public-folder-databases.xml' { Get-PublicFolderDatabase -Status }",
            ),
        }],
    },
    Entry {
        id: "mailboxes",
        title: "Mailboxes with their databases",
        group: Group::Recipients,
        settles: "Which database the waiting mail needs. Holds the addresses of all mailboxes.",
        basic: false,
        also: &[],
        ways: &[
            Way {
                generations: MODERN_AND_ONLINE,
                files: &[("mailboxes.xml", "get-mailbox")],
                size: "about 3 KB per mailbox",
                time: "a minute per 2,000 mailboxes",
                rights: "",
                how: How::Script(
                    "Get-Mailbox -ResultSize Unlimited | Select-Object Name, Alias, PrimarySmtpAddress, EmailAddresses, \
                     Database, RecipientTypeDetails",
                    r"
Export-Answer 'Get-Mailbox' 'mailboxes.xml' {
    Get-Mailbox -ResultSize Unlimited | Select-Object Name, Alias, PrimarySmtpAddress, EmailAddresses, Database, RecipientTypeDetails
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("mailboxes-STORE.txt", "esm-mailbox-list")],
                size: "about 200 bytes per mailbox",
                time: "2 minutes per store",
                rights: "",
                how: How::Steps(&[
                    "In Exchange System Manager open the server, the storage group, the mailbox store, Mailboxes.",
                    "Action, Export List. File name mailboxes-STORE.txt, type Unicode Text (Tab Delimited). The list must show \
                     the SMTP mailbox and the SystemMailbox of the store.",
                ]),
            },
        ],
    },
    Entry {
        id: "directory",
        title: "Configuration in the directory",
        group: Group::Directory,
        settles: "Every object of Exchange with all attributes: stores, connectors, servers and what is left of removed ones.",
        basic: false,
        also: &["csvde", "ldp-dump", "adsi-edit"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("exchange.ldf", "ldif")],
                size: "5 to 50 MB",
                time: "a minute",
                rights: "any user of the domain",
                how: How::Script(
                    "ldifde -f exchange.ldf -d \"CN=Microsoft Exchange,CN=Services,CN=Configuration,...\"",
                    r"
Export-File 'Configuration in the directory' 'exchange.ldf' {
    $configuration = [string]([ADSI]'LDAP://RootDSE').configurationNamingContext
    & ldifde.exe -f $target -d ('CN=Microsoft Exchange,CN=Services,' + $configuration)
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("exchange.ldf", "ldif")],
                size: "2 to 20 MB",
                time: "2 minutes",
                rights: "any user of the domain",
                how: How::Steps(&[
                    "Open a command prompt on a server of the domain.",
                    "Run, with the name of the forest for contoso and com: ldifde -f exchange.ldf -d \"CN=Microsoft \
                     Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com\"",
                    "For the system mailboxes of each domain run: ldifde -f system-objects.ldf -d \"CN=Microsoft Exchange System \
                     Objects,DC=contoso,DC=com\" -r \"(cn=SystemMailbox*)\"",
                ]),
            },
            Way {
                generations: OLDEST,
                files: &[("directory-55.ldf", "ldif")],
                size: "about 3 KB per object",
                time: "5 minutes",
                rights: "any user of the site",
                how: How::Steps(&[
                    "The computer needs ldifde, which Windows 2000 and later have; the server needs LDAP switched on (Exchange \
                     Administrator, the site, Configuration, Protocols, LDAP).",
                    "In a command prompt run, with the names of the organization and the site: ldifde -s SERVER -f \
                     directory-55.ldf -d \"cn=Recipients,ou=SITE,o=ORGANIZATION\"",
                ]),
            },
        ],
    },
    Entry {
        id: "permissions-servers",
        title: "Rights on servers",
        group: Group::Directory,
        settles: "Whether the servers may log on to each other and read what they need.",
        basic: false,
        also: &["get-acl", "sddl", "dsacls"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("permissions-SERVER.xml", "get-ad-permission")],
                size: "about 300 KB per server",
                time: "seconds per server",
                rights: "",
                how: How::Script(
                    "Get-ADPermission -Identity (the object of the server)",
                    r"
foreach ($one in $wanted) {
    Export-Answer ('Get-ADPermission of ' + $one.Name) ('permissions-' + $one.Name + '.xml') { Get-ADPermission -Identity ([string]$one.DistinguishedName) }
}",
                ),
            },
            Way {
                generations: OLD,
                files: &[("dsacls-SERVER.txt", "dsacls")],
                size: "about 50 KB per server",
                time: "a minute per server",
                rights: "any user of the domain",
                how: How::Steps(&[
                    "The computer needs dsacls, from the Support Tools of Windows.",
                    "In a command prompt run, with the names of the site: dsacls \"CN=SERVER,CN=Servers,CN=First Administrative \
                     Group,CN=Administrative Groups,CN=ORGANIZATION,CN=Microsoft \
                     Exchange,CN=Services,CN=Configuration,DC=contoso,DC=com\" > dsacls-SERVER.txt",
                ]),
            },
        ],
    },
    Entry {
        id: "permissions-databases",
        title: "Rights on databases",
        group: Group::Directory,
        settles: "Whether inheritance is off or a right is denied, so that routing does not see a database.",
        basic: false,
        also: &["get-acl", "sddl", "dsacls"],
        ways: &[
            Way {
                generations: MODERN,
                files: &[("permissions-databases.xml", "get-ad-permission")],
                size: "about 150 KB per database",
                time: "seconds per database",
                rights: "",
                how: How::Script(
                    "Get-MailboxDatabase | Get-ADPermission",
                    "Export-Answer 'Get-ADPermission of databases' 'permissions-databases.xml' { Get-MailboxDatabase | Get-ADPermission }",
                ),
            },
            Way {
                generations: OLD,
                files: &[("dsacls-STORE.txt", "dsacls")],
                size: "about 50 KB per store",
                time: "a minute per store",
                rights: "any user of the domain",
                how: How::Steps(&[
                    "The directory export names each store: its line dn: is what the next command needs.",
                    "In a command prompt run: dsacls \"(the name after dn:)\" > dsacls-STORE.txt",
                ]),
            },
        ],
    },
    Entry {
        id: "permissions-connectors",
        title: "Rights on receive connectors",
        group: Group::Directory,
        settles: "Who may send through a connector, and to whom: relaying.",
        basic: false,
        also: &["get-acl", "sddl", "dsacls"],
        ways: &[Way {
            generations: MODERN,
            files: &[("permissions-connectors.xml", "get-ad-permission")],
            size: "about 100 KB per connector",
            time: "seconds per connector",
            rights: "",
            how: How::Script(
                "Get-ReceiveConnector | Get-ADPermission",
                "Export-Answer 'Get-ADPermission of connectors' 'permissions-connectors.xml' { Get-ReceiveConnector | Get-ADPermission }",
            ),
        }],
    },
];
