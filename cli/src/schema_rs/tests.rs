//! What is printed, against what `diesel print-schema` 2.3 printed of the same definitions.

use aludel::schema::{Replay, Schema};
use aludel::sql::{self, Syntax};

use super::{Engine, Settings, print};

fn schema(syntax: Syntax, script: &str) -> Schema {
    let mut replay = Replay::new(syntax);
    let script = sql::scan(syntax, script).expect("scanned");
    for statement in &script.statements {
        for change in sql::parse(syntax, statement.text(&script)) {
            replay.apply(&change).expect("replayed");
        }
    }
    replay.into_schema()
}

fn printed(syntax: Syntax, script: &str) -> String {
    let engine = Engine {
        syntax,
        mariadb: false,
        live: false,
    };
    print(&schema(syntax, script), engine, &Settings::default()).expect("printable")
}

#[test]
fn postgres_with_types_of_its_own() {
    let text = printed(
        Syntax::Postgres,
        "CREATE TYPE mood AS ENUM ('sad', 'happy');
         CREATE TABLE people (
             id bigserial PRIMARY KEY, name varchar(40) NOT NULL, type text, mood mood NOT NULL,
             moods mood[], tags text[] NOT NULL, code char(3), search tsvector
         );
         CREATE TABLE pets (
             id uuid PRIMARY KEY, owner_id bigint NOT NULL REFERENCES people, born timestamptz
         );",
    );
    assert_eq!(
        text,
        r#"// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "mood"))]
    pub struct Mood;

    #[derive(diesel::sql_types::SqlType)]
    #[diesel(postgres_type(name = "tsvector", schema = "pg_catalog"))]
    pub struct Tsvector;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::Mood;
    use super::sql_types::Tsvector;

    people (id) {
        id -> Int8,
        #[max_length = 40]
        name -> Varchar,
        #[sql_name = "type"]
        type_ -> Nullable<Text>,
        mood -> Mood,
        moods -> Nullable<Array<Nullable<Mood>>>,
        tags -> Array<Nullable<Text>>,
        #[max_length = 3]
        code -> Nullable<Bpchar>,
        search -> Nullable<Tsvector>,
    }
}

diesel::table! {
    pets (id) {
        id -> Uuid,
        owner_id -> Int8,
        born -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(pets -> people (owner_id));

diesel::allow_tables_to_appear_in_same_query!(people, pets,);
"#
    );
}

#[test]
fn a_domain_is_the_type_below_it_also_without_a_database() {
    let script = "CREATE SCHEMA s; CREATE DOMAIN code AS char(4) NOT NULL CHECK (VALUE <> '');
         CREATE DOMAIN s.whole AS integer; CREATE DOMAIN old AS s.whole; ALTER DOMAIN old RENAME TO whole2;
         CREATE TABLE t (id s.whole PRIMARY KEY, code code, codes code[], two whole2, tags old);";
    let engine = Engine {
        syntax: Syntax::Postgres,
        mariadb: false,
        live: false,
    };
    let mut replay = Replay::new(Syntax::Postgres);
    let scanned = sql::scan(Syntax::Postgres, script).expect("scanned");
    for statement in &scanned.statements {
        for change in sql::parse(Syntax::Postgres, statement.text(&scanned)) {
            replay.apply(&change).expect("replayed");
        }
    }
    let schema = replay.into_schema();
    let text = print(&schema, engine, &Settings::default()).expect("printable");
    let columns: Vec<&str> = text.lines().filter(|line| line.contains(" -> ")).collect();
    assert_eq!(
        columns,
        [
            "        id -> Int4,",
            "        code -> Bpchar,",
            "        codes -> Nullable<Array<Nullable<Code>>>,",
            "        two -> Nullable<Whole>,",
            "        tags -> Nullable<Old>,",
        ]
    );
    assert!(
        text.contains("        #[max_length = 4]\n        code"),
        "{text}"
    );
}

#[test]
fn mysql_defines_a_type_for_each_column_that_wants_one() {
    let text = printed(
        Syntax::Mysql,
        "CREATE TABLE jobs (
             id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY, done tinyint(1) NOT NULL,
             state enum('new','running') NOT NULL, body json, name varchar(20), at datetime(6)
         );",
    );
    assert_eq!(
        text,
        r#"// @generated automatically by Diesel CLI.

pub mod sql_types {
    #[derive(diesel::sql_types::SqlType)]
    #[diesel(mysql_type(name = "Enum"))]
    pub struct JobsStateEnum;
}

diesel::table! {
    use diesel::sql_types::*;
    use super::sql_types::JobsStateEnum;

    jobs (id) {
        id -> Unsigned<Integer>,
        done -> Bool,
        #[max_length = 7]
        state -> JobsStateEnum,
        body -> Nullable<Json>,
        #[max_length = 20]
        name -> Nullable<Varchar>,
        at -> Nullable<Datetime>,
    }
}
"#
    );
}

#[test]
fn sqlite_says_what_was_written() {
    let text = printed(
        Syntax::Sqlite,
        "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n NUMERIC, b);
         CREATE TABLE b (x VARCHAR(9) NOT NULL, a_id INTEGER NOT NULL REFERENCES a);
         CREATE TABLE c (a_id INTEGER REFERENCES a (id), b_id INTEGER REFERENCES a (id), PRIMARY KEY (b_id, a_id));",
    );
    assert_eq!(
        text,
        r#"// @generated automatically by Diesel CLI.

diesel::table! {
    a (id) {
        id -> Nullable<Integer>,
        n -> Nullable<Double>,
        b -> Nullable<Binary>,
    }
}

diesel::table! {
    b (rowid) {
        rowid -> Integer,
        x -> Text,
        a_id -> Integer,
    }
}

diesel::table! {
    c (a_id, b_id) {
        a_id -> Nullable<Integer>,
        b_id -> Nullable<Integer>,
    }
}

diesel::joinable!(b -> a (a_id));

diesel::allow_tables_to_appear_in_same_query!(a, b, c,);
"#
    );
}

#[test]
fn all_that_diesel_has_no_form_for_is_said_together() {
    let engine = Engine {
        syntax: Syntax::Postgres,
        mariadb: false,
        live: false,
    };
    let schema = schema(
        Syntax::Postgres,
        "CREATE TABLE a (x int); CREATE TABLE b (y int);",
    );
    let problems = print(&schema, engine, &Settings::default()).expect_err("no primary keys");
    let codes: Vec<&str> = problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["no-primary-key", "no-primary-key"]);
}
