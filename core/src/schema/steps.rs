//! What a trigger's function does beyond setting columns of its row: it raises errors and runs
//! statements on rows, under conditions.

use super::{DataStatement, Expr, Name, Part, TableRef};

/// A step of a trigger's function.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerStep {
    /// `RAISE EXCEPTION`, with what is constant of its message.
    Raise(String),
    /// A statement on rows.
    Run(Box<DataStatement>),
    /// `IF … ELSIF … ELSE`.
    If {
        /// Conditions with what is done under the first of them that holds.
        whens: Vec<(Expr, Vec<TriggerStep>)>,
        /// What is done if none holds.
        otherwise: Vec<TriggerStep>,
    },
    /// `RETURN`.
    Return(Returned),
}

/// What a trigger's function returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returned {
    /// `NEW`.
    New,
    /// `OLD`.
    Old,
    /// `COALESCE(NEW, OLD)`: the row that there is.
    Either,
    /// `NULL`.
    Null,
}

/// What happens to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TriggerEvent {
    /// It is inserted.
    Insert,
    /// It is changed.
    Update,
    /// It is deleted.
    Delete,
}

impl TriggerEvent {
    /// Its word in SQL, which `TG_OP` is too.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl TriggerStep {
    /// Calls `f` with every condition and statement of steps, in the order of their text.
    pub fn each(steps: &[Self], f: &mut dyn FnMut(Part<'_>)) {
        for step in steps {
            match step {
                Self::Run(statement) => f(Part::Data(statement)),
                Self::If { whens, otherwise } => {
                    for (condition, steps) in whens {
                        f(Part::Expr(condition));
                        Self::each(steps, f);
                    }
                    Self::each(otherwise, f);
                }
                Self::Raise(_) | Self::Return(_) => {}
            }
        }
    }

    /// The tables that steps name, read or written, each as often as it is named.
    #[must_use]
    pub fn tables(steps: &[Self]) -> Vec<Name> {
        let mut tables = Vec::new();
        Self::each(steps, &mut |part| named_tables(part, &mut tables));
        tables
    }
}

/// Adds the tables that are named within something, those that statements write too.
pub fn named_tables(part: Part<'_>, tables: &mut Vec<Name>) {
    match part {
        Part::Expr(expr) => expr.parts(&mut |part| named_tables(part, tables)),
        Part::Query(query) => query.parts(&mut |part| named_tables(part, tables)),
        Part::Table(item) => {
            if let TableRef::Table { name, .. } = item {
                tables.push(name.clone());
            }
            item.parts(&mut |part| named_tables(part, tables));
        }
        Part::Data(statement) => {
            match statement {
                DataStatement::Insert(insert) => tables.push(insert.table.clone()),
                DataStatement::Update(update) => tables.push(update.table.clone()),
                DataStatement::Delete(delete) => tables.push(delete.table.clone()),
                DataStatement::Truncate { tables: all, .. } => tables.extend(all.iter().cloned()),
                DataStatement::Query(_) => {}
            }
            statement.parts(&mut |part| named_tables(part, tables));
        }
    }
}
