//! Domains of PostgreSQL: for Diesel a column has the type below its domain, unless the settings ask
//! for a type of the domain's name.

use aludel::schema::{Column, Schema, Type};

use super::types::{self, SqlType};
use super::{Engine, Settings};

/// What Diesel calls a column's type; see [`types::of`].
///
/// One domain is looked through, as the information schema does: of a domain over a domain the type
/// is the inner one.
pub(super) fn type_of(
    column: &Column,
    schema: &Schema,
    engine: Engine,
    settings: &Settings,
    key: &[String],
    big: impl Fn() -> bool,
) -> Result<SqlType, String> {
    let domain = match &column.ty {
        Type::Named(name) => schema.domain(name),
        _ => None,
    };
    let Some(domain) = domain else {
        return types::of(column, engine, key, big);
    };
    let mut column = column.clone();
    column.nullable &= domain.nullable;
    let own = std::mem::replace(&mut column.ty, domain.base.clone());
    let below = types::of(&column, engine, key, &big)?;
    let wanted = &settings.domains;
    if !wanted.iter().any(|regex| regex.is_match(&domain.name.name)) {
        return Ok(below);
    }
    column.ty = own;
    // The length stays that of the type below.
    Ok(SqlType {
        max_length: below.max_length,
        ..types::of(&column, engine, key, big)?
    })
}
