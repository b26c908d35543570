//! Exclusion constraints of PostgreSQL's (`docs/adr/0018`): targets see a key where no more is said than
//! that rows are unique, and else a trigger that fails for a row which another one excludes. So they do for
//! a unique key over documents and arrays, of which equal ones may be different texts.
//!
//! # Invariants
//!
//! - A constraint is one of the three to a target: a key or a unique index, a trigger, or, where it has
//!   no form, still the constraint, which every target refuses.
//! - The trigger asks the row as it is written. A row excludes itself as far as it excludes an equal
//!   one, so that it counts those that exclude it, itself among them.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::infer::Family;
use super::ranges::Range;
use crate::schema::{
    BinaryOp, CallArg, Constraint, ConstraintKind, Effect, Excludes, Exclusion, Expr, Ident, Index,
    IndexKey, IndexPart, Literal, NEW, Name, Query, Returned, RowConstraint, RowTrigger, Schema,
    Select, SelectItem, SetExpr, Table, TableEffect, TableRef, Trigger, TriggerEvent, TriggerStep,
    Type, UnaryOp,
};
use crate::sql;

/// Whether two documents or arrays are equal, as targets are asked for it: no function of PostgreSQL's.
pub const DOCUMENTS_EQUAL: &str = "aludel_documents_equal";
/// Whether a document is written so that this can be told: it says nothing twice, for example.
pub const DOCUMENT_CLEAR: &str = "aludel_document_clear";

/// What the rows are called among which a row is looked for that excludes one.
const OTHER: &str = "aludel_other";
/// What a row is called of which that is asked, where it is there already.
const OWN: &str = "aludel_own";

/// Whether an effect is one on a table that has an exclusion constraint.
pub(super) fn concerns(effect: &Effect) -> bool {
    let Effect::Table(TableEffect { before, after, .. }) = effect else {
        return false;
    };
    before.iter().chain(after).any(|table| has_some(table))
}

fn has_some(table: &Table) -> bool {
    let mut kinds = table.constraints.iter().map(|one| &one.kind);
    kinds.any(|kind| match kind {
        ConstraintKind::Exclude(_) => true,
        ConstraintKind::Unique { columns, .. } => {
            columns.iter().any(|part| is_whole(&part.column, table))
        }
        _ => false,
    }) || table.indexes.iter().any(|index| is_of_whole(index, table))
}

/// Whether a column holds documents or arrays that are compared as wholes.
fn is_whole(column: &str, table: &Table) -> bool {
    let ty = table.column(column).map(|column| &column.ty);
    match ty {
        Some(Type::Jsonb) => true,
        // Equal elements of these are written in one way, but for a text's escapes.
        Some(Type::Array(element)) => matches!(
            &**element,
            Type::SmallInt { .. }
                | Type::Integer { .. }
                | Type::BigInt { .. }
                | Type::Boolean
                | Type::Text
                | Type::Varchar(_)
                | Type::Enum(_)
        ),
        _ => false,
    }
}

/// Whether an index is unique, and has such a column for a key.
fn is_of_whole(index: &Index, table: &Table) -> bool {
    let whole = |key: &IndexKey| matches!(&key.expr, Expr::Column { column, .. } if is_whole(column, table));
    index.unique && index.keys.iter().any(whole)
}

/// What an exclusion constraint is to a target.
enum Form {
    Unique(Constraint),
    Index(Index),
    Trigger(Trigger, Option<Index>),
}

/// A table with what its exclusion constraints are to targets, but for the triggers.
pub(crate) fn plain_table(authored: &Schema, mut table: Arc<Table>) -> Arc<Table> {
    if !has_some(&table) {
        return table;
    }
    let given = table.clone();
    let plain = Arc::make_mut(&mut table);
    plain.constraints.clear();
    for constraint in &given.constraints {
        match form(authored, &given, constraint) {
            None => plain.constraints.push(constraint.clone()),
            Some(Form::Unique(key)) => plain.constraints.push(key),
            Some(Form::Index(index)) => plain.indexes.push(index),
            Some(Form::Trigger(_, index)) => plain.indexes.extend(index),
        }
    }
    for index in &given.indexes {
        if let Some(Form::Trigger(_, found_by)) = form_of_index(authored, &given, index) {
            plain.indexes.retain(|one| one.name != index.name);
            plain.indexes.extend(found_by);
        }
    }
    table
}

/// The triggers that stand for constraints of a table.
pub(super) fn triggers(authored: &Schema, table: &Table) -> Vec<Trigger> {
    let constraints = table.constraints.iter();
    let constraints = constraints.filter_map(|one| form(authored, table, one));
    let indexes = table.indexes.iter();
    let indexes = indexes.filter_map(|one| form_of_index(authored, table, one));
    let all = constraints.chain(indexes).filter_map(|form| match form {
        Form::Trigger(trigger, _) => Some(trigger),
        Form::Unique(_) | Form::Index(_) => None,
    });
    all.collect()
}

/// Whether a trigger stands for a constraint.
pub(super) fn stands_for_one(trigger: &Trigger) -> bool {
    let does = trigger.does.as_deref();
    does.is_some_and(|does| does.constraint.is_some())
}

/// Makes a schema that targets see have the triggers of a table's constraints, and no others.
pub(super) fn hold(plain: &mut Schema, table: &Name, triggers: Vec<Trigger>) {
    let had = plain.triggers_of(table).to_vec();
    for trigger in had.into_iter().filter(stands_for_one) {
        if triggers.iter().all(|one| one.name != trigger.name) {
            plain.remove_trigger(table, &trigger.name);
        }
    }
    for trigger in triggers {
        if !plain.triggers_of(table).contains(&trigger) {
            plain.put_trigger(trigger);
        }
    }
}

/// What a change does to the triggers that stand for a table's constraints: those that go, and those
/// that come after the change to the table itself.
pub(super) fn changed(
    had: &[Trigger],
    have: &[Trigger],
    effect: &TableEffect,
) -> (Vec<Effect>, Vec<Effect>) {
    let constraint = |trigger: &Trigger| trigger.does.as_ref().map(|does| does.of.clone());
    // PostgreSQL asks all rows again where a column becomes another.
    let asked_again = |trigger: &Trigger| {
        let of = constraint(trigger).unwrap_or_default();
        let retyped = |name: &Ident| {
            let column = |table: &Option<Arc<Table>>| table.as_ref()?.column(name).cloned();
            let (before, after) = (column(&effect.before), column(&effect.after));
            before.zip(after).is_some_and(|(a, b)| a.ty != b.ty)
                || effect.using.iter().any(|(column, _)| column == name)
        };
        of.iter().any(retyped)
    };
    let is_in = |trigger: &Trigger, all: &[Trigger]| {
        let mut all = all.iter();
        all.any(|one| one.name == trigger.name) && !asked_again(trigger)
    };
    let mut gone = Vec::new();
    let mut come = Vec::new();
    if effect.after.is_some() {
        let go = had.iter().filter(|trigger| !is_in(trigger, have));
        gone.extend(go.map(|trigger| Effect::Trigger {
            before: Some(trigger.clone()),
            after: None,
        }));
    }
    for trigger in have.iter().filter(|trigger| !is_in(trigger, had)) {
        let mut trigger = trigger.clone();
        // A table that is new has no rows.
        if effect.before.is_none()
            && let Some(constraint) = constraint_of(&mut trigger)
        {
            constraint.violations = None;
        }
        come.push(Effect::Trigger {
            before: None,
            after: Some(trigger),
        });
    }
    (gone, come)
}

fn constraint_of(trigger: &mut Trigger) -> Option<&mut RowConstraint> {
    let does = trigger.does.as_mut()?;
    Arc::make_mut(does).constraint.as_deref_mut()
}

fn form(authored: &Schema, table: &Table, constraint: &Constraint) -> Option<Form> {
    let name = constraint.name.as_ref()?;
    match &constraint.kind {
        ConstraintKind::Exclude(text) => {
            let exclusion = sql::exclusion(text)?;
            if exclusion.is_of_equals() && !exclusion.elements.iter().any(|(expr, _)| matches!(expr, Expr::Column { column, .. } if is_whole(column, table))) {
                return unique(name, &exclusion, constraint);
            }
            let asked = Asked {
                table,
                exclusion: &exclusion,
                name,
                is_key: false,
            };
            asked.form(authored, format!("EXCLUDE {text}"), constraint.deferrable)
        }
        ConstraintKind::Unique {
            columns,
            nulls_not_distinct: false,
        } if columns.iter().any(|part| is_whole(&part.column, table)) => {
            let elements = columns.iter();
            let elements =
                elements.map(|part| (Expr::column(part.column.clone()), Excludes::Equal));
            let asked = Asked {
                table,
                exclusion: &Exclusion {
                    elements: elements.collect(),
                    filter: None,
                },
                name,
                is_key: true,
            };
            asked.form(authored, String::from("UNIQUE"), constraint.deferrable)
        }
        _ => None,
    }
}

fn form_of_index(authored: &Schema, table: &Table, index: &Index) -> Option<Form> {
    let plain = |key: &IndexKey| key.length.is_none() && key.collation.is_none();
    if !is_of_whole(index, table) || index.nulls_not_distinct || !index.keys.iter().all(plain) {
        return None;
    }
    let elements = index.keys.iter();
    let elements = elements.map(|key| (key.expr.clone(), Excludes::Equal));
    let asked = Asked {
        table,
        exclusion: &Exclusion {
            elements: elements.collect(),
            filter: index.filter.clone(),
        },
        name: &index.name,
        is_key: true,
    };
    // Names of members stand in what is made of it.
    asked.form(authored, format!("UNIQUE WHERE {:?}", index.filter), false)
}

/// The key that says the same.
fn unique(name: &Ident, exclusion: &Exclusion, constraint: &Constraint) -> Option<Form> {
    let exprs = exclusion.elements.iter().map(|(expr, _)| expr);
    let columns = exprs.clone().map(|expr| match expr {
        Expr::Column {
            table: None,
            column,
        } => Some(column),
        _ => None,
    });
    if let (Some(columns), None) = (columns.collect::<Option<Vec<_>>>(), &exclusion.filter) {
        return Some(Form::Unique(Constraint {
            kind: ConstraintKind::Unique {
                columns: columns.into_iter().map(IndexPart::whole).collect(),
                nulls_not_distinct: false,
            },
            ..constraint.clone()
        }));
    }
    if constraint.deferrable {
        return None;
    }
    Some(Form::Index(Index {
        name: name.clone(),
        unique: true,
        method: None,
        keys: exprs.cloned().map(IndexKey::new).collect(),
        include: Vec::new(),
        filter: exclusion.filter.clone(),
        nulls_not_distinct: false,
        comment: None,
    }))
}

/// An index by which the rows are found that may exclude one, as PostgreSQL's is that stands for the
/// constraint.
fn found_by(name: &Ident, exclusion: &Exclusion, table: &Table) -> Option<Index> {
    let mut keys = Vec::new();
    for (expr, how) in &exclusion.elements {
        if let (Excludes::Equal, Expr::Column { column, .. }) = (how, expr)
            && !Family::is_of_many_texts(&table.column(column)?.ty)
        {
            keys.push(IndexKey::new(expr.clone()));
        }
    }
    (!keys.is_empty()).then(|| Index {
        name: name.clone(),
        unique: false,
        method: None,
        keys,
        include: Vec::new(),
        filter: None,
        nulls_not_distinct: false,
        comment: None,
    })
}

/// The columns that a constraint names.
fn named(exclusion: &Exclusion, table: &Table) -> Vec<Ident> {
    let columns = table.columns.iter().map(|column| &column.name);
    let named: BTreeSet<&Ident> = columns
        .filter(|name| exclusion.names_column(name))
        .collect();
    named.into_iter().cloned().collect()
}

/// What is asked of a row.
struct Asked<'a> {
    table: &'a Table,
    exclusion: &'a Exclusion,
    name: &'a Ident,
    /// It is a unique key.
    is_key: bool,
}

impl Asked<'_> {
    /// The trigger that asks it.
    fn form(&self, authored: &Schema, text: String, deferrable: bool) -> Option<Form> {
        let Self {
            table,
            exclusion,
            name,
            ..
        } = self;
        let mut own = authored.triggers_of(&table.name).iter();
        if own.any(|trigger| trigger.name == **name) {
            return None;
        }
        let of = named(exclusion, table);
        // What is generated is set with what it is generated from.
        let generated = |name: &Ident| {
            let column = table.column(name);
            column.is_none_or(|column| column.generated.is_some())
        };
        if of.iter().any(generated) {
            return None;
        }
        let does = RowTrigger {
            name: Some((*name).clone()),
            function: Name::bare(""),
            arguments: Vec::new(),
            code: String::new(),
            before: false,
            events: vec![TriggerEvent::Insert, TriggerEvent::Update],
            of,
            condition: None,
            sets: Vec::new(),
            or_old: false,
            variables: Vec::new(),
            steps: Vec::new(),
            tells: false,
            copies: false,
            unclear: None,
            fails: None,
            constraint: Some(Box::new(RowConstraint {
                steps: self.steps()?,
                violations: Some(Box::new(self.violations()?)),
                message: self.message(),
                deferrable,
            })),
        };
        let trigger = Trigger {
            name: (*name).clone(),
            table: table.name.clone(),
            text,
            does: Some(Arc::new(does)),
        };
        Some(Form::Trigger(trigger, found_by(name, exclusion, table)))
    }

    fn is_whole(&self, expr: &Expr) -> bool {
        matches!(expr, Expr::Column { column, .. } if is_whole(column, self.table))
    }

    fn message(&self) -> String {
        match self.is_key {
            true => format!(
                "duplicate key value violates unique constraint \"{}\"",
                self.name
            ),
            false => format!(
                "conflicting key value violates exclusion constraint \"{}\"",
                self.name
            ),
        }
    }

    fn steps(&self) -> Option<Vec<TriggerStep>> {
        let raise = |condition: Expr, message: String| TriggerStep::If {
            whens: vec![(condition, vec![TriggerStep::Raise(message)])],
            otherwise: Vec::new(),
        };
        let mut steps = Vec::new();
        for (fails, message) in self.impossible(NEW)? {
            steps.push(raise(self.where_it_holds(NEW, fails), message));
        }
        let excluded = self.is_excluded(NEW)?;
        steps.push(raise(self.where_it_holds(NEW, excluded), self.message()));
        steps.push(TriggerStep::Return(Returned::New));
        Some(steps)
    }

    /// The rows that are there and do not obey.
    fn violations(&self) -> Option<Query> {
        let fails = self.impossible(OWN)?.into_iter().map(|(fails, _)| fails);
        let excluded = self.is_excluded(OWN)?;
        let any = fails
            .chain([excluded])
            .reduce(|any, one| Expr::binary(any, BinaryOp::Or, one))?;
        Some(self.rows(OWN, number("1"), self.where_it_holds(OWN, any)))
    }

    /// What fails before it is asked whether anything excludes a row, with what is said.
    fn impossible(&self, row: &str) -> Option<Vec<(Expr, String)>> {
        let mut all = Vec::new();
        for (expr, how) in &self.exclusion.elements {
            if *how == Excludes::Overlapping {
                all.extend(Range::of(&of_row(expr, row), self.table)?.impossible());
            } else if self.is_whole(expr) {
                let clear = Expr::call(DOCUMENT_CLEAR, [of_row(expr, row)]);
                let unclear = Expr::Unary {
                    op: UnaryOp::Not,
                    expr: Box::new(clear),
                };
                let message = format!(
                    "a document in the key \"{}\" has a key twice, or one or a text that is escaped where it need not be",
                    self.name
                );
                all.push((unclear, message));
            }
        }
        Some(all)
    }

    /// Whether a row is excluded by another.
    fn is_excluded(&self, row: &str) -> Option<Expr> {
        let mut all = Vec::new();
        for (expr, how) in &self.exclusion.elements {
            let (other, own) = (of_row(expr, OTHER), of_row(expr, row));
            match how {
                Excludes::Equal if self.is_whole(expr) => {
                    all.push(Expr::call(DOCUMENTS_EQUAL, [other, own]));
                }
                Excludes::Other if self.is_whole(expr) => return None,
                Excludes::Equal => all.push(Expr::binary(other, BinaryOp::Eq, own)),
                Excludes::Other => all.push(Expr::binary(other, BinaryOp::NotEq, own)),
                Excludes::Overlapping => {
                    let other = Range::of(&other, self.table)?;
                    all.extend(other.overlaps(&Range::of(&own, self.table)?));
                }
            }
        }
        all.extend(
            self.exclusion
                .filter
                .as_ref()
                .map(|filter| of_row(filter, OTHER)),
        );
        let all = all
            .into_iter()
            .reduce(|all, one| Expr::binary(all, BinaryOp::And, one))?;
        let mut elements = self.exclusion.elements.iter();
        if elements.any(|(_, how)| *how == Excludes::Other) {
            // No row is another than itself.
            return Some(Expr::Exists(Box::new(self.rows(OTHER, number("1"), all))));
        }
        let mut count = Expr::call("count", []);
        if let Expr::Call(call) = &mut count {
            call.args.push(CallArg::Star);
        }
        let count = Expr::Subquery(Box::new(self.rows(OTHER, count, all)));
        Some(Expr::binary(count, BinaryOp::Gt, number("1")))
    }

    /// Something under the constraint's own condition on a row.
    fn where_it_holds(&self, row: &str, expr: Expr) -> Expr {
        match &self.exclusion.filter {
            None => expr,
            Some(filter) => Expr::binary(of_row(filter, row), BinaryOp::And, expr),
        }
    }

    fn rows(&self, called: &str, item: Expr, filter: Expr) -> Query {
        Query {
            with: Vec::new(),
            recursive: false,
            body: SetExpr::Select(Box::new(Select {
                items: vec![SelectItem::Expr {
                    expr: item,
                    alias: None,
                }],
                from: vec![TableRef::Table {
                    name: self.table.name.clone(),
                    alias: Some(called.to_owned()),
                    columns: Vec::new(),
                }],
                filter: Some(filter),
                ..Select::default()
            })),
            order_by: Vec::new(),
            limit: None,
            offset: None,
        }
    }
}

fn number(digits: &str) -> Expr {
    Expr::Literal(Literal::Number(digits.into()))
}

/// An expression over a table's columns, of a row that is called so.
fn of_row(expr: &Expr, row: &str) -> Expr {
    let mut expr = expr.clone();
    expr.each_mut(&mut |expr| {
        if let Expr::Column { table, .. } = expr {
            *table = Some(Name::bare(row));
        }
    });
    expr
}
