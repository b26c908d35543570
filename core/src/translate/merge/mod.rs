//! A change to a table that an override made different: applied part by part.
//!
//! Of three states (what the table would be, what it would be after, what it is) the fourth is
//! made: what it is, with those parts changed that the change touches. A part that the change
//! touches and that is not what it would be is refused: to overwrite it could lose something.

mod indexes;

use std::collections::HashMap;

use super::target::Refusal;
use crate::schema::{Column, Constraint, ConstraintKind, Expr, Ident, Part, Table};
use indexes::indexes;

/// Whether two tables are the same in every part that a change could touch. The order of columns
/// and of constraints does not count.
pub(super) fn same(a: &Table, b: &Table) -> bool {
    a.name == b.name
        && a.opaque == b.opaque
        && a.options == b.options
        && alike(&a.columns, &b.columns)
        && alike(&a.constraints, &b.constraints)
        && alike(&a.indexes, &b.indexes)
}

fn alike<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.len() == b.len() && a.iter().all(|item| b.contains(item))
}

/// `held`, changed as `base` changes to `after`. `origins` tells for the columns of `after` which
/// of `base` they were. Of a table that a refused change has `left_behind`, nothing new may stand on a
/// column that differs, and no key that is to go any more on a column that changes.
pub(super) fn merge(
    base: &Table,
    after: &Table,
    held: &Table,
    origins: &HashMap<Ident, Ident>,
    left_behind: bool,
) -> Result<Table, Vec<Refusal>> {
    let mut refusals = Vec::new();
    if let Some(what) = &held.opaque {
        refusals.push(Refusal::new(
            "override-opaque",
            format!(
                "`{}` was touched by code that is not understood ({what}), so it cannot be changed safely",
                held.name
            ),
        ));
    }
    let mut merged = held.clone();
    merged.name = after.name.clone();
    merged.columns = columns(base, after, held, origins, &mut refusals);
    merged.constraints = constraints(base, after, held, origins, &mut refusals);
    merged.indexes = indexes(base, after, held, origins, &mut refusals);
    if base.options != after.options {
        if held.options == base.options {
            merged.options = after.options.clone();
        } else {
            refusals.push(differs(held, "its options"));
        }
    }
    if base.comment != after.comment {
        merged.comment = after.comment.clone();
    }
    for column in wanted(&merged, held) {
        let (there, meant) = (merged.column(&column), after.column(&column));
        let other = left_behind
            && there.zip(meant).is_some_and(|(there, meant)| {
                there.ty != meant.ty || there.generated != meant.generated
            });
        if other || there.is_none() && meant.is_some() {
            refusals.push(differs(held, &format!("column `{column}`")));
        }
    }
    for constraint in &merged.constraints {
        let own = held.constraints.contains(constraint) && !base.constraints.contains(constraint);
        let mut columns = columns_of(constraint).into_iter();
        let changes = |column: &Ident| {
            left_behind
                && merged
                    .column(column)
                    .is_some_and(|c| held.column(column) != Some(c))
        };
        if own && columns.any(|column| goes(&column, held, &merged) || changes(&column)) {
            let name = constraint.name.as_deref().unwrap_or("without a name");
            refusals.push(differs(held, &format!("constraint `{name}`")));
        }
    }
    if refusals.is_empty() {
        Ok(merged)
    } else {
        Err(refusals)
    }
}

/// The columns that the new constraints and indexes of `merged` name.
fn wanted(merged: &Table, held: &Table) -> Vec<Ident> {
    let mut names = Vec::new();
    let constraints = merged.constraints.iter();
    for constraint in constraints.filter(|c| !held.constraints.contains(c)) {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                names.extend(columns.iter().map(|part| part.column.clone()));
            }
            ConstraintKind::ForeignKey(key) => names.extend(key.columns.iter().cloned()),
            ConstraintKind::Check { expr, .. } => named(expr, &mut names),
            ConstraintKind::Exclude(_) => {}
        }
    }
    let columns = merged.columns.iter();
    for column in columns.filter(|column| !held.columns.contains(column)) {
        let computed = column.generated.iter().map(|generated| &generated.expr);
        computed.for_each(|expr| named(expr, &mut names));
    }
    let indexes = merged.indexes.iter();
    for index in indexes.filter(|index| !held.indexes.contains(index)) {
        names.extend(indexes::columns_of(index));
    }
    names
}

/// Whether a column is there, and is not afterwards.
fn goes(column: &Ident, held: &Table, merged: &Table) -> bool {
    held.column(column).is_some() && merged.column(column).is_none()
}

/// The columns that an expression names; what stands in a query is not looked through.
fn named(expr: &Expr, names: &mut Vec<Ident>) {
    if let Expr::Column { column, .. } = expr {
        names.push(column.clone());
    }
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            named(expr, names);
        }
    });
}

fn differs(held: &Table, what: &str) -> Refusal {
    Refusal::new(
        "override-differs",
        format!(
            "an override has made {what} of `{}` different from the authored schema, and this changes it",
            held.name
        ),
    )
    .help("give this revision an override too")
}

fn columns(
    base: &Table,
    after: &Table,
    held: &Table,
    origins: &HashMap<Ident, Ident>,
    refusals: &mut Vec<Refusal>,
) -> Vec<Column> {
    let mut result = Vec::new();
    // What is held stays where it stands; renamed ones keep their place.
    let renamed: HashMap<&Ident, &Ident> = origins.iter().map(|(to, from)| (from, to)).collect();
    for column in &held.columns {
        let was = base.column(&column.name);
        let is = renamed.get(&column.name).and_then(|to| after.column(to));
        match (was, is) {
            // The override's own.
            (None, None) => result.push(column.clone()),
            (Some(was), Some(is)) => {
                let mut renamed = was.clone();
                renamed.name.clone_from(&is.name);
                if renamed == *is {
                    let mut kept = column.clone();
                    kept.name.clone_from(&is.name);
                    result.push(kept);
                } else if column == was {
                    result.push(is.clone());
                } else {
                    refusals.push(differs(held, &format!("column `{}`", column.name)));
                }
            }
            (Some(_), None) => {}
            (None, Some(is)) => {
                refusals.push(differs(held, &format!("column `{}`", is.name)));
            }
        }
    }
    for column in &after.columns {
        if origins.contains_key(&column.name) {
            continue;
        }
        if held
            .column(&column.name)
            .is_some_and(|_| base.column(&column.name).is_none())
        {
            refusals.push(differs(held, &format!("column `{}`", column.name)));
        } else {
            result.push(column.clone());
        }
    }
    result
}

fn constraints(
    base: &Table,
    after: &Table,
    held: &Table,
    origins: &HashMap<Ident, Ident>,
    refusals: &mut Vec<Refusal>,
) -> Vec<Constraint> {
    let gone: Vec<&Constraint> = base
        .constraints
        .iter()
        .filter(|constraint| !after.constraints.contains(constraint))
        .collect();
    let new = after
        .constraints
        .iter()
        .filter(|constraint| !base.constraints.contains(constraint));
    let renames = origins.iter().any(|(to, from)| to != from);
    // One that the override made different is dropped by its name, unless it was dropped for what it
    // says (a column of it), or changes. One that it did without needs no dropping; but what it has of
    // that kind under another name may be that one.
    let mut dropped: Vec<&Constraint> = Vec::new();
    for constraint in &gone {
        if held.constraints.contains(constraint) {
            continue;
        }
        let named = |other: &Constraint| constraint.name.is_some() && other.name == constraint.name;
        let own = held.constraints.iter();
        let own: Vec<&Constraint> = own
            .filter(|own| !base.constraints.contains(own) && of_a_kind(own, constraint))
            .collect();
        let columns = columns_of(constraint);
        let by_name = !after.constraints.iter().any(named)
            && columns.iter().all(|column| after.column(column).is_some());
        match own.as_slice() {
            [] if !held.constraints.iter().any(named) => {}
            [own] if by_name && named(own) => dropped.push(own),
            _ => {
                let name = constraint.name.as_deref().unwrap_or("without a name");
                refusals.push(differs(held, &format!("constraint `{name}`")));
            }
        }
    }
    // A constraint of the override's own names columns as they were.
    let own = held
        .constraints
        .iter()
        .any(|c| !base.constraints.contains(c));
    if renames && own {
        refusals.push(differs(held, "a constraint"));
    }
    held.constraints
        .iter()
        .filter(|constraint| !gone.contains(constraint) && !dropped.contains(constraint))
        .chain(new)
        .cloned()
        .collect()
}

/// The columns that a constraint names.
fn columns_of(constraint: &Constraint) -> Vec<Ident> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            columns.iter().map(|part| part.column.clone()).collect()
        }
        ConstraintKind::ForeignKey(key) => key.columns.clone(),
        ConstraintKind::Check { expr, .. } => {
            let mut names = Vec::new();
            named(expr, &mut names);
            names
        }
        ConstraintKind::Exclude(_) => Vec::new(),
    }
}

/// Whether one constraint may be what an override has in the place of another.
fn of_a_kind(a: &Constraint, b: &Constraint) -> bool {
    std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
}
