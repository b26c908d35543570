//! The names that PostgreSQL gives to what was not named.
//!
//! `makeObjectName`, `ChooseRelationName`, `ChooseConstraintName`, `ChooseIndexName` and
//! `FigureIndexColname` of its sources, rule by rule: a translation that gets a name wrong drops
//! the wrong constraint later.

use super::super::{
    Call, Expr, Ident, IndexKey, Name, POSTGRES_IDENT, SelectItem, SetExpr, TrimSide, Type, clip,
};
use super::Replay;

/// `name1_name2_label`, cut so that it fits: the longer of the two names loses bytes first, the
/// label none.
pub(super) fn object_name(name1: &str, name2: Option<&str>, label: &str) -> String {
    let overhead = label.len() + 1 + usize::from(name2.is_some());
    let available = POSTGRES_IDENT.saturating_sub(overhead);
    let (mut first, mut second) = (name1.len(), name2.map_or(0, str::len));
    while first + second > available {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let mut name = clip(name1, first).to_owned();
    if let Some(name2) = name2 {
        name.push('_');
        name.push_str(clip(name2, second));
    }
    name.push('_');
    name.push_str(label);
    name
}

/// The name that PostgreSQL gives to what was not named: `name1_name2_label`, of at most 63 bytes,
/// with the first of `label`, `label1`, `label2` … that gives a name which is not taken.
///
/// ```
/// use aludel::schema::generated_name;
///
/// let taken = ["users_email_key"];
/// let name = generated_name("users", Some("email"), "key", |name| taken.contains(&name));
/// assert_eq!(name, "users_email_key1");
/// ```
pub fn generated_name(
    name1: &str,
    name2: Option<&str>,
    label: &str,
    taken: impl Fn(&str) -> bool,
) -> Ident {
    let mut pass = 0;
    let mut numbered = label.to_owned();
    loop {
        let name = object_name(name1, name2, &numbered);
        if !taken(&name) {
            return name;
        }
        pass += 1;
        numbered = format!("{label}{pass}");
    }
}

impl Replay {
    /// A name for a relation beside `table`; for a key, one that no constraint has either.
    pub(super) fn relation_name(
        &self,
        table: &Name,
        name2: Option<&str>,
        label: &str,
        is_constraint: bool,
    ) -> Ident {
        generated_name(&table.name, name2, label, |name| {
            let name = Name {
                schema: table.schema.clone(),
                name: name.to_owned(),
            };
            self.schema.relation(&name).is_some()
                || is_constraint && self.schema.has_constraint_named(&name)
        })
    }

    /// A name for a CHECK or a foreign key of `table`. `others` are names of its fellows that the
    /// schema does not hold yet.
    pub(super) fn constraint_name(
        &self,
        table: &Name,
        name2: Option<&str>,
        label: &str,
        others: &[Ident],
    ) -> Ident {
        generated_name(&table.name, name2, label, |name| {
            let full = Name {
                schema: table.schema.clone(),
                name: name.to_owned(),
            };
            others.iter().any(|other| other == name) || self.schema.has_constraint_named(&full)
        })
    }
}

/// Several columns as one part of a name.
pub(super) fn joined<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for column in columns {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(column);
        if text.len() > POSTGRES_IDENT {
            break;
        }
    }
    text
}

/// The columns of an index as its name is made of them: expressions by what they call, and what
/// would be there twice numbered.
pub(super) fn index_columns(keys: &[IndexKey], include: &[Ident]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let of_key = |key: &IndexKey| match &key.expr {
        Expr::Column { column, .. } => column.clone(),
        expr => figure(expr).map_or_else(|| "expr".to_owned(), |(name, _)| name),
    };
    for origin in keys.iter().map(of_key).chain(include.iter().cloned()) {
        let mut name = origin.clone();
        let mut number = 0;
        while names.contains(&name) {
            number += 1;
            let suffix = number.to_string();
            name = format!("{}{suffix}", clip(&origin, POSTGRES_IDENT - suffix.len()));
        }
        names.push(name);
    }
    names
}

/// What an expression's result is called, and how sure that is (a cast's type gives way to what
/// stands in it).
pub(super) fn figure(expr: &Expr) -> Option<(String, u8)> {
    let sure = |name: &str| Some((name.to_owned(), 2));
    match expr {
        Expr::Column { column, .. } => sure(column),
        Expr::Call(call) => sure(&figure_call(call)),
        Expr::Cast { expr, ty } => match figure(expr) {
            Some((name, 2)) => Some((name, 2)),
            weak => type_name(ty).map(|name| (name, 1)).or(weak),
        },
        Expr::Interval { .. } => Some(("interval".to_owned(), 1)),
        Expr::Literal(super::super::Literal::Typed(ty, _)) => type_name(ty).map(|name| (name, 1)),
        Expr::Collate { expr, .. } => figure(expr),
        Expr::Case { otherwise, .. } => match otherwise.as_deref().and_then(figure) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some(("case".to_owned(), 1)),
        },
        Expr::Subscript { expr, .. } => figure(expr),
        Expr::Array(_) | Expr::ArrayQuery(_) => sure("array"),
        Expr::Row(_) => sure("row"),
        Expr::Exists(_) => sure("exists"),
        Expr::Extract { .. } => sure("extract"),
        Expr::Position { .. } => sure("position"),
        Expr::Substring { .. } => sure("substring"),
        Expr::AtTimeZone { .. } => sure("timezone"),
        Expr::Trim { side, .. } => sure(match side {
            TrimSide::Both => "btrim",
            TrimSide::Leading => "ltrim",
            TrimSide::Trailing => "rtrim",
        }),
        Expr::Keyword(word, _) => sure(&word.to_lowercase()),
        Expr::Subquery(query) => match &query.body {
            SetExpr::Select(select) => match select.items.first()? {
                SelectItem::Expr {
                    alias: Some(alias), ..
                } => sure(alias),
                SelectItem::Expr { expr, alias: None } => figure(expr),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

fn figure_call(call: &Call) -> String {
    call.name.name.clone()
}

/// A type's name in PostgreSQL's catalogue.
fn type_name(ty: &Type) -> Option<String> {
    let name = match ty {
        Type::Boolean => "bool",
        Type::SmallInt { .. } => "int2",
        Type::Integer { .. } => "int4",
        Type::BigInt { .. } => "int8",
        Type::Real => "float4",
        Type::Double => "float8",
        Type::Numeric { .. } => "numeric",
        Type::Money => "money",
        Type::Char(_) => "bpchar",
        Type::Varchar(_) => "varchar",
        Type::Text => "text",
        Type::Citext => "citext",
        Type::Name => "name",
        Type::Blob => "bytea",
        Type::Date => "date",
        Type::Time { zoned: false, .. } => "time",
        Type::Time { zoned: true, .. } => "timetz",
        Type::Timestamp { zoned: false, .. } => "timestamp",
        Type::Timestamp { zoned: true, .. } => "timestamptz",
        Type::Interval(_) => "interval",
        Type::Uuid => "uuid",
        Type::Json => "json",
        Type::Jsonb => "jsonb",
        Type::Xml => "xml",
        Type::Bit(_) => "bit",
        Type::Varbit(_) => "varbit",
        Type::Inet => "inet",
        Type::Cidr => "cidr",
        Type::Macaddr => "macaddr",
        Type::Tsvector => "tsvector",
        Type::Tsquery => "tsquery",
        Type::Hstore => "hstore",
        Type::Array(element) => return type_name(element),
        Type::Enum(name) | Type::Named(name) => &name.name,
        Type::Other(name) => name,
        _ => return None,
    };
    Some(name.to_owned())
}
