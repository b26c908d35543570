//! Of which tables some have to be empty for a statement to do nothing.
//!
//! A statement on rows that has no form in the target needs none where there are no rows for it: in
//! a database that is made anew, most of what once moved data has nothing to move.
//!
//! # Invariants
//!
//! - A statement is said to do nothing only if the authored engine would do nothing: no row is
//!   written, no sequence moved, and no function called of which more is not known.
//! - What cannot be told does something.

mod block;

use std::collections::HashSet;

use super::infer::{gathers, is_known};
use crate::schema::{
    BinaryOp, Call, Cte, DataStatement, Expr, Ident, InsertSource, JoinKind, Name, Part, Query,
    Schema, Select, SelectItem, SetExpr, SetOp, TableRef,
};

pub(super) use block::{is_idle_without_rows, of_block};

/// Clauses: of each, one table at least has to be empty. One without tables never holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Vacancy(Vec<Vec<Name>>);

impl Vacancy {
    /// It does nothing, whatever there is.
    fn always() -> Self {
        Self(Vec::new())
    }

    /// It does something, or that is not known.
    fn never() -> Self {
        Self(vec![Vec::new()])
    }

    /// It does nothing while a table is empty.
    pub(super) fn of(table: &Name) -> Self {
        Self(vec![vec![table.clone()]])
    }

    fn and(mut self, other: Self) -> Self {
        for clause in other.0 {
            if !self.0.contains(&clause) {
                self.0.push(clause);
            }
        }
        self
    }

    fn or(self, other: Self) -> Self {
        // What is told of a hundred tables is of no use to anybody.
        const MANY: usize = 64;
        if self.0.len() * other.0.len() > MANY {
            return Self::never();
        }
        let mut all = Self::always();
        for own in &self.0 {
            for more in &other.0 {
                let mut clause = own.clone();
                clause.extend(more.iter().filter(|name| !own.contains(name)).cloned());
                all = all.and(Self(vec![clause]));
            }
        }
        all
    }

    /// One table of each clause, each once; `None` if a clause has none that will do.
    pub(super) fn tables(&self, will_do: impl Fn(&Name) -> bool) -> Option<Vec<Name>> {
        let mut all: Vec<Name> = Vec::new();
        for clause in &self.0 {
            let one = clause.iter().find(|name| will_do(name))?;
            if !all.contains(one) {
                all.push(one.clone());
            }
        }
        Some(all)
    }
}

/// What is known where a statement stands.
#[derive(Clone, Copy)]
pub(super) struct Facts<'a> {
    /// The schema as the authored engine holds it.
    pub(super) schema: &'a Schema,
    /// The names of the functions that the scripts have made and that are code; none of them looks
    /// at several rows.
    pub(super) code: &'a HashSet<String>,
}

/// When a statement does nothing. Its names are resolved.
pub(super) fn of_statement(statement: &DataStatement, facts: Facts<'_>) -> Vacancy {
    let (table, with, rest) = match statement {
        DataStatement::Insert(insert) => {
            let scope = Scope::of(&insert.with, insert.recursive, facts);
            let rest = match &insert.source {
                InsertSource::Query(query) => scope.query(query),
                InsertSource::Defaults => Vacancy::never(),
            };
            (Some(&insert.table), &insert.with, rest)
        }
        DataStatement::Update(update) => {
            let scope = Scope::of(&update.with, update.recursive, facts);
            let rest = scope.rows(&update.from, update.filter.as_ref());
            let rest = scope.named(&update.table).or(rest);
            (Some(&update.table), &update.with, rest)
        }
        DataStatement::Delete(delete) => {
            let scope = Scope::of(&delete.with, delete.recursive, facts);
            let rest = scope.rows(&delete.using, delete.filter.as_ref());
            let rest = scope.named(&delete.table).or(rest);
            (Some(&delete.table), &delete.with, rest)
        }
        DataStatement::Query(query) => {
            (None, &query.with, Scope::of(&[], false, facts).query(query))
        }
        DataStatement::Truncate { .. } => return Vacancy::never(),
    };
    // A trigger that runs once for a statement runs for one that changes nothing too.
    let mut triggers = table
        .map_or(&[][..], |table| facts.schema.triggers_of(table))
        .iter();
    let by_row = triggers.all(|trigger| {
        let does = trigger.does.as_ref();
        does.is_some_and(|does| does.unclear.is_none() || !does.events.is_empty())
    });
    if !by_row || !names_columns(statement, facts.schema) || !is_quiet(statement, facts) {
        return Vacancy::never();
    }
    with.iter().fold(rest, |all, cte| match &*cte.body {
        DataStatement::Query(_) => all,
        statement => all.and(of_statement(statement, facts)),
    })
}

/// Whether the columns that it writes are there: else the authored engine does not take it.
fn names_columns(statement: &DataStatement, schema: &Schema) -> bool {
    let is_of = |table: &Name, columns: &[Ident]| {
        let table = schema.table(table);
        table.is_some_and(|table| columns.iter().all(|name| table.column(name).is_some()))
    };
    match statement {
        DataStatement::Insert(insert) => is_of(&insert.table, &insert.columns),
        DataStatement::Update(update) => {
            let mut assignments = update.assignments.iter();
            assignments.all(|assignment| is_of(&update.table, &assignment.columns))
        }
        DataStatement::Delete(delete) => is_of(&delete.table, &[]),
        DataStatement::Query(_) | DataStatement::Truncate { .. } => true,
    }
}

/// What is in sight where rows come from.
struct Scope<'a> {
    /// The common table expressions, the last one first: each sees those behind it.
    with: Vec<&'a Cte>,
    recursive: bool,
    facts: Facts<'a>,
}

impl<'a> Scope<'a> {
    fn of(with: &'a [Cte], recursive: bool, facts: Facts<'a>) -> Self {
        let with = with.iter().rev().collect();
        Self {
            with,
            recursive,
            facts,
        }
    }

    /// What stands behind the common table expression at a place.
    fn behind(&self, place: usize) -> Scope<'a> {
        Scope {
            with: self.with.get(place + 1..).unwrap_or_default().to_vec(),
            ..*self
        }
    }

    /// When a query gives no row.
    fn query(&self, query: &'a Query) -> Vacancy {
        let mut with: Vec<&Cte> = query.with.iter().rev().collect();
        with.extend(&self.with);
        let inner = Scope {
            with,
            recursive: self.recursive || query.recursive,
            facts: self.facts,
        };
        inner.set(&query.body)
    }

    fn set(&self, body: &'a SetExpr) -> Vacancy {
        match body {
            SetExpr::Select(select) if self.gives_one_row(select) => Vacancy::never(),
            SetExpr::Select(select) => self.rows(&select.from, select.filter.as_ref()),
            SetExpr::Values(_) => Vacancy::never(),
            SetExpr::Query(query) => self.query(query),
            SetExpr::Op {
                op, left, right, ..
            } => {
                let (left, right) = (self.set(left), self.set(right));
                match op {
                    SetOp::Union => left.and(right),
                    SetOp::Intersect => left.or(right),
                    SetOp::Except => left,
                }
            }
        }
    }

    /// `count(*)` gives a row where there is none, and so does a grouping set of nothing.
    fn gives_one_row(&self, select: &Select) -> bool {
        if !select.group_by.is_empty() {
            let plain = |key: &Expr| !matches!(key, Expr::Call(_) | Expr::Row(_));
            return !select.group_by.iter().all(plain);
        }
        let items = select.items.iter().filter_map(|item| match item {
            SelectItem::Expr { expr, .. } => Some(expr),
            SelectItem::Star | SelectItem::TableStar(_) => None,
        });
        let mut all = items.chain(&select.having);
        select.having.is_some() || all.any(|expr| may_gather(expr, self.facts))
    }

    /// When no row comes of a FROM and its WHERE.
    fn rows(&self, from: &'a [TableRef], filter: Option<&'a Expr>) -> Vacancy {
        let filtered = filter.map_or_else(Vacancy::never, |filter| self.filter(filter));
        let tables = from.iter().map(|table| self.table(table));
        tables.fold(filtered, |all, table| table.or(all))
    }

    fn table(&self, table: &'a TableRef) -> Vacancy {
        match table {
            TableRef::Table { name, .. } => {
                let is = |cte: &&Cte| name.schema.is_none() && cte.name == name.name;
                let Some(place) = self.with.iter().position(is) else {
                    return self.named(name);
                };
                match &*self.with[place].body {
                    _ if self.recursive => Vacancy::never(),
                    DataStatement::Query(query) => self.behind(place).query(query),
                    statement => of_statement(statement, self.facts),
                }
            }
            TableRef::Subquery { query, .. } => self.query(query),
            TableRef::Function { .. } => Vacancy::never(),
            TableRef::Join {
                left, kind, right, ..
            } => {
                let (left, right) = (self.table(left), self.table(right));
                match kind {
                    JoinKind::Inner | JoinKind::Cross => left.or(right),
                    JoinKind::Left => left,
                    JoinKind::Right => right,
                    JoinKind::Full => left.and(right),
                }
            }
        }
    }

    /// A table, or a view of some; a materialized one shows what there was.
    fn named(&self, name: &Name) -> Vacancy {
        if let Some(table) = self.facts.schema.table(name) {
            return Vacancy::of(&table.name);
        }
        let view = self.facts.schema.view(name);
        let Some(query) = view
            .filter(|view| !view.materialized)
            .and_then(|view| view.query.as_ref())
        else {
            return Vacancy::never();
        };
        let mut early = Vec::new();
        sources(query, &mut early);
        match early
            .into_iter()
            .all(|part| only_computes(part, self.facts))
        {
            true => Scope::of(&[], false, self.facts).query(query),
            false => Vacancy::never(),
        }
    }

    /// When a condition holds for no row, whatever the row is.
    fn filter(&self, filter: &'a Expr) -> Vacancy {
        match filter {
            Expr::Binary {
                left,
                op: BinaryOp::And,
                right,
            } => self.filter(left).or(self.filter(right)),
            Expr::Exists(query)
            | Expr::InQuery {
                query,
                negated: false,
                ..
            } => self.query(query),
            _ => Vacancy::never(),
        }
    }
}

/// Whether an expression may look at several rows, which gives one row where there is none.
fn may_gather(expr: &Expr, facts: Facts<'_>) -> bool {
    let own = |call: &Call| {
        let name = call.name.name.as_str();
        let scalar = is_known(name) || facts.code.contains(name);
        call.over.is_none() && (gathers(call) || !call.order_by.is_empty() || !scalar)
    };
    let mut found = matches!(expr, Expr::Call(call) if own(call));
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= may_gather(expr, facts);
        }
    });
    found
}

/// Whether what is computed also where there are no rows, the WITH and the FROM, only computes.
fn is_quiet(statement: &DataStatement, facts: Facts<'_>) -> bool {
    let mut early: Vec<Part<'_>> = Vec::new();
    match statement {
        DataStatement::Query(query) => sources(query, &mut early),
        DataStatement::Insert(insert) => {
            early.extend(insert.with.iter().map(|cte| Part::Data(&cte.body)));
            if let InsertSource::Query(query) = &insert.source {
                sources(query, &mut early);
            }
        }
        DataStatement::Update(update) => {
            early.extend(update.with.iter().map(|cte| Part::Data(&cte.body)));
            early.extend(update.from.iter().map(Part::Table));
        }
        DataStatement::Delete(delete) => {
            early.extend(delete.with.iter().map(|cte| Part::Data(&cte.body)));
            early.extend(delete.using.iter().map(Part::Table));
        }
        DataStatement::Truncate { .. } => return false,
    }
    early.into_iter().all(|part| only_computes(part, facts))
}

fn sources<'q>(query: &'q Query, found: &mut Vec<Part<'q>>) {
    fn set<'q>(body: &'q SetExpr, found: &mut Vec<Part<'q>>) {
        match body {
            SetExpr::Select(select) => found.extend(select.from.iter().map(Part::Table)),
            SetExpr::Values(_) => {}
            SetExpr::Query(query) => sources(query, found),
            SetExpr::Op { left, right, .. } => {
                set(left, found);
                set(right, found);
            }
        }
    }
    found.extend(query.with.iter().map(|cte| Part::Data(&cte.body)));
    set(&query.body, found);
}

/// Whether nothing in it is a function of which more is not known, or one that does more.
fn only_computes(part: Part<'_>, facts: Facts<'_>) -> bool {
    let mut all = true;
    if let Part::Expr(Expr::Call(call)) = &part {
        all = computes(&call.name.name, facts);
    }
    let mut inner = |part: Part<'_>| all &= only_computes(part, facts);
    match part {
        Part::Expr(expr) => expr.parts(&mut inner),
        Part::Query(query) => query.parts(&mut inner),
        Part::Table(table) => table.parts(&mut inner),
        Part::Data(data) => data.parts(&mut inner),
    }
    all
}

/// Whether a function only computes.
fn computes(name: &str, facts: Facts<'_>) -> bool {
    const MOVING: &[&str] = &["nextval", "set_config", "setval"];
    is_known(name) && !facts.code.contains(name) && !MOVING.contains(&name)
}
