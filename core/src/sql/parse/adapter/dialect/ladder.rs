//! How tightly operators bind, engine by engine. A higher rung binds tighter; operators on one
//! rung are read from left to right.

use sqlparser::dialect::Precedence;
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::Token;

/// The rungs of one engine.
#[derive(Debug)]
pub(super) struct Ladder {
    or: u8,
    xor: u8,
    and: u8,
    not: u8,
    /// `IS`.
    is: u8,
    /// `=` and `<>`.
    equal: u8,
    /// `<`, `<=`, `>`, `>=`.
    less: u8,
    /// `IN`, `LIKE`, `BETWEEN`, `REGEXP`.
    pub(super) predicate: u8,
    /// The upper bound of BETWEEN.
    upper_bound: u8,
    /// Operators that have no rung of their own (PostgreSQL).
    other: u8,
    /// `||`.
    concat: u8,
    /// `->`, `->>`.
    arrow: u8,
    bit_or: u8,
    bit_and: u8,
    shift: u8,
    add: u8,
    multiply: u8,
    /// `^`.
    caret: u8,
    /// `AT TIME ZONE` (PostgreSQL).
    at_zone: u8,
    collate: u8,
    /// `+x`, `-x`.
    pub(super) sign: u8,
    /// `~x`.
    pub(super) bit_not: u8,
    /// `!x`, where the engine has it.
    pub(super) bang: Option<u8>,
    /// `[…]` (PostgreSQL).
    subscript: u8,
    /// `::` (PostgreSQL).
    cast: u8,
    /// `x NOT NULL` (SQLite).
    not_null: u8,
}

/// Of no engine: the operator does not exist there.
const NONE: u8 = 0;

/// `gram.y`, from its `%left` and `%nonassoc` lines.
pub(super) const POSTGRES: Ladder = Ladder {
    or: 10,
    xor: NONE,
    and: 20,
    not: 30,
    is: 40,
    equal: 50,
    less: 50,
    predicate: 60,
    upper_bound: 60,
    other: 70,
    concat: 70,
    arrow: 70,
    bit_or: 70,
    bit_and: 70,
    shift: 70,
    add: 80,
    multiply: 90,
    caret: 100,
    at_zone: 110,
    collate: 120,
    sign: 125,
    bit_not: 70,
    bang: None,
    subscript: 130,
    cast: 140,
    not_null: NONE,
};

/// `sql_yacc.yy`: `expr`, `bool_pri`, `predicate`, `bit_expr`, `simple_expr`.
pub(super) const MYSQL: Ladder = Ladder {
    or: 10,
    xor: 15,
    and: 20,
    not: 30,
    is: 40,
    equal: 40,
    less: 40,
    predicate: 50,
    // It may be a predicate itself.
    upper_bound: 49,
    other: NONE,
    concat: NONE,
    arrow: 120,
    bit_or: 60,
    bit_and: 62,
    shift: 64,
    add: 66,
    multiply: 68,
    caret: 70,
    at_zone: NONE,
    collate: 100,
    sign: 80,
    bit_not: 80,
    bang: Some(90),
    subscript: NONE,
    cast: NONE,
    not_null: NONE,
};

/// `parse.y`, from its `%left` and `%right` lines.
pub(super) const SQLITE: Ladder = Ladder {
    or: 10,
    xor: NONE,
    and: 20,
    not: 30,
    is: 40,
    equal: 40,
    less: 50,
    predicate: 40,
    upper_bound: 40,
    other: NONE,
    concat: 90,
    arrow: 90,
    bit_or: 60,
    bit_and: 60,
    shift: 60,
    add: 70,
    multiply: 80,
    caret: NONE,
    at_zone: NONE,
    collate: 100,
    sign: 110,
    bit_not: 110,
    bang: None,
    subscript: NONE,
    cast: NONE,
    not_null: 40,
};

impl Ladder {
    /// The rung of the operator that stands next; zero if none does.
    pub(super) fn infix(&self, parser: &Parser<'_>) -> u8 {
        match &parser.peek_token_ref().token {
            Token::Word(word) => self.word(word.keyword, parser),
            Token::Eq | Token::Neq | Token::Spaceship => self.equal,
            Token::Lt | Token::LtEq | Token::Gt | Token::GtEq => self.less,
            Token::Plus | Token::Minus => self.add,
            Token::Mul | Token::Div | Token::Mod => self.multiply,
            Token::Caret => self.caret,
            Token::StringConcat => self.concat,
            Token::Arrow | Token::LongArrow => self.arrow,
            Token::Pipe => self.bit_or,
            Token::Ampersand => self.bit_and,
            Token::ShiftLeft | Token::ShiftRight => self.shift,
            Token::LBracket => self.subscript,
            Token::DoubleColon => self.cast,
            Token::Sharp
            | Token::Tilde
            | Token::TildeAsterisk
            | Token::ExclamationMarkTilde
            | Token::ExclamationMarkTildeAsterisk
            | Token::DoubleTilde
            | Token::DoubleTildeAsterisk
            | Token::ExclamationMarkDoubleTilde
            | Token::ExclamationMarkDoubleTildeAsterisk
            | Token::Overlap
            | Token::HashArrow
            | Token::HashLongArrow
            | Token::AtArrow
            | Token::ArrowAt
            | Token::HashMinus
            | Token::AtQuestion
            | Token::AtAt
            | Token::Question
            | Token::QuestionAnd
            | Token::QuestionPipe
            | Token::CustomBinaryOperator(_) => self.other,
            _ => NONE,
        }
    }

    fn word(&self, keyword: Keyword, parser: &Parser<'_>) -> u8 {
        let following = |ahead| match &parser.peek_nth_token_ref(ahead).token {
            Token::Word(word) => word.keyword,
            _ => Keyword::NoKeyword,
        };
        match keyword {
            Keyword::OR => self.or,
            Keyword::XOR => self.xor,
            Keyword::AND => self.and,
            Keyword::IS => self.is,
            Keyword::NOTNULL if self.xor == NONE => self.is,
            Keyword::NOT if following(1) == Keyword::NULL => self.not_null,
            Keyword::NOT if is_predicate(following(1)) => self.predicate,
            Keyword::OPERATOR => self.other,
            Keyword::DIV if self.xor != NONE => self.multiply,
            Keyword::COLLATE => self.collate,
            Keyword::AT if following(1) == Keyword::TIME && following(2) == Keyword::ZONE => {
                self.at_zone
            }
            _ if is_predicate(keyword) => self.predicate,
            _ => NONE,
        }
    }

    /// The rungs that the crate asks for by name.
    pub(super) fn named(&self, precedence: Precedence) -> u8 {
        match precedence {
            Precedence::Period => 200,
            Precedence::DoubleColon => self.cast,
            Precedence::AtTz => self.at_zone,
            Precedence::MulDivModOp => self.multiply,
            Precedence::PlusMinus => self.add,
            Precedence::Xor => self.xor,
            Precedence::Ampersand => self.bit_and,
            Precedence::Caret => self.caret,
            Precedence::Pipe => self.bit_or,
            Precedence::Colon | Precedence::PgOther => self.other,
            Precedence::Between => self.upper_bound,
            Precedence::Eq => self.equal,
            Precedence::Like => self.predicate,
            Precedence::Is => self.is,
            Precedence::UnaryNot => self.not,
            Precedence::And => self.and,
            Precedence::Or => self.or,
        }
    }
}

fn is_predicate(keyword: Keyword) -> bool {
    matches!(
        keyword,
        Keyword::IN
            | Keyword::BETWEEN
            | Keyword::OVERLAPS
            | Keyword::LIKE
            | Keyword::ILIKE
            | Keyword::RLIKE
            | Keyword::REGEXP
            | Keyword::MATCH
            | Keyword::GLOB
            | Keyword::SIMILAR
            | Keyword::MEMBER
    )
}
