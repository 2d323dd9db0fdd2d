// Routing tables for tests, in the form of Exchange 2013 and later.
//
// `sites`: names, hub sites with a star behind them. `links`: `[name, cost, site, site, ...]`. `servers`: `[name, site]`, of 2003
// `[name, group, 6]`. `groups`: names. `between`: `[name, cost, source group or "", servers, target group or "", servers]`, where "" is the
// group of the servers of 2007 and later. `connectors`: `[name, "SMTP:*;1", servers]`. `databases`: `[name, server]`.

const OWN = "Exchange Routing Group (DWBGZMFD01QNBJR)";

const hash = (text, seed) => [...text].reduce((sum, character) => Math.imul(sum ^ character.codePointAt(0), 16777619) >>> 0, (2166136261 ^ seed) >>> 0);
const guid = (text) => [1, 2, 3, 4].map((seed) => hash(text, seed).toString(16).padStart(8, "0")).join("").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
const ref = (tag, kind, name) => `<${tag}><Name>${name}</Name><ObjectGuid>${guid(kind + name)}</ObjectGuid></${tag}>`;
const own = (kind, name) => `<Name>${name}</Name>\n<ObjectGuid>${guid(kind + name)}</ObjectGuid>\n<DN>CN=${name},CN=${kind},CN=Configuration,DC=contoso,DC=example</DN>\n<WhenCreated>9/2/2016 8:40:11 AM</WhenCreated>`;
const list = (tag, items) => items.length ? `<${tag}>\n${items.join("\n")}\n</${tag}>` : `<${tag} />`;

export function routingTable({ sites = [], links = [], servers = [], groups = [], between = [], connectors = [], databases = [] }) {
  const group = (tag, name) => ref(tag, "group", name || OWN);
  const server = ([name, place, version = 15]) => `<Server>\n${own("server", name)}\n<MajorVersion>${version}</MajorVersion>\n<FQDN>${name.toLowerCase()}.contoso.example</FQDN>\n<LegacyDN>/o=Contoso/cn=Servers/cn=${name}</LegacyDN>\n` +
    (version < 8 ? group("HomeRoutingGroupId", place) : `<ServerRoles>Cafe, Mailbox, ClientAccess, HubTransport, FrontendTransport</ServerRoles>\n${ref("ADSiteId", "site", place)}\n<FrontendComponentActive>True</FrontendComponentActive>\n<HubComponentActive>True</HubComponentActive>`) + "\n</Server>";
  return [
    '<?xml version="1.0" encoding="utf-8"?>', "<RoutingConfiguration>", "<SchemaVersion>15.01.0225.042</SchemaVersion>", "<ProcessRole>Hub</ProcessRole>", "<RoutingTopology>",
    list("ExchangeServers", servers.map(server)),
    ref("LocalServerId", "server", servers[0][0]),
    list("TopologySites", sites.map((name) => `<ADSite>\n${own("site", name.replace("*", ""))}\n<HubSiteEnabled>${name.endsWith("*") ? "True" : "False"}</HubSiteEnabled>\n<InboundMailEnabled>True</InboundMailEnabled>\n</ADSite>`)),
    list("TopologySiteLinks", links.map(([name, cost, ...ends]) => `<ADSiteLink>\n${own("link", name)}\n<ADCost>${cost}</ADCost>\n${list("LinkedADSites", ends.map((site) => ref("ADSiteId", "site", site)))}\n</ADSiteLink>`)),
    list("RoutingGroups", [OWN, ...groups].map((name) => `<RoutingGroup>\n${own("group", name)}\n</RoutingGroup>`)),
    list("RoutingGroupConnectors", between.map(([name, cost, from, sources, to, targets]) => `<RoutingGroupConnector>\n${own("connector", name)}\n<MaxMessageSize>Unlimited</MaxMessageSize>\n${group("SourceRoutingGroupId", from)}\n${list("SourceServers", sources.map((s) => ref("SourceServerId", "server", s)))}\n<Cost>${cost}</Cost>\n${group("TargetRoutingGroupId", to)}\n${list("TargetServers", targets.map((s) => ref("TargetServerId", "server", s)))}\n</RoutingGroupConnector>`)),
    list("SendConnectors", connectors.map(([name, space, sources]) => `<SendConnector>\n${own("connector", name)}\n<MaxMessageSize>Unlimited</MaxMessageSize>\n${group("SourceRoutingGroupId", "")}\n${list("SourceServers", sources.map((s) => ref("SourceServerId", "server", s)))}\n<ConnectorType>SmtpSendConnectorConfig</ConnectorType>\n<Enabled>True</Enabled>\n<IsScopedConnector>False</IsScopedConnector>\n<AddressSpaces>\n<AddressSpace>${space}</AddressSpace>\n</AddressSpaces>\n<DnsRoutingEnabled>True</DnsRoutingEnabled>\n</SendConnector>`)),
    list("Databases", databases.map(([name, owner]) => `<Database>\n${own("database", name)}\n${ref("OwningServerId", "server", owner)}\n</Database>`)),
    "<PublicFolderTrees />", "</RoutingTopology>", "<Settings>", "<DestinationRoutingToRemoteSitesEnabled>True</DestinationRoutingToRemoteSitesEnabled>", "<DagRoutingEnabled>True</DagRoutingEnabled>", "</Settings>", "</RoutingConfiguration>",
  ].join("\n");
}

// An organization in ten sites with two routing groups of 2003 behind it.
export const EUROPE = {
  sites: ["London", "Hamburg*", "New York*", "Chicago", "Paris", "Madrid", "Berlin", "Warsaw", "Munich", "Vienna"],
  links: [
    ["LON-HAM", 20, "London", "Hamburg"], ["DEFAULT-NYC", 50, "London", "New York"], ["NYC-HAM", 60, "New York", "Hamburg"],
    ["NYC-CHI", 10, "New York", "Chicago"], ["HAM-BER", 10, "Hamburg", "Berlin"], ["BER-WAW", 15, "Berlin", "Warsaw"],
    ["BER-MUC", 30, "Berlin", "Munich"], ["HAM-MUC", 10, "Hamburg", "Munich"], ["MUC-VIE", 15, "Munich", "Vienna"],
    ["HAM-PAR", 20, "Hamburg", "Paris"], ["PAR-MAD", 15, "Paris", "Madrid"],
  ],
  servers: [
    ["LON-HUB1", "London"], ["HAM-HUB1", "Hamburg"], ["HAM-HUB2", "Hamburg"], ["NYC-HUB1", "New York"], ["NYC-HUB2", "New York"],
    ["CHI-HUB1", "Chicago"], ["PAR-HUB1", "Paris"], ["MAD-HUB1", "Madrid"], ["BER-HUB1", "Berlin"], ["WAW-HUB1", "Warsaw"],
    ["MUC-HUB1", "Munich"], ["VIE-HUB1", "Vienna"], ["MAIL1", "First Routing Group", 6], ["MAIL2", "First Routing Group", 6], ["MAIL3", "South", 6],
  ],
  groups: ["First Routing Group", "South"],
  between: [
    ["Interop RGC", 1, "", ["HAM-HUB1", "HAM-HUB2"], "First Routing Group", ["MAIL1"]],
    ["Interop back", 1, "First Routing Group", ["MAIL1"], "", ["HAM-HUB1"]],
    ["South RGC", 5, "First Routing Group", ["MAIL1"], "South", ["MAIL3"]],
  ],
  connectors: [["Internet", "SMTP:*;1", ["HAM-HUB1"]], ["Fabrikam", "SMTP:*.fabrikam.example;5", ["NYC-HUB1"]]],
  databases: [["DB-LON", "LON-HUB1"], ["DB-MAD", "MAD-HUB1"], ["DB-VIE", "VIE-HUB1"], ["DB-CHI", "CHI-HUB1"], ["Mailbox Store (MAIL1)", "MAIL1"]],
};

// So many sites around ten hubs, each with a server and a database.
export function many(number) {
  const sites = Array.from({ length: number }, (_, at) => at < 10 ? `Hub ${at}*` : `Branch ${at}`);
  const plain = (at) => sites[at].replace("*", "");
  return {
    sites,
    links: sites.slice(1).map((_, at) => [`Link ${at + 1}`, 10 + at % 7, plain(at + 1), at < 9 ? plain(at) : plain(at % 10)]),
    servers: sites.map((_, at) => [`EX${String(at).padStart(4, "0")}`, plain(at)]),
    connectors: [["Internet", "SMTP:*;1", ["EX0003"]]],
    databases: sites.map((_, at) => [`DB${String(at).padStart(4, "0")}`, `EX${String(at).padStart(4, "0")}`]),
  };
}
