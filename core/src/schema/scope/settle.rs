//! A query that goes on to mean what it means now, whatever columns its tables come to have.
//!
//! PostgreSQL, MySQL and MariaDB resolve a view's names once, when it is created. SQLite reads its
//! text each time, and the other two their own: a column that comes later, or gets another name,
//! would be the nearer one.

use super::{ColumnUse, Env, Resolver, Scope, bare, output_name};
use crate::schema::{
    Expr, Ident, JoinKind, JoinOn, Literal, Name, Query, Schema, SelectItem, TableRef,
};

/// Writes out what a query leaves to the tables that there are: every `*`, the columns of NATURAL,
/// whose columns names are where more than one table could have them, and what a name in GROUP BY or
/// ORDER BY is that the select list gives.
///
/// What is not known stays as it is.
pub fn settle(query: &mut Query, schema: &Schema) {
    let mut ignore = |_: ColumnUse<'_>| {};
    let mut resolver = Resolver {
        settles: true,
        ..Resolver::new(schema, &mut ignore)
    };
    resolver.expand(query, &Env::default());
    resolver.query(query, &Env::default());
}

/// Says whose column an expression names.
pub(super) fn qualify(expr: &mut Expr, scope: &Scope<'_>) {
    let Some(column) = bare(expr) else { return };
    let Some((source, Some(_))) = scope.find(None, column) else {
        return;
    };
    let is = |other: &super::Source| std::ptr::eq(other, source);
    let alone = scope.sources.len() == 1 && scope.sources.iter().any(is);
    if alone || source.alias.is_empty() || scope.merges(column) {
        return;
    }
    let name = Name::bare(source.alias.clone());
    // Another table, nearer, may be called so.
    let found = scope.find(Some(&name), column);
    if found.is_some_and(|(found, _)| is(found))
        && let Expr::Column { table, .. } = expr
    {
        *table = Some(name);
    }
}

/// In the place of a key that means an item of the select list, what the item is made of.
pub(super) fn written(key: &mut Expr, items: &[SelectItem]) {
    if let Some((_, found)) = item_meant(key, items) {
        *key = found.clone();
    }
}

/// In the place of a name of ORDER BY, the number of the item that is called so and is more than a
/// column.
pub(super) fn numbered(key: &mut Expr, items: &[SelectItem]) {
    let stars = items
        .iter()
        .any(|item| !matches!(item, SelectItem::Expr { .. }));
    if let Some((place, found)) = item_meant(key, items).filter(|_| !stars) {
        *key = match found {
            Expr::Column { .. } => found.clone(),
            _ => Expr::Literal(Literal::Number((place + 1).to_string())),
        };
    }
}

/// The item of a select list that a key of ORDER BY or DISTINCT ON means by the name that it has, if
/// only by itself, or by its number; and its place from 0, stars counted as one.
pub fn item_meant<'i>(key: &Expr, items: &'i [SelectItem]) -> Option<(usize, &'i Expr)> {
    let number = match key {
        Expr::Literal(Literal::Number(digits)) => digits.parse::<usize>().ok()?.checked_sub(1),
        _ => None,
    };
    let mut known = true;
    for (place, item) in items.iter().enumerate() {
        match item {
            SelectItem::Expr { expr, alias } => {
                let called = || alias.clone().unwrap_or_else(|| output_name(expr));
                let at = known && number == Some(place);
                if at || bare(key).is_some_and(|name| *name == called()) {
                    return Some((place, expr));
                }
            }
            SelectItem::Star | SelectItem::TableStar(_) => known = false,
        }
    }
    None
}

impl Scope<'_> {
    /// Whether a name may be a column that a RIGHT or FULL JOIN makes of two.
    fn merges(&self, column: &Ident) -> bool {
        let own = self.merged.as_ref();
        own.is_none_or(|merged| merged.contains(column))
            || self.outer.is_some_and(|outer| outer.merges(column))
    }
}

/// The columns that RIGHT and FULL JOINs make of two, and that are not those of the first table; `None`:
/// which they are is not said, by NATURAL.
pub fn merged_by_joins(item: &TableRef) -> Option<Vec<Ident>> {
    let TableRef::Join {
        left,
        kind,
        right,
        on,
    } = item
    else {
        return Some(Vec::new());
    };
    let mut names = [merged_by_joins(left)?, merged_by_joins(right)?].concat();
    if matches!(kind, JoinKind::Right | JoinKind::Full) {
        match on {
            JoinOn::Natural => return None,
            JoinOn::Using(columns) => names.extend(columns.iter().cloned()),
            JoinOn::Expr(_) | JoinOn::Nothing => {}
        }
    }
    Some(names)
}
