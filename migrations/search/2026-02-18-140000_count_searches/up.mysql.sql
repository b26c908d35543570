-- MySQL has no partial indexes: this one holds the searches with hits too, after those without.
CREATE TABLE searches (
    day   DATE NOT NULL,
    query VARCHAR(255) NOT NULL,
    asked INTEGER NOT NULL DEFAULT 1,
    hits  INTEGER NOT NULL,
    PRIMARY KEY (day, query),
    KEY searches_without_hits_idx (hits, query),
    CONSTRAINT searches_asked_check CHECK (asked > 0),
    CONSTRAINT searches_hits_check CHECK (hits >= 0)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
