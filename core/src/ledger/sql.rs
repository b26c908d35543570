//! The ledger's statements as far as the engines agree on them.
//!
//! Everything is qualified and quoted by the dialect. A guard inserts a row that a named CHECK
//! refuses, if and only if the ledger is not where the plan says: one form for every engine and
//! every client, and the constraint's name is the message.

use super::{FORMAT, Guard, Identity, JournalEntry, LedgerTables};

/// How a dialect quotes, and whom it names where the run does not say.
pub trait Quote {
    /// An identifier in quotes.
    fn identifier(&self, name: &str) -> String;
    /// A text as a literal.
    fn literal(&self, text: &str) -> String;
    /// Who runs: an expression.
    fn who(&self) -> &'static str;
    /// From which host: an expression.
    fn host(&self) -> &'static str;
}

/// The qualified, quoted name of a table.
pub fn qualified(quote: &dyn Quote, tables: &LedgerTables, table: &str) -> String {
    match &tables.schema {
        Some(schema) => {
            let mut name = quote.identifier(schema);
            name.push('.');
            name.push_str(&quote.identifier(table));
            name
        }
        None => quote.identifier(table),
    }
}

/// A text in quotes, those in it doubled. A run of a thousand revisions quotes ten thousand texts.
pub(crate) fn quoted(text: &str, quote: char) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push(quote);
    for (at, part) in text.split(quote).enumerate() {
        if at > 0 {
            quoted.push(quote);
            quoted.push(quote);
        }
        quoted.push_str(part);
    }
    quoted.push(quote);
    quoted
}

/// Reads the applied set out of a table whose name is qualified and quoted; one column.
pub fn select_applied(ledger: &str) -> String {
    format!("SELECT version FROM {ledger} ORDER BY version")
}

/// Reads the journal out of a table whose name is qualified and quoted, in the order in which
/// [`Snapshot::set_journal`](super::Snapshot::set_journal) wants the columns.
pub fn select_journal(journal: &str) -> String {
    format!(
        "SELECT number, revision, direction, event, statement, statements, checksum, format \
         FROM {journal} ORDER BY number"
    )
}

/// See [`Dialect::insert`](crate::driver::Dialect::insert).
pub fn insert(quote: &dyn Quote, tables: &LedgerTables, ids: &[&str]) -> String {
    let rows: Vec<_> = ids
        .iter()
        .map(|id| format!("({})", quote.literal(id)))
        .collect();
    format!(
        "INSERT INTO {} (version) VALUES {}",
        qualified(quote, tables, &tables.ledger),
        rows.join(", ")
    )
}

/// See [`Dialect::delete`](crate::driver::Dialect::delete).
pub fn delete(quote: &dyn Quote, tables: &LedgerTables, ids: &[&str]) -> String {
    let ledger = qualified(quote, tables, &tables.ledger);
    match ids {
        [id] => format!("DELETE FROM {ledger} WHERE version = {}", quote.literal(id)),
        _ => format!(
            "DELETE FROM {ledger} WHERE version IN ({})",
            list(quote, ids)
        ),
    }
}

/// See [`Dialect::journal`](crate::driver::Dialect::journal).
pub fn journal(
    quote: &dyn Quote,
    tables: &LedgerTables,
    entry: &JournalEntry,
    by: &Identity,
) -> String {
    let text = |value: &Option<String>, or: &str| match value {
        Some(value) => quote.literal(value),
        None => or.to_owned(),
    };
    let number = |value: Option<usize>| value.map_or("NULL".to_owned(), |n| n.to_string());
    format!(
        "INSERT INTO {} (revision, direction, event, statement, statements, checksum, rules, who, host, tool) \
         VALUES ({}, '{}', '{}', {}, {}, {}, {}, {}, {}, {})",
        qualified(quote, tables, &tables.journal),
        quote.literal(&entry.revision),
        entry.direction,
        entry.event.as_str(),
        number(entry.event.statement()),
        number(entry.statements),
        text(&entry.checksum, "NULL"),
        entry.rules,
        text(&by.who, quote.who()),
        text(&by.host, quote.host()),
        quote.literal(concat!("aludel ", env!("CARGO_PKG_VERSION"))),
    )
}

/// See [`Dialect::guard`](crate::driver::Dialect::guard).
pub fn guard(quote: &dyn Quote, tables: &LedgerTables, guard: &Guard) -> String {
    let ledger = qualified(quote, tables, &tables.ledger);
    let journal = qualified(quote, tables, &tables.journal);
    let mut wrong = Vec::new();
    if !guard.absent.is_empty() {
        wrong.push(format!(
            "EXISTS (SELECT 1 FROM {ledger} WHERE version IN ({}))",
            list(quote, &guard.absent)
        ));
    }
    if !guard.present.is_empty() {
        wrong.push(format!(
            "(SELECT count(*) FROM {ledger} WHERE version IN ({})) <> {}",
            list(quote, &guard.present),
            guard.present.len()
        ));
    }
    if guard.not_part_way {
        // The last row of a revision tells; `failed` after no statement left nothing behind.
        wrong.push(format!(
            "EXISTS (SELECT 1 FROM {journal} AS j WHERE j.number = (SELECT max(l.number) FROM {journal} AS l \
             WHERE l.revision = {}) AND (j.event IN ('started', 'statement') OR (j.event = 'failed' AND j.statement > 0)))",
            quote.literal(&guard.revision)
        ));
    }
    if wrong.is_empty() {
        wrong.push("1 = 0".into());
    }
    format!(
        "INSERT INTO {journal} (revision, event) SELECT {}, 'refused' FROM (SELECT 1 AS one) AS guard WHERE {}",
        quote.literal(&guard.revision),
        wrong.join(" OR ")
    )
}

/// See [`Dialect::format_guard`](crate::driver::Dialect::format_guard).
pub fn format_guard(quote: &dyn Quote, tables: &LedgerTables) -> String {
    let journal = qualified(quote, tables, &tables.journal);
    format!(
        "INSERT INTO {journal} (event) SELECT 'refused' FROM (SELECT 1 AS one) AS guard \
         WHERE EXISTS (SELECT 1 FROM {journal} AS j WHERE j.event = 'format' AND j.format > {FORMAT})"
    )
}

fn list<T: AsRef<str>>(quote: &dyn Quote, ids: &[T]) -> String {
    ids.iter()
        .map(|id| quote.literal(id.as_ref()))
        .collect::<Vec<_>>()
        .join(", ")
}
