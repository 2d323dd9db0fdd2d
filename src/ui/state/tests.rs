//! What happens to the state, without a browser.

use super::*;
use crate::worker::protocol::Clocks;

#[test]
fn progress_does_not_reopen_a_file() {
    let mut state = State::new(View::Diagnosis, Language::English);
    state.apply(Action::Begin { name: "x".to_owned(), files: vec![("a".to_owned(), 10), ("b".to_owned(), 20)] });
    state.apply(Action::Progress { steps: vec![(0, 5, 1), (7, 1, 1)], elapsed: 100.0 });
    assert_eq!(state.ledger.in_work(), Some("a"));
    assert_eq!((state.ledger.bytes(), state.ledger.size()), (5, 30));
    state.apply(Action::Died("trap".to_owned()));
    assert_eq!(state.phase, Phase::Died { path: Some("a".to_owned()), message: "trap".to_owned() });
}

#[test]
fn files_that_come_in_close_what_is_open_and_say_so() {
    let begin = || Action::Begin { name: String::new(), files: vec![("a".to_owned(), 10)] };
    let words = Language::English.words().frame;
    let mut state = State::new(View::Files, Language::English);
    state.apply(begin());
    assert_eq!(state.spoken.1, words.said_reading);
    for open in [Action::Export(true), Action::Keyboard(true)] {
        state.apply(open);
        state.apply(begin());
        assert!(!state.exporting && !state.keyboard);
    }
    state.apply(Action::Export(true));
    state.apply(begin());
    assert_eq!(state.spoken.1, words.said_closed);
    state.cite = Some(Cite { problem: 1, number: 1 });
    state.apply(begin());
    assert!(state.cite.is_none());
    assert_eq!(state.spoken.1, words.said_closed);
}

#[test]
fn another_language_changes_nothing_else() {
    let mut state = State::new(View::Files, Language::English);
    state.apply(Action::Begin { name: String::new(), files: vec![("a".to_owned(), 10), ("b".to_owned(), 20)] });
    let before = state.clone();
    state.apply(Action::Language(Language::German));
    assert_eq!(state.spoken.1, Language::German.words().frame.said_language);
    assert_eq!(State { language: Language::English, spoken: before.spoken.clone(), ..state }, before);
}

#[test]
fn kept_filters_outlive_the_case_and_another_file_is_refused_in_words() {
    let mut state = State::new(View::Diagnosis, Language::English);
    let file = r#"{"queuescope-filters": 1, "filters": [{"table": "events", "filter": "535"}]}"#;
    state.apply(Action::Kept(KeptChange::Read(file.to_owned())));
    assert_eq!((state.spoken.1.as_str(), &state.notice), ("1 filter opened", &None));
    state.apply(Action::Begin { name: String::new(), files: Vec::new() });
    assert_eq!(state.tables.kept.of("events").count(), 1);
    state.apply(Action::Kept(KeptChange::Read("{}".to_owned())));
    assert_eq!((&state.notice, state.tables.kept.of("events").count()), (&Some(Notice::NoFilters), 1));
}

fn report(messages: u32, more: &[&str]) -> Box<Report> {
    let queue = format!(
        "Identity      : EX1\\3\r\nDeliveryType  : DnsConnectorDelivery\r\nNextHopDomain : fabrikam.example\r\nStatus        : Retry\r\nMessageCount  : {messages}\r\nLastError     : 451 4.4.0 DNS query failed. The error was: SMTPSEND.DNS.NonExistentDomain; nonexistent domain\r\n"
    );
    let files = std::iter::once(("queues.txt", queue.as_str())).chain(more.iter().map(|path| (*path, "nothing")));
    let sources = files.map(|(path, text)| crate::base::source::Source::from_bytes(path, text)).collect();
    Box::new(crate::analysis::analyze(sources, &mut |_| std::ops::ControlFlow::Continue(())).report)
}

fn begin(state: &mut State, paths: &[&str]) {
    let files = paths.iter().map(|path| ((*path).to_owned(), 10)).collect();
    state.apply(Action::Begin { name: String::new(), files });
}

#[test]
fn a_note_stays_with_its_problem_when_files_are_added_and_while_captures_are_compared() {
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    state.apply(Action::Acknowledge(1, Some("known".to_owned())));
    let noted = BTreeMap::from([(1, "known".to_owned())]);
    begin(&mut state, &["notes.bin", "queues.txt"]);
    assert_eq!(state.added(), ["notes.bin"]);
    // Reading is stopped, and goes on without the file: that is a second reading of the same case.
    state.apply(Action::Cancelled);
    begin(&mut state, &["notes.bin", "queues.txt"]);
    state.apply(Action::Report(report(3, &["notes.bin"])));
    assert_eq!(*state.acknowledged, noted);
    // Later files: as many waiting, and then more of them.
    state.apply(Action::Compare);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    assert_eq!(*state.acknowledged, noted);
    state.apply(Action::GoBack);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    assert_eq!(*state.acknowledged, noted, "the way back");
    state.apply(Action::Compare);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(30, &[])));
    assert!(state.acknowledged.is_empty(), "it became worse");
}

#[test]
fn evidence_that_is_gone_when_files_are_added_is_told() {
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    let without = |reason: &str| {
        let mut report = report(3, &["more.bin"]);
        let input = report.inputs.iter_mut().find(|input| input.path == "queues.txt").unwrap();
        (input.state, input.reason) = (InputState::NotRead, reason.to_owned());
        report
    };
    begin(&mut state, &["more.bin", "queues.txt"]);
    state.apply(Action::Report(without("The file cannot be read.")));
    assert_eq!(state.notice, Some(Notice::GoneSince(1, "queues.txt".to_owned())));
    // Who left it out knows.
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    begin(&mut state, &["more.bin", "queues.txt"]);
    state.apply(Action::Report(without(crate::report::LEFT_OUT)));
    assert_eq!(state.notice, None);
}

#[test]
fn a_note_that_was_begun_waits_for_its_writer() {
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    state.apply(Action::Draft(1, Some("known si".to_owned())));
    state.apply(Action::Show(View::Queues));
    state.apply(Action::Show(View::Diagnosis));
    assert_eq!(state.drafts.get(&1).map(String::as_str), Some("known si"));
    state.apply(Action::Acknowledge(1, Some("known since Monday".to_owned())));
    assert!(state.drafts.is_empty());
}

#[test]
fn a_worker_that_ends_after_the_report_takes_nothing_away() {
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    state.apply(Action::Died("out of memory".to_owned()));
    assert_eq!((state.word(), state.case.is_some()), ("done", true));
    assert_eq!(state.notice, Some(Notice::WorkerLost("out of memory".to_owned())));
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Died("out of memory".to_owned()));
    assert_eq!(state.word(), "failed");
}

#[test]
fn files_that_turn_out_to_be_later_ones_are_compared_with_those_of_before() {
    let mut state = State::new(View::Diagnosis, Language::English);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(3, &[])));
    begin(&mut state, &["queues.txt", "queues (2).txt"]);
    state.apply(Action::Report(report(3, &["queues (2).txt"])));
    state.apply(Action::CompareLast);
    begin(&mut state, &["queues.txt"]);
    state.apply(Action::Report(report(30, &[])));
    let comparison = state.case.as_ref().and_then(|case| case.comparison.clone()).unwrap();
    assert_eq!(comparison.waiting, (Some(3), Some(30)));
}

#[test]
fn steps_of_a_message_open_in_its_place_and_stay_while_more_are_found() {
    let files = [
        (
            "a.csv",
            "\"Timestamp\",\"EventId\",\"Source\",\"ServerHostname\",\"MessageId\",\"Sender\"\r\n\"3/12/2019 9:00:00 AM\",\"RECEIVE\",\"SMTP\",\"EX1\",\"<a1@contoso.com>\",\"a@contoso.com\"\r\n",
        ),
        (
            "MSGTRK1.LOG",
            "#Log-type: Message Tracking Log\r\n#Fields: date-time,event-id,source,message-id,server-hostname\r\n2019-03-12T08:00:09.000Z,DELIVER,STOREDRIVER,<a1@contoso.com>,EX2\r\n",
        ),
    ];
    let sources = files.map(|(path, text)| crate::base::source::Source::from_bytes(path, text)).into();
    let analysis = crate::analysis::analyze(sources, &mut |_| std::ops::ControlFlow::Continue(()));
    let clocks = Clocks { local: Some(60), ..Clocks::default() };
    let mut state = State::new(View::Queues, Language::English);
    begin(&mut state, &["MSGTRK1.LOG", "a.csv"]);
    state.apply(Action::Report(Box::new(analysis.report.clone())));
    let row = || {
        let row = analysis.row("tracking", 0, &clocks).unwrap();
        let crate::analysis::RowDetails { fields, notes, evidence, path, problems } = row;
        Box::new(RowAnswer { table: "tracking".to_owned(), number: 0, fields, notes, evidence, path, problems })
    };
    state.apply(Action::Row(row()));
    let path = |state: &State| state.case.as_ref().unwrap().row.as_ref().unwrap().path.clone().unwrap();
    let place = |state: &State| state.cited().map(|evidence| (evidence.input.clone(), evidence.lines));
    assert_eq!((path(&state).steps.len(), path(&state).logs.is_done), (1, false));
    assert_eq!(place(&state), Some(("a.csv".to_owned(), Some((2, 2)))));

    let mut trace = crate::analysis::message_path::Trace::new(&analysis, "a1@contoso.com");
    while !trace.step(&analysis).is_done {}
    state.apply(Action::Path(Box::new(trace.path(&clocks))));
    assert_eq!((path(&state).steps.len(), path(&state).logs.is_done), (2, true));
    assert_eq!(state.spoken.1, "2 steps on 2 servers");
    // Its own line is still the one that is shown; a step shows another.
    assert_eq!(place(&state).unwrap().0, "a.csv");
    state.apply(Action::Cite(Some(Cite { problem: ROW, number: case::OF_PATH + 2 })));
    assert_eq!(place(&state), Some(("MSGTRK1.LOG".to_owned(), Some((3, 3)))));
    assert_eq!(state.spoken.1, "Shown: MSGTRK1.LOG:3");
    // A row that is not wanted any more opens nothing, and takes nothing away.
    let wanted = |state: &mut State| state.apply(Action::WantRow("tracking".to_owned(), 0));
    wanted(&mut state);
    state.apply(Action::Cite(None));
    state.apply(Action::RowAnswer(row()));
    assert_eq!(state.cite, None);
    wanted(&mut state);
    state.apply(Action::WantRow("tracking".to_owned(), 1));
    state.apply(Action::RowAnswer(row()));
    assert_eq!(state.cite, None);
    wanted(&mut state);
    state.apply(Action::RowAnswer(row()));
    assert_eq!((state.cite.map(|cite| cite.problem), state.row_wanted.is_none()), (Some(ROW), true));
    // The same row again forgets nothing; what is found of another message changes nothing.
    state.apply(Action::Row(row()));
    assert_eq!(path(&state).steps.len(), 2);
    let other = crate::analysis::message_path::Trace::new(&analysis, "b2@contoso.com");
    state.apply(Action::Path(Box::new(other.path(&clocks))));
    assert_eq!(path(&state).steps.len(), 2);
}

#[test]
fn a_wish_to_go_somewhere_is_given_up_by_another_way() {
    let mut state = State::new(View::Diagnosis, Language::English);
    state.apply(Action::ShowProblem(2));
    assert_eq!((state.view, state.goal.as_deref()), (View::Diagnosis, Some("problem-2")));
    state.apply(Action::Show(View::Queues));
    assert_eq!(state.goal, None);
    state.apply(Action::ShowRule("relay".to_owned()));
    assert_eq!((state.goal.as_deref(), state.shown_rule.as_deref()), (Some("rule-relay"), Some("relay")));
    state.apply(Action::RuleIsShown);
    state.apply(Action::Gone);
    assert_eq!((state.goal.as_deref(), state.shown_rule.as_deref()), (None, None));
    // A file that is asked for is in the list, and what is typed into its filter afterwards stays.
    let filter = |text: &str| Action::Table("files", TableChange::Filter(text.to_owned()));
    state.apply(filter("queues"));
    state.apply(Action::ShowFile("a.csv".to_owned()));
    assert_eq!(state.tables.get("files").query.filter, "");
    state.apply(filter("a"));
    state.apply(Action::FileIsShown);
    assert_eq!((state.tables.get("files").query.filter.as_str(), state.shown_file.as_deref()), ("a", None));
}

#[test]
fn ticks_of_what_to_gather_do_not_take_each_other_back() {
    let mut state = State::new(View::Collect, Language::English);
    let first: Vec<&str> = Choice::first(None).entries.into_iter().take(2).collect();
    for id in &first {
        state.apply(Action::Collect(CollectChange::Toggle(id)));
    }
    state.apply(Action::Collect(CollectChange::Servers("EX1".to_owned())));
    state.apply(Action::Collect(CollectChange::Days(0)));
    let choice = state.collect.unwrap();
    assert!(first.iter().all(|id| !choice.entries.contains(id)) && !choice.entries.is_empty());
    assert_eq!((choice.servers.as_str(), choice.days), ("EX1", 1));
}
