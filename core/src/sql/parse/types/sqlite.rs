//! SQLite's types: any words at all, of which those are known that Diesel and others give a
//! meaning.

use super::{Cursor, Parsed, Spelled};
use crate::schema::Type;
use crate::sql::parse::lex::Lex;

/// Words that begin a column's constraint, hence end its type.
const CONSTRAINT: &[&str] = &[
    "CONSTRAINT",
    "PRIMARY",
    "NOT",
    "NULL",
    "UNIQUE",
    "CHECK",
    "DEFAULT",
    "COLLATE",
    "REFERENCES",
    "GENERATED",
    "AS",
    "ON",
];

pub(super) fn spelled(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    let mut words: Vec<String> = Vec::new();
    while matches!(c.kind(0), Some(Lex::Word | Lex::Quoted | Lex::Text)) && !c.is_any(CONSTRAINT) {
        words.push(c.ident()?);
    }
    if words.is_empty() {
        return Ok(Type::Absent.into());
    }
    let written = words.join(" ");
    let mut modifiers = Vec::new();
    if c.is_op("(") {
        let inside = c.group()?;
        modifiers = inside.as_written().split(',').map(str::trim).collect();
    }
    let numbers: Option<Vec<u32>> = modifiers.iter().map(|m| m.parse().ok()).collect();
    let known = numbers.and_then(|numbers| known(&written.to_ascii_lowercase(), &numbers));
    Ok(known
        .unwrap_or_else(|| {
            Type::Other(if modifiers.is_empty() {
                written
            } else {
                format!("{written}({})", modifiers.join(","))
            })
        })
        .into())
}

fn known(name: &str, numbers: &[u32]) -> Option<Type> {
    let length = numbers.first().copied();
    Some(match (name, numbers.len()) {
        ("boolean" | "bool", 0) => Type::Boolean,
        ("tinyint", 0) => Type::TinyInt {
            unsigned: false,
            width: None,
        },
        ("smallint" | "int2", 0) => Type::SMALLINT,
        ("integer" | "int" | "int4", 0) => Type::INTEGER,
        ("bigint" | "int8", 0) => Type::BIGINT,
        ("real" | "float", 0) => Type::Real,
        ("double" | "double precision", 0) => Type::Double,
        ("numeric" | "decimal", 0) => Type::Numeric {
            precision: None,
            unsigned: false,
        },
        ("numeric" | "decimal", 1 | 2) => Type::Numeric {
            precision: Some((
                length?,
                i32::try_from(numbers.get(1).copied().unwrap_or(0)).ok()?,
            )),
            unsigned: false,
        },
        ("text" | "clob", 0) => Type::Text,
        ("char" | "character", 0 | 1) => Type::Char(length),
        ("varchar" | "character varying", 0 | 1) => Type::Varchar(length),
        ("blob" | "bytea", 0) => Type::Blob,
        ("binary", 0 | 1) => Type::Binary(length),
        ("varbinary", 0 | 1) => Type::Varbinary(length),
        ("date", 0) => Type::Date,
        ("time", 0) => Type::Time {
            precision: None,
            zoned: false,
        },
        ("timestamp" | "datetime", 0) => Type::Timestamp {
            precision: None,
            zoned: false,
        },
        ("timestamptz" | "timestamp with time zone", 0) => Type::Timestamp {
            precision: None,
            zoned: true,
        },
        ("uuid", 0) => Type::Uuid,
        ("json", 0) => Type::Json,
        ("jsonb", 0) => Type::Jsonb,
        _ => return None,
    })
}
