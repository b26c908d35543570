//! What has no form where there are rows, and needs none where there are none.
//!
//! A statement that is refused is left out if it does nothing while some tables are empty, and the
//! scripts have put no rows into those: a statement that fails where there are rows stands for it.

use super::{Carrier, Out, Outcome};
use crate::schema::{DataStatement, Expr, Literal, Name, Schema, Table};
use crate::translate::vacancy::{Facts, Vacancy, of_statement};
use crate::translate::{DataScope, Omission, Refusal, Rendered, TableChange};

impl Carrier<'_> {
    /// Puts guards in the place of what has been refused since `from`, if the statement does
    /// nothing without rows.
    pub(super) fn guard_instead(
        &mut self,
        source: usize,
        from: usize,
        statement: &DataStatement,
        facts: Facts<'_>,
    ) {
        // Of this statement alone: what was refused of those before it stays refused.
        let (mut always, mut perhaps) = (Vec::new(), Vec::new());
        for out in self.out.iter().skip(from) {
            match &out.what {
                Outcome::Refused(refusal) => always.push(refusal.clone()),
                Outcome::Unenforced(Err(refusals)) => perhaps.extend_from_slice(refusals),
                Outcome::Rendered(_) | Outcome::Unenforced(Ok(_)) => {}
            }
        }
        let whole = !always.is_empty();
        let refusals = if whole { always } else { perhaps };
        if refusals.is_empty() {
            return;
        }
        let Some(guards) = self.guards(&of_statement(statement, facts), &refusals, facts.schema)
        else {
            return;
        };
        let since = self.out.split_off(from);
        if whole {
            self.push(source, Ok(guards));
            return;
        }
        // The statement stays, and may delete the rows that are asked about: first they are asked.
        self.out.push(Out {
            source,
            what: Outcome::Unenforced(Ok(guards)),
        });
        let stays = |out: &Out| !matches!(out.what, Outcome::Unenforced(Err(_)));
        self.out.extend(since.into_iter().filter(stays));
    }

    /// Leaves out what does nothing without rows; false if it does something, or there may be some.
    pub(in crate::translate) fn leave_out(
        &mut self,
        source: usize,
        vacancy: &Vacancy,
        refusal: &Refusal,
        authored: &Schema,
    ) -> bool {
        self.flush(authored);
        let Some(guards) = self.guards(vacancy, std::slice::from_ref(refusal), authored) else {
            return false;
        };
        self.push(source, Ok(guards));
        true
    }

    /// Takes note of statements of the target's own; `anything`: others may put rows anywhere.
    pub(in crate::translate) fn filled_by(&mut self, own: &[DataStatement], anything: bool) {
        if anything {
            self.filled.add_any();
        }
        for statement in own {
            let table = match statement {
                DataStatement::Insert(insert) => &insert.table,
                DataStatement::Update(update) => &update.table,
                DataStatement::Delete(delete) => &delete.table,
                DataStatement::Query(_) | DataStatement::Truncate { .. } => continue,
            };
            let mut triggers = self.held.triggers_of(table).iter();
            if triggers.any(|trigger| !trigger.is_guard()) {
                self.filled.add_any();
            }
            let mut names = self.names.iter();
            let authored = names.find(|(_, held)| *held == table);
            let authored = authored.map_or(table, |(authored, _)| authored);
            if let DataStatement::Insert(_) = statement {
                self.filled.add(authored);
            }
        }
    }

    /// The change of a table that is refused where there are rows, for where there are none.
    pub(super) fn table_without_rows(
        &self,
        change: &TableChange<'_>,
        authored: &Name,
        refusals: &[Refusal],
    ) -> Option<Rendered> {
        let (before, was) = (change.before?, change.authored_before?);
        let is = change.authored_after?;
        let mut anew = change.clone();
        let mut found = false;
        for origin in &mut anew.columns {
            let from = origin.from.as_ref().and_then(|from| was.column(from));
            let to = is.column(&origin.column);
            let retyped = matches!((from, to), (Some(from), Some(to)) if from.ty != to.ty);
            if retyped || origin.using.is_some() {
                origin.using = Some(Expr::Literal(Literal::Null));
                found = true;
            }
        }
        if !found || self.filled.has(authored) || !may_be_left(refusals) {
            return None;
        }
        let guard = self.guard(authored, before, refusals, &change.scope)?;
        let mut rendered = self.target.table(&anew).ok()?;
        rendered.statements.insert(0, guard);
        rendered.omissions.push(omission(
            "the values of columns that are converted are",
            std::slice::from_ref(authored),
            refusals,
        ));
        Some(rendered)
    }

    /// Statements that fail where there are rows; `None` if there may be some from the start.
    fn guards(
        &self,
        vacancy: &Vacancy,
        refusals: &[Refusal],
        authored: &Schema,
    ) -> Option<Rendered> {
        if !may_be_left(refusals) {
            return None;
        }
        let tables = vacancy.tables(|name| {
            let known = !self.filled.has(name) && !self.unknown.contains(name);
            known && self.held_table(name).is_some()
        })?;
        let scope = self.scope(authored);
        let mut statements = Vec::new();
        for name in &tables {
            statements.push(self.guard(name, self.held_table(name)?, refusals, &scope)?);
        }
        Some(Rendered {
            statements,
            omissions: vec![omission("it is", &tables, refusals)],
            ..Rendered::default()
        })
    }

    fn guard(
        &self,
        authored: &Name,
        held: &Table,
        refusals: &[Refusal],
        scope: &DataScope<'_>,
    ) -> Option<String> {
        let why = refusals.first().map_or("", |refusal| &refusal.message);
        let message = format!("`{authored}` has rows, and this has no form for them: {why}");
        self.target.assert_empty(held, &message, scope)
    }
}

/// Whether what was refused is no mistake and no consequence of another refusal.
fn may_be_left(refusals: &[Refusal]) -> bool {
    let of_script = |code: &str| {
        code.starts_with("unknown-") && code != "unknown-type"
            || [
                "depends-on-refused",
                "override-differs",
                "driver-did-not-translate",
            ]
            .contains(&code)
    };
    refusals.iter().all(|refusal| !of_script(refusal.code))
}

fn omission(what: &str, tables: &[Name], refusals: &[Refusal]) -> Omission {
    let why = refusals.first().map_or("", |refusal| &refusal.message);
    let names: Vec<String> = tables.iter().map(|name| format!("`{name}`")).collect();
    let message = match names.as_slice() {
        [] => format!("{what} left out, since it does nothing: {why}"),
        names => format!(
            "{what} left out, for want of rows in {}; where there are some, the run fails here: {why}",
            names.join(" and ")
        ),
    };
    Omission::new("no-rows", message)
}
