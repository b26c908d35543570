//! A name alone in a window or in HAVING is a column in PostgreSQL. Here it is an item of the select
//! list, if one is called so: `sum(-n) OVER (ORDER BY n) AS n`. Such a column is qualified.

use aludel::schema::{
    Expr, Ident, Literal, OrderBy, PartMut, Select, SelectItem, Window, item_meant, merged_by_joins,
};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::windows::each_window_mut;

impl Meaning<'_> {
    /// A SELECT whose columns in windows and in HAVING no item of its list is taken for.
    pub(super) fn aliases_apart(&self, rw: &mut Rewriter<'_>, select: &Select) -> Option<Select> {
        let taken: Vec<&Ident> = select.items.iter().filter_map(other_than_named).collect();
        if taken.is_empty() {
            return None;
        }
        let merges = |item| merged_by_joins(item).is_none_or(|names| !names.is_empty());
        let merged = select.from.iter().any(merges);
        let mut apart = select.clone();
        let mut of_nobody = None;
        let mut any = false;
        let mut qualify = |expr: &mut Expr| {
            if let Expr::Column {
                table: table @ None,
                column,
            } = expr
                && taken.iter().any(|name| *name == column)
            {
                any = true;
                *table = rw.scope.owner(column).filter(|_| !merged).cloned();
                if table.is_none() {
                    of_nobody = Some(column.clone());
                }
            }
        };
        for item in &mut apart.items {
            if let SelectItem::Expr { expr, .. } = item {
                each_window_mut(expr, &mut |window| in_window(window, &mut qualify));
            }
        }
        for (_, window) in &mut apart.windows {
            in_window(window, &mut qualify);
        }
        if let Some(having) = &mut apart.having {
            in_having(having, &grouped(select), &mut qualify);
        }
        if let Some(name) = of_nobody {
            let what = format!("`{name}`, which is a column and an item of the select list,");
            self.refuse(rw, "no-form", what);
        }
        any.then_some(apart)
    }
}

/// The name of an item that is not the column of that name.
fn other_than_named(item: &SelectItem) -> Option<&Ident> {
    match item {
        SelectItem::Expr {
            expr,
            alias: Some(alias),
        } => {
            let itself = matches!(expr, Expr::Column { column, .. } if column == alias);
            (!itself).then_some(alias)
        }
        _ => None,
    }
}

/// What a SELECT is grouped by that is no column.
fn grouped(select: &Select) -> Vec<&Expr> {
    let computed = select.group_by.iter().map(|key| {
        let item = item_meant(key, &select.items);
        item.map_or(key, |(_, item)| item)
    });
    computed
        .filter(|key| !matches!(key, Expr::Column { .. } | Expr::Literal(_)))
        .collect()
}

/// HAVING sees no column of the table within what the rows are grouped by, but any value of a group
/// is that of all its rows.
fn in_having(expr: &mut Expr, grouped: &[&Expr], each: &mut dyn FnMut(&mut Expr)) {
    if grouped.contains(&&*expr) {
        let before = expr.clone();
        everywhere(expr, each);
        if *expr != before {
            let key = std::mem::replace(expr, Expr::Literal(Literal::Null));
            *expr = Expr::call("min", [key]);
        }
        return;
    }
    each(expr);
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            in_having(expr, grouped, each);
        }
    });
}

fn in_window(window: &mut Window, each: &mut dyn FnMut(&mut Expr)) {
    let by = window.order_by.iter_mut().map(|OrderBy { expr, .. }| expr);
    for key in window.partition_by.iter_mut().chain(by) {
        everywhere(key, each);
    }
}

fn everywhere(expr: &mut Expr, each: &mut dyn FnMut(&mut Expr)) {
    each(expr);
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            everywhere(expr, each);
        }
    });
}
