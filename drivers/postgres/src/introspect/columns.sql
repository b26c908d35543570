SELECT row_to_json(r) FROM (
  SELECT n.nspname AS schema, c.relname AS "table", a.attname AS name,
    format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
    pg_get_expr(d.adbin, d.adrelid) AS "default",
    a.attgenerated <> '' AS generated, a.attidentity AS identity,
    (SELECT json_build_array(sn.nspname, s.relname)
     FROM pg_catalog.pg_depend o
     JOIN pg_catalog.pg_class s ON s.oid = o.objid AND s.relkind = 'S'
     JOIN pg_catalog.pg_namespace sn ON sn.oid = s.relnamespace
     WHERE o.classid = 'pg_catalog.pg_class'::regclass AND o.deptype = 'i'
       AND o.refclassid = 'pg_catalog.pg_class'::regclass
       AND o.refobjid = c.oid AND o.refobjsubid = a.attnum) AS sequence,
    (SELECT json_build_array(ln.nspname, l.collname)
     FROM pg_catalog.pg_collation l
     JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace
     WHERE l.oid = a.attcollation AND a.attcollation <> t.typcollation) AS collation,
    col_description(c.oid, a.attnum) AS comment
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
  WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname, c.relname, a.attnum
) r
