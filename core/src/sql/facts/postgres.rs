//! PostgreSQL: what must stand alone, what outlives the transaction, what reads its clock.
//!
//! A `DO` block's body is a string to the scanner and a program to the server; it is looked into.

use super::{Facts, Tokens, TransactionUse, is_rollback_to};
use crate::sql::Syntax;
use crate::sql::lexer::Lexer;
use crate::sql::token::{Kind, Token, one_of};

pub(super) fn facts(tokens: Tokens<'_>) -> Facts {
    let mut facts = Facts {
        transaction: transaction(tokens),
        refused_in_transaction: refused(tokens),
        sets_session: sets_session(tokens),
        changes_lexing: changes_lexing(tokens),
        reads_clock: evaluates(tokens) && mentions_clock(tokens),
        ..Facts::default()
    };
    if tokens.is(0, "DO") {
        for index in 1..tokens.len() {
            let body = unquoted(tokens, index);
            let inner = significant(body);
            let inner = Tokens::new(body, &inner);
            facts.sets_session |= sets_config(inner, |call| !call.local);
            facts.changes_lexing |= sets_config(inner, |call| one_of(call.name, LEXING));
            facts.reads_clock |= mentions_clock(inner);
            for set in
                (1..inner.len()).filter(|at| inner.is(*at, "SET") && begins_statement(inner, *at))
            {
                facts.sets_session |= sets_session(inner.from(set));
                facts.changes_lexing |= changes_lexing(inner.from(set));
            }
        }
    }
    facts
}

/// Whether a statement of a PL/pgSQL block may begin at this token.
fn begins_statement(tokens: Tokens<'_>, at: usize) -> bool {
    tokens.kind(at - 1) == Some(Kind::Semicolon)
        || tokens.is_any(at - 1, &["BEGIN", "THEN", "ELSE", "LOOP"])
}

/// The inside of a string literal, escapes and all.
fn unquoted(tokens: Tokens<'_>, index: usize) -> &str {
    if tokens.kind(index) != Some(Kind::Text) {
        return "";
    }
    let text = tokens.text(index);
    let tag = match text.strip_prefix('$').and_then(|rest| rest.find('$')) {
        Some(at) => at + 2,
        None => 1,
    };
    text.get(tag..text.len().saturating_sub(tag))
        .unwrap_or_default()
}

fn significant(text: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(Syntax::Postgres, text);
    std::iter::from_fn(|| lexer.next())
        .filter(|t| !matches!(t.kind, Kind::Space | Kind::LineComment | Kind::BlockComment))
        .collect()
}

fn transaction(tokens: Tokens<'_>) -> TransactionUse {
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "BEGIN" => TransactionUse::Begin,
        "START" if tokens.is(1, "TRANSACTION") => TransactionUse::Begin,
        "COMMIT" | "END" => TransactionUse::Commit,
        "PREPARE" if tokens.is(1, "TRANSACTION") => TransactionUse::Commit,
        "ROLLBACK" if is_rollback_to(tokens) => TransactionUse::Savepoint,
        "ROLLBACK" | "ABORT" => TransactionUse::Rollback,
        "SAVEPOINT" | "RELEASE" => TransactionUse::Savepoint,
        _ => TransactionUse::None,
    }
}

fn refused(tokens: Tokens<'_>) -> Option<&'static str> {
    let concurrently = "PostgreSQL builds and drops concurrently in transactions of its own";
    let object = tokens.word(1).to_ascii_uppercase();
    match (
        tokens.word(0).to_ascii_uppercase().as_str(),
        object.as_str(),
    ) {
        ("CREATE", "INDEX") | ("DROP", "INDEX") if tokens.is(2, "CONCURRENTLY") => {
            Some(concurrently)
        }
        ("CREATE", "UNIQUE") if tokens.is(2, "INDEX") && tokens.is(3, "CONCURRENTLY") => {
            Some(concurrently)
        }
        ("REINDEX", _) => reindex(tokens),
        ("VACUUM", _) => Some("PostgreSQL vacuums in transactions of its own"),
        ("CREATE" | "DROP", "DATABASE") => {
            Some("PostgreSQL copies and removes files that it cannot restore")
        }
        ("ALTER", "DATABASE") if tokens.has(&["SET", "TABLESPACE"]) => {
            Some("PostgreSQL moves files that it cannot restore")
        }
        ("CREATE" | "DROP", "TABLESPACE") => {
            Some("PostgreSQL makes and removes directories that it cannot restore")
        }
        ("ALTER", "SYSTEM") => {
            Some("PostgreSQL writes a configuration file that it cannot restore")
        }
        ("CLUSTER", _) if is_whole_cluster(tokens) => {
            Some("PostgreSQL clusters each table in its own transaction")
        }
        ("CREATE", "SUBSCRIPTION") if !has_option_off(tokens, &["connect", "create_slot"]) => {
            Some("PostgreSQL creates a replication slot on another server")
        }
        ("DROP", "SUBSCRIPTION") => Some("PostgreSQL drops a replication slot on another server"),
        ("ALTER", "SUBSCRIPTION")
            if tokens.has(&["PUBLICATION"]) && !has_option_off(tokens, &["refresh"]) =>
        {
            Some("PostgreSQL changes replication slots on another server")
        }
        ("ALTER", "TABLE")
            if tokens.has(&["DETACH", "PARTITION"]) && detaches_concurrently(tokens) =>
        {
            Some("PostgreSQL detaches concurrently in two transactions of its own")
        }
        ("DISCARD", "ALL") => Some("PostgreSQL discards a session only between transactions"),
        _ => None,
    }
}

fn reindex(tokens: Tokens<'_>) -> Option<&'static str> {
    let object = tokens.outside_parens().find(|at| *at > 0)?;
    let option = (1..object).any(|at| {
        tokens.is(at, "CONCURRENTLY")
            && !tokens.is_any(at + 1, &["OFF", "FALSE"])
            && tokens.text(at + 1) != "0"
    });
    if option || tokens.is(object + 1, "CONCURRENTLY") {
        Some("PostgreSQL rebuilds concurrently in transactions of its own")
    } else if tokens.is_any(object, &["DATABASE", "SYSTEM", "SCHEMA"]) {
        Some("PostgreSQL rebuilds each table's indexes in its own transaction")
    } else {
        None
    }
}

fn is_whole_cluster(tokens: Tokens<'_>) -> bool {
    tokens
        .outside_parens()
        .skip(1)
        .all(|at| tokens.is(at, "VERBOSE"))
}

fn detaches_concurrently(tokens: Tokens<'_>) -> bool {
    tokens.len() > 0 && tokens.is(tokens.len() - 1, "CONCURRENTLY")
}

fn has_option_off(tokens: Tokens<'_>, options: &[&str]) -> bool {
    (0..tokens.len()).any(|at| {
        tokens.is_any(at, options)
            && tokens.punct(at + 1, b'=')
            && (one_of(tokens.name(at + 2), &["false", "off"]) || tokens.text(at + 2) == "0")
    })
}

const LEXING: &[&str] = &[
    "standard_conforming_strings",
    "backslash_quote",
    "client_encoding",
];

fn sets_session(tokens: Tokens<'_>) -> bool {
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "SET" => !tokens.is_any(1, &["LOCAL", "TRANSACTION", "CONSTRAINTS"]),
        "RESET" | "DISCARD" | "LISTEN" | "UNLISTEN" | "LOAD" => true,
        // A definition does not run what it defines.
        "CREATE" if !evaluates(tokens) => false,
        _ => sets_config(tokens, |call| !call.local),
    }
}

fn changes_lexing(tokens: Tokens<'_>) -> bool {
    let first = if tokens.is_any(1, &["SESSION", "LOCAL"]) {
        2
    } else {
        1
    };
    match tokens.word(0).to_ascii_uppercase().as_str() {
        "SET" => tokens.is(first, "NAMES") || one_of(tokens.name(first), LEXING),
        "RESET" => tokens.is(1, "ALL") || one_of(tokens.name(1), LEXING),
        "DISCARD" => tokens.is(1, "ALL"),
        "CREATE" if !evaluates(tokens) => false,
        _ => sets_config(tokens, |call| one_of(call.name, LEXING)),
    }
}

/// A call of `set_config(name, value, is_local)`.
struct SetConfig<'t> {
    name: &'t str,
    local: bool,
}

/// Whether a call of `set_config` is as described.
fn sets_config(tokens: Tokens<'_>, is: impl Fn(SetConfig<'_>) -> bool) -> bool {
    let called = |at: usize| tokens.punct(at + 1, b'(') && one_of(tokens.name(at), &["set_config"]);
    (0..tokens.len()).filter(|at| called(*at)).any(|at| {
        let local = third_is_true(tokens.from(at + 2));
        is(SetConfig {
            name: tokens.name(at + 2),
            local,
        })
    })
}

/// Whether the third argument is the word `true`, the tokens beginning with the first argument.
fn third_is_true(tokens: Tokens<'_>) -> bool {
    let mut depth = 0_usize;
    let mut commas = 0;
    // Bounded, since calls may be nested; an argument beyond is taken for another one.
    for at in 0..tokens.len().min(256) {
        match tokens.kind(at) {
            Some(Kind::Punct(b'(')) => depth += 1,
            Some(Kind::Punct(b')')) if depth == 0 => return false,
            Some(Kind::Punct(b')')) => depth -= 1,
            Some(Kind::Punct(b',')) if depth == 0 => {
                commas += 1;
                if commas == 2 {
                    return tokens.is(at + 1, "TRUE") && tokens.punct(at + 2, b')');
                }
            }
            _ => {}
        }
    }
    false
}

/// Whether the statement's expressions are evaluated when it runs, and not later.
fn evaluates(tokens: Tokens<'_>) -> bool {
    if !tokens.is(0, "CREATE") {
        return true;
    }
    let modifiers = &[
        "OR",
        "REPLACE",
        "TEMP",
        "TEMPORARY",
        "UNLOGGED",
        "GLOBAL",
        "LOCAL",
        "RECURSIVE",
        "CONSTRAINT",
    ];
    let object = (1..tokens.len())
        .find(|at| !tokens.is_any(*at, modifiers))
        .unwrap_or(1);
    if tokens.is(object, "TABLE") {
        return tokens.outside_parens().any(|at| tokens.is(at, "AS"));
    }
    !tokens.is_any(
        object,
        &[
            "FUNCTION",
            "PROCEDURE",
            "VIEW",
            "TRIGGER",
            "RULE",
            "EVENT",
            "POLICY",
            "DOMAIN",
            "FOREIGN",
        ],
    )
}

const CLOCKS: &[&str] = &[
    "CURRENT_TIMESTAMP",
    "CURRENT_DATE",
    "CURRENT_TIME",
    "LOCALTIME",
    "LOCALTIMESTAMP",
];

fn mentions_clock(tokens: Tokens<'_>) -> bool {
    (0..tokens.len()).any(|at| match tokens.kind(at) {
        // ALTER … SET DEFAULT stores the expression.
        Some(Kind::Word) if at > 1 && tokens.is(at - 1, "DEFAULT") && tokens.is(at - 2, "SET") => {
            false
        }
        Some(Kind::Word) if tokens.is_any(at, CLOCKS) => true,
        Some(Kind::Word) => {
            tokens.punct(at + 1, b'(')
                && tokens.is_any(at, &["now", "transaction_timestamp", "statement_timestamp"])
        }
        Some(Kind::Text) => one_of(
            tokens.name(at).trim(),
            &["now", "today", "tomorrow", "yesterday"],
        ),
        _ => false,
    })
}
