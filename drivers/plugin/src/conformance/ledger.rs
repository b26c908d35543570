//! The ledger: made once, written, read, guarded.

use aludel::driver::{Access, Dialect, LedgerRequest, Session};
use aludel::ledger::{
    Direction, EntryEvent, GUARD_CONSTRAINT, Guard, Identity, JournalEntry, LedgerTables,
    LedgerText, Snapshot,
};

use super::{Record, Subject};

/// The statements that a dialect writes.
pub(super) fn written(
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    by: &Identity,
    texts: &[LedgerText],
) -> Vec<String> {
    let request = LedgerRequest {
        tables,
        by,
        setup: false,
        texts,
    };
    let written = dialect.ledger(&request).expect("the dialect answers");
    assert_eq!(
        written.texts.len(),
        texts.len(),
        "a text for each that is wanted"
    );
    assert!(written.setup.is_empty(), "no text that is not wanted");
    written.texts
}

fn setup(dialect: &dyn Dialect, tables: &LedgerTables) -> Vec<String> {
    let request = LedgerRequest {
        tables,
        by: &Identity::default(),
        setup: true,
        texts: &[],
    };
    let written = dialect.ledger(&request).expect("the dialect answers");
    assert!(!written.setup.is_empty(), "the ledger is made by something");
    written.setup
}

pub(super) async fn snapshot(session: &mut dyn Session) -> Snapshot {
    let read = session.read(&LedgerTables::default()).await;
    read.expect("a snapshot")
}

pub(super) async fn send(session: &mut dyn Session, statements: &[String]) {
    let statements: Vec<&str> = statements.iter().map(String::as_str).collect();
    session.send(&statements).await.expect("accepted");
}

pub(super) async fn it_is_made_once_and_read(
    subject: &Subject,
    dialect: &dyn Dialect,
    record: &mut Record,
) -> LedgerTables {
    let mut session = subject.connect(Access::Write).await;
    let tables = snapshot(session.as_mut()).await.tables;
    record.note("setup", &setup(dialect, &tables));
    for _ in 0..2 {
        send(session.as_mut(), &setup(dialect, &tables)).await;
    }
    let entry = JournalEntry {
        revision: "20260101".into(),
        direction: Direction::Up,
        event: EntryEvent::Done,
        statements: Some(3),
        checksum: Some("sha256:00".into()),
        rules: 1,
    };
    let by = Identity {
        who: Some("o'brien \\".into()),
        host: None,
    };
    let texts = [
        LedgerText::Insert(vec!["20260101".into(), "it's".into()]),
        LedgerText::Journal(entry),
    ];
    let texts = written(dialect, &tables, &by, &texts);
    record.note("rows", &texts);
    send(session.as_mut(), &texts).await;
    let read = snapshot(session.as_mut()).await;
    record.note("snapshot", &read);
    assert!(read.ledger_exists && read.journal_exists);
    assert_eq!(read.format, Some(1), "one format row");
    let mut applied = read.applied.clone();
    applied.sort();
    assert_eq!(applied, ["20260101", "it's"]);
    assert_eq!(read.journal.len(), 1);
    let row = &read.journal[0];
    assert_eq!((&*row.event, &*row.direction), ("done", "up"));
    assert_eq!(
        (row.statements, row.checksum.as_deref()),
        (Some(3), Some("sha256:00"))
    );
    let delete = [LedgerText::Delete(vec!["it's".into()])];
    send(session.as_mut(), &written(dialect, &tables, &by, &delete)).await;
    assert_eq!(snapshot(session.as_mut()).await.applied, ["20260101"]);
    session.close().await;
    read.tables
}

pub(super) async fn the_guard_fires_exactly_when_it_should(
    subject: &Subject,
    dialect: &dyn Dialect,
    tables: &LedgerTables,
    record: &mut Record,
) {
    let mut session = subject.connect(Access::Write).await;
    let by = Identity::default();
    let ids = |ids: &[&str]| ids.iter().map(|&id| id.to_owned()).collect::<Vec<_>>();
    for (present, absent, fires) in [
        (ids(&[]), ids(&[]), false),
        (ids(&["20260101"]), ids(&["x", "y"]), false),
        (ids(&["20260101", "x"]), ids(&[]), true),
        (ids(&[]), ids(&["x", "20260101"]), true),
    ] {
        let guard = Guard {
            revision: "20260102".into(),
            present,
            absent,
            not_part_way: true,
        };
        let sql = written(dialect, tables, &by, &[LedgerText::Guard(guard.clone())]).concat();
        record.note("guard", &sql);
        match session.send(&[&sql]).await {
            Ok(()) => assert!(!fires, "the guard should have fired: {guard:?}"),
            Err(failure) => {
                record.note("fired", &failure);
                assert!(fires, "the guard fired: {guard:?}: {failure}");
                assert!(failure.message.contains(GUARD_CONSTRAINT), "{failure}");
            }
        }
    }
    // A revision that has begun and is not done is part-way.
    let started = JournalEntry {
        revision: "20260102".into(),
        direction: Direction::Up,
        event: EntryEvent::Started,
        statements: Some(2),
        checksum: None,
        rules: 0,
    };
    let failed = JournalEntry {
        event: EntryEvent::Failed(0),
        ..started.clone()
    };
    let guard = Guard {
        revision: "20260102".into(),
        not_part_way: true,
        ..Guard::default()
    };
    let one = |text| written(dialect, tables, &by, &[text]);
    let sql = one(LedgerText::Guard(guard)).concat();
    send(session.as_mut(), &one(LedgerText::Journal(started))).await;
    assert!(session.send(&[&sql]).await.is_err(), "part-way is refused");
    let read = snapshot(session.as_mut()).await;
    record.note("part-way", &read.part_way());
    assert_eq!(read.part_way().len(), 1);
    send(session.as_mut(), &one(LedgerText::Journal(failed))).await;
    assert!(session.send(&[&sql]).await.is_ok(), "nothing had happened");
    assert_eq!(snapshot(session.as_mut()).await.part_way().len(), 0);
    session.close().await;
}
