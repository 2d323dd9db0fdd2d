//! Inputs in all notations, lines of evidence, and what must not be taken for a code.

use super::*;

fn first(input: &str) -> String {
    look_up(input)
        .readings
        .first()
        .and_then(|reading| reading.candidates.first())
        .map_or(String::new(), |c| c.symbol.clone())
}

fn marked(text: &str) -> Vec<(&str, String)> {
    codes_in(text).into_iter().map(|note| (&text[note.range], note.symbol)).collect()
}

#[test]
fn a_code_is_read_in_any_notation() {
    for (input, symbol) in [
        ("0x8007000E", "E_OUTOFMEMORY"),
        ("-2147024882", "E_OUTOFMEMORY"),
        ("2147942414", "E_OUTOFMEMORY"),
        ("80040115", "MAPI_E_NETWORK_ERROR"),
        ("8004010f", "MAPI_E_NOT_FOUND"),
        ("ec=1010", "ecLoginPerm"),
        ("ec=0x3F2", "ecLoginPerm"),
        ("hr=0x80040111", "MAPI_E_LOGON_FAILED"),
        ("ec=-2147221227", "MAPI_E_NETWORK_ERROR"),
        ("ec=-1018", "JET_errReadVerifyFailure"),
        ("0xFFFFFC07", "JET_errRecordDeleted"),
        ("-1017", "JET_errRecordDeleted"),
        ("0c 03 09 80", "SEC_E_LOGON_DENIED"),
        ("0C030980", "SEC_E_LOGON_DENIED"),
        ("0000: 0c 03 09 80   ....", "SEC_E_LOGON_DENIED"),
        ("0000: 07 fc ff ff", "JET_errRecordDeleted"),
        ("5.7.3", "5.7.3 Authentication failed"),
        ("#5.0.0", "5.0.0 Other status"),
        ("4.4.395", "4.4.395 Other server refused"),
        ("451", "451 Local error"),
        ("550 5.7.1", "5.7.1 Not permitted"),
        ("550 5.7.1 Unable to relay", "5.7.1 Not permitted"),
        ("Winsock error code: 10060, Win32 error code: 10060", "WSAETIMEDOUT"),
        ("WSAECONNREFUSED", "WSAECONNREFUSED"),
        ("sec_e_logon_denied", "SEC_E_LOGON_DENIED"),
        ("JET_errRecordDeleted", "JET_errRecordDeleted"),
        ("MAPI_E_LOGON_FAILED", "MAPI_E_LOGON_FAILED"),
        ("ERROR_ACCESS_DENIED", "ERROR_ACCESS_DENIED"),
        ("ecLoginPerm", "ecLoginPerm"),
        ("MapiExceptionMailboxInTransit", "ecMailboxInTransit"),
        ("MapiExceptionMdbOffline", "ecMDBNotInit"),
        ("MapiExceptionJetErrorReadVerifyFailure", "JET_errReadVerifyFailure"),
        ("UntrustedRoot", "UntrustedRoot"),
        ("SmtpDeliveryToMailbox", "SmtpDeliveryToMailbox"),
        ("SmtpRelayToRemoteActiveDirectorySite", "SmtpRelayToRemoteAdSite"),
        ("STOREDRIVER", "STOREDRIVER"),
        ("DEFER", "DEFER"),
        ("1019", "1019 Submitted to advanced queuing"),
        ("1722", "RPC_S_SERVER_UNAVAILABLE"),
        ("1753", "EPT_S_NOT_REGISTERED"),
        ("10061", "WSAECONNREFUSED"),
        ("0x80070070", "ERROR_DISK_FULL"),
        ("0x800706BA", "RPC_S_SERVER_UNAVAILABLE"),
        ("0x8007274D", "WSAECONNREFUSED"),
        ("0xC8000713", "JET_errFileNotFound"),
        ("0xC000006D", "STATUS_LOGON_FAILURE"),
        ("0x80040148", "SMTP mailbox of the store not found"),
        ("\"0x80040158\".", "SMTP mailbox logon refused"),
        ("0x80040a02", "DSC_E_NO_SUITABLE_CDC"),
        ("5", "ERROR_ACCESS_DENIED"),
    ] {
        assert_eq!(first(input), symbol, "{input}\n{}", look_up(input));
    }
}

#[test]
fn a_number_that_is_called_an_event_is_no_error_code() {
    for input in ["Event ID 1722", "event 1722", "EventID=1722 The server is unavailable"] {
        let answer = look_up(input);
        assert_eq!(answer.events.len(), 1, "{answer}");
        assert!(answer.readings.is_empty() && !answer.is_known(), "{answer}");
    }
    let answer = look_up("Event ID 12014 of MSExchangeTransport");
    assert!(answer.is_known() && answer.readings.is_empty(), "{answer}");
    let answer = look_up("Event ID: 9318 Source: MSExchangeMTA. Windows 2000/MTA error code: 1722");
    assert_eq!(answer.events[0].id, 9318);
    assert_eq!(answer.readings[0].candidates[0].symbol, "RPC_S_SERVER_UNAVAILABLE", "{answer}");
}

#[test]
fn several_meanings_are_all_shown() {
    let symbols = |input: &str| {
        look_up(input).readings.iter().flat_map(|r| &r.candidates).map(|c| c.symbol.clone()).collect::<Vec<_>>()
    };
    for (input, wanted) in [
        ("1722", &["RPC_S_SERVER_UNAVAILABLE", "ecLockTimedOut"][..]),
        ("1019", &["1019 Submitted to advanced queuing", "JET_errPageNotInitialized"]),
        ("0x80070005", &["E_ACCESSDENIED", "MAPI_E_NO_ACCESS", "ERROR_ACCESS_DENIED"]),
        ("10060", &["WSAETIMEDOUT", "TimedOut"]),
        ("0x80004005", &["MAPI_E_CALL_FAILED", "E_FAIL"]),
        ("ec=1292", &["ecMailboxInTransit"]),
    ] {
        let found = symbols(input);
        for symbol in wanted {
            assert!(found.iter().any(|other| other == symbol), "{input}: {found:?}");
        }
    }
    assert!(look_up("1722").readings[0].hint.is_some());
    assert_eq!(look_up("Winsock error code: 10060").readings[0].hint, None);
    assert_eq!(look_up("SEC_E_LOGON_DENIED").readings[0].hint, None);
}

#[test]
fn numbers_are_shown_in_all_notations_and_taken_apart() {
    let answer = look_up("-2147024882").to_string();
    for part in ["2147942414", "-2147024882", "0x8007000E", "facility 7", "code 14 (0x000E)", "E_OUTOFMEMORY"] {
        assert!(answer.contains(part), "{part}: {answer}");
    }
    assert_eq!(Number { unsigned: 1722 }.hresult(), None);
    assert_eq!(Number { unsigned: 0xC000_006D }.hresult(), None);
}

#[test]
fn what_is_not_known_is_said_to_be_unknown() {
    for input in ["0xDEADBEEF", "99999999999", "no such word", "ERROR_NO_SUCH_THING", "5.9.9", "-99999"] {
        let answer = look_up(input);
        assert!(!answer.is_known(), "{answer}");
        assert!(answer.readings[0].hint.is_some_and(|hint| hint.contains("Not in any list")), "{answer}");
    }
    assert!(look_up("  ").readings.is_empty());
}

#[test]
fn codes_are_found_where_the_words_around_them_say_so() {
    for (text, wanted) in [
        (
            "MapiExceptionLogonFailed: Unable to make connection to the server. (hr=0x80040111, ec=1010)",
            &["MapiExceptionLogonFailed", "0x80040111", "1010"][..],
        ),
        ("Lid: 8600 dwParam: 0x6BA Msg: EEInfo: Status: 1722", &["0x6BA", "1722"]),
        ("Lid: 17913 EcDoConnectEx returned [ec=0x80040115][length=56][latency=0]", &["0x80040115"]),
        ("Service Account failed to logon to the store. Error code : 0x80040148.", &["0x80040148"]),
        ("function EcSaveChangesMessage. Error code : -1017.", &["-1017"]),
        ("verification failed with error -1018 (0xfffffc06)", &["-1018", "0xfffffc06"]),
        ("Failed to connect. Winsock error code: 10061, Win32 error code: 10061,", &["10061", "10061"]),
        ("LED=451 4.4.395 Target host responded with error. -> 451 5.7.3 Cannot", &["451 4.4.395", "451 5.7.3"]),
        ("451 4.4.0 Primary target IP address responded with: \"454 4.7.0 Temporary\"", &["451 4.4.0", "454 4.7.0"]),
        ("responded with: \"421 Service not available\"", &["421"]),
        ("Status: 5.1.1", &["5.1.1"]),
        ("#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##", &["550 5.1.1"]),
        ("<mail.contoso.com #5.5.0 smtp;550 User unknown>", &["5.5.0", "550"]),
        ("DNS server returned ErrorRetry reported by 192.0.2.1", &["ErrorRetry"]),
        ("TLS negotiation failed with error UntrustedRoot", &["UntrustedRoot"]),
        ("Failed connection to 192.0.2.1:25 (ConnectionRefused:10061)[TargetHost", &["ConnectionRefused", "10061"]),
        ("DeliveryType : SmtpRelayToTiRg", &["SmtpRelayToTiRg"]),
        ("0000: 0c 03 09 80   ....", &["0c 03 09 80"]),
        ("reason code 1 and diagnostic code 5", &["1", "5"]),
        (
            "Topology discovery failed, error 0x80040a02 (DSC_E_NO_SUITABLE_CDC)",
            &["0x80040a02", "DSC_E_NO_SUITABLE_CDC"],
        ),
        ("The Windows 2000/MTA error code is: 1722", &["1722"]),
    ] {
        assert_eq!(marked(text).into_iter().map(|(code, _)| code).collect::<Vec<_>>(), wanted, "{text}");
    }
    assert_eq!(
        codes_in("ec=1010")[0].text,
        "ecLoginPerm: The store refused the logon because the caller lacks a right on the mailbox or the server."
    );
}

#[test]
fn numbers_that_are_no_codes_are_left_alone() {
    for text in [
        "2019-05-12 04:05:11 451 messages of 1010",
        "Version 15.1.2507.6, build 5.7.3790, .NET Framework 4.7.2",
        "version 5.7.1, code version 4.5.1.2",
        "from 10.4.5.1:25 to 192.0.2.10:10061, [fe80::5.7.3.1]",
        "record 1017, event ID 1018, lines -1018 to -1017",
        "{550e8400-e29b-41d4-a716-446655440000} 5.7.3@contoso.com",
        "<550.5.7.1.4512@contoso.com> Message-ID: <0x80040111@contoso.com>.",
        "Keywords 0x80000000000000 and mask 0x80000000 and 0x000F01FF",
        "250 2.6.0 <a@b> Queued mail for delivery",
        "MessageCount : 1722  Status : Retry",
        "Process ID 1722, port 10061, EventID 10060",
        "error 1017 in line 4, code 200, error: 50%",
        "0000: 00 00 00 00   0008: 01 02 03 04",
        "Lid: 23065 length=188 latency=451",
        "JET_errNoSuchSymbol ERROR_HANDLER STATUS_LINE ecoSystem",
        "Status: 5",
        "failed with error AccessDenied, status Success",
        "memory < 200 MB; 500 MB streamed; 450 messages, 451 more",
    ] {
        let found = marked(text);
        assert!(found.iter().all(|(code, _)| *code == "0x80040111"), "{text}: {found:?}");
    }
}

/// Numbers that repeat, so that a failure can be looked at again.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % sides
    }
}

#[test]
fn any_text_is_answered_in_order_and_without_overlap() {
    let parts = [
        "0x8004",
        "0111",
        "ec=",
        "hr=",
        "-1018",
        " ",
        "451 ",
        "5.7.3",
        "Status: ",
        "1722",
        "ü",
        "“",
        "\u{0}",
        "\n",
        "error ",
        "0000: ",
        "0c 03 09 80 ",
        "WSAECONNRESET",
        ".",
        "#",
        "Winsock error code: ",
        "99999999999",
        "\u{1F600}",
        "DeliveryType : ",
        "MapiDelivery",
        "code",
        "-",
        "L",
        "(",
        "x",
        "LED=",
        "reason code ",
        "MapiException",
    ];
    let mut dice = Dice(7);
    for _ in 0..3000 {
        let text: String = (0..dice.roll(24)).map(|_| parts[dice.roll(parts.len())]).collect();
        let notes = codes_in(&text);
        let mut end = 0;
        for note in &notes {
            assert!(note.range.start >= end && text.get(note.range.clone()).is_some(), "{text:?}");
            end = note.range.end;
        }
        assert_eq!(notes, codes_in(&text));
        assert!(!look_up(&text).to_string().is_empty());
    }
}

#[test]
fn long_texts_are_bounded() {
    for text in ["0x80040111 ".repeat(200_000), "error ".repeat(200_000), "4.".repeat(500_000), "ü".repeat(100_000)] {
        assert!(codes_in(&text).len() <= 200);
        assert!(look_up(&text).readings.len() <= READINGS);
    }
}
