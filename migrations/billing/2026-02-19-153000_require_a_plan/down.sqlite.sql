-- Which subscriptions had no plan is not known any more: they keep the free one.
CREATE TABLE subscriptions_old (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  BIGINT NOT NULL REFERENCES customers (id),
    plan_code    TEXT REFERENCES plans (code),
    started_at   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    cancelled_at TIMESTAMP
);

INSERT INTO sqlite_sequence (name, seq) SELECT 'subscriptions_old', seq FROM sqlite_sequence WHERE name = 'subscriptions';

INSERT INTO subscriptions_old (id, customer_id, plan_code, started_at, cancelled_at)
SELECT id, customer_id, plan_code, started_at, cancelled_at FROM subscriptions ORDER BY id;

DROP TABLE subscriptions;
ALTER TABLE subscriptions_old RENAME TO subscriptions;

CREATE UNIQUE INDEX subscriptions_running_key ON subscriptions (customer_id) WHERE cancelled_at IS NULL;
