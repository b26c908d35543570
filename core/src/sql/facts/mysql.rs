//! MySQL and MariaDB: what commits by itself, and what `SET` sets.

use super::{Facts, Tokens, TransactionUse, is_rollback_to};
use crate::sql::token::one_of;

pub(super) fn facts(tokens: Tokens<'_>) -> Facts {
    let tokens = after_settings(tokens);
    let transaction = transaction(tokens);
    Facts {
        transaction,
        implicit_commit: !keeps_transaction(tokens, transaction),
        sets_session: tokens.is(0, "USE") || settings(tokens).any(|s| s.session),
        changes_lexing: settings(tokens).any(|s| one_of(s.name, &["sql_mode"])),
        ..Facts::default()
    }
}

/// MariaDB's `SET STATEMENT … FOR statement`: the settings hold for that one statement.
fn after_settings(mut tokens: Tokens<'_>) -> Tokens<'_> {
    while tokens.starts(&["SET", "STATEMENT"]) {
        let Some(at) = tokens.outside_parens().find(|at| tokens.is(*at, "FOR")) else {
            break;
        };
        tokens = tokens.from(at + 1);
    }
    tokens
}

fn transaction(tokens: Tokens<'_>) -> TransactionUse {
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "BEGIN" if !tokens.is(1, "NOT") => TransactionUse::Begin,
        "START" if tokens.is(1, "TRANSACTION") => TransactionUse::Begin,
        "XA" => match tokens.word(1).to_ascii_uppercase().as_str() {
            "START" | "BEGIN" => TransactionUse::Begin,
            "PREPARE" | "COMMIT" => TransactionUse::Commit,
            "ROLLBACK" => TransactionUse::Rollback,
            _ => TransactionUse::None,
        },
        "LOCK" if tokens.is_any(1, &["TABLE", "TABLES"]) => TransactionUse::Begin,
        "COMMIT" => TransactionUse::Commit,
        "UNLOCK" if tokens.is_any(1, &["TABLE", "TABLES"]) => TransactionUse::Commit,
        "ROLLBACK" if is_rollback_to(tokens) => TransactionUse::Savepoint,
        "ROLLBACK" => TransactionUse::Rollback,
        "SAVEPOINT" => TransactionUse::Savepoint,
        "RELEASE" if tokens.is(1, "SAVEPOINT") => TransactionUse::Savepoint,
        _ => match settings(tokens).find(|s| one_of(s.name, &["autocommit"])) {
            Some(setting) if setting.off => TransactionUse::Begin,
            Some(_) => TransactionUse::Commit,
            None => TransactionUse::None,
        },
    }
}

/// Statements that are known to leave the open transaction as it is.
const TRANSACTIONAL: &[&str] = &[
    "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "DO", "VALUES", "TABLE", "USE",
    "SHOW", "EXPLAIN", "DESCRIBE", "DESC",
];

fn keeps_transaction(tokens: Tokens<'_>, transaction: TransactionUse) -> bool {
    match transaction {
        TransactionUse::Savepoint | TransactionUse::Rollback => return true,
        TransactionUse::None => {}
        _ => return false,
    }
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "SET" => !tokens.is_any(1, &["PASSWORD", "DEFAULT", "RESOURCE", "STATEMENT"]),
        "CREATE" => {
            let object = if tokens.is(1, "OR") { 3 } else { 1 };
            tokens.is(object, "TEMPORARY") && tokens.is(object + 1, "TABLE")
        }
        "DROP" => tokens.is(1, "TEMPORARY") && tokens.is_any(2, &["TABLE", "TABLES"]),
        "LOAD" => tokens.is_any(1, &["DATA", "XML"]),
        // A parenthesised query.
        "" => {
            tokens.punct(0, b'(')
                && (0..tokens.len())
                    .find(|at| !tokens.punct(*at, b'('))
                    .is_some_and(|at| tokens.is_any(at, TRANSACTIONAL))
        }
        word => one_of(word, TRANSACTIONAL),
    }
}

/// One assignment of a `SET`.
struct Setting<'t> {
    /// The system variable's name; empty for a user variable.
    name: &'t str,
    /// Whether it outlives the transaction.
    session: bool,
    off: bool,
}

/// The assignments of a `SET`; none if the statement is something else.
fn settings(tokens: Tokens<'_>) -> impl Iterator<Item = Setting<'_>> {
    let is_set = tokens.is(0, "SET") && !tokens.is(1, "STATEMENT");
    let starts = is_set.then_some(1).into_iter();
    let commas = tokens
        .outside_parens()
        .filter(move |at| is_set && tokens.punct(*at, b','))
        .map(|at| at + 1);
    starts
        .chain(commas)
        .filter(move |at| *at < tokens.len())
        .map(move |at| setting(tokens.from(at)))
}

fn setting(tokens: Tokens<'_>) -> Setting<'_> {
    let system = tokens.punct(0, b'@') && tokens.punct(1, b'@');
    if tokens.punct(0, b'@') && !system {
        return Setting {
            name: "",
            session: false,
            off: false,
        };
    }
    // SET TRANSACTION without a scope is for the next transaction alone; the others are accounts'.
    if tokens.is_any(0, &["TRANSACTION", "PASSWORD", "DEFAULT"]) {
        return Setting {
            name: "",
            session: false,
            off: false,
        };
    }
    let mut at = if system { 2 } else { 0 };
    if tokens.is_any(
        at,
        &["SESSION", "GLOBAL", "LOCAL", "PERSIST", "PERSIST_ONLY"],
    ) {
        at += if tokens.punct(at + 1, b'.') { 2 } else { 1 };
    }
    let value = if tokens.punct(at + 1, b':') {
        at + 3
    } else {
        at + 2
    };
    let off = tokens.text(value) == "0" || one_of(tokens.name(value), &["OFF", "FALSE"]);
    Setting {
        name: tokens.name(at),
        session: true,
        off,
    }
}
