//! MySQL's and MariaDB's types.

use super::{Cursor, Parsed, Spelled, length, precision};
use crate::schema::Type;
use crate::sql::parse::cursor::unclear;
use crate::sql::parse::lex::Lex;

pub(super) fn spelled(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    let word = c.word_at(0).to_ascii_lowercase();
    if word.is_empty() {
        return c.expected("a type");
    }
    c.skip(1);
    let ty = match word.as_str() {
        "serial" => {
            // BIGINT UNSIGNED NOT NULL AUTO_INCREMENT UNIQUE: the last three are the column's.
            return Ok(Spelled {
                serial: true,
                ..Type::BigInt { unsigned: true }.into()
            });
        }
        "bool" | "boolean" => Type::TinyInt {
            unsigned: false,
            width: Some(1),
        },
        "tinyint" | "int1" => {
            let width = length(c)?;
            Type::TinyInt {
                unsigned: unsigned(c)?,
                width,
            }
        }
        "smallint" | "int2" => Type::SmallInt {
            unsigned: integer(c)?,
        },
        "mediumint" | "int3" | "middleint" => Type::MediumInt {
            unsigned: integer(c)?,
        },
        "int" | "integer" | "int4" => Type::Integer {
            unsigned: integer(c)?,
        },
        "bigint" | "int8" => Type::BigInt {
            unsigned: integer(c)?,
        },
        "float" | "float4" => {
            rounded(c)?;
            let bits = length(c)?;
            floating(c)?;
            match bits {
                Some(25..) => Type::Double,
                _ => Type::Real,
            }
        }
        "double" | "float8" | "real" => {
            c.eat("PRECISION");
            rounded(c)?;
            floating(c)?;
            Type::Double
        }
        "decimal" | "dec" | "numeric" | "fixed" => {
            // Without a precision it is ten digits, none after the point.
            let precision = Some(precision(c)?.unwrap_or((10, 0)));
            Type::Numeric {
                precision,
                unsigned: unsigned(c)?,
            }
        }
        "bit" => Type::Bit(Some(length(c)?.unwrap_or(1))),
        "date" => Type::Date,
        "time" => Type::Time {
            precision: length(c)?,
            zoned: false,
        },
        "datetime" => Type::Timestamp {
            precision: length(c)?,
            zoned: false,
        },
        "timestamp" => Type::Timestamp {
            precision: length(c)?,
            zoned: true,
        },
        "year" => {
            length(c)?;
            Type::Year
        }
        "json" => Type::Json,
        "uuid" => Type::Uuid,
        "inet4" | "inet6" | "geometry" | "point" | "linestring" | "polygon" | "multipoint"
        | "multilinestring" | "multipolygon" | "geometrycollection" | "geomcollection"
        | "vector" => {
            let modifiers = if c.is_op("(") {
                format!("({})", c.group()?.as_written())
            } else {
                String::new()
            };
            Type::Other(format!("{word}{modifiers}"))
        }
        "binary" => Type::Binary(Some(length(c)?.unwrap_or(1))),
        "varbinary" => Type::Varbinary(length(c)?),
        "blob" => {
            // A length only chooses the smallest of the four that holds it.
            match length(c)? {
                Some(..=255) => Type::TinyBlob,
                Some(16_777_216..) => Type::LongBlob,
                Some(65_536..) => Type::MediumBlob,
                _ => Type::Blob,
            }
        }
        "tinyblob" => Type::TinyBlob,
        "mediumblob" => Type::MediumBlob,
        "longblob" => Type::LongBlob,
        _ => return text(c, &word),
    };
    Ok(ty.into())
}

/// Texts, which may name a character set.
fn text(c: &mut Cursor<'_>, word: &str) -> Parsed<Spelled> {
    let mut national = matches!(word, "nchar" | "nvarchar");
    let word = match word {
        "national" => {
            national = true;
            match c.eat_any(&["CHAR", "CHARACTER", "VARCHAR"]) {
                Some("VARCHAR") => "varchar",
                Some(_) => "char",
                None => return c.expected("CHAR"),
            }
        }
        "nchar" | "character" => "char",
        "nvarchar" => "varchar",
        other => other,
    };
    let ty = match word {
        "char" if c.eat("VARYING") || c.eat("VARCHAR") => Type::Varchar(length(c)?),
        "char" => Type::Char(Some(length(c)?.unwrap_or(1))),
        "varchar" | "varcharacter" => Type::Varchar(length(c)?),
        "text" => match length(c)? {
            None => Type::Text,
            // The least type for so many characters, of one to four bytes.
            Some(length) => match (text_of(length), text_of(length.saturating_mul(4))) {
                (one, four) if one == four => one,
                _ => return unclear("TEXT with a length, which depends on the character set"),
            },
        },
        "tinytext" => Type::TinyText,
        "mediumtext" => Type::MediumText,
        "longtext" => Type::LongText,
        "long" => {
            if c.eat("VARBINARY") {
                return Ok(Type::MediumBlob.into());
            }
            c.eats(&["CHAR", "VARYING"]);
            c.eat("VARCHAR");
            Type::MediumText
        }
        "enum" => Type::InlineEnum(c.group()?.each(Cursor::string)?),
        "set" => Type::InlineSet(c.group()?.each(Cursor::string)?),
        _ => return unclear(format!("the type `{word}`, which is not known")),
    };
    let charset = charset(c)?;
    Ok(Spelled {
        ty,
        serial: false,
        charset: charset.or_else(|| national.then(|| "utf8".to_owned())),
    })
}

/// `CHARACTER SET x`, `CHARSET x`, `ASCII`, `UNICODE`.
fn charset(c: &mut Cursor<'_>) -> Parsed<Option<String>> {
    if c.eats(&["CHARACTER", "SET"]) || c.eats(&["CHAR", "SET"]) || c.eat("CHARSET") {
        return charset_name(c).map(Some);
    }
    if c.is_any(&["ASCII", "UNICODE", "BYTE"]) {
        return unclear("an old spelling of a character set");
    }
    Ok(None)
}

/// A character set's or collation's name: a word or a string.
pub(in crate::sql::parse) fn charset_name(c: &mut Cursor<'_>) -> Parsed<String> {
    let name = if c.kind(0) == Some(Lex::Text) {
        c.string()?
    } else {
        c.ident()?
    };
    Ok(name.to_ascii_lowercase())
}

/// What may follow an integer: its display width (which says nothing), and its sign.
fn integer(c: &mut Cursor<'_>) -> Parsed<bool> {
    length(c)?;
    unsigned(c)
}

fn unsigned(c: &mut Cursor<'_>) -> Parsed<bool> {
    let mut unsigned = false;
    loop {
        if c.eat("UNSIGNED") {
            unsigned = true;
        } else if c.eat("ZEROFILL") {
            return unclear("ZEROFILL");
        } else if !c.eat("SIGNED") {
            return Ok(unsigned);
        }
    }
}

/// `(7, 3)` makes MySQL round what it stores.
fn rounded(c: &Cursor<'_>) -> Parsed<()> {
    if c.is_op("(") && c.is_op_at(2, ",") {
        return unclear("a floating point number that is rounded to some digits");
    }
    Ok(())
}

fn floating(c: &mut Cursor<'_>) -> Parsed<()> {
    if unsigned(c)? {
        return unclear("an unsigned floating point number");
    }
    Ok(())
}

/// The type of a `CAST` or `CONVERT`.
pub(super) fn cast(c: &mut Cursor<'_>) -> Parsed<Type> {
    if let Some(sign) = c.eat_any(&["SIGNED", "UNSIGNED"]) {
        c.eat_any(&["INTEGER", "INT"]);
        return Ok(Type::BigInt {
            unsigned: sign == "UNSIGNED",
        });
    }
    if c.eat("CHAR") || c.eat("CHARACTER") {
        // Without a length it is as long as its value.
        let length = length(c)?;
        if charset(c)?.is_some() {
            return unclear("a cast to another character set");
        }
        return Ok(Type::Varchar(length));
    }
    if c.eat("BINARY") {
        return Ok(Type::Varbinary(length(c)?));
    }
    let spelled = spelled(c)?;
    if spelled.charset.is_some() || spelled.serial {
        return unclear("a cast to this type");
    }
    Ok(spelled.ty)
}

/// The least type for a text of so many bytes.
fn text_of(bytes: u32) -> Type {
    match bytes {
        0..=255 => Type::TinyText,
        256..=65_535 => Type::Text,
        65_536..=16_777_215 => Type::MediumText,
        _ => Type::LongText,
    }
}
