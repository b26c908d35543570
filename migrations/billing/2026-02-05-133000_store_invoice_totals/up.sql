ALTER TABLE invoices ADD COLUMN total NUMERIC(12, 2) NOT NULL DEFAULT 0;

-- Rounded, because SQLite adds prices as floating-point numbers; elsewhere it changes nothing.
UPDATE invoices
SET total = (
    SELECT coalesce(round(sum(quantity * unit_price), 2), 0)
    FROM invoice_lines
    WHERE invoice_lines.invoice_id = invoices.id
);
