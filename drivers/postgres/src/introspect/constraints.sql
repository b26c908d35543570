SELECT row_to_json(r) FROM (
  SELECT n.nspname AS schema, c.relname AS "table", k.conname AS name, k.contype AS kind,
    k.condeferrable AS deferrable, k.condeferred AS initially_deferred,
    NOT k.convalidated AS not_valid,
    (SELECT json_agg(a.attname ORDER BY o.place)
     FROM unnest(k.conkey) WITH ORDINALITY o(attnum, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.attnum)
      AS columns,
    CASE WHEN k.contype = 'f' THEN json_build_array(fn.nspname, f.relname) END AS referred_table,
    (SELECT json_agg(a.attname ORDER BY o.place)
     FROM unnest(k.confkey) WITH ORDINALITY o(attnum, place)
     JOIN pg_catalog.pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = o.attnum)
      AS referred,
    k.confdeltype AS on_delete, k.confupdtype AS on_update, k.confmatchtype = 'f' AS match_full,
    pg_get_expr(k.conbin, k.conrelid) AS expr, pg_get_constraintdef(k.oid) AS definition
  FROM pg_catalog.pg_constraint k
  JOIN pg_catalog.pg_class c ON c.oid = k.conrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_class f ON f.oid = k.confrelid
  LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.relnamespace
  WHERE c.relkind IN ('r', 'p') AND k.contype IN ('p', 'u', 'f', 'c', 'x') AND k.conparentid = 0
    AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname, c.relname, k.oid
) r
