//! Domains. What one says of its value, a column of its type says of itself: it is read as the
//! definition of a column `value`.

use super::column;
use super::constraint;
use super::cursor::{Cursor, Parsed, unclear};
use super::{adapter, other, types};
use crate::schema::{
    Change, ColumnDef, ConstraintDef, ConstraintKind, CreateDomain, DomainChange, Opaque,
};

/// `DOMAIN …`, after `CREATE`.
pub(super) fn create(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    c.expect("DOMAIN")?;
    let name = c.name()?;
    c.eat("AS");
    let start = *c;
    match whole(c) {
        Ok(value) => {
            let domain = CreateDomain {
                name,
                value,
                opaque: None,
            };
            Ok(vec![Change::CreateDomain(Box::new(domain))])
        }
        // Of one whose checks are not understood the type is known, and that it is there.
        Err(why) => {
            *c = start;
            let mut value = ColumnDef::new("value", types::column(c)?.ty);
            c.until(|c| c.starts(&["NOT", "NULL"]));
            value.nullable = (!c.done()).then_some(false);
            c.take_rest();
            let domain = CreateDomain {
                name,
                value,
                opaque: Some(why.0),
            };
            let checks = Opaque {
                what: "CREATE DOMAIN".to_owned(),
                why: None,
                tables: Vec::new(),
            };
            let domain = Change::CreateDomain(Box::new(domain));
            Ok(vec![domain, Change::Opaque(checks)])
        }
    }
}

fn whole(c: &mut Cursor<'_>) -> Parsed<ColumnDef> {
    let value = column::definition(c, "value".to_owned())?;
    c.finish()?;
    let checks = value.constraints.iter().all(is_check);
    if !checks || value.serial || value.identity.is_some() || value.generated.is_some() {
        return unclear("a domain that says more than NOT NULL, DEFAULT and CHECK");
    }
    Ok(value)
}

fn is_check(def: &ConstraintDef) -> bool {
    matches!(def.kind, ConstraintKind::Check { .. })
}

/// `ALTER DOMAIN …`, after those words.
pub(super) fn alter(c: &mut Cursor<'_>) -> Parsed<Vec<Change>> {
    let name = c.name()?;
    if c.eats(&["RENAME", "TO"]) {
        let to = c.ident()?;
        return Ok(vec![Change::RenameType { name, to }]);
    }
    if c.starts(&["OWNER", "TO"]) {
        return other::altered(c);
    }
    let start = *c;
    match change(c).and_then(|change| c.finish().map(|()| change)) {
        Ok(change) => Ok(vec![Change::AlterDomain { name, change }]),
        Err(why) => {
            *c = start;
            c.take_rest();
            let opaque = Opaque {
                what: "ALTER DOMAIN".to_owned(),
                why: Some(why.0.clone()),
                tables: Vec::new(),
            };
            let change = DomainChange::Opaque(why.0);
            Ok(vec![
                Change::AlterDomain { name, change },
                Change::Opaque(opaque),
            ])
        }
    }
}

fn change(c: &mut Cursor<'_>) -> Parsed<DomainChange> {
    if c.eats(&["SET", "DEFAULT"]) {
        return Ok(DomainChange::Default(Some(adapter::expr(&c.take_rest())?)));
    }
    if c.eats(&["DROP", "DEFAULT"]) {
        return Ok(DomainChange::Default(None));
    }
    if c.eats(&["SET", "NOT", "NULL"]) {
        return Ok(DomainChange::Nullable(false));
    }
    if c.eats(&["DROP", "NOT", "NULL"]) {
        return Ok(DomainChange::Nullable(true));
    }
    if c.eat("ADD") {
        return match constraint::of_table(c)? {
            Some(def) if is_check(&def) => Ok(DomainChange::AddConstraint(Box::new(def))),
            _ => c.expected("a CHECK"),
        };
    }
    if c.eats(&["DROP", "CONSTRAINT"]) {
        let if_exists = c.if_exists();
        let name = c.ident()?;
        c.cascade();
        return Ok(DomainChange::DropConstraint { name, if_exists });
    }
    if c.eats(&["RENAME", "CONSTRAINT"]) {
        let from = c.ident()?;
        c.expect("TO")?;
        let to = c.ident()?;
        return Ok(DomainChange::RenameConstraint { from, to });
    }
    if c.eats(&["VALIDATE", "CONSTRAINT"]) {
        return Ok(DomainChange::ValidateConstraint(c.ident()?));
    }
    unclear("a change of a domain")
}
