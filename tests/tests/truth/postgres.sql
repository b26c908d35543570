-- A key that says the same as another is one key where both stand in the definition, and stays a second one where it is
-- added, or copied by LIKE.
CREATE TABLE once (id bigint PRIMARY KEY, n integer, UNIQUE (id));
CREATE TABLE twice (id bigint PRIMARY KEY, n integer CHECK (n > 0), UNIQUE (n));
ALTER TABLE twice ADD UNIQUE (id);
ALTER TABLE twice ADD UNIQUE (n);
CREATE INDEX ON twice (n);
CREATE TABLE copied (LIKE twice INCLUDING ALL);
-- What the definition itself has is named first.
CREATE TABLE copied_and_more (LIKE twice INCLUDING ALL, UNIQUE (n), m integer CHECK (m > 0) UNIQUE, own bigint REFERENCES copied_and_more (id));
CREATE TABLE copied_keys (LIKE twice INCLUDING INDEXES EXCLUDING CONSTRAINTS, CHECK (n > 1));
-- A default keeps the type that its column had, and goes with it.
CREATE TYPE old_currency AS ENUM ('CHF', 'EUR');
CREATE TABLE priced (id bigint PRIMARY KEY, currency old_currency DEFAULT 'EUR', other old_currency);
ALTER TABLE priced ALTER COLUMN currency TYPE text;
DROP TYPE old_currency CASCADE;
ALTER TABLE priced ALTER COLUMN currency SET NOT NULL;
