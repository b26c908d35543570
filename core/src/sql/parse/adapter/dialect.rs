//! The crate's dialects with the engines' own precedences.
//!
//! The crate reads MySQL's and SQLite's operators by one common ladder, and places some of
//! PostgreSQL's on the wrong rung (`~` beside `=`, a sign below `*`). What binds tighter than what
//! is meaning, so each engine has its own ladder here, taken from its grammar. Of the crate's
//! other switches those are passed on that its dialect sets for expressions, queries and
//! statements on rows.

mod ladder;

use std::any::TypeId;

use sqlparser::ast::{BinaryOperator, CastKind, DataType, Expr, UnaryOperator};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, Precedence, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::Token;

use crate::sql::Syntax;
use ladder::{Ladder, MYSQL, POSTGRES, SQLITE};

pub(super) fn dialect(syntax: Syntax) -> &'static dyn Dialect {
    match syntax {
        Syntax::Postgres => &Postgres,
        Syntax::Mysql => &Mysql,
        Syntax::Sqlite => &Sqlite,
    }
}

/// A dialect that is the crate's in the switches that are listed, and climbs a ladder of ours.
macro_rules! dialect {
    ($name:ident, $base:expr, $ladder:expr, [$($switch:ident),* $(,)?] $($own:item)*) => {
        #[derive(Debug)]
        struct $name;

        impl Dialect for $name {
            fn dialect(&self) -> TypeId {
                $base.dialect()
            }

            // Text never reaches the crate, only our tokens.
            fn is_identifier_start(&self, ch: char) -> bool {
                $base.is_identifier_start(ch)
            }

            fn is_identifier_part(&self, ch: char) -> bool {
                $base.is_identifier_part(ch)
            }

            fn get_next_precedence(&self, parser: &Parser<'_>) -> Option<Result<u8, ParserError>> {
                Some(Ok($ladder.infix(parser)))
            }

            fn prec_value(&self, precedence: Precedence) -> u8 {
                $ladder.named(precedence)
            }

            fn between_low_bound_precedence(&self) -> u8 {
                $ladder.predicate
            }

            fn parse_prefix(&self, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
                prefix($ladder, parser)
            }

            $(fn $switch(&self) -> bool {
                $base.$switch()
            })*

            $($own)*
        }
    };
}

dialect! {
    Postgres,
    PostgreSqlDialect {},
    &POSTGRES,
    [
        allow_extract_custom,
        allow_extract_single_quotes,
        supports_aliased_function_args,
        supports_array_typedef_with_brackets,
        supports_bitwise_shift_operators,
        supports_comma_separated_trim,
        supports_comparison_in_between_low_bound,
        supports_cte_materialization,
        supports_empty_projections,
        supports_filter_during_aggregation,
        supports_group_by_expr,
        supports_insert_table_alias,
        supports_interval_options,
        supports_left_associative_joins_without_parens,
        supports_named_fn_args_with_assignment_operator,
        supports_named_fn_args_with_colon_operator,
        supports_named_fn_args_with_expr_name,
        supports_notnull_operator,
        supports_select_wildcard_with_alias,
        supports_table_inheritance_markers,
    ]
    fn is_reserved_for_identifier(&self, kw: Keyword) -> bool {
        PostgreSqlDialect {}.is_reserved_for_identifier(kw)
    }

    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        PostgreSqlDialect {}.is_table_alias(kw, parser)
    }

    fn is_interval_qualifier(&self, kw: Keyword) -> bool {
        PostgreSqlDialect {}.is_interval_qualifier(kw)
    }

    fn is_custom_type_typed_string(&self, first_keyword: Keyword, qualified: bool) -> bool {
        PostgreSqlDialect {}.is_custom_type_typed_string(first_keyword, qualified)
    }

    fn supports_string_literal_column_alias(&self, _explicit: bool) -> bool {
        false
    }

    fn supports_string_literal_table_alias(&self, _explicit: bool) -> bool {
        false
    }
}

dialect! {
    Mysql,
    MySqlDialect {},
    &MYSQL,
    [
        require_interval_qualifier,
        supports_bitwise_shift_operators,
        supports_cross_join_constraint,
        supports_data_type_signed_suffix,
        supports_data_type_zerofill_suffix,
        supports_group_by_with_modifier,
        supports_insert_set,
        supports_left_associative_joins_without_parens,
        supports_limit_comma,
        supports_literal_prefix_in_qualified_name,
        supports_match_against,
        supports_select_modifiers,
        supports_singular_value_keyword,
        supports_table_hints,
        supports_table_partitions,
        supports_update_order_by,
    ]
    fn is_table_factor_alias(&self, explicit: bool, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        MySqlDialect {}.is_table_factor_alias(explicit, kw, parser)
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        MySqlDialect {}.parse_infix(parser, expr, precedence)
    }

    fn supports_string_literal_table_alias(&self, _explicit: bool) -> bool {
        false
    }
}

dialect! {
    Sqlite,
    SQLiteDialect {},
    &SQLITE,
    [
        supports_aggregate_order_by_with_empty_args,
        supports_bitwise_shift_operators,
        supports_cast_empty_data_type_to_unspecified,
        supports_comma_join_constraint,
        supports_comma_separated_trim,
        supports_filter_during_aggregation,
        supports_in_empty_list,
        supports_in_table_expression,
        supports_indexed_by,
        supports_is_operator,
        supports_limit_comma,
        supports_notnull_operator,
        supports_over_keyword_as_column_alias,
        supports_parens_around_table_factor,
        supports_string_literal_column_names,
    ]
    fn is_column_alias(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        SQLiteDialect {}.is_column_alias(kw, parser)
    }

    fn is_table_alias(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        SQLiteDialect {}.is_table_alias(kw, parser)
    }

    fn supports_cross_join_constraint(&self) -> bool {
        true
    }

    fn is_table_factor(&self, kw: &Keyword, parser: &mut Parser<'_>) -> bool {
        SQLiteDialect {}.is_table_factor(kw, parser)
    }

    fn parse_infix(
        &self,
        parser: &mut Parser<'_>,
        expr: &Expr,
        precedence: u8,
    ) -> Option<Result<Expr, ParserError>> {
        if parser.parse_keyword(Keyword::IS) {
            return Some(sqlite_is(parser, expr, precedence));
        }
        SQLiteDialect {}.parse_infix(parser, expr, precedence)
    }
}

/// Operators before their operand, which the crate hangs on rungs of other operators.
fn prefix(ladder: &Ladder, parser: &mut Parser<'_>) -> Option<Result<Expr, ParserError>> {
    if let Token::Word(word) = &parser.peek_token_ref().token
        && word.keyword == Keyword::POSITION
        && parser.peek_nth_token_ref(1).token == Token::LParen
    {
        return Some(position(ladder, parser));
    }
    let (op, rung) = match &parser.peek_token_ref().token {
        Token::Minus => (Some(UnaryOperator::Minus), ladder.sign),
        Token::Plus => (Some(UnaryOperator::Plus), ladder.sign),
        Token::Tilde => (Some(UnaryOperator::BitwiseNot), ladder.bit_not),
        Token::ExclamationMark => (Some(UnaryOperator::BangNot), ladder.bang?),
        // MySQL's old cast; the word is reserved there.
        Token::Word(word) if word.keyword == Keyword::BINARY && ladder.bang.is_some() => {
            (None, ladder.sign)
        }
        _ => return None,
    };
    parser.advance_token();
    Some(parser.parse_subexpr(rung).map(|expr| match op {
        Some(op) => Expr::UnaryOp {
            op,
            expr: Box::new(expr),
        },
        None => Expr::Cast {
            kind: CastKind::Cast,
            expr: Box::new(expr),
            data_type: DataType::Binary(None),
            format: None,
        },
    }))
}

/// `POSITION(a IN b)`, whose `IN` is no operator.
fn position(ladder: &Ladder, parser: &mut Parser<'_>) -> Result<Expr, ParserError> {
    parser.advance_token();
    parser.expect_token(&Token::LParen)?;
    let expr = Box::new(parser.parse_subexpr(ladder.predicate)?);
    parser.expect_keyword(Keyword::IN)?;
    let r#in = Box::new(parser.parse_expr()?);
    parser.expect_token(&Token::RParen)?;
    Ok(Expr::Position { expr, r#in })
}

/// `a IS b`: an operator like any other, so that `a IS NULL < 1` is `a IS (NULL < 1)`.
fn sqlite_is(parser: &mut Parser<'_>, left: &Expr, precedence: u8) -> Result<Expr, ParserError> {
    let negated = parser.parse_keyword(Keyword::NOT);
    let distinct = parser.parse_keywords(&[Keyword::DISTINCT, Keyword::FROM]);
    Ok(Expr::BinaryOp {
        left: Box::new(left.clone()),
        op: if negated == distinct {
            BinaryOperator::Is
        } else {
            BinaryOperator::IsNot
        },
        right: Box::new(parser.parse_subexpr(precedence)?),
    })
}
