//! PostgreSQL's types: the standard's spellings, the catalog's names, arrays.

use super::{Cursor, Parsed, Spelled, length, precision};
use crate::schema::{Name, Type};
use crate::sql::parse::cursor::unclear;
use crate::sql::parse::lex::Lex;

pub(super) fn spelled(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    if c.is("SETOF") {
        return unclear("SETOF");
    }
    let mut spelled = scalar(c)?;
    let mut dimensions = usize::from(matches!(spelled.ty, Type::Array(_)));
    if c.eat("ARRAY") {
        dimensions = 1;
        if c.eat_op("[") {
            c.number::<u32>()?;
            c.expect_op("]")?;
        }
    }
    while c.eat_op("[") {
        dimensions += 1;
        if !c.is_op("]") {
            c.number::<u32>()?;
        }
        c.expect_op("]")?;
    }
    if dimensions > 0 {
        if spelled.serial {
            return unclear("an array of serial");
        }
        // Whatever was written, PostgreSQL keeps only that it is an array.
        if !matches!(spelled.ty, Type::Array(_)) {
            spelled.ty = Type::Array(Box::new(spelled.ty));
        }
    }
    Ok(spelled)
}

fn scalar(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    let qualified = c.is_op_at(1, ".");
    if c.kind(0) == Some(Lex::Word) && !qualified {
        return word(c);
    }
    let name = c.name()?;
    let builtin = name
        .schema
        .as_deref()
        .is_none_or(|schema| schema == "pg_catalog");
    if builtin && let Some(known) = internal(c, &name.name)? {
        return Ok(known.into());
    }
    named(c, name)
}

/// A type by its name in the catalog, as quoted and qualified names give it. That of an array is its
/// element's with a `_` before it.
fn internal(c: &mut Cursor<'_>, name: &str) -> Parsed<Option<Type>> {
    if let Some(element) = name.strip_prefix('_') {
        let element = scalar_of_catalog(c, element)?;
        return Ok(element.map(|ty| Type::Array(Box::new(ty))));
    }
    scalar_of_catalog(c, name)
}

fn scalar_of_catalog(c: &mut Cursor<'_>, name: &str) -> Parsed<Option<Type>> {
    Ok(Some(match name {
        "bool" => Type::Boolean,
        "int2" => Type::SMALLINT,
        "int4" => Type::INTEGER,
        "int8" => Type::BIGINT,
        "float4" => Type::Real,
        "float8" => Type::Double,
        "numeric" => numeric(c)?,
        "bpchar" => bpchar(c)?,
        "varchar" => Type::Varchar(length(c)?),
        "varbit" => Type::Varbit(length(c)?),
        "bit" => Type::Bit(Some(length(c)?.unwrap_or(1))),
        "timestamp" | "timestamptz" => Type::Timestamp {
            precision: length(c)?,
            zoned: name == "timestamptz",
        },
        "time" | "timetz" => Type::Time {
            precision: length(c)?,
            zoned: name == "timetz",
        },
        "char" => Type::Other("\"char\"".to_owned()),
        _ => return Ok(plain(name)),
    }))
}

/// Types whose name in the catalog is the only one they have, and that take no modifier.
fn plain(name: &str) -> Option<Type> {
    Some(match name {
        "text" => Type::Text,
        "bytea" => Type::Blob,
        "date" => Type::Date,
        "uuid" => Type::Uuid,
        "json" => Type::Json,
        "jsonb" => Type::Jsonb,
        "xml" => Type::Xml,
        "money" => Type::Money,
        "name" => Type::Name,
        "inet" => Type::Inet,
        "cidr" => Type::Cidr,
        "macaddr" => Type::Macaddr,
        "tsvector" => Type::Tsvector,
        "tsquery" => Type::Tsquery,
        "citext" => Type::Citext,
        "hstore" => Type::Hstore,
        _ if OTHER.contains(&name) => Type::Other(name.to_owned()),
        _ => return None,
    })
}

/// Types that only PostgreSQL has.
const OTHER: &[&str] = &[
    "aclitem",
    "box",
    "cid",
    "circle",
    "datemultirange",
    "daterange",
    "int2vector",
    "int4multirange",
    "int4range",
    "int8multirange",
    "int8range",
    "jsonpath",
    "line",
    "lseg",
    "macaddr8",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "tid",
    "trigger",
    "tsmultirange",
    "tsrange",
    "tstzmultirange",
    "tstzrange",
    "txid_snapshot",
    "unknown",
    "void",
    "xid",
    "xid8",
];

fn word(c: &mut Cursor<'_>) -> Parsed<Spelled> {
    let word = c.word_at(0).to_ascii_lowercase();
    let start = *c;
    c.skip(1);
    let serial = |ty| Spelled {
        serial: true,
        ..Spelled::from(ty)
    };
    let ty = match word.as_str() {
        "smallserial" | "serial2" => return Ok(serial(Type::SMALLINT)),
        "serial" | "serial4" => return Ok(serial(Type::INTEGER)),
        "bigserial" | "serial8" => return Ok(serial(Type::BIGINT)),
        "boolean" => Type::Boolean,
        "smallint" => Type::SMALLINT,
        "int" | "integer" => Type::INTEGER,
        "bigint" => Type::BIGINT,
        "real" => Type::Real,
        "float" => match length(c)? {
            Some(..=24) => Type::Real,
            Some(..=53) | None => Type::Double,
            Some(_) => return unclear("float of more than 53 bits"),
        },
        "double" => {
            c.expect("PRECISION")?;
            Type::Double
        }
        "dec" | "decimal" => numeric(c)?,
        "national" => {
            if c.eat_any(&["CHAR", "CHARACTER"]).is_none() {
                return c.expected("CHARACTER");
            }
            character(c)?
        }
        "char" | "character" | "nchar" => character(c)?,
        "bit" => {
            if c.eat("VARYING") {
                Type::Varbit(length(c)?)
            } else {
                Type::Bit(Some(length(c)?.unwrap_or(1)))
            }
        }
        "timestamp" | "time" => {
            let precision = length(c)?;
            let zoned = zoned(c)?;
            match word.as_str() {
                "time" => Type::Time { precision, zoned },
                _ => Type::Timestamp { precision, zoned },
            }
        }
        "interval" => interval(c)?,
        _ => match internal_word(c, &word)? {
            Some(ty) => ty,
            None => {
                *c = start;
                let name = c.name()?;
                return named(c, name);
            }
        },
    };
    Ok(ty.into())
}

/// As [`internal`], but `char` without quotes is the standard's.
fn internal_word(c: &mut Cursor<'_>, word: &str) -> Parsed<Option<Type>> {
    internal(c, word)
}

fn numeric(c: &mut Cursor<'_>) -> Parsed<Type> {
    Ok(Type::Numeric {
        precision: precision(c)?,
        unsigned: false,
    })
}

fn character(c: &mut Cursor<'_>) -> Parsed<Type> {
    if c.eat("VARYING") {
        Ok(Type::Varchar(length(c)?))
    } else {
        Ok(Type::Char(Some(length(c)?.unwrap_or(1))))
    }
}

fn bpchar(c: &mut Cursor<'_>) -> Parsed<Type> {
    Ok(match length(c)? {
        Some(length) => Type::Char(Some(length)),
        None => Type::Other("bpchar".to_owned()),
    })
}

/// `WITH TIME ZONE`, `WITHOUT TIME ZONE`.
fn zoned(c: &mut Cursor<'_>) -> Parsed<bool> {
    if c.eats(&["WITH", "TIME", "ZONE"]) {
        return Ok(true);
    }
    c.eats(&["WITHOUT", "TIME", "ZONE"]);
    Ok(false)
}

const FIELDS: &[&str] = &["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND"];

fn interval(c: &mut Cursor<'_>) -> Parsed<Type> {
    let mut fields = String::new();
    if let Some(first) = c.eat_any(FIELDS) {
        fields.push_str(first);
        if c.is("TO") {
            c.skip(1);
            match c.eat_any(FIELDS) {
                Some(last) => fields.push_str(&format!(" TO {last}")),
                None => return c.expected("a field of interval"),
            }
        }
    }
    if let Some(precision) = length(c)? {
        fields.push_str(&format!("({precision})"));
    }
    Ok(Type::Interval((!fields.is_empty()).then_some(fields)))
}

/// A type of the user's own, or of an extension.
fn named(c: &mut Cursor<'_>, name: Name) -> Parsed<Spelled> {
    if !c.is_op("(") {
        // Extensions are installed in any schema; their types are known by their names.
        return Ok(match name.name.as_str() {
            "citext" => Type::Citext,
            "hstore" => Type::Hstore,
            "geometry" | "geography" | "vector" | "halfvec" | "sparsevec" | "ltree" => {
                Type::Other(name.name)
            }
            _ => Type::Named(name),
        }
        .into());
    }
    // Only a type that an engine or an extension brings takes modifiers.
    let modifiers = c.group()?.as_written();
    Ok(Type::Other(format!("{}({modifiers})", name.name)).into())
}
