SELECT row_to_json(r) FROM (
  SELECT n.nspname AS schema, c.relname AS "table", t.tgname AS name,
    pg_get_triggerdef(t.oid) AS text
  FROM pg_catalog.pg_trigger t
  JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE NOT t.tgisinternal AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname, c.relname, t.oid
) r
