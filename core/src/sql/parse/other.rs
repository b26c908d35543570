//! What says nothing about tables and rows, and what only its own engine understands.

use super::cursor::{Cursor, Parsed, Source};
use super::{code, data, lex};
use crate::schema::{Change, Ignored, Name};
use crate::sql::Syntax;
use crate::sql::facts::verb;
use crate::sql::lexer::Lexer;
use crate::sql::token::{Kind, Token, Tokens};

/// A statement that begins with none of the verbs of definition.
pub(super) fn change(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if let Some(changes) = data::statement(c)? {
        return Ok(changes);
    }
    if let Some(keyword) = transaction(c) {
        return Ok(vec![Change::Transaction(keyword)]);
    }
    let word = c.word_at(0).to_ascii_uppercase();
    let ignored = match word.as_str() {
        "GRANT" | "REVOKE" | "REASSIGN" => Ignored::Privileges,
        "REINDEX" | "CLUSTER" => Ignored::Reindex,
        "ANALYZE" | "ANALYSE" | "VACUUM" | "OPTIMIZE" | "CHECKPOINT" => Ignored::Maintenance,
        // Where a materialized view is a view, it is always fresh.
        "REFRESH" => Ignored::Maintenance,
        "LOCK" | "UNLOCK" => Ignored::Lock,
        _ => return code(),
    };
    c.take_rest();
    Ok(vec![Change::Ignored(ignored)])
}

/// `BEGIN`, `COMMIT` …, if the statement is one.
fn transaction(c: &mut Cursor<'_>) -> Option<&'static str> {
    let word = c.eat_any(&[
        "BEGIN",
        "START",
        "COMMIT",
        "END",
        "ROLLBACK",
        "ABORT",
        "SAVEPOINT",
        "RELEASE",
    ])?;
    let to = c.rest().len() > 1 && (c.is("TO") || c.is_at(1, "TO"));
    let keyword = match word {
        "BEGIN" | "START" => "BEGIN",
        "COMMIT" | "END" => "COMMIT",
        "ROLLBACK" | "ABORT" if to => "ROLLBACK TO",
        "ROLLBACK" | "ABORT" => "ROLLBACK",
        "SAVEPOINT" => "SAVEPOINT",
        _ => "RELEASE",
    };
    c.take_rest();
    Some(keyword)
}

/// Objects that may be left out, by the words after `CREATE`, `ALTER` or `DROP`.
const IGNORED: &[(&[&str], Ignored)] = &[
    (&["EXTENSION"], Ignored::Extension),
    (&["DEFAULT", "PRIVILEGES"], Ignored::Privileges),
    (&["ROLE"], Ignored::Role),
    (&["USER"], Ignored::Role),
    (&["GROUP"], Ignored::Role),
    (&["STATISTICS"], Ignored::Statistics),
    (&["PUBLICATION"], Ignored::Replication),
    (&["SUBSCRIPTION"], Ignored::Replication),
    (&["POLICY"], Ignored::Policy),
];

fn ignored(c: &mut Cursor<'_>) -> Option<Change> {
    let (_, what) = IGNORED.iter().find(|(words, _)| c.starts(words))?;
    if c.starts(&["USER", "MAPPING"]) {
        return None;
    }
    c.take_rest();
    Some(Change::Ignored(*what))
}

/// What is created that is neither table, index, view, type nor sequence.
pub(super) fn created(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    ignored(c).map_or_else(code, |change| Ok(vec![change]))
}

/// What is altered likewise: whose it is can always be left out.
pub(super) fn altered(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if let Some(change) = ignored(c) {
        return Ok(vec![change]);
    }
    let mut owner = *c;
    owner.until(|c| c.starts(&["OWNER", "TO"]));
    if owner.rest().len() == 3 {
        c.take_rest();
        return Ok(vec![Change::Ignored(Ignored::Owner)]);
    }
    code()
}

/// What is dropped likewise.
pub(super) fn dropped(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    if c.is("OWNED") {
        return code();
    }
    created(c)
}

/// What a statement is, in its engine's words, and the tables that it is known to touch.
pub(super) fn described(syntax: Syntax, statement: &str) -> (String, Vec<Name>) {
    let mut lexer = Lexer::new(syntax, statement);
    let tokens: Vec<Token> = std::iter::from_fn(|| lexer.next())
        .filter(|token| {
            !matches!(
                token.kind,
                Kind::Space | Kind::LineComment | Kind::BlockComment | Kind::ExecMark
            )
        })
        .collect();
    let what = verb::verb(Tokens::new(statement, &tokens));
    let source = Source::new(syntax, statement);
    let tables = lex::tokens(syntax, statement)
        .ok()
        .and_then(|toks| table(Cursor::new(&source, &toks)));
    (what, tables.into_iter().collect())
}

/// The table that a statement is about, by the word before it.
fn table(mut c: Cursor<'_>) -> Option<Name> {
    let before: &[&str] = match c.word_at(0).to_ascii_uppercase().as_str() {
        "CREATE" | "ALTER" | "DROP" if c.is_at(1, "TABLE") => &["TABLE"],
        "CREATE" if (1..4).any(|at| c.is_at(at, "VIEW")) => &["VIEW"],
        "CREATE" if (1..4).any(|at| c.is_at(at, "TABLE")) => &["TABLE"],
        "CREATE" | "ALTER" | "DROP" => {
            const ON: &[&str] = &["INDEX", "TRIGGER", "POLICY", "RULE"];
            let object = (1..6).find(|at| ON.iter().any(|word| c.is_at(*at, word)))?;
            let rule = c.is_at(object, "RULE");
            c.skip(object);
            if rule { &["TO"] } else { &["ON"] }
        }
        "INSERT" | "REPLACE" => &["INTO"],
        "UPDATE" => &["UPDATE"],
        "DELETE" => &["FROM"],
        "TRUNCATE" => &["TRUNCATE"],
        _ => return None,
    };
    c.until(|c| c.is_any(before));
    c.skip(1);
    if c.eat("OR") {
        c.skip(1);
    }
    c.eat("TABLE");
    c.if_not_exists();
    c.if_exists();
    c.eat("ONLY");
    c.name().ok()
}
