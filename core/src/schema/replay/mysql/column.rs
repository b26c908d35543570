//! Columns.

use super::super::super::{
    Column, ColumnDef, Constraint, ConstraintDef, ConstraintKind, Expr, Generated, Identity,
    Literal, Name, Position, Table, Type,
};
use super::super::Replay;
use super::super::problem::{Step, problem};
use super::super::resolve::unknown_column;
use super::{Flavour, number_of};

/// The first free numbers of generated names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbers {
    pub(super) foreign: u32,
    pub(super) check: u32,
}

impl Replay {
    /// The numbers that generated names of a table go on with.
    pub(super) fn numbers(&self, table: &Table) -> Numbers {
        let next = |kind: &str| {
            let names = table.constraints.iter().filter_map(|c| c.name.as_deref());
            let numbers = names.filter_map(|name| number_of(name, &table.name.name, kind));
            numbers.max().unwrap_or(0) + 1
        };
        Numbers {
            foreign: next("_ibfk_"),
            check: next("_chk_"),
        }
    }

    /// A column as a definition makes it.
    pub(super) fn mysql_column(&self, table: &Table, def: &ColumnDef) -> Step<Column> {
        let mut column = Column::new(def.name.clone(), full_type(&def.ty));
        column.nullable = def.nullable.unwrap_or(true) && def.identity.is_none();
        column.identity = def.identity.as_ref().map(|identity| Identity {
            sequence: None,
            ..identity.clone()
        });
        let null = Expr::Literal(Literal::Null);
        let default = def.default.as_ref().filter(|default| **default != null);
        let default = default.map(|default| self.plain_expr(None, default));
        column.default = default.map(|default| kept(default, &column.ty));
        column.on_update = def.on_update.clone();
        column.comment = def.comment.clone().filter(|text| !text.is_empty());
        let options = &table.options;
        column.charset = def
            .charset
            .clone()
            .filter(|c| Some(c) != options.charset.as_ref());
        column.collation = def
            .collation
            .clone()
            .filter(|c| Some(&c.name) != options.collation.as_ref());
        if let Some(Generated { expr, stored }) = &def.generated {
            column.generated = Some(Generated {
                expr: self.table_expr(table, expr)?,
                stored: *stored,
            });
        }
        Ok(column)
    }

    pub(super) fn mysql_add_column(
        &mut self,
        name: &Name,
        def: &ColumnDef,
        position: Option<&Position>,
    ) -> Step {
        let table = self.table(name)?.clone();
        let same = |column: &Column| column.name.eq_ignore_ascii_case(&def.name);
        if table.columns.iter().any(same) {
            let message = format!("table `{name}` already has a column `{}`", def.name);
            return Err(problem("duplicate-column", message));
        }
        let column = self.mysql_column(&table, def)?;
        let place = place(&table, position)?;
        self.edit(name, |table| table.columns.insert(place, column));
        Ok(())
    }

    /// The checks that stand in a column's definition. MariaDB holds them as the column's own,
    /// under its name; to MySQL they are the table's.
    pub(super) fn mysql_column_checks(
        &mut self,
        name: &Name,
        def: &ColumnDef,
        checks: &[&ConstraintDef],
    ) -> Step {
        for check in checks {
            let table = self.table(name)?;
            let ConstraintKind::Check { expr, not_enforced } = &check.kind else {
                continue;
            };
            let expr = self.table_expr(table, expr)?;
            let (chosen, named) = match self.flavour {
                Flavour::Mariadb => (def.name.clone(), false),
                Flavour::Mysql => {
                    let mut next = self.numbers(table).check;
                    (
                        self.check_name(table, check, &mut next)?,
                        check.name.is_some(),
                    )
                }
            };
            let constraint = Constraint {
                name: Some(chosen),
                kind: ConstraintKind::Check {
                    expr,
                    not_enforced: *not_enforced,
                },
                deferrable: false,
                initially_deferred: false,
                not_valid: false,
                named,
            };
            self.edit(name, |table| table.constraints.push(constraint));
        }
        Ok(())
    }

    /// The name of a table's check.
    pub(super) fn check_name(
        &self,
        table: &Table,
        def: &ConstraintDef,
        next: &mut u32,
    ) -> Step<String> {
        let taken = |name: &str| {
            let names = table.constraints.iter().filter_map(|c| c.name.as_deref());
            names
                .into_iter()
                .any(|held| held.eq_ignore_ascii_case(name))
        };
        if let Some(name) = &def.name {
            if taken(name) {
                let message = format!("table `{}` already has a constraint `{name}`", table.name);
                return Err(problem("duplicate-constraint", message));
            }
            return Ok(name.clone());
        }
        match self.flavour {
            Flavour::Mysql => {
                let name = format!("{}_chk_{next}", table.name.name);
                *next += 1;
                Ok(name)
            }
            Flavour::Mariadb => {
                let mut number = 1;
                loop {
                    let name = format!("CONSTRAINT_{number}");
                    if !taken(&name) {
                        return Ok(name);
                    }
                    number += 1;
                }
            }
        }
    }
}

/// Where a column is put.
pub(super) fn place(table: &Table, position: Option<&Position>) -> Step<usize> {
    match position {
        None => Ok(table.columns.len()),
        Some(Position::First) => Ok(0),
        Some(Position::After(after)) => match super::super::place_of(table, after) {
            Some(place) => Ok(place + 1),
            None => Err(unknown_column(table, after)),
        },
    }
}

/// A type with the length that no length means.
fn full_type(ty: &Type) -> Type {
    match ty {
        Type::Char(None) => Type::Char(Some(1)),
        Type::Binary(None) => Type::Binary(Some(1)),
        Type::Bit(None) => Type::Bit(Some(1)),
        Type::Numeric {
            precision: None,
            unsigned,
        } => Type::Numeric {
            precision: Some((10, 0)),
            unsigned: *unsigned,
        },
        other => other.clone(),
    }
}

/// A default as a column keeps it: a moment without the digits of a second that it does not have, if they
/// are cut off (MariaDB) and rounded (MySQL) alike.
fn kept(default: Expr, ty: &Type) -> Expr {
    let most = match ty {
        Type::Timestamp { precision, .. } | Type::Time { precision, .. } => {
            precision.unwrap_or(0) as usize
        }
        _ => return default,
    };
    let Expr::Literal(Literal::Text(text)) = &default else {
        return default;
    };
    let Some((whole, fraction)) = text.split_once('.') else {
        return default;
    };
    let digits = fraction.bytes().all(|byte| byte.is_ascii_digit());
    match fraction.as_bytes().get(most) {
        Some(next) if digits && *next < b'5' => {
            let point = if most > 0 { "." } else { "" };
            Expr::text(format!("{whole}{point}{}", &fraction[..most]))
        }
        _ => default,
    }
}
