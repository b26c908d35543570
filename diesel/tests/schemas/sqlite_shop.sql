-- A schema as applications have it: foreign keys of every kind, names that need quotes, views and triggers.

CREATE TABLE authors (id INTEGER PRIMARY KEY NOT NULL, name TEXT NOT NULL UNIQUE, best_book INTEGER REFERENCES books (id));
CREATE TABLE books (
    id INTEGER PRIMARY KEY NOT NULL,
    author_id INTEGER NOT NULL REFERENCES authors,
    UNIQUE (id, author_id)
);
CREATE TABLE reviews (
    book_id INTEGER NOT NULL REFERENCES books,
    reviewer TEXT NOT NULL REFERENCES authors (name),
    parent_book INTEGER,
    parent_reviewer TEXT,
    stars SMALLINT,
    PRIMARY KEY (reviewer, book_id),
    FOREIGN KEY (parent_book, parent_reviewer) REFERENCES reviews (book_id, reviewer)
);
CREATE TABLE loans (
    id INTEGER PRIMARY KEY NOT NULL,
    "from" INTEGER REFERENCES numbers (id),
    "to" BIGINT NOT NULL,
    book_id INTEGER NOT NULL,
    author_id INTEGER NOT NULL,
    place INTEGER REFERENCES [Mixed Places] (id),
    gone INTEGER REFERENCES nowhere,
    FOREIGN KEY (book_id, author_id) REFERENCES books (id, author_id)
);
CREATE TABLE numbers (id INTEGER PRIMARY KEY NOT NULL);
CREATE TABLE [Mixed Places] (ID INTEGER PRIMARY KEY NOT NULL, parent INTEGER REFERENCES "Mixed Places");
CREATE TABLE Upper (Id INTEGER PRIMARY KEY NOT NULL, AUTHOR INTEGER REFERENCES authors (id));
CREATE TABLE by_row (note TEXT, number_id INTEGER REFERENCES numbers);
CREATE TABLE of_pairs (a INTEGER NOT NULL, b INTEGER NOT NULL, book INTEGER, PRIMARY KEY (a, b)) WITHOUT ROWID;
CREATE TABLE to_pairs (id INTEGER PRIMARY KEY NOT NULL, a INTEGER, b INTEGER, FOREIGN KEY (a, b) REFERENCES of_pairs);
CREATE TABLE `struct` (
    `type` INTEGER PRIMARY KEY NOT NULL,
    `columns` TEXT,
    `table` TEXT,
    `is_nullable` TEXT,
    `two words` TEXT,
    `ünïcode` TEXT,
    `3d` TEXT,
    `Capital` TEXT,
    `__hidden` TEXT,
    `self` TEXT,
    `it's` TEXT,
    `quote"d` TEXT,
    `hash#"mark` TEXT
);
CREATE TABLE "it's" (id INTEGER PRIMARY KEY NOT NULL, "it's" TEXT);
CREATE TABLE typed_by_struct (id INTEGER PRIMARY KEY NOT NULL, struct_type INTEGER REFERENCES `struct` (type));
CREATE VIEW best AS SELECT name FROM authors WHERE best_book IS NOT NULL;
CREATE INDEX loans_to ON loans ("to");
CREATE TRIGGER loans_checked AFTER INSERT ON loans BEGIN SELECT 1; END;
CREATE VIRTUAL TABLE search USING fts5 (title, body);
