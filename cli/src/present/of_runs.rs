//! From why a run stopped to problems to show.

use aludel::driver::{Failure, FailureKind};
use aludel::graph::TargetError;
use aludel::ledger::{Direction, PartWay};
use aludel::run::{RunError, StatementFailure, committed_fact};

use super::{Place, Problem, shown};
use crate::context::Target;
use crate::exit::Exit;

impl Problem {
    /// Why a database could not be `deed` (made, or dropped) as a whole. `words` is the command to run again.
    pub(crate) fn of_administration(
        error: RunError,
        target: &Target,
        words: &str,
        deed: &str,
    ) -> Vec<Self> {
        match &error {
            RunError::Session(failure)
                if matches!(failure.kind, FailureKind::Refused | FailureKind::Denied) =>
            {
                let message = format!("the database could not be {deed}: {}", failure.message);
                let mut problem = Self::new(error.code(), error.class().into(), message);
                problem.server_says(failure);
                if let Some(url) = &target.settings.url {
                    problem.facts.push(format!("the URL is {}", url.value));
                }
                let next = if failure.kind == FailureKind::Denied {
                    "let the user be granted what it lacks, or connect as another"
                } else {
                    "mend the cause"
                };
                vec![problem.help(format!("{next}, then `aludel {words}` again"))]
            }
            _ => Self::of_run(error, target, words),
        }
    }

    /// Why a run stopped. `words` is the command to run again.
    pub(crate) fn of_run(error: RunError, target: &Target, words: &str) -> Vec<Self> {
        let code = error.code();
        let exit: Exit = error.class().into();
        let mut problem = match error {
            RunError::Graph(problems) => {
                return Self::of_graph(&problems, target.database.revisions());
            }
            RunError::Scripts(issues) => return issues.into_iter().map(Self::from).collect(),
            RunError::Statement(failure) => {
                let mut problem = Self::new(code, exit, failure.headline());
                problem.of_statement(&failure, words);
                problem
            }
            RunError::Session(failure) => {
                let mut problem = Self::new(code, exit, session_headline(&failure));
                problem.server_says(&failure);
                if let Some(url) = &target.settings.url {
                    problem.facts.push(format!("the URL is {}", url.value));
                }
                problem.help(if failure.hint.is_some() {
                    format!("mend that, then `aludel {words}` again")
                } else if exit == Exit::Connection {
                    format!("see that the server runs and the URL is right, then `aludel {words}` again")
                } else {
                    "see that the database is the right one, and that both tables of the ledger are aludel's".into()
                })
            }
            RunError::Refused {
                code,
                message,
                help,
            } => Self::new(code, exit, message).help(help),
            RunError::PartWay(part) => {
                let mut problem = Self::new(code, exit, RunError::PartWay(part.clone()));
                problem.facts.push(if part.is_whole() {
                    "nothing of it is left to run".into()
                } else if part.failed {
                    "it stopped on an error: the statements after that did not run".into()
                } else {
                    format!(
                        "the run was cut off, unless it is at work still: statement {} may have happened or not",
                        part.completed + 1
                    )
                });
                problem.help(settle(&part))
            }
            RunError::Locked { holder, .. } => {
                let mut problem = Self::new(
                    code,
                    exit,
                    "the lock was not obtained in time; nothing was changed",
                );
                if let Some(holder) = holder {
                    problem.facts.push(format!(
                        "session {} holds it: {}",
                        holder.session, holder.description
                    ));
                }
                problem.help(format!(
                    "wait for the other run, or give `--lock-timeout SECONDS`, then `aludel {words}` again"
                ))
            }
            RunError::Interrupted { committed } => {
                let mut problem = Self::new(code, exit, "interrupted");
                problem.facts.push(committed_fact(&committed));
                problem.help(format!("`aludel {words}` goes on from there"))
            }
            RunError::NewerLedger { .. } => {
                Self::new(code, exit, error).help("use the newer version of aludel that wrote it")
            }
            RunError::Target(error) => {
                let help = match error {
                    TargetError::Gone { .. } => {
                        "bring the directories back; or, if they are gone for good, leave them out of `down_revision` and `depends_on`, then `aludel stamp --forget ID` for each"
                    }
                    _ => "`aludel history` shows the graph, `aludel heads` its tips",
                };
                Self::new(error.code(), exit, error).help(help)
            }
            other => Self::new(code, exit, other),
        };
        // The command as it was typed: with less it could reach another database.
        problem.help = problem
            .help
            .map(|help| help.replace("`aludel ", &format!("`aludel {}", target.options)));
        vec![problem]
    }

    fn server_says(&mut self, failure: &Failure) {
        if let Some(code) = &failure.code {
            self.data.insert("server_code".into(), code.as_str().into());
            self.facts.push(format!("the server's code is {code}"));
        }
        for (name, text) in [
            ("detail", &failure.detail),
            ("hint", &failure.hint),
            ("context", &failure.context),
        ] {
            if let Some(text) = text {
                self.facts.push(format!("{name}: {text}"));
            }
        }
    }

    fn of_statement(&mut self, failure: &StatementFailure, words: &str) {
        self.statement_data(failure);
        match &failure.script {
            Some((path, text)) => {
                self.place = Some(Place {
                    path: shown(path),
                    text: Some(text.to_string()),
                    span: failure.span.clone(),
                    line: failure.line,
                    column: failure.column,
                    label: None,
                });
                if let Some(sql) = &failure.translated {
                    self.facts
                        .push(format!("what was sent in its place: {sql}"));
                }
            }
            // What aludel itself sent tells something only where the server disliked it as such.
            None if failure.failure.kind == FailureKind::Refused => self
                .facts
                .push(format!("the statement was: {}", failure.statement)),
            None => {}
        }
        self.server_says(&failure.failure);
        self.facts.push(failure.committed_fact());
        self.facts.extend(failure.fate());
        self.help = Some(match &failure.part_way {
            Some(part) if failure.failure.kind != FailureKind::Lost => settle(part),
            Some(_) => {
                "see that the server runs, then `aludel repair`: it says how far the script came"
                    .into()
            }
            _ => next_step(failure, &format!("`aludel {words}`")),
        });
    }

    fn statement_data(&mut self, failure: &StatementFailure) {
        let mut insert = |key: &str, value: serde_json::Value| {
            self.data.insert(key.into(), value);
        };
        insert("committed", failure.committed.clone().into());
        if let Some(id) = &failure.id {
            insert("revision", id.as_str().into());
        }
        if let Some((number, of)) = failure.number {
            insert("statement", number.into());
            insert("statements", of.into());
        }
        if let Some(part) = &failure.part_way {
            insert("statements_committed", part.completed.into());
        }
        insert("server_message", failure.failure.message.as_str().into());
        insert("sql", failure.statement.as_str().into());
        if let Some(sql) = &failure.translated {
            insert("translated_sql", sql.as_str().into());
        }
    }
}

/// The exact next step; `again` is the command.
fn next_step(failure: &StatementFailure, again: &str) -> String {
    match failure.failure.kind {
        FailureKind::Interrupted => format!("{again} goes on from there"),
        FailureKind::Busy => format!("wait for the other writer, then {again} again"),
        FailureKind::Lost => {
            format!("`aludel status` shows where the database stands; then {again} again")
        }
        FailureKind::ReadOnly => format!("make the database writable, then {again} again"),
        FailureKind::Denied => {
            format!(
                "let the user be granted what it lacks, or connect as another, then {again} again"
            )
        }
        FailureKind::Full => format!("make room, then {again} again"),
        _ if failure.script.is_none() => format!("mend the cause, then {again} again"),
        _ => format!("mend the script or the cause, then {again} again"),
    }
}

/// What a session failed in besides the plan's statements: all that is left is reading.
fn session_headline(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Refused | FailureKind::Denied => {
            format!("the ledger could not be read: {}", failure.message)
        }
        _ => failure.message.clone(),
    }
}

/// How a part-way revision is settled.
pub(crate) fn settle(part: &PartWay) -> String {
    let id = &part.revision;
    if part.is_whole() {
        let so = match part.direction {
            Direction::Up => "--applied",
            Direction::Down => "--not-applied",
        };
        return format!("see that it is so, then say it: `aludel repair {id} {so}`");
    }
    format!(
        "finish or undo it by hand, then say which: `aludel repair {id} --applied` or `aludel repair {id} --not-applied`"
    )
}
