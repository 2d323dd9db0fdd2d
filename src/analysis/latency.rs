//! How long mail took: percentiles per server and component, and the messages that took longest.
//!
//! Traps: percentiles do not add up, and parts are within the part above them, so nothing here is summed. Whether a message is an
//! outlier is asked among ways of its own kind: one that ends in a mailbox is not compared with one that goes to another server.

use crate::base::order::Order as _;
use crate::base::timestamp::Moment;
use crate::facts::latency::{Clocks, End, Latencies, Of, Slow, Spread};
use crate::model::latency::{Component, Latency};
use crate::tools::latency_codes::name;

/// How exact percentiles are.
pub const EXACT: &str = "Percentiles are told within 4 percent of the real ones. The longest is exact.";

/// An outlier took so many times the median.
const TIMES: u64 = 10;

/// Components that are named of one server.
const NAMED: usize = 12;

/// What ends a way, in words.
pub fn end(end: End) -> &'static str {
    match end {
        End::Delivered => "Delivered",
        End::Sent => "Sent on",
    }
}

/// Whose clocks measured, in words.
pub fn clocks(clocks: Clocks) -> &'static str {
    match clocks {
        Clocks::One => "One server",
        Clocks::Two => "Two servers",
        Clocks::Unknown => "Not told",
    }
}

/// What limits a time that was measured by these clocks.
pub fn limit(clocks: Clocks) -> Option<&'static str> {
    match clocks {
        Clocks::One => None,
        Clocks::Two => Some(
            "The beginning was stamped by one server and the end by another. When their clocks differ, the time is wrong by as much.",
        ),
        Clocks::Unknown => Some(
            "The row tells when the message arrived, and not which server stamped that. If it was another one whose clock differs, the time is wrong by as much.",
        ),
    }
}

/// Whether a message took far longer than others of its kind: more than 95 of 100, and ten times the median.
pub fn is_outlier(latencies: &Latencies, slow: &Slow) -> bool {
    let of = Of::Way(slow.end, slow.clocks);
    let spread = latencies.spreads.iter().find(|spread| spread.of == of);
    spread.is_some_and(|Spread { times, .. }| match (times.percentile(50), times.percentile(95)) {
        (Some(median), Some(most)) => slow.took > most && slow.took >= median.saturating_mul(TIMES),
        _ => false,
    })
}

/// What the time of a message is when its rows had to be joined: they come per recipient, and the last one ends the way.
pub fn joined(slow: &Slow) -> Option<&'static str> {
    slow.is_joined.then_some(
        "From the first row that took the message in to the last one that handed it on: with several recipients, the time of the last of them. Others may have had it earlier; the path below lists the rows.",
    )
}

/// When the way of a message ended.
pub fn ended(slow: &Slow) -> Option<Moment> {
    Moment::from_unix_millis(slow.at).map(|moment| Moment { clock: slow.clock, ..moment })
}

/// The component that took longest, with its server.
pub fn longest(slow: &Slow) -> Option<String> {
    let latency = Latency::parse(&slow.string)?;
    let (server, component) = latency.longest()?;
    Some(format!("{}, {} on {server}", name(component), duration(component.milliseconds)))
}

/// What each server measured: its name, and where the time went.
pub fn breakdown(slow: &Slow) -> Vec<(String, String)> {
    let Some(latency) = Latency::parse(&slow.string) else { return Vec::new() };
    let servers = latency.servers.iter().map(|server| {
        let mut all = Vec::new();
        told(&server.components, &mut all);
        // In the order of the string, but of many only those that took longest.
        let mut longest: Vec<u64> = all.iter().map(|component| component.milliseconds).collect();
        longest.order_by(|a, b| b.cmp(a));
        let least = longest.get(NAMED).map_or(0, |next| next.saturating_add(1));
        let parts: Vec<String> = all
            .into_iter()
            .filter(|component| component.milliseconds >= least)
            .map(|component| format!("{} {}", name(component), duration(component.milliseconds)))
            .collect();
        (server.server.clone(), parts.join("; "))
    });
    servers.filter(|(_, text)| !text.is_empty()).collect()
}

fn told<'a>(components: &'a [Component], all: &mut Vec<&'a Component>) {
    for component in components {
        all.push(component);
        told(&component.parts, all);
    }
}

/// `250 ms`, `1.90 s`, `54 s`, `5 min 25 s`, `6 h 14 min`, `2 days 7 h`.
pub fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..10 => format!("{seconds}.{:02} s", milliseconds % 1_000 / 10),
        10..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min {} s", seconds / 60, seconds % 60),
        7_200..172_800 => format!("{} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("{} days {} h", seconds / 86_400, seconds / 3_600 % 24),
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::analysis::{Analysis, analyze};
    use crate::base::source::Source;

    const HEADER: &str = "#Software: Microsoft Exchange Server\r\n#Version: 15.01.2507.006\r\n#Log-type: Message Tracking Log\r\n\
        #Fields: date-time,client-hostname,server-hostname,source,event-id,message-id,recipient-address,recipient-count,sender-address,message-info\r\n";

    fn case(files: &[(&str, &[String])]) -> Analysis {
        let source = |(name, rows): &(&str, &[String])| Source::from_bytes(*name, format!("{HEADER}{}", rows.concat()));
        analyze(files.iter().map(source).collect(), &mut |_| ControlFlow::Continue(()))
    }

    fn row(time: &str, client: &str, server: &str, event: &str, id: &str, info: &str) -> String {
        format!(
            "2019-03-12T{time}Z,{client},{server},SMTP,{event},<{id}@contoso.com>,b@contoso.com,1,a@contoso.com,{info}\r\n"
        )
    }

    fn delivered(n: usize, took: &str, queue: &str) -> String {
        let info = format!(
            "2019-03-12T08:00:00.000Z;SRV=EX1.contoso.com:TOTAL-FE=0.200|SMR=0.150;SRV=EX2.contoso.com:TOTAL-HUB={queue}|QDM={queue}|CAT-PEN=9"
        );
        row(took, "EX2", "EX2", "DELIVER", &format!("m{n}"), &info)
    }

    fn table(case: &Analysis, id: &str) -> Vec<Vec<String>> {
        let built = case.table(id).unwrap();
        (0..built.rows.len() as u32).map(|n| built.fields(n).into_iter().map(|(_, text)| text).collect()).collect()
    }

    fn column(case: &Analysis, title: &str) -> Vec<String> {
        let built = case.table("slow-messages").unwrap();
        let at = built.table.columns.iter().position(|column| column.title == title).unwrap();
        built.rows.iter().map(|row| row.cells[at].text()).collect()
    }

    #[test]
    fn strings_give_the_way_the_servers_and_their_components() {
        let mut rows: Vec<String> = (0..39).map(|n| delivered(n, "08:00:02.000", "1.900")).collect();
        rows.push(delivered(39, "09:00:00.000", "3599.000"));
        // What a server handed on to another own one is no end of a way, and its own words count.
        let sent = "2019-03-12T08:00:00.000Z;LSRV=EX1.contoso.com:TOTAL-FE=0.300|SMR=0.150";
        let front = [row("08:00:00.300", "EX1", "EX2", "SEND", "m1", sent)];
        let case = case(&[("a.log", &rows), ("b.log", &front)]);
        let rows = table(&case, "latency");
        assert_eq!(
            rows[0],
            [
                "Whole way",
                "From the arrival until delivered",
                "40",
                "2.01 s",
                "2.01 s",
                "2.01 s",
                "60 min 0 s",
                "60 min 0 s",
                "Two servers"
            ]
        );
        let has = |cells: &[&str]| rows.iter().any(|row| row.windows(cells.len()).any(|window| window == cells));
        assert!(has(&["EX2.contoso.com", "TOTAL-HUB QDM", "Delivery queue of a mailbox database", "40"]), "{rows:?}");
        assert!(has(&["EX1.contoso.com", "TOTAL-FE", "Front end transport", "1", "296 ms"]), "{rows:?}");
        assert!(!rows.iter().any(|row| row.iter().any(|cell| cell.contains("CAT"))), "what goes on is not counted");
        let slow = table(&case, "slow-messages");
        assert_eq!(slow.len(), 40);
        assert_eq!(slow[0][..2], ["60 min 0 s", "Yes"]);
        assert!(slow[0][5].starts_with("QDM (delivery queue of a mailbox database), 59 min 59 s on EX2"), "{slow:?}");
        assert_eq!(slow[1][1], "No");
        let notes = case.table("slow-messages").unwrap();
        let notes = (notes.table.notes)(&case.facts, &notes.rows[0]);
        assert_eq!(notes[0].0, "EX1.contoso.com");
        assert!(notes.iter().any(|(title, text)| title == "Clocks" && text.contains("wrong by as much")), "{notes:?}");
    }

    #[test]
    fn rows_are_joined_where_none_tells_the_arrival() {
        let one = [
            row("08:00:00.000", "client", "EX1", "RECEIVE", "a", ""),
            row("08:00:05.000", "EX1", "EX2.contoso.com", "SEND", "a", ""),
            // Taken in, and not handed on: no way is over.
            row("08:00:00.000", "client", "EX1", "RECEIVE", "b", ""),
        ];
        let two = [
            row("08:00:06.000", "EX1", "EX2", "RECEIVE", "a", ""),
            row("08:01:06.000", "EX2", "EX2", "DELIVER", "a", ""),
            // Left before it came: the clocks differ.
            row("08:00:01.000", "EX1", "EX2", "RECEIVE", "c", ""),
            row("08:00:00.000", "EX2", "EX2", "DELIVER", "c", ""),
        ];
        let case = case(&[("one.log", &one), ("two.log", &two)]);
        let rows = table(&case, "latency");
        let told: Vec<Vec<&str>> = rows
            .iter()
            .map(|row| {
                [row.first(), row.get(1), row.iter().rev().nth(1)].into_iter().flatten().map(String::as_str).collect()
            })
            .collect();
        assert_eq!(
            told,
            [
                ["Whole way", "From the arrival until delivered", "66 s"],
                ["Stay", "ex2", "60 s"],
                ["Stay", "ex1", "5.00 s"],
            ]
        );
        assert_eq!(case.facts.transport.latency.backwards, 1);
        // From whom and to whom is that of the row that ended the way, in whichever file it stands.
        assert_eq!([column(&case, "From"), column(&case, "Recipients")], [["a@contoso.com"], ["b@contoso.com"]]);
        // Two rows hand on per recipient: the drawer says whose time it is.
        let notes = case.table("slow-messages").unwrap();
        let slow = &case.facts.transport.latency.slow;
        assert!(
            !notes.rows.is_empty()
                && slow.iter().all(|slow| joined(slow).is_some_and(|text| text.contains("the last of them")))
        );
    }

    #[test]
    fn waits_are_told_in_units_that_fit() {
        assert_eq!(
            [0, 250, 1_909, 54_000, 325_000, 22_440_000, 200_000_000].map(duration),
            ["0 ms", "250 ms", "1.90 s", "54 s", "5 min 25 s", "6 h 14 min", "2 days 7 h"]
        );
    }
}
