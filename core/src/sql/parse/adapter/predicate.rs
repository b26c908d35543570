//! Predicates: what is asked about a value.

use sqlparser::ast;

use super::{Convert, Parsed, unclear};
use crate::schema::{Expr, Literal, Quantifier};

impl Convert<'_> {
    pub(super) fn is_null(self, expr: Box<ast::Expr>, negated: bool) -> Parsed<Expr> {
        let expr = self.boxed(expr)?;
        Ok(Expr::IsNull { expr, negated })
    }

    pub(super) fn is_boolean(
        self,
        expr: Box<ast::Expr>,
        value: Option<bool>,
        negated: bool,
    ) -> Parsed<Expr> {
        let expr = self.boxed(expr)?;
        Ok(Expr::IsBoolean {
            expr,
            value,
            negated,
        })
    }

    pub(super) fn is_distinct(
        self,
        left: Box<ast::Expr>,
        right: Box<ast::Expr>,
        negated: bool,
    ) -> Parsed<Expr> {
        Ok(Expr::IsDistinct {
            left: self.boxed(left)?,
            right: self.boxed(right)?,
            negated,
        })
    }

    pub(super) fn contained(
        self,
        expr: Box<ast::Expr>,
        target: ast::InTarget,
        negated: bool,
    ) -> Parsed<Expr> {
        let expr = self.boxed(expr)?;
        match target {
            ast::InTarget::List(list) => Ok(Expr::InList {
                expr,
                list: self.all(list, Self::expr)?,
                negated,
            }),
            ast::InTarget::Subquery(query) => Ok(Expr::InQuery {
                expr,
                query: Box::new(self.query(*query)?),
                negated,
            }),
            ast::InTarget::Unnest(_) | ast::InTarget::Table { .. } => unclear("IN without a list"),
        }
    }

    pub(super) fn like(
        self,
        expr: Box<ast::Expr>,
        pattern: Box<ast::Expr>,
        escape: Option<Box<ast::Expr>>,
        any_case: bool,
        negated: bool,
    ) -> Parsed<Expr> {
        let escape = match escape.map(|escape| self.expr(*escape)).transpose()? {
            None => None,
            Some(Expr::Literal(Literal::Text(text))) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(escape), None) => Some(escape),
                    _ => return unclear("an ESCAPE of other than one character"),
                }
            }
            Some(_) => return unclear("an ESCAPE that is computed"),
        };
        Ok(Expr::Like {
            expr: self.boxed(expr)?,
            pattern: self.boxed(pattern)?,
            escape,
            any_case,
            negated,
        })
    }

    pub(super) fn quantified(
        self,
        left: Box<ast::Expr>,
        op: ast::BinaryOperator,
        quantifier: Quantifier,
        right: Box<ast::Expr>,
    ) -> Parsed<Expr> {
        Ok(Expr::Quantified {
            left: self.boxed(left)?,
            op: self.binary(op)?,
            quantifier,
            right: self.boxed(right)?,
        })
    }
}
