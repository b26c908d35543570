//! What puts a session back after a script that changed some of its settings.
//!
//! Each variable goes back to the server's global value, which a new session starts with; character
//! set, time zone and the meaning of `||` go back to what a session of ours and a printed script
//! begin with: Diesel's (docs/adr/0009).
//!
//! Not put back, because no statement does it: the current database (`USE`), user variables,
//! temporary tables, prepared statements, roles, and what needs a privilege to set
//! (`sql_log_bin`). The ledger's statements are qualified, so `USE` does not lead them astray.

use aludel::driver::Server;

// autocommit stays on whatever the server's own value: journal rows commit by themselves.
const COMMON: &str = "SET SESSION autocommit = 1, foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = DEFAULT, sql_notes = DEFAULT, sql_select_limit = DEFAULT, \
     default_storage_engine = DEFAULT, lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT, \
     group_concat_max_len = DEFAULT";
/// What a session begins with. `||` joins texts, as it does for every other engine.
macro_rules! opening {
    () => {
        "SET NAMES utf8mb4, SESSION time_zone = '+00:00', \
         SESSION sql_mode = CONCAT(@@GLOBAL.sql_mode, ',PIPES_AS_CONCAT')"
    };
}
pub(crate) use opening;
const OPENING: &str = opening!();
// A script's LOCK TABLES would keep the next one, and the ledger, from every other table.
const UNLOCK: &str = "UNLOCK TABLES";

static MYSQL: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION transaction_isolation = DEFAULT, transaction_read_only = DEFAULT, max_execution_time = DEFAULT",
    OPENING,
];
static MARIADB: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION tx_isolation = DEFAULT, tx_read_only = DEFAULT, max_statement_time = DEFAULT",
    OPENING,
];
// From 11.1 on MariaDB has MySQL's names and calls its own deprecated.
static MARIADB_11_1: [&str; 4] = [
    UNLOCK,
    COMMON,
    "SET SESSION transaction_isolation = DEFAULT, transaction_read_only = DEFAULT, max_statement_time = DEFAULT",
    OPENING,
];

/// The statements for one server.
pub(crate) fn statements(server: &Server) -> &'static [&'static str] {
    match server.flavour() {
        "mariadb" if server.version() >= (11, 1) => &MARIADB_11_1,
        "mariadb" => &MARIADB,
        _ => &MYSQL,
    }
}
