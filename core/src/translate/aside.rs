//! A table that is made while another of its name in other letters is still there, and goes later in
//! the same script: to PostgreSQL they are two, to most others one. The one that goes has another name
//! until then.
//!
//! # Invariants
//!
//! - It is done only where each statement between the two says by itself which tables it is about: no
//!   block, no function, no call.

use std::collections::HashMap;

use super::Audience;
use crate::schema::{Change, DataStatement, Name, PartMut, Replay, TableAction, TableRef};
use crate::sql::{self, Syntax};

/// Names of no server are longer, this one's end included.
const LONGEST: usize = 56;

/// Tables that have another name until they go.
#[derive(Debug, Clone, Default)]
pub(super) struct Aside {
    /// Names by those that the script means.
    names: HashMap<Name, Name>,
}

/// A statement of a script that drops tables.
pub(super) struct Dropping {
    place: usize,
    tables: Vec<Name>,
}

/// The statements that drop tables.
pub(super) fn droppings(statements: &[(usize, &str, Audience)]) -> Vec<Dropping> {
    let mut all = Vec::new();
    for (place, (_, body, audience)) in statements.iter().enumerate() {
        if *audience != Audience::Both || !begins(body, "DROP") {
            continue;
        }
        if let [Change::DropTables { tables, .. }] = sql::parse(Syntax::Postgres, body).as_slice() {
            let tables = tables.clone();
            all.push(Dropping { place, tables });
        }
    }
    all
}

fn begins(body: &str, word: &str) -> bool {
    let begin = body.trim_start().get(..word.len());
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case(word))
}

impl Aside {
    /// The changes that take out of the way what a statement at `place` would meet.
    pub(super) fn make_way(
        &mut self,
        statements: &[(usize, &str, Audience)],
        place: usize,
        droppings: &[Dropping],
        authored: &Replay,
    ) -> Vec<Change> {
        let Some((_, body, Audience::Both)) = statements.get(place) else {
            return Vec::new();
        };
        let later = droppings.iter().filter(|dropping| dropping.place > place);
        if !begins(body, "CREATE") || later.clone().next().is_none() {
            return Vec::new();
        }
        // Most name none of those that go, and need not be read for that.
        let text = body.to_lowercase();
        let mut names = later.clone().flat_map(|dropping| &dropping.tables);
        if !names.any(|table| text.contains(&table.name.to_lowercase())) {
            return Vec::new();
        }
        let changes = sql::parse(Syntax::Postgres, body);
        let [Change::CreateTable(create)] = changes.as_slice() else {
            return Vec::new();
        };
        let folded = create.name.name.to_lowercase();
        let own = authored.table_name(&create.name);
        let mut made = Vec::new();
        for dropping in later {
            for table in &dropping.tables {
                let there = authored.table_name(table);
                let alike = there.name.to_lowercase() == folded && there != own;
                if !alike || !self.is_free(&there, authored) {
                    continue;
                }
                let between = statements.get(place..dropping.place).unwrap_or_default();
                if !between.iter().all(is_plain) {
                    continue;
                }
                let to = before(&there);
                made.push(Change::AlterTable {
                    table: there.clone(),
                    if_exists: false,
                    actions: vec![TableAction::RenameTo(Name::bare(to.name.clone()))],
                });
                self.names.insert(there, to);
            }
        }
        made
    }

    /// Whether a table is there whose other name nothing has.
    fn is_free(&self, table: &Name, authored: &Replay) -> bool {
        let schema = authored.schema();
        let to = before(table).name;
        let fits = to.len() <= LONGEST;
        let taken = schema.tables_alike(&Name::bare(to)).next().is_some();
        fits && !taken && schema.table(table).is_some() && !self.names.contains_key(table)
    }

    /// A change with the names that tables have meanwhile.
    pub(super) fn follow(&mut self, change: &mut Change, authored: &Replay) {
        if self.names.is_empty() {
            return;
        }
        match change {
            Change::AlterTable { table, .. } => self.rename(table, authored),
            Change::CreateIndex(index) => self.rename(&mut index.table, authored),
            Change::DropTables { tables, .. } => {
                for table in tables {
                    let meant = authored.table_name(table);
                    if let Some(name) = self.names.remove(&meant) {
                        *table = name;
                    }
                }
            }
            Change::Data(statement) => self.statement(statement, authored),
            _ => {}
        }
    }

    fn rename(&self, table: &mut Name, authored: &Replay) {
        if let Some(name) = self.names.get(&authored.table_name(table)) {
            *table = name.clone();
        }
    }

    fn statement(&self, statement: &mut DataStatement, authored: &Replay) {
        // What is called by its name in the statement goes on to be.
        let called = |table: &mut Name, alias: &mut Option<String>| {
            let name = table.name.clone();
            self.rename(table, authored);
            if table.name != name {
                alias.get_or_insert(name);
            }
        };
        match statement {
            DataStatement::Insert(insert) => called(&mut insert.table, &mut insert.alias),
            DataStatement::Update(update) => called(&mut update.table, &mut update.alias),
            DataStatement::Delete(delete) => called(&mut delete.table, &mut delete.alias),
            DataStatement::Truncate { tables, .. } => {
                for table in tables {
                    self.rename(table, authored);
                }
            }
            DataStatement::Query(_) => {}
        }
        statement.parts_mut(&mut |part| self.part(part, authored));
    }

    fn part(&self, part: PartMut<'_>, authored: &Replay) {
        match part {
            PartMut::Expr(expr) => expr.parts_mut(&mut |part| self.part(part, authored)),
            PartMut::Query(query) => query.parts_mut(&mut |part| self.part(part, authored)),
            PartMut::Table(table) => {
                if let TableRef::Table { name, alias, .. } = table {
                    let before = name.name.clone();
                    self.rename(name, authored);
                    if name.name != before {
                        alias.get_or_insert(before);
                    }
                }
                table.parts_mut(&mut |part| self.part(part, authored));
            }
            PartMut::Data(statement) => self.statement(statement, authored),
        }
    }
}

/// What a table is called until it goes.
fn before(table: &Name) -> Name {
    Name {
        schema: table.schema.clone(),
        name: format!("{}_before", table.name),
    }
}

/// Whether a statement is about the tables alone that it names.
fn is_plain((_, body, audience): &(usize, &str, Audience)) -> bool {
    let plain = |change: &Change| {
        matches!(
            change,
            Change::CreateTable(_)
                | Change::AlterTable { .. }
                | Change::CreateIndex(_)
                | Change::DropTables { .. }
                | Change::CreateEnum(_)
                | Change::DropTypes { .. }
                | Change::Ignored(_)
                | Change::Data(
                    DataStatement::Insert(_)
                        | DataStatement::Update(_)
                        | DataStatement::Delete(_)
                        | DataStatement::Truncate { .. }
                )
        )
    };
    *audience == Audience::Both && sql::parse(Syntax::Postgres, body).iter().all(plain)
}
