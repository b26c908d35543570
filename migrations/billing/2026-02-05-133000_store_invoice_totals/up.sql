ALTER TABLE invoices ADD COLUMN total NUMERIC(12, 2) NOT NULL DEFAULT 0;

UPDATE invoices
SET total = (
    SELECT coalesce(sum(quantity * unit_price), 0)
    FROM invoice_lines
    WHERE invoice_lines.invoice_id = invoices.id
);
