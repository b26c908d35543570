SELECT json_object('table', m.name, 'name', x.name, 'type', x.type, 'not_null', x."notnull",
  'default', x.dflt_value, 'key', x.pk, 'hidden', x.hidden)
FROM main.sqlite_schema m JOIN pragma_table_xinfo(m.name) x
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY m.rowid, x.cid
