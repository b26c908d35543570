CREATE TABLE terms (
    id   BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    term VARCHAR(255) NOT NULL,
    UNIQUE KEY terms_term_key (term)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE postings (
    term_id     BIGINT NOT NULL,
    document_id BIGINT NOT NULL,
    frequency   INTEGER NOT NULL,
    PRIMARY KEY (term_id, document_id),
    KEY postings_document_id_idx (document_id),
    CONSTRAINT postings_frequency_check CHECK (frequency > 0),
    CONSTRAINT postings_term_id_fkey FOREIGN KEY (term_id) REFERENCES terms (id) ON DELETE CASCADE,
    CONSTRAINT postings_document_id_fkey FOREIGN KEY (document_id) REFERENCES documents (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
