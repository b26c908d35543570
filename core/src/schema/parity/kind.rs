//! What kind of value a column takes, whatever engine holds it: coarser than the families of
//! [`infer`](crate::translate::infer) that it is made of, and finer where the engines hold a family in
//! several forms.

use super::super::Type;
use crate::sql::Syntax;
use crate::translate::infer::Family;

/// What kind of value a column takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Boolean,
    Integer,
    Float,
    Decimal,
    Text,
    Bytes,
    Bits,
    Date,
    Time,
    Moment,
    Json,
    /// What only some engines have, and others keep as a text.
    AsText,
    /// What only some engines have, and others keep as a text or a JSON.
    AsJson,
    Other,
}

impl Kind {
    pub(super) fn of(ty: &Type, syntax: Syntax) -> Self {
        match ty {
            Type::TinyInt { width: Some(1), .. } => Self::Boolean,
            Type::Bit(_) | Type::Varbit(_) => Self::Bits,
            Type::Hstore => Self::AsJson,
            Type::Absent if syntax == Syntax::Sqlite => Self::Bytes,
            Type::Other(name) if name.eq_ignore_ascii_case("INT") => Self::Integer,
            Type::Xml
            | Type::Inet
            | Type::Cidr
            | Type::Macaddr
            | Type::Tsvector
            | Type::Tsquery
            | Type::InlineSet(_) => Self::AsText,
            ty if ty.is_kept_as_text() => Self::AsText,
            ty => Self::of_family(Family::of(ty)),
        }
    }

    fn of_family(family: Family) -> Self {
        match family {
            Family::Boolean => Self::Boolean,
            Family::Integer => Self::Integer,
            Family::Numeric => Self::Decimal,
            Family::Float => Self::Float,
            Family::Text => Self::Text,
            Family::Bytes => Self::Bytes,
            Family::Date => Self::Date,
            Family::Time => Self::Time,
            Family::Timestamp => Self::Moment,
            Family::Json => Self::Json,
            Family::Interval | Family::Uuid | Family::Enum => Self::AsText,
            Family::Array => Self::AsJson,
            Family::Other => Self::Other,
        }
    }

    /// Whether one engine keeps as `self` what another keeps as `other`.
    pub(super) fn stands_for(self, other: Self) -> bool {
        let pair = |a, b| self == a && other == b || self == b && other == a;
        self == other
            || pair(Self::Text, Self::AsText)
            || pair(Self::Text, Self::Json)
            || pair(Self::Text, Self::AsJson)
            || pair(Self::Json, Self::AsJson)
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Boolean => "a boolean",
            Self::Integer => "an integer",
            Self::Float => "a float",
            Self::Decimal => "a decimal",
            Self::Text => "a text",
            Self::Bytes => "bytes",
            Self::Bits => "bits",
            Self::Date => "a date",
            Self::Time => "a time",
            Self::Moment => "a date and time",
            Self::Json => "a JSON",
            Self::AsText => "what others keep as a text",
            Self::AsJson => "what others keep as a JSON",
            Self::Other => "of a type of its own",
        }
    }
}
