//! Aggregates and window functions.

use aludel::schema::{
    BinaryOp, Call, CallArg, Expr, Literal, Nulls, OrderBy, Query, Select, SelectItem, SetExpr,
    Type, Window,
};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::casts::decimal;
use super::compare::is_by_bytes;
use crate::target::build;

impl Meaning<'_> {
    /// An aggregate or a window function; `None` if it is not one.
    pub(super) fn aggregate(
        &self,
        rw: &mut Rewriter<'_>,
        call: &Call,
        rounded: bool,
    ) -> Option<Expr> {
        let name = call.name.name.as_str();
        let first = match call.args.first() {
            Some(CallArg::Expr(expr)) => Some(expr),
            _ => None,
        };
        if matches!(first, Some(Expr::Row(_))) {
            return Some(self.refuse(rw, "aggregate", "an aggregate of rows of several values"));
        }
        let ty = first.and_then(|expr| rw.scope.ty(expr));
        let family = ty.as_ref().map(Family::of);
        if call.distinct && ty.as_ref().is_some_and(Family::is_of_many_texts) {
            return Some(self.refuse(rw, "comparison", "DISTINCT of JSON values or arrays"));
        }
        let here = match name {
            "count" | "row_number" | "rank" | "dense_rank" | "ntile" | "percent_rank"
            | "cume_dist" | "lag" | "lead" | "first_value" | "last_value" | "nth_value" => name,
            "sum" if family.is_some_and(Family::is_number) => "sum",
            "avg" if family == Some(Family::Float) => "avg",
            // Four more digits than the values have.
            "avg" if family.is_some_and(Family::is_number) && rounded => "avg",
            "min" | "max" if family == Some(Family::Enum) => {
                return Some(self.refuse(rw, "comparison", "the order of an enum's members"));
            }
            "min" | "max"
                if ty.as_ref().is_some_and(|ty| {
                    Family::is_of_many_texts(ty) || matches!(ty, Type::Inet | Type::Cidr)
                }) =>
            {
                let what = "the order of values that are held as texts";
                return Some(self.refuse(rw, "comparison", what));
            }
            "min" | "max" if family == Some(Family::Text) && !first.is_some_and(is_by_bytes) => {
                return Some(self.refuse_text_order(rw));
            }
            "min" | "max" if family.is_some() => name,
            "bool_or" => "max",
            "bool_and" | "every" => "min",
            "string_agg" => return self.string_agg(rw, call),
            "array_agg" | "json_agg" | "jsonb_agg" => return self.array_agg(rw, call),
            "json_object_agg" | "jsonb_object_agg" => return self.object_agg(rw, call),
            _ => return None,
        };
        let mut result = rw.call(call);
        result.name.name = here.into();
        let filter = result.filter.take();
        if let Some(filter) = filter {
            // What is not counted is NULL.
            for arg in &mut result.args {
                *arg = CallArg::Expr(match arg {
                    CallArg::Expr(expr) => build::case([(filter.clone(), expr.clone())], None),
                    _ => build::case([(filter.clone(), build::number(1))], None),
                });
            }
        }
        if here == "avg" && family != Some(Family::Float) {
            for arg in &mut result.args {
                if let CallArg::Expr(expr) = arg {
                    *expr = build::cast(expr.clone(), decimal(24));
                }
            }
        }
        if result.args.len() == 3 && matches!(here, "lag" | "lead") && !self.facts.lag_defaults {
            return Some(self.with_default(rw, result));
        }
        Some(Expr::Call(Box::new(result)))
    }

    /// `lag(value, 1, default)` where there is no such argument: which rows have none is counted.
    fn with_default(&self, rw: &mut Rewriter<'_>, mut call: Call) -> Expr {
        let window = match call.over.take() {
            Some(window) if window.name.is_none() => window,
            _ => return self.refuse(rw, "no-form", "`lag` with a default over a named window"),
        };
        let (Some(CallArg::Expr(default)), Some(CallArg::Expr(Expr::Literal(Literal::Number(by))))) =
            (call.args.pop(), call.args.get(1))
        else {
            return self.refuse(
                rw,
                "no-form",
                "`lag` by what is no constant, with a default",
            );
        };
        let over = |name: &str, args: Vec<CallArg>, window: Window| {
            Expr::Call(Box::new(Call {
                name: aludel::schema::Name::bare(name),
                args,
                distinct: false,
                order_by: Vec::new(),
                filter: None,
                over: Some(window),
                separator: None,
            }))
        };
        let unframed = Window {
            frame: None,
            ..window.clone()
        };
        let place = over("row_number", Vec::new(), unframed.clone());
        let by = build::digits(by.clone());
        let missing = if call.name.name == "lag" {
            Expr::binary(place, BinaryOp::LtEq, by)
        } else {
            let all = Window {
                order_by: Vec::new(),
                ..unframed
            };
            let count = over("count", vec![CallArg::Star], all);
            let last = Expr::binary(count, BinaryOp::Minus, by);
            Expr::binary(place, BinaryOp::Gt, last)
        };
        call.over = Some(window);
        build::case([(missing, default)], Some(Expr::Call(Box::new(call))))
    }

    fn string_agg(&self, rw: &mut Rewriter<'_>, call: &Call) -> Option<Expr> {
        let [
            CallArg::Expr(value),
            CallArg::Expr(Expr::Literal(Literal::Text(separator))),
        ] = call.args.as_slice()
        else {
            return None;
        };
        if separator.contains(['\\', '\'']) || call.over.is_some() {
            return None;
        }
        let mut text = self.text(rw, value);
        if let Some(filter) = &call.filter {
            text = build::case([(rw.expr(filter), text)], None);
        }
        Some(Expr::Call(Box::new(Call {
            name: aludel::schema::Name::bare("group_concat"),
            args: vec![CallArg::Expr(text)],
            distinct: call.distinct,
            order_by: self.order_within(rw, &call.order_by),
            filter: None,
            over: None,
            separator: Some(separator.clone()),
        })))
    }

    /// The order of what is gathered: NULL is 0 there unless a key says where it stands.
    fn order_within(&self, rw: &mut Rewriter<'_>, keys: &[OrderBy]) -> Vec<OrderBy> {
        let mut order = rw.order(keys);
        for (written, key) in order.iter_mut().zip(keys) {
            if rw.scope.nullable(&key.expr) && written.nulls.is_none() {
                written.nulls = Some(if key.descending {
                    Nulls::Last
                } else {
                    Nulls::First
                });
            }
        }
        order
    }

    fn array_agg(&self, rw: &mut Rewriter<'_>, call: &Call) -> Option<Expr> {
        let [CallArg::Expr(value)] = call.args.as_slice() else {
            return None;
        };
        // MySQL's has no order, and NULLs cannot be kept out.
        let ordered = !call.order_by.is_empty() && self.facts.json;
        if ordered || call.over.is_some() || call.distinct || call.filter.is_some() {
            return Some(self.refuse(
                rw,
                "aggregate",
                "an array or JSON gathered in an order, without doubles, or with a FILTER",
            ));
        }
        let value = self.json_value(rw, value);
        let mut gathered = Call {
            name: aludel::schema::Name::bare("json_arrayagg"),
            args: vec![CallArg::Expr(value)],
            ..call.clone()
        };
        gathered.order_by = self.order_within(rw, &call.order_by);
        Some(Expr::Call(Box::new(gathered)))
    }

    /// `ARRAY(SELECT …)`: an aggregate, where nothing stands after the rows are there.
    pub(super) fn array_query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Expr {
        let plain = query.with.is_empty()
            && (query.order_by.is_empty() || !self.facts.json)
            && query.limit.is_none()
            && query.offset.is_none();
        let select = match &query.body {
            SetExpr::Select(select) if plain => select,
            _ => return self.refuse(rw, "aggregate", "`ARRAY(SELECT …)` in an order"),
        };
        let [SelectItem::Expr { expr, alias }] = select.items.as_slice() else {
            return self.refuse(rw, "aggregate", "`ARRAY(SELECT …)` of several columns");
        };
        // A number or a name of the select list means what is selected.
        let is_item = |key: &Expr| match key {
            Expr::Column {
                table: None,
                column,
            } => alias.as_ref() == Some(column),
            Expr::Literal(_) => true,
            _ => false,
        };
        let order_by = query.order_by.iter().map(|key| OrderBy {
            expr: if is_item(&key.expr) { expr } else { &key.expr }.clone(),
            ..key.clone()
        });
        let gathering = Call {
            name: aludel::schema::Name::bare("array_agg"),
            args: vec![CallArg::Expr(expr.clone())],
            distinct: false,
            order_by: order_by.collect(),
            filter: None,
            over: None,
            separator: None,
        };
        if select.distinct.is_some() || !select.group_by.is_empty() || select.having.is_some() {
            return self.refuse(rw, "aggregate", "`ARRAY(SELECT …)` without doubles");
        }
        let mut gathered = query.clone();
        gathered.order_by.clear();
        gathered.body = SetExpr::Select(Box::new(Select {
            items: vec![SelectItem::Expr {
                expr: Expr::Call(Box::new(gathering)),
                alias: None,
            }],
            ..(**select).clone()
        }));
        let gathered = Expr::Subquery(Box::new(rw.query(&gathered)));
        build::call("coalesce", [gathered, build::call("json_array", [])])
    }

    fn object_agg(&self, rw: &mut Rewriter<'_>, call: &Call) -> Option<Expr> {
        let [CallArg::Expr(key), CallArg::Expr(value)] = call.args.as_slice() else {
            return None;
        };
        if !call.order_by.is_empty() || call.distinct || call.filter.is_some() {
            return None;
        }
        let (key, value) = (self.json_key(rw, key), self.json_value(rw, value));
        Some(build::call("json_objectagg", [key, value]))
    }
}
