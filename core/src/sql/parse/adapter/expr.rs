//! Expressions.

use sqlparser::ast;

use super::predicate::like_operator;
use super::{Convert, Parsed, none, unclear};
use crate::schema::{BinaryOp, Expr, Literal, Name, Quantifier, TrimSide, UnaryOp};
use crate::sql::Syntax;

impl Convert<'_> {
    pub(super) fn expr(self, expr: ast::Expr) -> Parsed<Expr> {
        self.deeper()?.inner(expr)
    }

    fn inner(self, expr: ast::Expr) -> Parsed<Expr> {
        use ast::Expr as E;
        Ok(match expr {
            E::Identifier(ident) => self.word(ident),
            E::CompoundIdentifier(parts) => self.column(parts)?,
            E::Nested(inner) => self.expr(*inner)?,
            E::Value(ast::ValueWithSpan { value, span: _ }) => Expr::Literal(self.value(value)?),
            E::TypedString(typed) => self.typed(typed)?,
            E::UnaryOp { op, expr } => self.prefixed(op, *expr)?,
            E::BinaryOp { left, op, right } => self.chain(left, op, right)?,
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
                // SQLite's and MySQL's LIKE ignore case, PostgreSQL's does not.
                let any_case = self.syntax != Syntax::Postgres;
                if any {
                    none!(escape_char);
                    self.like_each(expr, pattern, Quantifier::Any, any_case, negated)?
                } else {
                    self.like(expr, pattern, escape_char, any_case, negated)?
                }
            }
            E::ILike {
                negated,
                any,
                expr,
                pattern,
                escape_char,
            } => {
                if any {
                    none!(escape_char);
                    self.like_each(expr, pattern, Quantifier::Any, true, negated)?
                } else {
                    self.like(expr, pattern, escape_char, true, negated)?
                }
            }
            E::SimilarTo {
                negated,
                expr,
                pattern,
                escape_char: None,
            } => self.similar(expr, pattern, negated)?,
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
                    ast::CastKind::Cast | ast::CastKind::DoubleColon => {
                        self.cast(self.expr(*expr)?, self.ty(&data_type)?)
                    }
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
                none!(is_try, target_before_value, styles);
                match (data_type, charset) {
                    (Some(data_type), None) => Expr::Cast {
                        expr: self.boxed(expr)?,
                        ty: self.ty(&data_type)?,
                    },
                    (None, Some(charset)) => in_charset(self.expr(*expr)?, &charset)?,
                    _ => return unclear("CONVERT without a type"),
                }
            }
            E::AtTimeZone {
                timestamp,
                time_zone,
            } => Expr::AtTimeZone {
                expr: self.boxed(timestamp)?,
                zone: Box::new(self.text_wanted(self.expr(*time_zone)?)),
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
                start: substring_from
                    .map(|e| Ok(Box::new(self.text_wanted(self.expr(*e)?))))
                    .transpose()?,
                length: substring_for.map(|e| self.boxed(e)).transpose()?,
            },
            E::Overlay {
                expr,
                overlay_what,
                overlay_from,
                overlay_for,
            } => {
                let mut args = vec![
                    self.expr(*expr)?,
                    self.expr(*overlay_what)?,
                    self.expr(*overlay_from)?,
                ];
                if let Some(length) = overlay_for {
                    args.push(self.expr(*length)?);
                }
                Expr::call("overlay", args)
            }
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

    /// Operators that take the result of the one before on their left: a loop, since programs
    /// write long ones.
    fn chain(
        self,
        mut left: Box<ast::Expr>,
        op: ast::BinaryOperator,
        right: Box<ast::Expr>,
    ) -> Parsed<Expr> {
        let mut rest = vec![(op, right)];
        let first = loop {
            match *left {
                ast::Expr::BinaryOp {
                    left: before,
                    op,
                    right,
                } => {
                    rest.push((op, right));
                    left = before;
                }
                first => break first,
            }
        };
        let mut expr = self.expr(first)?;
        while let Some((op, right)) = rest.pop() {
            expr = self.infix(expr, op, self.expr(*right)?)?;
        }
        Ok(expr)
    }

    fn infix(self, left: Expr, op: ast::BinaryOperator, right: Expr) -> Parsed<Expr> {
        use ast::BinaryOperator as B;
        if let Some((any_case, negated)) = like_operator(&op) {
            return Ok(Expr::Like {
                expr: Box::new(left),
                pattern: Box::new(self.text_wanted(right)),
                escape: None,
                any_case,
                negated,
            });
        }
        let op_is = op != B::Spaceship;
        let negated = match op {
            B::Spaceship | B::Is => true,
            B::IsNot => false,
            // It asks what the function asks, and is silent about errors.
            B::AtQuestion if self.syntax == Syntax::Postgres => {
                let silent = [
                    left,
                    right,
                    Expr::text("{}"),
                    Expr::Literal(Literal::Boolean(true)),
                ];
                return Ok(Expr::call("jsonb_path_exists", silent));
            }
            op => {
                let op = self.binary(op)?;
                let right = match op {
                    BinaryOp::JsonGet
                    | BinaryOp::JsonGetText
                    | BinaryOp::JsonPath
                    | BinaryOp::JsonPathText
                    | BinaryOp::JsonDeletePath
                    | BinaryOp::JsonHasKey => self.place(right),
                    _ => right,
                };
                return Ok(Expr::binary(left, op, right));
            }
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
            what: what
                .map(|what| Ok(Box::new(self.text_wanted(self.expr(*what)?))))
                .transpose()?,
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

/// MySQL's `CONVERT(X'…' USING utf8mb4)`: the text of these bytes.
fn in_charset(expr: Expr, charset: &ast::ObjectName) -> Parsed<Expr> {
    let is_utf8 = matches!(
        charset.to_string().to_ascii_lowercase().as_str(),
        "utf8mb4" | "`utf8mb4`"
    );
    let named = charset.to_string().to_ascii_lowercase();
    if let Expr::Literal(Literal::Text(text)) = &expr
        && text.is_ascii()
        && matches!(named.trim_matches('`'), "utf8mb4" | "utf8mb3" | "utf8")
    {
        return Ok(expr);
    }
    if let Expr::Literal(Literal::Bytes(bytes)) = &expr
        && is_utf8
        && let Ok(text) = std::str::from_utf8(bytes)
    {
        return Ok(Expr::text(text));
    }
    unclear("CONVERT to a character set")
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
