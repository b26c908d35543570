//! Operators, by meaning.

use sqlparser::ast::{BinaryOperator, UnaryOperator};

use super::{Convert, Parsed, unclear};
use crate::schema::{BinaryOp, UnaryOp};
use crate::sql::Syntax;

impl Convert<'_> {
    pub(super) fn unary(self, op: UnaryOperator) -> Parsed<UnaryOp> {
        Ok(match op {
            UnaryOperator::Not | UnaryOperator::BangNot => UnaryOp::Not,
            UnaryOperator::Minus => UnaryOp::Minus,
            UnaryOperator::Plus => UnaryOp::Plus,
            UnaryOperator::BitwiseNot => UnaryOp::BitNot,
            other => return unclear(format!("the operator `{other}`")),
        })
    }

    pub(super) fn binary(self, op: BinaryOperator) -> Parsed<BinaryOp> {
        let regex = |any_case, negated| BinaryOp::Regex { any_case, negated };
        Ok(match op {
            BinaryOperator::Or => BinaryOp::Or,
            BinaryOperator::And => BinaryOp::And,
            BinaryOperator::Xor => BinaryOp::Xor,
            BinaryOperator::Eq => BinaryOp::Eq,
            BinaryOperator::NotEq => BinaryOp::NotEq,
            BinaryOperator::Lt => BinaryOp::Lt,
            BinaryOperator::LtEq => BinaryOp::LtEq,
            BinaryOperator::Gt => BinaryOp::Gt,
            BinaryOperator::GtEq => BinaryOp::GtEq,
            BinaryOperator::Plus => BinaryOp::Plus,
            BinaryOperator::Minus => BinaryOp::Minus,
            BinaryOperator::Multiply => BinaryOp::Multiply,
            BinaryOperator::Divide => BinaryOp::Divide,
            BinaryOperator::MyIntegerDivide => BinaryOp::IntDivide,
            BinaryOperator::Modulo => BinaryOp::Modulo,
            BinaryOperator::PGExp => BinaryOp::Power,
            BinaryOperator::StringConcat => BinaryOp::Concat,
            BinaryOperator::BitwiseAnd => BinaryOp::BitAnd,
            BinaryOperator::BitwiseOr => BinaryOp::BitOr,
            BinaryOperator::BitwiseXor | BinaryOperator::PGBitwiseXor => BinaryOp::BitXor,
            BinaryOperator::PGBitwiseShiftLeft => BinaryOp::ShiftLeft,
            BinaryOperator::PGBitwiseShiftRight => BinaryOp::ShiftRight,
            BinaryOperator::PGRegexMatch => regex(false, false),
            BinaryOperator::PGRegexIMatch => regex(true, false),
            BinaryOperator::PGRegexNotMatch => regex(false, true),
            BinaryOperator::PGRegexNotIMatch => regex(true, true),
            BinaryOperator::Arrow => BinaryOp::JsonGet,
            BinaryOperator::LongArrow => BinaryOp::JsonGetText,
            BinaryOperator::HashArrow => BinaryOp::JsonPath,
            BinaryOperator::HashLongArrow => BinaryOp::JsonPathText,
            BinaryOperator::AtArrow => BinaryOp::Contains,
            BinaryOperator::ArrowAt => BinaryOp::ContainedBy,
            BinaryOperator::Question => BinaryOp::JsonHasKey,
            BinaryOperator::QuestionPipe => BinaryOp::JsonHasAnyKey,
            BinaryOperator::QuestionAnd => BinaryOp::JsonHasAllKeys,
            BinaryOperator::HashMinus => BinaryOp::JsonDeletePath,
            BinaryOperator::PGOverlap if self.syntax == Syntax::Postgres => BinaryOp::Overlaps,
            BinaryOperator::AtAt => BinaryOp::TextMatch,
            other => return unclear(format!("the operator `{other}`")),
        })
    }
}
