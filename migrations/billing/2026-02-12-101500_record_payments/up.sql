CREATE TABLE payments (
    invoice_id     BIGINT PRIMARY KEY REFERENCES invoices (id),
    receipt_number BIGINT NOT NULL UNIQUE,
    method         TEXT NOT NULL CHECK (method IN ('card', 'transfer', 'unknown')),
    amount         NUMERIC(12, 2) NOT NULL CHECK (amount >= 0),
    received_at    TIMESTAMPTZ NOT NULL
);

-- Two invoices may be paid at the same moment: their ids decide who gets which receipt, so every run gives the same numbers.
INSERT INTO payments (invoice_id, receipt_number, method, amount, received_at)
SELECT id, row_number() OVER (ORDER BY paid_at, id), 'unknown', total, paid_at
FROM invoices
WHERE status = 'paid'
ORDER BY paid_at, id;
