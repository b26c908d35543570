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

-- Domains: names of checks, what is taken over from the domain below, what goes along.
CREATE DOMAIN dom_text AS text COLLATE "C" DEFAULT 'x' CHECK (length(VALUE) > 0) CHECK (value <> 'y');
CREATE DOMAIN dom_over AS dom_text NOT NULL CONSTRAINT named CHECK (lower(value) = value);
CREATE DOMAIN dom_null AS dom_text DEFAULT NULL;
CREATE DOMAIN dom_number numeric(8, 2) DEFAULT 1.5 NOT NULL CHECK (VALUE > 0 AND value < 1000);
CREATE DOMAIN dom_time AS timestamptz DEFAULT current_timestamp;
CREATE TYPE dom_mood AS ENUM ('sad', 'glad');
CREATE DOMAIN dom_enum AS dom_mood DEFAULT 'sad';
CREATE DOMAIN dom_item AS text CHECK (value <> 'no');
CREATE DOMAIN dom_array AS integer[] CHECK (array_length(VALUE, 1) < 4);
CREATE TABLE domains (
    a dom_text, b dom_over, c dom_null DEFAULT 'z', d dom_number DEFAULT 2, e dom_time, f dom_enum DEFAULT 'glad',
    g dom_array, h dom_item[], i dom_number DEFAULT NULL, CHECK (a <> b)
);
ALTER DOMAIN dom_text SET DEFAULT 'w';
ALTER DOMAIN dom_text ADD CHECK (value <> 'v') NOT VALID;
ALTER DOMAIN dom_text VALIDATE CONSTRAINT dom_text_check2;
ALTER DOMAIN dom_text DROP CONSTRAINT dom_text_check1;
ALTER DOMAIN dom_text DROP CONSTRAINT IF EXISTS nothing;
ALTER DOMAIN dom_text ADD CONSTRAINT more CHECK (value <> 'u') NOT VALID;
ALTER DOMAIN dom_text RENAME CONSTRAINT more TO most;
ALTER DOMAIN dom_over DROP NOT NULL;
ALTER DOMAIN dom_time SET NOT NULL;
ALTER DOMAIN dom_number DROP DEFAULT;
ALTER DOMAIN dom_number SET DEFAULT NULL;
ALTER TYPE dom_mood RENAME VALUE 'sad' TO 'blue';
ALTER DOMAIN dom_null RENAME TO dom_nothing;
ALTER TABLE domains ALTER COLUMN a TYPE text;
ALTER TABLE domains ALTER COLUMN e DROP DEFAULT;
ALTER TABLE domains ADD COLUMN j dom_text NOT NULL, ADD COLUMN k dom_over DEFAULT 'k';
ALTER TABLE domains ALTER COLUMN k TYPE text;
ALTER TABLE domains ALTER COLUMN d TYPE numeric;
CREATE TABLE copied_domains (LIKE domains INCLUDING ALL);
CREATE TABLE dom_text_check (x integer CONSTRAINT dom_over_check CHECK (x > 0));
ALTER DOMAIN dom_over ADD CHECK (value <> 't');
ALTER TABLE domains ADD CONSTRAINT dom_text_check3 CHECK (j <> 's');
ALTER DOMAIN dom_text ADD CHECK (value <> 'r');
DROP DOMAIN dom_time CASCADE;
DROP DOMAIN dom_item CASCADE;
DROP DOMAIN dom_text CASCADE;
DROP TYPE dom_mood CASCADE;
DROP TABLE domains;
DROP TABLE copied_domains, dom_text_check;
DROP DOMAIN IF EXISTS dom_number, dom_array;

-- Partitions: the table has its columns, keys and indexes, and they go with it.
CREATE TABLE divided (id bigint, day date NOT NULL, n integer CHECK (n > 0), PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE divided_1 PARTITION OF divided FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
CREATE TABLE divided_2 PARTITION OF divided FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY HASH (id);
CREATE TABLE divided_2_0 PARTITION OF divided_2 FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE divided_rest PARTITION OF divided DEFAULT;
CREATE INDEX ON divided (n);
CREATE UNIQUE INDEX divided_key ON divided (day, id, n);
ALTER TABLE divided ADD COLUMN mood text NOT NULL DEFAULT 'a';
CREATE TYPE divided_mood AS ENUM ('a');
ALTER TABLE divided ALTER COLUMN mood DROP DEFAULT, ALTER COLUMN mood TYPE divided_mood USING mood::divided_mood;
ALTER TABLE divided RENAME TO parted;
ALTER TABLE parted DROP COLUMN mood;
DROP TYPE divided_mood;
DROP TABLE divided_1;
DROP TABLE parted;
CREATE TABLE divided_2_0 (id integer);
