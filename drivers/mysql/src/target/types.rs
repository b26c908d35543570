//! Which type holds what a type of the authored engine holds.

use aludel::schema::{Column, Name, Schema, Type};
use aludel::translate::Refusal;

use super::facts::Facts;

/// The longest VARCHAR that a row can hold, in characters of four bytes.
pub(crate) const LONGEST_VARCHAR: u32 = 16_383;
/// Digits of DECIMAL, in all and after the point.
const DIGITS: (u32, i32) = (65, 30);

/// How a type is held here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Held {
    /// The type.
    pub(crate) ty: Type,
    /// Its character set, if it is not that of the table.
    pub(crate) charset: Option<&'static str>,
    /// Its collation, likewise.
    pub(crate) collation: Option<&'static str>,
    /// The most characters that a value may have, where the type itself does not say so.
    pub(crate) longest: Option<u32>,
    /// A `char(n)` that is a VARCHAR here, whose values have no blanks at their end.
    pub(crate) without_blanks: bool,
    /// What the report says of it: the code, and how it is held.
    pub(crate) said: Option<(&'static str, &'static str)>,
}

impl Held {
    /// A type with the table's character set and collation.
    pub(crate) fn plain(ty: Type) -> Self {
        Self {
            ty,
            charset: None,
            collation: None,
            longest: None,
            without_blanks: false,
            said: None,
        }
    }

    /// Texts of ASCII letters and digits, of which upper and lower case are the same.
    fn ascii(ty: Type) -> Self {
        Self {
            charset: Some("ascii"),
            collation: Some("ascii_general_ci"),
            ..Self::plain(ty)
        }
    }

    /// JSON; where it is text, under the collation of all texts.
    fn json(facts: &Facts) -> Self {
        Self {
            collation: (!facts.json).then_some(facts.exact),
            ..Self::plain(Type::Json)
        }
    }

    /// Makes a column one of this type.
    pub(crate) fn describe(&self, column: &mut Column) {
        column.ty = self.ty.clone();
        column.charset = self.charset.map(str::to_owned);
        column.collation = self.collation.map(Name::bare);
    }
}

/// How a type is held. Texts and bytes get the type without a limit; whether a key needs one is
/// for [`super::keys`] to say.
///
/// # Errors
///
/// If no type here keeps its meaning.
pub(crate) fn hold(ty: &Type, authored: &Schema, facts: &Facts) -> Result<Held, Refusal> {
    Ok(Held::plain(match ty {
        Type::Boolean => Type::TinyInt {
            unsigned: false,
            width: Some(1),
        },
        Type::Numeric {
            precision: None,
            unsigned,
        } => Type::Numeric {
            precision: Some(DIGITS),
            unsigned: *unsigned,
        },
        Type::Numeric {
            precision: Some((_, scale)),
            ..
        } if !(0..=DIGITS.1).contains(scale) => {
            return Err(no_type(ty, facts)
                .help("a decimal number here has at most 30 digits after the point"));
        }
        Type::Numeric {
            precision: Some((digits, scale)),
            ..
        } if scale.unsigned_abs() > *digits => {
            return Err(no_type(ty, facts)
                .help("a decimal number here has no more digits after the point than in all"));
        }
        Type::Numeric {
            precision: Some((digits, _)),
            ..
        } if *digits > DIGITS.0 => {
            return Ok(Held {
                said: Some((
                    "numeric-precision",
                    "a number of more than 65 digits is refused when it is written",
                )),
                ..Held::plain(shortened(ty))
            });
        }
        Type::Char(None) => Type::Char(Some(1)),
        Type::Char(Some(length)) if *length > 255 => {
            return Err(no_type(ty, facts).help("CHAR holds 255 characters: make it a varchar"));
        }
        Type::Varchar(Some(length)) if *length > LONGEST_VARCHAR => {
            return Ok(Held {
                longest: Some(*length),
                ..Held::plain(Type::LongText)
            });
        }
        Type::Varchar(None) | Type::Text => Type::LongText,
        Type::Citext => {
            return Ok(match facts.any_case {
                Some(collation) => Held {
                    collation: Some(collation),
                    ..Held::plain(Type::LongText)
                },
                // Where each collation that ignores case ignores accents too, there are none.
                None => Held {
                    charset: Some("ascii"),
                    collation: Some("ascii_general_nopad_ci"),
                    said: Some((
                        "case-beyond-ascii",
                        "a citext with other characters than those of ASCII is refused when it is written",
                    )),
                    ..Held::plain(Type::LongText)
                },
            });
        }
        Type::Name => Type::Varchar(Some(63)),
        Type::Blob => Type::LongBlob,
        Type::Time {
            precision,
            zoned: false,
        } => Type::Time {
            precision: Some(precision.unwrap_or(6)),
            zoned: false,
        },
        Type::Timestamp { precision, .. } => Type::Timestamp {
            precision: Some(precision.unwrap_or(6)),
            zoned: false,
        },
        Type::Uuid => return Ok(Held::ascii(Type::Char(Some(36)))),
        Type::Inet | Type::Cidr => return Ok(Held::ascii(Type::Varchar(Some(43)))),
        Type::Macaddr => return Ok(Held::ascii(Type::Char(Some(17)))),
        Type::Jsonb => return Ok(Held::json(facts)),
        Type::Json => return Ok(Held::json(facts)),
        // A domain is asked for each of its elements there.
        Type::Array(element) if matches!(&**element, Type::Named(name) if authored.domain(name).is_some()) =>
        {
            return hold(element, authored, facts);
        }
        Type::Array(_) => {
            return Ok(Held {
                said: Some(("array-as-json", "an array is held as a JSON array")),
                ..Held::json(facts)
            });
        }
        Type::Hstore => {
            return Ok(Held {
                said: Some(("hstore-as-json", "an hstore is held as a JSON object")),
                ..Held::json(facts)
            });
        }
        Type::Tsvector | Type::Tsquery => {
            return Ok(Held {
                said: Some((
                    "full-text",
                    "a text search vector is held as text, and nothing searches it",
                )),
                ..Held::plain(Type::LongText)
            });
        }
        // Held as PostgreSQL writes it; MySQL's own types of these names are another thing.
        kept if kept.is_kept_as_text() => {
            return Ok(Held {
                said: Some((
                    "text-form",
                    "it is held as the text that PostgreSQL writes, and nothing computes with it",
                )),
                ..Held::plain(Type::LongText)
            });
        }
        Type::Interval(_) => Type::Varchar(Some(255)),
        Type::Other(name) if name == "oid" => Type::Integer { unsigned: true },
        Type::Bit(None) => Type::Bit(Some(1)),
        Type::Bit(Some(digits)) if *digits > 64 => return Err(no_type(ty, facts)),
        Type::Enum(name) => match authored.enum_type(name) {
            Some(known) => Type::InlineEnum(members(&known.members)?),
            None => return Err(no_type(ty, facts)),
        },
        Type::Time { zoned: true, .. }
        | Type::Varbit(_)
        | Type::Money
        | Type::Xml
        | Type::Named(_)
        | Type::Other(_)
        | Type::Absent => return Err(no_type(ty, facts)),
        same => same.clone(),
    }))
}

/// A decimal number of at most as many digits as there are.
pub(crate) fn shortened(ty: &Type) -> Type {
    match ty {
        Type::Numeric {
            precision: Some((digits, scale)),
            unsigned,
        } => Type::Numeric {
            precision: Some(((*digits).min(DIGITS.0), *scale)),
            unsigned: *unsigned,
        },
        other => other.clone(),
    }
}

/// An ENUM's members, if the type can have them.
fn members(members: &[String]) -> Result<Vec<String>, Refusal> {
    // It takes the empty text for "no member", and cuts blanks off.
    match members
        .iter()
        .find(|member| member.is_empty() || member.ends_with(' '))
    {
        Some(member) => Err(Refusal::new(
            "enum-member",
            format!("`{member}` cannot be a member of an ENUM, which cuts trailing blanks off"),
        )),
        None => Ok(members.to_vec()),
    }
}

fn no_type(ty: &Type, facts: &Facts) -> Refusal {
    Refusal::new(
        "no-such-type",
        format!(
            "the type {} has no counterpart on {}",
            words(ty),
            facts.name
        ),
    )
}

/// A type as a user would write it.
pub(crate) fn words(ty: &Type) -> String {
    let sized = |name: &str, size: Option<u32>| match size {
        Some(size) => format!("{name}({size})"),
        None => name.to_owned(),
    };
    let zone = |zoned: bool| if zoned { " with time zone" } else { "" };
    let name = match ty {
        Type::Boolean => "boolean".into(),
        Type::TinyInt { .. } => "tinyint".into(),
        Type::SmallInt { .. } => "smallint".into(),
        Type::MediumInt { .. } => "mediumint".into(),
        Type::Integer { .. } => "integer".into(),
        Type::BigInt { .. } => "bigint".into(),
        Type::Double => "double precision".into(),
        Type::Numeric {
            precision: Some((digits, scale)),
            ..
        } => format!("numeric({digits}, {scale})"),
        Type::Numeric { .. } => "numeric".into(),
        Type::Char(length) => sized("char", *length),
        Type::Varchar(length) => sized("varchar", *length),
        Type::Blob => "bytea".into(),
        Type::Time { precision, zoned } => sized("time", *precision) + zone(*zoned),
        Type::Timestamp { precision, zoned } => sized("timestamp", *precision) + zone(*zoned),
        Type::Interval(_) => "interval".into(),
        Type::Bit(length) => sized("bit", *length),
        Type::Varbit(length) => sized("bit varying", *length),
        Type::Array(item) => words(item).trim_matches('`').to_owned() + "[]",
        Type::Enum(name) | Type::Named(name) => name.to_string(),
        Type::InlineEnum(_) => "enum".into(),
        Type::InlineSet(_) => "set".into(),
        Type::Other(name) => name.clone(),
        Type::Absent => return "no type at all".into(),
        other => format!("{other:?}").to_lowercase(),
    };
    format!("`{name}`")
}

/// The bytes of a value in a key, if its type is one that fits there as a whole.
pub(crate) fn key_bytes(ty: &Type, charset: Option<&str>) -> Option<u32> {
    let character = if charset == Some("ascii") { 1 } else { 4 };
    Some(match ty {
        Type::TinyInt { .. } | Type::Year => 1,
        Type::SmallInt { .. } => 2,
        Type::MediumInt { .. } | Type::Date => 3,
        Type::Integer { .. } | Type::Real => 4,
        Type::BigInt { .. } | Type::Double | Type::Timestamp { .. } | Type::Bit(_) => 8,
        Type::Time { .. } => 6,
        Type::InlineEnum(_) => 2,
        Type::InlineSet(_) => 8,
        // Nine digits take four bytes; each side of the point begins anew.
        Type::Numeric {
            precision: Some((digits, _)),
            ..
        } => digits.div_ceil(9) * 4 + 4,
        Type::Char(Some(length)) | Type::Varchar(Some(length)) => length.checked_mul(character)?,
        Type::Binary(Some(length)) | Type::Varbinary(Some(length)) => *length,
        _ => return None,
    })
}
