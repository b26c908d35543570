//! A table's change. DuckDB alters little, and nothing that an index or a foreign key depends on: what
//! it cannot alter is rebuilt from a copy of its rows.

use aludel::schema::{Column, Expr, Index, Name, PartMut, Table};
use aludel::translate::infer::Scope;
use aludel::translate::print::{Level, Spelling, print};
use aludel::translate::rewrite::{Rules, rewrite};
use aludel::translate::{ColumnOrigin, Refusal, Rendered, TableChange};

use super::lower::field;
use super::meaning::Meaning;
use super::refused;
use super::spelling::{Duckdb, quoted};

/// Where the rows are while their table is made anew.
const OLD: &str = "aludel_old";

pub(super) fn render(change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>> {
    let statements = match (change.before, change.after) {
        (None, None) => Vec::new(),
        (None, Some(after)) => create(after)?,
        (Some(before), None) => vec![format!("DROP TABLE {}", ident(&before.name))],
        (Some(before), Some(after)) => alter(change, before, after)?,
    };
    Ok(Rendered {
        statements,
        ..Rendered::default()
    })
}

fn ident(name: &Name) -> String {
    Duckdb.identifier(&name.name)
}

fn create(table: &Table) -> Result<Vec<String>, Vec<Refusal>> {
    let mut statements = vec![print(&Duckdb, |p| p.create_table(table))?];
    for index in &table.indexes {
        statements.push(print(&Duckdb, |p| p.create_index(index, &table.name))?);
    }
    Ok(statements)
}

fn alter(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
) -> Result<Vec<String>, Vec<Refusal>> {
    if before == after {
        return Ok(Vec::new());
    }
    if let Some(statements) = indexes_alone(before, after)? {
        return Ok(statements);
    }
    let held = change.scope.target;
    let mut children = held.referrers(&before.name);
    if let Some(child) = children.find(|child| child.name != before.name) {
        let what = format!(
            "a change of `{}`, which a foreign key of `{}` refers to,",
            before.name, child.name
        );
        return Err(vec![refused("rebuild-unsafe", what)]);
    }
    // A view of DuckDB's is a text, and follows no new name.
    if let Some(view) = held.readers(&before.name).next()
        && (before.name != after.name || renames_columns(change))
    {
        let what = format!(
            "a new name in `{}`, which the view `{}` reads,",
            before.name, view.name
        );
        return Err(vec![refused("rename", what)]);
    }
    match in_place(before, after, change)? {
        Some(statements) => Ok(statements),
        None => rebuild(change, before, after),
    }
}

/// Whether a column gets another name.
fn renames_columns(change: &TableChange<'_>) -> bool {
    let renamed = |origin: &ColumnOrigin| {
        let from = origin.from.as_ref();
        from.is_some_and(|from| *from != origin.column)
    };
    change.columns.iter().any(renamed)
}

/// The statements, if only indexes come and go.
fn indexes_alone(before: &Table, after: &Table) -> Result<Option<Vec<String>>, Vec<Refusal>> {
    let mut bare = before.clone();
    bare.indexes.clone_from(&after.indexes);
    if bare != *after {
        return Ok(None);
    }
    let gone = before
        .indexes
        .iter()
        .filter(|index| !after.indexes.contains(index));
    let new = after
        .indexes
        .iter()
        .filter(|index| !before.indexes.contains(index));
    let mut statements: Vec<_> = gone.map(drop_index).collect();
    for index in new {
        statements.push(print(&Duckdb, |p| p.create_index(index, &after.name))?);
    }
    Ok(Some(statements))
}

fn drop_index(index: &Index) -> String {
    format!("DROP INDEX {}", Duckdb.identifier(&index.name))
}

/// The statements, if ALTER TABLE does the job: a column is added or dropped, or its default or
/// NOT NULL changes. It does not where there are keys or indexes.
fn in_place(
    before: &Table,
    after: &Table,
    change: &TableChange<'_>,
) -> Result<Option<Vec<String>>, Vec<Refusal>> {
    let bare = |table: &Table| table.constraints.is_empty() && table.indexes.is_empty();
    if !bare(before) || !bare(after) || before.name != after.name || renames_columns(change) {
        return Ok(None);
    }
    let name = ident(&after.name);
    let mut statements = Vec::new();
    let kept: Vec<_> = change
        .columns
        .iter()
        .filter_map(|origin| origin.from.as_ref())
        .collect();
    let gone = before
        .columns
        .iter()
        .filter(|column| !kept.contains(&&column.name));
    for column in gone {
        statements.push(format!(
            "ALTER TABLE {name} DROP COLUMN {}",
            Duckdb.identifier(&column.name)
        ));
    }
    for (place, column) in after.columns.iter().enumerate() {
        let own = Duckdb.identifier(&column.name);
        match before
            .column(&column.name)
            .filter(|_| kept.contains(&&column.name))
        {
            None => {
                let constant = matches!(column.default, None | Some(Expr::Literal(_)));
                let last = after.columns[place..]
                    .iter()
                    .all(|column| !kept.contains(&&column.name));
                if !constant || !last {
                    return Ok(None);
                }
                let open = Column {
                    nullable: true,
                    ..column.clone()
                };
                let definition = print(&Duckdb, |p| p.plain_column(&open))?;
                statements.push(format!("ALTER TABLE {name} ADD COLUMN {definition}"));
                if !column.nullable {
                    statements.push(format!(
                        "ALTER TABLE {name} ALTER COLUMN {own} SET NOT NULL"
                    ));
                }
            }
            Some(old) if old.ty != column.ty => return Ok(None),
            Some(old) => {
                if old.default != column.default {
                    let what = match &column.default {
                        Some(value) => print(&Duckdb, |p| {
                            format!("SET DEFAULT {}", p.default_value(value))
                        })?,
                        None => "DROP DEFAULT".into(),
                    };
                    statements.push(format!("ALTER TABLE {name} ALTER COLUMN {own} {what}"));
                }
                if old.nullable != column.nullable {
                    let what = if column.nullable { "DROP" } else { "SET" };
                    statements.push(format!(
                        "ALTER TABLE {name} ALTER COLUMN {own} {what} NOT NULL"
                    ));
                }
            }
        }
    }
    Ok(Some(statements))
}

/// The rows aside, the table anew, the rows back.
fn rebuild(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
) -> Result<Vec<String>, Vec<Refusal>> {
    let old = ident(&before.name);
    let mut statements = vec![guard(before)];
    statements.push(format!(
        "CREATE TEMPORARY TABLE {OLD} AS SELECT * FROM {old}"
    ));
    statements.push(format!("DROP TABLE {old}"));
    let mut made = create(after)?.into_iter();
    statements.extend(made.next());
    let (mut into, mut from) = (Vec::new(), Vec::new());
    for column in &after.columns {
        if let Some(value) = value(change, column)? {
            into.push(Duckdb.identifier(&column.name));
            from.push(value);
        }
    }
    statements.push(format!(
        "INSERT INTO {} ({}) SELECT {} FROM {OLD}",
        ident(&after.name),
        into.join(", "),
        from.join(", ")
    ));
    statements.push(format!("DROP TABLE {OLD}"));
    statements.extend(made);
    Ok(statements)
}

/// What the rows that are there get in a column; `None`: its default.
fn value(change: &TableChange<'_>, column: &Column) -> Result<Option<String>, Vec<Refusal>> {
    let Some(origin) = change
        .columns
        .iter()
        .find(|origin| origin.column == column.name)
    else {
        return Ok(None);
    };
    let Some(authored) = change.authored_before else {
        let message = format!("what `{}` was before is not known", column.name);
        return Err(vec![Refusal::new("unknown-table", message)]);
    };
    let into = change
        .authored_after
        .and_then(|table| table.column(&column.name));
    let Some(into) = into else {
        let message = format!("`{}` is not of the authored table", column.name);
        return Err(vec![Refusal::new("unknown-table", message)]);
    };
    let source = match (&origin.using, &origin.from) {
        (Some(using), _) => using.clone(),
        (None, Some(from)) => Expr::column(from.clone()),
        (None, None) => return Ok(None),
    };
    let scope = Scope::of_table(authored, change.scope.authored, change.scope.source);
    let (value, _) = rewrite(&Meaning, scope, |rw| {
        Meaning.assign(rw, &unqualified(source), &field(into))
    })?;
    print(&Duckdb, |p| p.at(&value, Level::Or)).map(Some)
}

/// The rows are in a table of another name.
fn unqualified(mut expr: Expr) -> Expr {
    fn walk(expr: &mut Expr) {
        if let Expr::Column { table, .. } = expr {
            *table = None;
        }
        expr.parts_mut(&mut |part| {
            if let PartMut::Expr(expr) = part {
                walk(expr);
            }
        });
    }
    walk(&mut expr);
    expr
}

/// Fails unless the table has the columns and indexes that its migrations made: what a hand has added
/// would be lost.
fn guard(table: &Table) -> String {
    let name = quoted(&table.name.name);
    let list = |names: &mut dyn Iterator<Item = &String>| {
        let names: Vec<_> = names.map(|name| quoted(name)).collect();
        format!("[{}]", names.join(", "))
    };
    let columns = list(&mut table.columns.iter().map(|column| &column.name));
    let mut indexes: Vec<_> = table.indexes.iter().map(|index| &index.name).collect();
    indexes.sort();
    let indexes = list(&mut indexes.into_iter());
    let found = |what: &str, from: &str| {
        format!(
            "coalesce((SELECT list({what}) FROM {from}() WHERE database_name = current_database() \
             AND schema_name = current_schema() AND table_name = {name}), [])"
        )
    };
    let columns_found = found("column_name ORDER BY column_index", "duckdb_columns");
    let indexes_found = found("index_name ORDER BY index_name", "duckdb_indexes");
    let message = quoted(&format!(
        "`{}` is not what its migrations made, so it is not rebuilt",
        table.name
    ));
    format!(
        "SELECT CASE WHEN {columns_found} <> {columns} OR {indexes_found} <> {indexes} \
         THEN error({message}) END"
    )
}
