//! One form for what an engine does not tell apart.

use super::super::{
    Column, Constraint, ConstraintKind, Expr, ForeignKey, Identity, Index, IndexKey, Literal,
    Nulls, Options, ReferentialAction, SequenceOptions, Type,
};
use super::canonical::canonical;
use crate::sql::Syntax;

/// The forms of one engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Normal {
    pub(super) syntax: Syntax,
}

impl Normal {
    pub(super) fn column(self, column: &Column) -> Column {
        let ty = self.ty(&column.ty);
        let default = column.default.as_ref();
        let default = default.map(|expr| canonical(expr, Some(&ty)));
        let mut normal = column.clone();
        normal.default = default.filter(|expr| *expr != Expr::Literal(Literal::Null));
        if let Some(generated) = &mut normal.generated {
            generated.expr = canonical(&generated.expr, None);
        }
        if let Some(on_update) = &mut normal.on_update {
            *on_update = canonical(on_update, None);
        }
        normal.identity = normal.identity.map(|identity| Identity {
            // The sequence is compared as one.
            options: SequenceOptions::default(),
            ..identity
        });
        normal.ty = ty;
        normal
    }

    /// A type with what is meant by no length, and without what means nothing.
    fn ty(self, ty: &Type) -> Type {
        match ty {
            Type::Char(None) if self.syntax == Syntax::Postgres => Type::Char(Some(1)),
            Type::Bit(None) => Type::Bit(Some(1)),
            Type::TinyInt { unsigned, width } => Type::TinyInt {
                unsigned: *unsigned,
                width: width.filter(|width| *width == 1),
            },
            Type::Timestamp { precision, zoned } if self.syntax == Syntax::Mysql => {
                Type::Timestamp {
                    precision: precision.filter(|digits| *digits > 0),
                    zoned: *zoned,
                }
            }
            Type::Time { precision, zoned } if self.syntax == Syntax::Mysql => Type::Time {
                precision: precision.filter(|digits| *digits > 0),
                zoned: *zoned,
            },
            Type::Array(element) => Type::Array(Box::new(self.ty(element))),
            other => other.clone(),
        }
    }

    pub(super) fn constraint(self, constraint: &Constraint) -> Constraint {
        let mut normal = constraint.clone();
        normal.named = true;
        match &mut normal.kind {
            ConstraintKind::Check { expr, .. } => *expr = canonical(expr, None),
            // Nobody reads its text.
            ConstraintKind::Exclude(text) => text.clear(),
            ConstraintKind::ForeignKey(key) => self.foreign_key(key),
            _ => {}
        }
        normal
    }

    /// InnoDB checks row by row: RESTRICT and NO ACTION are one.
    fn foreign_key(self, key: &mut ForeignKey) {
        if self.syntax == Syntax::Mysql {
            for action in [&mut key.on_delete, &mut key.on_update] {
                if *action == ReferentialAction::Restrict {
                    *action = ReferentialAction::NoAction;
                }
            }
        }
    }

    pub(super) fn index(self, index: &Index) -> Index {
        let mut normal = index.clone();
        normal.filter = normal.filter.map(|filter| canonical(&filter, None));
        for key in &mut normal.keys {
            let usual = if key.descending {
                Nulls::First
            } else {
                Nulls::Last
            };
            *key = IndexKey {
                expr: canonical(&key.expr, None),
                nulls: key.nulls.filter(|nulls| *nulls != usual),
                ..key.clone()
            };
        }
        normal
    }

    /// The options of two tables. What one side does not say is whatever the database has.
    pub(super) fn options(self, left: &Options, right: &Options) -> (Options, Options) {
        let normal = |one: &Options, other: &Options| Options {
            partition_by: one.partition_by.as_ref().map(|_| String::new()),
            auto_increment: None,
            engine: one.engine.clone().filter(|engine| engine != "innodb"),
            charset: one.charset.clone().filter(|_| other.charset.is_some()),
            collation: one.collation.clone().filter(|_| other.collation.is_some()),
            ..one.clone()
        };
        (normal(left, right), normal(right, left))
    }
}
