//! Comparisons: two values that meet here as they do there.

use aludel::schema::{BinaryOp, Column, Expr, Literal, Query, Type};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::constant;
use aludel::translate::infer::{Family, Scope};
use aludel::translate::rewrite::Rewriter;

use super::super::collation::{BYTES, Blanks, Compares};
use super::super::types::{self, Limit};
use super::{Meaning, cast, digits, is_null, number};

impl Meaning {
    /// `left = right`.
    pub(super) fn equal(self, rw: &mut Rewriter<'_>, left: &Expr, right: &Expr) -> Expr {
        self.comparison(rw, left, BinaryOp::Eq, right)
    }

    pub(super) fn comparison(
        self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Expr {
        let equality = matches!(op, BinaryOp::Eq | BinaryOp::NotEq);
        let is_enum = |expr: &Expr| self.members(&rw.scope, expr).is_some();
        if !equality && (is_enum(left) || is_enum(right)) {
            return self.refuse(rw, "the order of an ENUM's members");
        }
        let (left, right) = self.pair(rw, left, right, equality);
        Expr::binary(left, op, right)
    }

    /// Two operands of a comparison.
    pub(super) fn pair(
        self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        right: &Expr,
        equality: bool,
    ) -> (Expr, Expr) {
        if is_null(left) || is_null(right) {
            return (rw.expr(left), rw.expr(right));
        }
        let of = |rw: &Rewriter<'_>, expr: &Expr| match expr {
            Expr::Literal(Literal::Text(_) | Literal::Bytes(_) | Literal::Bits(_)) => None,
            expr => self.kind(&rw.scope, expr),
        };
        let is_constant = |expr: &Expr| matches!(expr, Expr::Literal(_));
        match (of(rw, left), of(rw, right)) {
            (Some(a), _) if is_constant(right) && !is_constant(left) => {
                let right = self.constant(rw, right, left, a);
                self.ordered(rw, a, equality, [left, left]);
                (rw.expr(left), right)
            }
            (_, Some(b)) if is_constant(left) && !is_constant(right) => {
                let left = self.constant(rw, left, right, b);
                self.ordered(rw, b, equality, [right, right]);
                (left, rw.expr(right))
            }
            (None, None) if is_constant(left) && is_constant(right) => {
                self.ordered(rw, Family::Text, equality, [left, right]);
                (rw.expr(left), rw.expr(right))
            }
            (Some(a), Some(b)) => self.met(rw, (left, a), (right, b), equality),
            _ => (self.unknown(rw, "a comparison"), rw.expr(right)),
        }
    }

    fn met(
        self,
        rw: &mut Rewriter<'_>,
        (left, a): (&Expr, Family),
        (right, b): (&Expr, Family),
        equality: bool,
    ) -> (Expr, Expr) {
        match (a, b) {
            (Family::Boolean, Family::Boolean) if equality => (rw.expr(left), rw.expr(right)),
            (Family::Boolean, b) if b.is_number() || b == Family::Boolean => (
                self.number_of(rw, left),
                self.as_kind(rw, right, Family::Integer),
            ),
            (a, Family::Boolean) if a.is_number() => (rw.expr(left), self.number_of(rw, right)),
            (a, b) if a.is_number() && b.is_number() => (rw.expr(left), rw.expr(right)),
            (Family::Json, Family::Json) => {
                (self.refuse(rw, "a comparison of documents"), rw.expr(right))
            }
            (Family::Text, Family::Text) if self.mixed(&rw.scope, left, right) => {
                let message = "texts are compared that compare by different collations";
                let refusal = Refusal::new("collation", message);
                (rw.refuse(refusal), rw.expr(right))
            }
            (Family::Date, Family::Timestamp) | (Family::Timestamp, Family::Date)
                if !self.is_mysql() =>
            {
                let what = "a comparison of a date with a moment, which are texts to SQLite,";
                (self.refuse(rw, what), rw.expr(right))
            }
            (a, b) if super::meet(a, b).is_some() => {
                self.ordered(rw, a, equality, [left, right]);
                (rw.expr(left), rw.expr(right))
            }
            (Family::Uuid, Family::Text) => (cast(rw.expr(left), Type::Text), rw.expr(right)),
            (Family::Text, Family::Uuid) => (rw.expr(left), cast(rw.expr(right), Type::Text)),
            _ => (
                self.refuse(rw, "a comparison of values of different types"),
                rw.expr(right),
            ),
        }
    }

    /// Refuses a comparison of texts that would go by another collation here.
    fn ordered(self, rw: &mut Rewriter<'_>, kind: Family, equality: bool, sides: [&Expr; 2]) {
        if kind != Family::Text {
            return;
        }
        if sides.iter().any(|side| self.lends_another(&rw.scope, side)) {
            let message = "a text that is no column's compares by another collation there";
            rw.refuse(Refusal::new("collation", message));
            return;
        }
        if sides
            .iter()
            .any(|side| self.made_of_members(&rw.scope, side))
        {
            let message = "a text made of an ENUM's members is compared, which goes by a collation";
            rw.refuse(Refusal::new("collation", message));
        }
        let known: Vec<Compares> = sides
            .into_iter()
            .flat_map(|side| self.collations(&rw.scope, side))
            .collect();
        if equality && (!self.is_mysql() || !known.is_empty()) {
            return;
        }
        let exact = known.iter().all(|compares| compares.is_exact());
        if !exact || self.is_mysql() && known.is_empty() {
            let message = "a comparison of texts goes by a collation that no column lends it here";
            rw.refuse(Refusal::new("collation", message));
        }
    }

    /// Whether a text that is no table's column would compare by the collation of one here. SQLite compares
    /// it by its bytes; and to replace parts of one is done by bytes here.
    fn lends_another(self, scope: &Scope<'_>, side: &Expr) -> bool {
        if self.compares(scope, side).is_some() {
            return false;
        }
        if let Expr::Column { .. } = side {
            // It is one of a query in FROM.
            let inexact = |column: &Column| {
                self.source == Syntax::Sqlite && column.collation.as_ref().is_some()
            };
            let mut tables = scope.schema().tables();
            return tables.any(|table| table.columns.iter().any(inexact));
        }
        let inexact = self
            .collations(scope, side)
            .into_iter()
            .any(|own| !own.is_exact());
        inexact && (self.source == Syntax::Sqlite || replaces(side))
    }

    /// Whether two texts are made of columns that compare in different ways. Members of an ENUM are
    /// held under the collation of bytes: two of one list, and no part of anything else, are equal here
    /// if they are there.
    fn mixed(self, scope: &Scope<'_>, left: &Expr, right: &Expr) -> bool {
        let [a, b] = [left, right].map(|side| self.members(scope, side));
        if a.is_some() || b.is_some() {
            return a != b;
        }
        let [left, right] = [left, right].map(|side| self.collations(scope, side));
        let names = left.into_iter().chain(right).map(Compares::name);
        let names: std::collections::BTreeSet<_> = names.collect();
        names.len() > 1
    }

    /// Whether a text is made of members of an ENUM, and is none itself.
    fn made_of_members(self, scope: &Scope<'_>, expr: &Expr) -> bool {
        let mut found = false;
        if !matches!(expr, Expr::Column { .. }) {
            expr.parts(&mut |part| {
                if let aludel::schema::Part::Expr(part) = part {
                    found |=
                        self.members(scope, part).is_some() || self.made_of_members(scope, part);
                }
            });
        }
        found
    }

    /// Whether blanks at the end count in every column that a text is made of.
    fn counts(self, scope: &Scope<'_>, expr: &Expr) -> bool {
        let counts = |compares: Compares| {
            matches!(compares, Compares::Exactly | Compares::By(_, Blanks::Count))
        };
        self.collations(scope, expr).into_iter().all(counts)
    }

    /// How the columns compare that a text is made of.
    fn collations(self, scope: &Scope<'_>, expr: &Expr) -> Vec<Compares> {
        if let Some(compares) = self.compares(scope, expr) {
            return vec![compares];
        }
        let mut found = Vec::new();
        expr.parts(&mut |part| {
            if let aludel::schema::Part::Expr(expr) = part {
                found.extend(self.collations(scope, expr));
            }
        });
        found
    }

    /// A constant that is compared with something of a family.
    fn constant(self, rw: &mut Rewriter<'_>, value: &Expr, with: &Expr, kind: Family) -> Expr {
        let Expr::Literal(literal) = value else {
            return rw.expr(value);
        };
        match (kind, literal) {
            (Family::Boolean, Literal::Boolean(_)) => rw.expr(value),
            (Family::Boolean, Literal::Number(text) | Literal::Text(text))
                if matches!(text.as_str(), "0" | "1") =>
            {
                Expr::Literal(Literal::Boolean(text == "1"))
            }
            (kind, Literal::Number(_)) if kind.is_number() => rw.expr(value),
            (kind, Literal::Boolean(value)) if kind.is_number() => {
                digits(if *value { "1" } else { "0" })
            }
            (kind, Literal::Text(text)) if kind.is_number() => match number(text) {
                Some(number) => number,
                None => self.refuse(rw, &format!("a number compared with '{text}'")),
            },
            (Family::Text, Literal::Text(text)) => match self.members(&rw.scope, with) {
                Some(members) => Expr::text(member(&members, text).unwrap_or(text)),
                None if self.is_mysql() && text.ends_with(' ') && !self.counts(&rw.scope, with) => {
                    self.refuse(rw, &format!("'{text}', whose blanks do not count there,"))
                }
                None => rw.expr(value),
            },
            (Family::Bytes, Literal::Bytes(bytes)) => Expr::Literal(Literal::Bytes(bytes.clone())),
            (Family::Bytes, Literal::Text(text)) if self.is_mysql() => {
                Expr::Literal(Literal::Bytes(text.clone().into_bytes()))
            }
            (Family::Uuid, Literal::Text(text)) if constant::uuid(text).is_some() => rw.expr(value),
            (Family::Date | Family::Time | Family::Timestamp, Literal::Text(text)) => {
                // To SQLite it is a text, which is equal to one that is written in the same way only.
                let alike = self.is_mysql() || kind != Family::Timestamp || is_whole(text);
                match self.moment(kind, text).filter(|_| alike) {
                    Some(moment) => moment,
                    None => self.refuse(rw, &format!("'{text}' as a date or time")),
                }
            }
            (_, Literal::Typed(ty, _)) if Family::of(ty) == kind => rw.expr(value),
            _ => self.refuse(rw, "a comparison of values of different types"),
        }
    }

    /// The members of an ENUM column.
    pub(super) fn members(self, scope: &Scope<'_>, expr: &Expr) -> Option<Vec<String>> {
        let held = types::hold(&scope.ty(expr)?, self.source).ok()?;
        match held.limit {
            Limit::Members(members) => Some(members),
            _ => None,
        }
    }

    pub(super) fn between(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        low: &Expr,
        high: &Expr,
        negated: bool,
    ) -> Expr {
        let (value, low) = self.pair(rw, expr, low, false);
        let (_, high) = self.pair(rw, expr, high, false);
        Expr::Between {
            expr: Box::new(value),
            low: Box::new(low),
            high: Box::new(high),
            negated,
        }
    }

    pub(super) fn in_list(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        list: &[Expr],
        negated: bool,
    ) -> Expr {
        let mut value = None;
        let mut items = Vec::with_capacity(list.len());
        for item in list {
            let (left, right) = self.pair(rw, expr, item, true);
            // An item of another kind may want the value as one of its own.
            if value.as_ref().is_some_and(|value| *value != left) {
                return self.refuse(rw, "IN over values of different types");
            }
            value = Some(left);
            items.push(right);
        }
        match value {
            Some(value) => Expr::InList {
                expr: Box::new(value),
                list: items,
                negated,
            },
            None => self.refuse(rw, "IN over nothing"),
        }
    }

    pub(super) fn in_query(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        query: &Query,
        negated: bool,
    ) -> Expr {
        let fields = rw.scope.query_fields(query);
        let held = fields.as_deref().and_then(|fields| match fields {
            [field] => types::hold(field.ty.as_ref()?, self.source).ok(),
            _ => None,
        });
        let kinds = (
            self.kind(&rw.scope, expr),
            held.map(|held| Family::of(&held.ty)),
        );
        let value = match kinds {
            (Some(a), Some(b)) if a == b || a.is_number() && b.is_number() => rw.expr(expr),
            (Some(_), Some(_)) => self.refuse(rw, "IN over values of different types"),
            _ => self.unknown(rw, "IN"),
        };
        Expr::InQuery {
            expr: Box::new(value),
            query: Box::new(rw.query(query)),
            negated,
        }
    }

    /// LIKE: SQLite's ignores the case of ASCII letters and knows no escape unless it is told;
    /// MySQL's goes by a collation.
    pub(super) fn like(
        self,
        rw: &mut Rewriter<'_>,
        expr: &Expr,
        pattern: &Expr,
        escape: Option<char>,
        any_case: bool,
        negated: bool,
    ) -> Expr {
        let Expr::Literal(Literal::Text(text)) = pattern else {
            return self.refuse(rw, "LIKE with a pattern that is no constant");
        };
        if self.kind(&rw.scope, expr) != Some(Family::Text) {
            return self.refuse(rw, "LIKE of what is no text");
        }
        let is_enum = self.members(&rw.scope, expr).is_some();
        let exact = !is_enum
            && matches!(
                self.compares(&rw.scope, expr),
                Some(Compares::Exactly | Compares::WithoutBlanks)
            );
        let letters = text.chars().any(char::is_alphabetic);
        if self.is_mysql() && !exact && letters {
            let message = "LIKE goes by a collation, which it does not here";
            let help = "compare under a binary collation, or write an override";
            return rw.refuse(Refusal::new("collation", message).help(help));
        }
        let pattern = match escape {
            None if !self.is_mysql() => text.replace('\\', "\\\\"),
            _ => text.clone(),
        };
        Expr::Like {
            // Under "C" the case of ASCII letters is all that ILIKE ignores, and there is a LIKE.
            expr: Box::new(Expr::Collate {
                expr: rw.boxed(expr),
                collation: aludel::schema::Name::bare(BYTES),
            }),
            pattern: Box::new(Expr::text(pattern)),
            escape,
            any_case: any_case && !self.is_mysql(),
            negated,
        }
    }
}

/// A constant that is a whole number.
pub(super) fn constant_of(expr: &Expr) -> Option<i64> {
    match expr {
        Expr::Literal(Literal::Number(digits)) => digits.parse().ok(),
        _ => None,
    }
}

/// The member of an ENUM that a text means there, where its case does not count.
pub(super) fn member<'m>(members: &'m [String], text: &str) -> Option<&'m String> {
    let exact = members.iter().find(|member| *member == text);
    exact.or_else(|| members.iter().find(|m| m.eq_ignore_ascii_case(text)))
}

/// Whether a text says a moment as SQLite's clock does: `2024-01-31 10:00:00`, with a fraction or without.
fn is_whole(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 19 && bytes.get(10) == Some(&b' ') && !text.contains(['+', 'Z', 'z'])
}

/// Whether parts of a text are replaced within an expression.
fn replaces(expr: &Expr) -> bool {
    let mut found =
        matches!(expr, Expr::Call(call) if call.name.name.eq_ignore_ascii_case("replace"));
    expr.parts(&mut |part| {
        if let aludel::schema::Part::Expr(part) = part {
            found |= replaces(part);
        }
    });
    found
}
