-- A binary collation, because PostgreSQL compares text byte by byte: 'A@x.org' and 'a@x.org' are two accounts.
CREATE TABLE accounts (
    id           BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email        VARCHAR(255) NOT NULL,
    display_name TEXT NOT NULL,
    status       VARCHAR(16) NOT NULL DEFAULT 'active',
    is_staff     BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY accounts_email_key (email),
    KEY accounts_created_at_idx (created_at),
    CONSTRAINT accounts_status_check CHECK (status IN ('active', 'suspended', 'closed'))
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
