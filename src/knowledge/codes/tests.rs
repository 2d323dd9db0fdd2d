//! The tables are read whole, sorted, and agree with what other parts know.

use std::collections::BTreeSet;

use super::*;
use crate::model::queue::{DeliveryType, QueueStatus};

fn symbols(value: u32) -> Vec<&'static str> {
    by_value(value).map(|code| code.symbol).collect()
}

#[test]
fn every_row_is_read() {
    let rows = |table| super::super::rows(table).count();
    let wanted: usize = SYMBOLS.iter().chain(EXPLAINED).map(|(_, table)| rows(table)).sum::<usize>() + rows(WORDS);
    assert_eq!(all().len(), wanted);
    for (family, least) in [
        (Family::Win32, 3000),
        (Family::Ntstatus, 1200),
        (Family::Rpc, 140),
        (Family::Sspi, 190),
        (Family::Dns, 190),
        (Family::Jet, 390),
        (Family::Mapi, 70),
        (Family::Store, 90),
        (Family::Tracking, 40),
        (Family::X400Diagnostic, 25),
    ] {
        assert!(all().iter().filter(|code| code.family == family).count() >= least, "{family}");
    }
}

#[test]
fn every_explanation_belongs_to_a_symbol_and_says_something() {
    let mut seen = BTreeSet::new();
    for row in super::super::rows(EXPLANATIONS) {
        let [symbol, meaning, _] = row.as_slice() else { panic!("{row:?}") };
        assert!(all().iter().any(|code| code.symbol == *symbol), "{symbol} is no symbol");
        assert!(seen.insert(*symbol), "{symbol} is explained twice");
        assert!(meaning.ends_with('.'), "{symbol}");
    }
    assert!(seen.len() > 200);
    for code in all() {
        for text in [code.meaning, code.action].into_iter().flatten() {
            assert!(text.ends_with(['.', ')']) && text.starts_with(char::is_uppercase), "{}: {text}", code.symbol);
        }
    }
}

#[test]
fn generated_tables_are_sorted_and_say_where_they_come_from() {
    for (family, table) in SYMBOLS {
        assert!(table.starts_with("# ") && table.lines().nth(1).unwrap().starts_with("# "), "{family}");
        let values: Vec<i64> = super::super::rows(table)
            .map(|row| if row[0].starts_with('-') { row[0].parse().unwrap() } else { number(row[0]).unwrap().into() })
            .collect();
        assert!(values.is_sorted(), "{family}");
    }
}

#[test]
fn values_and_symbols_lead_to_each_other() {
    assert_eq!(symbols(0x8009_030C), ["SEC_E_LOGON_DENIED"]);
    assert!(symbols(1722).contains(&"RPC_S_SERVER_UNAVAILABLE") && symbols(1722).contains(&"ecLockTimedOut"));
    assert_eq!(symbols((-1017i32).cast_unsigned()), ["JET_errRecordDeleted"]);
    assert!(symbols(0x8004_0111).contains(&"MAPI_E_LOGON_FAILED"));
    assert!(symbols(0xDEAD_BEEF).is_empty());
    assert_eq!(of(Family::Store, 1010).next().unwrap().symbol, "ecLoginPerm");
    for name in ["ERROR_ACCESS_DENIED", "error access denied", "WSAECONNREFUSED", "eclogINperm", "UntrustedRoot"] {
        assert!(by_symbol(name).next().is_some(), "{name}");
    }
    assert!(by_symbol("").next().is_none() && by_symbol("ERROR_NO_SUCH_THING").next().is_none());
    for code in all().iter().filter(|code| code.family.has_symbols()) {
        assert!(by_symbol(code.symbol).any(|other| other == code), "{}", code.symbol);
    }
}

#[test]
fn delivery_types_and_status_are_those_of_the_model() {
    for code in all().iter().filter(|code| code.family == Family::DeliveryType) {
        let number = code.value.unwrap().to_string();
        assert_eq!(DeliveryType::parse(code.symbol), DeliveryType::parse(&number), "{}", code.symbol);
        assert_eq!(DeliveryType::parse(code.symbol).unwrap().name(), code.symbol);
    }
    for code in all().iter().filter(|code| code.family == Family::QueueStatus) {
        assert_eq!(QueueStatus::parse(code.symbol).unwrap().to_string(), code.symbol);
        assert_eq!(QueueStatus::parse(&code.value.unwrap().to_string()), QueueStatus::parse(code.symbol));
    }
}

#[test]
fn enhanced_codes_prefer_their_class_and_fall_back_to_their_subject() {
    let name = |code| enhanced(code).unwrap().name;
    assert_eq!(name("5.7.3"), Some("Authentication failed"));
    assert_eq!(name("4.4.316"), Some("Connection refused"));
    assert_eq!((name("4.1.10"), name("5.1.10")), (Some("No such recipient"), Some("Recipient not found")));
    assert_eq!((name("5.7.950"), name("5.4.999")), (Some("Transport rule"), None));
    assert_eq!(enhanced("5.4.999").unwrap().meaning, "A matter of routing or of the network.");
    for none in ["", "5", "5.7", "3.7.1", "5.8.1", "5.7.1.1", "5.7.x", "5.7.", "5.7.1234", "15.1.2"] {
        assert_eq!(enhanced(none), None, "{none}");
    }
}
