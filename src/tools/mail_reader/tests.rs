//! The path and its times, and the results of servers. Texts are read in the tests of `analysis/pasted`.

use super::path::path;
use super::*;
use crate::base::source::{SourceId, Span};
use crate::base::timestamp::Moment;
use crate::model::message_header::Hop;

fn hop(from: &str, by: &str, at: Option<Moment>) -> Hop {
    let own = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let span = Span::lines(SourceId(0), 1, 1);
    Hop { span, from: own(from), by: own(by), with: None, id: None, via: None, at }
}

fn at(minute: i8, second: i8) -> Option<Moment> {
    Some(Moment::utc(jiff::civil::datetime(2019, 3, 14, 8, minute, second, 0)))
}

#[test]
fn delays_are_worked_out_between_known_times_only() {
    let local = Moment::local(jiff::civil::datetime(2019, 3, 14, 9, 3, 0, 0));
    let hops = [
        hop("client", "a", at(0, 0)),
        hop("a", "b", at(0, 2)),
        hop("b", "c", Some(local)),
        hop("c", "d", at(5, 0)),
        hop("d", "e", at(4, 48)),
        hop("e", "f", None),
        hop("f", "g", at(9, 48)),
    ];
    let path = path(&hops);
    let delays: Vec<String> = path.hops.iter().map(HopRow::delay_text).collect();
    assert_eq!(delays, ["Start", "2 s", "Not known", "Not known", "12 s too early", "Not known", "Not known"]);
    assert_eq!((path.total, path.slowest), (Some(588), Some(1)));
    assert_eq!(path.hops[1].share, 100);
    assert!(path.hops[2].at.ends_with("zone not known"), "{}", path.hops[2].at);
    assert!(path.remarks[0].contains("The time of e is 12 s before"), "{:?}", path.remarks);
    assert!(path.remarks[1].contains("4 hops is not known"), "{:?}", path.remarks);
}

#[test]
fn a_loop_is_told() {
    let hops: Vec<Hop> = (0..4).flat_map(|n| [hop("a", "b (192.0.2.1)", at(n, 0)), hop("b", "a", at(n, 30))]).collect();
    let path = path(&hops);
    assert!(path.remarks.iter().any(|remark| remark.contains("4 times from a to b")), "{:?}", path.remarks);
    assert_eq!(path::path(&vec![hop("a", "b", None); 500]).more, 400);
    assert_eq!(path::path(&[]).hops, []);
}

#[test]
fn durations_have_two_units() {
    for (seconds, text) in [
        (0, "0 s"),
        (59, "59 s"),
        (328, "5 min 28 s"),
        (3600, "1 h"),
        (90_061, "1 d 1 h"),
        (-12, "12 s"),
        (3_605, "1 h"),
    ] {
        assert_eq!(duration(seconds), text);
    }
    assert!(duration(i64::MIN).ends_with('h') || !duration(i64::MIN).is_empty());
}

#[test]
fn results_about_the_sender_are_explained() {
    let all = results(
        "authentication-results",
        "spf=softfail (sender IP is 198.51.100.9) smtp.mailfrom=fabrikam.example; dkim=none (message not signed); dmarc=fail action=none; compauth=fail reason=001; x-own=1",
    );
    let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["SPF: softfail", "DKIM: none", "DMARC: fail", "Composite authentication: fail"]);
    assert!(all.iter().all(|one| !one.text.is_empty()));
    assert_eq!(results("received-spf", "Fail (mx: domain of a)")[0].name, "SPF: fail");
    assert_eq!(printed("x-ms-exchange-organization-authas"), "X-MS-Exchange-Organization-AuthAs");
}

#[test]
fn replies_are_explained() {
    let first = |reply: &str| codes(reply).into_iter().next().map(|(code, _, _)| code);
    assert_eq!(first("550 5.1.1 RESOLVER.ADR.RecipNotFound; not found").as_deref(), Some("550 5.1.1"));
    assert_eq!(first("421 4.4.2 Connection dropped").as_deref(), Some("421 4.4.2"));
    assert_eq!(first("5.1.1").as_deref(), Some("5.1.1"));
    assert_eq!(codes("nothing of the kind 2019"), []);
}
