//! A script as a file of its own, for a driver of its dialect.

use std::fmt::Write;

use crate::driver::{Client, Dialect};
use crate::plan::WorkScript;
use crate::translate::Target;

/// The text of a script as a migrations directory for `dialect` may hold it, as `up.sql` or
/// `down.sql`.
///
/// One of the driver's own comes as it stands, a translated one with the statements around its
/// transaction: see [`Database::translate`](super::Database::translate).
pub fn script_file(script: &WorkScript, dialect: &dyn Dialect) -> String {
    if script.pieces.iter().all(|piece| piece.sql.is_none()) && !script.pieces.is_empty() {
        return script.text.to_string();
    }
    let mut text = String::new();
    // Who runs it may have a session in which nothing enforces foreign keys.
    let enforcing = dialect.target().and_then(Target::enforcing);
    let enforcing = enforcing.filter(|_| script.relies_on_keys);
    let outside = !(script.before.is_empty() && script.after.is_empty()) || enforcing.is_some();
    let mut statements: Vec<&str> = Vec::new();
    if outside {
        text.push_str("-- aludel: no-transaction\n");
        statements.extend(enforcing);
        statements.extend(script.before.iter().map(String::as_str));
        statements.push(dialect.begin());
    }
    statements.extend(script.pieces.iter().map(|piece| piece.text(&script.text)));
    if outside {
        statements.push(dialect.commit());
        statements.extend(script.after.iter().map(String::as_str));
    }
    if statements.is_empty() {
        // A script without a statement is refused.
        statements.push("SELECT 1");
    }
    for sql in statements {
        let _ = writeln!(text, "{}", dialect.print(sql, Client::Usual).trim_start());
    }
    text
}
