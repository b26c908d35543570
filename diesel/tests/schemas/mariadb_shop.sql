-- A schema as applications have it: names that need quotes, comments, defaults, generated columns, keys to other databases' tables.

CREATE TABLE customers (
    id bigint unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'A number of ours.',
    email varchar(190) CHARACTER SET ascii NOT NULL UNIQUE COMMENT 'Where to write to: `a@b`, "or" not.',
    name varchar(80) COLLATE utf8mb4_bin DEFAULT 'nobody',
    full_name varchar(200) GENERATED ALWAYS AS (concat(name, '!')) VIRTUAL,
    kind enum('a', 'b''c', 'd,e') NOT NULL DEFAULT 'a',
    kinds set('a', 'b''c') DEFAULT NULL,
    Active bool NOT NULL DEFAULT true,
    visits int(10) unsigned zerofill,
    balance numeric(12, 2) unsigned NOT NULL DEFAULT 0,
    rate fixed(5, 3),
    ratio real,
    ratio_two double precision,
    referred_by bigint unsigned,
    FOREIGN KEY (referred_by) REFERENCES customers (id)
) COMMENT 'Who buys.\n\n  And a second paragraph.  ' ENGINE = InnoDB;

CREATE TABLE spellings (
    id integer NOT NULL PRIMARY KEY,
    tiny int1,
    small int2,
    medium_text long varchar,
    medium_blob long varbinary,
    big int8,
    letters character varying(9),
    sign char(0),
    blank varchar(0),
    sized_text text(100),
    sized_blob blob(100),
    note json CHECK (json_valid(note)),
    bits bit(64)
);

CREATE TABLE orders (
    id binary(16) NOT NULL PRIMARY KEY,
    customer_id bigint unsigned NOT NULL,
    `order` int,
    `user-name` text,
    `quote"d` text,
    `hash#"mark` text,
    `back``tick` text,
    _id int,
    orders int,
    placed_at datetime NOT NULL DEFAULT current_timestamp(),
    changed_at timestamp(6) NULL ON UPDATE current_timestamp(6),
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) ENGINE = InnoDB;

CREATE TABLE order_items (
    order_id binary(16) NOT NULL,
    line smallint unsigned NOT NULL,
    sku varchar(30) NOT NULL,
    PRIMARY KEY (order_id, line),
    FOREIGN KEY (order_id) REFERENCES orders (id)
);
CREATE TABLE shipments (
    order_id binary(16) NOT NULL PRIMARY KEY,
    line_order binary(16),
    line smallint unsigned,
    FOREIGN KEY (order_id) REFERENCES orders (id),
    FOREIGN KEY (line_order, line) REFERENCES order_items (order_id, line)
);
CREATE TABLE `quote"d` (id int NOT NULL PRIMARY KEY, `#` text);
CREATE TABLE `crate` (Crate int NOT NULL PRIMARY KEY, `union` text, `dyn` text, `default` text, `try` text, `async` text, `abstract` text, `Self_` text);
CREATE TABLE versioned (id int NOT NULL PRIMARY KEY, a text) WITH SYSTEM VERSIONING;
CREATE TABLE memories (id int NOT NULL PRIMARY KEY, enum_ enum('x')) ENGINE = MEMORY;
CREATE VIEW recent AS SELECT id, placed_at FROM orders;
