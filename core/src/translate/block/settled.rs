//! Which errors of a block's statements the model alone settles.

use crate::schema::{Change, ConstraintDef, ConstraintKind, Expr, Name, Schema, TableAction};
use crate::translate::unread::Unread;

/// Whether the model alone settles if a change raises one of these errors.
pub(super) fn is_settled(
    change: &Change,
    errors: &[String],
    schema: &Schema,
    unread: &Unread,
) -> bool {
    const OF_SCHEMA: &[&str] = &[
        "dependent_objects_still_exist",
        "duplicate_object",
        "duplicate_table",
        "duplicate_column",
        "duplicate_schema",
        "feature_not_supported",
        "internal_error",
        "invalid_table_definition",
        "undefined_table",
        "undefined_column",
        "undefined_object",
    ];
    let of_schema = errors
        .iter()
        .all(|error| OF_SCHEMA.contains(&error.as_str()));
    let is_known = |name: &Name| {
        let own = schema.tables().find(|table| table.name.name == name.name);
        !own.map_or_else(
            || unread.reaches(&name.name),
            |table| unread.reaches_table(table),
        )
    };
    let refers = |key: &ConstraintDef| match &key.kind {
        ConstraintKind::ForeignKey(key) => is_known(&key.table),
        _ => true,
    };
    match change {
        // No row is looked at.
        Change::CreateEnum(made) => is_known(&made.name),
        Change::CreateSchema { name, .. } => !unread.reaches(name),
        // A type that the model does not know may be there or not: what follows is done, or is not.
        Change::DropTypes {
            names,
            cascade: false,
            if_exists,
        } => {
            let mut names = names.iter();
            names.all(|name| is_known(name) && (*if_exists || has_type(schema, name)))
        }
        Change::CreateTable(create) => {
            let mut columns = create.columns.iter();
            create.query.is_none()
                && is_known(&create.name)
                && create.constraints.iter().all(refers)
                && columns.all(|column| column.constraints.iter().all(refers))
        }
        Change::AddEnumMember { name, .. } | Change::RenameEnumMember { name, .. } => {
            let mut errors = errors.iter();
            errors.all(|error| OF_SCHEMA.contains(&error.as_str()) || error == NO_MEMBER)
                && is_known(name)
        }
        Change::CreateIndex(index) => {
            // Rows may keep one from being made (a text is too long): no row is another for that.
            let of_rows = index.unique || index.keys.iter().any(|key| !is_column(&key.expr));
            let mut names = index.name.iter();
            (of_schema || !of_rows && index.filter.is_none())
                && names.all(|name| !unread.reaches(name))
                && is_known(&index.table)
        }
        Change::AlterTable { table, actions, .. } => {
            let known = |action: &TableAction| match action {
                TableAction::AddConstraint(key) => refers(key),
                TableAction::AddColumn { column, .. } => column.constraints.iter().all(refers),
                TableAction::RenameTo(to) => !unread.reaches(&to.name),
                _ => true,
            };
            of_schema && is_known(table) && actions.iter().all(known)
        }
        // Whether there is what it calls is known elsewhere.
        Change::CreateTrigger { table, .. } => unread.is_empty() && is_known(table),
        Change::Data(_) => false,
        // Which things it looks at is not looked for.
        _ => of_schema && unread.is_empty() && schema.tables().all(|table| table.opaque.is_none()),
    }
}

/// The code of an error that a block raises itself.
pub(super) const RAISED: &str = "raised";

/// A member of an enum is to be renamed that is not there.
const NO_MEMBER: &str = "invalid_parameter_value";

/// Whether a type is one that the model knows: what else has a name of the user's is no part of it.
pub(super) fn has_type(schema: &Schema, name: &Name) -> bool {
    let mut enums = schema.enums().map(|ty| &ty.name);
    let mut domains = schema.domains().map(|ty| &ty.name);
    enums.any(|ty| ty.name == name.name) || domains.any(|ty| ty.name == name.name)
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { .. })
}

/// Whether a problem of the replay's is one of these errors of PostgreSQL's.
pub(super) fn is_forgiven(code: &str, errors: &[String]) -> bool {
    let name = match code {
        // Which error it is that a block raises is not read.
        RAISED => "others",
        "unknown-member" => NO_MEMBER,
        "duplicate-type" | "duplicate-member" | "duplicate-constraint" => "duplicate_object",
        "duplicate-relation" => "duplicate_table",
        "duplicate-column" => "duplicate_column",
        "duplicate-primary-key" => "invalid_table_definition",
        "duplicate-schema" => "duplicate_schema",
        "unknown-table" => "undefined_table",
        "unknown-column" => "undefined_column",
        "unknown-constraint" | "unknown-index" | "unknown-trigger" | "unknown-type" => {
            "undefined_object"
        }
        "needed" | "dependent-trigger" => "dependent_objects_still_exist",
        "type-needed" => "feature_not_supported",
        _ => return false,
    };
    errors
        .iter()
        .any(|error| error == name || error == "others")
}
