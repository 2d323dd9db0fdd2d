//! The path of a message from logs and exports, whole and damaged, of one clock and of two.

use std::ops::ControlFlow;

use super::*;
use crate::analysis::{Analysis, analyze};
use crate::base::clocks::Clocks;
use crate::base::source::Source;

const ID: &str = "a1@contoso.com";

const EXPORT: &str = "\"Timestamp\",\"EventId\",\"Source\",\"ClientHostname\",\"ServerHostname\",\"ConnectorId\",\"MessageId\",\"Recipients\",\"Sender\"\r\n\
    \"3/12/2019 9:00:00 AM\",\"RECEIVE\",\"STOREDRIVER\",\"EX1\",\"EX1\",\"\",\"<a1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
    \"3/12/2019 9:00:04 AM\",\"SEND\",\"SMTP\",\"EX1\",\"EX2\",\"Intra\",\"<a1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
    \"3/12/2019 9:15:00 AM\",\"DELIVER\",\"STOREDRIVER\",\"EX2\",\"EX2\",\"\",\"<A1@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n\
    \"3/12/2019 9:16:00 AM\",\"DELIVER\",\"STOREDRIVER\",\"EX2\",\"EX2\",\"\",\"<b2@contoso.com>\",\"b@contoso.com\",\"a@contoso.com\"\r\n";

const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.00.0000.000\r\n#Log-type: Message Tracking Log\r\n#Date: 2019-03-12T08:00:00.000Z\r\n";

const PROTOCOL: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Receive Protocol Log\r\n#Date: 2019-03-12T08:00:00.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n";

/// A row with the columns of 2013, of which these tests say some.
fn row(
    time: &str,
    [event, part, client, server, connector]: [&str; 5],
    id: &str,
    [to, status, reference]: [&str; 3],
) -> String {
    let context = if event == "DEFER" { "\"store, not found\"" } else { "" };
    format!(
        "2019-03-12T{time}Z,192.0.2.10,{client},192.0.2.12,{server},{context},{connector},{part},{event},17,<{id}>,\
         d3b8a4c5-0000-4000-8000-000000000001,{to},{status},2048,1,,{reference},Offer,a@contoso.com,a@contoso.com,,,,,,\r\n"
    )
}

/// A log with the header of its columns.
fn tracking(rows: &[String]) -> String {
    let fields = crate::model::log_row::tracking::NAMES.get(..27).unwrap().join(",");
    format!("{HEADER}#Fields: {fields}\r\n{}", rows.concat())
}

fn ex1() -> String {
    tracking(&[
        row("08:00:00.120", ["RECEIVE", "STOREDRIVER", "EX1", "EX1", ""], ID, ["b@contoso.com", "", ""]),
        row("08:00:01.000", ["RECEIVE", "STOREDRIVER", "EX1", "EX1", ""], "xa1@contoso.com", ["b@contoso.com", "", ""]),
        row(
            "08:00:04.512",
            ["SEND", "SMTP", "EX1", "EX2", "Intra"],
            ID,
            ["b@contoso.com", "250 2.1.5 Recipient OK", ""],
        ),
    ])
}

fn ex2() -> String {
    tracking(&[
        row(
            "08:00:04.402",
            ["RECEIVE", "SMTP", "EX1", "EX2.contoso.com", "EX2\\Default EX2"],
            ID,
            ["b@contoso.com", "", ""],
        ),
        row("08:00:05.000", ["DEFER", "STOREDRIVER", "", "EX2", ""], ID, ["b@contoso.com", "", ""]),
        row("08:15:00.005", ["DELIVER", "STOREDRIVER", "EX2", "EX2", ""], "A1@Contoso.com", ["b@contoso.com", "", ""]),
        row(
            "08:16:00.000",
            ["DSN", "DSN", "", "EX2", ""],
            "report@contoso.com",
            ["a@contoso.com", "", "<a1@contoso.com>"],
        ),
    ])
}

fn receive() -> String {
    let line = |time: &str, number: u32, event: &str, data: &str| {
        format!(
            "2019-03-12T{time}Z,EX2\\Default EX2,08D6A0F1B2C3D4E5,{number},192.0.2.12:25,192.0.2.11:4711,{event},{data},\r\n"
        )
    };
    [
        PROTOCOL.to_owned(),
        line("08:00:04.100", 0, "+", ""),
        line(
            "08:00:04.405",
            9,
            ">",
            "\"250 2.6.0 <a1@contoso.com> [InternalId=17, Hostname=EX2.contoso.com] Queued mail for delivery\"",
        ),
        line("08:00:04.500", 10, "<", "QUIT"),
    ]
    .concat()
}

fn case(files: &[(&str, &str)]) -> Analysis {
    let sources = files.iter().map(|(path, text)| Source::from_bytes(*path, text.as_bytes())).collect();
    analyze(sources, &mut |_| ControlFlow::Continue(()))
}

/// The path when all logs are searched.
fn path(case: &Analysis, id: &str, clocks: &Clocks) -> MessagePath {
    let mut trace = Trace::new(case, id);
    for _ in 0..100 {
        if trace.step(case).is_done {
            return trace.path(clocks);
        }
    }
    panic!("the search does not end");
}

fn in_zone(minutes: i32) -> Clocks {
    Clocks { local: Some(minutes), ..Clocks::default() }
}

/// Time of day, server and event of each step.
fn told(path: &MessagePath) -> Vec<String> {
    let time = |step: &PathStep| step.time.get(11..19).unwrap_or(&step.time).to_owned();
    path.steps.iter().map(|step| format!("{} {} {}", time(step), step.server, step.event)).collect()
}

fn said(step: &PathStep, aspect: Aspect) -> &str {
    step.aspects.iter().find(|(own, _)| *own == aspect).map_or("", |(_, text)| text)
}

#[test]
fn exports_alone_give_steps_with_what_they_took() {
    let case = case(&[("tracking.csv", EXPORT)]);
    let path = path(&case, "<a1@contoso.com>", &Clocks::default());
    assert_eq!(told(&path), ["09:00:00 EX1 RECEIVE", "09:00:04 EX1 SEND", "09:15:00 EX2 DELIVER"]);
    let after: Vec<Option<i64>> = path.steps.iter().map(|step| step.after).collect();
    assert_eq!(after, [None, Some(4_000), Some(896_000)]);
    assert!(path.steps[2].is_longest && !path.steps[1].is_longest);
    assert_eq!(path.total, Some(900_000));
    let hops: Vec<(&str, i64, bool)> =
        path.hops.iter().map(|hop| (hop.server.as_str(), hop.took, hop.is_last)).collect();
    assert_eq!(hops, [("EX1", 900_000, false), ("EX2", 0, true)]);
    assert_eq!((said(&path.steps[1], Aspect::To), said(&path.steps[1], Aspect::Connector)), ("EX2", "Intra"));
    // Each opens in its own line.
    let places: Vec<_> = path.steps.iter().map(|step| (step.places[0].number, step.places[0].evidence.lines)).collect();
    assert_eq!(places, [(1, Some((2, 2))), (2, Some((3, 3))), (3, Some((4, 4)))]);
    assert!(path.logs.is_done && path.logs.files == 0 && path.missing.is_empty());
}

#[test]
fn nobody_is_looked_for_without_an_identifier() {
    let case = case(&[("tracking.csv", EXPORT), ("MSGTRK1.LOG", &ex1())]);
    for id in ["", "<>", " "] {
        let path = path(&case, id, &Clocks::default());
        assert!(path.steps.is_empty() && path.logs.files == 0);
    }
    assert!(path(&case, "nobody@contoso.com", &Clocks::default()).steps.is_empty());
}

#[test]
fn logs_of_several_servers_and_their_sessions_are_one_path() {
    let case = case(&[("EX1/MSGTRK1.LOG", &ex1()), ("EX2/MSGTRK1.LOG", &ex2()), ("EX2/RECV1.LOG", &receive())]);
    let path = path(&case, ID, &Clocks::default());
    assert_eq!(
        told(&path),
        [
            "08:00:00 EX1 RECEIVE",
            "08:00:04 EX2.contoso.com RECEIVE",
            "08:00:04 EX2 250 2.6.0 <\u{2026}> [InternalId=17, Hostname=EX2.contoso.com] Queued mail for delivery",
            "08:00:04 EX1 SEND",
            "08:00:05 EX2 DEFER",
            "08:15:00 EX2 DELIVER",
            "08:16:00 EX2 DSN",
        ]
    );
    let after: Vec<Option<i64>> = path.steps.iter().map(|step| step.after).collect();
    assert_eq!(after, [None, Some(4_282), Some(3), Some(107), Some(488), Some(895_005), Some(59_995)]);
    let session = &path.steps[2];
    assert_eq!(session.origin, Origin::Receive);
    assert_eq!(said(session, Aspect::Session), "08D6A0F1B2C3D4E5");
    assert_eq!(said(session, Aspect::Remote), "192.0.2.11:4711");
    assert_eq!(said(session, Aspect::Connector), "EX2\\Default EX2");
    assert_eq!(said(&path.steps[4], Aspect::Says), "store, not found");
    // The report is another message.
    assert!(path.steps[6].is_other && !path.steps[5].is_other);
    // A server is one hop however it is named, and whatever comes after the next one.
    let hops: Vec<(&str, i64)> = path.hops.iter().map(|hop| (hop.server.as_str(), hop.took)).collect();
    assert_eq!(hops, [("EX1", 4_282), ("EX2.contoso.com", 895_603)]);
    let line = |step: usize| path.steps[step].places[0].evidence.clone();
    assert_eq!((line(0).lines, line(3).lines, line(2).lines), (Some((6, 6)), Some((8, 8)), Some((7, 7))));
    assert_eq!(line(2).input, "EX2/RECV1.LOG");
    assert_eq!((path.logs.files, path.logs.done, path.logs.damaged, path.logs.broken), (3, 3, 0, 0));
    assert_eq!(path.logs.bytes, path.logs.of);
}

#[test]
fn unaligned_clocks_stay_apart_until_the_reader_says_how_they_lie() {
    let case = case(&[("MSGTRK1.LOG", &ex2()), ("tracking.csv", EXPORT)]);
    let apart = path(&case, ID, &Clocks::default());
    assert!(apart.is_apart && apart.total.is_none() && apart.hops.is_empty());
    assert_eq!(told(&apart).len(), 7);
    assert_eq!(apart.steps[4].clock, StepClock::Printed);
    assert_eq!((apart.steps[4].time.as_str(), apart.steps[4].after), ("2019-03-12 09:00:00", None));

    // An hour ahead: what both say is one step with two places, and the log is the more exact of them.
    let aligned = path(&case, ID, &in_zone(60));
    assert!(!aligned.is_apart);
    assert_eq!(
        told(&aligned),
        [
            "08:00:00 EX1 RECEIVE",
            "08:00:04 EX1 SEND",
            "08:00:04 EX2.contoso.com RECEIVE",
            "08:00:05 EX2 DEFER",
            "08:15:00 EX2 DELIVER",
            "08:16:00 EX2 DSN"
        ]
    );
    let places: Vec<(u32, &str)> =
        aligned.steps[4].places.iter().map(|place| (place.number, place.evidence.input.as_str())).collect();
    assert_eq!(places, [(3, "tracking.csv"), (6, "MSGTRK1.LOG")]);
    assert_eq!(aligned.steps[4].after, Some(895_005));

    // Another offset, and they are two events again.
    assert_eq!(path(&case, ID, &in_zone(120)).steps.len(), 7);
}

#[test]
fn a_step_keeps_the_number_of_its_place_while_more_are_found() {
    let case = case(&[("MSGTRK1.LOG", &ex1()), ("tracking.csv", EXPORT)]);
    let mut trace = Trace::new(&case, ID);
    let numbers = |path: &MessagePath| path.steps.iter().map(|step| step.places[0].number).collect::<Vec<_>>();
    let before = trace.path(&in_zone(60));
    assert!(!before.logs.is_done);
    assert_eq!((numbers(&before), before.logs.files, before.logs.done), (vec![1, 2, 3], 1, 0));
    assert_eq!(trace.step(&case), Stepped { has_found: true, is_done: true });
    let after = trace.path(&in_zone(60));
    assert_eq!(numbers(&after), [1, 2, 3]);
    assert_eq!(after.steps[1].places.len(), 2);
    assert!(after.steps[0].aspects.contains(&(Aspect::Part, "STOREDRIVER".to_owned())));
}

#[test]
fn a_log_that_is_cut_at_its_end_says_that_a_line_was_not_read() {
    let whole = ex2();
    let end = whole.find("A1@Contoso.com>").unwrap() + 15;
    let case = case(&[("MSGTRK1.LOG", whole.get(..end).unwrap())]);
    let path = path(&case, ID, &Clocks::default());
    assert_eq!(told(&path), ["08:00:04 EX2.contoso.com RECEIVE", "08:00:05 EX2 DEFER"]);
    assert_eq!(path.logs.damaged, 1);
}

#[test]
fn columns_are_those_of_the_header_in_force() {
    let narrow = "#Fields: date-time,event-id,source,message-id,server-hostname\r\n\
        2019-03-12T09:00:00.000Z,FAIL,ROUTING,<a1@contoso.com>,EX9\r\n";
    let log = format!("{}{narrow}", ex1());
    let path = path(&case(&[("MSGTRK1.LOG", &log)]), ID, &Clocks::default());
    assert_eq!(told(&path).last().unwrap(), "09:00:00 EX9 FAIL");
    assert_eq!(path.steps.len(), 3);
}

#[test]
fn tracking_of_2003_has_one_step_for_all_recipients_of_an_event() {
    let row = |time: &str, event: u32, recipient: &str| {
        format!(
            "2003-9-12\t{time} GMT\t-\t-\tMAIL3\tMAIL2\t192.0.2.41\t{recipient}\t{event}\t<d1@contoso.com>\t0\t0\t2345\t3\t2003-9-12 22:53:10 GMT\t0\t-\t-\t-\thans@contoso.com\r\n"
        )
    };
    let header = "# Message Tracking Log File\r\n# Exchange System Attendant Version 6.5.7638.1\r\n# Date\tTime\tclient-ip\tClient-hostname\tPartner-Name\tServer-hostname\tserver-IP\tRecipient-Address\tEvent-ID\tMSGID\tPriority\tRecipient-Report-Status\ttotal-bytes\tNumber-Recipients\tOrigination-Time\tEncryption\tservice-Version\tLinked-MSGID\tMessage-Subject\tSender-Address\r\n";
    let log = [
        header.to_owned(),
        row("22:53:11", 1019, "gina@contoso.com"),
        row("22:53:11", 1019, "ivo@contoso.com"),
        row("22:53:18", 1020, "gina@contoso.com"),
    ]
    .concat();
    let path = path(&case(&[("20030912.log", &log)]), "d1@contoso.com", &Clocks::default());
    assert_eq!(
        told(&path),
        ["22:53:11 MAIL2 1019 Submitted to advanced queuing", "22:53:18 MAIL2 1020 Outbound transfer began"]
    );
    assert_eq!((path.steps[0].rows, said(&path.steps[0], Aspect::Recipients)), (2, ""));
    assert_eq!((path.steps[1].rows, said(&path.steps[1], Aspect::Recipients)), (1, "gina@contoso.com"));
}

#[test]
fn tracking_of_55_is_read_without_a_header_and_a_time_in_two_readings_stays_as_printed() {
    let id = "c=US;a= ;p=Contoso;l=MAIL1-000206165023Z-1";
    let log = format!(
        "{id}\t4\t2000.02.06 16:50:23\t\t\t\t/o=Contoso/ou=London/cn=Recipients/cn=ivan\t0\t1204\t0\t1\t\t1\r\n\
         /o=Contoso/ou=London/cn=Recipients/cn=jana\t0\r\n\
         {id}\t7\t2000.02.06 16:50:25\tX400CON\tMAIL9\t\t/o=Contoso/ou=London/cn=Recipients/cn=ivan\t0\t1204\t2\t1\t\t1\r\n\
         /o=Contoso/ou=Paris/cn=Recipients/cn=karl\t0\r\n\
         {id}\t9\t02/03/2000 16:50:29\t\t\t\t/o=Contoso/ou=London/cn=Recipients/cn=ivan\t0\t1204\t2\t1\t\t1\r\n"
    );
    let path = path(&case(&[("20000206.log", &log)]), id, &Clocks::default());
    assert_eq!(told(&path), ["16:50:23  4 Submission", "16:50:25  7 Transfer out", "16:50:29  9 Delivered"]);
    assert_eq!((path.steps[2].clock, path.steps[2].time.as_str()), (StepClock::Unknown, "02/03/2000 16:50:29"));
    assert_eq!((path.steps[1].after, path.steps[2].after), (Some(2_000), None));
    assert_eq!(said(&path.steps[1], Aspect::To), "MAIL9");
    assert_eq!(path.hops, []);
}

#[test]
fn of_more_steps_than_anybody_reads_the_others_are_counted() {
    let rows: Vec<String> = (0..620)
        .map(|n| {
            row(
                &format!("08:{:02}:{:02}.000", n / 60, n % 60),
                ["RESUBMIT", "REDUNDANCY", "", "EX1", ""],
                ID,
                ["b@contoso.com", "", ""],
            )
        })
        .collect();
    let path = path(&case(&[("MSGTRK1.LOG", &tracking(&rows))]), ID, &Clocks::default());
    assert_eq!((path.steps.len(), path.beyond), (500, 120));
}

/// A message as Get-Message lists it.
fn message(number: u32, id: &str) -> String {
    format!(
        "\r\nIdentity          : EX1\\3\\{number}\r\nSubject           : Offer\r\n{id}FromAddress       : a@contoso.com\r\n\
         Status            : Retry\r\nSize              : 20.5 KB (21,034 bytes)\r\nMessageSourceName : FromLocal\r\n\
         SourceIP          : 255.255.255.255\r\nSCL               : -1\r\nDateReceived      : 3/12/2019 9:00:0{number} AM\r\n\
         RetryCount        : 1\r\nQueue             : EX1\\3\r\n\r\n"
    )
}

#[test]
fn a_row_says_what_is_known_before_the_logs_are_searched() {
    let messages = format!(
        "{}{}",
        message(
            1,
            "InternetMessageId : <a1@contoso.com>
"
        ),
        message(2, "")
    );
    let case = case(&[("messages.txt", &messages), ("MSGTRK1.LOG", &ex1())]);
    let row = |number: u32| case.row("messages", number, &Clocks::default()).unwrap().path.unwrap();
    let known = row(0);
    assert_eq!(told(&known), ["09:00:01 EX1 DateReceived"]);
    assert_eq!((said(&known.steps[0], Aspect::Queue), said(&known.steps[0], Aspect::Says)), ("EX1\\3", "Retry"));
    assert_eq!((known.logs.files, known.logs.is_done), (1, false));
    assert!(known.missing.is_empty());
    // Without an identifier nothing can be found; what would show it is said.
    let unknown = row(1);
    assert!(unknown.message_id.is_empty() && unknown.steps.is_empty() && unknown.logs.is_done);
    assert!(
        unknown.missing[0].what.contains("InternetMessageId") && unknown.missing[0].command.starts_with("Get-Message ")
    );
    assert_eq!(case.row("queues", 0, &Clocks::default()).and_then(|row| row.path), None);
}

#[test]
fn without_any_tracking_it_is_said_what_to_bring() {
    let messages = message(
        1,
        "InternetMessageId : <a1@contoso.com>
",
    );
    let case = case(&[("messages.txt", &messages)]);
    let path = path(&case, ID, &Clocks::default());
    assert_eq!(path.steps.len(), 1);
    assert!(path.missing[0].what.contains("message tracking logs") && path.missing[0].command.contains("MSGTRK"));
}

#[test]
fn an_address_tells_the_server_of_a_sending_session_when_one_has_it() {
    let log = "#Software: Microsoft Exchange Server\r\n#Version: 15.0.0.0\r\n#Log-type: SMTP Send Protocol Log\r\n#Date: 2019-03-12T08:00:00.000Z\r\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\r\n\
        2019-03-12T08:00:04.300Z,Intra-Organization SMTP Send Connector,08D6A0F1B2C3D4E6,12,192.0.2.11:4711,192.0.2.12:25,*,,\"sending message with RecordId 17 and InternetMessageId <a1@contoso.com>\"\r\n";
    let known = "Name,IPAddress\r\nEX1,192.0.2.11\r\nEX2,192.0.2.12\r\n";
    let with = |files: &[(&str, &str)]| path(&case(files), ID, &Clocks::default());
    let path = with(&[("SEND1.LOG", log), ("addresses.csv", known)]);
    assert_eq!(told(&path), ["08:00:04 EX1 sending message with RecordId 17 and InternetMessageId <\u{2026}>"]);
    let path = with(&[("SEND1.LOG", log)]);
    assert_eq!((path.steps[0].server.as_str(), said(&path.steps[0], Aspect::Local)), ("", "192.0.2.11:4711"));
}

#[test]
fn a_longer_identifier_is_another_one() {
    for (text, is_named) in [
        ("250 2.6.0 <a1@contoso.com> Queued", true),
        ("<A1@CONTOSO.COM>", true),
        ("a1@contoso.com", true),
        ("<ba1@contoso.com>", false),
        ("<a1@contoso.com.example>", false),
        ("", false),
    ] {
        assert_eq!(names(text, ID), is_named, "{text}");
    }
}

#[test]
fn the_logs_that_are_searched_are_formats() {
    let known: Vec<_> =
        trace::LOGS.iter().chain(trace::TRACKING).filter(|id| crate::formats::by_id(id).is_none()).collect();
    assert!(known.is_empty(), "{known:?}");
}
