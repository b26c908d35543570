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
        "EXISTS (SELECT count(*) FROM pg_tables WHERE tablename = 'u')",
        "(SELECT count(*) = 2 FROM information_schema.columns WHERE table_name = 't' AND column_name IN ('a', 'id', 'z'))",
        "EXISTS (SELECT FROM information_schema.columns WHERE table_name = 't' AND table_schema = current_schema() AND column_name = 'id' AND numeric_precision = 32 AND data_type = 'integer')",
        "(SELECT to_regclass('public.t') IS NOT NULL) AND to_regclass('u') IS NULL",
        "EXISTS (SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid, pg_namespace n WHERE n.oid = c.relnamespace AND n.nspname = 'public' AND c.relname = 't' AND a.attname = 'a' AND a.attnum > 0 AND NOT a.attisdropped)",
        "NOT EXISTS (SELECT 1 FROM pg_trigger WHERE tgname = 'on_t' AND NOT tgisinternal)",
        "(SELECT contype FROM pg_constraint WHERE conrelid = to_regclass('t') AND conname = 'positive') = 'c'",
        "EXISTS (SELECT 1 FROM pg_class WHERE relname = ANY (ARRAY['t_pkey', 'other']) AND relkind = 'i')",
        "NOT EXISTS (SELECT 1 FROM information_schema.schemata WHERE schema_name = 'extra')",
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 't'::regclass AND contype = 'p' AND conrelid::regclass::text = 't')",
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
        "EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'pg_catalog')",
        "EXISTS (SELECT 1 FROM pg_trigger WHERE tgrelid = 't'::regclass)",
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 't'::regclass AND contype <> 'f')",
        "EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = 'u'::regclass)",
        "(SELECT count(*) FROM t) > 0",
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

/// Code that is not understood reaches what it names and no more, unless it puts its text together.
#[test]
fn after_code_that_names_other_things_questions_have_answers() {
    let tables = "CREATE TABLE t (id int, code text, CONSTRAINT one_code UNIQUE (code)); CREATE TABLE u (id int)";
    let code = |what: &str| {
        format!("DO $$ DECLARE n int; BEGIN WHILE n > 0 LOOP {what} END LOOP; END $$;")
    };
    let ask = |name: &str| {
        format!(
            "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = '{name}') THEN \
             ALTER TABLE u ADD CONSTRAINT {name} UNIQUE (id); END IF; END $$;"
        )
    };
    for (what, name, unclear) in [
        ("ALTER TABLE t ADD COLUMN a int;", "u_one", false),
        // It names the table, and what it drops is gone by that.
        ("ALTER TABLE t DROP COLUMN code;", "one_code", true),
        // What the engine calls it begins with the table's name.
        ("ALTER TABLE u ADD UNIQUE (id);", "u_id_key", true),
        (
            "ALTER TABLE u ADD CONSTRAINT \"U_ONE\" UNIQUE (id);",
            "u_one",
            true,
        ),
        ("EXECUTE 'ALTER TABLE ' || n;", "u_one", true),
        ("DROP TABLE t CASCADE;", "u_one", true),
    ] {
        let expected: &[&str] = match unclear {
            true => &["opaque", "opaque"],
            false => &["opaque"],
        };
        let script = format!("{} {}", code(what), ask(name));
        assert_eq!(codes(tables, &script), expected, "{what} {name}");
    }
    let forgiving = "DO $$ BEGIN CREATE TYPE e AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$";
    let script = |what: &str| format!("{} {forgiving}", code(what));
    assert_eq!(
        codes(tables, &script("ALTER TABLE t DROP COLUMN id;")),
        ["opaque"]
    );
    assert_eq!(
        codes(tables, &script("CREATE TYPE e AS ENUM ('y');")),
        ["opaque"; 2]
    );
}

/// A function of the scripts' own may make anything.
#[test]
fn after_a_call_of_a_function_that_is_code_no_question_has_an_answer() {
    let function = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $f$ BEGIN EXECUTE 'CREATE TYPE e'; END $f$; SELECT f();";
    let ask = "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_type WHERE typname = 'e') THEN CREATE TYPE e AS ENUM ('x'); END IF; END $$;";
    let found = codes("", &format!("{function} {ask}"));
    assert_eq!(found, ["opaque"]);
    // What it puts together is not known.
    let other = function.replace("'CREATE TYPE e'", "'CREATE TYPE ' || clock_timestamp()");
    let found = codes("", &format!("{other} {ask}"));
    assert_eq!(found, ["no-such-function", "opaque"]);
    // One that changes rows at most has made nothing.
    let quiet = "CREATE FUNCTION f(n int) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN FOR i IN 1..n LOOP NULL; END LOOP; RETURN n; END $f$; SELECT f(1);";
    let found = codes("", &format!("{quiet} {ask}"));
    assert_eq!(found, ["no-such-function"]);
}

/// An error is told by its code, and what would be done after it is not done if it cannot be.
#[test]
fn an_error_that_the_model_rules_out_is_of_no_account() {
    let tables = "CREATE TABLE t (id int, a varchar(9), CONSTRAINT one UNIQUE (a))";
    let dropped = |error: &str| {
        format!(
            "DO $$ BEGIN ALTER TABLE t DROP CONSTRAINT IF EXISTS one; EXCEPTION {error} END $$;"
        )
    };
    let notice = dropped(
        "WHEN SQLSTATE '2BP01' THEN RAISE NOTICE 'needed'; WHEN SQLSTATE 'XX000' THEN RAISE NOTICE 'odd';",
    );
    assert!(!after(tables, &notice).is_empty());
    let instead = dropped("WHEN dependent_objects_still_exist THEN DROP TABLE t;");
    assert!(!after(tables, &instead).is_empty());
    // A foreign key needs it.
    let needing = format!("{tables}; CREATE TABLE u (a varchar(9) REFERENCES t (a))");
    assert_eq!(after(&needing, &notice), [""; 0]);
    assert_eq!(codes(&needing, &instead), ["opaque"]);
    let view = format!("{tables}; CREATE VIEW v AS SELECT a FROM t");
    let wider = "DO $$ BEGIN ALTER TABLE t ALTER COLUMN a TYPE text; EXCEPTION WHEN SQLSTATE '0A000' THEN RAISE NOTICE 'used'; END $$";
    assert_eq!(after(&view, wider), [""; 0]);
    assert!(!after(tables, wider).is_empty());
    // Rows decide whether there is an index, which no row is another for; not so if it is unique.
    let index = |unique: &str| {
        format!(
            "DO $$ BEGIN CREATE {unique} INDEX i ON t (a); EXCEPTION WHEN others THEN NULL; END $$"
        )
    };
    assert_eq!(after(tables, &index("")).len(), 1);
    assert_eq!(codes(tables, &index("UNIQUE")), ["opaque"]);
}

#[test]
fn an_error_of_a_type_is_settled_by_the_model() {
    let mut both = Both::new();
    both.run("CREATE TYPE mood AS ENUM ('good', 'bad'); CREATE TYPE idle AS ENUM ('a')");
    both.run("CREATE TABLE t (id int PRIMARY KEY, feels mood)");
    let rename = |from: &str, to: &str| {
        format!(
            "DO $$ BEGIN BEGIN ALTER TYPE mood RENAME VALUE '{from}' TO '{to}'; \
             EXCEPTION WHEN invalid_parameter_value THEN NULL; END; END $$"
        )
    };
    both.run(&rename("bad", "sad"));
    both.run(&rename("bad", "worse"));
    both.database.run("INSERT INTO t VALUES (1, 'sad')");
    both.database
        .try_run("INSERT INTO t VALUES (2, 'worse')")
        .expect_err("no member");
    // Another error than the one that is forgiven.
    refused(
        "CREATE TYPE mood AS ENUM ('good', 'bad')",
        &rename("bad", "good"),
    );
    let drop = |name: &str| {
        format!("DO $$ BEGIN DROP TYPE {name}; EXCEPTION WHEN OTHERS THEN NULL; END $$")
    };
    // Of what is not there the error is forgiven, and what follows is not done.
    let more = "DO $$ BEGIN DROP TYPE nothing; ALTER TABLE t ADD COLUMN more int; EXCEPTION WHEN OTHERS THEN NULL; END $$";
    refused("CREATE TABLE t (id int PRIMARY KEY)", more);
    both.run(&drop("mood"));
    both.run(&drop("idle"));
    both.run(&drop("idle"));
    both.run("CREATE TYPE idle AS ENUM ('b'); ALTER TABLE t ADD COLUMN rests mood, ADD COLUMN idles idle");
    both.database
        .run("INSERT INTO t VALUES (3, 'good', 'sad', 'b')");
}
