CREATE TABLE customers (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL UNIQUE,
    name       TEXT NOT NULL,
    currency   TEXT NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    tax_exempt BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
);
