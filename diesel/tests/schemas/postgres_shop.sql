-- A schema as applications have it, with domains, types of other schemas, extensions, comments and names that need quotes.

CREATE EXTENSION citext;
CREATE EXTENSION ltree;
CREATE SCHEMA stock;
CREATE SCHEMA "Odd Schema";
CREATE TYPE stock.state AS ENUM ('new', 'used');
CREATE TYPE "Odd Schema"."Odd ""Type""" AS ENUM ('a', 'b');
CREATE TYPE address AS (street text, number integer);
CREATE TYPE temperature AS RANGE (subtype = numeric);
CREATE DOMAIN email AS citext CHECK (VALUE LIKE '%@%');
CREATE DOMAIN short_name AS varchar(30);
CREATE DOMAIN code AS char(4) NOT NULL;
CREATE DOMAIN positive AS integer CHECK (VALUE > 0);
CREATE DOMAIN very_positive AS positive CHECK (VALUE > 100);
CREATE DOMAIN price AS numeric(12, 2) DEFAULT 0;
CREATE DOMAIN tags AS text[];
CREATE DOMAIN stock.level AS smallint;
CREATE DOMAIN condition AS stock.state;
CREATE DOMAIN flags AS bit(8);

CREATE TABLE customers (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email email NOT NULL,
    name short_name,
    code code,
    address address,
    addresses address[],
    tags tags,
    balance price NOT NULL DEFAULT 0,
    visits very_positive,
    referred_by bigint REFERENCES customers,
    search tsvector GENERATED ALWAYS AS (to_tsvector('simple', coalesce(name::text, ''))) STORED
);

CREATE TABLE items (
    sku short_name PRIMARY KEY,
    amount positive NOT NULL,
    amounts positive[],
    level stock.level,
    condition condition,
    state stock.state NOT NULL DEFAULT 'new',
    odd "Odd Schema"."Odd ""Type""",
    odds "Odd Schema"."Odd ""Type"""[],
    kept_at temperature,
    kept_ats temperature[],
    spans temperature_multirange,
    path ltree,
    paths ltree[],
    flags flags
);

CREATE TABLE lists (
    id integer PRIMARY KEY,
    prices numeric(12, 2)[] NOT NULL,
    ranges int4range[],
    spots point[],
    hosts inet[],
    bits bit(3)[],
    codes char(2)[],
    names name[]
);

CREATE TABLE orders (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    customer_id bigint NOT NULL REFERENCES customers ON DELETE CASCADE,
    placed_at timestamptz NOT NULL DEFAULT now(),
    "order" integer,
    "user-name" text,
    "quote""d" text,
    "hash#""mark" text,
    _id integer,
    "Orders" integer,
    orders integer
);

CREATE TABLE order_items (
    order_id uuid REFERENCES orders,
    line smallint,
    sku short_name NOT NULL REFERENCES items,
    PRIMARY KEY (order_id, line)
);
CREATE TABLE shipments (
    order_id uuid PRIMARY KEY REFERENCES orders,
    line_order uuid,
    line smallint,
    FOREIGN KEY (line_order, line) REFERENCES order_items
);

CREATE TABLE stock.places (
    id serial PRIMARY KEY,
    name text NOT NULL,
    parent integer REFERENCES stock.places,
    state stock.state,
    email email,
    level stock.level
);
CREATE TABLE stock.boxes (
    id integer PRIMARY KEY,
    place_id integer NOT NULL REFERENCES stock.places (id),
    order_id uuid REFERENCES public.orders,
    "type" text
);
CREATE TABLE "Odd Schema"."Odd Table" (id integer PRIMARY KEY, "a b" integer);

CREATE TABLE "quote""d" (id integer PRIMARY KEY, "#" text);
CREATE TABLE "crate" ("Crate" integer PRIMARY KEY, union_ text, "union" text, "raw" text, "dyn" text, auto text, "default" text, "macro_rules" text, "try" text, "async" text, "await" text, "abstract" text, "final" text, "Self" text, "static" text);
CREATE TABLE partitioned (id integer NOT NULL, customer_id bigint REFERENCES customers, PRIMARY KEY (id)) PARTITION BY HASH (id);
CREATE TABLE partitioned_0 PARTITION OF partitioned FOR VALUES WITH (modulus 2, remainder 0);
CREATE TABLE partitioned_1 PARTITION OF partitioned FOR VALUES WITH (modulus 2, remainder 1);
CREATE TABLE parents (id integer PRIMARY KEY, note text);
CREATE TABLE children (extra text, PRIMARY KEY (id)) INHERITS (parents);

CREATE VIEW recent AS SELECT id, placed_at FROM orders;
CREATE MATERIALIZED VIEW totals AS SELECT customer_id, count(*) FROM orders GROUP BY customer_id;

COMMENT ON TABLE customers IS 'Who buys.

  And a second paragraph.  ';
COMMENT ON COLUMN customers.email IS 'Where to write to: `a@b`, or */ nothing.';
COMMENT ON TABLE orders IS 'What was bought.';
COMMENT ON COLUMN orders."order" IS 'A "number" of a kind.';
COMMENT ON TABLE stock.places IS 'Where things are.';
