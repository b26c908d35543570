-- Every type of a column that MariaDB 10.11 has and Diesel has a name for, and what a schema.rs makes something of: names, keys, comments.

CREATE TABLE numbers (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
    flag boolean NOT NULL,
    tiny tinyint,
    tiny_one tinyint(1),
    tiny_two tinyint(2),
    tiny_unsigned tinyint unsigned,
    tiny_one_unsigned tinyint(1) unsigned,
    small smallint NOT NULL,
    small_unsigned smallint unsigned,
    whole int,
    whole_wide int(11),
    whole_unsigned int unsigned NOT NULL,
    whole_filled int(5) zerofill,
    big bigint,
    big_filled bigint zerofill
);

CREATE TABLE decimals (
    id int NOT NULL PRIMARY KEY,
    whole int,
    exact decimal(10, 2) NOT NULL,
    exact_unsigned decimal(10, 2) unsigned,
    exact_plain decimal,
    single float,
    single_unsigned float unsigned,
    single_digits float(7, 3),
    single_bits float(30),
    double_ double,
    double_unsigned double unsigned,
    double_digits double(7, 3) unsigned zerofill,
    doubled int AS (whole * 2) STORED,
    doubled_late int AS (whole * 2) VIRTUAL,
    bit_one bit,
    bits bit(12)
);

CREATE TABLE texts (
    id char(36) NOT NULL PRIMARY KEY,
    one char,
    padded char(12) NOT NULL,
    limited varchar(40) NOT NULL,
    long_limited varchar(4000),
    latin varchar(20) CHARACTER SET latin1,
    tiny tinytext,
    plain text NOT NULL,
    medium mediumtext,
    long_ longtext,
    national nchar(4),
    hidden varchar(3) INVISIBLE
);

CREATE TABLE documents (
    id int NOT NULL PRIMARY KEY,
    object json,
    bytes_one binary,
    bytes binary(16) NOT NULL,
    bytes_limited varbinary(64),
    tiny_data tinyblob,
    data blob,
    medium_data mediumblob,
    long_data longblob,
    mood enum('sad', 'so-so', 'happy') NOT NULL,
    moods set('sad', 'so-so', 'happy', 'ünïcode')
);

CREATE TABLE times (
    id int NOT NULL PRIMARY KEY,
    day date,
    clock time,
    clock_short time(3),
    local datetime NOT NULL,
    local_long datetime(6),
    moment timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
    moment_short timestamp(3) NULL
);

-- Names that Rust or Diesel has a meaning for, and names that are none in Rust.
CREATE TABLE `struct` (
    `type` int NOT NULL PRIMARY KEY,
    `columns` text,
    `table` text,
    `is_nullable` text,
    `two words` text,
    `ünïcode` text,
    `3d` text,
    `Capital` enum('a'),
    `__hidden` text,
    `self` text
);
CREATE TABLE mixed_case (id int NOT NULL PRIMARY KEY, struct_type int, FOREIGN KEY (struct_type) REFERENCES `struct` (`type`));
CREATE TABLE __ours (id int NOT NULL PRIMARY KEY);

-- Keys: of several columns, to a table twice, to itself, to a key that is not the primary one, in a circle.
CREATE TABLE authors (id int NOT NULL PRIMARY KEY, name varchar(50) NOT NULL UNIQUE, best_book int);
CREATE TABLE books (
    id int NOT NULL PRIMARY KEY,
    author_id int NOT NULL,
    UNIQUE (id, author_id),
    FOREIGN KEY (author_id) REFERENCES authors (id)
);
ALTER TABLE authors ADD FOREIGN KEY (best_book) REFERENCES books (id);
CREATE TABLE reviews (
    book_id int NOT NULL,
    reviewer varchar(50) NOT NULL,
    parent_book int,
    parent_reviewer varchar(50),
    stars smallint,
    PRIMARY KEY (reviewer, book_id),
    KEY (book_id, reviewer),
    FOREIGN KEY (book_id) REFERENCES books (id),
    FOREIGN KEY (reviewer) REFERENCES authors (name),
    FOREIGN KEY (parent_book, parent_reviewer) REFERENCES reviews (book_id, reviewer)
);
CREATE TABLE loans (
    id int NOT NULL PRIMARY KEY COMMENT 'A number.',
    `from` bigint unsigned,
    `to` bigint NOT NULL,
    book_id int NOT NULL,
    author_id int NOT NULL,
    time_id int,
    FOREIGN KEY (`from`) REFERENCES numbers (id),
    FOREIGN KEY (time_id) REFERENCES times (id),
    FOREIGN KEY (book_id, author_id) REFERENCES books (id, author_id)
) COMMENT 'Who has what.';
CREATE TABLE parted (id int NOT NULL, day date NOT NULL, PRIMARY KEY (id, day))
    PARTITION BY RANGE (YEAR(day)) (PARTITION p0 VALUES LESS THAN (2025), PARTITION p1 VALUES LESS THAN MAXVALUE);
CREATE VIEW happy AS SELECT id FROM documents WHERE mood = 'happy';
CREATE SEQUENCE counter;
