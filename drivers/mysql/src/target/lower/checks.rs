//! CHECKs on columns that a foreign key changes by itself, which the servers do not take: what a
//! foreign key does to a row meets no CHECK there.
//!
//! It meets keys, though: an index is kept whatever changes the row. So such a CHECK is a key over an
//! expression that cannot be computed where the CHECK does not hold: the greatest number there is, and
//! one more. That fails in every mode of the session, for INSERT and UPDATE as for an action of a foreign
//! key, and where the table has such a row already.

use aludel::schema::{
    BinaryOp, Constraint, ConstraintKind, Expr, Ident, Index, IndexKey, ReferentialAction, Table,
    Type,
};
use aludel::translate::Refusal;

use super::Lowering;
use crate::target::types::Held;
use crate::target::{build, keys, names};

impl Lowering<'_, '_> {
    /// The condition of a CHECK that looks at a column which a foreign key changes by itself.
    pub(super) fn is_bypassed<'c>(&self, constraint: &'c Constraint) -> Option<&'c Expr> {
        let ConstraintKind::Check {
            expr,
            not_enforced: false,
        } = &constraint.kind
        else {
            return None;
        };
        let columns = keys::columns_of(expr);
        columns
            .iter()
            .any(|name| self.is_acted_on(name))
            .then_some(expr)
    }

    pub(super) fn is_acted_on(&self, column: &Ident) -> bool {
        let sets = |action| {
            use ReferentialAction::{Cascade, SetDefault, SetNull};
            matches!(action, Cascade | SetDefault | SetNull)
        };
        self.table.foreign_keys().any(|(_, key)| {
            // With the row goes what its CHECK says.
            let deletes = key.on_delete == ReferentialAction::Cascade;
            key.columns.contains(column) && (sets(key.on_update) || sets(key.on_delete) && !deletes)
        })
    }

    /// A CHECK as a key that cannot be made where it does not hold.
    pub(super) fn check_by_key(
        &mut self,
        constraint: &Constraint,
        expr: &Expr,
        lowered: &mut Table,
    ) {
        let table = &self.table.name.name;
        let authored = constraint.name.as_deref().unwrap_or("check");
        let what = format!("constraint `{authored}`");
        if let Some(message) = self.looks_at_numbered(expr, &what) {
            self.refuse(Refusal::new("check-column", message));
            return;
        }
        let condition = self.meaning.condition(self.rewriter, expr);
        let own = self.table.constraints.iter();
        let taken: Vec<&str> = (self.table.indexes.iter().map(|index| index.name.as_str()))
            .chain(
                own.filter(|other| *other != constraint)
                    .filter_map(|c| c.name.as_deref()),
            )
            .collect();
        let name = names::free(&names::constraint(table, authored), &taken);
        self.key_that_holds(&name, condition, lowered);
    }

    /// A condition, as this server has it, as such a key.
    pub(super) fn key_that_holds(&mut self, name: &Ident, condition: Expr, lowered: &mut Table) {
        let broken = Expr::IsBoolean {
            expr: Box::new(condition),
            value: Some(false),
            negated: false,
        };
        let greatest = build::digits(u64::MAX.to_string());
        let value = Expr::binary(greatest, BinaryOp::Plus, broken);
        let held = Held::plain(Type::BigInt { unsigned: true });
        let key = self.hidden(value, &held, &format!("{name}_holds"), lowered);
        lowered.indexes.push(Index {
            name: name.clone(),
            unique: false,
            method: None,
            keys: vec![IndexKey::new(key)],
            include: Vec::new(),
            filter: None,
            nulls_not_distinct: false,
            comment: None,
        });
    }
}
