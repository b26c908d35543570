CREATE TABLE sessions (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    token_hash VARBINARY(32) NOT NULL,
    user_agent TEXT,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    -- TIMESTAMP is a moment, as TIMESTAMPTZ is; a DATETIME means another one in another time zone.
    expires_at TIMESTAMP(6) NOT NULL,
    UNIQUE KEY sessions_token_hash_key (token_hash),
    KEY sessions_account_id_idx (account_id),
    CONSTRAINT sessions_token_hash_check CHECK (octet_length(token_hash) = 32),
    CONSTRAINT sessions_check CHECK (expires_at > created_at),
    CONSTRAINT sessions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
