//! Functions: those that are known to have a counterpart. All others are refused.

use aludel::schema::{BinaryOp, Call, CallArg, Expr, Literal, Type};
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, Field};
use aludel::translate::rewrite::Rewriter;

use super::compare::constant_of;
use super::time::{MILLISECONDS, SECONDS};
use super::{Meaning, cast, digits};
use aludel::sql::Syntax;

/// The arguments of a call that is nothing but a function and its arguments.
pub(super) fn plain_args(call: &Call) -> Option<Vec<&Expr>> {
    let plain = !call.distinct
        && call.order_by.is_empty()
        && call.filter.is_none()
        && call.over.is_none()
        && call.separator.is_none()
        && call.name.schema.is_none();
    call.plain_args().filter(|_| plain)
}

/// Whether a function gives one of its arguments.
pub(super) fn is_choice(call: &Call) -> bool {
    let known = matches!(
        call.name.name.as_str(),
        "coalesce" | "ifnull" | "if" | "iif"
    );
    known && plain_args(call).is_some()
}

/// The family of what a function gives, where that is not what PostgreSQL's of that name would.
pub(super) fn kind(source: Syntax, call: &Call) -> Option<Family> {
    Some(match (source, call.name.name.as_str()) {
        (Syntax::Sqlite, "datetime" | "date" | "time" | "strftime" | "printf" | "format") => {
            Family::Text
        }
        (Syntax::Sqlite, "unixepoch" | "instr" | "random") => Family::Integer,
        (Syntax::Sqlite, "randomblob") => Family::Bytes,
        (Syntax::Mysql, "lcase" | "ucase" | "sha2") => Family::Text,
        (Syntax::Mysql, "date_add" | "date_sub" | "adddate" | "subdate") => Family::Timestamp,
        _ => return None,
    })
}

/// Whether an expression is a text of SQLite's clock that says a date, a time, or both.
pub(super) fn is_now_text(expr: &Expr) -> bool {
    match expr {
        Expr::Keyword(word, _) => word.starts_with("CURRENT_"),
        Expr::Call(call) => match (call.name.name.as_str(), plain_args(call)) {
            ("datetime" | "date", Some(args)) => is_now(&args),
            ("strftime", Some(args)) => {
                args.first().and_then(|form| clock_form(form)).is_some() && is_now(&args[1..])
            }
            _ => false,
        },
        _ => false,
    }
}

/// `'now'`, or nothing, which is the same.
fn is_now(args: &[&Expr]) -> bool {
    match args {
        [] => true,
        [Expr::Literal(Literal::Text(text))] => text.eq_ignore_ascii_case("now"),
        _ => false,
    }
}

/// A form of `strftime` as one of `to_char`.
fn clock_form(form: &Expr) -> Option<&'static str> {
    match form {
        Expr::Literal(Literal::Text(form)) => match form.as_str() {
            "%Y-%m-%d %H:%M:%S" => Some(SECONDS),
            "%Y-%m-%d %H:%M:%f" => Some(MILLISECONDS),
            "%Y-%m-%d" => Some("YYYY-MM-DD"),
            _ => None,
        },
        _ => None,
    }
}

impl Meaning {
    pub(super) fn call(self, rw: &mut Rewriter<'_>, call: &Call) -> Expr {
        let name = call.name.name.as_str();
        if let Some(expr) = self.aggregate(rw, call) {
            return expr;
        }
        let Some(args) = plain_args(call) else {
            return no_such_function(rw, call);
        };
        if is_choice(call) {
            let whole = Expr::Call(Box::new(call.clone()));
            return match self.kind(&rw.scope, &whole) {
                Some(kind) => self.choice(rw, call, kind),
                None => self.unknown(rw, &format!("{name}()")),
            };
        }
        let own = if self.is_mysql() {
            self.mysql_call(rw, name, &args)
        } else {
            self.sqlite_call(rw, name, &args)
        };
        match own.or_else(|| self.common_call(rw, name, &args)) {
            Some(expr) => expr,
            None => no_such_function(rw, call),
        }
    }

    /// Functions over rows.
    fn aggregate(self, rw: &mut Rewriter<'_>, call: &Call) -> Option<Expr> {
        if call.name.schema.is_some() || call.separator.is_some() || call.filter.is_some() {
            return None;
        }
        let arg = match call.args.as_slice() {
            [CallArg::Expr(expr)] => Some(expr),
            _ => None,
        };
        let kind = arg.and_then(|arg| self.kind(&rw.scope, arg));
        match (call.name.name.as_str(), call.args.as_slice()) {
            ("count", [_]) => {}
            ("row_number" | "rank" | "dense_rank", []) if call.over.is_some() => {}
            ("sum", [_]) if matches!(kind, Some(Family::Integer | Family::Numeric)) => {}
            ("max" | "min", [_]) => match kind {
                Some(Family::Text) if self.is_mysql() => {
                    let message = "the greatest or least text goes by a collation that postgres has in another form";
                    return Some(rw.refuse(Refusal::new("collation", message)));
                }
                Some(
                    Family::Integer
                    | Family::Numeric
                    | Family::Float
                    | Family::Date
                    | Family::Time
                    | Family::Timestamp
                    | Family::Text,
                ) => {}
                _ => return None,
            },
            _ => return None,
        }
        Some(Expr::Call(Box::new(rw.call(call))))
    }

    /// The first argument that is not NULL, or the one that a condition chooses.
    pub(super) fn choice(self, rw: &mut Rewriter<'_>, call: &Call, wanted: Family) -> Expr {
        self.chosen(rw, call, &mut |rw, arg| self.as_kind(rw, arg, wanted))
    }

    /// A choice that is stored into a column.
    pub(super) fn stored_choice(self, rw: &mut Rewriter<'_>, call: &Call, field: &Field) -> Expr {
        self.chosen(rw, call, &mut |rw, arg| self.store(rw, arg, field))
    }

    fn chosen(
        self,
        rw: &mut Rewriter<'_>,
        call: &Call,
        value: &mut dyn FnMut(&mut Rewriter<'_>, &Expr) -> Expr,
    ) -> Expr {
        match (call.name.name.as_str(), plain_args(call).as_deref()) {
            ("if" | "iif", Some([when, then, otherwise])) => {
                let when = self.condition(rw, when);
                Expr::Case {
                    operand: None,
                    whens: vec![(when, value(rw, then))],
                    otherwise: Some(Box::new(value(rw, otherwise))),
                }
            }
            ("coalesce" | "ifnull", Some(args)) if !args.is_empty() => {
                let args: Vec<Expr> = args.iter().map(|arg| value(rw, arg)).collect();
                Expr::call("coalesce", args)
            }
            _ => no_such_function(rw, call),
        }
    }

    /// Whether a value is of a family, as it is held here.
    pub(super) fn is(self, rw: &Rewriter<'_>, expr: &Expr, family: Family) -> bool {
        match expr {
            Expr::Literal(Literal::Text(_)) => family == Family::Text,
            expr => self.kind(&rw.scope, expr) == Some(family),
        }
    }

    fn common_call(self, rw: &mut Rewriter<'_>, name: &str, args: &[&Expr]) -> Option<Expr> {
        let text = |rw: &Rewriter<'_>, expr: &Expr| self.is(rw, expr, Family::Text);
        Some(match (name, args) {
            ("nullif", [left, right]) => {
                let (left, right) = self.pair(rw, left, right, true);
                Expr::call("nullif", [left, right])
            }
            ("abs", [value])
                if self.is(rw, value, Family::Integer) || self.is(rw, value, Family::Numeric) =>
            {
                Expr::call("abs", [rw.expr(value)])
            }
            ("lower" | "upper", [value]) if text(rw, value) => self.cased(rw, name, value),
            ("replace", [value, from, to])
                if text(rw, value) && text(rw, from) && text(rw, to) && !is_empty(from) =>
            {
                let args = [self.bytewise(rw, value), rw.expr(from), rw.expr(to)];
                Expr::call("replace", args)
            }
            ("ltrim" | "rtrim" | "trim", [value]) if text(rw, value) => {
                let name = if name == "trim" { "btrim" } else { name };
                Expr::call(name, [rw.expr(value), Expr::text(" ")])
            }
            ("hex", [value]) => self.hex(rw, value)?,
            ("mod", [left, right]) => self.binary(rw, left, BinaryOp::Modulo, right),
            _ => return None,
        })
    }

    fn sqlite_call(self, rw: &mut Rewriter<'_>, name: &str, args: &[&Expr]) -> Option<Expr> {
        Some(match (name, args) {
            ("hex", [Expr::Call(inner)]) if inner.name.name == "randomblob" => {
                let digits = self.random_digits(rw, &plain_args(inner)?)?;
                Expr::call("upper", [digits])
            }
            ("randomblob", args) => {
                let digits = self.random_digits(rw, args)?;
                Expr::call("decode", [digits, Expr::text("hex")])
            }
            // Of 53 bits, where there they are 64.
            ("random", []) => {
                let half = Expr::binary(Expr::call("random", []), BinaryOp::Minus, digits("0.5"));
                let wide = Expr::binary(half, BinaryOp::Multiply, digits("9007199254740992"));
                self.clocked(rw, cast(wide, Type::BIGINT))
            }
            ("length", [value]) if self.is(rw, value, Family::Text) => {
                Expr::call("char_length", [rw.expr(value)])
            }
            ("length", [value]) if self.is(rw, value, Family::Bytes) => {
                Expr::call("octet_length", [rw.expr(value)])
            }
            ("instr", [value, part])
                if self.is(rw, value, Family::Text) && self.is(rw, part, Family::Text) =>
            {
                Expr::call("strpos", [self.bytewise(rw, value), rw.expr(part)])
            }
            ("ltrim" | "rtrim" | "trim", [value, what])
                if self.is(rw, value, Family::Text) && self.is(rw, what, Family::Text) =>
            {
                let name = if name == "trim" { "btrim" } else { name };
                Expr::call(name, [rw.expr(value), rw.expr(what)])
            }
            ("printf" | "format", [Expr::Literal(Literal::Text(form)), value]) => {
                self.printed(rw, form, value)?
            }
            ("datetime", args) if is_now(args) => self.clock_text(rw, SECONDS)?,
            ("date", args) if is_now(args) => self.clock_text(rw, "YYYY-MM-DD")?,
            ("time", args) if is_now(args) => self.clock_text(rw, "HH24:MI:SS")?,
            ("unixepoch", args) if is_now(args) => self.clocked(rw, self.epoch()),
            ("strftime", [Expr::Literal(Literal::Text(form)), rest @ ..]) if is_now(rest) => {
                match form.as_str() {
                    "%s" => cast(self.clocked(rw, self.epoch()), Type::Text),
                    _ => self.clock_text(rw, clock_form(args[0])?)?,
                }
            }
            _ => return None,
        })
    }

    fn mysql_call(self, rw: &mut Rewriter<'_>, name: &str, args: &[&Expr]) -> Option<Expr> {
        let text = |rw: &Rewriter<'_>, expr: &Expr| self.is(rw, expr, Family::Text);
        Some(match (name, args) {
            ("uuid", []) => self.clocked(rw, cast(Expr::call("gen_random_uuid", []), Type::Text)),
            ("now" | "current_timestamp" | "localtimestamp" | "localtime", args) => {
                let now = self.now(rw, precision(args)?);
                self.clocked(rw, now)
            }
            ("utc_timestamp", args) => {
                let now = self.now(rw, precision(args)?);
                self.clocked(rw, super::time::in_utc(now))
            }
            ("curdate" | "current_date", []) => {
                let now = self.now(rw, None);
                self.clocked(rw, cast(now, Type::Date))
            }
            ("unix_timestamp", []) => self.clocked(rw, self.epoch()),
            ("from_unixtime", [seconds]) if self.is(rw, seconds, Family::Integer) => {
                Expr::call("to_timestamp", [rw.expr(seconds)])
            }
            ("date_add" | "adddate", [moment, span]) => {
                self.moved(rw, moment, BinaryOp::Plus, span)
            }
            ("date_sub" | "subdate", [moment, span]) => {
                self.moved(rw, moment, BinaryOp::Minus, span)
            }
            ("date", [moment]) if self.is(rw, moment, Family::Timestamp) => {
                cast(rw.expr(moment), Type::Date)
            }
            ("char_length" | "character_length", [value]) if text(rw, value) => {
                Expr::call("char_length", [rw.expr(value)])
            }
            ("length" | "octet_length", [value])
                if text(rw, value) || self.is(rw, value, Family::Bytes) =>
            {
                Expr::call("octet_length", [rw.expr(value)])
            }
            ("lcase", [value]) if text(rw, value) => self.cased(rw, "lower", value),
            ("ucase", [value]) if text(rw, value) => self.cased(rw, "upper", value),
            // NULL in it makes the whole NULL.
            ("concat", [_, ..]) => self.joined(rw, args),
            ("left" | "right", [value, Expr::Literal(Literal::Number(count))])
                if text(rw, value) && count.parse::<u32>().is_ok() =>
            {
                Expr::call(name, [rw.expr(value), digits(count)])
            }
            (
                "lpad" | "rpad",
                [
                    value,
                    Expr::Literal(Literal::Number(count)),
                    Expr::Literal(Literal::Text(with)),
                ],
            ) if text(rw, value) && !with.is_empty() && count.parse::<u32>().is_ok() => Expr::call(
                name,
                [rw.expr(value), digits(count), Expr::text(with.clone())],
            ),
            ("reverse", [value]) if text(rw, value) => Expr::call("reverse", [rw.expr(value)]),
            ("md5", [value]) if text(rw, value) => Expr::call("md5", [rw.expr(value)]),
            ("sha2", [value, Expr::Literal(Literal::Number(bits))])
                if text(rw, value) && matches!(bits.as_str(), "256" | "512") =>
            {
                let bytes = Expr::call("convert_to", [rw.expr(value), Expr::text("UTF8")]);
                let hashed = Expr::call(&format!("sha{bits}"), [bytes]);
                Expr::call("encode", [hashed, Expr::text("hex")])
            }
            // There the last line has no end.
            ("to_base64", [value]) if self.is(rw, value, Family::Bytes) => {
                let lines = Expr::call("encode", [rw.expr(value), Expr::text("base64")]);
                Expr::call("rtrim", [lines, Expr::text("\n")])
            }
            ("unhex", [value]) if text(rw, value) => {
                Expr::call("decode", [rw.expr(value), Expr::text("hex")])
            }
            // NULL among them makes the whole NULL there.
            ("greatest" | "least", [_, _, ..]) => {
                let fine = args.iter().all(|arg| {
                    !rw.scope.nullable(arg)
                        && matches!(
                            self.kind(&rw.scope, arg),
                            Some(Family::Integer | Family::Numeric)
                        )
                });
                if !fine {
                    return None;
                }
                let args: Vec<Expr> = args.iter().map(|arg| rw.expr(arg)).collect();
                Expr::call(name, args)
            }
            _ => return None,
        })
    }

    /// A value that is another each time: not where it must be the same for the same row.
    fn clocked(self, rw: &mut Rewriter<'_>, expr: Expr) -> Expr {
        if self.stands == super::Stands::Schema {
            return self.refuse(
                rw,
                "a value that changes by itself, where a row is checked,",
            );
        }
        expr
    }

    fn clock_text(self, rw: &mut Rewriter<'_>, form: &str) -> Option<Expr> {
        let text = self.now_text(form);
        Some(self.clocked(rw, text))
    }

    /// Digits of a number, or of the bytes of a text, in capitals.
    fn hex(self, rw: &mut Rewriter<'_>, value: &Expr) -> Option<Expr> {
        let digits = match self.kind(&rw.scope, value) {
            Some(Family::Integer) if self.is_mysql() => self.number_digits(rw, value),
            Some(Family::Bytes) => Expr::call("encode", [rw.expr(value), Expr::text("hex")]),
            Some(Family::Text) => {
                let bytes = Expr::call("convert_to", [rw.expr(value), Expr::text("UTF8")]);
                Expr::call("encode", [bytes, Expr::text("hex")])
            }
            _ => return None,
        };
        let shown = Expr::call("upper", [digits]);
        // Of NULL it is the empty text there.
        if !self.is_mysql() && rw.scope.nullable(value) {
            return Some(Expr::call("coalesce", [shown, Expr::text("")]));
        }
        Some(shown)
    }

    /// As one of eight bytes, which a negative one shows.
    fn number_digits(self, rw: &mut Rewriter<'_>, value: &Expr) -> Expr {
        Expr::call("to_hex", [cast(rw.expr(value), Type::BIGINT)])
    }

    /// `printf('%08x', n)`.
    fn printed(self, rw: &mut Rewriter<'_>, form: &str, value: &Expr) -> Option<Expr> {
        let width = form.strip_prefix("%0")?.strip_suffix('x')?;
        if width.parse::<u32>().is_err() || !self.is(rw, value, Family::Integer) {
            return None;
        }
        let shown = self.number_digits(rw, value);
        // Longer ones are not cut.
        let length = Expr::call("char_length", [shown.clone()]);
        let length = Expr::call("greatest", [length, digits(width)]);
        Some(Expr::call("lpad", [shown, length, Expr::text("0")]))
    }

    /// Random bytes as digits: up to sixteen.
    fn random_digits(self, rw: &mut Rewriter<'_>, args: &[&Expr]) -> Option<Expr> {
        let [count] = args else {
            return None;
        };
        let count = constant_of(count)?;
        let all = Expr::call("md5", [cast(Expr::call("gen_random_uuid", []), Type::Text)]);
        let random = match count {
            16 => all,
            1..16 => Expr::call("left", [all, digits(&(count * 2).to_string())]),
            _ => return None,
        };
        Some(self.clocked(rw, random))
    }
}

/// The digits of a second that `NOW(3)` asks for.
fn precision(args: &[&Expr]) -> Option<Option<u32>> {
    match args {
        [] => Some(None),
        [Expr::Literal(Literal::Number(digits))] => digits.parse().ok().map(Some),
        _ => None,
    }
}

fn is_empty(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Text(text)) if text.is_empty())
}

fn no_such_function(rw: &mut Rewriter<'_>, call: &Call) -> Expr {
    let message = format!(
        "`{}` as it is called here has no known counterpart on postgres",
        call.name
    );
    let help =
        "write an override, or leave the statement to its own engine: `-- aludel: skip=postgres`";
    rw.refuse(Refusal::new("no-such-function", message).help(help))
}
