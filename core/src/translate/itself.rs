//! Statements that look at the table that they write.

use crate::schema::{DataStatement, Name, OnConflict, Part, Schema, named_tables};

/// Whether what an UPDATE or ON CONFLICT sets, or the condition of that, looks at the table that is
/// written, be it by a view. PostgreSQL shows it there as it was before the statement.
///
/// The names of the statement are resolved.
pub fn looks_at_itself(statement: &DataStatement, schema: &Schema) -> bool {
    let (table, assignments, filter) = match statement {
        DataStatement::Update(update) => (&update.table, &update.assignments, &update.filter),
        DataStatement::Insert(insert) => match &insert.on_conflict {
            Some(OnConflict::Update {
                assignments,
                filter,
                ..
            }) => (&insert.table, assignments, filter),
            _ => return false,
        },
        DataStatement::Delete(_) | DataStatement::Query(_) | DataStatement::Truncate { .. } => {
            return false;
        }
    };
    let mut read: Vec<Name> = Vec::new();
    let values = assignments.iter().map(|assignment| &assignment.value);
    for expr in values.chain(filter) {
        named_tables(Part::Expr(expr), &mut read);
    }
    for cte in statement.with() {
        named_tables(Part::Data(&cte.body), &mut read);
    }
    if read.is_empty() {
        return false;
    }
    let shown = shown_by(schema, table);
    read.iter().any(|name| shown.contains(name))
}

/// A table, and the views that show it.
pub fn shown_by(schema: &Schema, table: &Name) -> Vec<Name> {
    let mut shown = vec![table.clone()];
    let mut at = 0;
    while let Some(relation) = shown.get(at).cloned() {
        for view in schema.readers(&relation) {
            if !shown.contains(&view.name) {
                shown.push(view.name.clone());
            }
        }
        at += 1;
    }
    shown
}
