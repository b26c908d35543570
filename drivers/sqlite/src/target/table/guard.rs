//! Statements that fail unless something is as it should be.
//!
//! A SELECT that raises where its condition holds, with a message: SQLite shows what is no JSON
//! path. It leaves nothing behind, and works within any transaction and in every client.

use std::collections::BTreeMap;

use aludel::schema::{Column, Literal, Name, ReferentialAction, Table, Trigger};
use aludel::translate::print::Spelling;

use super::super::spelling::Sqlite;
use super::names::ident;

/// Fails if a row refers to one that is not there. To be run once foreign keys were not enforced.
pub(in crate::target) const FOREIGN_KEY_CHECK: &str = "SELECT json_extract('0', 'a row of `' || \"table\" || '` refers to a row of `' || parent || '` that is not there; PRAGMA foreign_key_check lists all such rows') FROM pragma_foreign_key_check LIMIT 1";

/// What SQLite makes of the values that a column of a type gets: a copy into another one converts
/// them. See "Determination Of Column Affinity" in its manual.
const AFFINITY: &str = "CASE WHEN type LIKE '%INT%' THEN 'INTEGER' \
     WHEN type LIKE '%CHAR%' OR type LIKE '%CLOB%' OR type LIKE '%TEXT%' THEN 'TEXT' \
     WHEN type = '' OR type LIKE '%BLOB%' THEN 'BLOB' \
     WHEN type LIKE '%REAL%' OR type LIKE '%FLOA%' OR type LIKE '%DOUB%' THEN 'REAL' ELSE 'NUMERIC' END";

/// Fails unless a table, its indexes and its triggers are what is known of them: what a hand or
/// another tool has added would be lost in a rebuild. The order of columns is not looked at: it is
/// by name that they are copied, and one that a downgrade has brought back stands at the end.
pub(super) fn guard(table: &Table, triggers: &[&Trigger]) -> String {
    let name = text(&table.name.name);
    let expected = text(&expected(table, triggers));
    let affinity = AFFINITY;
    let shown = text(&format!(
        "`{}` is not what its migrations made, so it is not rebuilt (`aludel status --drift` tells what differs): it has ",
        table.name.name
    ));
    format!(
        "SELECT json_extract('0', {shown} || coalesce(found, 'nothing') || '; they made ' || {expected}) \
         FROM (SELECT group_concat(part, ', ') AS found FROM (\
         SELECT part FROM (\
         SELECT 1 AS kind, name || ' ' || {affinity} || CASE WHEN \"notnull\" THEN ' NOT NULL' ELSE '' END \
         || CASE WHEN pk THEN ' KEY ' || pk ELSE '' END || CASE WHEN hidden THEN ' GENERATED' ELSE '' END AS part \
         FROM pragma_table_xinfo({name}) \
         UNION ALL SELECT 2, count(*) || ' FOREIGN KEYS' \
         || CASE on_delete WHEN 'NO ACTION' THEN '' ELSE ' ON DELETE ' || on_delete END \
         || CASE on_update WHEN 'NO ACTION' THEN '' ELSE ' ON UPDATE ' || on_update END \
         FROM pragma_foreign_key_list({name}) GROUP BY on_delete, on_update \
         UNION ALL SELECT 3, upper(type) || ' ' || name FROM sqlite_schema \
         WHERE tbl_name = {name} COLLATE NOCASE AND type IN ('index', 'trigger') AND sql IS NOT NULL\
         ) ORDER BY kind, part)) WHERE found IS NOT {expected}"
    )
}

/// Fails if a table that is not known refers to one: what happens to its rows would happen to that
/// one's too.
pub(in crate::target) fn fails_if_referred<'n>(
    table: &Name,
    known: impl Iterator<Item = &'n Name>,
) -> String {
    let shown = text(&format!(
        "`, which no migration made, refers to `{}`, whose rows would take its rows along",
        table.name
    ));
    let name = text(&table.name);
    let known: String = known
        .map(|name| format!(", {}", text(&name.name)))
        .collect();
    format!(
        "SELECT json_extract('0', '`' || m.name || {shown}) FROM sqlite_schema AS m, pragma_foreign_key_list(m.name) AS f \
         WHERE m.type = 'table' AND f.\"table\" = {name} COLLATE NOCASE AND m.name COLLATE NOCASE NOT IN ({name}{known}) LIMIT 1"
    )
}

/// Fails if a table has rows. It is asked within CASE: SQLite computes a constant before it looks
/// for rows anywhere else.
pub(in crate::target) fn fails_with_rows(table: &Table, message: &str) -> String {
    fails_where(&format!("SELECT 1 FROM {}", ident(&table.name)), message)
}

/// Fails if a query gives a row.
pub(in crate::target) fn fails_where(query: &str, message: &str) -> String {
    let message = text(message);
    format!("SELECT CASE WHEN EXISTS ({query}) THEN json_extract('0', {message}) END")
}

fn text(value: &str) -> String {
    Sqlite
        .literal(&Literal::Text(value.into()))
        .unwrap_or_default()
}

fn expected(table: &Table, triggers: &[&Trigger]) -> String {
    let mut parts: Vec<String> = table
        .columns
        .iter()
        .map(|column| shown(column, table))
        .collect();
    parts.sort();
    let mut keys: BTreeMap<String, usize> = BTreeMap::new();
    for (_, key) in table.foreign_keys() {
        let does = format!(
            "{}{}",
            does("DELETE", key.on_delete),
            does("UPDATE", key.on_update)
        );
        *keys.entry(does).or_default() += key.columns.len();
    }
    let mut keys: Vec<String> = keys
        .into_iter()
        .map(|(does, count)| format!("{count} FOREIGN KEYS{does}"))
        .collect();
    keys.sort();
    parts.extend(keys);
    let indexes = table
        .indexes
        .iter()
        .map(|index| format!("INDEX {}", index.name));
    let triggers = triggers
        .iter()
        .map(|trigger| format!("TRIGGER {}", trigger.name));
    let mut rest: Vec<String> = indexes.chain(triggers).collect();
    rest.sort();
    parts.extend(rest);
    parts.join(", ")
}

/// What a foreign key does, as SQLite says it.
fn does(event: &str, action: ReferentialAction) -> String {
    let action = match action {
        ReferentialAction::NoAction => return String::new(),
        ReferentialAction::Restrict => "RESTRICT",
        ReferentialAction::Cascade => "CASCADE",
        ReferentialAction::SetNull => "SET NULL",
        ReferentialAction::SetDefault => "SET DEFAULT",
    };
    format!(" ON {event} {action}")
}

fn shown(column: &Column, table: &Table) -> String {
    let ty = Sqlite.ty(&column.ty).unwrap_or_default();
    let mut text = format!("{} {}", column.name, affinity(&ty));
    if !column.nullable {
        text.push_str(" NOT NULL");
    }
    let place = table
        .primary_key()
        .iter()
        .position(|part| part.column == column.name);
    if let Some(place) = place {
        text.push_str(&format!(" KEY {}", place + 1));
    }
    if column.generated.is_some() {
        text.push_str(" GENERATED");
    }
    text
}

/// [`AFFINITY`] of a type.
fn affinity(ty: &str) -> &'static str {
    let ty = ty.to_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| ty.contains(word));
    if has(&["INT"]) {
        "INTEGER"
    } else if has(&["CHAR", "CLOB", "TEXT"]) {
        "TEXT"
    } else if ty.is_empty() || has(&["BLOB"]) {
        "BLOB"
    } else if has(&["REAL", "FLOA", "DOUB"]) {
        "REAL"
    } else {
        "NUMERIC"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aludel::schema::Type;
    use aludel::translate::print::print;

    #[test]
    fn a_guard_names_what_the_migrations_made() {
        let mut table = Table::new(Name::bare("it's"));
        table.columns = vec![
            Column {
                nullable: false,
                ..Column::new("id", Type::Text)
            },
            Column::new("note", Type::Text),
        ];
        let sql = guard(&table, &[]);
        assert!(sql.contains("pragma_table_xinfo('it''s')"), "{sql}");
        assert!(
            sql.ends_with("WHERE found IS NOT 'id TEXT NOT NULL, note TEXT'"),
            "{sql}"
        );
        // It prints as a statement of its own.
        assert!(print(&Sqlite, |p| p.literal(&Literal::Text(sql))).is_ok());
    }
}
