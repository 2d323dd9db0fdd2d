//! Back pressure on a server of Exchange 2013 or later.

use super::pressure::{self, Era};
use crate::facts::Facts;
use crate::rules::Verdict;

declare_rule! {
    /// # Symptoms
    /// Event 15004, 15006 or 15007 of MSExchangeTransport without a later 15005 that reports Normal or Low; other servers get
    /// `452 4.3.1 Insufficient system resources`; `Get-ExchangeDiagnosticInfo` shows Medium or High.
    ///
    /// # Cause
    /// A resource that the Transport service watches is over its threshold: a disk, memory, changes of the queue database that are not
    /// written yet (version buckets), or the length of the submission queue. At Medium the server slows down or refuses mail from outside, at
    /// High it refuses all new mail.
    ///
    /// # Resolution
    /// 1. See which resource it is.
    /// 2. Disk: free space, or move the queue database. Memory: find the process. Version buckets: find very large messages, and keep antivirus
    ///    programs off the folder of the queue. Submission queue: find what holds up the categorizer.
    ///
    /// # More information
    /// It ends by itself when the resource is free again; event 15005 says so. A short rise under load is normal.
    id: "back-pressure-2013plus",
    title: "A server is under back pressure and refuses mail (Exchange 2013 and later)",
    area: Resources,
    severity: Critical,
    role: Cause,
    versions: V2013..=Se,
    needs: [Events],
    helps: [BackPressure, Queues, Servers],
    explains: ["smtp-452-431-from-peer", "shadow-failure-22006", "submission-queue-growing"],
    sources: [
        "https://learn.microsoft.com/exchange/mail-flow/back-pressure",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    pressure::verdict(facts, Era::Modern)
}
