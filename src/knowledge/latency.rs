//! Codes of components in latency strings of message tracking (2010 SP1 to SE), as far as it is known what they measure.
//!
//! Documented in part in "Message tracking" (learn.microsoft.com); the others are as observed. Trap: a code can be the
//! beginning of another one, so they are compared whole.

/// Code and meaning.
const CODES: &[(&str, &str)] = &[
    ("CAT", "categorizer"),
    ("CATCM", "categorizer, agents on categorized messages"),
    ("CATOC", "categorizer, agents on categorized messages"),
    ("CATORES", "categorizer, agents on resolved messages"),
    ("CATORT", "categorizer, agents on routed messages"),
    ("CATOS", "categorizer, agents on submitted messages"),
    ("CATRESL", "categorizer, resolving recipients"),
    ("CATRS", "categorizer, agent on resolved messages"),
    ("CATRT", "categorizer, agent on routed messages"),
    ("CATSM", "categorizer, agent on submitted messages"),
    ("CCC", "categorizer, conversion of content"),
    ("CRSL", "categorizer, resolving recipients"),
    ("CRT", "categorizer, routing"),
    ("DFR", "put off"),
    ("ES", "servers outside"),
    ("MANY", "several components together"),
    ("MTSS", "submission of mail by the mailbox transport service"),
    ("QDE", "delivery queue to outside"),
    ("QDI", "delivery queue to a server inside"),
    ("QDM", "delivery queue of a mailbox database"),
    ("QDMIR", "delivery queue of a mailbox database, short of resources"),
    ("QDMMDO", "delivery queue of a mailbox database that was offline"),
    ("QDMMET", "delivery queue of a mailbox database, the store did not answer in time"),
    ("QDMMSO", "delivery queue of a mailbox server that was offline"),
    ("QDMRTLE", "delivery queue of a mailbox database, limit of threads for a recipient"),
    ("QP", "poison queue"),
    ("QS", "submission queue"),
    ("QSH", "shadow queue"),
    ("QU", "unreachable queue"),
    ("RST", "restart of the service"),
    ("SA", "submission assistant"),
    ("SDD", "delivery by the store driver"),
    ("SMR", "SMTP receive"),
    ("SMRC", "SMTP receive, storing the message"),
    ("SMRCL", "SMTP receive, storing the message here"),
    ("SMRCR", "SMTP receive, shadow copy on another server"),
    ("SMRDE", "SMTP receive, taking the data of a message from outside"),
    ("SMRDI", "SMTP receive, taking the data of a message from inside"),
    ("SMRPI", "SMTP receive, handing over to a server inside"),
    ("SMS", "SMTP send"),
    ("SMSC", "SMTP send, connecting"),
    ("SMSMBXD", "SMTP send to mailbox delivery"),
    ("TOTAL", "the server"),
    ("TOTAL-DEL", "mailbox transport delivery"),
    ("TOTAL-EDGE", "Edge transport"),
    ("TOTAL-FE", "front end transport"),
    ("TOTAL-HUB", "transport service"),
    ("TOTAL-SUB", "mailbox transport submission"),
    ("UNK", "unknown to the server"),
    ("UTH", "less than what is written down"),
    ("X-SMRCR", "SMTP receive, shadow copy on another server"),
];

/// What a component measures; `None` for codes that are not known.
pub fn meaning(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(own, _)| *own == code).map(|(_, text)| *text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_sorted_and_each_stands_once() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!((meaning("QDM"), meaning("qdm")), (Some("delivery queue of a mailbox database"), None));
    }
}
