//! What PostgreSQL's expressions mean on SQLite.
//!
//! One rule: exact, or refused, or failing when it runs. A form that is exact for most values
//! and not for some fails for those ([`build::fail`]) wherever PostgreSQL would have given
//! something else.

mod array;
mod build;
mod call;
mod collation;
mod constant;
mod convert;
mod decimal;
mod difference;
mod documents;
mod elements;
mod encode;
mod enum_order;
mod joined;
mod json;
mod like;
mod member;
mod moment;
mod mysql;
mod null_element;
mod operator;
mod ordered;
mod padded;
mod query;
mod ranges;
mod regex;
mod single;
mod span;
mod structure;
mod time;
mod to_char;

use std::cell::Cell;

use aludel::schema::{
    BinaryOp, CallArg, Expr, Ident, Literal, Name, OrderBy, Query, Select, SelectItem, TableRef,
    Type, UnaryOp,
};
use aludel::sql::Syntax;
use aludel::translate::infer::{Family, Field, is_text_constant};
use aludel::translate::rewrite::{Rewriter, Rules};
use aludel::translate::{Omission, Refusal};

pub(super) use member::renamed_member;
pub(super) use mysql::{Compares, compares, statement as mysql_statement};
pub(super) use query::{first_of_each, with_names};

use convert::How;

/// What the table before is called in the query that copies its rows.
pub(super) const OLD: &str = "aludel_old";

/// What stands for a default that has no form: it fails where a row is left to it.
pub(super) fn no_default(message: &str) -> Expr {
    build::fail(message, None)
}

/// Whether an expression is [`no_default`].
pub(super) fn is_no_default(expr: &Expr) -> bool {
    let Expr::Call(call) = expr else {
        return false;
    };
    match call.args.as_slice() {
        [_, CallArg::Expr(Expr::Literal(Literal::Text(message)))] => *expr == no_default(message),
        _ => false,
    }
}

/// Why an expression has no form, if that is all that is wrong with it.
pub(super) fn formless(refusals: &[Refusal]) -> Option<&str> {
    let all = refusals
        .iter()
        .all(|refusal| FORMLESS.contains(&refusal.code));
    let first = refusals.first().filter(|_| all)?;
    Some(&first.message)
}

const FORMLESS: [&str; 3] = ["no-such-function", "no-form", "no-such-literal"];

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    /// In a statement on rows.
    Statement,
    /// In a view.
    View,
    /// In a column's DEFAULT.
    Default,
    /// In a CHECK, a generated column, an index: it must give the same for the same row.
    Schema,
}

/// The rules for expressions that stand somewhere.
#[derive(Debug)]
pub(super) struct Meaning {
    stands: Stands,
    /// Whether the text at hand is kept as it is, or only asked whether it is NULL: how a json in
    /// it is written changes nothing else.
    kept: Cell<bool>,
}

impl Meaning {
    pub(super) fn new(stands: Stands) -> Self {
        Self {
            stands,
            kept: Cell::new(false),
        }
    }

    /// What `within` makes, where a text is kept as it is, or is not.
    fn keeping<T>(&self, kept: bool, within: impl FnOnce() -> T) -> T {
        let before = self.kept.replace(kept);
        let result = within();
        self.kept.set(before);
        result
    }

    /// Whether a json may become a text without blanks here: in a schema, and where that text is
    /// all there is to it, it is only said.
    fn keeps_text(&self) -> bool {
        self.kept.get() || self.stands != Stands::Statement
    }
}

impl Rules for Meaning {
    fn expr(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        let kept = matches!(expr, Expr::IsNull { .. }) || (self.kept.get() && hands_on(expr));
        // The parts of what is kept are looked at here, where it is known what is kept.
        self.keeping(kept, || {
            let node = places(rw, expr).or_else(|| self.node(rw, expr));
            let made = node.unwrap_or_else(|| rw.parts(expr));
            Some(self.collated(rw, expr, made))
        })
    }

    fn assign(&self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let made = self.keeping(true, || self.assign(rw, value, field));
        match value {
            Expr::Collate { .. } => made,
            _ => collation::stored(made),
        }
    }

    fn query(&self, rw: &mut Rewriter<'_>, query: &Query) -> Option<Query> {
        self.query(rw, query)
    }

    fn select(&self, rw: &mut Rewriter<'_>, select: &Select) -> Option<Select> {
        if self.source(rw) == Syntax::Mysql {
            self.mysql_select(rw, select);
        }
        None
    }

    fn table_ref(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        self.table_ref(rw, item)
    }

    fn select_item(&self, rw: &mut Rewriter<'_>, item: &SelectItem) -> Option<Vec<SelectItem>> {
        self.select_item(rw, item)
    }

    fn name(&self, _: &mut Rewriter<'_>, name: &Name) -> Name {
        super::names::flat(name)
    }

    fn order_key(&self, rw: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        self.order_key(rw, key, value)
    }
}

/// A comparison of where two rows lie, `a.ctid < b.ctid`: of the order in which they were inserted, which is
/// that of the places where PostgreSQL has put them, unless it has moved rows since.
fn places(rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
    use BinaryOp::{Eq, Gt, GtEq, Lt, LtEq, NotEq};
    let Expr::Binary {
        left,
        op: op @ (Eq | NotEq | Lt | LtEq | Gt | GtEq),
        right,
    } = expr
    else {
        return None;
    };
    let place = |expr: &Expr| {
        let Expr::Column {
            table: Some(table),
            column,
        } = expr
        else {
            return None;
        };
        let not_own = |name: &&str| rw.scope.has(Some(table), name) == Some(false);
        let is_place = column == "ctid" && not_own(&"ctid");
        let mut names = ["rowid", "_rowid_", "oid"].into_iter();
        let name = names.find(|name| is_place && not_own(name))?;
        Some(build::column_of(&table.name, name))
    };
    let (left, right) = (place(left)?, place(right)?);
    let message =
        "where rows lie (`ctid`): they are compared in the order in which they were inserted";
    rw.omit(Omission::new("row-place", message));
    Some(Expr::binary(left, *op, right))
}

/// Whether an expression gives nothing but the text that a part of it gives.
fn hands_on(expr: &Expr) -> bool {
    match expr {
        Expr::Cast { ty, .. } => Family::of(ty) == Family::Text && !convert::limited(ty),
        Expr::Binary { op, .. } => matches!(op, BinaryOp::JsonGetText | BinaryOp::JsonPathText),
        Expr::Call(call) => matches!(
            call.name.name.as_str(),
            "coalesce" | "ifnull" | "nullif" | "json_extract_path_text" | "jsonb_extract_path_text"
        ),
        Expr::Case { .. } | Expr::Collate { .. } | Expr::Column { .. } => true,
        _ => false,
    }
}

/// Refuses something that has no form.
fn refuse(rw: &mut Rewriter<'_>, what: &str) -> Expr {
    rw.refuse(Refusal::new(
        "no-form",
        format!("{what} has no counterpart on sqlite"),
    ))
}

impl Meaning {
    fn node(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        match expr {
            Expr::Literal(literal) => self.literal(rw, literal),
            Expr::Column { table, column } => self.column(rw, table.as_ref(), column),
            Expr::Keyword(word, precision) => Some(self.keyword(rw, word, *precision)),
            Expr::Unary {
                op: UnaryOp::Minus | UnaryOp::Plus,
                expr,
            } => match rw.scope.ty(expr) {
                Some(ty) if !Family::of(&ty).is_number() => {
                    Some(refuse(rw, "a sign before what is no number"))
                }
                _ => None,
            },
            Expr::Binary { left, op, right } => self.binary(rw, left, *op, right),
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (left, right) = self.compared(rw, left, right, false)?;
                Some(Expr::IsDistinct {
                    left: Box::new(left),
                    right: Box::new(right),
                    negated: *negated,
                })
            }
            Expr::Between {
                expr,
                low,
                high,
                negated,
            } => self.between(rw, expr, low, high, *negated),
            Expr::InList {
                expr,
                list,
                negated,
            } => self.in_list(rw, expr, list, *negated),
            Expr::InQuery {
                expr,
                query,
                negated,
            } => self.in_query(rw, expr, query, *negated),
            Expr::Quantified {
                left,
                op,
                quantifier,
                right,
            } => Some(self.quantified(rw, left, *op, *quantifier, right)),
            Expr::Like {
                expr,
                pattern,
                escape,
                any_case,
                negated,
            } => Some(self.like(rw, expr, pattern, *escape, *any_case, *negated)),
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => Some(self.case(rw, operand.as_deref(), whens, otherwise.as_deref())),
            Expr::Cast { expr, ty } => Some(self.cast(rw, expr, ty)),
            Expr::Call(call) => self.call(rw, call),
            Expr::Extract { field, expr } => Some(self.extract(rw, field, expr)),
            Expr::Position { .. } if self.source(rw) == Syntax::Mysql => {
                Some(refuse(rw, "a search that goes by a collation"))
            }
            Expr::Position { needle, haystack } => {
                self.texts(rw, [needle, haystack]);
                Some(Expr::call("instr", [rw.expr(haystack), rw.expr(needle)]))
            }
            // There 0 is nowhere, and what is negative counts from the end.
            Expr::Substring { start, .. }
                if self.source(rw) == Syntax::Mysql
                    && !matches!(start.as_deref(), Some(Expr::Literal(Literal::Number(n))) if n != "0") =>
            {
                Some(refuse(
                    rw,
                    "a part of a text that begins nowhere in particular",
                ))
            }
            Expr::Substring {
                expr,
                start,
                length,
            } => Some(self.substring(rw, expr, start.as_deref(), length.as_deref())),
            Expr::Trim { expr, side, what } => Some(self.trim(rw, expr, *side, what.as_deref())),
            Expr::AtTimeZone { expr, zone } => Some(self.at_time_zone(rw, expr, zone)),
            Expr::Interval { .. } => Some(time::interval_value(rw, expr)),
            Expr::Collate { expr, collation } => Some(self.collate(rw, expr, collation)),
            Expr::Array(items) => Some(self.array(rw, items, None)),
            Expr::Subscript { expr, index } => Some(self.subscript(rw, expr, index)),
            Expr::Exists(_) => {
                self.no_subquery(rw);
                None
            }
            Expr::Subquery(query) => {
                self.no_subquery(rw);
                self.one_row(rw, query)
            }
            Expr::ArrayQuery(query) => Some(self.array_query(rw, query)),
            Expr::IsNull { expr, negated } => self.null_element(rw, expr, *negated),
            Expr::Row(_) | Expr::IsBoolean { .. } | Expr::Unary { .. } => None,
            Expr::Default => Some(refuse(rw, "DEFAULT as a part of an expression")),
        }
    }

    fn literal(&self, rw: &mut Rewriter<'_>, literal: &Literal) -> Option<Expr> {
        let value = match literal {
            Literal::Number(digits) => constant::number(digits),
            Literal::Typed(ty, text) => constant::constant(text, ty, rw.scope.schema()),
            Literal::Bits(bits)
                if matches!(bits.as_str(), "0" | "1") && self.source(rw) == Syntax::Mysql =>
            {
                return Some(Expr::Literal(Literal::Number(bits.clone())));
            }
            Literal::Bits(_) => return Some(refuse(rw, "a bit string")),
            _ => return None,
        };
        Some(value.unwrap_or_else(|refusal| rw.refuse(refusal)))
    }

    /// A column. SQLite takes a name in quotes that is no column's for a text: one that is not
    /// there must not get so far.
    fn column(&self, rw: &mut Rewriter<'_>, table: Option<&Name>, column: &Ident) -> Option<Expr> {
        if rw.scope.has(table, column) == Some(false) {
            return Some(rw.refuse(Refusal::new(
                "unknown-column",
                format!("there is no column `{column}`"),
            )));
        }
        self.beside_elements(rw, table, column)
    }

    fn no_subquery(&self, rw: &mut Rewriter<'_>) {
        if matches!(self.stands, Stands::Default | Stands::Schema) {
            refuse(
                rw,
                "a subquery in a DEFAULT, CHECK, index or generated column",
            );
        }
    }

    /// What changes from one evaluation to the next cannot stand everywhere.
    fn volatile(&self, rw: &mut Rewriter<'_>, value: Expr) -> Expr {
        if self.stands == Stands::Schema {
            return rw.refuse(Refusal::new(
                "not-deterministic",
                "the time and random values cannot stand in a CHECK, index or generated column on sqlite",
            ));
        }
        value
    }

    /// The type of an expression; a text constant's is text. Refuses where it is not known.
    fn known_type(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Type> {
        if is_text_constant(expr) {
            return Some(Type::Text);
        }
        let ty = rw.scope.ty(expr);
        if ty.is_none() {
            unknown_type(rw, expr);
        }
        ty
    }

    /// Refuses what is not known to be texts.
    fn texts<const N: usize>(&self, rw: &mut Rewriter<'_>, exprs: [&Expr; N]) {
        for expr in exprs {
            if let Some(ty) = self.known_type(rw, expr)
                && !matches!(Family::of(&ty), Family::Text | Family::Uuid | Family::Enum)
            {
                refuse(
                    rw,
                    &format!("a text function of {}", constant::name_of(&ty)),
                );
            }
        }
    }

    /// A value of a type: constants are read as of that type, others converted.
    fn value(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type, how: How) -> Expr {
        match expr {
            Expr::Literal(Literal::Null) => build::null(),
            Expr::Literal(Literal::Text(text)) => {
                match constant::constant(text, ty, rw.scope.schema()) {
                    Ok(value) => value,
                    Err(refusal) => rw.refuse(refusal),
                }
            }
            // What a numeric column rounds is rounded exactly.
            Expr::Literal(Literal::Number(digits))
                if matches!(Family::of(ty), Family::Numeric | Family::Float) =>
            {
                match constant::constant(digits, ty, rw.scope.schema()) {
                    Ok(value) => value,
                    Err(refusal) => rw.refuse(refusal),
                }
            }
            Expr::Unary {
                op: UnaryOp::Minus,
                expr: inner,
            } if *ty == Type::Real
                && let Expr::Literal(Literal::Number(digits)) = &**inner =>
            {
                match constant::constant(&format!("-{digits}"), ty, rw.scope.schema()) {
                    Ok(value) => value,
                    Err(refusal) => rw.refuse(refusal),
                }
            }
            Expr::Array(items) => self.array(rw, items, Some(ty)),
            Expr::Case {
                operand,
                whens,
                otherwise,
            } if rw.scope.ty(expr).is_none() => {
                self.case_as(rw, operand.as_deref(), whens, otherwise.as_deref(), ty)
            }
            expr => {
                let Some(from) = rw.scope.ty(expr) else {
                    let _ = rw.expr(expr);
                    return unknown_type(rw, expr);
                };
                if Family::of(&from) == Family::Integer && Family::of(ty) == Family::Integer {
                    return self.integer(rw, expr, ty);
                }
                let mysql = self.source(rw) == Syntax::Mysql;
                let rewritten = from == Type::Jsonb || (mysql && from == Type::Json);
                let whole = !convert::limited(ty) || how == How::Assign;
                if rewritten && Family::of(ty) == Family::Text && whole && self.keeps_text() {
                    rw.omit(convert::jsonb_text());
                    return rw.expr(expr);
                }
                if mysql {
                    self.mysql_converted(rw, &from, ty);
                }
                let value = rw.expr(expr);
                convert::convert(rw, value, &from, ty, how)
            }
        }
    }

    fn assign(&self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        let Some(ty) = &field.ty else {
            return rw.expr(value);
        };
        if self.source(rw) == Syntax::Mysql {
            self.mysql_moment(rw, value, ty);
        }
        if let Some(special) = self.special_assignment(rw, value, ty) {
            return special;
        }
        self.value(rw, value, ty, How::Assign)
    }

    /// An integer as one of another width. Arithmetic is done in 64 bits: what does not fit fails
    /// where it is stored or cast.
    fn integer(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Expr {
        let value = rw.expr(expr);
        if operator::fits(rw, expr, ty) {
            return value;
        }
        if !build::is_stable(&value) {
            return refuse(rw, "arithmetic with random values");
        }
        convert::in_range(&value, ty)
    }

    /// A cast. PostgreSQL reads a constant as of the type; a `varchar(n)` cuts off.
    fn cast(&self, rw: &mut Rewriter<'_>, expr: &Expr, ty: &Type) -> Expr {
        if let Some(special) = self.special_cast(rw, expr, ty) {
            return special;
        }
        match (expr, ty) {
            (
                Expr::Literal(Literal::Text(text)),
                Type::Varchar(Some(length)) | Type::Char(Some(length)),
            ) => {
                let length = usize::try_from(*length).unwrap_or(usize::MAX);
                Expr::text(text.chars().take(length).collect::<String>())
            }
            // `'t'::regclass` and its like name something in the catalog.
            (_, Type::Other(name)) if name.starts_with("reg") => {
                refuse(rw, &format!("the type `{name}`"))
            }
            (Expr::Literal(_), Type::Citext) => {
                collation::caseless(self.value(rw, expr, ty, How::Cast))
            }
            (expr, ty) => self.value(rw, expr, ty, How::Cast),
        }
    }

    fn case(
        &self,
        rw: &mut Rewriter<'_>,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
    ) -> Expr {
        let whole = Expr::Case {
            operand: operand.cloned().map(Box::new),
            whens: whens.to_vec(),
            otherwise: otherwise.cloned().map(Box::new),
        };
        match rw.scope.ty(&whole) {
            Some(ty) => self.case_as(rw, operand, whens, otherwise, &ty),
            None => {
                let _ = rw.parts(&whole);
                unknown_type(rw, &whole)
            }
        }
    }

    fn case_as(
        &self,
        rw: &mut Rewriter<'_>,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        ty: &Type,
    ) -> Expr {
        let mut asked: Option<Expr> = None;
        let whens = whens
            .iter()
            .map(|(when, then)| {
                let when = match operand {
                    Some(operand) => match self.compared(rw, operand, when, false) {
                        Some((operand, when)) => {
                            // As a text, or without its blanks, for some of them.
                            if asked.as_ref().is_some_and(|asked| *asked != operand) {
                                refuse(rw, "CASE of a value that is compared with several types");
                            }
                            asked = Some(operand);
                            when
                        }
                        None => rw.expr(when),
                    },
                    None => rw.expr(when),
                };
                (when, self.value(rw, then, ty, How::Cast))
            })
            .collect();
        let asked = asked.map(Box::new);
        Expr::Case {
            operand: asked
                .or_else(|| operand.map(|operand| self.keeping(false, || rw.boxed(operand)))),
            whens,
            otherwise: otherwise.map(|expr| Box::new(self.value(rw, expr, ty, How::Cast))),
        }
    }

    fn collate(&self, rw: &mut Rewriter<'_>, expr: &Expr, collation: &Name) -> Expr {
        let bytes = matches!(
            collation.name.as_str(),
            "C" | "POSIX" | "ucs_basic" | "C.UTF-8" | "C.utf8"
        );
        if !bytes {
            return refuse(rw, &format!("the collation `{collation}`"));
        }
        // The order of the lower case's bytes, in which equal is what was.
        if rw.scope.ty(expr) == Some(Type::Citext) {
            return collation::caseless(rw.expr(expr));
        }
        let inner = rw.boxed(expr);
        Expr::Collate {
            expr: inner,
            collation: Name::bare("BINARY"),
        }
    }

    fn source(&self, rw: &Rewriter<'_>) -> Syntax {
        rw.scope.source()
    }
}

fn unknown_type(rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
    if rw.has_refused() {
        // It has no type because a part of it was refused.
        return build::null();
    }
    let shown =
        aludel::translate::print::print(&aludel::translate::print::Standard, |p| p.expr(expr));
    let shown = shown.unwrap_or_else(|_| "an expression".into());
    rw.refuse(
        Refusal::new(
            "unknown-type",
            format!("the type of `{shown}` is not known, and it matters here"),
        )
        .help("write a cast"),
    )
}
