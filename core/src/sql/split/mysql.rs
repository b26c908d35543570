//! Where MySQL's server does not split: inside the body of a stored program.
//!
//! Which `BEGIN`, `IF`, `REPEAT` or `END` is a keyword of a block and which is a column, a
//! function or an option is seen from whether a statement may begin there; see [`MysqlBlocks`].

use std::ops::Range;

use super::{Blocks, Kind, Reason, Token, Tokens};

/// Words at the start of a line's statement that the client keeps for itself. `use` and `help`
/// are missing: the server knows them as well.
pub(super) const CLIENT_COMMANDS: &[&str] = &[
    "CHARSET",
    "CLEAR",
    "CONNECT",
    "EDIT",
    "EGO",
    "EXIT",
    "GO",
    "NOPAGER",
    "NOTEE",
    "NOWARNING",
    "PAGER",
    "PRINT",
    "PROMPT",
    "QUIT",
    "REHASH",
    "SOURCE",
    "STATUS",
    "SYSTEM",
    "TEE",
    "WARNINGS",
];

/// The client's reading of what follows `DELIMITER`: one word, perhaps in quotes.
pub(super) fn delimiter_argument(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let quote = line
        .chars()
        .next()
        .filter(|c| matches!(c, '\'' | '"' | '`'));
    let argument = match quote {
        Some(quote) => line.get(1..)?.split(quote).next(),
        None => line.split(char::is_whitespace).next(),
    };
    argument.filter(|a| (1..=15).contains(&a.len()) && !a.contains('\\'))
}

/// Words that begin a simple statement, hence end a program's header.
const VERBS: &[&str] = &[
    "ALTER",
    "ANALYZE",
    "CALL",
    "CLOSE",
    "COMMIT",
    "CREATE",
    "DEALLOCATE",
    "DELETE",
    "DO",
    "DROP",
    "EXECUTE",
    "FETCH",
    "FLUSH",
    "GRANT",
    "INSERT",
    "ITERATE",
    "KILL",
    "LEAVE",
    "LOAD",
    "OPEN",
    "OPTIMIZE",
    "PREPARE",
    "RENAME",
    "REPLACE",
    "RESIGNAL",
    "RETURN",
    "REVOKE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "SET",
    "SHOW",
    "SIGNAL",
    "START",
    "TRUNCATE",
    "UPDATE",
    "VALUES",
    "WITH",
];

const COMPOUND: &[&str] = &["IF", "CASE", "LOOP", "WHILE", "REPEAT", "FOR"];

/// Whether the statement may hold a body with `;` inside.
pub(super) fn is_program(tokens: Tokens<'_>) -> bool {
    program(tokens).is_some() || is_bare_compound(tokens)
}

/// The index of PROCEDURE, FUNCTION, TRIGGER or EVENT in a CREATE or ALTER of one.
fn program(tokens: Tokens<'_>) -> Option<usize> {
    if !tokens.is_any(0, &["CREATE", "ALTER"]) {
        return None;
    }
    // Between stand OR REPLACE, AGGREGATE and DEFINER = user@host, whose parts may be any words.
    (1..tokens.len().min(16))
        .filter(|at| !tokens.punct(at - 1, b'=') && !tokens.punct(at - 1, b'@'))
        .take_while(|at| !tokens.is_any(*at, OTHER_OBJECTS))
        .find(|at| {
            tokens.is_any(
                *at,
                &["PROCEDURE", "FUNCTION", "TRIGGER", "EVENT", "PACKAGE"],
            )
        })
}

const OTHER_OBJECTS: &[&str] = &[
    "TABLE",
    "VIEW",
    "INDEX",
    "DATABASE",
    "SCHEMA",
    "USER",
    "ROLE",
    "SERVER",
    "SEQUENCE",
    "TABLESPACE",
    "LOGFILE",
    "INSTANCE",
    "RESOURCE",
    "UNDO",
    "SPATIAL",
];

/// MariaDB's compound statements outside a stored program.
fn is_bare_compound(tokens: Tokens<'_>) -> bool {
    tokens.starts(&["BEGIN", "NOT"]) || tokens.is_any(0, COMPOUND)
}

#[derive(Clone, Copy, PartialEq)]
enum Block {
    Begin,
    CaseStatement,
    CaseExpression,
    If,
    Loop,
    While,
    Repeat,
    For,
}

impl Block {
    fn name(self) -> &'static str {
        match self {
            Self::Begin => "BEGIN",
            Self::CaseStatement | Self::CaseExpression => "CASE",
            Self::If => "IF",
            Self::Loop => "LOOP",
            Self::While => "WHILE",
            Self::Repeat => "REPEAT",
            Self::For => "FOR",
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Not known to be a program (yet).
    Plain,
    /// After PROCEDURE and the like, at this index, before where a body may begin.
    Header(usize),
    /// Where a body may begin, among options.
    Open,
    Body,
}

pub(super) struct MysqlBlocks {
    stage: Stage,
    parens: usize,
    stack: Vec<(Block, Token)>,
    /// Whether a statement of the body may begin at the next token.
    at_start: bool,
    declare: bool,
    /// Among the conditions of DECLARE … HANDLER, which the handler's statement follows.
    handler: bool,
    /// Just after an `END`, whose kind may follow.
    ended: bool,
}

impl Default for MysqlBlocks {
    fn default() -> Self {
        Self {
            stage: Stage::Plain,
            parens: 0,
            stack: Vec::new(),
            at_start: false,
            declare: false,
            handler: false,
            ended: false,
        }
    }
}

impl Blocks for MysqlBlocks {
    fn feed(&mut self, tokens: Tokens<'_>, newest: Token) {
        let last = tokens.len() - 1;
        match self.stage {
            Stage::Plain => self.plain(tokens, last, newest),
            Stage::Header(object) => self.header(tokens, object, last, newest),
            Stage::Open => self.option(tokens, last, newest),
            Stage::Body => self.body(tokens, last, newest),
        }
    }

    fn splits(&self, _: Tokens<'_>) -> bool {
        self.stack.is_empty()
    }

    fn open(&self, _: Tokens<'_>) -> Option<(Range<usize>, Reason)> {
        let (block, token) = self.stack.first()?;
        Some((
            token.span(),
            Reason::UnterminatedBlock {
                opener: block.name(),
            },
        ))
    }
}

impl MysqlBlocks {
    fn plain(&mut self, tokens: Tokens<'_>, last: usize, newest: Token) {
        if last == 0 && tokens.is_any(0, COMPOUND) {
            self.begin_body(tokens, last, newest);
        } else if last == 1 && tokens.starts(&["BEGIN", "NOT"]) {
            self.stage = Stage::Body;
            self.stack.push((Block::Begin, newest));
        } else if last < 16 && program(tokens) == Some(last) {
            self.stage = Stage::Header(last);
        }
    }

    fn header(&mut self, tokens: Tokens<'_>, object: usize, last: usize, newest: Token) {
        match newest.kind {
            Kind::Punct(b'(') => self.parens += 1,
            Kind::Punct(b')') => {
                self.parens = self.parens.saturating_sub(1);
                if self.parens == 0 && tokens.is_any(object, &["PROCEDURE", "FUNCTION"]) {
                    self.stage = Stage::Open;
                }
            }
            Kind::Word if self.parens == 0 => {
                if tokens.is(object, "TRIGGER")
                    && tokens.is(last, "ROW")
                    && tokens.is(last - 1, "EACH")
                {
                    self.stage = Stage::Open;
                } else if tokens.is(object, "EVENT") && tokens.is(last, "DO") {
                    self.stage = Stage::Body;
                    self.at_start = true;
                }
            }
            _ => {}
        }
    }

    /// Options such as `RETURNS SET('a')`, `CHARACTER SET x`, `FOLLOWS other`; then the body.
    fn option(&mut self, tokens: Tokens<'_>, last: usize, newest: Token) {
        let named = tokens.is_any(
            last - 1,
            &[
                "FOLLOWS",
                "PRECEDES",
                "RETURNS",
                "CHARACTER",
                "CHAR",
                "COLLATE",
            ],
        );
        if !named
            && (tokens.is(last, "BEGIN")
                || tokens.is_any(last, COMPOUND)
                || tokens.is_any(last, VERBS))
        {
            self.begin_body(tokens, last, newest);
        }
    }

    fn begin_body(&mut self, tokens: Tokens<'_>, last: usize, newest: Token) {
        self.stage = Stage::Body;
        self.at_start = true;
        self.body(tokens, last, newest);
    }

    fn body(&mut self, tokens: Tokens<'_>, last: usize, newest: Token) {
        let starts = std::mem::take(&mut self.at_start);
        let ended = std::mem::take(&mut self.ended);
        match newest.kind {
            Kind::Semicolon => {
                self.at_start = true;
                self.declare = false;
                self.handler = false;
            }
            // A label; `:=` is two tokens, of which this is not the second.
            Kind::Punct(b':') => self.at_start = true,
            // The `NOT ATOMIC` after a bare BEGIN.
            Kind::Word if tokens.starts(&["BEGIN", "NOT"]) && last == 2 => self.at_start = true,
            Kind::Word if last > 0 && tokens.punct(last - 1, b'.') => {}
            Kind::Word if ended && tokens.is_any(last, COMPOUND) => {}
            Kind::Word => self.keyword(tokens, last, newest, starts),
            _ => {}
        }
    }

    fn keyword(&mut self, tokens: Tokens<'_>, last: usize, newest: Token, starts: bool) {
        let begins = starts || self.handler;
        let upper = tokens.word(last).to_ascii_uppercase();
        let top = self.stack.last().map(|(block, _)| *block);
        let (block, inner) = match upper.as_str() {
            "BEGIN" if begins => (Block::Begin, true),
            "IF" if begins => (Block::If, false),
            "CASE" if begins => (Block::CaseStatement, false),
            "CASE" => (Block::CaseExpression, false),
            "LOOP" => (Block::Loop, true),
            "WHILE" if begins => (Block::While, false),
            "REPEAT" if begins => (Block::Repeat, true),
            // DECLARE … HANDLER FOR: only where a statement begins is it MariaDB's loop.
            "FOR" if starts => (Block::For, false),
            "END" => {
                if starts || (closes_anywhere(top) && !is_operand(tokens, last)) {
                    self.stack.pop();
                    self.ended = true;
                }
                return;
            }
            "THEN" | "ELSE" => {
                self.at_start = top != Some(Block::CaseExpression);
                return;
            }
            "DO" => {
                self.at_start = !starts && matches!(top, Some(Block::While | Block::For));
                return;
            }
            "DECLARE" if starts => {
                self.declare = true;
                return;
            }
            "HANDLER" if self.declare => {
                self.handler = true;
                return;
            }
            verb => {
                if VERBS.contains(&verb) {
                    self.handler = false;
                }
                return;
            }
        };
        self.handler = false;
        self.stack.push((block, newest));
        self.at_start = inner;
    }
}

/// Blocks whose END does not stand where a statement begins.
fn closes_anywhere(top: Option<Block>) -> bool {
    matches!(top, Some(Block::CaseExpression | Block::Repeat))
}

/// Whether a word stands where an expression needs a value: a column called `end`.
fn is_operand(tokens: Tokens<'_>, at: usize) -> bool {
    let before = at.saturating_sub(1);
    match tokens.kind(before) {
        Some(Kind::Punct(punct)) => punct != b')',
        _ => tokens.is_any(
            before,
            &[
                "WHEN", "THEN", "ELSE", "CASE", "AND", "OR", "NOT", "UNTIL", "SELECT",
            ],
        ),
    }
}
