//! The tools themselves: each makes a database on each engine, which is then taken over. goose,
//! golang-migrate and Flyway are not among them: no registry that the tests use has their programs.

use std::path::PathBuf;
use std::process::Command;

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::Engine;

use super::cases::{LATER, MORE, PADDED, UP};
use super::is_taken_over;

const ENGINES: [Engine; 3] = [Engine::Sqlite, Engine::Postgres, Engine::Mariadb];

/// Runs a tool's program in a place; what it said on its standard output.
fn run(place: &Place, program: &str, words: &[&str]) -> String {
    let mut command = Command::new(program);
    let output = command.args(words).current_dir(place.path()).output();
    let output = output.unwrap_or_else(|error| {
        panic!("{program}: {error}: tests/run --long installs it, tests/tools by itself")
    });
    assert!(output.status.success(), "{program} {words:?}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// A database's URL as most tools write it.
fn url(database: &Database) -> String {
    match database.engine {
        Engine::Sqlite => {
            // Not all of them make the file.
            std::fs::write(database.file(), "").unwrap();
            format!("sqlite://{}", database.file().display())
        }
        _ => database.url.replace("mariadb://", "mysql://"),
    }
}

/// Two migrations that the tool runs, and one that it has not seen; then aludel takes over.
fn two_and_one(
    tool: &str,
    files: [(&str, &str); 3],
    migrate: impl Fn(&Place, &Database),
    applied: &[&str],
    pending: &str,
) {
    for engine in ENGINES {
        let (place, database) = (Place::new(), Database::new(engine));
        let [one, two, three] = files;
        place.write(one.0, one.1).write(two.0, two.1);
        migrate(&place, &database);
        place.write(three.0, three.1);
        is_taken_over(&place, &database, tool, applied, pending);
    }
}

#[test]
#[ignore = "needs sqlx, which tests/run --long installs"]
fn what_sqlx_made_is_taken_over() {
    two_and_one(
        "sqlx",
        [
            ("migrations/1_one.sql", UP),
            ("migrations/2_two.sql", MORE),
            ("migrations/10_ten.sql", LATER),
        ],
        |place, database| {
            run(
                place,
                "sqlx",
                &["migrate", "run", "--database-url", &url(database)],
            );
        },
        PADDED,
        "00000000000010_ten",
    );
}

#[test]
#[ignore = "needs refinery, which tests/run --long installs"]
fn what_refinery_made_is_taken_over() {
    two_and_one(
        "refinery",
        [
            ("migrations/V1__one.sql", UP),
            ("migrations/V2__two.sql", MORE),
            ("migrations/V10__ten.sql", LATER),
        ],
        |place, database| {
            let (kind, path) = match database.engine {
                Engine::Sqlite => ("Sqlite", format!("db_path = {:?}", database.file())),
                Engine::Postgres => ("Postgres", server(database)),
                _ => ("Mysql", server(database)),
            };
            let config = format!("[main]\ndb_type = \"{kind}\"\n{path}\n");
            place.write("refinery.toml", config);
            url(database);
            let words = ["migrate", "-c", "refinery.toml", "-p", "migrations"];
            run(place, "refinery", &words);
        },
        PADDED,
        "00000000000010_ten",
    );
}

/// A server as refinery's configuration has it.
fn server(database: &Database) -> String {
    let (host, port) = database.address().split_once(':').unwrap();
    let (_, rest) = database.url.split_once("://").unwrap();
    let (user, password) = rest.split_once('@').unwrap().0.split_once(':').unwrap();
    format!(
        "db_host = {host:?}\ndb_port = {port:?}\ndb_user = {user:?}\ndb_pass = {password:?}\ndb_name = {:?}",
        database.name()
    )
}

#[test]
#[ignore = "needs dbmate, which tests/run --long installs"]
fn what_dbmate_made_is_taken_over() {
    two_and_one(
        "dbmate",
        [
            (
                "db/migrations/20240105101500_one.sql",
                "-- migrate:up\nCREATE TABLE a (id INTEGER);\n\n-- migrate:down\nDROP TABLE a;\n",
            ),
            (
                "db/migrations/20240106101500_two.sql",
                "-- migrate:up\nINSERT INTO a VALUES (1);\n\n-- migrate:down\nDELETE FROM a;\n",
            ),
            (
                "db/migrations/20240107101500_three.sql",
                "-- migrate:up\nCREATE TABLE later (id INTEGER);\n\n-- migrate:down\nDROP TABLE later;\n",
            ),
        ],
        |place, database| {
            let url = url(database).replace("sqlite://", "sqlite:");
            let words = ["--url", &url, "--no-dump-schema", "migrate"];
            run(place, "dbmate", &words);
        },
        &["20240105101500", "20240106101500"],
        "20240107101500_three",
    );
}

const ENV: &str = "from alembic import context
from sqlalchemy import create_engine

url = context.get_x_argument(as_dictionary=True)[\"url\"]
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with create_engine(url).connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
";

/// A revision of Alembic's.
fn version(id: &str, parent: &str, up: &str, down: &str) -> String {
    format!(
        "from alembic import op\n\nrevision = \"{id}\"\ndown_revision = {parent}\n\n\
         def upgrade():\n    op.execute({up:?})\n\ndef downgrade():\n    op.execute({down:?})\n"
    )
}

#[test]
#[ignore = "needs alembic, which tests/run --long installs"]
fn what_alembic_made_is_taken_over() {
    for engine in ENGINES {
        let (place, database) = (Place::new(), Database::new(engine));
        place.write("alembic.ini", "[alembic]\nscript_location = alembic\n");
        place.write("alembic/env.py", ENV);
        for (id, parent, up, down) in [
            (
                "aaaa",
                "None",
                "CREATE TABLE a (id INTEGER)",
                "DROP TABLE a",
            ),
            (
                "bbbb",
                "\"aaaa\"",
                "INSERT INTO a VALUES (1)",
                "DELETE FROM a",
            ),
            (
                "cccc",
                "\"bbbb\"",
                "CREATE TABLE later (id INTEGER)",
                "DROP TABLE later",
            ),
        ] {
            let file = format!("alembic/versions/{id}.py");
            place.write(&file, version(id, parent, up, down));
        }
        let url = match engine {
            Engine::Sqlite => format!("sqlite:///{}", database.file().display()),
            Engine::Postgres => database
                .url
                .replace("postgres://", "postgresql+psycopg2://"),
            _ => database.url.replace("mariadb://", "mysql+pymysql://"),
        };
        let alembic = |words: &[&str]| {
            let url = format!("url={url}");
            let mut all = vec!["-x", &url];
            all.extend(words);
            run(&place, "alembic", &all)
        };
        alembic(&["upgrade", "bbbb"]);
        place.write("up.sql", alembic(&["upgrade", "head", "--sql"]));
        place.write("down.sql", alembic(&["downgrade", "cccc:base", "--sql"]));
        // What Python leaves behind is nobody's.
        let left: PathBuf = place.path().join("alembic");
        std::fs::remove_dir_all(left).unwrap();
        let tool = "alembic --source up.sql --down down.sql";
        is_taken_over(&place, &database, tool, &["aaaa", "bbbb"], "cccc_alembic");
    }
}
