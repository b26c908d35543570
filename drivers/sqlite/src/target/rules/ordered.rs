//! An aggregate with an order of its own, as the aggregate of rows that are in that order: SQLite
//! takes an order within a call from 3.44 on.

use aludel::schema::{
    Call, CallArg, Expr, Name, OrderBy, Part, PartMut, Query, Select, SelectItem, SetExpr, TableRef,
};

use super::build;

const ROWS: &str = "aludel_rows";
const ITEM: &str = "aludel_item";

/// A query whose one aggregate has an order, still in the authored dialect's meaning. Nothing, if
/// it is another query, or several aggregates would each have an order of theirs.
pub(super) fn ordered(query: &Query) -> Option<Query> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let [SelectItem::Expr { expr, alias }] = select.items.as_slice() else {
        return None;
    };
    let alone = select.distinct.is_none()
        && select.group_by.is_empty()
        && select.having.is_none()
        && query.with.is_empty()
        && query.order_by.is_empty();
    if !alone {
        return None;
    }
    let mut found = Vec::new();
    let others = outside(expr, &mut found);
    let [call] = found.as_slice() else {
        return None;
    };
    let [CallArg::Expr(value), rest @ ..] = call.args.as_slice() else {
        return None;
    };
    let constant = |arg: &CallArg| matches!(arg, CallArg::Expr(Expr::Literal(_)));
    if others
        || call.order_by.is_empty()
        || call.distinct
        || call.filter.is_some()
        || !rest.iter().all(constant)
    {
        return None;
    }
    // A number would be a column of the select list, and a name what it is called.
    let by_value = |key: &OrderBy| !matches!(key.expr, Expr::Literal(_));
    if !call.order_by.iter().all(by_value) {
        return None;
    }
    let rows = Query {
        order_by: call.order_by.clone(),
        ..Query::from(SetExpr::Select(Box::new(Select {
            items: vec![SelectItem::Expr {
                expr: value.clone(),
                alias: Some(ITEM.into()),
            }],
            ..(**select).clone()
        })))
    };
    let item = Expr::Column {
        table: Some(Name::bare(ROWS)),
        column: ITEM.into(),
    };
    let mut gathered = expr.clone();
    replace(&mut gathered, &item);
    let from = TableRef::Subquery {
        lateral: false,
        query: Box::new(rows),
        alias: Some(ROWS.into()),
        columns: Vec::new(),
    };
    let items = vec![SelectItem::Expr {
        expr: gathered,
        alias: alias.clone(),
    }];
    Some(Query {
        limit: query.limit.clone(),
        offset: query.offset.clone(),
        ..build::select(items, vec![from], None)
    })
}

/// Gathers the aggregates with an order; whether there is anything outside them that looks at a row
/// or at rows.
fn outside(expr: &Expr, found: &mut Vec<Call>) -> bool {
    match expr {
        Expr::Call(call) if is_ordered(call) => {
            found.push((**call).clone());
            false
        }
        Expr::Call(call) if call.over.is_some() || super::call::is_aggregate(&call.name.name) => {
            true
        }
        Expr::Column { .. } => true,
        expr => {
            let mut others = false;
            expr.parts(&mut |part| match part {
                Part::Expr(expr) => others |= outside(expr, found),
                Part::Query(_) | Part::Table(_) | Part::Data(_) => others = true,
            });
            others
        }
    }
}

fn is_ordered(call: &Call) -> bool {
    super::call::is_aggregate(&call.name.name) && call.over.is_none() && !call.order_by.is_empty()
}

fn replace(expr: &mut Expr, item: &Expr) {
    if let Expr::Call(call) = expr
        && is_ordered(call)
    {
        call.order_by.clear();
        if let Some(first) = call.args.first_mut() {
            *first = CallArg::Expr(item.clone());
        }
        return;
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            replace(expr, item);
        }
    });
}
