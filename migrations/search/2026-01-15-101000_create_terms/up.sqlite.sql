CREATE TABLE terms (
    id   INTEGER PRIMARY KEY AUTOINCREMENT,
    term TEXT NOT NULL UNIQUE
);

CREATE TABLE postings (
    term_id     BIGINT NOT NULL REFERENCES terms (id) ON DELETE CASCADE,
    document_id BIGINT NOT NULL REFERENCES documents (id) ON DELETE CASCADE,
    frequency   INTEGER NOT NULL CHECK (frequency > 0),
    PRIMARY KEY (term_id, document_id)
);

CREATE INDEX postings_document_id_idx ON postings (document_id);
