//! Statements on rows.

use super::spelling::Conflict;
use super::{Level, Printer, join};
use crate::schema::{
    Assignment, DataStatement, Delete, Expr, Ident, Insert, InsertSource, Name, OnConflict,
    SelectItem, Update,
};
use crate::translate::Refusal;

impl Printer<'_> {
    /// A statement, without a terminator.
    pub fn statement(&mut self, statement: &DataStatement) -> String {
        let spelling = self.spelling;
        if let Some(text) = spelling.statement(self, statement) {
            return text;
        }
        match statement {
            DataStatement::Query(query) => self.query(query),
            DataStatement::Insert(insert) => self.insert(insert),
            DataStatement::Update(update) => self.update(update),
            DataStatement::Delete(delete) => self.delete(delete),
            DataStatement::Truncate {
                tables,
                restart_identity,
                cascade,
            } => {
                let tables = join(tables, |table| self.name(table));
                let restart = if *restart_identity {
                    " RESTART IDENTITY"
                } else {
                    ""
                };
                let cascade = if *cascade { " CASCADE" } else { "" };
                format!("TRUNCATE TABLE {tables}{restart}{cascade}")
            }
        }
    }

    /// An INSERT.
    pub fn insert(&mut self, insert: &Insert) -> String {
        let with = self.with(&insert.with, insert.recursive);
        let conflict = match &insert.on_conflict {
            Some(conflict) => self.conflict(conflict),
            None => Conflict {
                verb: "INSERT INTO",
                clause: String::new(),
            },
        };
        let table = self.name(&insert.table);
        let alias = self.alias(insert.alias.as_ref(), &[]);
        let columns = if insert.columns.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.idents(&insert.columns))
        };
        let overriding = if insert.overriding {
            " OVERRIDING SYSTEM VALUE"
        } else {
            ""
        };
        let source = match &insert.source {
            InsertSource::Defaults => "DEFAULT VALUES".into(),
            InsertSource::Query(query) => self.insert_rows(query),
        };
        let returning = self.returning(&insert.returning);
        let Conflict { verb, clause } = conflict;
        format!("{with}{verb} {table}{alias}{columns}{overriding} {source}{clause}{returning}")
    }

    /// What is inserted: plain VALUES are written alike by all, whatever they are elsewhere.
    fn insert_rows(&mut self, query: &crate::schema::Query) -> String {
        match query {
            crate::schema::Query {
                body: crate::schema::SetExpr::Values(rows),
                with,
                order_by,
                limit: None,
                offset: None,
                ..
            } if with.is_empty() && order_by.is_empty() => format!("VALUES {}", self.rows(rows)),
            query => self.query(query),
        }
    }

    fn conflict(&mut self, conflict: &OnConflict) -> Conflict {
        let spelling = self.spelling;
        if let Some(conflict) = spelling.conflict(self, conflict) {
            return conflict;
        }
        let clause = match conflict {
            OnConflict::Nothing {
                columns,
                filter,
                constraint,
            } => {
                let key = self.conflict_key(columns, filter.as_ref(), constraint.as_ref());
                format!(" ON CONFLICT{key} DO NOTHING")
            }
            OnConflict::Update {
                columns,
                key_filter,
                constraint,
                assignments,
                filter,
            } => {
                let key = self.conflict_key(columns, key_filter.as_ref(), constraint.as_ref());
                let assignments = self.assignments(assignments);
                let filter = self.filter(filter.as_ref());
                format!(" ON CONFLICT{key} DO UPDATE SET {assignments}{filter}")
            }
            OnConflict::Replace => self.no_form("`REPLACE`"),
            OnConflict::Ignore => self.no_form("`INSERT IGNORE`"),
        };
        Conflict {
            verb: "INSERT INTO",
            clause,
        }
    }

    fn conflict_key(
        &mut self,
        columns: &[Ident],
        filter: Option<&Expr>,
        constraint: Option<&Ident>,
    ) -> String {
        if let Some(constraint) = constraint {
            return format!(" ON CONSTRAINT {}", self.ident(constraint));
        }
        if columns.is_empty() {
            return String::new();
        }
        format!(" ({}){}", self.idents(columns), self.filter(filter))
    }

    /// Notes that something has no form here.
    pub(crate) fn no_form(&mut self, what: &str) -> String {
        self.refuse(Refusal::new(
            "no-form",
            format!("{what} has no counterpart"),
        ))
    }

    /// `a = 1, (b, c) = (2, 3)`.
    pub fn assignments(&mut self, assignments: &[Assignment]) -> String {
        join(assignments, |Assignment { columns, value }| {
            let value = self.at(value, Level::Or);
            match columns.as_slice() {
                [column] => format!("{} = {value}", self.ident(column)),
                columns => format!("({}) = {value}", self.idents(columns)),
            }
        })
    }

    /// `RETURNING …`, with a blank at its start, or nothing.
    pub fn returning(&mut self, items: &[SelectItem]) -> String {
        if items.is_empty() {
            String::new()
        } else {
            format!(" RETURNING {}", self.items(items))
        }
    }

    /// `ORDER BY … LIMIT …` of an UPDATE or DELETE, with a blank at its start, or nothing.
    fn some_rows(&mut self, order_by: &[crate::schema::OrderBy], limit: Option<&Expr>) -> String {
        let order = if order_by.is_empty() {
            String::new()
        } else {
            format!(" ORDER BY {}", self.order(order_by))
        };
        order + &self.limit(limit, None)
    }

    fn target(&mut self, table: &Name, alias: Option<&Ident>) -> String {
        let table = self.name(table);
        format!("{table}{}", self.alias(alias, &[]))
    }

    /// An UPDATE.
    pub fn update(&mut self, update: &Update) -> String {
        let with = self.with(&update.with, update.recursive);
        let table = self.target(&update.table, update.alias.as_ref());
        let assignments = self.assignments(&update.assignments);
        let from = if update.from.is_empty() {
            String::new()
        } else {
            format!(" FROM {}", self.from(&update.from))
        };
        let filter = self.filter(update.filter.as_ref());
        let rows = self.some_rows(&update.order_by, update.limit.as_ref());
        let returning = self.returning(&update.returning);
        format!("{with}UPDATE {table} SET {assignments}{from}{filter}{rows}{returning}")
    }

    /// A DELETE.
    pub fn delete(&mut self, delete: &Delete) -> String {
        let with = self.with(&delete.with, delete.recursive);
        let table = self.target(&delete.table, delete.alias.as_ref());
        let using = if delete.using.is_empty() {
            String::new()
        } else {
            format!(" USING {}", self.from(&delete.using))
        };
        let filter = self.filter(delete.filter.as_ref());
        let rows = self.some_rows(&delete.order_by, delete.limit.as_ref());
        let returning = self.returning(&delete.returning);
        format!("{with}DELETE FROM {table}{using}{filter}{rows}{returning}")
    }
}
