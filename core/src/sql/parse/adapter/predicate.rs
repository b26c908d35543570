//! Predicates: what is asked about a value.

use sqlparser::ast;

use super::{Convert, Parsed, unclear};
use crate::schema::{BinaryOp, Expr, Literal, Quantifier, Type};

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
        let escape = match escape
            .map(|escape| Ok(self.text_wanted(self.expr(*escape)?)))
            .transpose()?
        {
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
            pattern: Box::new(self.text_wanted(self.expr(*pattern)?)),
            escape,
            any_case,
            negated,
        })
    }

    /// `LIKE ANY (ARRAY[…])`: one LIKE after the other.
    pub(super) fn like_each(
        self,
        left: Box<ast::Expr>,
        right: Box<ast::Expr>,
        quantifier: Quantifier,
        any_case: bool,
        negated: bool,
    ) -> Parsed<Expr> {
        let left = self.expr(*left)?;
        let patterns = match self.expr(*right)? {
            Expr::Cast { expr, ty } if ty == Type::Array(Box::new(Type::Text)) => *expr,
            other => other,
        };
        let Expr::Array(patterns) = patterns else {
            return unclear("LIKE ANY or ALL of other than `ARRAY[…]`");
        };
        if patterns.len() > 1 && !is_of_column(&left) {
            return unclear("LIKE ANY or ALL of several patterns on other than a column");
        }
        let each = patterns.into_iter().map(|pattern| Expr::Like {
            expr: Box::new(left.clone()),
            pattern: Box::new(self.text_wanted(pattern)),
            escape: None,
            any_case,
            negated,
        });
        let op = match quantifier {
            Quantifier::Any => BinaryOp::Or,
            Quantifier::All => BinaryOp::And,
        };
        match each.reduce(|left, right| Expr::binary(left, op, right)) {
            Some(expr) => Ok(expr),
            None => unclear("LIKE ANY or ALL of no pattern"),
        }
    }

    /// SIMILAR TO, as the regular expression that PostgreSQL makes of it (its manual, 9.7.2).
    pub(super) fn similar(
        self,
        expr: Box<ast::Expr>,
        pattern: Box<ast::Expr>,
        negated: bool,
    ) -> Parsed<Expr> {
        let left = self.expr(*expr)?;
        let Expr::Literal(Literal::Text(pattern)) = self.text_wanted(self.expr(*pattern)?) else {
            return unclear("SIMILAR TO a pattern that is computed");
        };
        let Some(pattern) = regular(&pattern) else {
            return unclear("this pattern of SIMILAR TO");
        };
        let op = BinaryOp::Regex {
            any_case: false,
            negated,
        };
        let right = Expr::Literal(Literal::Text(pattern));
        Ok(Expr::binary(left, op, right))
    }

    pub(super) fn quantified(
        self,
        left: Box<ast::Expr>,
        op: ast::BinaryOperator,
        quantifier: Quantifier,
        right: Box<ast::Expr>,
    ) -> Parsed<Expr> {
        if let Some((any_case, negated)) = like_operator(&op) {
            return self.like_each(left, right, quantifier, any_case, negated);
        }
        Ok(Expr::Quantified {
            left: self.boxed(left)?,
            op: self.binary(op)?,
            quantifier,
            right: self.boxed(right)?,
        })
    }
}

/// `~~` and its kin: whether case is ignored, and whether it is NOT LIKE.
pub(super) fn like_operator(op: &ast::BinaryOperator) -> Option<(bool, bool)> {
    use ast::BinaryOperator as B;
    match op {
        B::PGLikeMatch => Some((false, false)),
        B::PGILikeMatch => Some((true, false)),
        B::PGNotLikeMatch => Some((false, true)),
        B::PGNotILikeMatch => Some((true, true)),
        _ => None,
    }
}

/// Whether a value is a column's, so that it may be written twice.
fn is_of_column(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. } => true,
        Expr::Cast { expr, ty } => *ty == Type::Text && is_of_column(expr),
        _ => false,
    }
}

/// A pattern of SIMILAR TO as a regular expression; nothing, if versions of PostgreSQL read it in several ways.
fn regular(pattern: &str) -> Option<String> {
    let mut text = String::from("^(?:");
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '%' => text.push_str(".*"),
            '_' => text.push('.'),
            '(' => text.push_str("(?:"),
            '\\' => text.extend(['\\', chars.next()?]),
            '.' | '^' | '$' => text.extend(['\\', c]),
            '[' => {
                let inside: String = chars.by_ref().take_while(|c| *c != ']').collect();
                let odd = inside.is_empty() || inside == "^" || inside.contains(['\\', '[']);
                if odd {
                    return None;
                }
                text.push_str(&format!("[{inside}]"));
            }
            c => text.push(c),
        }
    }
    text.push_str(")$");
    Some(text)
}
