//! Arrays, taken apart and made of their elements.

use aludel_tests::twin::each;

#[test]
fn unnest_gives_a_row_for_each_element() {
    each(|twin| {
        // Columns that are called as SQLite's `json_each` calls its own.
        twin.run(
            "CREATE TYPE mood AS ENUM ('sad', 'ok');
             CREATE TABLE p (id integer PRIMARY KEY, key text, value integer, tags text[], ns integer[], us uuid[], ms mood[]);
             INSERT INTO p VALUES (1, 'k', 7, '{a,b,a}', '{3,1,NULL}', '{00000000-0000-0000-0000-0000000000AB}', '{ok,sad}'),
               (2, 'l', 8, '{}', '{}', NULL, NULL), (3, 'm', NULL, NULL, NULL, '{}', '{}'), (4, NULL, 9, '{b,NULL,\"c d\"}', '{10}', NULL, '{sad}');
             CREATE TABLE texts (n serial PRIMARY KEY, p integer, tag text, place bigint, k text, v integer);
             CREATE TABLE numbers (p integer, n integer, s bigint);
             CREATE TABLE ids (id uuid, p integer);
             CREATE TABLE moods (p integer, m mood);",
        );
        for script in [
            "INSERT INTO texts (p, tag, k, v) SELECT id, unnest(tags), key, value FROM p ORDER BY id",
            "INSERT INTO texts (p, tag, k, v) SELECT id, t, key, value FROM p, unnest(tags) AS t",
            "INSERT INTO texts (p, tag, k) SELECT p.id, x.tag, p.key FROM p CROSS JOIN LATERAL unnest(p.tags) AS x (tag) WHERE x.tag <> 'a'",
            "INSERT INTO texts (p, tag) SELECT id, unnest FROM p, unnest(tags)",
            "INSERT INTO texts (p, tag) SELECT id, t FROM p LEFT JOIN LATERAL unnest(tags) AS t ON true",
            "INSERT INTO texts (p, tag, place) SELECT id, t.tag, t.place FROM p, unnest(tags) WITH ORDINALITY AS t (tag, place)",
            "INSERT INTO texts (tag) SELECT unnest(ARRAY['x', 'y'])",
            "INSERT INTO texts (tag) SELECT x FROM unnest('{d,e}'::text[]) AS x",
            "INSERT INTO texts (tag) SELECT unnest(string_to_array('f,g', ','))",
            "INSERT INTO texts (tag, v) SELECT t, count(*) FROM (SELECT unnest(tags) AS t FROM p) AS s GROUP BY t",
            "INSERT INTO texts (tag) SELECT DISTINCT unnest(tags) FROM p",
            "UPDATE texts SET v = -1 WHERE EXISTS (SELECT 1 FROM p, unnest(p.tags) AS x WHERE x = 'b' AND p.id = texts.p)",
            "UPDATE p SET value = (SELECT count(*) FROM unnest(tags) AS x WHERE x = 'a')",
            "INSERT INTO numbers SELECT id, n, n * 2 FROM p, unnest(ns) AS n WHERE n > 1 OR n IS NULL",
            "INSERT INTO numbers SELECT id, sum(n), count(*) FROM p, unnest(ns) AS n GROUP BY id",
            "INSERT INTO ids SELECT unnest(us), id FROM p",
            "DELETE FROM ids WHERE id IN (SELECT unnest(us) FROM p WHERE id = 2)",
            "INSERT INTO moods SELECT id, unnest(ms) FROM p",
            "INSERT INTO moods SELECT id, m FROM p, unnest(ms) AS m WHERE m = 'ok'",
        ] {
            twin.run(script);
        }
        twin.same("SELECT coalesce(p, 0) AS p, coalesce(tag, '-') AS tag, coalesce(place, 0) AS place, coalesce(k, '-') AS k, coalesce(v, 0) AS v FROM texts ORDER BY 1, 2, 3, 4, 5");
        twin.same("SELECT coalesce(tag, '-') FROM texts WHERE n <= 6 ORDER BY n");
        twin.same(
            "SELECT p, coalesce(n, 0) AS n, coalesce(s, 0) AS s FROM numbers ORDER BY 1, 2, 3",
        );
        twin.same("SELECT * FROM ids ORDER BY id");
        twin.same("SELECT p, m FROM moods WHERE m = 'ok' ORDER BY p");
        twin.same("SELECT count(*) FROM moods");
        twin.same("SELECT id, coalesce(value, -1) FROM p ORDER BY id");
        // The ON of a join that has none is not that of ON CONFLICT.
        twin.run(
            "CREATE TABLE lists (id integer PRIMARY KEY, ns integer[]); INSERT INTO lists VALUES (1, '{3,1}'), (2, '{10}');
             CREATE TABLE kept (n integer PRIMARY KEY, list integer); INSERT INTO kept VALUES (3, 0);
             INSERT INTO kept SELECT x.n, l.id FROM lists AS l CROSS JOIN unnest(l.ns) AS x (n) JOIN lists AS m ON m.id = l.id
               ON CONFLICT (n) DO UPDATE SET list = EXCLUDED.list + 100;",
        );
        twin.same("SELECT n, list FROM kept ORDER BY n");
        // What gives several columns of arrays side by side, and elements that have no form.
        twin.run("CREATE TABLE q (id integer PRIMARY KEY, fs double precision[]); CREATE TABLE r (f double precision);");
        for script in [
            "INSERT INTO numbers (p, n) SELECT unnest(ns), unnest(ns) FROM p",
            "INSERT INTO r SELECT unnest(fs) FROM q",
        ] {
            assert!(!twin.refused(script).is_empty(), "{script}");
        }
    });
}
