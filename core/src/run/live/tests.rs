//! What is sent, in which order, and what is told of it.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio_util::sync::CancellationToken;

use super::fake::{FakeDialect, FakeSession, work};
use super::*;
use crate::driver::Client;
use crate::ledger::{Identity, LedgerTables};
use crate::plan::{self, Work};
use crate::run::{Class, RunError, script};

struct Ran {
    answer: Result<Outcome, RunError>,
    committed: Vec<String>,
    done: Vec<String>,
    started: Vec<String>,
}

fn plan_of(dialect: &FakeDialect, works: Vec<Work>) -> Plan {
    let tables = LedgerTables::default();
    plan::build(dialect, &tables, false, works, &Identity::default()).expect("it answers")
}

fn run(dialect: &FakeDialect, session: &mut FakeSession, works: Vec<Work>) -> Ran {
    let plan = plan_of(dialect, works);
    let done = Mutex::new(Vec::new());
    let started = Mutex::new(Vec::new());
    let events = |event: Event| match event {
        Event::RevisionDone { name, .. } => done.lock().expect("no panic before").push(name),
        Event::RevisionStarted { name, .. } => {
            started.lock().expect("no panic before").push(name);
        }
        _ => {}
    };
    let mut committed = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let mut live = Live {
        session,
        dialect,
        by: &Identity::default(),
        events: &events,
        cancel: &CancellationToken::new(),
        variables: &BTreeMap::new(),
        committed: &mut committed,
    };
    let answer = runtime.block_on(live.execute(&plan));
    Ran {
        answer,
        committed,
        done: done.into_inner().expect("no panic before"),
        started: started.into_inner().expect("no panic before"),
    }
}

/// A revision with statements outside its transaction.
fn rebuild(name: &str) -> Work {
    let mut work = work(name);
    work.script.before = vec!["KEYS OFF".into()];
    work.script.after = vec!["KEYS ON".into()];
    work
}

#[test]
fn what_stands_outside_a_transaction_is_printed_and_sent_around_it() {
    let dialect = FakeDialect::new(1);
    let mut session = FakeSession::new();
    let ran = run(&dialect, &mut session, vec![rebuild("one")]);
    assert!(matches!(ran.answer, Ok(Outcome::Finished)));
    let sent = session.statements();
    assert_eq!((sent[0], sent[1]), ("KEYS OFF", "BEGIN"));
    assert_eq!(sent[sent.len() - 2..], ["COMMIT", "KEYS ON"]);
    let mut printed = Vec::new();
    let plan = plan_of(&dialect, vec![rebuild("one")]);
    script::print(&plan, &dialect, Client::None, &mut printed).expect("memory takes it");
    let printed = String::from_utf8(printed).expect("text");
    let printed: Vec<&str> = printed
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("--"))
        .map(|line| line.trim_end_matches(';'))
        .collect();
    assert_eq!(printed, sent);
}

#[test]
fn what_stands_after_a_transaction_runs_although_it_failed() {
    for mark in ["KEYS OFF", "BEGIN", "one", "COMMIT"] {
        let mut session = FakeSession::new();
        session.refused = vec![(mark, FailureKind::Refused)];
        let ran = run(&FakeDialect::new(1), &mut session, vec![rebuild("one")]);
        assert!(ran.answer.is_err() && ran.committed.is_empty(), "{mark}");
        assert_eq!(session.messages[1], ["KEYS ON"], "{mark}");
    }
}

#[test]
fn a_revision_whose_end_failed_is_told_as_committed() {
    let mut session = FakeSession::new();
    session.refused = vec![("KEYS ON", FailureKind::Refused)];
    let works = vec![rebuild("one"), work("two")];
    let ran = run(&FakeDialect::new(8), &mut session, works);
    assert_eq!(ran.done, ["one"]);
    let Err(RunError::Statement(failure)) = ran.answer else {
        panic!("the failure is told");
    };
    assert_eq!(failure.committed, ["one"]);
    assert_eq!(failure.statement, "KEYS ON");
    assert!(!session.statements().contains(&"two"));
}

#[test]
fn nothing_more_is_sent_if_the_end_of_a_failed_unit_fails_too() {
    let mut session = FakeSession::new();
    session.refused = vec![
        ("one", FailureKind::Refused),
        ("KEYS ON", FailureKind::Refused),
    ];
    let ran = run(&FakeDialect::new(8), &mut session, vec![rebuild("one")]);
    let Err(RunError::Statement(failure)) = ran.answer else {
        panic!("the failure is told");
    };
    let hint = failure.failure.hint.expect("the second failure is told");
    assert!(hint.contains("refused: KEYS ON"), "{hint}");
    assert_eq!(session.messages.len(), 2);
}

#[test]
fn a_translated_statement_is_sent_and_the_users_own_is_pointed_to() {
    let mut work = work("ORIGINAL");
    work.script.pieces[0].sql = Some("TRANSLATED".into());
    let mut session = FakeSession::new();
    session.refused = vec![("TRANSLATED", FailureKind::Refused)];
    let ran = run(&FakeDialect::new(1), &mut session, vec![work]);
    assert!(!session.statements().contains(&"ORIGINAL"));
    let Err(error) = ran.answer else {
        panic!("the failure is told");
    };
    assert_eq!(error.class(), Class::Database);
    let RunError::Statement(failure) = error else {
        panic!("of a statement");
    };
    assert_eq!(failure.statement, "ORIGINAL");
    assert_eq!(failure.translated.as_deref(), Some("TRANSLATED"));
    assert_eq!((failure.span, failure.column), (0..8, 1));
}

#[test]
fn a_session_is_told_where_transactions_lie() {
    let mut setting = work("three");
    setting.script.pieces[0].sets_session = true;
    let works = vec![
        work("one"),
        work("two"),
        setting,
        rebuild("four"),
        work("five"),
    ];
    let mut session = FakeSession::new();
    let ran = run(&FakeDialect::new(8), &mut session, works);
    assert!(matches!(ran.answer, Ok(Outcome::Finished)));
    // Neither what changes the session nor what stands between other statements.
    let texts = &session.messages[0];
    let bounds: Vec<(usize, usize)> = session.transactions[0]
        .iter()
        .map(|transaction| (transaction.start, transaction.end))
        .collect();
    let length = bounds[0].1;
    assert_eq!(bounds[..2], [(0, length), (length, 2 * length)]);
    assert_eq!(bounds.len(), 3);
    for (begin, end) in bounds {
        assert_eq!(
            (texts[begin].as_str(), texts[end - 1].as_str()),
            ("BEGIN", "COMMIT")
        );
    }
}

#[test]
fn a_session_that_stops_early_is_asked_to_go_on_and_each_revision_is_told_once() {
    let works = vec![work("one"), work("two"), work("three"), work("four")];
    let mut session = FakeSession::new();
    session.stops_after = Some(1);
    let ran = run(&FakeDialect::new(8), &mut session, works);
    assert!(matches!(ran.answer, Ok(Outcome::Finished)));
    assert_eq!(ran.started, ["one", "two", "three", "four"]);
    assert_eq!(ran.done, ["one", "two", "three", "four"]);
    assert_eq!(session.messages.len(), 4);
    let dialect = FakeDialect::new(1);
    let mut apart = FakeSession::new();
    run(
        &dialect,
        &mut apart,
        vec![work("one"), work("two"), work("three"), work("four")],
    );
    assert_eq!(session.statements(), apart.statements());
}

/// A revision in two steps.
fn in_steps(first: &str) -> Work {
    let mut work = work("one");
    work.script.text = format!("{first};TWO").into();
    let mut second = work.script.pieces[0].clone();
    work.script.pieces[0].span = 0..first.len();
    second.span = first.len() + 1..first.len() + 4;
    second.body = second.span.start;
    work.script.pieces.push(second);
    work.script.stepwise = Some(plan::Why::Declared);
    work
}

/// A run of it that is interrupted at the statement with a mark, after its row `started`.
fn interrupted_at(mark: &'static str, work: Work) -> (RunError, Vec<String>) {
    let mut session = FakeSession::new();
    session.refused = vec![(mark, FailureKind::Interrupted)];
    let row = ["1", "one", "up", "started", "", "2"];
    let row = row.map(|cell| Some(cell.to_owned())).to_vec();
    session.ledger.set_journal(vec![row]);
    let ran = run(&FakeDialect::new(1), &mut session, vec![work]);
    let error = ran.answer.expect_err("it was interrupted");
    let last = session.messages.pop().expect("a message was sent");
    (error, last)
}

#[test]
fn a_statement_whose_row_was_interrupted_counts_as_committed() {
    let (error, last) = interrupted_at("'statement', 1", in_steps("ONE"));
    assert_eq!(error.class(), Class::PartWay);
    assert!(last[0].contains("'failed', 1"), "{last:?}");
    let report = error.report();
    let told = "`one` is part-way: 1 of 2 statements is committed, the rest is not";
    assert!(report.contains(told), "{report}");
}

#[test]
fn a_statement_that_was_interrupted_itself_does_not_count() {
    let (error, last) = interrupted_at("ONE", in_steps("ONE"));
    assert_eq!(error.class(), Class::Interrupted);
    assert!(last[0].contains("'failed', 0"), "{last:?}");
}

#[test]
fn a_scripts_own_transaction_that_was_interrupted_is_left_as_cut_off() {
    let (error, last) = interrupted_at("'statement', 1", in_steps("BEGIN"));
    assert_eq!(error.class(), Class::PartWay);
    assert!(!last[0].contains("'failed', "), "{last:?}");
    let report = error.report();
    let told = "0 of 2 statements are committed; statement 1 may have happened or not";
    assert!(report.contains(told), "{report}");
}

#[test]
fn a_commit_that_was_done_although_it_was_interrupted_is_told_as_done() {
    let mut session = FakeSession::new();
    session.refused = vec![("COMMIT", FailureKind::Interrupted)];
    session.ledger.set_applied(vec![vec![Some("one".into())]]);
    let ran = run(&FakeDialect::new(1), &mut session, vec![work("one")]);
    assert_eq!(ran.done, ["one"]);
    let answer = ran.answer.expect_err("it was interrupted");
    assert!(matches!(answer, RunError::Interrupted { committed } if committed == ["one"]));
}

/// A revision whose statement the engine commits by itself.
fn ddl(name: &str) -> Work {
    let mut work = work(name);
    work.script.pieces[0].implicit_commit = true;
    work
}

/// What is sent of three revisions whose statements commit by themselves, message by message, with
/// rows of the ledger cut down to what they say.
fn ran_in_steps(refused: &[(&'static str, FailureKind)]) -> (Ran, Vec<Vec<String>>) {
    let mut session = FakeSession::new();
    session.refused = refused.to_vec();
    let works = vec![ddl("one"), ddl("two"), ddl("three")];
    let ran = run(&FakeDialect::in_steps(8), &mut session, works);
    let short = |sql: String| {
        let events = ["refused", "started", "statement", "done", "failed"];
        let event = events.iter().find(|e| sql.contains(&format!("'{e}'")));
        let event = event.copied().or(sql.contains("INSERT").then_some("row"));
        event.map_or(sql.clone(), |event| {
            let mut ids = ["one", "two", "three"].into_iter();
            let id = ids.find(|id| {
                sql.contains(&format!("('{id}'")) || sql.contains(&format!("SELECT '{id}'"))
            });
            format!("{event} {}", id.unwrap_or("?"))
        })
    };
    let messages = session.messages.into_iter();
    let messages = messages.map(|message| message.into_iter().map(short).collect());
    (ran, messages.collect())
}

const ENDING_OF_ONE: [&str; 5] = ["BEGIN", "statement one", "row one", "done one", "COMMIT"];

#[test]
fn the_end_of_a_revision_in_steps_is_committed_with_the_beginning_of_the_next() {
    let (ran, messages) = ran_in_steps(&[]);
    assert!(matches!(ran.answer, Ok(Outcome::Finished)));
    assert_eq!(ran.done, ["one", "two", "three"]);
    let expected = [
        "refused one",
        "started one",
        "one",
        "BEGIN",
        "statement one",
        "row one",
        "done one",
        "refused two",
        "started two",
        "COMMIT",
        "two",
        "BEGIN",
        "statement two",
        "row two",
        "done two",
        "refused three",
        "started three",
        "COMMIT",
        "three",
        "BEGIN",
        "statement three",
        "row three",
        "done three",
        "COMMIT",
    ];
    assert_eq!(messages, [expected]);
}

#[test]
fn the_end_of_a_revision_is_recorded_although_the_next_ones_beginning_fails() {
    for mark in ["SELECT 'two', 'refused'", "('two', 'up', 'started'"] {
        let (ran, messages) = ran_in_steps(&[(mark, FailureKind::Refused)]);
        assert_eq!(ran.done, ["one"], "{mark}");
        assert_eq!(messages[1], ENDING_OF_ONE, "{mark}");
        let Err(RunError::Statement(failure)) = ran.answer else {
            panic!("the failure is told: {mark}");
        };
        assert_eq!(failure.committed, ["one"], "{mark}");
        assert!(failure.part_way.is_none(), "{mark}");
    }
}

#[test]
fn a_revision_whose_script_fails_leaves_the_one_before_recorded() {
    let mut session = FakeSession::new();
    session.refused = vec![("two", FailureKind::Refused)];
    let mut second = ddl("second");
    second.script.text = "two   ".into();
    let works = vec![ddl("one"), second];
    let ran = run(&FakeDialect::in_steps(8), &mut session, works);
    assert_eq!(ran.done, ["one"]);
    assert!(
        !session
            .messages
            .iter()
            .skip(1)
            .flatten()
            .any(|sql| sql.contains("'one'"))
    );
}

#[test]
fn a_connection_lost_before_a_shared_commit_leaves_the_earlier_revision_in_doubt() {
    let lost = ("('two', 'up', 'started'", FailureKind::Lost);
    let (ran, messages) = ran_in_steps(&[lost]);
    assert!(ran.done.is_empty() && messages.len() == 1, "{messages:?}");
    let Err(RunError::Statement(failure)) = ran.answer else {
        panic!("the failure is told");
    };
    assert_eq!(
        (failure.revision.as_deref(), failure.in_doubt),
        (Some("one"), true)
    );
    assert!(failure.committed.is_empty());
}
