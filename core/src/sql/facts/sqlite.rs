//! SQLite: transactions, and what a `PRAGMA` does.

use super::{Facts, Tokens, TransactionUse, is_rollback_to};
use crate::sql::token::one_of;

/// The words with which statements begin that may change a setting.
pub(super) const SETTING: &[&str] = &["PRAGMA", "ATTACH", "DETACH"];

pub(super) fn facts(tokens: Tokens<'_>) -> Facts {
    let pragma = pragma(tokens);
    Facts {
        transaction: transaction(tokens),
        refused_in_transaction: match pragma {
            Some((name, value)) => refused_pragma(name, value),
            None => refused(tokens),
        },
        sets_session: match pragma {
            Some((name, value)) => value && !one_of(name, NOT_SETTINGS),
            None => tokens.is_any(0, &["ATTACH", "DETACH"]),
        },
        ..Facts::default()
    }
}

fn transaction(tokens: Tokens<'_>) -> TransactionUse {
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "BEGIN" => TransactionUse::Begin,
        "COMMIT" | "END" => TransactionUse::Commit,
        "ROLLBACK" if is_rollback_to(tokens) => TransactionUse::Savepoint,
        "ROLLBACK" => TransactionUse::Rollback,
        "SAVEPOINT" | "RELEASE" => TransactionUse::Savepoint,
        _ => TransactionUse::None,
    }
}

fn refused(tokens: Tokens<'_>) -> Option<&'static str> {
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "VACUUM" => Some("SQLite rebuilds the whole file outside any transaction"),
        // ATTACH is not among them: SQLite allows it nowadays.
        "DETACH" => Some("SQLite keeps a database locked that its transaction has used"),
        _ => None,
    }
}

/// Pragmas with an argument that is no setting, or one that lives in the file or the transaction.
const NOT_SETTINGS: &[&str] = &[
    "application_id",
    "defer_foreign_keys",
    "foreign_key_check",
    "foreign_key_list",
    "incremental_vacuum",
    "index_info",
    "index_list",
    "index_xinfo",
    "integrity_check",
    "optimize",
    "quick_check",
    "table_info",
    "table_list",
    "table_xinfo",
    "user_version",
    "wal_checkpoint",
];

fn refused_pragma(name: &str, value: bool) -> Option<&'static str> {
    match name.to_ascii_lowercase().as_str() {
        "foreign_keys" if value => Some("SQLite silently ignores PRAGMA foreign_keys inside one"),
        "journal_mode" if value => Some("SQLite changes the journal mode between transactions"),
        "synchronous" if value => Some("SQLite changes the safety level between transactions"),
        "wal_checkpoint" => Some("SQLite cannot checkpoint a log it is writing to"),
        _ => None,
    }
}

/// A pragma's name, and whether it has an argument.
fn pragma(tokens: Tokens<'_>) -> Option<(&str, bool)> {
    if !tokens.is(0, "PRAGMA") {
        return None;
    }
    let at = if tokens.punct(2, b'.') { 3 } else { 1 };
    Some((
        tokens.name(at),
        tokens.punct(at + 1, b'=') || tokens.punct(at + 1, b'('),
    ))
}
