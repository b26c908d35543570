SELECT json_object('table', m.name, 'key', f.id, 'place', f.seq, 'referred_table', f."table",
  'from', f."from", 'to', f."to", 'on_delete', f.on_delete, 'on_update', f.on_update)
FROM main.sqlite_schema m JOIN pragma_foreign_key_list(m.name) f
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY m.rowid, f.id, f.seq
