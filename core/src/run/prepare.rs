//! From graph nodes to work: reads scripts, scans them, decides how each runs. All mistakes of a
//! run's scripts are reported together, before anything runs.

pub(crate) mod programmed;

use std::ops::Range;
use std::sync::Arc;

use super::translation::{self, Omitted};
use super::{Database, RunError, ScriptIssue};
use crate::driver::Dialect;
use crate::graph::{Applied, NodeIx};
use crate::ledger::Direction;
use crate::plan::{Piece, Why, Work, WorkScript};
use crate::revision::{Listing, ScriptFile};
use crate::sql::{self, Mode};
use crate::threads::share_out;

/// What runs, and what a translation leaves out of it.
#[derive(Debug, Default)]
pub(crate) struct Prepared {
    pub(crate) works: Vec<Work>,
    pub(crate) omitted: Vec<Omitted>,
}

/// Prepares the scripts of `steps` on a database that stands where `applied` says.
pub(crate) fn works(
    database: &Database,
    dialect: &dyn Dialect,
    applied: &Applied,
    steps: &[NodeIx],
    direction: Direction,
    holes: &[NodeIx],
    offline: bool,
) -> Result<Prepared, RunError> {
    let mut prepared = Prepared::default();
    let mut issues = Vec::new();
    let mut translation = if all_own(database, dialect, steps, direction)? {
        None
    } else {
        translation::begin(database, dialect, offline)?
    };
    if let Some(translation) = &mut translation {
        for &ix in database.graph.topological() {
            if applied.contains(ix)
                && let Err(found) = translation.replay(ix)
            {
                issues.extend(found);
            }
        }
        // What cannot be read of the past makes nonsense of what is said about the rest.
        if !issues.is_empty() {
            return Err(RunError::Scripts(issues));
        }
    }
    let scripts = match &mut translation {
        // Each begins where the one before it has led.
        Some(translation) => {
            let steps = steps.iter();
            steps.map(|&ix| translation.script(ix, direction)).collect()
        }
        None => as_they_stand(database, dialect, steps, direction, offline),
    };
    for (&ix, script) in steps.iter().zip(scripts) {
        match script {
            Ok(script) => {
                let hole = holes.contains(&ix);
                prepared
                    .works
                    .push(work(database, ix, direction, script, hole));
            }
            Err(found) => issues.extend(found),
        }
    }
    if let Some(translation) = translation {
        prepared.omitted = translation.omitted;
    }
    if issues.is_empty() {
        Ok(prepared)
    } else {
        Err(RunError::Scripts(issues))
    }
}

/// From how many scripts on threads are worth their start.
const MANY: usize = 256;

/// The scripts of `steps` where nothing is translated.
fn as_they_stand(
    database: &Database,
    dialect: &dyn Dialect,
    steps: &[NodeIx],
    direction: Direction,
    offline: bool,
) -> Vec<Result<WorkScript, Vec<ScriptIssue>>> {
    // A program is the application's code: it runs on the thread that asked for it.
    let has_programs = steps
        .iter()
        .any(|&ix| database.revisions.program(database.revision(ix)).is_some());
    let many = if has_programs { usize::MAX } else { MANY };
    let read = share_out(steps, many, |steps| {
        let steps = steps.iter();
        steps
            .map(|&ix| script(database, dialect, ix, direction, offline))
            .collect::<Vec<_>>()
    });
    read.into_iter().flatten().collect()
}

/// Whether the driver has a script of its own for every step, so that nothing needs translating.
fn all_own(
    database: &Database,
    dialect: &dyn Dialect,
    steps: &[NodeIx],
    direction: Direction,
) -> Result<bool, RunError> {
    if database.options.authored.is_none() {
        return Ok(true);
    }
    for &ix in steps {
        if database.revisions.program(database.revision(ix)).is_some() {
            continue;
        }
        match choose(database, dialect, ix, direction) {
            Ok(chosen) if chosen.own => {}
            Ok(_) => return Ok(false),
            // Said once more when the script is prepared, together with all the others.
            Err(_) => {}
        }
    }
    Ok(true)
}

fn work(
    database: &Database,
    ix: NodeIx,
    direction: Direction,
    script: WorkScript,
    hole: bool,
) -> Work {
    let graph = &database.graph;
    let node = graph.node(ix);
    let ids = |nodes: Vec<NodeIx>| -> Vec<String> {
        nodes
            .iter()
            .map(|&n| graph.node(n).id.to_string())
            .collect()
    };
    let before = || {
        let parents = graph.parents(ix).iter().chain(graph.dependencies(ix));
        ids(distinct(parents.copied()))
    };
    let after = || {
        let children = graph.children(ix).iter().chain(graph.dependents(ix));
        ids(distinct(children.copied()))
    };
    let itself = vec![node.id.to_string()];
    let (present, absent) = match direction {
        Direction::Up => (before(), itself),
        Direction::Down => (itself, after()),
    };
    Work {
        id: node.id.to_string(),
        name: node.name.clone(),
        message: node.message.clone(),
        direction,
        script,
        present,
        absent,
        hole,
    }
}

/// A node may be parent and dependency at once; a guard counts rows, so each stands once.
fn distinct(nodes: impl Iterator<Item = NodeIx>) -> Vec<NodeIx> {
    let mut seen = Vec::new();
    for node in nodes {
        if !seen.contains(&node) {
            seen.push(node);
        }
    }
    seen
}

/// The checksum of a revision's up script as this dialect would run it, if it can be read.
pub(crate) fn checksum(database: &Database, dialect: &dyn Dialect, ix: NodeIx) -> Option<String> {
    let file = read(database, dialect, ix, None, Direction::Up).ok()??;
    Some(file.checksum.to_string())
}

fn read(
    database: &Database,
    dialect: &dyn Dialect,
    ix: NodeIx,
    listing: Option<&Listing>,
    direction: Direction,
) -> Result<Option<ScriptFile>, ScriptIssue> {
    let revision = database.revision(ix);
    database
        .revisions
        .listed_script(revision, listing, direction, dialect.names())
        .map_err(ScriptIssue::from)
}

/// A revision's script, as the names of a dialect choose it.
pub(crate) struct Chosen {
    pub(crate) file: ScriptFile,
    /// It is a driver's own (`up.sqlite.sql`), not the one for all.
    pub(crate) own: bool,
}

/// Chooses and reads one script.
pub(crate) fn choose(
    database: &Database,
    dialect: &dyn Dialect,
    ix: NodeIx,
    direction: Direction,
) -> Result<Chosen, Vec<ScriptIssue>> {
    choose_listed(database, dialect, ix, None, direction)
}

/// The same, of a directory whose listing may be known.
pub(crate) fn choose_listed(
    database: &Database,
    dialect: &dyn Dialect,
    ix: NodeIx,
    listing: Option<&Listing>,
    direction: Direction,
) -> Result<Chosen, Vec<ScriptIssue>> {
    let revision = database.revision(ix);
    let file = read(database, dialect, ix, listing, direction).map_err(|issue| vec![issue])?;
    let file = file.ok_or_else(|| {
        vec![ScriptIssue {
            code: "irreversible",
            message: format!("revision `{}` has no {direction} script", revision.name),
            path: revision.path.clone(),
            text: None,
            span: 0..0,
            line: 0,
            column: 0,
            help: Some(match direction {
                Direction::Up => "write its up.sql".into(),
                Direction::Down => {
                    "it is irreversible: write a down.sql, or choose a target above it".into()
                }
            }),
        }]
    })?;
    let shared = format!("{direction}.sql");
    let own = file.path.file_name().is_none_or(|name| *name != *shared);
    Ok(Chosen { file, own })
}

/// What is wrong with a script, with the places.
pub(crate) fn problems(
    problems: Vec<sql::ScanProblem>,
    file: &ScriptFile,
    text: &Arc<str>,
) -> Vec<ScriptIssue> {
    problems
        .into_iter()
        .map(|problem| ScriptIssue {
            code: code(&problem),
            message: problem.reason.to_string(),
            path: file.path.clone(),
            text: Some(text.clone()),
            line: problem.line,
            column: problem.column,
            help: Some(problem.help()),
            span: problem.span,
        })
        .collect()
}

/// Reads, scans and checks one script. `offline`: what a revision written in Rust executes is
/// recorded as one.
pub(crate) fn script(
    database: &Database,
    dialect: &dyn Dialect,
    ix: NodeIx,
    direction: Direction,
    offline: bool,
) -> Result<WorkScript, Vec<ScriptIssue>> {
    let revision = database.revision(ix);
    if let Some(program) = database.revisions.program(revision) {
        return programmed::script(database, dialect, revision, direction, program, offline);
    }
    let file = choose(database, dialect, ix, direction)?.file;
    as_it_stands(database, dialect, ix, &file)
}

/// Scans and checks a script that is written in the dialect it runs in.
pub(crate) fn as_it_stands(
    database: &Database,
    dialect: &dyn Dialect,
    ix: NodeIx,
    file: &ScriptFile,
) -> Result<WorkScript, Vec<ScriptIssue>> {
    let in_transaction = database.revision(ix).metadata.runs_in_transaction();
    let mut script = scanned(database, dialect, file, in_transaction)?;
    let mut issues = Vec::new();
    let (text, syntax) = (script.text.clone(), dialect.syntax());
    for piece in &mut script.pieces {
        match substituted(database, ix, syntax, file, &text, piece.span.clone()) {
            Ok(sql) => piece.sql = sql,
            Err(found) => issues.extend(found),
        }
    }
    if issues.is_empty() {
        Ok(script)
    } else {
        Err(issues)
    }
}

/// A file's text as a script that will run.
fn scanned(
    database: &Database,
    dialect: &dyn Dialect,
    file: &ScriptFile,
    in_transaction: bool,
) -> Result<WorkScript, Vec<ScriptIssue>> {
    let text: Arc<str> = Arc::from(file.text.as_str());
    let scanned = scan(&text, dialect, &database.options.names, in_transaction);
    let (pieces, mode) = scanned.map_err(|found| problems(found, file, &text))?;
    Ok(WorkScript {
        path: file.path.clone(),
        checksum: file.checksum.to_string(),
        text,
        pieces,
        program: None,
        is_recorded: false,
        rules: 0,
        stepwise: match mode {
            Mode::Transaction => None,
            Mode::NoTransaction => Some(Why::Declared),
            Mode::Alone => Some(Why::Alone),
        },
        before: Vec::new(),
        after: Vec::new(),
        relies_on_keys: false,
    })
}

/// A statement with its variables' values in their places; `None` if it has no variables.
pub(crate) fn substituted(
    database: &Database,
    ix: NodeIx,
    syntax: sql::Syntax,
    file: &ScriptFile,
    text: &Arc<str>,
    span: Range<usize>,
) -> Result<Option<String>, Vec<ScriptIssue>> {
    let declared = &database.revision(ix).metadata.variables;
    let values = &database.options.variables;
    let done = sql::substitute(syntax, &text[span.clone()], declared, values);
    done.map_err(|problems| {
        let issue = |problem: sql::VariableProblem| {
            let place = problem.span();
            let place = span.start + place.start..span.start + place.end;
            let (line, column) = sql::line_col(text, place.start);
            ScriptIssue {
                code: "variable",
                message: problem.to_string(),
                path: file.path.clone(),
                text: Some(text.clone()),
                span: place,
                line,
                column,
                help: Some(problem.help()),
            }
        };
        problems.into_iter().map(issue).collect()
    })
}

fn scan(
    text: &str,
    dialect: &dyn Dialect,
    names: &[&str],
    in_transaction: bool,
) -> Result<(Vec<Piece>, Mode), Vec<sql::ScanProblem>> {
    let script = sql::scan(dialect.syntax(), text)?;
    let selected = script.select(names, dialect.names())?;
    let mode = sql::check_transaction(&selected, in_transaction)?;
    let pieces = selected
        .statements
        .iter()
        .map(|statement| Piece {
            span: statement.sent(selected.script()),
            body: statement.body.start,
            sql: None,
            implicit_commit: statement.facts.implicit_commit,
            sets_session: statement.facts.sets_session,
            reads_clock: statement.facts.reads_clock,
        })
        .collect();
    Ok((pieces, mode))
}

/// The stable code of a scan's problem.
fn code(problem: &sql::ScanProblem) -> &'static str {
    use sql::Reason as R;
    match problem.reason {
        R::Empty => "script-empty",
        R::EndsTransaction { .. } => "script-ends-transaction",
        R::RefusedInTransaction { .. } => "script-refused-in-transaction",
        R::LeavesTransactionOpen => "script-leaves-transaction-open",
        R::CopyFromStdin | R::CopyToStdout => "script-copy",
        R::ClientCommand { .. } | R::BadDelimiter => "script-client-command",
        R::Nul => "script-nul",
        R::DirectiveInStatement
        | R::DirectiveNotAlone
        | R::DirectiveUnknown { .. }
        | R::DirectiveNested
        | R::DirectiveStrayEnd
        | R::DirectiveMissingEnd
        | R::DirectiveUnknownName { .. } => "script-directive",
        _ => "script-unterminated",
    }
}
