//! Ranges of PostgreSQL's by their bounds: whether two overlap.
//!
//! A bound that is NULL is none. A range with nothing in it overlaps no other. One whose lower bound is
//! greater than its upper one is an error.

use crate::schema::{BinaryOp, Expr, Literal, Table, Type, UnaryOp};

/// A range that a column holds, by what it is of; each is held as PostgreSQL writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldRange {
    /// `daterange`: the lower bound belongs to it, the upper one not.
    Days,
    /// `int4range`, `int8range`: so does theirs.
    Numbers,
    /// `tsrange`, `tstzrange`.
    Moments {
        /// What a moment ends with.
        zone: &'static str,
    },
}

impl HeldRange {
    /// What a column of a type holds, if that is such a range.
    #[must_use]
    pub fn of(ty: &Type) -> Option<Self> {
        let Type::Other(name) = ty else {
            return None;
        };
        Some(match name.as_str() {
            "daterange" => Self::Days,
            "int4range" | "int8range" => Self::Numbers,
            "tsrange" => Self::Moments { zone: "" },
            "tstzrange" => Self::Moments { zone: "+00" },
            _ => return None,
        })
    }

    /// The type of its bounds.
    pub(super) fn bounds(self) -> Type {
        match self {
            Self::Days => Type::Date,
            Self::Numbers => Type::BIGINT,
            Self::Moments { zone } => Type::Timestamp {
                precision: None,
                zoned: !zone.is_empty(),
            },
        }
    }
}

/// What is asked of a range that a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangePart {
    /// Its lower bound; NULL where there is none.
    Lower,
    /// Its upper bound.
    Upper,
    /// Whether the lower bound belongs to it.
    LowerIn,
    /// Whether the upper bound does.
    UpperIn,
    /// Whether it is not empty.
    Filled,
    /// Whether it is written as PostgreSQL writes it: its bounds are found then.
    Written,
}

/// What a target makes of a range that a column holds.
pub struct HeldForm<'a> {
    /// What it is of.
    pub kind: HeldRange,
    /// Its text.
    pub text: Expr,
    /// Its bounds as values; NULL where there is none.
    pub bounds: [Expr; 2],
    /// Whether each belongs to it, by its text.
    pub within: [Expr; 2],
    /// Texts joined to one, NULL if one of them is.
    pub joined: &'a dyn Fn(Vec<Expr>) -> Expr,
    /// Whether a bound is a moment as PostgreSQL writes it.
    pub is_moment: &'a dyn Fn(&Expr) -> Expr,
}

impl HeldForm<'_> {
    /// Whether the text is the one that PostgreSQL writes for its range.
    #[must_use]
    pub fn written(&self) -> Expr {
        let [lower, upper] = &self.bounds;
        let [lower_in, upper_in] = &self.within;
        let discrete = !matches!(self.kind, HeldRange::Moments { .. });
        // Of what has a next one, PostgreSQL gives every range the same bounds.
        let begin = match discrete {
            true => Expr::text("["),
            false => case(lower_in.clone(), Expr::text("["), Expr::text("(")),
        };
        let begin = case(null(lower, false), Expr::text("("), begin);
        let end = match discrete {
            true => Expr::text(")"),
            false => {
                let given = and(null(upper, true), upper_in.clone());
                case(given, Expr::text("]"), Expr::text(")"))
            }
        };
        let comma = Expr::text(",");
        let again = vec![begin, self.shown(lower), comma, self.shown(upper), end];
        // One with nothing between its bounds is written `empty`.
        let mut ordered = Expr::binary(lower.clone(), BinaryOp::Lt, upper.clone());
        if !discrete {
            let one = and(lower_in.clone(), upper_in.clone());
            ordered = or(ordered, and(equal(lower.clone(), upper.clone()), one));
        }
        let ordered = Expr::call("coalesce", [ordered, Expr::Literal(Literal::Boolean(true))]);
        let mut whole = and(equal(self.text.clone(), (self.joined)(again)), ordered);
        if !discrete {
            for bound in &self.bounds {
                whole = and(whole, or(null(bound, false), (self.is_moment)(bound)));
            }
        }
        or(equal(self.text.clone(), Expr::text("empty")), whole)
    }

    /// A bound as it is written.
    fn shown(&self, bound: &Expr) -> Expr {
        let parts = match self.kind {
            HeldRange::Moments { zone } => {
                let end = Expr::text(format!("{zone}\""));
                vec![Expr::text("\""), bound.clone(), end]
            }
            HeldRange::Days | HeldRange::Numbers => vec![Expr::text(""), bound.clone()],
        };
        Expr::call("coalesce", [(self.joined)(parts), Expr::text("")])
    }
}

fn and(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::And, right)
}

fn or(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::Or, right)
}

fn equal(left: Expr, right: Expr) -> Expr {
    Expr::binary(left, BinaryOp::Eq, right)
}

fn null(expr: &Expr, negated: bool) -> Expr {
    Expr::IsNull {
        expr: Box::new(expr.clone()),
        negated,
    }
}

fn case(when: Expr, then: Expr, otherwise: Expr) -> Expr {
    Expr::Case {
        operand: None,
        whens: vec![(when, then)],
        otherwise: Some(Box::new(otherwise)),
    }
}

/// The functions that ask it, which are none of PostgreSQL's.
const PARTS: [(&str, RangePart); 6] = [
    ("aludel_range_lower", RangePart::Lower),
    ("aludel_range_upper", RangePart::Upper),
    ("aludel_range_lower_in", RangePart::LowerIn),
    ("aludel_range_upper_in", RangePart::UpperIn),
    ("aludel_range_filled", RangePart::Filled),
    ("aludel_range_written", RangePart::Written),
];

/// What a function of that name asks of a range, if it is one of those.
#[must_use]
pub fn range_part(name: &str) -> Option<RangePart> {
    let mut parts = PARTS.iter();
    let (_, part) = parts.find(|(own, _)| *own == name)?;
    Some(*part)
}

fn asked(part: RangePart, column: &Expr) -> Expr {
    let mut parts = PARTS.iter();
    let name = parts.find(|(_, own)| *own == part).map(|(name, _)| *name);
    Expr::call(name.unwrap_or_default(), [column.clone()])
}

/// A range that is made of two bounds, or held by a column.
#[derive(Debug, Clone)]
pub(super) struct Range {
    /// The column that holds it.
    held: Option<(Expr, HeldRange)>,
    lower: Bound,
    upper: Bound,
    /// Both bounds belong to it; else just one of them does, or values lie between any two.
    closed: bool,
}

/// An end of a range.
#[derive(Debug, Clone)]
struct Bound {
    /// `None`: there is none.
    value: Option<Expr>,
    /// It may be NULL, and there is none then.
    nullable: bool,
}

const OTHERWISE: &str = "a range is held as PostgreSQL writes it: [2020-01-01,2020-02-01), [1,5), [\"2020-01-01 10:00:00\",)";
const INVERTED: &str = "range lower bound must be less than or equal to range upper bound";

impl Range {
    /// What an expression makes of columns of a table, if that is a range.
    pub(super) fn of(expr: &Expr, table: &Table) -> Option<Self> {
        let call = match expr {
            Expr::Column { column, .. } => return Self::held_by(expr, &table.column(column)?.ty),
            Expr::Call(call) => call,
            _ => return None,
        };
        let discrete = match call.name.name.as_str() {
            "daterange" | "int4range" | "int8range" => true,
            "tsrange" | "tstzrange" | "numrange" => false,
            _ => return None,
        };
        let schema = call.name.schema.as_deref();
        if schema.is_some_and(|schema| schema != "pg_catalog") {
            return None;
        }
        let args = call.plain_args()?;
        let (lower, upper, bounds) = match args.as_slice() {
            [lower, upper] => (lower, upper, "[)".to_owned()),
            [lower, upper, bounds] => (lower, upper, text(bounds)?),
            _ => return None,
        };
        let closed = match bounds.as_str() {
            "[]" => true,
            "[)" | "(]" => false,
            // No integer is between two that follow each other.
            "()" if !discrete => false,
            _ => return None,
        };
        Some(Self {
            held: None,
            lower: Bound::of(lower, table),
            upper: Bound::of(upper, table),
            closed,
        })
    }

    fn held_by(column: &Expr, ty: &Type) -> Option<Self> {
        let kind = HeldRange::of(ty)?;
        let bound = |part| Bound {
            value: Some(asked(part, column)),
            nullable: true,
        };
        Some(Self {
            held: Some((column.clone(), kind)),
            lower: bound(RangePart::Lower),
            upper: bound(RangePart::Upper),
            closed: false,
        })
    }

    /// What fails where such a range is made, with what is said.
    pub(super) fn impossible(&self) -> Option<(Expr, String)> {
        if let Some((column, _)) = &self.held {
            let other = Expr::Unary {
                op: UnaryOp::Not,
                expr: Box::new(asked(RangePart::Written, column)),
            };
            return Some((other, OTHERWISE.to_owned()));
        }
        let (lower, upper) = (self.lower.value.clone()?, self.upper.value.clone()?);
        Some((
            Expr::binary(lower, BinaryOp::Gt, upper),
            INVERTED.to_owned(),
        ))
    }

    /// What has to hold for two ranges with the same kind of bounds to overlap.
    pub(super) fn overlaps(&self, other: &Self) -> Vec<Expr> {
        let mut all = Vec::new();
        all.extend(self.begins_before_the_end_of(other));
        all.extend(other.begins_before_the_end_of(self));
        let filled = |range: &Self| {
            let (column, _) = range.held.as_ref()?;
            Some(asked(RangePart::Filled, column))
        };
        if self.held.is_some() {
            // In the form that they have, each has something in it or is called empty.
            all.extend(filled(self).into_iter().chain(filled(other)));
        } else if !self.closed {
            all.extend(self.begins_before_the_end_of(self));
            all.extend(other.begins_before_the_end_of(other));
        }
        all
    }

    fn begins_before_the_end_of(&self, other: &Self) -> Option<Expr> {
        let (lower, upper) = (&self.lower, &other.upper);
        let op = match self.closed {
            true => BinaryOp::LtEq,
            false => BinaryOp::Lt,
        };
        let (begin, end) = (lower.value.clone()?, upper.value.clone()?);
        let mut compared = Expr::binary(begin.clone(), op, end.clone());
        if let (Some((own, HeldRange::Moments { .. })), Some((their, _))) =
            (&self.held, &other.held)
        {
            // Where the one begins with the moment with which the other ends, both have to have it.
            let both = [
                Expr::binary(begin, BinaryOp::Eq, end),
                asked(RangePart::LowerIn, own),
                asked(RangePart::UpperIn, their),
            ];
            let meets = both
                .into_iter()
                .reduce(|all, one| Expr::binary(all, BinaryOp::And, one))?;
            compared = Expr::binary(compared, BinaryOp::Or, meets);
        }
        let nullable = [lower, upper].into_iter().filter(|bound| bound.nullable);
        let is_null = nullable.filter_map(|bound| {
            Some(Expr::IsNull {
                expr: Box::new(bound.value.clone()?),
                negated: false,
            })
        });
        Some(is_null.fold(compared, |any, one| Expr::binary(any, BinaryOp::Or, one)))
    }
}

impl Bound {
    fn of(expr: &Expr, table: &Table) -> Self {
        let nullable = match expr {
            Expr::Column { column, .. } => {
                let column = table.column(column);
                column.is_none_or(|column| column.nullable)
            }
            Expr::Literal(_) => false,
            Expr::Cast { expr, .. } => !matches!(**expr, Expr::Literal(_)),
            _ => true,
        };
        Self {
            value: (!expr.is_null()).then(|| expr.clone()),
            nullable,
        }
    }
}

/// A text constant, perhaps with its type.
fn text(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Literal(Literal::Text(text)) => Some(text.clone()),
        Expr::Cast { expr, ty } if *ty == Type::Text => text(expr),
        _ => None,
    }
}
