//! Settings of an authored session, and which of them mean nothing elsewhere.

use super::target::{Omission, Refusal};

/// Settings that say how the authored engine works, not what a statement means. Those that change
/// what a statement means (time zones, date styles, lexing) are not here.
const HOW: &[&str] = &[
    "application_name",
    "autocommit",
    "backslash_quote",
    "bytea_output",
    "check_function_bodies",
    "client_encoding",
    "client_min_messages",
    "default_storage_engine",
    "default_table_access_method",
    "default_tablespace",
    "default_with_oids",
    "deadlock_timeout",
    "defer_foreign_keys",
    "foreign_key_checks",
    "foreign_keys",
    "idle_in_transaction_session_timeout",
    "idle_session_timeout",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "jit",
    "lc_messages",
    "lock_timeout",
    "lock_wait_timeout",
    "log_min_duration_statement",
    "log_statement",
    "maintenance_work_mem",
    "max_parallel_maintenance_workers",
    "max_statement_time",
    "names",
    "sql_log_bin",
    "sql_notes",
    "sql_safe_updates",
    "sql_warnings",
    "statement_timeout",
    "synchronous_commit",
    "transaction_timeout",
    "unique_checks",
    "work_mem",
    "xmloption",
];

/// Settings that are as they have to be when they have this value.
const SAME: &[(&str, &[&str])] = &[
    ("datestyle", &["iso", "mdy", "iso, mdy", "iso,mdy"]),
    ("extra_float_digits", &["1", "2", "3"]),
    ("intervalstyle", &["postgres"]),
    ("session_replication_role", &["origin"]),
    ("standard_conforming_strings", &["on", "true", "1"]),
    ("row_security", &["off", "on"]),
    ("escape_string_warning", &["on", "off"]),
    ("timezone", &["utc"]),
    ("time zone", &["utc"]),
    ("time_zone", &["utc", "+00:00"]),
];

/// What becomes of a setting in a translation: it is left out, or refused.
pub(super) fn carried(name: &str, value: Option<&str>) -> Result<Omission, Refusal> {
    let name = name.rsplit('.').next().unwrap_or(name);
    let plain = |value: &str| value.trim().trim_matches(['\'', '"']).to_ascii_lowercase();
    let same = SAME.iter().any(|(known, values)| {
        *known == name && value.is_none_or(|value| values.contains(&plain(value).as_str()))
    });
    // It fails, or changes nothing: what is checked later elsewhere would have failed here.
    let checked = name == "constraints" && value.is_some_and(|v| plain(v).ends_with(" immediate"));
    if same || checked || HOW.contains(&name) {
        return Ok(omitted(name));
    }
    Err(refused(name))
}

/// What is said of a setting that is left out.
pub(super) fn omitted(name: &str) -> Omission {
    Omission::new("setting", format!("the setting `{name}`"))
}

/// Why a setting that may mean something is refused.
pub(super) fn refused(name: &str) -> Refusal {
    Refusal::new(
        "setting",
        format!("the setting `{name}` may change what later statements mean"),
    )
    .help("leave it to its own engine: `-- aludel: skip=…` and `-- aludel: end` around it")
}
