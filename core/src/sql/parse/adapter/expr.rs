//! Expressions.

use sqlparser::ast;

use super::{Convert, NewRow, Parsed, none, unclear};
use crate::schema::{BinaryOp, Expr, Literal, Name, Quantifier, TrimSide, Type, UnaryOp};
use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Source};
use crate::sql::parse::{lex, literal, types};

impl Convert<'_> {
    pub(super) fn expr(self, expr: ast::Expr) -> Parsed<Expr> {
        use ast::Expr as E;
        Ok(match expr {
            E::Identifier(ident) => self.word(ident),
            E::CompoundIdentifier(parts) => self.column(parts)?,
            E::Nested(inner) => self.expr(*inner)?,
            E::Value(ast::ValueWithSpan { value, span: _ }) => Expr::Literal(self.value(value)?),
            E::TypedString(typed) => self.typed(typed)?,
            E::UnaryOp { op, expr } => self.prefixed(op, *expr)?,
            E::BinaryOp { left, op, right } => self.infix(*left, op, *right)?,
            E::IsNull(inner) => self.is_null(inner, false)?,
            E::IsNotNull(inner) => self.is_null(inner, true)?,
            E::IsTrue(inner) => self.is_boolean(inner, Some(true), false)?,
            E::IsNotTrue(inner) => self.is_boolean(inner, Some(true), true)?,
            E::IsFalse(inner) => self.is_boolean(inner, Some(false), false)?,
            E::IsNotFalse(inner) => self.is_boolean(inner, Some(false), true)?,
            E::IsUnknown(inner) => self.is_boolean(inner, None, false)?,
            E::IsNotUnknown(inner) => self.is_boolean(inner, None, true)?,
            E::IsDistinctFrom(left, right) => self.is_distinct(left, right, false)?,
            E::IsNotDistinctFrom(left, right) => self.is_distinct(left, right, true)?,
            E::Between {
                expr,
                negated,
                low,
                high,
            } => Expr::Between {
                expr: self.boxed(expr)?,
                low: self.boxed(low)?,
                high: self.boxed(high)?,
                negated,
            },
            E::In {
                expr,
                target,
                negated,
                global,
            } => {
                none!(global);
                self.contained(expr, target, negated)?
            }
            E::Like {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                none!(any);
                // SQLite's and MySQL's LIKE ignore case, PostgreSQL's does not.
                let any_case = self.syntax != Syntax::Postgres;
                self.like(expr, pattern, escape_char, any_case, negated)?
            }
            E::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                none!(any);
                self.like(expr, pattern, escape_char, true, negated)?
            }
            E::RLike {
                negated,
                expr,
                pattern,
                regexp: _,
            } => Expr::binary(
                self.expr(*expr)?,
                BinaryOp::Regex {
                    any_case: self.syntax == Syntax::Mysql,
                    negated,
                },
                self.expr(*pattern)?,
            ),
            E::AnyOp {
                left,
                compare_op,
                right,
                is_some: _,
            } => self.quantified(left, compare_op, Quantifier::Any, right)?,
            E::AllOp {
                left,
                compare_op,
                right,
            } => self.quantified(left, compare_op, Quantifier::All, right)?,
            E::Cast {
                kind,
                expr,
                data_type,
                format,
            } => {
                none!(format);
                match kind {
                    ast::CastKind::Cast | ast::CastKind::DoubleColon => Expr::Cast {
                        expr: self.boxed(expr)?,
                        ty: self.ty(&data_type)?,
                    },
                    ast::CastKind::TryCast | ast::CastKind::SafeCast => return unclear("TRY_CAST"),
                }
            }
            E::Convert {
                is_try,
                expr,
                data_type,
                charset,
                target_before_value,
                styles,
            } => {
                none!(is_try, charset, target_before_value, styles);
                match data_type {
                    Some(data_type) => Expr::Cast {
                        expr: self.boxed(expr)?,
                        ty: self.ty(&data_type)?,
                    },
                    None => return unclear("CONVERT without a type"),
                }
            }
            E::AtTimeZone {
                timestamp,
                time_zone,
            } => Expr::AtTimeZone {
                expr: self.boxed(timestamp)?,
                zone: self.boxed(time_zone)?,
            },
            E::Extract {
                field,
                syntax: ast::ExtractSyntax::From,
                expr,
            } => Expr::Extract {
                field: field.to_string().trim_matches('\'').to_ascii_lowercase(),
                expr: self.boxed(expr)?,
            },
            E::Ceil { expr, field } => self.rounded("ceil", *expr, field)?,
            E::Floor { expr, field } => self.rounded("floor", *expr, field)?,
            E::Position { expr, r#in } => Expr::Position {
                needle: self.boxed(expr)?,
                haystack: self.boxed(r#in)?,
            },
            E::Substring {
                expr,
                substring_from,
                substring_for,
                special: _,
                shorthand: _,
            } => Expr::Substring {
                expr: self.boxed(expr)?,
                start: substring_from.map(|e| self.boxed(e)).transpose()?,
                length: substring_for.map(|e| self.boxed(e)).transpose()?,
            },
            E::Trim {
                trim_where,
                trim_what,
                expr,
                trim_characters,
            } => self.trim(trim_where, trim_what, expr, trim_characters)?,
            E::Collate { expr, collation } => Expr::Collate {
                expr: self.boxed(expr)?,
                collation: self.name(collation)?,
            },
            E::Function(function) => self.function(function)?,
            E::Case {
                case_token: _,
                end_token: _,
                operand,
                conditions,
                else_result,
            } => self.case(operand, conditions, else_result)?,
            E::Exists { subquery, negated } => {
                let exists = Expr::Exists(Box::new(self.query(*subquery)?));
                if negated { not(exists) } else { exists }
            }
            E::Subquery(query) => Expr::Subquery(Box::new(self.query(*query)?)),
            E::Tuple(list) => Expr::Row(self.all(list, Self::expr)?),
            E::Array(ast::Array { elem, named: _ }) => Expr::Array(self.all(elem, Self::expr)?),
            E::CompoundFieldAccess { root, access_chain } => self.access(*root, access_chain)?,
            E::Interval(interval) => self.interval(interval)?,
            E::Prefixed { prefix, value } => self.introduced(&prefix, *value)?,
            other => return unclear(construct(&other)),
        })
    }

    /// A word without a qualifier: a column, or a keyword that the crate takes for one.
    fn word(self, ident: ast::Ident) -> Expr {
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

    fn column(self, parts: Vec<ast::Ident>) -> Parsed<Expr> {
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

    fn is_new_row(self, table: &str) -> bool {
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

    fn number(self, number: String) -> Parsed<Literal> {
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
    fn typed(self, typed: ast::TypedString) -> Parsed<Expr> {
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
    fn introduced(self, prefix: &ast::Ident, value: ast::Expr) -> Parsed<Expr> {
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

    fn prefixed(self, op: ast::UnaryOperator, expr: ast::Expr) -> Parsed<Expr> {
        let op = self.unary(op)?;
        let expr = self.expr(expr)?;
        Ok(match (op, expr) {
            // A sign before a number is a part of it.
            (UnaryOp::Minus, Expr::Literal(Literal::Number(number)))
                if !number.starts_with('-') =>
            {
                Expr::Literal(Literal::Number(format!("-{number}")))
            }
            (op, expr) => Expr::Unary {
                op,
                expr: Box::new(expr),
            },
        })
    }

    fn infix(self, left: ast::Expr, op: ast::BinaryOperator, right: ast::Expr) -> Parsed<Expr> {
        use ast::BinaryOperator as B;
        let like = |any_case, negated| {
            Ok(Expr::Like {
                expr: Box::new(self.expr(left.clone())?),
                pattern: Box::new(self.expr(right.clone())?),
                escape: None,
                any_case,
                negated,
            })
        };
        match op {
            B::PGLikeMatch => return like(false, false),
            B::PGILikeMatch => return like(true, false),
            B::PGNotLikeMatch => return like(false, true),
            B::PGNotILikeMatch => return like(true, true),
            _ => {}
        }
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        let op_is = op != B::Spaceship;
        let negated = match op {
            B::Spaceship | B::Is => true,
            B::IsNot => false,
            op => return Ok(Expr::binary(left, self.binary(op)?, right)),
        };
        // SQLite's `a IS b`.
        Ok(match right {
            Expr::Literal(Literal::Boolean(value)) if op_is => Expr::IsBoolean {
                expr: Box::new(left),
                value: Some(value),
                negated: !negated,
            },
            Expr::Literal(Literal::Null) => Expr::IsNull {
                expr: Box::new(left),
                negated: !negated,
            },
            right => Expr::IsDistinct {
                left: Box::new(left),
                right: Box::new(right),
                negated,
            },
        })
    }

    fn is_null(self, expr: Box<ast::Expr>, negated: bool) -> Parsed<Expr> {
        let expr = self.boxed(expr)?;
        Ok(Expr::IsNull { expr, negated })
    }

    fn is_boolean(self, expr: Box<ast::Expr>, value: Option<bool>, negated: bool) -> Parsed<Expr> {
        let expr = self.boxed(expr)?;
        Ok(Expr::IsBoolean {
            expr,
            value,
            negated,
        })
    }

    fn is_distinct(
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

    fn contained(self, expr: Box<ast::Expr>, target: ast::InTarget, negated: bool) -> Parsed<Expr> {
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

    fn like(
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

    fn quantified(
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

    fn rounded(self, name: &str, expr: ast::Expr, field: ast::CeilFloorKind) -> Parsed<Expr> {
        match field {
            ast::CeilFloorKind::DateTimeField(ast::DateTimeField::NoDateTime) => {
                Ok(Expr::call(name, [self.expr(expr)?]))
            }
            _ => unclear(format!("{name} with a field or a scale")),
        }
    }

    fn trim(
        self,
        side: Option<ast::TrimWhereField>,
        what: Option<Box<ast::Expr>>,
        expr: Box<ast::Expr>,
        characters: Option<Vec<ast::Expr>>,
    ) -> Parsed<Expr> {
        let what = match (what, characters.unwrap_or_default().as_slice()) {
            (what, []) => what,
            (None, [one]) => Some(Box::new(one.clone())),
            _ => return unclear("TRIM of several things"),
        };
        Ok(Expr::Trim {
            expr: self.boxed(expr)?,
            side: match side {
                None | Some(ast::TrimWhereField::Both) => TrimSide::Both,
                Some(ast::TrimWhereField::Leading) => TrimSide::Leading,
                Some(ast::TrimWhereField::Trailing) => TrimSide::Trailing,
            },
            what: what.map(|what| self.boxed(what)).transpose()?,
        })
    }

    fn case(
        self,
        operand: Option<Box<ast::Expr>>,
        conditions: Vec<ast::CaseWhen>,
        otherwise: Option<Box<ast::Expr>>,
    ) -> Parsed<Expr> {
        let whens = self.all(conditions, |convert, when| {
            let ast::CaseWhen { condition, result } = when;
            Ok((convert.expr(condition)?, convert.expr(result)?))
        })?;
        Ok(Expr::Case {
            operand: operand.map(|e| self.boxed(e)).transpose()?,
            whens,
            otherwise: otherwise.map(|e| self.boxed(e)).transpose()?,
        })
    }

    /// `array[1][2]`; a field of a composite value has no counterpart.
    fn access(self, root: ast::Expr, chain: Vec<ast::AccessExpr>) -> Parsed<Expr> {
        let mut expr = self.expr(root)?;
        for access in chain {
            match access {
                ast::AccessExpr::Subscript(ast::Subscript::Index { index }) => {
                    expr = Expr::Subscript {
                        expr: Box::new(expr),
                        index: Box::new(self.expr(index)?),
                    };
                }
                // `t.c[1]` arrives as a field of `t`.
                ast::AccessExpr::Dot(ast::Expr::Identifier(field)) => match expr {
                    Expr::Column {
                        table: None,
                        column,
                    } => {
                        expr = Expr::Column {
                            table: Some(Name::bare(column)),
                            column: self.ident(field),
                        };
                    }
                    _ => return unclear("a field of a composite value"),
                },
                ast::AccessExpr::Subscript(ast::Subscript::Slice { .. })
                | ast::AccessExpr::Dot(_) => return unclear("a slice or a field of a value"),
            }
        }
        Ok(expr)
    }

    fn interval(self, interval: ast::Interval) -> Parsed<Expr> {
        let ast::Interval {
            value,
            leading_field,
            leading_precision,
            last_field,
            fractional_seconds_precision,
        } = interval;
        none!(leading_precision, last_field, fractional_seconds_precision);
        Ok(Expr::Interval {
            value: self.boxed(value)?,
            unit: leading_field.map(|field| field.to_string().to_ascii_uppercase()),
        })
    }
}

pub(super) fn not(expr: Expr) -> Expr {
    Expr::Unary {
        op: UnaryOp::Not,
        expr: Box::new(expr),
    }
}

/// What an expression is that has no place in our types: the name of its variant.
fn construct(expr: &ast::Expr) -> String {
    let debug = format!("{expr:?}");
    let end = debug.find([' ', '(', '{']).unwrap_or(debug.len());
    format!(
        "an expression of the kind {}",
        debug.get(..end).unwrap_or_default()
    )
}
