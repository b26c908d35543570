//! What follows `EXCLUDE`, taken apart.

use super::cursor::{Cursor, Parsed, Source, unclear};
use super::{adapter, index, lex, literal};
use crate::schema::{Excludes, Exclusion, Expr};
use crate::sql::Syntax;

/// What stands after `EXCLUDE`, as far as it is understood: keys with the default classes of operators.
pub(crate) fn exclusion(text: &str) -> Option<Exclusion> {
    let source = Source::new(Syntax::Postgres, text);
    let toks = lex::tokens(Syntax::Postgres, text).ok()?;
    let mut c = Cursor::new(&source, &toks);
    c.eat("EXCLUDE");
    read(&mut c).ok()
}

fn read(c: &mut Cursor<'_>) -> Parsed<Exclusion> {
    if c.eat("USING") {
        c.ident()?;
    }
    let elements = c.group()?.each(element)?;
    if c.eat("INCLUDE") {
        c.group()?;
    }
    super::constraint::storage(c)?;
    let filter = match c.eat("WHERE") {
        true => Some(adapter::expr(&c.group()?)?),
        false => None,
    };
    Ok(Exclusion { elements, filter })
}

/// `key WITH operator`.
fn element(c: &mut Cursor<'_>) -> Parsed<(Expr, Excludes)> {
    let mut key = c.until(|c| c.is("WITH"));
    let read = index::key(&mut key)?;
    key.finish()?;
    if read.collation.is_some() || read.class.is_some() {
        return unclear("a key with a collation or a class of operators");
    }
    c.expect("WITH")?;
    for (operator, how) in [
        ("=", Excludes::Equal),
        ("<>", Excludes::Other),
        ("!=", Excludes::Other),
        ("&&", Excludes::Overlapping),
    ] {
        if c.eat_op(operator) {
            return Ok((read.expr, how));
        }
    }
    unclear("another operator")
}

/// What stands after `EXCLUDE`, with another name for a column.
pub(crate) fn exclusion_renamed(text: &str, from: &str, to: &str) -> String {
    let source = Source::new(Syntax::Postgres, text);
    let Ok(toks) = lex::tokens(Syntax::Postgres, text) else {
        return text.to_owned();
    };
    let c = Cursor::new(&source, &toks);
    let mut renamed = String::with_capacity(text.len());
    let mut end = 0;
    for (at, tok) in toks.iter().enumerate() {
        let mut look = c;
        look.skip(at);
        let is = look.is_ident()
            && literal::ident(Syntax::Postgres, tok.kind, c.text_of(*tok))
                .is_ok_and(|name| name == from);
        // A function, a type, and the method are called as they are.
        let before = |op: &str| at > 0 && c.text_of(toks[at - 1]) == op;
        let other = look.is_op_at(1, "(")
            || before("::")
            || before(".")
            || at > 0 && {
                let word = c.text_of(toks[at - 1]);
                word.eq_ignore_ascii_case("USING") || word.eq_ignore_ascii_case("EXCLUDE")
            };
        if is && !other {
            renamed.push_str(text.get(end..tok.start).unwrap_or_default());
            renamed.push_str(&format!("\"{}\"", to.replace('"', "\"\"")));
            end = tok.end;
        }
    }
    renamed.push_str(text.get(end..).unwrap_or_default());
    renamed
}
