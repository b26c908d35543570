SELECT json_object('kind', type, 'name', name, 'sql', sql)
FROM main.sqlite_schema
WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\'
ORDER BY rowid
