//! Functions on texts and bytes.

use aludel::schema::{Expr, Literal, Part, TrimSide, Type};
use aludel::translate::constant;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::overlaid;
use aludel::translate::rewrite::Rewriter;

use super::Meaning;
use super::compare::pattern_here;
use crate::target::build;

impl Meaning<'_> {
    /// A function on texts or bytes; `None` if it is not one.
    pub(super) fn text_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
    ) -> Option<Expr> {
        if self.is_of_citext(rw, name, args) {
            let what = format!("`{name}` of `citext`, which ignores case,");
            return Some(self.refuse(rw, "no-form", what));
        }
        Some(match (name, args) {
            ("lower" | "upper" | "reverse", [text]) => build::call(name, [self.text(rw, text)]),
            ("md5", [text]) => self.md5(rw, text)?,
            ("sha256", [bytes]) => self.sha2(rw, bytes, 256),
            ("sha512", [bytes]) => self.sha2(rw, bytes, 512),
            ("digest", [data, Expr::Literal(Literal::Text(kind))]) => match kind.as_str() {
                "sha256" => self.sha2(rw, data, 256),
                "sha512" => self.sha2(rw, data, 512),
                "md5" | "sha1" if self.facts.old_hashes => {
                    let digits = build::call(kind, [rw.expr(data)]);
                    build::call("unhex", [digits])
                }
                _ => return None,
            },
            ("length", [value]) if self.is_bytes(rw, value) => {
                build::call("length", [rw.expr(value)])
            }
            ("length" | "char_length" | "character_length", [text]) => {
                build::call("char_length", [self.text(rw, text)])
            }
            ("octet_length", [value]) if self.is_bytes(rw, value) => {
                build::call("length", [rw.expr(value)])
            }
            ("octet_length", [text]) => build::call("length", [self.shown(rw, text)]),
            ("replace", [text, from, to]) => {
                let nullable = rw.scope.nullable(to);
                let args = [self.text(rw, text), self.text(rw, from), self.text(rw, to)];
                let some = build::is_null(args[2].clone(), true);
                let replaced = build::call("replace", args);
                // MariaDB does not look at what it does not put in.
                if nullable {
                    build::case([(some, replaced)], None)
                } else {
                    replaced
                }
            }
            ("repeat", [text, count]) => {
                build::call("repeat", [self.text(rw, text), rw.expr(count)])
            }
            ("left" | "right", [text, count]) if whole(count) => {
                build::call(name, [self.text(rw, text), rw.expr(count)])
            }
            ("lpad" | "rpad", [text, count]) if whole(count) => {
                let args = [self.text(rw, text), rw.expr(count), Expr::text(" ")];
                build::call(name, args)
            }
            ("lpad" | "rpad", [text, count, fill]) if whole(count) => {
                let args = [self.text(rw, text), rw.expr(count), self.text(rw, fill)];
                build::call(name, args)
            }
            ("ltrim", [text]) => self.trim(rw, text, TrimSide::Leading, None),
            ("rtrim", [text]) => self.trim(rw, text, TrimSide::Trailing, None),
            ("btrim" | "trim", [text]) => self.trim(rw, text, TrimSide::Both, None),
            ("ltrim", [text, what]) => self.trim(rw, text, TrimSide::Leading, Some(what)),
            ("rtrim", [text, what]) => self.trim(rw, text, TrimSide::Trailing, Some(what)),
            ("btrim", [text, what]) => self.trim(rw, text, TrimSide::Both, Some(what)),
            ("substr" | "substring", [text, start]) => self.substring(rw, text, Some(start), None),
            ("substr" | "substring", [text, start, length]) => {
                self.substring(rw, text, Some(start), Some(length))
            }
            ("overlay", [text, ..])
                if !self.is_bytes(rw, text)
                    && let Some(parts) = overlaid(args) =>
            {
                rw.expr(&parts)
            }
            ("strpos", [text, part]) => {
                let (text, part) = (self.text(rw, text), self.text(rw, part));
                build::call("locate", [part, text])
            }
            ("starts_with", [text, start]) => {
                let (text, start) = (self.text(rw, text), self.text(rw, start));
                let length = build::call("char_length", [start.clone()]);
                let begin = build::call("left", [text, length]);
                build::equal(build::collate(begin, self.facts.exact), start)
            }
            ("split_part", [text, at, place]) => self.split_part(rw, text, at, place),
            ("concat", args) => {
                let parts: Vec<Expr> = args.iter().map(|arg| self.text_or_empty(rw, arg)).collect();
                build::call("concat", parts)
            }
            ("concat_ws", args) if args.len() > 1 => {
                let parts: Vec<Expr> = args.iter().map(|arg| self.shown(rw, arg)).collect();
                build::call("concat_ws", parts)
            }
            ("to_hex", [value]) => {
                let narrow = rw
                    .scope
                    .ty(value)
                    .is_some_and(|ty| ty.is_integer() && ty != Type::BIGINT);
                let mut number = rw.expr(value);
                if narrow {
                    // A negative one has the digits of its own width.
                    let mask = build::number(i64::from(u32::MAX));
                    number = Expr::binary(number, aludel::schema::BinaryOp::BitAnd, mask);
                }
                build::call("lower", [build::call("hex", [number])])
            }
            ("encode", [bytes, Expr::Literal(Literal::Text(form))]) => {
                let bytes = rw.expr(bytes);
                match form.to_lowercase().as_str() {
                    "hex" => build::call("lower", [build::call("hex", [bytes])]),
                    "base64" => base64(bytes),
                    _ => return None,
                }
            }
            ("decode", [text, Expr::Literal(Literal::Text(form))]) => {
                match (form.to_lowercase().as_str(), text) {
                    ("hex", Expr::Literal(Literal::Text(digits))) => match constant::hex(digits) {
                        Some(bytes) => Expr::Literal(Literal::Bytes(bytes)),
                        None => self.refuse(rw, "constant", format!("the bytes '{digits}'")),
                    },
                    ("hex", text) => build::call("unhex", [self.text(rw, text)]),
                    ("base64", text) => build::call("from_base64", [self.text(rw, text)]),
                    _ => return None,
                }
            }
            ("convert_to", [text, Expr::Literal(Literal::Text(set))]) if is_utf8(set) => {
                build::cast(self.text(rw, text), Type::Varbinary(None))
            }
            ("regexp_replace", [text, pattern, with, flags]) => {
                self.regexp_replace(rw, text, pattern, with, flags)?
            }
            _ => return None,
        })
    }

    /// Whether it is a function that citext has one of its own of, which looks for a text in it
    /// whatever its case, and for one that has letters.
    fn is_of_citext(&self, rw: &Rewriter<'_>, name: &str, args: &[&Expr]) -> bool {
        let texts = match (name, args) {
            ("replace" | "translate", [_, _, _]) | ("strpos", [_, _]) => args,
            ("split_part", [_, _, _]) => &args[..2],
            _ => return false,
        };
        let citext = |expr: &&Expr| rw.scope.ty(expr) == Some(Type::Citext);
        let mut all = texts.iter();
        let own =
            texts.iter().any(citext) && all.all(|expr| citext(expr) || is_text_constant(expr));
        // That of its own gives NULL where there is no such part.
        let may_be_missing = name == "split_part"
            && !matches!(args[2], Expr::Literal(Literal::Number(place)) if place == "1");
        let has_letters = |expr: &Expr| match expr {
            Expr::Literal(Literal::Text(text)) => text.chars().any(char::is_alphabetic),
            _ => true,
        };
        own && (may_be_missing || texts.get(1).is_none_or(|sought| has_letters(sought)))
    }

    fn is_bytes(&self, rw: &Rewriter<'_>, expr: &Expr) -> bool {
        rw.scope
            .ty(expr)
            .is_some_and(|ty| Family::of(&ty) == Family::Bytes)
    }

    fn md5(&self, rw: &mut Rewriter<'_>, text: &Expr) -> Option<Expr> {
        // Of a number drawn at random, any digits are as good as others.
        if self.facts.random_bytes && is_random(text) {
            let bytes = build::call("random_bytes", [build::number(16)]);
            return Some(build::call("lower", [build::call("hex", [bytes])]));
        }
        let bytes = self.is_bytes(rw, text);
        let value = if bytes {
            rw.expr(text)
        } else {
            self.text(rw, text)
        };
        self.facts.old_hashes.then(|| build::call("md5", [value]))
    }

    fn sha2(&self, rw: &mut Rewriter<'_>, data: &Expr, bits: i64) -> Expr {
        let digits = build::call("sha2", [rw.expr(data), build::number(bits)]);
        build::call("unhex", [digits])
    }

    /// A text, or an empty one for NULL.
    fn text_or_empty(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        let nullable = rw.scope.nullable(expr);
        let text = self.shown(rw, expr);
        if nullable {
            build::call("coalesce", [text, Expr::text("")])
        } else {
            text
        }
    }

    pub(super) fn substring(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        start: Option<&Expr>,
        length: Option<&Expr>,
    ) -> Expr {
        // From a place before the first, PostgreSQL counts places that are not there; this server
        // counts from the end.
        let one = build::number(1);
        let from_within = start.is_none_or(|start| at_least(start, 1))
            && length.is_none_or(|length| {
                whole(length) || rw.scope.ty(length).is_some_and(|ty| ty.is_integer())
            });
        if !from_within {
            return self.refuse(
                rw,
                "substring",
                "a part of a text from a place that is not a constant of at least 1",
            );
        }
        let text = if self.is_bytes(rw, expr) {
            rw.expr(expr)
        } else {
            self.text(rw, expr)
        };
        let start = start.map_or(one, |start| rw.expr(start));
        let mut args = vec![text, start];
        args.extend(length.map(|length| rw.expr(length)));
        build::call("substring", args)
    }

    pub(super) fn trim(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        side: TrimSide,
        what: Option<&Expr>,
    ) -> Expr {
        let what = match what {
            None => None,
            // PostgreSQL trims any of the characters, this server the text.
            Some(Expr::Literal(Literal::Text(text))) if text.chars().count() == 1 => {
                Some(Box::new(Expr::text(text.clone())))
            }
            Some(what) => {
                let chars = match what {
                    Expr::Cast { expr, .. } => expr,
                    other => other,
                };
                return match chars {
                    Expr::Literal(Literal::Text(chars)) => self.trim_any(rw, expr, side, chars),
                    _ => self.refuse(rw, "trim", "trimming any of several characters"),
                };
            }
        };
        let expr = Box::new(self.text(rw, expr));
        match (side, &what) {
            (TrimSide::Leading, None) => build::call("ltrim", [*expr]),
            (TrimSide::Trailing, None) => build::call("rtrim", [*expr]),
            _ => Expr::Trim { expr, side, what },
        }
    }

    /// Any of several characters, or none of none, off an end.
    fn trim_any(&self, rw: &mut Rewriter<'_>, expr: &Expr, side: TrimSide, chars: &str) -> Expr {
        let text = self.text(rw, expr);
        if chars.is_empty() {
            return text;
        }
        let codes = chars.chars().map(|c| format!("\\x{{{:x}}}", u32::from(c)));
        let class = format!("[{}]", codes.collect::<String>());
        let pattern = match side {
            TrimSide::Leading => format!("^{class}+"),
            TrimSide::Trailing => format!("{class}+\\z"),
            TrimSide::Both => format!("^{class}+|{class}+\\z"),
        };
        let text = build::collate(text, self.facts.exact);
        build::call(
            "regexp_replace",
            [text, Expr::text(pattern), Expr::text("")],
        )
    }

    fn split_part(&self, rw: &mut Rewriter<'_>, text: &Expr, at: &Expr, place: &Expr) -> Expr {
        let (Expr::Literal(Literal::Text(delimiter)), Expr::Literal(Literal::Number(place))) =
            (at, place)
        else {
            return self.refuse(rw, "split-part", "`split_part` but with constants");
        };
        let place = place.parse::<i64>().unwrap_or(0);
        if delimiter.is_empty() || place < 1 {
            return self.refuse(rw, "split-part", "this `split_part`");
        }
        let text = self.text(rw, text);
        let until = |count: i64| {
            let args = [
                text.clone(),
                Expr::text(delimiter.clone()),
                build::number(count),
            ];
            build::call("substring_index", args)
        };
        if place == 1 {
            return until(1);
        }
        // There is such a part only if there are as many delimiters before it.
        let last = [
            until(place),
            Expr::text(delimiter.clone()),
            build::number(-1),
        ];
        let part = build::call("substring_index", last);
        let missing = build::equal(until(place - 1), text.clone());
        build::case([(missing, Expr::text(""))], Some(part))
    }

    fn regexp_replace(
        &self,
        rw: &mut Rewriter<'_>,
        text: &Expr,
        pattern: &Expr,
        with: &Expr,
        flags: &Expr,
    ) -> Option<Expr> {
        let constant = |expr: &Expr| match expr {
            Expr::Literal(Literal::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let (pattern, with, flags) = (constant(pattern)?, constant(with)?, constant(flags)?);
        let any_case = match flags.as_str() {
            "g" => false,
            "gi" | "ig" => true,
            // Without `g` it replaces the first alone, which MariaDB has no form for.
            _ => return None,
        };
        let any_case = any_case || rw.scope.ty(text) == Some(Type::Citext);
        let pattern = pattern_here(&pattern, any_case, self.facts)
            .filter(|pattern| pattern.unsure.is_none() && !with.contains(['\\', '$', '&']));
        let Some(pattern) = pattern else {
            return Some(self.refuse(rw, "regex", "this regular expression"));
        };
        let text = self.text(rw, text);
        Some(build::call(
            "regexp_replace",
            [text, Expr::text(pattern.text), Expr::text(with)],
        ))
    }
}

/// base64 with a line's end after every 19 whole groups, PostgreSQL's at the very end too.
fn base64(bytes: Expr) -> Expr {
    use aludel::schema::BinaryOp::{Concat, Gt, Modulo};
    let text = build::call("to_base64", [bytes.clone()]);
    let length = build::call("length", [bytes]);
    let full = build::equal(
        Expr::binary(length.clone(), Modulo, build::number(19 * 3)),
        build::number(0),
    );
    let some = Expr::binary(length, Gt, build::number(0));
    let end = build::call(
        "if",
        [build::and(some, full), Expr::text("\n"), Expr::text("")],
    );
    Expr::binary(text, Concat, end)
}

/// Whether an expression draws a number at random.
fn is_random(expr: &Expr) -> bool {
    let mut random = matches!(expr, Expr::Call(call) if call.name.name == "random");
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            random |= is_random(expr);
        }
    });
    random
}

fn is_utf8(name: &str) -> bool {
    matches!(name.to_lowercase().as_str(), "utf8" | "utf-8")
}

/// Whether an expression is a whole number that is not negative.
fn whole(expr: &Expr) -> bool {
    at_least(expr, 0)
}

fn at_least(expr: &Expr, least: i64) -> bool {
    matches!(expr, Expr::Literal(Literal::Number(digits))
        if digits.parse::<i64>().is_ok_and(|value| value >= least))
}
