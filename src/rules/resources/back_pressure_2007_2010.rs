//! Back pressure on a hub or edge server of Exchange 2007 or 2010.

use super::pressure::{self, Era};
use crate::facts::Facts;
use crate::rules::Verdict;

declare_rule! {
    /// # Symptoms
    /// Events 15001 to 15004, 15006 or 15007 of MSExchangeTransport without a later 15005 that reports Normal; other servers get
    /// `452 4.3.1 Insufficient system resources`.
    ///
    /// # Cause
    /// A resource that the transport service watches is over its threshold. The event lists all of them with their state: disk space of the
    /// queue database and its logs, version buckets, private bytes, physical memory.
    ///
    /// # Resolution
    /// 1. Find the resource that is marked High or Medium in the event.
    /// 2. Free disk space or put the queue database on another disk; find what uses the memory; find very large messages.
    ///
    /// # More information
    /// Exchange 2007 without a service pack wanted 4 GB of free disk space. Do not switch off the watching of resources.
    id: "back-pressure-2007-2010",
    title: "A server is under back pressure and refuses mail (Exchange 2007 and 2010)",
    area: Resources,
    severity: Critical,
    role: Cause,
    versions: V2007..=V2010,
    needs: [Events],
    helps: [Queues, Servers],
    explains: ["mailsubmission-1009-no-hub", "smtp-452-431-from-peer", "submission-queue-growing"],
    sources: [
        "https://learn.microsoft.com/previous-versions/office/exchange-server-2010/bb201658(v=exchg.141)",
        "https://practical365.com/exchange-server-2007-event-id-15002-and-431-insufficient-system-resources-errors",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    pressure::verdict(facts, Era::Hub)
}
