//! A short name for a statement: its verb and, for a definition, the kind of object.

use super::Tokens;
use crate::sql::token::Kind;

/// Kinds of objects, longest first where one begins with another.
const OBJECTS: &[&[&str]] = &[
    &["MATERIALIZED", "VIEW"],
    &["FOREIGN", "TABLE"],
    &["FOREIGN", "DATA", "WRAPPER"],
    &["VIRTUAL", "TABLE"],
    &["EVENT", "TRIGGER"],
    &["DEFAULT", "PRIVILEGES"],
    &["ACCESS", "METHOD"],
    &["USER", "MAPPING"],
    &["TEXT", "SEARCH"],
    &["OPERATOR", "CLASS"],
    &["OPERATOR", "FAMILY"],
    &["PACKAGE", "BODY"],
    &["AGGREGATE"],
    &["CAST"],
    &["COLLATION"],
    &["COLUMN"],
    &["CONSTRAINT", "TRIGGER"],
    &["CONSTRAINT"],
    &["CONVERSION"],
    &["DATABASE"],
    &["DOMAIN"],
    &["EVENT"],
    &["EXTENSION"],
    &["FUNCTION"],
    &["GROUP"],
    &["INDEX"],
    &["LANGUAGE"],
    &["OPERATOR"],
    &["PACKAGE"],
    &["POLICY"],
    &["PROCEDURE"],
    &["PUBLICATION"],
    &["ROLE"],
    &["ROUTINE"],
    &["RULE"],
    &["SCHEMA"],
    &["SEQUENCE"],
    &["SERVER"],
    &["STATISTICS"],
    &["SUBSCRIPTION"],
    &["SYSTEM"],
    &["TABLESPACE"],
    &["TABLE"],
    &["TRANSFORM"],
    &["TRIGGER"],
    &["TYPE"],
    &["USER"],
    &["VIEW"],
];

/// Other verbs of more than one word.
const PHRASES: &[&[&str]] = &[
    &["BEGIN", "NOT", "ATOMIC"],
    &["COMMIT", "PREPARED"],
    &["IMPORT", "FOREIGN", "SCHEMA"],
    &["LOAD", "DATA"],
    &["LOCK", "TABLES"],
    &["LOCK", "TABLE"],
    &["PREPARE", "TRANSACTION"],
    &["REFRESH", "MATERIALIZED", "VIEW"],
    &["RENAME", "TABLE"],
    &["ROLLBACK", "PREPARED"],
    &["ROLLBACK", "TO"],
    &["SECURITY", "LABEL"],
    &["START", "TRANSACTION"],
    &["UNLOCK", "TABLES"],
];

pub(in crate::sql) fn verb(tokens: Tokens<'_>) -> String {
    if let Some(phrase) = PHRASES.iter().find(|phrase| tokens.starts(phrase)) {
        return phrase.join(" ");
    }
    let first = tokens.word(0).to_ascii_uppercase();
    if matches!(
        first.as_str(),
        "CREATE" | "ALTER" | "DROP" | "COMMENT" | "REINDEX"
    ) {
        // Modifiers come before the object: OR REPLACE, UNIQUE, DEFINER = user@host.
        let object = (1..tokens.len().min(16))
            .filter(|at| !tokens.punct(at - 1, b'=') && !tokens.punct(at - 1, b'@'))
            .find_map(|at| OBJECTS.iter().find(|object| tokens.from(at).starts(object)));
        if let Some(object) = object {
            return format!("{first} {}", object.join(" "));
        }
    }
    if first.is_empty() {
        // Such as a parenthesised SELECT.
        let at = (0..tokens.len()).find(|at| tokens.kind(*at) == Some(Kind::Word));
        return at
            .map(|at| tokens.word(at).to_ascii_uppercase())
            .unwrap_or_default();
    }
    first
}
