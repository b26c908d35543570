//! What a `DO` block of PostgreSQL's comes to by the model.
//!
//! # Invariants
//!
//! - Nothing is guessed: a question that the model cannot answer, or an error that is forgiven and
//!   that rows could raise too, leave the block as not understood.
//! - A block is tried on a copy of the model first: what it comes to is known as a whole, or not at
//!   all.
//! - What only rows answer is asked where the block asks it: see [`asked`].

mod answered;
mod asked;
mod batches;
mod catalog;
mod inserting;
mod rows;
mod settled;
mod value;

use std::collections::HashMap;

use super::expand::expand;
use super::infer::is_known;
use super::script::without_effect;
use super::unread::Unread;
use super::writing;
use crate::schema::{
    CallArg, Change, DataStatement, Expr, Function, Ident, Ignored, Literal, Name, Query, Replay,
    TableAction, Type,
};
use crate::sql::{self, Part, Syntax, Variable};
pub(super) use answered::answer;
pub(super) use asked::calls_known;
use settled::{RAISED, has_type, is_forgiven, is_settled};
use value::{Env, Known, Value};

/// What a block comes to.
#[derive(Debug, PartialEq)]
pub(super) enum Block {
    /// However its questions are answered, it says nothing about tables and rows.
    Idle(Vec<Change>),
    /// These, in order.
    Acts(Vec<Act>),
    /// It is not understood.
    Unclear(String),
}

/// Something that a block comes to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Act {
    /// A statement, as written.
    Statement(String),
    /// A statement on rows, with what the block knows.
    Data(DataStatement),
    /// A change of the schema: a temporary table, for what the block keeps.
    Change(Box<Change>),
    /// An error, with its message, if a query gives a row.
    Assert(Box<Query>, String),
}

/// Why a block stops.
enum Stop {
    /// A statement fails, by the code of the replay's problem.
    Raised(&'static str, String),
    Unclear(String),
    /// It comes to what is not read.
    Unread,
    /// It ends.
    Return,
}

/// What a statement comes to; `None` if it is no block that is read.
///
/// `unread`: what code that no replay understands may have made.
pub(super) fn block(statement: &str, replay: &Replay, unread: &Unread) -> Option<Block> {
    run(&sql::block(statement)?, &[], replay, unread)
}

/// What a block comes to with variables that it is given; `None` if it comes to what is not read.
pub(super) fn run(
    block: &sql::Block,
    given: &[Variable],
    replay: &Replay,
    unread: &Unread,
) -> Option<Block> {
    let mut ignored = Vec::new();
    if idle(&block.parts, &mut ignored) {
        return Some(Block::Idle(ignored));
    }
    let mut trial = Trial {
        replay: replay.clone(),
        acts: Vec::new(),
        variables: HashMap::new(),
        types: HashMap::new(),
        kept: Vec::new(),
        unread: unread.clone(),
        steps: 0,
    };
    let mut all = given.iter().chain(&block.variables);
    let first = all.try_for_each(|variable| trial.declare(variable));
    match first.and_then(|()| trial.all(&block.parts, None)) {
        Ok(()) | Err(Stop::Return) => {
            if !trial.kept.is_empty() {
                trial.acts.push(Act::Change(Box::new(Change::DropTables {
                    tables: trial.kept,
                    if_exists: false,
                    cascade: false,
                })));
            }
            Some(Block::Acts(trial.acts))
        }
        Err(Stop::Raised(_, why) | Stop::Unclear(why)) => Some(Block::Unclear(why)),
        Err(Stop::Unread) => None,
    }
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
            changes.iter().all(|change| {
                let nothing = without_meaning(change);
                ignored.extend(nothing.map(Change::Ignored));
                nothing.is_some()
            })
        }
        Part::Perform { name, .. } => {
            ignored.push(Change::Ignored(Ignored::Replication));
            REPLICATION.contains(&name.as_str())
        }
        Part::If { whens, otherwise } => {
            let mut branches = whens.iter().map(|(_, parts)| parts);
            branches.all(|parts| idle(parts, ignored)) && idle(otherwise, ignored)
        }
        // Whether it is dropped or the error is forgiven: no target holds one.
        Part::Forgiving { body, .. } if drops_functions_alone(body) => {
            ignored.push(Change::DropFunctions {
                functions: Vec::new(),
                cascade: false,
            });
            true
        }
        Part::Forgiving { body, .. } => idle(body, ignored),
        // What comes after it is not done, and it is nothing.
        Part::Return => true,
        // Which functions there are: no target holds one.
        Part::Each(_, query, body) => {
            let mut with = query.with.iter();
            with.all(|cte| matches!(*cte.body, DataStatement::Query(_)))
                && asked::is_quiet(crate::schema::Part::Query(query))
                && idle(body, ignored)
        }
        Part::Execute(text) if drops_functions(text) => {
            ignored.push(Change::DropFunctions {
                functions: Vec::new(),
                cascade: false,
            });
            true
        }
        Part::Told(..) => true,
        _ => false,
    })
}

/// What a change is that no target knows of: whose table it is, and its like.
fn without_meaning(change: &Change) -> Option<Ignored> {
    match change {
        Change::Ignored(ignored) => Some(*ignored),
        Change::AlterTable { actions, .. } => match actions.as_slice() {
            [TableAction::Ignored(ignored @ Ignored::Owner)] => Some(*ignored),
            _ => None,
        },
        _ => None,
    }
}

/// Whether all that parts do is to drop functions, and nothing with them.
fn drops_functions_alone(parts: &[Part]) -> bool {
    !parts.is_empty()
        && parts.iter().all(|part| {
            let Part::Statement(text) = part else {
                return false;
            };
            let changes = sql::parse(Syntax::Postgres, text);
            matches!(
                changes.as_slice(),
                [Change::DropFunctions { cascade: false, .. }]
            )
        })
}

/// Whether a text that is put together drops functions, and nothing with them.
fn drops_functions(text: &Expr) -> bool {
    let mut first = text;
    loop {
        first = match first {
            Expr::Binary { left, .. } => left,
            Expr::Call(call) if call.name.name == "format" => match call.args.first() {
                Some(CallArg::Expr(form)) => form,
                _ => return false,
            },
            other => break first_words(other, text),
        };
    }
}

fn first_words(first: &Expr, whole: &Expr) -> bool {
    const DROPS: &[&str] = &["FUNCTION ", "PROCEDURE ", "ROUTINE ", "AGGREGATE "];
    let Expr::Literal(Literal::Text(text)) = first else {
        return false;
    };
    let text = text.trim_start().to_ascii_uppercase();
    let drops = text
        .strip_prefix("DROP ")
        .is_some_and(|rest| DROPS.iter().any(|what| rest.starts_with(what)));
    let mut alone = true;
    whole.parts(&mut |part| alone &= plain_text(part));
    drops && alone && plain_text(crate::schema::Part::Expr(first))
}

/// Whether no text within ends a statement, or drops what hangs on something.
fn plain_text(part: crate::schema::Part<'_>) -> bool {
    let crate::schema::Part::Expr(expr) = part else {
        return false;
    };
    if let Expr::Literal(Literal::Text(text)) = expr {
        let whole = text.trim_end().trim_end_matches(';');
        return !whole.contains(';') && !whole.to_ascii_uppercase().contains("CASCADE");
    }
    let mut plain = true;
    expr.parts(&mut |part| plain = plain && plain_text(part));
    plain
}

/// A block that is tried on a copy of the model.
struct Trial {
    replay: Replay,
    acts: Vec<Act>,
    variables: HashMap<Ident, Value>,
    /// The types of variables, where they are known.
    types: HashMap<Ident, Type>,
    /// Temporary tables that hold variables.
    kept: Vec<Name>,
    /// What code that no replay understands may have made, that of the block too.
    unread: Unread,
    steps: usize,
}

/// How many parts a block may come to.
const STEPS: usize = 10_000;

/// How far it may count.
const MOST: i64 = 1_000;

impl Trial {
    /// `forgiven`: the errors that would be.
    fn all(&mut self, parts: &[Part], forgiven: Option<&[String]>) -> Result<(), Stop> {
        parts.iter().try_for_each(|part| self.one(part, forgiven))
    }

    fn env(&self) -> Env<'_> {
        Env {
            replay: &self.replay,
            unread: &self.unread,
            variables: &self.variables,
        }
    }

    fn one(&mut self, part: &Part, forgiven: Option<&[String]>) -> Result<(), Stop> {
        self.steps += 1;
        if self.steps > STEPS {
            return Err(Stop::Unclear("a program that does not end".into()));
        }
        match part {
            Part::Statement(text) | Part::Perform { text, .. } => self.written(text, forgiven),
            Part::Execute(text) => match self.env().value(text) {
                Ok(Value::Text(text)) => {
                    self.statement(text.trim().trim_end_matches(';'), forgiven)
                }
                _ => Err(Stop::Unread),
            },
            Part::Told(name, _) => {
                self.variables.insert(name.clone(), Value::Unknown);
                Ok(())
            }
            Part::Set(name, value) => self.set(name, value),
            Part::Batches(text) => {
                let whole = forgiven.is_none().then(|| self.whole(text)).flatten();
                self.data(whole.ok_or(Stop::Unread)?)
            }
            Part::Select(query, names) => self.select(query, names),
            Part::Returning(text, names) if forgiven.is_none() => self.returning(text, names),
            Part::If { whens, otherwise } => {
                for (at, (condition, parts)) in whens.iter().enumerate() {
                    let condition = condition.as_ref();
                    let condition = condition.ok_or_else(|| Stop::Unclear("a condition".into()))?;
                    match self.env().holds(condition) {
                        Ok(true) => return self.all(parts, forgiven),
                        Ok(false) => {}
                        Err(why) if at + 1 < whens.len() || forgiven.is_some() => {
                            return Err(Stop::Unclear(why));
                        }
                        Err(why) => return self.asked(condition, parts, otherwise, why),
                    }
                }
                self.all(otherwise, forgiven)
            }
            Part::Each(name, query, parts) => {
                let rows = match self.env().records(query) {
                    Ok(rows) => rows,
                    Err(_) => {
                        let whole = forgiven.is_none().then(|| self.for_all(name, query, parts));
                        self.data(whole.flatten().ok_or(Stop::Unread)?)?;
                        for part in parts {
                            if let Part::Set(set, _) = part {
                                self.variables.insert(set.clone(), Value::Unknown);
                            }
                        }
                        self.variables.insert(name.clone(), Value::Unknown);
                        return Ok(());
                    }
                };
                for row in rows {
                    self.variables.insert(name.clone(), Value::Record(row));
                    self.all(parts, forgiven)?;
                }
                // It keeps the last row, or is NULL.
                self.variables.insert(name.clone(), Value::Unknown);
                Ok(())
            }
            Part::EachOf(name, values, parts) => {
                let Ok(Value::List(values)) = self.env().value(values) else {
                    return Err(Stop::Unread);
                };
                for value in values {
                    self.variables.insert(name.clone(), value);
                    self.all(parts, forgiven)?;
                }
                Ok(())
            }
            Part::Count(name, first, last, parts) => {
                let bounds = (self.env().value(first), self.env().value(last));
                let (Ok(Value::Number(first)), Ok(Value::Number(last))) = bounds else {
                    return Err(Stop::Unread);
                };
                if last.saturating_sub(first) > MOST {
                    return Err(Stop::Unread);
                }
                for value in first..=last {
                    self.variables.insert(name.clone(), Value::Number(value));
                    self.all(parts, forgiven)?;
                }
                // It is another one than what was declared under that name.
                self.variables.insert(name.clone(), Value::Unknown);
                Ok(())
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
                let before = (self.replay.clone(), self.acts.len());
                match self.all(body, Some(errors)) {
                    Err(Stop::Raised(code, _)) if is_forgiven(code, errors) => {
                        if *instead {
                            let why = "an error after which something is done";
                            return Err(Stop::Unclear(why.into()));
                        }
                        self.replay = before.0;
                        self.acts.truncate(before.1);
                        Ok(())
                    }
                    other => other,
                }
            }
            Part::Raise(message) => Err(Stop::Raised(
                RAISED,
                format!("an error that it raises: {message}"),
            )),
            Part::Fail(message) => Err(Stop::Raised(
                "assertion",
                format!("an error that it raises: {message}"),
            )),
            Part::Return => Err(Stop::Return),
            Part::Unread
            | Part::ExecuteUsing(..)
            | Part::Exit(_)
            | Part::Commit
            | Part::Returning(..) => Err(Stop::Unread),
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

    /// A statement of the block's own, which may name its variables.
    fn written(&mut self, text: &str, forgiven: Option<&[String]>) -> Result<(), Stop> {
        if self.variables.is_empty() {
            return self.statement(text, forgiven);
        }
        let words = sql::words_of(text).ok_or(Stop::Unread)?;
        let mut words = words.iter();
        if !words.any(|word| self.variables.contains_key(word)) {
            return self.statement(text, forgiven);
        }
        let changes = sql::parse(Syntax::Postgres, text);
        match changes.as_slice() {
            [Change::Data(statement)] if forgiven.is_none() => {
                let mut statement = statement.clone();
                self.fill(crate::schema::PartMut::Data(&mut statement))
                    .map_err(|_| Stop::Unread)?;
                self.data(statement)
            }
            [Change::Data(_)] => Err(Stop::Unread),
            [Change::CreateTable(create)] if create.query.is_some() => Err(Stop::Unread),
            // No other statement has parameters: what it names is something else.
            _ => self.statement(text, forgiven),
        }
    }

    fn statement(&mut self, text: &str, forgiven: Option<&[String]>) -> Result<(), Stop> {
        let changes = sql::parse(Syntax::Postgres, text).into_iter();
        let changes: Vec<Change> = changes
            .flat_map(|change| expand(change, &self.replay, Syntax::Postgres))
            .collect();
        for change in changes {
            if let Change::Opaque(opaque) = &change
                && (forgiven.is_some() || without_effect(Syntax::Postgres, opaque).is_none())
            {
                return Err(Stop::Unclear(opaque.what.clone()));
            }
            // One that calls what is not there is not made either.
            if let Change::CreateTrigger {
                does: Some(does), ..
            } = &change
                && forgiven.is_some()
                && !self.replay.has_function(&does.function)
            {
                return Err(Stop::Unclear("CREATE TRIGGER".into()));
            }
            // One whose text is wrong is not made, and the error forgiven.
            if let Change::CreateFunction { does, .. } = &change
                && matches!(does, Function::Code | Function::Aggregate)
                && forgiven.is_some()
            {
                return Err(Stop::Unclear("CREATE FUNCTION".into()));
            }
            let settled = |errors| is_settled(&change, errors, self.replay.schema(), &self.unread);
            if forgiven.is_some_and(|errors| !settled(errors)) {
                let why = "an error that is forgiven, and that rows could raise too";
                return Err(Stop::Unclear(why.into()));
            }
            self.note(&change, text);
            if let Err(problem) = self.replay.apply(&change) {
                return Err(Stop::Raised(problem.code, problem.message));
            }
        }
        self.acts.push(Act::Statement(text.to_owned()));
        Ok(())
    }

    /// `INSERT … RETURNING … INTO …` of one row: what the variables are stands in a temporary table.
    fn returning(&mut self, text: &str, names: &[Ident]) -> Result<(), Stop> {
        let changes = sql::parse(Syntax::Postgres, text);
        let [Change::Data(statement)] = changes.as_slice() else {
            return Err(Stop::Unread);
        };
        let mut statement = statement.clone();
        self.fill(crate::schema::PartMut::Data(&mut statement))
            .map_err(|_| Stop::Unread)?;
        let name = format!("variables_{}", self.kept.len() + 1);
        let row = writing::kept(&statement, &self.replay, &name).ok_or(Stop::Unread)?;
        if row.columns.len() != names.len() {
            return Err(Stop::Unread);
        }
        for change in row.changes {
            match change {
                Change::Data(statement) => self.data(statement)?,
                change => {
                    if let Err(problem) = self.replay.apply(&change) {
                        return Err(Stop::Raised(problem.code, problem.message));
                    }
                    self.acts.push(Act::Change(Box::new(change)));
                }
            }
        }
        for (name, (value, ty)) in names.iter().zip(row.columns) {
            let value = match self.types.get(name) {
                Some(own) if *own != ty => Expr::Cast {
                    expr: Box::new(value),
                    ty: own.clone(),
                },
                _ => value,
            };
            self.variables
                .insert(name.clone(), Value::Kept(Box::new(value)));
        }
        self.kept.push(row.table);
        Ok(())
    }

    fn data(&mut self, statement: DataStatement) -> Result<(), Stop> {
        let change = Change::Data(statement.clone());
        self.note(&change, "");
        if let Err(problem) = self.replay.apply(&change) {
            return Err(Stop::Raised(problem.code, problem.message));
        }
        self.acts.push(Act::Data(statement));
        Ok(())
    }

    /// Takes note of code that may make what no replay knows of.
    fn note(&mut self, change: &Change, text: &str) {
        match change {
            Change::Opaque(_) => self.unread.add(sql::reach(text, &is_known)),
            Change::Data(statement)
                if !asked::calls_known(crate::schema::Part::Data(statement)) =>
            {
                self.unread.add(sql::Reach::Anything);
            }
            _ => {}
        }
    }

    fn declare(&mut self, variable: &Variable) -> Result<(), Stop> {
        let name = &variable.name;
        self.types.remove(name);
        if let Some(ty) = &variable.ty {
            self.types.insert(name.clone(), ty.clone());
        }
        match &variable.value {
            Some(value) => self.set(name, value),
            None => {
                self.variables.insert(name.clone(), Value::Unknown);
                Ok(())
            }
        }
    }

    /// `a := …`.
    fn set(&mut self, name: &Ident, value: &Expr) -> Result<(), Stop> {
        let value = match self.env().value(value) {
            Ok(value) => value,
            Err(_) => self.asked_value(value)?,
        };
        self.variables.insert(name.clone(), value);
        Ok(())
    }

    /// `SELECT … INTO a, b`.
    fn select(&mut self, query: &Query, names: &[Ident]) -> Result<(), Stop> {
        let rows: Known<_> = self.env().records(query);
        let Ok(mut rows) = rows else {
            return self.asked_row(query, names);
        };
        if rows.len() > 1 && query.order_by.is_empty() {
            return Err(Stop::Unclear("which row is the first".into()));
        }
        let row = match rows.is_empty() {
            true => Vec::new(),
            false => rows.remove(0),
        };
        if let ([name], true) = (names, row.len() > 1) {
            self.variables.insert(name.clone(), Value::Record(row));
            return Ok(());
        }
        let mut values = row.into_iter().map(|(_, value)| value);
        for name in names {
            let value = values.next().unwrap_or(Value::Null);
            self.variables.insert(name.clone(), value);
        }
        Ok(())
    }
}
