//! What columns of queries are called: the servers call a computed one by its text, PostgreSQL by
//! its function.

use aludel::schema::{DataStatement, Expr, PartMut, Query, SelectItem, SetExpr, TableRef};
use aludel::translate::infer::{UNNAMED, output_name};

/// Names the columns of all that a statement selects from.
pub(super) fn in_statement(statement: &mut DataStatement) {
    statement.parts_mut(&mut in_part);
}

/// Names the columns of a query, and of all that it selects from.
pub(crate) fn in_query(query: &mut Query) {
    query.parts_mut(&mut in_part);
    name(&mut query.body);
}

fn in_part(part: PartMut<'_>) {
    match part {
        PartMut::Table(TableRef::Subquery { query, .. }) => in_query(query),
        PartMut::Table(table) => table.parts_mut(&mut in_part),
        PartMut::Data(DataStatement::Query(query)) => in_query(query),
        PartMut::Data(statement) => statement.parts_mut(&mut in_part),
        PartMut::Query(query) => query.parts_mut(&mut in_part),
        PartMut::Expr(expr) => expr.parts_mut(&mut in_part),
    }
}

fn name(body: &mut SetExpr) {
    match body {
        SetExpr::Select(select) => {
            for item in &mut select.items {
                if let SelectItem::Expr { expr, alias } = item
                    && alias.is_none()
                    && !matches!(expr, Expr::Column { .. })
                {
                    let name = output_name(expr);
                    *alias = (name != UNNAMED).then_some(name);
                }
            }
        }
        // The first names the columns of all.
        SetExpr::Op { left, .. } => name(left),
        SetExpr::Query(query) => name(&mut query.body),
        _ => {}
    }
}
