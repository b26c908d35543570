//! CREATE TABLE.

use super::super::sequence::nextval;
use super::super::{
    Column, ColumnDef, Constraint, ConstraintDef, ConstraintKind, CreateTable, Generated, Identity,
    Index, Name, Sequence, SequenceOptions, Table, TableLike, Type,
};
use super::Replay;
use super::constraint::beside;
use super::problem::{Step, problem};
use crate::sql::Syntax;

impl Replay {
    /// Whether a table that would be made has the name of a relation.
    pub(crate) fn has_relation(&self, name: &Name, temporary: bool) -> bool {
        self.is_taken(&self.new_name(name, temporary))
    }

    pub(super) fn create_table(&mut self, create: &CreateTable) -> Step {
        let name = self.new_name(&create.name, create.options.temporary);
        if self.is_taken(&name) {
            if create.if_not_exists {
                return Ok(());
            }
            return self.check_free(&name);
        }
        let mut table = Table::new(name.clone());
        table.options = create.options.clone();
        table.comment = create.comment.clone();
        if let Some(parent) = &create.options.inherits {
            let parent = self.table(parent)?;
            table.options.inherits = Some(parent.name.clone());
            table.columns = parent.columns.clone();
            table.opaque = Some("INHERITS".to_owned());
        }
        if create.query.is_some() {
            table.opaque = Some("CREATE TABLE AS".to_owned());
        }
        if create.options.temporary {
            self.session.temporary.insert(name.clone());
        }
        self.put_new_table(table);
        if let Some(like) = &create.like {
            self.copy_columns(&name, like)?;
        }
        for column in &create.columns {
            self.append_column(&name, column)?;
        }
        // One may be generated from others that follow it.
        for column in &create.columns {
            self.generate_column(&name, column)?;
        }
        let constraints: Vec<ConstraintDef> = create
            .columns
            .iter()
            .flat_map(|column| column.constraints.iter())
            .chain(&create.constraints)
            .cloned()
            .collect();
        let is_foreign = |c: &ConstraintDef| matches!(c.kind, ConstraintKind::ForeignKey(_));
        let (foreign, own) = constraints.into_iter().partition(is_foreign);
        self.add_all(&name, own)?;
        // In this order (PostgreSQL, `transformCreateStmt`): names are given as they come.
        if let Some(like) = &create.like {
            self.copy_constraints(&name, like)?;
        }
        self.add_all(&name, foreign)?;
        for index in &create.indexes {
            self.create_index(index)?;
        }
        Ok(())
    }

    /// Adds constraints in the order in which the engine does: checks, then keys with the primary
    /// key first, then foreign keys.
    pub(super) fn add_all(&mut self, name: &Name, constraints: Vec<ConstraintDef>) -> Step {
        let mut keys: Vec<ConstraintDef> = Vec::new();
        let mut foreign = Vec::new();
        for constraint in constraints {
            match constraint.kind {
                ConstraintKind::PrimaryKey { .. } => {
                    if keys.first().is_some_and(is_primary) {
                        let message = format!("table `{name}` would have two primary keys");
                        return Err(problem("duplicate-primary-key", message));
                    }
                    keys.insert(0, constraint);
                }
                ConstraintKind::Unique { .. } | ConstraintKind::Exclude(_) => {
                    keys.push(constraint);
                }
                ConstraintKind::ForeignKey(_) => foreign.push(constraint),
                ConstraintKind::Check { .. } => self.add_constraint(name, &constraint)?,
            }
        }
        // SQLite keeps in its text whatever is written.
        let keys = match self.syntax {
            Syntax::Sqlite => keys,
            _ => distinct_keys(keys),
        };
        for key in keys {
            self.add_constraint(name, &key)?;
        }
        for key in foreign {
            self.add_constraint(name, &key)?;
        }
        Ok(())
    }

    /// Adds a column without its constraints and what it is generated from, and the sequence
    /// behind it.
    pub(super) fn append_column(&mut self, name: &Name, def: &ColumnDef) -> Step {
        let table = self.table(name)?;
        if self.has_column(table, &def.name) {
            let message = format!("table `{name}` already has a column `{}`", def.name);
            return Err(problem("duplicate-column", message));
        }
        check_definition(table, def)?;
        let mut column = Column::new(def.name.clone(), self.resolved_type(&def.ty));
        let is_null = def.nullable.unwrap_or(true);
        // SQLite's row id takes no NULL either, but says so only if it was written.
        let numbered = def.identity.is_some() && self.syntax != Syntax::Sqlite;
        column.nullable = is_null && !def.serial && !numbered;
        column.collation = def.collation.clone();
        column.charset = def.charset.clone();
        column.on_update = def.on_update.clone();
        column.comment = def.comment.clone();
        column.default = def
            .default
            .as_ref()
            .map(|default| self.plain_expr(None, default));
        let owned = |name: Name, identity: bool, options: SequenceOptions| Sequence {
            name,
            owned_by: Some((table.name.clone(), def.name.clone())),
            identity,
            options,
        };
        let sequence = if def.serial {
            let sequence = self.sequence_for(&table.name, &def.name);
            column.default = Some(nextval(&sequence));
            Some(owned(sequence, false, SequenceOptions::of(&def.ty)))
        } else if let Some(identity) = &def.identity
            && !self.rules.has_sequences
        {
            column.identity = Some(identity.clone());
            None
        } else if let Some(identity) = &def.identity {
            let sequence = match &identity.sequence {
                Some(name) => self.new_name(name, false),
                None => self.sequence_for(&table.name, &def.name),
            };
            let mut options = identity.options.clone();
            options.ty = Some(def.ty.clone());
            column.identity = Some(Identity {
                sequence: Some(sequence.clone()),
                ..identity.clone()
            });
            Some(owned(sequence, true, options))
        } else {
            None
        };
        if let Some(sequence) = sequence {
            self.check_free(&sequence.name)?;
            self.set_sequence(None, Some(sequence));
        }
        self.edit(name, |table| table.columns.push(column));
        Ok(())
    }

    /// Says what a column that is there is generated from, if it is.
    pub(super) fn generate_column(&mut self, name: &Name, def: &ColumnDef) -> Step {
        let Some(generated) = &def.generated else {
            return Ok(());
        };
        let expr = self.table_expr(self.table(name)?, &generated.expr)?;
        let stored = generated.stored;
        self.edit_column(name, &def.name, |column| {
            column.generated = Some(Generated { expr, stored });
        });
        Ok(())
    }

    fn sequence_for(&self, table: &Name, column: &str) -> Name {
        beside(
            table,
            &self.relation_name(table, Some(column), "seq", false),
        )
    }

    /// `LIKE`: the columns, and what of them is to be included.
    fn copy_columns(&mut self, name: &Name, like: &TableLike) -> Step {
        let source = self.table(&like.table)?.clone();
        let including = |what: &str| like.includes(what);
        for column in &source.columns {
            let mut copy = Column::new(column.name.clone(), column.ty.clone());
            copy.nullable = column.nullable;
            copy.collation.clone_from(&column.collation);
            if including("DEFAULTS") {
                copy.default.clone_from(&column.default);
            }
            if including("GENERATED") {
                copy.generated.clone_from(&column.generated);
            }
            if including("COMMENTS") {
                copy.comment.clone_from(&column.comment);
            }
            if let Some(identity) = column.identity.as_ref().filter(|_| including("IDENTITY")) {
                self.copy_identity(name, &mut copy, identity)?;
            }
            self.edit(name, |table| table.columns.push(copy));
        }
        Ok(())
    }

    /// `LIKE`: the constraints and indexes, as far as they are to be included.
    fn copy_constraints(&mut self, name: &Name, like: &TableLike) -> Step {
        let source = self.table(&like.table)?.clone();
        if like.includes("CONSTRAINTS") {
            let checks = source
                .constraints
                .iter()
                .filter(|constraint| matches!(constraint.kind, ConstraintKind::Check { .. }));
            for check in checks {
                let check = check.clone();
                self.edit(name, |table| table.constraints.push(check));
            }
        }
        if like.includes("INDEXES") {
            self.copy_indexes(name, &source, like.includes("COMMENTS"))?;
        }
        Ok(())
    }

    /// An identity like another's. Its sequence counts as that one does, but as `bigint`: here
    /// PostgreSQL forgets the column's type.
    fn copy_identity(&mut self, table: &Name, copy: &mut Column, identity: &Identity) -> Step {
        let source = identity.sequence.as_ref();
        let source = source.and_then(|sequence| self.schema.sequence(sequence));
        let options = source.map(|sequence| sequence.options.completed());
        let sequence = self.sequence_for(table, &copy.name);
        copy.identity = Some(Identity {
            sequence: Some(sequence.clone()),
            ..identity.clone()
        });
        self.set_sequence(
            None,
            Some(Sequence {
                name: sequence,
                owned_by: Some((table.clone(), copy.name.clone())),
                identity: true,
                options: SequenceOptions {
                    ty: Some(Type::BIGINT),
                    ..options.unwrap_or_default()
                },
            }),
        );
        Ok(())
    }

    fn copy_indexes(&mut self, name: &Name, source: &Table, comments: bool) -> Step {
        let is_key = |constraint: &&Constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey { .. }
                    | ConstraintKind::Unique { .. }
                    | ConstraintKind::Exclude(_)
            )
        };
        let keys = source.constraints.iter().filter(is_key).map(|constraint| {
            let mut def = ConstraintDef::new(constraint.kind.clone());
            def.deferrable = constraint.deferrable;
            def.initially_deferred = constraint.initially_deferred;
            def
        });
        // Each by itself: one that says the same as another is there twice, as it was.
        for key in keys.collect::<Vec<_>>() {
            self.add_constraint(name, &key)?;
        }
        for index in &source.indexes {
            let mut index = index.clone();
            index.comment = index.comment.filter(|_| comments);
            index.name = self.index_name(name, &index.keys, &index.include);
            self.edit(name, |table| table.indexes.push(index));
        }
        Ok(())
    }
}

/// That a column's definition does not contradict itself.
fn check_definition(table: &Table, def: &ColumnDef) -> Step {
    let sources = [
        def.default.is_some(),
        def.serial,
        def.identity.is_some(),
        def.generated.is_some(),
    ];
    let wrong = if sources.iter().filter(|given| **given).count() > 1 {
        "has more than one default"
    } else if def.nullable == Some(true)
        && (def.serial || def.identity.is_some() || def.constraints.iter().any(is_primary))
    {
        "is NULL and NOT NULL at once"
    } else {
        return Ok(());
    };
    let message = format!("column `{}` of table `{}` {wrong}", def.name, table.name);
    Err(problem("contradictory-column", message))
}

fn is_primary(constraint: &ConstraintDef) -> bool {
    matches!(constraint.kind, ConstraintKind::PrimaryKey { .. })
}

/// Keys without those that say the same as one before: `UNIQUE PRIMARY KEY` is one key.
fn distinct_keys(keys: Vec<ConstraintDef>) -> Vec<ConstraintDef> {
    let mut distinct: Vec<ConstraintDef> = Vec::new();
    for key in keys {
        let same = distinct.iter_mut().find(|prior| {
            prior.using_index.is_none()
                && key.using_index.is_none()
                && prior.deferrable == key.deferrable
                && prior.initially_deferred == key.initially_deferred
                && match (&prior.kind, &key.kind) {
                    (
                        ConstraintKind::PrimaryKey { columns: a },
                        ConstraintKind::Unique {
                            columns: b,
                            nulls_not_distinct: false,
                        },
                    ) => a == b,
                    (a @ ConstraintKind::Unique { .. }, b) => a == b,
                    _ => false,
                }
        });
        match same {
            Some(prior) if prior.name.is_none() => prior.name = key.name,
            Some(_) => {}
            None => distinct.push(key),
        }
    }
    distinct
}

impl SequenceOptions {
    /// The options of a sequence that only has a type.
    pub(super) fn of(ty: &Type) -> Self {
        Self {
            ty: Some(ty.clone()),
            ..Self::default()
        }
    }
}

impl CreateTable {
    /// A table without columns.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            if_not_exists: false,
            columns: Vec::new(),
            constraints: Vec::new(),
            indexes: Vec::new(),
            like: None,
            query: None,
            comment: None,
            options: super::super::Options::default(),
        }
    }
}

impl ColumnDef {
    /// A column with a type and nothing else.
    pub fn new(name: impl Into<super::super::Ident>, ty: Type) -> Self {
        Self {
            name: name.into(),
            ty,
            serial: false,
            nullable: None,
            default: None,
            identity: None,
            generated: None,
            collation: None,
            charset: None,
            on_update: None,
            comment: None,
            constraints: Vec::new(),
        }
    }
}

impl Index {
    /// An index of the default method over nothing yet.
    pub fn new(name: impl Into<super::super::Ident>) -> Self {
        Self {
            name: name.into(),
            unique: false,
            method: None,
            keys: Vec::new(),
            include: Vec::new(),
            filter: None,
            nulls_not_distinct: false,
            comment: None,
        }
    }
}
