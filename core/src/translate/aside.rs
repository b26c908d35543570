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

/// The places of statements that drop tables.
pub(super) fn drops(statements: &[(usize, &str, Audience)]) -> Vec<usize> {
    let begins = |body: &str| {
        let word = body.trim_start().get(..4);
        word.is_some_and(|word| word.eq_ignore_ascii_case("DROP"))
    };
    let drops = statements
        .iter()
        .enumerate()
        .filter(|(_, one)| begins(one.1));
    drops.map(|(place, _)| place).collect()
}

impl Aside {
    /// The changes that take out of the way what a statement at `place` would meet.
    pub(super) fn make_way(
        &mut self,
        statements: &[(usize, &str, Audience)],
        place: usize,
        drops: &[usize],
        authored: &Replay,
    ) -> Vec<Change> {
        let Some((_, body, Audience::Both)) = statements.get(place) else {
            return Vec::new();
        };
        let creates = body.trim_start().get(..6);
        if !creates.is_some_and(|word| word.eq_ignore_ascii_case("CREATE")) {
            return Vec::new();
        }
        let changes = sql::parse(Syntax::Postgres, body);
        let [Change::CreateTable(create)] = changes.as_slice() else {
            return Vec::new();
        };
        let folded = create.name.name.to_lowercase();
        let own = authored.table_name(&create.name);
        let mut made = Vec::new();
        for last in drops.iter().filter(|last| **last > place) {
            let Some((_, drop, Audience::Both)) = statements.get(*last) else {
                continue;
            };
            let dropped = sql::parse(Syntax::Postgres, drop);
            let [Change::DropTables { tables, .. }] = dropped.as_slice() else {
                continue;
            };
            for table in tables {
                let there = authored.table_name(table);
                let alike = there.name.to_lowercase() == folded && there != own;
                let to = format!("{}_before", there.name);
                let schema = authored.schema();
                let free = schema
                    .tables_alike(&Name::bare(to.clone()))
                    .next()
                    .is_none()
                    && schema.table(&there).is_some()
                    && !self.names.contains_key(&there);
                let between = statements.get(place..*last).unwrap_or_default();
                if alike && free && to.len() <= LONGEST && between.iter().all(is_plain) {
                    let renamed = Name {
                        schema: there.schema.clone(),
                        name: to.clone(),
                    };
                    made.push(Change::AlterTable {
                        table: there.clone(),
                        if_exists: false,
                        actions: vec![TableAction::RenameTo(Name::bare(to))],
                    });
                    self.names.insert(there, renamed);
                }
            }
        }
        made
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
