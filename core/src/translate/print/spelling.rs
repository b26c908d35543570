//! How a dialect writes what the printer is given.

use super::{Printer, Sql, quote_if_needed};
use crate::schema::{
    BinaryOp, Column, Constraint, DataStatement, Distinct, Expr, Index, Literal, Name, OnConflict,
    OrderBy, Query, Table, TableRef, Type, UnaryOp,
};
use crate::translate::Refusal;

/// The hooks of one dialect.
///
/// Three kinds. *Words* (`identifier`, `literal`, `ty` …) give a piece of text or refuse it.
/// *Forms* (`expr`, `table_ref`, `column` …) may write a whole node in the dialect's own way with
/// the printer's help, and answer `None` for those that the printer's standard form fits; a form
/// refuses by [`Printer::refuse`]. *Shapes* (`limit`, `nested_body`) put finished pieces together.
///
/// A dialect that lacks a node must refuse it in a form: the printer writes standard SQL for
/// whatever is not intercepted.
pub trait Spelling {
    /// An identifier, quoted if it has to be.
    fn identifier(&self, name: &str) -> String;

    /// The name of a table, view, index …
    ///
    /// # Errors
    ///
    /// If the engine has no such place.
    fn name(&self, name: &Name) -> Result<String, Refusal> {
        Ok(match &name.schema {
            Some(schema) => format!(
                "{}.{}",
                self.identifier(schema),
                self.identifier(&name.name)
            ),
            None => self.identifier(&name.name),
        })
    }

    /// The name of a function. Built-in ones are never quoted: to some engines a quoted name
    /// would be another function.
    ///
    /// # Errors
    ///
    /// If the engine has no such function.
    fn function(&self, name: &Name) -> Result<String, Refusal> {
        match &name.schema {
            None if super::is_plain(&name.name, &[]) => Ok(name.name.clone()),
            _ => self.name(name),
        }
    }

    /// A constant.
    ///
    /// # Errors
    ///
    /// If the engine has no such constant.
    fn literal(&self, literal: &Literal) -> Result<String, Refusal>;

    /// A type, as in a column's definition.
    ///
    /// # Errors
    ///
    /// If the engine has no such type.
    fn ty(&self, ty: &Type) -> Result<String, Refusal>;

    /// A type, as in a cast.
    ///
    /// # Errors
    ///
    /// If the engine cannot cast to it.
    fn cast_type(&self, ty: &Type) -> Result<String, Refusal> {
        self.ty(ty)
    }

    /// An operator between two operands.
    ///
    /// # Errors
    ///
    /// If the engine has no such operator.
    fn binary(&self, op: BinaryOp) -> Result<&'static str, Refusal> {
        Ok(standard_operator(op))
    }

    /// An operator before its operand.
    fn unary(&self, op: UnaryOp) -> &'static str {
        match op {
            UnaryOp::Not => "NOT ",
            UnaryOp::Minus => "-",
            UnaryOp::Plus => "+",
            UnaryOp::BitNot => "~",
        }
    }

    /// An expression in the dialect's own form.
    fn expr(&self, printer: &mut Printer<'_>, expr: &Expr) -> Option<Sql> {
        let _ = (printer, expr);
        None
    }

    /// One key of an order in the dialect's own form.
    fn order_key(&self, printer: &mut Printer<'_>, key: &OrderBy) -> Option<String> {
        let _ = (printer, key);
        None
    }

    /// A whole query in the dialect's own form.
    fn query(&self, printer: &mut Printer<'_>, query: &Query) -> Option<String> {
        let _ = (printer, query);
        None
    }

    /// What stands between SELECT and the select list, in the dialect's own form.
    fn distinct(&self, printer: &mut Printer<'_>, distinct: &Distinct) -> Option<String> {
        let _ = (printer, distinct);
        None
    }

    /// An item of FROM in the dialect's own form.
    fn table_ref(&self, printer: &mut Printer<'_>, item: &TableRef) -> Option<String> {
        let _ = (printer, item);
        None
    }

    /// `VALUES` in the dialect's own form, outside an INSERT.
    fn values(&self, printer: &mut Printer<'_>, rows: &[Vec<Expr>]) -> Option<String> {
        let _ = (printer, rows);
        None
    }

    /// A body of a query as an operand of UNION, INTERSECT or EXCEPT, where it cannot stand bare.
    fn nested_body(&self, body: &str) -> String {
        format!("({body})")
    }

    /// The end of a query, with a leading blank if it is not empty.
    fn limit(&self, limit: Option<&str>, offset: Option<&str>) -> String {
        let mut text = String::new();
        if let Some(limit) = limit {
            text.push_str(&format!(" LIMIT {limit}"));
        }
        if let Some(offset) = offset {
            text.push_str(&format!(" OFFSET {offset}"));
        }
        text
    }

    /// A whole statement in the dialect's own form.
    fn statement(&self, printer: &mut Printer<'_>, statement: &DataStatement) -> Option<String> {
        let _ = (printer, statement);
        None
    }

    /// What an INSERT does if a row exists, in the dialect's own form.
    fn conflict(&self, printer: &mut Printer<'_>, conflict: &OnConflict) -> Option<Conflict> {
        let _ = (printer, conflict);
        None
    }

    /// A column's definition in the dialect's own form.
    fn column(&self, printer: &mut Printer<'_>, column: &Column, table: &Table) -> Option<String> {
        let _ = (printer, column, table);
        None
    }

    /// A constraint of a table in the dialect's own form; an empty text leaves it out, because
    /// it stands in a column.
    fn constraint(
        &self,
        printer: &mut Printer<'_>,
        constraint: &Constraint,
        table: &Table,
    ) -> Option<String> {
        let _ = (printer, constraint, table);
        None
    }

    /// An index's CREATE statement in the dialect's own form.
    fn index(&self, printer: &mut Printer<'_>, index: &Index, table: &Name) -> Option<String> {
        let _ = (printer, index, table);
        None
    }

    /// What stands after a table's closing parenthesis, with a leading blank if it is not empty.
    ///
    /// # Errors
    ///
    /// If the engine lacks one of the options.
    fn table_options(&self, table: &Table) -> Result<String, Refusal> {
        let _ = table;
        Ok(String::new())
    }
}

/// How a dialect writes an ON CONFLICT.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// In place of `INSERT INTO`.
    pub verb: &'static str,
    /// At the end of the statement, before RETURNING, with a leading blank if it is not empty.
    pub clause: String,
}

/// Standard SQL as PostgreSQL reads it, for messages and tests. Its types are those of the
/// standard; whatever has none is refused.
#[derive(Debug, Clone, Copy)]
pub struct Standard;

impl Spelling for Standard {
    fn identifier(&self, name: &str) -> String {
        quote_if_needed(name, STANDARD_WORDS, '"')
    }

    fn literal(&self, literal: &Literal) -> Result<String, Refusal> {
        Ok(match literal {
            Literal::Null => "NULL".into(),
            Literal::Boolean(true) => "TRUE".into(),
            Literal::Boolean(false) => "FALSE".into(),
            Literal::Number(digits) => digits.clone(),
            Literal::Text(text) => quoted(text),
            Literal::Bytes(bytes) => hex(bytes),
            Literal::Bits(digits) => format!("B'{digits}'"),
            Literal::Typed(ty, text) => format!("{} {}", self.ty(ty)?, quoted(text)),
        })
    }

    fn ty(&self, ty: &Type) -> Result<String, Refusal> {
        Ok(match ty {
            Type::Boolean => "boolean".into(),
            Type::SmallInt { unsigned: false } => "smallint".into(),
            Type::Integer { unsigned: false } => "integer".into(),
            Type::BigInt { unsigned: false } => "bigint".into(),
            Type::Real => "real".into(),
            Type::Double => "double precision".into(),
            Type::Numeric {
                precision: None, ..
            } => "numeric".into(),
            Type::Numeric {
                precision: Some((digits, scale)),
                ..
            } => {
                format!("numeric({digits}, {scale})")
            }
            Type::Char(length) => sized("char", *length),
            Type::Varchar(length) => sized("varchar", *length),
            Type::Text => "text".into(),
            Type::Date => "date".into(),
            Type::Timestamp { precision, zoned } => {
                let zone = if *zoned { " with time zone" } else { "" };
                format!("{}{zone}", sized("timestamp", *precision))
            }
            other => {
                return Err(Refusal::new(
                    "no-such-type",
                    format!("{other:?} is not in the standard"),
                ));
            }
        })
    }
}

/// A text between single quotes, those within it doubled: the standard's literal.
pub(crate) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Bytes as the standard writes them: `X'00FF'`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2 + 3);
    text.push_str("X'");
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
    }
    text.push('\'');
    text
}

/// A type's name with its length, if it has one.
pub(crate) fn sized(name: &str, length: Option<u32>) -> String {
    match length {
        Some(length) => format!("{name}({length})"),
        None => name.to_owned(),
    }
}

fn standard_operator(op: BinaryOp) -> &'static str {
    match op {
        BinaryOp::Or => "OR",
        BinaryOp::And => "AND",
        BinaryOp::Xor => "XOR",
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
        BinaryOp::IntDivide => "DIV",
        BinaryOp::Modulo => "%",
        BinaryOp::Power => "^",
        BinaryOp::Concat => "||",
        BinaryOp::BitAnd => "&",
        BinaryOp::BitOr => "|",
        BinaryOp::BitXor => "#",
        BinaryOp::ShiftLeft => "<<",
        BinaryOp::ShiftRight => ">>",
        BinaryOp::Regex {
            any_case: false,
            negated: false,
        } => "~",
        BinaryOp::Regex {
            any_case: true,
            negated: false,
        } => "~*",
        BinaryOp::Regex {
            any_case: false,
            negated: true,
        } => "!~",
        BinaryOp::Regex {
            any_case: true,
            negated: true,
        } => "!~*",
        BinaryOp::JsonGet => "->",
        BinaryOp::JsonGetText => "->>",
        BinaryOp::JsonPath => "#>",
        BinaryOp::JsonPathText => "#>>",
        BinaryOp::Contains => "@>",
        BinaryOp::ContainedBy => "<@",
        BinaryOp::JsonHasKey => "?",
        BinaryOp::JsonHasAnyKey => "?|",
        BinaryOp::JsonHasAllKeys => "?&",
        BinaryOp::JsonDeletePath => "#-",
        BinaryOp::Overlaps => "&&",
        BinaryOp::TextMatch => "@@",
    }
}

/// Words that PostgreSQL reserves.
#[rustfmt::skip]
pub(crate) const STANDARD_WORDS: &[&str] = &[
    "all", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "between", "bigint", "binary", "bit", "boolean", "both", "case", "cast", "char", "character",
    "check", "coalesce", "collate", "collation", "column", "concurrently", "constraint", "create",
    "cross", "current_catalog", "current_date", "current_role", "current_schema", "current_time",
    "current_timestamp", "current_user", "dec", "decimal", "default", "deferrable", "desc",
    "distinct", "do", "else", "end", "except", "exists", "extract", "false", "fetch", "float",
    "for", "foreign", "freeze", "from", "full", "grant", "greatest", "group", "grouping", "having",
    "ilike", "in", "initially", "inner", "inout", "int", "integer", "intersect", "interval", "into",
    "is", "isnull", "join", "json", "json_array", "json_arrayagg", "json_exists", "json_object",
    "json_objectagg", "json_query", "json_scalar", "json_serialize", "json_table", "json_value",
    "lateral", "leading", "least", "left", "like", "limit", "localtime", "localtimestamp",
    "merge_action", "national", "natural", "nchar", "none", "normalize", "not", "notnull", "null",
    "nullif", "numeric", "offset", "on", "only", "or", "order", "out", "outer", "overlaps",
    "overlay", "placing", "position", "precision", "primary", "real", "references", "returning",
    "right", "row", "select", "session_user", "setof", "similar", "smallint", "some", "substring",
    "symmetric", "system_user", "table", "tablesample", "then", "time", "timestamp", "to",
    "trailing", "treat", "trim", "true", "union", "unique", "user", "using", "values", "varchar",
    "variadic", "verbose", "when", "where", "window", "with", "xmlattributes", "xmlconcat",
    "xmlelement", "xmlexists", "xmlforest", "xmlnamespaces", "xmlparse", "xmlpi", "xmlroot",
    "xmlserialize", "xmltable",
];
