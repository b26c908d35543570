//! JSON, and arrays, which are held as JSON.

use aludel::schema::{
    BinaryOp, CallArg, Expr, Literal, Query, Select, SelectItem, SetExpr, SetOp, Type,
};
use aludel::translate::constant::{self, Item};
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::joined::is_random;
use crate::target::build;

impl Meaning<'_> {
    /// A text that is JSON, as JSON.
    pub(super) fn as_json(&self, text: Expr) -> Expr {
        if self.facts.json {
            build::cast(text, Type::Json)
        } else {
            // What a function of JSON gives is JSON to the next one, and not a text.
            build::call("json_extract", [text, Expr::text("$")])
        }
    }

    /// An expression as a value in JSON: a text becomes a string, JSON stays what it is.
    pub(super) fn json_value(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        if let Expr::Literal(Literal::Null | Literal::Text(_) | Literal::Boolean(_)) = expr {
            return rw.expr(expr);
        }
        let Some(ty) = rw.scope.ty(expr) else {
            return self.refuse_unknown(rw, "a value in JSON");
        };
        if let Type::Char(length) = ty {
            return self.padded(rw, expr, length);
        }
        let value = rw.expr(expr);
        match Family::of(&ty) {
            Family::Text | Family::Integer | Family::Uuid => value,
            Family::Enum | Family::Date => self.as_text(value),
            Family::Timestamp if !self.lasting => self.moment_json(value, &ty),
            Family::Numeric
                if matches!(
                    ty,
                    Type::Numeric {
                        precision: Some(_),
                        ..
                    }
                ) =>
            {
                value
            }
            // Unless it is a condition it would be 1 or 0.
            Family::Boolean => match &value {
                Expr::Binary { .. }
                | Expr::Unary { .. }
                | Expr::Exists(_)
                | Expr::IsNull { .. }
                | Expr::IsBoolean { .. }
                | Expr::InQuery { .. }
                | Expr::InList { .. }
                | Expr::Between { .. }
                | Expr::Like { .. } => value,
                _ => build::equal(value, build::boolean(true)),
            },
            Family::Json | Family::Array => self.embedded(value),
            _ => {
                let what = format!("{} in JSON", crate::target::types::words(&ty));
                self.refuse(rw, "json-value", what)
            }
        }
    }

    /// An expression as an element of an array of this type.
    pub(super) fn json_element(&self, rw: &mut Rewriter<'_>, expr: &Expr, item: &Type) -> Expr {
        match rw.scope.ty(expr) {
            // As another text it has no blanks at its end.
            Some(Type::Char(_)) if !matches!(item, Type::Char(_)) => rw.expr(expr),
            _ => self.json_value(rw, expr),
        }
    }

    /// JSON within JSON: where it is held as text, it has to be said that it is JSON.
    pub(super) fn embedded(&self, value: Expr) -> Expr {
        let is_made = matches!(&value, Expr::Call(call) if call.name.name.starts_with("json_"));
        if self.facts.json || is_made {
            value
        } else {
            build::call("json_extract", [value, Expr::text("$")])
        }
    }

    /// A scalar as a JSON document of its own: what JSON_CONTAINS looks for.
    pub(super) fn quoted_json(&self, rw: &mut Rewriter<'_>, authored: &Expr, value: Expr) -> Expr {
        match rw.scope.ty(authored).map(|ty| Family::of(&ty)) {
            Some(Family::Text | Family::Uuid | Family::Enum | Family::Date | Family::Timestamp) => {
                build::call("json_quote", [value])
            }
            // As a text it would be 1 or 0, which is a number.
            Some(Family::Boolean) => {
                let text = self.to_text(rw, value, &Type::Boolean);
                self.as_json(text)
            }
            _ => self.as_json(build::cast(value, Type::Text)),
        }
    }

    pub(super) fn json_operator(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        let is_json = |ty: Option<Type>| matches!(ty, Some(Type::Json | Type::Jsonb));
        if !is_json(rw.scope.ty(left)) {
            return self.refuse_unknown(rw, "an operator of JSON");
        }
        if op == BinaryOp::JsonDeletePath && is_random(left) {
            return self.refuse_random(rw);
        }
        let document = rw.expr(left);
        match op {
            BinaryOp::JsonGet | BinaryOp::JsonGetText => {
                let jsonb = rw.scope.ty(left) == Some(Type::Jsonb);
                let found = self.member(rw, &document, right, jsonb);
                self.found(found, op == BinaryOp::JsonGetText)
            }
            BinaryOp::JsonPath | BinaryOp::JsonPathText => match path_of(right) {
                Some(names) => {
                    let found = build::call("json_extract", [document, Expr::text(path(&names))]);
                    self.found(found, op == BinaryOp::JsonPathText)
                }
                None => self.refuse(rw, "json-path", "a path that is not a constant of names"),
            },
            BinaryOp::JsonHasKey => self.has_key(rw, document, right),
            BinaryOp::JsonDeletePath => match path_of(right) {
                Some(names) => {
                    let args = [document.clone(), Expr::text(path(&names))];
                    let without = build::call("json_remove", args);
                    self.along(rw, document, &names, without, false)
                }
                None => self.refuse(rw, "json-path", "a path that is not a constant of names"),
            },
            other => self.refuse(rw, "operator", format!("the operator {other:?}")),
        }
    }

    /// What a document is, as JSON_TYPE calls it. MySQL gives that a collation of its own, which a
    /// constant does not meet.
    pub(super) fn kind_of_json(&self, document: Expr) -> Expr {
        let kind = build::call("json_type", [document]);
        match self.facts.json {
            true => build::collate(kind, self.facts.exact),
            false => kind,
        }
    }

    /// What stands in a document, as JSON or as a text. JSON's null is NULL as a text, and a text of
    /// a document has a collation to which blanks at the end are nothing, unless it is told.
    pub(super) fn found(&self, found: Expr, text: bool) -> Expr {
        if !text {
            return found;
        }
        if self.facts.json {
            let null = build::cast(Expr::text("null"), Type::Json);
            let found = build::call("nullif", [found, null]);
            let unquoted = build::call("json_unquote", [found]);
            return build::collate(unquoted, self.facts.exact);
        }
        let ty = self.kind_of_json(found.clone());
        let is_null = build::equal(ty, Expr::text("NULL"));
        let unquoted = build::call("json_unquote", [found]);
        let text = build::case([(is_null, build::null())], Some(unquoted));
        build::collate(text, self.facts.exact)
    }

    /// `document -> key`.
    fn member(&self, rw: &mut Rewriter<'_>, document: &Expr, key: &Expr, jsonb: bool) -> Expr {
        match key {
            Expr::Literal(Literal::Text(name)) => {
                let args = [document.clone(), Expr::text(path([name]))];
                build::call("json_extract", args)
            }
            Expr::Literal(Literal::Number(place)) if place.parse::<u32>().is_ok() => {
                // What is no array would be taken for one of a single element. To jsonb a scalar
                // is one, an object is not.
                let ty = self.kind_of_json(document.clone());
                let args = [document.clone(), Expr::text(format!("$[{place}]"))];
                let found = build::call("json_extract", args);
                if jsonb && place == "0" {
                    let is_object = build::equal(ty, Expr::text("OBJECT"));
                    build::case([(is_object, build::null())], Some(found))
                } else {
                    build::case([(build::equal(ty, Expr::text("ARRAY")), found)], None)
                }
            }
            key if rw
                .scope
                .ty(key)
                .is_some_and(|ty| Family::of(&ty) == Family::Text) =>
            {
                let quoted = build::call("json_quote", [rw.expr(key)]);
                let path = Expr::binary(Expr::text("$."), BinaryOp::Concat, quoted);
                build::call("json_extract", [document.clone(), path])
            }
            _ => self.refuse(rw, "json-path", "this place in JSON"),
        }
    }

    /// `document ? key`: a member of an object, a string of an array, the string itself.
    fn has_key(&self, rw: &mut Rewriter<'_>, document: Expr, key: &Expr) -> Expr {
        let Expr::Literal(Literal::Text(name)) = key else {
            return self.refuse(rw, "json-path", "`?` but with a constant");
        };
        let ty = || self.kind_of_json(document.clone());
        let is = |kind: &str| build::equal(ty(), Expr::text(kind));
        let args = [
            document.clone(),
            Expr::text("one"),
            Expr::text(path([name])),
        ];
        let member = build::call("json_contains_path", args);
        // JSON_CONTAINS looks into the elements too.
        let element = if self.facts.overlaps {
            let quoted = Expr::text(serde_json::Value::from(name.as_str()).to_string());
            build::call("json_overlaps", [document.clone(), quoted])
        } else {
            build::call("json_length", [self.failing(rw, document.clone())])
        };
        let string = build::equal(
            build::collate(
                build::call("json_unquote", [document.clone()]),
                self.facts.exact,
            ),
            Expr::text(name.clone()),
        );
        let no = build::case(
            [(
                build::is_null(document.clone(), true),
                build::boolean(false),
            )],
            None,
        );
        build::case(
            [
                (is("OBJECT"), member),
                (is("ARRAY"), element),
                (is("STRING"), string),
            ],
            Some(no),
        )
    }

    /// `document - key`: a member of an object.
    pub(super) fn json_without(&self, rw: &mut Rewriter<'_>, document: &Expr, key: &Expr) -> Expr {
        let Expr::Literal(Literal::Text(name)) = key else {
            return self.refuse(
                rw,
                "json-path",
                "`-` on jsonb but with the name of a member",
            );
        };
        let made = gives_object(document);
        let document = rw.expr(document);
        let args = [document.clone(), Expr::text(path([name]))];
        let without = build::call("json_remove", args);
        if made || is_object(&document) {
            return without;
        }
        // Of an array it takes strings away, which there is no form for here.
        let ty = self.kind_of_json(document.clone());
        let other = Expr::binary(ty, BinaryOp::NotEq, Expr::text("OBJECT"));
        build::case([(other, self.failing(rw, document))], Some(without))
    }

    /// `array @> array`: JSON_CONTAINS is the same where elements are scalars, but that no NULL is
    /// found there.
    pub(super) fn contains(&self, rw: &mut Rewriter<'_>, whole: &Expr, part: &Expr) -> Expr {
        let array = |ty: Option<Type>| match ty {
            Some(Type::Array(item)) => Some(*item),
            _ => None,
        };
        let item = array(rw.scope.ty(whole)).or_else(|| array(rw.scope.ty(part)));
        let Some(item) = item else {
            return self.refuse(
                rw,
                "operator",
                "`@>` on jsonb, which looks into arrays otherwise,",
            );
        };
        if item == Type::Citext {
            return self.refuse_citext_array(rw);
        }
        let ty = Type::Array(Box::new(item));
        let nullable = rw.scope.nullable(whole);
        let (whole, part) = (self.meet(rw, whole, &ty), self.meet(rw, part, &ty));
        if !build::is_steady(&part) || (nullable && !build::is_steady(&whole)) {
            return self.refuse(rw, "operator", "`@>` of this array");
        }
        let none = build::call("json_contains", [part.clone(), Expr::text("null")]);
        let all = build::call("json_contains", [whole.clone(), part]);
        if !nullable {
            return build::and(all, build::not(none));
        }
        // NULL holds nothing that is known, whatever it is asked for.
        let found = Expr::binary(none, BinaryOp::Eq, build::boolean(true));
        let missing = build::and(found, build::is_null(whole, true));
        build::case([(missing, build::boolean(false))], Some(all))
    }

    /// An array and one item more; to NULL it is the first.
    pub(super) fn array_append(&self, rw: &mut Rewriter<'_>, array: &Expr, item: &Expr) -> Expr {
        let nullable = rw.scope.nullable(array);
        let item = match rw.scope.ty(array) {
            Some(Type::Array(ty)) => self.json_element(rw, item, &ty),
            _ => self.json_value(rw, item),
        };
        let mut array = rw.expr(array);
        if nullable {
            array = build::call("coalesce", [array, build::call("json_array", [])]);
        }
        build::call("json_array_append", [array, Expr::text("$"), item])
    }

    pub(super) fn subscript(&self, rw: &mut Rewriter<'_>, array: &Expr, index: &Expr) -> Expr {
        let place = match index {
            Expr::Literal(Literal::Number(digits)) => digits.parse::<u32>().ok(),
            _ => None,
        };
        let (Some(Type::Array(item)), Some(place)) = (rw.scope.ty(array), place) else {
            return self.refuse(
                rw,
                "subscript",
                "an element of an array but at a constant place",
            );
        };
        let Some(place) = place.checked_sub(1) else {
            return build::null();
        };
        let array = rw.expr(array);
        let found = build::call("json_extract", [array, Expr::text(format!("$[{place}]"))]);
        match self.of_array(found, &item) {
            Some(element) => element,
            None => self.refuse(rw, "subscript", "an element of this array"),
        }
    }

    /// A function of JSON or arrays; `None` if it is not one.
    pub(super) fn json_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
    ) -> Option<Expr> {
        Some(match (name, args) {
            ("jsonb_build_object" | "json_build_object", args) if args.len() % 2 == 0 => {
                let mut parts = Vec::with_capacity(args.len());
                for (place, arg) in args.iter().enumerate() {
                    parts.push(if place % 2 == 0 {
                        self.json_key(rw, arg)
                    } else {
                        self.json_value(rw, arg)
                    });
                }
                build::call("json_object", parts)
            }
            ("jsonb_build_array" | "json_build_array", args) => {
                let items: Vec<Expr> = args.iter().map(|arg| self.json_value(rw, arg)).collect();
                build::call("json_array", items)
            }
            ("to_jsonb" | "to_json", [value]) => {
                if is_text_constant(value) {
                    return None;
                }
                let ty = rw.scope.ty(value)?;
                if matches!(Family::of(&ty), Family::Json | Family::Array) {
                    let value = rw.expr(value);
                    return Some(self.embedded(value));
                }
                let scalar = self.json_value(rw, value);
                match Family::of(&ty) {
                    Family::Boolean | Family::Integer | Family::Numeric => {
                        // JSON_QUOTE takes texts alone: an array of it, and out of the array.
                        let array = build::call("json_array", [scalar.clone()]);
                        let value_of = build::call("json_extract", [array, Expr::text("$[0]")]);
                        if rw.scope.nullable(value) {
                            let some = build::is_null(scalar, true);
                            build::case([(some, value_of)], None)
                        } else {
                            value_of
                        }
                    }
                    _ => self.as_json(build::call("json_quote", [scalar])),
                }
            }
            ("jsonb_set", [document, at, value]) => {
                self.json_set(rw, "json_set", document, at, value)
            }
            ("jsonb_set", [document, at, value, Expr::Literal(Literal::Boolean(create))]) => {
                let function = if *create { "json_set" } else { "json_replace" };
                self.json_set(rw, function, document, at, value)
            }
            ("jsonb_typeof" | "json_typeof", [document]) => {
                let ty = self.kind_of_json(rw.expr(document));
                let kind = |here: &str| {
                    let is = build::equal(ty.clone(), Expr::text(here));
                    (is, Expr::text(here.to_lowercase()))
                };
                let known = ["OBJECT", "ARRAY", "STRING", "BOOLEAN", "NULL"].map(kind);
                let number = build::is_null(ty.clone(), true);
                build::case(
                    known.into_iter().chain([(number, Expr::text("number"))]),
                    None,
                )
            }
            ("jsonb_array_length" | "json_array_length", [document]) => {
                let document = rw.expr(document);
                let ty = self.kind_of_json(document.clone());
                let other = Expr::binary(ty, BinaryOp::NotEq, Expr::text("ARRAY"));
                let failure = build::call("json_length", [self.failing(rw, document.clone())]);
                build::case(
                    [(other, failure)],
                    Some(build::call("json_length", [document])),
                )
            }
            ("array_length", [array, Expr::Literal(Literal::Number(one))]) if one == "1" => {
                let length = build::call("json_length", [rw.expr(array)]);
                build::call("nullif", [length, build::number(0)])
            }
            ("cardinality", [array]) => build::call("json_length", [rw.expr(array)]),
            ("array_append", [array, item]) => self.array_append(rw, array, item),
            ("string_to_array", [text, Expr::Literal(Literal::Text(at))])
                if !at.is_empty() && at.chars().all(|c| c.is_ascii_graphic() || c == ' ') =>
            {
                if at.contains(['"', '\\']) {
                    return None;
                }
                let text = self.text(rw, text);
                let quoted = build::call("json_quote", [text.clone()]);
                let args = [quoted, Expr::text(at.clone()), Expr::text("\",\"")];
                let parts = build::call("replace", args);
                let array = build::call("concat", [Expr::text("["), parts, Expr::text("]")]);
                let empty = build::equal(text, Expr::text(""));
                let none = build::call("json_array", []);
                build::case([(empty, none)], Some(self.as_json(array)))
            }
            ("pg_input_is_valid", [text, Expr::Literal(Literal::Text(ty))])
                if matches!(ty.as_str(), "json" | "jsonb") =>
            {
                let valid = build::call("json_valid", [self.text(rw, text)]);
                build::equal(valid, build::number(1))
            }
            _ => return None,
        })
    }

    /// `jsonb_typeof(document) = 'object'`.
    pub(super) fn kind_of(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
    ) -> Option<(Expr, Expr)> {
        let (Expr::Call(call), Expr::Literal(Literal::Text(kind))) = (left, right) else {
            return None;
        };
        let [CallArg::Expr(document)] = call.args.as_slice() else {
            return None;
        };
        let named = matches!(call.name.name.as_str(), "jsonb_typeof" | "json_typeof");
        let one = matches!(
            kind.as_str(),
            "object" | "array" | "string" | "boolean" | "null"
        );
        (named && one).then(|| {
            let ty = self.kind_of_json(rw.expr(document));
            (ty, Expr::text(kind.to_uppercase()))
        })
    }

    fn refuse_random(&self, rw: &mut Rewriter<'_>) -> Expr {
        self.refuse(
            rw,
            "json-path",
            "a path into a document that is made at random",
        )
    }

    /// What is done at the end of a path of names; it fails where there is no object to begin with, or
    /// an array on the way. What puts nothing new in does nothing to an array that is empty.
    fn along(
        &self,
        rw: &mut Rewriter<'_>,
        document: Expr,
        names: &[String],
        done: Expr,
        creates: bool,
    ) -> Expr {
        let ty = |of: Expr| self.kind_of_json(of);
        let other = BinaryOp::NotEq;
        let mut stops = Expr::binary(ty(document.clone()), other, Expr::text("OBJECT"));
        if !creates {
            let length = build::call("json_length", [document.clone()]);
            let filled = Expr::binary(length, BinaryOp::Gt, build::number(0));
            stops = build::and(stops, filled);
        }
        for count in 1..names.len() {
            let args = [document.clone(), Expr::text(path(&names[..count]))];
            let inner = build::call("json_extract", args);
            let array = build::equal(ty(inner), Expr::text("ARRAY"));
            stops = Expr::binary(stops, BinaryOp::Or, array);
        }
        let out = if self.facts.json {
            let no_path = Expr::text("no path of names into an ");
            let no_path = Expr::binary(no_path, BinaryOp::Concat, ty(document.clone()));
            build::call("json_extract", [document, no_path])
        } else {
            self.failing(rw, document)
        };
        build::case([(stops, out)], Some(done))
    }

    /// The name of a member of an object.
    pub(super) fn json_key(&self, rw: &mut Rewriter<'_>, key: &Expr) -> Expr {
        let nullable = rw.scope.nullable(key);
        let key = match rw.scope.ty(key) {
            Some(Type::Char(length)) => self.padded(rw, key, length),
            _ => self.text(rw, key),
        };
        if nullable && !self.facts.json {
            // It would be the empty name there.
            let out = self.failing(rw, key.clone());
            build::call("coalesce", [key, out])
        } else {
            key
        }
    }

    fn json_set(
        &self,
        rw: &mut Rewriter<'_>,
        function: &str,
        document: &Expr,
        at: &Expr,
        value: &Expr,
    ) -> Expr {
        let Some(names) = path_of(at) else {
            return self.refuse(rw, "json-path", "a path that is not a constant of names");
        };
        let made = gives_object(document);
        if is_random(document) && !(made && names.len() == 1) {
            return self.refuse_random(rw);
        }
        let nullable = rw.scope.nullable(value);
        let json = |rw: &mut Rewriter<'_>, expr: &Expr| match expr {
            Expr::Literal(Literal::Text(text)) => self.json_constant(rw, text, &Type::Jsonb),
            expr => {
                let value = rw.expr(expr);
                self.embedded(value)
            }
        };
        let (document, value) = (json(rw, document), json(rw, value));
        let args = [document.clone(), Expr::text(path(&names)), value.clone()];
        let set = build::call(function, args);
        let set = if made && names.len() == 1 {
            set
        } else {
            self.along(rw, document, &names, set, function == "json_set")
        };
        if nullable {
            // NULL makes the whole NULL; here it would be JSON's null in its place.
            build::case([(build::is_null(value, false), build::null())], Some(set))
        } else {
            set
        }
    }

    /// An expression that fails unless its operand is NULL: a subquery of two rows.
    pub(super) fn failing(&self, rw: &mut Rewriter<'_>, value: Expr) -> Expr {
        if self.lasting {
            return self.refuse(rw, "no-form", "what fails at some documents, in a schema,");
        }
        let row = || {
            SetExpr::Select(Box::new(Select {
                items: vec![SelectItem::Expr {
                    expr: value.clone(),
                    alias: None,
                }],
                ..Select::default()
            }))
        };
        Expr::Subquery(Box::new(Query {
            with: Vec::new(),
            recursive: false,
            body: SetExpr::Op {
                op: SetOp::Union,
                all: true,
                left: Box::new(row()),
                right: Box::new(row()),
            },
            order_by: Vec::new(),
            limit: None,
            offset: None,
        }))
    }
}

/// Whether what is authored gives an object, if it gives anything and does not fail.
fn gives_object(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { expr, .. } => gives_object(expr),
        Expr::Literal(Literal::Text(text)) => text.trim_start().starts_with('{'),
        Expr::Binary {
            op: BinaryOp::JsonDeletePath,
            ..
        } => true,
        Expr::Call(call) => match (call.name.name.as_str(), call.args.as_slice()) {
            ("jsonb_set" | "jsonb_build_object" | "jsonb_object_agg", _) => true,
            ("coalesce", args) => args
                .iter()
                .all(|arg| matches!(arg, CallArg::Expr(arg) if gives_object(arg))),
            _ => false,
        },
        _ => false,
    }
}

/// Whether an expression is known to give an object, if it gives anything.
fn is_object(expr: &Expr) -> bool {
    matches!(expr, Expr::Call(call) if call.name.name == "json_object")
}

/// `'{a,b}'` or `ARRAY['a', 'b']` as a path. A number in it may be a place in an array or the
/// name of a member, which only the document tells.
fn path_of(expr: &Expr) -> Option<Vec<String>> {
    let names: Vec<String> = match expr {
        Expr::Literal(Literal::Text(text)) => {
            let names = constant::array(text)?.into_iter().map(|item| match item {
                Item::Text(text) => Some(text),
                _ => None,
            });
            names.collect::<Option<_>>()?
        }
        Expr::Array(items) => {
            let names = items.iter().map(|item| match item {
                Expr::Literal(Literal::Text(text)) => Some(text.clone()),
                _ => None,
            });
            names.collect::<Option<_>>()?
        }
        Expr::Cast { expr, .. } => return path_of(expr),
        _ => return None,
    };
    let number = |name: &String| name.parse::<i64>().is_ok();
    (!names.is_empty() && !names.iter().any(number)).then_some(names)
}

pub(super) fn path<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let mut path = String::from("$");
    for name in names {
        let quoted = serde_json::Value::String(name.as_ref().to_owned());
        path.push_str(&format!(".{quoted}"));
    }
    path
}
