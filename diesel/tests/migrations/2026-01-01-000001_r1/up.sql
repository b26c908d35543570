-- A comment; not a statement
CREATE TABLE trace (revision VARCHAR(50) NOT NULL);
INSERT INTO trace VALUES ('1'); -- one
