//! Reports and headers in the forms in which people paste them.

use super::*;
use crate::tools::mail_reader::{Delay, HopRow};

const HEADER: &str = "\
Received: from EX16-02.contoso.com (192.0.2.22) by EX16-01.contoso.com
 (192.0.2.21) with Microsoft SMTP Server (version=TLS1_2) id 15.1.2507.39 via
 Mailbox Transport; Thu, 14 Mar 2019 09:05:30 +0100
Received: from mail.fabrikam.example (198.51.100.9) by EX16-02.contoso.com
 (192.0.2.22) with Microsoft SMTP Server id 15.1.2507.39 via Frontend
 Transport; Thu, 14 Mar 2019 09:00:02 +0100
Received: from laptop ([203.0.113.5]) by mail.fabrikam.example with ESMTP;
 Thu, 14 Mar 2019 08:00:00 +0000
Authentication-Results: spf=fail (sender IP is 198.51.100.9)
 smtp.mailfrom=fabrikam.example; dkim=pass header.d=fabrikam.example
From: Ben Cole <ben.cole@fabrikam.example>
Subject: =?iso-8859-1?Q?Gr=FC=DFe?=
Message-ID: <F00D@mail.fabrikam.example>
X-MS-Exchange-Organization-AuthAs: Anonymous
X-MS-Exchange-Organization-Something: else
";

fn read(text: &str) -> Answer {
    read_mail(text.as_bytes())
}

#[test]
fn a_header_shows_the_path_and_what_is_known_of_the_sender() {
    for text in [
        HEADER.to_owned(),
        format!("{HEADER}\nText of the message.\n"),
        format!("Here it is, thanks!\n\n{HEADER}\n\nmore"),
    ] {
        let answer = read(&text);
        let path = answer.path.clone().unwrap();
        assert_eq!(path.hops.iter().map(HopRow::delay_text).collect::<Vec<_>>(), ["Start", "2 s", "5 min 28 s"]);
        assert_eq!((path.total, path.slowest), (Some(330), Some(2)));
        assert_eq!(path.hops[2].version.as_deref(), Some("Exchange 2016 (15.1.2507.39)"));
        assert!(path.hops[2].with.as_ref().unwrap().ends_with(", Mailbox Transport"));
        assert!(answer.message.contains(&("Subject", "Grüße".to_owned())), "{:?}", answer.message);
        assert_eq!(answer.sender.len(), 2);
        assert_eq!((answer.exchange.len(), answer.other_headers), (1, 1));
        assert!(answer.to_string().contains("5 min 30 s in all"), "{answer}");
    }
}

#[test]
fn reports_of_any_language_say_who_gave_up_and_why() {
    let answer = read(&format!(
        "Fehler bei der Nachrichtenzustellung an folgende Empfänger oder Gruppen:\n\nben.cole@fabrikam.example<mailto:ben.cole@fabrikam.example>\n\
         Diagnoseinformationen für Administratoren:\n\nGenerierender Server: EX16-01.contoso.com\nben.cole@fabrikam.example\n\
         Remote Server at mx1.fabrikam.example (198.51.100.7) returned '550 5.1.1 User unknown'\n\
         Ursprüngliche Nachrichtenkopfzeilen:\n\n{HEADER}"
    ));
    let recipient = &answer.reports[0].recipients[0];
    assert_eq!(recipient.address.as_deref(), Some("ben.cole@fabrikam.example"));
    assert_eq!(recipient.server.as_deref(), Some("mx1.fabrikam.example"));
    assert!(!recipient.codes.is_empty(), "{answer}");
    assert_eq!(answer.path.as_ref().unwrap().hops.len(), 3, "{answer}");
    assert_eq!(answer.exchange.len(), 1, "{answer}");
}

#[test]
fn every_sample_of_mail_is_read() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats");
    let mut count = 0;
    for folder in FORMATS {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.to_string_lossy().ends_with(".expected.txt") {
                continue;
            }
            count += 1;
            let bytes = std::fs::read(&path).unwrap();
            let answer = read_mail(&bytes);
            let report =
                folder.starts_with("ndr") && !answer.reports.iter().any(|report| !report.recipients.is_empty());
            let cut = !answer.is_known() && !answer.remarks.is_empty() && folder == &"outlook-message";
            assert!(cut || answer.is_known() && !report, "{}: {answer}", path.display());
            // Cut anywhere, it does no harm.
            for end in (0..bytes.len()).step_by(997) {
                let _ = read_mail(&bytes[..end]).to_string();
            }
        }
    }
    assert!(count > 12);
}

#[test]
fn a_report_as_a_message_has_the_path_of_its_original() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let answer = read_mail(&std::fs::read(root.join("tests/formats/ndr-message/two-recipients.eml")).unwrap());
    assert_eq!(answer.reports[0].written_by.as_deref(), Some("ex10-01.contoso.com"));
    let path = answer.path.unwrap();
    assert_eq!((path.hops.len(), path.hops[0].delay), (1, Delay::First));
    let [first, second] = answer.reports[0].recipients.as_slice() else { panic!("two recipients") };
    assert_eq!(first.outcome, Some("Not delivered, given up"));
    assert_eq!(second.before.as_deref(), Some("old@fabrikam.example"));
    assert_eq!(second.reply.as_deref(), Some("4.4.7"));
}

#[test]
fn other_text_is_no_mail_and_long_text_is_cut() {
    for text in [
        "",
        "hello",
        "Received: \n",
        "Identity : a\nStatus : b\n",
        "From: a",
        ":",
        "Received",
        "\u{1F600}\u{1F600}\u{1F600}",
    ] {
        let answer = read(text);
        assert!(answer.path.is_none() && answer.reports.is_empty(), "{text}: {answer}");
    }
    let long = format!("{HEADER}\n{}", "ü".repeat(MOST));
    let answer = read(&long);
    assert_eq!(answer.path.unwrap().hops.len(), 3);
    assert!(answer.remarks.iter().any(|remark| remark.contains("512 KB")), "{:?}", answer.remarks);
    for text in ["Received: ".repeat(50_000), "Received: a;\n".repeat(30_000), ">".repeat(100_000), "(".repeat(100_000)]
    {
        let _ = read(&text).to_string();
    }
}
