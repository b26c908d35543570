//! From the authored engine's meaning to PostgreSQL's: what an expression, a query or a statement
//! has to say here so that it does what it did there.
//!
//! To MySQL and SQLite a boolean is a number; here it is not, so that every value is asked for as
//! what it stands for: a condition, a number, or what a column holds. Values of kinds that do not
//! meet here by themselves are brought together, or refused.
//!
//! * `store`: a value as a column of a type holds it.
//! * `compare`: `=`, `<`, IN, BETWEEN, LIKE.
//! * `operator`, `call`, `text`, `time`, `cast`: the rest, by lists of what is known.
//!
//! # Invariants
//!
//! - What is not listed is refused: nothing is taken to be the same.
//! - A node whose operands' kinds are not known is refused if it depends on them.

mod call;
mod cast;
mod compare;
mod operator;
mod store;
mod text;
mod time;

use aludel::schema::{Expr, Literal, Name, Nulls, OrderBy, TableRef, Type, UnaryOp};
use aludel::sql::Syntax;
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, Field, Scope};
use aludel::translate::rewrite::{Rewriter, Rules};

use super::collation::{self, Compares};
use super::{names, types};

/// Where an expression stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// In a statement on rows.
    Statement,
    /// In a view.
    View,
    /// In a column's DEFAULT.
    Default,
    /// In a CHECK, a generated column, an index: it must give the same for the same row.
    Schema,
}

/// The rules for expressions of a dialect that stand somewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Meaning {
    source: Syntax,
    stands: Stands,
}

impl Meaning {
    pub(crate) fn new(source: Syntax, stands: Stands) -> Self {
        Self { source, stands }
    }

    fn is_mysql(self) -> bool {
        self.source == Syntax::Mysql
    }

    /// How messages call the authored engine.
    fn there(self) -> &'static str {
        if self.is_mysql() { "mysql" } else { "sqlite" }
    }

    fn refuse(self, rw: &mut Rewriter<'_>, what: &str) -> Expr {
        let message = format!("{what} has no counterpart on postgres");
        rw.refuse(Refusal::new("no-form", message))
    }

    fn unknown(self, rw: &mut Rewriter<'_>, what: &str) -> Expr {
        let message =
            format!("{what}: the type of an operand is not known, and what it does depends on it");
        rw.refuse(Refusal::new("unknown-type", message).help("say the type with a cast"))
    }

    /// The family of the type that holds a value here; `None` for a text constant and NULL, and
    /// for what is not known.
    fn kind(self, scope: &Scope<'_>, expr: &Expr) -> Option<Family> {
        match expr {
            // Of several results that are numbers and conditions, numbers are made.
            Expr::Case {
                whens, otherwise, ..
            } => {
                let results = whens.iter().map(|(_, then)| then);
                self.common_kind(scope, results.chain(otherwise.as_deref()))
            }
            Expr::Call(call) => match (call.name.name.as_str(), call::plain_args(call)) {
                ("coalesce" | "ifnull", Some(args)) => self.common_kind(scope, args.into_iter()),
                ("abs", Some(args)) if args.len() == 1 => self.kind(scope, args[0]),
                ("if" | "iif", Some(args)) => self.common_kind(scope, args.into_iter().skip(1)),
                _ => call::kind(self.source, call).or_else(|| self.kind_of_type(scope, expr)),
            },
            Expr::Column { table, column }
                if self.is_quoted_text(scope, table.as_ref(), column) =>
            {
                Some(Family::Text)
            }
            // SQLite's clock gives texts.
            Expr::Keyword(..) if !self.is_mysql() => Some(Family::Text),
            _ => self.kind_of_type(scope, expr),
        }
    }

    fn kind_of_type(self, scope: &Scope<'_>, expr: &Expr) -> Option<Family> {
        let ty = scope.ty(expr)?;
        let held = types::hold(&ty, self.source).ok()?;
        Some(Family::of(&held.ty))
    }

    /// The family in which several results meet.
    fn common_kind<'e>(
        self,
        scope: &Scope<'_>,
        exprs: impl Iterator<Item = &'e Expr>,
    ) -> Option<Family> {
        let mut result: Option<Family> = None;
        for expr in exprs {
            if is_null(expr) {
                continue;
            }
            let kind = match expr {
                Expr::Literal(Literal::Text(_)) => Some(Family::Text),
                expr => self.kind(scope, expr),
            }?;
            result = match result {
                None => Some(kind),
                Some(before) if before == kind => Some(kind),
                Some(before) => Some(self::meet(before, kind)?),
            };
        }
        result
    }

    /// An expression as one of a family: what is a condition there may be asked for as a number,
    /// and the other way round.
    fn as_kind(self, rw: &mut Rewriter<'_>, expr: &Expr, wanted: Family) -> Expr {
        let kind = self.kind(&rw.scope, expr);
        match (wanted, expr) {
            (_, expr) if is_null(expr) => rw.expr(expr),
            (Family::Boolean, _) => self.boolean(rw, expr),
            (
                _,
                Expr::Case {
                    operand,
                    whens,
                    otherwise,
                },
            ) => self.case(rw, operand.as_deref(), whens, otherwise.as_deref(), wanted),
            (wanted, expr) if wanted.is_number() && kind == Some(Family::Boolean) => {
                self.number_of(rw, expr)
            }
            (wanted, Expr::Literal(Literal::Text(text))) if wanted.is_number() => {
                match number(text) {
                    Some(number) => number,
                    None => self.refuse(rw, &format!("the text '{text}' as a number")),
                }
            }
            (Family::Text, Expr::Literal(Literal::Number(digits))) => Expr::text(digits.clone()),
            (wanted, expr) => match kind {
                Some(kind) if kind == wanted || meet(kind, wanted) == Some(wanted) => rw.expr(expr),
                Some(Family::Integer) if wanted == Family::Text => cast(rw.expr(expr), Type::Text),
                None if matches!(expr, Expr::Literal(_)) => rw.expr(expr),
                None => self.unknown(rw, "a value among others"),
                Some(_) => self.refuse(rw, "a value among others of another type"),
            },
        }
    }

    /// A condition: what is not 0 is true.
    pub(crate) fn condition(self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match (expr, self.kind(&rw.scope, expr)) {
            (Expr::Literal(Literal::Number(digits)), _) => {
                let zero = digits.parse::<f64>().is_ok_and(|number| number == 0.0);
                Expr::Literal(Literal::Boolean(!zero))
            }
            (expr, _) if is_null(expr) => rw.expr(expr),
            (_, Some(Family::Boolean)) => rw.expr(expr),
            (_, Some(Family::Integer | Family::Numeric)) => {
                let value = rw.expr(expr);
                Expr::binary(value, aludel::schema::BinaryOp::NotEq, digits("0"))
            }
            (_, Some(_)) => self.refuse(rw, "a condition that is no number"),
            (_, None) => self.unknown(rw, "a condition"),
        }
    }

    /// A value that a boolean column can hold: 0 or 1, else it fails.
    fn boolean(self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match expr {
            Expr::Literal(Literal::Number(number)) | Expr::Literal(Literal::Text(number))
                if matches!(number.as_str(), "0" | "1") =>
            {
                Expr::Literal(Literal::Boolean(number == "1"))
            }
            // What is no number counts as 0 there.
            Expr::Literal(Literal::Text(text))
                if !self.is_mysql() && text.eq_ignore_ascii_case("false") =>
            {
                Expr::Literal(Literal::Boolean(false))
            }
            Expr::Literal(Literal::Bits(bits)) if matches!(bits.as_str(), "0" | "1") => {
                Expr::Literal(Literal::Boolean(bits == "1"))
            }
            Expr::Literal(Literal::Number(number)) | Expr::Literal(Literal::Text(number)) => {
                self.refuse(rw, &format!("{number} as a boolean"))
            }
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => self.case(
                rw,
                operand.as_deref(),
                whens,
                otherwise.as_deref(),
                Family::Boolean,
            ),
            expr if is_null(expr) => rw.expr(expr),
            Expr::Call(call) if call::is_choice(call) => self.choice(rw, call, Family::Boolean),
            _ => match self.kind(&rw.scope, expr) {
                Some(Family::Boolean) => rw.expr(expr),
                // The text '2' is no boolean, where the number 2 would be true.
                Some(Family::Integer) => cast(cast(rw.expr(expr), Type::Text), Type::Boolean),
                Some(_) => self.refuse(rw, "a boolean that is no number"),
                None => self.unknown(rw, "a boolean"),
            },
        }
    }

    /// A condition as the number that it is there.
    fn number_of(self, rw: &mut Rewriter<'_>, expr: &Expr) -> Expr {
        match expr {
            Expr::Literal(Literal::Boolean(value)) => digits(if *value { "1" } else { "0" }),
            expr => cast(rw.expr(expr), Type::INTEGER),
        }
    }

    fn case(
        self,
        rw: &mut Rewriter<'_>,
        operand: Option<&Expr>,
        whens: &[(Expr, Expr)],
        otherwise: Option<&Expr>,
        wanted: Family,
    ) -> Expr {
        let whens = whens
            .iter()
            .map(|(when, then)| {
                let when = match operand {
                    // Written out, for the two to meet as they do in a comparison.
                    Some(operand) => self.equal(rw, operand, when),
                    None => self.condition(rw, when),
                };
                (when, self.as_kind(rw, then, wanted))
            })
            .collect();
        Expr::Case {
            operand: None,
            whens,
            otherwise: otherwise.map(|otherwise| Box::new(self.as_kind(rw, otherwise, wanted))),
        }
    }

    /// A column, spelled as its table has it.
    fn column(self, rw: &mut Rewriter<'_>, table: Option<&Name>, column: &str) -> Expr {
        let named = |rw: &mut Rewriter<'_>, column: String| Expr::Column {
            table: table.map(|table| rw.qualifier(table)),
            column,
        };
        if let Some(spelled) = spelled(&rw.scope, table, column) {
            return named(rw, spelled);
        }
        match rw.scope.has(table, column) {
            Some(true) => named(rw, column.to_owned()),
            _ if self.is_quoted_text(&rw.scope, table, column) => Expr::text(column),
            _ => {
                let message = format!("which column `{column}` is, is not known");
                rw.refuse(Refusal::new("unknown-column", message))
            }
        }
    }

    /// Whether a name is a text to SQLite: `"x"` that is no column.
    fn is_quoted_text(self, scope: &Scope<'_>, table: Option<&Name>, column: &str) -> bool {
        !self.is_mysql()
            && table.is_none()
            && self.stands != Stands::View
            && spelled(scope, table, column).is_none()
            && scope.has(table, column) == Some(false)
            // Names of the row's own number.
            && !["rowid", "oid", "_rowid_"].contains(&column.to_ascii_lowercase().as_str())
    }

    /// How the texts of a column compare, if it is a table's.
    fn compares(self, scope: &Scope<'_>, expr: &Expr) -> Option<Compares> {
        let (table, column) = scope.column_of_table(expr)?;
        Some(collation::of_column(column, table, self.source))
    }
}

impl Rules for Meaning {
    fn expr(&self, rw: &mut Rewriter<'_>, expr: &Expr) -> Option<Expr> {
        Some(match expr {
            Expr::Literal(literal) => self.literal(rw, literal),
            Expr::Column { table, column } => self.column(rw, table.as_ref(), column),
            Expr::Keyword(word, precision) => self.keyword(rw, word, *precision),
            Expr::Unary { op, expr } => self.unary(rw, *op, expr),
            Expr::Binary { left, op, right } => self.binary(rw, left, *op, right),
            Expr::IsNull { expr, negated } => Expr::IsNull {
                expr: rw.boxed(expr),
                negated: *negated,
            },
            Expr::IsBoolean {
                expr,
                value,
                negated,
            } => Expr::IsBoolean {
                expr: Box::new(self.condition(rw, expr)),
                value: *value,
                negated: *negated,
            },
            Expr::IsDistinct {
                left,
                right,
                negated,
            } => {
                let (left, right) = self.pair(rw, left, right, true);
                Expr::IsDistinct {
                    left: Box::new(left),
                    right: Box::new(right),
                    negated: *negated,
                }
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
            Expr::Exists(_) => rw.parts(expr),
            Expr::Subquery(_) => rw.parts(expr),
            Expr::Like {
                expr,
                pattern,
                escape,
                any_case,
                negated,
            } => self.like(rw, expr, pattern, *escape, *any_case, *negated),
            Expr::Case {
                operand,
                whens,
                otherwise,
            } => match self.kind(&rw.scope, expr) {
                Some(kind) => self.case(rw, operand.as_deref(), whens, otherwise.as_deref(), kind),
                None => self.unknown(rw, "CASE"),
            },
            Expr::Cast { expr, ty } => self.cast(rw, expr, ty),
            Expr::Call(call) => self.call(rw, call),
            Expr::Substring {
                expr,
                start,
                length,
            } => self.substring(rw, expr, start.as_deref(), length.as_deref()),
            Expr::Trim { expr, side, what } => self.trim(rw, expr, *side, what.as_deref()),
            Expr::Collate { expr, collation } => self.collate(rw, expr, collation),
            Expr::Default => Expr::Default,
            Expr::Extract { .. } => self.refuse(rw, "EXTRACT"),
            Expr::Position { .. } => self.refuse(rw, "a search for one text in another"),
            Expr::Quantified { .. } => self.refuse(rw, "ANY or ALL"),
            Expr::AtTimeZone { .. } => self.refuse(rw, "AT TIME ZONE"),
            Expr::Interval { .. } => {
                self.refuse(rw, "an interval that is not added to a date or time")
            }
            Expr::Array(_) | Expr::Subscript { .. } | Expr::ArrayQuery(_) => {
                self.refuse(rw, "an array")
            }
            Expr::Row(_) => self.refuse(rw, "a row as a value"),
        })
    }

    fn assign(&self, rw: &mut Rewriter<'_>, value: &Expr, field: &Field) -> Expr {
        self.store(rw, value, field)
    }

    fn table_ref(&self, rw: &mut Rewriter<'_>, item: &TableRef) -> Option<TableRef> {
        if let TableRef::Function { .. } = item {
            self.refuse(rw, "a function in FROM");
        }
        None
    }

    fn name(&self, rw: &mut Rewriter<'_>, name: &Name) -> Name {
        if name.schema.is_some() {
            let message = format!("`{name}` names a database of its own");
            rw.refuse(Refusal::new("schemas", message));
        }
        names::flat(name)
    }

    /// NULL comes first there.
    fn order_key(&self, rw: &mut Rewriter<'_>, key: &OrderBy, value: &Expr) -> OrderBy {
        let is_text = self.kind(&rw.scope, value) == Some(Family::Text);
        let exact = self
            .compares(&rw.scope, value)
            .is_some_and(Compares::is_exact);
        let members = self.members(&rw.scope, value).is_some();
        if members || is_text && self.is_mysql() && !exact {
            let message = "an order of texts goes by a collation that postgres has in another form";
            rw.refuse(Refusal::new("collation", message));
        }
        let nullable = rw.scope.nullable(value);
        let first = if key.descending {
            Nulls::Last
        } else {
            Nulls::First
        };
        OrderBy {
            expr: rw.expr(&key.expr),
            nulls: key.nulls.or(nullable.then_some(first)),
            ..key.clone()
        }
    }
}

impl Meaning {
    fn literal(self, rw: &mut Rewriter<'_>, literal: &Literal) -> Expr {
        match literal {
            // What they are depends on what they meet.
            Literal::Bits(_) => self.refuse(rw, "a literal of bits that no column of bits holds"),
            Literal::Bytes(_) if self.is_mysql() => {
                self.refuse(rw, "a literal of bytes that no column of bytes holds")
            }
            literal => Expr::Literal(literal.clone()),
        }
    }

    fn unary(self, rw: &mut Rewriter<'_>, op: UnaryOp, expr: &Expr) -> Expr {
        match op {
            UnaryOp::Not => Expr::Unary {
                op,
                expr: Box::new(self.condition(rw, expr)),
            },
            UnaryOp::Minus | UnaryOp::Plus => {
                let is_number = |family: Family| family.is_number();
                match self.kind(&rw.scope, expr) {
                    Some(kind) if is_number(kind) => Expr::Unary {
                        op,
                        expr: rw.boxed(expr),
                    },
                    _ => self.refuse(rw, "a sign before what is no number"),
                }
            }
            UnaryOp::BitNot => self.refuse(rw, "`~`"),
        }
    }
}

/// The family in which values of two families meet without a word.
fn meet(a: Family, b: Family) -> Option<Family> {
    match (a, b) {
        (a, b) if a == b => Some(a),
        (Family::Boolean, other) | (other, Family::Boolean) if other.is_number() => Some(other),
        (Family::Integer, other) | (other, Family::Integer) if other.is_number() => Some(other),
        (Family::Numeric, Family::Float) | (Family::Float, Family::Numeric) => Some(Family::Float),
        (Family::Date, Family::Timestamp) | (Family::Timestamp, Family::Date) => {
            Some(Family::Timestamp)
        }
        _ => None,
    }
}

/// The name of a column as its table spells it, where case does not count.
pub(super) fn spelled(scope: &Scope<'_>, table: Option<&Name>, column: &str) -> Option<String> {
    if scope.column(table, column).is_some() {
        return Some(column.to_owned());
    }
    let relations = scope.relations().iter().filter(|relation| {
        table.is_none_or(|table| {
            relation
                .name
                .as_ref()
                .is_some_and(|name| name.name == table.name)
        })
    });
    let mut fields = relations.flat_map(|relation| relation.fields.iter().flatten());
    let field = fields.find(|field| field.name.eq_ignore_ascii_case(column))?;
    Some(field.name.clone())
}

fn is_null(expr: &Expr) -> bool {
    matches!(expr, Expr::Literal(Literal::Null))
}

/// A number as it is written.
fn digits(text: &str) -> Expr {
    Expr::Literal(Literal::Number(text.to_owned()))
}

/// A text that is a whole number or a decimal one, as that.
fn number(text: &str) -> Option<Expr> {
    let text = text.trim();
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    let is_number = match unsigned.split_once('.') {
        Some((whole, fraction)) => plain(whole) && plain(fraction),
        None => plain(unsigned),
    };
    is_number.then(|| digits(text))
}

/// `CAST(expr AS type)`.
fn cast(expr: Expr, ty: Type) -> Expr {
    Expr::Cast {
        expr: Box::new(expr),
        ty,
    }
}
