//! What puts a session back after a script that changed some of its settings.
//!
//! Each variable goes back to the server's global value, which a new session starts with, and the
//! character set to what a new session and a printed script begin with.
//!
//! Not put back, because no statement does it: the current database (`USE`), user variables,
//! temporary tables, prepared statements, roles, and what needs a privilege to set
//! (`sql_log_bin`). The ledger's statements are qualified, so `USE` does not lead them astray.

use aludel::driver::Server;

// autocommit stays on whatever the server's own value: journal rows commit by themselves.
const COMMON: &str = "SET SESSION sql_mode = DEFAULT, time_zone = DEFAULT, autocommit = 1, foreign_key_checks = 1, \
     unique_checks = 1, sql_safe_updates = DEFAULT, sql_notes = DEFAULT, sql_select_limit = DEFAULT, \
     default_storage_engine = DEFAULT, lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT, \
     group_concat_max_len = DEFAULT";
const NAMES: &str = "SET NAMES utf8mb4";
// A script's LOCK TABLES would keep the next one, and the ledger, from every other table.
const UNLOCK: &str = "UNLOCK TABLES";

static MYSQL: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION transaction_isolation = DEFAULT, transaction_read_only = DEFAULT, max_execution_time = DEFAULT",
    NAMES,
];
static MARIADB: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION tx_isolation = DEFAULT, tx_read_only = DEFAULT, max_statement_time = DEFAULT",
    NAMES,
];
// From 11.1 on MariaDB has MySQL's names and calls its own deprecated.
static MARIADB_11_1: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION transaction_isolation = DEFAULT, transaction_read_only = DEFAULT, max_statement_time = DEFAULT",
    NAMES,
];

/// The statements for one server.
pub(crate) fn statements(server: &Server) -> &'static [&'static str] {
    match server.flavour() {
        "mariadb" if server.version() >= (11, 1) => &MARIADB_11_1,
        "mariadb" => &MARIADB,
        _ => &MYSQL,
    }
}
