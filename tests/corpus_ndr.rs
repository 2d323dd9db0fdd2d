//! Reads real non-delivery reports in place.
//!
//! The corpus is not part of the repository: `QUEUESCOPE_CORPUS` names its folder, and without it the
//! tests say so and pass.

#![allow(clippy::expect_used, clippy::panic, reason = "tests may fail loudly")]

use std::ops::ControlFlow;
use std::path::PathBuf;

use queuescope::base::ledger::Ledger;
use queuescope::base::source::SourceId;
use queuescope::base::text::Text;
use queuescope::formats::{Document, Head, Output, Parse, detect};
use queuescope::model::Record;
use queuescope::model::ndr::NonDeliveryReport;

/// Reads a sample; `None` when it is not there.
fn report(name: &str) -> Option<(&'static str, NonDeliveryReport)> {
    let corpus = std::env::var_os("QUEUESCOPE_CORPUS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus"), PathBuf::from);
    let path = corpus.join(format!("ndr/bsd_lhost-{name}.eml"));
    let Ok(bytes) = std::fs::read(&path) else {
        println!("not there, skipped: {}", path.display());
        return None;
    };
    let head = bytes.get(..bytes.len().min(Head::BYTES)).expect("the beginning");
    let detection = detect(&Head::new("unknown", bytes.len() as u64, head));
    let format = detection.format.unwrap_or_else(|| panic!("{name}: {}", detection.reason));
    let (mut records, mut ledger): (Vec<Record>, Ledger) = (Vec::new(), Ledger::default());
    let mut progress = |_, _| ControlFlow::Continue(());
    let Parse::Document(parse) = format.parse else { panic!("{name} is a document") };
    let text = Text::decode(&bytes);
    let document = Document { id: SourceId(0), path: name, text: &text };
    parse(&document, &mut Output::new(&mut records, &mut ledger, &mut progress));
    match records.pop() {
        Some(Record::NonDeliveryReport(report)) if records.is_empty() => Some((format.id, *report)),
        _ => panic!("{name}: not one report"),
    }
}

#[test]
fn reports_with_a_delivery_status_name_their_recipient() {
    let names = ["exchange2007-01", "exchange2007-02", "exchange2007-03", "exchange2007-04"];
    let names = names.into_iter().chain(["office365-03", "office365-04", "office365-05", "office365-06", "outlook-01"]);
    for name in names {
        let Some((format, report)) = report(name) else { continue };
        assert_eq!(format, "ndr-message", "{name}");
        assert_eq!(report.recipients.len(), 1, "{name}");
        assert!(report.reporting_mta.is_some(), "{name}: reporting MTA");
        for recipient in &report.recipients {
            assert!(recipient.status.is_some() && recipient.diagnostic_code.is_some(), "{name}: {recipient:?}");
        }
    }
}

#[test]
fn reports_without_one_are_read_from_their_text() {
    for (name, wanted, code) in [
        ("exchange2003-01", "ndr-text", "MSEXCH:IMS"),
        ("exchange2003-02", "ndr-text", "MSEXCH:IMS"),
        ("exchange2003-03", "ndr-text", "MSEXCH:IMS"),
        ("exchange2003-04", "ndr-text", "MSEXCH:IMC"),
        ("exchange2003-05", "ndr-text", "MSEXCH:IMS"),
        ("office365-01", "ndr-message", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found"),
        ("office365-02", "ndr-text", "550 5.1.1 RESOLVER.ADR.RecipNotFound; not found"),
    ] {
        let Some((format, report)) = report(name) else { continue };
        assert_eq!(format, wanted, "{name}");
        assert!(!report.recipients.is_empty(), "{name}: no recipient");
        for recipient in &report.recipients {
            let address = recipient.address.as_ref().map_or("", |address| address.value.as_str());
            let text = recipient.diagnostic_code.as_ref().map_or("", |text| text.value.as_str());
            assert!(address.contains('@') && text.starts_with(code), "{name}: {recipient:?}");
        }
    }
}
