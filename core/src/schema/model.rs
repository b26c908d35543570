//! What a schema holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::{Expr, Ident, Name, Nulls, Query, Type};

/// A whole schema: of the authored engine by replay, of any engine by introspection, or of a
/// target by lowering.
///
/// The engine's default schema (`public`, the connected database) is not written: a [`Name`] in
/// it has no schema. Tables are shared, so that holding one from before a change costs nothing.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    pub(super) tables: BTreeMap<Name, Arc<Table>>,
    pub(super) enums: BTreeMap<Name, EnumType>,
    pub(super) sequences: BTreeMap<Name, Sequence>,
    /// In the order of their creation, which is an order of their dependencies.
    pub(super) views: Vec<View>,
    pub(super) triggers: Vec<Trigger>,
    /// Which table an index stands on, by the index's name where such names are unique.
    pub(super) index_tables: HashMap<Name, Name>,
    /// Tables by the tables that their foreign keys refer to.
    pub(super) referrers: HashMap<Name, Vec<Name>>,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: Name,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its constraints, in the order of their creation. NOT NULL stands in the columns.
    pub constraints: Vec<Constraint>,
    /// Its indexes, in the order of their creation, without those that constraints make.
    pub indexes: Vec<Index>,
    /// Its comment.
    pub comment: Option<String>,
    /// Settings that only one engine knows.
    pub options: Options,
    /// It may hold more, or other, than this says: code that no replay understands has touched
    /// it. The text says which.
    pub opaque: Option<String>,
}

/// Settings of a table that only one engine knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Options {
    /// SQLite's STRICT.
    pub strict: bool,
    /// SQLite's WITHOUT ROWID.
    pub without_rowid: bool,
    /// PostgreSQL's UNLOGGED.
    pub unlogged: bool,
    /// A temporary table: not a part of the schema, but statements may use it.
    pub temporary: bool,
    /// MySQL's ENGINE.
    pub engine: Option<String>,
    /// MySQL's default character set.
    pub charset: Option<String>,
    /// The default collation of its texts (MySQL).
    pub collation: Option<String>,
    /// Where AUTO_INCREMENT begins (MySQL).
    pub auto_increment: Option<u64>,
    /// `PARTITION BY …`, as written: the table is partitioned.
    pub partition_by: Option<String>,
    /// `INHERITS` or `PARTITION OF` this table.
    pub inherits: Option<Name>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// Whether it takes NULL.
    pub nullable: bool,
    /// Its default. That of a PostgreSQL serial is `nextval('…')`.
    pub default: Option<Expr>,
    /// `GENERATED … AS IDENTITY`, MySQL's AUTO_INCREMENT, SQLite's AUTOINCREMENT.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// Its collation, if it is not the table's or engine's default.
    pub collation: Option<Name>,
    /// Its character set (MySQL), likewise.
    pub charset: Option<String>,
    /// MySQL's `ON UPDATE CURRENT_TIMESTAMP`.
    pub on_update: Option<Expr>,
    /// MySQL's `INVISIBLE`: not in `SELECT *`, and not in an INSERT that names no columns.
    pub invisible: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// How a column numbers itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS`, against `BY DEFAULT`.
    pub always: bool,
    /// The sequence behind it (PostgreSQL).
    pub sequence: Option<Name>,
    /// The sequence's options.
    pub options: SequenceOptions,
}

/// A generated column.
#[derive(Debug, Clone, PartialEq)]
pub struct Generated {
    /// From what.
    pub expr: Expr,
    /// Stored, or computed when read.
    pub stored: bool,
}

/// A constraint of a table.
#[derive(Debug, Clone, PartialEq)]
pub struct Constraint {
    /// Its name: the one written, or the one that the engine generates. SQLite's may have none.
    pub name: Option<Ident>,
    /// What it says.
    pub kind: ConstraintKind,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub initially_deferred: bool,
    /// Existing rows were not checked: `NOT VALID`.
    pub not_valid: bool,
    /// It was given a name; else the engine made one.
    pub named: bool,
}

/// What a constraint says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ConstraintKind {
    /// `PRIMARY KEY`.
    PrimaryKey {
        /// Its columns; MySQL's may be prefixes.
        columns: Vec<IndexPart>,
    },
    /// `UNIQUE`.
    Unique {
        /// Its columns.
        columns: Vec<IndexPart>,
        /// `NULLS NOT DISTINCT`.
        nulls_not_distinct: bool,
    },
    /// `FOREIGN KEY`.
    ForeignKey(ForeignKey),
    /// `CHECK`.
    Check {
        /// What must not be false.
        expr: Expr,
        /// MySQL's `NOT ENFORCED`.
        not_enforced: bool,
    },
    /// PostgreSQL's `EXCLUDE`, as written.
    Exclude(String),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignKey {
    /// The columns here.
    pub columns: Vec<Ident>,
    /// The table referred to.
    pub table: Name,
    /// The columns there; replay fills in the primary key where none were written.
    pub referred: Vec<Ident>,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// `MATCH FULL`.
    pub match_full: bool,
}

/// What happens to the children.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`.
    #[default]
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

/// A column of a key, or (MySQL) the first characters of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct IndexPart {
    /// The column.
    pub column: Ident,
    /// How many characters of it (MySQL).
    pub length: Option<u32>,
}

impl IndexPart {
    /// A whole column.
    pub fn whole(column: impl Into<Ident>) -> Self {
        Self {
            column: column.into(),
            length: None,
        }
    }
}

/// An index that no constraint makes.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Its name: written or generated.
    pub name: Ident,
    /// UNIQUE.
    pub unique: bool,
    /// `btree`, `gin`, MySQL's `FULLTEXT` and `SPATIAL` in lower case …; `None`: the default.
    pub method: Option<String>,
    /// Its keys.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Its comment.
    pub comment: Option<String>,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    /// A column, or an expression.
    pub expr: Expr,
    /// How many characters of it (MySQL).
    pub length: Option<u32>,
    /// `DESC`.
    pub descending: bool,
    /// Where NULLs stand, if it was written.
    pub nulls: Option<Nulls>,
    /// Its collation.
    pub collation: Option<Name>,
    /// Its operator class, as written.
    pub class: Option<String>,
}

/// An enum with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Its members, in their order.
    pub members: Vec<String>,
}

/// A sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sequence {
    /// Its name.
    pub name: Name,
    /// The column that it belongs to, and goes with.
    pub owned_by: Option<(Name, Ident)>,
    /// It stands behind an identity column.
    pub identity: bool,
    /// Its options.
    pub options: SequenceOptions,
}

/// Options of a sequence, where they were written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SequenceOptions {
    /// `AS`.
    pub ty: Option<Type>,
    /// `START`.
    pub start: Option<i64>,
    /// `INCREMENT`.
    pub increment: Option<i64>,
    /// `MINVALUE`.
    pub min: Option<i64>,
    /// `MAXVALUE`.
    pub max: Option<i64>,
    /// `CACHE`.
    pub cache: Option<i64>,
    /// `CYCLE`.
    pub cycle: bool,
}

/// A view.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its name.
    pub name: Name,
    /// Its columns' names, if they were written.
    pub columns: Vec<Ident>,
    /// What it shows, if the parser understood it.
    pub query: Option<Query>,
    /// The query as written in the authored dialect.
    pub text: String,
    /// A materialized one.
    pub materialized: bool,
    /// The tables and views that it reads.
    pub reads: Vec<Name>,
}

/// A trigger: kept as text, in the dialect of the engine that holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trigger {
    /// Its name.
    pub name: Ident,
    /// On which table.
    pub table: Name,
    /// The statement that creates it.
    pub text: String,
}

impl Schema {
    /// A table by its name, which has no schema if it is in the default one.
    pub fn table(&self, name: &Name) -> Option<&Arc<Table>> {
        self.tables.get(name)
    }

    /// All tables, by name.
    pub fn tables(&self) -> impl Iterator<Item = &Arc<Table>> {
        self.tables.values()
    }

    /// An enum by its name.
    pub fn enum_type(&self, name: &Name) -> Option<&EnumType> {
        self.enums.get(name)
    }

    /// All enums, by name.
    pub fn enums(&self) -> impl Iterator<Item = &EnumType> {
        self.enums.values()
    }

    /// A sequence by its name.
    pub fn sequence(&self, name: &Name) -> Option<&Sequence> {
        self.sequences.get(name)
    }

    /// All sequences, by name.
    pub fn sequences(&self) -> impl Iterator<Item = &Sequence> {
        self.sequences.values()
    }

    /// All views, in an order in which they can be created.
    pub fn views(&self) -> impl Iterator<Item = &View> {
        self.views.iter()
    }

    /// All triggers, in the order of their creation.
    pub fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter()
    }

    /// The tables with foreign keys to `table`, itself included if it refers to itself.
    pub fn referrers(&self, table: &Name) -> impl Iterator<Item = &Arc<Table>> {
        let names = self.referrers.get(table);
        names
            .into_iter()
            .flatten()
            .filter_map(|name| self.tables.get(name))
    }

    /// The table on which an index stands.
    pub fn index_table(&self, index: &Name) -> Option<&Arc<Table>> {
        self.tables.get(self.index_tables.get(index)?)
    }

    /// Adds a table, or replaces the one of that name.
    pub fn put_table(&mut self, table: impl Into<Arc<Table>>) {
        let table = table.into();
        self.remove_table(&table.name);
        for index in &table.indexes {
            let index = Name {
                schema: table.name.schema.clone(),
                name: index.name.clone(),
            };
            self.index_tables.insert(index, table.name.clone());
        }
        for referred in table.referred() {
            let from = self.referrers.entry(referred.clone()).or_default();
            if !from.contains(&table.name) {
                from.push(table.name.clone());
            }
        }
        self.tables.insert(table.name.clone(), table);
    }

    /// Takes a table away, and returns it.
    pub fn remove_table(&mut self, name: &Name) -> Option<Arc<Table>> {
        let table = self.tables.remove(name)?;
        for index in &table.indexes {
            let index = Name {
                schema: name.schema.clone(),
                name: index.name.clone(),
            };
            self.index_tables.remove(&index);
        }
        for referred in table.referred() {
            if let Some(from) = self.referrers.get_mut(referred) {
                from.retain(|referrer| referrer != name);
            }
        }
        Some(table)
    }

    /// Adds an enum, or replaces the one of that name.
    pub fn put_enum(&mut self, ty: EnumType) {
        self.enums.insert(ty.name.clone(), ty);
    }

    /// Takes an enum away, and returns it.
    pub fn remove_enum(&mut self, name: &Name) -> Option<EnumType> {
        self.enums.remove(name)
    }

    /// Adds a sequence, or replaces the one of that name.
    pub fn put_sequence(&mut self, sequence: Sequence) {
        self.sequences.insert(sequence.name.clone(), sequence);
    }

    /// Takes a sequence away, and returns it.
    pub fn remove_sequence(&mut self, name: &Name) -> Option<Sequence> {
        self.sequences.remove(name)
    }

    /// Adds a view, or replaces the one of that name in its place.
    pub fn put_view(&mut self, view: View) {
        match self.views.iter_mut().find(|v| v.name == view.name) {
            Some(place) => *place = view,
            None => self.views.push(view),
        }
    }

    /// Takes a view away, and returns it.
    pub fn remove_view(&mut self, name: &Name) -> Option<View> {
        let place = self.views.iter().position(|v| v.name == *name)?;
        Some(self.views.remove(place))
    }

    /// Adds a trigger, or replaces the one of that name on that table.
    pub fn put_trigger(&mut self, trigger: Trigger) {
        self.remove_trigger(&trigger.table, &trigger.name);
        self.triggers.push(trigger);
    }

    /// Takes a trigger away, and returns it.
    pub fn remove_trigger(&mut self, table: &Name, name: &str) -> Option<Trigger> {
        let is = |t: &Trigger| t.table == *table && t.name == name;
        let place = self.triggers.iter().position(is)?;
        Some(self.triggers.remove(place))
    }
}

impl Table {
    /// A table without columns.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            comment: None,
            options: Options::default(),
            opaque: None,
        }
    }

    /// A column by its name, exactly.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The columns of the primary key; empty if there is none.
    pub fn primary_key(&self) -> &[IndexPart] {
        self.constraints
            .iter()
            .find_map(|constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey { columns } => Some(columns.as_slice()),
                _ => None,
            })
            .unwrap_or_default()
    }

    /// The foreign keys.
    pub fn foreign_keys(&self) -> impl Iterator<Item = (&Constraint, &ForeignKey)> {
        self.constraints
            .iter()
            .filter_map(|constraint| match &constraint.kind {
                ConstraintKind::ForeignKey(key) => Some((constraint, key)),
                _ => None,
            })
    }

    fn referred(&self) -> impl Iterator<Item = &Name> {
        self.foreign_keys().map(|(_, key)| &key.table)
    }
}

impl Column {
    /// A column that takes NULL and has nothing else.
    pub fn new(name: impl Into<Ident>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            nullable: true,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            charset: None,
            on_update: None,
            invisible: false,
            comment: None,
        }
    }
}
