//! Constants, names of columns, and types.

use sqlparser::ast;

use super::{Convert, NewRow, Parsed, unclear};
use crate::schema::{Expr, Literal, Name, Type};
use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Source};
use crate::sql::parse::{lex, literal, types};

impl Convert<'_> {
    /// A word without a qualifier: a column, or a keyword that the crate takes for one.
    pub(super) fn word(self, ident: ast::Ident) -> Expr {
        if ident.quote_style.is_none() {
            if ident.value.eq_ignore_ascii_case("default") {
                return Expr::Default;
            }
            if let Some(keyword) = self.keyword(&ident.value) {
                return Expr::Keyword(keyword, None);
            }
        }
        Expr::column(self.ident(ident))
    }

    /// Words that stand for a value.
    pub(super) fn keyword(self, word: &str) -> Option<&'static str> {
        let known: &[&'static str] = match self.syntax {
            Syntax::Postgres => &[
                "CURRENT_TIMESTAMP",
                "CURRENT_DATE",
                "CURRENT_TIME",
                "LOCALTIME",
                "LOCALTIMESTAMP",
                "CURRENT_USER",
                "SESSION_USER",
                "USER",
                "CURRENT_ROLE",
                "CURRENT_CATALOG",
                "CURRENT_SCHEMA",
            ],
            Syntax::Mysql => &[
                "CURRENT_TIMESTAMP",
                "CURRENT_DATE",
                "CURRENT_TIME",
                "LOCALTIME",
                "LOCALTIMESTAMP",
                "CURRENT_USER",
                "UTC_TIMESTAMP",
                "UTC_DATE",
                "UTC_TIME",
            ],
            Syntax::Sqlite => &["CURRENT_TIMESTAMP", "CURRENT_DATE", "CURRENT_TIME"],
        };
        known.iter().find(|k| k.eq_ignore_ascii_case(word)).copied()
    }

    pub(super) fn column(self, parts: Vec<ast::Ident>) -> Parsed<Expr> {
        let mut parts = self.idents(parts);
        let Some(column) = parts.pop() else {
            return unclear("a column without a name");
        };
        let mut parts = parts.into_iter();
        let table = match (parts.next(), parts.next(), parts.next()) {
            (None, _, _) => None,
            (Some(table), None, _) if self.is_new_row(&table) => Some(Name::bare("excluded")),
            (Some(table), None, _) => Some(Name::bare(table)),
            (Some(schema), Some(table), None) => Some(Name::qualified(schema, table)),
            _ => return unclear("a column's name of four parts"),
        };
        Ok(Expr::Column { table, column })
    }

    pub(super) fn is_new_row(self, table: &str) -> bool {
        matches!(self.new_row, Some(NewRow::Alias(alias)) if alias == table)
    }

    pub(super) fn value(self, value: ast::Value) -> Parsed<Literal> {
        use ast::Value as V;
        Ok(match value {
            V::Null => Literal::Null,
            V::Boolean(value) => Literal::Boolean(value),
            V::Number(number, false) => self.number(number)?,
            V::SingleQuotedString(text) => Literal::Text(text),
            V::SingleQuotedByteStringLiteral(digits) => Literal::Bits(digits),
            V::HexStringLiteral(digits) => {
                // PostgreSQL's X'1F' are bits.
                if self.syntax == Syntax::Postgres {
                    return unclear("bits in hexadecimal digits");
                }
                Literal::Bytes(literal::bytes(&format!("'{digits}'"))?)
            }
            other => return unclear(format!("the literal {other}")),
        })
    }

    pub(super) fn number(self, number: String) -> Parsed<Literal> {
        let prefix = number.get(..2).unwrap_or_default().to_ascii_lowercase();
        if !matches!(prefix.as_str(), "0x" | "0o" | "0b") {
            return Ok(Literal::Number(number));
        }
        let digits = number.get(2..).unwrap_or_default();
        match (self.syntax, prefix.as_str()) {
            // MySQL's are strings of bytes.
            (Syntax::Mysql, "0x") => Ok(Literal::Bytes(literal::bytes(&format!("'{digits}'"))?)),
            (Syntax::Mysql, "0b") => Ok(Literal::Bits(digits.to_owned())),
            (_, "0x") => match i64::from_str_radix(digits, 16) {
                Ok(value) => Ok(Literal::Number(value.to_string())),
                Err(_) => unclear("a hexadecimal number that is too large"),
            },
            _ => unclear(format!("the number {number}")),
        }
    }

    /// `DATE '…'`.
    pub(super) fn typed(self, typed: ast::TypedString) -> Parsed<Expr> {
        let ast::TypedString {
            data_type,
            value: ast::ValueWithSpan { value, span: _ },
            uses_odbc_syntax: _,
        } = typed;
        match self.value(value)? {
            Literal::Text(text) => Ok(Expr::Literal(Literal::Typed(self.ty(&data_type)?, text))),
            _ => unclear("a typed literal that is no text"),
        }
    }

    /// MySQL's `_utf8mb4'…'`.
    pub(super) fn introduced(self, prefix: &ast::Ident, value: ast::Expr) -> Parsed<Expr> {
        let charset = prefix.value.to_ascii_lowercase();
        let value = self.expr(value)?;
        match (charset.as_str(), &value) {
            ("_utf8mb4" | "_utf8" | "_utf8mb3", Expr::Literal(Literal::Text(_))) => Ok(value),
            ("_latin1" | "_ascii", Expr::Literal(Literal::Text(text))) if text.is_ascii() => {
                Ok(value)
            }
            ("_binary", Expr::Literal(Literal::Text(text))) => {
                Ok(Expr::Literal(Literal::Bytes(text.clone().into_bytes())))
            }
            _ => unclear(format!("a literal in the character set {charset}")),
        }
    }

    /// A type, by the same grammar that reads it in a column.
    pub(super) fn ty(self, data_type: &ast::DataType) -> Parsed<Type> {
        let text = data_type.to_string();
        let source = Source::new(self.syntax, &text);
        let toks = lex::tokens(self.syntax, &text)?;
        let mut c = Cursor::new(&source, &toks);
        let ty = types::cast(&mut c)?;
        c.finish()?;
        Ok(ty)
    }
}
