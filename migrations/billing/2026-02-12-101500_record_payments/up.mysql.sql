CREATE TABLE payments (
    invoice_id     BIGINT NOT NULL PRIMARY KEY,
    receipt_number BIGINT NOT NULL,
    method         VARCHAR(16) NOT NULL,
    amount         NUMERIC(12, 2) NOT NULL,
    received_at    TIMESTAMP(6) NOT NULL,
    UNIQUE KEY payments_receipt_number_key (receipt_number),
    CONSTRAINT payments_method_check CHECK (method IN ('card', 'transfer', 'unknown')),
    CONSTRAINT payments_amount_check CHECK (amount >= 0),
    CONSTRAINT payments_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices (id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Two invoices may be paid at the same moment: their ids decide who gets which receipt, so every run gives the same numbers.
INSERT INTO payments (invoice_id, receipt_number, method, amount, received_at)
SELECT id, row_number() OVER (ORDER BY paid_at, id), 'unknown', total, paid_at
FROM invoices
WHERE status = 'paid'
ORDER BY paid_at, id;
