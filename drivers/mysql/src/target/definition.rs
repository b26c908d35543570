//! The parts of a table's definition, as CREATE TABLE and ALTER TABLE have them.

use aludel::schema::{
    Column, Constraint, ConstraintKind, Expr, Index, Literal, Table, Type, UnaryOp,
};
use aludel::translate::print::{Level, Printer};

use super::spelling::bare_text;

/// `CREATE TABLE`, with its indexes in it.
pub(crate) fn create(printer: &mut Printer<'_>, table: &Table) -> String {
    let mut lines: Vec<String> = Vec::new();
    lines.extend(table.columns.iter().map(|c| printer.column(c, table)));
    lines.extend(
        table
            .constraints
            .iter()
            .map(|c| printer.constraint(c, table)),
    );
    lines.extend(table.indexes.iter().map(|index| key(printer, index)));
    let word = if table.options.temporary {
        "TEMPORARY "
    } else {
        ""
    };
    let (name, options) = (printer.name(&table.name), options(table));
    format!(
        "CREATE {word}TABLE {name} (\n    {}\n){options}",
        lines.join(",\n    ")
    )
}

/// What stands after a table's closing parenthesis.
pub(crate) fn options(table: &Table) -> String {
    let mut text = String::new();
    let options = &table.options;
    if let Some(engine) = &options.engine {
        text.push_str(&format!(" ENGINE = {engine}"));
    }
    if let Some(start) = options.auto_increment {
        text.push_str(&format!(" AUTO_INCREMENT = {start}"));
    }
    if let Some(charset) = &options.charset {
        text.push_str(&format!(" DEFAULT CHARACTER SET {charset}"));
    }
    if let Some(collation) = &options.collation {
        text.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(comment) = &table.comment {
        text.push_str(&format!(" COMMENT = {}", bare_text(comment)));
    }
    text
}

/// A column's definition.
pub(crate) fn column(printer: &mut Printer<'_>, column: &Column) -> String {
    let name = printer.ident(&column.name);
    let mut text = format!("{name} {}", printer.ty(&column.ty));
    if let Some(charset) = &column.charset {
        text.push_str(&format!(" CHARACTER SET {charset}"));
    }
    if let Some(collation) = &column.collation {
        text.push_str(&format!(" COLLATE {}", collation.name));
    }
    if let Some(generated) = &column.generated {
        let expr = printer.at(&generated.expr, Level::Or);
        let kind = if generated.stored {
            "STORED"
        } else {
            "VIRTUAL"
        };
        text.push_str(&format!(" GENERATED ALWAYS AS ({expr}) {kind}"));
    }
    if !column.nullable {
        text.push_str(" NOT NULL");
    } else if matches!(column.ty, Type::Timestamp { zoned: true, .. }) {
        // Else an old server takes it for NOT NULL.
        text.push_str(" NULL");
    }
    if let Some(value) = &column.default {
        text.push_str(&format!(" DEFAULT {}", default(printer, value, &column.ty)));
    }
    if let Some(update) = &column.on_update {
        text.push_str(&format!(" ON UPDATE {}", printer.at(update, Level::Or)));
    }
    if column.identity.is_some() {
        text.push_str(" AUTO_INCREMENT");
    }
    if column.invisible {
        text.push_str(" INVISIBLE");
    }
    if let Some(comment) = &column.comment {
        text.push_str(&format!(" COMMENT {}", bare_text(comment)));
    }
    text
}

/// A default: in parentheses unless it is a constant on a type that may have one.
fn default(printer: &mut Printer<'_>, value: &Expr, ty: &Type) -> String {
    let unlimited = matches!(
        ty,
        Type::TinyText
            | Type::Text
            | Type::MediumText
            | Type::LongText
            | Type::TinyBlob
            | Type::Blob
            | Type::MediumBlob
            | Type::LongBlob
            | Type::Json
    );
    let constant = match value {
        Expr::Literal(Literal::Null) => return "NULL".into(),
        Expr::Literal(Literal::Text(text)) => !text.contains(['\\', '\0']),
        Expr::Literal(Literal::Typed(..)) => false,
        Expr::Literal(_) => true,
        Expr::Unary {
            op: UnaryOp::Minus,
            expr,
        } => matches!(**expr, Expr::Literal(Literal::Number(_))),
        Expr::Keyword("CURRENT_TIMESTAMP", _) => matches!(ty, Type::Timestamp { .. }),
        _ => false,
    };
    let text = printer.at(value, Level::Or);
    if constant && !unlimited {
        text
    } else {
        format!("({text})")
    }
}

/// A constraint in the server's own form, where it is not the standard's.
pub(crate) fn constraint(
    printer: &mut Printer<'_>,
    constraint: &Constraint,
    _: &Table,
) -> Option<String> {
    match (&constraint.kind, &constraint.name) {
        (ConstraintKind::Unique { columns, .. }, Some(name)) => {
            let (name, columns) = (printer.ident(name), printer.parts(columns));
            Some(format!("UNIQUE KEY {name} ({columns})"))
        }
        _ => None,
    }
}

/// An index, as it stands in a CREATE TABLE, or after ADD.
pub(crate) fn key(printer: &mut Printer<'_>, index: &Index) -> String {
    let kind = match (index.unique, index.method.as_deref()) {
        (true, _) => "UNIQUE KEY",
        (false, Some("fulltext")) => "FULLTEXT KEY",
        (false, Some("spatial")) => "SPATIAL KEY",
        (false, _) => "KEY",
    };
    let keys: Vec<String> = index
        .keys
        .iter()
        .map(|key| printer.index_key(key))
        .collect();
    let mut text = format!(
        "{kind} {} ({})",
        printer.ident(&index.name),
        keys.join(", ")
    );
    if let Some(comment) = &index.comment {
        text.push_str(&format!(" COMMENT {}", bare_text(comment)));
    }
    text
}
