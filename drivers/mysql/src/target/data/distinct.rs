//! `DISTINCT ON`: the first row of each group, numbered by a window.

use aludel::schema::{
    Call, CallArg, DataStatement, Distinct, Expr, Ident, Name, OrderBy, PartMut, Query, Select,
    SelectItem, SetExpr, TableRef, Window,
};

use crate::target::build;

/// Writes every `DISTINCT ON` of a statement as a window; one whose columns have no names of their
/// own stays, and is refused.
pub(super) fn in_statement(statement: &mut DataStatement) {
    statement.parts_mut(&mut in_part);
}

/// Writes every `DISTINCT ON` of a query as a window.
pub(crate) fn in_query(query: &mut Query) {
    query.parts_mut(&mut in_part);
    if let Some(written) = window(query) {
        *query = written;
    }
}

fn in_part(part: PartMut<'_>) {
    match part {
        PartMut::Query(query) => in_query(query),
        PartMut::Expr(expr) => expr.parts_mut(&mut in_part),
        PartMut::Table(table) => table.parts_mut(&mut in_part),
        PartMut::Data(statement) => statement.parts_mut(&mut in_part),
    }
}

/// What the row's number, and what it is ordered by, are called.
const NUMBER: &str = "row_of_group";

fn window(query: &Query) -> Option<Query> {
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    let Some(Distinct::On(keys)) = &select.distinct else {
        return None;
    };
    let mut names: Vec<Ident> = Vec::with_capacity(select.items.len());
    let mut items = Vec::with_capacity(select.items.len() + query.order_by.len() + 1);
    for item in &select.items {
        let SelectItem::Expr { expr, alias } = item else {
            return None;
        };
        let name = match (alias, expr) {
            (Some(alias), _) => alias.clone(),
            (None, Expr::Column { column, .. }) => column.clone(),
            _ => format!("column{}", names.len() + 1),
        };
        if names.contains(&name) {
            return None;
        }
        items.push(named(expr.clone(), &name));
        names.push(name);
    }
    let by: Vec<Ident> = (1..=query.order_by.len())
        .map(|n| format!("{NUMBER}_by_{n}"))
        .collect();
    // A key may be an item of the select list, by its name.
    let meant = |key: &OrderBy| OrderBy {
        expr: item_of(&key.expr, &select.items).unwrap_or_else(|| key.expr.clone()),
        ..key.clone()
    };
    let order: Vec<OrderBy> = query.order_by.iter().map(meant).collect();
    for (key, name) in order.iter().zip(&by) {
        items.push(named(key.expr.clone(), name));
    }
    let number = Expr::Call(Box::new(Call {
        name: Name::bare("row_number"),
        args: Vec::<CallArg>::new(),
        distinct: false,
        order_by: Vec::new(),
        filter: None,
        over: Some(Window {
            name: None,
            partition_by: keys.clone(),
            // Within a group its own keys are all the same.
            order_by: order
                .iter()
                .filter(|key| !keys.contains(&key.expr))
                .cloned()
                .collect(),
            frame: None,
        }),
        separator: None,
    }));
    items.push(named(number, NUMBER));
    let inner = Query {
        with: Vec::new(),
        recursive: false,
        body: SetExpr::Select(Box::new(Select {
            distinct: None,
            items,
            ..(**select).clone()
        })),
        order_by: Vec::new(),
        limit: None,
        offset: None,
    };
    let outer = Select {
        items: names
            .iter()
            .map(|name| named(Expr::column(name.clone()), name))
            .collect(),
        from: vec![TableRef::Subquery {
            lateral: false,
            query: Box::new(inner),
            alias: Some("numbered".into()),
            columns: Vec::new(),
        }],
        filter: Some(build::equal(Expr::column(NUMBER), build::number(1))),
        ..Select::default()
    };
    let order_by = order.iter().zip(by).map(|(key, name)| OrderBy {
        expr: like(&key.expr, Expr::column(name)),
        ..key.clone()
    });
    Some(Query {
        with: query.with.clone(),
        recursive: query.recursive,
        body: SetExpr::Select(Box::new(outer)),
        order_by: order_by.collect(),
        limit: query.limit.clone(),
        offset: query.offset.clone(),
    })
}

/// A column that holds a key, in the key's own order.
fn like(key: &Expr, column: Expr) -> Expr {
    match key {
        Expr::Collate { collation, .. } => Expr::Collate {
            expr: Box::new(column),
            collation: collation.clone(),
        },
        _ => column,
    }
}

fn named(expr: Expr, name: &str) -> SelectItem {
    let same = matches!(&expr, Expr::Column { column, .. } if column == name);
    SelectItem::Expr {
        expr,
        alias: (!same).then(|| name.to_owned()),
    }
}

fn item_of(key: &Expr, items: &[SelectItem]) -> Option<Expr> {
    let Expr::Column {
        table: None,
        column,
    } = key
    else {
        return None;
    };
    items.iter().find_map(|item| match item {
        SelectItem::Expr {
            expr,
            alias: Some(alias),
        } if alias == column => Some(expr.clone()),
        _ => None,
    })
}
