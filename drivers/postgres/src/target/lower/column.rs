//! Columns: types, collations, defaults, numbers.

use aludel::schema::{
    Column, Expr, Generated, Identity, Literal, Name, SequenceOptions, Table, Type, generated_name,
};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, Field};
use aludel::translate::rewrite::Rules;

use super::super::collation::{self, BYTES, Blanks, Compares};
use super::super::meaning::Stands;
use super::super::types::{self, Held, Limit};
use super::Lowering;

impl Lowering<'_> {
    /// A column, and what its type leaves to a CHECK.
    pub(super) fn column(&mut self, column: &Column) -> (Column, Limit) {
        let place = format!("`{}`.`{}`", self.table.name, column.name);
        let mut lowered = Column::new(column.name.clone(), Type::Text);
        let is_key = |part: &aludel::schema::IndexPart| part.column == column.name;
        // SQLite lets NULL into a key.
        lowered.nullable = column.nullable && !self.table.primary_key().iter().any(is_key);
        lowered.comment.clone_from(&column.comment);
        let Held { ty, limit } = match types::hold(&column.ty, self.source) {
            Ok(held) => held,
            Err(mut refusal) => {
                refusal.message = format!("{place}: {}", refusal.message);
                self.take(refusal);
                return (lowered, Limit::None);
            }
        };
        lowered.ty = ty;
        lowered.collation = self.collation(column, &lowered.ty, &limit, &place);
        self.as_referred(column, &mut lowered);
        if let Some(generated) = &column.generated {
            let field = field(column);
            let expr = self.rewrite(Stands::Schema, &place, |meaning, rw| {
                meaning.assign(rw, &generated.expr, &field)
            });
            // What is computed when it is read is kept here: the value is the same.
            lowered.generated = expr.map(|expr| Generated { expr, stored: true });
        } else if numbers_itself(self.table, column, self.source) {
            self.numbers(column, &mut lowered, &place);
        } else {
            lowered.default = self.default(column, &limit, &place);
        }
        (lowered, limit)
    }

    fn default(&mut self, column: &Column, limit: &Limit, place: &str) -> Option<Expr> {
        let default = match (&column.default, limit) {
            (Some(default), _) => default.clone(),
            // To MySQL the first member is what a row gets that says nothing.
            (None, Limit::Members(members)) if !column.nullable => Expr::text(
                members
                    .first()
                    .filter(|_| !aludel::translate::may_be_set(members))?
                    .clone(),
            ),
            (None, _) => return None,
        };
        let field = field(column);
        let default = self.rewrite(Stands::Default, place, |meaning, rw| {
            meaning.assign(rw, &default, &field)
        })?;
        (default != Expr::Literal(Literal::Null)).then_some(default)
    }

    fn collation(
        &mut self,
        column: &Column,
        ty: &Type,
        limit: &Limit,
        place: &str,
    ) -> Option<Name> {
        if !collation::applies(ty) {
            return None;
        }
        // A member is written one way only.
        if matches!(limit, Limit::Members(_)) {
            return Some(Name::bare(BYTES));
        }
        let compares = collation::of_column(column, self.table, self.source);
        match compares {
            Compares::WithoutBlanks | Compares::By(_, Blanks::Ignored) => self.omit(
                "trailing-blanks",
                format!("`{}`: blanks at the end of a text count", self.table.name),
            ),
            Compares::AsciiCase => self.omit(
                "case-beyond-ascii",
                format!("{place} ignores the case of all letters, not of ASCII's only"),
            ),
            Compares::Unknown => {
                let message =
                    format!("{place}: how texts of its collation compare is not known on postgres");
                self.take(Refusal::new("collation", message));
            }
            Compares::Exactly | Compares::By(_, Blanks::Count) => {}
        }
        compares.name().map(Name::bare)
    }

    /// SQLite does not look whether a foreign key's columns are of one type; here they are of that
    /// which is referred to.
    fn as_referred(&self, column: &Column, lowered: &mut Column) {
        if self.source != Syntax::Sqlite {
            return;
        }
        let keys = self.table.foreign_keys().map(|(_, key)| key);
        let mut referred = keys.filter_map(|key| {
            let place = key.columns.iter().position(|name| *name == column.name)?;
            let table = self.authored.table(&key.table)?;
            let own = table.primary_key().get(place).map(|part| &part.column);
            let there = table.column(key.referred.get(place).or(own)?)?;
            let held = types::hold(&there.ty, self.source).ok()?;
            let collation = collation::of_column(there, table, self.source).name();
            Some((held.ty, collation.map(Name::bare)))
        });
        if let Some((ty, collation)) = referred.next()
            && Family::of(&ty) != Family::of(&lowered.ty)
        {
            lowered.collation = collation.filter(|_| collation::applies(&ty));
            lowered.ty = ty;
        }
    }

    fn numbers(&mut self, column: &Column, lowered: &mut Column, place: &str) {
        if !lowered.ty.is_integer() {
            let message = format!("{place}: only an integer numbers itself on postgres");
            self.take(Refusal::new("numbers", message));
        }
        lowered.nullable = false;
        let name = generated_name(&self.table.name.name, Some(&column.name), "seq", |_| false);
        let start = self.table.options.auto_increment.filter(|n| *n > 1);
        lowered.identity = Some(Identity {
            always: false,
            sequence: Some(Name::bare(name)),
            options: SequenceOptions {
                start: start.and_then(|start| i64::try_from(start).ok()),
                ..SequenceOptions::default()
            },
        });
    }
}

/// What a column's values are assigned to.
fn field(column: &Column) -> Field {
    Field {
        name: column.name.clone(),
        ty: Some(column.ty.clone()),
        nullable: column.nullable,
    }
}

/// Whether an authored column numbers itself: AUTO_INCREMENT, or the row id of SQLite's tables.
pub(crate) fn numbers_itself(table: &Table, column: &Column, source: Syntax) -> bool {
    column.identity.is_some()
        || source == Syntax::Sqlite
            && !table.options.without_rowid
            && column.ty == Type::INTEGER
            && matches!(table.primary_key(), [part] if part.column == column.name)
}
