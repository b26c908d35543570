-- What MySQL and MariaDB do by rules of their own, statement by statement.
CREATE TABLE parents (id INT NOT NULL AUTO_INCREMENT PRIMARY KEY, Code VARCHAR(20) NOT NULL, note TEXT, UNIQUE KEY (code));
CREATE TABLE children (id BIGINT NOT NULL, parent_id INT, other_id INT, at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, PRIMARY KEY (id), FOREIGN KEY (parent_id) REFERENCES parents (id) ON DELETE CASCADE);
-- A second key by the same name gets a number; a foreign key's index gives way to one that begins alike.
ALTER TABLE children ADD FOREIGN KEY (other_id) REFERENCES parents (id);
CREATE INDEX by_both ON children (parent_id, other_id);
ALTER TABLE children ADD CONSTRAINT fk_other FOREIGN KEY (other_id) REFERENCES parents (id) ON DELETE SET NULL;
ALTER TABLE children DROP FOREIGN KEY children_ibfk_2;
ALTER TABLE parents ADD COLUMN kind ENUM('a', 'b') NOT NULL DEFAULT 'a' AFTER id, ADD COLUMN size DECIMAL(10, 2) UNSIGNED DEFAULT 1.50 FIRST;
ALTER TABLE parents MODIFY code VARCHAR(40) NULL DEFAULT 'x';
ALTER TABLE parents CHANGE note remark VARCHAR(100) NOT NULL DEFAULT '', ALTER COLUMN kind SET DEFAULT 'b';
ALTER TABLE parents ADD CHECK (size >= 0), ADD CONSTRAINT named CHECK (kind <> 'c');
ALTER TABLE parents ADD UNIQUE (remark), ADD UNIQUE (remark, code), ADD INDEX (remark);
ALTER TABLE parents RENAME INDEX remark_3 TO by_remark, DROP INDEX remark_2;
-- A column leaves the indexes that it is part of.
ALTER TABLE parents DROP INDEX remark, DROP COLUMN remark;
RENAME TABLE children TO offspring;
ALTER TABLE offspring RENAME COLUMN other_id TO second_id, COMMENT = 'of parents';
CREATE TABLE copies LIKE offspring;
ALTER TABLE copies DROP PRIMARY KEY, ADD PRIMARY KEY (parent_id, id);
CREATE VIEW overview AS SELECT p.id, count(*) AS number FROM parents p JOIN offspring o ON o.parent_id = p.id GROUP BY p.id;
CREATE TABLE texts (id INT PRIMARY KEY, a VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin, b CHAR(3), c MEDIUMTEXT, d BIT(1) DEFAULT b'1', e JSON, f BINARY(16), g TINYINT(1) NOT NULL DEFAULT 0, h YEAR, i DATETIME(3) DEFAULT CURRENT_TIMESTAMP(3), j SET('x', 'y'), INDEX by_c (c(20)), FULLTEXT INDEX words (c)) DEFAULT CHARSET = utf8mb4;
ALTER TABLE texts ADD COLUMN total INT GENERATED ALWAYS AS (id * 2) STORED, ADD COLUMN label VARCHAR(30) AS (concat(a, '-', b)) VIRTUAL;
DROP VIEW overview;
ALTER TABLE offspring DROP FOREIGN KEY offspring_ibfk_1, DROP FOREIGN KEY fk_other, DROP INDEX by_both;
DROP TABLE copies;
