SELECT row_to_json(r) FROM (
  SELECT n.nspname AS schema, c.relname AS "table", i.relname AS name, x.indisunique AS "unique",
    m.amname AS method,
    (SELECT json_agg(json_build_object(
        'expr', pg_get_indexdef(i.oid, o.place::int, true),
        'included', o.place > x.indnkeyatts,
        'option', x.indoption[o.place - 1],
        'collation', CASE
          WHEN l.oid IS NULL OR l.collname = 'default' OR x.indcollation[o.place - 1] = t.typcollation
            OR a.attnum IS NOT NULL AND x.indcollation[o.place - 1] = a.attcollation THEN NULL
          ELSE json_build_array(ln.nspname, l.collname) END,
        'class', CASE WHEN NOT oc.opcdefault THEN oc.opcname END) ORDER BY o.place)
     FROM unnest(x.indkey::int2[]) WITH ORDINALITY o(attnum, place)
     LEFT JOIN pg_catalog.pg_attribute a
       ON a.attrelid = x.indrelid AND a.attnum = o.attnum AND o.attnum <> 0
     JOIN pg_catalog.pg_attribute ia ON ia.attrelid = i.oid AND ia.attnum = o.place
     JOIN pg_catalog.pg_type t ON t.oid = ia.atttypid
     LEFT JOIN pg_catalog.pg_opclass oc ON oc.oid = x.indclass[o.place - 1]
     LEFT JOIN pg_catalog.pg_collation l ON l.oid = x.indcollation[o.place - 1]
     LEFT JOIN pg_catalog.pg_namespace ln ON ln.oid = l.collnamespace) AS keys,
    pg_get_expr(x.indpred, x.indrelid) AS filter,
    pg_get_indexdef(i.oid) LIKE '%NULLS NOT DISTINCT%' AS nulls_not_distinct,
    obj_description(i.oid, 'pg_class') AS comment
  FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  JOIN pg_catalog.pg_am m ON m.oid = i.relam
  JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'm') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND NOT i.relispartition
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint k
      WHERE k.conindid = i.oid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x'))
  ORDER BY n.nspname, c.relname, i.oid
) r
