//! The ledger's tables on a live server: made, read, guarded.

#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use aludel::driver::{Dialect, FailureKind};
use aludel::ledger::{Direction, EntryEvent, Guard, Identity, JournalEntry, LedgerTables};
use support::*;

fn done(revision: &str) -> JournalEntry {
    JournalEntry {
        revision: revision.into(),
        direction: Direction::Up,
        event: EntryEvent::Done,
        statements: Some(2),
        checksum: Some("sha256:00".into()),
        rules: 0,
    }
}

#[tokio::test]
async fn absent_tables_are_reported_and_not_made() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    for tables in [
        LedgerTables::default(),
        tables(),
        LedgerTables::default().in_schema("nowhere"),
    ] {
        let snapshot = session.read(&tables).await.unwrap();
        assert!(!snapshot.ledger_exists && !snapshot.journal_exists);
        let expected = tables.schema.as_deref().unwrap_or("public");
        assert_eq!(snapshot.tables.schema.as_deref(), Some(expected));
    }
    let made = cell(
        &mut *session,
        "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_\\_%'",
    );
    assert_eq!(made.await.as_deref(), Some("0"));
    session.close().await;
}

#[tokio::test]
async fn what_was_written_is_read() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let (d, t, me) = (dialect(), tables(), Identity::default());
    create_ledger(&mut *session, &t).await;
    create_ledger(&mut *session, &t).await;
    send(
        &mut *session,
        &[
            d.begin().into(),
            d.insert(&t, &["20260101", "it's\\"]),
            d.journal(&t, &done("20260101"), &me),
            d.commit().into(),
        ],
    )
    .await
    .unwrap();
    for asked in [LedgerTables::default(), t.clone()] {
        let snapshot = session.read(&asked).await.unwrap();
        assert!(snapshot.ledger_exists && snapshot.journal_exists);
        assert_eq!(snapshot.format, Some(1));
        assert_eq!(snapshot.applied, ["20260101", "it's\\"]);
        assert_eq!(snapshot.journal.len(), 1);
        assert_eq!(snapshot.journal[0].event, "done");
        assert_eq!(snapshot.journal[0].statements, Some(2));
        assert_eq!(snapshot.tables, t);
    }
    let who = cell(
        &mut *session,
        "SELECT who = session_user FROM __aludel_journal WHERE revision IS NOT NULL",
    );
    assert_eq!(who.await.as_deref(), Some("t"));
    send(&mut *session, &[d.delete(&t, &["20260101", "it's\\"])])
        .await
        .unwrap();
    assert!(session.read(&t).await.unwrap().applied.is_empty());
    session.close().await;
}

#[tokio::test]
async fn a_ledger_of_diesel_alone_is_read() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let create = dialect().create_ledger(&tables());
    send(&mut *session, &create[..1]).await.unwrap();
    let insert = dialect().insert(&tables(), &["1"]);
    send(&mut *session, &[insert]).await.unwrap();
    let snapshot = session.read(&LedgerTables::default()).await.unwrap();
    assert!(snapshot.ledger_exists && !snapshot.journal_exists);
    assert_eq!(snapshot.applied, ["1"]);
    assert_eq!(snapshot.format, None);
    session.close().await;
}

#[tokio::test]
async fn the_journal_is_the_one_beside_the_ledger() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    create_ledger(&mut *session, &tables()).await;
    session.send(&["CREATE SCHEMA tenant"]).await.unwrap();
    let tenant = LedgerTables::default().in_schema("tenant");
    // Diesel's table of the tenant; the search path's journal is another ledger's.
    let create = dialect().create_ledger(&tenant);
    send(&mut *session, &create[..1]).await.unwrap();
    session.close().await;
    let mut session = db
        .connect_with("options=-c%20search_path%3Dtenant%2Cpublic")
        .await;
    let snapshot = obtained(&mut *session, &LedgerTables::default()).await;
    assert_eq!(snapshot.tables, tenant);
    assert!(snapshot.ledger_exists && !snapshot.journal_exists);
    assert_eq!(snapshot.format, None);
    session.close().await;
}

#[tokio::test]
async fn a_schema_is_found_whatever_its_name() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    for name in ["Tenant", "a b", "it's", "say \"hi\"", "a.b", "select"] {
        let schema = dialect().identifier(name);
        let create = format!("CREATE SCHEMA {schema}");
        send(&mut *session, &[create]).await.unwrap();
        let tables = LedgerTables::default().in_schema(name);
        create_ledger(&mut *session, &tables).await;
        let path = format!("SET search_path = {schema}, public");
        send(&mut *session, &[path]).await.unwrap();
        let snapshot = session.read(&LedgerTables::default()).await.unwrap();
        assert_eq!(snapshot.tables, tables);
        assert!(snapshot.ledger_exists && snapshot.journal_exists);
    }
    session.close().await;
}

#[tokio::test]
async fn the_guard_refuses_by_name() {
    let db = Database::new().await;
    let mut session = db.connect().await;
    let (d, t) = (dialect(), tables());
    create_ledger(&mut *session, &t).await;
    let guard = d.guard(
        &t,
        &Guard {
            revision: "2".into(),
            present: vec!["1".into()],
            absent: vec!["2".into()],
            not_part_way: true,
        },
    );
    let failure = session
        .send(&["BEGIN", &guard, "CREATE TABLE t (a int)", "COMMIT"])
        .await
        .unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused);
    assert_eq!(failure.code.as_deref(), Some("23514"));
    assert_eq!(failure.completed, 1);
    assert_eq!(failure.at.unwrap().statement, 1);
    assert!(
        failure
            .message
            .contains("aludel_ledger_is_not_where_the_plan_says")
    );
    send(&mut *session, &[d.insert(&t, &["1"])]).await.unwrap();
    session
        .send(&["BEGIN", &guard, "CREATE TABLE t (a int)", "COMMIT"])
        .await
        .unwrap();
    session.close().await;
}

#[tokio::test]
async fn settings_and_roles_are_put_back() {
    let db = Database::new().await;
    let mut session = db.connect_with("options=-c%20work_mem%3D5MB").await;
    let role = format!("r_{}", db.name);
    let state = "SELECT session_user || current_user || current_setting('search_path') \
                 || current_setting('work_mem') || current_setting('role')";
    let before = cell(&mut *session, state).await;
    session
        .send(&[&format!("CREATE ROLE {role}")])
        .await
        .unwrap();
    for change in ["SET ROLE", "SET SESSION AUTHORIZATION"] {
        session
            .send(&[
                "SET work_mem = '7MB'",
                "SELECT set_config('search_path', '', false)",
                &format!("{change} {role}"),
            ])
            .await
            .unwrap();
        assert_ne!(cell(&mut *session, state).await, before);
        session.send(dialect().reset_session()).await.unwrap();
        assert_eq!(cell(&mut *session, state).await, before, "{change}");
    }
    session.close().await;
}
