//! What a trigger's function does beyond setting columns of its row at once: it raises errors and runs
//! statements on rows, under conditions, with variables.

use super::{DataStatement, Expr, Ident, Name, Part, Query, TableRef, Type};

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
    /// A value is assigned.
    Set(Place, Expr),
    /// `SELECT … INTO`, `PERFORM`: `FOUND` says from here on whether a query has rows.
    Ask {
        /// The query.
        query: Box<Query>,
        /// Where the values of its first row go.
        into: Vec<Place>,
        /// `STRICT`: it is an error if there is not one row.
        strict: bool,
    },
    /// `EXECUTE text USING …` of a query, and where the values of its first row go.
    Execute {
        /// The text.
        text: Expr,
        /// What `$1` and the others are in it.
        using: Vec<Expr>,
        /// Where the values go.
        into: Vec<Place>,
    },
    /// `FOREACH variable IN ARRAY TG_ARGV`: steps for each of the trigger's arguments.
    Each(Ident, Vec<TriggerStep>),
}

/// What an assignment of a trigger's function changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A variable.
    Variable(Ident),
    /// A column of `NEW`.
    Column(Ident),
}

/// A variable of a trigger's function. It is NULL until it is set.
#[derive(Debug, Clone, PartialEq)]
pub struct Variable {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
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
    /// Whether steps do nothing but give columns values that `is_own` says they have, and write the row.
    pub(super) fn keep_rows(steps: &[Self], is_own: &dyn Fn(&Ident, &Expr) -> bool) -> bool {
        steps.iter().all(|step| match step {
            Self::If { whens, otherwise } => {
                let mut under = whens.iter().map(|(_, steps)| steps).chain([otherwise]);
                under.all(|steps| Self::keep_rows(steps, is_own))
            }
            Self::Return(returned) => *returned == Returned::New,
            Self::Set(Place::Column(name), value) => is_own(name, value),
            _ => false,
        })
    }

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
                Self::Set(_, value) => f(Part::Expr(value)),
                Self::Ask { query, .. } => f(Part::Query(query)),
                Self::Execute { text, using, .. } => {
                    f(Part::Expr(text));
                    using.iter().for_each(|value| f(Part::Expr(value)));
                }
                Self::Each(_, steps) => Self::each(steps, f),
                Self::Raise(_) | Self::Return(_) => {}
            }
        }
    }

    /// Whether steps run a statement.
    #[must_use]
    pub fn run(steps: &[Self]) -> bool {
        steps.iter().any(|step| match step {
            Self::Run(_) => true,
            Self::If { whens, otherwise } => {
                whens.iter().any(|(_, steps)| Self::run(steps)) || Self::run(otherwise)
            }
            Self::Each(_, steps) => Self::run(steps),
            Self::Raise(_)
            | Self::Return(_)
            | Self::Set(..)
            | Self::Ask { .. }
            | Self::Execute { .. } => false,
        })
    }

    /// The columns of `NEW` that steps set.
    #[must_use]
    pub fn sets(steps: &[Self]) -> Vec<&Ident> {
        let mut all = Vec::new();
        for step in steps {
            let places: &[Place] = match step {
                Self::Set(place, _) => std::slice::from_ref(place),
                Self::Ask { into, .. } | Self::Execute { into, .. } => into,
                Self::If { whens, otherwise } => {
                    all.extend(whens.iter().flat_map(|(_, steps)| Self::sets(steps)));
                    all.extend(Self::sets(otherwise));
                    &[]
                }
                Self::Each(_, steps) => {
                    all.extend(Self::sets(steps));
                    &[]
                }
                Self::Raise(_) | Self::Run(_) | Self::Return(_) => &[],
            };
            all.extend(places.iter().filter_map(|place| match place {
                Place::Column(name) => Some(name),
                Place::Variable(_) => None,
            }));
        }
        all
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
