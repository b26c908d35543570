//! Statements on rows.

use super::Rewriter;
use crate::schema::{
    Assignment, DataStatement, Delete, Expr, Ident, Insert, InsertSource, Name, OnConflict,
    OrderBy, Update,
};
use crate::translate::infer::{Field, Relation};

impl Rewriter<'_> {
    /// A statement.
    pub fn statement(&mut self, statement: &DataStatement) -> DataStatement {
        match statement {
            DataStatement::Query(query) => DataStatement::Query(Box::new(self.query(query))),
            DataStatement::Insert(insert) => DataStatement::Insert(Box::new(self.insert(insert))),
            DataStatement::Update(update) => DataStatement::Update(Box::new(self.update(update))),
            DataStatement::Delete(delete) => DataStatement::Delete(Box::new(self.delete(delete))),
            DataStatement::Truncate {
                tables,
                restart_identity,
                cascade,
            } => DataStatement::Truncate {
                tables: tables.iter().map(|table| self.written(table)).collect(),
                restart_identity: *restart_identity,
                cascade: *cascade,
            },
        }
    }

    /// An INSERT.
    pub fn insert(&mut self, insert: &Insert) -> Insert {
        self.scope.enter();
        let with = self.with(&insert.with, insert.recursive);
        let fields = self.fields(&insert.table);
        let into = fields
            .as_deref()
            .map(|fields| chosen(fields, &insert.columns));
        let source = match &insert.source {
            InsertSource::Defaults => InsertSource::Defaults,
            InsertSource::Query(query) => {
                InsertSource::Query(Box::new(self.plain_query(query, into.as_deref())))
            }
        };
        self.scope.enter();
        self.add_target(&insert.table, insert.alias.as_ref());
        let returning = self.items(&insert.returning);
        self.scope.add(Relation {
            name: Some(Name::bare("excluded")),
            table: Some(insert.table.clone()),
            fields: fields.clone(),
            function: None,
        });
        let on_conflict = insert
            .on_conflict
            .as_ref()
            .map(|conflict| self.conflict(conflict, fields.as_deref()));
        self.scope.leave();
        let table = self.written(&insert.table);
        self.scope.leave();
        Insert {
            with,
            recursive: insert.recursive,
            table,
            alias: insert.alias.clone(),
            columns: insert.columns.clone(),
            overriding: insert.overriding,
            source,
            on_conflict,
            returning,
        }
    }

    fn conflict(&mut self, conflict: &OnConflict, fields: Option<&[Field]>) -> OnConflict {
        match conflict {
            OnConflict::Nothing {
                columns,
                filter,
                constraint,
            } => OnConflict::Nothing {
                columns: columns.clone(),
                filter: self.maybe(filter.as_ref()),
                constraint: constraint.clone(),
            },
            OnConflict::Update {
                columns,
                key_filter,
                constraint,
                assignments,
                filter,
            } => OnConflict::Update {
                columns: columns.clone(),
                key_filter: self.maybe(key_filter.as_ref()),
                constraint: constraint.clone(),
                assignments: self.assignments(assignments, fields),
                filter: self.maybe(filter.as_ref()),
            },
            OnConflict::Replace => OnConflict::Replace,
            OnConflict::Ignore => OnConflict::Ignore,
        }
    }

    fn assignments(
        &mut self,
        assignments: &[Assignment],
        fields: Option<&[Field]>,
    ) -> Vec<Assignment> {
        let field = |name: &Ident| {
            fields
                .and_then(|fields| fields.iter().find(|field| field.name == *name))
                .cloned()
        };
        assignments
            .iter()
            .map(|Assignment { columns, value }| {
                let value = match (columns.as_slice(), value) {
                    ([column], value) => self.stored(value, field(column).as_ref()),
                    (columns, Expr::Row(values)) if columns.len() == values.len() => Expr::Row(
                        columns
                            .iter()
                            .zip(values)
                            .map(|(column, value)| self.stored(value, field(column).as_ref()))
                            .collect(),
                    ),
                    (columns, Expr::Subquery(query)) => {
                        let into: Option<Vec<Field>> = columns.iter().map(field).collect();
                        Expr::Subquery(Box::new(self.plain_query(query, into.as_deref())))
                    }
                    (_, value) => self.expr(value),
                };
                Assignment {
                    columns: columns.clone(),
                    value,
                }
            })
            .collect()
    }

    /// An UPDATE.
    pub fn update(&mut self, update: &Update) -> Update {
        self.scope.enter();
        let with = self.with(&update.with, update.recursive);
        let fields = self.fields(&update.table);
        self.add_target(&update.table, update.alias.as_ref());
        self.scope.add_from(&update.from);
        let result = Update {
            with,
            recursive: update.recursive,
            table: self.written(&update.table),
            alias: update.alias.clone(),
            assignments: self.assignments(&update.assignments, fields.as_deref()),
            from: self.from(&update.from),
            filter: self.maybe(update.filter.as_ref()),
            order_by: self.keys(&update.order_by),
            limit: self.maybe(update.limit.as_ref()),
            returning: self.items(&update.returning),
        };
        self.scope.leave();
        result
    }

    /// A DELETE.
    pub fn delete(&mut self, delete: &Delete) -> Delete {
        self.scope.enter();
        let with = self.with(&delete.with, delete.recursive);
        self.add_target(&delete.table, delete.alias.as_ref());
        self.scope.add_from(&delete.using);
        let result = Delete {
            with,
            recursive: delete.recursive,
            table: self.written(&delete.table),
            alias: delete.alias.clone(),
            using: self.from(&delete.using),
            filter: self.maybe(delete.filter.as_ref()),
            order_by: self.keys(&delete.order_by),
            limit: self.maybe(delete.limit.as_ref()),
            returning: self.items(&delete.returning),
        };
        self.scope.leave();
        result
    }

    /// The name of a table that is written, which is never a common table expression.
    fn written(&mut self, name: &Name) -> Name {
        let rules = self.rules;
        rules.name(self, name)
    }

    fn keys(&mut self, keys: &[OrderBy]) -> Vec<OrderBy> {
        self.order(keys)
    }

    fn add_target(&mut self, table: &Name, alias: Option<&Ident>) {
        let relation = Relation {
            name: Some(alias.map_or_else(|| table.clone(), |alias| Name::bare(alias.clone()))),
            table: Some(table.clone()),
            fields: self.fields(table),
            function: None,
        };
        self.scope.add(relation);
    }

    /// The columns of a table that is written.
    fn fields(&self, table: &Name) -> Option<Vec<Field>> {
        let table = self.scope.schema().table(table)?;
        Relation::of_table(table, None).fields
    }
}

/// The fields that an INSERT's values go to, in the order of the values.
fn chosen(fields: &[Field], columns: &[Ident]) -> Vec<Field> {
    if columns.is_empty() {
        return fields.to_vec();
    }
    let unknown = |name: &Ident| Field {
        name: name.clone(),
        ty: None,
        nullable: true,
    };
    columns
        .iter()
        .map(|name| {
            let field = fields.iter().find(|field| field.name == *name);
            field.cloned().unwrap_or_else(|| unknown(name))
        })
        .collect()
}
