//! What a schema holds.

use super::{Expr, Ident, Name, Nulls, Query, Type};

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
    /// It is a partition of that table.
    pub partition: bool,
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

impl ReferentialAction {
    /// Whether it does something to the row that refers.
    #[must_use]
    pub fn acts(self) -> bool {
        !matches!(self, Self::NoAction | Self::Restrict)
    }
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

impl IndexKey {
    /// A key with nothing but its expression.
    pub fn new(expr: Expr) -> Self {
        Self {
            expr,
            length: None,
            descending: false,
            nulls: None,
            collation: None,
            class: None,
        }
    }
}

/// An enum with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: Name,
    /// Its members, in their order.
    pub members: Vec<String>,
}

/// A domain: another type by a name of its own, perhaps narrowed.
#[derive(Debug, Clone, PartialEq)]
pub struct Domain {
    /// Its name.
    pub name: Name,
    /// The type that it is; it may be a domain too.
    pub base: Type,
    /// Whether it takes NULL. One that does may stand on one that does not.
    pub nullable: bool,
    /// What a column without a default of its own gets. A domain has that of the domain below it as
    /// it was when it was made.
    pub default: Option<Expr>,
    /// Its collation, if it was written.
    pub collation: Option<Name>,
    /// Its CHECKs, in which the value is the column `value`.
    pub constraints: Vec<Constraint>,
    /// It may say more than this: what of it no replay understands.
    pub opaque: Option<String>,
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
    /// Its indexes, if it is materialized.
    pub indexes: Vec<Index>,
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

    /// Its expressions: defaults, generated columns, CHECKs, and what indexes are over.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let columns = self.columns.iter().flat_map(|column| {
            let generated = column.generated.as_ref().map(|g| &g.expr);
            column.default.iter().chain(generated)
        });
        let checks = self.constraints.iter().filter_map(|c| match &c.kind {
            ConstraintKind::Check { expr, .. } => Some(expr),
            _ => None,
        });
        let indexes = self.indexes.iter();
        let indexes = indexes.flat_map(|i| i.keys.iter().map(|key| &key.expr).chain(&i.filter));
        columns.chain(checks).chain(indexes)
    }

    /// [`Table::exprs`], to be changed.
    pub(crate) fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let columns = self.columns.iter_mut().flat_map(|column| {
            let generated = column.generated.as_mut().map(|g| &mut g.expr);
            column.default.iter_mut().chain(generated)
        });
        let checks = self
            .constraints
            .iter_mut()
            .filter_map(|c| match &mut c.kind {
                ConstraintKind::Check { expr, .. } => Some(expr),
                _ => None,
            });
        let indexes = self.indexes.iter_mut().flat_map(|index| {
            let keys = index.keys.iter_mut().map(|key| &mut key.expr);
            keys.chain(&mut index.filter)
        });
        columns.chain(checks).chain(indexes)
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

    /// The columns that are full texts which the table computes of others.
    pub fn full_texts(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| column.is_full_text())
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
}

impl Index {
    /// Whether it is over, or of the rows that are told apart by, a full text that its table computes.
    pub fn reads_full_text(&self, table: &Table) -> bool {
        let exprs = || {
            let keys = self.keys.iter().map(|key| &key.expr);
            keys.chain(&self.filter)
        };
        let mut texts = table.full_texts();
        texts.any(|text| exprs().any(|expr| expr.names_column(&text.name)))
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

    /// Whether it is a full text (`tsvector`) that is computed of other columns.
    pub fn is_full_text(&self) -> bool {
        self.ty == Type::Tsvector && self.generated.is_some()
    }
}
