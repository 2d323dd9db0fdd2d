//! Which entries answer what a report asks for.
//!
//! Rules name what they miss in words, with a command for that one question. The script gathers by kind, so a command is
//! turned into the kinds that it reads; what no kind answers stays with people, and so does every command that changes
//! something, such as switching on a log.

/// What a missing input comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Identifiers of entries, in the order of the command.
    pub entries: Vec<&'static str>,
    /// Whether something is left that no entry gathers.
    pub by_hand: bool,
}

/// Words of commands, all of which must be there, and the entry; the first line that fits counts.
const COMMANDS: &[(&[&str], &str)] = &[
    (&["get-adpermission", "get-receiveconnector"], "permissions-connectors"),
    (&["get-adpermission", "get-mailboxdatabase"], "permissions-databases"),
    (&["get-adpermission"], "permissions-servers"),
    (&["dsacls", "database"], "permissions-databases"),
    (&["dsacls", "informationstore"], "permissions-databases"),
    (&["dsacls"], "permissions-servers"),
    (&["get-acl"], "permissions-servers"),
    (&["gethostaddresses"], "addresses"),
    (&["resolve-dnsname"], "addresses"),
    (&["get-networkconnectioninfo"], "network"),
    (&["routingconfig"], "routing-tables"),
    (&["connectlog"], "connectivity-logs"),
    (&["agentlog"], "agent-logs"),
    (&["msgtrk"], "tracking-logs"),
    (&["get-messagetrackinglog"], "tracking-logs"),
    (&["message tracking center"], "tracking-center"),
    (&["protocollogginglevel"], "protocol-logs"),
    (&["intraorgconnectorprotocollogginglevel"], "protocol-logs"),
    (&["smtpsend"], "protocol-logs"),
    (&["smtpreceive"], "protocol-logs"),
    (&["smtpsvc1"], "protocol-logs"),
    (&["ldifde"], "directory"),
    (&["csvde"], "directory"),
    (&["wevtutil"], "events"),
    (&["get-winevent"], "events"),
    (&["get-eventlog"], "events"),
    (&["event viewer"], "events"),
    (&["application log"], "events"),
    (&["get-exchangediagnosticinfo"], "back-pressure"),
    (&["get-servercomponentstate"], "component-states"),
    (&["test-servicehealth"], "service-health"),
    (&["get-service"], "services"),
    (&["win32_service"], "services"),
    (&["get-exchangecertificate"], "certificates"),
    (&["get-transportagent"], "agents"),
    (&["get-transportservice"], "transport-services"),
    (&["get-transportserver"], "transport-services"),
    (&["get-frontendtransportservice"], "transport-services"),
    (&["get-mailboxtransportservice"], "transport-services"),
    (&["get-accepteddomain"], "accepted-domains"),
    (&["get-remotedomain"], "remote-domains"),
    (&["get-sendconnector"], "send-connectors"),
    (&["get-foreignconnector"], "send-connectors"),
    (&["get-deliveryagentconnector"], "send-connectors"),
    (&["get-routinggroupconnector"], "send-connectors"),
    (&["get-receiveconnector"], "receive-connectors"),
    (&["get-publicfolderdatabase"], "public-folder-databases"),
    (&["get-mailboxdatabase"], "databases"),
    (&["get-mailbox"], "mailboxes"),
    (&["get-queuedigest"], "queues"),
    (&["get-queue"], "queues"),
    (&["queues", "export list"], "queues"),
    (&["mailboxes", "export list"], "mailboxes"),
    (&["get-message"], "messages"),
    (&["winroute"], "link-state"),
    (&["get-exchangeserver"], "servers"),
];

/// Words of what is missing, for what has no command.
const WORDS: &[(&[&str], &str)] = &[
    (&["non-delivery report"], "reports"),
    (&["non-delivery reports"], "reports"),
    (&["header"], "headers"),
    (&["headers"], "headers"),
    (&["trace"], "trace"),
    (&["protocol log"], "protocol-logs"),
    (&["protocol logs"], "protocol-logs"),
    (&["tracking logs"], "tracking-logs"),
    (&["application log"], "events"),
    (&["link state table"], "link-state"),
];

/// What answers a missing input: by its command, or by its words where it has none that is known.
pub fn asked_by(what: &str, command: &str) -> Asked {
    let mut entries = Vec::new();
    let mut unknown = false;
    for part in parts(command) {
        match first(COMMANDS, &part.to_ascii_lowercase()) {
            Some(entry) if !entries.contains(&entry) => entries.push(entry),
            Some(_) => {}
            None => unknown = true,
        }
    }
    if entries.is_empty() {
        entries.extend(first(WORDS, &what.to_ascii_lowercase()));
        unknown |= entries.is_empty();
    }
    Asked { entries, by_hand: unknown || changes_something(command) }
}

/// Whether a command does more than read.
pub fn changes_something(command: &str) -> bool {
    let command = command.to_ascii_lowercase();
    ["set-", "enable-", "disable-", "new-", "remove-", "restart-", "start-", "stop-", "diagnostics logging"]
        .iter()
        .any(|verb| command.match_indices(verb).any(|(at, _)| begins_word(&command, at)))
}

fn first(table: &[(&[&str], &'static str)], text: &str) -> Option<&'static str> {
    table.iter().find(|(words, _)| words.iter().all(|word| has_word(text, word))).map(|(_, entry)| *entry)
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let after = text.get(at + word.len()..).and_then(|rest| rest.chars().next());
        begins_word(text, at) && !after.is_some_and(|c| c.is_ascii_alphanumeric())
    })
}

fn begins_word(text: &str, at: usize) -> bool {
    !text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| c.is_ascii_alphanumeric())
}

/// The commands of a line: what stands between semicolons that are not inside of quotes or brackets. Comments are dropped.
fn parts(command: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut quote, mut start, mut end) = (0_i32, None, 0, command.len());
    for (at, c) in command.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '{') => depth += 1,
            (None, ')' | '}') => depth -= 1,
            (None, '#') => {
                end = at;
                break;
            }
            (None, ';') if depth <= 0 => {
                parts.extend(command.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(command.get(start..end));
    parts.retain(|part| !part.trim().is_empty());
    parts
}
