//! Views: on PostgreSQL, and translated on SQLite, MariaDB and MySQL. What their names mean is settled
//! when they are made, whatever columns come later.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each, each_anew};

/// SQLite reads a view's text each time: a column that came later was the nearer one, or there were
/// two to choose from.
#[test]
fn a_view_means_the_columns_that_there_were() {
    each(|twin| {
        twin.run(
            "CREATE TABLE users (id integer PRIMARY KEY, name text);
             CREATE TABLE posts (pid integer PRIMARY KEY, user_id integer, title text);
             INSERT INTO users VALUES (1, 'ann'), (2, 'bob'); INSERT INTO posts VALUES (1, 1, 't'), (2, 1, 'ann');
             CREATE VIEW around AS SELECT name FROM users WHERE id IN (SELECT user_id FROM posts WHERE title = name);
             CREATE VIEW beside AS SELECT name, title FROM users JOIN posts ON user_id = id WHERE pid > 0;
             CREATE VIEW within AS SELECT name, (SELECT count(*) FROM posts WHERE user_id = id) AS many FROM users ORDER BY id;
             CREATE VIEW of_with AS WITH p AS (SELECT user_id AS u, title FROM posts) SELECT name, title FROM users, p WHERE u = id;",
        );
        let all = |twin: &mut Twin| {
            twin.same("SELECT name FROM around ORDER BY name");
            twin.same("SELECT name, title FROM beside ORDER BY title");
            twin.same("SELECT name, many FROM within ORDER BY name");
            twin.same("SELECT name, title FROM of_with ORDER BY title");
        };
        all(twin);
        twin.run("ALTER TABLE posts ADD COLUMN name text, ADD COLUMN id integer; UPDATE posts SET name = title, id = pid + 7;");
        all(twin);
        twin.run("ALTER TABLE posts RENAME COLUMN name TO note; ALTER TABLE users RENAME COLUMN name TO title;");
        all(twin);
    });
}

#[test]
fn what_natural_joins_by_and_a_star_over_using_shows_is_settled() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, x integer); CREATE TABLE b (y integer, id integer PRIMARY KEY);
             CREATE TABLE c (z integer);
             INSERT INTO a VALUES (1, 1), (2, 2); INSERT INTO b VALUES (5, 1), (6, 3); INSERT INTO c VALUES (9);
             CREATE VIEW joined AS SELECT id, x, y FROM a NATURAL JOIN b;
             CREATE VIEW crossed AS SELECT id, z FROM a NATURAL JOIN c;
             CREATE VIEW shown AS SELECT * FROM a JOIN b USING (id);
             CREATE VIEW left_one AS SELECT * FROM a LEFT JOIN b USING (id);
             CREATE VIEW of_view AS SELECT * FROM shown JOIN c ON true;",
        );
        let right_one = (twin.target.engine != Engine::Sqlite).then_some("right_one");
        if right_one.is_some() {
            twin.run("CREATE VIEW right_one AS SELECT * FROM a RIGHT JOIN b USING (id);");
        }
        let all = |twin: &mut Twin| {
            for view in ["joined", "shown", "left_one"].into_iter().chain(right_one) {
                twin.same(&format!(
                    "SELECT id, coalesce(x, 0), coalesce(y, 0) FROM {view} ORDER BY id"
                ));
                twin.same(&format!("SELECT * FROM {view} WHERE id = 1"));
            }
            twin.same("SELECT id, z FROM crossed ORDER BY id");
            twin.same("SELECT * FROM of_view ORDER BY 1");
        };
        all(twin);
        twin.run("ALTER TABLE a ADD COLUMN z integer DEFAULT 4; ALTER TABLE b ADD COLUMN z integer DEFAULT 3;");
        all(twin);
        twin.run("ALTER TABLE b RENAME TO bb;");
        all(twin);
        twin.run("ALTER TABLE bb DROP COLUMN z; ALTER TABLE a DROP COLUMN z;");
        all(twin);
    });
}

/// A column is nearer to GROUP BY than the select list is.
#[test]
fn a_group_by_what_an_item_is_called_is_settled() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, d integer, n integer);
             INSERT INTO a VALUES (1, 3, 1), (2, 2, 2), (3, 1, 4);
             CREATE VIEW w AS SELECT d % 2 AS g, count(*) AS many FROM a GROUP BY g;",
        );
        let same = |twin: &mut Twin| twin.same("SELECT g, many FROM w ORDER BY g");
        same(twin);
        twin.run("ALTER TABLE a RENAME COLUMN n TO g;");
        same(twin);
        twin.run("ALTER TABLE a RENAME COLUMN g TO k; ALTER TABLE a ADD COLUMN g integer; UPDATE a SET g = id;");
        same(twin);
    });
}

/// Names of schemas, of tables that are called alike, and of a nearer table that is called like the one
/// around.
#[test]
fn a_view_of_tables_in_schemas_is_settled() {
    each(|twin| {
        twin.run(
            "CREATE SCHEMA one; CREATE SCHEMA two;
             CREATE TABLE one.t (id integer PRIMARY KEY, a integer); CREATE TABLE two.s (id integer PRIMARY KEY, b integer);
             CREATE TABLE u (id integer PRIMARY KEY, t_id integer);
             INSERT INTO one.t VALUES (1, 10), (2, 20); INSERT INTO two.s VALUES (1, 5); INSERT INTO u VALUES (1, 1), (2, 2);
             CREATE VIEW one.v AS SELECT u.id, a FROM one.t JOIN u ON t_id = t.id;
             CREATE VIEW nearer AS SELECT a FROM one.t WHERE EXISTS (SELECT 1 FROM two.s WHERE b < a AND two.s.id = 1);",
        );
        twin.run("ALTER TABLE u ADD COLUMN a integer;");
        twin.equal(
            "SELECT id, a FROM one.v ORDER BY id",
            "SELECT id, a FROM v ORDER BY id",
        );
        twin.same("SELECT a FROM nearer ORDER BY a");
    });
}

/// `n IS NULL, n`: the first is the column to MySQL, the second the item.
#[test]
fn an_order_by_an_item_is_by_the_item() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer);
             INSERT INTO a VALUES (1, 5), (2, NULL), (3, -1), (4, 7);
             CREATE VIEW v AS SELECT id, nullif(n, 5) AS n FROM a ORDER BY n LIMIT 2;
             CREATE TABLE r (id integer PRIMARY KEY, n integer);
             INSERT INTO r SELECT id, CASE WHEN n IS NULL THEN 0 ELSE n END AS n FROM a ORDER BY n LIMIT 2;",
        );
        twin.same("SELECT id, n FROM v ORDER BY id");
        twin.same("SELECT id, n FROM r ORDER BY id");
    });
}

/// MariaDB gave `max(…) OVER (PARTITION BY g)` of another group's row.
#[test]
fn windows_over_all_rows_mix_with_others() {
    each(|twin| {
        twin.run(
            "CREATE TABLE s (id integer PRIMARY KEY, g integer);
             INSERT INTO s VALUES (1, 1), (2, 1), (3, 3), (4, 2), (5, NULL), (6, 2), (7, 4);
             CREATE VIEW v AS SELECT id, count(id) OVER (ORDER BY id) AS run, count(*) OVER () AS n, max(id) OVER (PARTITION BY g) AS mx FROM s;
             CREATE TABLE t AS SELECT id, max(id) OVER () AS n, max(id) OVER (PARTITION BY g) AS mx, max(id) OVER (ORDER BY id) AS r FROM s;",
        );
        twin.same("SELECT id, run, n, mx FROM v ORDER BY id");
        twin.same("SELECT id, n, mx, r FROM t ORDER BY id");
    });
}

/// HAVING of MySQL and MariaDB sees no column within what the rows are grouped by.
#[test]
fn having_looks_at_what_the_rows_are_grouped_by() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, g integer); INSERT INTO a VALUES (1, 1), (2, 1), (3, 2), (4, NULL);
             CREATE TABLE r AS SELECT coalesce(g, 7) AS g, count(*) AS c FROM a GROUP BY coalesce(g, 7) HAVING coalesce(g, 7) > 1;
             CREATE TABLE q AS SELECT coalesce(g, 7) AS g, count(*) AS c FROM a GROUP BY 1 HAVING coalesce(g, 7) + 1 > 2 AND count(*) < 5;",
        );
        twin.same("SELECT g, c FROM r ORDER BY g");
        twin.same("SELECT g, c FROM q ORDER BY g");
    });
}

#[test]
fn a_table_is_read_through_a_view_while_it_is_written() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); INSERT INTO a VALUES (1, 1), (2, 2), (3, NULL);
             CREATE VIEW act AS SELECT id FROM a WHERE n > 1; CREATE VIEW again AS SELECT id FROM act;
             UPDATE a SET n = 5 WHERE id IN (SELECT id FROM again);",
        );
        twin.same("SELECT id, coalesce(n, 0) FROM a ORDER BY id");
        twin.run("UPDATE a SET n = n + 1 FROM act WHERE act.id = a.id;");
        twin.run("DELETE FROM a WHERE id NOT IN (SELECT id FROM act);");
        twin.run("INSERT INTO a SELECT id + 10, 1 FROM act;");
        twin.same("SELECT id, coalesce(n, 0) FROM a ORDER BY id");
    });
}

/// The keys of DISTINCT ON and of its order may be items, by their numbers or names.
#[test]
fn the_first_of_each_goes_by_items_too() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, g integer, n integer);
             INSERT INTO a VALUES (1, 1, 5), (2, -1, NULL), (3, 2, -1), (4, 2, 7), (5, NULL, 1), (6, NULL, NULL);
             CREATE VIEW placed AS SELECT DISTINCT ON (1) g, n, id FROM a ORDER BY 1, 3 DESC;
             CREATE VIEW called AS SELECT DISTINCT ON (g) abs(g) AS g, n, id FROM a ORDER BY g, id;
             CREATE VIEW ordered AS SELECT DISTINCT ON (g) g, coalesce(n, 0) AS n, id FROM a ORDER BY g, n;
             CREATE VIEW alone AS SELECT DISTINCT ON (k) abs(g) AS k, id FROM a ORDER BY k, id DESC;
             CREATE TABLE r (g integer, n integer, id integer PRIMARY KEY);
             INSERT INTO r SELECT DISTINCT ON (1) g, n, id FROM a ORDER BY 1, 3 DESC;
             CREATE TABLE s (g integer, n integer, id integer PRIMARY KEY);
             INSERT INTO s SELECT DISTINCT ON (g) g, n, id FROM a ORDER BY g, 3 DESC;",
        );
        for from in ["placed", "called", "ordered", "alone", "r", "s"] {
            twin.same(&format!("SELECT id FROM {from} ORDER BY id"));
        }
    });
}

/// SQLite finds an item that has no name of its own among the tables; MariaDB finds no aggregate by its
/// name within an expression.
#[test]
fn an_order_by_what_an_item_has_by_itself_is_found() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); CREATE TABLE b (id integer PRIMARY KEY, a_id integer, n integer);
             INSERT INTO a VALUES (1, 5), (2, NULL), (3, -1); INSERT INTO b VALUES (1, 1, 1), (2, 1, NULL), (3, 2, 9);
             CREATE VIEW v AS SELECT a.id, count(b.id) AS many FROM a LEFT JOIN b ON b.a_id = a.id GROUP BY a.id ORDER BY many DESC, id LIMIT 2;
             CREATE VIEW w AS SELECT a.id, b.n FROM a LEFT JOIN b ON b.a_id = a.id ORDER BY n, id LIMIT 3;
             CREATE VIEW m AS SELECT a_id, max(n) AS m FROM b GROUP BY a_id ORDER BY m DESC LIMIT 1;",
        );
        for from in ["v", "w", "m"] {
            twin.same(&format!("SELECT count(*) FROM {from}"));
        }
        twin.same("SELECT id, many FROM v ORDER BY id");
        twin.same("SELECT a_id, m FROM m ORDER BY a_id");
    });
}

/// SQLite refuses to give a column another name below a query that a view selects from.
#[test]
fn a_column_gets_another_name_below_a_query_of_a_view() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); INSERT INTO a VALUES (1, 2), (3, 4);
             CREATE VIEW v AS SELECT q.n FROM (SELECT n FROM a WHERE n > 2) q;
             CREATE VIEW w AS WITH x AS (SELECT * FROM a) SELECT * FROM x;
             CREATE VIEW of_w AS SELECT n AS m FROM w;",
        );
        twin.run("ALTER TABLE a RENAME COLUMN n TO number;");
        for from in ["v", "w"] {
            twin.same(&format!("SELECT n FROM {from} ORDER BY n"));
        }
        twin.same("SELECT m FROM of_w ORDER BY m");
        twin.run("ALTER TABLE a RENAME COLUMN id TO key; ALTER TABLE a RENAME TO b;");
        twin.same("SELECT id, n FROM w ORDER BY n");
    });
}

/// A table that comes to be called like a WITH of a view would be hidden by it.
#[test]
fn a_table_that_is_called_like_a_with_is_hidden_by_none() {
    each(|twin| {
        twin.run(
            "CREATE TABLE a (id integer PRIMARY KEY, n integer); CREATE TABLE b (id integer PRIMARY KEY, n integer);
             CREATE VIEW v AS WITH q AS (SELECT id, n FROM a WHERE n > 5) SELECT q.id, b.n FROM q LEFT JOIN b ON b.id = q.id;",
        );
        if twin.target.engine == Engine::Sqlite {
            return;
        }
        assert!(!twin.refused("ALTER TABLE b RENAME TO q;").is_empty());
    });
}

/// What MySQL and MariaDB take no form of is said before it runs.
#[test]
fn what_a_server_of_mysql_does_not_take_is_refused() {
    each(|twin| {
        twin.run("CREATE TABLE a (id integer PRIMARY KEY, n integer); INSERT INTO a VALUES (1, 5), (2, NULL), (3, 7);");
        twin.run("CREATE TABLE ids (id integer PRIMARY KEY); INSERT INTO ids SELECT id FROM a ORDER BY id LIMIT 2;");
        twin.same("SELECT id FROM ids ORDER BY id");
        let refused = twin.refused("CREATE TABLE c AS SELECT count(DISTINCT (id, n)) AS c FROM a;");
        assert!(!refused.is_empty());
        if twin.target.engine == Engine::Sqlite {
            return;
        }
        for query in [
            "sum(n) OVER (ORDER BY n RANGE BETWEEN 2 PRECEDING AND CURRENT ROW) AS id FROM a",
            "id FROM a ORDER BY id LIMIT 1 + 1",
        ] {
            let refused = twin.refused(&format!("INSERT INTO ids SELECT {query};"));
            assert_eq!(refused, ["no-form"], "{query}");
        }
        let by_place = "DELETE FROM a WHERE ctid IN (SELECT ctid FROM a WHERE n > 1);";
        assert!(twin.refused(by_place).contains(&"no-form"));
    });
}

/// What WITH calls like a table that it reads is that table within itself; to SQLite it is a circle.
#[test]
fn a_view_reads_the_table_that_its_with_is_called_like() {
    each(|twin| {
        twin.run(
            "CREATE TABLE d (id integer PRIMARY KEY, n integer); CREATE TABLE e (id integer PRIMARY KEY);
             INSERT INTO d VALUES (1, 5), (2, 6); INSERT INTO e VALUES (1), (3);
             CREATE VIEW v AS WITH d AS (SELECT d.id, d.n + 1 AS n FROM e JOIN d ON d.id = e.id) SELECT id, n FROM d;
             CREATE VIEW w AS SELECT id FROM e WHERE EXISTS (WITH d AS (SELECT d.id FROM d WHERE d.n > 4) SELECT d.id FROM d WHERE d.id = e.id);
             INSERT INTO e SELECT x.id FROM (WITH d AS (SELECT id + 10 AS id FROM d) SELECT id FROM d) AS x;",
        );
        twin.same("SELECT id, n FROM v");
        twin.same("SELECT id FROM w");
        twin.same("SELECT id FROM e ORDER BY id");
        // A table that is made anew, and has another name.
        twin.run(
            "ALTER TABLE d ADD CHECK (n > 0); ALTER TABLE e RENAME TO f; INSERT INTO f VALUES (2);",
        );
        twin.same("SELECT id, n FROM v ORDER BY id");
        twin.same("SELECT id FROM w ORDER BY id");
    });
}

/// A whole row that is asked whether there is one has no form on MySQL and MariaDB: the view is left out.
#[test]
fn a_view_of_whole_rows_is_none_elsewhere() {
    each_anew(|twin| {
        twin.run("CREATE TABLE a (id integer PRIMARY KEY); CREATE TABLE b (id integer PRIMARY KEY, n integer);");
        let said = twin.omitted("CREATE VIEW v AS SELECT a.id, CASE WHEN x IS NULL THEN 'none' ELSE 'some' END AS has FROM a LEFT JOIN b AS x ON x.id = a.id;");
        assert!(
            said.iter().any(|said| said.starts_with("view: ")),
            "{said:?}"
        );
        // One whose column is called like the table is of that column.
        twin.run("CREATE TABLE c (id integer PRIMARY KEY, c integer); INSERT INTO c VALUES (1, 2); CREATE VIEW w AS SELECT id FROM c WHERE c IS NOT NULL;");
        twin.same("SELECT id FROM w");
    });
}

/// What computes a column is its name on SQLite, MySQL and MariaDB.
#[test]
fn columns_that_were_given_no_name_have_that_of_postgresql() {
    each(|twin| {
        twin.run(
            "CREATE TABLE t (id integer PRIMARY KEY, a integer, n text, j jsonb); INSERT INTO t VALUES (1, 5, 'abc', '{\"x\": \"y\"}');
             CREATE VIEW v AS SELECT id, a + 1, lower(n), 'x'::text, CASE WHEN a = 1 THEN 1 ELSE 2 END FROM t;
             CREATE TABLE made AS SELECT id, 'x'::text, '{}'::jsonb, 7::int, 1::bigint, date '2024-01-01', upper(n), n || 'a' FROM t;",
        );
        let names = |table: &str| format!("SELECT * FROM {table} WHERE id = 1");
        twin.same(&names("v"));
        twin.same(&names("made"));
        // Another statement finds them by their names.
        twin.run(
            "CREATE VIEW w AS SELECT id, \"?column?\" AS sum, \"case\", lower, text FROM v;
             UPDATE made SET text = 'z', int4 = int8 + 1, upper = 'U', \"?column?\" = coalesce(jsonb ->> 'k', 'none') WHERE date > '2000-01-01';",
        );
        twin.same(&names("w"));
        twin.same(&names("made"));
    });
}
