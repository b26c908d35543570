//! Our tokens as the crate's, with what they mean decided here rather than there.

use sqlparser::tokenizer::{Location, Span, Token, TokenWithSpan};

use crate::sql::Syntax;
use crate::sql::parse::cursor::{Cursor, Parsed, unclear};
use crate::sql::parse::lex::{Lex, Tok};
use crate::sql::parse::literal;

/// The most tokens in a row: the trees of a chain of operators lean to the left, and are dropped
/// by recursion.
const CHAIN: usize = 2_000;

/// The tokens that are left, and how deep parentheses and CASEs nest in them.
pub(super) fn convert(c: &Cursor<'_>) -> Parsed<(Vec<TokenWithSpan>, usize)> {
    traps(*c)?;
    let mut all = Vec::with_capacity(c.rest().len());
    let mut counts = vec![0_usize];
    let mut nesting = 0;
    if c.syntax() == Syntax::Sqlite && c.is("REPLACE") {
        all.extend(["INSERT", "OR"].map(|word| TokenWithSpan::wrap(Token::make_keyword(word))));
    }
    // MySQL's `UPDATE a, b SET …`, and `DELETE a.* FROM …`.
    let mut of_tables = c.syntax() == Syntax::Mysql && c.is("UPDATE");
    let mut named = c.syntax() == Syntax::Mysql && c.is("DELETE");
    let mut read = 0;
    for (index, tok) in c.rest().iter().enumerate() {
        let text = c.text_of(*tok);
        if index < read {
            continue;
        }
        of_tables &= !(counts.len() == 1 && c.is_at(index, "SET"));
        named &= !c.is_at(index, "WHERE");
        let whole = |at: usize| c.is_op_at(at, ".") && c.is_op_at(at + 1, "*");
        if named && (whole(index) || index > 0 && whole(index - 1)) {
            continue;
        }
        if of_tables && counts.len() == 1 && c.is_op_at(index, ",") {
            all.extend(
                ["CROSS", "JOIN"].map(|word| TokenWithSpan::wrap(Token::make_keyword(word))),
            );
            counts[0] = 0;
            continue;
        }
        if let Some(words) = usual_charset(c, index) {
            read = index + words;
            continue;
        }
        chain(&mut counts, c, index)?;
        nesting = nesting.max(counts.len() - 1);
        if isnull(c, index) {
            all.extend(["IS", "NULL"].map(|word| TokenWithSpan::wrap(Token::make_keyword(word))));
            continue;
        }
        if modulo(c, index) {
            all.push(TokenWithSpan::new(Token::Mod, span(*tok)));
            continue;
        }
        let token = token(c.syntax(), *tok, text)?;
        all.push(TokenWithSpan::new(token, span(*tok)));
    }
    Ok((all, nesting))
}

/// Words that the crate reads and forgets if something else follows them than it hopes for.
fn traps(mut c: Cursor<'_>) -> Parsed<()> {
    while !c.done() {
        // After a call, `FILTER` as its alias.
        let filter = c.is_op(")") && c.is_at(1, "FILTER");
        let forgotten = filter && !(c.is_op_at(2, "(") && c.is_at(3, "WHERE"))
            || c.is_any(&["REGEXP", "RLIKE"]) && c.is_at(1, "NULL");
        if forgotten {
            return c.expected("another word");
        }
        c.skip(1);
    }
    Ok(())
}

/// Whether a token is MySQL's operator MOD, as which MariaDB shows `%`: a function's name stands before a
/// parenthesis, and not after a value.
fn modulo(c: &Cursor<'_>, at: usize) -> bool {
    at > 0
        && c.syntax() == Syntax::Mysql
        && c.is_at(at, "MOD")
        && !c.is_op_at(at - 1, ".")
        && (!c.is_op_at(at + 1, "(") || c.is_op_at(at - 1, ")"))
}

/// How many tokens say the character set that texts have anyway, in the type of a cast
/// (`CAST(a AS CHAR CHARSET utf8mb4)`), as MariaDB shows one. `None`: another begins here.
fn usual_charset(c: &Cursor<'_>, at: usize) -> Option<usize> {
    let words = if c.is_at(at, "CHARSET") {
        1
    } else if c.is_at(at, "CHARACTER") && c.is_at(at + 1, "SET") {
        2
    } else {
        return None;
    };
    let is_cast = |ty: usize| at > ty && c.is_at(at - ty, "CHAR") && c.is_at(at - ty - 1, "AS");
    let cast = is_cast(1) || is_cast(4) && c.is_op_at(at - 1, ")");
    let whole = c.is_at(at + words, "UTF8MB4") && c.is_op_at(at + words + 1, ")");
    (c.syntax() == Syntax::Mysql && cast && whole).then_some(words + 1)
}

/// Whether a token is the postfix operator ISNULL, which the crate takes for a name.
fn isnull(c: &Cursor<'_>, at: usize) -> bool {
    at > 0
        && c.syntax() != Syntax::Mysql
        && c.is_at(at, "ISNULL")
        && !c.is_op_at(at + 1, "(")
        && !c.is_op_at(at - 1, ".")
        && !c.is_at(at - 1, "AS")
}

/// Counts the tokens between commas, within each pair of parentheses and each CASE.
fn chain(counts: &mut Vec<usize>, c: &Cursor<'_>, at: usize) -> Parsed<()> {
    const OPEN: &[&str] = &["(", "["];
    const CLOSE: &[&str] = &[")", "]"];
    if OPEN.iter().any(|op| c.is_op_at(at, op)) || c.is_at(at, "CASE") {
        counts.push(0);
        return Ok(());
    }
    if counts.len() > 1 && (CLOSE.iter().any(|op| c.is_op_at(at, op)) || c.is_at(at, "END")) {
        counts.pop();
    }
    let flat = c.is_op_at(at, ",") || ["WHEN", "THEN"].iter().any(|word| c.is_at(at, word));
    match counts.last_mut() {
        Some(count) if flat => *count = 0,
        Some(count) if *count == CHAIN => return unclear("an expression that is too long"),
        Some(count) => *count += 1,
        None => {}
    }
    Ok(())
}

fn span(tok: Tok) -> Span {
    let at = |byte: usize| Location::new(1, byte as u64 + 1);
    Span::new(at(tok.start), at(tok.end))
}

fn token(syntax: Syntax, tok: Tok, text: &str) -> Parsed<Token> {
    Ok(match tok.kind {
        Lex::Word if text == "\\N" => Token::make_keyword("NULL"),
        Lex::Word => Token::make_word(literal::cut(syntax, text), None),
        Lex::Quoted => Token::make_word(&literal::ident(syntax, tok.kind, text)?, Some('"')),
        Lex::Text => Token::SingleQuotedString(literal::text(syntax, text)?),
        Lex::Bytes => Token::HexStringLiteral(literal::inside(text).to_owned()),
        Lex::Bits => Token::SingleQuotedByteStringLiteral(literal::inside(text).to_owned()),
        Lex::Number => Token::Number(text.replace('_', ""), false),
        Lex::Op => return operator(syntax, text),
    })
}

fn operator(syntax: Syntax, text: &str) -> Parsed<Token> {
    Ok(match (syntax, text) {
        // MySQL's own meaning, unless PIPES_AS_CONCAT is set, which no script can rely on.
        (Syntax::Mysql, "||") => Token::make_keyword("OR"),
        (Syntax::Mysql, "&&") => Token::make_keyword("AND"),
        (_, "(") => Token::LParen,
        (_, ")") => Token::RParen,
        (_, "[") => Token::LBracket,
        (_, "]") => Token::RBracket,
        (_, ",") => Token::Comma,
        (_, ".") => Token::Period,
        (_, ";") => Token::SemiColon,
        (_, ":") => Token::Colon,
        (_, "::") => Token::DoubleColon,
        (_, ":=") => Token::Assignment,
        (_, "=>") => Token::RArrow,
        (_, "=" | "==") => Token::Eq,
        (_, "<>" | "!=") => Token::Neq,
        (_, "<") => Token::Lt,
        (_, ">") => Token::Gt,
        (_, "<=") => Token::LtEq,
        (_, ">=") => Token::GtEq,
        (_, "<=>") => Token::Spaceship,
        (_, "+") => Token::Plus,
        (_, "-") => Token::Minus,
        (_, "*") => Token::Mul,
        (_, "/") => Token::Div,
        (_, "%") => Token::Mod,
        (_, "||") => Token::StringConcat,
        (_, "&") => Token::Ampersand,
        (_, "|") => Token::Pipe,
        (_, "^") => Token::Caret,
        (_, "#") => Token::Sharp,
        (_, "~") => Token::Tilde,
        (_, "~*") => Token::TildeAsterisk,
        (_, "!~") => Token::ExclamationMarkTilde,
        (_, "!~*") => Token::ExclamationMarkTildeAsterisk,
        (_, "~~") => Token::DoubleTilde,
        (_, "~~*") => Token::DoubleTildeAsterisk,
        (_, "!~~") => Token::ExclamationMarkDoubleTilde,
        (_, "!~~*") => Token::ExclamationMarkDoubleTildeAsterisk,
        (_, "<<") => Token::ShiftLeft,
        (_, ">>") => Token::ShiftRight,
        (_, "&&") => Token::Overlap,
        (_, "!") => Token::ExclamationMark,
        (_, "->") => Token::Arrow,
        (_, "->>") => Token::LongArrow,
        (_, "#>") => Token::HashArrow,
        (_, "#>>") => Token::HashLongArrow,
        (_, "@>") => Token::AtArrow,
        (_, "<@") => Token::ArrowAt,
        (_, "#-") => Token::HashMinus,
        (_, "@?") => Token::AtQuestion,
        (Syntax::Postgres, "@@") => Token::AtAt,
        (Syntax::Postgres, "?") => Token::Question,
        (_, "?&") => Token::QuestionAnd,
        (_, "?|") => Token::QuestionPipe,
        (Syntax::Postgres, other) if other.len() > 1 => {
            Token::CustomBinaryOperator(other.to_owned())
        }
        (_, other) => return unclear(format!("`{other}`")),
    })
}
