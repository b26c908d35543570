//! Overrides between translated revisions, on real engines: what they make stays what it is.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};

/// A PostgreSQL directory that is run on another engine.
struct Project {
    place: Place,
    database: Database,
    revisions: usize,
}

impl Project {
    fn new(engine: Engine) -> Self {
        Self {
            place: Place::new(),
            database: Database::new(engine),
            revisions: 0,
        }
    }

    /// Adds a revision with an override, if there is one, and what the upgrade says.
    fn upgrade(&mut self, up: &str, own: Option<&str>) -> (i32, String) {
        self.revisions += 1;
        let name = format!("2026-01-{:02}-101500_r", self.revisions);
        self.place.revision(&name, up, "");
        if let Some(own) = own {
            let driver = self.database.engine.driver();
            let file = format!("migrations/{name}/up.{driver}.sql");
            self.place.write(&file, own);
        }
        let url = &self.database.url;
        let ran = self
            .place
            .run(&format!("--url {url} --dialect postgres upgrade"));
        (ran.code, ran.text())
    }

    fn run(&mut self, up: &str) {
        let (code, text) = self.upgrade(up, None);
        assert_eq!(code, 0, "{up}: {text}");
    }

    fn run_own(&mut self, up: &str, own: &str) {
        let (code, text) = self.upgrade(up, Some(own));
        assert_eq!(code, 0, "{up}: {text}");
    }

    fn application(&self, sql: &str) {
        let output = self.database.client(sql);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{sql}: {said}");
    }

    fn triggers(&self) -> Vec<String> {
        self.database.query(match self.database.engine {
            Engine::Sqlite => "SELECT name FROM sqlite_schema WHERE type = 'trigger' ORDER BY 1",
            _ => {
                "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY 1"
            }
        })
    }
}

fn each(test: impl Fn(&mut Project)) {
    let others = engines().into_iter().filter(|e| e.driver() != "postgres");
    let mut projects: Vec<Project> = others.map(Project::new).collect();
    assert!(
        projects.len() > 1,
        "SQLite and a server of the MySQL family"
    );
    projects.iter_mut().for_each(test);
}

#[test]
fn the_values_of_an_overrides_own_columns_survive_every_change_of_their_table() {
    each(|project| {
        project.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer, email text);");
        project.run_own(
            "ALTER TABLE t RENAME COLUMN a TO c;",
            "ALTER TABLE t ADD COLUMN own VARCHAR(20) NOT NULL DEFAULT 'x'; ALTER TABLE t ADD COLUMN size INTEGER;",
        );
        project.application(
            "INSERT INTO t (id, a, b, email, own, size) VALUES (1, 2, 3, 'e', 'mine', 7);",
        );
        for change in [
            "ALTER TABLE t ALTER COLUMN b TYPE text;",
            "ALTER TABLE t ALTER COLUMN b SET NOT NULL, ADD CONSTRAINT one UNIQUE (email);",
            "ALTER TABLE t ADD COLUMN n bigint NOT NULL DEFAULT 4, DROP COLUMN email;",
            "ALTER TABLE t RENAME COLUMN b TO called;",
            "ALTER TABLE t RENAME TO u;",
            "ALTER TABLE u ADD CHECK (n > 0), ALTER COLUMN n DROP NOT NULL;",
        ] {
            project.run(change);
            let table = project.revisions < 7;
            let rows = project.database.query(&format!(
                "SELECT id, own, size FROM {}",
                if table { "t" } else { "u" }
            ));
            assert_eq!(rows.len(), 1, "{change}");
            assert!(
                rows[0].contains("mine") && rows[0].ends_with('7'),
                "{change}: {rows:?}"
            );
        }
        // The application still writes all of it.
        project.application("INSERT INTO u (id, called, own, size) VALUES (2, 'b', 'own', 8);");
    });
}

const AUTHORED: &str = "CREATE TABLE t (id integer PRIMARY KEY, a integer, n integer);
CREATE TABLE log (n integer);
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (NEW.n); RETURN NULL; END $$;
CREATE TRIGGER logged AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();";

const OWN: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, n INTEGER);
CREATE TABLE log (n INTEGER);";

fn own_trigger(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => {
            "CREATE TRIGGER logged AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.n); END;"
        }
        _ => "CREATE TRIGGER logged AFTER INSERT ON t FOR EACH ROW INSERT INTO log VALUES (NEW.n);",
    }
}

/// A project in which an override has made the trigger.
fn with_trigger(project: &mut Project) {
    let own = format!("{OWN}\n{}", own_trigger(project.database.engine));
    project.run_own(AUTHORED, &own);
    project.application("INSERT INTO t VALUES (1, 1, 1);");
    assert_eq!(project.database.query("SELECT n FROM log"), ["1"]);
}

/// `held` kept it, so a rebuild looked for it, and would have made it again.
#[test]
fn a_trigger_of_an_override_that_is_dropped_stays_dropped_after_a_rebuild() {
    each(|project| {
        with_trigger(project);
        // It survives a rebuild as long as it is there.
        project.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL;");
        assert_eq!(project.triggers(), ["logged"]);
        project.run("DROP TRIGGER logged ON t; ALTER TABLE t ADD CHECK (a > 0);");
        assert_eq!(project.triggers(), [""; 0]);
        project.run("ALTER TABLE t ALTER COLUMN a TYPE bigint, ALTER COLUMN n SET NOT NULL;");
        assert_eq!(project.triggers(), [""; 0]);
        project.application("INSERT INTO t VALUES (2, 1, 2);");
        assert_eq!(project.database.query("SELECT n FROM log"), ["1"]);
    });
}

#[test]
fn a_trigger_of_an_override_goes_with_its_authored_function() {
    each(|project| {
        with_trigger(project);
        project.run("DROP FUNCTION f() CASCADE;");
        assert_eq!(project.triggers(), [""; 0]);
        project.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL;");
        assert_eq!(project.triggers(), [""; 0]);
    });
}

#[test]
fn a_function_whose_trigger_an_override_made_is_not_replaced_unnoticed() {
    each(|project| {
        with_trigger(project);
        let (code, text) = project.upgrade(
            "CREATE OR REPLACE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO log VALUES (2 * NEW.n); RETURN NULL; END $$;",
            None,
        );
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("the trigger `logged` or its function is replaced"),
            "{text}"
        );
        assert_eq!(project.triggers(), ["logged"]);
    });
}

#[test]
fn a_translated_trigger_that_an_override_drops_is_gone() {
    each(|project| {
        project.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, n integer);
            CREATE FUNCTION g() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.n = 7; RETURN NEW; END $$;
            CREATE TRIGGER t_seven BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION g();");
        project.run("ALTER TABLE t ALTER COLUMN a SET NOT NULL;");
        assert_eq!(project.triggers(), ["t_seven"]);
        project.run_own("DROP TRIGGER t_seven ON t;", "DROP TRIGGER t_seven;");
        project.run("ALTER TABLE t ADD CHECK (a > 0);");
        assert_eq!(project.triggers(), [""; 0]);
        project.application("INSERT INTO t VALUES (1, 1, 1); UPDATE t SET a = 2;");
        assert_eq!(project.database.query("SELECT n FROM t"), ["1"]);
    });
}

/// `IF EXISTS` is answered by what the scripts have made, not asked of the database.
#[test]
fn a_table_that_may_be_there_is_dropped_where_it_is_there() {
    each(|project| {
        project.run("DROP TABLE IF EXISTS t; CREATE TABLE t (id integer);");
        project.run("DROP TABLE IF EXISTS t, missing;");
        assert!(!project.database.has_table("t"));
        // PostgreSQL alone has it, then the other alone, then neither.
        let driver = project.database.engine.driver();
        project.run(&format!(
            "-- aludel: skip={driver}\nCREATE TABLE t (id integer);\n-- aludel: end\nSELECT 1;"
        ));
        project.run("DROP TABLE IF EXISTS t;");
        project.run(&format!(
            "-- aludel: only={driver}\nCREATE TABLE t (id INTEGER);\n-- aludel: end\nSELECT 1;"
        ));
        project.run("DROP TABLE IF EXISTS t;");
        assert!(project.database.has_table("t"), "PostgreSQL drops nothing");
        project.run_own(
            "DROP TABLE IF EXISTS t;",
            "DROP TABLE IF EXISTS t; DROP TABLE IF EXISTS t;",
        );
        assert!(!project.database.has_table("t"));
        project.run(
            "CREATE TABLE t (id integer); DROP TABLE IF EXISTS t CASCADE; DROP TABLE IF EXISTS t;",
        );
        assert!(!project.database.has_table("t"));
    });
}

/// A key that an override made different is dropped by its name, one that it did without needs no dropping.
#[test]
fn a_key_that_an_override_changed_is_dropped_by_its_name() {
    each(|project| {
        project.run("CREATE TABLE p (id integer PRIMARY KEY);");
        // On MariaDB and MySQL the name of a foreign key begins with its table's.
        let table = "CREATE TABLE c (id integer PRIMARY KEY, n integer, p_id integer NOT NULL, CONSTRAINT c_p FOREIGN KEY (p_id) REFERENCES p (id)";
        let own = format!("{table} ON DELETE CASCADE);");
        project.run_own(&format!("{table}, CONSTRAINT c_n UNIQUE (n));"), &own);
        project.run("ALTER TABLE c DROP CONSTRAINT c_p; ALTER TABLE c DROP CONSTRAINT c_n;");
        project.application("INSERT INTO c (id, n, p_id) VALUES (1, 1, 77), (2, 1, 78);");
        assert_eq!(
            project.database.query("SELECT p_id FROM c ORDER BY 1"),
            ["77", "78"]
        );
    });
}

/// What an override has of the kind under another name may be the one that is dropped.
#[test]
fn a_key_that_an_override_renamed_is_not_left_in_silence() {
    each(|project| {
        let table =
            "CREATE TABLE c (id integer PRIMARY KEY, n integer, CONSTRAINT c_n UNIQUE (n));";
        project.run_own(table, &table.replace("c_n", "own_n"));
        let (code, text) = project.upgrade("ALTER TABLE c DROP CONSTRAINT c_n;", None);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("override-differs") && text.contains("c_n"),
            "{text}"
        );
    });
}

/// An index that only an override has follows a column's new name, and is not lost with the column in silence.
#[test]
fn an_index_of_an_overrides_own_follows_the_column_and_minds_its_going() {
    each(|project| {
        project.run("CREATE TABLE t (id integer PRIMARY KEY, a integer, b integer);");
        project.run_own(
            "CREATE INDEX t_a ON t (a);",
            "CREATE INDEX t_own ON t (b, a);",
        );
        project.application("INSERT INTO t VALUES (1, 2, 3);");
        project.run("ALTER TABLE t RENAME COLUMN b TO c; ALTER TABLE t ADD CHECK (a < 9);");
        project.run("ALTER TABLE t ALTER COLUMN c SET NOT NULL;");
        assert_eq!(project.database.query("SELECT c FROM t WHERE a = 2"), ["3"]);
        let (code, text) = project.upgrade("ALTER TABLE t DROP COLUMN c;", None);
        assert_eq!(code, 1, "{text}");
        assert!(
            text.contains("override-differs") && text.contains("t_own"),
            "{text}"
        );
    });
}
