//! `DO` blocks that define things: what they come to by the model.

use crate::support::{Both, after, codes, one, refused};

const ENUM: &str = "DO $$ BEGIN CREATE TYPE mood AS ENUM ('good', 'bad'); \
     EXCEPTION WHEN duplicate_object THEN NULL; END $$";

#[test]
fn a_type_that_may_be_there_is_made_once() {
    let mut both = Both::new();
    both.run(ENUM);
    both.run(ENUM);
    both.run(
        "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'mood') THEN \
         CREATE TYPE mood AS ENUM ('other'); END IF; END $$",
    );
    both.run("CREATE TABLE t (id int PRIMARY KEY, feels mood)");
    both.database.run("INSERT INTO t VALUES (1, 'bad')");
    both.database
        .try_run("INSERT INTO t VALUES (2, 'other')")
        .expect_err("no member");
}

#[test]
fn a_question_to_the_catalogues_is_answered_by_the_model() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, a int, CONSTRAINT positive CHECK (a > 0))";
    let block = |condition: &str| {
        let then = "ALTER TABLE t RENAME COLUMN a TO b";
        let block = format!("DO $$ BEGIN IF {condition} THEN {then}; END IF; END $$");
        after(table, &block).len()
    };
    for there in [
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'a' AND is_nullable = 'YES')",
        "NOT EXISTS (SELECT * FROM information_schema.columns WHERE table_schema = 'public' AND table_name = 't' AND column_name = 'b')",
        "EXISTS (SELECT 1 FROM information_schema.tables WHERE table_name = 't')",
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conname = 'positive' AND conrelid = 't'::regclass)",
        "EXISTS (SELECT 1 FROM pg_indexes WHERE indexname = 't_pkey')",
        "EXISTS (SELECT constraint_name FROM information_schema.table_constraints WHERE constraint_name = 't_pkey' AND constraint_type = 'PRIMARY KEY')",
    ] {
        assert_eq!(block(there), 1, "{there}");
    }
    for missing in [
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_name = 'T')",
        "EXISTS (SELECT 1 FROM pg_tables WHERE tablename = 'u' AND schemaname = 'public')",
    ] {
        assert_eq!(block(missing), 0, "{missing}");
    }
}

#[test]
fn a_question_that_the_model_cannot_answer_is_refused() {
    for condition in [
        "EXISTS (SELECT 1 FROM t)",
        "EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app')",
        "EXISTS (SELECT 1 FROM pg_tables)",
        "EXISTS (SELECT count(*) FROM pg_tables WHERE tablename = 'u')",
        "EXISTS (SELECT 1 FROM information_schema.columns WHERE table_name = 't' AND column_default = '1')",
        "current_setting('server_version_num')::int > 140000",
    ] {
        let block = format!("DO $$ BEGIN IF {condition} THEN DROP TABLE t; END IF; END $$");
        let codes = codes("CREATE TABLE t (id int PRIMARY KEY)", &block);
        assert_eq!(codes, ["opaque"], "{condition}");
    }
}

/// Whether rows raise it is not known before it runs, and PostgreSQL would go on without it.
#[test]
fn an_error_that_rows_may_raise_is_not_forgiven() {
    let table = "CREATE TABLE t (id int PRIMARY KEY, a int)";
    for block in [
        "DO $$ BEGIN ALTER TABLE t ADD UNIQUE (a); EXCEPTION WHEN others THEN NULL; END $$",
        "DO $$ BEGIN CREATE UNIQUE INDEX i ON t (a); EXCEPTION WHEN unique_violation THEN NULL; END $$",
        "DO $$ BEGIN DELETE FROM t; EXCEPTION WHEN undefined_table THEN NULL; END $$",
    ] {
        assert_eq!(codes(table, block), ["opaque"], "{block}");
    }
    assert_eq!(
        one(
            table,
            "DO $$ BEGIN ALTER TABLE t ADD COLUMN b int; EXCEPTION WHEN duplicate_column THEN NULL; END $$"
        ),
        "ALTER TABLE t ADD COLUMN b INTEGER"
    );
    let none = after(
        table,
        "DO $$ BEGIN ALTER TABLE t ADD COLUMN a int; EXCEPTION WHEN duplicate_column THEN RAISE NOTICE 'there'; END $$",
    );
    assert_eq!(none, [""; 0]);
}

/// What stood before the statement that fails is undone with it.
#[test]
fn a_forgiven_error_undoes_the_whole_block() {
    let none = after(
        "CREATE TABLE t (id int PRIMARY KEY, a int)",
        "DO $$ BEGIN ALTER TABLE t ADD COLUMN b int; ALTER TABLE t ADD COLUMN a int; \
         EXCEPTION WHEN duplicate_column THEN NULL; END $$",
    );
    assert_eq!(none, [""; 0]);
}

#[test]
fn a_block_of_roles_and_replication_is_left_out() {
    let mut both = Both::new();
    let translated = both.translate(
        "DO $$ BEGIN IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'app') THEN \
           GRANT USAGE ON SCHEMA public TO app; ALTER USER app WITH REPLICATION; \
           PERFORM pg_create_logical_replication_slot('slot', 'pgoutput'); END IF; END $$",
    );
    assert_eq!(translated.refusals, []);
    assert_eq!(translated.statements, []);
    let codes = translated.omissions.iter().map(|(_, left)| left.code);
    assert_eq!(
        codes.collect::<Vec<_>>(),
        ["privileges", "role", "replication"]
    );
}

#[test]
fn an_error_that_is_raised_again_is_not_forgiven() {
    let mut both = Both::new();
    both.run("CREATE TABLE t (id int PRIMARY KEY, n int)");
    let block = "DO $$ BEGIN BEGIN ALTER TABLE t ADD CONSTRAINT d CHECK (n > 0); \
        EXCEPTION WHEN duplicate_object THEN NULL; WHEN OTHERS THEN RAISE; END; END $$";
    both.run(block);
    assert!(
        both.database
            .try_run("INSERT INTO t VALUES (1, -1)")
            .is_err()
    );
    both.run(block);
    let unknown = block.replace("TABLE t", "TABLE u");
    assert_eq!(codes("", &unknown), ["opaque"]);
}

#[test]
fn a_block_asks_which_columns_a_constraint_uses() {
    let mut both = Both::new();
    both.run("CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE t (id int PRIMARY KEY, p int CONSTRAINT to_p REFERENCES p)");
    let asked = |table: &str| {
        format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT * FROM information_schema.constraint_column_usage \
             WHERE table_schema = 'public' AND table_name = '{table}' AND constraint_name = 'to_p') \
             THEN CREATE TABLE no_{table} (id int); END IF; END $$"
        )
    };
    // It is the table that is referred to.
    both.run(&asked("p"));
    both.run(&asked("t"));
    assert!(both.database.try_run("SELECT * FROM no_p").is_err());
    assert!(both.database.try_run("SELECT * FROM no_t").is_ok());
}

/// What can only have written rows has made nothing, so that questions have answers after it.
#[test]
fn after_a_program_on_rows_questions_have_answers() {
    let ask = "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'e') THEN CREATE TYPE e AS ENUM ('x'); END IF; END $$;";
    let rows = "DO $$ DECLARE r record; BEGIN FOR r IN SELECT id FROM t LOOP INSERT INTO t (id) VALUES (r.id + 1); END LOOP; END $$;";
    let calls =
        "DO $$ DECLARE r record; BEGIN FOR r IN SELECT f(id) FROM t LOOP NULL; END LOOP; END $$;";
    let tables = "CREATE TABLE t (id int)";
    assert_eq!(codes(tables, &format!("{rows} {ask}")), ["opaque"]);
    assert_eq!(
        codes(tables, &format!("{calls} {ask}")),
        ["opaque", "opaque"]
    );
}

/// Code that is not understood may have made what is asked for.
#[test]
fn after_code_of_another_kind_no_question_has_an_answer() {
    let made = refused(
        "CREATE TABLE t (id int PRIMARY KEY)",
        "CREATE TYPE pair AS (a int, b int); \
         DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'pair') THEN \
         DROP TABLE t; END IF; END $$",
    );
    assert_eq!(made.len(), 1, "{made:?}");
}
