//! One form for what an engine does not tell apart.

use std::sync::Arc;

use super::super::{
    BinaryOp, Call, CallArg, Column, Constraint, ConstraintKind, Expr, ForeignKey, Ident, Identity,
    Index, IndexKey, IndexPart, Literal, Nulls, Options, ReferentialAction, Schema,
    SequenceOptions, Table, Type, UnaryOp,
};
use super::canonical::canonical;
use crate::sql::Syntax;

/// The forms of one engine.
#[derive(Debug, Clone, Copy)]
pub(super) struct Normal {
    pub(super) syntax: Syntax,
}

impl Normal {
    /// A table whose foreign keys name the columns that they refer to (those that name none mean
    /// the primary key, on SQLite whatever it is by now), and whose UNIQUE indexes are constraints
    /// where the engine knows no difference.
    pub(super) fn table(self, table: &Arc<Table>, schema: &Schema) -> Arc<Table> {
        let is_key = |index: &Index| self.syntax == Syntax::Mysql && unique_parts(index).is_some();
        let names_none = |key: &ForeignKey| key.referred.is_empty();
        let of_domain = |column: &Column| schema.below(&column.ty) != column.ty;
        if !table.foreign_keys().any(|(_, key)| names_none(key))
            && !table.indexes.iter().any(is_key)
            && !table.columns.iter().any(of_domain)
        {
            return table.clone();
        }
        let mut table = Table::clone(table);
        // A default is of the type below a domain.
        for column in table.columns.iter_mut().filter(|column| of_domain(column)) {
            let below = self.ty(&schema.below(&column.ty));
            column.default = column.default.take().map(|d| canonical(&d, Some(&below)));
        }
        for constraint in &mut table.constraints {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && names_none(key)
                && let Some(referred) = schema.table(&key.table)
            {
                let columns = referred.primary_key().iter();
                key.referred = columns.map(|part| part.column.clone()).collect();
            }
        }
        for index in std::mem::take(&mut table.indexes) {
            match unique_parts(&index).filter(|_| is_key(&index)) {
                Some(columns) => table.constraints.push(Constraint {
                    name: Some(index.name),
                    kind: ConstraintKind::Unique {
                        columns,
                        nulls_not_distinct: false,
                    },
                    deferrable: false,
                    initially_deferred: false,
                    not_valid: false,
                    named: true,
                }),
                None => table.indexes.push(index),
            }
        }
        Arc::new(table)
    }

    pub(super) fn column(self, column: &Column) -> Column {
        let ty = self.ty(&column.ty);
        let default = column.default.as_ref();
        let default = default.map(|expr| self.expr(expr, Some(&ty)));
        let mut normal = column.clone();
        normal.default = default.filter(|expr| *expr != Expr::Literal(Literal::Null));
        if let Some(generated) = &mut normal.generated {
            generated.expr = self.expr(&generated.expr, None);
        }
        if let Some(on_update) = &mut normal.on_update {
            *on_update = self.expr(on_update, None);
        }
        normal.identity = normal.identity.map(|identity| Identity {
            // The sequence is compared as one.
            options: SequenceOptions::default(),
            ..identity
        });
        normal.ty = ty;
        if self.syntax == Syntax::Mysql {
            texts(&mut normal);
        }
        normal
    }

    fn expr(self, expr: &Expr, ty: Option<&Type>) -> Expr {
        let mut expr = canonical(expr, ty);
        if self.syntax != Syntax::Postgres {
            expr.each_mut(&mut |expr| {
                if self.syntax == Syntax::Mysql {
                    as_shown(expr);
                }
                if let Expr::Call(call) = expr {
                    let name = std::mem::take(&mut call.name.name);
                    call.name.name = spelled(name, self.syntax);
                    if call.name.name.starts_with("timestamp")
                        && let Some(CallArg::Expr(unit)) = call.args.first_mut()
                    {
                        written_out(unit);
                    }
                }
            });
        }
        expr
    }

    /// A type with what is meant by no length, and without what means nothing.
    pub(super) fn ty(self, ty: &Type) -> Type {
        match ty {
            Type::Char(None) if self.syntax == Syntax::Postgres => Type::Char(Some(1)),
            Type::Bit(None) => Type::Bit(Some(1)),
            // One to the parser, which does not look whether it stands at a key.
            Type::Other(name)
                if self.syntax == Syntax::Sqlite && name.eq_ignore_ascii_case("INT") =>
            {
                Type::INTEGER
            }
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
        normal.name = self.constraint_name(constraint);
        match &mut normal.kind {
            ConstraintKind::Check { expr, .. } => *expr = self.expr(expr, None),
            // Nobody reads its text.
            ConstraintKind::Exclude(text) => text.clear(),
            ConstraintKind::ForeignKey(key) => self.foreign_key(key),
            _ => {}
        }
        normal
    }

    /// MySQL calls every primary key the same, whatever was written, and SQLite never speaks of its
    /// name.
    pub(super) fn constraint_name(self, constraint: &Constraint) -> Option<Ident> {
        match constraint.kind {
            ConstraintKind::PrimaryKey { .. } if self.syntax != Syntax::Postgres => {
                Some("PRIMARY".to_owned())
            }
            _ => constraint.name.clone(),
        }
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
        normal.filter = normal.filter.map(|filter| self.expr(&filter, None));
        for key in &mut normal.keys {
            let usual = if key.descending {
                Nulls::First
            } else {
                Nulls::Last
            };
            *key = IndexKey {
                expr: self.expr(&key.expr, None),
                nulls: key.nulls.filter(|nulls| *nulls != usual),
                ..key.clone()
            };
        }
        normal
    }

    /// The options of two tables. What one side does not say is whatever the database has.
    pub(super) fn options(self, left: &Options, right: &Options) -> (Options, Options) {
        // `utf8` is another name.
        let said = |name: &Option<String>| -> Option<String> {
            let name = name.as_deref()?;
            Some(match name.strip_prefix("utf8").unwrap_or("mb") {
                rest if rest.starts_with("mb") => name.to_owned(),
                rest => format!("utf8mb3{rest}"),
            })
        };
        let normal = |one: &Options, other: &Options| Options {
            partition_by: one.partition_by.as_ref().map(|_| String::new()),
            auto_increment: None,
            engine: one
                .engine
                .as_ref()
                .map(|engine| engine.to_ascii_lowercase())
                .filter(|engine| engine != "innodb"),
            charset: said(&one.charset).filter(|_| other.charset.is_some()),
            collation: said(&one.collation).filter(|_| other.collation.is_some()),
            ..one.clone()
        };
        (normal(left, right), normal(right, left))
    }
}

/// The columns of a UNIQUE index that says no more than the constraint does.
fn unique_parts(index: &Index) -> Option<Vec<IndexPart>> {
    if !index.unique || index.method.is_some() || index.comment.is_some() || index.filter.is_some()
    {
        return None;
    }
    let part = |key: &IndexKey| match &key.expr {
        Expr::Column { column, .. } if !key.descending => Some(IndexPart {
            column: column.clone(),
            length: key.length,
        }),
        _ => None,
    };
    index.keys.iter().map(part).collect()
}

/// A node as MySQL and MariaDB show it, who read some of it otherwise than it is written.
fn as_shown(expr: &mut Expr) {
    match expr {
        // Whether case counts is the collation's to say.
        Expr::Like { any_case, .. } => *any_case = true,
        Expr::Binary {
            op: BinaryOp::Regex { any_case, .. },
            ..
        } => *any_case = true,
        Expr::Call(call) if is_regex(call) => {
            let made = regex(call, false);
            *expr = made;
        }
        Expr::Unary {
            op: UnaryOp::Not,
            expr: inner,
        } if matches!(&**inner, Expr::Call(call) if is_regex(call)) => {
            if let Expr::Call(call) = &**inner {
                let made = regex(call, true);
                *expr = made;
            }
        }
        Expr::Binary {
            op: BinaryOp::Concat,
            ..
        } => {
            let mut parts = Vec::new();
            joined(std::mem::replace(expr, Expr::Default), &mut parts);
            *expr = Expr::call("concat", parts);
        }
        Expr::Call(call) if is_concat(call) => {
            let mut parts = Vec::new();
            joined(std::mem::replace(expr, Expr::Default), &mut parts);
            *expr = Expr::call("concat", parts);
        }
        // `NOT a` of a column is `a = 0`, or `0 = a`.
        Expr::Unary {
            op: UnaryOp::Not,
            expr: inner,
        } if matches!(**inner, Expr::Column { .. }) => {
            let column = std::mem::replace(&mut **inner, Expr::Default);
            let nothing = Expr::Literal(Literal::Number("0".to_owned()));
            *expr = Expr::binary(column, BinaryOp::Eq, nothing);
        }
        Expr::Binary {
            left,
            op: BinaryOp::Eq,
            right,
        } if matches!(**left, Expr::Literal(_)) && matches!(**right, Expr::Column { .. }) => {
            std::mem::swap(left, right);
        }
        _ => {}
    }
}

/// The texts that are joined to one, those within those too.
fn joined(expr: Expr, parts: &mut Vec<Expr>) {
    match expr {
        Expr::Binary {
            left,
            op: BinaryOp::Concat,
            right,
        } => {
            joined(*left, parts);
            joined(*right, parts);
        }
        Expr::Call(call) if is_concat(&call) => {
            for arg in call.args {
                if let CallArg::Expr(arg) = arg {
                    joined(arg, parts);
                }
            }
        }
        other => parts.push(other),
    }
}

fn is_concat(call: &Call) -> bool {
    call.name.schema.is_none() && call.name.name == "concat" && call.plain_args().is_some()
}

/// REGEXP, as which MySQL shows a call.
fn is_regex(call: &Call) -> bool {
    let args = call.plain_args();
    call.name.schema.is_none()
        && call.name.name == "regexp_like"
        && args.is_some_and(|args| args.len() == 2)
}

fn regex(call: &Call, negated: bool) -> Expr {
    match call.plain_args().as_deref() {
        Some([value, pattern]) => {
            let any_case = true;
            let op = BinaryOp::Regex { any_case, negated };
            Expr::binary((*value).clone(), op, (*pattern).clone())
        }
        _ => Expr::Call(Box::new(call.clone())),
    }
}

/// A function's name, of those that an engine has for one.
fn spelled(name: String, syntax: Syntax) -> String {
    let one = match (name.as_str(), syntax) {
        ("substr" | "mid", _) => "substring",
        ("character_length", _) => "char_length",
        ("power", _) => "pow",
        ("ceiling", _) => "ceil",
        ("btrim", Syntax::Sqlite) => "trim",
        ("octet_length", Syntax::Mysql) => "length",
        ("ucase", Syntax::Mysql) => "upper",
        ("lcase", Syntax::Mysql) => "lower",
        ("schema", Syntax::Mysql) => "database",
        _ => return name,
    };
    one.to_owned()
}

/// A unit of time (`TIMESTAMPDIFF(SECOND, …)`), which reads like a column.
fn written_out(unit: &mut Expr) {
    let word = match unit {
        Expr::Column {
            table: None,
            column,
        } => column.to_uppercase(),
        Expr::Keyword(word, None) => (*word).to_owned(),
        _ => return,
    };
    *unit = Expr::text(word);
}

/// A column's collation says its character set; a JSON's are always the same.
fn texts(column: &mut Column) {
    if column.ty == Type::Json {
        (column.charset, column.collation) = (None, None);
    }
    match (&column.charset, &mut column.collation) {
        // `BINARY`: the binary collation of whatever the character set is.
        (_, Some(collation)) if collation.name.ends_with("_bin") => {
            collation.name = "_bin".to_owned();
        }
        // The usual collation of the character set.
        (Some(charset), None) => {
            column.collation = Some(super::super::Name::bare(format!("{charset}_general_ci")));
        }
        _ => {}
    }
    column.charset = None;
}
