//! The information store of Exchange 2000 or 2003 could not open its SMTP interface.

use crate::facts::Facts;
use crate::report::{Confidence, Missing};
use crate::rules::Verdict;
use crate::rules::discovery::{Discovery, listed};
use crate::rules::searching::{Hit, computers, effects, hits};

declare_rule! {
    /// # Symptoms
    /// When a store is mounted, event 1194 of MSExchangeIS reports that accepting clients on the external interface SMTP
    /// failed with 0x80004005.
    ///
    /// # Cause
    /// The store could not open its interface to the SMTP service. With event 326 of MSExchangeTransport in the same minute,
    /// its SMTP mailbox is missing or disconnected.
    ///
    /// # Resolution
    /// 1. Look for event 326 and follow what it says.
    ///
    /// # More information
    /// Alone it is general: the same event for POP3 or IMAP4 says nothing about mail flow.
    id: "event-1194-accept-clients-smtp",
    title: "A store could not open its SMTP interface",
    area: Store,
    severity: High,
    role: Symptom,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Directory],
    explains: [],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/828938"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = hits(facts, "MSExchangeIS", &[1194]);
    // In an export without messages the insertion strings are the interface and the code.
    let is_meant = |hit: &&Hit<'_>| hit.text.contains("SMTP");
    let hits: Vec<&Hit<'_>> = all.iter().filter(is_meant).collect();
    let Some(first) = hits.first() else { return Verdict::NotApplicable };
    let mut found = Discovery::new(Confidence::Confirmed);
    let place = first.cite(
        &mut found,
        &["external interface SMTP", "0x80004005"],
        "Mail reaches the store over this interface.",
    );
    let names = computers(&hits);
    found.statement = format!(
        "A store on {} could not open its SMTP interface when it was mounted {place}.",
        if names.is_empty() { "a server that the export does not name".to_owned() } else { listed(&names, 3) }
    );
    effects(&mut found, &hits);
    found.step(
        "Mount the stores again and look for event 326 of MSExchangeTransport in the same minute: it names the store.",
    );
    found.verify.push("No event 1194 after the next mount.".to_owned());
    if facts.events_of("MSExchangeTransport", &[326]).next().is_none() {
        found.unknown("Which store it is: there is no event 326 beside it.");
        found.missing.push(Missing {
            what: "The whole application log of the time of the mount".to_owned(),
            settles: "Whether event 326 of MSExchangeTransport names the store and the code.".to_owned(),
            command: "Event Viewer, Application, Save Log File As application.evt".to_owned(),
        });
    }
    Verdict::Found(vec![found])
}
