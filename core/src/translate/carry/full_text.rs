//! Full texts that a table computes of its other columns (`tsvector GENERATED ALWAYS AS …`), which no
//! target computes: such a column is there, and NULL. Nothing is lost with it, since it can be computed
//! anew; so nothing may look at it.
//!
//! # Invariants
//!
//! - What a script says of such a column is refused, or left out where a view or an index may be.
//! - It holds no value that anything is kept by: no key, CHECK or other column is made of it.

use std::collections::HashMap;

use super::Carrier;
use super::lacking::Mentioned;
use crate::schema::{
    Column, ConstraintKind, DataStatement, Expr, Ident, Name, Part, Schema, Table, Trigger,
    TriggerStep, View,
};
use crate::translate::Refusal;

impl Carrier<'_> {
    /// The full texts that a statement looks at.
    pub(super) fn full_texts_of(
        &self,
        mentioned: &Mentioned,
        authored: &Schema,
    ) -> Option<Refusal> {
        if authored
            .tables()
            .all(|table| table.full_texts().next().is_none())
        {
            return None;
        }
        let tables = mentioned
            .tables
            .iter()
            .filter_map(|name| authored.table(name));
        let mut found = tables.flat_map(|table| {
            let columns = table.full_texts();
            columns.map(move |column| (table, &column.name))
        });
        let (table, column) = found.find(|(table, column)| {
            mentioned.shown.contains(&table.name) || mentioned.columns.contains(column.as_str())
        })?;
        Some(unread(&table.name, column))
    }

    /// The full texts that a view shows or looks at.
    pub(super) fn full_texts_of_view(&self, view: &View, authored: &Schema) -> Option<Refusal> {
        let query = view.query.as_ref()?;
        let mut mentioned = Mentioned::default();
        mentioned.statement(&DataStatement::Query(Box::new(query.clone())));
        self.full_texts_of(&mentioned, authored)
    }

    /// The full texts that a trigger looks at, of its own row too.
    pub(super) fn full_texts_of_trigger(
        &self,
        trigger: &Trigger,
        authored: &Schema,
    ) -> Option<Refusal> {
        let does = trigger.does.as_ref()?;
        let mut mentioned = Mentioned::default();
        mentioned.tables.push(trigger.table.clone());
        let values = does.sets.iter().map(|set| &set.value);
        for expr in values.chain(&does.condition) {
            mentioned.part(Part::Expr(expr));
        }
        TriggerStep::each(&does.steps, &mut |part| mentioned.part(part));
        self.full_texts_of(&mentioned, authored)
    }
}

/// What is made of a table's full texts, or would keep their values.
pub(super) fn in_table(
    table: &Table,
    before: Option<&Table>,
    origins: &HashMap<Ident, Ident>,
    using: &HashMap<Ident, Expr>,
) -> Option<Refusal> {
    if let Some(before) = before {
        for column in before.full_texts() {
            let now = origins.iter().find(|(_, from)| **from == column.name);
            let now = now.and_then(|(to, _)| table.column(to));
            if now.is_some_and(|now| now.generated.is_none()) {
                let message = format!(
                    "`{}` of `{}` is to keep the full text that it was computed as, which is none here",
                    column.name, table.name
                );
                return Some(Refusal::new("full-text", message));
            }
        }
        let read = |column: &&Column| using.values().any(|value| value.names_column(&column.name));
        if let Some(column) = before.full_texts().find(read) {
            return Some(unread(&table.name, &column.name));
        }
    }
    let mut texts = table.full_texts();
    texts
        .find(|text| is_kept_by(table, &text.name))
        .map(|text| unread(&table.name, &text.name))
}

/// Whether a key, a CHECK or another generated column is made of a column.
fn is_kept_by(table: &Table, name: &str) -> bool {
    let constraints = table
        .constraints
        .iter()
        .any(|constraint| match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                columns.iter().any(|part| part.column == *name)
            }
            ConstraintKind::ForeignKey(key) => key.columns.iter().any(|column| column == name),
            ConstraintKind::Check { expr, .. } => expr.names_column(name),
            ConstraintKind::Exclude(text) => text.contains(name),
        });
    let generated = table.columns.iter().any(|column| {
        let generated = column.generated.as_ref();
        column.name != *name && generated.is_some_and(|own| own.expr.names_column(name))
    });
    let unique = table.indexes.iter().filter(|index| index.unique);
    let indexed = |expr: &Expr| expr.names_column(name);
    constraints
        || generated
        || unique
            .flat_map(|index| index.keys.iter().map(|key| &key.expr).chain(&index.filter))
            .any(indexed)
}

fn unread(table: &Name, column: &str) -> Refusal {
    let message = format!(
        "`{column}` of `{table}` is a full text that the table computes, which is NULL here"
    );
    Refusal::new("full-text", message).help("leave it out of the statement")
}
