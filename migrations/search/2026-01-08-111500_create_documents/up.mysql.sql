CREATE TABLE documents (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    source     VARCHAR(64) NOT NULL,
    source_id  BIGINT NOT NULL,
    title      TEXT NOT NULL,
    body       LONGTEXT NOT NULL,
    metadata   JSON NOT NULL DEFAULT ('{}'),
    updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY documents_source_source_id_key (source, source_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
