-- A customer has one running subscription, and any number of cancelled ones. MySQL has no partial indexes: a column that
-- is NULL for the cancelled ones is unique for the others.
CREATE TABLE subscriptions (
    id                  BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id         BIGINT NOT NULL,
    plan_code           VARCHAR(64) NULL,
    started_at          TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    cancelled_at        TIMESTAMP(6) NULL DEFAULT NULL,
    running_customer_id BIGINT AS (CASE WHEN cancelled_at IS NULL THEN customer_id END) VIRTUAL,
    UNIQUE KEY subscriptions_running_key (running_customer_id),
    KEY subscriptions_customer_id_idx (customer_id),
    KEY subscriptions_plan_code_idx (plan_code),
    CONSTRAINT subscriptions_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES customers (id),
    CONSTRAINT subscriptions_plan_code_fkey FOREIGN KEY (plan_code) REFERENCES plans (code)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
