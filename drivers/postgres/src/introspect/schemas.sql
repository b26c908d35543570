SELECT row_to_json(r) FROM (
  SELECT n.nspname AS name, coalesce(n.nspname = current_schema(), false) AS current
  FROM pg_catalog.pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  ORDER BY n.nspname
) r
