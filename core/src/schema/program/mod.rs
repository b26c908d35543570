//! MySQL's programs that define things, run on the model.
//!
//! A migration of MySQL that is to run twice has no `IF NOT EXISTS` for most of what it does: it asks
//! `information_schema` what there is, puts a statement together and executes it, often in a
//! procedure that it calls. What there is, the model knows; so what such a program comes to is known
//! too, and that alone is replayed or translated.
//!
//! # Invariants
//!
//! - Nothing is guessed: a question that the model cannot answer, and a step that is not one of
//!   [`Step`]'s, end the program as not understood.
//! - Variables and prepared statements are forgotten with their script: another revision may run in
//!   another session.
//!
//! # Deliberately absent
//!
//! Loops, cursors, handlers, parameters that give something back: programs on rows.

mod catalog;
mod value;

use std::collections::HashMap;

use super::{Expr, Ident, Literal, Name, Query, Schema};
use value::{Env, Value};

/// A step of a program: see [`Programs`].
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A statement of any other kind, as written.
    Statement(String),
    /// `IF … THEN … ELSEIF … ELSE … END IF`.
    If {
        /// The conditions, and what is done where one holds.
        whens: Vec<(Expr, Vec<Step>)>,
        /// What is done where none does.
        otherwise: Vec<Step>,
    },
    /// `SET a = …`, `DECLARE a …`.
    Set {
        /// Which, in lower case; that of a session begins with `@`.
        variable: Ident,
        /// To what.
        value: Expr,
    },
    /// `SELECT … INTO a`.
    Select {
        /// What is selected.
        query: Query,
        /// Into what.
        variables: Vec<Ident>,
    },
    /// `PREPARE name FROM …`.
    Prepare {
        /// Its name.
        name: Ident,
        /// Its text.
        from: Expr,
    },
    /// `EXECUTE name`.
    Execute {
        /// Its name.
        name: Ident,
    },
    /// `DEALLOCATE PREPARE name`.
    Deallocate {
        /// Its name.
        name: Ident,
    },
    /// `CALL name (…)`.
    Call {
        /// Which procedure.
        name: Name,
        /// With what.
        args: Vec<Expr>,
    },
    /// `CREATE PROCEDURE`.
    Define(Procedure),
    /// `DROP PROCEDURE`.
    Forget {
        /// Which.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
    },
}

/// A stored procedure of MySQL's: see [`Programs`].
#[derive(Debug, Clone, PartialEq)]
pub struct Procedure {
    /// Its name.
    pub name: Name,
    /// Its parameters.
    pub params: Vec<Ident>,
    /// What it does.
    pub body: Vec<Step>,
}

/// What MySQL's programs that define things come to: the procedures of a database, and the variables
/// and prepared statements of a session.
///
/// A migration of MySQL's that is to run twice asks `information_schema` what there is, puts a statement
/// together and executes it. What there is, the model knows; so what comes of it is known too.
#[derive(Debug, Clone, Default)]
pub struct Programs {
    procedures: HashMap<String, Procedure>,
    variables: HashMap<Ident, Value>,
    prepared: HashMap<String, String>,
}

/// A program that runs: see [`Programs::begin`].
#[derive(Debug)]
pub struct Running {
    /// The variables of each procedure that is in the middle of a call.
    frames: Vec<HashMap<Ident, Value>>,
    /// What is still to be done, the next at the end, each with its frame.
    rest: Vec<(usize, Step)>,
    /// Steps that were taken.
    taken: usize,
}

/// How many steps a program may take: one that calls itself takes them all.
const STEPS: usize = 1_000;

impl Running {
    /// Whether all that it does is to define a procedure.
    pub fn defines(&self) -> bool {
        matches!(self.rest.as_slice(), [(_, Step::Define(_))])
    }
}

impl Programs {
    /// Begins to run a statement of MySQL's; `None` if it is no part of a program.
    ///
    /// ```
    /// use aludel::schema::{Programs, Schema};
    ///
    /// let mut programs = Programs::default();
    /// let mut run = |statement: &str| {
    ///     let mut running = programs.begin(statement).expect("a program");
    ///     programs.next(&mut running, &Schema::default())
    /// };
    /// run("SET @there = (SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 't')")?;
    /// run("SET @sql = IF(@there > 0, 'SELECT 1', 'CREATE TABLE t (id INT)')")?;
    /// run("PREPARE statement FROM @sql")?;
    /// assert_eq!(run("EXECUTE statement")?.as_deref(), Some("CREATE TABLE t (id INT)"));
    /// # Ok::<(), String>(())
    /// ```
    pub fn begin(&self, statement: &str) -> Option<Running> {
        let steps = crate::sql::program(statement)?;
        let known = |step: &Step| match step {
            Step::Define(procedure) => is_definition(&procedure.body),
            Step::Forget { name, .. } => self.procedures.contains_key(&key(&name.name)),
            Step::Call { name, .. } => self.procedures.contains_key(&key(&name.name)),
            _ => true,
        };
        steps.iter().all(known).then(|| Running {
            frames: vec![HashMap::new()],
            rest: steps.into_iter().rev().map(|step| (0, step)).collect(),
            taken: 0,
        })
    }

    /// The next statement that a program comes to; `None` at its end. What it does has to be applied
    /// to the schema before the one after it is asked for.
    ///
    /// # Errors
    ///
    /// Why the program is not understood any further.
    pub fn next(
        &mut self,
        running: &mut Running,
        schema: &Schema,
    ) -> Result<Option<String>, String> {
        while let Some((frame, step)) = running.rest.pop() {
            running.taken += 1;
            if running.taken > STEPS {
                return Err("a program that does not end".into());
            }
            if let Some(statement) = self.step(running, frame, step, schema)? {
                return Ok(Some(statement));
            }
        }
        Ok(None)
    }

    /// The script has ended.
    pub fn end_script(&mut self) {
        self.variables.clear();
        self.prepared.clear();
    }

    fn step(
        &mut self,
        running: &mut Running,
        frame: usize,
        step: Step,
        schema: &Schema,
    ) -> Result<Option<String>, String> {
        match step {
            Step::Statement(text) => return Ok(Some(text)),
            Step::If { whens, otherwise } => {
                let env = self.env(running, frame, schema);
                let mut chosen = otherwise;
                for (condition, steps) in whens {
                    if env.holds(&condition)? {
                        chosen = steps;
                        break;
                    }
                }
                running
                    .rest
                    .extend(chosen.into_iter().rev().map(|step| (frame, step)));
            }
            Step::Set { variable, value } => {
                let value = self.env(running, frame, schema).value(&value);
                self.set(running, frame, variable, value)?;
            }
            Step::Select { query, variables } => {
                let row = self.env(running, frame, schema).row(&query);
                let row = match row {
                    Ok(row) if row.len() == variables.len() => row.into_iter().map(Ok).collect(),
                    Ok(_) => return Err("a SELECT INTO of other columns".into()),
                    Err(why) => vec![Err(why); variables.len()],
                };
                for (variable, value) in variables.into_iter().zip(row) {
                    self.set(running, frame, variable, value)?;
                }
            }
            Step::Prepare { name, from } => {
                self.prepared.remove(&key(&name));
                match self.env(running, frame, schema).value(&from)? {
                    Value::Text(text) => {
                        let text = text.trim().trim_end_matches(';').to_owned();
                        self.prepared.insert(key(&name), text);
                    }
                    _ => return Err("a prepared statement that is no text".into()),
                }
            }
            Step::Execute { name } => {
                let text = self.prepared.get(&key(&name)).cloned();
                let text = text.ok_or_else(|| format!("the prepared statement `{name}`"))?;
                // A program may prepare what does nothing.
                return Ok(Some(text).filter(|text| !is_idle(text)));
            }
            Step::Deallocate { name } => {
                self.prepared
                    .remove(&key(&name))
                    .ok_or_else(|| format!("the prepared statement `{name}`"))?;
            }
            Step::Call { name, args } => {
                let procedure = self.procedures.get(&key(&name.name)).cloned();
                let procedure = procedure.ok_or_else(|| format!("the procedure `{name}`"))?;
                if procedure.params.len() != args.len() {
                    return Err(format!("a call of `{name}` with other parameters"));
                }
                let env = self.env(running, frame, schema);
                let mut variables = HashMap::new();
                for (param, arg) in procedure.params.iter().zip(&args) {
                    variables.insert(key(param), env.value(arg)?);
                }
                running.frames.push(variables);
                let frame = running.frames.len() - 1;
                let body = procedure.body.into_iter().rev();
                running.rest.extend(body.map(|step| (frame, step)));
            }
            Step::Define(procedure) => {
                self.procedures.insert(key(&procedure.name.name), procedure);
            }
            Step::Forget { name, .. } => {
                self.procedures.remove(&key(&name.name));
            }
        }
        Ok(None)
    }

    /// Sets a variable; one whose value is not known is forgotten.
    fn set(
        &mut self,
        running: &mut Running,
        frame: usize,
        variable: Ident,
        value: Result<Value, String>,
    ) -> Result<(), String> {
        let variables = if variable.starts_with('@') {
            &mut self.variables
        } else {
            &mut running.frames[frame]
        };
        match value {
            Ok(value) => {
                variables.insert(key(&variable), value);
                Ok(())
            }
            Err(why) => {
                variables.remove(&key(&variable));
                Err(why)
            }
        }
    }

    fn env<'e>(&'e self, running: &'e Running, frame: usize, schema: &'e Schema) -> Env<'e> {
        Env {
            schema,
            session: &self.variables,
            own: &running.frames[frame],
        }
    }
}

/// Names of procedures, variables and prepared statements are the same in any case.
fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

/// Whether a statement only fills the place of one.
fn is_idle(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let first = words.next().unwrap_or_default();
    let constant = |word: &str| word.starts_with(['\'', '"']) || word.parse::<i64>().is_ok();
    match first.to_ascii_uppercase().as_str() {
        "DO" => text.split_whitespace().count() == 2,
        "SELECT" => {
            words.next().is_some_and(constant) && !text.to_ascii_uppercase().contains(" FROM ")
        }
        _ => false,
    }
}

/// Whether a procedure is there to define things: it does so, and all that it does is understood.
fn is_definition(body: &[Step]) -> bool {
    fn walk(steps: &[Step], defines: &mut bool) -> bool {
        steps.iter().all(|step| match step {
            Step::Statement(text) => {
                let changes = crate::sql::parse(crate::sql::Syntax::Mysql, text);
                *defines |= changes
                    .iter()
                    .any(|change| !matches!(change, super::Change::Data(_)));
                !changes
                    .iter()
                    .any(|change| matches!(change, super::Change::Opaque(_)))
            }
            Step::If { whens, otherwise } => {
                whens.iter().all(|(_, steps)| walk(steps, defines)) && walk(otherwise, defines)
            }
            Step::Prepare { .. } => {
                *defines = true;
                true
            }
            _ => true,
        })
    }
    let mut defines = false;
    walk(body, &mut defines) && defines
}

/// A constant.
fn literal(literal: &Literal) -> Result<Value, String> {
    Ok(match literal {
        Literal::Null => Value::Null,
        Literal::Boolean(value) => Value::Number(i64::from(*value)),
        Literal::Text(text) => Value::Text(text.clone()),
        Literal::Number(digits) => match digits.parse() {
            Ok(number) => Value::Number(number),
            Err(_) => return Err(format!("the number {digits}")),
        },
        _ => return Err("a constant of another type".into()),
    })
}
