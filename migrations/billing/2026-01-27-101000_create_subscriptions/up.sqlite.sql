CREATE TABLE subscriptions (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  BIGINT NOT NULL REFERENCES customers (id),
    plan_code    TEXT REFERENCES plans (code),
    started_at   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    cancelled_at TIMESTAMP
);

-- A customer has one running subscription, and any number of cancelled ones.
CREATE UNIQUE INDEX subscriptions_running_key ON subscriptions (customer_id) WHERE cancelled_at IS NULL;
