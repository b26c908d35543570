//! Functions and procedures that scripts define and call: what a call does is what their code does.
//!
//! # Invariants
//!
//! - One of whose name there are several, or that other code may have replaced, is not known.

use std::collections::HashMap;
use std::sync::Arc;

use crate::schema::{Change, DataStatement, Expr, Literal, Name, Replay, named_tables};
use crate::sql::{self, Routine, Syntax, Variable};
use crate::translate::infer::{is_known, makes_nothing};

/// The functions and procedures that scripts have made.
#[derive(Debug, Clone, Default)]
pub(super) struct Routines(Arc<HashMap<String, Option<Made>>>);

#[derive(Debug, Clone)]
struct Made {
    /// The words of its arguments: another of its name has others.
    arguments: String,
    routine: Routine,
}

impl Routines {
    /// Takes note of a change that `body` is.
    pub(super) fn note(&mut self, change: &Change, body: &str) {
        match change {
            Change::CreateFunction { .. } => self.made(body),
            Change::Opaque(opaque) if opaque.what == "CREATE PROCEDURE" => self.made(body),
            Change::DropFunctions { functions, .. } => {
                self.forget(&|name| functions.iter().any(|function| function.name.name == name));
            }
            Change::RenameFunction { function, to } => self.renamed(&function.name.name, to),
            // What is not understood may make another.
            Change::Opaque(_) => {
                let words = sql::words_of(body).unwrap_or_default();
                self.forget(&|name| words.iter().any(|word| word == name));
            }
            _ => {}
        }
    }

    fn made(&mut self, body: &str) {
        let known = |name: &str| makes_nothing(name) || self.makes_nothing(name);
        let Some(routine) = sql::routine(body, &known) else {
            return;
        };
        let name = routine.name.name.clone();
        let arguments = routine.arguments.clone();
        let made = Made { arguments, routine };
        let all = Arc::make_mut(&mut self.0);
        match all.get_mut(&name) {
            Some(Some(before)) if before.arguments == made.arguments => *before = made,
            Some(other) => *other = None,
            None => {
                all.insert(name, Some(made));
            }
        }
    }

    /// One has another name: if there are several of either, none is known any more.
    fn renamed(&mut self, name: &str, to: &Name) {
        let all = Arc::make_mut(&mut self.0);
        let taken = all.contains_key(&to.name);
        let Some(found) = all.remove(name) else {
            if taken {
                all.insert(to.name.clone(), None);
            }
            return;
        };
        let moved = found.filter(|_| !taken).map(|mut made| {
            let schema = made.routine.name.schema.take();
            made.routine.name = Name {
                schema: to.schema.clone().or(schema),
                name: to.name.clone(),
            };
            made
        });
        all.insert(to.name.clone(), moved);
    }

    /// Forgets those that other code may have replaced.
    pub(super) fn reached(&mut self, reached: &dyn Fn(&str) -> bool) {
        self.forget(reached);
    }

    /// The copies that revisions make share them, but for what changes.
    fn forget(&mut self, which: &dyn Fn(&str) -> bool) {
        if self.0.keys().any(|name| which(name)) {
            Arc::make_mut(&mut self.0).retain(|name, _| !which(name));
        }
    }

    /// Whether a function changes rows at most.
    pub(super) fn makes_nothing(&self, name: &str) -> bool {
        let made = self.0.get(name).and_then(Option::as_ref);
        made.is_some_and(|made| made.routine.makes_nothing)
    }

    /// Whether what a statement calls, with constants alone, changes rows at most.
    pub(super) fn calls_nothing(&self, statement: &str) -> bool {
        let constant = |arg: &Expr| matches!(arg, Expr::Literal(_));
        sql::call(statement)
            .is_some_and(|(name, args)| self.makes_nothing(&name.name) && args.iter().all(constant))
    }

    /// The code that a statement calls, with what it gives it.
    pub(super) fn called(
        &self,
        statement: &str,
        authored: &Replay,
    ) -> Option<(&sql::Block, Vec<Variable>)> {
        if self.0.is_empty() {
            return None;
        }
        let (name, args) = sql::call(statement)?;
        // The engine's own comes first.
        let made = self.0.get(&name.name).filter(|_| !is_known(&name.name));
        let made = made?.as_ref()?;
        let same = made.routine.name.schema == name.schema;
        let (parameters, block) = made.routine.runs.as_ref()?;
        if parameters.len() != args.len() {
            return None;
        }
        if made.routine.strict && !args.iter().all(is_some) {
            return None;
        }
        if made.routine.columns_first && hidden(parameters, block, authored) {
            return None;
        }
        let given = parameters.iter().zip(args).map(|(one, arg)| Variable {
            value: Some(arg),
            ..one.clone()
        });
        let given: Vec<Variable> = given.collect();
        same.then_some((block, given))
    }
}

/// Whether a value is none that is NULL, for sure.
fn is_some(value: &Expr) -> bool {
    match value {
        Expr::Literal(literal) => *literal != Literal::Null,
        Expr::Cast { expr, .. } => is_some(expr),
        _ => false,
    }
}

/// Whether a table that the code looks at may have a column that is called like a parameter.
fn hidden(parameters: &[Variable], block: &sql::Block, authored: &Replay) -> bool {
    let schema = authored.schema();
    let has = |name: &Name| {
        let Some(table) = schema.table(name) else {
            return true;
        };
        let mut parameters = parameters.iter();
        parameters.any(|parameter| table.column(&parameter.name).is_some())
    };
    block.parts.iter().any(|part| {
        let sql::Part::Statement(text) = part else {
            return true;
        };
        sql::parse(Syntax::Postgres, text)
            .into_iter()
            .any(|change| {
                let Change::Data(statement) = change else {
                    return false;
                };
                let statement = authored.resolve(statement);
                let mut tables = Vec::new();
                statement.parts(&mut |part| named_tables(part, &mut tables));
                match &statement {
                    DataStatement::Update(update) => tables.push(update.table.clone()),
                    DataStatement::Delete(delete) => tables.push(delete.table.clone()),
                    DataStatement::Insert(insert) if insert.on_conflict.is_some() => {
                        tables.push(insert.table.clone());
                    }
                    _ => {}
                }
                tables.iter().any(has)
            })
    })
}
