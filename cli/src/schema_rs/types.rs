//! What Diesel calls a column's type on each engine.

use aludel::schema::{Column, Name, Type};
use aludel::sql::Syntax;
use heck::ToUpperCamelCase;

use super::Engine;

/// A type of `diesel::sql_types`, or one that the schema has to define.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SqlType {
    /// What the engine calls it.
    pub(super) sql: String,
    pub(super) rust: String,
    /// The schema that it lives in, if that is not the default one (PostgreSQL).
    pub(super) schema: Option<String>,
    pub(super) array: bool,
    pub(super) unsigned: bool,
    pub(super) nullable: bool,
    pub(super) max_length: Option<u64>,
}

impl SqlType {
    /// A type that Diesel calls so.
    pub(super) fn plain(rust: &str) -> Self {
        Self {
            sql: rust.to_owned(),
            rust: rust.to_owned(),
            schema: None,
            array: false,
            unsigned: false,
            nullable: false,
            max_length: None,
        }
    }

    fn of_sql(sql: &str) -> Self {
        Self {
            rust: sql.to_upper_camel_case(),
            ..Self::plain(sql)
        }
    }

    /// As it stands behind the arrow, `name` for the type itself.
    pub(super) fn path(&self, name: &str) -> String {
        let mut path = name.to_owned();
        if self.unsigned {
            path = format!("Unsigned<{path}>");
        }
        if self.array {
            path = format!("Array<Nullable<{path}>>");
        }
        if self.nullable {
            path = format!("Nullable<{path}>");
        }
        path
    }

    /// Whether `diesel::sql_types` has it for an engine.
    pub(super) fn is_provided(&self, syntax: Syntax) -> bool {
        let own: &[&str] = match syntax {
            Syntax::Postgres => POSTGRES,
            Syntax::Mysql => &["TinyInt", "Tinyint", "Datetime", "Json"],
            _ => &[],
        };
        COMMON.contains(&self.rust.as_str()) || own.contains(&self.rust.as_str())
    }
}

const COMMON: &[&str] = &[
    "Bool",
    "Integer",
    "SmallInt",
    "BigInt",
    "Binary",
    "Text",
    "Double",
    "Float",
    "Numeric",
    "Timestamp",
    "Date",
    "Time",
    "Float4",
    "Smallint",
    "Int2",
    "Int4",
    "Int8",
    "Bigint",
    "Float8",
    "Decimal",
    "VarChar",
    "Varchar",
    "Char",
    "Tinytext",
    "Mediumtext",
    "Longtext",
    "Tinyblob",
    "Blob",
    "Mediumblob",
    "Longblob",
    "Varbinary",
    "Bit",
];

const POSTGRES: &[&str] = &[
    "Cidr",
    "Citext",
    "Inet",
    "Jsonb",
    "MacAddr",
    "MacAddr8",
    "Money",
    "Oid",
    "Range",
    "Timestamptz",
    "Uuid",
    "Json",
    "PgLsn",
    "Record",
    "Interval",
    "Int4range",
    "Int8range",
    "Daterange",
    "Numrange",
    "Tsrange",
    "Tstzrange",
    "Int4multirange",
    "Int8multirange",
    "Datemultirange",
    "Nummultirange",
    "Tsmultirange",
    "Tstzmultirange",
    "SmallSerial",
    "BigSerial",
    "Serial",
    "Bytea",
    "Bpchar",
    "Macaddr",
    "Macaddr8",
];

/// Types of extensions, which live in the default schema: in none of PostgreSQL's own.
const EXTENSIONS: &[&str] = &["geography", "geometry", "ltree", "vector"];

/// A column's type. `key` is the table's primary key; `big` asks whether an integer is, or refers
/// to, a row id that the settings want to be a `BigInt`.
///
/// # Errors
///
/// The type, if Diesel has none for it.
pub(super) fn of(
    column: &Column,
    engine: Engine,
    key: &[String],
    big: impl Fn() -> bool,
) -> Result<SqlType, String> {
    let ty = match engine.syntax {
        Syntax::Postgres => postgres(&column.ty),
        Syntax::Mysql => mysql(&column.ty, engine.mariadb),
        Syntax::Sqlite => sqlite(&column.ty, big),
        // Diesel has three backends.
        _ => Err(format!("{:?}", column.ty)),
    }?;
    // Replay and PostgreSQL agree that a key takes no NULL; SQLite says what was written.
    let nullable =
        column.nullable && (engine.syntax == Syntax::Sqlite || !key.contains(&column.name));
    Ok(SqlType { nullable, ..ty })
}

fn postgres(ty: &Type) -> Result<SqlType, String> {
    let builtin = |name: &str| SqlType {
        schema: Some("pg_catalog".to_owned()),
        ..SqlType::of_sql(name)
    };
    let sized = |name: &str, length: Option<u32>| SqlType {
        max_length: length.map(u64::from),
        ..builtin(name)
    };
    let named = |name: &Name| SqlType {
        schema: name.schema.clone(),
        ..SqlType::of_sql(&name.name)
    };
    Ok(match ty {
        Type::Boolean => builtin("bool"),
        Type::SmallInt { .. } => builtin("int2"),
        Type::Integer { .. } => builtin("int4"),
        Type::BigInt { .. } => builtin("int8"),
        Type::Real => builtin("float4"),
        Type::Double => builtin("float8"),
        Type::Numeric { .. } => builtin("numeric"),
        Type::Money => builtin("money"),
        Type::Char(length) => sized("bpchar", length.or(Some(1))),
        Type::Varchar(length) => sized("varchar", *length),
        Type::Text => builtin("text"),
        Type::Citext => SqlType::of_sql("citext"),
        Type::Hstore => SqlType::of_sql("hstore"),
        Type::Name => builtin("name"),
        Type::Blob => builtin("bytea"),
        Type::Date => builtin("date"),
        Type::Time { zoned, .. } => builtin(if *zoned { "timetz" } else { "time" }),
        Type::Timestamp { zoned, .. } => builtin(if *zoned { "timestamptz" } else { "timestamp" }),
        Type::Interval(_) => builtin("interval"),
        Type::Uuid => builtin("uuid"),
        Type::Json => builtin("json"),
        Type::Jsonb => builtin("jsonb"),
        Type::Xml => builtin("xml"),
        Type::Bit(length) => sized("bit", length.or(Some(1))),
        Type::Varbit(length) => sized("varbit", *length),
        Type::Inet => builtin("inet"),
        Type::Cidr => builtin("cidr"),
        Type::Macaddr => builtin("macaddr"),
        Type::Tsvector => builtin("tsvector"),
        Type::Tsquery => builtin("tsquery"),
        Type::Array(element) => SqlType {
            array: true,
            max_length: None,
            ..postgres(element)?
        },
        Type::Enum(name) | Type::Named(name) => named(name),
        Type::Other(name) => {
            let name = name.split('(').next().unwrap_or(name).trim_matches('"');
            match EXTENSIONS.contains(&name) {
                true => SqlType::of_sql(name),
                false => builtin(name),
            }
        }
        other => return Err(format!("{other:?}")),
    })
}

fn mysql(ty: &Type, mariadb: bool) -> Result<SqlType, String> {
    let number = |name: &str, unsigned: bool| SqlType {
        unsigned,
        ..SqlType::of_sql(name)
    };
    let sized = |name: &str, length: u64| SqlType {
        max_length: Some(length),
        ..SqlType::of_sql(name)
    };
    let length = |length: Option<u32>| u64::from(length.unwrap_or(1));
    let chars = |member: &String| member.chars().count() as u64;
    Ok(match ty {
        Type::Boolean
        | Type::TinyInt {
            unsigned: false,
            width: Some(1),
        } => SqlType::of_sql("bool"),
        Type::TinyInt { unsigned, .. } => number("tinyint", *unsigned),
        Type::SmallInt { unsigned } => number("smallint", *unsigned),
        Type::MediumInt { unsigned } => number("mediumint", *unsigned),
        Type::Integer { unsigned } => number("integer", *unsigned),
        Type::BigInt { unsigned } => number("bigint", *unsigned),
        Type::Real => SqlType::of_sql("float"),
        Type::Double => SqlType::of_sql("double"),
        Type::Numeric { unsigned, .. } => number("decimal", *unsigned),
        Type::Char(n) => sized("char", length(*n)),
        Type::Varchar(n) => sized("varchar", length(*n)),
        Type::Binary(n) => sized("binary", length(*n)),
        Type::Varbinary(n) => sized("varbinary", length(*n)),
        Type::TinyText => SqlType::of_sql("tinytext"),
        Type::Text => SqlType::of_sql("text"),
        Type::MediumText => SqlType::of_sql("mediumtext"),
        Type::LongText => SqlType::of_sql("longtext"),
        Type::Json if mariadb => SqlType::of_sql("longtext"),
        Type::TinyBlob => SqlType::of_sql("tinyblob"),
        Type::Blob => SqlType::of_sql("blob"),
        Type::MediumBlob => SqlType::of_sql("mediumblob"),
        Type::LongBlob => SqlType::of_sql("longblob"),
        Type::Date => SqlType::of_sql("date"),
        Type::Time { .. } => SqlType::of_sql("time"),
        Type::Timestamp { zoned, .. } => {
            SqlType::of_sql(if *zoned { "timestamp" } else { "datetime" })
        }
        Type::Year => SqlType::of_sql("year"),
        Type::Json => SqlType::of_sql("json"),
        Type::Uuid => SqlType::of_sql("uuid"),
        Type::Bit(_) => SqlType::of_sql("bit"),
        Type::InlineEnum(members) => sized("enum", members.iter().map(chars).max().unwrap_or(0)),
        Type::InlineSet(members) => {
            let commas = members.len().saturating_sub(1) as u64;
            sized("set", members.iter().map(chars).sum::<u64>() + commas)
        }
        Type::Other(declared) => mysql_declared(declared)?,
        other => return Err(format!("{other:?}")),
    })
}

/// What Diesel makes of a type by its text alone.
fn mysql_declared(declared: &str) -> Result<SqlType, String> {
    let declared = declared.to_lowercase();
    let (name, modifiers) = declared.split_once('(').unwrap_or((&declared, ""));
    let name = name.replace("unsigned", "");
    let name = name.trim();
    if name.contains(' ') {
        return Err(name.to_owned());
    }
    let length = modifiers
        .split(')')
        .next()
        .and_then(|digits| digits.parse::<u64>().ok());
    Ok(SqlType {
        unsigned: declared.contains("unsigned"),
        // MySQL tells how many bytes: four for each number.
        max_length: length
            .filter(|_| name == "vector")
            .map(|numbers| numbers * 4),
        ..SqlType::of_sql(if name == "int" { "integer" } else { name })
    })
}

fn sqlite(ty: &Type, big: impl Fn() -> bool) -> Result<SqlType, String> {
    let rust = match ty {
        Type::Boolean | Type::TinyInt { .. } => "Bool",
        Type::SmallInt { .. } => "SmallInt",
        Type::BigInt { .. } => "BigInt",
        Type::Integer { .. } | Type::MediumInt { .. } if big() => "BigInt",
        Type::Integer { .. } | Type::MediumInt { .. } => "Integer",
        Type::Text | Type::Char(_) | Type::Varchar(_) => "Text",
        Type::Blob | Type::Binary(_) | Type::Varbinary(_) | Type::Absent => "Binary",
        Type::Real => "Float",
        Type::Double | Type::Numeric { .. } => "Double",
        Type::Date => "Date",
        Type::Time { zoned: false, .. } => "Time",
        Type::Timestamp { zoned: false, .. } => "Timestamp",
        Type::Other(declared) => match by_declaration(&declared.to_lowercase()) {
            Some("Integer") if big() => "BigInt",
            Some(rust) => rust,
            None => return Err(declared.clone()),
        },
        Type::Timestamp { .. } => return Err("timestamp with time zone".to_owned()),
        Type::Uuid => return Err("uuid".to_owned()),
        Type::Json => return Err("json".to_owned()),
        Type::Jsonb => return Err("jsonb".to_owned()),
        other => return Err(format!("{other:?}")),
    };
    Ok(SqlType::plain(rust))
}

/// What Diesel makes of a declared type that is none of the usual ones.
fn by_declaration(declared: &str) -> Option<&'static str> {
    let has = |part: &str| declared.contains(part);
    Some(match () {
        () if has("tiny") && has("int") => "Bool",
        () if has("small") && has("int") => "SmallInt",
        () if has("big") && has("int") => "BigInt",
        () if has("int") => "Integer",
        () if has("char") || has("clob") || has("text") => "Text",
        () if has("blob") || has("binary") => "Binary",
        () if has("float") || has("real") => "Float",
        () if has("double") || has("num") || has("dec") => "Double",
        () => return None,
    })
}
