-- Every spelling of a type that SQLite takes and Diesel has a name for, and keys of every form.

CREATE TABLE integers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    a INT NOT NULL,
    b TINYINT,
    c SMALLINT,
    d MEDIUMINT,
    e BIGINT,
    f UNSIGNED BIG INT,
    g INT2,
    h INT8,
    i INTEGER(4)
);

CREATE TABLE more_integers (
    id INTEGER PRIMARY KEY,
    j BIGINT UNSIGNED NOT NULL,
    k BIGSERIAL_INT,
    l BOOLEAN,
    m BOOL NOT NULL,
    n tinyint(1),
    o SmallInt,
    p "INT UNSIGNED"
);

CREATE TABLE reals (
    id INTEGER NOT NULL PRIMARY KEY,
    a REAL,
    b DOUBLE NOT NULL,
    c DOUBLE PRECISION,
    d FLOAT,
    e NUMERIC,
    f DECIMAL(10, 5) NOT NULL,
    g DECIMAL,
    h NUMERIC(8),
    i FLOAT8
);

CREATE TABLE texts (
    id TEXT NOT NULL PRIMARY KEY,
    a CHARACTER(20),
    b VARCHAR(255) NOT NULL,
    c VARYING CHARACTER(255),
    d NCHAR(55),
    e NATIVE CHARACTER(70),
    f NVARCHAR(100),
    g CLOB,
    h text COLLATE NOCASE,
    i CHAR,
    j TINYTEXT
) WITHOUT ROWID;

CREATE TABLE blobs (
    id BLOB PRIMARY KEY,
    a BLOB NOT NULL,
    b,
    c VARBINARY(16),
    d BINARY,
    e LONGBLOB
);

CREATE TABLE times (
    id INTEGER PRIMARY KEY,
    a DATE,
    b TIME NOT NULL,
    c TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    d DATETIME,
    e timestamp,
    f TIMESTAMPTZ_TEXT
);

CREATE TABLE strict_ones (
    id INTEGER PRIMARY KEY,
    a INT NOT NULL,
    b REAL,
    c TEXT,
    d BLOB
) STRICT;

CREATE TABLE generated (
    id INTEGER PRIMARY KEY,
    price INTEGER NOT NULL,
    double_price INTEGER GENERATED ALWAYS AS (price * 2) VIRTUAL,
    triple_price INTEGER NOT NULL AS (price * 3) STORED
);

-- Keys: none, some names of the row id taken, of several columns in another order, descending, without a row id.
CREATE TABLE keyless (a TEXT, b INTEGER NOT NULL);
CREATE TABLE rowid_taken (rowid TEXT, b INTEGER);
CREATE TABLE oid_taken (rowid TEXT, oid INTEGER);
CREATE TABLE ROWID_UPPER (ROWID TEXT, b INTEGER);
CREATE TABLE pairs (a INTEGER, b TEXT, c INTEGER, PRIMARY KEY (c, a));
CREATE TABLE down (id INTEGER PRIMARY KEY DESC, a TEXT);
CREATE TABLE int_key (id INT PRIMARY KEY, a TEXT);
CREATE TABLE big_key (id BIGINT PRIMARY KEY NOT NULL, a TEXT);
CREATE TABLE pairs_alone (a INTEGER, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID;
CREATE TABLE __hidden (id INTEGER PRIMARY KEY);
CREATE TABLE sqliteish (id INTEGER PRIMARY KEY);
