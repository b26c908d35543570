//! Materialized views, which no target has: each is a view, and always fresh.
//!
//! What it showed at its last REFRESH is not held anywhere. So its indexes are left out with it (they
//! are of rows that are computed anew), and a statement that would write what it showed is refused.

use crate::schema::{DataStatement, Name, Part, Schema, TableRef, View};
use crate::translate::{Omission, Refusal};

/// The view that stands for one.
pub(super) fn plain(view: &View) -> View {
    View {
        materialized: false,
        indexes: Vec::new(),
        ..view.clone()
    }
}

/// Whether nothing is another than the indexes.
pub(super) fn differ_in_indexes(before: &View, after: &View) -> bool {
    before.indexes != after.indexes && plain(before) == plain(after)
}

/// What is said where a view is made.
pub(super) fn omission(view: &View) -> Option<Omission> {
    let message = format!(
        "`{}` is a view, always fresh; its indexes are left out",
        view.name
    );
    view.materialized
        .then(|| Omission::new("materialized-view", message))
}

/// That no row is written which a materialized view showed at its last REFRESH.
pub(super) fn check(statement: &DataStatement, authored: &Schema) -> Result<(), Refusal> {
    if authored.views().all(|view| !view.materialized) {
        return Ok(());
    }
    let mut read = Vec::new();
    names(Part::Data(statement), &mut read);
    let mut next = 0;
    while let Some(name) = read.get(next).cloned() {
        next += 1;
        let Some(view) = authored.view(&name) else {
            continue;
        };
        if view.materialized {
            let message = format!(
                "`{name}` is materialized, and what it showed at its last REFRESH is not known here"
            );
            return Err(
                Refusal::new("materialized-view", message).help("read the tables that it reads")
            );
        }
        for read_by_it in &view.reads {
            if !read.contains(read_by_it) {
                read.push(read_by_it.clone());
            }
        }
    }
    Ok(())
}

/// The tables and views that a statement names.
fn names(part: Part<'_>, found: &mut Vec<Name>) {
    let mut inner = |part: Part<'_>| names(part, found);
    match part {
        Part::Data(statement) => statement.parts(&mut inner),
        Part::Query(query) => query.parts(&mut inner),
        Part::Expr(expr) => expr.parts(&mut inner),
        Part::Table(table) => {
            table.parts(&mut inner);
            if let TableRef::Table { name, .. } = table {
                found.push(name.clone());
            }
        }
    }
}
