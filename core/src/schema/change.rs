//! What a statement does to a schema: a closed set.

use super::{
    DataStatement, EnumType, Expr, ForeignKey, Function, Generated, Ident, Identity, IndexKey,
    IndexPart, Name, Options, Query, RowTrigger, SequenceOptions, Type,
};

/// What one statement does, before anything is known of the schema it meets.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// `CREATE TABLE`.
    CreateTable(Box<CreateTable>),
    /// `DROP TABLE`.
    DropTables {
        /// Which.
        tables: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER TABLE`; MySQL's `RENAME TABLE` too.
    AlterTable {
        /// Which.
        table: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What, in order.
        actions: Vec<TableAction>,
    },
    /// `CREATE INDEX`.
    CreateIndex(Box<CreateIndex>),
    /// `DROP INDEX`.
    DropIndexes {
        /// Which.
        names: Vec<Name>,
        /// On which table (MySQL).
        table: Option<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `ALTER INDEX … RENAME TO`.
    RenameIndex {
        /// Which.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// Its new name.
        to: Ident,
    },
    /// `CREATE TYPE … AS ENUM`.
    CreateEnum(EnumType),
    /// `CREATE DOMAIN`.
    CreateDomain(Box<CreateDomain>),
    /// `ALTER DOMAIN`, but for its name.
    AlterDomain {
        /// Which.
        name: Name,
        /// What.
        change: DomainChange,
    },
    /// `ALTER TYPE … ADD VALUE`.
    AddEnumMember {
        /// Which type.
        name: Name,
        /// The member.
        member: String,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// `BEFORE` (false) or `AFTER` (true) another member.
        place: Option<(bool, String)>,
    },
    /// `ALTER TYPE … RENAME VALUE`.
    RenameEnumMember {
        /// Which type.
        name: Name,
        /// The member.
        from: String,
        /// Its new name.
        to: String,
    },
    /// `ALTER TYPE … RENAME TO`, `ALTER DOMAIN … RENAME TO`.
    RenameType {
        /// Which.
        name: Name,
        /// Its new name.
        to: Ident,
    },
    /// `DROP TYPE`, `DROP DOMAIN`.
    DropTypes {
        /// Which.
        names: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `CREATE SEQUENCE`.
    CreateSequence {
        /// Its name.
        name: Name,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// Its options.
        options: SequenceOptions,
        /// `OWNED BY`.
        owned_by: Option<(Name, Ident)>,
    },
    /// `ALTER SEQUENCE`.
    AlterSequence {
        /// Which.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// What.
        change: SequenceChange,
    },
    /// `DROP SEQUENCE`.
    DropSequences {
        /// Which.
        names: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `CREATE VIEW`.
    CreateView(Box<CreateView>),
    /// `DROP VIEW`.
    DropViews {
        /// Which.
        names: Vec<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
        /// Materialized ones.
        materialized: bool,
    },
    /// `ALTER VIEW … RENAME TO`.
    RenameView {
        /// Which.
        name: Name,
        /// `IF EXISTS`.
        if_exists: bool,
        /// Its new name.
        to: Ident,
    },
    /// `COMMENT ON`.
    Comment {
        /// On what.
        on: CommentTarget,
        /// The comment; `None` takes it away.
        text: Option<String>,
    },
    /// `CREATE SCHEMA`.
    CreateSchema {
        /// Its name.
        name: Ident,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
    },
    /// `DROP SCHEMA`.
    DropSchemas {
        /// Which.
        names: Vec<Ident>,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `SET search_path`: where unqualified names are looked for from here on.
    SearchPath(Vec<Ident>),
    /// Another setting of the session: `SET`, `PRAGMA`, `RESET`.
    Setting {
        /// Its name, in lower case.
        name: String,
        /// Its value as written; `None`: reset.
        value: Option<String>,
    },
    /// `BEGIN`, `COMMIT` … in a script that declares no-transaction: the keyword.
    Transaction(&'static str),
    /// A statement on rows.
    Data(DataStatement),
    /// `CREATE TRIGGER`, as text.
    CreateTrigger {
        /// Its name.
        name: Ident,
        /// On which table.
        table: Name,
        /// The whole statement, as written.
        text: String,
        /// What it calls, and when (PostgreSQL). What the function does is the replay's to say.
        does: Option<Box<RowTrigger>>,
    },
    /// `CREATE FUNCTION` (PostgreSQL).
    CreateFunction {
        /// Its name.
        name: Name,
        /// Its arguments, each as its words in lower case.
        arguments: Vec<Vec<String>>,
        /// The type of the one value that it gives, if it is a plain one.
        returns: Option<Type>,
        /// What it does.
        does: Function,
    },
    /// `ALTER FUNCTION`, `PROCEDURE` or `ROUTINE`, `… RENAME TO` or `… SET SCHEMA` (PostgreSQL).
    RenameFunction {
        /// Which.
        function: DroppedFunction,
        /// Its new name, or its new schema with the name that it has.
        to: Name,
    },
    /// `DROP FUNCTION` (PostgreSQL); those that are not there are of no account.
    DropFunctions {
        /// Which.
        functions: Vec<DroppedFunction>,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `DROP TRIGGER`.
    DropTrigger {
        /// Its name.
        name: Ident,
        /// On which table (PostgreSQL).
        table: Option<Name>,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `ALTER TRIGGER … RENAME TO`.
    RenameTrigger {
        /// Its name.
        name: Ident,
        /// On which table.
        table: Name,
        /// Its new name.
        to: Ident,
    },
    /// Something that says nothing about tables and rows, and that a translation may leave out
    /// if the target has no such thing; always reported.
    Ignored(Ignored),
    /// Code or a feature that only its own engine understands.
    Opaque(Opaque),
}

/// What may be left out: the closed list of `docs/translation.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ignored {
    /// `CREATE | ALTER | DROP EXTENSION`.
    Extension,
    /// `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`, `REASSIGN`.
    Privileges,
    /// `OWNER TO`.
    Owner,
    /// `CREATE | ALTER | DROP ROLE | USER`.
    Role,
    /// `REINDEX`, `CLUSTER`.
    Reindex,
    /// `ANALYZE`, `VACUUM`, `OPTIMIZE TABLE`.
    Maintenance,
    /// `CREATE | ALTER | DROP STATISTICS`, `SET STATISTICS`.
    Statistics,
    /// Storage parameters, `SET STORAGE`, `TABLESPACE`, `FILLFACTOR`, `REPLICA IDENTITY`.
    Storage,
    /// `LOCK TABLE`, `LOCK TABLES`, `UNLOCK TABLES`.
    Lock,
    /// `COMMENT ON` something that has no comment in the model (a function, an extension …).
    Comment,
    /// `CREATE | ALTER | DROP PUBLICATION | SUBSCRIPTION`.
    Replication,
    /// `CREATE | ALTER | DROP POLICY`.
    Policy,
}

/// What only its own engine understands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opaque {
    /// What it is, in the words of its engine: `CREATE FUNCTION`, `DO`, `CREATE POLICY` …
    pub what: String,
    /// Why it is not understood, where that is more than "it is code": the parser's message.
    pub why: Option<String>,
    /// The tables it names, where that is known (`CREATE TRIGGER … ON t`).
    pub tables: Vec<Name>,
}

/// A function that is dropped, or gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedFunction {
    /// Its name.
    pub name: Name,
    /// Its arguments, each as its words in lower case; without them it is the only one of its name.
    pub arguments: Option<Vec<Vec<String>>>,
}

impl DroppedFunction {
    /// Whether it may be the one without arguments, as a trigger's is.
    #[must_use]
    pub fn takes_nothing(&self) -> bool {
        self.arguments.as_ref().is_none_or(Vec::is_empty)
    }

    /// Whether it is surely the one that was created with these arguments.
    #[must_use]
    pub fn is(&self, name: &Name, arguments: &[Vec<String>]) -> bool {
        let Some(own) = &self.arguments else {
            return self.name == *name;
        };
        let mut pairs = own.iter().zip(arguments);
        self.name == *name
            && own.len() == arguments.len()
            // A name of its own may stand before its type.
            && pairs.all(|(own, other)| own == other || other.get(1..) == Some(own))
    }
}

/// `CREATE TABLE`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateTable {
    /// Its name.
    pub name: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// Its columns.
    pub columns: Vec<ColumnDef>,
    /// Its constraints.
    pub constraints: Vec<ConstraintDef>,
    /// MySQL's indexes within the statement.
    pub indexes: Vec<CreateIndex>,
    /// `LIKE` another table.
    pub like: Option<TableLike>,
    /// `AS` a query.
    pub query: Option<Query>,
    /// Its comment (MySQL).
    pub comment: Option<String>,
    /// Settings that only one engine knows.
    pub options: Options,
}

/// `LIKE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableLike {
    /// Which table.
    pub table: Name,
    /// `INCLUDING …` as upper-case words (`ALL`, `DEFAULTS`, `INDEXES` …); MySQL's is `ALL`.
    pub including: Vec<String>,
}

impl TableLike {
    /// Whether `INCLUDING what`, or ALL, was said.
    pub(super) fn includes(&self, what: &str) -> bool {
        let mut words = self.including.iter();
        words.any(|word| word == what || word == "ALL")
    }
}

/// A column as written: with the constraints that stand in it.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type.
    pub ty: Type,
    /// `smallserial`, `serial`, `bigserial` were written; `ty` is the integer.
    pub serial: bool,
    /// `NULL` (true) or `NOT NULL` (false), if it was written.
    pub nullable: Option<bool>,
    /// `DEFAULT`.
    pub default: Option<Expr>,
    /// `GENERATED … AS IDENTITY`, AUTO_INCREMENT, AUTOINCREMENT.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (…)`.
    pub generated: Option<Generated>,
    /// `COLLATE`.
    pub collation: Option<Name>,
    /// `CHARACTER SET`.
    pub charset: Option<String>,
    /// `ON UPDATE`.
    pub on_update: Option<Expr>,
    /// Its comment (MySQL).
    pub comment: Option<String>,
    /// Constraints written in it, in order. They name the column; replay numbers their names as
    /// the engine does.
    pub constraints: Vec<ConstraintDef>,
}

/// A constraint as written.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ConstraintDef {
    /// `CONSTRAINT name`; for MySQL also the name of a UNIQUE's index.
    pub name: Option<Ident>,
    /// What it says. A foreign key without columns there has an empty list.
    pub kind: super::ConstraintKind,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// `INITIALLY DEFERRED`.
    pub initially_deferred: bool,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `USING INDEX name`: an index that becomes the constraint's.
    pub using_index: Option<Ident>,
    /// `ALTER TABLE ONLY`: the partitions that are there do not get it.
    pub only: bool,
    /// MySQL's `REFERENCES` in a column, which its servers before 9 read and forget.
    pub in_column: bool,
}

impl ConstraintDef {
    /// A constraint with a kind and nothing else.
    pub fn new(kind: super::ConstraintKind) -> Self {
        Self {
            name: None,
            kind,
            deferrable: false,
            initially_deferred: false,
            in_column: false,
            not_valid: false,
            using_index: None,
            only: false,
        }
    }

    /// A primary key over whole columns.
    pub fn primary_key(columns: impl IntoIterator<Item = Ident>) -> Self {
        Self::new(super::ConstraintKind::PrimaryKey {
            columns: columns.into_iter().map(IndexPart::whole).collect(),
        })
    }

    /// A foreign key.
    pub fn foreign_key(key: ForeignKey) -> Self {
        Self::new(super::ConstraintKind::ForeignKey(key))
    }
}

/// `CREATE INDEX`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateIndex {
    /// Its name, if it was given one.
    pub name: Option<Ident>,
    /// On which table.
    pub table: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `UNIQUE`.
    pub unique: bool,
    /// `USING`; MySQL's `FULLTEXT` and `SPATIAL`, in lower case.
    pub method: Option<String>,
    /// Its keys.
    pub keys: Vec<IndexKey>,
    /// `INCLUDE`.
    pub include: Vec<Ident>,
    /// `WHERE`.
    pub filter: Option<Expr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Its comment (MySQL).
    pub comment: Option<String>,
    /// `ON ONLY`: the partitions that are there do not get it.
    pub only: bool,
}

/// `CREATE VIEW`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateView {
    /// Its name.
    pub name: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// Its columns' names.
    pub columns: Vec<Ident>,
    /// What it shows, if the parser understood it.
    pub query: Option<Query>,
    /// The query as written.
    pub text: String,
}

/// One action of an ALTER TABLE.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TableAction {
    /// `ADD COLUMN`.
    AddColumn {
        /// The column.
        column: Box<ColumnDef>,
        /// `IF NOT EXISTS`.
        if_not_exists: bool,
        /// Where (MySQL).
        position: Option<Position>,
    },
    /// `DROP COLUMN`.
    DropColumn {
        /// Which.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// `RENAME COLUMN`.
    RenameColumn {
        /// Which.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `ALTER COLUMN`.
    AlterColumn {
        /// Which.
        name: Ident,
        /// What.
        change: ColumnChange,
    },
    /// MySQL's `MODIFY` and `CHANGE`: the column anew.
    RedefineColumn {
        /// Which.
        from: Ident,
        /// What it is from here on.
        column: Box<ColumnDef>,
        /// Where.
        position: Option<Position>,
    },
    /// `ADD [CONSTRAINT]`.
    AddConstraint(Box<ConstraintDef>),
    /// `DROP CONSTRAINT`; MySQL's `DROP FOREIGN KEY`, `DROP CHECK`.
    DropConstraint {
        /// Which.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
        /// `CASCADE`.
        cascade: bool,
    },
    /// MySQL's `DROP PRIMARY KEY`.
    DropPrimaryKey,
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// Which.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint(Ident),
    /// `ALTER CONSTRAINT`: when it is checked.
    AlterConstraint {
        /// Which.
        name: Ident,
        /// `DEFERRABLE`.
        deferrable: bool,
        /// `INITIALLY DEFERRED`.
        initially_deferred: bool,
    },
    /// MySQL's `ADD INDEX`.
    AddIndex(Box<CreateIndex>),
    /// MySQL's `DROP INDEX`, which drops a UNIQUE too.
    DropIndex {
        /// Which.
        name: Ident,
        /// `IF EXISTS` (MariaDB).
        if_exists: bool,
    },
    /// MySQL's `RENAME INDEX`.
    RenameIndex {
        /// Which.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `RENAME TO`.
    RenameTo(Name),
    /// `SET SCHEMA`.
    SetSchema(Ident),
    /// `COMMENT =` (MySQL).
    Comment(String),
    /// `ENGINE`, `CHARSET`, `COLLATE`, `AUTO_INCREMENT`, `SET UNLOGGED` …: those that are given.
    Options(Options),
    /// MySQL's `CONVERT TO CHARACTER SET`: every text column anew.
    ConvertCharset {
        /// To which set.
        charset: String,
        /// With which collation.
        collation: Option<String>,
    },
    /// Something that may be left out.
    Ignored(Ignored),
    /// `ENABLE` or `DISABLE TRIGGER` (PostgreSQL).
    SwitchTriggers {
        /// Which; `None`: all.
        name: Option<Ident>,
        /// Those too that are foreign keys: `ALL`.
        keys: bool,
        /// Whether it runs from now on.
        runs: bool,
    },
    /// Something that only its own engine understands: `ENABLE ROW LEVEL SECURITY`, `ATTACH
    /// PARTITION` …
    Opaque(String),
}

/// Where MySQL puts a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Position {
    /// `FIRST`.
    First,
    /// `AFTER` a column.
    After(Ident),
}

/// What ALTER COLUMN does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ColumnChange {
    /// `TYPE`.
    Type {
        /// The new type.
        ty: Type,
        /// `USING`.
        using: Option<Expr>,
        /// `COLLATE`.
        collation: Option<Name>,
    },
    /// `SET DEFAULT`.
    SetDefault(Expr),
    /// `DROP DEFAULT`.
    DropDefault,
    /// `SET NOT NULL`.
    SetNotNull,
    /// `DROP NOT NULL`.
    DropNotNull,
    /// `ADD GENERATED … AS IDENTITY`, and `SET GENERATED`.
    SetIdentity(Identity),
    /// `DROP IDENTITY`.
    DropIdentity {
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `RESTART [WITH n]`: the numbers of an identity column.
    Restart(Option<i64>),
    /// `DROP EXPRESSION`.
    DropExpression {
        /// `IF EXISTS`.
        if_exists: bool,
    },
}

/// A domain as written.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateDomain {
    /// Its name.
    pub name: Name,
    /// All else, as of a column that is called `value`.
    pub value: ColumnDef,
    /// What of it is not understood, and stands in nothing of this.
    pub opaque: Option<String>,
}

/// What ALTER DOMAIN does.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DomainChange {
    /// `SET DEFAULT`, `DROP DEFAULT`.
    Default(Option<Expr>),
    /// `SET NOT NULL` (false), `DROP NOT NULL` (true).
    Nullable(bool),
    /// `ADD [CONSTRAINT name] CHECK …`.
    AddConstraint(Box<ConstraintDef>),
    /// `DROP CONSTRAINT`.
    DropConstraint {
        /// Which.
        name: Ident,
        /// `IF EXISTS`.
        if_exists: bool,
    },
    /// `RENAME CONSTRAINT`.
    RenameConstraint {
        /// Which.
        from: Ident,
        /// Its new name.
        to: Ident,
    },
    /// `VALIDATE CONSTRAINT`.
    ValidateConstraint(Ident),
    /// Something that is not understood: what.
    Opaque(String),
}

/// What ALTER SEQUENCE does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SequenceChange {
    /// Options; `RESTART` too.
    Options {
        /// Those that are given.
        options: SequenceOptions,
        /// `RESTART [WITH n]`.
        restart: Option<Option<i64>>,
    },
    /// `OWNED BY`; `None` is NONE.
    OwnedBy(Option<(Name, Ident)>),
    /// `RENAME TO`.
    RenameTo(Ident),
}

/// On what a comment stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommentTarget {
    /// A table.
    Table(Name),
    /// A column.
    Column(Name, Ident),
    /// An index.
    Index(Name),
    /// A constraint of a table, a view, a type …: the kind in upper case.
    Other(String),
}
