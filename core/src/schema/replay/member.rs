//! `ALTER TYPE … RENAME VALUE`: what follows a member's new name.
//!
//! PostgreSQL holds a constant of an enum as the member itself, so that defaults, CHECKs, generated
//! columns, indexes, views and domains follow. A text that happens to be the same does not:
//! `state::text = 'old'` is as it was written. Which of the two a constant is, is told by what stands
//! beside it.
//!
//! # Invariants
//!
//! - A constant is changed, or left, only where its type is certain. Otherwise what it stands in is
//!   not understood from then on, and said to be so: a table is opaque, a view has no query.
//!
//! Deliberately not here: code in functions, whose texts stay as they are until they are read anew
//! (`translate::carry::trigger` refuses triggers that may name the member).

use super::super::{
    BinaryOp, ConstraintKind, Expr, Ident, Literal, Name, Part, PartMut, Query, Schema, SetExpr,
    Table, TableRef, Type, View,
};
use super::Replay;
use super::domain::names_type;
use super::problem::{Step, problem};
use super::types::{casts_to, unknown_member};
use crate::translate::constant::{Item, array, array_text};

impl Replay {
    pub(super) fn rename_member(&mut self, name: &Name, from: &str, to: &str) -> Step {
        let before = self.enum_named(name)?.clone();
        if before.members.iter().any(|m| m == to) {
            let message = format!("enum `{name}` already has a member `{to}`");
            return Err(problem("duplicate-member", message));
        }
        let mut after = before.clone();
        let member = after.members.iter_mut().find(|m| *m == from);
        *member.ok_or_else(|| unknown_member(name, from))? = to.to_owned();
        let mut types = vec![before.name.clone()];
        types.extend(self.domains_on(&types));
        let renamed = Some((from.to_owned(), to.to_owned()));
        self.set_enum(Some(before), Some(after), renamed);
        let member = Member {
            types: &types,
            from,
            to,
        };
        self.rename_in_tables(&member);
        self.rename_in_domains(&member);
        self.rename_in_views_queries(&member);
        Ok(())
    }

    fn rename_in_tables(&mut self, member: &Member<'_>) {
        let tables: Vec<_> = self.schema.tables().cloned().collect();
        for before in tables {
            if !member.is_of(&before) {
                continue;
            }
            let mut after = (*before).clone();
            if !member.table(&mut after) {
                let why = format!(
                    "a CHECK, an index or a column of it may name '{}', a member that is renamed",
                    member.from
                );
                after.opaque.get_or_insert(why);
            }
            if after != *before {
                self.edit(&before.name, |table| *table = after);
            }
        }
    }

    fn rename_in_domains(&mut self, member: &Member<'_>) {
        for name in &member.types[1..] {
            let Some(mut domain) = self.schema.domain(name).cloned() else {
                continue;
            };
            let mut sure = true;
            let value = |_: &Ident| Kind::Member;
            if let Some(default) = &mut domain.default {
                sure &= member.value(default, Kind::Member, &value);
            }
            for constraint in &mut domain.constraints {
                if let ConstraintKind::Check { expr, .. } = &mut constraint.kind {
                    sure &= member.value(expr, Kind::Unknown, &value);
                }
            }
            if !sure {
                let why = "a member was renamed of the enum that its CHECK looks at";
                domain.opaque.get_or_insert_with(|| why.to_owned());
            }
            self.schema.put_domain(domain);
        }
    }

    fn rename_in_views_queries(&mut self, member: &Member<'_>) {
        let views: Vec<View> = self.schema.views().cloned().collect();
        for before in views {
            if !member.is_read_by(&before, &self.schema) {
                continue;
            }
            let mut after = before.clone();
            let sure = match &mut after.query {
                Some(query) => member.query_of(query, &before, &self.schema),
                None => continue,
            };
            if !sure {
                after.query = None;
            }
            if after != before {
                self.set_view(Some(before), Some(after));
            }
        }
    }
}

/// What type a value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The enum, or a domain over it.
    Member,
    /// An array of it.
    Members,
    /// Certainly another one.
    Other,
    /// It is not known.
    Unknown,
}

type Columns<'c> = &'c dyn Fn(&Ident) -> Kind;

/// A member that is renamed.
struct Member<'a> {
    /// The enum, and the domains that stand on it.
    types: &'a [Name],
    from: &'a str,
    to: &'a str,
}

impl Member<'_> {
    fn kind_of_type(&self, ty: &Type) -> Kind {
        match ty {
            Type::Enum(name) | Type::Named(name) if self.types.contains(name) => Kind::Member,
            Type::Array(item) => match self.kind_of_type(item) {
                Kind::Member => Kind::Members,
                kind => kind,
            },
            _ => Kind::Other,
        }
    }

    /// What a value is, without a look at what stands beside it; `None`: a constant is what the
    /// others are.
    fn kind(&self, expr: &Expr, columns: Columns<'_>) -> Option<Kind> {
        match expr {
            Expr::Literal(Literal::Text(_) | Literal::Null) => None,
            Expr::Literal(Literal::Typed(ty, _)) | Expr::Cast { ty, .. } => {
                Some(self.kind_of_type(ty))
            }
            Expr::Literal(_) | Expr::Keyword(..) => Some(Kind::Other),
            Expr::Column { column, .. } => Some(columns(column)),
            Expr::Binary {
                op: BinaryOp::JsonGetText | BinaryOp::JsonPathText,
                ..
            } => Some(Kind::Other),
            _ => Some(Kind::Unknown),
        }
    }

    /// What values are that are compared, or given in turn. Constants alone are texts.
    fn together<'e>(
        &self,
        exprs: impl IntoIterator<Item = &'e Expr>,
        columns: Columns<'_>,
    ) -> Kind {
        let mut kinds: Vec<Kind> = Vec::new();
        kinds.extend(exprs.into_iter().filter_map(|e| self.kind(e, columns)));
        let order = [Kind::Member, Kind::Members, Kind::Unknown];
        let first = order.into_iter().find(|kind| kinds.contains(kind));
        first.unwrap_or(Kind::Other)
    }

    /// Whether a value of the type can stand in a table, or in one of its expressions.
    fn is_of(&self, table: &Table) -> bool {
        let is = |ty: &Type| self.types.iter().any(|name| names_type(ty, name));
        table.columns.iter().any(|column| is(&column.ty))
            || table.exprs().any(|expr| self.is_cast(expr))
    }

    fn is_cast(&self, expr: &Expr) -> bool {
        self.types.iter().any(|name| casts_to(expr, name))
    }

    /// Whether a view can see values of the type: all that it reads is looked through. A cast to
    /// the type has its name in the view's text.
    fn is_read_by(&self, view: &View, schema: &Schema) -> bool {
        let named = |name: &Name| view.text.contains(&*name.name);
        self.types.iter().any(named)
            || view.reads.iter().any(|read| {
                schema.table(read).is_some_and(|table| self.is_of(table))
                    || schema
                        .view(read)
                        .is_some_and(|inner| self.is_read_by(inner, schema))
            })
    }

    /// Renames the member in a table; `false`: it may stand there where that is not certain.
    fn table(&self, table: &mut Table) -> bool {
        let known: Vec<(Ident, Kind)> = table
            .columns
            .iter()
            .map(|column| (column.name.clone(), self.kind_of_type(&column.ty)))
            .collect();
        let columns = |name: &Ident| {
            let found = known.iter().find(|(column, _)| column == name);
            found.map_or(Kind::Unknown, |(_, kind)| *kind)
        };
        let mut sure = true;
        for column in &mut table.columns {
            let kind = self.kind_of_type(&column.ty);
            let generated = column.generated.as_mut().map(|g| &mut g.expr);
            for expr in column.default.iter_mut().chain(generated) {
                sure &= self.value(expr, kind, &columns);
            }
        }
        for constraint in &mut table.constraints {
            match &mut constraint.kind {
                ConstraintKind::Check { expr, .. } => {
                    sure &= self.value(expr, Kind::Unknown, &columns);
                }
                ConstraintKind::Exclude(text) => sure &= !text.contains(self.from),
                _ => {}
            }
        }
        for index in &mut table.indexes {
            let keys = index.keys.iter_mut().map(|key| &mut key.expr);
            for expr in keys.chain(&mut index.filter) {
                sure &= self.value(expr, Kind::Unknown, &columns);
            }
        }
        sure
    }

    /// Renames the member in a view's query.
    fn query_of(&self, query: &mut Query, view: &View, schema: &Schema) -> bool {
        let plain = view.reads.iter().all(|name| schema.table(name).is_some());
        let plain = plain && query.with.is_empty() && from_tables_alone(query);
        let columns = |name: &Ident| {
            if !plain {
                return Kind::Unknown;
            }
            let read = view.reads.iter().filter_map(|read| schema.table(read));
            let mut kinds = read
                .filter_map(|table| table.column(name))
                .map(|column| self.kind_of_type(&column.ty));
            let first = kinds.next().unwrap_or(Kind::Unknown);
            if kinds.all(|kind| kind == first) {
                first
            } else {
                Kind::Unknown
            }
        };
        // What stands in a select list by itself is a text, if no other SELECT says otherwise.
        let alone = match query.body {
            SetExpr::Select(_) => Kind::Other,
            _ => Kind::Unknown,
        };
        let mut sure = true;
        query.parts_mut(&mut |part| {
            sure &= match part {
                PartMut::Expr(expr) => self.value(expr, alone, &columns),
                part => self.part(part, &columns),
            };
        });
        sure
    }

    fn part(&self, part: PartMut<'_>, columns: Columns<'_>) -> bool {
        let mut sure = true;
        let mut inner = |part: PartMut<'_>| sure &= self.part(part, columns);
        match part {
            PartMut::Expr(expr) => return self.value(expr, Kind::Unknown, columns),
            PartMut::Query(query) => query.parts_mut(&mut inner),
            PartMut::Table(table) => table.parts_mut(&mut inner),
            PartMut::Data(data) => data.parts_mut(&mut inner),
        }
        sure
    }

    /// Renames the member in a value, which is `wanted` where it is but a constant.
    fn value(&self, expr: &mut Expr, wanted: Kind, columns: Columns<'_>) -> bool {
        let all = |this: &Self, exprs: &mut [Expr], wanted: Kind| {
            let each = exprs.iter_mut().map(|e| this.value(e, wanted, columns));
            each.fold(true, |sure, one| sure & one)
        };
        match expr {
            Expr::Literal(Literal::Text(text)) => self.constant(text, wanted),
            Expr::Literal(Literal::Typed(ty, text)) => self.constant(text, self.kind_of_type(ty)),
            Expr::Cast { expr, ty } => {
                let item = match (&**expr, &*ty) {
                    (Expr::Array(_), Type::Array(item)) => &**item,
                    (_, ty) => ty,
                };
                self.value(expr, self.kind_of_type(item), columns)
            }
            Expr::Binary { left, op, right } if is_comparison(*op) => {
                let kind = self.together([&**left, &**right], columns);
                self.value(left, kind, columns) & self.value(right, kind, columns)
            }
            Expr::IsDistinct { left, right, .. } => {
                let kind = self.together([&**left, &**right], columns);
                self.value(left, kind, columns) & self.value(right, kind, columns)
            }
            Expr::InList { expr, list, .. } => {
                let kind = self.together(list.iter().chain([&**expr]), columns);
                self.value(expr, kind, columns) & all(self, list, kind)
            }
            Expr::Between {
                expr, low, high, ..
            } => {
                let kind = self.together([&**expr, &**low, &**high], columns);
                let mut three = [expr, low, high].into_iter();
                three.all(|expr| self.value(expr, kind, columns))
            }
            Expr::Quantified { left, right, .. } => match &mut **right {
                Expr::Array(items) => {
                    let kind = self.together(items.iter().chain([&**left]), columns);
                    self.value(left, kind, columns) & all(self, items, kind)
                }
                right => {
                    let (one, many) = match (self.kind(left, columns), self.kind(right, columns)) {
                        (_, Some(Kind::Members)) | (Some(Kind::Member), _) => {
                            (Kind::Member, Kind::Members)
                        }
                        (Some(Kind::Other), _) | (_, Some(Kind::Other)) => {
                            (Kind::Other, Kind::Other)
                        }
                        _ => (Kind::Unknown, Kind::Unknown),
                    };
                    self.value(left, one, columns) & self.value(right, many, columns)
                }
            },
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => {
                let conditions = match operand {
                    Some(operand) => {
                        let all = whens.iter().map(|(when, _)| when);
                        self.together(all.chain([&**operand]), columns)
                    }
                    None => Kind::Other,
                };
                // Of constants alone it is a text, whatever it is given to.
                let results = whens.iter().map(|(_, then)| then);
                let results = self.together(results.chain(otherwise.as_deref()), columns);
                let mut sure = true;
                if let Some(operand) = operand {
                    sure &= self.value(operand, conditions, columns);
                }
                for (when, then) in whens {
                    sure &= self.value(when, conditions, columns);
                    sure &= self.value(then, results, columns);
                }
                if let Some(otherwise) = otherwise {
                    sure &= self.value(otherwise, results, columns);
                }
                sure
            }
            // What stands beside these is a key, or text.
            Expr::Binary { op, .. } if is_of_json(*op) => self.parts(expr, Kind::Other, columns),
            Expr::Like { .. } => self.parts(expr, Kind::Other, columns),
            _ => self.parts(expr, Kind::Unknown, columns),
        }
    }

    fn parts(&self, expr: &mut Expr, wanted: Kind, columns: Columns<'_>) -> bool {
        let mut sure = true;
        expr.parts_mut(&mut |part| {
            sure &= match part {
                PartMut::Expr(expr) => self.value(expr, wanted, columns),
                part => self.part(part, columns),
            };
        });
        sure
    }

    fn constant(&self, text: &mut String, kind: Kind) -> bool {
        match kind {
            Kind::Member if text == self.from => {
                self.to.clone_into(text);
                true
            }
            Kind::Member | Kind::Other => true,
            // An array's text has its members between braces.
            Kind::Members => match array(text) {
                Some(mut items) => {
                    if self.items(&mut items) {
                        *text = array_text(&items);
                    }
                    true
                }
                None => !text.contains(self.from),
            },
            Kind::Unknown if text.starts_with('{') => !text.contains(self.from),
            Kind::Unknown => text != self.from,
        }
    }

    /// Renames the member in an array; `false`: it is not there.
    fn items(&self, items: &mut [Item]) -> bool {
        let mut found = false;
        for item in items {
            found |= match item {
                Item::Null => false,
                Item::Array(items) => self.items(items),
                Item::Text(text) => {
                    let is = text == self.from;
                    if is {
                        self.to.clone_into(text);
                    }
                    is
                }
            };
        }
        found
    }
}

/// Whether both operands have one type.
fn is_comparison(op: BinaryOp) -> bool {
    use BinaryOp::{ContainedBy, Contains, Eq, Gt, GtEq, Lt, LtEq, NotEq, Overlaps};
    matches!(
        op,
        Eq | NotEq | Lt | LtEq | Gt | GtEq | Contains | ContainedBy | Overlaps
    )
}

fn is_of_json(op: BinaryOp) -> bool {
    use BinaryOp::{
        JsonDeletePath, JsonGet, JsonGetText, JsonHasAllKeys, JsonHasAnyKey, JsonHasKey, JsonPath,
        JsonPathText,
    };
    matches!(
        op,
        JsonGet
            | JsonGetText
            | JsonPath
            | JsonPathText
            | JsonHasKey
            | JsonHasAnyKey
            | JsonHasAllKeys
            | JsonDeletePath
    )
}

/// Whether every FROM of a query names tables, so that a column is one of theirs.
fn from_tables_alone(query: &Query) -> bool {
    let mut alone = true;
    query.parts(&mut |part| alone &= is_of_tables(&part));
    alone
}

fn is_of_tables(part: &Part<'_>) -> bool {
    let mut alone = true;
    let mut inner = |part: Part<'_>| alone &= is_of_tables(&part);
    match part {
        Part::Expr(expr) => expr.parts(&mut inner),
        Part::Query(query) => {
            if !query.with.is_empty() {
                return false;
            }
            query.parts(&mut inner);
        }
        Part::Table(TableRef::Table { columns, .. }) => return columns.is_empty(),
        Part::Table(TableRef::Join { .. }) => {
            let Part::Table(table) = part else {
                return false;
            };
            table.parts(&mut inner);
        }
        Part::Table(_) | Part::Data(_) => return false,
    }
    alone
}
