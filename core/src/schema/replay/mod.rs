//! Replay: changes applied to the model by the rules of the engine that they were written for.
//!
//! The engine's own rules, not an approximation of them: the names that it generates, what it
//! drops along, what a rename carries with it and what it leaves. A change that the engine would
//! refuse is a [`ReplayProblem`], and leaves the model as it was.
//!
//! # Invariants
//!
//! - A change costs what the things that it touches cost, however much else the schema holds.
//! - The effects of a change, carried out in their order, are all that it did to the schema.
//! - A table that a statement names which only its engine understands is marked as opaque: it is
//!   never taken for known again.

mod alter;
mod alter_column;
mod constraint;
mod create;
mod data;
mod domain;
mod drop;
mod index;
mod member;
mod mysql;
mod naming;
mod partition;
mod problem;
mod record;
mod rename;
mod resolve;
mod resting;
mod rules;
mod sequence;
mod spelling;
mod sqlite;
mod trigger;
mod types;
mod view;

#[cfg(test)]
mod tests;

pub use naming::generated_name;

use problem::Step;
use record::Record;
use resolve::Session;
use rules::Rules;
use std::collections::HashSet;
pub(super) use trigger::{PARTITIONED, RENAMED};

use super::{
    Change, CommentTarget, Effect, Function, Ident, Map, Name, Opaque, ReplayProblem, Schema,
    Table, Trigger, Type, View,
};
use crate::sql::Syntax;

/// A schema, and the rules of the engine that holds it.
///
/// ```
/// use aludel::schema::{Change, ColumnDef, ConstraintDef, CreateTable, Name, Replay, Type};
/// use aludel::sql::Syntax;
///
/// let mut id = ColumnDef::new("id", Type::INTEGER);
/// id.constraints.push(ConstraintDef::primary_key(["id".to_owned()]));
/// let mut table = CreateTable::new(Name::bare("accounts"));
/// table.columns.push(id);
///
/// let mut replay = Replay::new(Syntax::Postgres);
/// let effects = replay.apply(&Change::CreateTable(Box::new(table)))?;
/// assert_eq!(effects.len(), 1);
/// let table = replay.schema().table(&Name::bare("accounts")).expect("created");
/// assert_eq!(table.constraints[0].name.as_deref(), Some("accounts_pkey"));
/// assert!(!table.columns[0].nullable);
/// # Ok::<(), aludel::schema::ReplayProblem>(())
/// ```
#[derive(Debug, Clone)]
pub struct Replay {
    syntax: Syntax,
    rules: Rules,
    flavour: mysql::Flavour,
    /// MySQL's `REFERENCES` in a column is a foreign key.
    refers_in_columns: bool,
    /// Indexes that foreign keys brought (MySQL): they give way to any that does their work.
    generated: HashSet<(Name, Ident)>,
    schema: Schema,
    /// What is known of functions (PostgreSQL).
    functions: Map<Name, Function>,
    /// The types of what functions give, by their names without the schema; `None` if there may be several.
    returns: Map<Ident, Option<Type>>,
    /// Triggers that are switched off: they are not there until they are switched on again.
    resting: Vec<Trigger>,
    session: Session,
    record: Record,
}

impl Replay {
    /// An empty schema.
    pub fn new(syntax: Syntax) -> Self {
        let schema = match syntax {
            Syntax::Sqlite => Schema::ignoring_case(),
            Syntax::Postgres | Syntax::Mysql => Schema::default(),
        };
        Self::on(syntax, schema)
    }

    /// Goes on from a schema that is known: by introspection, or by lowering.
    pub fn on(syntax: Syntax, schema: Schema) -> Self {
        Self {
            syntax,
            rules: Rules::of(syntax),
            flavour: mysql::Flavour::default(),
            refers_in_columns: false,
            generated: HashSet::new(),
            schema,
            functions: Map::default(),
            returns: Map::default(),
            resting: Vec::new(),
            session: Session::default(),
            record: Record::default(),
        }
    }

    /// By the rules of a flavour, where those of a family differ: `mariadb`.
    #[must_use]
    pub fn flavour(mut self, flavour: &str) -> Self {
        self.flavour = match flavour {
            "mariadb" => mysql::Flavour::Mariadb,
            _ => mysql::Flavour::Mysql,
        };
        self.refers_in_columns = self.flavour == mysql::Flavour::Mariadb;
        self
    }

    /// By the rules of a version of its flavour.
    #[must_use]
    pub fn version(mut self, version: (u32, u32)) -> Self {
        self.refers_in_columns |= self.syntax == Syntax::Mysql && version >= (9, 0);
        self
    }

    /// Whether a constraint of a column is read and forgotten.
    pub(crate) fn forgets(&self, constraint: &super::ConstraintDef) -> bool {
        constraint.in_column && !self.refers_in_columns
    }

    /// What the engine holds now.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the engine holds in the end.
    pub fn into_schema(self) -> Schema {
        self.schema
    }

    /// What the engine holds now, to be changed from outside.
    pub fn schema_mut(&mut self) -> &mut Schema {
        &mut self.schema
    }

    /// A script has ended: settings of its session go back to what they were, and temporary
    /// tables are gone.
    pub fn end_script(&mut self) {
        let session = std::mem::take(&mut self.session);
        for table in session.temporary {
            self.schema.remove_table(&table);
        }
    }

    /// Applies one change, and says what came of it: what has to be done, and in which order.
    ///
    /// A statement on rows has no effects.
    ///
    /// # Errors
    ///
    /// If the engine would refuse the change. The schema is then what it was before.
    pub fn apply(&mut self, change: &Change) -> Result<Vec<Effect>, ReplayProblem> {
        let change = self.respelled(change);
        let step = match self.syntax {
            Syntax::Mysql => self.mysql_step(&change),
            Syntax::Postgres | Syntax::Sqlite => None,
        };
        match step.unwrap_or_else(|| self.step(&change)) {
            Ok(()) => {
                self.follow_partitioned();
                Ok(self.record.finish(&self.schema))
            }
            Err(problem) => {
                self.record.undo(&mut self.schema);
                Err(problem)
            }
        }
    }

    fn step(&mut self, change: &Change) -> Step {
        match change {
            Change::CreateTable(table) => self.create_table(table),
            Change::DropTables {
                tables,
                if_exists,
                cascade,
            } => self.drop_tables(tables, *if_exists, *cascade),
            Change::AlterTable {
                table,
                if_exists,
                actions,
            } => self.alter_table(table, *if_exists, actions),
            Change::CreateIndex(index) => self.create_index(index),
            Change::DropIndexes {
                names,
                if_exists,
                cascade,
                ..
            } => self.drop_indexes(names, *if_exists, *cascade),
            Change::RenameIndex {
                name,
                if_exists,
                to,
            } => self.rename_index(name, *if_exists, to),
            Change::CreateEnum(ty) => self.create_enum(ty),
            Change::CreateDomain(domain) => self.create_domain(domain),
            Change::AlterDomain { name, change } => self.alter_domain(name, change),
            Change::AddEnumMember {
                name,
                member,
                if_not_exists,
                place,
            } => self.add_member(name, member, *if_not_exists, place.as_ref()),
            Change::RenameEnumMember { name, from, to } => self.rename_member(name, from, to),
            Change::RenameType { name, to } => self.rename_type(name, to),
            Change::DropTypes { names, cascade, .. } => self.drop_types(names, *cascade),
            Change::CreateSequence {
                name,
                if_not_exists,
                options,
                owned_by,
            } => self.create_sequence(name, *if_not_exists, options, owned_by.as_ref()),
            Change::AlterSequence {
                name,
                if_exists,
                change,
            } => self.alter_sequence(name, *if_exists, change),
            Change::DropSequences {
                names,
                if_exists,
                cascade,
            } => self.drop_sequences(names, *if_exists, *cascade),
            Change::CreateView(view) => self.create_view(view),
            Change::DropViews {
                names,
                if_exists,
                cascade,
                ..
            } => self.drop_views(names, *if_exists, *cascade),
            Change::RenameView {
                name,
                if_exists,
                to,
            } => self.rename_view(name, *if_exists, to),
            Change::Comment { on, text } => self.comment(on, text.as_deref()),
            Change::CreateSchema {
                name,
                if_not_exists,
            } => self.create_schema(name, *if_not_exists),
            Change::DropSchemas {
                names,
                if_exists,
                cascade,
            } => self.drop_schemas(names, *if_exists, *cascade),
            Change::SearchPath(path) => {
                self.set_search_path(path);
                Ok(())
            }
            Change::CreateTrigger {
                name,
                table,
                text,
                does,
            } => self.create_trigger(name, table, text, does.as_deref()),
            Change::CreateFunction {
                name,
                returns,
                does,
                ..
            } => {
                self.function_gives(&name.name, returns.as_ref());
                self.create_function(name, does);
                Ok(())
            }
            Change::RenameFunction { function, to } => self.rename_function(function, to),
            Change::DropFunctions { functions, cascade } => {
                self.drop_functions(functions, *cascade)
            }
            Change::DropTrigger {
                name,
                table,
                if_exists,
            } => self.drop_trigger(name, table.as_ref(), *if_exists),
            Change::RenameTrigger { name, table, to } => self.rename_trigger(name, table, to),
            Change::Opaque(opaque) => {
                self.mark(opaque);
                Ok(())
            }
            Change::Setting { name, value } => {
                self.note_setting(name, value.as_deref());
                Ok(())
            }
            Change::Transaction(_) | Change::Data(_) | Change::Ignored(_) => Ok(()),
        }
    }

    fn comment(&mut self, on: &CommentTarget, text: Option<&str>) -> Step {
        let text = text.filter(|text| !text.is_empty()).map(str::to_owned);
        match on {
            CommentTarget::Table(name) => {
                let name = self.table(name)?.name.clone();
                self.edit(&name, |table| table.comment = text);
            }
            CommentTarget::Column(name, column) => {
                // A view's columns have comments too, which the model does not hold.
                if self.find_view(name).is_some() {
                    return Ok(());
                }
                let table = self.table(name)?;
                let place = self.column_of(table, column)?;
                let name = table.name.clone();
                self.edit(&name, |table| table.columns[place].comment = text);
            }
            CommentTarget::Index(name) => return self.comment_index(name, text),
            CommentTarget::Other(_) => {}
        }
        Ok(())
    }

    /// Marks the tables that a statement names which no replay understands, and notes those that
    /// it makes.
    fn mark(&mut self, opaque: &Opaque) {
        for name in &opaque.tables {
            let found = self.found(name);
            if self.schema.table(&found).is_some() {
                self.edit(&found, |table| {
                    table.opaque.get_or_insert_with(|| opaque.what.clone());
                });
            } else if self.schema.relation(&found).is_none() && opaque.what.starts_with("CREATE") {
                self.make_opaque(found, &opaque.what);
            }
        }
    }

    /// A table or view of which nothing is known but that it is there.
    fn make_opaque(&mut self, name: Name, what: &str) {
        if what.ends_with("VIEW") {
            self.set_view(
                None,
                Some(View {
                    name,
                    columns: Vec::new(),
                    query: None,
                    text: String::new(),
                    materialized: what.contains("MATERIALIZED"),
                    reads: Vec::new(),
                    indexes: Vec::new(),
                }),
            );
        } else if what.ends_with("TABLE") {
            let mut table = Table::new(name);
            table.opaque = Some(what.to_owned());
            self.put_new_table(table);
        }
    }
}

/// What PostgreSQL calls an expression's result.
pub(super) fn figure(expr: &super::Expr) -> Option<super::Ident> {
    naming::figure(expr).map(|(name, _)| name)
}

/// Where a column stands in a table.
fn place_of(table: &Table, column: &str) -> Option<usize> {
    table.columns.iter().position(|c| c.name == column)
}
