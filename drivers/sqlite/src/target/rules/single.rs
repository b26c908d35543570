//! Subqueries that are a value. Where one gives several rows PostgreSQL fails; SQLite would take the
//! first.

use aludel::schema::{BinaryOp, Expr, Query, SelectItem, SetExpr, TableRef};
use aludel::sql::Syntax;
use aludel::translate::may_give_several;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::build::{call, case, fail, number, select};

/// What the value is called.
const VALUE: &str = "aludel_value";

impl Meaning {
    /// A subquery that fails where it gives several rows; `None` where it cannot.
    pub(super) fn one_row(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Expr> {
        let of_sqlite = self.source(rw) == Syntax::Sqlite;
        if of_sqlite || !may_give_several(query, rw.scope.schema()) {
            return None;
        }
        let mut named = query.clone();
        if !name(&mut named.body) {
            return None;
        }
        let mut rows = rw.query(&named);
        // Two are enough to know.
        if rows.limit.is_none() {
            rows.limit = Some(number(2));
        }
        let from = TableRef::Subquery {
            lateral: false,
            query: Box::new(rows),
            alias: Some("aludel_rows".into()),
            columns: Vec::new(),
        };
        let value = Expr::column(VALUE);
        let several = Expr::binary(call("count", [number(1)]), BinaryOp::Gt, number(1));
        let message = "more than one row returned by a subquery used as an expression";
        let item = case([(several, fail(message, None))], Some(call("max", [value])));
        let item = SelectItem::Expr {
            expr: item,
            alias: None,
        };
        Some(Expr::Subquery(Box::new(select(
            vec![item],
            vec![from],
            None,
        ))))
    }
}

/// Gives the one column of a query a name; `false` if it has none, or several.
fn name(body: &mut SetExpr) -> bool {
    match body {
        SetExpr::Select(select) => match select.items.as_mut_slice() {
            [SelectItem::Expr { alias, .. }] => {
                *alias = Some(VALUE.into());
                true
            }
            _ => false,
        },
        SetExpr::Op { left, .. } => name(left),
        SetExpr::Values(_) | SetExpr::Query(_) => false,
    }
}
