//! MySQL's functions of JSON.
//!
//! A document is a column of JSON, what another of these functions gives, or a text: one that is no
//! JSON fails, as it does there. Paths are constants that lead from object to object.

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, Type};
use aludel::translate::infer::Family;
use aludel::translate::rewrite::Rewriter;

use super::super::build::{call, case, eq, not_null, null};
use super::super::json::{self, Place};
use super::super::{Meaning, constant, refuse};

impl Meaning {
    /// A call of a function of JSON; `None` if it is not one.
    pub(super) fn mysql_json_call(
        &self,
        rw: &mut Rewriter<'_>,
        name: &str,
        args: &[&Expr],
    ) -> Option<Expr> {
        Some(match (name, args) {
            ("json_extract", [document, path]) => match self.at(rw, document, path) {
                Some(place) => place.json(),
                None => refuse_path(rw),
            },
            ("json_unquote", [found]) => self.unquoted(rw, found),
            ("json_quote", [text]) => {
                self.texts(rw, [*text]);
                let value = rw.expr(text);
                match json::from_value(value, &Type::Text, rw.scope.nullable(text)) {
                    Some(quoted) => quoted,
                    None => refuse(rw, "json_quote() of a random value"),
                }
            }
            ("json_valid", [text]) => call("json_valid", [rw.expr(text)]),
            ("json_contains_path", [document, Expr::Literal(Literal::Text(_)), path]) => {
                let Some(place) = self.at(rw, document, path) else {
                    return Some(refuse_path(rw));
                };
                let found = not_null(place.kind());
                if rw.scope.nullable(document) {
                    case([(not_null(place.root()), found)], None)
                } else {
                    found
                }
            }
            ("json_remove", [document, paths @ ..]) if !paths.is_empty() => {
                let Some(mut changed) = self.document(rw, document).map(|place| place.json())
                else {
                    return Some(refuse_path(rw));
                };
                for path in paths {
                    let Some((_, place)) = member(&changed, path) else {
                        return Some(refuse_path(rw));
                    };
                    changed = call("json_remove", [changed, Expr::text(place.path())]);
                }
                changed
            }
            ("json_set" | "json_insert" | "json_replace", [document, steps @ ..])
                if !steps.is_empty() && steps.len() % 2 == 0 =>
            {
                self.mysql_changed(rw, name, document, steps)?
            }
            ("json_object", args) if args.len() % 2 == 0 => {
                let mut parts = Vec::with_capacity(args.len());
                for pair in args.chunks(2) {
                    let [Expr::Literal(Literal::Text(key)), value] = pair else {
                        return Some(refuse(rw, "a key of an object that is no constant"));
                    };
                    parts.extend([Expr::text(key.clone()), self.mysql_member(rw, value)]);
                }
                call("json_object", parts)
            }
            ("json_array", args) => {
                let items: Vec<Expr> = args.iter().map(|arg| self.mysql_member(rw, arg)).collect();
                call("json_array", items)
            }
            _ => return None,
        })
    }

    /// `json_set(document, path, value, …)`, one step after the other.
    fn mysql_changed(
        &self,
        rw: &mut Rewriter<'_>,
        function: &str,
        document: &Expr,
        steps: &[&Expr],
    ) -> Option<Expr> {
        let mut changed = self.document(rw, document)?.json();
        for step in steps.chunks(2) {
            let [path, value] = step else {
                return None;
            };
            let Some((parent, place)) = member(&changed, path) else {
                return Some(refuse_path(rw));
            };
            let value = self.mysql_member(rw, value);
            let set = call(function, [changed.clone(), Expr::text(place.path()), value]);
            // SQLite makes the objects on the way, MySQL does not.
            changed = if parent.is_whole() || function == "json_replace" {
                set
            } else {
                let led = eq(parent.kind(), Expr::text("object"));
                case([(led, set)], Some(changed))
            };
        }
        Some(changed)
    }

    /// A value that becomes a part of a document. NULL is a null there.
    fn mysql_member(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match expr {
            Expr::Literal(Literal::Boolean(value)) => {
                return call("json", [Expr::text(value.to_string())]);
            }
            Expr::Literal(Literal::Null | Literal::Text(_)) => return rw.expr(expr),
            _ => {}
        }
        let Some(ty) = rw.scope.ty(expr) else {
            return super::super::unknown_type(rw, expr);
        };
        let value = rw.expr(expr);
        match Family::of(&ty) {
            Family::Integer | Family::Text | Family::Enum => value,
            Family::Json => json::argument(value, Some(&ty)).unwrap_or_else(null),
            _ => refuse(
                rw,
                &format!("a value of the type {} in json", constant::name_of(&ty)),
            ),
        }
    }

    /// A whole document.
    fn document(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Place> {
        if let Some((document, path)) = extracted(expr) {
            return self.at(rw, document, path);
        }
        if let Expr::Literal(Literal::Text(text)) = expr {
            return json::check(text)
                .ok()
                .map(|()| Place::unchecked(Expr::text(text.clone())));
        }
        let ty = rw.scope.ty(expr)?;
        let value = self.keeping(true, || rw.expr(expr));
        match Family::of(&ty) {
            Family::Json => Some(Place::whole(value)),
            Family::Text => Some(Place::unchecked(value)),
            _ => None,
        }
        .filter(Place::is_stable)
    }

    /// A place in a document.
    fn at(&self, rw: &mut Rewriter<'_>, document: &Expr, path: &Expr) -> Option<Place> {
        let document = self.document(rw, document)?;
        let mut keys = keys(path)?.into_iter();
        keys.try_fold(document, |place, key| place.member(&key))
    }

    /// `JSON_UNQUOTE(JSON_EXTRACT(document, path))`, `document ->> path`: a string as it is, all
    /// else as its JSON, null too.
    fn unquoted(&self, rw: &mut Rewriter<'_>, found: &Expr) -> Expr {
        let Some((document, path)) = extracted(found) else {
            return refuse(rw, "json_unquote() but of what json_extract() finds");
        };
        match self.at(rw, document, path) {
            Some(place) => {
                if self.keeps_text() {
                    rw.omit(super::super::convert::jsonb_text());
                }
                place.unquoted(self.keeps_text())
            }
            None => refuse_path(rw),
        }
    }

    /// `document -> path`, `document ->> path`.
    pub(in super::super) fn mysql_path(
        &self,
        rw: &mut Rewriter<'_>,
        whole: &Expr,
        op: BinaryOp,
    ) -> Option<Expr> {
        match op {
            BinaryOp::JsonGet => Some(match extracted(whole) {
                Some((document, path)) => match self.at(rw, document, path) {
                    Some(place) => place.json(),
                    None => refuse_path(rw),
                },
                None => refuse_path(rw),
            }),
            BinaryOp::JsonGetText => Some(self.unquoted(rw, &untexted(whole))),
            _ => None,
        }
    }

    /// `JSON_TYPE(x) = 'OBJECT'`. Numbers have several names there.
    pub(in super::super) fn mysql_kind(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Option<Expr> {
        let (Expr::Call(called), BinaryOp::Eq | BinaryOp::NotEq) = (left, op) else {
            return None;
        };
        let (CallArg::Expr(document), Expr::Literal(Literal::Text(name))) =
            (called.args.first()?, right)
        else {
            return None;
        };
        if called.name.name != "json_type" || called.args.len() != 1 {
            return None;
        }
        let name = match name.as_str() {
            "OBJECT" => "object",
            "ARRAY" => "array",
            "STRING" => "string",
            "BOOLEAN" => "boolean",
            "NULL" => "null",
            _ => return Some(refuse(rw, "this kind of a json value")),
        };
        Some(match self.document(rw, document) {
            Some(place) => json::has_type(&place, name, op == BinaryOp::NotEq)?,
            None => refuse_path(rw),
        })
    }
}

/// Whether an expression is a text that was taken out of a document, whose collation tells letters
/// apart by their case.
pub(super) fn is_text_of_json(expr: &Expr) -> bool {
    match expr {
        Expr::Binary { op, .. } => *op == BinaryOp::JsonGetText,
        Expr::Call(call) => call.name.name == "json_unquote",
        _ => false,
    }
}

/// The document and the path of `JSON_EXTRACT(document, path)`, `document -> path`.
fn extracted(expr: &Expr) -> Option<(&Expr, &Expr)> {
    match expr {
        Expr::Call(call) if call.name.name == "json_extract" => match call.args.as_slice() {
            [CallArg::Expr(document), CallArg::Expr(path)] => Some((document, path)),
            _ => None,
        },
        Expr::Binary {
            left,
            op: BinaryOp::JsonGet,
            right,
        } => Some((left, right)),
        _ => None,
    }
}

/// `document -> path` of `document ->> path`.
fn untexted(expr: &Expr) -> Expr {
    match expr {
        Expr::Binary { left, right, .. } => {
            Expr::binary((**left).clone(), BinaryOp::JsonGet, (**right).clone())
        }
        other => other.clone(),
    }
}

/// A member of an object in a document, and that object.
fn member(document: &Expr, path: &Expr) -> Option<(Place, Place)> {
    let keys = keys(path)?;
    let (last, parents) = keys.split_last()?;
    let whole = Place::whole(document.clone());
    let mut parents = parents.iter();
    let parent = parents.try_fold(whole, |place, key| place.member(key))?;
    let member = parent.clone().member(last)?;
    Some((parent, member))
}

/// The keys of a path of MySQL's, `$.a."b c"`. Places in arrays take what is no array for one, and
/// `*` finds several: they have no form.
fn keys(path: &Expr) -> Option<Vec<String>> {
    let Expr::Literal(Literal::Text(path)) = path else {
        return None;
    };
    let mut rest = path.trim().strip_prefix('$')?;
    let mut keys = Vec::new();
    while !rest.is_empty() {
        rest = rest.strip_prefix('.')?;
        let (key, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let end = quoted.find('"')?;
                (&quoted[..end], &quoted[end + 1..])
            }
            None => rest.split_at(rest.find('.').unwrap_or(rest.len())),
        };
        let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        if key.is_empty() || (!rest.starts_with('"') && !key.chars().all(plain)) {
            return None;
        }
        keys.push(key.to_owned());
        rest = after;
    }
    Some(keys)
}

fn refuse_path(rw: &mut Rewriter<'_>) -> Expr {
    if rw.has_refused() {
        return null();
    }
    refuse(
        rw,
        "a path into json that does not lead from object to object",
    )
}
