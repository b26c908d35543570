//! Partitions of PostgreSQL's: a table that is divided is one table on a target, and holds the rows of
//! them all (`docs/adr/0017`).
//!
//! What reads or writes the table means all rows and is the same. What speaks of one partition by its
//! name is not: it is left out where it only says how rows are stored, and else refused.

use std::sync::Arc;

use super::target::{Omission, Refusal};
use crate::schema::{
    Change, ConstraintKind, DataStatement, Effect, Index, Name, Part as Inner, Schema, Table,
    TableAction, TableEffect, named_tables,
};

const CODE: &str = "partition";

/// What has become of a partition.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// It is left out, which is said.
    Omitted(Omission),
    /// It has no form.
    Refused(Refusal),
    /// It is dropped, with its rows, which are rows of this table.
    Gone(Name, Refusal),
}

/// Whether an effect is one on a partition, or on a table that has some.
pub(super) fn concerns(effect: &Effect) -> bool {
    let Effect::Table(TableEffect { before, after, .. }) = effect else {
        return false;
    };
    before.iter().chain(after).any(|table| {
        table.options.partition || table.options.partition_by.is_some() && table.opaque.is_none()
    })
}

/// A table that is divided as one that is not.
pub(super) fn whole(mut table: Arc<Table>) -> Arc<Table> {
    if table.options.partition_by.is_some() && table.opaque.is_none() {
        Arc::make_mut(&mut table).options.partition_by = None;
    }
    table
}

/// Takes the effects on partitions out of others, and says what becomes of them.
pub(super) fn take(authored: &Schema, effects: &mut Vec<Effect>) -> Vec<Part> {
    let mut parts = Vec::new();
    effects.retain(|effect| {
        let Effect::Table(TableEffect { before, after, .. }) = effect else {
            return true;
        };
        match (before.as_deref(), after.as_deref()) {
            (before, Some(after)) if after.options.partition => {
                parts.extend(changed(before, after, authored));
                false
            }
            (Some(before), None) if before.options.partition => {
                parts.extend(gone(before, authored));
                false
            }
            (None, Some(after)) if after.options.partition_by.is_some() && after.opaque.is_none() => {
                let message = format!(
                    "`{}` is one table, without partitions: a row for which there is none is taken here",
                    after.name
                );
                parts.push(Part::Omitted(Omission::new(CODE, message)));
                parts.extend(referred(None, after, authored));
                true
            }
            (before, Some(after)) => {
                parts.extend(referred(before, after, authored));
                true
            }
            (_, None) => true,
        }
    });
    parts
}

/// A foreign key that is new and refers to a partition: other rows of the table are none that it may
/// refer to.
fn referred(before: Option<&Table>, after: &Table, authored: &Schema) -> Option<Part> {
    let had = |key| before.is_some_and(|before| before.foreign_keys().any(|(_, had)| had == key));
    let mut new = after.foreign_keys().filter(|(_, key)| !had(*key));
    let (_, key) = new.find(|(_, key)| {
        let table = authored.table(&key.table);
        table.is_some_and(|table| table.options.partition)
    })?;
    let message = format!(
        "a foreign key of `{}` refers to `{}`, which is a partition and no table here",
        after.name, key.table
    );
    Some(Part::Refused(Refusal::new(CODE, message)))
}

/// The table of which a partition is a part, also by way of others.
fn root<'s>(part: &Table, authored: &'s Schema) -> Option<&'s Arc<Table>> {
    let mut of = authored.table(part.options.inherits.as_ref()?)?;
    while of.options.partition {
        of = authored.table(of.options.inherits.as_ref()?)?;
    }
    Some(of)
}

fn gone(part: &Table, authored: &Schema) -> Option<Part> {
    // With the whole table its rows go too.
    let of = root(part, authored)?;
    let message = format!(
        "the partition `{}` goes with its rows, which `{}` holds here among others",
        part.name, of.name
    );
    let refusal = Refusal::new(CODE, message).help("delete the rows from the table before");
    Some(Part::Gone(of.name.clone(), refusal))
}

fn changed(before: Option<&Table>, after: &Table, authored: &Schema) -> Option<Part> {
    let of = after.options.inherits.as_ref()?;
    let Some(before) = before else {
        let message = format!("the partition `{}`: `{of}` is one table here", after.name);
        return Some(Part::Omitted(Omission::new(CODE, message)));
    };
    let refused = |what: &str| {
        let message = format!("the partition `{}` is no table here: {what}", after.name);
        let help = format!("write the statement for `{of}`");
        Some(Part::Refused(Refusal::new(CODE, message).help(help)))
    };
    let same_columns = authored
        .table(of)
        .is_some_and(|of| of.columns == after.columns);
    if after.constraints != before.constraints || !same_columns {
        return refused("what it alone says of its rows has no form");
    }
    let new = |index: &&Index| !before.indexes.contains(index);
    match after.indexes.iter().find(new) {
        Some(index) if index.unique => refused("an index that is UNIQUE in it alone has no form"),
        Some(index) => {
            let message = format!(
                "the index `{}` of the partition `{}`",
                index.name, after.name
            );
            Some(Part::Omitted(Omission::new(CODE, message)))
        }
        None => None,
    }
}

/// A statement on rows that names a partition.
pub(super) fn named(statement: &DataStatement, authored: &Schema) -> Option<Refusal> {
    let mut names = Vec::new();
    named_tables(Inner::Data(statement), &mut names);
    names.iter().find_map(|name| {
        let table = authored
            .table(name)
            .filter(|table| table.options.partition)?;
        let of = root(table, authored).map_or(name, |of| &of.name);
        let message = format!("`{name}` is a partition of `{of}`, which is one table here");
        let help = format!("read and write the rows of `{of}`");
        Some(Refusal::new(CODE, message).help(help))
    })
}

/// A key that the partitions which are there do not get.
pub(super) fn of_the_whole_alone(
    change: &Change,
    divided: &dyn Fn(&Name) -> bool,
) -> Option<Refusal> {
    let key = |kind: &ConstraintKind| {
        matches!(
            kind,
            ConstraintKind::PrimaryKey { .. }
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude(_)
        )
    };
    let table = match change {
        Change::CreateIndex(index) if index.only && index.unique => &index.table,
        Change::AlterTable { table, actions, .. }
            if actions.iter().any(|action| match action {
                TableAction::AddConstraint(def) => def.only && key(&def.kind),
                _ => false,
            }) =>
        {
            table
        }
        _ => return None,
    };
    divided(table).then(|| {
        let message =
            format!("a key of `{table}` ONLY is kept by none of the partitions that are there");
        Refusal::new(CODE, message).help("make the key without ONLY")
    })
}
