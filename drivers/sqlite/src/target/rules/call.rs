//! Function calls: those that have an exact form. Every other is refused by its name.

use aludel::schema::{BinaryOp, Call, CallArg, Expr, Literal, Type};
use aludel::sql::Syntax;
use aludel::translate::infer::Family;
use aludel::translate::overlaid;
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{DOCUMENT_CLEAR, DOCUMENTS_EQUAL, Omission, Refusal};

use super::build::{call, case, concat, eq, is_stable, not_null, null, number};
use super::collation;
use super::convert::{How, ascii_only};
use super::json;
use super::{Meaning, Stands, constant, refuse, time};

/// What `uuid_nil()` gives.
const NIL_UUID: &str = "00000000-0000-0000-0000-000000000000";

impl Meaning {
    pub(super) fn call(&self, rw: &mut Rewriter<'_>, called: &Call) -> Option<Expr> {
        let name = called.name.name.as_str();
        if called
            .name
            .schema
            .as_deref()
            .is_some_and(|schema| schema != "pg_catalog")
        {
            return Some(no_such_function(rw, called));
        }
        if self.source(rw) == Syntax::Mysql
            && let Some(expr) = self.mysql_call(rw, called)
        {
            return Some(expr);
        }
        let of_rows = called
            .args
            .iter()
            .any(|arg| matches!(arg, CallArg::Expr(Expr::Row(_))));
        if of_rows {
            return Some(no_such_function(rw, called));
        }
        if called.over.is_some() || is_aggregate(name) {
            return Some(self.aggregate(rw, called));
        }
        if called.distinct || !called.order_by.is_empty() || called.filter.is_some() {
            return Some(no_such_function(rw, called));
        }
        let Some(args) = called.plain_args() else {
            return Some(no_such_function(rw, called));
        };
        if let Some(expr) = Self::of_range(rw, name, &args) {
            return Some(expr);
        }
        Some(match (name, args.as_slice()) {
            (
                "now"
                | "transaction_timestamp"
                | "statement_timestamp"
                | "clock_timestamp"
                | "sysdate"
                | "utc_timestamp",
                [],
            ) => {
                let digits = (self.source(rw) == Syntax::Mysql).then_some(0);
                self.volatile(rw, time::now(digits))
            }
            ("timezone", [zone, moment]) => self.at_time_zone(rw, moment, zone),
            ("date_trunc", [field, moment]) => self.date_trunc(rw, field, moment),
            ("date_part", [Expr::Literal(Literal::Text(field)), moment]) => {
                self.extract(rw, &field.to_ascii_lowercase(), moment)
            }
            ("to_char", [moment, Expr::Literal(Literal::Text(form))]) => self
                .to_char(rw, moment, form)
                .unwrap_or_else(|| no_such_function(rw, called)),
            ("to_timestamp", [seconds]) => self.moment_of_seconds(rw, seconds),
            ("date", [moment]) => self.value(rw, moment, &Type::Date, How::Cast),
            ("gen_random_uuid" | "uuid_generate_v4", []) => self.volatile(rw, random_uuid(true)),
            ("uuid_nil", []) => Expr::text(NIL_UUID),
            ("uuid_in", [arg]) if is_random_digest(uncast(arg)) => {
                self.volatile(rw, random_uuid(false))
            }
            ("md5", [arg]) if is_random_digest_source(arg) => self.volatile(
                rw,
                call("lower", [call("hex", [call("randomblob", [number(16)])])]),
            ),
            ("gen_random_bytes", [count]) => {
                let count = rw.expr(count);
                self.volatile(rw, call("randomblob", [count]))
            }
            ("num_nonnulls" | "num_nulls", args) if !args.is_empty() => {
                let negated = name == "num_nonnulls";
                let mut tests = args.iter().map(|arg| Expr::IsNull {
                    expr: rw.boxed(arg),
                    negated,
                });
                let first = tests.next().unwrap_or_else(null);
                tests.fold(first, |sum, test| Expr::binary(sum, BinaryOp::Plus, test))
            }
            ("coalesce" | "ifnull", args) if !args.is_empty() => self.coalesce(rw, called, args),
            ("nullif", [left, _]) if super::operator::is_nothing(left) => null(),
            ("nullif", [left, right]) => {
                let kept = [self.keeps_text(), false];
                match self.met(rw, left, right, false, kept) {
                    Some((left, right)) => call("nullif", [left, right]),
                    None => null(),
                }
            }
            (DOCUMENTS_EQUAL, [left, right]) => {
                super::documents::equal(rw.expr(left), rw.expr(right))
            }
            (DOCUMENT_CLEAR, [document]) => super::documents::is_clear(rw.expr(document)),
            ("greatest" | "least", args) if args.len() > 1 => self.extreme(rw, called, name, args),
            ("lower" | "upper", [arg]) => self.case_of(rw, name, arg),
            ("length" | "char_length" | "character_length", [arg]) => self.length(rw, name, arg),
            ("octet_length", [arg]) => {
                let value = self.shown(rw, arg);
                call("length", [super::build::cast(value, Type::Blob)])
            }
            // Those of citext's find what they look for in any case.
            ("strpos", [text, part]) if collation::ignores_case(rw, &[*text, *part]) => {
                let (text, part) = (collation::lowered(text), collation::lowered(part));
                call("instr", [rw.expr(&text), rw.expr(&part)])
            }
            ("replace", [text, from, to])
                if collation::ignores_case(rw, &args)
                    && (!collation::has_no_case(from) || has_backslash(to)) =>
            {
                refuse(rw, "replace in a citext, of what has letters,")
            }
            ("split_part", [text, mark, _])
                if collation::ignores_case(rw, &[*text, *mark])
                    && !collation::has_no_case(mark) =>
            {
                refuse(rw, "split_part of a citext, at what has letters,")
            }
            ("replace", [text, from, to]) => {
                self.texts(rw, [*text, *from, *to]);
                call("replace", [rw.expr(text), rw.expr(from), rw.expr(to)])
            }
            ("btrim" | "trim", [arg, rest @ ..]) if rest.len() < 2 => self.trim(
                rw,
                arg,
                aludel::schema::TrimSide::Both,
                rest.first().copied(),
            ),
            ("ltrim", [arg, rest @ ..]) if rest.len() < 2 => self.trim(
                rw,
                arg,
                aludel::schema::TrimSide::Leading,
                rest.first().copied(),
            ),
            ("rtrim", [arg, rest @ ..]) if rest.len() < 2 => self.trim(
                rw,
                arg,
                aludel::schema::TrimSide::Trailing,
                rest.first().copied(),
            ),
            ("substr" | "substring", [text, start]) => self.substring(rw, text, Some(start), None),
            ("substr" | "substring", [text, start, length]) => {
                self.substring(rw, text, Some(start), Some(length))
            }
            ("left", [text, count]) => self.substring(rw, text, None, Some(count)),
            ("right", [text, Expr::Literal(Literal::Number(digits))])
                if digits.parse::<i64>().is_ok_and(|n| n > 0) =>
            {
                self.texts(rw, [*text]);
                call(
                    "substr",
                    [rw.expr(text), number(-digits.parse().unwrap_or(1))],
                )
            }
            ("overlay", [text, ..])
                if rw.scope.ty(text) != Some(Type::Blob)
                    && let Some(parts) = overlaid(&args) =>
            {
                rw.expr(&parts)
            }
            ("strpos", [text, part]) => {
                self.texts(rw, [*text, *part]);
                call("instr", [rw.expr(text), rw.expr(part)])
            }
            ("starts_with", [Expr::Call(inner), Expr::Literal(Literal::Text(end))])
                if inner.name.schema.is_none()
                    && inner.name.name == "reverse"
                    && end.chars().count() == 1
                    && let [CallArg::Expr(text)] = inner.args.as_slice() =>
            {
                self.texts(rw, [text]);
                eq(call("substr", [rw.expr(text), number(-1)]), Expr::text(end))
            }
            ("starts_with", [text, start]) => {
                self.texts(rw, [*text, *start]);
                let bytes = rw.scope.ty(start) == Some(Type::Citext);
                let (text, start) = (rw.expr(text), rw.expr(start));
                let start = if bytes {
                    collation::bytewise(start)
                } else {
                    start
                };
                if !is_stable(&start) {
                    return Some(no_such_function(rw, called));
                }
                let long = match &start {
                    Expr::Literal(Literal::Text(start)) => {
                        number(i64::try_from(start.chars().count()).unwrap_or(i64::MAX))
                    }
                    start => call("length", [start.clone()]),
                };
                eq(call("substr", [text, number(1), long]), start)
            }
            ("concat", args) if !args.is_empty() => self.concat_call(rw, args),
            (
                "lpad",
                [
                    text,
                    Expr::Literal(Literal::Number(length)),
                    Expr::Literal(Literal::Text(fill)),
                ],
            ) => self.lpad(rw, text, length, fill),
            ("to_hex", [arg]) => self.hex_digits(rw, arg),
            ("string_to_array", [text, Expr::Literal(Literal::Text(mark))]) => {
                match self.split(rw, text, mark) {
                    Some(expr) => expr,
                    None => refuse(rw, "string_to_array with this mark"),
                }
            }
            (
                "split_part",
                [
                    text,
                    Expr::Literal(Literal::Text(mark)),
                    Expr::Literal(Literal::Number(place)),
                ],
            ) => match place
                .parse()
                .ok()
                .and_then(|place| self.split_part(rw, text, mark, place))
            {
                Some(expr) => expr,
                None => refuse(rw, "split_part with this mark"),
            },
            ("abs", [arg]) => match self.known_type(rw, arg) {
                Some(ty) if matches!(Family::of(&ty), Family::Integer | Family::Float) => {
                    call("abs", [rw.expr(arg)])
                }
                _ => no_such_function(rw, called),
            },
            ("mod", [left, right]) => rw.expr(&Expr::binary(
                (*left).clone(),
                BinaryOp::Modulo,
                (*right).clone(),
            )),
            ("encode", [bytes, Expr::Literal(Literal::Text(format))])
                if format.eq_ignore_ascii_case("hex") =>
            {
                self.encode_hex(rw, bytes)
            }
            ("encode", [bytes, Expr::Literal(Literal::Text(format))])
                if format.eq_ignore_ascii_case("base64") =>
            {
                self.encode_base64(rw, bytes)
            }
            ("log", [Expr::Literal(Literal::Number(base)), arg]) if base == "2" => {
                self.log_two(rw, arg)
            }
            ("power" | "pow", [Expr::Literal(Literal::Number(base)), arg]) if base == "2" => {
                self.two_to(rw, arg)
            }
            (
                "decode",
                [
                    Expr::Literal(Literal::Text(digits)),
                    Expr::Literal(Literal::Text(format)),
                ],
            ) if format.eq_ignore_ascii_case("hex") => {
                match aludel::translate::constant::hex(digits) {
                    Some(bytes) => Expr::Literal(Literal::Bytes(bytes)),
                    None => rw.refuse(Refusal::new(
                        "bad-constant",
                        format!("'{digits}' is not in hexadecimal digits"),
                    )),
                }
            }
            ("random", []) => {
                // From 0 to 1, of 53 bits.
                let bits =
                    Expr::binary(call("random", []), BinaryOp::BitAnd, number((1 << 53) - 1));
                let most = Expr::Literal(Literal::Number("9007199254740992.0".into()));
                self.volatile(rw, Expr::binary(bits, BinaryOp::Divide, most))
            }
            ("pg_input_is_valid", [text, Expr::Literal(Literal::Text(ty))])
                if ty == "jsonb" || ty == "json" =>
            {
                call("json_valid", [rw.expr(text)])
            }
            _ => match self
                .json_call(rw, called, &args)
                .or_else(|| self.array_call(rw, name, &args))
            {
                Some(expr) => expr,
                None => no_such_function(rw, called),
            },
        })
    }

    fn coalesce(&self, rw: &mut Rewriter<'_>, called: &Call, args: &[&Expr]) -> Expr {
        let whole = Expr::Call(Box::new(called.clone()));
        let Some(ty) = rw.scope.ty(&whole) else {
            for arg in args {
                let _ = rw.expr(arg);
            }
            return super::unknown_type(rw, &whole);
        };
        let mut values: Vec<Expr> = args
            .iter()
            .map(|arg| self.value(rw, arg, &ty, How::Cast))
            .collect();
        match values.len() {
            1 => values.remove(0),
            _ => call("coalesce", values),
        }
    }

    /// GREATEST and LEAST pass over NULLs in PostgreSQL; SQLite's give NULL.
    fn extreme(&self, rw: &mut Rewriter<'_>, called: &Call, name: &str, args: &[&Expr]) -> Expr {
        let whole = Expr::Call(Box::new(called.clone()));
        let Some(ty) = rw.scope.ty(&whole) else {
            return super::unknown_type(rw, &whole);
        };
        match Family::of(&ty) {
            Family::Integer
            | Family::Float
            | Family::Numeric
            | Family::Date
            | Family::Timestamp
            | Family::Boolean
            | Family::Uuid => {}
            Family::Text | Family::Enum => return self.text_order(rw, &ty),
            _ => return refuse(rw, &format!("{name} of {}", constant::name_of(&ty))),
        }
        let own = if name == "greatest" { "max" } else { "min" };
        let nullable = args.iter().any(|arg| rw.scope.nullable(arg));
        let values: Vec<Expr> = args
            .iter()
            .map(|arg| self.value(rw, arg, &ty, How::Cast))
            .collect();
        if !nullable || self.source(rw) == Syntax::Mysql {
            return call(own, values);
        }
        if !values.iter().all(is_stable) {
            return refuse(rw, "GREATEST and LEAST of random values");
        }
        // Each stands in for those that are NULL.
        let count = values.len();
        let filled = (0..count).map(|first| {
            let from_here = (0..count).map(|step| values[(first + step) % count].clone());
            call("coalesce", from_here)
        });
        call(own, filled.collect::<Vec<_>>())
    }

    /// SQLite knows the case of ASCII letters only. In statements others fail; in a schema this
    /// is said once.
    fn case_of(&self, rw: &mut Rewriter<'_>, name: &str, arg: &Expr) -> Expr {
        self.texts(rw, [arg]);
        let value = rw.expr(arg);
        let plain = call(name, [value.clone()]);
        if let Expr::Literal(Literal::Text(text)) = &value {
            return match name {
                "lower" => Expr::text(text.to_lowercase()),
                _ => Expr::text(text.to_uppercase()),
            };
        }
        if self.stands == Stands::Statement && is_stable(&value) {
            return ascii_only(&value, plain);
        }
        rw.omit(Omission::new(
            "case-beyond-ascii",
            format!("{name}() knows the case of ASCII letters only"),
        ));
        plain
    }

    fn length(&self, rw: &mut Rewriter<'_>, name: &str, arg: &Expr) -> Expr {
        match self.known_type(rw, arg) {
            Some(ty @ Type::Char(_)) => {
                let value = rw.expr(arg);
                let bare = super::convert::convert(rw, value, &ty, &Type::Text, How::Cast);
                call("length", [bare])
            }
            Some(ty) if matches!(Family::of(&ty), Family::Text | Family::Bytes | Family::Uuid) => {
                call("length", [rw.expr(arg)])
            }
            Some(ty) => refuse(rw, &format!("{name} of {}", constant::name_of(&ty))),
            None => rw.expr(arg),
        }
    }

    /// `concat` takes NULL for an empty text.
    fn concat_call(&self, rw: &mut Rewriter<'_>, args: &[&Expr]) -> Expr {
        let parts: Vec<Expr> = args
            .iter()
            .map(|arg| {
                let text = match rw.scope.ty(arg) {
                    // Here a boolean is `t` or `f`.
                    Some(Type::Boolean) => refuse(rw, "concat of a boolean"),
                    Some(Type::Char(_)) => self.shown(rw, arg),
                    _ => self.as_text(rw, arg),
                };
                if matches!(text, Expr::Literal(Literal::Null)) {
                    Expr::text("")
                } else if rw.scope.nullable(arg) {
                    call("coalesce", [text, Expr::text("")])
                } else {
                    text
                }
            })
            .collect();
        match parts.as_slice() {
            [one] => concat([one.clone(), Expr::text("")]),
            _ => concat(parts),
        }
    }

    fn lpad(&self, rw: &mut Rewriter<'_>, text: &Expr, length: &str, fill: &str) -> Expr {
        let count = length
            .parse::<u16>()
            .ok()
            .filter(|count| *count > 0 && !fill.is_empty());
        let Some(count) = count else {
            return refuse(rw, "lpad to this length");
        };
        self.texts(rw, [text]);
        let value = rw.expr(text);
        if !is_stable(&value) {
            return refuse(rw, "lpad of a random value");
        }
        let padding: String = fill.chars().cycle().take(usize::from(count)).collect();
        let count = number(i64::from(count));
        let missing = Expr::binary(
            count.clone(),
            BinaryOp::Minus,
            call("length", [value.clone()]),
        );
        let padding = call(
            "substr",
            [
                Expr::text(padding),
                number(1),
                call("max", [missing, number(0)]),
            ],
        );
        call("substr", [concat([padding, value]), number(1), count])
    }

    fn hex_digits(&self, rw: &mut Rewriter<'_>, arg: &Expr) -> Expr {
        let value = rw.expr(arg);
        let format = Expr::text("%x");
        let shown = match rw.scope.ty(arg) {
            Some(Type::BigInt { .. }) => call("printf", [format, value.clone()]),
            // A negative one has eight digits there.
            Some(ty) if ty.is_integer() => {
                let low = Expr::binary(value.clone(), BinaryOp::BitAnd, number(0xffff_ffff));
                call("printf", [format, low])
            }
            _ => return refuse(rw, "to_hex of what is no integer"),
        };
        // `printf('%x', NULL)` is 0.
        if rw.scope.nullable(arg) {
            return if is_stable(&value) {
                case([(not_null(value), shown)], None)
            } else {
                refuse(rw, "to_hex of a random value")
            };
        }
        shown
    }

    fn encode_hex(&self, rw: &mut Rewriter<'_>, bytes: &Expr) -> Expr {
        match rw.scope.ty(bytes) {
            Some(ty) if Family::of(&ty) == Family::Bytes => {}
            _ => return refuse(rw, "encode of what are no bytes"),
        }
        let value = rw.expr(bytes);
        let shown = call("lower", [call("hex", [value.clone()])]);
        // `hex(NULL)` is an empty text.
        if rw.scope.nullable(bytes) {
            case([(not_null(value), shown)], None)
        } else {
            shown
        }
    }

    /// Values whose exact form goes by where they are stored.
    pub(super) fn special_assignment(
        &self,
        rw: &mut Rewriter<'_>,
        value: &Expr,
        ty: &Type,
    ) -> Option<Expr> {
        if let Type::Timestamp { precision, .. } = ty
            && time::is_now(value)
        {
            return Some(self.volatile(rw, time::now(*precision)));
        }
        if let Type::Time {
            precision,
            zoned: false,
        } = ty
            && (time::is_now(value) || matches!(value, Expr::Keyword("LOCALTIME", _)))
        {
            return Some(self.volatile(rw, time::clock_now(*precision)));
        }
        if Family::of(ty) == Family::Integer
            && let Some(moment) = epoch_of(value)
        {
            return self.epoch_seconds(rw, moment, is_float(value));
        }
        if Family::of(ty) == Family::Integer
            && let Some(scale) = epoch_of_now_times(value)
        {
            return Some(self.volatile(rw, time::now_in(scale)));
        }
        if Family::of(ty) == Family::Text
            && let Expr::Call(inner) = value
            && inner.name.name == "uuid_in"
        {
            return None;
        }
        None
    }

    pub(super) fn special_cast(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        ty: &Type,
    ) -> Option<Expr> {
        match ty {
            Type::Date if time::is_now(expr) => {
                return Some(self.volatile(rw, Expr::Keyword("CURRENT_DATE", None)));
            }
            Type::Uuid if is_random_digest(uncast(expr)) => {
                return Some(self.volatile(rw, random_uuid(false)));
            }
            // `random()::text`, of which nothing but randomness is asked.
            Type::Other(name) if name == "cstring" => return Some(rw.expr(expr)),
            _ => {}
        }
        self.json_scalar(rw, expr, ty)
            .or_else(|| self.special_assignment(rw, expr, ty))
    }

    fn aggregate(&self, rw: &mut Rewriter<'_>, called: &Call) -> Expr {
        let name = called.name.name.as_str();
        let first = match called.args.first() {
            Some(CallArg::Expr(expr)) => Some(expr),
            _ => None,
        };
        let ty = first.and_then(|expr| rw.scope.ty(expr));
        let family = ty.as_ref().map(Family::of);
        if called.distinct && ty.as_ref().is_some_and(Family::is_of_many_texts) {
            return refuse(rw, "DISTINCT of json values or arrays");
        }
        let own = match (name, family) {
            (
                "count" | "row_number" | "rank" | "dense_rank" | "ntile" | "percent_rank"
                | "cume_dist",
                _,
            ) => name,
            ("lag" | "lead" | "first_value" | "last_value" | "nth_value", _) => name,
            ("min" | "max", Some(Family::Text | Family::Enum))
                if !first.is_some_and(|e| matches!(e, Expr::Collate { .. })) =>
            {
                let ty = first
                    .and_then(|expr| rw.scope.ty(expr))
                    .unwrap_or(Type::Text);
                return self.text_order(rw, &ty);
            }
            (
                "min" | "max",
                Some(
                    Family::Integer
                    | Family::Numeric
                    | Family::Float
                    | Family::Date
                    | Family::Timestamp
                    | Family::Time
                    | Family::Text,
                ),
            ) => name,
            ("sum", Some(Family::Integer)) => name,
            ("bool_or", Some(Family::Boolean)) => "max",
            ("bool_and" | "every", Some(Family::Boolean)) => "min",
            ("string_agg", Some(Family::Text))
                if called.order_by.is_empty() && !called.distinct =>
            {
                "group_concat"
            }
            (
                "array_agg" | "json_agg" | "jsonb_agg",
                Some(Family::Text | Family::Integer | Family::Uuid | Family::Json | Family::Date),
            ) if called.order_by.is_empty() => {
                return self.json_group(rw, called, first);
            }
            _ => return no_such_function(rw, called),
        };
        let mut result = rw.call(called);
        result.name = aludel::schema::Name::bare(own);
        if !result.order_by.is_empty() {
            return refuse(rw, &format!("{name} with an order of its own"));
        }
        Expr::Call(Box::new(result))
    }

    /// `array_agg`, `jsonb_agg`.
    fn json_group(&self, rw: &mut Rewriter<'_>, called: &Call, first: Option<&Expr>) -> Expr {
        let ty = first.and_then(|expr| rw.scope.ty(expr));
        let mut result = rw.call(called);
        result.name = aludel::schema::Name::bare("json_group_array");
        if let Some(Type::Char(_)) = ty
            && called.name.name != "array_agg"
            && let (Some(CallArg::Expr(value)), Some(first)) = (result.args.first_mut(), first)
        {
            *value = self.shown(rw, first);
        }
        if let (Some(CallArg::Expr(value)), Some(ty)) = (result.args.first_mut(), &ty) {
            match json::argument(value.clone(), Some(ty)) {
                Some(marked) => *value = marked,
                None => return no_such_function(rw, called),
            }
        }
        // No rows give NULL, not an empty array.
        let group = Expr::Call(Box::new(result.clone()));
        if called.over.is_some() || called.distinct {
            return no_such_function(rw, called);
        }
        let mut count = result;
        count.name = aludel::schema::Name::bare("count");
        count.args = vec![CallArg::Star];
        let some = Expr::binary(Expr::Call(Box::new(count)), BinaryOp::Gt, number(0));
        case([(some, group)], None)
    }
}

/// The moment of `EXTRACT(EPOCH FROM moment)`, rounded or not.
fn epoch_of(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Extract { field, expr } if field == "epoch" => Some(expr),
        Expr::Call(call) => match (call.name.name.as_str(), call.args.as_slice()) {
            (
                "date_part",
                [
                    CallArg::Expr(Expr::Literal(Literal::Text(field))),
                    CallArg::Expr(moment),
                ],
            ) if field == "epoch" => Some(moment),
            // Of the present moment it does not matter which second is nearest.
            ("floor" | "round" | "trunc" | "ceil", [CallArg::Expr(inner)]) => {
                epoch_of(inner).filter(|moment| time::is_now(moment))
            }
            _ => None,
        },
        Expr::Cast { expr, ty } if Family::of(ty).is_number() => epoch_of(expr),
        _ => None,
    }
}

/// Whether the seconds of [`epoch_of`] are a float on their way to a whole number.
fn is_float(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { expr, ty } => Family::of(ty) == Family::Float || is_float(expr),
        Expr::Call(_) => true,
        _ => false,
    }
}

/// The factor of `EXTRACT(EPOCH FROM now()) * 1000`, a thousand or a million.
fn epoch_of_now_times(expr: &Expr) -> Option<i64> {
    let expr = match expr {
        Expr::Call(call) => match (call.name.name.as_str(), call.args.as_slice()) {
            // Of the present moment it does not matter which millisecond is nearest.
            ("floor" | "round" | "trunc" | "ceil", [CallArg::Expr(inner)]) => inner,
            _ => return None,
        },
        Expr::Cast { expr, ty } if Family::of(ty).is_number() => return epoch_of_now_times(expr),
        expr => expr,
    };
    let Expr::Binary {
        left,
        op: BinaryOp::Multiply,
        right,
    } = expr
    else {
        return None;
    };
    let (moment, factor) = match (&**left, &**right) {
        (moment, Expr::Literal(Literal::Number(factor)))
        | (Expr::Literal(Literal::Number(factor)), moment) => (moment, factor),
        _ => return None,
    };
    let factor = factor
        .parse()
        .ok()
        .filter(|n| [1_000, 1_000_000].contains(n))?;
    epoch_of(moment).filter(|moment| time::is_now(moment))?;
    Some(factor)
}

fn has_backslash(expr: &Expr) -> bool {
    !matches!(expr, Expr::Literal(Literal::Text(text)) if !text.contains('\\'))
}

fn uncast(expr: &Expr) -> &Expr {
    match expr {
        Expr::Cast { expr, .. } => uncast(expr),
        expr => expr,
    }
}

/// `md5(random()::text || …)`.
fn is_random_digest(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) if call.name.name == "md5" => match call.args.as_slice() {
            [CallArg::Expr(arg)] => is_random_digest_source(arg),
            _ => false,
        },
        _ => false,
    }
}

/// A text that is made of random numbers, the time and constants, and of nothing else.
fn is_random_digest_source(expr: &Expr) -> bool {
    fn made_of(expr: &Expr, random: &mut bool) -> bool {
        match expr {
            Expr::Literal(_) => true,
            Expr::Cast { expr, .. } => made_of(expr, random),
            Expr::Binary {
                left,
                op: BinaryOp::Concat,
                right,
            } => made_of(left, random) && made_of(right, random),
            Expr::Call(call) if matches!(call.name.name.as_str(), "random" | "gen_random_uuid") => {
                *random = true;
                true
            }
            expr => time::is_now(expr),
        }
    }
    let mut random = false;
    made_of(expr, &mut random) && random
}

/// A uuid of random digits; those of version 4 say so.
pub(super) fn random_uuid(version: bool) -> Expr {
    let hex = |bytes: i64| {
        call(
            "lower",
            [call("hex", [call("randomblob", [number(bytes)])])],
        )
    };
    if !version {
        let mark = || Expr::text("-");
        return concat([
            hex(4),
            mark(),
            hex(2),
            mark(),
            hex(2),
            mark(),
            hex(2),
            mark(),
            hex(6),
        ]);
    }
    let three = || call("substr", [hex(2), number(2)]);
    // One of 8, 9, a and b.
    let place = Expr::binary(
        Expr::binary(call("random", []), BinaryOp::BitAnd, number(3)),
        BinaryOp::Plus,
        number(1),
    );
    let variant = call("substr", [Expr::text("89ab"), place, number(1)]);
    concat([
        hex(4),
        Expr::text("-"),
        hex(2),
        Expr::text("-4"),
        three(),
        Expr::text("-"),
        variant,
        three(),
        Expr::text("-"),
        hex(6),
    ])
}

pub(super) fn is_aggregate(name: &str) -> bool {
    matches!(
        name,
        "count"
            | "sum"
            | "avg"
            | "min"
            | "max"
            | "string_agg"
            | "array_agg"
            | "json_agg"
            | "jsonb_agg"
            | "bool_and"
            | "bool_or"
            | "every"
            | "json_object_agg"
            | "jsonb_object_agg"
    )
}

pub(super) fn no_such_function(rw: &mut Rewriter<'_>, called: &Call) -> Expr {
    rw.refuse(Refusal::new(
        "no-such-function",
        format!("`{}` has no exact counterpart on sqlite", called.name),
    ))
}
