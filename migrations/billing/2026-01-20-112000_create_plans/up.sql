CREATE TABLE plans (
    code          TEXT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL,
    monthly_price NUMERIC(12, 2) NOT NULL CHECK (monthly_price >= 0),
    on_sale       BOOLEAN NOT NULL DEFAULT TRUE
);

-- aludel: only=postgres
COMMENT ON COLUMN plans.on_sale IS 'whether new customers may choose it';
-- aludel: end

INSERT INTO plans (code, name, monthly_price) VALUES
    ('free', 'Free', 0),
    ('team', 'Team', 19.50),
    ('company', 'Company', 149);
