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
use super::unread::Unread;
use crate::schema::{
    Change, ConstraintDef, ConstraintKind, Expr, Function, Ignored, Name, Replay, Schema,
    TableAction,
};
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
/// `unread`: what code that no replay understands may have made.
pub(super) fn block(statement: &str, replay: &Replay, unread: &Unread) -> Option<Block> {
    let parts = sql::block(statement)?;
    let mut ignored = Vec::new();
    if idle(&parts, &mut ignored) {
        return Some(Block::Idle(ignored));
    }
    let mut trial = Trial {
        replay: replay.clone(),
        statements: Vec::new(),
        unread,
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
struct Trial<'a> {
    replay: Replay,
    statements: Vec<String>,
    unread: &'a Unread,
}

impl Trial<'_> {
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
                        Some(condition) => {
                            question::holds(condition, self.replay.schema(), self.unread)
                        }
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
            Part::Forgiving {
                body,
                errors,
                instead,
            } => {
                if self.drops_nothing(body, errors) {
                    return Ok(());
                }
                let before = (self.replay.clone(), self.statements.len());
                match self.all(body, Some(errors)) {
                    Err(Stop::Raised(code, _)) if is_forgiven(code, errors) => {
                        if *instead {
                            let why = "an error after which something is done";
                            return Err(Stop::Unclear(why.into()));
                        }
                        self.replay = before.0;
                        self.statements.truncate(before.1);
                        Ok(())
                    }
                    other => other,
                }
            }
        }
    }

    /// Whether all that is done is to drop a type that no table has, if it is there.
    fn drops_nothing(&self, body: &[Part], errors: &[String]) -> bool {
        let [Part::Statement(text)] = body else {
            return false;
        };
        let changes = sql::parse(Syntax::Postgres, text);
        let [Change::DropTypes { names, .. }] = changes.as_slice() else {
            return false;
        };
        let mut names = names.iter();
        let unknown =
            |name: &Name| !has_type(self.replay.schema(), name) && !self.unread.reaches(&name.name);
        is_forgiven("unknown-type", errors) && names.all(unknown)
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
                && matches!(does, Function::Code | Function::Aggregate)
                && forgiven.is_some()
            {
                return Err(Stop::Unclear("CREATE FUNCTION".into()));
            }
            let settled = |errors| is_settled(&change, errors, self.replay.schema(), self.unread);
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
fn is_settled(change: &Change, errors: &[String], schema: &Schema, unread: &Unread) -> bool {
    const OF_SCHEMA: &[&str] = &[
        "dependent_objects_still_exist",
        "duplicate_object",
        "duplicate_table",
        "duplicate_column",
        "duplicate_schema",
        "feature_not_supported",
        "internal_error",
        "undefined_table",
        "undefined_column",
        "undefined_object",
    ];
    let of_schema = errors
        .iter()
        .all(|error| OF_SCHEMA.contains(&error.as_str()));
    let is_known = |name: &Name| {
        let own = schema.tables().find(|table| table.name.name == name.name);
        !own.map_or_else(
            || unread.reaches(&name.name),
            |table| unread.reaches_table(table),
        )
    };
    let refers = |key: &ConstraintDef| match &key.kind {
        ConstraintKind::ForeignKey(key) => is_known(&key.table),
        _ => true,
    };
    match change {
        // No row is looked at.
        Change::CreateEnum(made) => is_known(&made.name),
        Change::CreateSchema { name, .. } => !unread.reaches(name),
        // A type that the model does not know may be there or not: what follows is done, or is not.
        Change::DropTypes {
            names,
            cascade: false,
            if_exists,
        } => {
            let mut names = names.iter();
            names.all(|name| is_known(name) && (*if_exists || has_type(schema, name)))
        }
        Change::CreateTable(create) => {
            let mut columns = create.columns.iter();
            create.query.is_none()
                && is_known(&create.name)
                && create.constraints.iter().all(refers)
                && columns.all(|column| column.constraints.iter().all(refers))
        }
        Change::AddEnumMember { name, .. } | Change::RenameEnumMember { name, .. } => {
            let mut errors = errors.iter();
            errors.all(|error| OF_SCHEMA.contains(&error.as_str()) || error == NO_MEMBER)
                && is_known(name)
        }
        Change::CreateIndex(index) => {
            // Rows may keep one from being made (a text is too long): no row is another for that.
            let of_rows = index.unique || index.keys.iter().any(|key| !is_column(&key.expr));
            let mut names = index.name.iter();
            (of_schema || !of_rows && index.filter.is_none())
                && names.all(|name| !unread.reaches(name))
                && is_known(&index.table)
        }
        Change::AlterTable { table, actions, .. } => {
            let known = |action: &TableAction| match action {
                TableAction::AddConstraint(key) => refers(key),
                TableAction::AddColumn { column, .. } => column.constraints.iter().all(refers),
                TableAction::RenameTo(to) => !unread.reaches(&to.name),
                _ => true,
            };
            of_schema && is_known(table) && actions.iter().all(known)
        }
        Change::Data(_) => false,
        // Which things it looks at is not looked for.
        _ => of_schema && unread.is_empty() && schema.tables().all(|table| table.opaque.is_none()),
    }
}

/// A member of an enum is to be renamed that is not there.
const NO_MEMBER: &str = "invalid_parameter_value";

/// Whether a type is one that the model knows: what else has a name of the user's is no part of it.
fn has_type(schema: &Schema, name: &Name) -> bool {
    let mut enums = schema.enums().map(|ty| &ty.name);
    let mut domains = schema.domains().map(|ty| &ty.name);
    enums.any(|ty| ty.name == name.name) || domains.any(|ty| ty.name == name.name)
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { .. })
}

/// Whether a problem of the replay's is one of these errors of PostgreSQL's.
fn is_forgiven(code: &str, errors: &[String]) -> bool {
    let name = match code {
        "unknown-member" => NO_MEMBER,
        "duplicate-type" | "duplicate-member" | "duplicate-constraint" => "duplicate_object",
        "duplicate-relation" => "duplicate_table",
        "duplicate-column" => "duplicate_column",
        "duplicate-schema" => "duplicate_schema",
        "unknown-table" => "undefined_table",
        "unknown-column" => "undefined_column",
        "unknown-constraint" | "unknown-index" | "unknown-trigger" | "unknown-type" => {
            "undefined_object"
        }
        "needed" | "dependent-trigger" => "dependent_objects_still_exist",
        "type-needed" => "feature_not_supported",
        _ => return false,
    };
    errors
        .iter()
        .any(|error| error == name || error == "others")
}
