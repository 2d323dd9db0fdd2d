//! What happens to the state, without a browser.

use super::*;

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
    assert_eq!(comparison.waiting, (3, 30));
}
