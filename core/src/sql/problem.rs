//! What can be wrong with a script, where, and what to do about it.
//!
//! Every problem has a place. Places are worked out in one pass over the text once all problems
//! are known, so that a script with very many of them is still read in linear time.

use std::ops::Range;

/// One thing that is wrong with a script.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct ScanProblem {
    /// The bytes the problem is about.
    pub span: Range<usize>,
    /// The line of the span's first byte, from 1.
    pub line: usize,
    /// The column of the span's first byte, in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub reason: Reason,
}

impl ScanProblem {
    /// What the author can do about it.
    #[must_use]
    pub fn help(&self) -> String {
        self.reason.help()
    }
}

/// The kind of a [`ScanProblem`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// A NUL byte, which no engine accepts in a statement.
    #[error("the script holds a NUL byte")]
    Nul,
    /// A string literal that is never closed.
    #[error("this string is never closed")]
    UnterminatedString,
    /// A quoted identifier that is never closed.
    #[error("this quoted identifier is never closed")]
    UnterminatedIdentifier,
    /// A dollar-quoted string that is never closed.
    #[error("the dollar quote {tag} is never closed")]
    UnterminatedDollarQuote {
        /// The opening tag, with its dollar signs.
        tag: String,
    },
    /// A block comment that is never closed.
    #[error("this comment is never closed")]
    UnterminatedComment,
    /// A parenthesis that is never closed, which keeps the statement from ending.
    #[error("this parenthesis is never closed")]
    UnclosedParenthesis,
    /// A routine's or trigger's body without its `END`.
    #[error("this {opener} has no matching END")]
    UnterminatedBlock {
        /// The keyword that opened the block.
        opener: &'static str,
    },
    /// A command that only the engine's own client understands.
    #[error("`{command}` is a command of the {client} client, not SQL")]
    ClientCommand {
        /// The client's name.
        client: &'static str,
        /// The command as written, without its arguments.
        command: String,
    },
    /// MySQL's `DELIMITER` without a usable argument.
    #[error("DELIMITER needs 1 to 15 bytes without a backslash")]
    BadDelimiter,
    /// `COPY … FROM STDIN`, whose data is not SQL.
    #[error("COPY … FROM STDIN reads data from the client")]
    CopyFromStdin,
    /// `COPY … TO STDOUT`, whose result no migration can use.
    #[error("COPY … TO STDOUT sends data to the client")]
    CopyToStdout,
    /// A directive between the tokens of a statement.
    #[error("a directive must stand between statements, not inside one")]
    DirectiveInStatement,
    /// A directive that shares its line with something else.
    #[error("a directive must stand on a line of its own")]
    DirectiveNotAlone,
    /// A directive with an unknown word.
    #[error("unknown directive `{word}`")]
    DirectiveUnknown {
        /// What was written after `aludel:`.
        word: String,
    },
    /// A directive inside an `only` or `skip` block.
    #[error("directives do not nest")]
    DirectiveNested,
    /// An `end` without a block.
    #[error("`end` without `only` or `skip`")]
    DirectiveStrayEnd,
    /// A block without an `end`.
    #[error("this block has no `-- aludel: end`")]
    DirectiveMissingEnd,
    /// A name in `only` or `skip` that no driver and no flavour has.
    #[error("`{name}` is not the name of a driver or flavour")]
    DirectiveUnknownName {
        /// The name as written; empty if there was none.
        name: String,
        /// The names that would have been accepted.
        known: Vec<String>,
    },
    /// A transaction statement in a script that runs in aludel's own transaction.
    #[error("{verb} would end or replace the transaction the script runs in")]
    EndsTransaction {
        /// The statement's first keywords.
        verb: String,
    },
    /// A statement that cannot share a transaction with others.
    #[error("{verb} cannot run in a transaction: {why}")]
    RefusedInTransaction {
        /// The statement's first keywords.
        verb: String,
        /// Why the engine refuses it.
        why: &'static str,
    },
    /// A transaction opened by the script and still open at its end.
    #[error("the transaction opened here is still open at the end of the script")]
    LeavesTransactionOpen,
    /// A script with no statement (for this driver).
    #[error("the script holds no statement")]
    Empty,
}

impl Reason {
    /// What the author can do about it.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Nul => "save the file as UTF-8, and remove the byte".into(),
            Self::UnterminatedString => "close it with the quote that opened it".into(),
            Self::UnterminatedIdentifier => "close the identifier with its quote".into(),
            Self::UnterminatedDollarQuote { tag } => format!("end the quoted text with {tag}"),
            Self::UnterminatedComment => "close the comment with */".into(),
            Self::UnclosedParenthesis => "close it, or the statement has no end".into(),
            Self::UnterminatedBlock { .. } => "close the block with END and the statement with its terminator".into(),
            Self::ClientCommand { .. } => {
                "remove the line: migrations are sent to the server, no client reads them".into()
            }
            Self::BadDelimiter => "write for example `DELIMITER //`".into(),
            Self::CopyFromStdin => "write the rows as INSERT statements, or load them with the client".into(),
            Self::CopyToStdout => "remove the statement, or export the data with the client".into(),
            Self::DirectiveInStatement => {
                "move the line before the statement or after it; perhaps the statement lacks its `;`".into()
            }
            Self::DirectiveNotAlone => "put the comment on a line of its own".into(),
            Self::DirectiveUnknown { .. } => {
                "the directives are: no-transaction, only=NAME,…, skip=NAME,…, end".into()
            }
            Self::DirectiveNested => "end the block first with `-- aludel: end`".into(),
            Self::DirectiveStrayEnd => "remove it, or open the block with only= or skip=".into(),
            Self::DirectiveMissingEnd => "add `-- aludel: end` after the block's last statement".into(),
            Self::DirectiveUnknownName { known, .. } => format!("known names: {}", known.join(", ")),
            Self::EndsTransaction { .. } => {
                "remove it: the script has a transaction already; or add a line `-- aludel: no-transaction`".into()
            }
            Self::RefusedInTransaction { .. } => {
                "move it to a revision of its own, or add a line `-- aludel: no-transaction`, and every \
                 statement commits by itself"
                    .into()
            }
            Self::LeavesTransactionOpen => "end the script with COMMIT".into(),
            Self::Empty => "write its SQL; if nothing is to be done, say so with SELECT 1".into(),
        }
    }
}

/// The line and the column, both from 1, of a byte of the text; columns count characters.
///
/// A byte-order mark takes no column. A byte past the end has the place of the end.
///
/// ```
/// assert_eq!(aludel::sql::line_col("é;\nab", 4), (2, 1));
/// assert_eq!(aludel::sql::line_col("é;\nab", 2), (1, 2));
/// ```
#[must_use]
pub fn line_col(text: &str, byte: usize) -> (usize, usize) {
    Places::new(text).at(byte)
}

/// Turns found reasons into problems, in the order of the text.
pub(super) fn locate(text: &str, mut found: Vec<(Range<usize>, Reason)>) -> Vec<ScanProblem> {
    found.sort_by_key(|(span, _)| span.start);
    let mut places = Places::new(text);
    found
        .into_iter()
        .map(|(span, reason)| {
            let (line, column) = places.at(span.start);
            ScanProblem {
                span,
                line,
                column,
                reason,
            }
        })
        .collect()
}

impl ScanProblem {
    /// A script has no statement.
    pub(crate) fn empty() -> Self {
        Self {
            span: 0..0,
            line: 1,
            column: 1,
            reason: Reason::Empty,
        }
    }
}

/// Walks a text once; places must be asked for in ascending order.
struct Places<'t> {
    text: &'t str,
    pos: usize,
    line: usize,
    column: usize,
}

impl<'t> Places<'t> {
    fn new(text: &'t str) -> Self {
        let pos = if text.starts_with('\u{feff}') {
            '\u{feff}'.len_utf8()
        } else {
            0
        };
        Self {
            text,
            pos,
            line: 1,
            column: 1,
        }
    }

    fn at(&mut self, byte: usize) -> (usize, usize) {
        let rest = self.text.get(self.pos..).unwrap_or_default();
        for c in rest.chars() {
            if self.pos + c.len_utf8() > byte {
                break;
            }
            self.pos += c.len_utf8();
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        (self.line, self.column)
    }
}
