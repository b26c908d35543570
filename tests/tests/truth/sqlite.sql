-- What SQLite does by rules of its own, statement by statement.
CREATE TABLE Parents (id INTEGER PRIMARY KEY AUTOINCREMENT, Code TEXT NOT NULL UNIQUE COLLATE NOCASE, size REAL DEFAULT 1.5 CHECK (size >= 0));
CREATE TABLE children (id INT PRIMARY KEY, parent_id INTEGER NOT NULL REFERENCES parents ON DELETE CASCADE, missing_id INTEGER REFERENCES later (key), UNIQUE (parent_id, id)) STRICT;
CREATE TABLE pairs (a INTEGER, b TEXT, note, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE later (key INTEGER PRIMARY KEY, UNIQUE (key));
CREATE UNIQUE INDEX by_code ON parents (lower(code)) WHERE size > 1;
CREATE INDEX by_size ON parents (size DESC, code);
CREATE VIEW overview AS SELECT p.*, count(*) AS number FROM parents p JOIN children c ON c.parent_id = p.id GROUP BY p.id;
ALTER TABLE parents ADD COLUMN kind VARCHAR(10) NOT NULL DEFAULT 'a';
ALTER TABLE parents ADD COLUMN double AS (size * 2);
ALTER TABLE parents RENAME COLUMN CODE TO label;
ALTER TABLE parents RENAME TO elders;
DROP VIEW overview;
ALTER TABLE elders DROP COLUMN kind;
CREATE TRIGGER touched AFTER UPDATE ON elders BEGIN UPDATE pairs SET note = 'x' WHERE a = new.id; END;
DROP INDEX by_size;
DROP TABLE pairs;
CREATE TABLE "odd names" ("a ""b""" INTEGER, [c d] TEXT DEFAULT 'it''s', `e` BLOB DEFAULT x'00ff', f DATETIME DEFAULT CURRENT_TIMESTAMP, g NUMERIC(10, 2) DEFAULT -1);
