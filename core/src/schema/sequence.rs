//! How an expression draws from a sequence: `nextval('name')`.

use super::{
    Call, CallArg, Column, Expr, Ident, Insert, InsertSource, Literal, Name, Part, Schema, Select,
    SelectItem, SequenceOptions, SetExpr, Table, Type,
};

/// Collects the sequences that an expression draws from.
pub(super) fn sequences_in(expr: &Expr, found: &mut Vec<Name>) {
    found.extend(sequence_of(expr));
    expr.parts(&mut |part| {
        if let Part::Expr(expr) = part {
            sequences_in(expr, found);
        }
    });
}

/// The sequence that an expression draws from: `nextval('name')`, also with the cast to
/// `regclass` that PostgreSQL prints.
pub fn sequence_of(expr: &Expr) -> Option<Name> {
    let Expr::Call(call) = expr else { return None };
    let Call { name, args, .. } = &**call;
    let [CallArg::Expr(argument)] = args.as_slice() else {
        return None;
    };
    if name.name != "nextval" {
        return None;
    }
    let text = match argument {
        Expr::Literal(Literal::Text(text)) => text,
        Expr::Cast { expr, .. } => match &**expr {
            Expr::Literal(Literal::Text(text)) => text,
            _ => return None,
        },
        _ => return None,
    };
    parse(text)
}

/// Gives the relation that a function of PostgreSQL takes as a text the name that `found` says:
/// `nextval('public.t_id_seq')`, `setval`, `currval`, `pg_get_serial_sequence('public.t', 'id')`.
pub(crate) fn relation_in_text(call: &mut Call, found: impl Fn(&Name) -> Name) {
    let name = call.name.name.as_str();
    if !matches!(
        name,
        "nextval" | "setval" | "currval" | "pg_get_serial_sequence"
    ) {
        return;
    }
    let Some(CallArg::Expr(argument)) = call.args.first_mut() else {
        return;
    };
    let text = match argument {
        Expr::Cast { expr, .. } => &mut **expr,
        other => other,
    };
    if let Expr::Literal(Literal::Text(text)) = text
        && let Some(name) = parse(text)
    {
        *text = in_text(&found(&name));
    }
}

/// Makes a number that a column's own sequence gives, in VALUES, the column's default, which it is; a plain
/// query that gives it for each of its rows leaves the column to that.
pub fn own_numbers_are_defaults(insert: &mut Insert, table: &Table) {
    leave_own_numbers(insert, table);
    let InsertSource::Query(query) = &mut insert.source else {
        return;
    };
    let SetExpr::Values(rows) = &mut query.body else {
        return;
    };
    for (place, name) in insert.columns.iter().enumerate() {
        let column = table.column(name);
        let default = column.and_then(|column| column.default.as_ref());
        let Some(own) = default.and_then(sequence_of) else {
            continue;
        };
        for value in rows.iter_mut().filter_map(|row| row.get_mut(place)) {
            if sequence_of(value).as_ref() == Some(&own) {
                *value = Expr::Default;
            }
        }
    }
}

/// Takes `nextval('own')` out of the query whose rows are inserted, each of which draws one.
fn leave_own_numbers(insert: &mut Insert, table: &Table) {
    let InsertSource::Query(query) = &mut insert.source else {
        return;
    };
    let ordered = !query.order_by.is_empty() || query.limit.is_some() || query.offset.is_some();
    let SetExpr::Select(select) = &mut query.body else {
        return;
    };
    let plain = Select {
        items: select.items.clone(),
        from: select.from.clone(),
        filter: select.filter.clone(),
        ..Select::default()
    };
    let one_by_one = |item: &SelectItem| matches!(item, SelectItem::Expr { .. });
    let fits = select.items.len() == insert.columns.len() && select.items.iter().all(one_by_one);
    if ordered || insert.on_conflict.is_some() || !fits || **select != plain {
        return;
    }
    let is_own = |(item, name): (&SelectItem, &Ident)| {
        let SelectItem::Expr { expr, .. } = item else {
            return false;
        };
        let column = table.column(name);
        let own = column.and_then(|column| column.default.as_ref());
        let own = own.and_then(sequence_of);
        own.is_some() && sequence_of(expr) == own
    };
    let place = select.items.iter().zip(&insert.columns).position(is_own);
    if let Some(place) = place.filter(|_| select.items.len() > 1) {
        select.items.remove(place);
        insert.columns.remove(place);
    }
}

/// The sequence that an expression of MariaDB's draws from: `nextval(name)`.
pub fn drawn_by_name(expr: &Expr) -> Option<&str> {
    let Expr::Call(call) = expr else { return None };
    match call.args.as_slice() {
        [CallArg::Expr(Expr::Column { column, .. })] if call.name.name == "nextval" => Some(column),
        _ => None,
    }
}

/// What a column takes its numbers from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Numbers {
    /// The sequence of an identity column, which starts there.
    Identity(Option<i64>),
    /// A sequence that its default draws from.
    Sequence(Name),
}

impl Numbers {
    /// What a column takes its numbers from, if it does.
    #[must_use]
    pub fn of(column: &Column) -> Option<Self> {
        match &column.identity {
            Some(identity) => Some(Self::Identity(identity.options.start)),
            None => column
                .default
                .as_ref()
                .and_then(sequence_of)
                .map(Self::Sequence),
        }
    }

    /// Whether they are those of an identity column.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        matches!(self, Self::Identity(_))
    }

    /// Whether numbers are those of another sequence than before, by the schema as it is then: a
    /// sequence that is not there any more has another name.
    #[must_use]
    pub fn are_others(&self, after: &Self, schema: &Schema) -> bool {
        match (self, after) {
            (Self::Sequence(old), Self::Sequence(new)) => {
                old != new && schema.sequence(old).is_some()
            }
            (old, new) => old != new,
        }
    }
}

/// `nextval('name')`, the name quoted where it has to be.
pub fn nextval(name: &Name) -> Expr {
    Expr::call("nextval", [Expr::text(in_text(name))])
}

/// A name as PostgreSQL reads it in a text.
fn in_text(name: &Name) -> String {
    match &name.schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name.name)),
        None => quoted(&name.name),
    }
}

/// A name as PostgreSQL reads it in a text: folded, unless it is quoted.
fn parse(text: &str) -> Option<Name> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    loop {
        let (part, after) = if let Some(inner) = rest.strip_prefix('"') {
            let mut part = String::new();
            let mut chars = inner.char_indices();
            let after = loop {
                let (at, c) = chars.next()?;
                if c != '"' {
                    part.push(c);
                } else if inner[at + 1..].starts_with('"') {
                    part.push('"');
                    chars.next();
                } else {
                    break &inner[at + 1..];
                }
            };
            (part, after)
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            (rest[..end].trim().to_lowercase(), &rest[end..])
        };
        parts.push(part);
        match after.trim_start().strip_prefix('.') {
            Some(after) => rest = after,
            None if after.trim().is_empty() => break,
            None => return None,
        }
    }
    let name = parts.pop()?;
    Some(Name {
        schema: parts.pop(),
        name,
    })
}

fn quoted(ident: &str) -> String {
    let starts = |c: char| c.is_ascii_lowercase() || c == '_';
    let goes_on = |c: char| c.is_ascii_lowercase() || c == '_' || c.is_ascii_digit();
    if ident.starts_with(starts) && ident.chars().all(goes_on) {
        ident.to_owned()
    } else {
        format!("\"{}\"", ident.replace('"', "\"\""))
    }
}

/// The least and the greatest value of a sequence of a type that counts in a direction.
fn bounds(ty: &Type, increment: i64) -> (i64, i64) {
    let (low, high) = match ty {
        Type::SmallInt { .. } => (i64::from(i16::MIN), i64::from(i16::MAX)),
        Type::Integer { .. } => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if increment > 0 { (1, high) } else { (low, -1) }
}

impl SequenceOptions {
    /// The options with PostgreSQL's defaults where none were written.
    #[must_use]
    pub fn completed(&self) -> Self {
        let ty = self.ty.clone().unwrap_or(Type::BIGINT);
        let increment = self.increment.unwrap_or(1);
        let (min, max) = bounds(&ty, increment);
        let (min, max) = (self.min.unwrap_or(min), self.max.unwrap_or(max));
        Self {
            ty: Some(ty),
            start: self.start.or(Some(if increment > 0 { min } else { max })),
            increment: Some(increment),
            min: Some(min),
            max: Some(max),
            cache: self.cache.or(Some(1)),
            cycle: self.cycle,
        }
    }

    /// What ALTER SEQUENCE makes of them. Limits that are those of the old type become those of
    /// the new one; others stay, also if the sequence turns round.
    pub(super) fn altered(&self, given: &Self) -> Self {
        let mut options = self.completed();
        if let (Some(old), Some(new)) = (&options.ty, &given.ty) {
            let (low, high) = (bounds(old, -1).0, bounds(old, 1).1);
            if options.max == Some(high) {
                options.max = Some(bounds(new, 1).1);
            }
            if options.min == Some(low) {
                options.min = Some(bounds(new, -1).0);
            }
        }
        options.ty = given.ty.clone().or(options.ty);
        options.start = given.start.or(options.start);
        options.increment = given.increment.or(options.increment);
        options.min = given.min.or(options.min);
        options.max = given.max.or(options.max);
        options.cache = given.cache.or(options.cache);
        options.cycle |= given.cycle;
        options
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sequence_is_found_by_the_name_in_its_text() {
        let names = [
            Name::bare("t_c_seq"),
            Name::bare("T \"c\" seq"),
            Name::qualified("a.b", "C"),
        ];
        for name in names {
            assert_eq!(sequence_of(&nextval(&name)), Some(name));
        }
        let folded = Expr::call("nextval", [Expr::text("Public . T_Seq")]);
        assert_eq!(
            sequence_of(&folded),
            Some(Name::qualified("public", "t_seq"))
        );
        let odd = Expr::call("nextval", [Expr::text("\"unterminated")]);
        assert_eq!(sequence_of(&odd), None);
    }
}
