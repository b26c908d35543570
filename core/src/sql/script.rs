//! A scanned script: its text, its statements, and the choice among them that directives make.

use std::ops::Range;

use super::Syntax;
use super::directive::{Directive, DirectiveKind};
use super::facts::Facts;
use super::problem::{Reason, ScanProblem, line_col, locate};

/// A script and where its statements stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// The rules it was read by.
    pub syntax: Syntax,
    /// The statements, in the order of the text, whatever the directives say.
    pub statements: Vec<Statement>,
    /// White space and comments after the last statement.
    pub trailing: Range<usize>,
    /// The directives, in the order of the text.
    pub directives: Vec<Directive>,
    /// What between the statements must not be sent to a server: `DELIMITER` lines and
    /// terminators without a statement. In ascending order.
    pub client: Vec<Range<usize>>,
    pub(super) text: String,
}

impl Script {
    /// The whole text, as it was given to [`scan`](super::scan).
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statements that a driver runs.
    ///
    /// `known` are the names a directive may use: all drivers and flavours there are. `mine` are
    /// those of the database at hand, such as `["mysql", "mariadb"]`.
    ///
    /// # Errors
    ///
    /// Every name in a directive that is not known, with its place.
    ///
    /// ```
    /// use aludel::sql::{scan, Syntax};
    ///
    /// let script = scan(
    ///     Syntax::Postgres,
    ///     "SELECT 1;\n-- aludel: skip=sqlite\nCREATE EXTENSION citext;\n-- aludel: end\n",
    /// )?;
    /// let known = ["postgres", "sqlite"];
    /// assert_eq!(script.select(&known, &["postgres"])?.statements.len(), 2);
    /// assert_eq!(script.select(&known, &["sqlite"])?.statements.len(), 1);
    /// # Ok::<(), Vec<aludel::sql::ScanProblem>>(())
    /// ```
    pub fn select(&self, known: &[&str], mine: &[&str]) -> Result<Selected<'_>, Vec<ScanProblem>> {
        let mut found = Vec::new();
        let mut no_transaction = false;
        let mut statements = Vec::with_capacity(self.statements.len());
        let mut taken = 0;
        let mut wanted = true;
        for directive in &self.directives {
            if wanted {
                statements.extend(self.statements.iter().take(directive.before).skip(taken));
            }
            taken = directive.before;
            match &directive.kind {
                DirectiveKind::NoTransaction => no_transaction = true,
                DirectiveKind::Only(names) => wanted = any(names, mine),
                DirectiveKind::Skip(names) => wanted = !any(names, mine),
                DirectiveKind::End => wanted = true,
            }
            if let DirectiveKind::Only(names) | DirectiveKind::Skip(names) = &directive.kind {
                for name in names.iter().filter(|name| !known.contains(&name.as_str())) {
                    let known = known.iter().map(ToString::to_string).collect();
                    let reason = Reason::DirectiveUnknownName {
                        name: name.clone(),
                        known,
                    };
                    found.push((directive.span.clone(), reason));
                }
            }
        }
        // An open block is refused when the script is scanned, so the rest is wanted.
        statements.extend(self.statements.iter().skip(taken));
        if found.is_empty() {
            Ok(Selected {
                no_transaction,
                statements,
                script: self,
            })
        } else {
            Err(locate(&self.text, found))
        }
    }

    fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }
}

fn any(names: &[String], mine: &[&str]) -> bool {
    names.iter().any(|name| mine.contains(&name.as_str()))
}

/// The part of a script that one driver runs.
#[derive(Debug, Clone, PartialEq)]
pub struct Selected<'s> {
    /// Whether the script declares `-- aludel: no-transaction`.
    pub no_transaction: bool,
    /// The statements to run, in order.
    pub statements: Vec<&'s Statement>,
    pub(super) script: &'s Script,
}

impl<'s> Selected<'s> {
    /// The script the statements come from.
    #[must_use]
    pub fn script(&self) -> &'s Script {
        self.script
    }
}

/// One statement of a script, as spans of its text.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// White space and comments before it, and what is for the client only ([`Script::client`]).
    pub leading: Range<usize>,
    /// From its first token to its last: what is sent to the engine.
    pub body: Range<usize>,
    /// The `;` or MySQL's delimiter in force, with the white space and comments before it. Empty
    /// if the script ends without one.
    pub terminator: Range<usize>,
    /// What its keywords say about it.
    pub facts: Facts,
    pub(super) syntax: Syntax,
    pub(super) holds_semicolon: bool,
}

impl Statement {
    /// The statement as the author wrote it, without its terminator.
    #[must_use]
    pub fn text<'s>(&self, script: &'s Script) -> &'s str {
        script.slice(&self.body)
    }

    /// The line and the column, from 1, at which the statement begins.
    #[must_use]
    pub fn line_col(&self, script: &Script) -> (usize, usize) {
        line_col(&script.text, self.body.start)
    }

    /// The comments and white space before it, without what is for the client only.
    #[must_use]
    pub fn comments(&self, script: &Script) -> String {
        let first = script
            .client
            .partition_point(|span| span.end <= self.leading.start);
        let mut comments = String::new();
        let mut from = self.leading.start;
        for span in script
            .client
            .iter()
            .skip(first)
            .take_while(|span| span.start < self.leading.end)
        {
            comments.push_str(script.slice(&(from..span.start)));
            from = span.end;
        }
        comments.push_str(script.slice(&(from..self.leading.end)));
        comments
    }

    /// What is sent: the comments that stand directly before it, and the statement. What is for the
    /// client only (a `DELIMITER` line, a stray `;`) and what stands before that is left out.
    #[must_use]
    pub fn sent(&self, script: &Script) -> Range<usize> {
        let before = script
            .client
            .partition_point(|span| span.start < self.leading.end);
        let last = before.checked_sub(1).map(|last| script.client[last].end);
        let start = last.filter(|end| *end > self.leading.start);
        start.unwrap_or(self.leading.start)..self.body.end
    }

    /// Whether the `mysql` client needs another delimiter around it, since its body holds `;`.
    #[must_use]
    pub fn needs_delimiter(&self) -> bool {
        self.syntax == Syntax::Mysql && self.holds_semicolon
    }

    /// A delimiter that does not occur in the statement, if it [needs one](Self::needs_delimiter).
    ///
    /// ```
    /// use aludel::sql::{scan, Syntax};
    ///
    /// let script = scan(Syntax::Mysql, "CREATE PROCEDURE p() BEGIN DO 1; END;\nSELECT 1;")?;
    /// assert_eq!(script.statements[0].delimiter(&script).as_deref(), Some("//"));
    /// assert_eq!(script.statements[1].delimiter(&script), None);
    /// # Ok::<(), Vec<aludel::sql::ScanProblem>>(())
    /// ```
    #[must_use]
    pub fn delimiter(&self, script: &Script) -> Option<String> {
        let text = self.text(script);
        let mut candidates = ["//", "$$", "||", "%%"]
            .into_iter()
            .map(str::to_owned)
            .chain((0_u64..).map(|n| format!("//{n}//")));
        // The last byte must not join with the delimiter into an earlier match.
        self.needs_delimiter()
            .then(|| candidates.find(|d| !text.contains(d.as_str()) && !text.ends_with(&d[..1])))
            .flatten()
    }
}
