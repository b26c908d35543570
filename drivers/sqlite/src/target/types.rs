//! Types: what SQLite declares for what PostgreSQL or MySQL calls its own.
//!
//! The table in `docs/translation.md` is this file in words. Diesel decides where there is a
//! choice: it goes by the declared name, and stops at one that it does not know (`UUID`,
//! `JSONB`, `TIMESTAMPTZ`, `TIMESTAMP(3)`), so none of those is declared.

use std::fmt::Display;

use aludel::schema::{Name, Schema, Type};
use aludel::sql::Syntax;
use aludel::translate::{Omission, Refusal};

/// A type as SQLite holds it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) ty: Type,
    /// The collation without which values would compare otherwise.
    pub(super) collation: Option<&'static str>,
    /// What its values have to be.
    pub(super) limit: Limit,
    /// What is said about it in the report.
    pub(super) omission: Option<Omission>,
}

/// What the author set a limit to, where SQLite's type does not keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Limit {
    None,
    /// At most so many characters.
    Length(u32),
    /// One of these texts.
    Members(Vec<String>),
}

impl Held {
    fn plain(ty: Type) -> Self {
        Self {
            ty,
            collation: None,
            limit: Limit::None,
            omission: None,
        }
    }

    fn limited(ty: Type, limit: Limit) -> Self {
        Self {
            limit,
            ..Self::plain(ty)
        }
    }

    fn said(ty: Type, omission: Omission) -> Self {
        Self {
            omission: Some(omission),
            ..Self::plain(ty)
        }
    }
}

/// A date and time, always in UTC.
pub(super) const TIMESTAMP: Type = Type::Timestamp {
    precision: None,
    zoned: false,
};

/// An integer that is a key but does not number itself: `INTEGER` would make it the row id, which
/// takes a number of its own in place of NULL.
pub(super) const INT: &str = "INT";

/// How a column's type is held. `column` is named in what is said about it.
pub(super) fn held(
    ty: &Type,
    column: &dyn Display,
    authored: &Schema,
    source: Syntax,
) -> Result<Held, Refusal> {
    Ok(match ty {
        Type::Boolean
        | Type::TinyInt {
            width: Some(1),
            unsigned: false,
        } => Held::plain(Type::Boolean),
        Type::Bit(Some(1)) => Held::plain(Type::Boolean),
        Type::TinyInt { .. } | Type::SmallInt { unsigned: false } | Type::Year => {
            Held::plain(Type::SMALLINT)
        }
        Type::SmallInt { unsigned: true }
        | Type::MediumInt { .. }
        | Type::Integer { unsigned: false } => Held::plain(Type::INTEGER),
        Type::Integer { unsigned: true } | Type::BigInt { .. } => Held::plain(Type::BIGINT),
        Type::Real => Held::plain(Type::Real),
        Type::Double => Held::plain(Type::Double),
        // A number is rounded to digits after the point, of which there are none less than none.
        Type::Numeric {
            precision: Some((_, scale)),
            ..
        } if *scale < 0 => return Err(no_such_type(ty, column)),
        Type::Numeric { precision, .. } => numeric(*precision, column),
        Type::Char(length) => Held {
            // Blanks at the end do not count, as they do not in PostgreSQL.
            collation: Some("RTRIM"),
            ..Held::limited(
                Type::Char(Some(length.unwrap_or(1))),
                Limit::Length(length.unwrap_or(1)),
            )
        },
        Type::Varchar(Some(length)) => Held::limited(ty.clone(), Limit::Length(*length)),
        Type::Varchar(None)
        | Type::Text
        | Type::TinyText
        | Type::MediumText
        | Type::LongText
        | Type::Name
        | Type::Uuid
        | Type::Json
        | Type::Jsonb
        | Type::Interval(_)
        | Type::Inet
        | Type::Cidr
        | Type::Macaddr => Held::plain(Type::Text),
        Type::Citext => Held {
            collation: Some("NOCASE"),
            ..Held::said(
                Type::Text,
                Omission::new(
                    "case-beyond-ascii",
                    format!("{column}: citext ignores the case of ASCII letters only"),
                ),
            )
        },
        // A domain is asked for each of its elements there.
        Type::Array(element) if matches!(&**element, Type::Named(name) if authored.domain(name).is_some()) =>
        {
            return held(element, column, authored, source);
        }
        Type::Array(_) => Held::said(
            Type::Text,
            Omission::new(
                "array-as-json",
                format!("{column}: an array is held as a JSON array"),
            ),
        ),
        Type::Hstore => Held::said(
            Type::Text,
            Omission::new(
                "hstore-as-json",
                format!("{column}: an hstore is held as a JSON object"),
            ),
        ),
        Type::Tsvector | Type::Tsquery => Held::said(
            Type::Text,
            Omission::new(
                "full-text",
                format!("{column}: a text search vector is held as text, and nothing searches it"),
            ),
        ),
        kept if kept.is_kept_as_text() && source == Syntax::Postgres => Held::said(
            Type::Text,
            Omission::new(
                "text-form",
                format!(
                    "{column}: it is held as the text that PostgreSQL writes, and nothing computes with it"
                ),
            ),
        ),
        Type::Binary(_)
        | Type::Varbinary(_)
        | Type::Blob
        | Type::TinyBlob
        | Type::MediumBlob
        | Type::LongBlob => Held::plain(Type::Blob),
        Type::Date => Held::plain(Type::Date),
        Type::Time { zoned: false, .. } => Held::plain(Type::Time {
            precision: None,
            zoned: false,
        }),
        Type::Timestamp { .. } => Held::plain(TIMESTAMP),
        Type::Enum(name) => Held::limited(Type::Text, Limit::Members(members(name, authored)?)),
        Type::InlineEnum(members) => Held::limited(Type::Text, Limit::Members(members.clone())),
        Type::Other(name) if name == "oid" => Held::plain(Type::BIGINT),
        other => return Err(no_such_type(other, column)),
    })
}

fn numeric(precision: Option<(u32, i32)>, column: &dyn Display) -> Held {
    let ty = Type::Numeric {
        precision,
        unsigned: false,
    };
    match precision {
        Some((digits, _)) if digits <= EXACT_DIGITS => Held::plain(ty),
        _ => Held::said(
            ty,
            Omission::new(
                "numeric-precision",
                format!("{column}: a numeric keeps {EXACT_DIGITS} significant digits"),
            ),
        ),
    }
}

/// So many decimal digits survive in a double, which is what SQLite holds a numeric in.
pub(super) const EXACT_DIGITS: u32 = 15;

/// The members of an enum.
pub(super) fn members(name: &Name, authored: &Schema) -> Result<Vec<String>, Refusal> {
    match authored.enum_type(name) {
        Some(ty) => Ok(ty.members.clone()),
        None => Err(Refusal::new(
            "unknown-type",
            format!("there is no type `{name}`"),
        )),
    }
}

fn no_such_type(ty: &Type, column: &dyn Display) -> Refusal {
    let what = match ty {
        Type::Named(name) => format!("the type `{name}`"),
        Type::Other(name) => format!("the type `{name}`"),
        Type::Money => "money".into(),
        Type::Bit(_) | Type::Varbit(_) => "a bit string".into(),
        Type::Time { zoned: true, .. } => "a time with a time zone".into(),
        Type::InlineSet(_) => "a SET".into(),
        Type::Xml => "xml".into(),
        Type::Numeric {
            precision: Some((digits, scale)),
            ..
        } => format!("a numeric({digits}, {scale}), which rounds before the point,"),
        other => format!("the type {other:?}"),
    };
    Refusal::new(
        "no-such-type",
        format!("{column}: {what} has no counterpart on sqlite"),
    )
    .help("write an override with the type that the application reads on sqlite")
}
