CREATE TABLE profiles (
    account_id BIGINT NOT NULL PRIMARY KEY,
    full_name  TEXT NOT NULL,
    locale     VARCHAR(35) NOT NULL DEFAULT 'en',
    settings   JSON NOT NULL DEFAULT ('{}'),
    updated_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    CONSTRAINT profiles_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO profiles (account_id, full_name)
SELECT id, display_name FROM accounts ORDER BY id;
