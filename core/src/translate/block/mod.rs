//! What a `DO` block of PostgreSQL's comes to by the model.
//!
//! # Invariants
//!
//! - Nothing is guessed: a question that the model cannot answer, or an error that is forgiven and
//!   that rows could raise too, leave the block as not understood.
//! - A block is tried on a copy of the model first: what it comes to is known as a whole, or not at
//!   all.

mod question;

use super::expand::expand;
use crate::schema::{Change, Function, Ignored, Replay};
use crate::sql::{self, Part, Syntax};

/// What a block comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Block {
    /// However its questions are answered, it says nothing about tables and rows.
    Idle(Vec<Change>),
    /// These statements, in order.
    Statements(Vec<String>),
    /// It is not understood.
    Unclear(String),
}

/// Why a block stops.
enum Stop {
    /// A statement fails, by the code of the replay's problem.
    Raised(&'static str, String),
    Unclear(String),
}

/// What a statement comes to; `None` if it is no block that is read.
///
/// `made`: code that no replay understands may have made things, and no question has an answer.
pub(super) fn block(statement: &str, replay: &Replay, made: bool) -> Option<Block> {
    let parts = sql::block(statement)?;
    let mut ignored = Vec::new();
    if idle(&parts, &mut ignored) {
        return Some(Block::Idle(ignored));
    }
    let mut trial = Trial {
        replay: replay.clone(),
        statements: Vec::new(),
        made,
    };
    Some(match trial.all(&parts, None) {
        Ok(()) => Block::Statements(trial.statements),
        Err(Stop::Raised(_, why) | Stop::Unclear(why)) => Block::Unclear(why),
    })
}

/// Whether all that parts may do may be left out; if so, what that is.
fn idle(parts: &[Part], ignored: &mut Vec<Change>) -> bool {
    const REPLICATION: &[&str] = &[
        "pg_create_logical_replication_slot",
        "pg_create_physical_replication_slot",
        "pg_drop_replication_slot",
    ];
    parts.iter().all(|part| match part {
        Part::Statement(text) => {
            let changes = sql::parse(Syntax::Postgres, text);
            let all = changes.iter().all(|c| matches!(c, Change::Ignored(_)));
            ignored.extend(changes);
            all
        }
        Part::Perform(name) => {
            ignored.push(Change::Ignored(Ignored::Replication));
            REPLICATION.contains(&name.as_str())
        }
        Part::If { whens, otherwise } => {
            let mut branches = whens.iter().map(|(_, parts)| parts);
            branches.all(|parts| idle(parts, ignored)) && idle(otherwise, ignored)
        }
        Part::Forgiving { body, .. } => idle(body, ignored),
    })
}

/// A block that is tried on a copy of the model.
struct Trial {
    replay: Replay,
    statements: Vec<String>,
    made: bool,
}

impl Trial {
    /// `forgiven`: the errors that would be.
    fn all(&mut self, parts: &[Part], forgiven: Option<&[String]>) -> Result<(), Stop> {
        parts.iter().try_for_each(|part| self.one(part, forgiven))
    }

    fn one(&mut self, part: &Part, forgiven: Option<&[String]>) -> Result<(), Stop> {
        match part {
            Part::Statement(text) => self.statement(text, forgiven),
            Part::Perform(name) => Err(Stop::Unclear(format!("the function `{name}`"))),
            Part::If { whens, otherwise } => {
                for (condition, parts) in whens {
                    let holds = match condition {
                        Some(_) if self.made => Err("what other code has made".into()),
                        Some(condition) => question::holds(condition, self.replay.schema()),
                        None => Err("a condition".into()),
                    };
                    if holds.map_err(Stop::Unclear)? {
                        return self.all(parts, forgiven);
                    }
                }
                self.all(otherwise, forgiven)
            }
            Part::Forgiving { .. } if forgiven.is_some() => {
                Err(Stop::Unclear("an error that is forgiven twice".into()))
            }
            Part::Forgiving { body, errors } => {
                let before = (self.replay.clone(), self.statements.len());
                match self.all(body, Some(errors)) {
                    Err(Stop::Raised(code, _)) if is_forgiven(code, errors) => {
                        self.replay = before.0;
                        self.statements.truncate(before.1);
                        Ok(())
                    }
                    other => other,
                }
            }
        }
    }

    fn statement(&mut self, text: &str, forgiven: Option<&[String]>) -> Result<(), Stop> {
        let changes = sql::parse(Syntax::Postgres, text).into_iter();
        let changes: Vec<Change> = changes
            .flat_map(|change| expand(change, &self.replay, Syntax::Postgres))
            .collect();
        for change in changes {
            if let Change::Opaque(opaque) = &change {
                return Err(Stop::Unclear(opaque.what.clone()));
            }
            // One whose text is wrong is not made, and the error forgiven.
            if let Change::CreateFunction { does, .. } = &change
                && *does == Function::Code
                && forgiven.is_some()
            {
                return Err(Stop::Unclear("CREATE FUNCTION".into()));
            }
            let settled = |errors| !self.made && is_settled(&change, errors, &self.replay);
            if forgiven.is_some_and(|errors| !settled(errors)) {
                let why = "an error that is forgiven, and that rows could raise too";
                return Err(Stop::Unclear(why.into()));
            }
            if let Err(problem) = self.replay.apply(&change) {
                return Err(Stop::Raised(problem.code, problem.message));
            }
        }
        self.statements.push(text.to_owned());
        Ok(())
    }
}

/// Whether the model alone settles if a change raises one of these errors.
fn is_settled(change: &Change, errors: &[String], replay: &Replay) -> bool {
    const OF_SCHEMA: &[&str] = &[
        "duplicate_object",
        "duplicate_table",
        "duplicate_column",
        "duplicate_schema",
        "undefined_table",
        "undefined_column",
        "undefined_object",
    ];
    if replay.schema().tables().any(|table| table.opaque.is_some()) {
        return false;
    }
    match change {
        // No row is looked at.
        Change::CreateEnum(_) | Change::CreateSchema { .. } => true,
        Change::CreateTable(create) => create.query.is_none(),
        Change::Data(_) => false,
        _ => errors
            .iter()
            .all(|error| OF_SCHEMA.contains(&error.as_str())),
    }
}

/// Whether a problem of the replay's is one of these errors of PostgreSQL's.
fn is_forgiven(code: &str, errors: &[String]) -> bool {
    let name = match code {
        "duplicate-type" | "duplicate-member" | "duplicate-constraint" => "duplicate_object",
        "duplicate-relation" => "duplicate_table",
        "duplicate-column" => "duplicate_column",
        "duplicate-schema" => "duplicate_schema",
        "unknown-table" => "undefined_table",
        "unknown-column" => "undefined_column",
        "unknown-constraint" | "unknown-index" | "unknown-trigger" => "undefined_object",
        _ => return false,
    };
    errors
        .iter()
        .any(|error| error == name || error == "others")
}
