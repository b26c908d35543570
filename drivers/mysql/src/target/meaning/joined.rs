//! `||` of two jsonb values: members are put into an object, and arrays are joined.

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, Part, Type};
use aludel::translate::infer::is_text_constant;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use crate::target::build;

impl Meaning<'_> {
    /// Two values joined. What gives an object only while it runs fails beside another.
    pub(super) fn json_joined(&self, rw: &mut Rewriter<'_>, left: &Expr, right: &Expr) -> Expr {
        if is_random(left) || (is_random(right) && !gives_object(right)) {
            return self.refuse(rw, "operator", "`||` on jsonb that is made at random");
        }
        let first = self.joined_value(rw, left);
        if gives_object(right) {
            let set = self.with_members(rw, first.clone(), right);
            if is_joined_object(left) {
                return set;
            }
            let ty = self.kind_of_json(first.clone());
            let other = Expr::binary(ty, BinaryOp::NotEq, Expr::text("OBJECT"));
            return build::case([(other, self.failing(rw, first))], Some(set));
        }
        let second = self.joined_value(rw, right);
        let is = |value: &Expr, kind: &str| {
            build::equal(self.kind_of_json(value.clone()), Expr::text(kind))
        };
        let or = |left: Expr, right: Expr| Expr::binary(left, BinaryOp::Or, right);
        let joins = or(
            or(is(&first, "ARRAY"), is(&second, "ARRAY")),
            build::and(
                build::not(is(&first, "OBJECT")),
                build::not(is(&second, "OBJECT")),
            ),
        );
        let both = build::call("json_merge_preserve", [first.clone(), second]);
        let out = self.failing(rw, first);
        build::case([(joins.clone(), both), (build::not(joins), out)], None)
    }

    /// An object with the members of another one, which is written out.
    fn with_members(&self, rw: &mut Rewriter<'_>, object: Expr, right: &Expr) -> Expr {
        if let Expr::Case {
            operand: None,
            whens,
            otherwise,
        } = right
        {
            let mut chosen = Vec::with_capacity(whens.len());
            for (condition, result) in whens {
                let condition = rw.expr(condition);
                chosen.push((condition, self.with_members(rw, object.clone(), result)));
            }
            let otherwise = otherwise.as_deref();
            let otherwise = otherwise.map(|right| self.with_members(rw, object, right));
            return build::case(chosen, otherwise);
        }
        let members = members(right).unwrap_or_default();
        if members.is_empty() {
            return object;
        }
        let mut args = vec![object];
        for (key, value) in members {
            args.push(Expr::text(super::json::path([key])));
            args.push(match value {
                Member::Json(text) => self.json_constant(rw, &text, &Type::Jsonb),
                Member::Value(value) => self.json_value(rw, value),
            });
        }
        build::call("json_set", args)
    }

    fn joined_value(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        if is_text_constant(expr) {
            self.meet(rw, expr, &Type::Jsonb)
        } else {
            let value = rw.expr(expr);
            self.embedded(value)
        }
    }
}

/// Whether it is an object whose members are written out, whichever branch it takes.
fn gives_object(expr: &Expr) -> bool {
    match expr {
        Expr::Case {
            operand: None,
            whens,
            otherwise: Some(otherwise),
        } => {
            let mut results = whens.iter().map(|(_, result)| result);
            results.all(gives_object) && gives_object(otherwise)
        }
        expr => members(expr).is_some(),
    }
}

/// Whether it is an object, or fails, or is NULL: what an object was put into.
fn is_joined_object(expr: &Expr) -> bool {
    match expr {
        Expr::Binary {
            op: BinaryOp::Concat,
            right,
            ..
        } => gives_object(right),
        _ => false,
    }
}

/// A value of a member.
enum Member<'e> {
    Json(String),
    Value(&'e Expr),
}

/// The members of an object that is written out. Nothing if a number in it could be written
/// otherwise.
fn members(expr: &Expr) -> Option<Vec<(String, Member<'_>)>> {
    match expr {
        Expr::Cast {
            expr,
            ty: Type::Jsonb,
        } => members(expr),
        Expr::Literal(Literal::Text(text)) => {
            let object: serde_json::Map<String, serde_json::Value> =
                serde_json::from_str(text).ok()?;
            let mut all = Vec::with_capacity(object.len());
            for (key, value) in object {
                let text = value.to_string();
                (whole_numbers(&value) && !key.is_empty()).then_some(())?;
                all.push((key, Member::Json(text)));
            }
            Some(all)
        }
        Expr::Call(call)
            if call.name.name == "jsonb_build_object"
                && call.args.len() % 2 == 0
                && !call.args.is_empty() =>
        {
            let mut all = Vec::with_capacity(call.args.len() / 2);
            for pair in call.args.chunks(2) {
                let [
                    CallArg::Expr(Expr::Literal(Literal::Text(key))),
                    CallArg::Expr(value),
                ] = pair
                else {
                    return None;
                };
                (!key.is_empty()).then_some(())?;
                all.push((key.clone(), Member::Value(value)));
            }
            Some(all)
        }
        _ => None,
    }
}

fn whole_numbers(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Number(number) => !number.is_f64(),
        serde_json::Value::Array(items) => items.iter().all(whole_numbers),
        serde_json::Value::Object(members) => members.values().all(whole_numbers),
        _ => true,
    }
}

/// Whether evaluating it twice may give two values.
pub(super) fn is_random(expr: &Expr) -> bool {
    if let Expr::Call(call) = expr
        && matches!(
            call.name.name.as_str(),
            "random" | "gen_random_uuid" | "uuid_generate_v4" | "gen_random_bytes" | "nextval"
        )
    {
        return true;
    }
    let mut found = false;
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => found |= is_random(expr),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => {}
    });
    found
}
