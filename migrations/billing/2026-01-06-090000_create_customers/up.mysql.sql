CREATE TABLE customers (
    id         BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    account_id BIGINT NOT NULL,
    name       TEXT NOT NULL,
    currency   VARCHAR(3) NOT NULL DEFAULT 'EUR',
    tax_exempt BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY customers_account_id_key (account_id),
    CONSTRAINT customers_currency_check CHECK (char_length(currency) = 3)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
