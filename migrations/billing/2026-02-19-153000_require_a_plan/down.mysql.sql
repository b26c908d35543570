-- Which subscriptions had no plan is not known any more: they keep the free one.
ALTER TABLE subscriptions MODIFY COLUMN plan_code VARCHAR(64) NULL;
