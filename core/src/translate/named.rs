//! The columns of a view, and of a table that is made of a query, have the names that PostgreSQL gives
//! them: another engine calls them by what computes them.

use crate::schema::{Change, Expr, Query, SelectItem, SetExpr, output_name};

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
    in_body(&mut query.body);
}

fn in_body(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            for item in &mut select.items {
                if let SelectItem::Expr {
                    expr,
                    alias: alias @ None,
                } = item
                    && !matches!(expr, Expr::Column { .. })
                {
                    *alias = Some(output_name(expr));
                }
            }
        }
        SetExpr::Query(query) => in_query(query),
        // The first names the columns of all.
        SetExpr::Op { left, .. } => in_body(left),
        SetExpr::Values(_) => {}
    }
}
