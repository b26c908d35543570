//! Names.

use sqlparser::ast;

use super::{Convert, Parsed, unclear};
use crate::schema::{Ident, Name};
use crate::sql::Syntax;

impl Convert<'_> {
    /// An identifier as the engine stores it.
    pub(super) fn ident(self, ident: ast::Ident) -> Ident {
        let ast::Ident {
            value,
            quote_style,
            span: _,
        } = ident;
        match (quote_style, self.syntax) {
            (None, Syntax::Postgres) => value.to_ascii_lowercase(),
            _ => value,
        }
    }

    pub(super) fn idents(self, list: Vec<ast::Ident>) -> Vec<Ident> {
        list.into_iter().map(|ident| self.ident(ident)).collect()
    }

    /// A name that may be qualified.
    pub(super) fn name(self, name: ast::ObjectName) -> Parsed<Name> {
        let ast::ObjectName(parts) = name;
        let mut idents = Vec::with_capacity(parts.len());
        for part in parts {
            match part {
                ast::ObjectNamePart::Identifier(ident) => idents.push(self.ident(ident)),
                ast::ObjectNamePart::Function(_) => return unclear("a computed name"),
            }
        }
        let mut idents = idents.into_iter();
        match (idents.next(), idents.next(), idents.next()) {
            (Some(name), None, _) => Ok(Name::bare(name)),
            (Some(schema), Some(name), None) => Ok(Name::qualified(schema, name)),
            _ => unclear("a name of three parts"),
        }
    }

    /// A name that is not qualified.
    pub(super) fn bare(self, name: ast::ObjectName) -> Parsed<Ident> {
        let name = self.name(name)?;
        if name.schema.is_some() {
            return unclear("a qualified name where a column's stands");
        }
        Ok(name.name)
    }
}
