-- Which subscriptions had no plan is not known any more: they keep the free one.
ALTER TABLE subscriptions ALTER COLUMN plan_code DROP NOT NULL;
