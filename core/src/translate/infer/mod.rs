//! Types of expressions, as far as a faithful rendering needs them.
//!
//! What an operator does depends on its operands' types: `/` on integers truncates, `||` joins
//! texts, arrays or jsonb, a text constant becomes whatever stands beside it. A [`Scope`] knows
//! the columns that an expression can name, and answers with the type that the authored engine
//! would give it, or with nothing: who renders must then refuse, not guess.
//!
//! # Invariants
//!
//! - A type is only ever given if the authored engine would give that one. `None` is always a
//!   right answer.
//! - [`Scope::nullable`] says "may be NULL" unless it is sure.
//!
//! # Deliberately absent
//!
//! Checking: an expression that the authored engine would refuse may get any answer.

mod apart;
mod call;
mod expr;
mod known;
mod rows;
mod scope;

#[cfg(test)]
mod tests;

pub use expr::is_text_constant;
pub(crate) use known::{gives_the_same, is_known, makes_nothing};
pub(crate) use rows::gathers;
pub use rows::{UNNEST, elements, has_aggregate, seeks_null, takes_apart};
pub use scope::{Field, Relation, Scope, UNNAMED, output_name};

use crate::schema::Type;

/// Families of types within which the engines convert without being asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Family {
    /// Booleans.
    Boolean,
    /// Integers of any width.
    Integer,
    /// Exact numbers with digits after the point.
    Numeric,
    /// Floating point.
    Float,
    /// Texts, whatever their limit.
    Text,
    /// Bytes.
    Bytes,
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date and time.
    Timestamp,
    /// A span of time.
    Interval,
    /// A uuid.
    Uuid,
    /// json, and jsonb.
    Json,
    /// An array.
    Array,
    /// An enum.
    Enum,
    /// Anything else.
    Other,
}

impl Family {
    /// The family of a type.
    pub fn of(ty: &Type) -> Self {
        match ty {
            Type::Boolean => Self::Boolean,
            ty if ty.is_integer() => Self::Integer,
            Type::Year => Self::Integer,
            Type::Numeric { .. } | Type::Money => Self::Numeric,
            Type::Real | Type::Double => Self::Float,
            ty if ty.is_text() => Self::Text,
            ty if ty.is_bytes() => Self::Bytes,
            Type::Date => Self::Date,
            Type::Time { .. } => Self::Time,
            Type::Timestamp { .. } => Self::Timestamp,
            Type::Interval(_) => Self::Interval,
            Type::Uuid => Self::Uuid,
            Type::Json | Type::Jsonb => Self::Json,
            Type::Array(_) => Self::Array,
            Type::Enum(_) | Type::InlineEnum(_) => Self::Enum,
            _ => Self::Other,
        }
    }

    /// Whether values of a type that a target keeps as texts may be equal though the texts are not.
    pub fn is_of_many_texts(ty: &Type) -> bool {
        ty.is_kept_as_text() || matches!(Self::of(ty), Self::Json | Self::Array | Self::Interval)
    }

    /// Whether its values are numbers.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Numeric | Self::Float)
    }
}

/// A moment: `timestamptz`.
pub(crate) const TIMESTAMPTZ: Type = Type::Timestamp {
    precision: None,
    zoned: true,
};

/// A date and time without a zone.
pub(crate) const TIMESTAMP: Type = Type::Timestamp {
    precision: None,
    zoned: false,
};

/// `numeric` without limits.
pub(crate) const NUMERIC: Type = Type::Numeric {
    precision: None,
    unsigned: false,
};

/// The type in which values of two types meet: in CASE, COALESCE, UNION, and in arithmetic.
pub(crate) fn common(left: &Type, right: &Type) -> Option<Type> {
    if left == right {
        return Some(left.clone());
    }
    let (a, b) = (Family::of(left), Family::of(right));
    match (a, b) {
        (Family::Integer, Family::Integer) => Some(wider(left, right)),
        (a, b) if a.is_number() && b.is_number() => {
            Some(if a == Family::Float || b == Family::Float {
                Type::Double
            } else {
                NUMERIC
            })
        }
        (Family::Text, Family::Text) => Some(match (left, right) {
            (Type::Char(a), Type::Char(b)) => Type::Char((*a).max(*b)),
            _ => Type::Text,
        }),
        (Family::Bytes, Family::Bytes) => Some(Type::Blob),
        (Family::Timestamp, Family::Timestamp) => Some(if is_zoned(left) || is_zoned(right) {
            TIMESTAMPTZ
        } else {
            TIMESTAMP
        }),
        (Family::Date, Family::Timestamp) => Some(right.clone()),
        (Family::Timestamp, Family::Date) => Some(left.clone()),
        (Family::Array, Family::Array) => match (left, right) {
            (Type::Array(a), Type::Array(b)) => Some(Type::Array(Box::new(common(a, b)?))),
            _ => None,
        },
        _ => None,
    }
}

pub(crate) fn is_zoned(ty: &Type) -> bool {
    matches!(ty, Type::Timestamp { zoned: true, .. })
}

fn wider(left: &Type, right: &Type) -> Type {
    if rank(left) >= rank(right) {
        left.clone()
    } else {
        right.clone()
    }
}

/// Integers by their width.
pub(crate) fn rank(ty: &Type) -> u8 {
    match ty {
        Type::TinyInt { .. } => 0,
        Type::SmallInt { .. } | Type::Year => 1,
        Type::MediumInt { .. } => 2,
        Type::Integer { .. } => 3,
        _ => 4,
    }
}
