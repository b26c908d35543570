//! Statements on rows.

use sqlparser::ast;

use super::joined::{self, Parts};
use super::{Convert, Parsed, none, unclear};
use crate::schema::{Assignment, Cte, DataStatement, Delete, Expr, Ident, TableRef, Update};
use crate::sql::Syntax;

/// The WITH that the crate hangs on the query around a data statement.
pub(super) type With = (Vec<Cte>, bool);

impl Convert<'_> {
    pub(super) fn statement(self, statement: ast::Statement) -> Parsed<DataStatement> {
        let none = (Vec::new(), false);
        match statement {
            ast::Statement::Query(query) => self.query_statement(*query),
            other => self.bare_statement(other, none),
        }
    }

    fn bare_statement(self, statement: ast::Statement, with: With) -> Parsed<DataStatement> {
        match statement {
            ast::Statement::Insert(insert) => self.insert(insert, with),
            ast::Statement::Update(update) => self.update(update, with),
            ast::Statement::Delete(delete) => self.delete(delete, with),
            ast::Statement::Truncate(truncate) => self.truncate(truncate),
            _ => unclear("a statement that neither reads nor writes rows"),
        }
    }

    /// A query whose body is a data statement: `WITH … INSERT …`.
    pub(super) fn nested_statement(self, query: ast::Query) -> Parsed<DataStatement> {
        let ast::Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        none!(
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause
        );
        none!(pipe_operators);
        let with = self.with(with)?;
        match *body {
            ast::SetExpr::Insert(statement)
            | ast::SetExpr::Update(statement)
            | ast::SetExpr::Delete(statement) => self.bare_statement(statement, with),
            _ => unclear("a statement that writes no rows"),
        }
    }

    pub(super) fn assignments(self, list: Vec<ast::Assignment>) -> Parsed<Vec<Assignment>> {
        self.all(list, |convert, assignment| {
            let ast::Assignment { target, value } = assignment;
            Ok(Assignment {
                columns: match target {
                    ast::AssignmentTarget::ColumnName(name) => vec![convert.target(name)?],
                    ast::AssignmentTarget::Tuple(names) => convert.all(names, Self::target)?,
                },
                value: convert.expr(value)?,
            })
        })
    }

    /// The column that is set; MySQL may qualify it.
    fn target(self, name: ast::ObjectName) -> Parsed<Ident> {
        let name = self.name(name)?;
        if name.schema.is_some() && self.syntax != Syntax::Mysql {
            return unclear("a field of a composite column");
        }
        Ok(name.name)
    }

    fn update(self, update: ast::Update, (with, recursive): With) -> Parsed<DataStatement> {
        let ast::Update {
            update_token: _,
            optimizer_hints: _,
            table,
            on_cluster,
            assignments,
            from,
            selection,
            returning,
            output,
            or,
            order_by,
            limit,
            settings,
        } = update;
        none!(on_cluster, output, settings);
        if or.is_some_and(|or| or != ast::SqliteOnConflict::Abort) {
            return unclear("UPDATE OR …");
        }
        let from = match from {
            None => Vec::new(),
            Some(ast::UpdateTableFromKind::AfterSet(from)) => self.all(from, Self::joined)?,
            Some(ast::UpdateTableFromKind::BeforeSet(_)) => return unclear("FROM before SET"),
        };
        let target = self.only_target(&assignments)?;
        let filter = selection.map(|e| self.expr(e)).transpose()?;
        let assignments = self.assignments(assignments)?;
        let parts = match (self.joined(table)?, target) {
            (table @ TableRef::Table { .. }, _) => one_table(table, from, filter)?,
            (joined, Some(target)) if self.syntax == Syntax::Mysql => {
                let values: Vec<Expr> = assignments.iter().map(|set| set.value.clone()).collect();
                joined::take(joined, &target, filter, &values)?
            }
            _ => return unclear("UPDATE of several tables"),
        };
        Ok(DataStatement::Update(Box::new(Update {
            with,
            recursive,
            table: parts.table,
            alias: parts.alias,
            assignments,
            from: parts.others,
            filter: parts.filter,
            order_by: self.all(order_by, Self::order_by)?,
            limit: limit.map(|e| self.expr(e)).transpose()?,
            returning: self.returning(returning)?,
        })))
    }

    /// The table that all assignments of an UPDATE name, if they name one.
    fn only_target(self, assignments: &[ast::Assignment]) -> Parsed<Option<Ident>> {
        let mut only = None;
        for assignment in assignments {
            let ast::AssignmentTarget::ColumnName(name) = &assignment.target else {
                return Ok(None);
            };
            let table = self.name(name.clone())?.schema;
            if only.as_ref().is_some_and(|only| *only != table) {
                return unclear("UPDATE of several tables");
            }
            only = Some(table);
        }
        Ok(only.flatten())
    }

    fn delete(self, delete: ast::Delete, (with, recursive): With) -> Parsed<DataStatement> {
        let ast::Delete {
            delete_token: _,
            optimizer_hints: _,
            tables,
            from,
            on_cluster,
            using,
            selection,
            returning,
            output,
            order_by,
            limit,
            settings,
        } = delete;
        none!(on_cluster, output, settings);
        let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = from;
        let from = self.all(from, Self::joined)?;
        let using = self.all(using.unwrap_or_default(), Self::joined)?;
        let filter = selection.map(|e| self.expr(e)).transpose()?;
        let parts = if self.syntax == Syntax::Mysql && !(tables.is_empty() && using.is_empty()) {
            self.mysql_delete(tables, from, using, filter)?
        } else {
            none!(tables);
            one_table(one(from)?, using, filter)?
        };
        Ok(DataStatement::Delete(Box::new(Delete {
            with,
            recursive,
            table: parts.table,
            alias: parts.alias,
            using: parts.others,
            filter: parts.filter,
            order_by: self.all(order_by, Self::order_by)?,
            limit: limit.map(|e| self.expr(e)).transpose()?,
            returning: self.returning(returning)?,
        })))
    }

    /// `DELETE t FROM t JOIN …`, and `DELETE FROM t USING t JOIN …`, which is the same.
    fn mysql_delete(
        self,
        tables: Vec<ast::ObjectName>,
        from: Vec<TableRef>,
        using: Vec<TableRef>,
        filter: Option<Expr>,
    ) -> Parsed<Parts> {
        let (target, joined) = if tables.is_empty() {
            match one(from)? {
                TableRef::Table { name, alias, .. } => (alias.unwrap_or(name.name), using),
                _ => return unclear("DELETE from other than a table"),
            }
        } else {
            let mut names = self.all(tables, Self::name)?;
            match (names.pop(), names.is_empty()) {
                (Some(name), true) => (name.name, from),
                _ => return unclear("DELETE from several tables"),
            }
        };
        joined::take(one(joined)?, &target, filter, &[])
    }

    pub(super) fn returning(
        self,
        returning: Option<Vec<ast::SelectItem>>,
    ) -> Parsed<Vec<crate::schema::SelectItem>> {
        self.all(returning.unwrap_or_default(), Self::item)
    }

    fn truncate(self, truncate: ast::Truncate) -> Parsed<DataStatement> {
        let ast::Truncate {
            table_names,
            partitions,
            table: _,
            if_exists,
            identity,
            cascade,
            on_cluster,
        } = truncate;
        none!(partitions, if_exists, on_cluster);
        Ok(DataStatement::Truncate {
            tables: self.all(table_names, |convert, target| {
                let ast::TruncateTableTarget {
                    name,
                    only,
                    has_asterisk: _,
                } = target;
                none!(only);
                convert.name(name)
            })?,
            // MySQL's always starts over.
            restart_identity: self.syntax == Syntax::Mysql
                || matches!(identity, Some(ast::TruncateIdentityOption::Restart)),
            cascade: matches!(cascade, Some(ast::CascadeOption::Cascade)),
        })
    }
}

/// The only one of a list of tables.
fn one(mut tables: Vec<TableRef>) -> Parsed<TableRef> {
    match (tables.pop(), tables.is_empty()) {
        (Some(table), true) => Ok(table),
        _ => unclear("a change of several tables"),
    }
}

/// A statement that names the table it changes apart from those it only reads.
fn one_table(table: TableRef, others: Vec<TableRef>, filter: Option<Expr>) -> Parsed<Parts> {
    match table {
        TableRef::Table {
            name,
            alias,
            columns,
        } if columns.is_empty() => Ok(Parts {
            table: name,
            alias,
            others,
            filter,
        }),
        _ => unclear("a change of several tables"),
    }
}
