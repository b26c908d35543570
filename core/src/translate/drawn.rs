//! The number that a sequence gave last: `currval('t_id_seq')`, `(SELECT last_value FROM t_id_seq)`.
//!
//! No target has that number where a table numbers itself. But the row that got it is there: while the
//! script at hand has done nothing since that may take it away, or write a greater one, it is the greatest
//! number of its column, for such a table gives none that is not above all that it holds.
//!
//! # Invariants
//!
//! - What is noted was drawn by a statement of this script, for a column that is its table's whole key.
//! - Whatever is not known to leave it as it is makes all be forgotten.

use std::collections::HashMap;

use super::infer::{gives_the_same, is_known};
use crate::schema::{
    CallArg, Column, DataStatement, Expr, Ident, Insert, InsertSource, Literal, Name, Part,
    PartMut, Query, Schema, Select, SelectItem, SetExpr, Table, TableRef, sequence_of,
};

/// Which sequences have given a number in this script, and to which column.
#[derive(Debug, Clone, Default)]
pub(super) struct Drawn {
    last: HashMap<Name, (Name, Ident)>,
}

impl Drawn {
    /// Something is done of which it is not known what it does to rows and numbers.
    pub(super) fn forget(&mut self) {
        self.last.clear();
    }

    /// Writes out what a statement asks for of what sequences gave last.
    pub(super) fn write_out(&self, statement: &mut DataStatement, schema: &Schema) {
        let own = match statement {
            DataStatement::Insert(insert) => Some(&insert.table),
            DataStatement::Update(update) => Some(&update.table),
            DataStatement::Delete(delete) => Some(&delete.table),
            DataStatement::Query(_) | DataStatement::Truncate { .. } => None,
        };
        // When it is asked for, and when triggers draw, is another time here.
        let has_triggers = |name: &Name| !schema.triggers_of(name).is_empty();
        if self.last.is_empty() || own.is_some_and(has_triggers) {
            return;
        }
        let own = own.cloned();
        let mut draws = Vec::new();
        let known = called(Part::Data(statement), &mut draws);
        let found = |name: &Name| {
            let (table, column) = self.last.get(name)?;
            let is_steady = known && !draws.contains(name) && own.as_ref() != Some(table);
            is_steady.then(|| greatest(table, column))
        };
        statement.parts_mut(&mut |part| replace(part, &found));
    }

    /// Takes note of what a statement draws.
    pub(super) fn note(&mut self, statement: &DataStatement, schema: &Schema) {
        let insert = match statement {
            DataStatement::Insert(insert) => insert,
            statement if self.leaves(statement, schema) => return,
            _ => return self.forget(),
        };
        let Some(table) = schema.table(&insert.table) else {
            return self.forget();
        };
        let plain = insert.with.is_empty()
            && table.opaque.is_none()
            && schema.triggers_of(&table.name).is_empty();
        let mut draws = Vec::new();
        let mut known = called(Part::Data(statement), &mut draws);
        for default in table.columns.iter().filter_map(|c| c.default.as_ref()) {
            known &= called(Part::Expr(default), &mut draws);
        }
        if !plain || !known {
            return self.forget();
        }
        for name in draws {
            self.last.remove(&name);
        }
        // It may be written with numbers that are not drawn.
        self.last.retain(|_, (own, _)| *own != table.name);
        if let Some((sequence, column)) = gives_all(insert, table, schema) {
            self.last.insert(sequence, (table.name.clone(), column));
        }
    }

    /// Whether a statement that is no INSERT neither draws numbers nor changes those that are there.
    fn leaves(&self, statement: &DataStatement, schema: &Schema) -> bool {
        if !is_quiet(Part::Data(statement)) {
            return false;
        }
        match statement {
            DataStatement::Query(_) => true,
            DataStatement::Update(update) => {
                let mut keys = schema
                    .referrers(&update.table)
                    .flat_map(|child| child.foreign_keys());
                let mut set = update.assignments.iter().flat_map(|set| &set.columns);
                let mut noted = self.last.values();
                schema
                    .table(&update.table)
                    .is_some_and(|table| table.opaque.is_none())
                    && schema.triggers_of(&update.table).is_empty()
                    && keys.all(|(_, key)| !key.on_update.acts())
                    && !set.any(|column| noted.any(|(_, own)| own == column))
            }
            _ => false,
        }
    }
}

/// The sequence from which every row that an INSERT writes gets its key, and the key's column.
fn gives_all(insert: &Insert, table: &Table, schema: &Schema) -> Option<(Name, Ident)> {
    let [key] = table.primary_key() else {
        return None;
    };
    let column = table.column(&key.column)?;
    let sequence = drawn_by(table, column, schema)?;
    let options = &schema.sequence(&sequence)?.options;
    if options.increment.unwrap_or(1) != 1 || options.cycle || insert.on_conflict.is_some() {
        return None;
    }
    let place = insert.columns.iter().position(|name| *name == column.name);
    let is_own = |value: &Expr| match value {
        Expr::Default => true,
        value => sequence_of(value).as_ref() == Some(&sequence),
    };
    let drawn = match &insert.source {
        InsertSource::Defaults => true,
        InsertSource::Query(query) => match (&query.body, place) {
            (SetExpr::Values(_), None) => !insert.columns.is_empty(),
            (SetExpr::Values(rows), Some(place)) => {
                rows.iter().all(|row| row.get(place).is_some_and(is_own))
                    && rows
                        .iter()
                        .flatten()
                        .filter(|value| draws(value, &sequence))
                        .count()
                        <= rows.len()
            }
            _ => false,
        },
    };
    // Another column may take the number that comes after it.
    let mut others = table
        .columns
        .iter()
        .filter(|other| other.name != column.name);
    let alone = !others.any(|other| drawn_by(table, other, schema).as_ref() == Some(&sequence));
    (drawn && alone).then(|| (sequence, column.name.clone()))
}

/// The sequence that a column takes its numbers from.
fn drawn_by(table: &Table, column: &Column, schema: &Schema) -> Option<Name> {
    if column.identity.is_none() {
        return column.default.as_ref().and_then(sequence_of);
    }
    let mut own = schema.sequences_of(&table.name);
    let of = |owner: &(Name, Ident)| owner.1 == column.name;
    own.find(|sequence| sequence.owned_by.as_ref().is_some_and(of))
        .map(|sequence| sequence.name.clone())
}

fn draws(value: &Expr, sequence: &Name) -> bool {
    let mut draws = Vec::new();
    called(Part::Expr(value), &mut draws);
    draws.contains(sequence)
}

/// Collects the sequences that something draws from; false if it may be from others too, or sets them.
fn called(part: Part<'_>, draws: &mut Vec<Name>) -> bool {
    let mut known = true;
    if let Part::Expr(Expr::Call(call)) = &part {
        known = match call.name.name.as_str() {
            "setval" | "set_config" => false,
            "nextval" => {
                let Part::Expr(expr) = &part else {
                    return false;
                };
                let name = sequence_of(expr);
                draws.extend(name.clone());
                name.is_some()
            }
            name => is_known(name),
        };
    }
    part.parts(&mut |part| known &= called(part, draws));
    known
}

/// Whether all that something calls changes nothing, and it changes no rows in a WITH.
fn is_quiet(part: Part<'_>) -> bool {
    let mut quiet = match &part {
        Part::Expr(Expr::Call(call)) => {
            gives_the_same(&call.name.name) || call.name.name == "currval"
        }
        _ => true,
    };
    part.parts(&mut |part| {
        let writes = matches!(&part, Part::Data(data) if !matches!(data, DataStatement::Query(_)));
        quiet = quiet && !writes && is_quiet(part);
    });
    quiet
}

/// Puts what `found` says in the place of each question for a sequence's last number.
fn replace(part: PartMut<'_>, found: &dyn Fn(&Name) -> Option<Expr>) {
    match part {
        PartMut::Expr(expr) => match asked(expr).and_then(|name| found(&name)) {
            Some(greatest) => *expr = greatest,
            None => expr.parts_mut(&mut |part| replace(part, found)),
        },
        PartMut::Query(query) => query.parts_mut(&mut |part| replace(part, found)),
        PartMut::Table(item) => item.parts_mut(&mut |part| replace(part, found)),
        PartMut::Data(data) => data.parts_mut(&mut |part| replace(part, found)),
    }
}

/// The sequence whose last number an expression is.
fn asked(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::Call(call) if call.name.name == "currval" => {
            let [CallArg::Expr(argument)] = call.args.as_slice() else {
                return None;
            };
            sequence_of(&Expr::call("nextval", [argument.clone()]))
        }
        Expr::Subquery(query) => {
            let SetExpr::Select(select) = &query.body else {
                return None;
            };
            let [TableRef::Table { name, .. }] = select.from.as_slice() else {
                return None;
            };
            let [SelectItem::Expr { expr, .. }] = select.items.as_slice() else {
                return None;
            };
            let is_last = matches!(expr, Expr::Column { column, .. } if column == "last_value");
            let plain = Select {
                items: select.items.clone(),
                from: select.from.clone(),
                ..Select::default()
            };
            let one = |limit: &Expr| matches!(limit, Expr::Literal(Literal::Number(n)) if n == "1");
            let mut alone = (**query).clone();
            if alone.limit.as_ref().is_some_and(one) {
                alone.limit = None;
            }
            (is_last && alone == Query::from(plain)).then(|| name.clone())
        }
        _ => None,
    }
}

/// `(SELECT max(column) FROM table)`.
fn greatest(table: &Name, column: &Ident) -> Expr {
    Expr::Subquery(Box::new(
        Select {
            items: vec![SelectItem::Expr {
                expr: Expr::call("max", [Expr::column(column.clone())]),
                alias: None,
            }],
            from: vec![TableRef::Table {
                name: table.clone(),
                alias: None,
                columns: Vec::new(),
            }],
            ..Select::default()
        }
        .into(),
    ))
}
