//! Directories and ledgers as the tools leave them. The tables are what each tool writes, column for
//! column; the rows are ours.

/// A tool, its files, and its ledger after the first two of three were applied.
pub(crate) struct Case {
    pub(crate) tool: &'static str,
    pub(crate) files: &'static [(&'static str, &'static str)],
    pub(crate) ledger: &'static str,
    pub(crate) applied: &'static [&'static str],
    pub(crate) pending: &'static str,
}

pub(crate) const UP: &str = "CREATE TABLE a (id INTEGER);\n";
pub(crate) const MORE: &str = "INSERT INTO a VALUES (1);\n";
pub(crate) const LATER: &str = "CREATE TABLE later (id INTEGER);\n";
pub(crate) const PADDED: &[&str] = &["00000000000001", "00000000000002"];

pub(crate) const CASES: &[Case] = &[
    Case {
        tool: "sqlx",
        files: &[
            ("migrations/1_one.sql", UP),
            ("migrations/2_two.up.sql", MORE),
            ("migrations/2_two.down.sql", "DELETE FROM a;\n"),
            ("migrations/10_ten.sql", LATER),
        ],
        ledger: "CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY, description TEXT NOT NULL,
             installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
             checksum VARCHAR(96) NOT NULL, execution_time BIGINT NOT NULL);
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES (1, 'one', TRUE, 'x', 1), (2, 'two', TRUE, 'x', 1);",
        applied: PADDED,
        pending: "00000000000010_ten",
    },
    Case {
        tool: "refinery",
        files: &[
            ("migrations/V1__one.sql", UP),
            ("migrations/V2__two.sql", MORE),
            ("migrations/U10__ten.sql", LATER),
        ],
        ledger: "CREATE TABLE refinery_schema_history (version INTEGER PRIMARY KEY, name VARCHAR(255),
             applied_on VARCHAR(255), checksum VARCHAR(255));
             INSERT INTO refinery_schema_history VALUES (1, 'one', '2024-01-05T10:15:00Z', '1'),
             (2, 'two', '2024-01-05T10:15:00Z', '2');",
        applied: PADDED,
        pending: "00000000000010_ten",
    },
    Case {
        tool: "dbmate",
        files: &[
            (
                "db/migrations/20240105101500_one.sql",
                "-- migrate:up\nCREATE TABLE a (id INTEGER);\n\n-- migrate:down\nDROP TABLE a;\n",
            ),
            (
                "db/migrations/20240106101500_two.sql",
                "-- migrate:up\nINSERT INTO a VALUES (1);\n-- migrate:down\n",
            ),
            (
                "db/migrations/20240107101500_three.sql",
                "-- migrate:up\nCREATE TABLE later (id INTEGER);\n-- migrate:down\nDROP TABLE later;\n",
            ),
        ],
        ledger: "CREATE TABLE schema_migrations (version varchar(128) primary key);
             INSERT INTO schema_migrations VALUES ('20240105101500'), ('20240106101500');",
        applied: &["20240105101500", "20240106101500"],
        pending: "20240107101500_three",
    },
    Case {
        tool: "golang-migrate",
        files: &[
            ("migrations/000001_one.up.sql", UP),
            ("migrations/000001_one.down.sql", "DROP TABLE a;\n"),
            ("migrations/000002_two.up.sql", MORE),
            ("migrations/000010_ten.up.sql", LATER),
        ],
        ledger: "CREATE TABLE schema_migrations (version bigint not null primary key, dirty boolean not null);
             INSERT INTO schema_migrations VALUES (2, FALSE);",
        applied: PADDED,
        pending: "00000000000010_ten",
    },
    Case {
        tool: "goose",
        files: &[
            ("migrations/1_one.sql", "-- +goose Up\nCREATE TABLE a (id INTEGER);\n-- +goose Down\nDROP TABLE a;\n"),
            ("migrations/2_two.sql", "-- +goose Up\nINSERT INTO a VALUES (1);\n"),
            ("migrations/10_ten.sql", "-- +goose Up\nCREATE TABLE later (id INTEGER);\n"),
        ],
        // Version 10 was applied and reverted, 2 reverted and applied again.
        ledger: "CREATE TABLE goose_db_version (id INTEGER PRIMARY KEY, version_id BIGINT NOT NULL,
             is_applied BOOLEAN NOT NULL, tstamp TIMESTAMP DEFAULT CURRENT_TIMESTAMP);
             INSERT INTO goose_db_version (id, version_id, is_applied) VALUES (1, 0, TRUE), (2, 1, TRUE),
             (3, 2, TRUE), (4, 10, TRUE), (5, 10, FALSE), (6, 2, FALSE), (7, 2, TRUE);",
        applied: PADDED,
        pending: "00000000000010_ten",
    },
    Case {
        tool: "flyway",
        files: &[
            ("sql/V1__one.sql", UP),
            ("sql/V2__two.sql", MORE),
            ("sql/V10__ten.sql", LATER),
            ("sql/U10__ten.sql", "DROP TABLE later;\n"),
        ],
        ledger: "CREATE TABLE flyway_schema_history (installed_rank INT NOT NULL PRIMARY KEY, version VARCHAR(50),
             description VARCHAR(200) NOT NULL, type VARCHAR(20) NOT NULL, script VARCHAR(1000) NOT NULL,
             checksum INT, installed_by VARCHAR(100) NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
             execution_time INT NOT NULL, success BOOLEAN NOT NULL);
             INSERT INTO flyway_schema_history (installed_rank, version, description, type, script, checksum,
             installed_by, execution_time, success) VALUES
             (1, '1', 'one', 'SQL', 'V1__one.sql', 1, 'me', 1, TRUE), (2, '2', 'two', 'SQL', 'V2__two.sql', 2, 'me', 1, TRUE),
             (3, NULL, 'view', 'SQL', 'R__view.sql', 3, 'me', 1, TRUE), (4, '10', 'ten', 'SQL', 'V10__ten.sql', 4, 'me', 1, TRUE),
             (5, '10', 'ten', 'UNDO_SQL', 'U10__ten.sql', 5, 'me', 1, TRUE);",
        applied: PADDED,
        pending: "00000000000010_ten",
    },
    Case {
        tool: "alembic --source up.sql --down down.sql",
        files: &[
            (
                "up.sql",
                "-- Running upgrade  -> aaaa\n\nCREATE TABLE a (id INTEGER);\n\n\
                 INSERT INTO alembic_version (version_num) VALUES ('aaaa');\n\n\
                 -- Running upgrade aaaa -> bbbb\n\nINSERT INTO a VALUES (1);\n\n\
                 UPDATE alembic_version SET version_num='bbbb' WHERE alembic_version.version_num = 'aaaa';\n\n\
                 -- Running upgrade bbbb -> cccc\n\nCREATE TABLE later (id INTEGER);\n\n\
                 UPDATE alembic_version SET version_num='cccc' WHERE alembic_version.version_num = 'bbbb';\n\n",
            ),
            (
                "down.sql",
                "-- Running downgrade cccc -> bbbb\n\nDROP TABLE later;\n\n\
                 UPDATE alembic_version SET version_num='bbbb' WHERE alembic_version.version_num = 'cccc';\n\n",
            ),
        ],
        ledger: "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL,
             CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
             INSERT INTO alembic_version VALUES ('bbbb');",
        applied: &["aaaa", "bbbb"],
        pending: "cccc_alembic",
    },
];
