//! What keys make of columns: texts and bytes of any length become ones that a key can hold.
//!
//! A key that says something about rows (a primary key, UNIQUE, a foreign key) has to hold whole
//! values, so its columns get a type with a length: VARCHAR or VARBINARY. Longer values are
//! refused when they are written, never cut. An index that says nothing about rows holds the
//! beginning of a value, and leaves its column as it is.

use std::collections::{BTreeSet, HashMap};

use aludel::schema::{CallArg, ConstraintKind, Expr, Ident, Index, Part, Table, Type};
use aludel::translate::Refusal;

use super::build;
use super::facts::Facts;
use super::types::{Held, key_bytes, words};

/// What a key of InnoDB holds, in bytes.
pub(crate) const KEY_BYTES: u32 = 3072;
/// What the predicate of an index takes of its key.
const FILTER_BYTES: u32 = 2;
/// Lengths that a share is rounded down to, in characters of four bytes: so a key that one more
/// integer joins, or one that a second text joins, leaves most columns as they are.
const STEPS: [u32; 8] = [768, 512, 384, 255, 190, 128, 96, 64];
/// The shortest that is still of use.
const SHORTEST: u32 = 16;
/// What MySQL holds of a text that is made by an expression, in characters.
const MADE: u32 = 512;
/// How much of a value an index that says nothing about rows holds.
pub(crate) const PREFIX: u32 = 255;

/// The columns that an expression names.
pub(crate) fn columns_of(expr: &Expr) -> Vec<Ident> {
    fn walk(expr: &Expr, found: &mut Vec<Ident>) {
        if let Expr::Column { column, .. } = expr
            && !found.contains(column)
        {
            found.push(column.clone());
        }
        expr.parts(&mut |part| {
            if let Part::Expr(expr) = part {
                walk(expr, found);
            }
        });
    }
    let mut found = Vec::new();
    walk(expr, &mut found);
    found
}

/// The keys of a table that hold whole values, each as its columns, and what is left to these of
/// its bytes.
fn whole_keys(table: &Table) -> Vec<(Vec<Ident>, u32)> {
    let mut keys: Vec<Vec<Ident>> = Vec::new();
    for constraint in &table.constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
                keys.push(columns.iter().map(|part| part.column.clone()).collect());
            }
            ConstraintKind::ForeignKey(key) => keys.push(key.columns.clone()),
            _ => {}
        }
    }
    let mut keys: Vec<(Vec<Ident>, u32)> = keys.into_iter().map(|key| (key, KEY_BYTES)).collect();
    for index in table.indexes.iter().filter(|index| index.unique) {
        let columns: BTreeSet<Ident> = index
            .keys
            .iter()
            .flat_map(|key| columns_of(&key.expr))
            .collect();
        keys.push((columns.into_iter().collect(), left_by(index)));
    }
    keys
}

/// What an index's predicate leaves of its key.
fn left_by(index: &Index) -> u32 {
    match index.filter {
        Some(_) => KEY_BYTES - FILTER_BYTES,
        None => KEY_BYTES,
    }
}

/// The columns of the keys that a foreign key can refer to, in their order.
pub(crate) fn unique_keys(table: &Table) -> Vec<Vec<Ident>> {
    let constraints = table.constraints.iter().filter_map(|c| match &c.kind {
        ConstraintKind::PrimaryKey { columns } | ConstraintKind::Unique { columns, .. } => {
            Some(columns.iter().map(|part| part.column.clone()).collect())
        }
        _ => None,
    });
    let column = |expr: &Expr| match expr {
        Expr::Column { column, .. } => Some(column.clone()),
        _ => None,
    };
    let indexes = table
        .indexes
        .iter()
        .filter(|i| i.unique && i.filter.is_none());
    let indexes = indexes.filter_map(|i| i.keys.iter().map(|key| column(&key.expr)).collect());
    constraints.chain(indexes).collect()
}

/// The columns of the keys that hold whole values.
pub(crate) fn keyed_columns(table: &Table) -> BTreeSet<Ident> {
    let keys = whole_keys(table).into_iter();
    keys.flat_map(|(columns, _)| columns).collect()
}

/// Gives the columns of whole keys types that a key can hold.
///
/// # Errors
///
/// Each column whose type no key takes, and each key that is too long whatever its columns get.
pub(crate) fn fit(
    table: &Table,
    held: &mut HashMap<Ident, Held>,
    facts: &Facts,
) -> Result<(), Vec<Refusal>> {
    let mut limits: HashMap<Ident, u32> = HashMap::new();
    if facts.expression_keys {
        let keys = table.indexes.iter().filter(|index| index.unique);
        let made = keys.flat_map(|index| &index.keys);
        let made = made.filter(|key| !is_column(&key.expr) && keeps_length(&key.expr));
        for column in made.flat_map(|key| columns_of(&key.expr)) {
            limits.insert(column, MADE * 4);
        }
    }
    let mut refusals = Vec::new();
    for (key, bytes) in whole_keys(table) {
        let texts = |name: &&Ident| {
            let column = table.column(name);
            column.is_some_and(|column| {
                matches!(column.ty, Type::Interval(_)) || column.ty.is_kept_as_text()
            })
        };
        if let Some(column) = key.iter().find(texts) {
            let message =
                format!("a key over column `{column}`: equal values of it may be different texts");
            refusals.push(Refusal::new("key-of-texts", message));
        }
        let (key, bytes) = without_documents(table, key, bytes, held);
        match shares(&key, bytes, held) {
            Ok(shares) => {
                for (column, bytes) in shares {
                    let limit = limits.entry(column).or_insert(bytes);
                    *limit = bytes.min(*limit);
                }
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    for (column, bytes) in limits {
        if let Some(held) = held.get_mut(&column) {
            limit(held, bytes);
        }
    }
    if refusals.is_empty() {
        Ok(())
    } else {
        Err(refusals)
    }
}

/// A key without the documents that only its expressions look at, which it does not hold: it holds
/// what the expressions give, as much of it as [`fit_expression`] says.
fn without_documents(
    table: &Table,
    key: Vec<Ident>,
    bytes: u32,
    held: &HashMap<Ident, Held>,
) -> (Vec<Ident>, u32) {
    let documents = |column: &Ident| held.get(column).is_some_and(|held| held.ty == Type::Json);
    let of = |index: &&Index| {
        let columns: BTreeSet<Ident> = index
            .keys
            .iter()
            .flat_map(|key| columns_of(&key.expr))
            .collect();
        index.unique && columns.into_iter().collect::<Vec<_>>() == key
    };
    let Some(index) = table.indexes.iter().find(of) else {
        return (key, bytes);
    };
    let looks = |expr: &Expr| columns_of(expr).iter().any(documents);
    let mut made = index.keys.iter().map(|key| &key.expr);
    if made.any(|expr| is_column(expr) && looks(expr)) {
        return (key, bytes);
    }
    let count = u32::try_from(index.keys.len()).unwrap_or(u32::MAX).max(1);
    let mut left = bytes;
    for _ in index.keys.iter().filter(|key| looks(&key.expr)) {
        left = left.saturating_sub(step(left_by(index) / count));
    }
    let key = key.into_iter().filter(|column| !documents(column));
    (key.collect(), left)
}

/// How long a column's values may be, in bytes, for the columns of a key that can be shortened.
fn shares(
    key: &[Ident],
    mut left: u32,
    held: &HashMap<Ident, Held>,
) -> Result<Vec<(Ident, u32)>, Refusal> {
    // With the bytes that it wants.
    let mut flexible: Vec<(Ident, u32)> = Vec::new();
    for column in key {
        let Some(held) = held.get(column) else {
            continue;
        };
        match (&held.ty, key_bytes(&held.ty, held.charset)) {
            (Type::LongText | Type::LongBlob, _) => flexible.push((column.clone(), u32::MAX)),
            (Type::Varchar(_) | Type::Varbinary(_), Some(bytes)) => {
                flexible.push((column.clone(), bytes));
            }
            (_, Some(bytes)) => left = left.saturating_sub(bytes),
            (ty, None) => {
                return Err(Refusal::new(
                    "key-type",
                    format!(
                        "a key cannot hold column `{column}`, which is {} here",
                        words(ty)
                    ),
                )
                .help("a key over the column's text, or none"));
            }
        }
    }
    // Those that want little leave more to the others.
    flexible.sort_by_key(|(_, wanted)| *wanted);
    let mut shares = Vec::with_capacity(flexible.len());
    let count = flexible.len();
    for (done, (column, wanted)) in flexible.into_iter().enumerate() {
        let others = u32::try_from(count - done).unwrap_or(u32::MAX);
        let share = left / others;
        let bytes = if wanted <= share { wanted } else { step(share) };
        if bytes < SHORTEST.min(wanted) {
            return Err(Refusal::new(
                "key-too-long",
                format!(
                    "a key of {count} texts holds {KEY_BYTES} bytes here, too few for all of them"
                ),
            ));
        }
        left -= bytes;
        shares.push((column, bytes));
    }
    Ok(shares)
}

fn step(bytes: u32) -> u32 {
    STEPS
        .iter()
        .map(|characters| characters * 4)
        .find(|step| *step <= bytes)
        .unwrap_or(bytes)
}

/// Makes a type one of at most so many bytes.
fn limit(held: &mut Held, bytes: u32) {
    let characters = if held.charset == Some("ascii") {
        bytes
    } else {
        bytes / 4
    };
    match &mut held.ty {
        Type::LongText => held.ty = Type::Varchar(Some(characters)),
        Type::LongBlob => held.ty = Type::Varbinary(Some(bytes)),
        Type::Varchar(Some(length)) => *length = characters.min(*length),
        Type::Varbinary(Some(length)) => *length = bytes.min(*length),
        _ => {}
    }
}

/// How much of each key's value an index that says nothing about rows holds; `None`: all of it.
pub(crate) fn prefixes(index: &Index, held: &HashMap<Ident, Held>) -> Vec<Option<u32>> {
    if index.unique {
        return vec![None; index.keys.len()];
    }
    // The type of what stands in the key, if it is a column.
    let column = |expr: &Expr| match expr {
        Expr::Column { column, .. } => held.get(column),
        _ => None,
    };
    let bytes = |held: &Held| key_bytes(&held.ty, held.charset);
    let known: Option<u32> = index
        .keys
        .iter()
        .map(|key| column(&key.expr).map_or(Some(PREFIX * 4), bytes))
        .sum();
    let left = left_by(index);
    if known.is_some_and(|bytes| bytes <= left) {
        return vec![None; index.keys.len()];
    }
    let count = u32::try_from(index.keys.len()).unwrap_or(u32::MAX);
    let share = (left / count.max(1) / 4).min(PREFIX);
    index
        .keys
        .iter()
        .map(|key| {
            let held = column(&key.expr)?;
            let long = bytes(held).is_none_or(|bytes| bytes > share * 4);
            let cut = matches!(
                held.ty,
                Type::LongText
                    | Type::LongBlob
                    | Type::Varchar(_)
                    | Type::Varbinary(_)
                    | Type::Char(_)
                    | Type::Json
            );
            (long && cut).then_some(share)
        })
        .collect()
}

/// Makes an expression, and the type of its values, one that a key can hold.
///
/// `columns` are those that it looks at. Where nothing is cut off, the expression stays as it was
/// written, so that the server finds the index for a query that has the same.
pub(crate) fn fit_expression(
    expr: Expr,
    mut held: Held,
    index: &Index,
    columns: &[Ident],
    all: &HashMap<Ident, Held>,
    facts: &Facts,
) -> (Expr, Held) {
    if !matches!(held.ty, Type::LongText | Type::Varchar(_) | Type::Char(_)) {
        return (expr, held);
    }
    let count = u32::try_from(index.keys.len()).unwrap_or(u32::MAX);
    let longest = if facts.expression_keys {
        MADE * 4
    } else {
        KEY_BYTES
    };
    let share = step((left_by(index) / count.max(1)).min(longest));
    let source: Option<u32> = columns
        .iter()
        .map(|name| {
            all.get(name)
                .and_then(|held| key_bytes(&held.ty, held.charset))
        })
        .sum();
    let whole = source.is_some_and(|bytes| bytes <= share) && keeps_length(&expr);
    let characters = if whole || index.unique {
        share / 4
    } else {
        PREFIX.min(share / 4)
    };
    held.ty = Type::Varchar(Some(characters));
    let expr = if whole {
        expr
    } else if !index.unique {
        build::call("left", [expr, build::number(characters)])
    } else if facts.expression_keys {
        // A value that is longer is refused when it is written: a cast within a key may not cut.
        let cast = Expr::Cast {
            expr: Box::new(expr),
            ty: held.ty.clone(),
        };
        build::collate(cast, facts.exact)
    } else {
        // The hidden column refuses it.
        expr
    };
    (expr, held)
}

fn is_column(expr: &Expr) -> bool {
    matches!(expr, Expr::Column { .. })
}

/// Whether an expression is made of functions whose result is no longer than their argument, and
/// of no text that is compared otherwise than the column's.
fn keeps_length(expr: &Expr) -> bool {
    match expr {
        Expr::Column { .. } => true,
        Expr::Trim {
            expr, what: None, ..
        } => keeps_length(expr),
        Expr::Call(call) => {
            matches!(
                call.name.name.as_str(),
                "lower" | "upper" | "ltrim" | "rtrim" | "reverse"
            ) && call.args.iter().all(|arg| match arg {
                CallArg::Expr(expr) => keeps_length(expr),
                _ => false,
            })
        }
        _ => false,
    }
}
