CREATE TABLE invoices (
    id          BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id BIGINT NOT NULL,
    number      VARCHAR(64) NOT NULL,
    status      VARCHAR(16) NOT NULL DEFAULT 'draft',
    details     JSON NOT NULL DEFAULT ('{}'),
    created_at  TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    paid_at     TIMESTAMP(6) NULL DEFAULT NULL,
    UNIQUE KEY invoices_number_key (number),
    KEY invoices_customer_id_idx (customer_id),
    CONSTRAINT invoices_status_check CHECK (status IN ('draft', 'open', 'paid', 'void')),
    CONSTRAINT invoices_check CHECK (status <> 'paid' OR paid_at IS NOT NULL),
    CONSTRAINT invoices_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

CREATE TABLE invoice_lines (
    invoice_id  BIGINT NOT NULL,
    line_number INTEGER NOT NULL,
    description TEXT NOT NULL,
    quantity    INTEGER NOT NULL DEFAULT 1,
    unit_price  NUMERIC(12, 2) NOT NULL,
    PRIMARY KEY (invoice_id, line_number),
    CONSTRAINT invoice_lines_line_number_check CHECK (line_number > 0),
    CONSTRAINT invoice_lines_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES invoices (id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
