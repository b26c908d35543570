//! Columns: types, defaults, numbers.

use std::fmt::{self, Display};

use aludel::schema::{
    BinaryOp, Call, CallArg, Column, Constraint, ConstraintKind, Expr, Generated, Ident, Identity,
    Literal, Name, SequenceOptions, Table, Type,
};
use aludel::sql::Syntax;
use aludel::translate::infer::Field;
use aludel::translate::may_be_set;
use aludel::translate::rewrite::Rules;

use super::super::rules::{self, Compares, Meaning, Stands, compares};
use super::super::types::{self, INT, Limit};
use super::Lowering;

/// A column as it is named in what is said about it, which is seldom anything.
struct Place<'a>(&'a Name, &'a Ident);

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`.`{}`", self.0, self.1)
    }
}

impl Lowering<'_> {
    /// A column, and the CHECK that keeps what its type does not.
    pub(super) fn column(&mut self, column: &Column) -> (Column, Option<Constraint>) {
        let place = Place(&self.table.name, &column.name);
        let mut lowered = Column::new(column.name.clone(), Type::Text);
        lowered.nullable = column.nullable;
        let mut limit = Limit::None;
        match types::held(&column.ty, &place, self.authored, self.source) {
            Ok(held) => {
                lowered.ty = held.ty;
                lowered.collation = held.collation.map(aludel::schema::Name::bare);
                limit = held.limit;
                if let Some(omission) = held.omission {
                    self.omit(omission.code, omission.message);
                }
            }
            Err(refusal) => self.take(refusal),
        }
        match self.source {
            Syntax::Mysql => self.mysql_collation(column, &mut lowered, &place),
            _ => self.collation(column, &place),
        }
        if column.comment.is_some() {
            self.omit("comment", format!("the comment on {place}"));
        }
        if column.is_full_text() {
            lowered.nullable = true;
            lowered.generated = Some(Generated {
                expr: Expr::Literal(Literal::Null),
                stored: false,
            });
            self.omit(
                "full-text",
                format!("{place}: nothing computes it, it is NULL"),
            );
        } else if let Some(generated) = &column.generated {
            let expr = self.expr(Stands::Schema, &place, |rw| {
                rw.stored(&generated.expr, Some(&field(column)))
            });
            lowered.generated = expr.map(|expr| Generated {
                expr,
                stored: generated.stored,
            });
        } else if draws(column) {
            self.numbers(column, &place, &mut lowered);
        } else if let Some(default) = &column.default {
            lowered.default = self.default(column, default, &place);
        } else if let (Syntax::Mysql, false, Type::InlineEnum(members)) =
            (self.source, column.nullable, &column.ty)
        {
            // The first member is what a row has there that says nothing.
            let first = members.first().filter(|_| !may_be_set(members));
            lowered.default = first.map(|member| Expr::text(member.clone()));
        }
        if lowered.ty == Type::INTEGER
            && lowered.identity.is_none()
            && is_sole_key(self.table, &column.name)
        {
            lowered.ty = Type::Other(INT.into());
        }
        let check = match limit {
            Limit::None => None,
            Limit::Length(most) => Some(Expr::binary(
                Expr::call("length", [Expr::column(column.name.clone())]),
                BinaryOp::LtEq,
                Expr::Literal(Literal::Number(most.to_string())),
            )),
            Limit::Members(members) => Some(Expr::InList {
                expr: Box::new(Expr::column(column.name.clone())),
                list: members.into_iter().map(Expr::text).collect(),
                negated: false,
            }),
        };
        (lowered, check.map(check_constraint))
    }

    fn default(&mut self, column: &Column, default: &Expr, place: &dyn Display) -> Option<Expr> {
        let rules = Meaning::new(Stands::Default);
        let tried = self.try_expr(Stands::Default, |rw| {
            Rules::assign(&rules, rw, default, &field(column))
        });
        match tried {
            Ok(default) => (default != Expr::Literal(Literal::Null)).then_some(default),
            Err(refusals) => match rules::formless(&refusals) {
                Some(why) => Some(self.failing_default(column, place, why)),
                None => {
                    for mut refusal in refusals {
                        refusal.message = format!("{place}: {}", refusal.message);
                        self.take(refusal);
                    }
                    None
                }
            },
        }
    }

    /// A default that fails where a row is left to it, and is exact for every other row.
    fn failing_default(&mut self, column: &Column, place: &dyn Display, why: &str) -> Expr {
        self.omit(
            "default-fails",
            format!("the default of {place}: {why}, so a row that leaves the column to it fails"),
        );
        rules::no_default(&format!("`{}` wants a value: {why}", column.name))
    }

    /// MySQL's texts compare by a collation, which mostly ignores case.
    fn mysql_collation(&mut self, column: &Column, lowered: &mut Column, place: &dyn Display) {
        let text = column.ty.is_text() || matches!(column.ty, Type::InlineEnum(_));
        if !text {
            return;
        }
        let name = match compares(column, self.table) {
            Compares::Exactly => None,
            Compares::WithoutBlanks => Some("RTRIM"),
            Compares::AnyCase => {
                self.omit(
                    "case-beyond-ascii",
                    format!("{place} ignores the case of ASCII letters only, and no accents"),
                );
                Some("NOCASE")
            }
            Compares::Unknown => {
                self.refuse(
                    "collation",
                    format!("{place}: how texts of its collation compare is not known on sqlite"),
                );
                None
            }
        };
        lowered.collation = name.map(aludel::schema::Name::bare);
    }

    /// The order of texts is the only thing that a collation changes, if it tells all apart.
    fn collation(&mut self, column: &Column, place: &dyn Display) {
        let Some(collation) = &column.collation else {
            return;
        };
        let name = collation.name.as_str();
        if matches!(name, "C" | "POSIX" | "ucs_basic" | "default") {
            return;
        }
        let language = |name: &str| {
            let end = name.find(['_', '-', '.']).unwrap_or(name.len());
            (2..=3).contains(&end)
                && name[..end].bytes().all(|b| b.is_ascii_lowercase())
                && end < name.len()
        };
        if language(name) {
            self.omit(
                "collation",
                format!(
                    "{place}: the order of `{collation}`; texts are in the order of their bytes"
                ),
            );
        } else {
            self.refuse(
                "collation",
                format!("{place}: the collation `{collation}` has no counterpart on sqlite"),
            );
        }
    }

    /// A column that numbers itself is the row id of its table, or nothing that SQLite has.
    fn numbers(&mut self, column: &Column, place: &dyn Display, lowered: &mut Column) {
        if !numbers_itself(self.table, column) {
            let why = "it numbers itself beside another column, and only one of a table does";
            lowered.default = Some(self.failing_default(column, place, why));
            return;
        }
        if self.is_shared(column) {
            self.refuse("shared-sequence", format!("{place} takes its numbers from a sequence that another table takes them from too"));
        }
        if !is_sole_key(self.table, &column.name) {
            self.omit(
                "key-of-numbers",
                format!("{place} is the primary key, since only that numbers itself; what was the key is UNIQUE"),
            );
        }
        if let Some(options) = self.sequence_of(column) {
            let SequenceOptions {
                increment, cycle, ..
            } = options;
            let increment = increment.unwrap_or(1);
            if increment < 1 || cycle {
                self.refuse(
                    "sequence-options",
                    format!("{place}: numbers go up by one on sqlite, and do not begin anew"),
                );
            } else if increment > 1 {
                self.omit(
                    "sequence-steps",
                    format!("{place}: that its numbers go up by {increment}, and not by one"),
                );
            }
        }
        lowered.ty = Type::INTEGER;
        lowered.nullable = false;
        lowered.identity = Some(Identity {
            always: false,
            sequence: None,
            options: SequenceOptions::default(),
        });
    }

    fn is_shared(&self, column: &Column) -> bool {
        let name = column
            .default
            .as_ref()
            .and_then(aludel::schema::sequence_of);
        // Renamed meanwhile, the table would stand there by its new name.
        self.authored.table(&self.table.name).is_some()
            && name.is_some_and(|name| {
                self.authored
                    .sequence_users(&name)
                    .any(|table| table.name != self.table.name)
            })
    }

    fn sequence_of(&self, column: &Column) -> Option<SequenceOptions> {
        if let Some(identity) = &column.identity {
            return Some(identity.options.clone());
        }
        let name = aludel::schema::sequence_of(column.default.as_ref()?)?;
        Some(self.authored.sequence(&name)?.options.clone())
    }
}

/// What a column's values are assigned to.
pub(super) fn field(column: &Column) -> Field {
    Field {
        name: column.name.clone(),
        ty: Some(column.ty.clone()),
        nullable: column.nullable,
    }
}

/// A constraint without a name.
pub(super) fn unnamed(kind: ConstraintKind) -> Constraint {
    Constraint {
        name: None,
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: false,
    }
}

/// A CHECK without a name.
pub(super) fn check_constraint(expr: Expr) -> Constraint {
    unnamed(ConstraintKind::Check {
        expr,
        not_enforced: false,
    })
}

/// Whether an authored column takes its values from a sequence of its own.
fn draws(column: &Column) -> bool {
    column.identity.is_some() || column.default.as_ref().is_some_and(is_nextval)
}

fn is_nextval(expr: &Expr) -> bool {
    match expr {
        Expr::Call(call) => {
            let Call { name, args, .. } = &**call;
            name.name == "nextval" && matches!(args.as_slice(), [CallArg::Expr(_)])
        }
        Expr::Cast { expr, .. } => is_nextval(expr),
        _ => false,
    }
}

/// Whether an authored column numbers itself on SQLite too: one of a table does.
pub(in crate::target) fn numbers_itself(table: &Table, column: &Column) -> bool {
    numbered(table).is_some_and(|numbered| numbered.name == column.name)
}

/// The column of a table that numbers itself: that which is the primary key, else the first.
pub(super) fn numbered(table: &Table) -> Option<&Column> {
    let draw = || {
        table
            .columns
            .iter()
            .filter(|column| draws(column) && column.ty.is_integer())
    };
    draw()
        .find(|column| is_sole_key(table, &column.name))
        .or_else(|| draw().next())
}

pub(super) fn is_sole_key(table: &Table, column: &str) -> bool {
    matches!(table.primary_key(), [part] if part.column == column)
        && table
            .column(column)
            .is_some_and(|column| column.ty.is_integer())
}
