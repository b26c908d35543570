//! By which values a query tells its rows apart.

use std::borrow::Cow;

use super::scope::Scope;
use crate::schema::{Distinct, Query, Select, SetExpr, Type};

impl Scope<'_> {
    /// The types of the values by which a query tells rows apart: those of DISTINCT and of GROUP BY,
    /// and all of UNION and its like without ALL. What is equal in one engine need not be in another.
    pub fn told_apart(&self, query: &Query) -> Vec<Type> {
        let mut inner = Cow::Borrowed(self);
        if !query.with.is_empty() {
            let scope = inner.to_mut();
            scope.enter();
            for cte in &query.with {
                scope.add_cte(cte, query.recursive);
            }
        }
        let mut types = Vec::new();
        inner.body_apart(&query.body, &mut types);
        types
    }

    fn body_apart(&self, body: &SetExpr, types: &mut Vec<Type>) {
        match body {
            SetExpr::Select(select) => self.select_apart(select, types),
            SetExpr::Query(query) => types.extend(self.told_apart(query)),
            SetExpr::Values(_) => {}
            SetExpr::Op {
                all, left, right, ..
            } => {
                if !all {
                    let fields = self.body_fields(body).unwrap_or_default();
                    types.extend(fields.into_iter().filter_map(|field| field.ty));
                }
                self.body_apart(left, types);
                self.body_apart(right, types);
            }
        }
    }

    fn select_apart(&self, select: &Select, types: &mut Vec<Type>) {
        if select.distinct == Some(Distinct::All) {
            let fields = self.select_fields(select).unwrap_or_default();
            types.extend(fields.into_iter().filter_map(|field| field.ty));
        }
        let mut scope = self.clone();
        scope.enter();
        scope.add_from(&select.from);
        let keys = match &select.distinct {
            Some(Distinct::On(keys)) => keys.as_slice(),
            _ => &[],
        };
        types.extend(
            select
                .group_by
                .iter()
                .chain(keys)
                .filter_map(|key| scope.ty(key)),
        );
    }
}
