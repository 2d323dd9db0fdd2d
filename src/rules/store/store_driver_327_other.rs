//! The store driver fails with a code of its own: conversion, quota, permissions.

use super::store_call::{Failed, INVALID_TABLE, MOST, RECORD_DELETED, by_database, describe, failed, repair};
use crate::base::timestamp::Moment;
use crate::facts::Facts;
use crate::model::server::server_key;
use crate::report::Confidence;
use crate::rules::Verdict;
use crate::rules::discovery::Discovery;
use crate::rules::searching::hits;

declare_rule! {
    /// # Symptoms
    /// Event 327 of MSExchangeTransport with another code than -1017 and -1310.
    ///
    /// # Cause
    /// A call of the store driver failed for the reason that the code names. With event 12003 of MSExchangeIS (IMAIL) at the same
    /// time, the folder for temporary files is not usable, and attachments are dropped.
    ///
    /// # Resolution
    /// 1. Decode the code. For IMAIL check the registry values Temporary File Path and Working Directory: the folder must exist, the
    ///    value must have no trailing blank, and Local System needs full control.
    ///
    /// # More information
    /// Negative numbers are errors of the database (JET), 0x8004.... are errors of MAPI.
    id: "store-driver-327-other",
    title: "Calls of the store driver fail",
    area: Store,
    severity: Medium,
    role: Cause,
    versions: V2000..=V2003,
    needs: [Events],
    helps: [],
    explains: ["ndr-5-0-0-no-reason-ex2000"],
    sources: [
        "https://github.com/MicrosoftDocs/SupportArticles-docs/blob/main/Exchange/ExchangeServer/mailflow/attachments-dropped-during-imail-conversion.md",
    ],
    check: check,
}

fn check(facts: &Facts) -> Verdict {
    let all = failed(facts);
    let meant: Vec<&Failed<'_>> =
        all.iter().filter(|one| ![RECORD_DELETED, INVALID_TABLE].contains(&one.number)).collect();
    let conversion = hits(facts, "MSExchangeIS", &[12003]);
    let mut findings = Vec::new();
    for calls in by_database(&meant).into_values().take(MOST) {
        let Some(first) = calls.first() else { continue };
        let mut found = Discovery::new(Confidence::Confirmed);
        let symbol = symbol(first.number);
        describe(&mut found, facts, &calls, symbol.unwrap_or("a code whose meaning is not in the tables"));
        let server = first.hit.computer();
        // Of the same server and within a few minutes.
        let beside = |imail: &&crate::rules::searching::Hit<'_>| {
            let one_server = server_key(&imail.computer()) == server_key(&server);
            let minutes = |a: Moment, b: Moment| a.at.duration_until(b.at).as_mins().abs();
            let near = calls.iter().any(|call| match (call.hit.variant.first, imail.variant.first) {
                (Some(a), Some(b)) => minutes(a, b) <= 10,
                _ => false,
            });
            one_server && near
        };
        if let Some(imail) = conversion.iter().find(beside) {
            let place = imail.cite(&mut found, &["12003"], "The conversion of messages failed at the same time.");
            found.held(format!("Event 12003 of MSExchangeIS: messages could not be converted {place}."));
            found.command(
                "Look at the two registry values: the folder must exist, no blank may follow it, and Local System needs full control.",
                "reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS\\ParametersSystem /v \"Temporary File Path\"\nreg query \
                 HKLM\\SYSTEM\\CurrentControlSet\\Services\\MSExchangeIS\\ParametersSystem /v \"Working Directory\"",
            );
            found.verify.push("No event 327 or 12003, and attachments arrive.".to_owned());
        } else if [-1018, -1019, -1022].contains(&first.number) {
            repair(&mut found, facts, &server);
        } else {
            found.confidence = Confidence::Likely;
            found.unknown("Why the call failed: the code alone does not tell.");
            found.step("Look in the application log of the same minute for events of MSExchangeIS and ESE about the same database.");
        }
        findings.push(found);
    }
    if findings.is_empty() { Verdict::NotApplicable } else { Verdict::Found(findings) }
}

fn symbol(number: i64) -> Option<&'static str> {
    Some(match number {
        -1018 => "JET_errReadVerifyFailure",
        -1019 => "JET_errPageNotInitialized",
        -1022 => "JET_errDiskIO",
        -1206 => "JET_errDatabaseCorrupted",
        -550 => "JET_errDatabaseDirtyShutdown",
        -1003 => "JET_errInvalidParameter",
        -1011 => "JET_errOutOfMemory",
        -1601 => "JET_errRecordNotFound",
        -1605 => "JET_errKeyDuplicate",
        -1808 => "JET_errDiskFull",
        -1811 => "JET_errFileNotFound",
        -1032 => "JET_errFileAccessDenied",
        _ => return None,
    })
}
