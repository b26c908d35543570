//! The columns of a view, and of a table that is made of a query, have the names that PostgreSQL gives
//! them: another engine calls them by what computes them.

use crate::schema::{Change, Expr, Ident, Query, SelectItem, SetExpr, output_name};

/// Names the columns of what a change of PostgreSQL's makes of a query.
pub(super) fn name_columns(change: &mut Change) {
    match change {
        Change::CreateView(view) if view.columns.is_empty() => {
            view.query.iter_mut().for_each(in_query);
        }
        Change::CreateTable(table) => table.query.iter_mut().for_each(in_query),
        _ => {}
    }
}

fn in_query(query: &mut Query) {
    name_results(&mut query.body, &|expr| Some(output_name(expr)));
}

/// Names the results of a query that are more than a column and were given no name; `name`: what each
/// is called, if it is called anything.
pub fn name_results(body: &mut SetExpr, name: &dyn Fn(&Expr) -> Option<Ident>) {
    match body {
        SetExpr::Select(select) => {
            for item in &mut select.items {
                if let SelectItem::Expr {
                    expr,
                    alias: alias @ None,
                } = item
                    && !matches!(expr, Expr::Column { .. })
                {
                    *alias = name(expr);
                }
            }
        }
        SetExpr::Query(query) => name_results(&mut query.body, name),
        // The first names the columns of all.
        SetExpr::Op { left, .. } => name_results(left, name),
        SetExpr::Values(_) => {}
    }
}
