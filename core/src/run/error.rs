//! Why a run stopped, with everything a reporter needs: what failed, where, what is committed,
//! what is not, and what to do next.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::driver::{DialectError, Failure, FailureKind, Holder};
use crate::graph::{GraphProblem, TargetError};
use crate::ledger::{Direction, FORMAT, PartWay};
use crate::plan::{Purpose, Role, Unit};

/// What kind of outcome an error is ([`RunError::class`]); the command line maps it to its exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Class {
    /// The input or the plan was refused; nothing ran.
    Refused,
    /// The database refused a statement; the revision was rolled back, those before it stay.
    Database,
    /// The lock was not obtained in time.
    Lock,
    /// A revision is part-way: some of its statements are committed.
    PartWay,
    /// No connection, or it was lost.
    Connection,
    /// It was cancelled, and what ran was rolled back; revisions before it stay.
    Interrupted,
    /// A driver that was loaded does not answer as it must.
    Driver,
}

/// A mistake in a script, found before anything ran.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScriptIssue {
    /// A stable code.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub path: PathBuf,
    /// Its text, where it could be read.
    pub text: Option<Arc<str>>,
    /// The place in the text, in bytes.
    pub span: Range<usize>,
    /// Line, from 1; 0 if the file as a whole is meant.
    pub line: usize,
    /// Column in characters, from 1; 0 if the file as a whole is meant.
    pub column: usize,
    /// What to do.
    pub help: Option<String>,
}

/// A statement that the database refused, or that was cut off.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StatementFailure {
    /// The revision's directory name; `None` outside revisions.
    pub revision: Option<String>,
    /// The revision's id.
    pub id: Option<String>,
    /// Which way it was run.
    pub direction: Option<Direction>,
    /// What the statement was for.
    pub role: Role,
    /// The script's file and text, if the statement is the script's.
    pub script: Option<(PathBuf, Arc<str>)>,
    /// The place in the text, in bytes: where the server points to, else the whole statement.
    pub span: Range<usize>,
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of the place in characters, from 1.
    pub column: usize,
    /// The statement as it stands in the script, without the comments before it; of a very long
    /// one the beginning, and how much is left out.
    pub statement: String,
    /// What was sent in its place, where it was translated; of a very long one the beginning.
    pub translated: Option<String>,
    /// Its number in the script, from 1, and how many the script has.
    pub number: Option<(usize, usize)>,
    /// What the session tells. A variable's value, which may be a secret, is `${name}` in its texts;
    /// of very long ones there is the beginning.
    pub failure: Failure,
    /// Directory names of the revisions that this run committed before.
    pub committed: Vec<String>,
    /// The revision is part-way.
    pub part_way: Option<PartWay>,
    /// A statement of the script came before.
    pub(super) begun: bool,
    /// Whether the revision is part-way still is what a lost answer would have told.
    pub(super) in_doubt: bool,
    /// It ran in a transaction of the application's, which alone commits.
    pub(super) is_lent: bool,
}

impl StatementFailure {
    pub(crate) fn new(
        unit: &Unit,
        step: usize,
        failure: Failure,
        part_way: Option<PartWay>,
        committed: Vec<String>,
    ) -> Self {
        let before = &unit.steps[..step];
        let begun = before.iter().any(|s| matches!(s.role, Role::Script { .. }));
        let step = &unit.steps[step];
        let mut error = Self {
            revision: None,
            id: None,
            direction: None,
            role: step.role.clone(),
            script: None,
            span: 0..0,
            line: 0,
            column: 0,
            statement: step.sql.clone(),
            translated: None,
            number: None,
            failure,
            committed,
            part_way,
            begun,
            in_doubt: false,
            is_lent: false,
        };
        let Purpose::Revision(work) = &unit.purpose else {
            return error;
        };
        error.revision = Some(work.name.clone());
        error.id = Some(work.id.clone());
        error.direction = Some(work.direction);
        if let Role::Script { number, span } = &step.role {
            let script = &work.script;
            let piece = &script.pieces[number - 1];
            let body = piece.body..span.end;
            // The value of a variable may be a secret.
            let secret = script.text[piece.span.clone()].contains("${");
            error.translated = piece.sql.clone().filter(|_| !secret);
            // A place in a translation is no place in the file.
            let pointed = error.failure.at.and_then(|at| at.offset);
            let pointed = pointed.filter(|_| piece.sql.is_none());
            error.span = match pointed.map(|offset| span.start + offset) {
                Some(at) if at < span.end && script.text.is_char_boundary(at) => {
                    at..word_end(&script.text, at, span.end)
                }
                _ => body.clone(),
            };
            (error.line, error.column) = crate::sql::line_col(&script.text, error.span.start);
            error.statement = script.text[body].to_owned();
            error.number = Some((*number, script.pieces.len()));
            error.script = Some((script.path.clone(), script.text.clone()));
        }
        error
    }
}

fn word_end(text: &str, from: usize, limit: usize) -> usize {
    let rest = &text[from..limit];
    let word = rest.find(|c: char| !(c.is_alphanumeric() || c == '_'));
    match word {
        Some(0) => from + rest.chars().next().map_or(0, char::len_utf8),
        Some(end) => from + end,
        None => limit,
    }
}

/// Why a run stopped.
///
/// [`code`](Self::code) is for logs and scripts, [`class`](Self::class) for who decides what to do
/// next, [`report`](Self::report) for people: `Display` is only its headline, here and there less than a
/// reader wants.
///
/// ```
/// use aludel::run::{Class, RunError};
/// use aludel::{Error, Migrator};
///
/// # let directory = tempfile::tempdir()?;
/// # let migrations = directory.path().join("migrations");
/// # let revision = migrations.join("2026-01-05-101500_accounts");
/// # std::fs::create_dir_all(&revision)?;
/// # let url = format!("sqlite:{}", directory.path().join("app.db").display());
/// std::fs::write(revision.join("up.sql"), "CREATE TABEL accounts (id INTEGER);")?;
/// # let migrator = Migrator::builder()
/// #     .driver(aludel_sqlite::SqliteDriver::new())
/// #     .directory(&migrations)
/// #     .build()?;
/// let Err(Error::Run(error)) = migrator.run_blocking(&url, "heads") else {
///     panic!("a misspelt statement is refused");
/// };
/// assert_eq!(error.class(), Class::Database);
/// let report = error.report();
/// let name = "2026-01-05-101500_accounts";
/// assert!(report.starts_with(&format!("`{name}` stopped at statement 1 of 1: ")));
/// assert!(report.ends_with(&format!("`{name}` was rolled back and is not applied")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The target was refused.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Revisions stand on what is neither there nor applied; nothing ran.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Graph(Vec<GraphProblem>),
    /// Scripts are missing or wrong; nothing ran.
    #[error("{} of the scripts to run {} refused", .0.len(), if .0.len() == 1 { "is" } else { "are" })]
    Scripts(Vec<ScriptIssue>),
    /// The plan was refused; nothing ran.
    #[error("{message}")]
    Refused {
        /// A stable code.
        code: &'static str,
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// The ledger is of a newer format; nothing was changed.
    #[error(
        "the ledger has format {found}; this version of aludel understands {FORMAT} and touches nothing"
    )]
    NewerLedger {
        /// The format found.
        found: u32,
    },
    /// A revision is part-way since an earlier run; nothing ran. [`Move::Repair`](super::Move::Repair)
    /// settles it.
    #[error("revision `{}` is part-way since an earlier run, of its {} script {}", .0.revision, .0.direction, .0.how_far())]
    PartWay(PartWay),
    /// The lock was not obtained in time; nothing ran.
    #[error("the lock was not obtained within {} s", .waited.as_secs())]
    Locked {
        /// Who holds it, if the server tells.
        holder: Option<Holder>,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The session failed outside a plan's statements: no connection, say, or a ledger that cannot
    /// be read.
    #[error("{0}")]
    Session(Failure),
    /// A statement of the plan failed: which, where, and what is committed.
    #[error("{}", .0.failure)]
    Statement(Box<StatementFailure>),
    /// It was cancelled where no statement was running. One that was is a [`RunError::Statement`] of the
    /// class [`Class::Interrupted`].
    #[error("interrupted")]
    Interrupted {
        /// Directory names of the revisions that this run committed.
        committed: Vec<String>,
    },
    /// A script could not be written out.
    #[error("the script could not be written: {0}")]
    Output(#[from] std::io::Error),
    /// The driver's dialect does not answer; nothing ran.
    #[error(transparent)]
    Dialect(#[from] DialectError),
}

impl RunError {
    pub(crate) fn from_failure(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Interrupted => Self::Interrupted {
                committed: Vec::new(),
            },
            _ => Self::Session(failure),
        }
    }

    /// What kind of outcome it is.
    pub fn class(&self) -> Class {
        let of_failure = |failure: &Failure| match failure.kind {
            FailureKind::Connect | FailureKind::Lost => Class::Connection,
            FailureKind::Busy => Class::Lock,
            FailureKind::Interrupted => Class::Interrupted,
            FailureKind::Refused
            | FailureKind::ReadOnly
            | FailureKind::Denied
            | FailureKind::Full => Class::Database,
        };
        match self {
            Self::Statement(failure) if failure.part_way.is_some() && !failure.in_doubt => {
                Class::PartWay
            }
            Self::Statement(failure) => of_failure(&failure.failure),
            Self::Session(failure) => of_failure(failure),
            Self::PartWay(_) => Class::PartWay,
            Self::Locked { .. } => Class::Lock,
            Self::Interrupted { .. } => Class::Interrupted,
            Self::Dialect(_) => Class::Driver,
            _ => Class::Refused,
        }
    }

    /// The code of what the database refused.
    fn refusal(&self) -> &'static str {
        let kind = match self {
            Self::Session(failure) => failure.kind,
            Self::Statement(failure) => failure.failure.kind,
            _ => FailureKind::Refused,
        };
        match kind {
            FailureKind::ReadOnly => "database-read-only",
            FailureKind::Denied => "permission-denied",
            FailureKind::Full => "database-full",
            _ => "statement-refused",
        }
    }

    /// A stable code for scripts and searches.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Target(_) => "target",
            Self::Graph(problems) => problems.first().map_or("graph", GraphProblem::code),
            Self::Scripts(_) => "script",
            Self::Refused { code, .. } => code,
            Self::NewerLedger { .. } => "ledger-newer",
            Self::PartWay(_) => "part-way",
            Self::Locked { .. } => "lock-timeout",
            Self::Interrupted { .. } => "interrupted",
            Self::Output(_) => "output",
            Self::Dialect(_) => "driver-broken",
            Self::Session(_) | Self::Statement(_) => match self.class() {
                Class::PartWay => "part-way",
                Class::Lock => "lock-timeout",
                Class::Connection => "connection",
                Class::Interrupted => "interrupted",
                _ => self.refusal(),
            },
        }
    }
}

impl From<crate::revision::ScriptProblem> for ScriptIssue {
    fn from(problem: crate::revision::ScriptProblem) -> Self {
        use crate::revision::ScriptProblem as P;
        let text = problem.to_string();
        let place = problem.place();
        Self {
            code: problem.code(),
            message: place.map_or(text.as_str(), |p| p.strip(&text)).to_owned(),
            path: problem.path().to_owned(),
            text: None,
            span: 0..0,
            line: place.map_or(0, |place| place.line),
            column: place.map_or(0, |place| place.column),
            help: match problem {
                P::NotUtf8 { utf16: false, .. } => Some("save the file as UTF-8".into()),
                P::Nul { .. } => Some("remove the NUL byte".into()),
                _ => None,
            },
        }
    }
}
