CREATE TABLE api_keys (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id  BIGINT NOT NULL,
    name        VARCHAR(255) NOT NULL,
    secret_hash BLOB NOT NULL,
    created_at  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    revoked_at  TIMESTAMP(6) NULL DEFAULT NULL,
    UNIQUE KEY api_keys_account_id_name_key (account_id, name),
    CONSTRAINT api_keys_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
