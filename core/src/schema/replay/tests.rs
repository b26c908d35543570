//! Rules of replay that need no engine to be stated.

#![allow(clippy::unwrap_used)]

use super::naming::object_name;
use super::*;
use crate::schema::*;

fn column(name: &str, ty: Type) -> ColumnDef {
    ColumnDef::new(name, ty)
}

fn create(name: &str, columns: Vec<ColumnDef>) -> Change {
    let mut table = CreateTable::new(Name::bare(name));
    table.columns = columns;
    Change::CreateTable(Box::new(table))
}

fn alter(table: &str, actions: Vec<TableAction>) -> Change {
    Change::AlterTable {
        table: Name::bare(table),
        if_exists: false,
        actions,
    }
}

fn unique(columns: &[&str]) -> ConstraintDef {
    ConstraintDef::new(ConstraintKind::Unique {
        columns: columns.iter().map(|c| IndexPart::whole(*c)).collect(),
        nulls_not_distinct: false,
    })
}

fn foreign_key(columns: &[&str], table: &str) -> ConstraintDef {
    ConstraintDef::foreign_key(ForeignKey {
        columns: columns.iter().map(|c| (*c).to_owned()).collect(),
        table: Name::bare(table),
        referred: Vec::new(),
        on_delete: ReferentialAction::NoAction,
        on_update: ReferentialAction::NoAction,
        match_full: false,
    })
}

fn id() -> ColumnDef {
    let mut id = column("id", Type::INTEGER);
    id.serial = true;
    id.constraints
        .push(ConstraintDef::primary_key(["id".to_owned()]));
    id
}

#[test]
fn a_foreign_key_of_a_column_to_itself_goes_with_it() {
    let mut replay = Replay::new(Syntax::Postgres);
    replay
        .apply(&create("t", vec![id(), column("a", Type::INTEGER)]))
        .unwrap();
    let add = TableAction::AddConstraint(Box::new(foreign_key(&["id"], "t")));
    replay.apply(&alter("t", vec![add])).unwrap();
    let drop = TableAction::DropColumn {
        name: "id".into(),
        if_exists: false,
        cascade: false,
    };
    replay.apply(&alter("t", vec![drop])).unwrap();
    let table = replay.schema().table(&Name::bare("t")).unwrap();
    assert_eq!(names(table), Vec::<&str>::new());
}

fn names(table: &Table) -> Vec<&str> {
    table
        .constraints
        .iter()
        .filter_map(|c| c.name.as_deref())
        .collect()
}

#[test]
fn the_longer_name_is_cut_first_and_no_character_is_broken() {
    let table = "a".repeat(60);
    assert_eq!(
        object_name(&table, Some("column"), "key"),
        format!("{}_column_key", "a".repeat(52))
    );
    let column = "b".repeat(60);
    assert_eq!(
        object_name(&table, Some(&column), "key"),
        format!("{}_{}_key", "a".repeat(29), "b".repeat(29))
    );
    let umlauts = "ä".repeat(30);
    assert_eq!(
        object_name(&umlauts, Some("x"), "fkey"),
        format!("{}_x_fkey", "ä".repeat(28))
    );
}

#[test]
fn a_serial_primary_key_has_a_sequence_before_it_and_the_names_of_postgres() {
    let mut replay = Replay::new(Syntax::Postgres);
    let mut email = column("email", Type::Text);
    email.constraints.push(unique(&["email"]));
    let effects = replay
        .apply(&create("accounts", vec![id(), email]))
        .unwrap();
    assert!(matches!(
        effects.as_slice(),
        [Effect::Sequence { .. }, Effect::Table(_)]
    ));
    let table = replay.schema().table(&Name::bare("accounts")).unwrap();
    assert_eq!(names(table), ["accounts_pkey", "accounts_email_key"]);
    let sequence = Name::bare("accounts_id_seq");
    assert_eq!(table.columns[0].default, Some(nextval(&sequence)));
    assert_eq!(
        replay.schema().sequence(&sequence).unwrap().owned_by,
        Some((Name::bare("accounts"), "id".to_owned()))
    );
}

#[test]
fn a_dropped_column_takes_keys_of_several_columns_along() {
    let mut replay = Replay::new(Syntax::Postgres);
    let columns = vec![id(), column("a", Type::INTEGER), column("b", Type::INTEGER)];
    replay.apply(&create("t", columns)).unwrap();
    let add = TableAction::AddConstraint(Box::new(unique(&["a", "b"])));
    replay.apply(&alter("t", vec![add])).unwrap();
    let drop = TableAction::DropColumn {
        name: "b".to_owned(),
        if_exists: false,
        cascade: false,
    };
    replay.apply(&alter("t", vec![drop])).unwrap();
    let table = replay.schema().table(&Name::bare("t")).unwrap();
    assert_eq!(names(table), ["t_pkey"]);
}

#[test]
fn a_refused_change_leaves_the_schema_as_it_was() {
    let mut replay = Replay::new(Syntax::Postgres);
    replay.apply(&create("t", vec![id()])).unwrap();
    let before = replay.schema().table(&Name::bare("t")).unwrap().clone();
    let add = |name: &str| TableAction::AddColumn {
        column: Box::new(column(name, Type::Text)),
        if_not_exists: false,
        position: None,
    };
    let problem = replay
        .apply(&alter("t", vec![add("a"), add("id")]))
        .unwrap_err();
    assert_eq!(problem.code, "duplicate-column");
    assert_eq!(replay.schema().table(&Name::bare("t")), Some(&before));
}

#[test]
fn of_two_equal_keys_a_foreign_key_needs_one_that_is_not_known() {
    let mut replay = Replay::new(Syntax::Postgres);
    let run = |replay: &mut Replay, text: &str| {
        let changes = crate::sql::parse(Syntax::Postgres, text);
        let mut all = changes.iter().map(|change| replay.apply(change).map(drop));
        all.find_map(Result::err).map(|problem| problem.code)
    };
    for text in [
        "CREATE TABLE a (k text)",
        "CREATE UNIQUE INDEX i ON a (k)",
        "CREATE TABLE b (a_k text REFERENCES a (k))",
        "ALTER TABLE a ADD UNIQUE (k)",
    ] {
        assert_eq!(run(&mut replay, text), None, "{text}");
    }
    let cascade = "ALTER TABLE a DROP CONSTRAINT a_k_key CASCADE";
    assert_eq!(run(&mut replay, cascade), Some("equal-keys"));
    // PostgreSQL takes this only if the foreign key needs the other one.
    let plain = "ALTER TABLE a DROP CONSTRAINT a_k_key";
    assert_eq!(run(&mut replay, plain), None);
    let table = replay.schema().table(&Name::bare("b")).unwrap();
    assert_eq!(names(table), ["b_a_k_fkey"]);
    assert_eq!(run(&mut replay, "DROP INDEX i"), Some("needed"));
    // With the column both go.
    let equal = "ALTER TABLE a ADD UNIQUE (k)";
    assert_eq!(run(&mut replay, equal), None);
    let column = "ALTER TABLE a DROP COLUMN k CASCADE";
    assert_eq!(run(&mut replay, column), None);
    let table = replay.schema().table(&Name::bare("b")).unwrap();
    assert!(names(table).is_empty());
}

#[test]
fn a_table_that_is_referred_to_goes_with_cascade_only() {
    let mut replay = Replay::new(Syntax::Postgres);
    replay.apply(&create("a", vec![id()])).unwrap();
    let mut of = column("a_id", Type::INTEGER);
    of.constraints.push(foreign_key(&["a_id"], "a"));
    replay.apply(&create("b", vec![id(), of])).unwrap();
    let drop = |cascade| Change::DropTables {
        tables: vec![Name::bare("a")],
        if_exists: false,
        cascade,
    };
    assert_eq!(replay.apply(&drop(false)).unwrap_err().code, "needed");
    let effects = replay.apply(&drop(true)).unwrap();
    assert_eq!(effects.len(), 3, "b's key, a, a's sequence: {effects:?}");
    let table = replay.schema().table(&Name::bare("b")).unwrap();
    assert_eq!(names(table), ["b_pkey"]);
}

#[test]
fn an_array_of_an_enum_follows_a_renamed_member() {
    let mut replay = Replay::new(Syntax::Postgres);
    let mut run = |statement: &str| {
        for change in crate::sql::parse(Syntax::Postgres, statement) {
            replay.apply(&change).unwrap();
        }
    };
    run("CREATE TYPE state AS ENUM ('old', 'open')");
    run(
        "CREATE TABLE t (a state[] DEFAULT '{\"old\", open, NULL}', CHECK ('old' = ANY (a) OR a <> '{old}'), w text[] DEFAULT '{old}')",
    );
    run("ALTER TYPE state RENAME VALUE 'old' TO 'new'");
    let table = replay.schema().table(&Name::bare("t")).unwrap();
    let text = format!("{table:?}");
    assert!(
        text.contains("{new,open,NULL}") && text.contains("\"new\"") && text.contains("{new}"),
        "{text}"
    );
    assert_eq!(text.matches("old").count(), 1, "{text}");
    assert!(table.opaque.is_none());
}
