//! Where SQLite does not split: inside a trigger, which ends at `; END ;` as in
//! `sqlite3_complete`. A `CASE … END` is no such end, since no `;` stands before its `END`.

use std::ops::Range;

use super::{Blocks, Kind, Reason, Token, Tokens};

#[derive(Default)]
pub(super) struct SqliteBlocks {
    /// The `BEGIN` of the trigger's body, which stands before the first `;`.
    body: Option<Range<usize>>,
    semicolons: bool,
}

impl Blocks for SqliteBlocks {
    fn feed(&mut self, tokens: Tokens<'_>, newest: Token) {
        self.semicolons |= newest.kind == Kind::Semicolon;
        if self.body.is_none()
            && !self.semicolons
            && tokens.is(tokens.len() - 1, "BEGIN")
            && is_trigger(tokens)
        {
            self.body = Some(newest.span());
        }
    }

    fn splits(&self, tokens: Tokens<'_>) -> bool {
        self.body.is_none() || ended(tokens)
    }

    fn open(&self, tokens: Tokens<'_>) -> Option<(Range<usize>, Reason)> {
        let body = self.body.clone().filter(|_| !ended(tokens))?;
        Some((body, Reason::UnterminatedBlock { opener: "BEGIN" }))
    }
}

fn is_trigger(tokens: Tokens<'_>) -> bool {
    let tokens = match (tokens.is(0, "EXPLAIN"), tokens.is(1, "QUERY")) {
        (true, true) => tokens.from(3),
        (true, false) => tokens.from(1),
        _ => tokens,
    };
    let object = if tokens.is_any(1, &["TEMP", "TEMPORARY"]) {
        2
    } else {
        1
    };
    tokens.is(0, "CREATE") && tokens.is(object, "TRIGGER")
}

fn ended(tokens: Tokens<'_>) -> bool {
    let len = tokens.len();
    len >= 2
        && tokens.is(len - 1, "END")
        && (tokens.kind(len - 2) == Some(Kind::Semicolon) || tokens.is(len - 2, "BEGIN"))
}
