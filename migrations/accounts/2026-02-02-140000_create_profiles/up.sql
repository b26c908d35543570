CREATE TABLE profiles (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
    full_name  TEXT NOT NULL,
    locale     TEXT NOT NULL DEFAULT 'en',
    settings   JSONB NOT NULL DEFAULT '{}',
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

INSERT INTO profiles (account_id, full_name)
SELECT id, display_name FROM accounts ORDER BY id;
