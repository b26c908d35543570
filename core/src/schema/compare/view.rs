//! Two states of one view.
//!
//! An engine prints a view's query in its own words. What is compared is what the words say: the
//! names of the results, and which columns of which tables they are made of.

use std::collections::BTreeSet;

use super::super::{ColumnUse, Ident, Name, Schema, View, each_column, output_names};
use super::Found;
use super::words::Words;
use crate::sql::Syntax;

impl Found {
    pub(super) fn views(&mut self, left: &Schema, right: &Schema) {
        self.all(
            "view",
            left.views().map(|view| (&view.name, view)),
            right.views().map(|view| (&view.name, view)),
            |view: &View| view.materialized,
            |view| Words.text(|p| p.create_view(view)),
        );
        for view in left.views() {
            let Some(other) = right.view(&view.name) else {
                continue;
            };
            let name = &view.name;
            self.indexes("view", name, &view.indexes, &other.indexes);
            let (a, b) = (names(view, left), names(other, right));
            // What a result is called that was not given a name, only PostgreSQL's rules say.
            if let (Some(a), Some(b)) = (a, b)
                && a != b
                && self.normal.syntax == Syntax::Postgres
            {
                let place = format!("columns of view `{name}`");
                self.push(place, Some(a.join(", ")), Some(b.join(", ")));
            }
            if let (Some(a), Some(b)) = (uses(view, left), uses(other, right))
                && a != b
            {
                let list = |uses: &BTreeSet<(Name, Ident)>| {
                    let uses = uses
                        .iter()
                        .map(|(table, column)| format!("{table}.{column}"));
                    uses.collect::<Vec<_>>().join(", ")
                };
                let place = format!("what view `{name}` reads");
                self.push(place, Some(list(&a)), Some(list(&b)));
            }
        }
    }
}

/// The names of a view's results, if they are known.
fn names(view: &View, schema: &Schema) -> Option<Vec<Ident>> {
    let known = view
        .query
        .as_ref()
        .and_then(|query| output_names(query, schema));
    match known {
        Some(mut names) => {
            for (name, given) in names.iter_mut().zip(&view.columns) {
                name.clone_from(given);
            }
            Some(names)
        }
        None => None,
    }
}

/// The columns that a view reads, if they are known.
fn uses(view: &View, schema: &Schema) -> Option<BTreeSet<(Name, Ident)>> {
    let mut query = view.query.clone()?;
    let (mut uses, mut sure) = (BTreeSet::new(), true);
    each_column(&mut query, schema, &mut |found| match found {
        ColumnUse::Of {
            relation, column, ..
        }
        | ColumnUse::Joined { relation, column } => {
            uses.insert((relation.clone(), column.clone()));
        }
        ColumnUse::Derived { .. } => {}
        ColumnUse::Missing(_) | ColumnUse::Unknown(_) => sure = false,
    });
    sure.then_some(uses)
}
