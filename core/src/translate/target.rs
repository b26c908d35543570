//! What a dialect does to be a target of translations.

use crate::schema::{
    DataStatement, Effect, Expr, Ident, Numbers, Query, Schema, Table, Trigger, View,
};
use crate::sql::Syntax;

/// The rendering half of a dialect. Pure; all of its text is SQL of one server.
///
/// Every method that meets something it has no faithful form for answers with refusals, all of
/// them, not the first.
pub trait Target: Send + Sync {
    /// The table as this engine holds it: its types, its constraints, its indexes, its names.
    /// What the engine has no counterpart for, and that is on the closed list, is an omission.
    ///
    /// `authored` is the schema that the table is part of: enums, sequences, referenced tables;
    /// `source` is the dialect in whose meaning its expressions stand.
    ///
    /// # Errors
    ///
    /// What cannot be held faithfully.
    fn lower(
        &self,
        table: &Table,
        authored: &Schema,
        source: Syntax,
    ) -> Result<Lowered, Vec<Refusal>>;

    /// Whether several changes to one table within a revision are gathered and rendered as one.
    /// An engine that copies the whole table for an alteration says yes.
    fn folds(&self) -> bool;

    /// What a session says first in which foreign keys are enforced, if the engine leaves that to sessions:
    /// a script that is written for others to run begins with it where it relies on them.
    fn enforcing(&self) -> Option<&str> {
        None
    }

    /// The names, in lower case, of the functions that the engine has of its own, in any of its
    /// versions: a call of one of them means the engine's. `None`: that is not known.
    fn functions(&self) -> Option<Vec<&str>> {
        None
    }

    /// The statement that fails, and says `message` if the engine lets it, where a table that the
    /// target holds has rows, and does nothing where it has none. `None`: there is no such
    /// statement.
    fn assert_empty(&self, table: &Table, message: &str, scope: &DataScope<'_>) -> Option<String> {
        let _ = (table, message, scope);
        None
    }

    /// The statement that fails, and says `message` if the engine lets it, where a query in the
    /// authored meaning gives a row, and does nothing where it gives none.
    ///
    /// # Errors
    ///
    /// Every expression that has no faithful form, or that there is no such statement.
    fn assert_none(
        &self,
        query: &Query,
        message: &str,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>> {
        let _ = (query, message, scope);
        let why = "an error that is raised where there are rows has no form here";
        Err(vec![Refusal::new("no-form", why)])
    }

    /// The statements that turn a table's state before into its state after.
    ///
    /// # Errors
    ///
    /// What cannot be done without losing something.
    fn table(&self, change: &TableChange<'_>) -> Result<Rendered, Vec<Refusal>>;

    /// The statements for a view's change. The last one creates the view; in the schema that the
    /// target holds, that statement is the view's [`View::text`].
    ///
    /// # Errors
    ///
    /// If its query has no form here.
    fn view(
        &self,
        before: Option<&View>,
        after: Option<&View>,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>>;

    /// The statements for a change of something else than tables and views, given what the
    /// target holds: an enum that is a type of its own, a sequence. The tables that use it are
    /// rendered apart.
    ///
    /// # Errors
    ///
    /// If the engine has nothing of the kind and does not need it for the tables either.
    fn other(&self, effect: &Effect, scope: &DataScope<'_>) -> Result<Rendered, Vec<Refusal>>;

    /// Whether a row that is inserted may be written once more for a trigger that sets columns, which
    /// runs what there is for UPDATE.
    fn writes_again(&self, trigger: &Trigger, scope: &DataScope<'_>) -> bool {
        let _ = (trigger, scope);
        true
    }

    /// A statement on rows.
    ///
    /// # Errors
    ///
    /// Every expression that has no faithful form.
    fn data(
        &self,
        statement: &DataStatement,
        scope: &DataScope<'_>,
    ) -> Result<Rendered, Vec<Refusal>>;
}

/// What is known where an expression or a statement is rendered.
#[derive(Debug, Clone, Copy)]
pub struct DataScope<'a> {
    /// The schema as the authored engine holds it at this point: the types of columns.
    pub authored: &'a Schema,
    /// The dialect in whose meaning authored expressions stand: what `/` does to integers, what
    /// equals what in texts.
    pub source: Syntax,
    /// The schema as the target holds it at this point.
    pub target: &'a Schema,
}

/// A table as a target holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lowered {
    /// The table.
    pub table: Table,
    /// What it lacks.
    pub omissions: Vec<Omission>,
}

/// A table before and after, both as the target holds them.
#[derive(Debug, Clone)]
pub struct TableChange<'a> {
    /// What the target holds before; `None`: create it.
    pub before: Option<&'a Table>,
    /// What it is to hold after; `None`: drop it.
    pub after: Option<&'a Table>,
    /// The authored table before the first of the changes that are rendered together: lowered
    /// types do not say whether a text was a uuid, an array or an enum. `None` if there is none.
    pub authored_before: Option<&'a Table>,
    /// The authored table after the last of them.
    pub authored_after: Option<&'a Table>,
    /// Where each column of `after` comes from, in its order. Empty if there is no `before`.
    pub columns: Vec<ColumnOrigin>,
    /// Triggers of the table that have to be there afterwards, in the target's dialect.
    pub triggers: Vec<&'a Trigger>,
    /// The table was made by the very script that changes it, which has said nothing of rows and
    /// numbers in between: it has no row, and has given no number.
    pub unused: bool,
    /// The table was made by the very script that changes it, whatever that has said since: nobody else
    /// has changed it.
    pub own: bool,
    /// The schemas *after* the change, for types and for what refers to the table.
    pub scope: DataScope<'a>,
}

impl TableChange<'_> {
    /// Whether a column takes its numbers from another sequence than before the change, and so not
    /// from where that had come to.
    #[must_use]
    pub fn counts_anew(&self, column: &str) -> bool {
        let origin = self.columns.iter().find(|origin| origin.column == column);
        let from = origin.and_then(|origin| origin.from.as_ref());
        let before = from.and_then(|from| self.authored_before?.column(from));
        let after = self.authored_after.and_then(|table| table.column(column));
        match (before.and_then(Numbers::of), after.and_then(Numbers::of)) {
            (Some(before), Some(after)) => before.are_others(&after, self.scope.authored),
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }
}

/// Where a column's values come from.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnOrigin {
    /// The column after.
    pub column: Ident,
    /// The column before; `None`: it is new.
    pub from: Option<Ident>,
    /// How its values are made, in the authored dialect's meaning and with the names of columns
    /// of `authored_before`: converted (`USING`), or, if it is new, what the rows that are there
    /// get (the default that it had when it was added). `None`: as the type's change implies;
    /// NULL if it is new, unless it numbers or computes itself.
    pub using: Option<Expr>,
}

/// Statements, and what must stand outside their transaction.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Rendered {
    /// To be run before the revision's transaction begins (`PRAGMA foreign_keys = OFF`).
    pub before: Vec<String>,
    /// In order, without terminators.
    pub statements: Vec<String>,
    /// To be run at the end of the revision's transaction, once (`PRAGMA foreign_key_check`).
    pub check: Vec<String>,
    /// To be run after the transaction, also if it failed.
    pub after: Vec<String>,
    /// What was left out.
    pub omissions: Vec<Omission>,
    /// Tables that the statements change along, as the target holds them afterwards: those whose
    /// foreign keys want the type that a column of this one gets, or go and come with it; the table
    /// at hand itself, where it is held otherwise than it was lowered (the order of its columns).
    pub along: Vec<Table>,
}

/// Something that has no faithful form in the target.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Refusal {
    /// A stable code: `no-such-function`, `rebuild-unsafe` …
    pub code: &'static str,
    /// What, in lower case: "`ts_rank` has no counterpart on sqlite".
    pub message: String,
    /// What to write instead, where there is more to say than "an override".
    pub help: Option<String>,
}

/// Something that was left out, from the closed list of `docs/translation.md`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Omission {
    /// The list's code: `extension`, `comment`, `index-method` …
    pub code: &'static str,
    /// What was left out, in lower case: "index `docs_body_idx` (gin)".
    pub message: String,
}

impl Refusal {
    /// A refusal with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            help: None,
        }
    }

    /// Says what to write instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl Omission {
    /// An omission with a code and a message.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}
