//! A call of a function of PostgreSQL's that gives one expression of its arguments is that
//! expression.

use super::infer::{UNNAMED, gives_the_same, is_known, output_name};
use crate::schema::{
    Change, ColumnChange, ColumnDef, ConstraintKind, DomainChange, Expr, Function, IndexKey, Name,
    Part, PartMut, Query, Replay, Select, SelectItem, SetExpr, TableAction, TriggerDoes,
    ValueFunction,
};

/// Functions of the engine that make one value of values, the same in whatever query they stand.
const SCALARS: &[&str] = &[
    "abs",
    "array_append",
    "array_length",
    "array_position",
    "array_remove",
    "array_to_string",
    "ascii",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "char_length",
    "chr",
    "coalesce",
    "concat",
    "concat_ws",
    "date_part",
    "date_trunc",
    "decode",
    "encode",
    "floor",
    "gen_random_uuid",
    "greatest",
    "initcap",
    "jsonb_array_length",
    "jsonb_build_array",
    "jsonb_build_object",
    "jsonb_set",
    "jsonb_typeof",
    "least",
    "left",
    "length",
    "lower",
    "lpad",
    "ltrim",
    "md5",
    "mod",
    "now",
    "nullif",
    "octet_length",
    "power",
    "random",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "starts_with",
    "strpos",
    "substr",
    "substring",
    "to_char",
    "to_hex",
    "to_jsonb",
    "to_timestamp",
    "translate",
    "trunc",
    "upper",
];

/// Writes out what is called in a change. What of it lasts beyond the statement is noted.
pub(super) fn inline(change: &mut Change, replay: &Replay, lasting: &mut Vec<Name>) {
    if !replay.has_value_functions() {
        return;
    }
    let mut inliner = Inliner {
        replay,
        depth: 0,
        found: Vec::new(),
    };
    match change {
        Change::Data(statement) => {
            inliner.part(PartMut::Data(statement));
            return;
        }
        Change::CreateView(view) => {
            if let Some(query) = &mut view.query {
                inliner.query(query);
            }
        }
        Change::CreateFunction {
            does: Function::Trigger(function),
            ..
        } => {
            if let Ok(TriggerDoes::Sets(row)) = &mut function.does {
                inliner.maybe(&mut row.condition);
                let sets = row.sets.iter_mut();
                sets.for_each(|set| inliner.expr(&mut set.value));
            }
        }
        Change::CreateDomain(domain) => inliner.column(&mut domain.value),
        Change::AlterDomain { change, .. } => match change {
            DomainChange::Default(default) => inliner.maybe(default),
            DomainChange::AddConstraint(constraint) => inliner.constraint(&mut constraint.kind),
            _ => {}
        },
        Change::CreateIndex(index) => {
            let called = replay.unnamed_index(index);
            let keys = index.keys.clone();
            inliner.keys(&mut index.keys);
            inliner.maybe(&mut index.filter);
            // An index is called after what its script says.
            if index.keys != keys {
                index.name.get_or_insert(called);
            }
        }
        Change::CreateTable(table) => {
            table.columns.iter_mut().for_each(|c| inliner.column(c));
            for constraint in &mut table.constraints {
                inliner.constraint(&mut constraint.kind);
            }
            if let Some(query) = &mut table.query {
                inliner.query(query);
            }
        }
        Change::AlterTable { actions, .. } => {
            for action in actions {
                match action {
                    TableAction::AddColumn { column, .. } => inliner.column(column),
                    TableAction::AddConstraint(constraint) => {
                        inliner.constraint(&mut constraint.kind);
                    }
                    TableAction::AlterColumn { change, .. } => match change {
                        ColumnChange::SetDefault(expr) => inliner.expr(expr),
                        ColumnChange::Type { using, .. } => inliner.maybe(using),
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
        _ => {}
    }
    lasting.append(&mut inliner.found);
}

/// How deep functions may call others.
const DEPTH: usize = 16;

struct Inliner<'r> {
    replay: &'r Replay,
    depth: usize,
    found: Vec<Name>,
}

impl Inliner<'_> {
    fn column(&mut self, column: &mut ColumnDef) {
        self.maybe(&mut column.default);
        if let Some(generated) = &mut column.generated {
            self.expr(&mut generated.expr);
        }
        for constraint in &mut column.constraints {
            self.constraint(&mut constraint.kind);
        }
    }

    fn constraint(&mut self, kind: &mut ConstraintKind) {
        if let ConstraintKind::Check { expr, .. } = kind {
            self.expr(expr);
        }
    }

    fn keys(&mut self, keys: &mut [IndexKey]) {
        keys.iter_mut().for_each(|key| self.expr(&mut key.expr));
    }

    fn maybe(&mut self, expr: &mut Option<Expr>) {
        if let Some(expr) = expr {
            self.expr(expr);
        }
    }

    fn part(&mut self, part: PartMut<'_>) {
        match part {
            PartMut::Expr(expr) => self.expr(expr),
            PartMut::Query(query) => self.query(query),
            PartMut::Table(table) => table.parts_mut(&mut |part| self.part(part)),
            PartMut::Data(statement) => statement.parts_mut(&mut |part| self.part(part)),
        }
    }

    fn query(&mut self, query: &mut Query) {
        let names = |body: &SetExpr| match body {
            SetExpr::Select(select) => named(select),
            _ => Vec::new(),
        };
        let before = names(&query.body);
        query.parts_mut(&mut |part| self.part(part));
        let SetExpr::Select(select) = &mut query.body else {
            return;
        };
        // A column is called as the function that gives it.
        for (item, before) in select.items.iter_mut().zip(before) {
            if let SelectItem::Expr {
                expr,
                alias: alias @ None,
            } = item
                && before != output_name(expr)
                && before != UNNAMED
            {
                *alias = Some(before);
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr) {
        expr.parts_mut(&mut |part| self.part(part));
        let Expr::Call(call) = &*expr else {
            return;
        };
        let Some((name, function)) = self.replay.value_function(&call.name) else {
            return;
        };
        let Some(args) = call.plain_args() else {
            return;
        };
        let plain = call.over.is_none()
            && call.filter.is_none()
            && call.order_by.is_empty()
            && !call.distinct;
        if !plain || is_known(&name.name) || !gives_a_value(&function.body) {
            return;
        }
        if let Some(mut value) = called(function, &args) {
            self.found.push(name);
            // It may call others; PostgreSQL stops those that call themselves.
            if self.depth < DEPTH {
                self.depth += 1;
                self.expr(&mut value);
                self.depth -= 1;
            }
            *expr = value;
        }
    }
}

fn named(select: &Select) -> Vec<String> {
    let name = |item: &SelectItem| match item {
        SelectItem::Expr { expr, .. } => output_name(expr),
        _ => UNNAMED.into(),
    };
    select.items.iter().map(name).collect()
}

/// Whether all that an expression calls gives a value: functions of the engine that do, and those
/// of the scripts, which are written out in their turn or refused. An aggregate of an argument would be
/// one of the rows where the call stands.
fn gives_a_value(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr {
        let own = call
            .name
            .schema
            .as_deref()
            .is_none_or(|schema| schema == "pg_catalog");
        let name = call.name.name.as_str();
        let plain = !call.distinct
            && call.order_by.is_empty()
            && call.filter.is_none()
            && call.over.is_none();
        if !plain || own && is_known(name) && !SCALARS.contains(&name) {
            return false;
        }
    }
    let mut all = true;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => all = all && gives_a_value(expr),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => all = false,
    });
    all
}

/// What a call comes to. Nothing, if an argument is looked at several times and may not be the
/// same each time.
fn called(function: &ValueFunction, args: &[&Expr]) -> Option<Expr> {
    if args.len() != function.parameters.len() {
        return None;
    }
    let values: Vec<Expr> = args
        .iter()
        .zip(&function.parameters)
        .map(|(arg, ty)| cast((*arg).clone(), ty))
        .collect();
    for (place, value) in values.iter().enumerate() {
        let times = times(&function.body, &ValueFunction::argument(place + 1));
        let once = times == 1 && !function.strict;
        if !once && !is_steady(value) {
            return None;
        }
    }
    let mut body = function.body.clone();
    fill(&mut body, &values);
    let value = cast(body, &function.returns);
    if !function.strict || values.is_empty() {
        return Some(value);
    }
    let nulls = values.into_iter().map(|value| Expr::IsNull {
        expr: Box::new(value),
        negated: true,
    });
    let some =
        nulls.reduce(|left, right| Expr::binary(left, crate::schema::BinaryOp::And, right))?;
    Some(Expr::Case {
        operand: None,
        whens: vec![(some, value)],
        otherwise: None,
    })
}

fn cast(expr: Expr, ty: &crate::schema::Type) -> Expr {
    if ValueFunction::is_any(ty) {
        return expr;
    }
    Expr::Cast {
        expr: Box::new(expr),
        ty: ty.clone(),
    }
}

fn fill(expr: &mut Expr, values: &[Expr]) {
    if let Expr::Column { column, .. } = expr {
        let mut places = values.iter().enumerate();
        if let Some((_, value)) = places.find(|(n, _)| *column == ValueFunction::argument(n + 1)) {
            *expr = value.clone();
        }
        return;
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            fill(expr, values);
        }
    });
}

fn times(expr: &Expr, argument: &str) -> usize {
    if let Expr::Column { column, .. } = expr {
        return usize::from(column == argument);
    }
    let mut count = 0;
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            count += times(expr, argument);
        }
    });
    count
}

/// Whether an expression gives the same however often it is looked at, for sure.
fn is_steady(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr {
        let name = call.name.name.as_str();
        if !gives_the_same(name) {
            return false;
        }
    }
    let mut steady = true;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => steady &= is_steady(expr),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => steady = false,
    });
    steady
}
