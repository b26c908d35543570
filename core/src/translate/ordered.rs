//! `ORDER BY` a name that PostgreSQL gives to an item of the select list by itself: of `a::text` it is
//! `a`, and the order is that of the text. Every other engine orders by the column.

use super::infer::output_name;
use crate::schema::{
    DataStatement, Distinct, Expr, Ident, PartMut, Query, Select, SelectItem, SetExpr, item_meant,
};

/// Writes such names out, so that all engines find the item.
pub(super) fn name_what_orders(statement: &mut DataStatement) {
    if let DataStatement::Query(query) = statement {
        named(query);
    }
    statement.parts_mut(&mut walk);
}

fn walk(part: PartMut<'_>) {
    match part {
        PartMut::Query(query) => {
            named(query);
            query.parts_mut(&mut walk);
        }
        PartMut::Expr(expr) => expr.parts_mut(&mut walk),
        PartMut::Table(table) => table.parts_mut(&mut walk),
        PartMut::Data(DataStatement::Query(query)) => {
            named(query);
            query.parts_mut(&mut walk);
        }
        PartMut::Data(statement) => statement.parts_mut(&mut walk),
    }
}

fn named(query: &mut Query) {
    let SetExpr::Select(select) = &mut query.body else {
        return;
    };
    if let Some(Distinct::On(exprs)) = &mut select.distinct {
        // The first of each is found before there are items: the keys are what these are made of.
        let keys = query.order_by.iter_mut().map(|key| &mut key.expr);
        for key in keys.chain(exprs) {
            if let Some((_, expr)) = item_meant(key, &select.items) {
                *key = expr.clone();
            }
        }
        return;
    }
    for key in query.order_by.iter().filter_map(|key| bare(&key.expr)) {
        name_item(select, &key);
    }
}

fn bare(expr: &Expr) -> Option<Ident> {
    match expr {
        Expr::Column {
            table: None,
            column,
        } => Some(column.clone()),
        _ => None,
    }
}

fn name_item(select: &mut Select, key: &Ident) {
    let meant = |item: &SelectItem| match item {
        SelectItem::Expr {
            expr,
            alias: Some(alias),
        } => alias == key || *expr == Expr::column(key.clone()),
        SelectItem::Expr {
            expr: Expr::Column { column, .. },
            alias: None,
        } => column == key,
        _ => false,
    };
    // One that says so itself comes first.
    if select.items.iter().any(meant) {
        return;
    }
    for item in &mut select.items {
        if let SelectItem::Expr {
            expr,
            alias: alias @ None,
        } = item
            && output_name(expr) == *key
        {
            *alias = Some(key.clone());
            return;
        }
    }
}
