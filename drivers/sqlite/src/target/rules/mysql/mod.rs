//! What MySQL means otherwise than PostgreSQL, which is what the other rules speak of: what is not
//! known to be the same in both is refused.

mod apart;
mod json;

use aludel::schema::{
    Assignment, BinaryOp, Call, Column, DataStatement, Expr, Insert, InsertSource, Literal,
    OnConflict, Part, SetExpr, Table, Type,
};
use aludel::translate::Refusal;
use aludel::translate::infer::{Family, is_text_constant};
use aludel::translate::rewrite::Rewriter;

use super::build::{call, case, cast, not_null};
use super::call::{no_such_function, random_uuid};
use super::{Meaning, refuse};

/// Functions that do the same in both.
const SAME: &[&str] = &[
    "abs",
    "char_length",
    "character_length",
    "coalesce",
    "count",
    "date",
    "greatest",
    "ifnull",
    "least",
    "lower",
    "max",
    "min",
    "mod",
    "now",
    "nullif",
    "replace",
    "row_number",
    "sum",
    "upper",
    "utc_timestamp",
];

/// How texts of a column compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::target) enum Compares {
    /// As their bytes.
    Exactly,
    /// But for blanks at the end.
    WithoutBlanks,
    /// But for case, accents and blanks at the end.
    AnyCase,
    /// It is not known.
    Unknown,
}

/// How the texts of a column compare: its own collation, else its table's, else that of its
/// character set, which ignores case.
pub(in crate::target) fn compares(column: &Column, table: &Table) -> Compares {
    let own = column.collation.as_ref().map(|name| name.name.as_str());
    // A character set of its own comes with that one's collation.
    let of_table = match column.charset {
        Some(_) => None,
        None => table.options.collation.as_deref(),
    };
    let charset = column.charset.as_deref();
    let charset = charset.or(table.options.charset.as_deref());
    let collation = own.or(of_table).map(str::to_ascii_lowercase);
    match collation.as_deref() {
        None if charset.is_some_and(|set| set.eq_ignore_ascii_case("binary")) => Compares::Exactly,
        None => Compares::AnyCase,
        Some("binary") => Compares::Exactly,
        Some(name) if name.ends_with("_ci") => Compares::AnyCase,
        Some(name) if name.ends_with("_0900_bin") || name.ends_with("_nopad_bin") => {
            Compares::Exactly
        }
        Some(name) if name.ends_with("_bin") => Compares::WithoutBlanks,
        Some(_) => Compares::Unknown,
    }
}

impl Meaning {
    /// A call; `None` if it does what the other rules take it for.
    pub(super) fn mysql_call(&self, rw: &mut Rewriter<'_>, called: &Call) -> Option<Expr> {
        let name = called.name.name.to_ascii_lowercase();
        let args = called.plain_args();
        let args = args.unwrap_or_default();
        Some(match (name.as_str(), args.as_slice()) {
            (name, _) if SAME.contains(&name) => return None,
            ("uuid", []) => self.volatile(rw, random_uuid(true)),
            ("if", [when, then, otherwise]) => rw.expr(&Expr::Case {
                operand: None,
                whens: vec![((*when).clone(), (*then).clone())],
                otherwise: Some(Box::new((*otherwise).clone())),
            }),
            // NULL in it makes the whole NULL.
            ("concat", [first, rest @ ..]) if !rest.is_empty() => {
                let whole = rest.iter().fold((*first).clone(), |whole, part| {
                    Expr::binary(whole, BinaryOp::Concat, (*part).clone())
                });
                rw.expr(&whole)
            }
            ("hex", [value]) => self.hex(rw, value),
            // There the last line has no end.
            ("to_base64", [bytes])
                if rw
                    .scope
                    .ty(bytes)
                    .is_some_and(|ty| Family::of(&ty) == Family::Bytes) =>
            {
                let lines = self.encode_base64(rw, bytes);
                call("rtrim", [lines, Expr::text("\n")])
            }
            ("unix_timestamp", []) => {
                let seconds = call("strftime", [Expr::text("%s"), Expr::text("now")]);
                self.volatile(rw, cast(seconds, Type::BIGINT))
            }
            (
                "lpad",
                [
                    _,
                    Expr::Literal(Literal::Number(_)),
                    Expr::Literal(Literal::Text(_)),
                ],
            ) => return None,
            (name, args) => self
                .mysql_json_call(rw, name, args)
                .unwrap_or_else(|| no_such_function(rw, called)),
        })
    }

    /// Digits of a number, or of the bytes of a text.
    fn hex(&self, rw: &mut Rewriter<'_>, value: &Expr) -> Expr {
        let family = rw.scope.ty(value).map(|ty| Family::of(&ty));
        let nullable = rw.scope.nullable(value);
        let value = rw.expr(value);
        let digits = match family {
            Some(Family::Integer) => call("printf", [Expr::text("%X"), value.clone()]),
            Some(Family::Bytes | Family::Text) => call("hex", [value.clone()]),
            _ => return refuse(rw, "hex() of this value"),
        };
        if nullable {
            case([(not_null(value), digits)], None)
        } else {
            digits
        }
    }

    /// An operator that MySQL reads otherwise; `None` if it does not.
    pub(super) fn mysql_operator(
        &self,
        rw: &mut Rewriter<'_>,
        left: &Expr,
        op: BinaryOp,
        right: &Expr,
    ) -> Option<Expr> {
        match op {
            BinaryOp::Regex { .. } => Some(refuse(rw, "REGEXP, which goes by a collation")),
            BinaryOp::JsonGet | BinaryOp::JsonGetText => {
                let whole = Expr::binary(left.clone(), op, right.clone());
                self.mysql_path(rw, &whole, op)
            }
            BinaryOp::Eq | BinaryOp::NotEq => self.mysql_kind(rw, left, op, right),
            _ => None,
        }
    }

    /// Refuses a conversion to a text that is another than PostgreSQL's: that of a boolean is 1.
    pub(super) fn mysql_converted(&self, rw: &mut Rewriter<'_>, from: &Type, to: &Type) {
        let alike = matches!(
            Family::of(from),
            Family::Text | Family::Integer | Family::Enum | Family::Uuid
        );
        if Family::of(to) == Family::Text && !alike {
            refuse(rw, "a text of this value");
        }
    }

    /// Refuses a moment that MySQL rounds to the digits that its column keeps, or brings from another zone.
    pub(super) fn mysql_moment(&self, rw: &mut Rewriter<'_>, value: &Expr, ty: &Type) {
        let Some(kept) = digits_kept(ty) else { return };
        let rounded = match value {
            Expr::Literal(Literal::Text(text) | Literal::Typed(_, text)) => {
                let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
                let digits = fraction.trim_end_matches('0').len();
                let zone = |part: &str| part.contains(['+', 'Z', 'z']);
                let behind = whole.get(10..).is_some_and(|time| time.contains('-'));
                digits > kept as usize || zone(whole) || zone(fraction) || behind
            }
            value => {
                let given = rw.scope.ty(value).and_then(|ty| digits_kept(&ty));
                given.is_some_and(|given| given > kept)
            }
        };
        if rounded {
            refuse(
                rw,
                "a moment that is rounded to its column's digits, or has a zone,",
            );
        }
    }

    /// A comparison of texts goes by the collation of a column: where there is none, it would go
    /// by bytes.
    pub(super) fn mysql_compared(&self, rw: &mut Rewriter<'_>, ty: &Type, sides: [&Expr; 2]) {
        let own = sides.map(|side| apart::of_table(&rw.scope, side));
        if let [Some(one), Some(other)] = &own
            && one != other
            && Family::of(ty) == Family::Text
        {
            refuse(rw, "a comparison of texts of two collations");
        }
        let column = |side: &&Expr| apart::of_table(&rw.scope, side).is_some();
        let found = |side: &&Expr| json::is_text_of_json(side);
        let constant = |side: &&Expr| is_text_constant(side);
        let known =
            sides.iter().any(column) || (sides.iter().any(found) && sides.iter().any(constant));
        if Family::of(ty) == Family::Text && !known {
            refuse(rw, "a comparison of texts that are no column's");
        }
    }

    /// A text taken out of JSON is compared by its bytes, but for blanks at the end.
    pub(super) fn mysql_side(&self, side: &Expr, value: Expr) -> Expr {
        if json::is_text_of_json(side) {
            Expr::Collate {
                expr: Box::new(value),
                collation: aludel::schema::Name::bare("RTRIM"),
            }
        } else {
            value
        }
    }
}

/// How many digits of a second a type keeps.
fn digits_kept(ty: &Type) -> Option<u32> {
    match ty {
        Type::Timestamp { precision, .. } | Type::Time { precision, .. } => {
            Some(precision.unwrap_or(0))
        }
        Type::Date => Some(0),
        _ => None,
    }
}

/// What MySQL does with a statement that no other engine does.
///
/// # Errors
///
/// An assignment that sees what another has set; a number 0, which stands for the next one.
pub(in crate::target) fn statement(
    statement: &DataStatement,
    table: &Table,
) -> Result<(), Vec<Refusal>> {
    let assignments: &[Assignment] = match statement {
        DataStatement::Update(update) => &update.assignments,
        DataStatement::Insert(insert) => {
            zero(insert, table)?;
            match &insert.on_conflict {
                Some(OnConflict::Update { assignments, .. }) => assignments,
                _ => &[],
            }
        }
        _ => &[],
    };
    for (place, assignment) in assignments.iter().enumerate() {
        let before = assignments[..place].iter().flat_map(|a| &a.columns);
        let mut before = before.filter(|column| sees(&assignment.value, column));
        if let Some(column) = before.next() {
            let message = format!(
                "`{column}` is set before a value looks at it: mysql gives the new one, sqlite the old"
            );
            return Err(vec![
                Refusal::new("simultaneous", message).help("write two statements"),
            ]);
        }
    }
    Ok(())
}

/// Whether an expression may look at a column. What stands in a query is taken to.
fn sees(expr: &Expr, name: &str) -> bool {
    if let Expr::Column { column, .. } = expr {
        return column.eq_ignore_ascii_case(name);
    }
    let mut found = false;
    expr.parts(&mut |part| {
        found |= match part {
            Part::Expr(expr) => sees(expr, name),
            _ => true,
        };
    });
    found
}

fn zero(insert: &Insert, table: &Table) -> Result<(), Vec<Refusal>> {
    let numbered = table.columns.iter().position(|c| c.identity.is_some());
    let Some(numbered) = numbered else {
        return Ok(());
    };
    let place = if insert.columns.is_empty() {
        Some(numbered)
    } else {
        let name = &table.columns[numbered].name;
        insert.columns.iter().position(|column| column == name)
    };
    let (Some(place), InsertSource::Query(query)) = (place, &insert.source) else {
        return Ok(());
    };
    let constant = |row: &Vec<Expr>| {
        row.get(place).is_none_or(|value| match value {
            Expr::Literal(Literal::Number(digits)) => {
                digits.parse::<i64>().is_ok_and(|number| number != 0)
            }
            Expr::Literal(Literal::Null) | Expr::Default => true,
            _ => false,
        })
    };
    match &query.body {
        SetExpr::Values(rows) if !rows.iter().all(constant) => Err(vec![Refusal::new(
            "zero",
            "0 in a column that numbers itself stands for the next number on mysql",
        )]),
        _ => Ok(()),
    }
}
