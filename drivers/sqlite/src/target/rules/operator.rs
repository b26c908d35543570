//! Operators.

use aludel::schema::{
    BinaryOp, CallArg, Expr, Literal, Quantifier, Query, SelectItem, SetExpr, Type, UnaryOp,
};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::build::{
    EACH, call, case, column_of, eq, fail, is_stable, json_each, not_null, number, select,
};
use super::convert::{How, convert};
use super::json;
use super::structure::qualified;
use super::{Meaning, constant, refuse, unknown_type};

impl Meaning {
    pub(super) fn binary(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Option<Expr> {
        use BinaryOp as Op;
        if self.source(rw) == Syntax::Mysql
            && let Some(own) = self.mysql_operator(rw, left, op, right)
        {
            return Some(own);
        }
        match op {
            Op::And | Op::Or => None,
            Op::Eq | Op::NotEq if json_typeof(left).is_some() => {
                Some(self.json_typeof_is(rw, left, op, right))
            }
            Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => {
                if is_nothing(left) || is_nothing(right) {
                    return Some(super::build::null());
                }
                let ordered = !matches!(op, Op::Eq | Op::NotEq);
                if !ordered && let Some(place) = self.json_text_among(rw, left, &[right]) {
                    return Some(Expr::binary(place, op, right.clone()));
                }
                if let (Expr::Row(left), Expr::Row(right)) = (left, right) {
                    return Some(self.rows(rw, left, op, right, ordered));
                }
                let (left, right) = self.compared(rw, left, right, ordered)?;
                Some(Expr::binary(left, op, right))
            }
            Op::Plus | Op::Minus => Some(self.additive(rw, left, op, right)),
            Op::Multiply => Some(self.arithmetic(rw, left, op, right)),
            Op::Divide | Op::Modulo | Op::IntDivide => Some(self.division(rw, left, op, right)),
            Op::Concat => Some(self.concat(rw, left, right)),
            Op::BitAnd | Op::BitOr | Op::ShiftLeft | Op::ShiftRight => {
                Some(self.bits(rw, left, op, right))
            }
            Op::Regex { any_case, negated } => Some(self.regex(rw, left, right, any_case, negated)),
            Op::JsonGet | Op::JsonGetText | Op::JsonPath | Op::JsonPathText => {
                Some(self.json_get(rw, left, op, right))
            }
            Op::JsonHasKey => Some(self.json_has_key(rw, left, right)),
            Op::Contains | Op::ContainedBy | Op::Overlaps => {
                Some(refuse(rw, "`@>`, `<@` and `&&`"))
            }
            Op::JsonHasAnyKey
            | Op::JsonHasAllKeys
            | Op::JsonDeletePath
            | Op::TextMatch
            | Op::Power
            | Op::BitXor
            | Op::Xor => Some(refuse(rw, &format!("the operator {op:?}"))),
        }
    }

    /// Two operands as values of the type in which they are compared. `None` if a part was
    /// refused for its own sake already.
    pub(super) fn compared(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        ordered: bool,
    ) -> Option<(Expr, Expr)> {
        self.met(rw, left, right, ordered, [right, left].map(is_no_json))
    }

    /// The same; `kept` says of which it does not matter how a json in it is written.
    pub(super) fn met(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        ordered: bool,
        kept: [bool; 2],
    ) -> Option<(Expr, Expr)> {
        let Some(ty) = rw.scope.compared(left, right) else {
            let both = (rw.expr(left), rw.expr(right));
            let (l, r) = (rw.scope.ty(left), rw.scope.ty(right));
            if l.is_none() && !is_text_constant(left) {
                unknown_type(rw, left);
            } else if r.is_none() && !is_text_constant(right) {
                unknown_type(rw, right);
            } else {
                refuse(rw, "a comparison of values of two types");
            }
            return Some(both);
        };
        if ordered && let Some(places) = self.places(rw, &ty, [left, right]) {
            return Some(places);
        }
        self.comparable(rw, &ty, ordered, [left, right]);
        if self.source(rw) == Syntax::Mysql {
            self.mysql_compared(rw, &ty, [left, right]);
        }
        let kinds = [left, right].map(|side| {
            let constant = is_text_constant(side);
            rw.scope.ty(side).filter(|_| !constant)
        });
        let mut l = self.keeping(kept[0], || self.side(rw, left, &ty));
        let mut r = self.keeping(kept[1], || self.side(rw, right, &ty));
        if self.source(rw) == Syntax::Mysql {
            (l, r) = (self.mysql_side(left, l), self.mysql_side(right, r));
        }
        // An integer meets a double as one: digits beyond its 53 bits do not count.
        if Family::of(&ty) == Family::Float && self.source(rw) == Syntax::Postgres {
            (l, r) = (as_double(l, &kinds[0]), as_double(r, &kinds[1]));
        }
        // A `varchar` meets a `char(n)` without its blanks, a `text` with them.
        match kinds {
            [Some(Type::Char(_)), Some(Type::Varchar(_))] => r = call("rtrim", [r]),
            [Some(Type::Varchar(_)), Some(Type::Char(_))] => l = call("rtrim", [l]),
            _ => {}
        }
        Some((l, r))
    }

    fn side(&self, rw: &mut Rewriter<'_>, side: &Expr, ty: &Type) -> Expr {
        if is_text_constant(side) {
            // `varchar(n)` and `char(n)` do not cut off what they are compared with, and blanks at
            // the end of a `char(n)` do not count.
            if let (Type::Char(_), Expr::Literal(Literal::Text(text))) = (ty, side) {
                return Expr::text(text.trim_end_matches(' '));
            }
            let ty = if Family::of(ty) == Family::Text {
                &Type::Text
            } else {
                ty
            };
            return self.value(rw, side, ty, How::Cast);
        }
        let from = rw.scope.ty(side);
        let value = rw.expr(side);
        match from {
            Some(from) if Family::of(&from) != Family::of(ty) && !Family::of(ty).is_number() => {
                convert(rw, value, &from, ty, How::Cast)
            }
            Some(from) if matches!(Family::of(ty), Family::Json | Family::Array) && from == *ty => {
                // White space does not count.
                call("json", [value])
            }
            // As texts of the kind that they meet in, not by their columns' collations.
            Some(Type::Char(_)) if !matches!(ty, Type::Char(_)) => call("rtrim", [value]),
            Some(Type::Citext) if *ty != Type::Citext => Expr::Collate {
                expr: Box::new(value),
                collation: aludel::schema::Name::bare("BINARY"),
            },
            _ => value,
        }
    }

    /// Whether values of a type compare on SQLite as they do in PostgreSQL.
    fn comparable(&self, rw: &mut Rewriter<'_>, ty: &Type, ordered: bool, sides: [&Expr; 2]) {
        let family = Family::of(ty);
        match family {
            Family::Text | Family::Enum
                if ordered && !sides.iter().any(|side| is_bytewise(side)) =>
            {
                self.text_order(rw, ty);
            }
            Family::Json => {
                // Objects are equal whatever the order of their keys; these have none.
                let bare = |side: &&Expr| {
                    matches!(
                        json_constant(side),
                        Some("{}" | "[]" | "null" | "true" | "false")
                    )
                };
                if ordered || !sides.iter().any(bare) {
                    refuse(rw, "a comparison of json values");
                }
            }
            Family::Array if ordered => {
                refuse(rw, "an order of arrays");
            }
            // 1.5 and 1.50 are equal, and so may be texts of a citext.
            Family::Array if !is_of_one_form(ty) => {
                refuse(rw, &format!("a comparison of {}", constant::name_of(ty)));
            }
            Family::Interval | Family::Other => {
                refuse(
                    rw,
                    &format!(
                        "a comparison of values of the type {}",
                        constant::name_of(ty)
                    ),
                );
            }
            _ => {}
        }
    }

    /// The order of texts is the database's collation in PostgreSQL, which no migration says; on
    /// SQLite it is that of their bytes.
    pub(super) fn text_order(&self, rw: &mut Rewriter<'_>, ty: &Type) -> Expr {
        rw.refuse(
            aludel::translate::Refusal::new(
                "text-order",
                format!("the order of values of the type {} is the collation's in one engine and that of the bytes in the other", constant::name_of(ty)),
            )
            .help("write COLLATE \"C\" where the order of bytes is meant"),
        )
    }

    fn rows(
        &self,
        rw: &mut Rewriter<'_>,
        left: &[Expr],
        op: BinaryOp,
        right: &[Expr],
        ordered: bool,
    ) -> Expr {
        if left.len() != right.len() {
            return refuse(rw, "a comparison of rows of different lengths");
        }
        let pairs: Vec<_> = left
            .iter()
            .zip(right)
            .map(|(l, r)| {
                self.compared(rw, l, r, ordered)
                    .unwrap_or_else(|| (rw.expr(l), rw.expr(r)))
            })
            .collect();
        let (left, right) = pairs.into_iter().unzip();
        Expr::binary(Expr::Row(left), op, Expr::Row(right))
    }

    pub(super) fn between(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        low: &Expr,
        high: &Expr,
        negated: bool,
    ) -> Option<Expr> {
        let (value, low) = self.compared(rw, expr, low, true)?;
        let (again, high) = self.compared(rw, expr, high, true)?;
        if value != again {
            return Some(refuse(rw, "BETWEEN with bounds of two types"));
        }
        Some(Expr::Between {
            expr: Box::new(value),
            low: Box::new(low),
            high: Box::new(high),
            negated,
        })
    }

    pub(super) fn in_list(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        list: &[Expr],
        negated: bool,
    ) -> Option<Expr> {
        if let Expr::Row(fields) = expr {
            return Some(self.row_in(rw, fields, list, negated));
        }
        let texts: Vec<&Expr> = list.iter().collect();
        if let Some(place) = self.json_text_among(rw, expr, &texts) {
            return Some(Expr::InList {
                expr: Box::new(place),
                list: list.to_vec(),
                negated,
            });
        }
        let singles;
        let list = match self.as_singles(rw, expr, list) {
            Some(list) => {
                singles = list;
                &singles
            }
            None => list,
        };
        let mut left = None;
        let mut items = Vec::new();
        for item in list {
            let (value, item) = self.compared(rw, expr, item, false)?;
            if left.as_ref().is_some_and(|left| *left != value) {
                return Some(refuse(rw, "IN with values of several types"));
            }
            left = Some(value);
            items.push(item);
        }
        Some(Expr::InList {
            expr: Box::new(left?),
            list: items,
            negated,
        })
    }

    /// What a `real` is looked for among: several values that name no column are of its own type there,
    /// where a single one is compared with as a double.
    fn as_singles(&self, rw: &Rewriter<'_>, expr: &Expr, list: &[Expr]) -> Option<Vec<Expr>> {
        if self.source(rw) != Syntax::Postgres || rw.scope.ty(expr) != Some(Type::Real) {
            return None;
        }
        let named = |item: &Expr| super::query::mentions_column(item);
        let constants = || list.iter().filter(|item| !named(item));
        let double = |item: &Expr| rw.scope.ty(item) == Some(Type::Double);
        if constants().count() < 2 || constants().any(double) {
            return None;
        }
        let items = list.iter().cloned().map(|item| match named(&item) {
            true => item,
            false => super::build::cast(item, Type::Real),
        });
        Some(items.collect())
    }

    /// `(a, b) IN ((1, 2), …)`, which SQLite reads with VALUES.
    fn row_in(&self, rw: &mut Rewriter<'_>, fields: &[Expr], list: &[Expr], negated: bool) -> Expr {
        let mut rows = Vec::new();
        for item in list {
            let Expr::Row(values) = item else {
                return refuse(rw, "a row IN what are no rows");
            };
            if values.len() != fields.len() {
                return refuse(rw, "a comparison of rows of different lengths");
            }
            let row = fields.iter().zip(values).map(|(field, value)| {
                match self.compared(rw, field, value, false) {
                    Some((_, value)) => value,
                    None => rw.expr(value),
                }
            });
            rows.push(row.collect());
        }
        self.no_subquery(rw);
        let fields = rw.exprs(fields);
        Expr::InQuery {
            expr: Box::new(Expr::Row(fields)),
            query: Box::new(Query::from(SetExpr::Values(rows))),
            negated,
        }
    }

    pub(super) fn in_query(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        query: &Query,
        negated: bool,
    ) -> Option<Expr> {
        self.no_subquery(rw);
        let columns = rw.scope.query_fields(query);
        let ours = match expr {
            Expr::Row(items) => items.as_slice(),
            expr => std::slice::from_ref(expr),
        };
        let Some(columns) = columns.filter(|columns| columns.len() == ours.len()) else {
            return Some(unknown_type(rw, expr));
        };
        let mysql = self.source(rw) == Syntax::Mysql;
        let mut kept = None;
        for (ours, theirs) in ours.iter().zip(columns) {
            let l = rw.scope.ty(ours);
            if let (Some(l), Some(r)) = (&l, &theirs.ty)
                && Family::of(l) == Family::Text
            {
                if !mysql {
                    kept = blanks_and_case(l, r);
                } else if !matches!(ours, Expr::Column { .. }) {
                    return Some(refuse(rw, "IN of a text that is no column's"));
                }
            }
            if kept.is_some() && matches!(expr, Expr::Row(_)) {
                return Some(refuse(rw, "rows IN a query, with texts of two types"));
            }
            let family = |ty: &Option<Type>| ty.as_ref().map(Family::of);
            let (l, r) = (family(&l), family(&theirs.ty));
            let numbers = |family: Option<Family>| family.is_some_and(Family::is_number);
            let same = l.is_some()
                && l == r
                && !matches!(
                    l,
                    Some(Family::Json | Family::Array | Family::Interval | Family::Other)
                );
            if !(same || numbers(l) && numbers(r)) {
                return Some(refuse(rw, "IN of a query whose values are of another type"));
            }
        }
        let value = rw.expr(expr);
        let value = match kept? {
            Kept::Blanks => call("rtrim", [value]),
            Kept::Collation(name) => Expr::Collate {
                expr: Box::new(value),
                collation: aludel::schema::Name::bare(name),
            },
        };
        Some(Expr::InQuery {
            expr: Box::new(value),
            query: Box::new(rw.query(query)),
            negated,
        })
    }

    pub(super) fn quantified(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        quantifier: Quantifier,
        right: &Expr,
    ) -> Expr {
        let negated = match (op, quantifier) {
            (BinaryOp::Eq, Quantifier::Any) => false,
            (BinaryOp::NotEq, Quantifier::All) => true,
            _ => return refuse(rw, "ANY and ALL but for `= ANY` and `<> ALL`"),
        };
        match right {
            Expr::Subquery(query) => {
                let query = Expr::InQuery {
                    expr: Box::new(left.clone()),
                    query: query.clone(),
                    negated,
                };
                rw.expr(&query)
            }
            Expr::Array(items) if !items.is_empty() => {
                // Constants alone make an array of texts, with which a citext or a char(n) meets as one.
                let as_texts = self.source(rw) == Syntax::Postgres
                    && items.iter().all(is_text_constant)
                    && matches!(rw.scope.ty(left), Some(Type::Citext | Type::Char(_)));
                let list = items.iter().cloned().map(|item| match as_texts {
                    true => super::build::cast(item, Type::Text),
                    false => item,
                });
                let list = Expr::InList {
                    expr: Box::new(left.clone()),
                    list: list.collect(),
                    negated,
                };
                rw.expr(&list)
            }
            Expr::Cast {
                expr,
                ty: Type::Array(item),
            } if matches!(**expr, Expr::Array(_) | Expr::Literal(_)) => {
                self.quantified_constant(rw, left, expr, item, negated)
            }
            right => self.quantified_array(rw, left, right, negated),
        }
    }

    /// `= ANY('{a,b}'::text[])`, `= ANY(ARRAY['a']::text[])`.
    fn quantified_constant(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        array: &Expr,
        item: &Type,
        negated: bool,
    ) -> Expr {
        let items: Option<Vec<Expr>> = match array {
            Expr::Array(items) => Some(items.clone()),
            Expr::Literal(Literal::Text(text)) => super::array::elements(text).map(|elements| {
                let null = || Expr::Literal(Literal::Null);
                elements
                    .into_iter()
                    .map(|e| e.map_or_else(null, Expr::text))
                    .collect()
            }),
            _ => None,
        };
        let Some(items) = items.filter(|items| !items.is_empty()) else {
            return refuse(rw, "ANY and ALL of this array");
        };
        let items = items.into_iter().map(|expr| Expr::Cast {
            expr: Box::new(expr),
            ty: item.clone(),
        });
        let list = Expr::InList {
            expr: Box::new(left.clone()),
            list: items.collect(),
            negated,
        };
        rw.expr(&list)
    }

    fn quantified_array(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        negated: bool,
    ) -> Expr {
        self.no_subquery(rw);
        let item = match rw.scope.ty(right) {
            Some(Type::Array(item)) => *item,
            _ => return refuse(rw, "ANY and ALL of this array"),
        };
        if !matches!(
            Family::of(&item),
            Family::Text | Family::Integer | Family::Uuid | Family::Date | Family::Enum
        ) {
            return refuse(
                rw,
                &format!("ANY and ALL of an array of {}", constant::name_of(&item)),
            );
        }
        let left = self.side(rw, left, &item);
        let array = qualified(rw, right);
        let array = rw.expr(&array);
        let items = vec![SelectItem::Expr {
            expr: column_of(EACH, "value"),
            alias: None,
        }];
        let query = select(items, vec![json_each(array.clone())], None);
        let found = Expr::InQuery {
            expr: Box::new(left),
            query: Box::new(query),
            negated,
        };
        if !is_stable(&array) {
            return refuse(rw, "ANY and ALL of this array");
        }
        case([(not_null(array), found)], None)
    }

    pub(super) fn arithmetic(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        if is_nothing(left) || is_nothing(right) {
            return super::build::null();
        }
        let Some(ty) = rw.scope.compared(left, right) else {
            let _ = (rw.expr(left), rw.expr(right));
            return unknown_type(
                rw,
                if rw.scope.ty(left).is_none() {
                    left
                } else {
                    right
                },
            );
        };
        match Family::of(&ty) {
            Family::Integer | Family::Float => {
                let (left, right) = (self.operand(rw, left, &ty), self.operand(rw, right, &ty));
                let made = Expr::binary(left, op, right);
                match ty {
                    // MySQL's are doubles.
                    _ if self.source(rw) != Syntax::Postgres => made,
                    Type::Real if !is_stable(&made) => refuse(rw, "arithmetic with random values"),
                    Type::Real if op != BinaryOp::Divide => super::convert::single(&made),
                    _ => made,
                }
            }
            Family::Numeric => {
                let _ = (rw.expr(left), rw.expr(right));
                rw.refuse(aludel::translate::Refusal::new(
                    "numeric-arithmetic",
                    "arithmetic of numerics is decimal in PostgreSQL and binary on sqlite",
                ))
            }
            _ => refuse(
                rw,
                &format!(
                    "arithmetic of values of the type {}",
                    constant::name_of(&ty)
                ),
            ),
        }
    }

    fn operand(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Expr {
        if is_text_constant(expr) {
            return self.value(rw, expr, ty, How::Cast);
        }
        rw.expr(expr)
    }

    fn division(&self, rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
        let ty = rw.scope.compared(left, right);
        let integers = ty
            .as_ref()
            .is_some_and(|ty| Family::of(ty) == Family::Integer);
        let floats = ty
            .as_ref()
            .is_some_and(|ty| Family::of(ty) == Family::Float);
        // MySQL divides into a decimal, and by zero into NULL.
        let mysql = self.source(rw) == Syntax::Mysql;
        let op = match op {
            BinaryOp::Divide if integers && mysql => {
                return refuse(rw, "a division into a decimal");
            }
            BinaryOp::IntDivide if integers && mysql => BinaryOp::Divide,
            BinaryOp::Divide if integers || floats => BinaryOp::Divide,
            BinaryOp::Modulo if integers => BinaryOp::Modulo,
            _ => return self.arithmetic(rw, left, op, right),
        };
        let mut divided = self.arithmetic(rw, left, op, right);
        let Expr::Binary {
            left: l, right: r, ..
        } = &mut divided
        else {
            return divided;
        };
        // An operand may be an integer that SQLite would divide as one.
        if floats {
            **l = super::build::cast((**l).clone(), Type::Double);
        }
        // The one quotient that no 64 bits hold has become a float there.
        let zero = matches!(&**r, Expr::Literal(Literal::Number(digits)) if digits.parse::<f64>().is_ok_and(|value| value == 0.0));
        let constant = matches!(&**r, Expr::Literal(_)) && !zero;
        if mysql && !constant {
            return refuse(
                rw,
                "a division by what may be 0: NULL where it is read, and an error where it is written",
            );
        }
        if mysql {
            return divided;
        }
        let divisor = (**r).clone();
        if ty == Some(Type::Real) {
            if !is_stable(&divided) {
                return refuse(rw, "a division of a random value");
            }
            divided = super::convert::single(&divided);
        }
        if constant {
            return divided;
        }
        if !is_stable(&divisor) {
            return refuse(rw, "a division by a random value");
        }
        let mut wrong = eq(divisor, number(0));
        // NULL by zero is NULL.
        if rw.scope.nullable(left) {
            let dividend = rw.expr(left);
            if !is_stable(&dividend) {
                return refuse(rw, "a division of a random value");
            }
            wrong = super::build::and(wrong, not_null(dividend));
        }
        case([(wrong, fail("division by zero", None))], Some(divided))
    }

    fn bits(&self, rw: &mut Rewriter<'_>, left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
        let integers = rw
            .scope
            .compared(left, right)
            .is_some_and(|ty| Family::of(&ty) == Family::Integer);
        // PostgreSQL shifts within the type's width, by the count modulo it.
        let shift = matches!(op, BinaryOp::ShiftLeft | BinaryOp::ShiftRight);
        let wide = rw.scope.ty(left) == Some(Type::BIGINT);
        let count = matches!(right, Expr::Literal(Literal::Number(digits)) if digits.parse::<u8>().is_ok_and(|n| n < 64));
        if !integers || (shift && !(wide && count)) {
            return refuse(rw, "this operation on bits");
        }
        Expr::binary(rw.expr(left), op, rw.expr(right))
    }

    fn concat(&self, rw: &mut Rewriter<'_>, left: &Expr, right: &Expr) -> Expr {
        let whole = Expr::binary(left.clone(), BinaryOp::Concat, right.clone());
        match rw.scope.ty(&whole) {
            Some(ty) if Family::of(&ty) == Family::Text => {
                let (left, right) = (self.as_text(rw, left), self.as_text(rw, right));
                Expr::binary(left, BinaryOp::Concat, right)
            }
            Some(Type::Jsonb) => self.json_changed(rw, &whole),
            Some(ty @ Type::Array(_)) => match self.array_concat(rw, left, right, &ty) {
                Some(expr) => expr,
                None if rw.has_refused() => super::build::null(),
                None => refuse(rw, "`||` of these arrays"),
            },
            Some(ty) => refuse(
                rw,
                &format!("`||` of values of the type {}", constant::name_of(&ty)),
            ),
            None => {
                let _ = (rw.expr(left), rw.expr(right));
                unknown_type(rw, &whole)
            }
        }
    }

    /// A value as PostgreSQL writes it where it is joined with a text.
    pub(super) fn as_text(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match rw.scope.ty(expr) {
            _ if is_text_constant(expr) => rw.expr(expr),
            // SQLite writes whole numbers the same way.
            Some(ty) if Family::of(&ty) == Family::Integer => rw.expr(expr),
            Some(ty) => {
                let value = rw.expr(expr);
                convert(rw, value, &ty, &Type::Text, How::Cast)
            }
            None => {
                let _ = rw.expr(expr);
                unknown_type(rw, expr)
            }
        }
    }

    pub(super) fn substring(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        start: Option<&Expr>,
        length: Option<&Expr>,
    ) -> Expr {
        let natural = |expr: Option<&Expr>, least: i64| match expr {
            None => true,
            Some(Expr::Literal(Literal::Number(digits))) => {
                digits.parse::<i64>().is_ok_and(|n| n >= least)
            }
            Some(_) => false,
        };
        // `FROM pattern` is something else; and SQLite counts from the end what is below one.
        if start.is_some_and(is_text_constant) || !natural(start, 1) || !natural(length, 0) {
            return refuse(rw, "a substring whose bounds are no natural numbers");
        }
        self.texts(rw, [expr]);
        let mut args = vec![
            rw.expr(expr),
            start.map_or_else(|| number(1), |start| rw.expr(start)),
        ];
        args.extend(length.map(|length| rw.expr(length)));
        call("substr", args)
    }

    pub(super) fn trim(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        side: aludel::schema::TrimSide,
        what: Option<&Expr>,
    ) -> Expr {
        use aludel::schema::TrimSide;
        let name = match side {
            TrimSide::Both => "trim",
            TrimSide::Leading => "ltrim",
            TrimSide::Trailing => "rtrim",
        };
        self.texts(rw, [expr]);
        let mut args = vec![rw.expr(expr)];
        args.extend(what.map(|what| rw.expr(what)));
        call(name, args)
    }

    fn json_typeof_is(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        if let (Some(inner), Expr::Literal(Literal::Text(name))) = (json_typeof(left), right)
            && let Some(place) = self.place(rw, inner)
            && let Some(asked) = json::has_type(&place, name, op == BinaryOp::NotEq)
        {
            return asked;
        }
        Expr::binary(rw.expr(left), op, rw.expr(right))
    }
}

/// A number that is compared with a double.
fn as_double(value: Expr, ty: &Option<Type>) -> Expr {
    let wide = match ty {
        Some(Type::BigInt { .. }) => true,
        Some(Type::Numeric { precision, .. }) => {
            precision.is_none_or(|(digits, _)| digits > super::super::types::EXACT_DIGITS)
        }
        _ => false,
    };
    match &value {
        Expr::Literal(Literal::Number(digits)) => match digits.parse::<i64>() {
            Ok(whole) if whole.unsigned_abs() > 1 << 53 => super::build::cast(value, Type::Double),
            _ => value,
        },
        Expr::Unary { expr, .. } if is_literal(expr) => value,
        _ if wide => super::build::cast(value, Type::Double),
        _ => value,
    }
}

/// Whether elements of an array are equal only if they are written alike.
fn is_of_one_form(array: &Type) -> bool {
    match array {
        Type::Array(item) => match &**item {
            Type::Citext | Type::Char(_) => false,
            item => matches!(
                Family::of(item),
                Family::Text
                    | Family::Integer
                    | Family::Boolean
                    | Family::Uuid
                    | Family::Date
                    | Family::Enum
                    | Family::Float
            ),
        },
        _ => false,
    }
}

/// What has to be done to a text for it to be IN a query as it is there.
enum Kept {
    /// Blanks at its end do not count.
    Blanks,
    /// It compares so.
    Collation(&'static str),
}

/// How a text of the type `left` meets those of `right` in a query: on SQLite the one on the left
/// says how.
fn blanks_and_case(left: &Type, right: &Type) -> Option<Kept> {
    match (left, right) {
        // As two texts of `char(n)`, of which one is held with its blanks.
        (Type::Varchar(_), Type::Char(_)) => Some(Kept::Collation("RTRIM")),
        (Type::Char(_), Type::Char(_) | Type::Varchar(_)) => None,
        // Without its blanks, as a text.
        (Type::Char(_), _) => Some(Kept::Blanks),
        (Type::Citext, Type::Citext) => None,
        (Type::Citext, _) => Some(Kept::Collation("BINARY")),
        _ => None,
    }
}

/// Whether an expression is a NULL at sight. PostgreSQL then looks at nothing else: what would fail
/// beside it does not.
pub(super) fn is_nothing(expr: &Expr) -> bool {
    match expr {
        Expr::Literal(Literal::Null) => true,
        Expr::Cast { expr, .. } => is_nothing(expr),
        Expr::Binary {
            left,
            op:
                BinaryOp::Plus
                | BinaryOp::Minus
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Modulo,
            right,
        } => is_nothing(left) || is_nothing(right),
        Expr::Call(call) if call.name.name == "nullif" => {
            matches!(call.args.first(), Some(CallArg::Expr(first)) if is_nothing(first))
        }
        _ => false,
    }
}

/// Whether an expression is a text that no object and no array of JSON is equal to.
fn is_no_json(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Text(text)) if !text.starts_with(['{', '[']))
}

/// `jsonb_typeof(x)`.
fn json_typeof(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Call(call) if matches!(call.name.name.as_str(), "jsonb_typeof" | "json_typeof") => {
            match call.args.as_slice() {
                [CallArg::Expr(inner)] => Some(inner),
                _ => None,
            }
        }
        _ => None,
    }
}

fn json_constant(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(Literal::Text(text) | Literal::Typed(_, text)) => Some(text.trim()),
        Expr::Cast { expr, .. } => json_constant(expr),
        _ => None,
    }
}

/// Whether a text is compared by its bytes: `COLLATE "C"`.
fn is_bytewise(expr: &Expr) -> bool {
    matches!(expr, Expr::Collate { .. })
}

/// Whether an integer expression is sure to hold what a type holds.
pub(super) fn fits(rw: &Rewriter<'_>, expr: &Expr, ty: &Type) -> bool {
    let (low, high) = constant::range(ty);
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits
            .parse::<i64>()
            .is_ok_and(|n| (low..=high).contains(&n)),
        Expr::Literal(_) => true,
        Expr::Binary {
            op: BinaryOp::Plus | BinaryOp::Minus | BinaryOp::Multiply | BinaryOp::ShiftLeft,
            ..
        } => false,
        Expr::Binary {
            left,
            op: BinaryOp::Divide | BinaryOp::Modulo | BinaryOp::BitAnd,
            ..
        } => {
            // All but the quotient of the least number and -1.
            fits(rw, left, ty) && !may_negate(expr)
        }
        Expr::Unary {
            op: UnaryOp::Minus,
            expr,
        } => is_literal(expr),
        Expr::Case {
            whens, otherwise, ..
        } => {
            whens.iter().all(|(_, then)| fits(rw, then, ty))
                && otherwise.as_ref().is_none_or(|e| fits(rw, e, ty))
        }
        Expr::Call(call) if call.name.name == "coalesce" => call.args.iter().all(|arg| match arg {
            CallArg::Expr(expr) => fits(rw, expr, ty),
            _ => false,
        }),
        Expr::Call(call) if call.name.name == "count" || call.name.name == "row_number" => {
            *ty == Type::BIGINT
        }
        Expr::Call(call) if matches!(call.name.name.as_str(), "sum" | "abs") => false,
        // The conversion has looked at it.
        Expr::Cast { .. } => true,
        expr => rw.scope.ty(expr).is_some_and(|from| {
            let (least, most) = constant::range(&from);
            low <= least && most <= high
        }),
    }
}

fn is_literal(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(_))
}

fn may_negate(expr: &Expr) -> bool {
    match expr {
        Expr::Binary {
            op: BinaryOp::Divide,
            right,
            ..
        } => !matches!(
            &**right,
            Expr::Literal(Literal::Number(digits)) if digits.parse::<i64>().is_ok_and(|n| n != -1)
        ),
        _ => false,
    }
}
