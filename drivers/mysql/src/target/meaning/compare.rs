//! Comparisons.

use aludel::schema::{BinaryOp, CallArg, Expr, Literal, Part, Quantifier, Query, Type};
use aludel::translate::constant::{self, Item};
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;
use aludel::translate::{Refusal, ahead};

use super::Meaning;
use super::casts::is_text;
use crate::target::build;
use crate::target::facts::Facts;
use crate::target::types::words;

impl Meaning<'_> {
    /// Two operands that meet in one type: a text constant takes the other's.
    pub(super) fn pair(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        what: &str,
    ) -> (Expr, Expr) {
        if let (Expr::Row(left), Expr::Row(right)) = (left, right)
            && left.len() == right.len()
        {
            let pairs = left.iter().zip(right);
            let (left, right) = pairs.map(|(l, r)| self.pair(rw, l, r, what)).unzip();
            return (Expr::Row(left), Expr::Row(right));
        }
        let Some(ty) = rw.scope.compared(left, right) else {
            return (self.refuse_unknown(rw, what), build::null());
        };
        // Equal ones may be written in several ways.
        if ty.is_kept_as_text() {
            let what = format!("{what} of values of type {}", words(&ty));
            return (self.refuse(rw, "comparison", what), build::null());
        }
        // Values of two types that are held alike are compared as they are.
        let (mut l, mut r) = (self.meet(rw, left, &ty), self.meet(rw, right, &ty));
        if is_text(&ty) {
            let padded = |expr: &Expr| matches!(rw.scope.ty(expr), Some(Type::Char(_)));
            if padded(left) && is_text_constant(right) {
                r = without_blanks(r);
            } else if is_text_constant(left) && padded(right) {
                l = without_blanks(l);
            }
            // A `varchar` meets a `char(n)` without its blanks, a `text` with them.
            let varied = |expr: &Expr| {
                !is_text_constant(expr) && matches!(rw.scope.ty(expr), Some(Type::Varchar(_)))
            };
            if padded(left) && varied(right) {
                r = build::call("rtrim", [r]);
            } else if varied(left) && padded(right) {
                l = build::call("rtrim", [l]);
            }
            if ty == Type::Citext {
                if !names_column(left) && !names_column(right) {
                    l = self.any_case(rw, l);
                }
            } else if is_citext(rw, left) || is_citext(rw, right) {
                // With a text it meets as a text, whose case counts.
                if is_citext(rw, left) {
                    l = self.exactly(l);
                }
                if is_citext(rw, right) {
                    r = self.exactly(r);
                }
            } else if !names_column(left) && !names_column(right) {
                l = build::collate(l, self.facts.exact);
            }
        }
        (l, r)
    }

    pub(super) fn comparison(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        if let (Expr::Subquery(_), _) | (_, Expr::Subquery(_)) = (left, right)
            && rw.scope.compared(left, right).is_none()
        {
            return self.refuse_unknown(rw, "a comparison with a subquery");
        }
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::NotEq);
        if equality && let Some((kind, name)) = self.kind_of(rw, left, right) {
            return Expr::binary(kind, op, name);
        }
        match rw.scope.compared(left, right) {
            Some(ty) if matches!(Family::of(&ty), Family::Json | Family::Array) => {
                if !equality {
                    return self.refuse(rw, "comparison", "an order of JSON values or arrays");
                }
                let (left, right) = self.pair(rw, left, right, "a comparison");
                if self.facts.json {
                    return Expr::binary(left, op, right);
                }
                return build::negated(documents_equal(left, right), op == BinaryOp::NotEq);
            }
            // They compare as texts here.
            Some(ty) if !equality && Family::of(&ty) == Family::Enum => {
                if let Some((left, right)) = self.places(rw, &ty, [left, right]) {
                    return Expr::binary(left, op, right);
                }
                return self.refuse(rw, "comparison", "the order of an enum's members");
            }
            // Equal ones may be written in two ways.
            Some(ty) if Family::of(&ty) == Family::Interval => {
                return self.refuse(rw, "interval", "an interval as a value");
            }
            Some(ty) if !equality && matches!(ty, Type::Inet | Type::Cidr) => {
                return self.refuse(rw, "comparison", "the order of addresses");
            }
            _ => {}
        }
        if !equality && self.is_text_order(rw, left, right) {
            return self.refuse_text_order(rw);
        }
        if self.ignores_case(rw, left, right) {
            return self.refuse(
                rw,
                "comparison",
                "a comparison of `citext` with a value that is made",
            );
        }
        let (left, right) = self.pair(rw, left, right, "a comparison");
        Expr::binary(left, op, right)
    }

    /// `left IS DISTINCT FROM right`.
    pub(super) fn distinct(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        negated: bool,
    ) -> Expr {
        let documents = rw
            .scope
            .compared(left, right)
            .is_some_and(|ty| matches!(Family::of(&ty), Family::Json | Family::Array));
        let (left, right) = self.pair(rw, left, right, "IS DISTINCT FROM");
        if documents && !self.facts.json {
            // It knows of no NULL: then both have to be.
            let nothing = [&left, &right].map(|side| build::is_null(side.clone(), false));
            let [one, other] = nothing;
            let both = build::and(one, other);
            let same = build::call("coalesce", [documents_equal(left, right), both]);
            return build::negated(same, !negated);
        }
        Expr::IsDistinct {
            left: Box::new(left),
            right: Box::new(right),
            negated,
        }
    }

    /// `nullif(value, other)`.
    pub(super) fn nullif(&self, rw: &mut Rewriter<'_>, value: &Expr, other: &Expr) -> Expr {
        let documents = rw
            .scope
            .compared(value, other)
            .is_some_and(|ty| matches!(Family::of(&ty), Family::Json | Family::Array));
        let (value, other) = self.pair(rw, value, other, "NULLIF");
        if documents && !self.facts.json {
            let equal = documents_equal(value.clone(), other);
            return build::case([(equal, build::null())], Some(value));
        }
        if matches!(value, Expr::Literal(Literal::Text(_))) {
            // NULLIF lends a constant the collation of what it is compared with, which is another than that
            // of the next constant.
            let equal = Expr::binary(value.clone(), BinaryOp::Eq, other);
            return build::case([(equal, build::null())], Some(value));
        }
        build::call("nullif", [value, other])
    }

    /// Whether an order of texts is that of a language, which is not known here.
    fn is_text_order(&self, rw: &Rewriter<'_>, left: &Expr, right: &Expr) -> bool {
        let text = rw
            .scope
            .compared(left, right)
            .is_some_and(|ty| is_text(&ty));
        text && !is_by_bytes(left) && !is_by_bytes(right)
    }

    pub(super) fn refuse_text_order(&self, rw: &mut Rewriter<'_>) -> Expr {
        let message = format!(
            "an order of texts: PostgreSQL's is that of its database's language, {}'s that of characters' numbers",
            self.facts.name
        );
        let help = "write COLLATE \"C\" where that order is meant";
        rw.refuse(Refusal::new("text-order", message).help(help))
    }

    /// Whether two texts whose case does not count meet of which one is neither a column, a constant nor
    /// a cast: the collation of a made text would win.
    fn ignores_case(&self, rw: &Rewriter<'_>, left: &Expr, right: &Expr) -> bool {
        let plain = |expr: &Expr| match expr {
            Expr::Literal(_) | Expr::Column { .. } => true,
            Expr::Cast { ty, .. } => *ty == Type::Citext,
            _ => false,
        };
        rw.scope.compared(left, right) == Some(Type::Citext) && !(plain(left) && plain(right))
    }

    pub(super) fn between(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        low: &Expr,
        high: &Expr,
        negated: bool,
    ) -> Expr {
        let above = self.comparison(rw, expr, BinaryOp::GtEq, low);
        let below = self.comparison(rw, expr, BinaryOp::LtEq, high);
        match (above, below) {
            (
                Expr::Binary {
                    left, right: low, ..
                },
                Expr::Binary { right: high, .. },
            ) => Expr::Between {
                expr: left,
                low,
                high,
                negated,
            },
            // Refused.
            (other, _) => other,
        }
    }

    pub(super) fn in_list(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        list: &[Expr],
        negated: bool,
    ) -> Expr {
        let equal: Vec<Expr> = list
            .iter()
            .map(|item| self.comparison(rw, expr, BinaryOp::Eq, item))
            .collect();
        if let Some((value, items)) = one_list(&equal) {
            return Expr::InList {
                expr: Box::new(value),
                list: items,
                negated,
            };
        }
        let either = equal
            .into_iter()
            .reduce(|left, right| Expr::binary(left, BinaryOp::Or, right));
        match either {
            Some(either) => build::negated(either, negated),
            None => build::boolean(negated),
        }
    }

    /// `IN (SELECT …)`; `None` if it does the same here.
    pub(super) fn in_query(
        &self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        query: &Query,
        negated: bool,
    ) -> Option<Expr> {
        let fields = rw.scope.query_fields(query).unwrap_or_default();
        let ours = match expr {
            Expr::Row(items) => items.as_slice(),
            expr => std::slice::from_ref(expr),
        };
        let mut without = false;
        for (ours, theirs) in ours.iter().zip(fields) {
            match (rw.scope.ty(ours), theirs.ty) {
                (Some(ty), _) if Family::is_of_many_texts(&ty) => {
                    let what = "IN of JSON values, arrays or others of several texts";
                    return Some(self.refuse(rw, "comparison", what));
                }
                // As two texts of `char(n)`, of which one is held with its blanks.
                (Some(Type::Varchar(_)), Some(Type::Char(_))) if !matches!(expr, Expr::Row(_)) => {
                    without = true;
                }
                (Some(Type::Varchar(_)), Some(Type::Char(_)))
                | (Some(Type::Char(_)), Some(Type::Varchar(_))) => {
                    let what = "IN of texts of which some are held with blanks at their end";
                    return Some(self.refuse(rw, "comparison", what));
                }
                _ => {}
            }
        }
        without.then(|| Expr::InQuery {
            expr: Box::new(build::call("rtrim", [rw.expr(expr)])),
            query: Box::new(rw.query(query)),
            negated,
        })
    }

    /// `= ANY (array)`; `None` for one on a subquery, which does the same here.
    pub(super) fn quantified(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        quantifier: Quantifier,
        right: &Expr,
    ) -> Option<Expr> {
        let negated = match (op, quantifier) {
            (BinaryOp::Eq, Quantifier::Any) => false,
            (BinaryOp::NotEq, Quantifier::All) => true,
            _ if matches!(right, Expr::Subquery(_)) => {
                return match rw.scope.ty(left) {
                    Some(ty) if Family::of(&ty) == Family::Text => Some(self.refuse_text_order(rw)),
                    Some(ty)
                        if Family::is_of_many_texts(&ty)
                            || Family::of(&ty) == Family::Enum
                            || matches!(ty, Type::Inet | Type::Cidr) =>
                    {
                        let what = format!("ANY and ALL of values of type {}", words(&ty));
                        Some(self.refuse(rw, "comparison", what))
                    }
                    Some(_) => None,
                    None => Some(self.refuse_unknown(rw, "ANY and ALL")),
                };
            }
            _ => return Some(self.refuse(rw, "operator", "ANY and ALL but with `=`")),
        };
        Some(match right {
            Expr::Subquery(query) => rw.expr(&Expr::InQuery {
                expr: Box::new(left.clone()),
                query: query.clone(),
                negated,
            }),
            // Constants are texts there, and not what they are compared with.
            Expr::Array(items)
                if matches!(rw.scope.ty(left), Some(Type::Citext | Type::Char(_)))
                    && items.iter().all(is_text_constant) =>
            {
                let texts: Vec<Expr> = items.iter().map(as_text_constant).collect();
                self.in_list(rw, left, &texts, negated)
            }
            Expr::Array(items) => self.in_list(rw, left, items, negated),
            Expr::Cast { expr, ty } if matches!(**expr, Expr::Array(_)) => {
                let (Expr::Array(items), Type::Array(item)) = (&**expr, ty) else {
                    return Some(self.refuse(rw, "operator", "this array"));
                };
                let cast = |expr: &Expr| Expr::Cast {
                    expr: Box::new(expr.clone()),
                    ty: (**item).clone(),
                };
                let items: Vec<Expr> = items.iter().map(cast).collect();
                self.in_list(rw, left, &items, negated)
            }
            Expr::Literal(Literal::Text(text)) => self.in_constant(rw, left, text, negated),
            Expr::Cast { expr, ty } if is_text_constant(expr) => match &**expr {
                Expr::Literal(Literal::Text(text)) => {
                    let left_ty = rw.scope.ty(left);
                    let as_text = left_ty == Some(Type::Citext)
                        && !matches!(ty, Type::Array(item) if **item == Type::Citext);
                    if as_text {
                        let left = Expr::Cast {
                            expr: Box::new(left.clone()),
                            ty: Type::Text,
                        };
                        return Some(self.in_constant(rw, &left, text, negated));
                    }
                    self.in_constant(rw, left, text, negated)
                }
                _ => build::null(),
            },
            array => {
                // An array of scalars: nothing in it is an array that could hold the value too.
                let item = match rw.scope.ty(array) {
                    Some(Type::Array(item)) => *item,
                    _ => return Some(self.refuse_unknown(rw, "ANY and ALL of an array")),
                };
                if item == Type::Citext {
                    return Some(self.refuse_citext_array(rw));
                }
                if matches!(item, Type::Char(_)) {
                    let what = "ANY and ALL of texts that may have blanks at their end";
                    return Some(self.refuse(rw, "comparison", what));
                }
                // A constant is read as an element.
                let constant = is_text_constant(left).then(|| Expr::Cast {
                    expr: Box::new(left.clone()),
                    ty: item.clone(),
                });
                let left = constant.as_ref().unwrap_or(left);
                let nullable = rw.scope.nullable(left);
                let (value, array) = (self.json_element(rw, left, &item), rw.expr(array));
                if !build::is_steady(&array) {
                    return Some(self.refuse(rw, "operator", "ANY and ALL of this array"));
                }
                let value = self.told_apart(rw, left, value);
                let value = self.quoted_json(rw, left, value);
                build::negated(among(array, value, nullable), negated)
            }
        })
    }

    /// A number that is looked for in an array: MariaDB compares those of JSON as floating point numbers,
    /// which tell no two integers apart that are too great. Such a one fails.
    fn told_apart(&self, rw: &mut Rewriter<'_>, authored: &Expr, value: Expr) -> Expr {
        const SURE: i64 = 1 << 53;
        if self.facts.json || rw.scope.ty(authored) != Some(Type::BIGINT) {
            return value;
        }
        match &value {
            Expr::Literal(Literal::Number(digits)) => match digits.parse::<i64>() {
                Ok(number) if number < SURE => value,
                _ => self.refuse(
                    rw,
                    "constant",
                    format!("{digits} as an element of an array"),
                ),
            },
            value => {
                let size = build::call("abs", [value.clone()]);
                let great = Expr::binary(size.clone(), BinaryOp::GtEq, build::number(SURE));
                build::case([(great, build::out_of_range(size))], Some(value.clone()))
            }
        }
    }

    pub(super) fn refuse_citext_array(&self, rw: &mut Rewriter<'_>) -> Expr {
        let what = "a comparison of the elements of a `citext[]`, whose case is of no account,";
        self.refuse(rw, "comparison", what)
    }

    /// `= ANY ('{a,b}')`.
    fn in_constant(&self, rw: &mut Rewriter<'_>, left: &Expr, text: &str, negated: bool) -> Expr {
        let items = constant::array(text).and_then(|items| {
            let item = |item| match item {
                Item::Text(text) => Some(Expr::text(text)),
                Item::Null => Some(build::null()),
                Item::Array(_) => None,
            };
            items.into_iter().map(item).collect::<Option<Vec<Expr>>>()
        });
        match items {
            Some(items) => self.in_list(rw, left, &items, negated),
            None => self.refuse(rw, "constant", format!("the array '{text}'")),
        }
    }

    /// LIKE, ILIKE.
    pub(super) fn like(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        let Expr::Like {
            expr,
            pattern,
            escape,
            any_case,
            negated,
        } = expr
        else {
            return build::null();
        };
        let (ty, like_ty) = (rw.scope.ty(expr), rw.scope.ty(pattern));
        let citext =
            ty == Some(Type::Citext) || (is_text_constant(expr) && like_ty == Some(Type::Citext));
        // Its own collation does it, beside a constant.
        let by_collation = matches!(&**expr, Expr::Column { .. }) && is_text_constant(pattern);
        let by_collation = citext && by_collation && !any_case;
        let any_case = *any_case || (citext && !by_collation);
        let mut value = if by_collation {
            rw.expr(expr)
        } else {
            self.shown(rw, expr)
        };
        let mut like = self.text(rw, pattern);
        if any_case {
            value = build::call("lower", [value]);
            like = build::call("lower", [like]);
        }
        if !names_column(expr) && !names_column(pattern) {
            value = build::collate(value, self.facts.exact);
        }
        if self.facts.like_misses
            && !self.lasting
            && matches!(value, Expr::Column { .. })
            && ty.is_some_and(|ty| matches!(ty, Type::Text | Type::Varchar(_)))
            && begins_known(&like)
        {
            // Beneath a collation, be it the column's own, no index is asked.
            value = build::collate(value, self.facts.exact);
        }
        Expr::Like {
            expr: Box::new(value),
            pattern: Box::new(like),
            escape: *escape,
            any_case: false,
            negated: *negated,
        }
    }

    /// `~`, where the pattern is one that both sides read alike.
    pub(super) fn regex(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        any_case: bool,
        negated: bool,
    ) -> Expr {
        let ty = rw.scope.ty(left);
        if let Some(all) = ahead::at_length(left, ty.as_ref(), right, any_case, negated) {
            return rw.expr(&all);
        }
        let any_case = any_case || ty == Some(Type::Citext);
        let pattern = match right {
            Expr::Cast { expr, .. } => expr,
            other => other,
        };
        let pattern = match pattern {
            Expr::Literal(Literal::Text(pattern)) => pattern_here(pattern, any_case, self.facts),
            _ => None,
        };
        let Some(Pattern { text, unsure }) = pattern else {
            return self.refuse(rw, "regex", "this regular expression");
        };
        let mut value = self.shown(rw, left);
        if !names_column(left) {
            value = build::collate(value, self.facts.exact);
        }
        let matches = |negated, pattern: &str| {
            let op = BinaryOp::Regex {
                any_case: false,
                negated,
            };
            Expr::binary(value.clone(), op, Expr::text(pattern))
        };
        let is_ascii = matches!(&value, Expr::Literal(Literal::Text(text)) if text.is_ascii());
        match unsure {
            Some(beyond) if !is_ascii => {
                if build::changes(&value) {
                    return self.refuse(rw, "regex", "this regular expression");
                }
                // The greatest number there is, and one more: fails in every mode, in a CHECK too.
                let greatest = build::digits(u64::MAX.to_string());
                let fails = Expr::binary(greatest, BinaryOp::Plus, matches(false, beyond));
                build::case(
                    [(matches(false, beyond), fails)],
                    Some(matches(negated, &text)),
                )
            }
            _ => matches(negated, &text),
        }
    }
}

/// Whether a pattern may begin with something that an index can be asked for.
fn begins_known(pattern: &Expr) -> bool {
    !matches!(pattern, Expr::Literal(Literal::Text(text)) if text.starts_with(['%', '_']))
}

/// A text constant that is a text.
fn as_text_constant(expr: &Expr) -> Expr {
    Expr::Cast {
        expr: Box::new(expr.clone()),
        ty: Type::Text,
    }
}

/// Whether a text carries a collation that ignores case.
fn is_citext(rw: &Rewriter<'_>, expr: &Expr) -> bool {
    match expr {
        _ if rw.scope.ty(expr) == Some(Type::Citext) => true,
        Expr::Case {
            whens, otherwise, ..
        } => {
            let results = whens.iter().map(|(_, then)| then);
            let mut results = results.chain(otherwise.as_deref());
            results.any(|result| is_citext(rw, result))
        }
        Expr::Call(call) if matches!(call.name.name.as_str(), "coalesce" | "nullif") => {
            let carries = |arg: &CallArg| matches!(arg, CallArg::Expr(arg) if is_citext(rw, arg));
            call.args.iter().any(carries)
        }
        _ => false,
    }
}

/// Whether two documents are the same where they are held as texts: not as these. As a condition
/// by itself, MariaDB takes its NULL for true.
fn documents_equal(left: Expr, right: Expr) -> Expr {
    let equal = build::call("json_equals", [left, right]);
    build::equal(equal, build::boolean(true))
}

/// A regular expression in the syntax that both servers read.
pub(super) struct Pattern {
    /// As they read it.
    pub(super) text: String,
    /// What matches the texts about which the locale of PostgreSQL's database decides.
    pub(super) unsure: Option<&'static str>,
}

/// Whatever is no letter of ASCII.
const BEYOND: &str = "[^\\x00-\\x7f]";

/// Whatever any locale calls a blank, from Unicode's `White_Space` and what libraries had beside it.
const BLANKS: &str = "[\\x{85}\\x{a0}\\x{1680}\\x{180e}\\x{2000}-\\x{200f}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{2060}\\x{3000}\\x{feff}]";

/// What a class of POSIX's has in ASCII, and what matches more that may be of it.
fn class_here(name: &str) -> Option<(&'static str, Option<&'static str>)> {
    Some(match name {
        "digit" => ("0-9", None),
        "xdigit" => ("0-9A-Fa-f", None),
        "space" => (" \\x09-\\x0d", Some(BLANKS)),
        "blank" => (" \\x09", Some(BLANKS)),
        "alpha" => ("A-Za-z", Some(BEYOND)),
        "alnum" => ("A-Za-z0-9", Some(BEYOND)),
        "lower" => ("a-z", Some(BEYOND)),
        "upper" => ("A-Z", Some(BEYOND)),
        "punct" => ("\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e", Some(BEYOND)),
        "print" => ("\\x20-\\x7e", Some(BEYOND)),
        "graph" => ("\\x21-\\x7e", Some(BEYOND)),
        "cntrl" => ("\\x00-\\x1f\\x7f", Some(BEYOND)),
        _ => return None,
    })
}

/// A regular expression in the syntax that both servers read, if it means there what it means to
/// PostgreSQL.
pub(super) fn pattern_here(pattern: &str, any_case: bool, facts: &Facts) -> Option<Pattern> {
    let mut unsure = None;
    let mut class_of = |name: &str| {
        let (members, beyond) = class_here(name)?;
        // The one has all of the other.
        if beyond.is_some() && unsure != Some(BEYOND) {
            unsure = beyond;
        }
        Some(members)
    };
    // A point takes a line's end too, and `$` is the end of the text alone.
    let mut result = String::from(if any_case { "(?is)" } else { "(?s)" });
    let mut chars = pattern.chars().peekable();
    let mut class = false;
    while let Some(c) = chars.next() {
        match c {
            '\\' => match (chars.next()?, class) {
                ('d', true) => result.push_str("0-9"),
                ('d', false) => result.push_str("[0-9]"),
                ('D', false) => result.push_str("[^0-9]"),
                ('s', true) => result.push_str(class_of("space")?),
                ('w', true) => result.extend([class_of("alnum")?, "_"]),
                ('s', false) => result.extend(["[", class_of("space")?, "]"]),
                ('S', false) => result.extend(["[^", class_of("space")?, "]"]),
                ('w', false) => result.extend(["[", class_of("alnum")?, "_]"]),
                ('W', false) => result.extend(["[^", class_of("alnum")?, "_]"]),
                // A character that stands for itself; other classes differ beyond ASCII.
                (escaped, _) if escaped.is_ascii_punctuation() || escaped == ' ' => {
                    result.push('\\');
                    result.push(escaped);
                }
                _ => return None,
            },
            '[' if class && chars.peek() == Some(&':') => {
                let name: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let name = name.strip_prefix(':')?.strip_suffix(':')?;
                result.push_str(class_of(name)?);
            }
            '[' if class && matches!(chars.peek(), Some('.' | '=')) => return None,
            '[' if class => result.push_str("\\["),
            '[' => {
                class = true;
                result.push('[');
                if chars.next_if_eq(&'^').is_some() {
                    result.push('^');
                }
                // First it is a member.
                if chars.next_if_eq(&']').is_some() {
                    result.push_str("\\]");
                }
            }
            ']' => {
                class = false;
                result.push(']');
            }
            // Operators of classes to one of the engines.
            '&' | '~' | '^' if class => result.extend(['\\', c]),
            '$' if !class => result.push_str("\\z"),
            '(' if !class && chars.next_if_eq(&'?').is_some() => {
                chars.next_if_eq(&':')?;
                result.push_str("(?:");
            }
            // A quantifier after a quantifier is another one in each of the engines.
            '*' | '+' | '?' | '}' if !class => {
                result.push(c);
                if matches!(chars.peek(), Some('*' | '+' | '?' | '{')) {
                    return None;
                }
            }
            // One character, of which a CR with its LF are two; any number of them is the same.
            '.' if !class && facts.joins_line_ends && !matches!(chars.peek(), Some('*' | '+')) => {
                result.push_str("[[:L:][:^L:]]");
            }
            // Which letters are one but for their case, each engine has its own tables for.
            c if !c.is_ascii() && any_case => return None,
            c => result.push(c),
        }
    }
    (!class).then_some(Pattern {
        text: result,
        unsure,
    })
}

/// Blanks at the end are of no account where a `char(n)` is compared, and not kept in one.
fn without_blanks(expr: Expr) -> Expr {
    match expr {
        Expr::Literal(Literal::Text(text)) => Expr::text(text.trim_end_matches(' ')),
        other => other,
    }
}

/// Comparisons of one value with others by `=`, as the value and the others.
fn one_list(equal: &[Expr]) -> Option<(Expr, Vec<Expr>)> {
    let parts = |expr: &Expr| match expr {
        Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        } => Some((left.as_ref().clone(), right.as_ref().clone())),
        _ => None,
    };
    let parts: Vec<(Expr, Expr)> = equal.iter().map(parts).collect::<Option<_>>()?;
    let value = parts.first()?.0.clone();
    let same = parts.iter().all(|(left, _)| *left == value);
    same.then(|| (value, parts.into_iter().map(|(_, item)| item).collect()))
}

/// Whether an order of texts is said to be that of their bytes.
pub(super) fn is_by_bytes(expr: &Expr) -> bool {
    matches!(expr, Expr::Collate { collation, .. }
        if matches!(collation.name.to_lowercase().as_str(), "c" | "posix" | "ucs_basic"))
}

/// Whether an expression's collation is that of a column.
fn names_column(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. } => true,
        Expr::Binary {
            op: BinaryOp::JsonGetText | BinaryOp::JsonPathText,
            ..
        } => false,
        Expr::Cast { .. } | Expr::Subquery(_) => false,
        other => {
            let mut found = false;
            other.parts(&mut |part| {
                if let Part::Expr(expr) = part {
                    found |= names_column(expr);
                }
            });
            found
        }
    }
}

/// Whether a value is an element of an array: not known if it is not and one is NULL, or it is NULL
/// itself and there are any.
fn among(array: Expr, value: Expr, nullable: bool) -> Expr {
    let contains = |what: Expr| build::call("json_contains", [array.clone(), what]);
    let found = contains(value);
    let mut whens = vec![(found.clone(), build::boolean(true))];
    if nullable {
        let length = build::call("json_length", [array.clone()]);
        whens.push((
            build::equal(length, build::number(0)),
            build::boolean(false),
        ));
    }
    whens.push((contains(Expr::text("null")), build::null()));
    build::case(whens, Some(found))
}
