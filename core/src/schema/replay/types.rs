//! Enums and other types with a name.

use super::super::{
    ConstraintKind, Domain, EnumType, Expr, Ident, Name, Part, PartMut, Table, Type,
};
use super::Replay;
use super::constraint::beside;
use super::domain::names_type;
use super::problem::{Step, problem};
use super::view::mentions;

impl Replay {
    pub(super) fn create_enum(&mut self, ty: &EnumType) -> Step {
        let name = self.new_name(&ty.name, false);
        if self.schema.enum_type(&name).is_some() {
            let message = format!("there is already a type `{name}`");
            return Err(problem("duplicate-type", message));
        }
        let ty = EnumType {
            name,
            members: ty.members.clone(),
        };
        self.set_enum(None, Some(ty), None);
        Ok(())
    }

    pub(super) fn enum_named(&self, name: &Name) -> Step<&EnumType> {
        self.schema
            .enum_type(&self.found_type(name))
            .ok_or_else(|| problem("unknown-type", format!("there is no enum `{name}`")))
    }

    pub(super) fn add_member(
        &mut self,
        name: &Name,
        member: &str,
        if_not_exists: bool,
        place: Option<&(bool, String)>,
    ) -> Step {
        let before = self.enum_named(name)?.clone();
        if before.members.iter().any(|m| m == member) {
            if if_not_exists {
                return Ok(());
            }
            let message = format!("enum `{name}` already has a member `{member}`");
            return Err(problem("duplicate-member", message));
        }
        let at = match place {
            None => before.members.len(),
            Some((after, other)) => {
                let place = before.members.iter().position(|m| m == other);
                let place = place.ok_or_else(|| unknown_member(name, other))?;
                place + usize::from(*after)
            }
        };
        let mut after = before.clone();
        after.members.insert(at, member.to_owned());
        self.set_enum(Some(before), Some(after), None);
        Ok(())
    }

    /// A type that is no known enum (a domain, a composite) may be renamed and dropped all the
    /// same: only the columns that have it are known.
    pub(super) fn rename_type(&mut self, name: &Name, to: &Ident) -> Step {
        let old = self.found_type(name);
        let new = beside(&old, to);
        if self.schema.enum_type(&new).is_some() || self.schema.domain(&new).is_some() {
            let message = format!("there is already a type `{new}`");
            return Err(problem("duplicate-type", message));
        }
        let users: Vec<Name> = self
            .schema
            .type_users(&old)
            .map(|t| t.name.clone())
            .collect();
        if let Some(before) = self.schema.enum_type(&old).cloned() {
            let after = EnumType {
                name: new.clone(),
                members: before.members.clone(),
            };
            self.set_enum(Some(before), Some(after), None);
        }
        for user in users {
            self.edit(&user, |table| retype(table, &old, &new));
        }
        if let Some(mut domain) = self.schema.remove_domain(&old) {
            domain.name = new.clone();
            self.schema.put_domain(domain);
        }
        let all: Vec<Domain> = self.schema.domains().cloned().collect();
        for before in all {
            let mut domain = before.clone();
            rename_in_type(&mut domain.base, &old, &new);
            if let Some(default) = &mut domain.default {
                rename_in_casts(default, &old, &new);
            }
            for constraint in &mut domain.constraints {
                if let ConstraintKind::Check { expr, .. } = &mut constraint.kind {
                    rename_in_casts(expr, &old, &new);
                }
            }
            if domain != before {
                self.schema.put_domain(domain);
            }
        }
        Ok(())
    }

    pub(super) fn drop_types(&mut self, names: &[Name], cascade: bool) -> Step {
        let mut going: Vec<Name> = names.iter().map(|name| self.found_type(name)).collect();
        let on = self.domains_on(&going);
        if !cascade && let Some(domain) = on.first() {
            let message =
                format!("type cannot be dropped without CASCADE: domain `{domain}` stands on it");
            return Err(problem("needed", message));
        }
        going.extend(on);
        for found in going.clone() {
            let users: Vec<(Name, Vec<Ident>)> = self
                .schema
                .type_users(&found)
                .map(|table| {
                    let columns = table.columns.iter().filter(|c| names_type(&c.ty, &found));
                    let columns = columns.map(|column| column.name.clone());
                    (table.name.clone(), columns.collect())
                })
                .collect();
            let defaults = self.defaults_of_type(&found);
            let user = users.first().map(|(table, _)| table);
            if !cascade && let Some(table) = user.or(defaults.first().map(|(table, _)| table)) {
                let message = format!(
                    "type `{found}` cannot be dropped without CASCADE: table `{table}` uses it"
                );
                return Err(problem("needed", message));
            }
            for (table, column) in defaults {
                self.edit_column(&table, &column, |column| column.default = None);
            }
            for (table, columns) in users {
                let Some(known) = self.schema.table(&table) else {
                    continue;
                };
                // A table does not go on without what tells its partitions apart.
                let key = known.options.partition_by.clone().unwrap_or_default();
                if columns.iter().any(|column| mentions(&key, column)) {
                    self.drop_tables(&[table], false, true)?;
                    continue;
                }
                for column in columns {
                    self.drop_column(&table, &column, true, true)?;
                }
            }
            if let Some(before) = self.schema.enum_type(&found).cloned() {
                self.set_enum(Some(before), None, None);
            }
        }
        for name in going {
            self.schema.remove_domain(&name);
        }
        Ok(())
    }

    /// Columns of other types whose defaults are made of values of this one: a default keeps its
    /// type where that of its column is altered.
    fn defaults_of_type(&self, ty: &Name) -> Vec<(Name, Ident)> {
        let mut found = Vec::new();
        for table in self.schema.tables() {
            let columns = table.columns.iter().filter(|column| {
                let default = column.default.as_ref();
                !names_type(&column.ty, ty) && default.is_some_and(|d| casts_to(d, ty))
            });
            found.extend(columns.map(|column| (table.name.clone(), column.name.clone())));
        }
        found
    }
}

pub(super) fn unknown_member(name: &Name, member: &str) -> super::ReplayProblem {
    problem(
        "unknown-member",
        format!("enum `{name}` has no member `{member}`"),
    )
}

pub(super) fn casts_to(expr: &Expr, name: &Name) -> bool {
    let mut found = matches!(expr, Expr::Cast { ty, .. } if names_type(ty, name));
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            found |= casts_to(expr, name);
        }
    });
    found
}

/// A type's new name, everywhere in a table.
fn retype(table: &mut Table, from: &Name, to: &Name) {
    for column in &mut table.columns {
        rename_in_type(&mut column.ty, from, to);
    }
    for expr in table.exprs_mut() {
        rename_in_casts(expr, from, to);
    }
}

fn rename_in_type(ty: &mut Type, from: &Name, to: &Name) {
    match ty {
        Type::Array(element) => rename_in_type(element, from, to),
        Type::Enum(name) | Type::Named(name) if name == from => *name = to.clone(),
        _ => {}
    }
}

fn rename_in_casts(expr: &mut Expr, from: &Name, to: &Name) {
    if let Expr::Cast { ty, .. } = expr {
        rename_in_type(ty, from, to);
    }
    expr.parts_mut(&mut |part| {
        if let PartMut::Expr(expr) = part {
            rename_in_casts(expr, from, to);
        }
    });
}
