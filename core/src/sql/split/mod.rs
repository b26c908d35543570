//! Groups tokens into statements.
//!
//! The splitter asks the dialect's [`Blocks`] whether a `;` ends the statement or belongs to a
//! body inside it. What only a client understands (a `DELIMITER` line, a stray terminator) is
//! kept with the white space between statements, with its span noted, so that nothing is lost
//! and nothing of it is sent.

mod mysql;
mod postgres;
mod sqlite;

use std::ops::Range;

use super::Syntax;
use super::directive::{self, Sighting};
use super::facts::Facts;
use super::lexer::Lexer;
use super::problem::{Reason, ScanProblem, locate};
use super::script::{Script, Statement};
use super::token::{Kind, Token, Tokens, one_of};

/// Follows the nesting inside one statement.
trait Blocks {
    /// Looks at the newest token, which is the last of `tokens`.
    fn feed(&mut self, tokens: Tokens<'_>, newest: Token);
    /// Whether a `;` at this place ends the statement.
    fn splits(&self, tokens: Tokens<'_>) -> bool;
    /// What is still open, and where it was opened.
    fn open(&self, tokens: Tokens<'_>) -> Option<(Range<usize>, Reason)>;
}

pub(super) fn split(syntax: Syntax, text: &str) -> Result<Script, Vec<ScanProblem>> {
    let mut splitter = Splitter::new(syntax, text);
    if let Some(at) = text.find('\0') {
        splitter.lexer.found.push((at..at + 1, Reason::Nul));
    }
    while let Some(token) = splitter.lexer.next() {
        splitter.take(token);
    }
    splitter.end()
}

struct Splitter<'t> {
    lexer: Lexer<'t>,
    blocks: Box<dyn Blocks>,
    /// The significant tokens of the statement being read.
    tokens: Vec<Token>,
    /// From its first token to its newest, comments between them included.
    body: Option<Range<usize>>,
    leading: usize,
    statements: Vec<Statement>,
    client: Vec<Range<usize>>,
    sightings: Vec<Sighting>,
    /// Directives seen since the newest token of an unfinished statement.
    pending: Vec<Sighting>,
}

impl<'t> Splitter<'t> {
    fn new(syntax: Syntax, text: &'t str) -> Self {
        Self {
            lexer: Lexer::new(syntax, text),
            blocks: blocks(syntax),
            // Enough for most statements, and no more than what an allocator has at hand.
            tokens: Vec::with_capacity((text.len() / 6).clamp(4, 32)),
            body: None,
            leading: 0,
            statements: Vec::new(),
            client: Vec::new(),
            sightings: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn view(&self) -> Tokens<'_> {
        Tokens::new(self.lexer.text, &self.tokens)
    }

    fn take(&mut self, token: Token) {
        match token.kind {
            Kind::Space | Kind::BlockComment => {}
            Kind::LineComment => self.comment(&token),
            Kind::Client => self.client.push(token.span()),
            Kind::Semicolon | Kind::Delimiter if self.body.is_none() => {
                self.client.push(token.span())
            }
            Kind::Delimiter => self.finish(Some(token)),
            Kind::Semicolon if self.semicolon_ends() => self.finish(Some(token)),
            Kind::ExecMark => self.grow(token),
            _ if self.body.is_none() && self.client_command(token) => {}
            _ => {
                self.grow(token);
                self.tokens.push(token);
                self.blocks
                    .feed(Tokens::new(self.lexer.text, &self.tokens), token);
            }
        }
    }

    fn semicolon_ends(&self) -> bool {
        if !self.lexer.exec.is_empty() {
            return false;
        }
        if self.lexer.delimiter.is_some() {
            // The author says where bodies end; outside of them the server still splits.
            return !mysql::is_program(self.view());
        }
        self.blocks.splits(self.view())
    }

    fn grow(&mut self, token: Token) {
        let start = self.body.as_ref().map_or(token.start, |body| body.start);
        self.body = Some(start..token.end);
        self.misplaced();
    }

    fn misplaced(&mut self) {
        for sighting in self.pending.drain(..) {
            self.lexer
                .found
                .push((sighting.span, Reason::DirectiveInStatement));
        }
    }

    fn comment(&mut self, token: &Token) {
        let Some(mut sighting) = directive::sight(self.lexer.text, token.span()) else {
            return;
        };
        sighting.before = self.statements.len();
        if !sighting.alone {
            self.lexer
                .found
                .push((sighting.span, Reason::DirectiveNotAlone));
        } else if self.body.is_some() {
            self.pending.push(sighting);
        } else {
            self.sightings.push(sighting);
        }
    }

    /// Commands that are recognised by their first word, where a statement would begin.
    fn client_command(&mut self, token: Token) -> bool {
        let text = self.lexer.text;
        let word = text.get(token.span()).unwrap_or_default();
        let client = match (self.lexer.syntax, token.kind) {
            (Syntax::Mysql, Kind::Word) if word.eq_ignore_ascii_case("delimiter") => {
                self.delimiter(token);
                return true;
            }
            (Syntax::Mysql, Kind::Word) if one_of(word, mysql::CLIENT_COMMANDS) => "mysql",
            (Syntax::Sqlite, Kind::Punct(b'.' | b'#')) => "sqlite3",
            _ => return false,
        };
        let line = self.lexer.rest_of_line();
        let mut command = word.to_owned();
        if matches!(token.kind, Kind::Punct(_)) {
            command.push_str(line.split_whitespace().next().unwrap_or_default());
        }
        self.lexer.found.push((
            token.start..self.lexer.pos,
            Reason::ClientCommand { client, command },
        ));
        true
    }

    fn delimiter(&mut self, token: Token) {
        let line = self.lexer.rest_of_line();
        let span = token.start..self.lexer.pos;
        match mysql::delimiter_argument(line) {
            Some(";") => self.lexer.delimiter = None,
            Some(delimiter) => self.lexer.delimiter = Some(delimiter),
            None => self.lexer.found.push((span.clone(), Reason::BadDelimiter)),
        }
        self.client.push(span);
    }

    fn finish(&mut self, terminator: Option<Token>) {
        let Some(body) = self.body.take() else { return };
        let end = body.end;
        if terminator.is_some() {
            self.misplaced();
        }
        self.copy(&body, terminator);
        let facts = Facts::of(self.lexer.syntax, self.view());
        let holds_semicolon = self.tokens.iter().any(|t| t.kind == Kind::Semicolon);
        let terminator = end..terminator.map_or(end, |token| token.end);
        self.statements.push(Statement {
            leading: self.leading..body.start,
            body,
            terminator: terminator.clone(),
            facts,
            syntax: self.lexer.syntax,
            holds_semicolon,
        });
        self.leading = terminator.end;
        self.tokens.clear();
        self.blocks = blocks(self.lexer.syntax);
    }

    fn copy(&mut self, body: &Range<usize>, terminator: Option<Token>) {
        if self.lexer.syntax != Syntax::Postgres {
            return;
        }
        match postgres::copy_direction(self.view()) {
            Some(Reason::CopyFromStdin) => {
                self.lexer.found.push((body.clone(), Reason::CopyFromStdin));
                if terminator.is_some() {
                    self.lexer.skip_copy_data();
                }
            }
            Some(reason) => self.lexer.found.push((body.clone(), reason)),
            None => {}
        }
    }

    fn end(mut self) -> Result<Script, Vec<ScanProblem>> {
        let text = self.lexer.text;
        // A quote or comment that never ends explains whatever else seems open.
        let cut_short = self.lexer.found.iter().any(|(_, reason)| {
            matches!(
                reason,
                Reason::UnterminatedString
                    | Reason::UnterminatedIdentifier
                    | Reason::UnterminatedComment
                    | Reason::UnterminatedDollarQuote { .. }
            )
        });
        if !cut_short {
            if let Some(start) = self.lexer.exec.first().copied() {
                self.lexer
                    .found
                    .push((start..start + 2, Reason::UnterminatedComment));
            } else if self.lexer.delimiter.is_none()
                && let Some(open) = self.blocks.open(self.view())
            {
                self.lexer.found.push(open);
            }
        }
        self.finish(None);
        for mut sighting in self.pending {
            // After the last statement, though that one lacks its terminator.
            sighting.before = self.statements.len();
            self.sightings.push(sighting);
        }
        let directives = directive::read(text, self.sightings, &mut self.lexer.found);
        if self.lexer.found.is_empty() {
            Ok(Script {
                syntax: self.lexer.syntax,
                text: text.to_owned(),
                trailing: self.leading..text.len(),
                statements: self.statements,
                directives,
                client: self.client,
            })
        } else {
            Err(locate(text, self.lexer.found))
        }
    }
}

fn blocks(syntax: Syntax) -> Box<dyn Blocks> {
    match syntax {
        Syntax::Postgres => Box::<postgres::PostgresBlocks>::default(),
        Syntax::Mysql => Box::<mysql::MysqlBlocks>::default(),
        Syntax::Sqlite => Box::<sqlite::SqliteBlocks>::default(),
    }
}
