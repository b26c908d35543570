//! Constraints: their names, what they refer to, what adding one implies.

use std::collections::BTreeSet;

use super::super::sequence::{nextval, sequence_of};
use super::super::{
    Constraint, ConstraintDef, ConstraintKind, Expr, ForeignKey, Ident, Index, IndexKey, IndexPart,
    Name, Nulls, PartMut, Relation, Table, Type,
};
use super::naming::{index_columns, joined};
use super::problem::{Step, problem};
use super::resolve::{column_mut, unknown_column};
use super::{Replay, place_of};
use crate::sql::exclusion;

/// Whether a key is one of a STRICT table that is no row id: no column of it takes NULL (SQLite's manual,
/// "STRICT Tables", 2).
fn is_strict_key(table: &Table, key: &[IndexPart]) -> bool {
    let is_row_id = match key {
        [part] => table
            .column(&part.column)
            .is_some_and(|column| column.ty == Type::INTEGER),
        _ => false,
    };
    table.options.strict && !is_row_id
}

impl Replay {
    /// Adds a constraint to a table, with the name that the engine gives it.
    pub(super) fn add_constraint(&mut self, name: &Name, def: &ConstraintDef) -> Step {
        if let Some(index) = &def.using_index {
            return self.adopt_index(name, def, index);
        }
        let table = self.table(name)?;
        let kind = match &def.kind {
            ConstraintKind::PrimaryKey { columns } => {
                if !table.primary_key().is_empty() {
                    let message = format!("table `{name}` already has a primary key");
                    return Err(problem("duplicate-primary-key", message));
                }
                self.check_columns(table, columns.iter().map(|part| &part.column))?;
                def.kind.clone()
            }
            ConstraintKind::Unique { columns, .. } => {
                self.check_columns(table, columns.iter().map(|part| &part.column))?;
                def.kind.clone()
            }
            ConstraintKind::ForeignKey(key) => {
                ConstraintKind::ForeignKey(self.foreign_key(table, key)?)
            }
            ConstraintKind::Check { expr, not_enforced } => {
                let expr = self.table_expr(table, expr)?;
                ConstraintKind::Check {
                    expr,
                    not_enforced: *not_enforced,
                }
            }
            other => other.clone(),
        };
        let chosen = self.name_for(table, def.name.as_ref(), &kind)?;
        let keys_not_null = self.rules.keys_not_null;
        let constraint = Constraint {
            name: chosen,
            kind,
            deferrable: def.deferrable || def.initially_deferred,
            initially_deferred: def.initially_deferred,
            not_valid: def.not_valid,
            named: def.name.is_some(),
        };
        self.edit(name, |table| {
            if let ConstraintKind::PrimaryKey { columns } = &constraint.kind
                && (keys_not_null || table.options.without_rowid || is_strict_key(table, columns))
            {
                require(table, columns.iter().map(|part| &part.column));
            }
            table.constraints.push(constraint);
        });
        Ok(())
    }

    /// The name of a new constraint: the one that was written, if it is free, or a generated one.
    fn name_for(
        &self,
        table: &Table,
        written: Option<&Ident>,
        kind: &ConstraintKind,
    ) -> Step<Option<Ident>> {
        let is_key = matches!(
            kind,
            ConstraintKind::PrimaryKey { .. }
                | ConstraintKind::Unique { .. }
                | ConstraintKind::Exclude(_)
        );
        if !self.rules.names_constraints {
            return Ok(written.cloned());
        }
        if let Some(name) = written {
            // An index is looked for before a constraint.
            if is_key {
                self.check_free(&beside(&table.name, name))?;
            }
            if table
                .constraints
                .iter()
                .any(|c| c.name.as_ref() == Some(name))
            {
                let message = format!("table `{}` already has a constraint `{name}`", table.name);
                return Err(problem("duplicate-constraint", message));
            }
            return Ok(Some(name.clone()));
        }
        let name = &table.name;
        let columns = |parts: &[IndexPart]| joined(parts.iter().map(|part| part.column.as_str()));
        Ok(Some(match kind {
            ConstraintKind::PrimaryKey { .. } => self.relation_name(name, None, "pkey", true),
            ConstraintKind::Unique { columns: parts, .. } => {
                self.relation_name(name, Some(&columns(parts)), "key", true)
            }
            ConstraintKind::Exclude(text) => {
                let elements = exclusion(text).map(|exclusion| exclusion.elements);
                let elements = elements.unwrap_or_default().into_iter();
                let keys: Vec<_> = elements.map(|(expr, _)| IndexKey::new(expr)).collect();
                let columns = joined(index_columns(&keys, &[]).iter().map(String::as_str));
                let columns = Some(columns.as_str()).filter(|columns| !columns.is_empty());
                self.relation_name(name, columns, "excl", true)
            }
            ConstraintKind::ForeignKey(key) => {
                let columns = joined(key.columns.iter().map(String::as_str));
                self.constraint_name(name, Some(&columns), "fkey", &[])
            }
            ConstraintKind::Check { expr, .. } => {
                let mut columns = BTreeSet::new();
                columns_in(expr, &mut columns);
                let column = match columns.len() {
                    1 => columns.first().map(String::as_str),
                    _ => None,
                };
                self.constraint_name(name, column, "check", &[])
            }
        }))
    }

    /// Whether a relation has a name already.
    pub(super) fn is_taken(&self, name: &Name) -> bool {
        match self.schema.relation(name) {
            None => false,
            Some(Relation::Key(_)) => self.rules.keys_are_relations,
            Some(_) => true,
        }
    }

    /// That no relation has a name yet.
    pub(super) fn check_free(&self, name: &Name) -> Step {
        if !self.is_taken(name) {
            return Ok(());
        }
        let message = format!("there is already a table, index, sequence or view `{name}`");
        Err(problem("duplicate-relation", message))
    }

    /// That a table has some columns.
    pub(super) fn check_columns<'c>(
        &self,
        table: &Table,
        columns: impl IntoIterator<Item = &'c Ident>,
    ) -> Step {
        for column in columns {
            if place_of(table, column).is_none() && table.opaque.is_none() {
                return Err(unknown_column(table, column));
            }
        }
        Ok(())
    }

    /// A foreign key with everything that was not written filled in.
    fn foreign_key(&self, table: &Table, key: &ForeignKey) -> Step<ForeignKey> {
        self.check_columns(table, &key.columns)?;
        if !self.rules.holds_references {
            return Ok(self.loose_foreign_key(key));
        }
        let referred = self.table(&key.table)?;
        let mut key = ForeignKey {
            table: referred.name.clone(),
            ..key.clone()
        };
        if key.referred.is_empty() {
            key.referred = referred
                .primary_key()
                .iter()
                .map(|part| part.column.clone())
                .collect();
            if key.referred.is_empty() && referred.opaque.is_none() {
                let message = format!(
                    "table `{}` has no primary key for a foreign key of `{}` to refer to",
                    referred.name, table.name
                );
                return Err(problem("no-key-to-refer-to", message));
            }
        }
        self.check_columns(referred, &key.referred)?;
        if referred.opaque.is_some() {
            return Ok(key);
        }
        if key.referred.len() != key.columns.len() {
            let message = format!(
                "a foreign key of `{}` has {} columns but refers to {} of `{}`",
                table.name,
                key.columns.len(),
                key.referred.len(),
                referred.name
            );
            return Err(problem("foreign-key-columns", message));
        }
        let pairs = key.columns.iter().zip(&key.referred);
        for (here, there) in pairs {
            let of = |table: &Table, name: &str| table.column(name).map(|column| column.ty.clone());
            if let (Some(a), Some(b)) = (of(table, here), of(referred, there))
                && let (Some(a), Some(b)) = (Kind::of(&a), Kind::of(&b))
                && a != b
            {
                let message = format!(
                    "a foreign key of `{}` refers from `{here}` to `{there}` of `{}`, which \
                     cannot be compared with it",
                    table.name, referred.name
                );
                return Err(problem("foreign-key-types", message));
            }
        }
        if keys_for(referred, &key.referred).is_empty() {
            let message = format!(
                "a foreign key of `{}` refers to ({}) of `{}`, which no primary key or unique \
                 constraint covers",
                table.name,
                key.referred.join(", "),
                referred.name
            );
            return Err(problem("no-key-to-refer-to", message));
        }
        Ok(key)
    }

    /// `ADD CONSTRAINT … USING INDEX`: the index becomes the constraint's, and gets its name.
    fn adopt_index(&mut self, name: &Name, def: &ConstraintDef, index: &Ident) -> Step {
        let table = self.table(name)?;
        let Some(found) = table.indexes.iter().find(|i| i.name == *index) else {
            let message = format!("table `{name}` has no index `{index}`");
            return Err(problem("unknown-index", message));
        };
        let mut columns = Vec::new();
        for key in &found.keys {
            if key.descending || key.nulls == Some(Nulls::First) || key.class.is_some() {
                let message = format!("index `{index}` is not sorted as a constraint's is");
                return Err(problem("index-not-a-key", message));
            }
            match &key.expr {
                Expr::Column { column, .. } => columns.push(IndexPart::whole(column.clone())),
                _ => {
                    let message = format!("index `{index}` has an expression: no constraint has");
                    return Err(problem("index-not-a-key", message));
                }
            }
        }
        if !found.unique || found.filter.is_some() {
            let message = format!("index `{index}` is not unique over all rows");
            return Err(problem("index-not-a-key", message));
        }
        let kind = match &def.kind {
            ConstraintKind::PrimaryKey { .. } => ConstraintKind::PrimaryKey { columns },
            _ => ConstraintKind::Unique {
                columns,
                nulls_not_distinct: found.nulls_not_distinct,
            },
        };
        let chosen = def.name.clone().unwrap_or_else(|| index.clone());
        if chosen != *index {
            self.check_free(&beside(name, &chosen))?;
        }
        let constraint = Constraint {
            name: Some(chosen),
            kind,
            deferrable: def.deferrable || def.initially_deferred,
            initially_deferred: def.initially_deferred,
            not_valid: false,
            named: true,
        };
        let index = index.clone();
        self.edit(name, |table| {
            table.indexes.retain(|i| i.name != index);
            if let ConstraintKind::PrimaryKey { columns } = &constraint.kind {
                require(table, columns.iter().map(|part| &part.column));
            }
            table.constraints.push(constraint);
        });
        Ok(())
    }

    /// An expression of a table: without the table's own name, with types and sequences resolved.
    pub(super) fn table_expr(&self, table: &Table, expr: &Expr) -> Step<Expr> {
        let expr = self.plain_expr(Some(&table.name), expr);
        let mut columns = BTreeSet::new();
        columns_in(&expr, &mut columns);
        // A whole row is written as the table's name.
        let columns = columns.iter().filter(|column| **column != table.name.name);
        self.check_columns(table, columns)?;
        Ok(expr)
    }

    /// An expression with types and sequences resolved, and columns without their table's name.
    pub(super) fn plain_expr(&self, table: Option<&Name>, expr: &Expr) -> Expr {
        let mut expr = expr.clone();
        self.resolve_expr(table, &mut expr);
        expr
    }

    /// The name of a function, without a schema that is looked into anyway.
    fn function(&self, name: &Name) -> Name {
        match name.schema.as_deref() {
            Some("pg_catalog") => Name::bare(name.name.clone()),
            _ => self.canonical(name),
        }
    }

    fn resolve_expr(&self, table: Option<&Name>, expr: &mut Expr) {
        match expr {
            Expr::Column {
                table: qualifier, ..
            } if qualifier.as_ref().map(|q| &q.name) == table.map(|t| &t.name) => {
                *qualifier = None;
            }
            Expr::Cast { ty, .. } => *ty = self.resolved_type(ty),
            Expr::Call(call) => call.name = self.function(&call.name),
            _ => {}
        }
        if let Some(sequence) = sequence_of(expr) {
            *expr = nextval(&self.found(&sequence));
            return;
        }
        expr.parts_mut(&mut |part| {
            if let PartMut::Expr(expr) = part {
                self.resolve_expr(table, expr);
            }
        });
    }
}

/// Makes columns NOT NULL.
pub(super) fn require<'c>(table: &mut Table, columns: impl IntoIterator<Item = &'c Ident>) {
    for name in columns {
        if let Some(column) = column_mut(table, name) {
            column.nullable = false;
        }
    }
}

/// Collects the columns that an expression names, but for those in subqueries.
pub(super) fn columns_in(expr: &Expr, found: &mut BTreeSet<Ident>) {
    if let Expr::Column { column, .. } = expr {
        found.insert(column.clone());
    }
    expr.parts(&mut |part| {
        if let super::super::Part::Expr(expr) = part {
            columns_in(expr, found);
        }
    });
}

/// A name in a table's schema.
pub(super) fn beside(table: &Name, name: &str) -> Name {
    Name {
        schema: table.schema.clone(),
        name: name.to_owned(),
    }
}

/// Types that PostgreSQL compares with each other, as far as that is sure.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Text,
    Boolean,
    Uuid,
    Moment,
    Bytes,
    Enum(Name),
}

impl Kind {
    fn of(ty: &Type) -> Option<Self> {
        Some(match ty {
            Type::SmallInt { .. }
            | Type::Integer { .. }
            | Type::BigInt { .. }
            | Type::Real
            | Type::Double
            | Type::Numeric { .. } => Self::Number,
            Type::Char(_) | Type::Varchar(_) | Type::Text => Self::Text,
            Type::Boolean => Self::Boolean,
            Type::Uuid => Self::Uuid,
            Type::Date | Type::Timestamp { .. } => Self::Moment,
            Type::Blob => Self::Bytes,
            Type::Enum(name) => Self::Enum(name.clone()),
            _ => return None,
        })
    }
}

/// What makes some columns of a table unique: what a foreign key to them depends on.
#[derive(Debug, Clone, Copy)]
pub(super) enum Key<'t> {
    Constraint(&'t Constraint),
    Index(&'t Index),
}

impl Key<'_> {
    pub(super) fn name(&self) -> Option<&Ident> {
        match self {
            Self::Constraint(constraint) => constraint.name.as_ref(),
            Self::Index(index) => Some(&index.name),
        }
    }
}

/// The keys that cover exactly some columns, in any order.
pub(super) fn keys_for<'t>(table: &'t Table, columns: &[Ident]) -> Vec<Key<'t>> {
    let wanted: BTreeSet<&Ident> = columns.iter().collect();
    let constraints = table.constraints.iter().filter(|constraint| {
        let columns = match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                columns
            }
            _ => return false,
        };
        let columns: BTreeSet<&Ident> = columns.iter().map(|part| &part.column).collect();
        columns == wanted && !constraint.deferrable
    });
    let indexes = table.indexes.iter().filter(|index| {
        let columns: Option<BTreeSet<&Ident>> = index
            .keys
            .iter()
            .map(|key| match &key.expr {
                Expr::Column { column, .. } => Some(column),
                _ => None,
            })
            .collect();
        index.unique && index.filter.is_none() && columns.as_ref() == Some(&wanted)
    });
    let constraints = constraints.map(Key::Constraint);
    constraints.chain(indexes.map(Key::Index)).collect()
}
