//! A run's error as lines of text, for applications: what failed, where, what is committed, what is
//! not. The command line tells the same by its own means.

use super::{RunError, ScriptIssue, StatementFailure};
use crate::driver::{Failure, FailureKind};
use crate::ledger::Direction;
use crate::plan::Role;

impl RunError {
    /// The error as lines of text: what failed, where, what is committed and what is not, what to do.
    pub fn report(&self) -> String {
        let lines = match self {
            Self::Scripts(issues) => issues.iter().flat_map(issue).collect(),
            Self::Refused { message, help, .. } => vec![message.clone(), format!("help: {help}")],
            Self::Session(failure) => told(failure.message.clone(), failure),
            Self::Statement(failure) => statement(failure),
            Self::Locked {
                holder: Some(holder),
                ..
            } => vec![
                format!("{self}; nothing was changed"),
                format!(
                    "session {} holds it: {}",
                    holder.session, holder.description
                ),
            ],
            Self::PartWay(part) => std::iter::once(self.to_string())
                .chain(part.doubt())
                .collect(),
            Self::Interrupted { committed } => vec![self.to_string(), committed_fact(committed)],
            _ => vec![self.to_string()],
        };
        lines.join("\n")
    }
}

fn issue(issue: &ScriptIssue) -> Vec<String> {
    let ScriptIssue {
        path, line, column, ..
    } = issue;
    let mut lines = vec![match line {
        0 => format!("{}: {}", path.display(), issue.message),
        _ => format!("{}:{line}:{column}: {}", path.display(), issue.message),
    }];
    lines.extend(issue.help.iter().map(|help| format!("help: {help}")));
    lines
}

/// What a server tells besides its message.
fn told(headline: String, failure: &Failure) -> Vec<String> {
    let mut lines = vec![match &failure.code {
        Some(code) => format!("{headline} ({code})"),
        None => headline,
    }];
    for (name, text) in [
        ("detail", &failure.detail),
        ("hint", &failure.hint),
        ("context", &failure.context),
    ] {
        lines.extend(text.iter().map(|text| format!("{name}: {text}")));
    }
    lines
}

fn statement(failure: &StatementFailure) -> Vec<String> {
    let mut lines = told(failure.headline(), &failure.failure);
    match &failure.script {
        Some((path, _)) => lines.insert(
            1,
            format!("{}:{}:{}", path.display(), failure.line, failure.column),
        ),
        None => lines.push(format!("the statement was: {}", failure.statement)),
    }
    lines.push(failure.committed_fact());
    lines.extend(failure.fate());
    lines
}

impl StatementFailure {
    /// What stopped, at which statement, and the first line of the server's message.
    pub fn headline(&self) -> String {
        let message = self.failure.message.lines().next().unwrap_or_default();
        let Some(revision) = &self.revision else {
            return match self.role {
                Role::Setup => format!("the ledger's tables could not be made: {message}"),
                _ => format!("the ledger could not be written: {message}"),
            };
        };
        match (&self.role, self.number) {
            (_, Some((number, of))) => {
                format!("`{revision}` stopped at statement {number} of {of}: {message}")
            }
            (Role::Commit, _) => format!("`{revision}` stopped at its COMMIT: {message}"),
            (Role::After | Role::Reset, _) => format!(
                "after `{revision}` the session's settings could not be put back: {message}"
            ),
            _ if self.begun => {
                format!("`{revision}` stopped at its rows in the ledger: {message}")
            }
            _ => format!("`{revision}` did not begin: {message}"),
        }
    }

    /// What became of the revision that stopped.
    pub fn fate(&self) -> Option<String> {
        let is_lost = self.failure.kind == FailureKind::Lost;
        let Some(revision) = &self.revision else {
            return is_lost.then(|| {
                "the server's answer is missing: what was sent may be committed or not".into()
            });
        };
        Some(match (&self.part_way, self.direction) {
            (Some(part), _) if is_lost => format!(
                "the server's answer is missing: of `{revision}` {}; the rest of it, and what was sent with it, may be committed or not",
                part.how_far()
            ),
            (Some(part), _) if part.doubt().is_some() || part.is_whole() => {
                format!("`{revision}` is part-way: {}", part.standing())
            }
            (Some(part), _) => {
                format!(
                    "`{revision}` is part-way: {}, the rest is not",
                    part.how_far()
                )
            }
            _ if self.committed.contains(revision) => {
                format!("`{revision}` is committed; what stands after its COMMIT failed")
            }
            _ if is_lost => format!(
                "the server's answer is missing: `{revision}` and what was sent with it may be committed or not"
            ),
            (None, Some(Direction::Down)) => {
                format!("`{revision}` was rolled back and is still applied")
            }
            (None, _) => format!("`{revision}` was rolled back and is not applied"),
        })
    }
}

impl StatementFailure {
    /// What the run committed, as far as it is known, in a sentence.
    pub fn committed_fact(&self) -> String {
        match self.failure.kind {
            _ if self.is_lent => lent_fact(&self.committed),
            // More may be, whose answer was lost.
            FailureKind::Lost => fact(&self.committed, "known to be committed"),
            _ => committed_fact(&self.committed),
        }
    }
}

/// What a run committed, in a sentence.
pub fn committed_fact(committed: &[String]) -> String {
    fact(committed, "committed")
}

/// Of a run in a transaction of the application's: it alone commits.
fn lent_fact(applied: &[String]) -> String {
    let all = match applied {
        [] => return "no revision of this run is applied".into(),
        [one] => one.clone(),
        [.., last] => format!("{} revisions, the last {last}", applied.len()),
    };
    format!("applied in your transaction, which is yours to commit: {all}")
}

fn fact(committed: &[String], how: &str) -> String {
    match committed {
        [] => format!("no revision of this run is {how}"),
        [one] => format!("{how} in this run: {one}"),
        [.., last] => format!(
            "{how} in this run: {} revisions, the last {last}",
            committed.len()
        ),
    }
}
