//! Replies and what was cut: addresses in every form in which servers write them, local parts, rests of names.

use super::*;

/// A queue with this error, redacted, and what the check says.
fn of_reply(reply: &str) -> (String, Vec<String>) {
    let queue = format!(
        "Identity       : EX1\\7\r\nDeliveryType   : DnsConnectorDelivery\r\nStatus         : Retry\r\nMessageCount   : 31\r\n\
         NextHopDomain  : partner.example\r\nLastError      : 451 4.4.0 DNS query failed {reply}\r\n"
    );
    let analysis = diagnose(&[("queues.txt".to_owned(), queue.into_bytes())]);
    let redacted = redact(&analysis.report, analysis.names());
    let printed = text::print(&redacted.report);
    let line = printed.lines().find(|line| line.contains("DNS query failed ")).unwrap_or(&printed).to_owned();
    (line, redacted.leaks(&printed).into_iter().map(|leak| leak.text).collect())
}

#[test]
fn addresses_go_in_every_form_in_which_replies_write_them() {
    for (reply, left) in [
        ("for [IPv6:2a02:8109:16c0:1::77]", "8109"),
        ("helo IPv6:2003:6a:4f21:1::25", "4f21"),
        ("at ::ffff:203.0.113.77", "203.0"),
        ("for 203-0-113-77.dyn.fabrikam.example [203.0.113.77]", "113"),
        ("for 77-113-0-203.dyn.fabrikam.example [203.0.113.77]", "113"),
        ("for ip-203-0-113-77.fabrikam.example [203.0.113.77]", "113"),
        ("for 203.0.113.81.fabrikam.example [203.0.113.81]", "113"),
        ("for p203.0.113.77.dip0.isp.example", "113"),
        ("for kunde-203-0-113-77.isp.example", "kunde"),
        ("helo 203-0-113-77, x203.0.113.78, 203.0.113.79a, v203.0.113.81", "113"),
        ("version 203.0.113.77 refused", "113"),
        ("from <anna@203.0.113.81>", "113"),
        ("from <anna@[203.0.113.81]>", "113"),
        ("from <anna@[IPv6:2a02:8109::1]>", "8109"),
    ] {
        let (line, leaks) = of_reply(reply);
        assert!(!line.contains(left), "{reply}: {line}");
        assert_eq!(leaks, [""; 0], "{reply}: {line}");
    }
    let (line, _) = of_reply("for 203-0-113-77.dyn.fabrikam.example [203.0.113.77]");
    let literal = line.split(['[', ']']).nth(1).unwrap().to_owned();
    assert!(line.contains(&format!("{}.sub", literal.replace('.', "-"))), "{line}");
}

#[test]
fn a_local_part_is_one_name() {
    for local in [
        "bounce+anna.oberhuber=kunde.example",
        "prvs=0123=anna.oberhuber",
        "anna.oberhuber+tag=kunde",
        "SRS0=HHH=TT=kunde.example=anna.oberhuber",
    ] {
        let (line, leaks) = of_reply(&format!("for <{local}@news.example>"));
        assert!(!line.contains("oberhuber") && !line.contains("kunde") && !line.contains("anna"), "{line}");
        assert_eq!(leaks, [""; 0], "{line}");
    }
    let (line, _) = of_reply("from=anna.oberhuber@news.example, to=<anna.oberhuber@news.example>");
    assert!(line.contains("from=user1@domain2.example, to=<user1@"), "{line}");
}

#[test]
fn nothing_is_left_of_what_was_cut() {
    for shift in 0..60 {
        let (line, leaks) = of_reply(&format!(
            "{} mx.muehlbachlogistik.gmbh 203.0.113.177 anna.oberhuber@muehlbachlogistik.gmbh says no",
            "wait ".repeat(18) + &"w".repeat(shift)
        ));
        for part in ["mueh", "logi", "203.", "ober", "anna"] {
            assert!(!line.contains(part), "{line}");
        }
        assert_eq!(leaks, [""; 0], "{line}");
    }
    // What the file cut itself.
    for cut in [
        "mx.muehlbachlogi...",
        "203.0.113.…",
        "anna.oberhube…",
        "5b1f7a4e-77aa-4c1b-9a75-0e61f2d9c3...",
        "...achlogistik.gmbh",
    ] {
        let (line, leaks) = of_reply(&format!("for {cut}"));
        let told = cut.trim_matches(['.', '…']);
        assert!(!line.contains(told) && line.contains("word1"), "{line}");
        assert_eq!(leaks, [""; 0], "{line}");
    }
}

/// The check finds what the redaction would have missed: rests and numbers that were put back.
#[test]
fn the_check_finds_rests_and_numbers() {
    let queue = b"Identity : EX1\\7\r\nStatus : Retry\r\nMessageCount : 31\r\nDeliveryType : DnsConnectorDelivery\r\nNextHopDomain : partner.example\r\nLastError : 451 4.4.0 DNS query failed at 203.0.113.77\r\n";
    let analysis = diagnose(&[("queues.txt".to_owned(), queue.to_vec())]);
    let redacted = redact(&analysis.report, analysis.names());
    let clean = text::print(&redacted.report);
    assert_eq!(redacted.leaks(&clean), []);
    for original in [
        "mx.muehlbach...",
        "198.51.100.…",
        "198-51-100-7",
        "x198.51.100.7",
        "mx.muehlbach.gmbh",
        "IPv6:2a02:8109:16c0:1::77",
    ] {
        assert!(
            !redacted
                .leaks(&clean.replacen("DNS query failed at ", &format!("DNS query failed at {original} "), 1))
                .is_empty(),
            "{original}"
        );
    }
}
