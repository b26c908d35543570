//! What a name means: the search path, and the default schema that is not written.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{Column, Ident, Name, Table, Type, View};
use super::problem::{Step, problem};
use super::{Replay, place_of};
use crate::sql::Syntax;

/// What a script's statements have set, until the script ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    /// Where unqualified names are looked for; `None`: only in the default schema.
    pub(super) path: Option<Vec<Option<Ident>>>,
    /// Temporary tables.
    pub(super) temporary: BTreeSet<Name>,
    /// Foreign keys are not checked (MySQL's `foreign_key_checks`).
    pub(super) unchecked: bool,
}

impl Replay {
    /// Takes note of a setting, until the script ends: MySQL's `foreign_key_checks`, SQLite's `foreign_keys`.
    pub(crate) fn note_setting(&mut self, name: &str, value: Option<&str>) {
        let checks = match self.syntax {
            Syntax::Mysql => name.ends_with("foreign_key_checks"),
            Syntax::Sqlite => name.ends_with("foreign_keys"),
            Syntax::Postgres => false,
        };
        if let Some(value) = value.filter(|_| checks) {
            let value = value.trim().trim_matches(['\'', '"']).to_ascii_uppercase();
            self.session.unchecked = ["0", "OFF", "FALSE", "NO"].contains(&value.as_str());
        }
    }

    /// Whether foreign keys are not enforced, as a script has said.
    pub(crate) fn is_unchecked(&self) -> bool {
        self.session.unchecked
    }

    /// The schema that is not written.
    pub(super) fn default_schema(&self) -> Option<&'static str> {
        match self.syntax {
            Syntax::Postgres => Some("public"),
            Syntax::Sqlite => Some("main"),
            Syntax::Mysql => None,
        }
    }

    fn path(&self) -> &[Option<Ident>] {
        self.session.path.as_deref().unwrap_or(&[None])
    }

    /// Sets where unqualified names are looked for, until the script ends.
    pub(super) fn set_search_path(&mut self, path: &[Ident]) {
        let default = self.default_schema();
        let path: Vec<_> = path
            .iter()
            .filter(|schema| *schema != "$user" && *schema != "pg_catalog")
            .map(|schema| (Some(schema.as_str()) != default).then(|| schema.clone()))
            .collect();
        self.session.path = Some(path);
    }

    /// A name without the default schema.
    pub(super) fn canonical(&self, name: &Name) -> Name {
        match (&name.schema, self.default_schema()) {
            (Some(schema), Some(default)) if schema == default => Name::bare(name.name.clone()),
            _ => name.clone(),
        }
    }

    fn first(&self, name: &Name, exists: impl Fn(&Name) -> bool) -> Option<Name> {
        if name.schema.is_some() {
            let name = self.canonical(name);
            return exists(&name).then_some(name);
        }
        let temporary = !self.session.temporary.is_empty();
        let temporary = temporary.then(|| Some(self.temporary_schema().to_owned()));
        temporary.iter().chain(self.path()).find_map(|schema| {
            let name = Name {
                schema: schema.clone(),
                name: name.name.clone(),
            };
            exists(&name).then_some(name)
        })
    }

    /// The relation that a name means, if there is one.
    pub(crate) fn relation_named(&self, name: &Name) -> Option<Name> {
        let found = self.first(name, |name| self.schema.relation(name).is_some())?;
        Some(self.schema.spelled(&found))
    }

    /// The schema in which something is made whose name has none, if that is known.
    pub(crate) fn current_schema(&self) -> Option<String> {
        let default = self.default_schema()?;
        let first = self.path().iter().find(|schema| match schema {
            None => true,
            Some(schema) => self.schema.has_schema(schema),
        })?;
        Some(first.clone().unwrap_or_else(|| default.to_owned()))
    }

    /// The relation that a name means; the name that it would have if there is none.
    pub(super) fn found(&self, name: &Name) -> Name {
        self.first(name, |name| self.schema.relation(name).is_some())
            .map(|name| self.schema.spelled(&name))
            .unwrap_or_else(|| self.new_name(name, false))
    }

    /// Whether a table has a column of a name.
    pub(super) fn has_column(&self, table: &Table, name: &str) -> bool {
        table.columns.iter().any(|column| match self.syntax {
            Syntax::Postgres => column.name == name,
            Syntax::Sqlite | Syntax::Mysql => column.name.eq_ignore_ascii_case(name),
        })
    }

    /// Where temporary tables live.
    fn temporary_schema(&self) -> &'static str {
        match self.syntax {
            Syntax::Postgres => "pg_temp",
            Syntax::Sqlite | Syntax::Mysql => "temp",
        }
    }

    /// The type that a name means, likewise.
    pub(super) fn found_type(&self, name: &Name) -> Name {
        let exists = |name: &Name| {
            self.schema.enum_type(name).is_some() || self.schema.domain(name).is_some()
        };
        self.first(name, exists)
            .unwrap_or_else(|| self.canonical(name))
    }

    /// The function that a name means, likewise.
    pub(super) fn found_function(&self, name: &Name) -> Name {
        self.first(name, |name| self.functions.contains_key(name))
            .unwrap_or_else(|| self.new_name(name, false))
    }

    /// The name of something that is created.
    pub(super) fn new_name(&self, name: &Name, temporary: bool) -> Name {
        if name.schema.is_some() {
            return self.canonical(name);
        }
        let known = |schema: &&Option<Ident>| {
            schema
                .as_ref()
                .is_none_or(|schema| self.schema.has_schema(schema))
        };
        let schema = if temporary {
            Some(self.temporary_schema().to_owned())
        } else {
            // A schema that no script made may be there all the same.
            let path = self.path();
            let first = path.iter().find(known).or_else(|| path.first());
            first.cloned().flatten()
        };
        Name {
            schema,
            name: name.name.clone(),
        }
    }

    /// What the table, view or index is called in full that a name means.
    pub(crate) fn table_name(&self, name: &Name) -> Name {
        self.found(name)
    }

    /// The table that a name means.
    pub(super) fn table(&self, name: &Name) -> Step<&Arc<Table>> {
        self.schema.table(&self.found(name)).ok_or_else(|| {
            if self.find_view(name).is_some() {
                problem("not-a-table", format!("`{name}` is a view, not a table"))
            } else {
                problem("unknown-table", format!("there is no table `{name}`"))
            }
        })
    }

    /// The view that a name means.
    pub(super) fn find_view(&self, name: &Name) -> Option<&View> {
        self.schema.view(&self.found(name))
    }

    /// Where a column stands that a statement names.
    pub(super) fn column_of(&self, table: &Table, column: &str) -> Step<usize> {
        place_of(table, column).ok_or_else(|| unknown_column(table, column))
    }

    /// A type with its names resolved.
    pub(super) fn resolved_type(&self, ty: &Type) -> Type {
        match ty {
            Type::Array(element) => Type::Array(Box::new(self.resolved_type(element))),
            Type::Enum(name) | Type::Named(name) => {
                let found = self.found_type(name);
                if self.schema.enum_type(&found).is_some() {
                    Type::Enum(found)
                } else {
                    Type::Named(found)
                }
            }
            other => other.clone(),
        }
    }
}

/// That a table has no such column.
pub(super) fn unknown_column(table: &Table, column: &str) -> super::ReplayProblem {
    problem(
        "unknown-column",
        format!("table `{}` has no column `{column}`", table.name),
    )
}

/// The column of a table that a place stands for.
pub(super) fn column_mut<'t>(table: &'t mut Table, name: &str) -> Option<&'t mut Column> {
    table.columns.iter_mut().find(|column| column.name == name)
}
