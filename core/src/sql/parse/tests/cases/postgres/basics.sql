CREATE TABLE IF NOT EXISTS Users (
    id bigserial PRIMARY KEY,
    "Name" varchar(255) NOT NULL DEFAULT '',
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp(3) with time zone DEFAULT now() NOT NULL,
    price numeric(10, 2) CONSTRAINT positive CHECK (price > 0),
    team int REFERENCES teams ON DELETE CASCADE,
    CONSTRAINT users_name UNIQUE ("Name"),
    FOREIGN KEY (team, id) REFERENCES other.t (a, b) DEFERRABLE INITIALLY DEFERRED
);
ALTER TABLE ONLY users ALTER COLUMN a TYPE int USING a::integer, DROP CONSTRAINT IF EXISTS x CASCADE;
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON t USING gin (lower(a) varchar_pattern_ops DESC NULLS LAST, (a ->> 'x'), b) INCLUDE (c) WHERE a IS NOT NULL;
INSERT INTO t (a, b) VALUES (1, 'it''s'), (2, DEFAULT) ON CONFLICT (a) DO UPDATE SET b = excluded.b WHERE t.b <> 'x' RETURNING a;
UPDATE t SET a = b.x FROM b WHERE b.id = t.id;
DELETE FROM t USING b WHERE t.id = b.id;
WITH x AS (INSERT INTO a VALUES (1) RETURNING id) INSERT INTO b SELECT id FROM x;
DO $$ BEGIN PERFORM 1; END $$;
