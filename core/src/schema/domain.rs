//! Domains as what they come to: the type below, NOT NULL, a default and CHECKs of each column.
//!
//! PostgreSQL asks a domain's CHECKs and NOT NULL whenever something becomes a value of it; where
//! that is a row's column, the column's own would say the same. A cast elsewhere is the cast to the
//! type below only where the domain asks nothing.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    Column, Constraint, ConstraintKind, Domain, Expr, Ident, Literal, Query, Schema, Table, Type,
    View, generated_name,
};

impl Schema {
    /// The domains that a type is, the outermost first.
    fn domains_of<'s>(&'s self, ty: &'s Type) -> impl Iterator<Item = &'s Domain> {
        let of = |ty: &Type| match ty {
            Type::Named(name) => self.domain(name),
            _ => None,
        };
        std::iter::successors(of(ty), move |domain| of(&domain.base))
    }

    /// The type below a domain, and below that if it is one too. What is no domain is itself.
    pub fn below(&self, ty: &Type) -> Type {
        let last = self.domains_of(ty).last();
        last.map_or_else(|| ty.clone(), |domain| domain.base.clone())
    }

    /// Whether nothing is asked of a value of a type but that it is one of the type below.
    fn asks_nothing(&self, ty: &Type) -> bool {
        self.domains_of(ty).all(|domain| {
            domain.nullable && domain.constraints.is_empty() && domain.opaque.is_none()
        })
    }

    /// Whether a type is a domain with a CHECK, its own or one of a domain below.
    pub(super) fn checks_in_domains(&self, ty: &Type) -> bool {
        self.domains_of(ty)
            .any(|domain| !domain.constraints.is_empty())
    }

    /// A type without the domains that ask nothing.
    fn plain_type(&self, ty: &Type) -> Type {
        match ty {
            Type::Array(element) => Type::Array(Box::new(self.plain_type(element))),
            ty if self.asks_nothing(ty) => match self.below(ty) {
                Type::Array(element) => Type::Array(Box::new(self.plain_type(&element))),
                below => below,
            },
            ty => ty.clone(),
        }
    }

    /// Puts the type below in the place of domains that ask nothing, in all casts of an expression.
    pub fn plain_expr(&self, expr: &mut Expr) {
        expr.each_mut(&mut |expr| self.plain_cast(expr));
    }

    /// [`plain_expr`](Self::plain_expr) for a query.
    pub fn plain_query(&self, query: &mut Query) {
        query.each_mut(&mut |expr| self.plain_cast(expr));
    }

    /// [`plain_expr`](Self::plain_expr) for one cast.
    pub(crate) fn plain_cast(&self, expr: &mut Expr) {
        match expr {
            Expr::Cast { ty, .. } | Expr::Literal(Literal::Typed(ty, _)) => {
                *ty = self.plain_type(ty);
            }
            _ => {}
        }
    }

    /// A view, likewise.
    pub fn plain_view(&self, view: &View) -> View {
        let mut view = view.clone();
        if let Some(query) = &mut view.query {
            self.plain_query(query);
        }
        view
    }

    /// A table without domains: its columns have the types below, and what the domains say. One
    /// whose domain is not understood stays as it is.
    pub fn plain_table(&self, table: &Arc<Table>) -> Arc<Table> {
        if self.domains().next().is_none() {
            return table.clone();
        }
        let mut plain = Table::clone(table);
        let mut taken: BTreeSet<Ident> = table.indexes.iter().map(|i| i.name.clone()).collect();
        taken.extend(table.constraints.iter().filter_map(|c| c.name.clone()));
        let mut checks = Vec::new();
        for column in &mut plain.columns {
            self.plain_column(column, &mut checks, &mut taken);
        }
        plain.constraints.extend(checks);
        for constraint in &mut plain.constraints {
            if let ConstraintKind::Check { expr, .. } = &mut constraint.kind {
                self.plain_expr(expr);
            }
        }
        for index in &mut plain.indexes {
            index
                .keys
                .iter_mut()
                .for_each(|key| self.plain_expr(&mut key.expr));
            index
                .filter
                .iter_mut()
                .for_each(|expr| self.plain_expr(expr));
        }
        // Whoever compares tables may do so by their places.
        if plain == **table {
            return table.clone();
        }
        Arc::new(plain)
    }

    fn plain_column(
        &self,
        column: &mut Column,
        checks: &mut Vec<Constraint>,
        taken: &mut BTreeSet<Ident>,
    ) {
        let ty = column.ty.clone();
        if self.domains_of(&ty).any(|domain| domain.opaque.is_some()) {
            return;
        }
        if let Some(default) = &mut column.default {
            // What becomes a value of the column's own domain is asked by the column.
            if let Expr::Cast { ty: to, .. } = default
                && *to == ty
            {
                *to = self.below(&ty);
            }
            self.plain_expr(default);
        }
        if let Some(generated) = &mut column.generated {
            self.plain_expr(&mut generated.expr);
        }
        let computed = column.generated.is_some() || column.identity.is_some();
        for (depth, domain) in self.domains_of(&ty).enumerate() {
            column.nullable &= domain.nullable;
            if column.collation.is_none() {
                column.collation.clone_from(&domain.collation);
            }
            // That of a domain below was taken over when the domain was made.
            if depth == 0 && column.default.is_none() && !computed {
                column.default.clone_from(&domain.default);
                column
                    .default
                    .iter_mut()
                    .for_each(|expr| self.plain_expr(expr));
            }
            for constraint in &domain.constraints {
                let ConstraintKind::Check { expr, .. } = &constraint.kind else {
                    continue;
                };
                let of = Some(domain.name.name.as_str());
                let is_taken = |name: &str| taken.contains(name);
                let name = generated_name(&column.name, of, "check", is_taken);
                taken.insert(name.clone());
                checks.push(Constraint {
                    name: Some(name),
                    kind: ConstraintKind::Check {
                        expr: of_column(expr, &column.name),
                        not_enforced: false,
                    },
                    named: false,
                    ..constraint.clone()
                });
            }
        }
        column.ty = self.plain_type(&self.below(&ty));
    }
}

/// A domain's CHECK as one of a column: `VALUE` is the column.
fn of_column(expr: &Expr, column: &str) -> Expr {
    let mut expr = expr.clone();
    expr.each_mut(&mut |expr| {
        if let Expr::Column {
            table: None,
            column: name,
        } = expr
            && name == "value"
        {
            column.clone_into(name);
        }
    });
    expr
}
