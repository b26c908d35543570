//! One `schema.rs`, one program: a migration of PostgreSQL's with every type that Diesel has on all
//! backends, as written there and translated on SQLite and on servers of the MySQL family. The same
//! Diesel code writes and reads the same values everywhere.
//!
//! What is not in it has another type in Diesel on each backend, as `docs/translation.md` says: uuid,
//! numeric, interval, enums, arrays, citext, network addresses.

#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

mod support;

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use time::macros::{date, datetime, time};
use time::{Date, PrimitiveDateTime, Time};

const MIGRATION: &str = "
CREATE TABLE things (
    id SERIAL PRIMARY KEY,
    yes BOOLEAN NOT NULL DEFAULT false,
    small SMALLINT,
    whole INTEGER,
    big BIGINT UNIQUE,
    single REAL,
    double DOUBLE PRECISION,
    words TEXT,
    short VARCHAR(20) NOT NULL DEFAULT 'short',
    code CHAR(3),
    bytes BYTEA,
    day DATE,
    clock TIME,
    local TIMESTAMP,
    moment TIMESTAMPTZ NOT NULL DEFAULT now(),
    doc JSON
);
CREATE TABLE documents (id BIGINT PRIMARY KEY, body JSONB NOT NULL DEFAULT '{\"a\": [1]}');
INSERT INTO documents VALUES (0);
ALTER TABLE documents ADD COLUMN late TIMESTAMP DEFAULT '2024-02-29 12:00:00.5', ADD COLUMN kept BOOLEAN DEFAULT true;
";

#[allow(missing_docs, unreachable_pub, reason = "Diesel makes them")]
mod schema {
    diesel::table! {
        things (id) {
            id -> Integer,
            yes -> Bool,
            small -> Nullable<SmallInt>,
            whole -> Nullable<Integer>,
            big -> Nullable<BigInt>,
            single -> Nullable<Float>,
            double -> Nullable<Double>,
            words -> Nullable<Text>,
            short -> Varchar,
            code -> Nullable<Text>,
            bytes -> Nullable<Binary>,
            day -> Nullable<Date>,
            clock -> Nullable<Time>,
            local -> Nullable<Timestamp>,
            moment -> Timestamp,
            doc -> Nullable<Json>,
        }
    }
}
use schema::things;

#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = things)]
struct Thing {
    id: i32,
    yes: bool,
    small: Option<i16>,
    whole: Option<i32>,
    big: Option<i64>,
    single: Option<f32>,
    double: Option<f64>,
    words: Option<String>,
    short: String,
    code: Option<String>,
    bytes: Option<Vec<u8>>,
    day: Option<Date>,
    clock: Option<Time>,
    local: Option<PrimitiveDateTime>,
    moment: PrimitiveDateTime,
    doc: Option<Value>,
}

/// What an application leaves to the defaults.
#[derive(Insertable)]
#[diesel(table_name = things)]
struct New {
    words: &'static str,
}

fn things() -> Vec<Thing> {
    let full = Thing {
        id: 101,
        yes: true,
        small: Some(i16::MIN),
        whole: Some(i32::MAX),
        big: Some(i64::MIN),
        single: Some(0.1),
        double: Some(-1.5e300),
        words: Some("Grüße, 'quoted'\n\\ and \u{1F980}".into()),
        short: String::new(),
        code: Some("abc".into()),
        bytes: Some((0..=255).collect()),
        day: Some(date!(1999 - 12 - 31)),
        // Diesel writes no fraction of a `Time` on MySQL.
        clock: Some(time!(23:59:59)),
        local: Some(datetime!(2024-02-29 00:00:00)),
        moment: datetime!(2038-01-20 03:14:07.123_456),
        doc: Some(json!({"a": [1, 2.5, null, true, "x"], "b": {"c": ""}})),
    };
    let empty = Thing {
        id: 102,
        yes: false,
        small: None,
        whole: None,
        big: None,
        single: None,
        double: None,
        words: None,
        short: "twenty characters ok".into(),
        code: None,
        bytes: None,
        day: None,
        clock: None,
        local: None,
        moment: datetime!(2001-01-01 00:00:00),
        doc: None,
    };
    vec![full, empty]
}

/// What the program found: the rows; what it found by each value; a row of defaults.
type Found = (Vec<Thing>, Vec<i64>, Thing);

/// The program, for a connection.
macro_rules! program {
    ($connection:expr, $json:ident) => {{
        mod documents_here {
            use diesel::sql_types::$json as Jsonb;

            // As `schema.rs` has it: the name is imported under which the backend holds a document.
            diesel::table! {
                use diesel::sql_types::{BigInt, Bool, Nullable, Timestamp};
                use super::Jsonb;

                documents (id) {
                    id -> BigInt,
                    body -> Jsonb,
                    late -> Nullable<Timestamp>,
                    kept -> Nullable<Bool>,
                }
            }
        }
        use documents_here::documents;

        let mut connection = $connection;
        let c = &mut connection;
        for thing in things() {
            diesel::insert_into(things::table).values(thing).execute(c).await.unwrap();
        }
        let all: Vec<Thing> = things::table.order(things::id).select(Thing::as_select()).load(c).await.unwrap();
        // Back as they were read, and found by what they are.
        for thing in &all {
            let changed = diesel::update(things::table.find(thing.id)).set(thing).execute(c).await.unwrap();
            assert_eq!(changed, 1);
        }
        let full = all[0].clone();
        macro_rules! count {
            ($filter:expr) => {
                things::table.filter($filter).count().get_result::<i64>(c).await.unwrap()
            };
        }
        let counts = vec![
            count!(things::yes.eq(true)),
            count!(things::small.eq(full.small)),
            count!(things::big.lt(0_i64)),
            count!(things::double.eq(full.double)),
            count!(things::words.eq(full.words.clone())),
            count!(things::code.eq("abc")),
            count!(things::bytes.eq(full.bytes.clone())),
            count!(things::day.eq(date!(1999 - 12 - 31))),
            count!(things::clock.gt(time!(23:59:58))),
            count!(things::local.ge(datetime!(2024-02-29 00:00:00))),
            count!(things::moment.gt(datetime!(2038-01-20 03:14:07.123))),
            count!(things::doc.is_null()),
        ];
        // What the defaults give.
        diesel::insert_into(things::table).values(New { words: "new" }).execute(c).await.unwrap();
        let new: Thing = things::table.filter(things::words.eq("new")).select(Thing::as_select()).first(c).await.unwrap();
        // A document.
        let body = json!({"k": [1, {"n": null}], "t": "x"});
        diesel::insert_into(documents::table)
            .values((documents::id.eq(1_i64), documents::body.eq(body.clone())))
            .execute(c).await.unwrap();
        type Document = (i64, Value, Option<PrimitiveDateTime>, Option<bool>);
        let read: Vec<Document> = documents::table.order(documents::id).load(c).await.unwrap();
        // What was there before the columns were, and what came after.
        let late = Some(datetime!(2024-02-29 12:00:00.5));
        assert_eq!(read, [(0, json!({"a": [1]}), late, Some(true)), (1, body, late, Some(true))]);
        (all, counts, new)
    }};
}

async fn found(engine: Engine) -> Found {
    let database = Database::new(engine);
    let place = Place::new();
    place.revision("2026-01-05-101500_things", MIGRATION, "");
    let url = &database.url;
    let ran = place.run(&format!("--url {url} --dialect postgres upgrade"));
    assert_eq!(ran.code, 0, "{}", ran.text());
    match engine.driver() {
        "postgres" => program!(support::pg(&database).await, Jsonb),
        "sqlite" => program!(support::sqlite(&database).await, Json),
        _ => program!(support::mysql(&database).await, Json),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_schema_and_one_program_serve_every_engine() {
    let (rows, counts, new) = found(Engine::Postgres).await;
    assert_eq!(rows, things());
    assert_eq!(counts, [1; 12]);
    for engine in engines().into_iter().filter(|e| *e != Engine::Postgres) {
        let (its_rows, its_counts, its_new) = found(engine).await;
        assert_eq!(its_rows, rows, "{engine:?}");
        assert_eq!(its_counts, counts, "{engine:?}");
        let since = its_new.moment - new.moment;
        assert!(since.whole_hours().abs() < 1, "{engine:?}: {since}");
        let same = Thing {
            moment: new.moment,
            id: new.id,
            ..its_new
        };
        assert_eq!(same, new, "{engine:?}");
    }
}
