//! From the core's errors to problems to show.

use std::path::Path;

use aludel::config::ConfigProblem;
use aludel::driver::{Failure, FailureKind};
use aludel::graph::GraphProblem;
use aludel::revision::LoadProblem;
use aludel::run::{RunError, ScriptIssue, StatementFailure, committed_fact};

use super::{Place, Problem};
use crate::context::Target;

impl From<&ConfigProblem> for Problem {
    fn from(problem: &ConfigProblem) -> Self {
        Self::refused(problem.code(), problem)
    }
}

impl From<&LoadProblem> for Problem {
    fn from(problem: &LoadProblem) -> Self {
        let shown = Self::refused(problem.code(), problem);
        match problem {
            LoadProblem::MissingDirectory { .. } => {
                shown.help("run `aludel init`, or name the directory with `--migrations DIR`")
            }
            _ => shown,
        }
    }
}

impl From<&GraphProblem> for Problem {
    fn from(problem: &GraphProblem) -> Self {
        Self::refused("graph", problem)
    }
}

impl From<ScriptIssue> for Problem {
    fn from(issue: ScriptIssue) -> Self {
        let mut problem = Self::refused(issue.code, &issue.message);
        // Where the file could not be read as text, the message names it already.
        if issue.text.is_some() {
            problem.place = Some(Place {
                path: issue.path,
                text: issue.text.map(|text| text.to_string()),
                span: issue.span,
                line: issue.line,
                column: issue.column,
                label: "here".into(),
            });
        }
        problem.help = issue.help;
        problem
    }
}

impl Problem {
    /// Why a run stopped. `words` is the command to run again.
    pub(crate) fn of_run(error: RunError, target: &Target, words: &str) -> Vec<Self> {
        let code = error.code();
        let exit = error.class().into();
        let mut problem = match error {
            RunError::Scripts(issues) => return issues.into_iter().map(Self::from).collect(),
            RunError::Statement(failure) => {
                let mut problem = Self::new(code, exit, failure.headline());
                problem.of_statement(&failure, words);
                problem
            }
            RunError::Session(failure) => {
                let mut problem = Self::new(code, exit, &failure.message);
                problem.server_says(&failure);
                if let Some(url) = &target.settings.url {
                    problem.facts.push(format!("the URL is {}", url.value));
                }
                problem
            }
            RunError::Refused {
                code,
                message,
                help,
            } => Self::new(code, exit, message).help(help),
            RunError::PartWay(part) => {
                let id = part.revision.clone();
                let mut problem = Self::new(code, exit, RunError::PartWay(part.clone()));
                problem.facts.push(if part.failed {
                    "it stopped on an error; the statements after it did not run".into()
                } else {
                    format!(
                        "the run was cut off: statement {} may have happened or not",
                        part.completed + 1
                    )
                });
                problem.help(format!(
                    "finish or undo it by hand, then say where the database is: `aludel stamp {id}` if it is applied, \
                     or `aludel stamp` with its parent (or `base`) if it is not"
                ))
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
            RunError::Target(error) => Self::new(error.code(), exit, error)
                .help("`aludel history` shows the graph, `aludel heads` its tips"),
            other => Self::new(code, exit, other),
        };
        if problem.exit == crate::exit::Exit::Connection && problem.help.is_none() {
            problem.help = Some(format!(
                "see that the server runs and the URL is right, then `aludel {words}` again"
            ));
        }
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
        match &failure.script {
            Some((path, text)) => {
                self.place = Some(Place {
                    path: shown(path),
                    text: Some(text.to_string()),
                    span: failure.span.clone(),
                    line: failure.line,
                    column: failure.column,
                    label: failure.failure.message.clone(),
                });
                if let Some(sql) = &failure.translated {
                    self.facts
                        .push(format!("what was sent in its place: {sql}"));
                }
            }
            None => self
                .facts
                .push(format!("the statement was: {}", failure.statement)),
        }
        self.server_says(&failure.failure);
        self.facts.push(committed_fact(&failure.committed));
        let again = format!("`aludel {words}`");
        let Some(revision) = &failure.revision else {
            self.help = Some(format!("mend the cause, then {again} again"));
            return;
        };
        let id = failure.id.as_deref().unwrap_or(revision);
        self.facts.extend(failure.fate());
        if failure.part_way.is_some() {
            self.help = Some(format!(
                "finish or undo it by hand, then say where the database is: `aludel stamp {id}` if it is applied, \
                 or `aludel stamp` with its parent (or `base`) if it is not"
            ));
        } else {
            self.help = Some(match failure.failure.kind {
                FailureKind::Interrupted => format!("{again} goes on from there"),
                FailureKind::Busy => format!("wait for the other writer, then {again} again"),
                FailureKind::Lost => {
                    format!("`aludel status` shows where the database stands; then {again} again")
                }
                _ => format!("mend the script or the cause, then {again} again"),
            });
        }
    }
}

/// A path relative to the working directory where it lies below it: that is what people type.
fn shown(path: &Path) -> std::path::PathBuf {
    let here = std::env::current_dir().ok();
    here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned))
        .unwrap_or_else(|| path.to_owned())
}
