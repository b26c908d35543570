SELECT row_to_json(r) FROM (
  SELECT n.nspname AS schema, t.typname AS name, format_type(t.typbasetype, t.typtypmod) AS type,
    NOT t.typnotnull AS nullable, pg_get_expr(t.typdefaultbin, 0) AS "default",
    (SELECT json_build_array(ln.nspname, l.collname)
     FROM pg_catalog.pg_collation l
     JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
     JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype
     WHERE l.oid = t.typcollation AND t.typcollation <> b.typcollation) AS collation,
    (SELECT json_agg(json_build_object('name', k.conname, 'not_valid', NOT k.convalidated,
        'expr', pg_get_expr(k.conbin, 0)) ORDER BY k.oid)
     FROM pg_catalog.pg_constraint k
     WHERE k.contypid = t.oid AND k.contype = 'c') AS checks,
    EXISTS (SELECT FROM pg_catalog.pg_depend e
      WHERE e.classid = 'pg_catalog.pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')
      AS of_extension
  FROM pg_catalog.pg_type t
  JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
  WHERE t.typtype = 'd' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY t.oid
) r
