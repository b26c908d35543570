//! Domains, by PostgreSQL's rules (`DefineDomain`, `AlterDomain*` of its sources).

use super::super::{
    Constraint, ConstraintDef, ConstraintKind, CreateDomain, Domain, DomainChange, Ident, Name,
    Type,
};
use super::Replay;
use super::problem::{Step, problem};

impl Replay {
    pub(super) fn create_domain(&mut self, create: &CreateDomain) -> Step {
        let name = self.new_name(&create.name, false);
        if self.schema.enum_type(&name).is_some() || self.schema.domain(&name).is_some() {
            let message = format!("there is already a type `{name}`");
            return Err(problem("duplicate-type", message));
        }
        let base = self.resolved_type(&create.value.ty);
        let below = match &base {
            Type::Named(below) => self.schema.domain(below),
            _ => None,
        };
        let default = match &create.value.default {
            // It is the default of the domain below as it is now, not as it will be.
            None => below.and_then(|below| below.default.clone()),
            Some(default) if default.is_null() => None,
            Some(default) => Some(self.plain_expr(None, default)),
        };
        let mut domain = Domain {
            name,
            base,
            nullable: create.value.nullable.unwrap_or(true),
            default,
            collation: create.value.collation.clone(),
            constraints: Vec::new(),
            opaque: create.opaque.clone(),
        };
        for def in &create.value.constraints {
            self.add_to_domain(&mut domain, def)?;
        }
        self.schema.put_domain(domain);
        Ok(())
    }

    fn add_to_domain(&self, domain: &mut Domain, def: &ConstraintDef) -> Step {
        let name = match &def.name {
            Some(name) if has(domain, name) => {
                let message = format!("domain `{}` has a constraint `{name}`", domain.name);
                return Err(problem("duplicate-constraint", message));
            }
            Some(name) => name.clone(),
            None => {
                let others: Vec<Ident> = domain
                    .constraints
                    .iter()
                    .filter_map(|other| other.name.clone())
                    .collect();
                self.constraint_name(&domain.name, None, "check", &others)
            }
        };
        let ConstraintKind::Check { expr, .. } = &def.kind else {
            let message = format!("`{name}` of domain `{}` is no CHECK", domain.name);
            return Err(problem("unknown-constraint", message));
        };
        domain.constraints.push(Constraint {
            name: Some(name),
            kind: ConstraintKind::Check {
                expr: self.plain_expr(None, expr),
                not_enforced: false,
            },
            deferrable: false,
            initially_deferred: false,
            not_valid: def.not_valid,
            named: def.name.is_some(),
        });
        Ok(())
    }

    pub(super) fn alter_domain(&mut self, name: &Name, change: &DomainChange) -> Step {
        let found = self.found_type(name);
        let Some(mut domain) = self.schema.domain(&found).cloned() else {
            let message = format!("there is no domain `{name}`");
            return Err(problem("unknown-type", message));
        };
        let unknown = |constraint: &str| {
            let message = format!("domain `{name}` has no constraint `{constraint}`");
            problem("unknown-constraint", message)
        };
        match change {
            DomainChange::Default(default) => {
                let default = default.as_ref().filter(|default| !default.is_null());
                domain.default = default.map(|default| self.plain_expr(None, default));
            }
            DomainChange::Nullable(nullable) => domain.nullable = *nullable,
            DomainChange::AddConstraint(def) => self.add_to_domain(&mut domain, def)?,
            // One whose checks are not all known may have it.
            DomainChange::DropConstraint { name, if_exists } => {
                if !has(&domain, name) && !if_exists && domain.opaque.is_none() {
                    return Err(unknown(name));
                }
                domain
                    .constraints
                    .retain(|other| other.name.as_ref() != Some(name));
            }
            DomainChange::RenameConstraint { from, to } => {
                let mut all = domain.constraints.iter_mut();
                let found = all.find(|other| other.name.as_ref() == Some(from));
                match found {
                    Some(found) => (found.name, found.named) = (Some(to.clone()), true),
                    None if domain.opaque.is_some() => {}
                    None => return Err(unknown(from)),
                }
            }
            DomainChange::ValidateConstraint(name) => {
                let mut all = domain.constraints.iter_mut();
                let found = all.find(|other| other.name.as_ref() == Some(name));
                match found {
                    Some(found) => found.not_valid = false,
                    None if domain.opaque.is_some() => {}
                    None => return Err(unknown(name)),
                }
            }
            DomainChange::Opaque(why) => {
                domain.opaque.get_or_insert_with(|| why.clone());
            }
        }
        self.schema.put_domain(domain);
        Ok(())
    }

    /// The domains that stand on types, also by way of others, in the order in which they are found.
    pub(super) fn domains_on(&self, types: &[Name]) -> Vec<Name> {
        let mut found: Vec<Name> = types.to_vec();
        let mut next = 0;
        while let Some(ty) = found.get(next).cloned() {
            next += 1;
            let on = self.schema.domains().filter(|d| names_type(&d.base, &ty));
            let on: Vec<Name> = on.map(|domain| domain.name.clone()).collect();
            found.extend(on.into_iter().filter(|name| !types.contains(name)));
        }
        found.split_off(types.len())
    }
}

fn has(domain: &Domain, name: &str) -> bool {
    let mut names = domain.constraints.iter().map(|other| &other.name);
    names.any(|other| other.as_deref() == Some(name))
}

/// Whether a type is one of that name, or an array of it.
pub(super) fn names_type(ty: &Type, name: &Name) -> bool {
    match ty {
        Type::Array(element) => names_type(element, name),
        Type::Enum(held) | Type::Named(held) => held == name,
        _ => false,
    }
}
