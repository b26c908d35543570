//! Function calls.

use aludel::schema::{BinaryOp, Call, Expr, Literal, Type, sequence_of};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{DOCUMENT_CLEAR, DOCUMENTS_EQUAL, Omission};

use super::Meaning;
use super::compare::is_by_bytes;
use crate::target::types::words;
use crate::target::{build, other};

impl Meaning<'_> {
    pub(super) fn call(
        &self,
        rw: &mut Rewriter<'_>,
        whole: &Expr,
        call: &Call,
        rounded: bool,
    ) -> Expr {
        let built_in = call
            .name
            .schema
            .as_deref()
            .is_none_or(|schema| schema == "pg_catalog");
        if let Some(sequence) = sequence_of(whole) {
            let authored = rw.scope.schema();
            let held = self
                .held
                .and_then(|held| other::held(&sequence, authored, held));
            return match held {
                Some(held) => build::call("nextval", [Expr::column(held.name.name.clone())]),
                None => self.refuse(rw, "sequence", "a number drawn from a sequence"),
            };
        }
        if built_in {
            if let Some(aggregate) = self.aggregate(rw, call, rounded) {
                return aggregate;
            }
            let plain = call.over.is_none()
                && call.filter.is_none()
                && !call.distinct
                && call.order_by.is_empty();
            if let Some(args) = call.plain_args().filter(|_| plain) {
                let name = call.name.name.as_str();
                let found = self
                    .choice(rw, whole, name, &args, rounded)
                    .or_else(|| Self::of_range(rw, name, &args))
                    .or_else(|| self.number_call(rw, name, &args, rounded))
                    .or_else(|| self.text_call(rw, name, &args))
                    .or_else(|| self.time_call(rw, name, &args))
                    .or_else(|| self.json_call(rw, name, &args))
                    .or_else(|| self.other_call(rw, name, &args));
                if let Some(found) = found {
                    return found;
                }
            }
        }
        self.refuse(
            rw,
            "no-such-function",
            format!("the function `{}`", call.name),
        )
    }

    /// Functions that choose among their arguments.
    fn choice(
        &self,
        rw: &mut Rewriter<'_>,
        whole: &Expr,
        name: &str,
        args: &[&Expr],
        rounded: bool,
    ) -> Option<Expr> {
        if !matches!(name, "coalesce" | "nullif" | "greatest" | "least") || args.is_empty() {
            return None;
        }
        let ty = rw.scope.ty(whole).unwrap_or(Type::Text);
        let nullable = args.iter().filter(|arg| rw.scope.nullable(arg)).count();
        let meet = |rw: &mut Rewriter<'_>, arg: &Expr| {
            if rounded {
                self.rounded(|| self.meet(rw, arg, &ty))
            } else {
                self.meet(rw, arg, &ty)
            }
        };
        Some(match name {
            "coalesce" => {
                let args: Vec<Expr> = args.iter().map(|arg| meet(rw, arg)).collect();
                build::call("coalesce", args)
            }
            "nullif" => {
                let [value, other] = args else {
                    return None;
                };
                self.nullif(rw, value, other)
            }
            _ => {
                let unordered = matches!(ty, Type::Inet | Type::Cidr)
                    || Family::of(&ty) == Family::Enum
                    || Family::is_of_many_texts(&ty);
                if unordered {
                    return None;
                }
                if Family::of(&ty) == Family::Text && !args.iter().any(|arg| is_by_bytes(arg)) {
                    return Some(self.refuse_text_order(rw));
                }
                let values: Vec<Expr> = args.iter().map(|arg| meet(rw, arg)).collect();
                match values.as_slice() {
                    _ if nullable == 0 => build::call(name, values),
                    // NULL is passed over, unless all are.
                    [a, b] => {
                        let either =
                            |a: &Expr, b: &Expr| build::call("coalesce", [a.clone(), b.clone()]);
                        build::call(name, [either(a, b), either(b, a)])
                    }
                    _ => self.refuse(
                        rw,
                        "no-form",
                        format!("`{name}` of three values that may be NULL"),
                    ),
                }
            }
        })
    }

    fn number_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
        rounded: bool,
    ) -> Option<Expr> {
        let family = |rw: &Rewriter<'_>, expr: &Expr| {
            let ty = rw.scope.ty(expr)?;
            let family = Family::of(&ty);
            family.is_number().then_some(family)
        };
        let first = args.first().and_then(|arg| family(rw, arg));
        let within = |rw: &mut Rewriter<'_>, arg: &Expr| {
            if rounded {
                self.rounded(|| rw.expr(arg))
            } else {
                rw.expr(arg)
            }
        };
        Some(match (name, args) {
            ("abs" | "sign", [value]) if first.is_some() => {
                let value = within(rw, value);
                build::call(name, [value])
            }
            ("ceil" | "ceiling" | "floor", [value]) if first.is_some() => {
                let name = if name == "floor" { "floor" } else { "ceiling" };
                let value = within(rw, value);
                build::call(name, [value])
            }
            // Half away from zero; of a floating point number, to even.
            ("round", [value]) if first.is_some() => {
                let value = self.rounded(|| rw.expr(value));
                build::call("round", [value])
            }
            ("round", [value, Expr::Literal(Literal::Number(digits))])
                if first == Some(Family::Numeric)
                    && digits.parse::<u8>().is_ok_and(|d| d <= 12) =>
            {
                let value = self.rounded(|| rw.expr(value));
                build::call("round", [value, build::digits(digits.clone())])
            }
            ("trunc", [value]) if first.is_some() => {
                build::call("truncate", [rw.expr(value), build::number(0)])
            }
            ("trunc", [value, digits]) if first == Some(Family::Numeric) => {
                build::call("truncate", [rw.expr(value), rw.expr(digits)])
            }
            ("mod", [value, by]) if first.is_some() => {
                let (value, by) = self.pair(rw, value, by, "`mod`");
                Expr::binary(value, BinaryOp::Modulo, by)
            }
            ("div", [value, by]) if first.is_some() => {
                let (value, by) = self.pair(rw, value, by, "`div`");
                Expr::binary(value, BinaryOp::IntDivide, by)
            }
            ("power" | "pow", [value, by])
                if matches!(first, Some(Family::Integer | Family::Float))
                    || (rounded && first.is_some()) =>
            {
                build::call("pow", [rw.expr(value), rw.expr(by)])
            }
            ("sqrt" | "exp" | "ln", [value])
                if matches!(first, Some(Family::Integer | Family::Float))
                    || (rounded && first.is_some()) =>
            {
                build::call(name, [rw.expr(value)])
            }
            ("log", [value])
                if matches!(first, Some(Family::Integer | Family::Float))
                    || (rounded && first.is_some()) =>
            {
                build::call("log10", [rw.expr(value)])
            }
            // An exact number there, a floating point number here.
            ("log", [base, value]) if rounded && first.is_some() => {
                build::call("log", [rw.expr(base), rw.expr(value)])
            }
            ("random", []) => build::call("rand", []),
            ("pi", []) => build::call("pi", []),
            _ => return None,
        })
    }

    fn other_call(&self, rw: &mut Rewriter<'_>, name: &str, args: &[&Expr]) -> Option<Expr> {
        Some(match (name, args) {
            ("gen_random_uuid" | "uuid_generate_v4", []) => self.random_uuid(rw),
            ("uuid_nil", []) => Expr::text("00000000-0000-0000-0000-000000000000"),
            ("uuid_generate_v1" | "uuid_generate_v1mc", []) => build::call("uuid", []),
            // It takes a text of C's kind, which only such functions do.
            ("uuid_in", [Expr::Cast { expr, ty }]) if words(ty) == "`cstring`" => {
                self.explicit_cast(rw, expr, &Type::Uuid)
            }
            ("gen_random_bytes", [count]) if self.facts.random_bytes => {
                build::call("random_bytes", [rw.expr(count)])
            }
            ("num_nonnulls" | "num_nulls", args) if !args.is_empty() => {
                let negated = name == "num_nonnulls";
                let tests = args.iter().map(|arg| build::is_null(rw.expr(arg), negated));
                let sum = tests.reduce(|sum, test| Expr::binary(sum, BinaryOp::Plus, test))?;
                // A test alone is a boolean.
                Expr::binary(sum, BinaryOp::Plus, build::number(0))
            }
            (DOCUMENTS_EQUAL, [left, right]) => {
                if !self.facts.json && rw.scope.ty(left) == Some(Type::Jsonb) {
                    // It compares keys and texts as they are written.
                    return Some(self.refuse(rw, "key-type", "a key over documents"));
                }
                rw.expr(&Expr::binary(
                    (*left).clone(),
                    BinaryOp::Eq,
                    (*right).clone(),
                ))
            }
            (DOCUMENT_CLEAR, [_]) if self.facts.json => build::boolean(true),
            (DOCUMENT_CLEAR, [document]) => {
                let document = rw.expr(document);
                let has = |escape: &str| {
                    let at = build::call("instr", [document.clone(), Expr::text(escape)]);
                    Expr::binary(at, BinaryOp::Gt, build::number(0))
                };
                build::not(Expr::binary(has("\\u"), BinaryOp::Or, has("\\/")))
            }
            ("date", [value]) => self.explicit_cast(rw, value, &Type::Date),
            ("current_database" | "current_catalog", []) => build::call("database", []),
            _ => return None,
        })
    }

    /// A uuid of random digits, version 4. (`UUID()` is made of the clock and the machine.)
    fn random_uuid(&self, rw: &mut Rewriter<'_>) -> Expr {
        if !self.facts.random_bytes {
            let message = "that a uuid is random: MariaDB makes it of the clock and the machine before 10.10, so that it can be guessed";
            rw.omit(Omission::new("uuid-by-clock", message));
            return build::call("uuid", []);
        }
        let digits =
            |bytes: i64| build::call("hex", [build::call("random_bytes", [build::number(bytes)])]);
        let last_three = || build::call("right", [digits(2), build::number(3)]);
        let variant = {
            let bits = build::call("ascii", [build::call("random_bytes", [build::number(1)])]);
            let place = Expr::binary(bits, BinaryOp::Modulo, build::number(4));
            let place = Expr::binary(build::number(1), BinaryOp::Plus, place);
            let args = [
                place,
                Expr::text("8"),
                Expr::text("9"),
                Expr::text("a"),
                Expr::text("b"),
            ];
            build::call("elt", args)
        };
        let groups = [
            Expr::text("-"),
            digits(4),
            digits(2),
            Expr::binary(Expr::text("4"), BinaryOp::Concat, last_three()),
            Expr::binary(variant, BinaryOp::Concat, last_three()),
            digits(6),
        ];
        build::call("lower", [build::call("concat_ws", groups)])
    }
}
