//! What ALTER TABLE, CREATE INDEX and DROP INDEX can do by themselves.

use aludel::schema::{Column, Constraint, ConstraintKind, Expr, Generated, Literal, Table};
use aludel::translate::print::print;
use aludel::translate::{Refusal, TableChange};

use super::super::spelling::Sqlite;
use super::names::ident;
use super::{Value, Values};

/// The statements, if ALTER TABLE does the whole job. `before` has its new names already.
pub(super) fn alter(
    change: &TableChange<'_>,
    before: &Table,
    after: &Table,
    values: &Values,
) -> Result<Option<Vec<String>>, Vec<Refusal>> {
    if before.options != after.options || !values.keep_all(change, after) {
        return Ok(None);
    }
    let Some(plan) = Plan::of(change, before, after, values) else {
        return Ok(None);
    };
    plan.print(before, after).map(Some)
}

struct Plan<'a> {
    dropped: Vec<&'a Column>,
    added: Vec<(&'a Column, Vec<&'a Constraint>)>,
}

impl<'a> Plan<'a> {
    fn of(
        change: &TableChange<'_>,
        before: &'a Table,
        after: &'a Table,
        values: &Values,
    ) -> Option<Self> {
        let is_kept = |column: &Column| {
            change
                .columns
                .iter()
                .any(|origin| origin.column == column.name && origin.from.is_some())
        };
        let kept: Vec<&Column> = after
            .columns
            .iter()
            .filter(|column| is_kept(column))
            .collect();
        let dropped: Vec<&Column> = before
            .columns
            .iter()
            .filter(|column| kept.iter().all(|kept| kept.name != column.name))
            .collect();
        // What is kept is what it was and stands in the order in which it stood; what is new
        // stands at the end.
        let before_kept: Vec<&Column> = before
            .columns
            .iter()
            .filter(|column| kept.iter().any(|kept| kept.name == column.name))
            .collect();
        let in_front = after
            .columns
            .iter()
            .take(kept.len())
            .eq(kept.iter().copied());
        let alike = kept.len() == before_kept.len()
            && kept.iter().zip(&before_kept).all(|(a, b)| same(a, b));
        if !alike || !in_front {
            return None;
        }
        let mut new_constraints: Vec<&Constraint> = after
            .constraints
            .iter()
            .filter(|constraint| !before.constraints.contains(constraint))
            .collect();
        if before
            .constraints
            .iter()
            .any(|constraint| !after.constraints.contains(constraint))
        {
            return None;
        }
        if !dropped.iter().all(|column| is_free(before, after, column)) {
            return None;
        }
        let mut added = Vec::new();
        for (column, value) in after.columns.iter().zip(&values.of).skip(kept.len()) {
            let (own, rest) = new_constraints
                .into_iter()
                .partition(|constraint| stands_in(constraint, column, after));
            new_constraints = rest;
            if !is_addable(column, value, &own) {
                return None;
            }
            added.push((column, own));
        }
        new_constraints
            .is_empty()
            .then_some(Self { dropped, added })
    }

    fn print(&self, before: &Table, after: &Table) -> Result<Vec<String>, Vec<Refusal>> {
        let name = ident(&after.name);
        let mut statements = Vec::new();
        for index in before
            .indexes
            .iter()
            .filter(|index| !after.indexes.contains(index))
        {
            statements.push(format!(
                "DROP INDEX {}",
                ident(&aludel::schema::Name::bare(index.name.clone()))
            ));
        }
        for column in &self.dropped {
            let column = ident(&aludel::schema::Name::bare(column.name.clone()));
            statements.push(format!("ALTER TABLE {name} DROP COLUMN {column}"));
        }
        for (column, constraints) in &self.added {
            // Its own constraints stand in it.
            let mut alone = Table::new(after.name.clone());
            alone.columns = vec![(*column).clone()];
            alone.constraints = constraints
                .iter()
                .map(|constraint| (*constraint).clone())
                .collect();
            let definition = print(&Sqlite, |p| inline(p, column, &alone))?;
            statements.push(format!("ALTER TABLE {name} ADD COLUMN {definition}"));
        }
        for index in after
            .indexes
            .iter()
            .filter(|index| !before.indexes.contains(index))
        {
            statements.push(print(&Sqlite, |p| p.create_index(index, &after.name))?);
        }
        Ok(statements)
    }
}

/// A column with its constraints within it.
fn inline(p: &mut aludel::translate::print::Printer<'_>, column: &Column, table: &Table) -> String {
    let mut text = p.column(column, table);
    for constraint in &table.constraints {
        let ConstraintKind::ForeignKey(key) = &constraint.kind else {
            // An unnamed CHECK is written by the column itself.
            if constraint.name.is_some() {
                text.push(' ');
                text.push_str(&p.constraint(constraint, table));
            }
            continue;
        };
        if let Some(name) = &constraint.name {
            text.push_str(&format!(" CONSTRAINT {}", p.ident(name)));
        }
        text.push_str(&format!(" {}", p.references(key)));
        if constraint.initially_deferred {
            text.push_str(" DEFERRABLE INITIALLY DEFERRED");
        } else if constraint.deferrable {
            text.push_str(" DEFERRABLE");
        }
    }
    text
}

/// Whether two definitions of a column are the same but for what is not held here.
fn same(a: &Column, b: &Column) -> bool {
    a == b
}

/// Whether a constraint can stand in the definition of a column.
fn stands_in(constraint: &Constraint, column: &Column, table: &Table) -> bool {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => key.columns == [column.name.clone()],
        ConstraintKind::Check { expr, .. } => {
            expr.names_column(&column.name)
                && table
                    .columns
                    .iter()
                    .all(|other| other.name == column.name || !expr.names_column(&other.name))
        }
        _ => false,
    }
}

/// Whether nothing that stays names a column. A CHECK that went with it may stand outside the
/// column, where DROP COLUMN does not find it.
fn is_free(before: &Table, after: &Table, column: &Column) -> bool {
    let name = column.name.as_str();
    let in_constraint = |constraint: &Constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().any(|part| part.column == name)
        }
        ConstraintKind::ForeignKey(key) => {
            key.columns.iter().any(|own| own == name)
                || (key.table == before.name && key.referred.iter().any(|own| own == name))
        }
        ConstraintKind::Check { expr, .. } => expr.names_column(name),
        _ => true,
    };
    let kept_indexes = || {
        before
            .indexes
            .iter()
            .filter(|index| after.indexes.contains(index))
    };
    !before.constraints.iter().any(in_constraint)
        && !before.columns.iter().any(|other| matches!(&other.generated, Some(Generated { expr, .. }) if expr.names_column(name)))
        && column.identity.is_none()
        && !kept_indexes().any(|index| {
            index.keys.iter().any(|key| key.expr.names_column(name)) || index.filter.as_ref().is_some_and(|filter| filter.names_column(name))
        })
        && before.columns.len() > 1
}

/// ADD COLUMN takes a constant default, and NULL or a value that is not NULL for the rows that
/// are there.
fn is_addable(column: &Column, value: &Value, constraints: &[&Constraint]) -> bool {
    let constant =
        |expr: &Expr| matches!(expr, Expr::Literal(literal) if *literal != Literal::Null);
    let default = column.default.as_ref();
    let gives = match value {
        Value::Own => default.is_some_and(constant),
        Value::Computed(Expr::Literal(Literal::Null)) => default.is_none(),
        _ => false,
    };
    let references = constraints
        .iter()
        .any(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_)));
    let keys = constraints.iter().any(|constraint| {
        matches!(
            constraint.kind,
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. }
        )
    });
    gives
        && column.identity.is_none()
        && column.generated.is_none()
        && (column.nullable || default.is_some())
        // With foreign keys enforced, the rows that are there may refer to nothing only.
        && !(references && default.is_some())
        && !keys
}
