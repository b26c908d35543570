//! How DuckDB writes what differs from the standard.

use aludel::schema::{BinaryOp, Literal, Name, Type};
use aludel::translate::Refusal;
use aludel::translate::print::{Spelling, quote_if_needed};

use super::refused;

pub(super) struct Duckdb;

impl Spelling for Duckdb {
    fn identifier(&self, name: &str) -> String {
        quote_if_needed(name, WORDS, '"')
    }

    fn name(&self, name: &Name) -> Result<String, Refusal> {
        match &name.schema {
            None => Ok(self.identifier(&name.name)),
            Some(schema) => Err(refused(
                "schema",
                format!("`{name}` in the schema `{schema}`"),
            )),
        }
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        Ok(match literal {
            Literal::Null => "NULL".into(),
            Literal::Boolean(value) => value.to_string(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(text) => quoted(text),
            Literal::Bytes(bytes) => {
                let digits = bytes.iter().map(|byte| format!("{byte:02X}"));
                format!("unhex('{}')", digits.collect::<String>())
            }
            Literal::Typed(ty, text) => format!("CAST({} AS {})", quoted(text), self.ty(ty)?),
            Literal::Bits(_) => return Err(refused("no-form", "a constant of bits")),
        })
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        // PostgreSQL counts to the microsecond, and so does DuckDB.
        const MICROS: [Option<u32>; 2] = [None, Some(6)];
        Ok(match ty {
            Type::Boolean => "BOOLEAN".into(),
            Type::SmallInt { unsigned: false } => "SMALLINT".into(),
            Type::Integer { unsigned: false } => "INTEGER".into(),
            Type::BigInt { unsigned: false } => "BIGINT".into(),
            Type::Real => "FLOAT".into(),
            Type::Double => "DOUBLE".into(),
            Type::Numeric {
                precision: Some((digits, scale)),
                unsigned: false,
            } if *digits <= 38 && (0..=*digits as i32).contains(scale) => {
                format!("DECIMAL({digits}, {scale})")
            }
            // How long it may be is a CHECK: DuckDB reads a length, and forgets it.
            Type::Varchar(_) | Type::Text => "VARCHAR".into(),
            Type::Blob => "BLOB".into(),
            Type::Date => "DATE".into(),
            Type::Time {
                precision,
                zoned: false,
            } if MICROS.contains(precision) => "TIME".into(),
            Type::Timestamp {
                precision,
                zoned: false,
            } if MICROS.contains(precision) => "TIMESTAMP".into(),
            Type::Timestamp {
                precision,
                zoned: true,
            } if MICROS.contains(precision) => "TIMESTAMPTZ".into(),
            Type::Uuid => "UUID".into(),
            Type::Json => "JSON".into(),
            Type::Enum(name) => self.name(name)?,
            other => return Err(refused("no-such-type", format!("the type {other:?}"))),
        })
    }

    fn binary(&self, op: BinaryOp) -> Result<&'static str, Refusal> {
        Ok(match op {
            BinaryOp::Or => "OR",
            BinaryOp::And => "AND",
            BinaryOp::Eq => "=",
            BinaryOp::NotEq => "<>",
            BinaryOp::Lt => "<",
            BinaryOp::LtEq => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::GtEq => ">=",
            BinaryOp::Plus => "+",
            BinaryOp::Minus => "-",
            BinaryOp::Multiply => "*",
            BinaryOp::Divide => "/",
            BinaryOp::IntDivide => "//",
            BinaryOp::Modulo => "%",
            BinaryOp::Concat => "||",
            other => return Err(refused("no-such-operator", format!("{other:?}"))),
        })
    }
}

/// A text as DuckDB's literal.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What `duckdb_keywords()` lists and does not call unreserved, in order.
#[rustfmt::skip]
const WORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "anti", "any", "array", "as", "asc", "asof",
    "asymmetric", "at", "authorization", "between", "bigint", "binary", "bit", "boolean", "both",
    "by", "case", "cast", "char", "character", "check", "coalesce", "collate", "collation",
    "column", "columns", "concurrently", "constraint", "create", "cross", "dec", "decimal",
    "default", "deferrable", "desc", "describe", "distinct", "do", "else", "end", "except",
    "exists", "extract", "false", "fetch", "float", "for", "foreign", "freeze", "from", "full",
    "generated", "glob", "group", "grouping", "grouping_id", "having", "ilike", "in",
    "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into", "is",
    "isnull", "join", "lambda", "lateral", "leading", "left", "like", "limit", "map", "national",
    "natural", "nchar", "none", "not", "notnull", "null", "nullif", "numeric", "offset", "on",
    "only", "or", "order", "out", "outer", "overlaps", "overlay", "pivot", "pivot_longer",
    "pivot_wider", "placing", "position", "positional", "precision", "primary", "qualify",
    "real", "references", "returning", "right", "row", "select", "semi", "setof", "show",
    "similar", "smallint", "some", "struct", "substring", "summarize", "symmetric", "table",
    "tablesample", "then", "time", "timestamp", "to", "trailing", "treat", "trim", "true",
    "try_cast", "union", "unique", "unpack", "unpivot", "using", "values", "varchar", "variadic",
    "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat", "xmlelement",
    "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot", "xmlserialize",
    "xmltable",
];
