//! Renames: SQLite carries a new name of a table or column to every index, foreign key, trigger
//! and view that uses it. So a rename is always done by ALTER TABLE, and done first; what is left
//! to do then has the new names already.

use std::borrow::Cow;

use aludel::schema::{
    Constraint, ConstraintKind, Expr, Ident, IndexPart, Name, Part, PartMut, Query, Table,
    TableRef, View,
};
use aludel::translate::print::Spelling;
use aludel::translate::{DataScope, Refusal, TableChange};

use super::super::rules::OLD;
use super::super::spelling::Sqlite;

/// A table's name as it is written.
pub(in crate::target) fn ident(name: &Name) -> String {
    Sqlite.identifier(&name.name)
}

/// The table before, once it has its new names.
pub(super) struct Renamed<'a> {
    pub(super) table: Cow<'a, Table>,
    pub(super) statements: Vec<String>,
}

impl<'a> Renamed<'a> {
    pub(super) fn of(
        change: &TableChange<'_>,
        before: &'a Table,
        after: &Table,
    ) -> Result<Self, Vec<Refusal>> {
        let mut table = Cow::Borrowed(before);
        let mut statements = Vec::new();
        if before.name != after.name {
            let same = before.name.name.eq_ignore_ascii_case(&after.name.name);
            if same {
                // SQLite takes it for the name that it has.
                let between = format!("aludel_old_{}", before.name.name);
                let between = Sqlite.identifier(&between);
                statements.push(format!(
                    "ALTER TABLE {} RENAME TO {between}",
                    ident(&before.name)
                ));
                statements.push(format!(
                    "ALTER TABLE {between} RENAME TO {}",
                    ident(&after.name)
                ));
            } else {
                statements.push(format!(
                    "ALTER TABLE {} RENAME TO {}",
                    ident(&before.name),
                    ident(&after.name)
                ));
            }
            let table = table.to_mut();
            for key in foreign_keys_mut(table) {
                if key.table == before.name {
                    key.table.clone_from(&after.name);
                }
            }
            table.name.clone_from(&after.name);
        }
        let renames: Vec<(&Ident, &Ident)> = change
            .columns
            .iter()
            .filter_map(|origin| origin.from.as_ref().map(|from| (from, &origin.column)))
            .filter(|(from, to)| from != to)
            .collect();
        if !renames.is_empty() || before.name != after.name {
            check_triggers(change, before)?;
        }
        let away = match renames.is_empty() {
            true => Vec::new(),
            false => views_of_views(change, [&before.name, &after.name]),
        };
        let drops = away
            .iter()
            .map(|view| format!("DROP VIEW {}", ident(&view.name)));
        statements.extend(drops);
        for (from, to) in renames {
            if table
                .columns
                .iter()
                .any(|column| column.name != *from && column.name.eq_ignore_ascii_case(to))
            {
                return Err(vec![
                    Refusal::new(
                        "rename-clash",
                        format!("`{}`: `{from}` takes the name of a column that goes or is renamed in the same revision", after.name),
                    )
                    .help("put the two renames into revisions of their own"),
                ]);
            }
            statements.push(format!(
                "ALTER TABLE {} RENAME COLUMN {} TO {}",
                ident(&after.name),
                Sqlite.identifier(from),
                Sqlite.identifier(to)
            ));
            rename_column(table.to_mut(), from, to);
        }
        statements.extend(away.into_iter().map(made_again));
        Ok(Self { table, statements })
    }
}

/// The views that read others of which one reads a table. SQLite gives a column of those its new name, until
/// they are made again with the one that they had, and refuses to rename what leaves these without it. So it
/// does with a view that reads the table by a query of its own.
fn views_of_views<'s>(change: &TableChange<'s>, table: [&Name; 2]) -> Vec<&'s View> {
    let held = change.scope.target;
    let reads = |view: &View, names: &[Name]| {
        let mut read = view.reads.iter().map(super::super::names::flat);
        read.any(|name| names.contains(&name))
    };
    let flat = |view: &View| super::super::names::flat(&view.name);
    let tables = table.map(super::super::names::flat);
    let direct: Vec<&View> = held.views().filter(|view| reads(view, &tables)).collect();
    let mut known: Vec<Name> = direct.iter().copied().map(flat).collect();
    let by_queries = |view: &&View| view.query.as_ref().is_some_and(selects_from_queries);
    let mut found: Vec<&View> = direct.into_iter().filter(by_queries).collect();
    loop {
        let more: Vec<&View> = held
            .views()
            .filter(|view| {
                reads(view, &known) && !found.iter().any(|other| other.name == view.name)
            })
            .collect();
        if more.is_empty() {
            return found;
        }
        known = more.iter().copied().map(flat).collect();
        found.extend(more);
    }
}

fn selects_from_queries(query: &Query) -> bool {
    fn of(part: Part<'_>) -> bool {
        let mut found = false;
        match part {
            Part::Table(TableRef::Subquery { .. }) => return true,
            Part::Table(table) => table.parts(&mut |part| found |= of(part)),
            Part::Query(query) => return selects_from_queries(query),
            Part::Expr(expr) => expr.parts(&mut |part| found |= of(part)),
            Part::Data(data) => data.parts(&mut |part| found |= of(part)),
        }
        found
    }
    let mut found = !query.with.is_empty();
    query.parts(&mut |part| found |= of(part));
    found
}

/// The statement that makes a view again: that of one which was translated is known, and the query of one that
/// an override has made.
fn made_again(view: &View) -> String {
    let text = view.text.trim();
    let begins = text.get(.."CREATE ".len());
    if begins.is_some_and(|begins| begins.eq_ignore_ascii_case("CREATE ")) {
        return text.to_owned();
    }
    let columns: Vec<_> = view
        .columns
        .iter()
        .map(|name| Sqlite.identifier(name))
        .collect();
    let columns = match columns.as_slice() {
        [] => String::new(),
        columns => format!(" ({})", columns.join(", ")),
    };
    format!("CREATE VIEW {}{columns} AS {text}", ident(&view.name))
}

/// SQLite rewrites a trigger's text on a rename, and what is known of it would be wrong then.
fn check_triggers(change: &TableChange<'_>, before: &Table) -> Result<(), Vec<Refusal>> {
    let held = change.scope.target;
    let mentions = |text: &str| {
        text.to_ascii_lowercase()
            .contains(&before.name.name.to_ascii_lowercase())
    };
    // One that was translated names its own table alone, and is away while that one's columns are
    // renamed.
    let trigger = held.triggers().find(|trigger| {
        trigger.table == before.name || (trigger.does.is_none() && mentions(&trigger.text))
    });
    let trigger = trigger.or_else(|| change.triggers.first().copied());
    match trigger {
        None => Ok(()),
        Some(trigger) => Err(vec![
            Refusal::new(
                "rename-with-trigger",
                format!(
                    "the trigger `{}`, which an override made, names what is renamed in `{}`",
                    trigger.name, before.name
                ),
            )
            .help("write an override for this revision too"),
        ]),
    }
}

/// Foreign keys that point at what has been renamed meanwhile have followed.
pub(super) fn with_foreign_names<'a>(
    before: &'a Table,
    after: &Table,
    scope: &DataScope<'_>,
) -> Cow<'a, Table> {
    let mut table = Cow::Borrowed(before);
    for (place, constraint) in before.constraints.iter().enumerate() {
        let ConstraintKind::ForeignKey(key) = &constraint.kind else {
            continue;
        };
        let followed = after.constraints.iter().find(|other| {
            let ConstraintKind::ForeignKey(new) = &other.kind else {
                return false;
            };
            new != key && new.columns == key.columns && has_followed(key, new, scope) && {
                let mut same = constraint.clone();
                same.kind = other.kind.clone();
                same == **other
            }
        });
        if let Some(followed) = followed {
            table.to_mut().constraints[place] = followed.clone();
        }
    }
    table
}

/// Whether one foreign key is the other after a rename: what the one names is gone, what the
/// other names is there.
fn has_followed(
    old: &aludel::schema::ForeignKey,
    new: &aludel::schema::ForeignKey,
    scope: &DataScope<'_>,
) -> bool {
    let held = scope.target;
    if old.table != new.table
        && (held.table(&old.table).is_some() || held.table(&new.table).is_none())
    {
        return false;
    }
    let Some(parent) = held.table(&new.table) else {
        return false;
    };
    old.referred.len() == new.referred.len()
        && old.referred.iter().zip(&new.referred).all(|(old, new)| {
            old == new || (parent.column(old).is_none() && parent.column(new).is_some())
        })
        && old.on_delete == new.on_delete
        && old.on_update == new.on_update
}

pub(super) fn foreign_keys_mut(
    table: &mut Table,
) -> impl Iterator<Item = &mut aludel::schema::ForeignKey> {
    table
        .constraints
        .iter_mut()
        .filter_map(|constraint| match &mut constraint.kind {
            ConstraintKind::ForeignKey(key) => Some(key),
            _ => None,
        })
}

fn rename_column(table: &mut Table, from: &Ident, to: &Ident) {
    let own = table.name.clone();
    for column in &mut table.columns {
        if column.name == *from {
            column.name.clone_from(to);
        }
        if let Some(generated) = &mut column.generated {
            rename_in(&mut generated.expr, from, to);
        }
    }
    for constraint in &mut table.constraints {
        rename_in_constraint(constraint, &own, from, to);
    }
    for index in &mut table.indexes {
        for key in &mut index.keys {
            rename_in(&mut key.expr, from, to);
        }
        if let Some(filter) = &mut index.filter {
            rename_in(filter, from, to);
        }
    }
}

fn rename_in_constraint(constraint: &mut Constraint, own: &Name, from: &Ident, to: &Ident) {
    let parts = |parts: &mut Vec<IndexPart>| {
        for part in parts.iter_mut().filter(|part| part.column == *from) {
            part.column.clone_from(to);
        }
    };
    let idents = |idents: &mut Vec<Ident>| {
        for ident in idents.iter_mut().filter(|ident| *ident == from) {
            ident.clone_from(to);
        }
    };
    match &mut constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            parts(columns)
        }
        ConstraintKind::ForeignKey(key) => {
            idents(&mut key.columns);
            if key.table == *own {
                idents(&mut key.referred);
            }
        }
        ConstraintKind::Check { expr, .. } => rename_in(expr, from, to),
        _ => {}
    }
}

fn rename_in(expr: &mut Expr, from: &Ident, to: &Ident) {
    if let Expr::Column { column, .. } = expr
        && column == from
    {
        column.clone_from(to);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            rename_in(expr, from, to);
        }
    });
}

/// An expression over the columns of the table before, once those have their new names.
pub(super) fn in_new_names(mut expr: Expr, change: &TableChange<'_>) -> Expr {
    fn walk(part: PartMut<'_>, change: &TableChange<'_>) {
        let expr = match part {
            PartMut::Expr(expr) => expr,
            // What is made of an array or a document looks at its elements in a query.
            PartMut::Query(query) => return query.parts_mut(&mut |part| walk(part, change)),
            PartMut::Table(table) => return table.parts_mut(&mut |part| walk(part, change)),
            PartMut::Data(_) => return,
        };
        let Expr::Column { table, column } = expr else {
            return expr.parts_mut(&mut |part| walk(part, change));
        };
        let before = [change.authored_before, change.before];
        let before = before.into_iter().flatten();
        let mut names = before.map(|table| table.name.name.as_str());
        if let Some(table) = table {
            if !names.any(|name| name == table.name) && table.name != OLD {
                return;
            }
            // The table may have another name by now.
            *table = Name::bare(OLD);
        }
        let is = |origin: &&aludel::translate::ColumnOrigin| {
            origin.from.as_deref() == Some(column.as_str())
        };
        if let Some(origin) = change.columns.iter().find(is) {
            column.clone_from(&origin.column);
        }
    }
    walk(PartMut::Expr(&mut expr), change);
    expr
}
