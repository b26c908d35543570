//! Constraints. None is left out.

use aludel::schema::{
    BinaryOp, Constraint, ConstraintKind, Expr, ForeignKey, Ident, IndexPart, Literal, Table,
};
use aludel::translate::Refusal;

use super::super::meaning::Stands;
use super::super::names;
use super::super::types::Limit;
use super::Lowering;
use super::index::beginning;

impl Lowering<'_> {
    /// The constraints, those with names first: they keep them.
    pub(super) fn constraints(&mut self, lowered: &mut Table) {
        let (named, unnamed): (Vec<_>, Vec<_>) = self
            .table
            .constraints
            .iter()
            .partition(|constraint| constraint.named && constraint.name.is_some());
        for constraint in named.into_iter().chain(unnamed) {
            if !self.says_again(constraint) {
                self.constraint(constraint, lowered);
            }
        }
    }

    /// Whether a UNIQUE says what the primary key or one before it says: to PostgreSQL they are one.
    fn says_again(&self, constraint: &Constraint) -> bool {
        let ConstraintKind::Unique { columns, .. } = &constraint.kind else {
            return false;
        };
        let all = self.table.constraints.iter();
        let before = all.take_while(|other| !std::ptr::eq(*other, constraint));
        let mut uniques = before.filter_map(|other| match &other.kind {
            ConstraintKind::Unique { columns, .. } => Some(columns),
            _ => None,
        });
        self.table.primary_key() == columns.as_slice() || uniques.any(|other| other == columns)
    }

    fn constraint(&mut self, constraint: &Constraint, lowered: &mut Table) {
        let table = &self.table.name;
        let shown = match &constraint.name {
            Some(name) => format!("constraint `{name}` of `{table}`"),
            None => format!("a constraint of `{table}`"),
        };
        let kind = match &constraint.kind {
            ConstraintKind::Unique { columns, .. } if is_prefix(columns) => {
                self.prefix_key(constraint, columns, lowered);
                return;
            }
            ConstraintKind::PrimaryKey { columns } if is_prefix(columns) => {
                let message = format!(
                    "{shown}: a primary key over the beginning of a text has no counterpart on postgres"
                );
                return self.take(Refusal::new("prefix-key", message));
            }
            ConstraintKind::PrimaryKey { .. } | ConstraintKind::Unique { .. } => {
                constraint.kind.clone()
            }
            ConstraintKind::ForeignKey(key) => ConstraintKind::ForeignKey(self.foreign_key(key)),
            ConstraintKind::Check {
                not_enforced: true, ..
            } => return,
            ConstraintKind::Check { expr, .. } => {
                let expr = self.rewrite(Stands::Schema, &shown, |meaning, rw| {
                    meaning.condition(rw, expr)
                });
                match expr {
                    Some(expr) => check(expr),
                    None => return,
                }
            }
            ConstraintKind::Exclude(_) => {
                let message = format!("{shown} has no counterpart on postgres");
                return self.take(Refusal::new("exclusion", message));
            }
        };
        let name = self.constraint_name(constraint, &kind);
        lowered.constraints.push(Constraint {
            name: Some(name),
            kind,
            not_valid: false,
            ..constraint.clone()
        });
    }

    fn foreign_key(&self, key: &ForeignKey) -> ForeignKey {
        let mut key = ForeignKey {
            table: names::flat(&key.table),
            ..key.clone()
        };
        // To SQLite, whatever the primary key is by now.
        if key.referred.is_empty()
            && let Some(referred) = self.authored.table(&key.table)
        {
            let parts = referred.primary_key().iter();
            key.referred = parts.map(|part| part.column.clone()).collect();
        }
        key
    }

    fn constraint_name(&mut self, constraint: &Constraint, kind: &ConstraintKind) -> Ident {
        let table = &self.table.name.name;
        let written = constraint.name.as_ref().filter(|_| constraint.named);
        let columns = |parts: &[IndexPart]| -> Vec<Ident> {
            parts.iter().map(|part| part.column.clone()).collect()
        };
        let (columns, label) = match kind {
            // MySQL has one name for all of them.
            ConstraintKind::PrimaryKey { .. }
                if written.is_none_or(|name| name.eq_ignore_ascii_case("PRIMARY")) =>
            {
                (Vec::new(), "pkey")
            }
            ConstraintKind::PrimaryKey { columns: parts } => (columns(parts), "pkey"),
            ConstraintKind::Unique { columns: parts, .. } => (columns(parts), "key"),
            ConstraintKind::ForeignKey(key) => (key.columns.clone(), "fkey"),
            _ => (only_column(kind).into_iter().collect(), "check"),
        };
        let is_relation = matches!(label, "pkey" | "key");
        match written {
            Some(name) if label != "pkey" || !columns.is_empty() => {
                let name = if is_relation {
                    names::of_table(table, name)
                } else {
                    names::short(name)
                };
                self.names.take(name)
            }
            _ => {
                let columns = columns.iter().map(String::as_str);
                self.names.generate(table, columns, label)
            }
        }
    }

    /// A UNIQUE over the beginnings of texts is an index over expressions.
    fn prefix_key(&mut self, constraint: &Constraint, parts: &[IndexPart], lowered: &mut Table) {
        let written = constraint.name.clone().filter(|_| constraint.named);
        let mut index = aludel::schema::Index::new(match written {
            Some(name) => self
                .names
                .take(names::of_table(&self.table.name.name, &name)),
            None => {
                let columns = parts.iter().map(|part| part.column.as_str());
                self.names.generate(&self.table.name.name, columns, "key")
            }
        });
        index.unique = true;
        index.keys = parts
            .iter()
            .map(|part| beginning(self.table, &part.column, part.length, true))
            .collect();
        lowered.indexes.push(index);
    }

    /// What types leave to CHECKs.
    pub(super) fn limits(&mut self, limits: Vec<(Ident, Limit)>, lowered: &mut Table) {
        for (column, limit) in limits {
            let value = || Expr::column(column.clone());
            let number = |n: u32| Expr::Literal(Literal::Number(n.to_string()));
            let bytes = || Expr::call("octet_length", [value()]);
            let expr = match limit {
                Limit::None => continue,
                Limit::NotNegative => Expr::binary(value(), BinaryOp::GtEq, number(0)),
                Limit::Bytes(exactly) => Expr::binary(bytes(), BinaryOp::Eq, number(exactly)),
                Limit::MostBytes(most) => Expr::binary(bytes(), BinaryOp::LtEq, number(most)),
                Limit::Members(members) => Expr::InList {
                    expr: Box::new(value()),
                    list: members.into_iter().map(Expr::text).collect(),
                    negated: false,
                },
            };
            let name = self
                .names
                .generate(&self.table.name.name, [column.as_str()], "check");
            lowered.constraints.push(Constraint {
                name: Some(name),
                kind: check(expr),
                deferrable: false,
                initially_deferred: false,
                not_valid: false,
                named: false,
            });
        }
    }
}

fn check(expr: Expr) -> ConstraintKind {
    ConstraintKind::Check {
        expr,
        not_enforced: false,
    }
}

fn is_prefix(parts: &[IndexPart]) -> bool {
    parts.iter().any(|part| part.length.is_some())
}

/// The column that a CHECK looks at, if it is one only: PostgreSQL names it after that.
fn only_column(kind: &ConstraintKind) -> Option<Ident> {
    let ConstraintKind::Check { expr, .. } = kind else {
        return None;
    };
    let mut found: Vec<Ident> = Vec::new();
    expr.clone().each_mut(&mut |expr| {
        if let Expr::Column { column, .. } = expr
            && !found.contains(column)
        {
            found.push(column.clone());
        }
    });
    match found.len() {
        1 => found.pop(),
        _ => None,
    }
}
