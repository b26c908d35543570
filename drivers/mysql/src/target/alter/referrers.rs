//! Foreign keys of other tables that refer to columns whose type changes: they stand in the way of
//! the change, and their own columns want the new type. So do those whose ON UPDATE CASCADE may carry
//! a NULL from then on to where none is taken.

use aludel::schema::{
    Column, Constraint, ConstraintKind, ForeignKey, Ident, ReferentialAction, Table, Type,
};
use aludel::translate::print::Printer;
use aludel::translate::{Omission, Refusal};

use super::Alteration;
use super::guard::{Restated, guard};
use crate::target::{definition, lower};

/// What is done to other tables.
#[derive(Default)]
pub(super) struct Referrers {
    /// Fail if what is done to them would change what a hand has made.
    pub(super) guards: Vec<String>,
    /// Before the table changes.
    pub(super) before: Vec<String>,
    /// After it has.
    pub(super) after: Vec<String>,
    /// The tables afterwards, where they are others.
    pub(super) tables: Vec<Table>,
    /// What their foreign keys do no longer.
    pub(super) omissions: Vec<Omission>,
}

impl Alteration<'_> {
    pub(super) fn referrers(&mut self, printer: &mut Printer<'_>) -> Referrers {
        let mut result = Referrers::default();
        let scope = &self.change.scope;
        let changed = |column: &Ident| {
            let from = self.origins.get(column.as_str()).copied();
            let from = from.unwrap_or(column.as_str());
            self.retyped.contains(from) || self.replaced.contains(from)
        };
        let authored_name = self.authored_name();
        let mut refusals = Vec::new();
        for child in scope.target.referrers(&self.after.name) {
            if child.name == self.after.name {
                continue;
            }
            let keys: Vec<_> = child
                .foreign_keys()
                .filter(|(_, key)| key.table == self.after.name)
                .filter(|(_, key)| key.referred.iter().any(changed) || self.carries(key, child))
                .collect();
            if keys.is_empty() {
                continue;
            }
            let name = printer.name(&child.name);
            let drops: Vec<String> = keys
                .iter()
                .filter_map(|(constraint, _)| constraint.name.as_deref())
                .map(|name| format!("DROP FOREIGN KEY {}", printer.ident(name)))
                .collect();
            result
                .before
                .push(format!("ALTER TABLE {name} {}", drops.join(", ")));
            // Its own columns follow the type of those that they refer to.
            let authored = scope.authored.referrers(&authored_name);
            let authored = authored
                .into_iter()
                .find(|table| table.name.name == child.name.name);
            let lowered =
                authored.map(|table| lower::lower(table, scope.authored, scope.source, self.facts));
            let mut clauses = Vec::new();
            let mut table = (**child).clone();
            match lowered {
                Some(Ok(lowered)) => {
                    for column in keys.iter().flat_map(|(_, key)| &key.columns) {
                        let now = lowered.table.column(column);
                        refusals.extend(loses_members(&table, now));
                        let padded = is_padded(table.column(column));
                        clauses.extend(retype(printer, &mut table, now));
                        if padded != is_padded(now) {
                            refusals.extend(self.is_referred_to(&table, column));
                            let name = lower::blanks_name(&child.name.name, column);
                            match blanks(printer, &mut table, &lowered.table, &name) {
                                Ok(clause) => clauses.push(clause),
                                Err(refusal) => refusals.push(refusal),
                            }
                        }
                    }
                }
                Some(Err(found)) => refusals.extend(found),
                None => {}
            }
            for (constraint, key) in &keys {
                let still = self.carries(key, child).then(|| held_still(constraint));
                if let Some((now, omission)) = &still {
                    let mut own = table.constraints.iter_mut();
                    if let Some(held) = own.find(|held| held == constraint) {
                        held.clone_from(now);
                    }
                    result.omissions.push(omission.clone());
                }
                let now = still.as_ref().map_or(*constraint, |(now, _)| now);
                let text = printer.constraint(now, child);
                clauses.push(format!("ADD {text}"));
            }
            result
                .after
                .push(format!("ALTER TABLE {name} {}", clauses.join(", ")));
            let now = |from: &Column| table.column(&from.name);
            let is_other = |from: &&Column| now(from).is_some_and(|to| to != *from);
            let restated = child.columns.iter().filter(is_other);
            let restated: Vec<Restated<'_>> = restated
                .map(|from| Restated {
                    from,
                    to: now(from),
                })
                .collect();
            let guards = guard(child, Some(&table), &restated, self.facts);
            result.guards.extend(guards);
            if table != **child {
                result.tables.push(table);
            }
        }
        self.refusals.extend(refusals);
        result
    }

    /// Whether ON UPDATE CASCADE of a foreign key may carry a NULL afterwards to where none is taken.
    fn carries(&self, key: &ForeignKey, child: &Table) -> bool {
        !self.facts.cascades_null && lower::cascades_null(key, child, self.after)
    }

    /// Why a column cannot be held in another way: what refers to it would have to follow.
    fn is_referred_to(&self, table: &Table, column: &Ident) -> Option<Refusal> {
        let referrers = self.change.scope.target.referrers(&table.name);
        let mut keys = referrers.flat_map(|child| child.foreign_keys());
        keys.find(|(_, key)| key.table == table.name && key.referred.contains(column))?;
        let message = format!(
            "`{column}` of `{}` becomes another type with what it refers to, and is referred to itself",
            table.name
        );
        Some(Refusal::new("reference-type", message))
    }

    /// What the authored engine calls the table.
    fn authored_name(&self) -> aludel::schema::Name {
        let authored = self.change.authored_after;
        authored.map_or_else(|| self.after.name.clone(), |table| table.name.clone())
    }
}

/// Why a column cannot follow the enum that it refers to: its rows may hold a member that the enum
/// no longer has, or has under another name.
fn loses_members(table: &Table, now: Option<&Column>) -> Option<Refusal> {
    let now = now?;
    let held = table.columns.iter().find(|c| c.name == now.name)?;
    let (Type::InlineEnum(before), Type::InlineEnum(after)) = (&held.ty, &now.ty) else {
        return None;
    };
    if before.iter().all(|member| after.contains(member)) {
        return None;
    }
    let message = format!(
        "`{}` of `{}` refers to an enum of which a member gets another name or goes",
        held.name, table.name
    );
    Some(
        Refusal::new("enum-reference", message)
            .help("drop the foreign key before, and add it after"),
    )
}

/// A foreign key by which no key changes while a row refers to it, and what that leaves out.
fn held_still(constraint: &Constraint) -> (Constraint, Omission) {
    let mut now = constraint.clone();
    if let ConstraintKind::ForeignKey(key) = &mut now.kind {
        key.on_update = ReferentialAction::NoAction;
    }
    let name = constraint.name.as_deref().unwrap_or_default();
    let message = lower::held_still(&format!("the foreign key `{name}`"));
    (now, Omission::new("cascade-null", message))
}

fn is_padded(column: Option<&Column>) -> bool {
    column.is_some_and(|column| matches!(column.ty, Type::Char(_)))
}

/// Adds the CHECK for blanks of a column that is a VARCHAR by now, or drops that of one that is none
/// any more; the clause for it.
fn blanks(
    printer: &mut Printer<'_>,
    table: &mut Table,
    now: &Table,
    name: &Ident,
) -> Result<String, Refusal> {
    let named = |table: &Table| {
        let mut own = table.constraints.iter();
        own.position(|constraint| constraint.name.as_ref() == Some(name))
    };
    if let Some(place) = named(table) {
        table.constraints.remove(place);
        return Ok(format!("DROP CONSTRAINT {}", printer.ident(name)));
    }
    let Some(check) = named(now).and_then(|place| now.constraints.get(place)) else {
        let message = format!(
            "a foreign key of `{}` changes its column by itself, which becomes another type with what it refers to",
            table.name
        );
        return Err(Refusal::new("reference-type", message)
            .help("drop the foreign key before, and add it after"));
    };
    table.constraints.push(check.clone());
    Ok(format!("ADD {}", printer.constraint(check, table)))
}

/// Gives a column of a table the type that it has by now; the clause for it.
fn retype(printer: &mut Printer<'_>, table: &mut Table, now: Option<&Column>) -> Option<String> {
    let now = now?;
    let held = table
        .columns
        .iter_mut()
        .find(|column| column.name == now.name)?;
    if (&held.ty, &held.charset, &held.collation) == (&now.ty, &now.charset, &now.collation) {
        return None;
    }
    held.ty = now.ty.clone();
    held.charset.clone_from(&now.charset);
    held.collation.clone_from(&now.collation);
    let definition = definition::column(printer, held);
    Some(format!("MODIFY COLUMN {definition}"))
}
