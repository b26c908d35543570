//! Types of expressions.

use super::scope::{Scope, number};
use super::{Family, NUMERIC, TIMESTAMP, TIMESTAMPTZ, common, is_zoned};
use crate::schema::{BinaryOp, Expr, Literal, Type, UnaryOp};
use crate::sql::Syntax;

impl Scope<'_> {
    /// The type of an expression. A text constant has none of its own: it takes that of what it
    /// meets.
    pub fn ty(&self, expr: &Expr) -> Option<Type> {
        match expr {
            Expr::Literal(literal) => literal_type(literal),
            Expr::Column { table, column } => self.column(table.as_ref(), column)?.ty.clone(),
            Expr::Keyword(word, _) => keyword(word, self.source()),
            Expr::Unary {
                op: UnaryOp::Not, ..
            }
            | Expr::IsNull { .. }
            | Expr::IsBoolean { .. }
            | Expr::IsDistinct { .. }
            | Expr::Between { .. }
            | Expr::InList { .. }
            | Expr::InQuery { .. }
            | Expr::Quantified { .. }
            | Expr::Exists(_)
            | Expr::Like { .. } => Some(Type::Boolean),
            Expr::Unary { expr, .. } => self.ty(expr),
            Expr::Binary { left, op, right } => self.binary(left, *op, right),
            Expr::Case {
                whens, otherwise, ..
            } => self.together_or_text(
                whens
                    .iter()
                    .map(|(_, then)| then)
                    .chain(otherwise.as_deref()),
            ),
            Expr::Cast { ty, .. } => Some(ty.clone()),
            Expr::Call(call) => self.call_type(call),
            Expr::Extract { .. } => Some(match self.source() {
                Syntax::Postgres => NUMERIC,
                Syntax::Mysql | Syntax::Sqlite => Type::BIGINT,
            }),
            Expr::Position { .. } => Some(Type::INTEGER),
            Expr::Substring { expr, .. } => match self.ty(expr) {
                Some(ty) if Family::of(&ty) == Family::Bytes => Some(Type::Blob),
                _ => Some(Type::Text),
            },
            Expr::Trim { .. } => Some(Type::Text),
            Expr::AtTimeZone { expr, .. } => {
                let ty = self.ty(expr)?;
                (Family::of(&ty) == Family::Timestamp).then(|| {
                    if is_zoned(&ty) {
                        TIMESTAMP
                    } else {
                        TIMESTAMPTZ
                    }
                })
            }
            Expr::Interval { .. } => Some(Type::Interval(None)),
            Expr::Collate { expr, .. } => self.ty(expr).or(Some(Type::Text)),
            Expr::Array(items) => {
                let item = self.together_or_text(items.iter())?;
                Some(Type::Array(Box::new(item)))
            }
            Expr::Subscript { expr, .. } => match self.ty(expr)? {
                Type::Array(item) => Some(*item),
                Type::Jsonb => Some(Type::Jsonb),
                _ => None,
            },
            Expr::Subquery(query) => self.query_fields(query)?.into_iter().next()?.ty,
            Expr::ArrayQuery(query) => {
                let item = self.query_fields(query)?.into_iter().next()?.ty?;
                Some(Type::Array(Box::new(item)))
            }
            Expr::Row(_) | Expr::Default => None,
        }
    }

    /// The type in which several expressions meet; constants of text and NULL say nothing, and
    /// if there is nothing else, there is none.
    pub(super) fn together<'e>(&self, exprs: impl Iterator<Item = &'e Expr>) -> Option<Type> {
        let mut result: Option<Type> = None;
        for expr in exprs {
            if is_text_constant(expr) {
                continue;
            }
            let ty = self.ty(expr)?;
            result = Some(match result {
                Some(result) => common(&result, &ty)?,
                None => ty,
            });
        }
        result
    }

    /// [`together`](Self::together), where constants alone are texts.
    pub(super) fn together_or_text<'e>(
        &self,
        exprs: impl Iterator<Item = &'e Expr> + Clone,
    ) -> Option<Type> {
        self.together(exprs.clone()).or_else(|| {
            exprs
                .into_iter()
                .all(is_text_constant)
                .then_some(Type::Text)
        })
    }

    /// The type in which two operands are compared. A text constant takes the other's; two of
    /// them are texts.
    pub fn compared(&self, left: &Expr, right: &Expr) -> Option<Type> {
        meet((left, self.ty(left)), (right, self.ty(right)))
    }

    fn binary(&self, left: &Expr, op: BinaryOp, right: &Expr) -> Option<Type> {
        use BinaryOp as Op;
        Some(match op {
            Op::Or
            | Op::And
            | Op::Xor
            | Op::Eq
            | Op::NotEq
            | Op::Lt
            | Op::LtEq
            | Op::Gt
            | Op::GtEq
            | Op::Regex { .. }
            | Op::Contains
            | Op::ContainedBy
            | Op::JsonHasKey
            | Op::JsonHasAnyKey
            | Op::JsonHasAllKeys
            | Op::Overlaps
            | Op::TextMatch => Type::Boolean,
            Op::Plus | Op::Minus => return self.additive(left, op, right),
            Op::Multiply => return self.multiplied(left, right),
            Op::Modulo => return self.arithmetic(left, right),
            Op::Divide if self.source() == Syntax::Mysql => match self.arithmetic(left, right)? {
                ty if Family::of(&ty) == Family::Float => ty,
                _ => NUMERIC,
            },
            Op::Divide => return self.arithmetic(left, right),
            Op::IntDivide => Type::BIGINT,
            Op::Power => match self.arithmetic(left, right)? {
                ty if Family::of(&ty) == Family::Numeric => NUMERIC,
                _ => Type::Double,
            },
            Op::Concat => return self.concat(left, right),
            Op::BitAnd | Op::BitOr | Op::BitXor => return self.arithmetic(left, right),
            Op::ShiftLeft | Op::ShiftRight => return self.ty(left),
            Op::JsonGet if self.source() == Syntax::Mysql => Type::Json,
            Op::JsonGet | Op::JsonPath => match self.ty(left)? {
                ty @ (Type::Json | Type::Jsonb) => ty,
                Type::Hstore => Type::Text,
                _ => return None,
            },
            Op::JsonGetText | Op::JsonPathText => Type::Text,
            Op::JsonDeletePath => Type::Jsonb,
        })
    }

    /// The type in which two numbers meet; a text constant is read as the other's type.
    fn arithmetic(&self, left: &Expr, right: &Expr) -> Option<Type> {
        self.compared(left, right).filter(is_number)
    }

    fn multiplied(&self, left: &Expr, right: &Expr) -> Option<Type> {
        let (l, r) = (self.ty(left), self.ty(right));
        // An interval times a number.
        let spans = [&l, &r]
            .into_iter()
            .any(|ty| matches!(ty, Some(Type::Interval(_))));
        if spans {
            return Some(Type::Interval(None));
        }
        meet((left, l), (right, r)).filter(is_number)
    }

    fn additive(&self, left: &Expr, op: BinaryOp, right: &Expr) -> Option<Type> {
        let (l, r) = (self.ty(left), self.ty(right));
        let family = |ty: &Option<Type>| ty.as_ref().map(Family::of);
        let minus = op == BinaryOp::Minus;
        Some(match (family(&l), family(&r)) {
            (Some(Family::Date), Some(Family::Date)) if minus => Type::INTEGER,
            (Some(Family::Date), Some(Family::Integer)) => Type::Date,
            (Some(Family::Integer), Some(Family::Date)) if !minus => Type::Date,
            (Some(Family::Date), Some(Family::Interval))
                if self.source() == Syntax::Mysql && is_of_days(right) =>
            {
                Type::Date
            }
            (Some(Family::Date), Some(Family::Interval)) => TIMESTAMP,
            (Some(Family::Timestamp), Some(Family::Interval)) => l?,
            (Some(Family::Interval), Some(Family::Timestamp)) if !minus => r?,
            (Some(Family::Timestamp), Some(Family::Timestamp)) if minus => Type::Interval(None),
            (Some(Family::Interval), Some(Family::Interval)) => Type::Interval(None),
            (Some(Family::Json), _) if minus && l == Some(Type::Jsonb) => Type::Jsonb,
            _ => return meet((left, l), (right, r)).filter(is_number),
        })
    }

    fn concat(&self, left: &Expr, right: &Expr) -> Option<Type> {
        if is_text_constant(left) && is_text_constant(right) {
            return Some(Type::Text);
        }
        let (l, r) = (self.ty(left), self.ty(right));
        let is = |ty: &Option<Type>, family| ty.as_ref().is_some_and(|ty| Family::of(ty) == family);
        if is(&l, Family::Array) {
            return l;
        }
        if is(&r, Family::Array) {
            return r;
        }
        if l == Some(Type::Jsonb) && (r == Some(Type::Jsonb) || is_text_constant(right)) {
            return l;
        }
        if r == Some(Type::Jsonb) && is_text_constant(left) {
            return r;
        }
        if is(&l, Family::Bytes) || is(&r, Family::Bytes) {
            return (is(&l, Family::Bytes) && is(&r, Family::Bytes)).then_some(Type::Blob);
        }
        // A text joins with anything else.
        let text = |ty: &Option<Type>, expr: &Expr| is(ty, Family::Text) || is_text_constant(expr);
        (text(&l, left) || text(&r, right)).then_some(Type::Text)
    }

    /// Whether an expression may be NULL. `true` unless it is sure that it is not.
    pub fn nullable(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Literal(literal) => *literal == Literal::Null,
            Expr::Column { table, column } => self
                .column(table.as_ref(), column)
                .is_none_or(|field| field.nullable),
            Expr::Keyword(..)
            | Expr::IsNull { .. }
            | Expr::IsBoolean { .. }
            | Expr::IsDistinct { .. }
            | Expr::Exists(_)
            | Expr::Array(_)
            | Expr::ArrayQuery(_)
            | Expr::Interval { .. } => false,
            Expr::Unary { expr, .. }
            | Expr::Cast { expr, .. }
            | Expr::Collate { expr, .. }
            | Expr::Extract { expr, .. } => self.nullable(expr),
            Expr::Binary { left, op, right } => {
                // A path may lead nowhere.
                matches!(
                    op,
                    BinaryOp::JsonGet
                        | BinaryOp::JsonGetText
                        | BinaryOp::JsonPath
                        | BinaryOp::JsonPathText
                ) || self.nullable(left)
                    || self.nullable(right)
            }
            Expr::Like { expr, pattern, .. } => self.nullable(expr) || self.nullable(pattern),
            Expr::Between {
                expr, low, high, ..
            } => self.nullable(expr) || self.nullable(low) || self.nullable(high),
            Expr::InList { expr, list, .. } => {
                self.nullable(expr) || list.iter().any(|item| self.nullable(item))
            }
            Expr::Case {
                whens, otherwise, ..
            } => {
                whens.iter().any(|(_, then)| self.nullable(then))
                    || otherwise.as_ref().is_none_or(|expr| self.nullable(expr))
            }
            Expr::Call(call) => self.call_nullable(call),
            Expr::AtTimeZone { expr, zone } => self.nullable(expr) || self.nullable(zone),
            _ => true,
        }
    }
}

/// The type in which two operands meet whose types are known: to ask for them once more at each level
/// of a sum would double the work with each of its terms.
fn meet(left: (&Expr, Option<Type>), right: (&Expr, Option<Type>)) -> Option<Type> {
    match (is_text_constant(left.0), is_text_constant(right.0)) {
        (true, true) => Some(Type::Text),
        (true, false) => right.1,
        (false, true) => left.1,
        (false, false) => common(&left.1?, &right.1?),
    }
}

fn is_number(ty: &Type) -> bool {
    Family::of(ty).is_number()
}

/// A text constant or NULL: PostgreSQL's "unknown" until it meets something with a type.
pub fn is_text_constant(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Text(_) | Literal::Null))
}

fn literal_type(literal: &Literal) -> Option<Type> {
    Some(match literal {
        Literal::Null | Literal::Text(_) => return None,
        Literal::Boolean(_) => Type::Boolean,
        Literal::Number(digits) => number(digits),
        Literal::Bytes(_) => Type::Blob,
        Literal::Bits(_) => Type::Bit(None),
        Literal::Typed(ty, _) => ty.clone(),
    })
}

fn keyword(word: &str, source: Syntax) -> Option<Type> {
    Some(match word {
        "CURRENT_TIMESTAMP" => match source {
            Syntax::Postgres => TIMESTAMPTZ,
            Syntax::Mysql | Syntax::Sqlite => TIMESTAMP,
        },
        "LOCALTIMESTAMP" | "UTC_TIMESTAMP" => TIMESTAMP,
        "CURRENT_DATE" | "UTC_DATE" => Type::Date,
        "CURRENT_TIME" => Type::Time {
            precision: None,
            zoned: source == Syntax::Postgres,
        },
        "LOCALTIME" | "UTC_TIME" => Type::Time {
            precision: None,
            zoned: false,
        },
        "CURRENT_USER" | "SESSION_USER" | "USER" | "CURRENT_ROLE" | "CURRENT_CATALOG"
        | "CURRENT_SCHEMA" => Type::Name,
        _ => return None,
    })
}

/// Whether an interval of MySQL's is one of whole days: a date that it is added to stays one.
pub(crate) fn is_of_days(interval: &Expr) -> bool {
    const UNITS: &[&str] = &["DAY", "WEEK", "MONTH", "QUARTER", "YEAR"];
    matches!(interval, Expr::Interval { unit: Some(unit), .. }
        if UNITS.iter().any(|one| unit.eq_ignore_ascii_case(one)))
}
