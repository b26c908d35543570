UPDATE subscriptions SET plan_code = 'free' WHERE plan_code IS NULL;

ALTER TABLE subscriptions ALTER COLUMN plan_code SET NOT NULL;
