SELECT json_object('table', m.name, 'name', i.name, 'unique', i."unique", 'origin', i.origin,
  'partial', i.partial, 'column', x.name, 'descending', x."desc")
FROM main.sqlite_schema m JOIN pragma_index_list(m.name) i JOIN pragma_index_xinfo(i.name) x
WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND x.key
ORDER BY m.rowid, i.seq, x.seqno
