//! A function in a select list that gives several rows is one in FROM, which sees what stands
//! beside it. A `*` beside DISTINCT ON is the columns that it stands for.

use std::collections::HashSet;

use super::infer::{Scope, UNNAMED, gathers, output_name, takes_apart};
use crate::schema::{
    Call, CallArg, DataStatement, Distinct, Expr, Ident, Name, Part, PartMut, Query, Schema,
    Select, SelectItem, SetExpr, TableRef,
};
use crate::sql::Syntax;

/// What such a function is called in FROM, and its column there.
const ROWS: &str = "aludel_rows";
const VALUE: &str = "aludel_value";

/// Puts the functions of a statement's select lists that give several rows into FROM, as far as
/// that is the same: one alone, where nothing is gathered. Any other stays, and is refused.
pub(super) fn unfold(statement: &mut DataStatement, schema: &Schema, source: Syntax) {
    in_part(PartMut::Data(statement));
    let mut named = HashSet::new();
    named_within(PartMut::Data(statement), &mut named);
    let scope = Scope::new(schema, source);
    spell_out(PartMut::Data(statement), &scope, &named);
}

/// The names of common table expressions, anywhere in a statement.
fn named_within(part: PartMut<'_>, named: &mut HashSet<Ident>) {
    let with = match &part {
        PartMut::Query(query) => query.with.as_slice(),
        PartMut::Data(DataStatement::Query(query)) => query.with.as_slice(),
        PartMut::Data(DataStatement::Insert(insert)) => insert.with.as_slice(),
        PartMut::Data(DataStatement::Update(update)) => update.with.as_slice(),
        PartMut::Data(DataStatement::Delete(delete)) => delete.with.as_slice(),
        _ => &[],
    };
    named.extend(with.iter().map(|cte| cte.name.clone()));
    into(part, &mut |part| named_within(part, named));
}

fn into(part: PartMut<'_>, f: &mut dyn FnMut(PartMut<'_>)) {
    match part {
        PartMut::Query(query) => query.parts_mut(f),
        PartMut::Expr(expr) => expr.parts_mut(f),
        PartMut::Table(table) => table.parts_mut(f),
        PartMut::Data(statement) => statement.parts_mut(f),
    }
}

/// Writes out the `*` beside a DISTINCT ON of tables alone, none of which is a common table
/// expression.
fn spell_out(part: PartMut<'_>, scope: &Scope<'_>, named: &HashSet<Ident>) {
    let query = match part {
        PartMut::Query(query) => query,
        PartMut::Data(DataStatement::Query(query)) => query,
        part => return into(part, &mut |part| spell_out(part, scope, named)),
    };
    query.parts_mut(&mut |part| spell_out(part, scope, named));
    let SetExpr::Select(select) = &mut query.body else {
        return;
    };
    let own = |item: &TableRef| match item {
        TableRef::Table { name, columns, .. } => {
            columns.is_empty() && (name.schema.is_some() || !named.contains(&name.name))
        }
        _ => false,
    };
    if !matches!(select.distinct, Some(Distinct::On(_))) || !select.from.iter().all(own) {
        return;
    }
    let mut scope = scope.clone();
    scope.enter();
    scope.add_from(&select.from);
    let mut items = Vec::with_capacity(select.items.len());
    for item in &select.items {
        let relations: Vec<_> = match item {
            SelectItem::Star => scope.relations().iter().collect(),
            SelectItem::TableStar(table) => scope.relation(table).into_iter().collect(),
            SelectItem::Expr { .. } => {
                items.push(item.clone());
                continue;
            }
        };
        for relation in relations {
            let Some(fields) = &relation.fields else {
                return;
            };
            items.extend(fields.iter().map(|field| SelectItem::Expr {
                expr: Expr::Column {
                    table: relation.name.clone(),
                    column: field.name.clone(),
                },
                alias: None,
            }));
        }
    }
    select.items = items;
}

fn in_part(part: PartMut<'_>) {
    match part {
        PartMut::Query(query) => {
            query.parts_mut(&mut in_part);
            in_query(query);
        }
        PartMut::Expr(expr) => expr.parts_mut(&mut in_part),
        PartMut::Table(table) => table.parts_mut(&mut in_part),
        PartMut::Data(DataStatement::Query(query)) => in_part(PartMut::Query(query)),
        PartMut::Data(statement) => statement.parts_mut(&mut in_part),
    }
}

fn in_query(query: &mut Query) {
    let body = std::mem::replace(&mut query.body, SetExpr::Values(Vec::new()));
    query.body = in_body(body);
}

fn in_body(body: SetExpr) -> SetExpr {
    match body {
        SetExpr::Select(select) => SetExpr::Select(Box::new(in_select(*select))),
        SetExpr::Op {
            op,
            all,
            left,
            right,
        } => SetExpr::Op {
            op,
            all,
            left: Box::new(in_body(*left)),
            right: Box::new(in_body(*right)),
        },
        body => body,
    }
}

fn in_select(select: Select) -> Select {
    let gathered =
        |item: &SelectItem| matches!(item, SelectItem::Expr { expr, .. } if any(expr, &gathers));
    if !select.group_by.is_empty() || select.having.is_some() || select.items.iter().any(gathered) {
        return select;
    }
    let mut unfolded = select.clone();
    let mut found = Vec::new();
    for item in &mut unfolded.items {
        let SelectItem::Expr { expr, alias } = item else {
            continue;
        };
        let name = output_name(expr);
        let before = found.len();
        let Some(()) = take(expr, &mut found) else {
            return select;
        };
        if found.len() > before && alias.is_none() {
            *alias = Some(name).filter(|name| name != UNNAMED);
        }
    }
    let [call] = found.as_slice() else {
        return select;
    };
    unfolded.from.push(TableRef::Function {
        lateral: true,
        call: call.clone(),
        ordinality: false,
        alias: Some(ROWS.into()),
        columns: vec![VALUE.into()],
    });
    unfolded
}

/// A query that selects from a function which takes an array apart ([`takes_apart`]), each of whose
/// columns has its name: a target that writes an element as an expression would give it none.
/// Nothing if all have.
pub fn named_elements(query: &Query) -> Option<Query> {
    fn is_elements(item: &TableRef) -> bool {
        match item {
            TableRef::Function {
                call: Expr::Call(call),
                ..
            } => is_rows(call),
            TableRef::Join { left, right, .. } => is_elements(left) || is_elements(right),
            _ => false,
        }
    }
    let SetExpr::Select(select) = &query.body else {
        return None;
    };
    if !select.from.iter().any(is_elements) {
        return None;
    }
    let mut named = (**select).clone();
    for item in &mut named.items {
        if let SelectItem::Expr {
            expr: Expr::Column { column, .. },
            alias: alias @ None,
        } = item
        {
            *alias = Some(column.clone());
        }
    }
    (named != **select).then(|| Query {
        body: SetExpr::Select(Box::new(named)),
        ..query.clone()
    })
}

/// Takes such calls out of an expression. Nothing, if there is one where it cannot be taken out.
fn take(expr: &mut Expr, found: &mut Vec<Expr>) -> Option<()> {
    if let Expr::Call(call) = expr
        && is_rows(call)
    {
        let value = Expr::Column {
            table: Some(Name::bare(ROWS)),
            column: Ident::from(VALUE),
        };
        found.push(std::mem::replace(expr, value));
        return Some(());
    }
    // What chooses does not look at all that it is given.
    let chooses = match &*expr {
        Expr::Case { .. } => true,
        Expr::Call(call) => call.name.name == "coalesce",
        _ => false,
    };
    if chooses {
        return (!any(expr, &is_rows)).then_some(());
    }
    let mut taken = Some(());
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            taken = taken.and_then(|()| take(expr, found));
        }
    });
    taken
}

/// Whether a call gives several rows.
fn is_rows(call: &Call) -> bool {
    call.name.schema.is_none()
        && takes_apart(&call.name.name)
        && matches!(call.args.as_slice(), [CallArg::Expr(argument)] if !any(argument, &is_rows))
}

/// Whether a call in an expression, but not in a query of it, is such a one.
fn any(expr: &Expr, such: &dyn Fn(&Call) -> bool) -> bool {
    if let Expr::Call(call) = expr
        && such(call)
    {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= any(expr, such);
        }
    });
    found
}
