//! The store driver fails with -1310: a table of the database is not valid.

use super::store_call::{INVALID_TABLE, damaged};
use crate::facts::Facts;
use crate::rules::Verdict;

declare_rule! {
    /// # Symptoms
    /// Messages do not reach their recipients, and senders get reports with 5.0.0. Event 327 of MSExchangeTransport, Exchange Store
    /// Driver, says that a call to the store failed with -1310, JET_errInvalidTableId.
    ///
    /// # Cause
    /// The database cannot be read or written consistently. It is damaged, usually because a file-level antivirus program or backup
    /// works on the \Exchsrvr folders or on drive M: (ExIFS).
    ///
    /// # Resolution
    /// 1. Exclude the folders and drive M: from the scanner.
    /// 2. Back up, dismount the store, run `eseutil /d`, then `isinteg -fix -test alltests` until nothing changes, and mount.
    ///
    /// # More information
    /// Preconditions: the information store service runs, the disk has room for a second copy of the database, one eseutil at a
    /// time, several hours. With -1018, -1019 or -1022 beside it, restore from a backup instead. The events are only written with
    /// diagnostic logging at Maximum. Event 327 of source ESE is harmless.
    /// Microsoft describes the tools in KB192185, KB170091 and KB182903 (Eseutil), KB183888 (the free space it needs), KB301460 (Isinteg) and
    /// KB316279 (the CD with Error.exe, which names the codes).
    id: "store-driver-327-jet-invalid-table",
    title: "A store database is damaged: a table is not valid",
    area: Store,
    severity: Critical,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [Reports, Directory],
    explains: ["ndr-5-0-0-no-reason-ex2000", "exps-1706-logon-denied", "tracking-local-delivery-retry-loop"],
    sources: ["https://www.betaarchive.com/wiki/index.php?title=Microsoft_KB_Archive/328671"],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    damaged(facts, INVALID_TABLE, "JET_errInvalidTableId")
}
