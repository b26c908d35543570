//! Indexes of a table that an override made different.

use std::collections::HashMap;

use super::{differs, named};
use crate::schema::{Expr, Ident, Index, PartMut, Table};
use crate::translate::target::Refusal;

/// Those of `held`, changed as `base` changes to `after`. One of the override's own follows the new name
/// of a column, as engines do; where a column of it goes, what becomes of it is for an override to say.
pub(super) fn indexes(
    base: &Table,
    after: &Table,
    held: &Table,
    origins: &HashMap<Ident, Ident>,
    refusals: &mut Vec<Refusal>,
) -> Vec<Index> {
    let now = |indexes: &[Index]| -> Vec<Index> {
        let renamed = indexes.iter().cloned().map(|mut index| {
            rename(&mut index, origins);
            index
        });
        renamed.collect()
    };
    let (was, has) = (now(&base.indexes), now(&held.indexes));
    let gone: Vec<&Index> = was
        .iter()
        .filter(|index| !after.indexes.contains(index))
        .collect();
    for index in &gone {
        let kept = has.iter().find(|other| other.name == index.name);
        // One that the override did without needs no dropping.
        if kept.is_some_and(|kept| kept != *index) {
            refusals.push(differs(held, &format!("index `{}`", index.name)));
        }
    }
    for (index, own) in held.indexes.iter().zip(&has) {
        let goes = |name: &Ident| {
            base.column(name).is_some() && !origins.values().any(|origin| origin == name)
        };
        if !was.contains(own) && columns_of(index).iter().any(goes) {
            refusals.push(differs(held, &format!("index `{}`", index.name)));
        }
    }
    let new = after.indexes.iter().filter(|index| !was.contains(index));
    let kept = has.iter().filter(|index| !gone.contains(index));
    kept.chain(new).cloned().collect()
}

/// The columns that an index names.
pub(super) fn columns_of(index: &Index) -> Vec<Ident> {
    let mut names = index.include.clone();
    let exprs = index.keys.iter().map(|key| &key.expr).chain(&index.filter);
    exprs.for_each(|expr| named(expr, &mut names));
    names
}

/// Calls the columns by the names that they have now.
fn rename(index: &mut Index, origins: &HashMap<Ident, Ident>) {
    let renamed: HashMap<&Ident, &Ident> = origins.iter().map(|(to, from)| (from, to)).collect();
    let exprs = index.keys.iter_mut().map(|key| &mut key.expr);
    exprs
        .chain(&mut index.filter)
        .for_each(|expr| rename_in(expr, &renamed));
    for name in &mut index.include {
        if let Some(to) = renamed.get(name) {
            name.clone_from(to);
        }
    }
}

fn rename_in(expr: &mut Expr, renamed: &HashMap<&Ident, &Ident>) {
    if let Expr::Column { column, .. } = expr
        && let Some(to) = renamed.get(column)
    {
        column.clone_from(to);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            rename_in(expr, renamed);
        }
    });
}
