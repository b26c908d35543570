//! Operators and functions of json, jsonb and arrays.

use aludel::schema::{BinaryOp, Call, CallArg, Expr, Literal, Query, Type};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::build::{
    EACH, call, case, column_of, eq, fail, is_stable, json_each, not_null, null, number, subquery,
};
use super::convert::How;
use super::elements::is_held_as_given;
use super::json::{self, Place, Step, Value};
use super::{Meaning, Stands, constant, refuse};

impl Meaning {
    /// A value within a json or jsonb.
    pub(super) fn place(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Place> {
        if let Expr::Binary {
            left,
            op: BinaryOp::JsonGet,
            right,
        } = expr
        {
            let place = self.place(rw, left)?;
            return match &**right {
                Expr::Literal(Literal::Text(key)) => place.member(key),
                Expr::Literal(Literal::Number(index))
                    if index == "0" && rw.scope.ty(left) != Some(Type::Json) =>
                {
                    Some(place.first())
                }
                Expr::Literal(Literal::Number(index)) => Some(place.element(index.parse().ok()?)),
                _ => None,
            };
        }
        if let Expr::Binary {
            left,
            op: BinaryOp::JsonPath,
            right,
        } = expr
        {
            let mut place = self.place(rw, left)?;
            let Expr::Literal(Literal::Text(path)) = &**right else {
                return None;
            };
            for key in json::path(path)? {
                place = place.member(&key)?;
            }
            return Some(place);
        }
        if let Expr::Cast {
            expr: inner,
            ty: Type::Json | Type::Jsonb,
        } = expr
            && !is_text_constant(inner)
            && rw
                .scope
                .ty(inner)
                .is_some_and(|ty| Family::of(&ty) == Family::Text)
        {
            return Some(Place::unchecked(rw.expr(inner)));
        }
        let ty = rw.scope.ty(expr)?;
        let is_json = Family::of(&ty) == Family::Json || ty == Type::Hstore;
        is_json.then(|| Place::whole(rw.expr(expr)))
    }

    pub(super) fn json_get(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        let as_text = matches!(op, BinaryOp::JsonGetText | BinaryOp::JsonPathText);
        // An hstore's values are texts already.
        let hstore = rw.scope.ty(left) == Some(Type::Hstore);
        match self.place(rw, &json_path(left, op, right)) {
            Some(place) if place.is_stable() => {
                if as_text || hstore {
                    self.text_at(rw, &place, hstore)
                } else {
                    place.json()
                }
            }
            _ if rw.has_refused() => null(),
            _ => refuse(rw, "a path into json that is no constant"),
        }
    }

    /// `x ->> 'k'`, where it is compared with texts that nothing but a text is equal to.
    pub(super) fn json_text_among(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        texts: &[&Expr],
    ) -> Option<Expr> {
        // Its paths are written otherwise.
        if self.source(rw) == Syntax::Mysql {
            return None;
        }
        let Expr::Binary {
            left: base,
            op: op @ (BinaryOp::JsonGetText | BinaryOp::JsonPathText),
            right,
        } = left
        else {
            return None;
        };
        let only_text = |text: &&Expr| match text {
            Expr::Literal(Literal::Text(text)) => {
                !matches!(text.as_str(), "true" | "false" | "null")
                    && text
                        .chars()
                        .next()
                        .is_none_or(|c| !c.is_ascii_digit() && !matches!(c, '{' | '[' | '-'))
            }
            _ => false,
        };
        if !texts.iter().all(only_text) {
            return None;
        }
        let place = self.place(rw, &json_path(base, *op, right))?;
        Some(place.plain_text())
    }

    /// `x ? 'key'`.
    pub(super) fn json_has_key(&self, rw: &mut Rewriter<'_>, left: &Expr, right: &Expr) -> Expr {
        if matches!(self.stands, Stands::Default | Stands::Schema)
            && let Expr::Literal(Literal::Text(key)) = right
            && let Some(place) = self.place(rw, left).filter(Place::is_stable)
            && let Some(found) = json::has_key_alone(&place, key)
        {
            return found;
        }
        self.no_subquery(rw);
        let left = qualified(rw, left);
        match (self.place(rw, &left), right) {
            (Some(place), Expr::Literal(Literal::Text(key))) if place.is_stable() => {
                match json::has_key(&place, key) {
                    Some(found) => found,
                    None => refuse(rw, "a key with quotes"),
                }
            }
            _ if rw.has_refused() => null(),
            _ => refuse(rw, "`?` of what is no constant key"),
        }
    }

    /// `x - 'key'`, `x || '{"a": 1}'`, `jsonb_set(x, '{a}', v)`, one after the other.
    pub(super) fn json_changed(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        let mut steps = Vec::new();
        let Some(base) = self.steps(rw, expr, &mut steps) else {
            if let Expr::Binary {
                left,
                op: BinaryOp::Concat,
                right,
            } = expr
                && let Some(joined) = self.json_joined(rw, left, right)
            {
                return joined;
            }
            return if rw.has_refused() {
                null()
            } else {
                refuse(rw, "this change of a jsonb")
            };
        };
        let place = self.place(rw, base);
        match place {
            Some(place) if place.is_stable() => match json::changed(&place, &steps) {
                Some(expr) => expr,
                None => refuse(rw, "a key with quotes"),
            },
            _ if rw.has_refused() => null(),
            _ => refuse(rw, "a change of what is no jsonb"),
        }
    }

    /// The steps of a change, from what it begins with.
    fn steps<'e>(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &'e Expr,
        steps: &mut Vec<Step>,
    ) -> Option<&'e Expr> {
        match expr {
            Expr::Binary {
                left,
                op: BinaryOp::Minus,
                right,
            } => {
                let base = self.steps(rw, left, steps)?;
                steps.push(Step::Remove(key_constant(right)?));
                Some(base)
            }
            Expr::Binary {
                left,
                op: BinaryOp::Concat,
                right,
            } => {
                let base = self.steps(rw, left, steps)?;
                for (key, value) in self.members(rw, right)? {
                    // A NULL in an object is a null.
                    let value = Value {
                        nullable: false,
                        ..value
                    };
                    steps.push(Step::Set {
                        key,
                        value,
                        create: true,
                    });
                }
                Some(base)
            }
            Expr::Call(call) if call.name.name == "jsonb_set" => {
                let (target, path, value, create) = set_arguments(call)?;
                let [key] = path.as_slice() else {
                    return Some(expr).filter(|_| !steps.is_empty() || path.len() > 1);
                };
                let base = self.steps(rw, target, steps)?;
                let value = self.json_value(rw, value)?;
                if !is_stable(&value.expr) {
                    return None;
                }
                steps.push(Step::Set {
                    key: key.clone(),
                    value,
                    create,
                });
                Some(base)
            }
            expr => Some(expr),
        }
    }

    /// `jsonb_set` of a path of several steps.
    fn set_deep(&self, rw: &mut Rewriter<'_>, call: &Call) -> Option<Expr> {
        let (target, path, value, create) = set_arguments(call)?;
        let place = self.place(rw, target)?;
        let value = self.json_value(rw, value)?;
        if !place.is_stable() || !is_stable(&value.expr) {
            return None;
        }
        json::set_deep(&place, &path, &value, create)
    }

    /// A value that becomes a part of a JSON value.
    fn json_value(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Value> {
        if let Expr::Call(call) = expr
            && matches!(call.name.name.as_str(), "to_json" | "to_jsonb")
            && let [CallArg::Expr(inner)] = call.args.as_slice()
        {
            let nullable = rw.scope.nullable(inner);
            return Some(Value {
                expr: self.json_argument(rw, inner)?,
                nullable,
            });
        }
        if let Expr::Literal(Literal::Text(text)) = expr {
            json::check(text).ok()?;
            return Some(Value {
                expr: call("json", [Expr::text(json::numbers(text)?)]),
                nullable: false,
            });
        }
        let nullable = rw.scope.nullable(expr);
        Some(Value {
            expr: self.json_argument(rw, expr)?,
            nullable,
        })
    }

    /// The members of an object that is written out: a constant, or a call of
    /// `jsonb_build_object`.
    fn members(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Vec<(String, Value)>> {
        match expr {
            Expr::Cast {
                expr,
                ty: Type::Jsonb,
            } => self.members(rw, expr),
            Expr::Literal(Literal::Text(text)) => {
                json::check(text).ok()?;
                let object: serde_json::Map<String, serde_json::Value> =
                    serde_json::from_str(text).ok()?;
                // Others could be written otherwise.
                object.values().all(json::whole_numbers).then_some(())?;
                let member = |(key, value): (String, serde_json::Value)| {
                    let expr = call("json", [Expr::text(value.to_string())]);
                    (
                        key,
                        Value {
                            expr,
                            nullable: false,
                        },
                    )
                };
                Some(object.into_iter().map(member).collect())
            }
            Expr::Call(call)
                if call.name.name == "jsonb_build_object" && call.args.len() % 2 == 0 =>
            {
                let mut members = Vec::new();
                for pair in call.args.chunks(2) {
                    let [
                        CallArg::Expr(Expr::Literal(Literal::Text(key))),
                        CallArg::Expr(value),
                    ] = pair
                    else {
                        return None;
                    };
                    let expr = self.json_argument(rw, value)?;
                    members.push((
                        key.clone(),
                        Value {
                            expr,
                            nullable: false,
                        },
                    ));
                }
                Some(members)
            }
            _ => None,
        }
    }

    fn json_argument(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        if let Expr::Binary {
            op: BinaryOp::JsonGet | BinaryOp::JsonPath,
            ..
        } = expr
        {
            // What is not there is NULL, which an object holds as null.
            let place = self.place(rw, expr)?;
            return place.is_stable().then(|| call("json", [place.json()]));
        }
        if let Expr::Cast {
            expr: inner,
            ty: Type::Text,
        } = expr
            && is_text_constant(inner)
        {
            return Some(rw.expr(inner));
        }
        let ty = if is_text_constant(expr) {
            Some(Type::Text)
        } else {
            rw.scope.ty(expr)
        };
        if ty.as_ref().is_some_and(super::padded::is_of_chars) {
            let _ = rw.expr(expr);
            return None;
        }
        let whole = ty.as_ref().and_then(|ty| self.in_range(rw, expr, ty));
        let value = match whole {
            Some(value) => value,
            None => self.shown(rw, expr),
        };
        json::argument(value, ty.as_ref())
    }

    pub(super) fn json_call(
        &self,
        rw: &mut Rewriter<'_>,
        called: &Call,
        args: &[&Expr],
    ) -> Option<Expr> {
        Some(match (called.name.name.as_str(), args) {
            ("json_build_object" | "jsonb_build_object", args) if args.len() % 2 == 0 => {
                self.build_object(rw, args)?
            }
            ("json_build_array" | "jsonb_build_array", args) => {
                let items: Option<Vec<Expr>> =
                    args.iter().map(|arg| self.json_argument(rw, arg)).collect();
                call("json_array", items?)
            }
            ("jsonb_typeof" | "json_typeof", [arg]) => json::type_name(&self.place(rw, arg)?),
            ("jsonb_array_length" | "json_array_length", [arg]) => {
                let place = self.place(rw, arg)?;
                let length = call("json_array_length", [place.json()]);
                let out = fail("no length of what is no array", Some(place.json()));
                case([(eq(place.kind(), Expr::text("array")), length)], Some(out))
            }
            ("to_json" | "to_jsonb", [arg]) => {
                let ty = rw.scope.ty(arg)?;
                let nullable = rw.scope.nullable(arg);
                if super::padded::is_of_chars(&ty) {
                    return None;
                }
                let value = match self.in_range(rw, arg, &ty) {
                    Some(value) => value,
                    None => self.shown(rw, arg),
                };
                json::from_value(value, &ty, nullable)?
            }
            ("hstore_to_json" | "hstore_to_jsonb", [arg])
                if rw.scope.ty(arg) == Some(Type::Hstore) =>
            {
                rw.expr(arg)
            }
            ("jsonb_set", _) => {
                let (_, path, ..) = set_arguments(called)?;
                match path.len() {
                    1 => self.json_changed(rw, &Expr::Call(Box::new(called.clone()))),
                    _ => self.set_deep(rw, called)?,
                }
            }
            ("jsonb_extract_path_text" | "json_extract_path_text", [base, keys @ ..]) => {
                let mut place = self.place(rw, base)?;
                for key in keys {
                    let Expr::Literal(Literal::Text(key)) = key else {
                        return None;
                    };
                    // It may be a place in an array.
                    if key.trim().parse::<i64>().is_ok() {
                        return None;
                    }
                    place = place.member(key)?;
                }
                self.text_at(rw, &place, false)
            }
            _ => return None,
        })
    }

    /// `->>`. What is found may be an object or an array, which is not written here as it is
    /// there.
    pub(super) fn text_at(&self, rw: &mut Rewriter<'_>, place: &Place, hstore: bool) -> Expr {
        if hstore {
            return place.text(true);
        }
        if self.keeps_text() {
            rw.omit(super::convert::jsonb_text());
        }
        place.text(self.keeps_text())
    }

    /// An integer that becomes a part of a json, and may have become more than its type holds. Nothing, if
    /// it is another value.
    fn in_range(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Option<Expr> {
        let whole = Family::of(ty) == Family::Integer && self.source(rw) == Syntax::Postgres;
        whole.then(|| self.integer(rw, expr, ty))
    }

    fn build_object(&self, rw: &mut Rewriter<'_>, args: &[&Expr]) -> Option<Expr> {
        let mut result = Vec::with_capacity(args.len());
        for pair in args.chunks(2) {
            let [key, value] = pair else {
                return None;
            };
            if rw.scope.nullable(key) {
                return Some(refuse(rw, "a key that may be NULL"));
            }
            result.push(match rw.scope.ty(key) {
                Some(Type::Char(_)) => self.shown(rw, key),
                _ => self.as_text(rw, key),
            });
            match self.json_argument(rw, value) {
                Some(value) => result.push(value),
                None if rw.has_refused() => result.push(null()),
                None => {
                    let ty = rw.scope.ty(value);
                    let what = ty.map_or_else(|| "unknown".into(), |ty| constant::name_of(&ty));
                    return Some(refuse(rw, &format!("a value of the type {what} in json")));
                }
            }
        }
        Some(call("json_object", result))
    }

    /// A jsonb as a boolean or a number.
    pub(super) fn json_scalar(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        ty: &Type,
    ) -> Option<Expr> {
        let is_json = rw.scope.ty(expr) == Some(Type::Jsonb);
        if !is_json
            || !matches!(
                Family::of(ty),
                Family::Boolean | Family::Integer | Family::Float
            )
        {
            return None;
        }
        let place = self.place(rw, expr)?;
        place.is_stable().then(|| place.scalar(ty)).flatten()
    }

    /// `ARRAY[…]`, as an array of a type if that is known.
    pub(super) fn array(&self, rw: &mut Rewriter<'_>, items: &[Expr], ty: Option<&Type>) -> Expr {
        let own = rw.scope.ty(&Expr::Array(items.to_vec()));
        let item = match (ty, own) {
            (Some(Type::Array(item)), _) => (**item).clone(),
            (_, Some(Type::Array(item))) => *item,
            _ => return refuse(rw, "an array of what is not known"),
        };
        let values: Vec<Expr> = items
            .iter()
            .map(|value| self.value(rw, value, &item, How::Cast))
            .collect();
        let constants: Option<Vec<String>> = values
            .iter()
            .map(|value| super::array::json_of(value, &item))
            .collect();
        if let Some(constants) = constants {
            return Expr::text(format!("[{}]", constants.join(",")));
        }
        let marked: Option<Vec<Expr>> = values
            .into_iter()
            .map(|value| json::argument(value, Some(&item)))
            .collect();
        match marked {
            Some(items) => call("json_array", items),
            None => refuse(rw, &format!("an array of {}", constant::name_of(&item))),
        }
    }

    pub(super) fn subscript(&self, rw: &mut Rewriter<'_>, expr: &Expr, index: &Expr) -> Expr {
        let item = match rw.scope.ty(expr) {
            Some(Type::Array(item)) => *item,
            _ => return refuse(rw, "a subscript of what is no array"),
        };
        let place = match index {
            Expr::Literal(Literal::Number(digits)) => {
                digits.parse::<i64>().ok().filter(|place| *place > 0)
            }
            _ => None,
        };
        let simple = is_held_as_given(&item);
        match place {
            Some(place) if simple => call(
                "json_extract",
                [rw.expr(expr), Expr::text(format!("$[{}]", place - 1))],
            ),
            _ => refuse(rw, "this subscript"),
        }
    }

    /// `ARRAY(SELECT …)`.
    pub(super) fn array_query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Expr {
        self.no_subquery(rw);
        let item = rw
            .scope
            .query_fields(query)
            .and_then(|fields| fields.into_iter().next())
            .and_then(|field| field.ty);
        let simple = item.as_ref().is_some_and(|ty| {
            matches!(
                Family::of(ty),
                Family::Text | Family::Integer | Family::Uuid | Family::Date
            )
        });
        if !simple {
            let _ = rw.query(query);
            return refuse(rw, "ARRAY of a query of this type");
        }
        let mut inner = rw.query(query);
        let aludel::schema::SetExpr::Select(select) = &mut inner.body else {
            return refuse(rw, "ARRAY of this query");
        };
        let [aludel::schema::SelectItem::Expr { alias, .. }] = select.items.as_mut_slice() else {
            return refuse(rw, "ARRAY of several columns");
        };
        // Its order may go by its name; one that nobody wrote must be no column's.
        let name = alias.get_or_insert_with(|| "aludel_item".into()).clone();
        let from = aludel::schema::TableRef::Subquery {
            lateral: false,
            query: Box::new(inner),
            alias: Some("items".into()),
            columns: Vec::new(),
        };
        subquery(
            call("json_group_array", [column_of("items", &name)]),
            vec![from],
            None,
        )
    }

    /// `string_to_array(x, ',')`: a text in JSON's quotes, its marks made to end one text and to
    /// begin the next. No escape that JSON writes may hold the mark.
    pub(super) fn split(&self, rw: &mut Rewriter<'_>, text: &Expr, mark: &str) -> Option<Expr> {
        let plain = |c: char| c == ' ' || (c.is_ascii_punctuation() && !matches!(c, '"' | '\\'));
        if mark.is_empty() || !mark.chars().all(plain) {
            return None;
        }
        self.texts(rw, [text]);
        let value = rw.expr(text);
        if !is_stable(&value) {
            return None;
        }
        let quoted = call("json_quote", [value.clone()]);
        let parts = call("replace", [quoted, Expr::text(mark), Expr::text("\",\"")]);
        let array = super::build::concat([Expr::text("["), parts, Expr::text("]")]);
        let full = Expr::binary(value.clone(), BinaryOp::NotEq, Expr::text(""));
        // The quotes of NULL are `null`.
        Some(case(
            [(full, array), (not_null(value), Expr::text("[]"))],
            None,
        ))
    }

    /// `split_part(x, ',', 2)`.
    pub(super) fn split_part(
        &self,
        rw: &mut Rewriter<'_>,
        text: &Expr,
        mark: &str,
        place: u32,
    ) -> Option<Expr> {
        let array = self.split(rw, text, mark)?;
        let nullable = rw.scope.nullable(text);
        let value = rw.expr(text);
        let path = Expr::text(format!("$[{}]", place.checked_sub(1)?));
        let part = call(
            "coalesce",
            [call("json_extract", [array, path]), Expr::text("")],
        );
        Some(if nullable {
            case([(not_null(value), part)], None)
        } else {
            part
        })
    }

    /// Arrays one after the other; NULL is none.
    pub(super) fn array_concat(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        ty: &Type,
    ) -> Option<Expr> {
        self.no_subquery(rw);
        let Type::Array(item) = ty else {
            return None;
        };
        if !matches!(
            Family::of(item),
            Family::Text | Family::Integer | Family::Uuid | Family::Date | Family::Enum
        ) {
            return None;
        }
        let mut sides = Vec::new();
        for side in [left, right] {
            let side = qualified(rw, side);
            // An element joins as an array of it.
            let is_array =
                is_text_constant(&side) || matches!(rw.scope.ty(&side), Some(Type::Array(_)));
            let array = if is_array {
                self.value(rw, &side, ty, How::Cast)
            } else {
                let element = self.value(rw, &side, item, How::Cast);
                call("json_array", [element])
            };
            if !is_stable(&array) {
                return None;
            }
            sides.push(array);
        }
        let right = sides.pop()?;
        let left = sides.pop()?;
        let items = |array: &Expr| {
            let value = aludel::schema::SelectItem::Expr {
                expr: column_of(EACH, "value"),
                alias: Some("item".into()),
            };
            super::build::select(vec![value], vec![json_each(array.clone())], None).body
        };
        let union = aludel::schema::SetExpr::Op {
            op: aludel::schema::SetOp::Union,
            all: true,
            left: Box::new(items(&left)),
            right: Box::new(items(&right)),
        };
        let from = aludel::schema::TableRef::Subquery {
            lateral: false,
            query: Box::new(Query::from(union)),
            alias: Some("items".into()),
            columns: Vec::new(),
        };
        let joined = subquery(
            call("json_group_array", [column_of("items", "item")]),
            vec![from],
            None,
        );
        let some = Expr::binary(not_null(left), BinaryOp::Or, not_null(right));
        Some(case([(some, joined)], None))
    }

    /// `array_to_string(x, ',')`; NULLs in it are passed over.
    pub(super) fn array_text(
        &self,
        rw: &mut Rewriter<'_>,
        array: &Expr,
        mark: &Expr,
    ) -> Option<Expr> {
        self.no_subquery(rw);
        let item = match rw.scope.ty(array)? {
            Type::Array(item) => *item,
            _ => return None,
        };
        if !matches!(
            Family::of(&item),
            Family::Text | Family::Integer | Family::Uuid | Family::Date | Family::Enum
        ) || matches!(item, Type::Char(_))
        {
            return None;
        }
        let array = qualified(rw, array);
        let array = rw.expr(&array);
        let mark = rw.expr(mark);
        if !is_stable(&array) || !matches!(mark, Expr::Literal(_)) {
            return None;
        }
        let text = subquery(
            call("group_concat", [column_of(EACH, "value"), mark]),
            vec![json_each(array.clone())],
            None,
        );
        let text = call("coalesce", [text, Expr::text("")]);
        Some(case([(not_null(array), text)], None))
    }

    pub(super) fn array_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
    ) -> Option<Expr> {
        let item = match args.first().and_then(|array| rw.scope.ty(array)) {
            Some(Type::Array(item)) => *item,
            _ => return None,
        };
        let simple = matches!(
            Family::of(&item),
            Family::Text | Family::Integer | Family::Uuid | Family::Date | Family::Enum
        );
        let given = *args.first()?;
        // A CHECK knows no table's name while its table is made anew, and asks no query.
        let array = match name {
            "cardinality" | "array_length" => rw.expr(given),
            _ => {
                let array = qualified(rw, given);
                rw.expr(&array)
            }
        };
        Some(match (name, &args[1..]) {
            ("cardinality", []) => call("json_array_length", [array]),
            ("array_length", [Expr::Literal(Literal::Number(one))]) if one == "1" => {
                call("nullif", [call("json_array_length", [array]), number(0)])
            }
            ("array_append", [value]) if simple => {
                let value = self.value(rw, value, &item, How::Cast);
                let array = call("coalesce", [array, Expr::text("[]")]);
                call("json_insert", [array, Expr::text("$[#]"), value])
            }
            ("array_remove", [value]) if simple && is_stable(&array) => {
                let value = self.value(rw, value, &item, How::Cast);
                let kept = Expr::IsDistinct {
                    left: Box::new(column_of(EACH, "value")),
                    right: Box::new(value),
                    negated: false,
                };
                let rest = subquery(
                    call("json_group_array", [column_of(EACH, "value")]),
                    vec![json_each(array.clone())],
                    Some(kept),
                );
                self.no_subquery(rw);
                case([(not_null(array), rest)], None)
            }
            ("to_json" | "to_jsonb", []) if !matches!(item, Type::Char(_)) => array,
            ("array_to_string", [mark]) => self.array_text(rw, args.first()?, mark)?,
            ("array_cat", [other]) => {
                let ty = Type::Array(Box::new(item));
                self.array_concat(rw, args.first()?, other, &ty)?
            }
            _ => return None,
        })
    }
}

fn json_path(left: &Expr, op: BinaryOp, right: &Expr) -> Expr {
    let get = match op {
        BinaryOp::JsonPath | BinaryOp::JsonPathText => BinaryOp::JsonPath,
        _ => BinaryOp::JsonGet,
    };
    Expr::binary(left.clone(), get, right.clone())
}

fn key_constant(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(Literal::Text(key)) => Some(key.clone()),
        Expr::Cast {
            expr,
            ty: Type::Text,
        } => key_constant(expr),
        _ => None,
    }
}

/// The target, path and value of a `jsonb_set`, and whether it adds what is not there.
fn set_arguments(call: &Call) -> Option<(&Expr, Vec<String>, &Expr, bool)> {
    let (target, path, value, rest) = match call.args.as_slice() {
        [
            CallArg::Expr(target),
            CallArg::Expr(path),
            CallArg::Expr(value),
            rest @ ..,
        ] => (target, path, value, rest),
        _ => return None,
    };
    let create = match rest {
        [] | [CallArg::Expr(Expr::Literal(Literal::Boolean(true)))] => true,
        [CallArg::Expr(Expr::Literal(Literal::Boolean(false)))] => false,
        _ => return None,
    };
    let path = match path {
        Expr::Literal(Literal::Text(path)) => json::path(path)?,
        Expr::Cast { expr, .. } => match &**expr {
            Expr::Literal(Literal::Text(path)) => json::path(path)?,
            _ => return None,
        },
        Expr::Array(items) => items
            .iter()
            .map(|item| {
                key_constant(item).filter(|key| key.parse::<i64>().is_err() && !key.is_empty())
            })
            .collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    (!path.is_empty()).then_some((target, path, value, create))
}

/// An expression whose columns are qualified, so that it means the same inside another query.
pub(super) fn qualified(rw: &Rewriter<'_>, expr: &Expr) -> Expr {
    rw.scope.qualified(expr)
}
