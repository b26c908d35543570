//! Constraints. None is left out.

use std::fmt::{self, Display};

use aludel::schema::{
    BinaryOp, Constraint, ConstraintKind, Expr, ForeignKey, Ident, Index, IndexPart, Name, Table,
};

use aludel::sql::Syntax;
use aludel::translate::infer::Family;

use super::super::names;
use super::super::rules::Stands;
use super::column::{check_constraint, is_sole_key, numbered};
use super::nulls::found_by_columns;
use super::{Lowering, nulls};

/// A constraint as it is named in what is said about it, which is seldom anything.
struct Shown<'a>(Option<&'a Ident>, &'a Name);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name, table) = self;
        match name {
            Some(name) => write!(f, "constraint `{name}` of `{table}`"),
            None => write!(f, "a constraint of `{table}`"),
        }
    }
}

/// Whether a table has a foreign key that says the same, which is then one: a constraint without a
/// name is known by what it says alone.
pub(super) fn has(table: &Table, key: &Constraint) -> bool {
    let is_key = matches!(key.kind, ConstraintKind::ForeignKey(_));
    fn says(c: &Constraint) -> (bool, bool, &ConstraintKind) {
        (c.deferrable, c.initially_deferred, &c.kind)
    }
    is_key && table.constraints.iter().any(|c| says(c) == says(key))
}

/// Whether columns are a key of a table: that they are no two rows' is what a reference needs.
fn is_key(table: &Table, columns: &[Ident]) -> bool {
    let whole = |parts: &[IndexPart]| {
        parts.len() == columns.len()
            && parts
                .iter()
                .all(|part| part.length.is_none() && columns.contains(&part.column))
    };
    let keys = table.constraints.iter().any(|one| match &one.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            whole(columns)
        }
        _ => false,
    });
    let plain = |index: &Index| {
        index.unique
            && index.keys.len() == columns.len()
            && index.keys.iter().all(
                |key| matches!(&key.expr, Expr::Column { column, .. } if columns.contains(column)),
            )
    };
    columns.is_empty() || table.opaque.is_some() || keys || table.indexes.iter().any(plain)
}

impl Lowering<'_> {
    pub(super) fn constraint(&mut self, constraint: &Constraint) -> Vec<Constraint> {
        let table = &self.table.name;
        let shown = Shown(constraint.name.as_ref(), table);
        let name = constraint.name.as_ref();
        let mut lowered = Constraint {
            // A name that the engine generated says nothing.
            name: name.filter(|_| constraint.named).cloned(),
            not_valid: false,
            ..constraint.clone()
        };
        let mut more = None;
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } => {
                self.key(&mut lowered, columns, &shown);
                let other =
                    numbered(self.table).filter(|column| !is_sole_key(self.table, &column.name));
                if other.is_some() {
                    lowered.kind = ConstraintKind::Unique {
                        columns: columns.clone(),
                        nulls_not_distinct: false,
                    };
                }
            }
            ConstraintKind::Unique { columns, .. } => {
                self.key(&mut lowered, columns, &shown);
                lowered.kind = ConstraintKind::Unique {
                    columns: columns.clone(),
                    nulls_not_distinct: false,
                };
            }
            ConstraintKind::ForeignKey(key) => {
                if key.match_full && key.columns.len() > 1 {
                    more = Some(all_or_none(&key.columns));
                }
                let own = (key.table == self.table.name).then_some(self.table);
                let referred = own.or_else(|| self.authored.table(&key.table).map(AsRef::as_ref));
                if self.source == Syntax::Mysql
                    && referred.is_some_and(|referred| !is_key(referred, &key.referred))
                {
                    // SQLite would make it, and no row could be written to the table after that.
                    let message = format!(
                        "{shown}: a foreign key to columns of `{}` that are no key, which InnoDB alone takes",
                        key.table
                    );
                    self.omit("missing-reference", message);
                    return Vec::new();
                }
                if let Some(referred) = self.authored.table(&key.table)
                    && let Err(refusal) = found_by_columns(&key.referred, referred, &shown)
                {
                    self.take(refusal);
                }
                lowered.kind = ConstraintKind::ForeignKey(ForeignKey {
                    table: names::flat(&key.table),
                    match_full: false,
                    ..key.clone()
                });
            }
            ConstraintKind::Check { expr, not_enforced } => {
                let Some(expr) = self.expr(Stands::Schema, &shown, |rw| rw.expr(expr)) else {
                    return Vec::new();
                };
                if *not_enforced {
                    return Vec::new();
                }
                lowered.kind = ConstraintKind::Check {
                    expr,
                    not_enforced: false,
                };
            }
            _ => {
                self.refuse(
                    "exclusion",
                    format!("{shown}: an exclusion constraint has no counterpart on sqlite"),
                );
                return Vec::new();
            }
        }
        std::iter::once(lowered)
            .chain(more.map(check_constraint))
            .collect()
    }

    /// The index that stands for a key which tells NULLs alike.
    pub(super) fn nulls_alike(&mut self, constraint: &Constraint) -> Option<Index> {
        let ConstraintKind::Unique {
            columns,
            nulls_not_distinct: true,
        } = &constraint.kind
        else {
            return None;
        };
        let name = constraint.name.as_ref()?;
        let index = nulls::index_of(name, columns, self.table)?;
        let shown = format!("constraint `{name}` of `{}`", self.table.name);
        self.key(&mut constraint.clone(), columns, &shown);
        Some(index)
    }

    /// A key is checked row by row here, which is stricter than at the end of a transaction.
    fn key(&mut self, lowered: &mut Constraint, columns: &[IndexPart], shown: &dyn Display) {
        if lowered.deferrable {
            self.omit(
                "deferrable-key",
                format!("{shown}: DEFERRABLE; it is checked row by row"),
            );
            lowered.deferrable = false;
            lowered.initially_deferred = false;
        }
        for part in columns {
            self.equal_as_text(&part.column, shown);
        }
        if columns.iter().any(|part| part.length.is_some()) {
            self.refuse("prefix-key", format!("{shown}: a key of the first characters of a column has no counterpart on sqlite"));
        }
    }
}

impl Lowering<'_> {
    /// A key tells values apart by their texts: those that are equal under several must not be
    /// in one.
    pub(super) fn equal_as_text(&mut self, column: &str, shown: &dyn Display) {
        let ty = self.table.column(column).map(|column| &column.ty);
        if ty.is_some_and(Family::is_of_many_texts) {
            self.refuse(
                "key-of-texts",
                format!("{shown}: equal values of `{column}` may be different texts on sqlite"),
            );
        }
    }
}

/// `MATCH FULL`: all of the columns are NULL, or none is.
fn all_or_none(columns: &[Ident]) -> Expr {
    let all = |negated: bool| {
        let mut tests = columns.iter().map(|column| Expr::IsNull {
            expr: Box::new(Expr::column(column.clone())),
            negated,
        });
        let first = tests
            .next()
            .unwrap_or(Expr::Literal(aludel::schema::Literal::Boolean(true)));
        tests.fold(first, |left, right| {
            Expr::binary(left, BinaryOp::And, right)
        })
    };
    Expr::binary(all(false), BinaryOp::Or, all(true))
}
