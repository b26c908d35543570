CREATE TABLE profiles (
    account_id BIGINT PRIMARY KEY NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
    full_name  TEXT NOT NULL,
    locale     TEXT NOT NULL DEFAULT 'en',
    settings   TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings)),
    updated_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);

INSERT INTO profiles (account_id, full_name)
SELECT id, display_name FROM accounts ORDER BY id;
