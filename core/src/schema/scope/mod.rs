//! What the columns of a query mean: which column of which table or view each name stands for.
//!
//! Names are resolved as PostgreSQL does: a select sees its own FROM first, then the queries
//! around it; ORDER BY sees the names of the result before those of the FROM; GROUP BY after
//! them. What cannot be resolved (a function in FROM, NATURAL, a relation that is not known) is
//! said, never guessed.

mod settle;
mod stars;

pub use settle::{item_meant, merged_by_joins, settle};
pub use stars::expand_stars;

use super::{
    DataStatement, Distinct, Expr, Ident, JoinOn, Name, OrderBy, PartMut, Query, Schema, Select,
    SelectItem, SetExpr, TableRef,
};

/// A name of a column, where it stands in a query.
#[derive(Debug)]
pub enum ColumnUse<'a> {
    /// A column of a table or view.
    Of {
        /// The table or view.
        relation: &'a Name,
        /// Its column.
        column: &'a Ident,
        /// By what the FROM calls the table.
        alias: &'a Ident,
        /// The FROM has names of its own for the table's columns.
        aliased: bool,
        /// The expression that names it. If it is changed, the query's results keep their names.
        expr: &'a mut Expr,
    },
    /// A column of a table or view by which USING or NATURAL joins.
    Joined {
        /// The table or view.
        relation: &'a Name,
        /// Its column.
        column: &'a Ident,
    },
    /// A column of a subquery, a function or a common table expression.
    Derived {
        /// By what the FROM calls it.
        alias: &'a Ident,
        /// The expression that names it.
        expr: &'a mut Expr,
    },
    /// What no relation around it has.
    Missing(&'a Ident),
    /// What nothing is known of: any column of that name may be meant, or (`None`) any at all.
    Unknown(Option<&'a Ident>),
}

/// Calls `f` with every column that a query names.
pub fn each_column(query: &mut Query, schema: &Schema, f: &mut dyn FnMut(ColumnUse<'_>)) {
    Resolver::new(schema, f).query(query, &Env::default());
}

/// The names of a query's results; `None` if they are not known.
pub fn output_names(query: &Query, schema: &Schema) -> Option<Vec<Ident>> {
    let mut query = query.clone();
    Resolver::new(schema, &mut |_| {}).query(&mut query, &Env::default())
}

type Names = Option<Vec<Ident>>;

/// What is known around a query.
#[derive(Clone, Default)]
struct Env<'e> {
    /// Common table expressions and the names of their results.
    ctes: Vec<(Ident, Names)>,
    outer: Option<&'e Scope<'e>>,
}

/// What a select's expressions see.
struct Scope<'e> {
    sources: Vec<Source>,
    /// [`merged_by_joins`] of its FROM.
    merged: Option<Vec<Ident>>,
    outer: Option<&'e Scope<'e>>,
}

impl<'e> Scope<'e> {
    fn without_tables(outer: Option<&'e Scope<'e>>) -> Self {
        Self {
            sources: Vec::new(),
            merged: Some(Vec::new()),
            outer,
        }
    }
}

/// One thing in a FROM.
struct Source {
    alias: Ident,
    /// The relation, if it is one.
    relation: Option<Name>,
    /// What it calls its columns; `None`: not known.
    columns: Names,
    /// What they are called in the relation itself.
    real: Vec<Ident>,
    /// The FROM has names of its own for them.
    aliased: bool,
}

struct Resolver<'s, 'f> {
    schema: &'s Schema,
    f: &'f mut dyn FnMut(ColumnUse<'_>),
    /// What is written is what it means now: see [`settle`].
    settles: bool,
}

impl<'s, 'f> Resolver<'s, 'f> {
    fn new(schema: &'s Schema, f: &'f mut dyn FnMut(ColumnUse<'_>)) -> Self {
        let settles = false;
        Self { schema, f, settles }
    }

    fn query(&mut self, query: &mut Query, env: &Env<'_>) -> Names {
        let env = self.with(query, env);
        let names = self.body(&mut query.body, &env, &mut query.order_by);
        let scope = Scope::without_tables(env.outer);
        for expr in query.limit.iter_mut().chain(&mut query.offset) {
            self.expr(expr, &scope, &env);
        }
        names
    }

    /// The environment of a query's body: with its common table expressions.
    fn with<'e>(&mut self, query: &mut Query, env: &Env<'e>) -> Env<'e> {
        let mut inner = env.clone();
        let recursive = query.recursive;
        for cte in &mut query.with {
            if recursive {
                let known = Some(cte.columns.clone()).filter(|columns| !columns.is_empty());
                inner.ctes.push((cte.name.clone(), known));
            }
            let names = match &mut *cte.body {
                DataStatement::Query(query) => self.query(query, &inner),
                _ => {
                    (self.f)(ColumnUse::Unknown(None));
                    None
                }
            };
            let names = renamed(names, &cte.columns);
            inner.ctes.push((cte.name.clone(), names));
        }
        inner
    }

    fn body(&mut self, body: &mut SetExpr, env: &Env<'_>, order: &mut [OrderBy]) -> Names {
        match body {
            SetExpr::Select(select) => self.select(select, env, order),
            SetExpr::Values(rows) => {
                let scope = Scope::without_tables(env.outer);
                for expr in rows.iter_mut().flatten() {
                    self.expr(expr, &scope, env);
                }
                let width = rows.first().map_or(0, Vec::len);
                Some((1..=width).map(|n| format!("column{n}")).collect())
            }
            SetExpr::Query(query) => self.query(query, env),
            SetExpr::Op { left, right, .. } => {
                let names = self.body(left, env, &mut []);
                self.body(right, env, &mut []);
                names
            }
        }
    }

    fn select(&mut self, select: &mut Select, env: &Env<'_>, order: &mut [OrderBy]) -> Names {
        let scope = self.from(&mut select.from, env);
        if let Some(Distinct::On(list)) = &mut select.distinct {
            for expr in list {
                if self.settles {
                    settle::written(expr, &select.items);
                }
                self.expr(expr, &scope, env);
            }
        }
        let mut names = Some(Vec::new());
        for item in &mut select.items {
            if *item == SelectItem::Star {
                self.whole(stars::shown(&select.from, &scope.sources), &mut names);
            } else {
                self.item(item, &scope, env, &mut names);
            }
        }
        let outputs = names.clone().unwrap_or_default();
        let filters = select.filter.iter_mut().chain(&mut select.having);
        for expr in filters {
            self.expr(expr, &scope, env);
        }
        for expr in &mut select.group_by {
            let is_output = bare(expr)
                .is_some_and(|name| outputs.contains(name) && scope.find(None, name).is_none());
            if !is_output {
                self.expr(expr, &scope, env);
            } else if self.settles {
                settle::written(expr, &select.items);
            }
        }
        for (_, window) in &mut select.windows {
            let order = window.order_by.iter_mut().map(|key| &mut key.expr);
            for expr in window.partition_by.iter_mut().chain(order) {
                self.expr(expr, &scope, env);
            }
        }
        let first_of_each = matches!(select.distinct, Some(Distinct::On(_)));
        for key in order {
            if self.settles && first_of_each {
                settle::written(&mut key.expr, &select.items);
            }
            if !bare(&key.expr).is_some_and(|name| outputs.contains(name)) {
                self.expr(&mut key.expr, &scope, env);
            } else if self.settles && select.group_by.is_empty() && select.distinct.is_none() {
                // Where rows are made of several, MySQL takes no more than the name.
                settle::numbered(&mut key.expr, &select.items);
            }
        }
        names
    }

    /// One item of a select list; its name joins `names`.
    fn item(&mut self, item: &mut SelectItem, scope: &Scope<'_>, env: &Env<'_>, names: &mut Names) {
        match item {
            SelectItem::Expr { expr, alias } => {
                let name = alias.clone().unwrap_or_else(|| output_name(expr));
                self.expr(expr, scope, env);
                if alias.is_none() && output_name(expr) != name {
                    *alias = Some(name.clone());
                }
                if let Some(names) = names {
                    names.push(name);
                }
            }
            SelectItem::Star => *names = None,
            SelectItem::TableStar(table) => {
                for source in scope.sources.iter().filter(|s| s.is(Some(table))) {
                    self.whole(source.columns.clone(), names);
                }
            }
        }
    }

    /// A star that was left stands for whatever is there.
    fn whole(&mut self, shown: Names, names: &mut Names) {
        match (shown, names.as_mut()) {
            (Some(shown), Some(names)) => names.extend(shown),
            _ => *names = None,
        }
        (self.f)(ColumnUse::Unknown(None));
    }

    fn from<'e>(&mut self, from: &mut [TableRef], env: &Env<'e>) -> Scope<'e> {
        let mut scope = Scope::without_tables(env.outer);
        for item in from.iter_mut() {
            self.table(item, &mut scope, env);
        }
        let merged: Option<Vec<_>> = from.iter().map(merged_by_joins).collect();
        scope.merged = merged.map(|each| each.concat());
        scope
    }

    fn table(&mut self, item: &mut TableRef, scope: &mut Scope<'_>, env: &Env<'_>) {
        match item {
            TableRef::Table {
                name,
                alias,
                columns,
            } => {
                let alias = alias.clone().unwrap_or_else(|| name.name.clone());
                scope.sources.push(self.source(name, alias, columns, env));
            }
            TableRef::Subquery {
                lateral,
                query,
                alias,
                columns,
            } => {
                let inner = Env {
                    ctes: env.ctes.clone(),
                    outer: if *lateral { Some(&*scope) } else { env.outer },
                };
                let names = self.query(query, &inner);
                scope.sources.push(Source {
                    alias: alias.clone().unwrap_or_default(),
                    relation: None,
                    columns: renamed(names, columns),
                    real: Vec::new(),
                    aliased: false,
                });
            }
            TableRef::Function {
                call,
                ordinality,
                alias,
                columns,
                ..
            } => {
                self.expr(call, scope, env);
                let alias = alias.clone().unwrap_or_else(|| output_name(call));
                let known = !columns.is_empty() && !*ordinality;
                scope.sources.push(Source {
                    alias,
                    relation: None,
                    columns: known.then(|| columns.clone()),
                    real: Vec::new(),
                    aliased: false,
                });
            }
            TableRef::Join {
                left, right, on, ..
            } => {
                let start = scope.sources.len();
                self.table(left, scope, env);
                self.table(right, scope, env);
                match on {
                    JoinOn::Expr(expr) => self.expr(expr, scope, env),
                    JoinOn::Using(columns) => {
                        for source in &scope.sources[start..] {
                            for column in columns.iter() {
                                self.joined(source, column);
                            }
                        }
                    }
                    JoinOn::Natural => (self.f)(ColumnUse::Unknown(None)),
                    JoinOn::Nothing => {}
                }
            }
        }
    }

    fn source(&self, name: &Name, alias: Ident, columns: &[Ident], env: &Env<'_>) -> Source {
        if name.schema.is_none() {
            let cte = env.ctes.iter().rev().find(|(cte, _)| *cte == name.name);
            if let Some((_, names)) = cte {
                return Source {
                    alias,
                    relation: None,
                    columns: renamed(names.clone(), columns),
                    real: Vec::new(),
                    aliased: false,
                };
            }
        }
        let real = self.columns_of(name);
        Source {
            alias,
            relation: Some(name.clone()),
            columns: renamed(real.clone(), columns),
            real: real.unwrap_or_default(),
            aliased: !columns.is_empty(),
        }
    }

    /// The columns of a table or view.
    fn columns_of(&self, name: &Name) -> Names {
        if let Some(table) = self.schema.table(name) {
            if table.opaque.is_some() {
                return None;
            }
            let names = table.columns.iter().map(|column| column.name.clone());
            return Some(names.collect());
        }
        let view = self.schema.view(name)?;
        let names = output_names(view.query.as_ref()?, self.schema);
        renamed(names, &view.columns)
    }

    fn joined(&mut self, source: &Source, column: &Ident) {
        let Some(relation) = &source.relation else {
            return;
        };
        match &source.columns {
            None => (self.f)(ColumnUse::Unknown(Some(column))),
            Some(columns) => {
                if let Some(place) = columns.iter().position(|c| c == column) {
                    (self.f)(ColumnUse::Joined {
                        relation,
                        column: &source.real[place],
                    });
                }
            }
        }
    }

    fn expr(&mut self, expr: &mut Expr, scope: &Scope<'_>, env: &Env<'_>) {
        if self.settles {
            settle::qualify(expr, scope);
        }
        if let Expr::Column { table, column } = &*expr {
            let (table, column) = (table.clone(), column.clone());
            match scope.find(table.as_ref(), &column) {
                Some((source, Some(place))) => match &source.relation {
                    Some(relation) => (self.f)(ColumnUse::Of {
                        relation,
                        column: &source.real[place],
                        alias: &source.alias,
                        aliased: source.aliased,
                        expr,
                    }),
                    None => (self.f)(ColumnUse::Derived {
                        alias: &source.alias,
                        expr,
                    }),
                },
                Some((_, None)) => (self.f)(ColumnUse::Unknown(Some(&column))),
                // The name of a relation is its whole row.
                None if table.is_none() && scope.has(&column) => {
                    (self.f)(ColumnUse::Unknown(None));
                }
                None => (self.f)(ColumnUse::Missing(&column)),
            }
            return;
        }
        let inner = Env {
            ctes: env.ctes.clone(),
            outer: Some(scope),
        };
        // What EXISTS selects is of no account.
        let expands = self.settles && !matches!(expr, Expr::Exists(_));
        expr.parts_mut(&mut |part| match part {
            PartMut::Expr(expr) => self.expr(expr, scope, env),
            PartMut::Query(query) => {
                if expands {
                    self.expand(query, &inner);
                }
                self.query(query, &inner);
            }
            PartMut::Table(_) | PartMut::Data(_) => {}
        });
    }
}

impl Source {
    /// Whether a qualifier means this.
    fn is(&self, qualifier: Option<&Name>) -> bool {
        let Some(qualifier) = qualifier else {
            return true;
        };
        qualifier.name == self.alias
            && (qualifier.schema.is_none()
                || self
                    .relation
                    .as_ref()
                    .is_some_and(|r| r.schema == qualifier.schema))
    }
}

impl Scope<'_> {
    /// Whether something is called so in a FROM.
    fn has(&self, alias: &Ident) -> bool {
        self.sources.iter().any(|source| source.alias == *alias)
            || self.outer.is_some_and(|outer| outer.has(alias))
    }

    /// Where a column is found: the nearest scope that has it. A place is given if it is sure.
    fn find(&self, table: Option<&Name>, column: &Ident) -> Option<(&Source, Option<usize>)> {
        for source in self.sources.iter().filter(|source| source.is(table)) {
            match &source.columns {
                None => return Some((source, None)),
                Some(columns) => {
                    if let Some(place) = columns.iter().position(|c| c == column) {
                        return Some((source, Some(place)));
                    }
                }
            }
        }
        self.outer?.find(table, column)
    }
}

/// A column's name, if an expression is nothing else.
fn bare(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Column {
            table: None,
            column,
        } => Some(column),
        _ => None,
    }
}

/// What PostgreSQL calls a result that was not given a name: `FigureColname` in its parse_target.c.
pub(crate) fn output_name(expr: &Expr) -> Ident {
    super::replay::figure(expr).unwrap_or_else(|| "?column?".to_owned())
}

/// Names, the first of which were given others.
fn renamed(names: Names, aliases: &[Ident]) -> Names {
    let mut names = names?;
    for (name, alias) in names.iter_mut().zip(aliases) {
        name.clone_from(alias);
    }
    Some(names)
}
