CREATE TABLE searches (
    day   DATE NOT NULL,
    query TEXT NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1 CHECK (asked > 0),
    hits  INTEGER NOT NULL CHECK (hits >= 0),
    PRIMARY KEY (day, query)
);

CREATE INDEX searches_without_hits_idx ON searches (query) WHERE hits = 0;
