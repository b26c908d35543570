//! Triggers, and what those do whose function is understood.

use std::sync::Arc;

use super::{
    Assignment, BinaryOp, Column, Expr, Fails, Ident, Name, Part, PartMut, RowConstraint, Table,
    TriggerEvent, TriggerStep, Type, Variable,
};

/// A trigger: kept as text, in the dialect of the engine that holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Trigger {
    /// Its name.
    pub name: Ident,
    /// On which table.
    pub table: Name,
    /// The statement that creates it.
    pub text: String,
    /// What it does, if it calls a function (PostgreSQL).
    pub does: Option<Arc<RowTrigger>>,
}

/// What a trigger that calls a function does for a row that changes, as far as it is understood.
///
/// Understood is `BEFORE INSERT OR UPDATE … FOR EACH ROW` with a function that only sets columns, or any
/// `FOR EACH ROW` with one that raises errors, runs statements on rows and sets columns, with variables.
#[derive(Debug, Clone, PartialEq)]
pub struct RowTrigger {
    /// What the trigger is called: `TG_NAME`. `None`: that is not told.
    pub name: Option<Ident>,
    /// The function.
    pub function: Name,
    /// What the trigger hands to it: `TG_ARGV`.
    pub arguments: Vec<String>,
    /// What the function consists of.
    pub code: String,
    /// It runs before the row is written, else after.
    pub before: bool,
    /// For what it runs; empty if it does not run for each row.
    pub events: Vec<TriggerEvent>,
    /// Only where a statement sets one of these columns; empty: whichever it sets.
    pub of: Vec<Ident>,
    /// Only where this holds. [`NEW`] and [`OLD`] are the row after and before, their columns
    /// qualified by them; each alone is the whole row.
    pub condition: Option<Expr>,
    /// What the columns get instead of what the statement gave them, all at once.
    pub sets: Vec<Assignment>,
    /// Where `condition` does not hold, which compares the whole rows, the row before is written: the
    /// two are equal.
    pub or_old: bool,
    /// The variables of `steps`.
    pub variables: Vec<Variable>,
    /// What it does else; then `condition` is that of the trigger's own `WHEN`.
    pub steps: Vec<TriggerStep>,
    /// It also tells listeners of the change.
    pub tells: bool,
    /// Some of what it says of `NEW` is said of a copy of it, which has no columns where there is no row.
    pub copies: bool,
    /// Why it is not understood. Then it may do anything.
    pub unclear: Option<String>,
    /// It is none of the scripts': it stands for a constraint, and does nothing but fail. Then it has no
    /// `steps`, and nothing else.
    pub constraint: Option<Box<RowConstraint>>,
    /// The events for which a target has no form of it.
    pub fails: Option<Fails>,
}

/// What a function of PostgreSQL's is to a migration.
#[derive(Debug, Clone, PartialEq)]
pub enum Function {
    /// `RETURNS trigger`: nothing but a trigger can call it.
    Trigger(TriggerFunction),
    /// It only executes statements of definition that are made of its one argument, which stands
    /// between these parts of their text.
    Defines(Vec<Vec<String>>),
    /// It gives one expression of its arguments.
    Value(Box<ValueFunction>),
    /// Code that anybody may call.
    Code,
    /// An aggregate: code that looks at several rows, and gives one of none.
    Aggregate,
}

/// A function in SQL that gives one expression of its arguments.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueFunction {
    /// The types of its arguments; of one that may be of any, [`ValueFunction::ANY`].
    pub parameters: Vec<Type>,
    /// The type of what it gives.
    pub returns: Type,
    /// Whether it gives NULL for any NULL.
    pub strict: bool,
    /// What it gives; its arguments are columns ([`ValueFunction::argument`]).
    pub body: Expr,
}

impl ValueFunction {
    /// The name of the type of an argument that may be of any, and of a value that is of the same then.
    pub const ANY: &str = "anyelement";

    /// Whether a type of its arguments, or of what it gives, is any.
    #[must_use]
    pub fn is_any(ty: &Type) -> bool {
        matches!(ty, Type::Other(name) if name == Self::ANY)
    }

    /// What the argument of a number, from 1, is called in the body.
    #[must_use]
    pub fn argument(number: usize) -> Ident {
        format!("${number}")
    }
}

/// What a trigger's function does.
#[derive(Debug, Clone, PartialEq)]
pub struct TriggerFunction {
    /// What it consists of.
    pub code: String,
    /// The columns of the rows that its code names, wherever they are the same for each table.
    pub columns: Vec<Ident>,
    /// What it does; or why that is not understood.
    pub does: Result<TriggerDoes, String>,
}

/// What a trigger's function does, as far as it is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum TriggerDoes {
    /// It only tells somebody of the change; by these steps, where they are understood.
    Tells(Option<TriggerCode>),
    /// It only sets columns of the row.
    Sets(RowSets),
    /// It raises errors, runs statements, and sets columns.
    Steps(TriggerCode),
}

/// Columns of a row that are set, all at once.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowSets {
    /// Only where this holds.
    pub condition: Option<Expr>,
    /// What is set.
    pub sets: Vec<Assignment>,
    /// [`RowTrigger::or_old`].
    pub or_old: bool,
}

/// The code of a trigger's function, step by step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TriggerCode {
    /// Its variables.
    pub variables: Vec<Variable>,
    /// What it does.
    pub steps: Vec<TriggerStep>,
    /// It also tells listeners of the change.
    pub tells: bool,
    /// [`RowTrigger::copies`].
    pub copies: bool,
}

/// What qualifies columns of the row after the change, in a trigger.
pub const NEW: &str = "new";
/// What qualifies columns of the row before the change, in a trigger.
pub const OLD: &str = "old";

impl Trigger {
    /// Whether it runs for an event, as far as is known.
    #[must_use]
    pub fn runs_for(&self, event: TriggerEvent) -> bool {
        let does = self.does.as_ref();
        does.is_none_or(|does| {
            let known = does.unclear.is_none() || does.is_guard();
            !known || does.events.contains(&event)
        })
    }
}

/// The trigger function of the extension of that name, which sets the column that it is given.
const MODDATETIME: &str = "moddatetime";

impl TriggerFunction {
    /// What a function that no script has made does for a trigger, if an extension has it.
    pub(super) fn of_extension(trigger: &RowTrigger) -> Option<Self> {
        let [column] = trigger.arguments.as_slice() else {
            return None;
        };
        let sets = RowSets {
            sets: vec![Assignment {
                columns: vec![column.clone()],
                value: Expr::call("now", []),
            }],
            ..RowSets::default()
        };
        let only = trigger.before && trigger.events == [TriggerEvent::Update];
        (trigger.function.name == MODDATETIME).then(|| Self {
            code: String::new(),
            columns: Vec::new(),
            does: match only {
                true => Ok(TriggerDoes::Sets(sets)),
                false => Err("`moddatetime` fails but BEFORE UPDATE".into()),
            },
        })
    }

    /// Whether it only tells somebody of the change.
    #[must_use]
    pub fn tells_only(&self) -> bool {
        matches!(&self.does, Ok(TriggerDoes::Tells(_)))
    }
}

impl RowTrigger {
    /// Whether it does nothing to any row.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.unclear.is_none()
            && self.sets.is_empty()
            && self.steps.is_empty()
            && self.constraint.is_none()
    }

    /// Whether it gives columns nothing but the values that they have, if anything.
    pub(super) fn keeps_rows(&self) -> bool {
        let own = |name: &Ident, value: &Expr| matches!(value, Expr::Column { table: Some(row), column } if row.name == NEW && column == name);
        let sets = self.sets.iter().all(|set| match set.columns.as_slice() {
            [name] => own(name, &set.value),
            _ => false,
        });
        self.unclear.is_none() && sets && TriggerStep::keep_rows(&self.steps, &own)
    }

    /// A trigger's call, with what the function does; `text` creates the trigger.
    #[must_use]
    pub fn calling(self, function: Option<&TriggerFunction>, text: &str) -> Self {
        let mut does = self.with(function);
        // When and for which rows it runs is of no account.
        if function.is_some_and(TriggerFunction::tells_only) && Self::runs_after(text) {
            does.unclear = None;
            does.of = Vec::new();
            does.condition = None;
            does.steps = Vec::new();
        }
        does
    }

    fn with(mut self, function: Option<&TriggerFunction>) -> Self {
        let Some(function) = function else {
            self.unclear
                .get_or_insert_with(|| "its function is not known".to_owned());
            return self;
        };
        self.code.clone_from(&function.code);
        match &function.does {
            Err(why) => {
                self.unclear.get_or_insert_with(|| why.clone());
            }
            Ok(TriggerDoes::Tells(None)) => {
                self.unclear
                    .get_or_insert_with(|| "it tells of a change before it".to_owned());
            }
            Ok(TriggerDoes::Tells(Some(code)) | TriggerDoes::Steps(code)) => {
                self.variables.clone_from(&code.variables);
                self.steps.clone_from(&code.steps);
                self.tells = code.tells;
                self.copies = code.copies;
            }
            Ok(TriggerDoes::Sets(row)) => {
                if !self.before || self.events.contains(&TriggerEvent::Delete) {
                    self.unclear.get_or_insert_with(|| {
                        "it sets columns, and does not only run BEFORE INSERT or UPDATE".to_owned()
                    });
                }
                self.sets.clone_from(&row.sets);
                self.or_old = row.or_old;
                self.condition = match (self.condition.take(), row.condition.clone()) {
                    (Some(a), Some(b)) => Some(Expr::binary(a, BinaryOp::And, b)),
                    (a, b) => a.or(b),
                };
                if self.unclear.is_none() {
                    self.unclear = self.unsteady();
                }
            }
        }
        self
    }

    /// Why a function of an extension's fails for a table, if it does.
    pub(super) fn mistaken(&self, table: &Table) -> Option<String> {
        let of_extension = self.function.name == MODDATETIME && self.code.is_empty();
        let mut set = self.set_columns().into_iter();
        let is_moment = |name: &Ident| {
            let column = table.column(name);
            column.is_none_or(|column| matches!(column.ty, Type::Timestamp { .. }))
        };
        let column = set.find(|name| of_extension && !is_moment(name))?;
        Some(format!("`{MODDATETIME}` fails: `{column}` is no timestamp"))
    }

    /// The columns of the row that it sets.
    #[must_use]
    pub fn set_columns(&self) -> Vec<&Ident> {
        let mut all: Vec<&Ident> = self.sets.iter().flat_map(|set| &set.columns).collect();
        all.extend(TriggerStep::sets(&self.steps));
        all
    }

    /// A condition of it for a table as it is: whole rows are compared column by column.
    ///
    /// # Errors
    ///
    /// What of the table has no value yet when the trigger runs, or is not there.
    pub fn condition_on(
        &self,
        table: &Table,
        condition: Option<Expr>,
    ) -> Result<Option<Expr>, String> {
        for assignment in &self.sets {
            for name in &assignment.columns {
                match table.column(name) {
                    None => return Err(format!("`{}` has no column `{name}`", table.name)),
                    Some(column) if column.generated.is_some() => {
                        return Err(format!("the column `{name}` is generated"));
                    }
                    Some(_) => {}
                }
            }
        }
        if let Some(column) = self.or_old.then(|| equal_and_other(table)).flatten() {
            return Err(format!(
                "it writes the row before where the two are equal, and `{}` may be another then",
                column.name
            ));
        }
        let mut problem = None;
        let values = self.sets.iter().map(|set| &set.value);
        for expr in values.chain(&condition) {
            walk(expr, &mut |expr| {
                if let Some(Expr::Column {
                    table: Some(_),
                    column: name,
                }) = expr
                {
                    let column = table.column(name);
                    if column.is_none_or(|column| column.generated.is_some()) {
                        problem = Some(format!("`{}` has no value of `{name}` yet", table.name));
                    }
                }
            });
        }
        let mut condition = condition;
        if let Some(condition) = &mut condition {
            whole_rows(condition, table, &mut problem);
        }
        problem.map_or(Ok(condition), Err)
    }

    /// Whether it names a column.
    pub(super) fn names(&self, column: &str) -> bool {
        let mut found = self.of.iter().any(|of| of == column);
        for expr in self
            .sets
            .iter()
            .map(|set| &set.value)
            .chain(&self.condition)
        {
            walk(expr, &mut |expr| {
                found |= matches!(expr, Some(Expr::Column { column: name, .. }) if name == column);
            });
        }
        found
    }

    /// The columns that it names, of a table; all of them if it names the whole row.
    pub fn columns<'t>(&self, table: &'t Table) -> Vec<&'t Ident> {
        let mut names: Vec<Ident> = self.of.clone();
        let mut whole = false;
        names.extend(self.sets.iter().flat_map(|set| set.columns.iter().cloned()));
        for expr in self
            .sets
            .iter()
            .map(|set| &set.value)
            .chain(&self.condition)
        {
            walk(expr, &mut |expr| match expr {
                Some(Expr::Column {
                    table: None,
                    column,
                }) => whole |= column == NEW,
                Some(Expr::Column { column, .. }) => names.push(column.clone()),
                _ => {}
            });
        }
        let columns = table.columns.iter().map(|column| &column.name);
        columns
            .filter(|name| whole || names.contains(name))
            .collect()
    }
}

/// A column whose values may be equal and yet others: `1.0` and `1.00`, texts without regard to case.
fn equal_and_other(table: &Table) -> Option<&Column> {
    let is_one = |column: &&Column| {
        !matches!(
            column.ty,
            Type::Boolean
                | Type::SmallInt { .. }
                | Type::Integer { .. }
                | Type::BigInt { .. }
                | Type::Text
                | Type::Varchar(_)
                | Type::Name
                | Type::Uuid
                | Type::Blob
                | Type::Date
                | Type::Timestamp { .. }
                | Type::Enum(_)
        )
    };
    table.columns.iter().find(is_one)
}

/// `NEW IS [NOT] DISTINCT FROM OLD` by columns; nothing else may be asked of a whole row.
pub(crate) fn whole_rows(expr: &mut Expr, table: &Table, problem: &mut Option<String>) {
    compared_rows(expr, table, problem);
    walk(expr, &mut |expr| {
        if let Some(Expr::Column {
            table: None,
            column,
        }) = expr
        {
            *problem = Some(match [NEW, OLD].contains(&column.as_str()) {
                true => "a whole row is asked for more than whether it is another".into(),
                false => format!("what `{column}` is, is not known"),
            });
        }
    });
}

/// `NEW IS [NOT] DISTINCT FROM OLD` by columns.
pub(crate) fn compared_rows(expr: &mut Expr, table: &Table, problem: &mut Option<String>) {
    if let Expr::IsDistinct {
        left,
        right,
        negated,
    } = expr
        && let (
            Expr::Column {
                table: None,
                column: left,
            },
            Expr::Column {
                table: None,
                column: right,
            },
        ) = (&**left, &**right)
        && [left.as_str(), right.as_str()]
            .iter()
            .all(|row| [NEW, OLD].contains(row))
        && left != right
    {
        for column in &table.columns {
            if column.generated.is_some() {
                *problem = Some(format!("`{}` has no value yet", column.name));
            } else if column.ty == Type::Json {
                *problem = Some(format!(
                    "`{}` is a json, which PostgreSQL does not compare",
                    column.name
                ));
            }
        }
        let of = |row: &str, column: &str| {
            Box::new(Expr::Column {
                table: Some(Name::bare(row)),
                column: column.to_owned(),
            })
        };
        let (op, negated) = if *negated {
            (BinaryOp::And, true)
        } else {
            (BinaryOp::Or, false)
        };
        let each = table.columns.iter().map(|column| Expr::IsDistinct {
            left: of(NEW, &column.name),
            right: of(OLD, &column.name),
            negated,
        });
        if let Some(all) = each.reduce(|all, one| Expr::binary(all, op, one)) {
            *expr = all;
        }
        return;
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            compared_rows(expr, table, problem);
        }
    });
}

/// Calls `f` with an expression and all within it; with nothing for a query.
pub(super) fn walk(expr: &Expr, f: &mut dyn FnMut(Option<&Expr>)) {
    f(Some(expr));
    expr.parts(&mut |part| match part {
        Part::Expr(expr) => walk(expr, f),
        Part::Query(_) | Part::Table(_) | Part::Data(_) => f(None),
    });
}
