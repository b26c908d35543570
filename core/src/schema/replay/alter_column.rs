//! ALTER COLUMN.

use super::super::{
    ColumnChange, ConstraintKind, Expr, Ident, Identity, Literal, Name, PartMut, Sequence,
    SequenceOptions, Type,
};
use super::Replay;
use super::problem::{Step, problem};
use super::resolve::column_mut;
use crate::sql::Syntax;

impl Replay {
    pub(super) fn alter_column(
        &mut self,
        name: &Name,
        column: &Ident,
        change: &ColumnChange,
    ) -> Step {
        let table = self.table(name)?.clone();
        let held = &table.columns[self.column_of(&table, column)?];
        match change {
            ColumnChange::Type {
                ty,
                using,
                collation,
            } => {
                self.check_type_free(&table, column)?;
                let ty = self.resolved_type(ty);
                if let Some(using) = using {
                    let using = self.table_expr(&table, using)?;
                    self.note_using(name, column, using);
                }
                if let Some(sequence) = held.identity.as_ref().and_then(|i| i.sequence.clone()) {
                    self.retype_sequence(&sequence, &ty);
                }
                let collation = collation.clone();
                // A default is of the type below a domain.
                let (was, is) = (self.schema.below(&held.ty), self.schema.below(&ty));
                let was_varchar = matches!(was, Type::Varchar(_)) && !is.is_text();
                if was_varchar && self.syntax == Syntax::Postgres {
                    self.edit(name, |table| compare_as_text(table, column));
                }
                self.edit_column(name, column, |column| {
                    column.ty = ty;
                    column.collation = collation;
                    column.default = column.default.take().map(|d| kept(d, was, &is));
                });
            }
            ColumnChange::SetDefault(default) => {
                if held.identity.is_some() || held.generated.is_some() {
                    let message = format!("column `{column}` of `{name}` computes its own values");
                    return Err(problem("computed-column", message));
                }
                let default = self.plain_expr(None, default);
                self.edit_column(name, column, |column| column.default = Some(default));
            }
            ColumnChange::DropDefault => {
                if held.identity.is_some() || held.generated.is_some() {
                    let message = format!("column `{column}` of `{name}` computes its own values");
                    return Err(problem("computed-column", message));
                }
                self.edit_column(name, column, |column| column.default = None);
            }
            ColumnChange::SetNotNull => {
                self.edit_column(name, column, |column| column.nullable = false);
            }
            ColumnChange::DropNotNull => {
                if table
                    .primary_key()
                    .iter()
                    .any(|part| part.column == *column)
                {
                    let message = format!("column `{column}` of `{name}` is in the primary key");
                    return Err(problem("column-of-primary-key", message));
                }
                if held.identity.is_some() {
                    let message = format!("column `{column}` of `{name}` is an identity column");
                    return Err(problem("computed-column", message));
                }
                self.edit_column(name, column, |column| column.nullable = true);
            }
            ColumnChange::SetIdentity(identity) => {
                self.set_identity(name, column, identity)?;
            }
            ColumnChange::DropIdentity { if_exists } => {
                let Some(identity) = &held.identity else {
                    if *if_exists {
                        return Ok(());
                    }
                    let message = format!("column `{column}` of `{name}` is no identity column");
                    return Err(problem("no-identity", message));
                };
                let sequence = identity.sequence.clone();
                self.edit_column(name, column, |column| column.identity = None);
                if let Some(sequence) = sequence.and_then(|s| self.schema.sequence(&s).cloned()) {
                    self.set_sequence(Some(sequence), None);
                }
            }
            ColumnChange::Restart(restart) => {
                let sequence = held.identity.as_ref().and_then(|i| i.sequence.as_ref());
                let Some(sequence) = sequence.and_then(|s| self.schema.sequence(s).cloned()) else {
                    let message = format!("column `{column}` of `{name}` is no identity column");
                    return Err(problem("no-identity", message));
                };
                self.note_restart(&sequence, *restart);
            }
            ColumnChange::DropExpression { if_exists } => {
                if held.generated.is_none() && !if_exists {
                    let message = format!("column `{column}` of `{name}` is not generated");
                    return Err(problem("not-generated", message));
                }
                self.edit_column(name, column, |column| column.generated = None);
            }
        }
        Ok(())
    }

    pub(super) fn edit_column(
        &mut self,
        table: &Name,
        column: &str,
        change: impl FnOnce(&mut super::super::Column),
    ) {
        self.edit(table, |table| {
            if let Some(column) = column_mut(table, column) {
                change(column);
            }
        });
    }

    /// That nothing keeps a column's type as it is.
    fn check_type_free(&self, table: &super::Table, column: &str) -> Step {
        let generated = table.columns.iter().find(|other| {
            let generated = other.generated.as_ref();
            generated.is_some_and(|g| g.expr.names_column(column))
        });
        if let Some(generated) = generated {
            let message = format!(
                "the type of column `{column}` of `{}` cannot be altered: column `{}` is \
                 generated from it",
                table.name, generated.name
            );
            return Err(problem("type-needed", message));
        }
        if let Some(view) = self.view_of_column(&table.name, column, false) {
            let message = format!(
                "the type of column `{column}` of `{}` cannot be altered: view `{view}` uses it",
                table.name
            );
            return Err(problem("type-needed", message));
        }
        Ok(())
    }

    fn retype_sequence(&mut self, sequence: &Name, ty: &Type) {
        if let Some(before) = self.schema.sequence(sequence).cloned() {
            let mut after = before.clone();
            after.options = before.options.altered(&SequenceOptions::of(ty));
            self.set_sequence(Some(before), Some(after));
        }
    }

    /// `ADD GENERATED … AS IDENTITY` where there is none, `SET GENERATED` where there is one.
    fn set_identity(&mut self, name: &Name, column: &Ident, identity: &Identity) -> Step {
        let table = self.table(name)?.clone();
        let held = &table.columns[self.column_of(&table, column)?];
        if held.identity.is_some() {
            let always = identity.always;
            self.edit_column(name, column, |column| {
                if let Some(identity) = &mut column.identity {
                    identity.always = always;
                }
            });
            return Ok(());
        }
        if held.nullable {
            let message = format!("column `{column}` of `{name}` must be NOT NULL to be identity");
            return Err(problem("identity-nullable", message));
        }
        if held.default.is_some() {
            let message = format!("column `{column}` of `{name}` has a default already");
            return Err(problem("identity-default", message));
        }
        let sequence = match &identity.sequence {
            Some(sequence) => self.new_name(sequence, false),
            None => Name {
                schema: name.schema.clone(),
                name: self.relation_name(name, Some(column), "seq", false),
            },
        };
        self.check_free(&sequence)?;
        let mut options = identity.options.clone();
        options.ty = Some(held.ty.clone());
        self.set_sequence(
            None,
            Some(Sequence {
                name: sequence.clone(),
                owned_by: Some((name.clone(), column.clone())),
                identity: true,
                options,
            }),
        );
        let identity = Identity {
            sequence: Some(sequence),
            ..identity.clone()
        };
        self.edit_column(name, column, |column| column.identity = Some(identity));
        Ok(())
    }
}

/// A default after its column's type was altered. A text stands for a value of the old type
/// still, which is then converted.
fn kept(default: Expr, old: Type, new: &Type) -> Expr {
    let is_text = |ty: &Type| {
        matches!(
            ty,
            Type::Text | Type::Varchar(_) | Type::Char(_) | Type::Citext
        )
    };
    match default {
        Expr::Literal(Literal::Text(_)) if old != *new && !(is_text(&old) && is_text(new)) => {
            Expr::Cast {
                expr: Box::new(default),
                ty: old,
            }
        }
        other => other,
    }
}

/// Conditions that look at a `varchar` were made of it as a `text`, for it has no operators of its own: `(c)::text <> ''`. So they
/// stay when it becomes another type (its CHECK as `pg_get_constraintdef` gives it).
fn compare_as_text(table: &mut super::Table, column: &str) {
    for constraint in &mut table.constraints {
        if let ConstraintKind::Check { expr, .. } = &mut constraint.kind {
            as_text(expr, column);
        }
    }
    for index in &mut table.indexes {
        let keys = index.keys.iter_mut().map(|key| &mut key.expr);
        // A column that is a key is one of the new type.
        let keys = keys.filter(|key| !matches!(key, Expr::Column { .. }));
        for expr in keys.chain(&mut index.filter) {
            as_text(expr, column);
        }
    }
}

fn as_text(expr: &mut Expr, name: &str) {
    match expr {
        Expr::Column { column, .. } if column == name => {
            *expr = Expr::Cast {
                expr: Box::new(expr.clone()),
                ty: Type::Text,
            };
        }
        Expr::IsNull { expr: of, .. } if matches!(**of, Expr::Column { .. }) => {}
        Expr::Cast { expr: of, .. } if matches!(**of, Expr::Column { .. }) => {}
        other => other.parts_mut(&mut |part| {
            if let PartMut::Expr(expr) = part {
                as_text(expr, name);
            }
        }),
    }
}
