//! Types: what holds here what a type of MySQL or SQLite holds.
//!
//! The tables in `docs/translation.md` are this file in words. Diesel decides where there is a
//! choice: a column loads here into what it loads into there.

use aludel::schema::Type;
use aludel::sql::Syntax;
use aludel::translate::Refusal;

/// How a type is held here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) ty: Type,
    pub(crate) limit: Limit,
}

/// What the author's type refuses and the one that holds it does not: a CHECK.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Limit {
    None,
    /// No number below zero.
    NotNegative,
    /// One of these texts.
    Members(Vec<String>),
    /// So many bytes.
    Bytes(u32),
    /// At most so many bytes.
    MostBytes(u32),
}

impl Held {
    fn plain(ty: Type) -> Self {
        Self {
            ty,
            limit: Limit::None,
        }
    }

    fn limited(ty: Type, limit: Limit) -> Self {
        Self { ty, limit }
    }

    fn number(ty: Type, unsigned: bool) -> Self {
        let limit = if unsigned {
            Limit::NotNegative
        } else {
            Limit::None
        };
        Self { ty, limit }
    }
}

/// How a type is held.
///
/// # Errors
///
/// If no type here keeps its meaning.
pub(crate) fn hold(ty: &Type, source: Syntax) -> Result<Held, Refusal> {
    let mysql = source == Syntax::Mysql;
    Ok(match ty {
        Type::Boolean
        | Type::TinyInt {
            width: Some(1),
            unsigned: false,
        }
        | Type::Bit(Some(1)) => Held::plain(Type::Boolean),
        // To Diesel every TINYINT of SQLite is a boolean.
        Type::TinyInt { .. } if !mysql => Held::plain(Type::Boolean),
        Type::TinyInt { unsigned, .. } => Held::number(Type::SMALLINT, *unsigned),
        Type::SmallInt { unsigned: false } | Type::Year => Held::plain(Type::SMALLINT),
        Type::SmallInt { unsigned: true } => Held::number(Type::INTEGER, true),
        Type::MediumInt { unsigned } => Held::number(Type::INTEGER, *unsigned),
        Type::Integer { unsigned: false } => Held::plain(Type::INTEGER),
        Type::Integer { unsigned: true } => Held::number(Type::BIGINT, true),
        Type::BigInt { unsigned } => Held::number(Type::BIGINT, *unsigned),
        Type::Real | Type::Double | Type::Date | Type::Uuid | Type::Json | Type::Jsonb => {
            Held::plain(ty.clone())
        }
        // SQLite does not keep to the digits that it is told.
        Type::Numeric { .. } if !mysql => Held::plain(Type::Numeric {
            precision: None,
            unsigned: false,
        }),
        Type::Numeric {
            precision,
            unsigned,
        } => {
            let precision = *precision;
            let ty = Type::Numeric {
                precision,
                unsigned: false,
            };
            Held::number(ty, *unsigned)
        }
        // MySQL gives a CHAR without its blanks, and SQLite does not fill one up.
        Type::Char(length) | Type::Varchar(length) => Held::plain(Type::Varchar(*length)),
        Type::Text | Type::TinyText | Type::MediumText | Type::LongText => Held::plain(Type::Text),
        Type::InlineEnum(members) => Held::limited(Type::Text, Limit::Members(members.clone())),
        Type::Binary(Some(length)) if mysql => Held::limited(Type::Blob, Limit::Bytes(*length)),
        Type::Varbinary(Some(length)) if mysql => {
            Held::limited(Type::Blob, Limit::MostBytes(*length))
        }
        ty if ty.is_bytes() => Held::plain(Type::Blob),
        Type::Time {
            precision,
            zoned: false,
        } => Held::plain(Type::Time {
            precision: digits(*precision, mysql),
            zoned: false,
        }),
        Type::Timestamp { precision, zoned } => Held::plain(Type::Timestamp {
            precision: digits(*precision, mysql),
            zoned: *zoned,
        }),
        Type::Bit(Some(length)) => Held::plain(Type::Bit(Some(*length))),
        Type::Other(name) if !mysql => return declared(name),
        other => return Err(no_such_type(other)),
    })
}

/// Digits of a second: none, unless MySQL is told.
fn digits(precision: Option<u32>, mysql: bool) -> Option<u32> {
    if mysql {
        Some(precision.unwrap_or(0))
    } else {
        precision
    }
}

/// A type that SQLite knows by the words in it, as Diesel reads them.
fn declared(name: &str) -> Result<Held, Refusal> {
    let words = name.to_ascii_lowercase();
    let has = |word: &str| words.contains(word);
    Ok(Held::plain(if has("bool") || has("tiny") && has("int") {
        Type::Boolean
    } else if has("small") && has("int") {
        Type::SMALLINT
    } else if has("big") && has("int") {
        Type::BIGINT
    } else if has("int") {
        Type::INTEGER
    } else if has("char") || has("clob") || has("text") {
        Type::Text
    } else if has("blob") {
        Type::Blob
    } else if has("float") || has("real") || has("double") {
        Type::Double
    } else if has("num") || has("dec") {
        Type::Numeric {
            precision: None,
            unsigned: false,
        }
    } else {
        return Err(no_such_type(&Type::Other(name.to_owned())));
    }))
}

fn no_such_type(ty: &Type) -> Refusal {
    let what = match ty {
        Type::Absent => "no type at all".to_owned(),
        Type::InlineSet(_) => "a SET".to_owned(),
        Type::Other(name) => format!("the type `{name}`"),
        other => format!("the type {other:?}"),
    };
    let message = format!("{what} has no counterpart on postgres");
    Refusal::new("no-such-type", message)
        .help("write an override with the type that the application reads on postgres")
}
