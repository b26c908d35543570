CREATE TABLE plans (
    code          VARCHAR(64) NOT NULL PRIMARY KEY,
    name          TEXT NOT NULL,
    monthly_price NUMERIC(12, 2) NOT NULL,
    on_sale       BOOLEAN NOT NULL DEFAULT TRUE COMMENT 'whether new customers may choose it',
    CONSTRAINT plans_monthly_price_check CHECK (monthly_price >= 0)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

INSERT INTO plans (code, name, monthly_price) VALUES
    ('free', 'Free', 0),
    ('team', 'Team', 19.50),
    ('company', 'Company', 149);
