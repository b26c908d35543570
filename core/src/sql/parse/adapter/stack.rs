//! How much stack a statement gets.
//!
//! The crate descends by recursion, and a level costs it some kilobytes (in a debug build tens of
//! them). What anybody writes by hand is read where the caller stands; what is nested deeper is
//! read on a thread with a stack of its own; what is deeper still is refused.

use std::thread;

use sqlparser::parser::{Parser, ParserError, ParserOptions};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::{Convert, Parsed, dialect, problem, tokens, unclear};
use crate::sql::Syntax;
use crate::sql::parse::cursor::Cursor;

/// What a stack can hold.
#[derive(Debug, Clone, Copy)]
struct Depth {
    /// How deep parentheses and CASEs may nest.
    nesting: usize,
    /// How deep the crate may descend, which also counts the rungs of precedence.
    descent: usize,
}

/// On any thread: 2 MiB are enough, also in a debug build.
const SHALLOW: Depth = Depth {
    nesting: 15,
    descent: 25,
};

/// On a thread of [`STACK`] bytes.
const DEEP: Depth = Depth {
    nesting: 100,
    descent: 300,
};

const STACK: usize = 64 << 20;

/// Has the crate read all tokens that are left, and turns its tree into ours.
pub(super) fn read<A, T: Send>(
    c: &Cursor<'_>,
    parse: fn(&mut Parser<'_>) -> Result<A, ParserError>,
    convert: fn(Convert<'_>, A) -> Parsed<T>,
) -> Parsed<T> {
    let (tokens, nesting) = tokens::convert(c)?;
    let syntax = c.syntax();
    let job = Job {
        syntax,
        parse,
        convert,
    };
    let tokens = if nesting <= SHALLOW.nesting {
        match job.run(SHALLOW, tokens) {
            Ok(read) => return Ok(read),
            // Whatever the crate says of a statement that was too deep for it: it tries other
            // readings of what failed, and may report one of those.
            Err((_, tokens)) => tokens,
        }
    } else if nesting <= DEEP.nesting {
        tokens
    } else {
        return unclear("nested too deeply");
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(STACK);
        let read = thread.spawn_scoped(scope, || job.run(DEEP, tokens).map_err(|(why, _)| why));
        match read.map(thread::ScopedJoinHandle::join) {
            Ok(Ok(read)) => read,
            Ok(Err(_)) | Err(_) => unclear("nested too deeply"),
        }
    })
}

struct Job<A, T> {
    syntax: Syntax,
    parse: fn(&mut Parser<'_>) -> Result<A, ParserError>,
    convert: fn(Convert<'_>, A) -> Parsed<T>,
}

impl<A, T> Job<A, T> {
    /// Gives the tokens back if it fails.
    fn run(
        &self,
        depth: Depth,
        tokens: Vec<TokenWithSpan>,
    ) -> Result<T, (super::Unclear, Vec<TokenWithSpan>)> {
        let mut parser = Parser::new(dialect::dialect(self.syntax))
            .with_recursion_limit(depth.descent)
            .with_options(ParserOptions::new().with_unescape(true))
            .with_tokens_with_locations(tokens);
        let parsed = (self.parse)(&mut parser)
            .map_err(problem)
            .and_then(|parsed| {
                let left = parser.peek_token_ref();
                if left.token != Token::EOF {
                    return unclear(format!("unexpected `{}`", left.token));
                }
                (self.convert)(Convert::new(self.syntax, depth.descent), parsed)
            });
        parsed.map_err(|why| (why, parser.into_tokens()))
    }
}
