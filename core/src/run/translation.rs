//! Scripts of the authored dialect for a driver of another: read, translated in the order of the
//! graph, and made ready to run.
//!
//! A script means something only where its ancestors have run, so a translation begins at base:
//! the revisions that are applied are replayed, those that are to run are translated.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use super::discreet::Discreet;
use super::prepare::{self, Chosen};
use super::{Database, RunError, ScriptIssue};
use crate::driver::Dialect;
use crate::graph::{Applied, NodeIx};
use crate::ledger::{Direction, RULES};
use crate::plan::{Piece, WorkScript};
use crate::revision::{Listing, ScriptProblem};
use crate::schema::Schema;
use crate::sql;
use crate::translate::{Audience, Omission, Refusal, Translated, Translator, audience};

/// What a translated revision leaves out.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Omitted {
    /// The revision's directory name.
    pub revision: String,
    /// Which script.
    pub direction: Direction,
    /// Line of the statement in the script, from 1.
    pub line: usize,
    /// The code of the closed list in `docs/translation.md`.
    pub code: &'static str,
    /// What was left out.
    pub message: String,
}

impl fmt::Display for Omitted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            revision,
            direction,
            line,
            message,
            ..
        } = self;
        write!(f, "{message} ({revision}/{direction}.sql:{line})")
    }
}

/// Translates the scripts of one database, revision by revision.
pub(crate) struct Session<'a> {
    database: &'a Database,
    dialect: &'a dyn Dialect,
    source: &'a dyn Dialect,
    /// No database is there: revisions written in Rust are recorded.
    offline: bool,
    translator: Translator<'a>,
    pub(crate) omitted: Vec<Omitted>,
    /// What the directory of the revision holds that is translated, where somebody has listed it.
    listing: Option<Arc<Listing>>,
    /// Whether what the statements of a translation say to a run is asked for.
    wants_pieces: bool,
}

/// A revision's scripts in another dialect.
#[derive(Debug)]
#[non_exhaustive]
pub struct TranslatedRevision {
    /// Its directory name.
    pub name: String,
    /// Its up script, or what is in the way.
    pub up: Result<WorkScript, Vec<ScriptIssue>>,
    /// Its down script; `None` if it has none.
    pub down: Option<Result<WorkScript, Vec<ScriptIssue>>>,
    /// What was left out of both.
    pub omitted: Vec<Omitted>,
}

impl Database {
    /// The scripts of `target` and of all below it as the driver runs them, base first: those of
    /// its own as they stand, the others translated.
    ///
    /// # Errors
    ///
    /// If the target is refused, or the driver does not translate. What is wrong with a script
    /// stands in the answer.
    pub fn translate(
        &self,
        target: &str,
        dialect: &dyn Dialect,
    ) -> Result<Vec<TranslatedRevision>, RunError> {
        let mut revisions = Vec::new();
        self.translate_each(target, dialect, true, &mut |_, _, revision| {
            revisions.push(revision);
        })?;
        Ok(revisions)
    }

    /// Gives one revision after the other, and the listing of its directory, so that only what is wanted
    /// of them is kept. Without `wants_pieces`, what is asked is only whether their scripts have a form:
    /// they come without statements.
    pub(super) fn translate_each(
        &self,
        target: &str,
        dialect: &dyn Dialect,
        wants_pieces: bool,
        each: &mut dyn FnMut(NodeIx, Result<Arc<Listing>, ScriptProblem>, TranslatedRevision),
    ) -> Result<(), RunError> {
        self.closed()?;
        let nothing = Applied::new(&self.graph, []);
        let wanted = self.graph.upgrade(target, &nothing)?.steps;
        let mut session = begin(self, dialect, true).map_err(RunError::from)?;
        for ix in wanted {
            let listed = self.revisions.listing(self.revision(ix)).map(Arc::new);
            let listing = listed.as_ref().ok();
            if let Some(session) = &mut session {
                session.listing = listing.cloned();
                session.wants_pieces = wants_pieces;
            }
            let before = session.as_ref().map(Session::fork);
            let up = match &mut session {
                Some(session) => session.script(ix, Direction::Up),
                None => prepare::script(self, dialect, ix, Direction::Up, true),
            };
            if let (Err(_), Some(session), Some(before)) = (&up, &mut session, before) {
                session.pass_over(before, ix);
            }
            let mut omitted = session
                .as_mut()
                .map(|session| std::mem::take(&mut session.omitted))
                .unwrap_or_default();
            let down = match &session {
                _ if !self.has_down(ix, listing.map(|listing| &**listing)) => None,
                Some(session) => {
                    let mut session = session.fork();
                    let down = session.script(ix, Direction::Down);
                    omitted.append(&mut session.omitted);
                    Some(down)
                }
                None => Some(prepare::script(self, dialect, ix, Direction::Down, true)),
            };
            let name = self.name(ix);
            let revision = TranslatedRevision {
                name,
                up,
                down,
                omitted,
            };
            each(ix, listed, revision);
        }
        Ok(())
    }

    fn has_down(&self, ix: NodeIx, listing: Option<&Listing>) -> bool {
        let revision = self.revision(ix);
        if let Some(program) = self.revisions.program(revision) {
            return program.runs(Direction::Down);
        }
        // What cannot be read is for whoever reads it to say.
        !self.revisions.is_irreversible(revision, listing)
    }

    /// The authored dialect, where it is another than the driver's own: scripts are translated.
    pub(crate) fn foreign(&self) -> Option<&dyn Dialect> {
        self.options.authored.as_deref()
    }
}

/// Begins a translation at base. `None` if scripts run as they stand.
///
/// # Errors
///
/// If `dialect` is no target of translations.
pub(crate) fn begin<'a>(
    database: &'a Database,
    dialect: &'a dyn Dialect,
    offline: bool,
) -> Result<Option<Session<'a>>, Refusal> {
    let Some(source) = database.foreign() else {
        return Ok(None);
    };
    let name = database.options.driver.info().name;
    let translator = Translator::new(source, dialect).ok_or_else(|| {
        Refusal::new(
            "no-translation",
            format!(
                "the `{name}` driver cannot translate, and the revision is written for another"
            ),
        )
        .help(format!(
            "if it is written for `{name}`, say so: `dialect = \"{name}\"` in aludel.toml, or `--dialect {name}`; \
             if not, write `up.{name}.sql` beside it"
        ))
    })?;
    Ok(Some(Session {
        database,
        dialect,
        source,
        offline,
        translator,
        omitted: Vec::new(),
        listing: None,
        wants_pieces: true,
    }))
}

/// One script of a revision, scanned.
struct Read {
    chosen: Chosen,
    text: Arc<str>,
    script: sql::Script,
}

impl<'a> Session<'a> {
    /// A session that goes on from here on its own.
    pub(crate) fn fork(&self) -> Self {
        Self {
            database: self.database,
            dialect: self.dialect,
            source: self.source,
            offline: self.offline,
            translator: self.translator.clone(),
            omitted: Vec::new(),
            listing: self.listing.clone(),
            wants_pieces: self.wants_pieces,
        }
    }

    /// What the target holds by now.
    pub(crate) fn held(&self) -> &Schema {
        self.translator.held()
    }

    /// Takes note of a revision that is applied.
    ///
    /// # Errors
    ///
    /// If its script cannot be read or scanned: what it did is not known then.
    pub(crate) fn replay(&mut self, ix: NodeIx) -> Result<(), Vec<ScriptIssue>> {
        if self.takes_program(ix, Direction::Up)? {
            return Ok(());
        }
        self.take(ix, Direction::Up).map(|_| ())
    }

    /// Goes on after a revision that was refused: the authored engine has run it, the target has
    /// not. `before` is the session before it.
    fn pass_over(&mut self, before: Self, ix: NodeIx) {
        self.translator = before.translator;
        let read = self.read(ix, Direction::Up, self.source);
        let bodies = read.as_ref().map(|read| self.bodies(ix, read, self.source));
        // What cannot be read has been said.
        if let Ok(Ok(bodies)) = bodies {
            let bodies: Vec<String> = bodies.iter().map(ToString::to_string).collect();
            self.translator.passed_over(&bodies);
        }
    }

    /// Prepares one script, and takes note of what it does.
    ///
    /// # Errors
    ///
    /// All that is wrong with it, and all in it that has no faithful form.
    pub(crate) fn script(
        &mut self,
        ix: NodeIx,
        direction: Direction,
    ) -> Result<WorkScript, Vec<ScriptIssue>> {
        if self.takes_program(ix, direction)? {
            return prepare::script(self.database, self.dialect, ix, direction, self.offline);
        }
        let (read, translated) = self.take(ix, direction)?;
        let Some(translated) = translated else {
            return prepare::script(self.database, self.dialect, ix, direction, self.offline);
        };
        let statements = &read.script.statements;
        // Of a script that was applied before it no longer matters; a part that is for others may
        // be all that it has.
        if statements.is_empty() {
            let empty = sql::ScanProblem::empty();
            return Err(prepare::problems(
                vec![empty],
                &read.chosen.file,
                &read.text,
            ));
        }
        let place = |index: usize| statements[index].body.clone();
        let revision = self.database.name(ix);
        let discreet = Discreet::new(&self.database.options.variables);
        for (index, omission) in &translated.omissions {
            let (line, _) = sql::line_col(&read.text, place(*index).start);
            self.omitted
                .push(omitted(&revision, direction, line, omission, &discreet));
        }
        if !translated.refusals.is_empty() {
            let names = self.dialect.names();
            let driver = names.last().copied().unwrap_or_default();
            let issue = |(index, refusal): &(usize, Refusal)| {
                let span = place(*index);
                let (line, column) = sql::line_col(&read.text, span.start);
                ScriptIssue {
                    code: refusal.code,
                    message: discreet.message(&format!(
                        "not translated for `{driver}`: {}",
                        refusal.message
                    )),
                    path: read.chosen.file.path.clone(),
                    text: Some(read.text.clone()),
                    span,
                    line,
                    column,
                    help: Some(discreet.message(&help(refusal, direction, driver))),
                }
            };
            return Err(translated.refusals.iter().map(issue).collect());
        }
        let wanted = Some(translated.statements).filter(|_| self.wants_pieces);
        let pieces = wanted
            .into_iter()
            .flatten()
            .map(|(index, sql)| piece(self.dialect, &read.script, index, sql))
            .collect();
        Ok(WorkScript {
            path: read.chosen.file.path,
            text: read.text,
            checksum: read.chosen.file.checksum.to_string(),
            pieces,
            program: None,
            is_recorded: false,
            rules: RULES,
            stepwise: None,
            before: translated.before,
            after: translated.after,
            relies_on_keys: translated.relies_on_keys,
        })
    }

    /// Reads a script and takes note of it. Translated, if it is not the target's own.
    fn take(
        &mut self,
        ix: NodeIx,
        direction: Direction,
    ) -> Result<(Read, Option<Translated>), Vec<ScriptIssue>> {
        let read = self.read(ix, direction, self.dialect)?;
        if !read.chosen.own {
            let names = &self.database.options.names;
            let chosen = audience(
                &read.script,
                names,
                self.source.names(),
                self.dialect.names(),
            );
            let chosen = chosen.map_err(|p| prepare::problems(p, &read.chosen.file, &read.text))?;
            let mut statements = Vec::with_capacity(chosen.len());
            for (index, statement, audience) in indexed(&read, &chosen) {
                let body = self.body(ix, &read, self.source, statement)?;
                statements.push((index, body, audience));
            }
            let statements = statements
                .iter()
                .map(|(index, body, audience)| (*index, body.as_ref(), *audience));
            self.translator.in_revision(&self.database.name(ix));
            let translated = self.translator.translate(statements);
            return Ok((read, Some(translated)));
        }
        // The target has a script of its own; the authored engine runs the authored one.
        let authored = match self.read(ix, direction, self.source) {
            Ok(authored) => Some(authored),
            Err(issues) if issues.iter().all(|issue| issue.code == "irreversible") => None,
            Err(issues) => return Err(issues),
        };
        let authored = authored
            .as_ref()
            .map(|read| self.bodies(ix, read, self.source))
            .transpose()?
            .unwrap_or_default();
        let own = self.bodies(ix, &read, self.dialect)?;
        self.translator.overridden(&texts(&authored), &texts(&own));
        Ok((read, None))
    }

    /// Takes note of a revision that is written in Rust; false if it is not. It says itself what it
    /// executes on which engine, as a script of the driver's own does.
    fn takes_program(
        &mut self,
        ix: NodeIx,
        direction: Direction,
    ) -> Result<bool, Vec<ScriptIssue>> {
        let revision = self.database.revision(ix);
        let Some(program) = self.database.revisions.program(revision) else {
            return Ok(false);
        };
        if !program.runs(direction) {
            // That is said when it is prepared.
            return Ok(true);
        }
        let recorded = |dialect: &dyn Dialect| -> Result<Read, Vec<ScriptIssue>> {
            let file = prepare::programmed::record(&program, direction, dialect, revision)
                .map_err(|issue| vec![issue])?;
            let text: Arc<str> = Arc::from(file.text.as_str());
            let script = sql::scan(dialect.syntax(), &text)
                .map_err(|found| prepare::problems(found, &file, &text))?;
            let chosen = Chosen { file, own: true };
            Ok(Read {
                chosen,
                text,
                script,
            })
        };
        let (authored, own) = (recorded(self.source)?, recorded(self.dialect)?);
        let authored = self.bodies(ix, &authored, self.source)?;
        let own = self.bodies(ix, &own, self.dialect)?;
        self.translator.overridden(&texts(&authored), &texts(&own));
        Ok(true)
    }

    fn bodies<'r>(
        &self,
        ix: NodeIx,
        read: &'r Read,
        dialect: &dyn Dialect,
    ) -> Result<Vec<Cow<'r, str>>, Vec<ScriptIssue>> {
        let names = &self.database.options.names;
        let selected = read.script.select(names, dialect.names());
        let selected = selected.map_err(|p| prepare::problems(p, &read.chosen.file, &read.text))?;
        let statements = selected.statements.iter();
        statements
            .map(|statement| self.body(ix, read, dialect, statement))
            .collect()
    }

    /// A statement, its variables' values in their places.
    fn body<'r>(
        &self,
        ix: NodeIx,
        read: &'r Read,
        dialect: &dyn Dialect,
        statement: &sql::Statement,
    ) -> Result<Cow<'r, str>, Vec<ScriptIssue>> {
        let (file, text) = (&read.chosen.file, &read.text);
        let span = statement.body.clone();
        let syntax = dialect.syntax();
        let done = prepare::substituted(self.database, ix, syntax, file, text, span.clone())?;
        Ok(done.map_or(Cow::Borrowed(&text[span]), Cow::Owned))
    }

    fn read(
        &self,
        ix: NodeIx,
        direction: Direction,
        whose: &dyn Dialect,
    ) -> Result<Read, Vec<ScriptIssue>> {
        let listing = self.listing.as_deref();
        let chosen = prepare::choose_listed(self.database, whose, ix, listing, direction)?;
        let syntax = if chosen.own {
            whose.syntax()
        } else {
            self.source.syntax()
        };
        let text: Arc<str> = Arc::from(chosen.file.text.as_str());
        let script = sql::scan(syntax, &text)
            .map_err(|found| prepare::problems(found, &chosen.file, &text))?;
        Ok(Read {
            chosen,
            text,
            script,
        })
    }
}

fn texts(bodies: &[Cow<'_, str>]) -> Vec<String> {
    bodies.iter().map(ToString::to_string).collect()
}

/// The chosen statements with their audience, by their place among all of the script.
fn indexed<'r>(
    read: &'r Read,
    chosen: &[(&'r sql::Statement, Audience)],
) -> Vec<(usize, &'r sql::Statement, Audience)> {
    let mut chosen = chosen.iter().peekable();
    let mut result = Vec::new();
    for (index, statement) in read.script.statements.iter().enumerate() {
        if let Some(&(_, audience)) = chosen.next_if(|(s, _)| s.body.start == statement.body.start)
        {
            result.push((index, statement, audience));
        }
    }
    result
}

fn omitted(
    revision: &str,
    direction: Direction,
    line: usize,
    omission: &Omission,
    discreet: &Discreet<'_>,
) -> Omitted {
    Omitted {
        revision: revision.to_owned(),
        direction,
        line,
        code: omission.code,
        message: discreet.message(&omission.message),
    }
}

fn help(refusal: &Refusal, direction: Direction, driver: &str) -> String {
    let general = format!(
        "write `{direction}.{driver}.sql` beside it, or put the statement between `-- aludel: skip={driver}` and `-- aludel: end`"
    );
    match &refusal.help {
        Some(help) => format!("{help}; or {general}"),
        None => general,
    }
}

/// A translated statement, with what the target's rules say about it.
fn piece(dialect: &dyn Dialect, script: &sql::Script, index: usize, sql: String) -> Piece {
    let statement = &script.statements[index];
    let scanned = match sql::sets_nothing(dialect.syntax(), &sql) {
        true => None,
        false => sql::scan(dialect.syntax(), &sql).ok(),
    };
    let facts = scanned
        .and_then(|scanned| scanned.statements.into_iter().next())
        .map(|statement| statement.facts);
    Piece {
        span: statement.sent(script),
        body: statement.body.start,
        implicit_commit: facts.as_ref().is_some_and(|facts| facts.implicit_commit),
        sets_session: facts.as_ref().is_some_and(|facts| facts.sets_session),
        reads_clock: facts.as_ref().is_some_and(|facts| facts.reads_clock),
        sql: Some(sql),
    }
}

impl From<Refusal> for RunError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused {
            code: refusal.code,
            message: refusal.message,
            help: refusal.help.unwrap_or_default(),
        }
    }
}
