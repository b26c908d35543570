//! `enum_range(NULL::mood)`, the members of an enum in their order: the array that it is by now, and in
//! `SELECT unnest(…)` a row for each.
//!
//! # Invariants
//!
//! - Only in statements that run once, with the script: what lasts follows the enum.

use crate::schema::{
    DataStatement, Expr, Ident, Literal, PartMut, Query, Schema, Select, SelectItem, SetExpr,
    SetOp, TableRef, Type,
};

/// Writes out the members of enums.
pub(super) fn write_members(statement: &mut DataStatement, schema: &Schema) {
    if schema.enums().next().is_some() {
        within(PartMut::Data(statement), schema);
    }
}

fn within(part: PartMut<'_>, schema: &Schema) {
    let mut inner = |part: PartMut<'_>| within(part, schema);
    match part {
        PartMut::Query(query) => {
            in_body(&mut query.body, schema);
            query.parts_mut(&mut inner);
        }
        PartMut::Table(table) => {
            in_from(table, schema);
            table.parts_mut(&mut inner);
        }
        PartMut::Data(statement) => {
            if let DataStatement::Query(query) = statement {
                in_body(&mut query.body, schema);
            }
            statement.parts_mut(&mut inner);
        }
        PartMut::Expr(expr) => {
            if let Some((members, ty)) = range(expr, schema) {
                *expr = Expr::Cast {
                    expr: Box::new(Expr::Array(members)),
                    ty: Type::Array(Box::new(ty)),
                };
                return;
            }
            expr.parts_mut(&mut inner);
        }
    }
}

/// What `enum_range` gives of an enum, and the enum.
fn range(expr: &Expr, schema: &Schema) -> Option<(Vec<Expr>, Type)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    if call.name.name != "enum_range" {
        return None;
    }
    let args = call.plain_args()?;
    let [Expr::Cast { expr: null, ty }] = args.as_slice() else {
        return None;
    };
    let (Expr::Literal(Literal::Null), Type::Enum(name) | Type::Named(name)) = (&**null, ty) else {
        return None;
    };
    let members = schema.enum_type(name)?.members.iter();
    let texts = members.map(|member| Expr::Literal(Literal::Text(member.clone())));
    Some((texts.collect(), ty.clone()))
}

/// `unnest(enum_range(…))`.
fn unnested(expr: &Expr, schema: &Schema) -> Option<(Vec<Expr>, Type)> {
    let Expr::Call(call) = expr else {
        return None;
    };
    let args = call.plain_args()?;
    match args.as_slice() {
        [array] if call.name.name == "unnest" => range(array, schema),
        _ => None,
    }
}

/// A row for each member, in a column of that name.
fn rows((members, ty): (Vec<Expr>, Type), name: &Ident) -> Option<SetExpr> {
    let row = |member: Expr| {
        let value = Expr::Cast {
            expr: Box::new(member),
            ty: ty.clone(),
        };
        SetExpr::Select(Box::new(Select {
            items: vec![SelectItem::Expr {
                expr: value,
                alias: Some(name.clone()),
            }],
            ..Select::default()
        }))
    };
    let all = members.into_iter().map(row);
    all.reduce(|left, right| SetExpr::Op {
        op: SetOp::Union,
        all: true,
        left: Box::new(left),
        right: Box::new(right),
    })
}

fn in_body(body: &mut SetExpr, schema: &Schema) {
    match body {
        SetExpr::Op { left, right, .. } => {
            in_body(left, schema);
            in_body(right, schema);
        }
        SetExpr::Select(select) => {
            let [SelectItem::Expr { expr, alias }] = select.items.as_slice() else {
                return;
            };
            let bare = Select {
                items: select.items.clone(),
                ..Select::default()
            };
            let Some(members) = unnested(expr, schema).filter(|_| **select == bare) else {
                return;
            };
            let name = alias.clone().unwrap_or_else(|| "unnest".into());
            if let Some(rows) = rows(members, &name) {
                *body = rows;
            }
        }
        SetExpr::Query(_) | SetExpr::Values(_) => {}
    }
}

fn in_from(table: &mut TableRef, schema: &Schema) {
    let TableRef::Function {
        call,
        ordinality: false,
        alias,
        columns,
        ..
    } = &*table
    else {
        return;
    };
    let called = alias.clone().unwrap_or_else(|| "unnest".into());
    let name = columns.first().unwrap_or(&called);
    if let Some(rows) = unnested(call, schema).and_then(|members| rows(members, name)) {
        *table = TableRef::Subquery {
            lateral: false,
            query: Box::new(Query::from(rows)),
            alias: Some(called),
            columns: Vec::new(),
        };
    }
}
