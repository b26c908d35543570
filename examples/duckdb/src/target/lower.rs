//! A table as DuckDB holds it: the types, keys and CHECKs of PostgreSQL, less what it has not.

use aludel::schema::{
    BinaryOp, Column, Constraint, ConstraintKind, Expr, ForeignKey, Index, Literal,
    ReferentialAction, Schema, Table, Type, nextval,
};
use aludel::sql::Syntax;
use aludel::translate::infer::{Field, Scope};
use aludel::translate::print::Spelling;
use aludel::translate::rewrite::{Rewriter, Rules, rewrite};
use aludel::translate::{Lowered, Omission, Refusal};

use super::meaning::Meaning;
use super::refused;
use super::spelling::Duckdb;

pub(super) fn lower(
    table: &Table,
    authored: &Schema,
    source: Syntax,
) -> Result<Lowered, Vec<Refusal>> {
    if source != Syntax::Postgres {
        let message = format!("{source:?} is not translated for duckdb");
        return Err(vec![Refusal::new("no-translation", message)]);
    }
    let scope = Scope::of_table(table, authored, source);
    let (lowered, omissions) = rewrite(&Meaning, scope, |rw| whole(rw, table))?;
    Ok(Lowered {
        table: lowered,
        omissions,
    })
}

fn whole(rw: &mut Rewriter<'_>, table: &Table) -> Table {
    let name = &table.name;
    let options = &table.options;
    if name.schema.is_some() {
        rw.refuse(refused("schema", format!("the schema of `{name}`")));
    }
    if options.partition_by.is_some() || options.inherits.is_some() {
        let what = format!("`{name}`: a partition, or a table that inherits,");
        rw.refuse(refused("partition", what));
    }
    if options.unlogged {
        let message = format!("`{name}` is not logged");
        rw.omit(Omission::new("storage", message));
    }
    let mut lowered = Table::new(name.clone());
    lowered.opaque.clone_from(&table.opaque);
    lowered.options.temporary = options.temporary;
    for column in &table.columns {
        let (held, check) = lower_column(rw, column, table);
        lowered.columns.push(held);
        lowered.constraints.extend(check);
    }
    let constraints = table.constraints.iter();
    let constraints: Vec<_> = constraints.map(|c| constraint(rw, c, table)).collect();
    // Keys first, then what the types do not keep.
    lowered.constraints.splice(0..0, constraints);
    lowered.indexes = table
        .indexes
        .iter()
        .filter_map(|i| index(rw, i, table))
        .collect();
    let comments = table.columns.iter().map(|column| &column.comment);
    if comments.chain([&table.comment]).any(Option::is_some) {
        rw.omit(Omission::new(
            "comment",
            format!("the comments on `{name}`"),
        ));
    }
    lowered
}

/// A column, and the CHECK that keeps what its type does not.
fn lower_column(
    rw: &mut Rewriter<'_>,
    column: &Column,
    table: &Table,
) -> (Column, Option<Constraint>) {
    let place = format!("`{}`.`{}`", table.name, column.name);
    let same = |other: &&Column| other.name.eq_ignore_ascii_case(&column.name);
    if table.columns.iter().filter(same).count() > 1 {
        let message = format!("{place} differs from another column in case only");
        rw.refuse(Refusal::new("name-clash", message));
    }
    let mut held = Column::new(column.name.clone(), column.ty.clone());
    held.nullable = column.nullable;
    if let Err(refusal) = Duckdb.ty(&column.ty) {
        let message = format!("{place}: {}", refusal.message);
        rw.refuse(Refusal { message, ..refusal });
    }
    if column.generated.is_some() {
        rw.refuse(refused(
            "generated",
            format!("{place}: a stored generated column"),
        ));
    }
    if let Some(collation) = &column.collation
        && !matches!(
            collation.name.as_str(),
            "C" | "POSIX" | "ucs_basic" | "default"
        )
    {
        rw.refuse(refused(
            "collation",
            format!("{place}: the collation `{collation}`"),
        ));
    }
    let identity = column.identity.as_ref();
    match (identity.and_then(|i| i.sequence.as_ref()), &column.default) {
        (Some(sequence), _) => held.default = Some(nextval(sequence)),
        (None, _) if identity.is_some() => {
            rw.refuse(refused(
                "identity",
                format!("{place}: numbers without a sequence"),
            ));
        }
        (None, Some(default)) => {
            let value = Meaning.assign(rw, default, &field(column));
            held.default = Some(value).filter(|value| *value != Expr::Literal(Literal::Null));
        }
        (None, None) => {}
    }
    let check = match column.ty {
        Type::Varchar(Some(most)) => {
            held.ty = Type::Text;
            let length = Expr::call("length", [Expr::column(column.name.clone())]);
            let most = Expr::Literal(Literal::Number(most.to_string()));
            Some(unnamed(ConstraintKind::Check {
                expr: Expr::binary(length, BinaryOp::LtEq, most),
                not_enforced: false,
            }))
        }
        _ => None,
    };
    (held, check)
}

/// What a column's values are assigned to.
pub(super) fn field(column: &Column) -> Field {
    Field {
        name: column.name.clone(),
        ty: Some(column.ty.clone()),
        nullable: column.nullable,
    }
}

fn unnamed(kind: ConstraintKind) -> Constraint {
    Constraint {
        name: None,
        kind,
        deferrable: false,
        initially_deferred: false,
        not_valid: false,
        named: false,
    }
}

fn constraint(rw: &mut Rewriter<'_>, constraint: &Constraint, table: &Table) -> Constraint {
    let name = constraint.name.as_deref().unwrap_or("a constraint");
    let place = format!("`{name}` of `{}`", table.name);
    if constraint.deferrable || constraint.not_valid {
        let what = format!("{place}: a constraint that is DEFERRABLE or NOT VALID");
        rw.refuse(refused("constraint", what));
    }
    let kind = match &constraint.kind {
        ConstraintKind::Check { expr, .. } => ConstraintKind::Check {
            expr: rw.expr(expr),
            not_enforced: false,
        },
        ConstraintKind::Unique {
            nulls_not_distinct: true,
            ..
        } => {
            rw.refuse(refused(
                "constraint",
                format!("{place}: NULLS NOT DISTINCT"),
            ));
            constraint.kind.clone()
        }
        ConstraintKind::ForeignKey(key) => {
            foreign_key(rw, key, &place);
            constraint.kind.clone()
        }
        ConstraintKind::Exclude(_) => {
            rw.refuse(refused("constraint", format!("{place}: EXCLUDE")));
            constraint.kind.clone()
        }
        kind => kind.clone(),
    };
    Constraint {
        // DuckDB makes names of its own as PostgreSQL does.
        name: constraint.name.clone().filter(|_| constraint.named),
        kind,
        ..constraint.clone()
    }
}

fn foreign_key(rw: &mut Rewriter<'_>, key: &ForeignKey, place: &str) {
    let acts = |action| {
        !matches!(
            action,
            ReferentialAction::NoAction | ReferentialAction::Restrict
        )
    };
    if acts(key.on_delete) || acts(key.on_update) {
        let what = format!("{place}: ON DELETE or ON UPDATE with CASCADE or SET");
        rw.refuse(refused("foreign-key", what));
    }
    if key.match_full && key.columns.len() > 1 {
        rw.refuse(refused("foreign-key", format!("{place}: MATCH FULL")));
    }
}

/// An index; one of a method that DuckDB has not is there for speed alone, and left out.
fn index(rw: &mut Rewriter<'_>, index: &Index, table: &Table) -> Option<Index> {
    let what = format!("index `{}` of `{}`", index.name, table.name);
    if index.filter.is_some() {
        rw.refuse(refused("index", format!("{what}: its predicate")));
        return None;
    }
    if index.unique && index.nulls_not_distinct {
        rw.refuse(refused("index", format!("{what}: NULLS NOT DISTINCT")));
    }
    if let Some(method) = index.method.as_deref().filter(|method| *method != "btree") {
        rw.omit(Omission::new("index-method", format!("{what} ({method})")));
        return None;
    }
    if !index.include.is_empty() {
        rw.omit(Omission::new("index-include", format!("{what}: INCLUDE")));
    }
    let keys = index.keys.iter().map(|key| {
        let mut held = key.clone();
        held.expr = rw.expr(&key.expr);
        // An index of DuckDB's has no order.
        held.descending = false;
        held.nulls = None;
        held.class = None;
        held.collation = None;
        held
    });
    let keys = keys.collect();
    Some(Index {
        keys,
        method: None,
        include: Vec::new(),
        comment: None,
        ..index.clone()
    })
}
