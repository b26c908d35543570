//! What `*` stands for, and NATURAL.

use super::{Env, Names, Resolver, Scope, Source, renamed};
use crate::schema::{
    DataStatement, Expr, Ident, JoinKind, JoinOn, Literal, Name, Query, Schema, SelectItem,
    SetExpr, TableRef,
};

/// Writes out every `*`, as an engine does that freezes a view's columns.
///
/// A `*` over something that is not known stays.
pub fn expand_stars(query: &mut Query, schema: &Schema) {
    Resolver::new(schema, &mut |_| {}).expand(query, &Env::default());
}

impl Resolver<'_, '_> {
    /// Writes out the stars of a query and of all that it selects from.
    pub(super) fn expand(&mut self, query: &mut Query, env: &Env<'_>) {
        let mut inner = env.clone();
        for cte in &mut query.with {
            if let DataStatement::Query(query) = &mut *cte.body {
                self.expand(query, &inner);
                let names = self.query(query, &inner);
                let names = renamed(names, &cte.columns);
                inner.ctes.push((cte.name.clone(), names));
            }
        }
        self.expand_body(&mut query.body, &inner);
    }

    fn expand_body(&mut self, body: &mut SetExpr, env: &Env<'_>) {
        match body {
            SetExpr::Select(select) => {
                for table in &mut select.from {
                    self.expand_table(table, env);
                }
                let scope = self.from(&mut select.from, env);
                if self.settles {
                    let mut sources = scope.sources.iter();
                    for item in &mut select.from {
                        by_name(item, &mut sources);
                    }
                }
                let items = std::mem::take(&mut select.items);
                for item in items {
                    match written_out(&item, &select.from, &scope) {
                        Some(columns) => select.items.extend(columns),
                        None => select.items.push(item),
                    }
                }
            }
            SetExpr::Values(_) => {}
            SetExpr::Query(query) => self.expand(query, env),
            SetExpr::Op { left, right, .. } => {
                self.expand_body(left, env);
                self.expand_body(right, env);
            }
        }
    }

    fn expand_table(&mut self, table: &mut TableRef, env: &Env<'_>) {
        match table {
            TableRef::Subquery { query, .. } => self.expand(query, env),
            TableRef::Join { left, right, .. } => {
                self.expand_table(left, env);
                self.expand_table(right, env);
            }
            TableRef::Table { .. } | TableRef::Function { .. } => {}
        }
    }
}

/// A column that a FROM shows.
#[derive(Clone)]
struct Shown {
    name: Ident,
    value: Expr,
}

/// The names of the columns that a FROM shows; `None` if they are not known.
pub(super) fn shown(from: &[TableRef], sources: &[Source]) -> Names {
    let all = all(from, sources)?;
    Some(all.into_iter().map(|shown| shown.name).collect())
}

fn all(from: &[TableRef], sources: &[Source]) -> Option<Vec<Shown>> {
    let mut sources = sources.iter();
    let each: Option<Vec<_>> = from.iter().map(|item| of(item, &mut sources)).collect();
    Some(each?.into_iter().flatten().collect())
}

/// What one item shows. Each of its tables is the next of the sources.
fn of<'s>(item: &TableRef, sources: &mut impl Iterator<Item = &'s Source>) -> Option<Vec<Shown>> {
    let TableRef::Join {
        left,
        kind,
        right,
        on,
    } = item
    else {
        return columns(sources.next()?);
    };
    let (left, right) = (of(left, sources), of(right, sources));
    joined(*kind, on, left?, right?)
}

/// What a join shows of what stands on both sides: what it makes one column of, and the rest.
fn joined(kind: JoinKind, on: &JoinOn, left: Vec<Shown>, right: Vec<Shown>) -> Option<Vec<Shown>> {
    let joined = match on {
        JoinOn::Using(columns) => columns.clone(),
        JoinOn::Natural => common(&left, &right),
        JoinOn::Expr(_) | JoinOn::Nothing => Vec::new(),
    };
    let mut shown = Vec::new();
    for name in &joined {
        let named = |list: &[Shown]| list.iter().find(|shown| shown.name == *name).cloned();
        let (own, theirs) = (named(&left)?.value, named(&right)?.value);
        let value = match kind {
            JoinKind::Full => Expr::call("coalesce", [own, theirs]),
            JoinKind::Right => theirs,
            JoinKind::Inner | JoinKind::Left | JoinKind::Cross => own,
        };
        let name = name.clone();
        shown.push(Shown { name, value });
    }
    let rest = left.into_iter().chain(right);
    shown.extend(rest.filter(|shown| !joined.contains(&shown.name)));
    Some(shown)
}

fn columns(source: &Source) -> Option<Vec<Shown>> {
    let shown = |name: &Ident| Shown {
        name: name.clone(),
        value: Expr::Column {
            table: Some(Name::bare(source.alias.clone())),
            column: name.clone(),
        },
    };
    Some(source.columns.as_ref()?.iter().map(shown).collect())
}

fn common(left: &[Shown], right: &[Shown]) -> Vec<Ident> {
    let names = left.iter().map(|shown| &shown.name);
    let both = names.filter(|name| right.iter().any(|shown| shown.name == **name));
    both.cloned().collect()
}

/// Says by which columns NATURAL joins, which may be more later; what the item shows.
fn by_name<'s>(
    item: &mut TableRef,
    sources: &mut impl Iterator<Item = &'s Source>,
) -> Option<Vec<Shown>> {
    let TableRef::Join {
        left,
        kind,
        right,
        on,
    } = item
    else {
        return of(item, sources);
    };
    let (left, right) = (by_name(left, sources), by_name(right, sources));
    let (left, right) = (left?, right?);
    if *on == JoinOn::Natural {
        let both = common(&left, &right);
        *on = match (both.is_empty(), *kind) {
            (false, _) => JoinOn::Using(both),
            (true, JoinKind::Inner) => {
                *kind = JoinKind::Cross;
                JoinOn::Nothing
            }
            (true, _) => JoinOn::Expr(Expr::Literal(Literal::Boolean(true))),
        };
    }
    joined(*kind, on, left, right)
}

/// The columns that a star stands for.
fn written_out(item: &SelectItem, from: &[TableRef], scope: &Scope<'_>) -> Option<Vec<SelectItem>> {
    let shown = match item {
        SelectItem::Expr { .. } => return None,
        SelectItem::Star => all(from, &scope.sources)?,
        SelectItem::TableStar(table) => {
            let own = scope.sources.iter().filter(|s| s.is(Some(table)));
            let each: Option<Vec<_>> = own.map(columns).collect();
            each?.into_iter().flatten().collect()
        }
    };
    let alone = scope.sources.len() == 1;
    let item = |Shown { name, mut value }: Shown| {
        let alias = match &mut value {
            Expr::Column { table, .. } => {
                if alone {
                    *table = None;
                }
                None
            }
            _ => Some(name),
        };
        SelectItem::Expr { expr: value, alias }
    };
    Some(shown.into_iter().map(item).collect())
}
