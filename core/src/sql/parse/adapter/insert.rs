//! `INSERT`, `REPLACE`.

use sqlparser::ast;

use super::data::With;
use super::{Convert, NewRow, Parsed, none, unclear};
use crate::schema::{DataStatement, Ident, Insert, InsertSource, OnConflict, Query, SetExpr};

impl Convert<'_> {
    pub(super) fn insert(
        self,
        insert: ast::Insert,
        (with, recursive): With,
    ) -> Parsed<DataStatement> {
        let ast::Insert {
            insert_token: _,
            optimizer_hints: _,
            or,
            ignore,
            into: _,
            table,
            table_alias,
            columns,
            by_name,
            overwrite,
            source,
            assignments,
            partitioned,
            after_columns,
            overriding,
            has_table_keyword,
            on,
            returning,
            output,
            replace_into,
            priority: _,
            insert_alias,
            settings,
            format_clause,
            multi_table_insert_type,
            multi_table_into_clauses,
            multi_table_when_clauses,
            multi_table_else_clause,
        } = insert;
        none!(
            by_name,
            overwrite,
            partitioned,
            after_columns,
            has_table_keyword,
            output,
            settings
        );
        none!(
            format_clause,
            multi_table_insert_type,
            multi_table_into_clauses
        );
        none!(multi_table_when_clauses, multi_table_else_clause);
        let ast::TableObject::TableName(table) = table else {
            return unclear("INSERT into other than a table");
        };
        let mut columns = self.all(columns, Self::bare)?;
        let source = match source {
            // Its query carries the WITH that stands behind INTO.
            Some(source) => match self.query(*source)? {
                // MySQL's `INSERT INTO t () VALUES ()`.
                Query {
                    body: SetExpr::Values(rows),
                    ..
                } if columns.is_empty() && rows == [Vec::new()] => InsertSource::Defaults,
                query => InsertSource::Query(Box::new(query)),
            },
            None if assignments.is_empty() => InsertSource::Defaults,
            None => {
                let (names, values) = self.set_clause(assignments)?;
                columns = names;
                InsertSource::Query(Box::new(values))
            }
        };
        let alias = table_alias.map(|alias| {
            let ast::TableAliasWithoutColumns { explicit: _, alias } = alias;
            self.ident(alias)
        });
        Ok(DataStatement::Insert(Box::new(Insert {
            with,
            recursive,
            table: self.name(table)?,
            alias,
            columns,
            overriding: match overriding {
                None => false,
                Some(ast::InsertOverriding::System) => true,
                Some(ast::InsertOverriding::User) => return unclear("OVERRIDING USER VALUE"),
            },
            source,
            on_conflict: self.on_conflict(or, ignore, replace_into, on, insert_alias)?,
            returning: self.returning(returning)?,
        })))
    }

    /// MySQL's `INSERT … SET a = 1`.
    pub(super) fn set_clause(
        self,
        assignments: Vec<ast::Assignment>,
    ) -> Parsed<(Vec<Ident>, Query)> {
        let mut names = Vec::with_capacity(assignments.len());
        let mut values = Vec::with_capacity(assignments.len());
        for assignment in self.assignments(assignments)? {
            names.extend(assignment.columns);
            values.push(assignment.value);
        }
        Ok((
            names,
            Query {
                with: Vec::new(),
                recursive: false,
                body: SetExpr::Values(vec![values]),
                order_by: Vec::new(),
                limit: None,
                offset: None,
            },
        ))
    }

    pub(super) fn on_conflict(
        self,
        or: Option<ast::SqliteOnConflict>,
        ignore: bool,
        replace: bool,
        on: Option<ast::OnInsert>,
        alias: Option<ast::InsertAliases>,
    ) -> Parsed<Option<OnConflict>> {
        let simple = match (or, ignore, replace) {
            (None | Some(ast::SqliteOnConflict::Abort), false, false) => None,
            (Some(ast::SqliteOnConflict::Replace), false, false) | (None, false, true) => {
                Some(OnConflict::Replace)
            }
            // SQLite's OR IGNORE skips rows that violate NOT NULL and CHECK as well.
            (Some(ast::SqliteOnConflict::Ignore), false, false) | (None, true, false) => {
                Some(OnConflict::Ignore)
            }
            _ => return unclear("INSERT OR ROLLBACK | FAIL"),
        };
        match (simple, on) {
            (simple, None) => {
                none!(alias);
                Ok(simple)
            }
            (None, Some(ast::OnInsert::OnConflict(conflict))) => {
                none!(alias);
                self.conflict(conflict).map(Some)
            }
            (None, Some(ast::OnInsert::DuplicateKeyUpdate(assignments))) => {
                let alias = match alias {
                    None => None,
                    Some(ast::InsertAliases {
                        row_alias,
                        col_aliases,
                    }) => {
                        if col_aliases.is_some_and(|columns| !columns.is_empty()) {
                            return unclear("aliases of a new row's columns");
                        }
                        Some(self.bare(row_alias)?)
                    }
                };
                let new_row = alias.as_deref().map_or(NewRow::Values, NewRow::Alias);
                let updating = Convert {
                    new_row: Some(new_row),
                    ..self
                };
                Ok(Some(OnConflict::Update {
                    columns: Vec::new(),
                    key_filter: None,
                    constraint: None,
                    assignments: updating.assignments(assignments)?,
                    filter: None,
                }))
            }
            _ => unclear("INSERT OR … with ON CONFLICT"),
        }
    }

    pub(super) fn conflict(self, conflict: ast::OnConflict) -> Parsed<OnConflict> {
        let ast::OnConflict {
            conflict_target,
            action,
        } = conflict;
        let (columns, key_filter, constraint) = match conflict_target {
            None => (Vec::new(), None, None),
            Some(ast::ConflictTarget::Columns { columns, predicate }) => (
                self.idents(columns),
                predicate.map(|e| self.expr(e)).transpose()?,
                None,
            ),
            Some(ast::ConflictTarget::OnConstraint(name)) => {
                (Vec::new(), None, Some(self.bare(name)?))
            }
        };
        Ok(match action {
            ast::OnConflictAction::DoNothing => OnConflict::Nothing {
                columns,
                filter: key_filter,
                constraint,
            },
            ast::OnConflictAction::DoUpdate(ast::DoUpdate {
                assignments,
                selection,
            }) => OnConflict::Update {
                columns,
                key_filter,
                constraint,
                assignments: self.assignments(assignments)?,
                filter: selection.map(|e| self.expr(e)).transpose()?,
            },
        })
    }
}
