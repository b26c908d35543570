-- SQLite cannot alter a column: the table is built anew. No table refers to it, so foreign keys can stay on.
CREATE TABLE subscriptions_new (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    customer_id  BIGINT NOT NULL REFERENCES customers (id),
    plan_code    TEXT NOT NULL REFERENCES plans (code),
    started_at   TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    cancelled_at TIMESTAMP
);

-- The counter comes along, so that no id of a deleted row is given again.
INSERT INTO sqlite_sequence (name, seq) SELECT 'subscriptions_new', seq FROM sqlite_sequence WHERE name = 'subscriptions';

INSERT INTO subscriptions_new (id, customer_id, plan_code, started_at, cancelled_at)
SELECT id, customer_id, coalesce(plan_code, 'free'), started_at, cancelled_at FROM subscriptions ORDER BY id;

DROP TABLE subscriptions;
ALTER TABLE subscriptions_new RENAME TO subscriptions;

CREATE UNIQUE INDEX subscriptions_running_key ON subscriptions (customer_id) WHERE cancelled_at IS NULL;
