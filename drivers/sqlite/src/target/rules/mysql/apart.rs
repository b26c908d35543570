//! Texts that are told apart and compared: by DISTINCT, GROUP BY, PARTITION BY, UNION, `=`.
//!
//! MySQL does that by the collation of what a text is made of; SQLite by that of a table's column, and of
//! whatever else by its bytes. So what is no column is refused, unless its columns compare by their bytes.

use aludel::schema::{Distinct, Expr, Part, Query, Select, SelectItem, SetExpr, Type};
use aludel::translate::infer::{Family, Scope};
use aludel::translate::rewrite::Rewriter;

use super::super::{Meaning, refuse};
use super::{Compares, compares};

impl Meaning {
    /// Refuses a SELECT that tells such texts apart.
    pub(in crate::target::rules) fn mysql_select(&self, rw: &mut Rewriter<'_>, select: &Select) {
        let items = || {
            select.items.iter().filter_map(|item| match item {
                SelectItem::Expr { expr, .. } => Some(expr),
                _ => None,
            })
        };
        let mut apart: Vec<Expr> = select.group_by.clone();
        if select.distinct == Some(Distinct::All) {
            apart.extend(items().cloned());
        }
        for expr in items().chain(&select.having) {
            told_within(expr, &mut apart);
        }
        // An item's alias is the item.
        let named = |expr: &Expr| match expr {
            Expr::Column {
                table: None,
                column,
            } if rw.scope.has(None, column) == Some(false) => {
                select.items.iter().find_map(|item| match item {
                    SelectItem::Expr {
                        expr,
                        alias: Some(alias),
                    } if alias.eq_ignore_ascii_case(column) => Some(expr.clone()),
                    _ => None,
                })
            }
            _ => None,
        };
        let apart: Vec<Expr> = apart
            .into_iter()
            .map(|expr| named(&expr).unwrap_or(expr))
            .collect();
        if apart
            .iter()
            .any(|expr| !is_told_apart_alike(&rw.scope, expr))
        {
            refuse_apart(rw);
        }
    }

    /// Refuses UNION and its like of such texts.
    pub(in crate::target::rules) fn mysql_union(&self, rw: &mut Rewriter<'_>, query: &Query) {
        if matches!(query.body, SetExpr::Op { .. }) && tells_apart(&query.body) {
            let mut alike = true;
            each_select(&query.body, &mut |select| {
                let fields = rw.scope.query_fields(&Query::from(select.clone()));
                for (place, field) in fields.into_iter().flatten().enumerate() {
                    let text = field.ty.is_some_and(|ty| is_text(&ty));
                    let column = match select.items.get(place) {
                        Some(SelectItem::Expr { expr, .. }) => matches!(expr, Expr::Column { .. }),
                        _ => true,
                    };
                    alike &= !text || column;
                }
            });
            if !alike {
                refuse_apart(rw);
            }
        }
    }
}

fn refuse_apart(rw: &mut Rewriter<'_>) {
    refuse(
        rw,
        "telling texts apart that are no column's, which goes by a collation",
    );
}

/// Whether texts are told apart as MySQL does it.
fn is_told_apart_alike(scope: &Scope<'_>, expr: &Expr) -> bool {
    match scope.ty(expr) {
        Some(ty) if is_text(&ty) => {
            of_table(scope, expr).is_some() || is_constant(expr) || is_by_bytes(scope, expr)
        }
        _ => true,
    }
}

fn is_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_))
}

fn is_text(ty: &Type) -> bool {
    matches!(Family::of(ty), Family::Text | Family::Enum)
}

/// How a column compares that is one of a table's, not of a query's in FROM.
pub(super) fn of_table(scope: &Scope<'_>, expr: &Expr) -> Option<Compares> {
    let (table, column) = scope.column_of_table(expr)?;
    Some(compares(column, table))
}

/// Whether a text is made of columns that all compare by their bytes.
fn is_by_bytes(scope: &Scope<'_>, expr: &Expr) -> bool {
    let (mut some, mut all) = (false, true);
    expr.parts(&mut |part| match part {
        Part::Expr(Expr::Column { .. }) => {}
        Part::Expr(part) => all &= is_constant(part) || is_by_bytes(scope, part),
        _ => all = false,
    });
    expr.parts(&mut |part| {
        if let Part::Expr(part @ Expr::Column { .. }) = part {
            some = true;
            all &= matches!(of_table(scope, part), Some(Compares::Exactly));
        }
    });
    some && all
}

/// What DISTINCT of a call and PARTITION BY tell apart within an expression.
fn told_within(expr: &Expr, apart: &mut Vec<Expr>) {
    if let Expr::Call(call) = expr {
        if call.distinct {
            apart.extend(call.plain_args().unwrap_or_default().into_iter().cloned());
        }
        let windows = call.over.iter();
        apart.extend(windows.flat_map(|window| window.partition_by.clone()));
    }
    expr.parts(&mut |part| {
        if let Part::Expr(part) = part {
            told_within(part, apart);
        }
    });
}

/// Whether some of the set operations drops rows that are equal.
fn tells_apart(body: &SetExpr) -> bool {
    match body {
        SetExpr::Op {
            all, left, right, ..
        } => !all || tells_apart(left) || tells_apart(right),
        _ => false,
    }
}

fn each_select(body: &SetExpr, f: &mut dyn FnMut(&Select)) {
    match body {
        SetExpr::Select(select) => f(select),
        SetExpr::Op { left, right, .. } => {
            each_select(left, f);
            each_select(right, f);
        }
        SetExpr::Query(query) => each_select(&query.body, f),
        SetExpr::Values(_) => {}
    }
}
