//! What the variables of a function are, and the columns of its row, at a point of its code: expressions
//! of the row as the function found it, and of tables.
//!
//! # Invariants
//!
//! - A value is put in the place of its name only where it is still what it was when it was assigned: it
//!   gives the same each time, and no statement of the function has run since, if it asks tables.
//! - What is not known of a value is no error until somebody looks at it.

use std::collections::BTreeMap;

use super::super::infer::{Scope, is_text_constant};
use crate::schema::{BinaryOp, Expr, Ident, Literal, NEW, Name, OLD, PartMut, Type};

/// A value, as an expression.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Value {
    pub(super) expr: Expr,
    /// If it asks tables: how many statements ran before.
    pub(super) asked: Option<usize>,
}

/// A value, or why it is not known.
pub(super) type Known = Result<Value, String>;

/// What is known at a point of the code.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub(super) variables: BTreeMap<Ident, Known>,
    /// The columns of the row that were set.
    pub(super) row: BTreeMap<Ident, Known>,
}

/// Whether the last query had rows.
pub(super) const FOUND: &str = "found";

impl State {
    /// Puts values in the places of their names; those that ask tables are added to `asked`.
    ///
    /// # Errors
    ///
    /// If one is not known, or another by now.
    pub(super) fn fill(
        &self,
        part: PartMut<'_>,
        writes: usize,
        asked: &mut Vec<Expr>,
    ) -> Result<(), String> {
        let mut problem = Ok(());
        self.put(
            part,
            &mut |known: &Known| match known {
                Err(why) => Err(why.clone()),
                Ok(value) => {
                    if let Some(when) = value.asked {
                        if when != writes {
                            return Err("what it asked has changed when it is looked at".into());
                        }
                        asked.push(value.expr.clone());
                    }
                    Ok(value.expr.clone())
                }
            },
            &mut problem,
        );
        problem
    }

    fn put(
        &self,
        part: PartMut<'_>,
        value: &mut dyn FnMut(&Known) -> Result<Expr, String>,
        problem: &mut Result<(), String>,
    ) {
        if problem.is_err() {
            return;
        }
        match part {
            PartMut::Expr(expr) => {
                let known = match &*expr {
                    Expr::Column {
                        table: None,
                        column,
                    } => {
                        if *column == NEW && !self.row.is_empty() {
                            *problem =
                                Err("it looks at the whole row after it has set a column".into());
                            return;
                        }
                        self.variables.get(column)
                    }
                    Expr::Column {
                        table: Some(row),
                        column,
                    } if row.schema.is_none() && row.name == NEW => self.row.get(column),
                    _ => None,
                };
                let constant =
                    |known: &Known| known.as_ref().is_ok_and(|value| is_constant(&value.expr));
                if matches!(expr, Expr::Column { table: Some(_), .. })
                    && known.is_some_and(constant)
                {
                    *problem = Err("it looks at a constant that it has set".into());
                    return;
                }
                match known.map(&mut *value) {
                    // It speaks of the row as it was: nothing in it is looked for again.
                    Some(Ok(value)) => *expr = value,
                    Some(Err(why)) => *problem = Err(why),
                    None => expr.parts_mut(&mut |part| self.put(part, value, problem)),
                }
            }
            PartMut::Query(query) => query.parts_mut(&mut |part| self.put(part, value, problem)),
            PartMut::Table(item) => item.parts_mut(&mut |part| self.put(part, value, problem)),
            PartMut::Data(statement) => {
                statement.parts_mut(&mut |part| self.put(part, value, problem));
            }
        }
    }

    /// What is known after branches of which one was taken: those that go on, each with its condition,
    /// and the last without one.
    pub(super) fn joined(mut branches: Vec<(Option<Value>, State)>) -> Option<State> {
        let (_, mut joined) = branches.pop()?;
        for (condition, state) in branches.into_iter().rev() {
            let condition = condition?;
            let names: Vec<Ident> = joined.variables.keys().cloned().collect();
            for name in names {
                let both = (state.variables.get(&name), joined.variables.get(&name));
                let (Some(then), Some(otherwise)) = both else {
                    continue;
                };
                let value = either(&condition, then, otherwise);
                joined.variables.insert(name, value);
            }
            let columns = state.row.keys().chain(joined.row.keys());
            let columns: Vec<Ident> = columns.cloned().collect();
            for name in columns {
                let own = Ok(column_of(&name));
                let then = state.row.get(&name).unwrap_or(&own);
                let value = either(&condition, then, joined.row.get(&name).unwrap_or(&own));
                joined.row.insert(name, value);
            }
        }
        Some(joined)
    }
}

/// A column of the row as the function found it.
pub(super) fn column_of(name: &Ident) -> Value {
    Value {
        expr: Expr::Column {
            table: Some(Name::bare(NEW)),
            column: name.clone(),
        },
        asked: None,
    }
}

fn either(condition: &Value, then: &Known, otherwise: &Known) -> Known {
    if then == otherwise {
        return then.clone();
    }
    let (then, otherwise) = (then.clone()?, otherwise.clone()?);
    let asked = [condition.asked, then.asked, otherwise.asked];
    let mut asked = asked.into_iter().flatten();
    let first = asked.next();
    if asked.any(|one| Some(one) != first) {
        return Err("it was asked before one statement or after it".into());
    }
    Ok(Value {
        expr: Expr::Case {
            operand: None,
            whens: vec![(condition.expr.clone(), then.expr)],
            otherwise: Some(Box::new(otherwise.expr)),
        },
        asked: first,
    })
}

/// Whether an expression has no type of its own.
fn is_constant(expr: &Expr) -> bool {
    is_text_constant(expr) || *expr == Expr::Literal(Literal::Null)
}

/// A value as one of a type, where an assignment leaves it what it is. A column keeps its limits itself.
///
/// # Errors
///
/// If the assignment converts it in a way that a cast does not, or that is not known.
pub(super) fn assigned(
    expr: Expr,
    to: &Type,
    is_column: bool,
    scope: &Scope<'_>,
) -> Result<Expr, String> {
    let cast = |expr| Expr::Cast {
        expr: Box::new(expr),
        ty: to.clone(),
    };
    let limited = is_column && matches!(to, Type::Varchar(_) | Type::Char(_) | Type::Citext);
    let unlimited = matches!(to, Type::Text | Type::Varchar(None)) || limited;
    if is_constant(&expr) {
        return match to {
            _ if is_column => Ok(expr),
            Type::Varchar(Some(_)) | Type::Char(_) | Type::Named(_) => {
                Err("it assigns a constant to what has a limit".into())
            }
            _ => Ok(cast(expr)),
        };
    }
    if is_column && is_now(&expr) && matches!(to, Type::Timestamp { .. }) {
        return Ok(expr);
    }
    let from = scope.ty(&expr).ok_or("it assigns what has no known type")?;
    let is_text = |ty: &Type| matches!(ty, Type::Text | Type::Varchar(_) | Type::Name);
    match (&from, to) {
        (from, _) if is_text(from) && unlimited => Ok(expr),
        (from, to) if from.is_integer() && to.is_integer() => Ok(match from == to {
            true => expr,
            false => cast(expr),
        }),
        (
            from,
            Type::Numeric {
                precision: None, ..
            }
            | Type::Double,
        ) if from.is_integer() => Ok(cast(expr)),
        (
            from,
            Type::Boolean
            | Type::Uuid
            | Type::Date
            | Type::Timestamp { .. }
            | Type::Double
            | Type::Numeric {
                precision: None, ..
            }
            | Type::Jsonb
            | Type::Json
            | Type::Blob
            | Type::Enum(_),
        ) if from == to => Ok(expr),
        (from, Type::Text) if has_one_text(from) => Ok(cast(expr)),
        _ => Err("it assigns a value of another type".into()),
    }
}

fn is_now(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => call.name == Name::bare("now") && call.args.is_empty(),
        Expr::Keyword(word, None) => *word == "CURRENT_TIMESTAMP",
        _ => false,
    }
}

/// Whether values of a type are equal exactly where their texts are.
pub(super) fn has_one_text(ty: &Type) -> bool {
    ty.is_integer()
        || matches!(
            ty,
            Type::Boolean
                | Type::Text
                | Type::Varchar(_)
                | Type::Name
                | Type::Uuid
                | Type::Date
                | Type::Timestamp { .. }
                | Type::Blob
                | Type::Enum(_)
        )
}

/// Compares two values of one column themselves where their texts are compared.
pub(super) fn without_texts(condition: &mut Expr, scope: &Scope<'_>) {
    condition.each_mut(&mut |expr| {
        let (Expr::IsDistinct { left, right, .. }
        | Expr::Binary {
            left,
            right,
            op: BinaryOp::Eq | BinaryOp::NotEq,
        }) = expr
        else {
            return;
        };
        if let (Some(a), Some(b)) = (as_text(left), as_text(right))
            && scope
                .ty(a)
                .filter(has_one_text)
                .is_some_and(|ty| scope.ty(b) == Some(ty))
        {
            let (a, b) = (a.clone(), b.clone());
            (**left, **right) = (a, b);
        }
    });
}

/// The column of the row whose text an expression is.
fn as_text(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::Cast {
            expr,
            ty: Type::Text,
        } => match &**expr {
            column @ Expr::Column {
                table: Some(row), ..
            } if [NEW, OLD].contains(&row.name.as_str()) => Some(column),
            _ => None,
        },
        _ => None,
    }
}
