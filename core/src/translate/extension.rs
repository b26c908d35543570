//! `DROP EXTENSION … CASCADE` of PostgreSQL's: what depends on the extension goes along, columns of its
//! types, defaults that call its functions, indexes by its operators. Extensions are none here, and what
//! belongs to one is known of some.

use super::target::Refusal;
use crate::schema::{ConstraintKind, Expr, Part, Query, Schema, Table, Type};
use crate::sql;

/// The refusal of a statement, if it takes along something that may depend on an extension.
pub(super) fn dropped_along(body: &str, schema: &Schema) -> Option<Refusal> {
    let words = sql::words_of(body)?;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let ["drop", "extension", names @ .., "cascade"] = words.as_slice() else {
        return None;
    };
    let names = match names {
        ["if", "exists", names @ ..] => names,
        names => names,
    };
    let needed = names.iter().find(|name| is_needed(name, schema))?;
    let message = format!(
        "what depends on the extension `{needed}` goes along with it, and there may be something here that does"
    );
    Some(
        Refusal::new("extension-needed", message)
            .help("drop what depends on it before, and leave CASCADE out"),
    )
}

fn is_needed(extension: &str, schema: &Schema) -> bool {
    let calls = |found: &dyn Fn(&str) -> bool| uses(schema, &|_| false, found);
    let of_type = |wanted: &Type| uses(schema, &|ty| ty == wanted, &|_| false);
    match extension {
        "plpgsql" | "pg_stat_statements" => false,
        "citext" => of_type(&Type::Citext),
        "uuid-ossp" => calls(&|name| name.starts_with("uuid_")),
        "unaccent" => calls(&|name| name == "unaccent"),
        // PostgreSQL has a gen_random_uuid() of its own.
        "pgcrypto" => calls(&|name| {
            const OWN: &[&str] = &["crypt", "gen_salt", "digest", "hmac", "gen_random_bytes"];
            const BEGIN: &[&str] = &["encrypt", "decrypt", "pgp_", "armor", "dearmor"];
            OWN.contains(&name) || BEGIN.iter().any(|begin| name.starts_with(begin))
        }),
        // What is not known of it may be used anywhere.
        _ => schema.tables().next().is_some() || schema.views().next().is_some(),
    }
}

/// Whether a schema has a type or calls a function.
fn uses(schema: &Schema, ty: &dyn Fn(&Type) -> bool, call: &dyn Fn(&str) -> bool) -> bool {
    let of_type = |own: &Type| {
        let mut own = own;
        while let Type::Array(item) = own {
            own = item;
        }
        ty(own)
    };
    let in_expr = |expr: &Expr| found(Part::Expr(expr), &of_type, call);
    let in_table = |table: &Table| {
        let mut columns = table.columns.iter();
        table.opaque.is_some()
            || columns.any(|column| of_type(&column.ty))
            || table.exprs().any(in_expr)
    };
    let in_query = |query: Option<&Query>| match query {
        Some(query) => found(Part::Query(query), &of_type, call),
        None => true,
    };
    schema.tables().any(|table| in_table(table))
        || schema.views().any(|view| in_query(view.query.as_ref()))
        || schema.domains().any(|domain| {
            let checks = domain.constraints.iter().filter_map(|c| match &c.kind {
                ConstraintKind::Check { expr, .. } => Some(expr),
                _ => None,
            });
            of_type(&domain.base) || domain.default.iter().chain(checks).any(in_expr)
        })
}

fn found(part: Part<'_>, ty: &dyn Fn(&Type) -> bool, call: &dyn Fn(&str) -> bool) -> bool {
    let mut any = false;
    let mut look = |part: Part<'_>| any |= found(part, ty, call);
    match part {
        Part::Expr(expr) => {
            expr.parts(&mut look);
            match expr {
                Expr::Call(own) => any |= call(&own.name.name),
                Expr::Cast { ty: own, .. } => any |= ty(own),
                _ => {}
            }
        }
        Part::Query(query) => query.parts(&mut look),
        Part::Table(item) => item.parts(&mut look),
        Part::Data(statement) => statement.parts(&mut look),
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{Column, Name};

    #[test]
    fn an_extension_is_needed_where_something_is_of_it() {
        let mut schema = Schema::default();
        let dropped = |name: &str| format!("DROP EXTENSION IF EXISTS {name} CASCADE");
        assert_eq!(dropped_along(&dropped("postgis"), &schema), None);
        let mut table = Table::new(Name::bare("t"));
        table.columns.push(Column::new("id", Type::INTEGER));
        schema.put_table(table.clone());
        assert_eq!(dropped_along(&dropped("citext"), &schema), None);
        assert!(dropped_along(&dropped("postgis"), &schema).is_some());
        let list = Type::Array(Box::new(Type::Citext));
        table.columns.push(Column::new("c", list));
        let mut column = Column::new("u", Type::Uuid);
        column.default = Some(Expr::call("uuid_generate_v4", []));
        table.columns.push(column);
        schema.put_table(table);
        let commented = "-- all of it\nDROP EXTENSION /* of texts */ citext CASCADE -- gone\n;";
        assert!(dropped_along(commented, &schema).is_some());
        for name in ["citext", "\"uuid-ossp\"", "pgcrypto, citext"] {
            assert!(dropped_along(&dropped(name), &schema).is_some(), "{name}");
            let plain = format!("DROP EXTENSION {name}");
            assert_eq!(dropped_along(&plain, &schema), None);
        }
        assert_eq!(dropped_along(&dropped("pgcrypto"), &schema), None);
    }
}
