//! Whole sets of migrations, by the program: up, down, and up again, as the authored engine has it.

use aludel_tests::database::Database;
use aludel_tests::desk::Place;
use aludel_tests::engine::{Engine, engines};

/// A revision: its name, up and down.
type Revision = (&'static str, &'static str, &'static str);

const MYSQL: &[Revision] = &[
    (
        "2026-01-01-000001_shop",
        "CREATE TABLE customers (
             id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
             email VARCHAR(190) NOT NULL,
             name VARCHAR(100) NOT NULL DEFAULT '',
             active TINYINT(1) NOT NULL DEFAULT 1,
             kind ENUM('person', 'company') NOT NULL DEFAULT 'person',
             created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
             updated_at DATETIME NULL ON UPDATE CURRENT_TIMESTAMP,
             UNIQUE KEY email (email),
             KEY by_name (name(20))
         ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COMMENT='who buys';
         CREATE TABLE orders (
             id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
             customer_id INT UNSIGNED NOT NULL,
             total DECIMAL(10, 2) NOT NULL DEFAULT 0,
             data JSON NULL,
             KEY by_name (total),
             CONSTRAINT fk_customer FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
         );",
        "DROP TABLE orders; DROP TABLE customers;",
    ),
    (
        "2026-01-02-000001_rows",
        "INSERT INTO customers (id, email, name) VALUES (7, 'a@example.org', 'Ann'), (9, 'b@example.org', 'Bob');
         INSERT INTO customers (email, kind) VALUES ('c@example.org', 'company');
         INSERT INTO orders (customer_id, total, data) SELECT id, id * 10, '{\"n\": 1}' FROM customers WHERE active = 1;
         INSERT INTO customers (email, name) VALUES ('A@example.org', 'Anna') ON DUPLICATE KEY UPDATE name = VALUES(name);
         UPDATE customers AS c JOIN orders AS o ON o.customer_id = c.id SET c.name = CONCAT(c.name, '-', o.id) WHERE o.total > 75;",
        "DELETE FROM orders; DELETE FROM customers;",
    ),
    (
        "2026-01-03-000001_changes",
        "ALTER TABLE customers ADD COLUMN code VARCHAR(20) NOT NULL AFTER email, ADD COLUMN score INT NOT NULL DEFAULT 5 FIRST;
         UPDATE customers SET code = LPAD(HEX(id), 8, '0') WHERE code = '';
         ALTER TABLE customers ADD UNIQUE INDEX idx_code (code), MODIFY name VARCHAR(200) NULL, DROP INDEX by_name;
         ALTER TABLE orders CHANGE total amount BIGINT NOT NULL DEFAULT 1, RENAME INDEX by_name TO by_amount;
         RENAME TABLE orders TO purchases;
         CREATE VIEW large AS SELECT c.email, p.amount FROM customers AS c JOIN purchases AS p ON p.customer_id = c.id WHERE p.amount > 80;",
        "DROP VIEW large;
         RENAME TABLE purchases TO orders;
         ALTER TABLE orders CHANGE amount total DECIMAL(10, 2) NOT NULL DEFAULT 0, RENAME INDEX by_amount TO by_name;
         UPDATE customers SET name = '' WHERE name IS NULL;
         ALTER TABLE customers DROP INDEX idx_code, MODIFY name VARCHAR(100) NOT NULL DEFAULT '', ADD INDEX by_name (name(20));
         ALTER TABLE customers DROP COLUMN code, DROP COLUMN score;",
    ),
];

const SQLITE: &[Revision] = &[
    (
        "2026-01-01-000001_notes",
        "CREATE TABLE users (
             id INTEGER PRIMARY KEY,
             name TEXT NOT NULL UNIQUE COLLATE NOCASE,
             admin BOOLEAN NOT NULL DEFAULT 0,
             created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP
         );
         CREATE TABLE notes (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
             body TEXT NOT NULL DEFAULT \"\",
             state TEXT NOT NULL CHECK (state IN ('open', 'done')) DEFAULT 'open',
             size INTEGER GENERATED ALWAYS AS (length(body)) VIRTUAL
         );
         CREATE INDEX notes_open ON notes (user_id) WHERE state = 'open';",
        "DROP TABLE notes; DROP TABLE users;",
    ),
    (
        "2026-01-02-000001_rows",
        "INSERT INTO users (name, admin) VALUES ('ann', 1), ('bob', 0);
         INSERT INTO notes (user_id, body) SELECT id, 'hello ' || name FROM users;
         INSERT OR IGNORE INTO users (name) VALUES ('ANN');
         INSERT INTO users (id, name) VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET name = excluded.name || 'y';
         UPDATE notes SET state = CASE WHEN body LIKE '%ANN' THEN 'done' ELSE state END;",
        "DELETE FROM notes; DELETE FROM users;",
    ),
    (
        "2026-01-03-000001_rebuilt",
        "ALTER TABLE notes RENAME TO notes_old;
         CREATE TABLE notes (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
             body TEXT NOT NULL,
             state TEXT NOT NULL DEFAULT 'open',
             key TEXT NOT NULL DEFAULT ''
         );
         INSERT INTO notes (id, user_id, body, state) SELECT id, user_id, body, state FROM notes_old;
         DROP TABLE notes_old;
         UPDATE notes SET key = printf('%08x', id) WHERE key = '';
         CREATE UNIQUE INDEX notes_key ON notes (key);
         ALTER TABLE users ADD COLUMN mail TEXT CHECK (mail <> '');
         ALTER TABLE users RENAME COLUMN admin TO is_admin;
         CREATE VIEW done AS SELECT n.id, u.name FROM notes AS n JOIN users AS u ON u.id = n.user_id WHERE n.state = 'done';",
        "DROP VIEW done;
         ALTER TABLE users RENAME COLUMN is_admin TO admin;
         ALTER TABLE users DROP COLUMN mail;
         DROP INDEX notes_key;
         ALTER TABLE notes RENAME TO notes_old;
         CREATE TABLE notes (
             id INTEGER PRIMARY KEY AUTOINCREMENT,
             user_id INTEGER NOT NULL REFERENCES users (id) ON DELETE CASCADE,
             body TEXT NOT NULL DEFAULT \"\",
             state TEXT NOT NULL CHECK (state IN ('open', 'done')) DEFAULT 'open',
             size INTEGER GENERATED ALWAYS AS (length(body)) VIRTUAL
         );
         INSERT INTO notes (id, user_id, body, state) SELECT id, user_id, body, state FROM notes_old;
         DROP TABLE notes_old;
         CREATE INDEX notes_open ON notes (user_id) WHERE state = 'open';",
    ),
];

fn place(revisions: &[Revision]) -> Place {
    let place = Place::new();
    for (name, up, down) in revisions {
        place.revision(name, up, down);
    }
    place
}

/// Runs a set on its own engine and on PostgreSQL, with the words that each gets, and compares the
/// rows that the queries give, and the schemas, after each step.
fn together(authored: Engine, dialect: &str, revisions: &[Revision], queries: &[(&str, &str)]) {
    for target in crate::targets() {
        let place = place(revisions);
        let databases = [Database::new(authored), Database::new(target)];
        let run = |words: &str| {
            for database in &databases {
                let line = format!("--dialect {dialect} --url {} {words}", database.url);
                let ran = place.run(&line);
                assert_eq!(ran.code, 0, "{line}\n{}", ran.text());
            }
        };
        let [native, translated] = &databases;
        let parity = || {
            let line = format!(
                "--dialect {dialect} parity {} {}",
                native.url, translated.url
            );
            let ran = place.run(&line);
            assert_eq!(ran.code, 0, "{}", ran.text());
            let line = format!(
                "--dialect {dialect} --url {} status --drift",
                translated.url
            );
            let ran = place.run(&line);
            assert_eq!(ran.code, 0, "{}", ran.text());
        };
        for _ in 0..2 {
            run("upgrade");
            parity();
            for (there, here) in queries {
                assert_eq!(translated.query(here), native.query(there), "{here}");
            }
            run("downgrade base");
            parity();
        }
    }
}

#[test]
fn a_project_of_mysqls_runs_up_and_down() {
    for authored in engines() {
        if authored.driver() == "mysql" {
            together(
                authored,
                "mysql",
                MYSQL,
                &[
                    (
                        "SELECT score, id, email, code, name, active, kind FROM customers ORDER BY id",
                        "SELECT score, id, email, code, name, active::integer, kind FROM customers ORDER BY id",
                    ),
                    (
                        "SELECT id, customer_id, amount, json_extract(data, '$.n') FROM purchases ORDER BY id",
                        "SELECT id, customer_id, amount, data ->> 'n' FROM purchases ORDER BY id",
                    ),
                    (
                        "SELECT email, amount FROM large ORDER BY amount",
                        "SELECT email, amount FROM large ORDER BY amount",
                    ),
                ],
            );
        }
    }
}

#[test]
fn a_project_of_sqlites_runs_up_and_down() {
    together(
        Engine::Sqlite,
        "sqlite",
        SQLITE,
        &[
            (
                "SELECT id, name, is_admin, mail FROM users ORDER BY id",
                "SELECT id, name, is_admin::integer, mail FROM users ORDER BY id",
            ),
            (
                "SELECT id, user_id, body, state, key FROM notes ORDER BY id",
                "SELECT id, user_id, body, state, key FROM notes ORDER BY id",
            ),
            (
                "SELECT id, name FROM done ORDER BY id",
                "SELECT id, name FROM done ORDER BY id",
            ),
        ],
    );
}

/// What is printed is what is sent: the printed script leaves the same schema.
#[test]
fn a_printed_script_does_what_a_run_does() {
    for (dialect, revisions) in [("mysql", MYSQL), ("sqlite", SQLITE)] {
        for target in crate::targets() {
            let place = place(revisions);
            let [online, printed] = [Database::new(target), Database::new(target)];
            let line = format!("--dialect {dialect} --url {} upgrade", online.url);
            assert_eq!(place.run(&line).code, 0);
            let line = format!(
                "--dialect {dialect} --driver postgres --server {} upgrade --sql",
                target.server().replace(' ', "\u{a0}")
            );
            let words: Vec<String> = line.split(' ').map(|w| w.replace('\u{a0}', " ")).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let script = place.run_words(&words);
            assert_eq!(script.code, 0, "{}", script.text());
            let output = printed.client(&format!("\\set ON_ERROR_STOP on\n{}", script.stdout));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
            let line = format!("parity {} {}", online.url, printed.url);
            let ran = place.run(&line);
            assert_eq!(ran.code, 0, "{}", ran.text());
        }
    }
}
