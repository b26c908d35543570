//! Where psql does not split: inside parentheses, and inside `BEGIN ATOMIC … END`.

use std::ops::Range;

use super::{Blocks, Kind, Reason, Token, Tokens};

#[derive(Default)]
pub(super) struct PostgresBlocks {
    parens: Vec<Token>,
    /// The `BEGIN ATOMIC` and the `CASE`s inside it that are open, outside parentheses.
    bodies: Vec<Token>,
}

impl Blocks for PostgresBlocks {
    fn feed(&mut self, tokens: Tokens<'_>, newest: Token) {
        let last = tokens.len() - 1;
        match newest.kind {
            Kind::Punct(b'(') => self.parens.push(newest),
            Kind::Punct(b')') => {
                self.parens.pop();
            }
            Kind::Word if self.parens.is_empty() => self.word(tokens, last, newest),
            _ => {}
        }
    }

    fn splits(&self, _: Tokens<'_>) -> bool {
        self.parens.is_empty() && self.bodies.is_empty()
    }

    fn open(&self, _: Tokens<'_>) -> Option<(Range<usize>, Reason)> {
        let body = self.bodies.first().map(|t| {
            (
                t.span(),
                Reason::UnterminatedBlock {
                    opener: "BEGIN ATOMIC",
                },
            )
        });
        body.or_else(|| {
            self.parens
                .first()
                .map(|t| (t.span(), Reason::UnclosedParenthesis))
        })
    }
}

impl PostgresBlocks {
    fn word(&mut self, tokens: Tokens<'_>, last: usize, newest: Token) {
        // A column may be called `end` after AS or a dot.
        let name = last > 0 && (tokens.is(last - 1, "AS") || tokens.punct(last - 1, b'.'));
        if self.bodies.is_empty() {
            if tokens.is(last, "ATOMIC")
                && last > 0
                && tokens.is(last - 1, "BEGIN")
                && is_routine(tokens)
            {
                self.bodies.push(newest);
            }
        } else if !name && tokens.is(last, "CASE") {
            self.bodies.push(newest);
        } else if !name && tokens.is(last, "END") {
            self.bodies.pop();
        }
    }
}

fn is_routine(tokens: Tokens<'_>) -> bool {
    let object = if tokens.starts(&["CREATE", "OR", "REPLACE"]) {
        3
    } else {
        1
    };
    tokens.is(0, "CREATE") && tokens.is_any(object, &["FUNCTION", "PROCEDURE"])
}

/// Whether a `COPY` moves data over the connection, and which way.
pub(super) fn copy_direction(tokens: Tokens<'_>) -> Option<Reason> {
    if !tokens.is(0, "COPY") {
        return None;
    }
    // PostgreSQL takes either name for either direction.
    tokens.outside_parens().find_map(|at| {
        let connection = tokens.is_any(at + 1, &["STDIN", "STDOUT"]);
        match (connection, tokens.is(at, "FROM"), tokens.is(at, "TO")) {
            (true, true, _) => Some(Reason::CopyFromStdin),
            (true, _, true) => Some(Reason::CopyToStdout),
            _ => None,
        }
    })
}
