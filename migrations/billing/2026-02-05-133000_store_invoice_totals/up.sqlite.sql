-- An override: what SQLite runs instead of up.sql. It adds prices as floating-point numbers, so a sum of them is refused by the
-- translation, which does not know that rounding makes it exact again here. down.sql is translated as usual.
ALTER TABLE invoices ADD COLUMN total NUMERIC(12, 2) NOT NULL DEFAULT 0;

UPDATE invoices
SET total = (
    SELECT coalesce(round(sum(quantity * unit_price), 2), 0)
    FROM invoice_lines
    WHERE invoice_lines.invoice_id = invoices.id
);
