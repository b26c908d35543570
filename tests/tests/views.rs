//! Views: on PostgreSQL, and translated on SQLite, MariaDB and MySQL. What their names mean is settled
//! when they are made, whatever columns come later.

#![allow(clippy::unwrap_used, reason = "a panic is the report")]

use aludel_tests::engine::Engine;
use aludel_tests::twin::{Twin, each};

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
