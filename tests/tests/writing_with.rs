//! A WITH that changes rows: on PostgreSQL, and as statements one after the other on SQLite, MariaDB
//! and MySQL.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::each;

const TEAMS: &str = "
    CREATE TABLE people (id integer PRIMARY KEY, name text NOT NULL, team integer);
    CREATE TABLE teams (id serial PRIMARY KEY, owner integer NOT NULL, kind varchar(10) NOT NULL DEFAULT 'own', made boolean DEFAULT true);
    CREATE TABLE links (code uuid PRIMARY KEY DEFAULT gen_random_uuid(), person integer NOT NULL);
    CREATE TABLE log (person integer, what text, code uuid);
    INSERT INTO people VALUES (1, 'ann', NULL), (2, 'bob', NULL), (3, 'cy', NULL);
    INSERT INTO teams (owner, kind) VALUES (9, 'old');";

#[test]
fn what_is_inserted_is_handed_on_with_its_number() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run("WITH owners AS (SELECT id FROM people WHERE name <> 'cy'),
              made AS (INSERT INTO teams (owner) SELECT id FROM owners ORDER BY id RETURNING id, owner AS of_whom)
            UPDATE people SET team = made.id FROM made WHERE people.id = made.of_whom;");
        twin.same("SELECT p.name, coalesce(t.owner, 0), coalesce(t.kind, '-') FROM people p LEFT JOIN teams t ON t.id = p.team ORDER BY 1");
        twin.same("SELECT owner, kind FROM teams ORDER BY owner");
        // The number that it got, in a chain.
        twin.run("WITH made AS (INSERT INTO teams (owner, kind) VALUES (7, 'one') RETURNING id),
              more AS (INSERT INTO people (id, name, team) SELECT 10, 'dee', made.id FROM made RETURNING id)
            INSERT INTO log (person, what) SELECT id, 'new' FROM more;");
        twin.same("SELECT p.id, t.kind, l.what FROM people p JOIN teams t ON t.id = p.team JOIN log l ON l.person = p.id");
    });
}

#[test]
fn what_is_inserted_is_handed_on_with_its_defaults() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run(
            "WITH made AS (INSERT INTO links (person) SELECT id FROM people RETURNING code, person)
            INSERT INTO log (person, what, code) SELECT person, 'a', code FROM made;",
        );
        twin.same("SELECT l.person, log.what FROM links l JOIN log ON log.code = l.code AND log.person = l.person ORDER BY 1, 2");
        let twice = "WITH made AS (INSERT INTO links (person) SELECT id FROM people RETURNING code, person)
            INSERT INTO log (person, what, code) SELECT person, 'b', code FROM made UNION ALL SELECT person, 'c', code FROM made;";
        if twin.target.engine != Engine::Sqlite {
            assert_eq!(twin.refused(twice), ["temporary"]);
        } else {
            twin.run(twice);
            twin.same("SELECT l.person, log.what FROM links l JOIN log ON log.code = l.code AND log.person = l.person ORDER BY 1, 2");
        }
        twin.run("WITH made AS (INSERT INTO links (person) VALUES (20) RETURNING *) SELECT count(*) FROM made;");
        twin.same("SELECT count(*) FROM links");
    });
}

/// SQLite took the table for the WITH itself.
#[test]
fn a_with_is_called_like_the_table_that_it_reads() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run("WITH people AS (SELECT people.id AS person, p.name FROM people, people AS p WHERE p.id = people.id AND people.name <> 'bob')
            INSERT INTO log (person, what) SELECT people.person, name FROM people;");
        // One that is recursive means itself.
        if twin.target.engine == Engine::Sqlite {
            twin.run("WITH RECURSIVE log AS (SELECT 1 AS n UNION ALL SELECT log.n + 1 FROM log WHERE n < 4) UPDATE teams SET owner = owner + (SELECT count(*) FROM log);");
        }
        twin.same("SELECT owner FROM teams ORDER BY id");
        twin.run("INSERT INTO log (person, what) WITH log AS (SELECT person FROM log) SELECT log.person, 'again' FROM log;");
        twin.same("SELECT person, what FROM log ORDER BY 1, 2");
    });
}

#[test]
fn what_goes_is_handed_on() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run(
            "WITH gone AS (DELETE FROM people p WHERE p.id > 1 RETURNING p.id, name)
            INSERT INTO log (person, what) SELECT id, 'was ' || name FROM gone;",
        );
        twin.same("SELECT person, what FROM log ORDER BY 1");
        twin.same("SELECT id, name FROM people");
    });
}

#[test]
fn what_changes_is_handed_on_as_it_is_then() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run("WITH changed AS (UPDATE people SET name = upper(name), team = 4 WHERE id < 3 RETURNING id, name)
            INSERT INTO log (person, what) SELECT id, name FROM changed;");
        twin.same("SELECT person, what FROM log ORDER BY 1");
        twin.same("SELECT id, name, coalesce(team, 0) FROM people ORDER BY 1");
    });
}

#[test]
fn a_block_goes_on_with_what_it_has_inserted() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run("DO $$ DECLARE team integer; a_code uuid; who integer; BEGIN
              INSERT INTO teams (owner, kind) VALUES (1, 'x') RETURNING id INTO team;
              INSERT INTO people (id, name, team) VALUES (30, 'eve', team);
              INSERT INTO teams (owner, kind) VALUES (2, 'y');
              UPDATE people p SET team = (SELECT t.id FROM teams t WHERE t.id = a_code_team.id) FROM (SELECT id FROM teams WHERE kind = 'y') AS a_code_team WHERE p.id = 1;
              INSERT INTO people (id, name, team) VALUES (31, 'fay', team);
              INSERT INTO links (person) VALUES (31) RETURNING code, person INTO a_code, who;
              INSERT INTO log (person, code) VALUES (31, a_code);
              UPDATE log SET what = 'seen' WHERE person = who;
            END $$;");
        twin.same(
            "SELECT p.id, t.kind, t.owner FROM people p JOIN teams t ON t.id = p.team ORDER BY 1",
        );
        twin.same("SELECT l.person, log.what FROM links l JOIN log ON log.code = l.code");
        twin.run("DO $$ DECLARE team integer; BEGIN INSERT INTO teams (owner, kind) VALUES (5, 'z') RETURNING id INTO STRICT team; DELETE FROM teams WHERE id = team; END $$;");
        twin.same("SELECT kind FROM teams ORDER BY owner");
    });
}

/// All parts see the rows as they were; what would see others is refused.
#[test]
fn what_would_see_rows_of_another_part_is_refused() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run("CREATE TABLE kept (team integer REFERENCES teams ON DELETE CASCADE);");
        for statement in [
            "WITH made AS (INSERT INTO teams (owner) VALUES (1) RETURNING id) UPDATE people SET team = (SELECT count(*) FROM teams);",
            "WITH made AS (INSERT INTO teams (owner) VALUES (1) RETURNING id) UPDATE teams SET owner = 1;",
            // The numbers of the second would be among those of the first.
            "WITH made AS (INSERT INTO teams (owner) VALUES (1) RETURNING id), more AS (INSERT INTO teams (owner) SELECT id FROM made RETURNING id)
             INSERT INTO log (person) SELECT id FROM made;",
            "WITH gone AS (DELETE FROM people RETURNING id), left_over AS (SELECT id FROM people) INSERT INTO log (person) SELECT id FROM left_over;",
            "WITH gone AS (DELETE FROM teams RETURNING id) INSERT INTO log (person) SELECT team FROM kept;",
            "WITH made AS (INSERT INTO teams (owner) VALUES (1) ON CONFLICT DO NOTHING RETURNING id) INSERT INTO log (person) SELECT id FROM made;",
        ] {
            assert!(!twin.refused(statement).is_empty(), "{statement}");
        }
    });
}

/// What a part reads is what there was before the statement, however late another part asks for it.
#[test]
fn what_is_read_before_rows_change_is_read_once() {
    each(|twin| {
        twin.run(TEAMS);
        let reads = "WITH old AS (SELECT id, owner FROM teams WHERE kind = 'old'),
                made AS (INSERT INTO teams (owner, kind) VALUES (1, 'old'), (2, 'old') RETURNING owner)
            INSERT INTO log (person, what) SELECT owner, 'old' FROM old;";
        twin.run(reads);
        twin.same("SELECT person, what FROM log ORDER BY 1, 2");
        twin.same("SELECT owner, kind FROM teams ORDER BY 1, 2");
        // By way of another part, and of a view.
        twin.run("CREATE VIEW owners AS SELECT owner FROM teams;");
        let by_another = "WITH old AS (SELECT owner FROM owners), more AS (SELECT o.owner, p.name FROM old AS o JOIN people AS p ON p.id = o.owner),
                gone AS (DELETE FROM teams WHERE owner = 1 RETURNING owner)
            INSERT INTO log (person, what) SELECT owner, name FROM more UNION ALL SELECT owner, 'gone' FROM gone;";
        // Those read no temporary table twice in a statement.
        match twin.target.engine {
            Engine::Sqlite => twin.run(by_another),
            _ => assert_eq!(twin.refused(by_another), ["temporary"]),
        }
        twin.same("SELECT person, what FROM log ORDER BY 1, 2");
        twin.same("SELECT owner FROM teams ORDER BY 1");
        let late = "WITH made AS (INSERT INTO teams (owner) VALUES (1) RETURNING owner) INSERT INTO log (person) SELECT owner FROM owners;";
        assert!(!twin.refused(late).is_empty());
    });
}

/// A value that is another each time is one, whoever asks for it.
#[test]
fn what_is_random_is_read_once() {
    each(|twin| {
        twin.run(TEAMS);
        twin.run(
            "WITH fresh AS (SELECT id, gen_random_uuid() AS code FROM people),
                made AS (INSERT INTO links (code, person) SELECT code, id FROM fresh RETURNING code)
            INSERT INTO log (person, what, code) SELECT id, 'fresh', code FROM fresh;",
        );
        twin.same("SELECT l.person, log.what FROM links l JOIN log ON log.code = l.code AND log.person = l.person ORDER BY 1");
        twin.same("SELECT count(DISTINCT code) FROM links");
    });
}
