UPDATE subscriptions SET plan_code = 'free' WHERE plan_code IS NULL;

ALTER TABLE subscriptions MODIFY COLUMN plan_code VARCHAR(64) NOT NULL;
